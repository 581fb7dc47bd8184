"""Keys, and the rows that they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Integral
from typing import Any, Optional, Union

import numpy as np

from hogvec import _engine

Key = Union[str, int, "np.integer[Any]"]
KEY_TYPES = (str, int, np.integer)


class KeyToIndex(Mapping[str, int]):
    """Row of each word: a read-only mapping, which finds words where they lie without a dict."""

    __slots__ = ("_words",)

    def __init__(self, words: _engine.Words) -> None:
        self._words = words

    def __getitem__(self, word: str) -> int:
        row = self._words.find(word)
        if row < 0:
            raise KeyError(word)
        return row

    def __contains__(self, word: object) -> bool:
        return self._words.find(word) >= 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def copy(self) -> dict[str, int]:
        """A dict of them, which may be changed."""
        return dict(self)

    def __repr__(self) -> str:
        return f"<rows of {len(self)} words>"


def no_key(key: object) -> KeyError:
    return KeyError(f"Key '{key}' not present")


class Keys:
    """Keys in the order of their rows.

    Words that somebody else holds (a model file, a trained vocabulary) are asked where they are.
    The first change makes a list and a dict of them, which then are `index_to_key` and
    `key_to_index`.
    """

    def __init__(self, words: Optional[_engine.Words] = None, count: int = 0) -> None:
        self._words = words
        self._list: list[Any] = [None] * count
        self._dict: dict[Any, int] = {}

    def _own_keys(self) -> None:
        """Makes list and dict of words, which may then be changed."""
        if self._words is None:
            return
        self._list = list(self._words)
        self._dict = {}
        for index, word in enumerate(self._list):
            self._dict.setdefault(word, index)
        self._words = None

    def _key_words(self) -> _engine.Words:
        """The keys as words of a file. Errors: ValueError where a slot has no key yet."""
        if self._words is not None:
            return self._words
        for index, key in enumerate(self._list):
            if key is None:
                raise ValueError(
                    f"slot {index} of {len(self)} has no key yet; fill it by add_vector()")
        return _engine.Words(str(key) for key in self._list)

    @property
    def index_to_key(self) -> Any:
        """The key of each row: a sequence of words, or a list once keys were added."""
        return self._list if self._words is None else self._words

    @index_to_key.setter
    def index_to_key(self, keys: Any) -> None:
        self._own_keys()
        self._list = list(keys)

    @property
    def key_to_index(self) -> Any:
        """The row of each key: a mapping, or a dict once keys were added."""
        return self._dict if self._words is None else KeyToIndex(self._words)

    @key_to_index.setter
    def key_to_index(self, rows: Mapping[Any, int]) -> None:
        self._own_keys()
        self._dict = dict(rows)

    def __len__(self) -> int:
        return len(self._list if self._words is None else self._words)

    def _row(self, key: Any) -> int:
        """Row of what is a key itself, -1 where it is none."""
        if self._words is not None and isinstance(key, str):
            return self._words.find(key)
        if self._words is not None:
            hash(key)  # as a dict: TypeError for what can be no key
            return -1
        return self._dict.get(key, -1)

    def get_index(self, key: Key, default: Optional[int] = None) -> int:
        """Row of a key; an int that is no key is a row itself.

        Errors: KeyError where there is no such key or row, unless there is a `default`.
        """
        row = self._row(key)
        if row >= 0:
            return row
        if isinstance(key, Integral) and 0 <= int(key) < len(self):
            return int(key)
        if default is not None:
            return default
        raise no_key(key)

    def has_index_for(self, key: Key) -> bool:
        """Whether there is a row of the key."""
        return self.get_index(key, -1) >= 0

    def __contains__(self, key: Any) -> bool:
        return self.has_index_for(key)
