"""What a training run calls while it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hogvec.models.word2vec import Word2Vec

__all__ = ["CallbackAny2Vec", "Progress", "StopTraining", "STOP"]


class StopTraining(Exception):
    """Raised by a callback, or by what shows progress: training ends quietly, the model is kept."""


class _Stop:
    def __repr__(self) -> str:
        return "hogvec.STOP"


STOP = _Stop()
"""Returned by `on_epoch_begin` or `on_epoch_end`: training ends here, the model is kept."""


class Progress(NamedTuple):
    """Where a run stands."""

    epoch: int
    """The epoch in hand, from 0 on."""
    epochs: int
    """Epochs of the run."""
    words: int
    """Raw words of the text that are trained, over all epochs."""
    total_words: int
    """Raw words of the run."""
    words_per_second: float
    """On average since the run began."""
    alpha: float
    """Learning rate now."""


class CallbackAny2Vec:
    """A base for callbacks: each method is called with the model, on the thread that called
    `train()`, between epochs, when no worker is at the model. What a method raises ends the
    training and arrives at the caller; `StopTraining`, or `STOP` returned, ends it quietly.
    """

    def on_train_begin(self, model: Word2Vec) -> Any:
        """Before the first epoch of a `train()`."""

    def on_train_end(self, model: Word2Vec) -> Any:
        """After its last epoch, also where it was ended before its time, but by no exception."""

    def on_epoch_begin(self, model: Word2Vec) -> Any:
        """Before each epoch."""

    def on_epoch_end(self, model: Word2Vec) -> Any:
        """After each epoch; `get_latest_training_loss()` is that of this epoch."""
