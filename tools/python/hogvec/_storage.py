"""What a model is in a file, and in a pickle."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from hogvec import _engine

if TYPE_CHECKING:
    from hogvec.models.word2vec import Word2Vec

_FLAG = "python"  # among the flags that a model file keeps

KEPT = (
    "alpha", "min_alpha", "window", "shrink_windows", "min_count", "effective_min_count",
    "max_vocab_size", "max_final_vocab", "sample", "seed", "workers", "sg", "hs", "negative",
    "ns_exponent", "cbow_mean", "epochs", "null_word", "sorted_vocab", "batch_words",
    "compute_loss", "comment", "softmax", "softmax_exact", "softmax_batch", "block", "noise_rows",
    "corpus_count", "corpus_total_words", "train_count", "total_train_time",
    "running_training_loss", "min_alpha_yet_reached",
)
"""Attributes that a saved model has again."""


def save(model: Word2Vec, path: str) -> None:
    engine, vocabulary = model._parts()
    settings = model._settings()
    try:
        engine.save(path, vocabulary, settings, flags_of(model, settings))
    except _engine.EngineError as error:
        raise OSError(str(error)) from error


def flags_of(model: Word2Vec, settings: dict[str, Any]) -> dict[str, str]:
    """What a model file keeps for Python: the attributes, and how it is trained."""
    kept = {"attributes": {name: getattr(model, name) for name in KEPT}, "settings": settings}
    try:
        return {_FLAG: json.dumps(kept, default=_plain)}
    except TypeError as error:
        raise TypeError(f"an attribute of the model cannot be kept: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is no number and no text")


def load(path: str) -> tuple[_engine.Model, dict[str, Any]]:
    """Errors: AttributeError where the file has vectors and no model."""
    with open(path, "rb"):
        pass  # FileNotFoundError and its like, as Python has them
    engine = _engine.Model.open(path)
    try:
        flags = engine.flags
    except _engine.EngineError:  # no settings at all: the file has vectors alone
        flags = {}
    if _FLAG not in flags:
        raise AttributeError(
            f"{path}: is of no hogvec.Word2Vec; its vectors are there by hogvec.KeyedVectors.load()"
        )
    return engine, json.loads(flags[_FLAG])["attributes"]


def settings_of(path: str) -> dict[str, Any]:
    """How the model was to be trained, for the engine."""
    settings: dict[str, Any] = json.loads(_engine.Model.open(path).flags[_FLAG])["settings"]
    return settings
