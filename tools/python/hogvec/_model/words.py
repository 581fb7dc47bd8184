"""Which words a model has, and where they come from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np

from hogvec import _engine
from hogvec._corpus import Counted, IdSentences, Paths, check_corpus, count_corpus
from hogvec._model.matrices import Matrices
from hogvec._model.vocabulary import (
    Limits,
    RawCounts,
    TrimRule,
    chosen,
    effective_min_count,
    engine_vocabulary,
    report_of,
)
from hogvec.models.keyedvectors import KeyedVectors

if TYPE_CHECKING:
    from hogvec.models.word2vec import Word2Vec

logger = logging.getLogger("hogvec")

Sentences = Union[Iterable[Iterable[str]], IdSentences]


class ModelWords(Matrices):
    """A model that counts words, and chooses those that it trains."""

    corpus_count: int
    _raw: Optional[RawCounts]
    _counted: Optional[Counted]

    def build_vocab(
        self,
        corpus_iterable: Optional[Sentences] = None,
        corpus_file: Optional[Paths] = None,
        update: bool = False,
        progress_per: int = 10000,
        keep_raw_vocab: bool = False,
        trim_rule: Optional[TrimRule] = None,
        min_count: Optional[int] = None,
        sample: Optional[float] = None,
    ) -> None:
        """Counts the words of a corpus, and makes the model of those that stay.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As `sentences` and `corpus_file` of the constructor; here a generator will do.
        update : bool
            The words are added to those that the model has, which keep their vectors; counts add
            up.
        keep_raw_vocab : bool
            `raw_vocab` stays.
        trim_rule : callable, optional
            As in the constructor.
        min_count, sample : optional
            Instead of the model's, and from then on the model's; 0 is a value.
        """
        check_corpus(corpus_iterable, corpus_file, passes=1)
        self._count(corpus_iterable, corpus_file)
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule,
                           min_count=min_count, sample=sample)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: Optional[int] = None,
        trim_rule: Optional[TrimRule] = None,
        update: bool = False,
    ) -> None:
        """The same from words and their counts. `corpus_count`: sentences that there will be."""
        self._counted = None
        self._raw = RawCounts.of_table(word_freq)
        self.corpus_count = corpus_count or 0
        self.prepare_vocab(update=update, keep_raw_vocab=keep_raw_vocab, trim_rule=trim_rule)

    def scan_vocab(
        self,
        corpus_iterable: Optional[Sentences] = None,
        corpus_file: Optional[Paths] = None,
        progress_per: int = 10000,
        workers: Optional[int] = None,
        trim_rule: Optional[TrimRule] = None,
    ) -> tuple[int, int]:
        """Counts the words of a corpus for `prepare_vocab()`. Returns how many words and sentences
        it has."""
        check_corpus(corpus_iterable, corpus_file, passes=1)
        self._count(corpus_iterable, corpus_file)
        return self.corpus_total_words, self.corpus_count

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: Optional[TrimRule] = None,
        min_count: Optional[int] = None,
        sample: Optional[float] = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Makes the model of the words that were counted last.

        Returns what it did, under gensim's names: `drop_unique`, `retain_total`,
        `num_retained_words`, `downsample_unique`, `downsample_total`, `memory` (bytes). With
        `dry_run` it does nothing else. Raises RuntimeError where nothing was counted.
        """
        raw = self._raw_counts()
        least = self.min_count if min_count is None else min_count
        limits = self._limits(trim_rule, least)
        effective = effective_min_count(raw.counts, limits)
        kept = chosen(raw, effective, limits)
        report: dict[str, Any] = dict(
            report_of(raw, kept.counts, self.sample if sample is None else sample)
        )
        report["memory"] = self.estimate_memory(max(len(kept.words), 1))
        if dry_run:
            return report
        self.min_count = least
        self.sample = self.sample if sample is None else sample
        self.effective_min_count = effective
        if update and self._matrices is not None:
            self._grow(kept)
        else:
            self._make(engine_vocabulary(kept))
        if not keep_raw_vocab:
            self._raw = None
        self._counted = None
        return report

    @property
    def raw_vocab(self) -> dict[str, int]:
        """Words and counts of `scan_vocab()`; empty where they were not kept."""
        if self._raw is None and self._counted is None:
            return {}
        raw = self._raw_counts()
        return dict(zip(raw.words, raw.counts.tolist()))

    def estimate_memory(
        self, vocab_size: Optional[int] = None, report: Optional[dict[str, Any]] = None
    ) -> dict[str, Any]:
        """Bytes that a model of so many words takes: `vocab`, `vectors`, `syn1`, `syn1neg`, and
        their `total`; rows are padded to 64 bytes."""
        words = len(self.wv) if vocab_size is None else vocab_size
        row = (self.vector_size + 15) // 16 * 64
        parts = {"vocab": words * 120, "vectors": words * row}
        if self.hs:
            parts["syn1"] = words * row
        if self._has_output():
            parts["syn1neg"] = words * row
        return {**(report or {}), **parts, "total": sum(parts.values())}

    def reset_from(self, other_model: Word2Vec) -> None:
        """Takes the words and counts of another model, and begins anew with its own settings."""
        _, vocabulary = other_model._parts()
        self.corpus_count = other_model.corpus_count
        self.corpus_total_words = other_model.corpus_total_words
        self._make(vocabulary)

    def _count(self, sentences: Optional[Sentences], corpus_file: Optional[Paths]) -> Counted:
        logger.info("collecting all words and their counts")
        counted = count_corpus(sentences, corpus_file, self._threads())
        self._raw = None
        self._counted = counted
        self.corpus_count = counted.sentences
        self.corpus_total_words = counted.words
        logger.info(
            "collected %i word types from a corpus of %i raw words and %i sentences",
            len(counted), counted.words, counted.sentences,
        )
        return counted

    def _raw_counts(self) -> RawCounts:
        if self._raw is None:
            if self._counted is None:
                raise RuntimeError("no words were counted: call build_vocab() or scan_vocab()")
            self._raw = RawCounts(*self._counted.in_order())
        return self._raw

    def _limits(self, trim_rule: Optional[TrimRule], min_count: int) -> Limits:
        return Limits(min_count, self.max_vocab_size, self.max_final_vocab, trim_rule,
                      bool(self.sorted_vocab))

    def _choose(self, trim_rule: Optional[TrimRule]) -> None:
        """As prepare_vocab(), of a text that is to be trained: without Python objects, if it may."""
        counted = self._counted
        assert counted is not None
        limits = self._limits(trim_rule, self.min_count)
        if trim_rule is not None or not self.sorted_vocab:
            self.prepare_vocab(trim_rule=trim_rule)
        else:
            self.effective_min_count = effective_min_count(counted.counts, limits)
            self._make(counted.vocabulary(self.effective_min_count, self._threads()))
        self._counted = None

    def _make(self, vocabulary: _engine.Vocabulary) -> None:
        """A new model of these words."""
        matrices = self._new_engine(len(vocabulary))
        matrices.initialize(self.seed, self._threads())
        self.wv = KeyedVectors._of(vocabulary.words, matrices.input, vocabulary.counts)
        self._matrices, self._vocabulary, self._made_wv = matrices, vocabulary, self.wv
        logger.info("a model of %i words and %i dimensions", len(vocabulary), self.vector_size)

    def _grow(self, more: RawCounts) -> None:
        """The model with these words, too."""
        engine, vocabulary = self._parts()
        keys = list(vocabulary.words)
        counts = dict(zip(keys, vocabulary.counts.tolist()))
        for word, count in zip(more.words, more.counts.tolist()):
            counts[word] = counts.get(word, 0) + count
        grown = _engine.Vocabulary(
            list(counts), np.fromiter(counts.values(), np.uint64, len(counts)),
            vocabulary.sentence_ends,
        )
        same_tree = bool(
            len(grown) == len(vocabulary) and np.array_equal(grown.counts, vocabulary.counts)
        )
        matrices = self._new_engine(len(grown))
        matrices.begin_from(engine, self.seed, same_tree, self._threads())
        self.wv._grow_to(grown.words, matrices.input, grown.counts)
        self._matrices, self._vocabulary, self._made_wv = matrices, grown, self.wv
        logger.info("the model has %i words, %i of them new", len(grown), len(grown) - len(keys))
