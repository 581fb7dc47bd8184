"""A text as the mini-batches that the rivals' full softmax trains on: skip-gram, the center as
input, its context words as outputs, one softmax a center. Made before the clock runs.
"""
import collections
import dataclasses

import numpy


@dataclasses.dataclass
class Batch:
    """B centers with C_b context words each. Centers are sorted, so that equal ones are neighbors:
    their gradients add up over the runs that begin at `starts`."""
    centers: numpy.ndarray   # B ids
    unique: numpy.ndarray    # the ids without repeats
    starts: numpy.ndarray    # where each of them begins in centers
    contexts: numpy.ndarray  # B times C_b
    pairs: numpy.ndarray     # b * V + j of the context words j of center b, without repeats
    rows: numpy.ndarray      # b of each pair
    counts: numpy.ndarray    # n_bj of each pair: how often j stands in the window of b


def _read_lines(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return [line.split() for line in file]


def read_words(path):
    """The words of a text by falling frequency, after </s>."""
    counts = collections.Counter(word for line in _read_lines(path) for word in line)
    return ["</s>", *(word for word, _ in counts.most_common())]


def read_ids(path, words):
    """(ids, line of each, V): ids are places in the list of words, which has all of the text."""
    lines = _read_lines(path)
    index = {word: number for number, word in enumerate(words)}
    ids = numpy.fromiter((index[word] for line in lines for word in line), numpy.int64)
    return ids, numpy.repeat(numpy.arange(len(lines)), [len(line) for line in lines]), len(words)


def make_batches(text, size, window, seed=1, limit=None):
    """Batches of `size` consecutive centers of read_ids(), at most `limit` of them. Windows are
    drawn from 1 to `window`, as the reference draws them."""
    ids, line, vocabulary = text
    draws = numpy.random.default_rng(seed).integers(1, window, len(ids), endpoint=True)
    made = []
    for begin in range(0, len(ids), size):
        if limit is not None and len(made) == limit:
            break
        here = numpy.arange(begin, min(begin + size, len(ids)))
        here = here[numpy.argsort(ids[here], kind="stable")]
        made.append(_batch(ids, line, draws, here, window, vocabulary))
    return made


def _batch(ids, line, draws, here, window, vocabulary):
    rows, words = [], []
    for distance in (*range(-window, 0), *range(1, window + 1)):
        there = here + distance
        inside = (draws[here] >= abs(distance)) & (there >= 0) & (there < len(ids))
        inside[inside] = line[there[inside]] == line[here[inside]]
        rows.append(numpy.flatnonzero(inside))
        words.append(ids[there[inside]])
    keys = numpy.concatenate(rows) * vocabulary + numpy.concatenate(words)
    pairs, counts = numpy.unique(keys, return_counts=True)
    rows = pairs // vocabulary
    contexts = numpy.bincount(rows, weights=counts, minlength=len(here))
    unique, starts = numpy.unique(ids[here], return_index=True)
    return Batch(ids[here], unique, starts, contexts.astype(numpy.float32), pairs, rows,
                 counts.astype(numpy.float32))


def initial(vocabulary, dim, seed=1):
    """(W, W') as the reference begins: uniform in +-0.5 / D, and zeros. V x D each."""
    draws = numpy.random.default_rng(seed)
    w = draws.random((vocabulary, dim), numpy.float32)
    return (w - numpy.float32(0.5)) / numpy.float32(dim), numpy.zeros_like(w)


def reference_step(w, w_out, batch, alpha):
    """Rong eqs. (24)-(36) in double, summed over a batch, as they stand there: what every step of
    the rivals has to come to. w, w_out: V x D doubles, changed in place."""
    h = w[batch.centers]
    u = h @ w_out.T
    y = numpy.exp(u - u.max(axis=1, keepdims=True))
    y /= y.sum(axis=1, keepdims=True)
    error = batch.contexts[:, None].astype(float) * y
    error.reshape(-1)[batch.pairs] -= batch.counts
    hidden_error = error @ w_out
    w_out -= alpha * (error.T @ h)
    numpy.subtract.at(w, batch.centers, alpha * hidden_error)
