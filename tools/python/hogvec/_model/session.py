"""A training run, between the engine that trains and those who watch it."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional, Union

from hogvec import _engine
from hogvec.models.callbacks import STOP, CallbackAny2Vec, Progress, StopTraining

if TYPE_CHECKING:
    from hogvec.models.word2vec import Word2Vec

logger = logging.getLogger("hogvec")

ProgressTarget = Union[None, bool, Callable[[Progress], Any]]

_LOOK_SECONDS = 0.1  # between two looks at signals, progress and the clock


class Trained(NamedTuple):
    """What a run did."""

    words_kept: int  # that sub-sampling kept, over all epochs
    words: int  # raw ones of the text, over all epochs
    losses: list[float]  # of each epoch
    seconds: float


def _require_tqdm() -> Any:
    try:
        from tqdm import tqdm
    except ImportError as error:
        raise ImportError(
            "progress=True shows a bar of tqdm, which is not installed: install it "
            "(python3-tqdm), or give a function"
        ) from error
    return tqdm


class _Bar:
    """tqdm, in words."""

    def __init__(self, total: int) -> None:
        self._bar = _require_tqdm()(total=total, unit="words", unit_scale=True)

    def __call__(self, progress: Progress) -> None:
        self._bar.set_postfix(epoch=f"{progress.epoch + 1}/{progress.epochs}", refresh=False)
        self._bar.update(progress.words - self._bar.n)

    def close(self) -> None:
        self._bar.close()


class Watchers:
    """Who looks on while a run trains. Errors: ImportError where tqdm is wanted and missing."""

    def __init__(
        self,
        callbacks: Iterable[CallbackAny2Vec] = (),
        progress: ProgressTarget = None,
        report_delay: float = 1.0,
        held_out: Optional[_engine.HeldOut] = None,
    ) -> None:
        self.callbacks = list(callbacks)
        self.progress = progress
        if progress is True:
            _require_tqdm()
        self.report_delay = report_delay
        self.held_out = held_out


class Session:
    """One call of train(). The caller's thread waits, and wakes for all that is Python's."""

    def __init__(
        self,
        model: Word2Vec,
        run: _engine.Run,
        text: _engine.Text,
        epochs: int,
        watchers: Watchers,
    ) -> None:
        self._model = model
        self._run = run
        self._text = text
        self._epochs = epochs
        self._held_out = watchers.held_out
        self._callbacks = watchers.callbacks
        self._total = text.words * epochs
        self._bar = _Bar(self._total) if watchers.progress is True else None
        self._progress = (
            self._bar if isinstance(watchers.progress, bool) else watchers.progress
        )
        self._report_delay = watchers.report_delay
        self.end = "finished" if run.epochs_done >= epochs else "stopped"
        """How the run ended: "finished", "stopped" or "diverged"."""
        self._words_before = self._raw_words()  # of a run that goes on
        self._start = time.monotonic()
        self._next_report = self._start + self._report_delay

    def train(self) -> Trained:
        """Trains until the end, or until somebody stops it. What callbacks raise arrives here."""
        self._start = time.monotonic()
        try:
            try:
                self._train_epochs()
            except StopTraining:
                logger.info("training was stopped in epoch %d", self._run.epochs_done)
            with contextlib.suppress(StopTraining):  # it has ended
                self._call("on_train_end")
        finally:
            if self._bar is not None:
                self._bar.close()
        return self._result()

    def _train_epochs(self) -> None:
        if self._call("on_train_begin"):
            return
        for epoch in range(self._run.epochs_done, self._epochs):
            if self._call("on_epoch_begin"):
                return
            end = self._run.run_epoch(_LOOK_SECONDS, self._look)
            if end == "diverged":
                self.end = end
                raise RuntimeError(f"training has diverged: {self._run.divergence}")
            if end == "finished":
                self.end = end
            self._tell_epoch(epoch)
            if self._call("on_epoch_end"):
                return

    def _call(self, name: str) -> bool:
        """Whether somebody wants an end."""
        matrices = self._model._matrices
        answers = [getattr(callback, name)(self._model) for callback in self._callbacks
                   if hasattr(callback, name)]
        if self._model._matrices is not matrices:
            raise RuntimeError(
                f"{name}() has given the model other words or matrices while it is trained; do so "
                "before train() or behind it"
            )
        return any(answer is STOP for answer in answers)

    def _result(self) -> Trained:
        return Trained(
            self._run.words_kept, self._raw_words(), self._run.losses,
            time.monotonic() - self._start,
        )

    def _raw_words(self) -> int:
        """Of the text: the engine counts sentences' ends, and no words that are unknown."""
        return round(self._run.words * self._text.words / max(self._text.size, 1))

    def _state(self) -> Progress:
        words = self._raw_words()
        seconds = max(time.monotonic() - self._start, 1e-9)
        epoch = min(self._run.epochs_done, self._epochs - 1)
        rate = (words - self._words_before) / seconds
        return Progress(epoch, self._epochs, words, self._total, rate, self._run.alpha)

    def _look(self) -> None:
        now = time.monotonic()
        state = self._state()
        self._model.min_alpha_yet_reached = state.alpha
        if self._progress is not None:
            self._progress(state)
        if now >= self._next_report:
            self._next_report = now + self._report_delay
            in_epoch = state.words - state.epoch * self._text.words
            logger.info(
                "EPOCH %i - PROGRESS: at %.2f%% words, %.0f words/s",
                state.epoch, 100.0 * in_epoch / max(self._text.words, 1), state.words_per_second,
            )

    def _tell_epoch(self, epoch: int) -> None:
        state = self._state()
        self._model.min_alpha_yet_reached = state.alpha
        # Of an epoch that sub-sampling has left nothing of there is none.
        self._model.running_training_loss = (
            self._run.losses[epoch] or self._model.running_training_loss
        )
        if self._held_out is not None:
            self._model.held_out_losses.append(self._held_out.loss(self._model._parts()[0]))
            logger.info("EPOCH %i: held-out loss %.6g", epoch, self._model.held_out_losses[-1])
        if self._progress is not None:
            self._progress(state._replace(epoch=epoch))
        logger.info(
            "EPOCH %i: trained on %i raw words (%i effective words so far), loss %.6g, %.0f words/s",
            epoch, self._text.words, self._run.words_kept, self._run.losses[epoch],
            state.words_per_second,
        )
