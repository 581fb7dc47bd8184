"""Where the words of a model come from, and how the engine gets them."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Optional, Union

import numpy as np

from hogvec import _engine
from hogvec._paths import PathLike, file_name

logger = logging.getLogger("hogvec")

Paths = Union[PathLike, Sequence[PathLike]]


class IdSentences:
    """Sentences of integers: sessions of items, walks on a graph, a text that is encoded already.

    No Python object is made of any of them.

    Parameters
    ----------
    ids : array of integers, 0 or more
        All sentences, one behind the other.
    offsets : array of integers, optional
        Sentence `s` is ``ids[offsets[s]:offsets[s + 1]]``: one entry more than there are sentences,
        ascending, the last at most ``len(ids)``. None: the ids are one sentence.
    words : sequence of str, optional
        ``words[k]`` is the key of id `k`. None: its decimal digits.

    Raises
    ------
    TypeError
        Ids or offsets that are no integers.
    ValueError
        An id below 0, or without a word; offsets that fall, or leave the ids.
    """

    def __init__(
        self, ids: Any, offsets: Any = None, words: Optional[Sequence[str]] = None
    ) -> None:
        self.ids = _integers(ids, "ids")
        self.offsets = (
            np.array([0, len(self.ids)], dtype=np.int64)
            if offsets is None
            else _integers(offsets, "offsets")
        )
        if len(self.offsets) == 0:
            raise ValueError("offsets is empty: give one entry more than there are sentences")
        if (
            self.offsets[0] < 0
            or self.offsets[-1] > len(self.ids)
            or (len(self.offsets) > 1 and bool(np.any(np.diff(self.offsets) < 0)))
        ):
            raise ValueError(f"offsets must ascend, from 0 on to {len(self.ids)}, the number of ids")
        least = int(self.ids.min()) if len(self.ids) else 0
        self.most = int(self.ids.max()) if len(self.ids) else -1
        if least < 0:
            raise ValueError(f"ids has {least}: they are 0 or more")
        if words is not None and self.most >= len(words):
            raise ValueError(f"ids has {self.most}, and words ends before: it has {len(words)}")
        self.words = words

    def __len__(self) -> int:
        """How many sentences there are."""
        return len(self.offsets) - 1

    def __iter__(self) -> Iterator[list[str]]:
        for first, last in zip(self.offsets[:-1], self.offsets[1:]):
            yield [self.key(int(k)) for k in self.ids[first:last]]

    def key(self, k: int) -> str:
        """The key of id `k`."""
        return str(k) if self.words is None else self.words[k]

    def counts(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How often each id stands in the sentences."""
        whole = self.ids[int(self.offsets[0]) : int(self.offsets[-1])]
        size = self.most + 1 if self.words is None else len(self.words)
        return np.bincount(whole, minlength=size).astype(np.int64)


class CountedIds:
    """IdSentences that are counted: what `_engine.CountedText` is of words."""

    def __init__(self, corpus: IdSentences) -> None:
        self._corpus = corpus
        self._counts = corpus.counts()
        self.words = int(corpus.offsets[-1] - corpus.offsets[0])
        self.sentences = len(corpus)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._counts))

    @property
    def counts(self) -> np.ndarray[Any, Any]:
        return self._counts[self._counts > 0]

    def in_order(self, min_count: int = 0) -> tuple[list[str], np.ndarray[Any, Any]]:
        kept = np.flatnonzero(self._counts >= max(min_count, 1))
        return [self._corpus.key(int(k)) for k in kept], self._counts[kept].astype(np.uint64)

    def vocabulary(self, min_count: int, threads: int) -> _engine.Vocabulary:
        words, counts = self.in_order(min_count)
        order = np.argsort(-counts.astype(np.int64), kind="stable")
        return _engine.Vocabulary([words[k] for k in order], counts[order])

    def encode(self, vocabulary: _engine.Vocabulary, threads: int) -> _engine.Text:
        find = vocabulary.words.find
        row_of = np.zeros(len(self._counts), dtype=np.int64)
        for k in np.flatnonzero(self._counts):
            row_of[k] = find(self._corpus.key(int(k))) + 1
        return _engine.text_of_ids(self._corpus.ids, self._corpus.offsets, row_of)


Counted = Union[_engine.CountedText, CountedIds]


def _integers(values: Any, name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    array = np.asarray(values)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise TypeError(
            f"{name} must be one row of integers, not of shape {array.shape} and type {array.dtype}"
        )
    if array.dtype == np.uint64 and int(array.max()) >= 2**63:
        raise ValueError(f"{name} has {array.max()}: they are below 2 ** 63")
    return np.ascontiguousarray(array, dtype=np.int64)


def paths_of(corpus_file: Paths) -> list[str]:
    if isinstance(corpus_file, (str, os.PathLike)):
        return [file_name(corpus_file)]
    return [file_name(path) for path in corpus_file]


def check_corpus(sentences: Any, corpus_file: Optional[Paths], passes: int) -> None:
    """Raises TypeError where not exactly one of them is given, or is not what it should be."""
    if sentences is None and corpus_file is None:
        raise TypeError("neither sentences nor corpus_file is given: one of them has the words")
    if sentences is not None and corpus_file is not None:
        raise TypeError("sentences and corpus_file are both given: leave one out")
    if corpus_file is not None:
        for path in paths_of(corpus_file):
            if path != "-" and not os.path.exists(path):
                raise TypeError(f"corpus_file {path!r}: there is no such file")
        return
    if not isinstance(sentences, Iterable):
        raise TypeError(
            f"sentences must be an iterable of lists of str, not {type(sentences).__name__}"
        )
    if isinstance(sentences, Generator) and passes > 1:
        raise TypeError(
            f"sentences is a generator, which gives its words once, and {passes} passes are "
            "wanted: give a list, or an object whose __iter__ begins anew, as hogvec.LineSentence"
        )


def count_corpus(sentences: Any, corpus_file: Optional[Paths], threads: int) -> Counted:
    """Counts and encodes a corpus that check_corpus() has passed, in one pass."""
    if corpus_file is not None:
        return _engine.count_files(paths_of(corpus_file), threads)
    if isinstance(sentences, IdSentences):
        return CountedIds(sentences)
    return _engine.count_sentences(_warned(sentences), threads)


def _warned(sentences: Iterable[Any]) -> Iterable[Any]:
    """The same; who has forgotten to cut sentences into words is told."""
    first = sentences[0] if isinstance(sentences, (list, tuple)) and sentences else None
    if isinstance(sentences, str) or isinstance(first, str):
        logger.warning(
            "Each 'sentences' item should be a list of words (usually unicode strings). "
            "A string is taken for a list of its characters; cut it by .split()"
        )
    return sentences
