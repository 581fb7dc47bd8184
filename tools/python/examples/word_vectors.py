"""Vectors of the words of a text: what is near them, an analogy, and the files they go to.

    word_vectors.py TEXT FOLDER A B C

TEXT is anything that `corpus_file` takes: plain, packed (.gz, .zst, ...), an archive, a folder. It
has A, B and C, of which the analogy is asked: A is to B as C is to what? FOLDER gets words.model,
for `Word2Vec.load()` and the program `distance`, and words.txt, which other programs read.
"""
import os
import sys

import numpy as np

from hogvec import KeyedVectors, Word2Vec


def told(found):
    return ", ".join(f"{word} {cosine:.2f}" for word, cosine in found)


def main():
    if len(sys.argv) != 6:
        sys.exit("usage: word_vectors.py TEXT FOLDER A B C")
    text, folder, *asked = sys.argv[1:]
    if not os.path.exists(text):
        sys.exit(f"word_vectors.py: {text}: there is no such text")
    if not os.path.isdir(folder):
        sys.exit(f"word_vectors.py: {folder}: there is no such folder")

    # One worker, so that the same text gives the same vectors; workers=None trains on all cores.
    try:
        model = Word2Vec(corpus_file=text, sg=1, vector_size=32, window=5, min_count=2, epochs=5,
                         seed=1, workers=1)
    except RuntimeError as error:  # no words, or a file that cannot be read
        sys.exit(f"word_vectors.py: {text}: {error}")
    print(f"{model.corpus_total_words} words of text, {len(model.wv)} in the model")
    unknown = [word for word in asked if word not in model.wv]
    if unknown:
        sys.exit(f"word_vectors.py: not twice in the text: {', '.join(unknown)}")

    for word in asked:
        print(f"near {word}: {told(model.wv.most_similar(word, topn=4))}")
    a, b, c = asked
    answers = model.wv.most_similar(positive=[b, c], negative=[a], topn=2)
    print(f"{a} is to {b} as {c} is to: {told(answers)}")

    # A model file is mapped: it is there at once, however large, and to be read alone.
    path = os.path.join(folder, "words.model")
    model.save(path)
    loaded = Word2Vec.load(path)
    print(f"mapped: {not loaded.wv.vectors.flags.writeable},",
          f"same vectors: {np.array_equal(loaded.wv.vectors, model.wv.vectors)}")

    # The text has as many digits as give the same numbers again.
    path = os.path.join(folder, "words.txt")
    model.wv.save_word2vec_format(path)
    read = KeyedVectors.load_word2vec_format(path)
    print(f"of the text file: {len(read)} words,",
          f"same vectors: {np.array_equal(read.vectors, model.wv.vectors)}")


if __name__ == "__main__":
    main()
