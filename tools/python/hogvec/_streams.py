"""Files that are read and written by Python: small ones, and what the engine does not write."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, Any, Callable, cast

from hogvec._paths import PathLike, file_name

_PACKERS: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}

_ENGINE_READS = {
    b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4", b"LZIP": "lzip", b"PK\x03\x04": "zip"}


def open_bytes(path: PathLike) -> IO[bytes]:
    """Opens a file, plain, or compressed by gzip, bzip2 or xz as its bytes say. Errors: OSError;
    ValueError for what is packed otherwise."""
    file = open(path, "rb")
    start = file.peek(6)  # a pipe gives its bytes once
    for magic, opener in _PACKERS.items():
        if start.startswith(magic):
            return cast(IO[bytes], opener(file, "rb"))
    for magic, packing in _ENGINE_READS.items():
        if start.startswith(magic):
            file.close()
            raise ValueError(
                f"{file_name(path)}: is packed by {packing}, which is not read here; give plain "
                "text, or .gz, .bz2, .xz")
    return file


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


def _mode_of(name: str) -> int:
    """Of the file that is there, or of any new one."""
    with suppress(OSError):
        return stat.S_IMODE(os.stat(name).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


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
    number, unfinished = tempfile.mkstemp(
        prefix=f".{os.path.basename(name)}.", suffix=".unfinished", dir=os.path.dirname(name))
    try:
        with os.fdopen(number, "wb") as plain:
            os.fchmod(plain.fileno(), _mode_of(name))
            with opener(plain, "wb") if opener is not open else nullcontext(plain) as file:
                yield file
            plain.flush()
            os.fsync(plain.fileno())
        os.replace(unfinished, name)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished)
        raise
