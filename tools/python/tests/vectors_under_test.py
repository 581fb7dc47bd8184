"""What the tests of KeyedVectors share."""

import unittest

import numpy as np

from hogvec.models import KeyedVectors

try:
    from gensim.models import KeyedVectors as GensimVectors
except ImportError:
    GensimVectors = None

needs_gensim = unittest.skipUnless(GensimVectors, "gensim is not installed")


def random_matrix(rows, dim, seed=1):
    """Lengths between 1 and 3 in any direction: no gap between neighbours is below float32's."""
    random = np.random.default_rng(seed)
    matrix = random.standard_normal((rows, dim))
    matrix *= random.uniform(1, 3, (rows, 1)) / np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix.astype(np.float32)


def names(count):
    return [f"w{k}" for k in range(count)]


def vectors_of(keys, matrix):
    vectors = KeyedVectors(matrix.shape[1])
    vectors.add_vectors(list(keys), matrix)
    return vectors


def plane(**rows):
    """Two-dimensional vectors, whose answers can be seen."""
    return vectors_of(rows, np.array(list(rows.values()), dtype=np.float32))


def keys_of(found):
    return [key for key, _ in found]
