"""Files that are read and written by Python: small ones, and what the engine does not write."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Callable, cast

from hogvec._paths import PathLike, file_name

_PACKERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}


def open_bytes(path: PathLike) -> IO[bytes]:
    """Opens a file, plain, or compressed by gzip, bzip2 or xz as its bytes say. Errors: OSError."""
    with open(path, "rb") as file:
        start = file.read(6)
    for magic, opener in _PACKERS.items():
        if start.startswith(magic):
            return cast(IO[bytes], opener(path, "rb"))
    return open(path, "rb")


_WRITERS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


def _packer(name: str) -> Callable[..., Any]:
    """What opens a file of that name to be written. Errors: OSError for names of what it cannot."""
    end = os.path.splitext(name)[1].lower()
    if end in (".zst", ".lz4", ".lz"):
        raise OSError(f"{name}: {end} is not written here; name the file .gz, .bz2 or .xz")
    return _WRITERS.get(end, open)


@contextmanager
def appended(path: PathLike) -> Iterator[IO[bytes]]:
    """The end of a file, a new one where there is none; compressed as its name says. Errors:
    OSError."""
    given = file_name(path)
    with _packer(given)(given, "ab") as file:
        yield file


@contextmanager
def created(path: PathLike) -> Iterator[IO[bytes]]:
    """A new file, compressed as its name says, which takes the place of an old one whole or not at
    all; a link stays one, and what is no regular file is written straight. Errors: OSError."""
    given = file_name(path)
    opener = _packer(given)
    name = os.path.realpath(given)
    if os.path.exists(name) and not os.path.isfile(name):
        with opener(name, "wb") as straight:
            yield straight
        return
    unfinished = f"{name}.{os.getpid()}.unfinished"
    try:
        with opener(unfinished, "xb") as file:
            yield file
        os.replace(unfinished, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise
