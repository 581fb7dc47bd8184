"""Files of phrases: lines of JSON, a header and then rows, a thousand to a line."""

import json
import lzma
import zlib
from typing import Any, Dict, Iterable, Iterator, List, Tuple

from hogvec._json import dumped
from hogvec._paths import PathLike, file_name
from hogvec._streams import created, open_bytes

FORMAT = "hogvec phrases"
VERSION = 1
_ROWS_A_LINE = 1000

Header = Dict[str, Any]


def write(path: PathLike, header: Header, rows: Iterable[Any], count: int) -> None:
    """Writes the header and `count` rows; the file appears whole or not at all.

    A name that ends in .gz, .bz2 or .xz is compressed. Raises OSError.
    """
    whole = {"format": FORMAT, "version": VERSION, **header, "rows": count}
    with created(path) as file:
        file.write(_line(whole))
        for block in _blocks(rows):
            file.write(_line(block))


def read(path: PathLike) -> Tuple[Header, List[Any]]:
    """The header and all rows of a file that write() wrote.

    Raises ValueError for another file, or one that is damaged or cut off; OSError.
    """
    name = file_name(path)
    with open_bytes(name) as file:
        try:
            header = _header(name, file.readline())
            rows: List[Any] = []
            for line in file:
                rows.extend(json.loads(line))
        except (EOFError, ValueError, TypeError, KeyError, OSError, zlib.error,
                lzma.LZMAError) as error:
            if isinstance(error, FileNotPhrases):
                raise
            raise ValueError(f"{name}: the file is damaged or cut off: {error}") from error
    if len(rows) != header["rows"]:
        raise ValueError(
            f"{name}: the file is cut off: it has {len(rows)} of {header['rows']} rows")
    return header, rows


class FileNotPhrases(ValueError):
    """The file was not written by write()."""


def _header(name: str, line: bytes) -> Header:
    if line[:1] == b"\x80":
        raise FileNotPhrases(
            f"{name} is a pickle, as gensim saves: what it holds may be any program, so it is not "
            "loaded. Count the text again, or load it in gensim and save what you need as text")
    try:
        header = json.loads(line)
        good = header["format"] == FORMAT and {"version", "rows"} <= header.keys()
    except (ValueError, TypeError, KeyError):
        good = False
    if not good:
        raise FileNotPhrases(f"{name} holds no phrases that save() has written")
    if header["version"] > VERSION:
        raise FileNotPhrases(f"{name} was written by a later hogvec: it has version "
                             f"{header['version']}, and this one reads up to {VERSION}")
    found: Header = header
    return found


def _line(value: Any) -> bytes:
    return dumped(value).encode("ascii") + b"\n"


def _blocks(rows: Iterable[Any]) -> Iterator[List[Any]]:
    block: List[Any] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_A_LINE:
            yield block
            block = []
    if block:
        yield block
