"""How near vectors are to each other."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from hogvec import _engine
from hogvec._vectors.arrays import REAL, Array, Floats, cosine, float_rows, unit
from hogvec._vectors.keys import KEY_TYPES, Key
from hogvec._vectors.rows import Rows

logger = logging.getLogger("hogvec.models.keyedvectors")


def row_numbers(rows: Iterable[int]) -> npt.NDArray[np.uint64]:
    return np.fromiter(rows, dtype=np.uint64)


class Similarities(Rows):
    """Vectors that are compared by their cosine, which is 0 with a zero vector."""

    def _cosines(
        self, query: npt.ArrayLike, first: int = 0, last: Optional[int] = None,
        within: Optional[npt.NDArray[np.uint64]] = None,
    ) -> Floats:
        """Cosines of one query, shape (D,), with the rows first to last, or with those listed."""
        asked = np.ascontiguousarray(query, dtype=REAL).reshape(1, -1)
        end = len(self.vectors) if last is None else last
        found = _engine.cosines_of_rows(float_rows(self.vectors), asked, first, end, within)
        return found.reshape(-1)

    def similarity(self, w1: Key, w2: Key) -> float:
        """Cosine of two keys' vectors. Errors: KeyError."""
        return cosine(self[w1], self[w2])

    def distance(self, w1: Key, w2: Key) -> float:
        """1 - similarity(w1, w2). Errors: KeyError."""
        return 1 - self.similarity(w1, w2)

    def n_similarity(self, ws1: Sequence[Key], ws2: Sequence[Key]) -> float:
        """Cosine of the means of two lists of keys; unknown ones are left out.

        Errors: ZeroDivisionError where a list is empty.
        """
        lists = [[words] if isinstance(words, KEY_TYPES) else words for words in (ws1, ws2)]
        if not all(len(words) for words in lists):
            raise ZeroDivisionError("n_similarity of an empty list; give at least one key in each")
        means = [self.get_mean_vector(words, pre_normalize=False) for words in lists]
        return cosine(*means)

    def distances(
        self, word_or_vector: Union[Key, Array], other_words: Collection[Key] = (),
    ) -> Floats:
        """1 - cosine of a key or a vector, shape (D,), with `other_words`, or with all keys.

        Shape (n,) in the order of `other_words`, or of the rows. Errors: KeyError.
        """
        if isinstance(word_or_vector, KEY_TYPES):
            query: Array = self.get_vector(word_or_vector)
        else:
            query = word_or_vector
        if other_words is None or not len(other_words):
            return REAL(1) - self._cosines(query)
        rows = row_numbers(self.get_index(word) for word in other_words)
        return REAL(1) - self._cosines(query, within=rows)

    @staticmethod
    def cosine_similarities(vector_1: Array, vectors_all: Array) -> Floats:
        """Cosines of a vector, shape (D,), with the rows of a matrix, shape (n, D): shape (n,)."""
        rows = float_rows(np.asarray(vectors_all))
        asked = np.ascontiguousarray(vector_1, dtype=REAL).reshape(1, -1)
        return _engine.cosines_of_rows(rows, asked, 0, len(rows)).reshape(-1)

    def most_similar_to_given(self, key1: Key, keys_list: Sequence[Key]) -> Key:
        """Of the list the key that is most similar to key1, the first of equal ones.

        Errors: KeyError; ValueError for an empty list.
        """
        if not len(keys_list):
            raise ValueError("no keys to choose from; give at least one")
        return max(keys_list, key=lambda key: self.similarity(key1, key))

    def closer_than(self, key1: Key, key2: Key) -> list[Any]:
        """The keys that are nearer to key1 than key2 is, in the order of rows. Errors: KeyError."""
        own = self.get_index(key1)
        cosines = self._cosines(self.vectors[own])
        nearer = np.nonzero(cosines > cosines[self.get_index(key2)])[0]
        return [self.index_to_key[int(index)] for index in nearer if index != own]

    def rank(self, key1: Key, key2: Key) -> int:
        """The place of key2 among the keys near to key1, from 1 on. Errors: KeyError."""
        return len(self.closer_than(key1, key2)) + 1

    def rank_by_centrality(
        self, words: Sequence[Key], use_norm: bool = True,
    ) -> list[tuple[float, Any]]:
        """The words with their cosine with the mean of all of them, nearest first.

        With `use_norm` the mean is that of vectors of length 1; without, the product with the mean
        takes the place of the cosine. Unknown words are left out with a warning. Errors:
        ValueError where none is known.
        """
        known = [word for word in words if word in self]
        if len(known) != len(words):
            unknown = [word for word in words if word not in self]
            logger.warning("words that have no vector are left out: %s", unknown)
        if not known:
            raise ValueError("none of the words has a vector; give some that have")
        vectors = np.vstack([self.vectors[self.get_index(word)] for word in known])
        vectors = vectors.astype(np.float64)
        if use_norm:
            vectors = np.vstack([unit(vector) for vector in vectors])
        products = vectors @ unit(vectors.mean(axis=0))
        ranked = zip((float(product) for product in products), known)
        return sorted(ranked, key=lambda pair: (pair[0], str(pair[1])), reverse=True)

    def doesnt_match(self, words: Sequence[Key]) -> Any:
        """The word farthest from the mean of all. Unknown words are left out with a warning.

        Errors: ValueError where none is known.
        """
        return self.rank_by_centrality(words)[-1][1]
