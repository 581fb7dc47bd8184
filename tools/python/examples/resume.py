"""A run that is stopped and gone on with, to the very vectors of one that was not: resume.py FILE

The model is trained in FILE, a model file, chunk by chunk; what stops is a callback here, and might
be Ctrl-C or the end of the machine's time. FILE says how the model was to be trained, and where the
run stands, so that `Word2Vec.resume()` wants nothing but the same text.
"""
import os
import sys

import numpy as np

import hogvec
from hogvec import Word2Vec

SETTINGS = dict(sg=1, vector_size=32, window=3, min_count=1, epochs=6, seed=1, workers=1)


class Epochs(hogvec.CallbackAny2Vec):
    """Counts epochs, and ends the run behind `most` of them."""

    def __init__(self, most=None):
        self.most = most
        self.seen = 0

    def on_epoch_end(self, model):
        self.seen += 1
        return hogvec.STOP if self.seen == self.most else None


def made_text():
    """200 words; those of a sentence are near each other in the alphabet."""
    random = np.random.default_rng(1)
    words = np.array([f"w{k:03}" for k in range(200)])
    starts = random.integers(0, 190, (5000, 1))
    return words[starts + random.integers(0, 10, (5000, 8))].tolist()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: resume.py FILE")
    file = sys.argv[1]
    if os.path.exists(file) or not os.path.isdir(os.path.dirname(file) or "."):
        sys.exit(f"resume.py: {file}: must be new, in a folder that is there")
    text = made_text()
    whole = Word2Vec(text, **SETTINGS)

    Word2Vec(text, model_file=file, callbacks=[Epochs(most=2)], **SETTINGS)
    stopped = Word2Vec.load(file)  # a model like any other, trained in part
    same = np.array_equal(stopped.wv.vectors, whole.wv.vectors)
    print(f"stopped after 2 epochs of {stopped.epochs}: same vectors as the whole run: {same}")
    try:
        Word2Vec.resume(file, text[1:])
    except RuntimeError as error:
        print(f"with another text: {error}")

    epochs = Epochs()
    resumed = Word2Vec.resume(file, text, callbacks=[epochs])
    same = np.array_equal(resumed.wv.vectors, whole.wv.vectors)
    print(f"resumed, {epochs.seen} epochs more: same vectors as the whole run: {same}")
    print(f"the file has them: {np.array_equal(Word2Vec.load(file).wv.vectors, whole.wv.vectors)}")
    sys.exit(0 if same else "resume.py: the vectors differ")


if __name__ == "__main__":
    main()
