"""Words that stand together more often than chance explains become one: gensim's phrases.

    phrases = Phrases(sentences, min_count=5, threshold=10, connector_words=ENGLISH_CONNECTOR_WORDS)
    phrases[["in", "new", "york"]]      # ["in", "new_york"]
    phrases.freeze().save("phrases.json.gz")

A sentence is a list of str, a corpus an iterable of sentences. Longer phrases take a second model,
of the corpus that the first has joined: `Phrases(phrases[sentences])`.
"""

import logging
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Optional, Sequence, Tuple

from hogvec import _engine
from hogvec._phrases import files
from hogvec._phrases.base import Found as _Found
from hogvec._phrases.base import _PhrasesTransformation
from hogvec._phrases.parts import PAGE, PhraseScores, Vocab
from hogvec._phrases.scoring import (Scorer, Scoring, npmi_scorer, original_scorer, scorer_name,
                                    scorer_of)

__all__ = ["ENGLISH_CONNECTOR_WORDS", "FrozenPhrases", "Phraser", "Phrases", "npmi_scorer",
           "original_scorer"]

logger = logging.getLogger(__name__)

#: Articles, prepositions and conjunctions that phrases of English may have inside.
ENGLISH_CONNECTOR_WORDS: FrozenSet[str] = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
     "without"))

_Splits = Dict[str, Dict[Tuple[str, str], float]]


def _check(min_count: float, threshold: float, max_vocab_size: float, delimiter: Any,
           progress_per: int, scoring: Any) -> None:
    if not min_count > 0:
        raise ValueError(f"min_count should be at least 1, not {min_count}")
    if threshold != threshold:
        raise ValueError("threshold is no number")
    if scoring == "default" and threshold <= 0:
        raise ValueError(f"threshold should be positive for default scoring, not {threshold}")
    if scoring == "npmi" and not -1 <= threshold <= 1:
        raise ValueError(f"threshold should be between -1 and 1 for npmi scoring, not {threshold}")
    if not max_vocab_size >= 1:
        raise ValueError(f"max_vocab_size should be at least 1, not {max_vocab_size}")
    if not isinstance(delimiter, str):
        raise TypeError(f"delimiter should be a str, not {delimiter!r}")
    if progress_per < 1:
        raise ValueError(f"progress_per should be at least 1, not {progress_per}")


class Phrases(_PhrasesTransformation):
    """Counts words and pairs, and tells from their counts which are phrases.

    `vocab` maps words and pairs, joined by the delimiter, to their counts; `corpus_word_count` is
    the number of words, connector words among them. One thread may count; while it does, others
    may run Python.
    """

    def __init__(self, sentences: Optional[Iterable[Iterable[str]]] = None, min_count: float = 5,
                 threshold: float = 10.0, max_vocab_size: float = 40000000, delimiter: str = "_",
                 progress_per: int = 10000, scoring: Scoring = "default",
                 connector_words: Iterable[str] = frozenset()) -> None:
        """
        sentences: what to count; None for nothing yet. A generator will do, it is read once.
        min_count: what 'default' takes off the count of a pair; for 'npmi', the fewest that a
            phrase has.
        threshold: a phrase has a score above it; 'default' takes any above 0, 'npmi' -1 to 1.
        max_vocab_size: the most spellings of words and pairs that are kept between two sentences,
            at about 100 bytes each; the rarest are left out beyond, and counts are no longer exact.
        delimiter: what stands between the words of a phrase.
        progress_per: sentences between two lines of the log.
        scoring: 'default' (original_scorer), 'npmi' (npmi_scorer), or a function that takes the
            arguments of these by name.
        connector_words: words that a phrase may have inside but does not begin or end with.

        Raises ValueError and TypeError for settings out of range and for what is no sentence of
        str, with its place.
        """
        super().__init__(connector_words)
        self.scoring: Scorer = scorer_of(scoring)
        _check(min_count, threshold, max_vocab_size, delimiter, progress_per, scoring)
        self.min_count = min_count
        self.threshold = threshold
        self.max_vocab_size = max_vocab_size
        self.min_reduce = 1
        self.delimiter = delimiter
        self.progress_per = progress_per
        self.corpus_word_count = 0
        self._table = _engine.PhraseTable()
        if sentences is not None:
            self.add_vocab(sentences)

    def __str__(self) -> str:
        return (f"{type(self).__name__}<{len(self._table)} vocab, min_count={self.min_count}, "
                f"threshold={self.threshold}, max_vocab_size={self.max_vocab_size}>")

    @property
    def vocab(self) -> Vocab:
        """Words and pairs with their counts, in the order in which they first came; read-only."""
        return Vocab(self._table)

    def add_vocab(self, sentences: Iterable[Iterable[str]]) -> None:
        """Counts more sentences. Where that fails, nothing was counted.

        Raises TypeError that names sentence and token for what is no str; what the iterable raises.
        """
        if isinstance(sentences, (str, bytes)):
            raise TypeError(f"sentences is an iterable of lists of words, not a "
                            f"{type(sentences).__name__}: a single sentence is [text.split()], and "
                            "LineSentence reads a file")
        logger.info("counting words and pairs")
        most = int(min(self.max_vocab_size, 2**62))
        table, words, number, min_reduce = _engine.count_phrases(
            iter(sentences), self._connector_table(), self.delimiter, most, self.progress_per,
            _log_progress)
        logger.info("counted %i spellings of words and pairs in %i words of %i sentences",
                    len(table), words, number)
        self.corpus_word_count += words
        self.min_reduce = max(self.min_reduce, min_reduce)
        self._table.merge(table)
        self.min_reduce = self._table.prune(most, self.min_reduce)

    def score_candidate(self, word_a: str, word_b: str, in_between: Sequence[str]) -> _Found:
        count = self._table.count
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        both = count(phrase)
        left, right = count(word_a), count(word_b)
        if not (both and left and right):
            return None, None
        score = self.scoring(worda_count=left, wordb_count=right, bigram_count=both,
                             len_vocab=len(self._table), min_count=self.min_count,
                             corpus_word_count=self.corpus_word_count)
        return (None, None) if score <= self.threshold else (phrase, score)

    def score_item(self, worda: str, wordb: str, components: Iterable[str],
                   scorer: Scorer) -> float:
        """What `scorer` gives two words that make a phrase of these components; -1 where the text
        lacks one of them. It is called with worda_count, wordb_count and bigram_count."""
        count = self._table.count
        left, right = count(worda), count(wordb)
        both = count(self.delimiter.join(components))
        if not (both and left and right):
            return -1
        return scorer(worda_count=left, wordb_count=right, bigram_count=both)

    def export_phrases(self) -> Dict[str, float]:
        """All phrases with their scores, in the order in which they first came.

        A spelling of several words may be parted in several ways; it has the best score of them.
        """
        return {phrase: max(score for _, _, score in parts) for phrase, parts, _ in self._found()}

    def freeze(self) -> "FrozenPhrases":
        """The phrases alone: smaller and faster, and nothing more can be counted."""
        return FrozenPhrases(self)

    def save(self, fname: Any) -> None:
        """Writes a file that load() reads, of JSON; compressed if its name ends in .gz, .bz2, .xz.

        Raises ValueError for a scoring function that no import leads to; OSError.
        """
        names = ("min_count", "threshold", "max_vocab_size", "min_reduce", "delimiter",
                 "progress_per", "corpus_word_count")
        header = {"class": "Phrases", **{name: getattr(self, name) for name in names},
                  "scoring": scorer_name(self.scoring),
                  "connector_words": sorted(self.connector_words)}
        files.write(fname, header, self.vocab.pairs(), len(self._table))

    def _restore(self, header: Dict[str, Any], rows: List[Any], scorer: Scorer) -> None:
        for name in ("min_count", "threshold", "max_vocab_size", "min_reduce", "delimiter",
                     "progress_per", "corpus_word_count"):
            setattr(self, name, header[name])
        self.scoring = scorer
        self._table = _table_of(rows)

    def __getstate__(self) -> Dict[str, Any]:
        return {**super().__getstate__(), "_table": list(self.vocab.pairs())}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state, _table=_table_of(state["_table"]))

    def _rule(self) -> Optional["_engine.ScoreRule"]:
        """How the engine scores; None for a scorer that it does not know."""
        kind = {original_scorer: _engine.ScoreRule.Kind.ORIGINAL,
                npmi_scorer: _engine.ScoreRule.Kind.NPMI}.get(self.scoring)
        if kind is None:
            return None
        return _engine.ScoreRule(kind, self.threshold, self.min_count, len(self._table),
                                 self.corpus_word_count)

    def _by_engine(self, sentence: Iterable[str],
                   output: "_engine.SentenceOutput") -> Optional[List[Any]]:
        rule = self._rule() if self._is_plain(Phrases) else None
        if rule is None:
            return None
        return self._table.join(sentence, self._connector_table(), self.delimiter, rule, output)

    def _found(self) -> Iterator[Tuple[str, List[Tuple[Any, ...]], bool]]:
        """Yields (spelling, its splits (left, right, score) that are phrases, whether a spelling
        like it may be parted elsewhere)."""
        plain = self._is_plain(Phrases)
        connectors, rule = self._connector_table(), self._rule() if plain else None
        for begin in range(0, len(self._table), PAGE):
            for phrase, parts, elsewhere in self._table.splits(begin, begin + PAGE, connectors,
                                                               self.delimiter, rule):
                if rule is None:
                    parts = list(self._ask(phrase, parts))
                if parts:
                    yield phrase, parts, elsewhere

    def _ask(self, phrase: str, parts: Iterable[Tuple[Any, ...]]) -> Iterator[Tuple[Any, ...]]:
        """Yields the splits (left, right) of a spelling that score_candidate() takes for phrases,
        with their scores."""
        joint = len(self.delimiter)
        for left, right in parts:
            # What stands between may be several words; joined, they are one.
            begin, end = len(left) + joint, len(phrase) - len(right) - joint
            between = [phrase[begin:end]] if begin <= end else []
            score = self.score_candidate(left, right, between)[1]
            if score is not None:
                yield left, right, score


class FrozenPhrases(_PhrasesTransformation):
    """The phrases that a Phrases has found; `phrasegrams` maps them to their scores.

    Joins what the Phrases joins. Any number of threads.
    """

    def __init__(self, phrases_model: Phrases) -> None:
        super().__init__(phrases_model.connector_words)
        self.threshold = phrases_model.threshold
        self.min_count = phrases_model.min_count
        self.delimiter = phrases_model.delimiter
        self.scoring: Scorer = phrases_model.scoring
        self._scores = PhraseScores()
        # Where a spelling may be parted in several ways: which of them are phrases.
        self._splits: _Splits = {}
        for phrase, parts, elsewhere in phrases_model._found():
            self._scores[phrase] = max(score for _, _, score in parts)
            if elsewhere:
                self._splits[phrase] = {(left, right): score for left, right, score in parts}
        self._set: Optional[_engine.PhraseSet] = None
        logger.info("%s of %s", self, phrases_model)

    def __str__(self) -> str:
        return (f"{type(self).__name__}<{len(self._scores)} phrases, min_count={self.min_count}, "
                f"threshold={self.threshold}>")

    @property
    def phrasegrams(self) -> Dict[str, float]:
        """Phrases with their scores; may be changed."""
        return self._scores

    @phrasegrams.setter
    def phrasegrams(self, scores: Dict[str, float]) -> None:
        self._scores = PhraseScores(scores)
        self._splits = {}

    def score_candidate(self, word_a: str, word_b: str, in_between: Sequence[str]) -> _Found:
        phrase = self.delimiter.join([word_a, *in_between, word_b])
        score = self._scores.get(phrase)
        self._forget_splits()
        if score is not None and phrase in self._splits:
            score = self._splits[phrase].get((word_a, word_b))
        return (phrase, score) if score is not None and score > self.threshold else (None, None)

    def _forget_splits(self) -> None:
        """Of phrases whose score somebody has changed: it is that of all ways to part them."""
        if self._scores.changed:
            self._splits = {
                phrase: parts for phrase, parts in self._splits.items()
                if phrase in self._scores and self._scores[phrase] == max(parts.values())
            }

    def save(self, fname: Any) -> None:
        """Writes a file that load() reads, of JSON; compressed if its name ends in .gz, .bz2, .xz.

        Raises ValueError for a scoring function that no import leads to; OSError.
        """
        self._forget_splits()
        header = {"class": "FrozenPhrases", "min_count": self.min_count,
                  "threshold": self.threshold, "delimiter": self.delimiter,
                  "scoring": scorer_name(self.scoring),
                  "connector_words": sorted(self.connector_words)}
        rows = ((phrase, score, [[*words, one] for words, one in self._splits[phrase].items()])
                if phrase in self._splits else (phrase, score)
                for phrase, score in self._scores.items())
        files.write(fname, header, rows, len(self._scores))

    def _restore(self, header: Dict[str, Any], rows: List[Any], scorer: Scorer) -> None:
        for name in ("min_count", "threshold", "delimiter"):
            setattr(self, name, header[name])
        self.scoring = scorer
        self._scores = PhraseScores((row[0], row[1]) for row in rows)
        self._splits = {row[0]: {(left, right): score for left, right, score in row[2]}
                        for row in rows if len(row) > 2}
        self._set = None

    def __getstate__(self) -> Dict[str, Any]:
        return {**super().__getstate__(), "_set": None}

    def _by_engine(self, sentence: Iterable[str],
                   output: "_engine.SentenceOutput") -> Optional[List[Any]]:
        if not self._is_plain(FrozenPhrases):
            return None
        if self._set is None or self._scores.changed:
            self._forget_splits()
            made = _engine.PhraseSet(self._scores, self._splits)
            self._set, self._scores.changed = made, False
        return self._set.join(sentence, self._connector_table(), self.delimiter, self.threshold,
                              output)


#: The name that FrozenPhrases had before gensim 4.
Phraser = FrozenPhrases


def _log_progress(sentences: int, words: int, spellings: int) -> None:
    logger.info("at sentence %i: %i words, %i spellings of words and pairs", sentences, words,
                spellings)


def _table_of(rows: Iterable[Tuple[str, int]]) -> "_engine.PhraseTable":
    table = _engine.PhraseTable()
    for spelling, count in rows:
        table.add(spelling, count)
    return table
