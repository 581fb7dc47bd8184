"""What a model is in a file, and in a pickle."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from hogvec import _engine
from hogvec._json import dumped

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
    try:
        engine.save(path, vocabulary, model._settings(), flags_of(model))
    except _engine.EngineError as error:
        raise OSError(str(error)) from error


def flags_of(model: Word2Vec) -> dict[str, str]:
    """What a model file keeps for Python: attributes of the model, and those of its words."""
    kept = {
        "attributes": {name: getattr(model, name) for name in KEPT},
        "words": base64.b64encode(model.wv._extras(has_counts=True)).decode(),
    }
    try:
        return {_FLAG: dumped(kept)}
    except TypeError as error:
        raise TypeError(f"an attribute of the model cannot be kept: {error}") from error


def load(path: str) -> tuple[_engine.Model, dict[str, Any], bytes]:
    """The model, its attributes, and those of its words. Errors: AttributeError where the file has
    vectors and no model."""
    with open(path, "rb"):
        pass  # FileNotFoundError and its like, as Python has them
    engine = _engine.Model.open(path)
    record = engine.record
    if record is None:
        raise AttributeError(
            f"{path}: has vectors and no model; they are there by hogvec.KeyedVectors.load()"
        )
    known = json.loads(record)
    extras = b""
    if _FLAG in known["flags"]:
        kept = json.loads(known["flags"][_FLAG])
        attributes: dict[str, Any] = kept["attributes"]
        extras = base64.b64decode(kept.get("words", ""))
    else:
        attributes = _of_program(known)
    if known["text"]["words"] > 0:  # a run, which has begun with these attributes
        losses = [loss for loss in engine.losses if loss > 0]
        if losses:
            attributes["running_training_loss"] = losses[-1]
        if engine.finished:
            attributes["min_alpha_yet_reached"] = known["plan"]["end_alpha"]
            attributes["train_count"] += 1
    return engine, attributes, extras


def _of_program(record: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a model that word2vec -model has trained, by the plan of its run."""
    plan, flags = record["plan"], record["flags"]
    logistic = not plan["full_softmax"]
    least = int(flags.get("-min-count", 5))
    return {
        "alpha": plan["alpha"],
        "min_alpha": plan["end_alpha"],
        "window": plan["window"],
        "shrink_windows": plan["shrink_windows"],
        "min_count": least,
        "effective_min_count": least,
        "max_vocab_size": None,
        "max_final_vocab": None,
        "sample": plan["subsampling"],
        "seed": plan["seed"],
        "workers": plan["threads"],
        "sg": int(plan["architecture"] == "skip-gram"),
        "hs": int(plan["hierarchical_softmax"]),
        "negative": plan["negatives"] if logistic else 0,
        "ns_exponent": plan["noise_power"],
        "cbow_mean": 1,
        "epochs": plan["epochs"],
        "null_word": 0,
        "sorted_vocab": 1,
        "batch_words": 10000,
        "compute_loss": False,
        "comment": None,
        "softmax": plan["full_softmax"],
        "softmax_exact": plan["softmax_exact"],
        "softmax_batch": 0 if logistic else plan["softmax_batch"],
        "block": plan["block_centers"] if logistic else 0,
        "noise_rows": plan["noise_rows"] if logistic else 0,
        "corpus_total_words": record["text"]["words"],
        "train_count": 0,
    }


def locked_rows(engine: _engine.Model) -> list[int]:
    """Indices of the words whose vectors the file's run does not train."""
    return [row - 1 for row in engine.locked]
