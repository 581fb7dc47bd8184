"""What a model is to be trained by, in gensim's names and in the engine's."""

from __future__ import annotations

import logging
from typing import Any, Optional

from hogvec import _engine
from hogvec._model.vocabulary import threshold_share

logger = logging.getLogger("hogvec")


LONGEST_WINDOW = 1000
"""Words to each side that the engine looks at, at most."""


class Hyperparameters:
    """The settings of a Word2Vec, checked when it is made."""

    def __init__(
        self, *, vector_size: int, alpha: float, min_alpha: float, window: int, min_count: int,
        max_vocab_size: Optional[int], max_final_vocab: Optional[int], sample: float, seed: int,
        workers: Optional[int], sg: int, hs: int, negative: int, ns_exponent: float,
        cbow_mean: int, epochs: int, null_word: int, sorted_vocab: int, batch_words: int,
        compute_loss: bool, comment: Optional[str], shrink_windows: bool, softmax: bool,
        softmax_exact: bool, softmax_batch: int, block: int, noise_rows: int,
    ) -> None:
        self.vector_size = _whole("vector_size", vector_size)
        self.alpha = float(alpha)
        self.min_alpha = float(min_alpha)
        self.window = _whole("window", window)
        self.min_count = _whole("min_count", min_count)
        self.max_vocab_size = _whole_or_none("max_vocab_size", max_vocab_size)
        self.max_final_vocab = _whole_or_none("max_final_vocab", max_final_vocab)
        self.sample = float(sample)
        self.seed = _whole("seed", seed)
        self.workers = _whole_or_none("workers", workers)
        self.sg = int(sg)
        self.hs = int(hs)
        self.softmax = bool(softmax)
        self.negative = 0 if self.softmax else _whole("negative", negative)
        self.ns_exponent = float(ns_exponent)
        self.cbow_mean = int(cbow_mean)
        self.epochs = _whole("epochs", epochs)
        self.null_word = int(null_word)
        self.sorted_vocab = int(sorted_vocab)
        self.batch_words = int(batch_words)
        self.compute_loss = bool(compute_loss)
        self.comment = comment
        self.shrink_windows = bool(shrink_windows)
        self.softmax_exact = bool(softmax_exact)
        self.softmax_batch = _whole("softmax_batch", softmax_batch)
        self.block = _whole("block", block)
        self.noise_rows = _whole("noise_rows", noise_rows)
        self._check()

    @property
    def layer1_size(self) -> int:
        """Length of the hidden vector: that of a word's."""
        return self.vector_size

    def _check(self) -> None:
        for name in ("vector_size", "window"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        for name in ("min_count", "negative", "epochs", "softmax_batch", "block", "noise_rows",
                     "sample", "seed"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers must be 1 or more, or None for all cores, not {self.workers}")
        for name in ("max_vocab_size", "max_final_vocab"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, or None, not {getattr(self, name)}")
        if self.window > LONGEST_WINDOW:
            logger.warning("window=%d: trained as %d", self.window, LONGEST_WINDOW)
        if not self.cbow_mean and not self.sg:
            raise ValueError("cbow_mean=0: hogvec trains CBOW by the mean of the context alone")
        if self.null_word:
            raise ValueError("null_word: no model here has a word for padding; leave it 0")
        if self.hs and self.softmax:
            raise ValueError("hs=1 and softmax=True: a run has one of them; leave one out")
        if self.softmax_exact and not self.softmax:
            raise ValueError("softmax_exact=True: needs softmax=True")
        if not (self.hs or self.negative or self.softmax):
            raise ValueError(
                "hs is 0 and negative is 0: nothing would be trained; set one, or softmax=True"
            )
        _engine.check_settings(self._settings(end_alpha=min(self.min_alpha, self.alpha)))

    def _threads(self) -> int:
        return _engine.usable_cores() if self.workers is None else self.workers

    def _has_output(self) -> bool:
        """Whether words have output vectors."""
        return self.softmax or self.negative > 0

    def _settings(self, total: int = 0, **others: Any) -> dict[str, Any]:
        """For the engine. `total`: words of the vocabulary, all occurrences."""
        settings: dict[str, Any] = {
            "cbow": not self.sg,
            "hierarchical_softmax": bool(self.hs),
            "full_softmax": self.softmax,
            "negatives": self.negative,
            "block_centers": self.block,
            "noise_rows": self.noise_rows,
            "softmax_batch": self.softmax_batch,
            "softmax_exact": self.softmax_exact,
            "dim": self.vector_size,
            "window": min(self.window, LONGEST_WINDOW),
            "shrink_windows": self.shrink_windows,
            "sentence_words": 0,
            "noise_power": self.ns_exponent,
            "subsampling": threshold_share(self.sample, total),
            "epochs": self.epochs,
            "alpha": self.alpha,
            "end_alpha": min(self.min_alpha, self.alpha),
            "seed": self.seed,
            "threads": self._threads(),
        }
        settings.update(others)
        return settings


def _whole(name: str, value: Any) -> int:
    """A number that the engine can hold, 2.0 and NumPy's among them."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name} must be a whole number, not {value!r}") from None
    if number != value or abs(number) >= 2**31:
        raise ValueError(f"{name} must be a whole number below 2 ** 31, not {value!r}")
    return number


def _whole_or_none(name: str, value: Any) -> Optional[int]:
    return None if value is None else _whole(name, value)
