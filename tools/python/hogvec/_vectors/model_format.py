"""Vectors in hogvec's model file, which opens at once whatever its size."""

from __future__ import annotations

import io
import json
import math
import mmap
import os
import zipfile
from typing import Any, Optional, TypeVar

import numpy as np
import numpy.typing as npt

from hogvec import _engine
from hogvec._paths import file_name
from hogvec._vectors.arrays import REAL, Array, float_rows
from hogvec._paths import PathLike
from hogvec._vectors.word2vec_format import WordFiles, require_file

Self = TypeVar("Self", bound="ModelFiles")

_ATTRIBUTE = "attribute:"

# A copy of what is changed is the process's own. Room for all of it is not set aside, which would
# keep files larger than the memory from being opened. Named by Python from 3.12 on.
_PRIVATE = mmap.MAP_PRIVATE | int(getattr(mmap, "MAP_NORESERVE", 0x4000))


def _mapped(
    path: str, dtype: npt.DTypeLike, offset: int, shape: tuple[int, ...], writable: bool,
) -> npt.NDArray[Any]:
    """An array in a file, from a byte on; what is written to it stays in this process."""
    count = math.prod(shape)
    if count == 0:
        return np.zeros(shape, dtype=dtype)
    begin = offset // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
    length = offset - begin + count * np.dtype(dtype).itemsize
    allowed = mmap.PROT_READ | (mmap.PROT_WRITE if writable else 0)
    flags = _PRIVATE if writable else mmap.MAP_SHARED
    with open(path, "rb") as file:
        memory = mmap.mmap(file.fileno(), length, flags=flags, prot=allowed, offset=begin)
    return np.frombuffer(memory, dtype=dtype, count=count, offset=offset - begin).reshape(shape)


class ModelFiles(WordFiles):
    """Vectors that are kept in a model file."""

    def save(self, fname: PathLike, *args: Any, **kwargs: Any) -> None:
        """Writes keys, vectors and attributes to one model file, whole or not at all.

        All programs of hogvec read it. What else is given (how gensim splits a pickle) is of no
        effect. Errors: OSError; TypeError for attributes that are neither numbers nor text, or a
        key that is neither int nor str; ValueError for a slot without a key.
        """
        counts = self.expandos.get("count")
        has_counts = counts is not None and counts.dtype.kind in "iu" and not (counts < 0).any()
        extras = self._extras(has_counts)
        numbers = counts if has_counts and counts is not None else np.zeros(len(self))
        try:
            _engine.write_model(
                file_name(fname), self._key_words(), float_rows(self.vectors),
                numbers.astype(np.uint64), extras)
        except _engine.EngineError as error:
            raise OSError(str(error)) from error

    def _extras(self, has_counts: bool) -> bytes:
        """What the other sections cannot hold, as an .npz; nothing where there is nothing."""
        arrays: dict[str, Array] = {}
        for attr, values in self.expandos.items():
            if attr == "count" and has_counts:
                continue
            if values.dtype == object:
                if not all(isinstance(value, (str, int)) and not isinstance(value, bool)
                           for value in values):
                    raise TypeError(
                        f"attribute '{attr}' has values that are no text; convert them, or pickle "
                        "the vectors")
                arrays["text-" + _ATTRIBUTE + attr] = np.array(
                    ["" if value == 0 else str(value) for value in values], dtype=np.str_)
            else:
                arrays[_ATTRIBUTE + attr] = values
        if not has_counts:
            arrays["no_counts"] = np.zeros(0)
        if self._lockf is not None and not np.all(self._lockf == 1):
            arrays["lockf"] = self._lockf
        if self.vectors.dtype != REAL:
            arrays["vectors"] = self.vectors
        if self._words is None:
            for key in self._list:
                if not isinstance(key, (str, int, np.integer, type(None))):
                    raise TypeError(f"key {key!r} is neither text nor an int")
            numbers = [k for k, key in enumerate(self._list) if isinstance(key, (int, np.integer))]
            if numbers:
                arrays["int_keys"] = np.array(numbers)
        if not arrays:
            return b""
        packed = io.BytesIO()
        np.savez(packed, **arrays)
        return packed.getvalue()

    @classmethod
    def load(  # the name of the argument is gensim's
        cls: type[Self], fname: PathLike, mmap: Optional[str] = None,
    ) -> Self:
        """Opens the vectors of a model file, of save() or of a trained model, without reading it:
        words and rows are read where they lie when they are asked for.

        Vectors may be changed, which the file never sees; with mmap='r' they are read-only, and
        those of a model that is trained meanwhile. Of a trained model the end of a sentence is left
        out. Errors: OSError; ValueError for another file, a damaged one, or another `mmap`.
        """
        if mmap not in (None, "r", "c"):
            raise ValueError(
                f"mmap={mmap!r} would change the file; use 'r', or 'c' for changes that are not "
                "kept")
        path = require_file(fname)
        if not _engine.is_model_file(path):
            raise ValueError(
                f"{path}: not a model file of hogvec; load_word2vec_format() reads vectors, and "
                "gensim's pickles become vectors by its save_word2vec_format()")
        try:
            model = _engine.describe_model(path)
            plan = json.loads(model["plan"].rstrip(b"\0") or b"{}")
            first = 1 if plan else 0  # row 0 of a run is the end of a sentence
            words = _engine.words_of_model(path, first)
        except _engine.EngineError as error:
            raise ValueError(str(error)) from error
        except ValueError as error:
            raise ValueError(f"{path}: section \"plan\" is damaged: {error}") from error
        writable = mmap != "r"
        rows, dim, stride = model["rows"], model["dim"], model["stride"]
        vectors = _mapped(path, REAL, model["input"], (rows, stride), writable)[first:, :dim]
        counts = _mapped(path, np.int64, model["counts"], (rows,), writable)[first:]
        made = cls._of(words, vectors, counts)
        try:
            made._take_extras(model["extras"])
        except (ValueError, KeyError, IndexError, OSError, zipfile.BadZipFile) as error:
            raise ValueError(f"{path}: section \"keyedvectors\" is damaged: {error}") from error
        return made

    def _take_extras(self, packed: bytes) -> None:
        if not packed:
            return
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            for name in arrays.files:
                _, mark, attr = name.partition(_ATTRIBUTE)
                if mark:
                    values = arrays[name]
                    self.expandos[attr] = values.astype(object) if name[0] == "t" else values
            if "no_counts" in arrays and "count" not in arrays:
                if _ATTRIBUTE + "count" not in arrays:
                    del self.expandos["count"]
            if "lockf" in arrays:
                self._lockf = arrays["lockf"]
            if "vectors" in arrays:
                self.vectors = arrays["vectors"]
            if "int_keys" in arrays:
                keys = list(self.index_to_key)
                for index in arrays["int_keys"]:
                    keys[index] = int(keys[index])
                self.index_to_key = keys
                self.key_to_index = {key: index for index, key in enumerate(keys)}
