"""Word2Vec, in gensim's manner."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Iterable, Sequence
from typing import Any, Callable, Optional, Union

import numpy as np

from hogvec import _engine
from hogvec._corpus import Counted, IdSentences, Paths, check_corpus, count_corpus
from hogvec._model import storage
from hogvec._model.matrices import Array
from hogvec._model.prediction import predict, sentence_scores
from hogvec._model.session import ProgressTarget, Session, Trained, Watchers
from hogvec._model.vocabulary import TrimRule
from hogvec._model.words import ModelWords, Sentences
from hogvec._paths import PathLike, file_name
from hogvec._sentences import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from hogvec._vectors.word2vec_format import require_file
from hogvec.models.callbacks import CallbackAny2Vec
from hogvec.models.keyedvectors import KeyedVectors

__all__ = [
    "Word2Vec", "LineSentence", "PathLineSentences", "Text8Corpus", "BrownCorpus", "IdSentences",
]

logger = logging.getLogger("hogvec")

MAX_WORDS_IN_BATCH = 10000


_MOMENTS = ("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end")


# Of an object that is copied or pickled: the engine's, what is there again, and what may be any code.
_NOT_COPIED = frozenset((
    "load", "wv", "_raw", "_counted", "_matrices", "_vocabulary", "_made_wv", "_counted_words",
    "hashfxn", "progress", "held_out", "model_file",
))


def _called_back(callbacks: Iterable[CallbackAny2Vec]) -> tuple[CallbackAny2Vec, ...]:
    """Errors: TypeError for one that is never called."""
    given = tuple(callbacks)
    for callback in given:
        if not any(hasattr(callback, moment) for moment in _MOMENTS):
            raise TypeError(f"the callback {callback!r} has none of the methods {', '.join(_MOMENTS)}")
    return given


def _not_of_an_instance(*_: Any, **__: Any) -> Any:
    raise AttributeError("load() is called on the class: Word2Vec.load(path)")


class Word2Vec(ModelWords):
    """Word vectors, trained by skip-gram or CBOW with negative sampling, hierarchical softmax, or
    the exact softmax over all words.

    Give a corpus, and the model is trained when the constructor returns; give none, and call
    `build_vocab()` and `train()`. ``model.wv`` (`KeyedVectors`) has the vectors.

    Parameters
    ----------
    sentences : iterable of lists of str, or IdSentences
        Read once, whatever `epochs` is; words of any length, sentences of any length.
    corpus_file : path, or sequence of paths
        Instead: files with a sentence a line, plain or packed (.gz, .zst, .xz, .zip, ...), folders
        of such, or "-". Read by all threads, and fastest.
    vector_size : int
        D, the length of a vector.
    alpha, min_alpha : float
        Learning rate at the start, and what it falls to with the words that are trained.
    window : int
        Words to each side of a center at most.
    min_count : int
        Rarer words are left out; 0: none.
    max_vocab_size, max_final_vocab : int, optional
        About how many of the most frequent words to keep, and how many at most; words that are
        equally frequent stay or go together.
    sample : float
        Threshold of sub-sampling frequent words, a share of all; from 1 on a count; 0: none.
    seed : int
        With ``workers=1`` the same seed gives the same vectors to the bit.
    workers : int, optional
        Threads; None: one for each core that this process may use.
    sg : {0, 1}
        1: skip-gram, else CBOW, in which a center is predicted from the mean of its context.
    hs : {0, 1}
        1: hierarchical softmax, also beside negative samples.
    negative : int
        Noise words of a center; 0: no negative sampling.
    ns_exponent : float
        A noise word is drawn as often as its count to this power.
    epochs : int
        Passes over the corpus.
    trim_rule : callable (word, count, min_count) -> int, optional
        Returns `hogvec.utils.RULE_KEEP`, `RULE_DISCARD` or `RULE_DEFAULT` for each word.
    sorted_vocab : {0, 1}
        1: words by falling count, equal ones as the corpus has them first; 0: all as it has them.
    compute_loss : bool
        Accepted; `get_latest_training_loss()` always knows the loss.
    callbacks : iterable of CallbackAny2Vec
        Of this and of later `train()` calls.
    shrink_windows : bool
        True: each center draws its window from 1 to `window`.
    softmax : bool
        The softmax over all words instead of negative samples. Then alpha, too, should be its own:
        0.025 for skip-gram, 0.2 for CBOW.
    softmax_exact : bool
        A batch comes to the result of one center at a time.
    softmax_batch : int
        Centers that share a visit of all output vectors; 0: what is best.
    block, noise_rows : int
        Centers that are trained at once, and noise words that they share; 0: what is best.
    progress : callable, or True
        Called with a `Progress` ten times a second; True: a bar of tqdm.
    held_out : sentences, or a path, optional
        A text that nothing is trained on: `held_out_losses` has the mean of -log p of its words
        after each epoch, by the tree or by the full softmax. ValueError without one of them.
    model_file : path, optional
        `train()` trains in this file, chunk by chunk: it has what was trained when the process is
        killed, and `Word2Vec.resume()` goes on. A file that is there is replaced, but for one of a
        run that is not finished. When training ends the vectors are the file's,
        mapped to be read.
    hashfxn, batch_words, comment, null_word, cbow_mean
        As gensim has them. The first two change nothing here. `null_word` and ``cbow_mean=0`` are
        errors: nothing here trains a padding word, or by sums.

    Raises
    ------
    TypeError
        Both or neither corpus; a generator, which gives its words once; tokens that are no str.
    ValueError
        A setting out of its range; nothing to train (no negative, hs or softmax).
    RuntimeError
        No word is frequent enough.
    """

    wv: KeyedVectors

    def __init__(
        self,
        sentences: Optional[Sentences] = None,
        corpus_file: Optional[Paths] = None,
        vector_size: int = 100,
        alpha: float = 0.025,
        window: int = 5,
        min_count: int = 5,
        max_vocab_size: Optional[int] = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: Optional[int] = 3,
        min_alpha: float = 0.0001,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[[Any], int] = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: Optional[TrimRule] = None,
        sorted_vocab: int = 1,
        batch_words: int = MAX_WORDS_IN_BATCH,
        compute_loss: bool = False,
        callbacks: Iterable[CallbackAny2Vec] = (),
        comment: Optional[str] = None,
        max_final_vocab: Optional[int] = None,
        shrink_windows: bool = True,
        *,
        softmax: bool = False,
        softmax_exact: bool = False,
        softmax_batch: int = 0,
        block: int = 0,
        noise_rows: int = 0,
        progress: ProgressTarget = None,
        held_out: Union[None, Sentences, PathLike] = None,
        model_file: Optional[PathLike] = None,
    ) -> None:
        super().__init__(
            vector_size=vector_size, alpha=alpha, min_alpha=min_alpha, window=window,
            min_count=min_count, max_vocab_size=max_vocab_size, max_final_vocab=max_final_vocab,
            sample=sample, seed=seed, workers=workers, sg=sg, hs=hs, negative=negative,
            ns_exponent=ns_exponent, cbow_mean=cbow_mean, epochs=epochs, null_word=null_word,
            sorted_vocab=sorted_vocab, batch_words=batch_words, compute_loss=compute_loss,
            comment=comment, shrink_windows=shrink_windows, softmax=softmax,
            softmax_exact=softmax_exact, softmax_batch=softmax_batch, block=block,
            noise_rows=noise_rows,
        )
        self.hashfxn = hashfxn
        self.callbacks = _called_back(callbacks)
        self.progress = progress
        self.held_out = held_out
        self.model_file = None if model_file is None else file_name(model_file)
        self._check_held_out()
        self._check_model_file()
        self._begin()
        if sentences is None and corpus_file is None:
            if trim_rule is not None:
                logger.warning("trim_rule is not kept: give it to build_vocab()")
            return
        check_corpus(sentences, corpus_file, passes=self.epochs + 1)
        counted = self._count(sentences, corpus_file)
        self._choose(trim_rule)
        self._train(counted, self.epochs, self.alpha, self.min_alpha, self.callbacks, progress, 1.0)

    def _begin(self) -> None:
        """What a model has before it has words."""
        # Hides the class's method, to say that it is the class's.
        setattr(self, "load", _not_of_an_instance)
        self.corpus_count = 0
        self.corpus_total_words = 0
        self.train_count = 0
        self.total_train_time = 0.0
        self.running_training_loss = 0.0
        self.held_out_losses: list[float] = []
        self.min_alpha_yet_reached = float(self.alpha)
        self.effective_min_count = self.min_count
        self.wv = KeyedVectors(self.vector_size)
        self._raw = None
        self._counted = None
        self._matrices = None
        self._vocabulary = None
        self._made_wv = None
        self._counted_words = ([], np.zeros(0), 0)

    def train(
        self,
        corpus_iterable: Optional[Sentences] = None,
        corpus_file: Optional[Paths] = None,
        total_examples: Optional[int] = None,
        total_words: Optional[int] = None,
        epochs: Optional[int] = None,
        start_alpha: Optional[float] = None,
        end_alpha: Optional[float] = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: Optional[bool] = None,
        callbacks: Optional[Iterable[CallbackAny2Vec]] = None,
        progress: ProgressTarget = None,
        **kwargs: Any,
    ) -> tuple[int, int]:
        """Trains on a corpus.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor. Words that the model has not are
            left out.
        total_examples, total_words : int
            One is to be given, as gensim wants it; the corpus is counted all the same.
        epochs : int
            To be given: usually ``model.epochs``.
        start_alpha, end_alpha : float, optional
            Learning rates of this call alone.
        report_delay : float
            Seconds between two lines of progress in the log.
        callbacks : iterable of CallbackAny2Vec, optional
            None: those of the constructor.
        progress : callable, or True
            As in the constructor.
        word_count, queue_factor, compute_loss
            As gensim has them; they change nothing here.

        Returns
        -------
        (int, int)
            Words that sub-sampling kept, and raw words of the corpus, over all epochs.

        Raises
        ------
        ValueError
            Missing totals or epochs; a learning rate out of its range.
        RuntimeError
            The model has no words; training diverges.
        KeyboardInterrupt, or what a callback raises
            After the chunks in hand: the model has what was trained until then.
        """
        if kwargs:
            raise TypeError(f"train() knows no {', '.join(map(repr, sorted(kwargs)))}")
        if total_words is None and total_examples is None:
            raise ValueError(
                "neither total_examples nor total_words is given; of the corpus of build_vocab() "
                "it is total_examples=model.corpus_count"
            )
        if epochs is None or epochs <= 0:
            raise ValueError("epochs must be given, 1 or more: usually epochs=model.epochs")
        check_corpus(corpus_iterable, corpus_file, passes=epochs)
        self._parts()
        if compute_loss is not None:
            self.compute_loss = bool(compute_loss)
        counted = count_corpus(corpus_iterable, corpus_file, self._threads())
        trained = self._train(
            counted, epochs,
            self.alpha if start_alpha is None else start_alpha,
            self.min_alpha if end_alpha is None else end_alpha,
            self.callbacks if callbacks is None else _called_back(callbacks),
            self.progress if progress is None else progress, report_delay,
        )
        return trained.words_kept, trained.words

    def _train(
        self, counted: Counted, epochs: int, alpha: float, min_alpha: float,
        callbacks: Iterable[CallbackAny2Vec], progress: ProgressTarget, report_delay: float,
    ) -> Trained:
        if alpha > self.min_alpha_yet_reached:
            logger.warning("Effective 'alpha' higher than previous training cycles")
        engine, vocabulary = self._writable_parts()
        text = counted.encode(vocabulary, self._threads())
        settings = self._settings(
            epochs=epochs, alpha=alpha, end_alpha=min(min_alpha, alpha),
            total=int(vocabulary.counts.sum()),
        )
        locked = self._locked()
        try:
            _engine.check_text(vocabulary, text, settings)
        except _engine.NothingToTrain as error:
            logger.warning("nothing was trained: %s", error)
            return Trained(0, text.words * epochs, [], 0.0)
        watchers = Watchers(callbacks, progress, report_delay, self._held_out_text())
        if self.model_file is not None:
            engine = _engine.Model.create(
                self.model_file, engine, vocabulary, text, settings, locked, storage.flags_of(self)
            )
            self._show(engine)
            run = _engine.Run(vocabulary, text, engine)
        else:
            run = _engine.Run(vocabulary, text, engine, settings, locked)
        return self._watch(run, text, epochs, watchers)

    def _watch(
        self, run: _engine.Run, text: _engine.Text, epochs: int, watchers: Watchers
    ) -> Trained:
        """Trains, and leaves what a model file needs to be one."""
        session = Session(self, run, text, epochs, watchers)
        goes_on = session.end != "finished"
        try:
            trained = session.train()
        finally:
            run.end(session.end)
            if self.model_file is not None:
                self._show(_engine.Model.open(self.model_file))
        self.train_count += goes_on
        self.total_train_time += trained.seconds
        logger.info(
            "training on %i raw words (%i effective words) took %.1fs, %.0f effective words/s",
            trained.words, trained.words_kept, trained.seconds,
            trained.words_kept / max(trained.seconds, 1e-9),
        )
        return trained

    @classmethod
    def resume(
        cls,
        model_file: PathLike,
        corpus_iterable: Optional[Sentences] = None,
        corpus_file: Optional[Paths] = None,
        callbacks: Iterable[CallbackAny2Vec] = (),
        progress: ProgressTarget = None,
        held_out: Union[None, Sentences, PathLike] = None,
        report_delay: float = 1.0,
    ) -> Word2Vec:
        """Goes on with a run that was stopped or killed, in its `model_file` and by its settings,
        to its end; where it was stopped, not killed, with one worker to the same vectors as if
        nothing had been. `held_out_losses` has the epochs that this call trains.

        The corpus is the one that it was begun with, else RuntimeError.
        """
        path = file_name(model_file)
        check_corpus(corpus_iterable, corpus_file, passes=1)
        model = cls.load(path)
        model.callbacks, model.progress = _called_back(callbacks), progress
        model.held_out, model.model_file = held_out, path
        model._check_held_out()
        _, vocabulary = model._parts()
        counted = count_corpus(corpus_iterable, corpus_file, model._threads())
        text = counted.encode(vocabulary, model._threads())
        watchers = Watchers(model.callbacks, progress, report_delay, model._held_out_text())
        engine = _engine.Model.resume(path, text)
        model._show(engine)
        run = _engine.Run(vocabulary, text, engine)
        model._watch(run, text, run.epochs, watchers)
        return model

    def _check_held_out(self) -> None:
        if self.held_out is not None and not (self.hs or self.softmax):
            raise ValueError(
                "held_out: negative samples give no probabilities; train with hs=1 or softmax=True"
            )
        if isinstance(self.held_out, (str, os.PathLike)):
            require_file(self.held_out)

    def _check_model_file(self) -> None:
        """What would else be found out when the whole corpus is counted."""
        folder = os.path.dirname(self.model_file or "") or "."
        if self.model_file is not None and not os.path.isdir(folder):
            raise FileNotFoundError(f"{self.model_file}: there is no folder {folder}")

    def _held_out_text(self) -> Optional[_engine.HeldOut]:
        if self.held_out is None:
            return None
        if isinstance(self.held_out, (str, os.PathLike)):
            counted = count_corpus(None, self.held_out, self._threads())
        else:
            counted = count_corpus(self.held_out, None, self._threads())
        _, vocabulary = self._parts()
        text = counted.encode(vocabulary, self._threads())
        return _engine.HeldOut(vocabulary, text, self._settings())

    def get_latest_training_loss(self) -> float:
        """Mean loss of the latest epoch: of a pair in skip-gram, of a center in CBOW, or with the
        full softmax (where it is the mean of the summed losses of a center's context)."""
        return self.running_training_loss

    def score(
        self,
        sentences: Iterable[Sequence[str]],
        total_sentences: int = int(1e6),
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1,
    ) -> Array:
        """Log probabilities of sentences, by the tree of hierarchical softmax: of the first
        `total_sentences`, a float32 each. Words that the model has not are left out.

        Raises RuntimeError where the model was not trained with ``hs=1``.
        """
        return sentence_scores(self, sentences, total_sentences)

    def predict_output_word(
        self, context_words_list: Iterable[Union[str, int]], topn: Optional[int] = 10
    ) -> Optional[list[tuple[str, float]]]:
        """The words that are likeliest in the middle of these, by a softmax over the output vectors
        with the mean of the context's: what CBOW and the full softmax train, and for skip-gram a
        guess. None where the model knows no word of the context.

        Raises RuntimeError for a model without negative samples or full softmax.
        """
        return predict(self, list(context_words_list), topn)

    def init_sims(self, replace: bool = False) -> None:
        """As `KeyedVectors.init_sims`."""
        self.wv.init_sims(replace=replace)

    def save(self, fname: PathLike, *_: Any, **__: Any) -> None:
        """Writes a model file, whole or not at all, which `load()`, `KeyedVectors.load()` and the
        programs read. What gensim's save() takes besides is for its pickles, and ignored."""
        storage.save(self, file_name(fname))

    @classmethod
    def load(cls, fname: PathLike, *_: Any, **__: Any) -> Word2Vec:
        """A model that `save()` wrote, or word2vec -model: mapped, so that it is there at once;
        copied to memory when it is trained.

        Raises AttributeError where the file has vectors and no model, and what opening says.
        """
        engine, attributes, extras = storage.load(file_name(fname))
        model = cls.__new__(cls)
        model._begin_loaded(engine, attributes, extras)
        return model

    def _begin_loaded(
        self, engine: _engine.Model, attributes: dict[str, Any], extras: bytes
    ) -> None:
        self.vector_size = engine.input.shape[1]
        self.__dict__.update(attributes)
        self.hashfxn = hash
        self.callbacks = ()
        self.progress = self.held_out = self.model_file = None
        self._begin()
        self.__dict__.update(attributes)
        self._matrices = engine
        self._counted_words = engine.words_and_counts()
        words, counts, _ = self._counted_words
        self.wv = self._made_wv = KeyedVectors._of(words, engine.input, counts.copy())
        locked = storage.locked_rows(engine)
        if locked:
            self.wv.vectors_lockf = np.ones(len(words), dtype=np.float32)
            self.wv.vectors_lockf[locked] = 0
        self.wv._take_extras(extras)

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name not in _NOT_COPIED}
        if self._matrices is not None and len(self.wv):
            _, vocabulary = self._parts()
            state["wv"] = self.wv
            state["counts"] = (np.array(vocabulary.counts), vocabulary.sentence_ends)
            state["rows"] = [np.array(self._matrices.output), np.array(self._matrices.nodes)]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        wv = state.pop("wv", None)
        rows = state.pop("rows", None)
        counts, ends = state.pop("counts", (None, 0))
        self.__dict__.update(state)
        self.hashfxn = hash
        self.progress = self.held_out = self.model_file = None
        self._begin()
        self.__dict__.update(state)
        if wv is None:
            return
        self._matrices = self._new_engine(len(wv))
        self._matrices.initialize(self.seed, self._threads())
        self._matrices.input[:] = wv.vectors
        for to, of in zip((self._matrices.output, self._matrices.nodes), rows):
            if len(of):
                to[:] = of
        # copy.copy() gives the wv of the model that goes on with it.
        self.wv = self._made_wv = copy.copy(wv)
        self.wv.vectors = self._matrices.input
        self._counted_words = (list(wv.index_to_key), counts, ends)

    def __str__(self) -> str:
        return "{}<vocab={}, vector_size={}, alpha={}>".format(
            type(self).__name__, len(self.wv), self.vector_size, self.alpha
        )

    __repr__ = __str__

