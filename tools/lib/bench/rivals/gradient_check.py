"""That the full softmax of all rivals is the same sum of gradients: a small text, trained by each
from the same W and W' = 0, one epoch of mini-batches, against Rong's equations in double.

    python3 -m bench.rivals.gradient_check WORD2VEC FORM...

prints the largest difference of each as JSON, a share of the largest value. It is run with the
programs that are timed afterwards.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy

from bench.rivals.batches import make_batches, read_ids, reference_step
from bench.rivals.held_out import read_vectors
from bench.rivals.worker import make_model

# A window of 1 leaves nothing to chance: all windows are 1. W' is 0 at first, so W moves from the
# second batch on: four batches. The text repeats words within a batch, and the last is shorter.
_BATCH, _WORDS, _ALPHA, _DIM = 16, 56, 0.5, 20


def _text():
    return " ".join(f"w{i * i % 13}" for i in range(_WORDS)) + "\n"


def _word2vec(program, folder, epochs, *more):
    """(words, W, W') after that many epochs, with more flags."""
    paths = [os.path.join(folder, name) for name in ("input.txt", "output.txt")]
    subprocess.run(
        [program, "-train", os.path.join(folder, "text"), "-output", paths[0], "-output-context",
         paths[1], "-cbow", "0", "-negative", "0", "-softmax", "1", "-softmax-batch", str(_BATCH),
         "-size", str(_DIM), "-window", "1", "-sample", "0", "-min-count", "1", "-threads", "1",
         "-alpha", str(_ALPHA), "-iter", str(epochs), *more],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    (words, w), (_, w_out) = map(read_vectors, paths)
    return words, w, w_out


def differences(program, forms):
    """{name: largest difference}, of word2vec and of the forms."""
    with tempfile.TemporaryDirectory(prefix="hogvec_bench_") as folder:
        path = os.path.join(folder, "text")
        with open(path, "w", encoding="ascii") as file:
            file.write(_text())
        words, w, w_out = _word2vec(program, folder, 0)
        _, *trained = _word2vec(program, folder, 1)
        _, *of_bf16 = _word2vec(program, folder, 1, "-softmax-precision", "bf16")
        batches = make_batches(read_ids(path, words), _BATCH, 1)
    right = [w.copy(), w_out.copy()]
    for batch in batches:
        reference_step(*right, batch, _ALPHA)
    found = {"hogvec": _difference(trained, right), "hogvec bf16": _difference(of_bf16, right)}
    for form in forms:
        start = [numpy.ascontiguousarray(one, numpy.float32) for one in (w, w_out)]
        model = make_model(form, *start, _BATCH, 1)
        if hasattr(model, "prepare"):
            model.prepare(batches)
        for batch in batches:
            model.step(batch, _ALPHA)
        found[form] = _difference(start, right)
    return found


def _difference(got, right):
    return max(float(abs(a - b).max() / abs(b).max()) for a, b in zip(got, right))


if __name__ == "__main__":
    json.dump(differences(sys.argv[1], sys.argv[2:]), sys.stdout)
