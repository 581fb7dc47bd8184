"""Perplexity of text that was not trained on, of the full softmax's W and W': the same windows for
every rival.

    python3 -m bench.rivals.held_out INPUT OUTPUT TEXT WINDOW

prints that of two vector files in text format, W and W', as JSON.
"""
import json
import math
import sys

import numpy

from bench.rivals.batches import make_batches, read_ids

_BATCH = 256
_SEED = 2  # of the windows
_MOST_MEAN = 700  # exp of it is a double


def perplexity(w, w_out, text, window):
    """exp of the mean of -log y over all pairs of a center and a context word of read_ids();
    infinite where training has diverged."""
    total = pairs = 0.0
    for batch in make_batches(text, _BATCH, window, _SEED):
        u = (w[batch.centers] @ w_out.T).astype(float)
        u -= u.max(axis=1, keepdims=True)
        log_z = numpy.log(numpy.exp(u).sum(axis=1))
        total += float((log_z * batch.contexts).sum() -
                       (u.reshape(-1)[batch.pairs] * batch.counts).sum())
        pairs += float(batch.contexts.sum())
    mean = total / pairs
    return math.exp(mean) if mean < _MOST_MEAN else math.inf  # also where it is no number


def read_vectors(path):
    """(words, matrix) of a vector file in text format."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        rows = [line.split() for line in file][1:]
    return [row[0] for row in rows], numpy.array([row[1:] for row in rows], float)


def _main(input_path, output_path, text, window):
    words, w = read_vectors(input_path)
    _, w_out = read_vectors(output_path)
    json.dump({"perplexity": perplexity(w, w_out, read_ids(text, words), int(window))}, sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
