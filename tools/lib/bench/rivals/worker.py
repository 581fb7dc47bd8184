"""One rival's full softmax in a process of its own, which has only its threads:

    python3 -m bench.rivals.worker TEXT FORM BATCH DIM WINDOW THREADS SECONDS [HELD_OUT ALPHA RATE]

prints JSON: centers per second of the steps alone, and what computes them. With the name of another
text, a learning rate and about how many centers it trains a second, it trains with a rate that
falls to nothing over that time, and tells the perplexity of the other text.
"""
import itertools
import json
import sys
import time

import numpy

from bench.rivals.batches import initial, make_batches, read_ids, read_words
from bench.rivals.held_out import perplexity

_WARM_UP = 3
_ALPHA, _ALPHA_BATCH = 0.025, 32  # as hogvec; sums over larger batches want smaller steps
_LEAST_ALPHA = 1e-4  # of that at the start
_ENOUGH_CENTERS = 80_000  # more than any rival trains before its time is over, or they come again


def make_model(form, w, w_out, batch_size, threads):
    """The rival of that name. PyTorch takes 2 s to load: not with NumPy."""
    if form.startswith("numpy"):
        from bench.rivals.numpy_softmax import NumpySoftmax
        return NumpySoftmax(w, w_out, batch_size, form, threads)
    from bench.rivals.torch_softmax import TorchSoftmax
    return TorchSoftmax(w, w_out, batch_size, form, threads)


def measure(text, form, size, dim, window, threads, seconds):
    """What is printed."""
    from bench.rivals.numpy_softmax import blas
    ids = read_ids(text, read_words(text))
    batches = make_batches(ids, size, window, limit=_ENOUGH_CENTERS // size)
    model = make_model(form, *initial(ids[2], dim), size, threads)
    versions = {"numpy": numpy.__version__}
    if hasattr(model, "prepare"):
        model.prepare(batches)
        import torch
        versions["torch"] = torch.__version__
    alpha = _ALPHA * min(1, _ALPHA_BATCH / size)
    turns = itertools.cycle(batches)
    for batch in itertools.islice(turns, _WARM_UP):
        model.step(batch, alpha)
    centers, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        batch = next(turns)
        model.step(batch, alpha)
        centers += len(batch.centers)
    return {"centers_per_second": centers / elapsed, "vocabulary": ids[2], "blas": blas(),
            "versions": versions}


def train(text, form, size, dim, window, threads, seconds, held_out, alpha, rate):
    """What is printed, of a training run."""
    words = read_words(text)
    ids = read_ids(text, words)
    batches = make_batches(ids, size, window, limit=int(1.5 * rate * seconds / size) + 1)
    w, w_out = initial(ids[2], dim)
    model = make_model(form, w, w_out, size, threads)
    if hasattr(model, "prepare"):
        model.prepare(batches)
    turns = itertools.cycle(batches)
    centers, start = 0, time.perf_counter()
    while (share := (time.perf_counter() - start) / seconds) < 1:
        batch = next(turns)
        model.step(batch, alpha * max(1 - share, _LEAST_ALPHA))
        centers += len(batch.centers)
    return {"centers": centers,
            "perplexity": perplexity(w, w_out, read_ids(held_out, words), window)}


if __name__ == "__main__":
    text_, form_, *rest = sys.argv[1:]
    numbers, seconds_, of_training = map(int, rest[:4]), float(rest[4]), rest[5:]
    if of_training:
        told = train(text_, form_, *numbers, seconds_, of_training[0], *map(float, of_training[1:]))
    else:
        told = measure(text_, form_, *numbers, seconds_)
    json.dump(told, sys.stdout)
