from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, Dict, List, Optional, Tuple, Union, overload

import numpy as np
import numpy.typing as npt

__version__: str

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.uint64]


class EngineError(RuntimeError): ...


class CutOffError(EOFError): ...


class Words(Sequence[str]):
    def __init__(self, words: Iterable[str]) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...
    def find(self, word: object) -> int: ...


class VectorFormat:
    TEXT: VectorFormat
    BINARY: VectorFormat
    GLOVE: VectorFormat


def nearest_rows(
    vectors: Floats, queries: Floats, count: int, first: int, last: int,
    within: Optional[Numbers] = ..., excluded: Sequence[Sequence[int]] = ..., threads: int = ...,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]: ...
def cosines_of_rows(
    vectors: Floats, queries: Floats, first: int, last: int, within: Optional[Numbers] = ...,
    threads: int = ...,
) -> Floats: ...
def lengths_of_rows(vectors: Floats, threads: int = ...) -> Floats: ...
def read_vectors(
    path: str, format: VectorFormat, most_rows: int, encoding: str, errors: str,
) -> tuple[Words, Floats, int, str]: ...
def write_vectors(
    path: str, format: VectorFormat, header: str, words: Words, vectors: Floats, order: Numbers,
    prefix: str,
) -> None: ...
def write_model(
    path: str, words: Words, vectors: Floats, counts: Numbers, extras: bytes,
) -> None: ...
def describe_model(path: str) -> dict[str, Any]: ...
def words_of_model(path: str, first: int) -> Words: ...
def is_model_file(path: str) -> bool: ...
def __getattr__(name: str) -> Any: ...

class ConnectorWords:
    def __init__(self, words: Iterable[str]) -> None: ...

class ScoreRule:
    class Kind(Enum):
        ORIGINAL = ...
        NPMI = ...
    def __init__(
        self, kind: ScoreRule.Kind, threshold: float, min_count: float, length: float, words: float
    ) -> None: ...

class SentenceOutput(Enum):
    JOINED = ...
    PHRASES = ...

class PhraseTable:
    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def count(self, spelling: str) -> int: ...
    def add(self, spelling: str, count: int) -> None: ...
    def merge(self, other: PhraseTable) -> None: ...
    def prune(self, most: int, min_reduce: int) -> int: ...
    def entries(self, begin: int, end: int) -> List[Tuple[str, int]]: ...
    def splits(
        self,
        begin: int,
        end: int,
        connectors: ConnectorWords,
        delimiter: str,
        rule: Optional[ScoreRule],
    ) -> List[Tuple[str, List[Tuple[Any, ...]], bool]]: ...
    def join(
        self,
        sentence: Iterable[str],
        connectors: ConnectorWords,
        delimiter: str,
        rule: ScoreRule,
        output: SentenceOutput,
    ) -> List[Any]: ...

class PhraseSet:
    def __init__(
        self, scores: Dict[str, float], splits: Dict[str, Dict[Tuple[str, str], float]]
    ) -> None: ...
    def join(
        self,
        sentence: Iterable[str],
        connectors: ConnectorWords,
        delimiter: str,
        threshold: float,
        output: SentenceOutput,
    ) -> List[Any]: ...

def count_phrases(
    sentences: Iterable[Iterable[str]],
    connectors: ConnectorWords,
    delimiter: str,
    most: int,
    progress_per: int,
    progress: Callable[[int, int, int], None],
) -> Tuple[PhraseTable, int, int, int]: ...
