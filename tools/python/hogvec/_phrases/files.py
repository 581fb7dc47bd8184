"""Files of phrases: lines of JSON, a header and then rows, a thousand to a line."""

import gzip
import bz2
import json
import os
import zlib
from typing import IO, Any, Dict, Iterable, Iterator, List, Tuple

from hogvec._paths import file_name

FORMAT = "hogvec phrases"
VERSION = 1
_ROWS_A_LINE = 1000

Header = Dict[str, Any]


def write(path: "os.PathLike[str] | str", header: Header, rows: Iterable[Any], count: int) -> None:
    """Writes the header and `count` rows; the file appears whole or not at all.

    A name that ends in .gz or .bz2 is compressed. Raises OSError.
    """
    given = file_name(path)
    name = os.path.realpath(given)  # a link stays one
    if os.path.exists(name) and not os.path.isfile(name):
        raise OSError(f"{name}: is no regular file, which alone a saved one can replace")
    unfinished = f"{name}.{os.getpid()}.unfinished"
    whole = {"format": FORMAT, "version": VERSION, **header, "rows": count}
    try:
        with _open(unfinished, given, "xb") as file:
            file.write(_line(whole))
            for block in _blocks(rows):
                file.write(_line(block))
        os.replace(unfinished, name)
    except BaseException:
        try:
            os.unlink(unfinished)
        except OSError:
            pass
        raise


def read(path: "os.PathLike[str] | str") -> Tuple[Header, List[Any]]:
    """The header and all rows of a file that write() wrote.

    Raises ValueError for another file, or one that is damaged or cut off; OSError.
    """
    name = file_name(path)
    with _open(name, name, "rb") as file:
        try:
            header = _header(name, file.readline())
            rows: List[Any] = []
            for line in file:
                rows.extend(json.loads(line))
        except (EOFError, ValueError, TypeError, KeyError, OSError, zlib.error) as error:
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


def _open(path: str, name: str, mode: str) -> IO[bytes]:
    if name.endswith(".gz"):
        return gzip.open(path, mode)  # type: ignore[return-value]
    if name.endswith(".bz2"):
        return bz2.open(path, mode)  # type: ignore[return-value]
    return open(path, mode)


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _blocks(rows: Iterable[Any]) -> Iterator[List[Any]]:
    block: List[Any] = []
    for row in rows:
        block.append(row)
        if len(block) == _ROWS_A_LINE:
            yield block
            block = []
    if block:
        yield block
