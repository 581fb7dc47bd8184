"""Names of files."""

from __future__ import annotations

import os
from typing import Union

PathLike = Union[str, "os.PathLike[str]"]


def file_name(path: PathLike) -> str:
    """What the system is to be asked for. Errors: TypeError for what is no path; ValueError for one
    with a NUL, at which the system would take it to end."""
    name = os.fspath(path)
    if not isinstance(name, str):
        raise TypeError(f"{path!r} is no path of type str: os.fsdecode() makes one of bytes")
    if "\0" in name:
        raise ValueError(f"{name!r}: a path with an embedded null byte")
    return name
