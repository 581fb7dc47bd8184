"""Vectors by their keys: load, ask, change, measure and save them.

    >>> from hogvec.models import KeyedVectors
    >>> vectors = KeyedVectors.load_word2vec_format("vectors.bin", binary=True)
    >>> vectors.most_similar(positive=["king", "woman"], negative=["man"])
    >>> vectors.most_similar_batch(["king", "queen"], topn=5, within=["man", "woman"])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Callable, Optional

import numpy as np

from hogvec._vectors.arrays import REAL, Array, Floats
from hogvec._vectors.correlation import Correlation
from hogvec._vectors.keys import Key, KeyToIndex
from hogvec._vectors.old_names import OldNames
from hogvec._vectors.rows import random_rows

__all__ = [
    "Correlation", "EuclideanKeyedVectors", "Key", "KeyToIndex", "KeyedVectors", "REAL",
    "Word2VecKeyedVectors", "load_word2vec_format", "prep_vectors", "pseudorandom_weak_vector",
]


class KeyedVectors(OldNames):
    """Vectors by their keys, with the methods and the answers of gensim 4.

    `vectors` is the matrix, shape (V, D), float32 unless another `dtype` is asked for;
    `index_to_key` and `key_to_index` name its rows; `expandos` has values beside them. The number
    of a row stands for its key where no key is called so. KeyedVectors(D, count) has room for
    `count` vectors, which add_vector() fills.

    Any number of threads may ask at once, while none adds keys or replaces `vectors`. Values of
    `vectors` may change at any time, also while they are trained: every answer is of the moment.

    Other than gensim's: a zero vector has the cosine 0 with all, not NaN; scores that are equal are
    in the order of rows; rows that are no numbers are no answers.
    """

    def vectors_for_all(
        self, keys: Iterable[Any], allow_inference: bool = True, copy_vecattrs: bool = False,
    ) -> KeyedVectors:
        """Copies the vectors of those keys that there are, each once, in the order given.

        With `copy_vecattrs` their attributes too; without, 'count' descends from n to 1.
        `allow_inference` is of no effect here: no vector is made up for an unknown key.
        """
        known = [key for key in dict.fromkeys(keys) if key in self]
        rows = np.array([self.get_index(key) for key in known], dtype=np.int64)
        made = KeyedVectors(self.vector_size, dtype=self.vectors.dtype)
        made.add_vectors(known, self.vectors[rows])
        made.next_index = len(made)
        made.expandos["count"] = np.arange(len(known), 0, -1, dtype=np.int64)
        if copy_vecattrs:
            made.expandos.update((attr, values[rows]) for attr, values in self.expandos.items())
        return made


Word2VecKeyedVectors = KeyedVectors
EuclideanKeyedVectors = KeyedVectors


def load_word2vec_format(*args: Any, **kwargs: Any) -> KeyedVectors:
    """KeyedVectors.load_word2vec_format()."""
    return KeyedVectors.load_word2vec_format(*args, **kwargs)


def pseudorandom_weak_vector(
    size: int, seed_string: Optional[str] = None, hashfxn: Callable[[str], int] = hash,
) -> Floats:
    """A vector, shape (size,), uniform in -1/2D .. 1/2D; the same for the same `seed_string`, as
    far as `hashfxn` is."""
    seed = hashfxn(seed_string) & 0xFFFFFFFF if seed_string else None
    draws = np.random.default_rng(seed).random(size, dtype=REAL)
    vector: Floats = (draws - REAL(0.5)) / REAL(size)
    return vector


def prep_vectors(
    target_shape: tuple[int, int], prior_vectors: Optional[Array] = None, seed: int = 0,
    dtype: Any = REAL,
) -> Array:
    """A matrix of the shape (V, D): what `prior_vectors` has, and else random values, uniform in
    -1/D .. 1/D. The prior matrix itself where it has that shape."""
    if prior_vectors is not None and prior_vectors.shape == target_shape:
        return prior_vectors
    vectors: Array = random_rows(target_shape, seed).astype(dtype)
    if prior_vectors is not None:
        rows, dim = prior_vectors.shape
        vectors[:rows, :dim] = prior_vectors
    return vectors
