"""Parts of the classes of phrases: the corpus that they make, and the tables that they show."""

import itertools
import warnings
from typing import (TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Tuple, Union,
                    overload)

from hogvec import _engine

if TYPE_CHECKING:
    from hogvec._phrases.base import _PhrasesTransformation

# Entries that are turned into Python's at once.
PAGE = 10_000


class TransformedCorpus:
    """Sentences that become phrases one by one while they are iterated over, as often as wanted.

    Of a generator only once: a second time raises RuntimeError.
    """

    def __init__(self, obj: "_PhrasesTransformation", corpus: Iterable[Iterable[str]]) -> None:
        self.obj = obj
        self.corpus = corpus

    def __iter__(self) -> Iterator[List[str]]:
        transform = self.obj._transform
        for sentence in self.corpus:
            yield transform(sentence)

    def __len__(self) -> int:
        return len(self.corpus)  # type: ignore[arg-type]

    @overload
    def __getitem__(self, docno: int) -> List[str]: ...

    @overload
    def __getitem__(self, docno: slice) -> "TransformedCorpus": ...

    def __getitem__(self, docno: Union[int, slice]) -> Union[List[str], "TransformedCorpus"]:
        if not hasattr(self.corpus, "__getitem__"):
            raise RuntimeError(f"a corpus of type {type(self.corpus).__name__} has no numbered "
                               "sentences: iterate over it, or make a list of it")
        part = self.corpus[docno]
        if isinstance(docno, slice):
            return TransformedCorpus(self.obj, part)
        return self.obj._transform(part)


class _Once:
    """An iterator whose first item was looked at; says so where it is wanted twice."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items
        self._taken = False

    def __iter__(self) -> Iterator[Any]:
        if self._taken:
            raise RuntimeError("the sentences came from a generator, which is at its end after one "
                               "pass: give a list, or an object whose __iter__ begins anew")
        self._taken = True
        return self._items


def single_or_corpus(given: Any) -> Tuple[bool, Any]:
    """Whether it is one sentence rather than a corpus, and an iterable of all that it had.

    The first item decides; what is empty is a sentence. Raises TypeError for no iterable.
    """
    if isinstance(given, TransformedCorpus):
        return False, given
    if isinstance(given, str):
        warnings.warn("a str is taken for a sentence of single characters; give a list of words, "
                      "as sentence.split() makes it", stacklevel=3)
        return True, given
    iterator = iter(given)
    lasting = iterator is not given
    try:
        first = next(iterator)
    except StopIteration:
        return True, []
    single = isinstance(first, str)
    if lasting:
        return single, given
    items = itertools.chain([first], iterator)
    return single, items if single else _Once(items)


class Vocab(Mapping[str, int]):
    """Spellings, of words and of pairs that a delimiter joins, with their counts: read-only.

    In the order in which they first came. A view: it shows what is counted later, too.
    """

    def __init__(self, table: "_engine.PhraseTable") -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, spelling: str) -> int:
        count = self._table.count(spelling) if isinstance(spelling, str) else 0
        if count == 0:
            raise KeyError(spelling)
        return count

    def __iter__(self) -> Iterator[str]:
        return (spelling for spelling, _ in self.pairs())

    def pairs(self) -> Iterator[Tuple[str, int]]:
        """Spellings with their counts: items(), without a look-up for each."""
        for begin in range(0, len(self), PAGE):
            yield from self._table.entries(begin, begin + PAGE)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self.pairs())!r})"


class PhraseScores(Dict[str, float]):
    """Phrases with their scores, which remembers whether it was changed."""

    changed = True


def _noting_changes(name: str) -> Any:
    plain = getattr(dict, name)

    def method(self: PhraseScores, *args: Any, **kwargs: Any) -> Any:
        self.changed = True
        return plain(self, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = plain.__doc__
    return method


for _name in ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault",
              "update"):
    if hasattr(dict, _name):
        setattr(PhraseScores, _name, _noting_changes(_name))
