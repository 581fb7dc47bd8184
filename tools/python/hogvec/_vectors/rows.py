"""Vectors by their keys."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional, Union

import numpy as np
import numpy.typing as npt

from hogvec import _engine
from hogvec._vectors.arrays import REAL, Array, Floats, direction, float_rows, unit
from hogvec._vectors.attributes import Attributes
from hogvec._vectors.keys import KEY_TYPES, Key, no_key


def random_rows(shape: tuple[int, int], seed: int) -> Floats:
    """Uniform in -1/D .. 1/D, float32, of the shape (V, D)."""
    draws = np.random.default_rng(seed=seed).random(shape, dtype=REAL)
    scaled: Floats = (draws * REAL(2) - REAL(1)) / REAL(shape[1])
    return scaled


class Rows(Attributes):
    """A matrix, row k of which is the vector of key k.

    `vectors` has the shape (V, D), float32 unless it was asked for otherwise. It may be shared with
    a model that is trained, and rows may be padded: nothing is copied, and all answers are those of
    what it holds at the moment.
    """

    vectors: Array
    vector_size: int

    def __init__(
        self, vector_size: int, count: int = 0, dtype: npt.DTypeLike = REAL,
        mapfile_path: Optional[str] = None,
    ) -> None:
        super().__init__(count=count)
        self.vector_size = vector_size
        self.vectors = np.zeros((count, vector_size), dtype=dtype)
        self.next_index = 0
        self.mapfile_path = mapfile_path
        self._lockf: Optional[Array] = None

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    def __getitem__(self, key_or_keys: Union[Key, Iterable[Key]]) -> Array:
        """The vector of a key, shape (D,), or those of several, shape (n, D).

        Errors: KeyError for an unknown key.
        """
        if isinstance(key_or_keys, KEY_TYPES):
            return self.get_vector(key_or_keys)
        rows = [self.get_index(key) for key in key_or_keys]
        if not rows:
            raise ValueError("the vectors of no keys; give at least one")
        several: Array = self.vectors[rows]
        return several

    def get_vector(self, key: Key, norm: bool = False) -> Array:
        """The vector of a key, shape (D,), read-only: the row itself.

        With `norm` a copy of length 1 (a zero vector stays zero). Errors: KeyError.
        """
        vector: Array = self.vectors[self.get_index(key)]
        if norm:
            vector = direction(vector).astype(vector.dtype)
        vector.setflags(write=False)
        return vector

    @property
    def norms(self) -> Floats:
        """The length of every row as it is now, shape (V,). It cannot be set."""
        return _engine.lengths_of_rows(float_rows(self.vectors))

    @norms.setter
    def norms(self, value: object) -> None:
        """Ignored: what other programs set to make lengths be computed again always is."""

    def fill_norms(self, force: bool = False) -> None:
        """Does nothing: lengths are never older than the vectors."""

    def get_normed_vectors(self) -> Array:
        """A copy of all vectors with length 1, shape (V, D); zero vectors stay zero."""
        return self.vectors / self._divisors()

    def unit_normalize_all(self) -> None:
        """Scales all vectors to length 1 where they lie; a model trained from them is another."""
        self.vectors /= self._divisors()

    def _divisors(self) -> Array:
        lengths = self.norms
        return np.where(lengths == 0, REAL(1), lengths)[:, np.newaxis].astype(self.vectors.dtype)

    @property
    def vectors_lockf(self) -> Array:
        """How much of an update a row takes in training, shape (V,): 1, all, unless it was set."""
        if self._lockf is None or len(self._lockf) not in (1, len(self)):
            old = self._lockf
            self._lockf = np.ones(len(self), dtype=REAL)
            if old is not None:
                kept = min(len(old), len(self))
                self._lockf[:kept] = old[:kept]
        return self._lockf

    @vectors_lockf.setter
    def vectors_lockf(self, factors: npt.ArrayLike) -> None:
        self._lockf = np.asarray(factors, dtype=REAL)

    def add_vector(self, key: Key, vector: npt.ArrayLike) -> int:
        """Puts a vector, shape (D,), into the next slot without a key, or behind the last row.

        Returns its row. Room for many is made by KeyedVectors(vector_size, count), or they are
        added at once by add_vectors(): every row more copies all others, of which a UserWarning
        tells.
        """
        self._own_keys()
        index = self.next_index
        if index >= len(self) or self._list[index] is not None:
            warnings.warn(
                "a vector more copies all others; add many at once by add_vectors(), or make room "
                "for them by KeyedVectors(vector_size, count)", UserWarning, stacklevel=2)
            index = len(self)
            self.add_vectors([key], np.asarray(vector).reshape(1, -1))
        else:
            self.vectors[index] = vector
            self._list[index] = key
            self._dict[key] = index
        self.next_index = index + 1
        return index

    def add_vectors(
        self, keys: Union[Key, Sequence[Key]], weights: Any,
        extras: Optional[Mapping[str, Any]] = None, replace: bool = False,
    ) -> None:
        """Adds vectors, shape (n, D), with n keys, and values of attributes by `extras`, n each.

        A key that is there keeps its vector and attributes, or gets the new ones with `replace`. Of
        a key that is given twice the first counts, with `replace` the last. The matrix becomes a
        new one. Errors: ValueError where keys, weights and extras do not fit each other, TypeError
        for an extra of another type than the attribute has.
        """
        one = isinstance(keys, KEY_TYPES)
        names: list[Any] = [keys] if one else list(keys)  # type: ignore[arg-type]
        rows = np.asarray(weights)
        if one:
            rows = rows.reshape(1, -1)
        if not names:
            rows = rows.reshape(0, self.vector_size)
        if rows.shape != (len(names), self.vector_size):
            raise ValueError(
                f"vectors of shape {rows.shape} for {len(names)} keys: it must be "
                f"{(len(names), self.vector_size)}")
        values = {attr: np.asarray(extra) for attr, extra in (extras or {}).items()}
        for attr, extra in values.items():
            if len(extra) != len(names):
                raise ValueError(f"{len(extra)} values of '{attr}' for {len(names)} keys")
        self._check_extras(values)

        is_new = np.array([name not in self for name in names], dtype=bool)
        self._own_keys()
        for place in np.nonzero(is_new)[0]:
            name = names[place]
            if self._row(name) >= 0:  # given twice
                is_new[place] = False
                continue
            self._dict[name] = len(self._list)
            self._list.append(name)
        self.vectors = np.vstack((self.vectors, rows[is_new].astype(self.vectors.dtype)))
        self.allocate_vecattrs()
        self.allocate_vecattrs(values, [extra.dtype for extra in values.values()])
        changed = is_new if not replace else np.ones(len(names), dtype=bool)
        for place in np.nonzero(changed)[0]:
            index = self.get_index(names[place])
            self.vectors[index] = rows[place]
            for attr, extra in values.items():
                self.expandos[attr][index] = extra[place]

    def _check_extras(self, values: Mapping[str, Array]) -> None:
        """Errors: TypeError before anything has changed."""
        for attr, extra in values.items():
            if attr in self.expandos:
                self._resize_attribute(attr, extra.dtype)

    def __setitem__(self, keys: Union[Key, list[Key]], weights: npt.ArrayLike) -> None:
        """Sets the vector of a key, shape (D,), or of several, shape (n, D): add_vectors() with
        `replace`."""
        if isinstance(keys, list):
            self.add_vectors(keys, weights, replace=True)
        else:
            self.add_vectors([keys], np.asarray(weights).reshape(1, -1), replace=True)

    def resize_vectors(self, seed: int = 0) -> None:
        """Gives every key a row: rows more are random, uniform in -1/D .. 1/D."""
        shape = (len(self), self.vector_size)
        if self.vectors.shape != shape:
            new = random_rows(shape, seed).astype(self.vectors.dtype)
            rows, dim = (min(a, b) for a, b in zip(self.vectors.shape, shape))
            new[:rows, :dim] = self.vectors[:rows, :dim]
            self.vectors = new
        self.allocate_vecattrs()

    def sort_by_descending_frequency(self) -> None:
        """Puts the most frequent keys first, by the attribute 'count'; equal ones keep their order.

        Errors: KeyError where there is no such attribute.
        """
        if not len(self):
            return
        if "count" not in self.expandos:
            raise KeyError("no attribute 'count' to sort by; set it by set_vecattr()")
        self._own_keys()
        order = np.argsort(-self.expandos["count"].astype(np.float64), kind="stable")
        self._list = [self._list[index] for index in order]
        self._dict = {key: index for index, key in enumerate(self._list)}
        self.allocate_vecattrs()
        self.expandos = {attr: values[order] for attr, values in self.expandos.items()}
        if len(self.vectors):
            self.vectors = self.vectors[order]
        if self._lockf is not None and len(self._lockf) == len(order):
            self._lockf = self._lockf[order]

    def get_mean_vector(
        self, keys: Sequence[Union[Key, Array]],
        weights: Optional[npt.ArrayLike] = None, pre_normalize: bool = True,
        post_normalize: bool = False, ignore_missing: bool = True,
    ) -> Array:
        """The mean of the vectors of keys, or of vectors, shape (D,), by their weights (1).

        With `pre_normalize` those of keys, not vectors that are given, have length 1; with
        `post_normalize` the mean has. Errors: ValueError without keys, or for another number of
        weights; KeyError for an unknown key unless `ignore_missing`.
        """
        if len(keys) == 0:
            raise ValueError("cannot compute mean with no input; give at least one key or vector")
        factors = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)
        if factors.shape != (len(keys),):
            raise ValueError(f"{factors.size} weights for {len(keys)} keys")
        total = np.zeros(self.vector_size)
        size = 0.0
        for key, factor in zip(keys, factors):
            if isinstance(key, np.ndarray):
                vector: Array = key
            elif key in self:
                vector = self.vectors[self.get_index(key)]
                vector = unit(vector) if pre_normalize else vector
            elif ignore_missing:
                continue
            else:
                raise no_key(key)
            total += factor * vector
            size += abs(float(factor))
        mean = total / size if size > 0 else total
        return (unit(mean) if post_normalize else mean).astype(self.vectors.dtype)
