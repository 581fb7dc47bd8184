"""Names of older programs: they answer, or say what took their place."""

from __future__ import annotations

import warnings
from typing import Any, NoReturn

from hogvec._vectors.arrays import Array
from hogvec._vectors.keys import Key
from hogvec._vectors.model_format import ModelFiles


def _deprecated(old: str, new: str) -> None:
    warnings.warn(f"{old}() is {new} by now", DeprecationWarning, stacklevel=3)


def _gone(old: str, new: str) -> property:
    def tell(self: Any) -> NoReturn:
        raise AttributeError(f".{old} is gone since gensim 4.0; use {new}")

    return property(tell, doc=f"Gone: use {new}.")


class OldNames(ModelFiles):
    """What was called otherwise before gensim 4.0."""

    vocab = _gone("vocab", ".key_to_index, .index_to_key, get_vecattr() and set_vecattr()")
    index2word = _gone("index2word", ".index_to_key")
    index2entity = _gone("index2entity", ".index_to_key")
    vectors_norm = _gone("vectors_norm", "get_normed_vectors()")
    syn0 = _gone("syn0", ".vectors")
    syn0norm = _gone("syn0norm", "get_normed_vectors()")
    wv = _gone("wv", "the object itself, which has the vectors of words")

    def word_vec(self, word: Key, use_norm: bool = False) -> Array:
        """get_vector() by its old name."""
        _deprecated("word_vec", "get_vector()")
        return self.get_vector(word, norm=use_norm)

    def words_closer_than(self, word1: Key, word2: Key) -> list[Any]:
        """closer_than() by its old name."""
        _deprecated("words_closer_than", "closer_than()")
        return self.closer_than(word1, word2)

    def init_sims(self, replace: bool = False) -> None:
        """Nothing, or with `replace` unit_normalize_all()."""
        _deprecated("init_sims", "unit_normalize_all(), or not needed")
        if replace:
            self.unit_normalize_all()

    def similarity_unseen_docs(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Errors: NotImplementedError always: it is a question to Doc2Vec."""
        raise NotImplementedError("vectors of words have no documents; hogvec has no Doc2Vec")

    def wmdistance(self, document1: Any, document2: Any, norm: bool = True) -> NoReturn:
        """Errors: NotImplementedError always: hogvec solves no transport problems."""
        raise NotImplementedError(
            "word mover's distance needs a solver of transport problems, which hogvec has not; "
            "give get_normed_vectors() to one, such as the package POT")
