"""Texts as sentences, read anew each time they are iterated over.

Words are what stands between white space. Files are UTF-8; names that end in .gz, .bz2 or .xz are
unpacked. Where a file cannot be read, the error names it, and the line where there is one.
"""

import bz2
import gzip
import io
import itertools
import lzma
import os
import zlib
from contextlib import contextmanager
from typing import IO, Any, Callable, Dict, Iterable, Iterator, List, Optional, Union

__all__ = ["MAX_WORDS_IN_BATCH", "BrownCorpus", "LineSentence", "PathLineSentences", "Text8Corpus"]

#: The longest sentence that gensim trains, in words.
MAX_WORDS_IN_BATCH = 10000

_BLOCK_BYTES = 1 << 16
_WHITE = (b" ", b"\t", b"\n", b"\r", b"\v", b"\f")

Path = Union[str, "os.PathLike[str]"]
Source = Union[Path, IO[str], IO[bytes]]

_OPENERS: Dict[str, Callable[[str, str], Any]] = {
    ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class LineSentence:
    """The lines of a text, as sentences; lines without words are left out.

    source: a file's name, or an open file that can be rewound; which of them is text or bytes does
        not matter.
    max_sentence_length: in words; what is longer comes in pieces. None: lines stay whole.
    limit: how many lines are read; None: all.

    Raises TypeError and ValueError for other values; when it is iterated over OSError, and
    UnicodeDecodeError for what is not UTF-8.
    """

    def __init__(self, source: Source, max_sentence_length: Optional[int] = None,
                 limit: Optional[int] = None) -> None:
        _check_source(source)
        _check_numbers(max_sentence_length, limit)
        self.source = source
        self.max_sentence_length = max_sentence_length
        self.limit = limit

    def __iter__(self) -> Iterator[List[str]]:
        with _opened(self.source) as (file, name):
            yield from _line_sentences(file, name, self.max_sentence_length, self.limit)


class PathLineSentences:
    """The lines of all files of a folder, in the order of their names: LineSentence of each.

    Folders in the folder are left out. `limit` is that of each file. `input_files` are the files.
    Raises ValueError where there is neither a folder nor a file, and what LineSentence raises.
    """

    def __init__(self, source: Path, max_sentence_length: Optional[int] = None,
                 limit: Optional[int] = None) -> None:
        _check_numbers(max_sentence_length, limit)
        self.source = os.fspath(source)
        self.max_sentence_length = max_sentence_length
        self.limit = limit
        if os.path.isfile(self.source):
            self.input_files = [self.source]
        elif os.path.isdir(self.source):
            self.input_files = _files_of(self.source)
        else:
            raise ValueError(f"{self.source} is neither a file nor a folder")

    def __iter__(self) -> Iterator[List[str]]:
        for name in self.input_files:
            yield from LineSentence(name, self.max_sentence_length, self.limit)


class Text8Corpus:
    """A text without sentences, as text8 is, in pieces of `max_sentence_length` words.

    Lines do not matter; the last piece has what is left. Raises what LineSentence raises.
    """

    def __init__(self, fname: Source, max_sentence_length: int = MAX_WORDS_IN_BATCH) -> None:
        _check_source(fname)
        _check_numbers(max_sentence_length, None)
        self.fname = fname
        self.max_sentence_length = max_sentence_length

    def __iter__(self) -> Iterator[List[str]]:
        size = self.max_sentence_length
        sentence: List[str] = []
        with _opened(self.fname) as (file, name):
            for words in _blocks_of_words(file, name):
                sentence.extend(words)
                done = 0
                while len(sentence) - done >= size:
                    yield sentence[done:done + size]
                    done += size
                del sentence[:done]
        if sentence:
            yield sentence


class BrownCorpus:
    """The sentences of the Brown corpus as NLTK has it: a folder of files of words like "The/at".

    Words become lower-case and keep the first two letters of their tag ("the/at"); those whose tag
    is punctuation, and what is no word with one tag, are left out. Files come in the order of their
    names. Raises OSError; what LineSentence raises.
    """

    def __init__(self, dirname: Path) -> None:
        self.dirname = os.fspath(dirname)

    def __iter__(self) -> Iterator[List[str]]:
        for name in _files_of(self.dirname):
            for line in LineSentence(name):
                parts = (token.split("/") for token in line)
                words = [f"{part[0].lower()}/{part[1][:2]}" for part in parts
                         if len(part) == 2 and part[1][:2].isalpha()]
                if words:
                    yield words


def _line_sentences(file: Iterable[Any], name: str, size: Optional[int],
                    limit: Optional[int]) -> Iterator[List[str]]:
    for number, line in enumerate(itertools.islice(file, limit), 1):
        words = _text(line, f"{name}, line {number}").split()
        if size is None or len(words) <= size:
            if words:
                yield words
            continue
        for begin in range(0, len(words), size):
            yield words[begin:begin + size]


def _blocks_of_words(file: Any, name: str) -> Iterator[List[str]]:
    """The words of the file; a word that a block cuts comes with the block that ends it."""
    cut: List[bytes] = []
    while True:
        block: Union[str, bytes] = file.read(_BLOCK_BYTES)
        if not block:
            break
        raw = block if isinstance(block, bytes) else block.encode("utf-8")
        end = max(raw.rfind(byte) for byte in _WHITE)
        if end < 0:
            cut.append(raw)
            continue
        yield _text(b"".join([*cut, raw[:end]]), name).split()
        cut = [raw[end:]]
    yield _text(b"".join(cut), name).split()


def _text(line: Union[str, bytes], place: str) -> str:
    if isinstance(line, str):
        return line
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(
            error.encoding, error.object, error.start, error.end,
            f"{error.reason}; {place} is not UTF-8: convert the file, as by iconv -t UTF-8"
        ) from None


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    """The source at its beginning, with its name. What cannot be unpacked is an OSError."""
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        opener = _OPENERS.get(os.path.splitext(name)[1], io.open)
        with opener(name, "rb") as file, _naming(name):
            yield file, name
        return
    name = str(getattr(source, "name", "the open file"))
    try:
        source.seek(0)
    except OSError as error:
        raise OSError(f"{name} cannot be rewound, and a text is read several times: give the name "
                      f"of a file, or a list of sentences ({error})") from error
    with _naming(name):
        yield source, name


@contextmanager
def _naming(name: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise OSError(f"{name} cannot be unpacked, it is damaged or cut off: {error}") from error


def _check_source(source: Any) -> None:
    if not isinstance(source, (str, os.PathLike)) and not hasattr(source, "seek"):
        raise TypeError(f"a text is the name of a file, or an open file with seek(), not a "
                        f"{type(source).__name__}; sentences in a list need no reader")


def _check_numbers(max_sentence_length: Optional[int], limit: Optional[int]) -> None:
    if max_sentence_length is not None and max_sentence_length < 1:
        raise ValueError(f"max_sentence_length is a number of words from 1 on, or None for no "
                         f"limit, not {max_sentence_length}")
    if limit is not None and limit < 0:
        raise ValueError(f"limit is a number of lines, or None for all, not {limit}")


def _files_of(folder: str) -> List[str]:
    names = sorted(os.path.join(folder, name) for name in os.listdir(folder))
    return [name for name in names if os.path.isfile(name)]
