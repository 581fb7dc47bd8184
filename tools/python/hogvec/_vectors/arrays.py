"""Arrays as the engine takes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

REAL = np.float32
Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


def float_rows(vectors: Array) -> Floats:
    """The same rows where the engine can read them in place, else a copy in float32.

    In place are float32 matrices whose rows are contiguous, padded or not.
    """
    if (vectors.dtype == REAL and vectors.ndim == 2 and vectors.strides[0] >= 0
            and vectors.strides[0] % 4 == 0
            and (vectors.shape[1] < 2 or vectors.strides[1] == 4)):
        return vectors
    return np.ascontiguousarray(vectors, dtype=REAL)


def unit(vector: Array) -> npt.NDArray[np.float64]:
    """The vector with length 1, in double; a zero vector stays zero."""
    exact = np.asarray(vector, dtype=np.float64)
    length = float(np.sqrt(exact @ exact))
    return exact / length if length > 0 else exact


def direction(vector: Array) -> Floats:
    """The vector with length 1, in float32, the same of every multiple of it: one that has length 1
    as far as float32 can tell is left as it is."""
    exact = np.asarray(vector, dtype=np.float64)
    length = float(np.sqrt(exact @ exact))
    if length == 0 or abs(length - 1) < 1e-6:
        return np.asarray(vector, dtype=REAL)
    return (exact / length).astype(REAL)


def cosine(a: Array, b: Array) -> float:
    """Cosine of two vectors, in double: exactly 1 of a vector with itself, 0 with a zero vector."""
    x = np.asarray(a, dtype=np.float64)
    y = np.asarray(b, dtype=np.float64)
    lengths = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / lengths if lengths != 0 else 0.0


def best(scores: Array, count: int, left_out: set[int]) -> list[int]:
    """Places of the highest scores, ties by the lower place; none that is not a number."""
    wanted = min(count + len(left_out), scores.size)
    if wanted < 1:
        return []
    ranked = np.where(np.isnan(scores), -np.inf, scores)
    least = np.partition(ranked, scores.size - wanted)[scores.size - wanted]
    places = np.nonzero((ranked >= least) & ~np.isnan(scores))[0]
    order = places[np.argsort(-ranked[places], kind="stable")]
    return [int(place) for place in order if int(place) not in left_out][:count]
