"""Values of keys beside their vectors, an array an attribute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

import numpy as np

from hogvec import _engine
from hogvec._vectors.arrays import Array
from hogvec._vectors.keys import Key, Keys


class Attributes(Keys):
    """Keys with `expandos`: arrays by the name of an attribute, one value a row."""

    def __init__(self, words: Optional[_engine.Words] = None, count: int = 0) -> None:
        super().__init__(words, count)
        self.expandos: dict[str, Array] = {}

    def allocate_vecattrs(
        self, attrs: Optional[Iterable[str]] = None, types: Optional[Iterable[Any]] = None,
    ) -> None:
        """Makes arrays of the attributes, zeroed, or as many values of those that exist as keys.

        Without arguments: all that exist. Errors: TypeError for a type that the array of an
        attribute cannot hold.
        """
        if attrs is None or types is None:
            attrs = list(self.expandos)
            types = [self.expandos[attr].dtype for attr in attrs]
        for attr, kind in zip(attrs, types):
            # int is 32 bits in places; arrays of text would take the room of the longest.
            dtype = np.dtype(np.int64 if kind is int else object if kind is str else kind)
            self._resize_attribute(attr, dtype)

    def _resize_attribute(self, attr: str, dtype: np.dtype[Any]) -> None:
        old = self.expandos.get(attr)
        if old is None:
            self.expandos[attr] = np.zeros(len(self), dtype=dtype)
            return
        if not np.issubdtype(dtype, old.dtype):
            raise TypeError(
                f"attribute '{attr}' has values of type {old.dtype}, which cannot hold {dtype}; "
                f"give it another name, or convert .expandos['{attr}']"
            )
        if len(old) != len(self):
            new = np.zeros(len(self), dtype=old.dtype)
            kept = min(len(old), len(self))
            new[:kept] = old[:kept]
            self.expandos[attr] = new

    def set_vecattr(self, key: Key, attr: str, val: Any) -> None:
        """Sets an attribute of a key; the first value of an attribute settles the type of all.

        Errors: KeyError for an unknown key, TypeError for a value of another type.
        """
        index = self.get_index(key)
        self.allocate_vecattrs([attr], [type(val)])
        self.expandos[attr][index] = val

    def get_vecattr(self, key: Key, attr: str) -> Any:
        """An attribute of a key. Errors: KeyError for an unknown key or attribute."""
        index = self.get_index(key)
        if attr not in self.expandos:
            raise KeyError(f"no attribute '{attr}'; there are {sorted(self.expandos)}")
        return self.expandos[attr][index]
