"""Small files that are read by Python."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from typing import IO, Any, Callable, Union, cast

PathLike = Union[str, "os.PathLike[str]"]

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
