"""The nearest keys."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Optional, SupportsIndex, Union, overload

import numpy as np
import numpy.typing as npt

from hogvec import _engine
from hogvec._vectors.arrays import REAL, Array, Floats, best, direction, float_rows, unit
from hogvec._vectors.keys import KEY_TYPES, Key
from hogvec._vectors.similarity import Similarities, row_numbers

Item = Union[Key, Array]
Weighted = Union[Item, tuple[Item, float]]
Items = Union[None, Weighted, Sequence[Weighted]]
Neighbors = list[tuple[Any, float]]


@dataclass
class Searched:
    """The rows that are asked: first to last, or those listed."""

    first: int
    last: int
    rows: Optional[npt.NDArray[np.uint64]]

    def row(self, place: int) -> int:
        return self.first + place if self.rows is None else int(self.rows[place])

    def place(self, row: int) -> int:
        """-1 where the row is not asked."""
        if self.rows is None:
            return row - self.first if self.first <= row < self.last else -1
        found = np.nonzero(self.rows == row)[0]
        return int(found[0]) if found.size else -1


def _is_item(value: object) -> bool:
    return isinstance(value, KEY_TYPES) or (isinstance(value, np.ndarray) and value.ndim == 1)


def _as_list(items: Items) -> list[Any]:
    """What may be one item or several, as a list."""
    if items is None:
        return []
    if _is_item(items):
        return [items]
    if (isinstance(items, tuple) and len(items) == 2 and _is_item(items[0])
            and isinstance(items[1], Real)):
        return [items]
    return list(items)  # type: ignore[arg-type]


def _weighted(items: list[Any], weight: float) -> list[tuple[Any, float]]:
    return [(item, weight) if _is_item(item) else (item[0], float(item[1])) for item in items]


def _wanted(topn: Optional[SupportsIndex]) -> Optional[int]:
    return None if topn is None else max(0, operator.index(topn))


class Queries(Similarities):
    """Vectors that are searched for the nearest ones.

    Wherever rows are asked for: `clip_start` to `clip_end` are the rows that are searched,
    `restrict_vocab` the first so many, and `within` the keys that may be answers. `topn` is how
    many are given, highest score first, of equal ones the lower row; None: the scores of all that
    were searched, as an array.
    """

    def _searched(
        self, clip_start: int = 0, clip_end: Optional[int] = None,
        restrict_vocab: Optional[int] = None, within: Optional[Iterable[Key]] = None,
    ) -> Searched:
        if restrict_vocab:
            clip_start, clip_end = 0, restrict_vocab
        first, last, _ = slice(clip_start, clip_end or None).indices(len(self.vectors))
        if within is None:
            return Searched(first, max(first, last), None)
        rows = dict.fromkeys(self.get_index(key) for key in within)
        return Searched(first, last, row_numbers(row for row in rows if first <= row < last))

    def _direction(self, items: Sequence[tuple[Any, float]]) -> Floats:
        """What points to where all items do together; a key, its vector and its vector of length 1
        are the same question, to the last bit of the answers."""
        if len(items) != 1:
            keys = [item for item, _ in items]
            weights = [weight for _, weight in items]
            mean = self.get_mean_vector(keys, weights, post_normalize=True, ignore_missing=False)
            return np.asarray(mean, dtype=REAL)
        item, weight = items[0]
        vector = item if isinstance(item, np.ndarray) else self.vectors[self.get_index(item)]
        return REAL(np.sign(weight)) * direction(vector)

    def _named(self, rows: Iterable[Any], scores: Iterable[Any]) -> Neighbors:
        keys = self.index_to_key
        return [(keys[int(row)], float(score)) for row, score in zip(rows, scores)]

    def _nearest(
        self, queries: Floats, count: int, searched: Searched, own: Sequence[Sequence[int]],
    ) -> list[Neighbors]:
        counts, rows, cosines = _engine.nearest_rows(
            float_rows(self.vectors), queries, count, searched.first, searched.last,
            searched.rows, own)
        ends = np.cumsum(counts)
        return [self._named(rows[end - size:end], cosines[end - size:end])
                for end, size in zip(ends, counts)]

    @overload
    def most_similar(
        self, positive: Items = ..., negative: Items = ..., topn: SupportsIndex = ...,
        clip_start: int = ..., clip_end: Optional[int] = ..., restrict_vocab: Optional[int] = ...,
        indexer: Any = ..., *, within: Optional[Iterable[Key]] = ...,
    ) -> Neighbors: ...

    @overload
    def most_similar(
        self, positive: Items = ..., negative: Items = ..., *, topn: None, clip_start: int = ...,
        clip_end: Optional[int] = ..., restrict_vocab: Optional[int] = ...,
        within: Optional[Iterable[Key]] = ...,
    ) -> Floats: ...

    def most_similar(
        self, positive: Items = None, negative: Items = None, topn: Optional[SupportsIndex] = 10,
        clip_start: int = 0, clip_end: Optional[int] = None, restrict_vocab: Optional[int] = None,
        indexer: Any = None, *, within: Optional[Iterable[Key]] = None,
    ) -> Any:
        """The keys nearest to the mean of `positive` and minus `negative`, with their cosines.

        Both take a key, a vector, shape (D,), a (key, weight) or (vector, weight), or a list of
        these; vectors of keys count with length 1, given ones as they are. Keys that are asked are
        no answers. Returns [(key, cosine)], or with `topn=None` an array, shape (n,), float32.
        Errors: KeyError for an unknown key, ValueError where nothing is asked.
        """
        count = _wanted(topn)
        if count == 0:
            return []
        items = _weighted(_as_list(positive), 1.0) + _weighted(_as_list(negative), -1.0)
        if not items:
            raise ValueError("cannot compute mean with no input; give positive or negative keys")
        query = self._direction(items)
        if indexer is not None and count is not None:
            return indexer.most_similar(unit(query).astype(REAL), topn)
        searched = self._searched(clip_start, clip_end, restrict_vocab, within)
        if count is None:
            return self._cosines(query, searched.first, searched.last, searched.rows)
        own = [self.get_index(item) for item, _ in items if isinstance(item, KEY_TYPES)]
        return self._nearest(query.reshape(1, -1), count, searched, [own])[0]

    @overload
    def most_similar_batch(
        self, keys_or_vectors: Union[Sequence[Item], Array], topn: SupportsIndex = ...,
        clip_start: int = ..., clip_end: Optional[int] = ..., restrict_vocab: Optional[int] = ...,
        *, within: Optional[Iterable[Key]] = ...,
    ) -> list[Neighbors]: ...

    @overload
    def most_similar_batch(
        self, keys_or_vectors: Union[Sequence[Item], Array], topn: None,
        clip_start: int = ..., clip_end: Optional[int] = ..., restrict_vocab: Optional[int] = ...,
        *, within: Optional[Iterable[Key]] = ...,
    ) -> Floats: ...

    def most_similar_batch(
        self, keys_or_vectors: Union[Sequence[Item], Array], topn: Optional[SupportsIndex] = 10,
        clip_start: int = 0, clip_end: Optional[int] = None, restrict_vocab: Optional[int] = None,
        *, within: Optional[Iterable[Key]] = None,
    ) -> Any:
        """most_similar() of many at once: the same answers, each in a fraction of the time.

        `keys_or_vectors` are keys and vectors, or a matrix, shape (q, D). Returns a list of q
        lists, or with `topn=None` an array, shape (q, n). Errors: KeyError for an unknown key.
        """
        count = _wanted(topn)
        items = list(keys_or_vectors)
        if count == 0:
            return [[] for _ in items]
        queries = np.empty((len(items), self.vector_size), dtype=REAL)
        own: list[list[int]] = []
        for place, item in enumerate(items):
            queries[place] = self._direction([(item, 1.0)])
            own.append([self.get_index(item)] if isinstance(item, KEY_TYPES) else [])
        searched = self._searched(clip_start, clip_end, restrict_vocab, within)
        if count is None:
            return _engine.cosines_of_rows(
                float_rows(self.vectors), queries, searched.first, searched.last, searched.rows)
        return self._nearest(queries, count, searched, own)

    @overload
    def similar_by_key(
        self, key: Key, topn: SupportsIndex = ..., restrict_vocab: Optional[int] = ...,
    ) -> Neighbors: ...

    @overload
    def similar_by_key(
        self, key: Key, topn: None, restrict_vocab: Optional[int] = ...,
    ) -> Floats: ...

    def similar_by_key(
        self, key: Key, topn: Optional[SupportsIndex] = 10, restrict_vocab: Optional[int] = None,
    ) -> Any:
        """most_similar() of one key."""
        return self.most_similar(positive=[key], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def similar_by_word(
        self, word: Key, topn: SupportsIndex = ..., restrict_vocab: Optional[int] = ...,
    ) -> Neighbors: ...

    @overload
    def similar_by_word(
        self, word: Key, topn: None, restrict_vocab: Optional[int] = ...,
    ) -> Floats: ...

    def similar_by_word(
        self, word: Key, topn: Optional[SupportsIndex] = 10, restrict_vocab: Optional[int] = None,
    ) -> Any:
        """most_similar() of one key."""
        return self.similar_by_key(word, topn, restrict_vocab)

    @overload
    def similar_by_vector(
        self, vector: npt.ArrayLike, topn: SupportsIndex = ..., restrict_vocab: Optional[int] = ...,
    ) -> Neighbors: ...

    @overload
    def similar_by_vector(
        self, vector: npt.ArrayLike, topn: None, restrict_vocab: Optional[int] = ...,
    ) -> Floats: ...

    def similar_by_vector(
        self, vector: npt.ArrayLike, topn: Optional[SupportsIndex] = 10,
        restrict_vocab: Optional[int] = None,
    ) -> Any:
        """most_similar() of one vector, shape (D,): its own key, if it has one, is an answer."""
        return self.most_similar(
            positive=[np.asarray(vector)], topn=topn, restrict_vocab=restrict_vocab)

    @overload
    def most_similar_cosmul(
        self, positive: Items = ..., negative: Items = ..., topn: SupportsIndex = ...,
        restrict_vocab: Optional[int] = ..., *, within: Optional[Iterable[Key]] = ...,
    ) -> Neighbors: ...

    @overload
    def most_similar_cosmul(
        self, positive: Items = ..., negative: Items = ..., *, topn: None,
        restrict_vocab: Optional[int] = ..., within: Optional[Iterable[Key]] = ...,
    ) -> Floats: ...

    def most_similar_cosmul(
        self, positive: Items = None, negative: Items = None, topn: Optional[SupportsIndex] = 10,
        restrict_vocab: Optional[int] = None, *, within: Optional[Iterable[Key]] = None,
    ) -> Any:
        """The keys of the highest product of cosines with `positive` divided by that with
        `negative`, cosines shifted to 0 .. 1: Levy & Goldberg 2014, eq. (4), with epsilon 1e-6.

        Keys and vectors without weights, as most_similar() takes them; vectors of any length. Keys
        that are asked are no answers. Returns [(key, score)], or with `topn=None` an array, shape
        (n,). Errors: KeyError for an unknown key, ValueError without `positive`.
        """
        count = _wanted(topn)
        if count == 0:
            return []
        signs = [_as_list(positive), _as_list(negative)]
        if not signs[0]:
            raise ValueError("cannot compute similarity with no input; give positive keys")
        searched = self._searched(restrict_vocab=restrict_vocab, within=within)
        products = [self._shifted_product(items, searched) for items in signs]
        scores = products[0] / (products[1] + 1e-6)
        if count is None:
            return scores.astype(REAL)
        asked = [item for items in signs for item in items if isinstance(item, KEY_TYPES)]
        own = {searched.place(self.get_index(item)) for item in asked}
        places = best(scores, count, own - {-1})
        return self._named([searched.row(place) for place in places], scores[places])

    def _shifted_product(
        self, items: Sequence[Any], searched: Searched,
    ) -> npt.NDArray[np.float64]:
        product = np.ones(searched.last - searched.first
                          if searched.rows is None else len(searched.rows))
        for item in items:
            query = self._direction([(item, 1.0)])
            cosines = self._cosines(query, searched.first, searched.last, searched.rows)
            product *= (1 + cosines.astype(np.float64)) / 2
        return product

    def relative_cosine_similarity(self, wa: Key, wb: Key, topn: int = 10) -> float:
        """The similarity of two keys in units of the sum of those of the `topn` nearest to wa:
        Leeuwenberg et al. 2016, eq. (1).

        Errors: KeyError; ValueError where there is no near key.
        """
        sims: Neighbors = self.similar_by_word(wa, topn)
        if not sims:
            raise ValueError("no near keys to compare with; raise topn")
        return self.similarity(wa, wb) / sum(sim for _, sim in sims)
