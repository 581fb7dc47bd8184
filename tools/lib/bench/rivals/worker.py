"""One rival's full softmax in a process of its own, which has only its threads:

    python3 -m bench.rivals.worker TEXT FORM BATCH DIM WINDOW THREADS SECONDS ALPHA [HELD_OUT RATE]

prints JSON: centers per second of the steps alone, and what computes them. With the name of another
text, and about how many centers it trains a second, it trains with a learning rate that falls to
nothing over that time, and tells the perplexity of the other text.
"""
import collections
import itertools
import json
import sys
import time

import numpy

from bench.rivals.batches import initial, make_batches, read_ids, read_words
from bench.rivals.held_out import perplexity

_WARM_UP = 3
_LEAST_ALPHA = 1e-4  # of that at the start
_ENOUGH_CENTERS = 80_000  # more than any rival trains before its time is over, or they come again


def make_model(form, w, w_out, batch_size, threads):
    """The rival of that name. PyTorch takes 2 s to load: not with NumPy."""
    if form.startswith("numpy"):
        from bench.rivals.numpy_softmax import NumpySoftmax
        return NumpySoftmax(w, w_out, batch_size, form, threads)
    from bench.rivals.torch_softmax import TorchSoftmax
    return TorchSoftmax(w, w_out, batch_size, form, threads)


Settings = collections.namedtuple("Settings", "text form batch dim window threads")


def prepare(settings, words, centers):
    """(model, its W and W', batches without end), with batches for about so many centers made."""
    batches = make_batches(read_ids(settings.text, words), settings.batch, settings.window,
                           limit=int(centers / settings.batch) + 1)
    matrices = initial(len(words), settings.dim)
    model = make_model(settings.form, *matrices, settings.batch, settings.threads)
    if hasattr(model, "prepare"):
        model.prepare(batches)
    return model, matrices, itertools.cycle(batches)


def measure(settings, seconds, alpha):
    """What is printed."""
    from bench.rivals.numpy_softmax import blas
    words = read_words(settings.text)
    model, _, turns = prepare(settings, words, _ENOUGH_CENTERS)
    versions = {"numpy": numpy.__version__}
    if "torch" in sys.modules:
        versions["torch"] = sys.modules["torch"].__version__
    for batch in itertools.islice(turns, _WARM_UP):
        model.step(batch, alpha)
    centers, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        batch = next(turns)
        model.step(batch, alpha)
        centers += len(batch.centers)
    return {"centers_per_second": centers / elapsed, "vocabulary": len(words), "blas": blas(),
            "versions": versions}


def train(settings, seconds, alpha, held_out, rate):
    """What is printed, of a training run."""
    words = read_words(settings.text)
    # More than it trains, or they come again.
    model, matrices, turns = prepare(settings, words, 1.5 * float(rate) * seconds)
    centers, start = 0, time.perf_counter()
    while (share := (time.perf_counter() - start) / seconds) < 1:
        batch = next(turns)
        model.step(batch, alpha * max(1 - share, _LEAST_ALPHA))
        centers += len(batch.centers)
    found = perplexity(*matrices, read_ids(held_out, words), settings.window)
    return {"centers": centers, "perplexity": found}


def _main(text, form, batch, dim, window, threads, seconds, alpha, *of_training):
    settings = Settings(text, form, *map(int, (batch, dim, window, threads)))
    run = train if of_training else measure
    json.dump(run(settings, float(seconds), float(alpha), *of_training), sys.stdout)


if __name__ == "__main__":
    _main(*sys.argv[1:])
