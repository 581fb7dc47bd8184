"""The rows that a model trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np

from hogvec import _engine
from hogvec._model.settings import Hyperparameters
from hogvec.models.keyedvectors import KeyedVectors

Array = np.ndarray[Any, np.dtype[np.float32]]


class Matrices(Hyperparameters):
    """W, whose rows are those of `wv`; W', of words, of nodes, or of both; and the words that the
    engine knows them by."""

    wv: KeyedVectors
    corpus_total_words: int
    _matrices: Optional[_engine.Model]
    _vocabulary: Optional[_engine.Vocabulary]
    _made_wv: Optional[KeyedVectors]
    """`wv`, where nobody has put another in its place."""
    _counted_words: tuple[Sequence[str], np.ndarray[Any, Any], int]
    """Until there is a vocabulary: the model's words, their counts, and how often </s> stood in a
    text that a program has trained on, since the tree is made of it, too."""

    @property
    def syn1neg(self) -> Array:
        """Output vectors of the words, V x D, sharing memory with the model. AttributeError where
        it has none: no negative samples and no full softmax."""
        if self._matrices is None or not self._has_output():
            raise AttributeError("the model has no syn1neg: it has no words, or negative is 0")
        return self._matrices.output

    @property
    def syn1(self) -> Array:
        """Vectors of the tree's inner nodes, V x D, the root first, sharing memory. AttributeError
        where it has none: hs is 0."""
        if self._matrices is None or not self.hs:
            raise AttributeError("the model has no syn1: it has no words, or hs is 0")
        return self._matrices.nodes

    def _parts(self) -> tuple[_engine.Model, _engine.Vocabulary]:
        """The engine's model, its first rows those of `wv`, and its words."""
        if self._matrices is None or len(self.wv) == 0:
            raise RuntimeError(
                "you must first build vocabulary: the model has no words"
                + (f"; none of the corpus occurs min_count={self.min_count} times"
                   if self.corpus_total_words else "")
            )
        rows = self._matrices.input
        vectors = self.wv.vectors
        if vectors.shape != rows.shape:
            raise RuntimeError(
                f"wv has vectors of shape {vectors.shape}, and the model of {rows.shape}: add words "
                "by build_vocab(update=True)"
            )
        if vectors.ctypes.data != rows.ctypes.data:  # somebody has put others in their place
            self._own_rows()
            self._matrices.input[:] = vectors
            self.wv.vectors = self._matrices.input
        if self._vocabulary is None:
            words, counts, ends = self._counted_words
            self._vocabulary = _engine.Vocabulary(list(words), counts.astype(np.uint64), ends)
        if not self._knows_words():
            raise RuntimeError(
                "wv has other words than the model, or in another order; add words by "
                "build_vocab(update=True), and sort a copy of wv"
            )
        return self._matrices, self._vocabulary

    def _knows_words(self) -> bool:
        """Whether `wv` has the model's words in the model's order."""
        if self.wv is self._made_wv and self.wv._words is not None:  # nobody has changed them
            return True
        assert self._vocabulary is not None
        return list(self.wv.index_to_key) == list(self._vocabulary.words)

    def _writable_parts(self) -> tuple[_engine.Model, _engine.Vocabulary]:
        self._parts()
        self._own_rows()
        return self._parts()

    def _own_rows(self) -> None:
        """The rows of a file that is mapped to be read are copied before they are changed."""
        mapped = self._matrices
        if mapped is None or mapped.writable:
            return
        mine = self.wv.vectors.ctypes.data == mapped.input.ctypes.data
        own = self._new_engine(len(self.wv))
        own.begin_from(mapped, self.seed, True, self._threads())
        self._matrices = own
        if mine:
            self.wv.vectors = own.input

    def _new_engine(self, words: int) -> _engine.Model:
        return _engine.Model(words, self.vector_size, self._has_output(), bool(self.hs))

    def _show(self, engine: _engine.Model) -> None:
        """The same words, with the rows of another place."""
        self._matrices = engine
        self.wv.vectors = engine.input

    def _locked(self) -> list[int]:
        """The engine's rows that are not trained."""
        lockf = np.asarray(self.wv.vectors_lockf)
        if not bool(np.all((lockf == 0) | (lockf == 1))):
            raise ValueError("vectors_lockf has entries between 0, locked, and 1, trained")
        if len(lockf) == 1:
            lockf = np.broadcast_to(lockf, (len(self.wv),))
        if len(lockf) != len(self.wv):
            raise ValueError(
                f"vectors_lockf has {len(lockf)} entries, and the model {len(self.wv)} words"
            )
        return [int(k) + 1 for k in np.flatnonzero(lockf == 0)]
