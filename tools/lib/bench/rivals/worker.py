"""One rival's full softmax in a process of its own, which has only its threads:

    python3 -m bench.rivals.worker TEXT FORM BATCH DIM WINDOW THREADS SECONDS

prints JSON: centers per second of the steps alone, and what computes them.
"""
import itertools
import json
import sys
import time

import numpy

from bench.rivals.batches import initial, make_batches, read_ids

_WARM_UP = 3
_ALPHA, _ALPHA_BATCH = 0.025, 32  # as hogvec; sums over larger batches want smaller steps
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
    ids = read_ids(text)
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


if __name__ == "__main__":
    text_, form_, *numbers, seconds_ = sys.argv[1:]
    json.dump(measure(text_, form_, *map(int, numbers), float(seconds_)), sys.stdout)
