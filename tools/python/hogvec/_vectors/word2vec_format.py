"""Vectors in the formats of word2vec and GloVe."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from typing import Any, Optional, TypeVar

import numpy as np
import numpy.typing as npt

from hogvec import _engine
from hogvec._paths import PathLike, file_name
from hogvec._streams import appended, created, open_bytes
from hogvec._vectors.arrays import REAL, Array, float_rows
from hogvec._vectors.evaluation import Evaluation

logger = logging.getLogger("hogvec.models.keyedvectors")

Self = TypeVar("Self", bound="WordFiles")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def require_file(path: PathLike) -> str:
    """The path as the engine takes it. Errors: OSError where nothing can be read."""
    name = file_name(path)
    if name != "-":
        os.stat(name)
    return name


def _read(
    path: PathLike, binary: bool, no_header: bool, limit: Optional[int], encoding: str, errors: str,
) -> tuple[_engine.Words, Array]:
    if binary and no_header:
        raise NotImplementedError("no_header is for text; a binary file cannot be read without one")
    kind = (_engine.VectorFormat.BINARY if binary
            else _engine.VectorFormat.GLOVE if no_header else _engine.VectorFormat.TEXT)
    name = require_file(path)
    try:
        words, vectors, repeated, first = _engine.read_vectors(
            name, kind, limit or sys.maxsize, encoding, errors)
    except _engine.EngineError as error:
        raise ValueError(str(error)) from error
    if repeated:
        logger.warning("%s: %d rows are left out, as their word stands before: '%s' and others",
                       name, repeated, first)
    return words, vectors[:len(words)]


def _read_doubles(
    path: PathLike, rows: int, dim: int, no_header: bool, words: _engine.Words, encoding: str,
    errors: str,
) -> npt.NDArray[np.float64]:
    """Text once more, for the digits that single precision has lost."""
    vectors = np.zeros((rows, dim))
    seen: set[int] = set()
    with open_bytes(path) as file:
        if not no_header:
            file.readline()
        for line in file:
            parts = line.decode(encoding, errors).rsplit(None, dim)
            index = words.find(parts[0].strip(" ")) if parts else -1
            if index < 0 or index in seen or len(parts) != dim + 1:
                continue
            seen.add(index)
            vectors[index] = [float(part) for part in parts[1:]]
            if len(seen) == rows:
                break
    if len(seen) != rows:
        raise ValueError(
            f"{file_name(path)}: double precision is read from plain text, or .gz, .bz2, .xz; "
            f"{rows - len(seen)} of {rows} words are not found there")
    return vectors


def _read_counts(
    path: PathLike, words: _engine.Words, encoding: str, errors: str,
) -> npt.NDArray[np.int64]:
    """Counts of the words from lines "WORD COUNT"; 0 where the file has none, which is told."""
    counts = np.full(len(words), -1, dtype=np.int64)
    with open_bytes(path) as file:
        for number, line in enumerate(file):
            parts = line.decode(encoding, errors).split()
            if not parts:
                continue
            if len(parts) != 2:
                raise ValueError(f"{path}: line {number + 1} is not a word and its count")
            index = words.find(parts[0])
            if index >= 0:
                counts[index] = int(parts[1])
    missing = np.nonzero(counts < 0)[0]
    if missing.size:
        logger.warning("%s: has no count of %d of %d words, '%s' and others; they count as 0", path,
                       missing.size, len(words), words[int(missing[0])])
        counts[missing] = 0
    return counts


class WordFiles(Evaluation):
    """Vectors that are read and written in others' formats."""

    @classmethod
    def _of(
        cls: type[Self], words: _engine.Words, vectors: Array,
        counts: Optional[npt.NDArray[Any]] = None,
    ) -> Self:
        """Of words and a matrix that is shared with its owner: nothing is copied."""
        made = cls.__new__(cls)
        WordFiles.__init__(made, vectors.shape[1])
        made._words = words
        made.vectors = vectors
        made.next_index = len(words)
        if counts is not None:  # as ints are kept, so that one may be set
            made.expandos["count"] = counts.view(np.int64) if counts.dtype == np.uint64 else counts
        return made

    def _grow_to(self, words: _engine.Words, vectors: Array, counts: npt.NDArray[Any]) -> None:
        """These words, the first of which are those that there are; other attributes of the new
        ones are 0."""
        self._words = words
        self._list, self._dict = [], {}
        self.vectors = vectors
        self.next_index = len(words)
        self.expandos["count"] = counts
        self.allocate_vecattrs()

    @classmethod
    def load_word2vec_format(
        cls: type[Self], fname: PathLike, fvocab: Optional[PathLike] = None, binary: bool = False,
        encoding: str = "utf8", unicode_errors: str = "strict", limit: Optional[int] = None,
        datatype: npt.DTypeLike = REAL, no_header: bool = False,
    ) -> Self:
        """Reads vectors as word2vec writes them: text, or with `binary` float32; with `no_header`
        text without a first line of sizes, as GloVe writes it. Plain, or compressed in any way that
        hogvec reads, and by all cores.

        `fvocab` is a file of lines "WORD COUNT"; without it the attribute 'count' descends from V
        to 1. `unicode_errors` is what is done with words that are not of the `encoding`: 'strict',
        'ignore', 'replace' and others of Python's. `limit` is how many rows are read at most.
        Vectors are of `datatype`. Of a word that stands twice the first row counts.
        Errors: OSError; EOFError for a file that ends too early; ValueError for another kind of
        file or damage; UnicodeDecodeError.
        """
        words, vectors = _read(fname, binary, no_header, limit, encoding, unicode_errors)
        dtype = np.dtype(datatype)
        if dtype == np.float64 and not binary:
            vectors = _read_doubles(
                fname, len(words), vectors.shape[1], no_header, words, encoding, unicode_errors)
        if fvocab is not None:
            counts = _read_counts(fvocab, words, "utf8", unicode_errors)
        else:
            counts = np.arange(len(words), 0, -1, dtype=np.int64)
        return cls._of(words, vectors.astype(dtype, copy=False), counts)

    def intersect_word2vec_format(
        self, fname: PathLike, lockf: float = 0.0, binary: bool = False, encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Takes the vectors of those words of a file that are keys here; other keys keep theirs.

        `lockf` becomes their `vectors_lockf`: 0.0 keeps training from changing them, 1.0 does not.
        Errors: those of load_word2vec_format(); ValueError for vectors of another size.
        """
        words, vectors = _read(fname, binary, False, None, encoding, unicode_errors)
        if vectors.shape[1] != self.vector_size:
            raise ValueError(
                f"{os.fspath(fname)}: has vectors of {vectors.shape[1]} values, not "
                f"{self.vector_size}")
        rows = np.array([self._row(word) for word in words], dtype=np.int64)
        known = rows >= 0
        self.vectors[rows[known]] = vectors[known]
        if len(self.vectors_lockf) != len(self):
            self._lockf = np.full(len(self), self.vectors_lockf[0])
        self.vectors_lockf[rows[known]] = lockf
        logger.info("%s: %d of %d keys have vectors of it", fname, int(known.sum()), len(self))

    def save_word2vec_format(
        self, fname: PathLike, fvocab: Optional[PathLike] = None, binary: bool = False,
        total_vec: Optional[int] = None, write_header: bool = True, prefix: str = "",
        append: bool = False, sort_attr: str = "count",
    ) -> None:
        """Writes vectors as word2vec does, but text with the digits that give the same numbers
        again. A name in .gz or .zst is compressed; a file appears whole or not at all.

        Keys come by descending `sort_attr`, each with `prefix` in front, and go to `fvocab` with
        that attribute. `total_vec` is what the first line says instead of the number of keys, and
        `append` adds to what the file has. Errors: OSError; ValueError for `fvocab` without the
        attribute, or keys that the format cannot hold.
        """
        order = self._descending(sort_attr, fvocab is not None)
        words = self._key_words()
        self._require_words(words, binary, prefix)
        if fvocab is not None:
            self._write_counts(fvocab, words, order, prefix, append, sort_attr)
        header = ""
        if write_header:
            rows = len(self) if total_vec is None else total_vec
            header = f"{rows} {self.vector_size}\n"
        path = file_name(fname)
        if not append or not os.path.exists(path):
            self._write(path, header, words, order, prefix, binary)
            return
        with tempfile.TemporaryDirectory(dir=os.path.dirname(path) or ".") as folder:
            part = os.path.join(folder, "part" + os.path.splitext(path)[1])
            self._write(part, header, words, order, prefix, binary)
            with open(part, "rb") as made, open(path, "ab") as file:
                shutil.copyfileobj(made, file)

    def _descending(self, attr: str, is_needed: bool) -> npt.NDArray[np.uint64]:
        if attr in self.expandos:
            order = np.argsort(-self.expandos[attr].astype(np.float64), kind="stable")
            return order.astype(np.uint64)
        if is_needed:
            raise ValueError(
                f"keys have no attribute '{attr}' to write; set it by set_vecattr(), or leave out "
                "fvocab")
        return np.arange(len(self), dtype=np.uint64)

    @staticmethod
    def _require_words(words: _engine.Words, binary: bool, prefix: str) -> None:
        """Errors: ValueError for words that a reader would take for the end of one, or for none."""
        ends = " \n" if binary else " \t\r\n"
        if any(end in prefix for end in ends):
            raise ValueError(
                f"prefix {prefix!r} has a space or an end of a line, which the format cannot hold")
        index = words.first_unwritable(ends)
        if index >= 0:
            raise ValueError(
                f"key {words[index]!r} is empty, or has a space or an end of a line, which the "
                "format cannot hold; save() can")

    def _write(
        self, path: str, header: str, words: _engine.Words, order: npt.NDArray[np.uint64],
        prefix: str, binary: bool,
    ) -> None:
        if not binary and self.vectors.dtype == np.float64:
            self._write_doubles(path, header, words, order, prefix)
            return
        kind = _engine.VectorFormat.BINARY if binary else _engine.VectorFormat.GLOVE
        try:
            _engine.write_vectors(
                path, kind, header, words, float_rows(self.vectors), order, prefix)
        except _engine.EngineError as error:
            raise OSError(str(error)) from error

    def _write_doubles(
        self, path: str, header: str, words: _engine.Words, order: npt.NDArray[np.uint64],
        prefix: str,
    ) -> None:
        """Text with the digits of double precision."""
        with created(path) as file:
            file.write(header.encode())
            for index in order:
                numbers = " ".join(map(repr, self.vectors[index].tolist()))
                file.write(_encoded(f"{prefix}{words[int(index)]} {numbers}\n"))

    def _write_counts(
        self, path: PathLike, words: _engine.Words, order: npt.NDArray[np.uint64], prefix: str,
        append: bool, attr: str,
    ) -> None:
        values = self.expandos[attr]
        with appended(path) if append else created(path) as file:
            for index in order:
                file.write(_encoded(f"{prefix}{words[int(index)]} {values[index]}\n"))
