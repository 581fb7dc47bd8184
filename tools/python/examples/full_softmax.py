"""The exact softmax over all words, beside what can be counted in the text: full_softmax.py

With a window of one word, skip-gram predicts the neighbors of a word, and the best prediction is
the share that each has, counted. That is where the full softmax arrives, and where its loss ends.
"""
import sys
from collections import Counter, defaultdict

import numpy as np

from hogvec import CallbackAny2Vec, Word2Vec

NEXT = {  # a sentence begins behind "", and ends with a word that nothing follows
    "": "cat cat dog girl",
    "cat": "sees drinks drinks", "dog": "drinks eats eats eats", "girl": "sees eats reads",
    "sees": "moon bird", "drinks": "milk milk water", "eats": "fish fish fish bread",
    "reads": "books",
}


def made_text(count):
    random = np.random.default_rng(1)
    for _ in range(count):
        sentence = [""]
        while sentence[-1] in NEXT:
            sentence.append(str(random.choice(NEXT[sentence[-1]].split())))
        yield sentence[1:]


class Losses(CallbackAny2Vec):
    """Keeps the loss of each epoch: that of a center, summed over its neighbors."""

    def __init__(self):
        self.losses = []

    def on_epoch_end(self, model):
        self.losses.append(model.get_latest_training_loss())


def main():
    if len(sys.argv) != 1:
        sys.exit("usage: full_softmax.py")
    text = list(made_text(5000))
    neighbors = defaultdict(Counter)
    for sentence in text:
        for a, b in zip(sentence, sentence[1:]):
            neighbors[a][b] += 1
            neighbors[b][a] += 1
    share = {(word, other): times / sum(counts.values())
             for word, counts in neighbors.items() for other, times in counts.items()}
    least = -sum(neighbors[a][b] * np.log(share[a, b]) for a, b in share)

    watch = Losses()
    model = Word2Vec(text, softmax=True, sg=1, vector_size=16, window=1, sample=0, min_count=1,
                     alpha=0.05, epochs=12, seed=1, workers=1, callbacks=[watch])
    print("loss of each epoch:", *(f"{loss:.3f}" for loss in watch.losses))
    print(f"least that there can be: {least / model.corpus_total_words:.3f}")

    for word in ("cat", "drinks", "fish"):
        chances = dict(model.predict_output_word([word], topn=None))
        for other, _ in neighbors[word].most_common():
            print(f"{word} beside {other}: counted {share[word, other]:.3f},",
                  f"predicted {chances[other]:.3f}")


if __name__ == "__main__":
    main()
