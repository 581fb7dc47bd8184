"""What Phrases and FrozenPhrases share."""

from typing import (AbstractSet, Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple,
                    Union, overload)

from hogvec import _engine
from hogvec._phrases import files
from hogvec._phrases.parts import TransformedCorpus, single_or_corpus
from hogvec._phrases.scoring import Scoring, scorer_named, scorer_of

#: A phrase and its score, or None twice.
Found = Tuple[Optional[str], Optional[float]]


class _PhrasesTransformation:
    """What joins words, by what score_candidate() says of two of them."""

    delimiter: str

    def __init__(self, connector_words: Iterable[str]) -> None:
        if isinstance(connector_words, (str, bytes)):
            raise TypeError(f"connector_words is a set of words, not the single one "
                            f"{connector_words!r}")
        self.connector_words: AbstractSet[str] = frozenset(connector_words)
        self._connectors: Optional[Tuple[AbstractSet[str], _engine.ConnectorWords]] = None

    def score_candidate(self, word_a: str, word_b: str, in_between: Sequence[str]) -> Found:
        """The phrase of two words, with connector words between them, and its score.

        (None, None) where they are no phrase.
        """
        raise NotImplementedError("a subclass says what a phrase is")

    def analyze_sentence(self, sentence: Iterable[str]) -> Iterator[Tuple[str, Optional[float]]]:
        """Yields (phrase, score) for words that became a phrase and (word, None) for others.

        From left to right: a word that is in a phrase does not begin another.
        """
        waiting: List[str] = []  # a word that may begin a phrase, and connectors behind it
        for word in sentence:
            if word in self.connector_words:
                if waiting:
                    waiting.append(word)
                else:
                    yield word, None
                continue
            if waiting:
                phrase, score = self.score_candidate(waiting[0], word, waiting[1:])
                if phrase is not None and score is not None:
                    yield phrase, score
                    waiting = []
                    continue
                for one in waiting:
                    yield one, None
            waiting = [word]
        for one in waiting:
            yield one, None

    @overload
    def __getitem__(self, sentence: Iterable[str]) -> List[str]:  # type: ignore[misc]
        ...

    @overload
    def __getitem__(self, sentence: Iterable[Iterable[str]]) -> TransformedCorpus:
        ...

    def __getitem__(self, sentence: Any) -> Union[List[str], TransformedCorpus]:
        """A sentence with its phrases joined, or a corpus whose sentences will be.

        A corpus is not read before it is iterated over, and again each time.
        """
        single, sentence = single_or_corpus(sentence)
        return self._transform(sentence) if single else TransformedCorpus(self, sentence)

    def find_phrases(self, sentences: Iterable[Iterable[str]]) -> Dict[str, float]:
        """The phrases of the sentences with their scores, in the order in which they first come."""
        found: Dict[str, float] = {}
        for sentence in sentences:
            fast = self._by_engine(sentence, _engine.SentenceOutput.PHRASES)
            if fast is not None:
                found.update(fast)
                continue
            for phrase, score in self.analyze_sentence(sentence):
                if score is not None:
                    found[phrase] = score
        return found

    def _transform(self, sentence: Iterable[str]) -> List[str]:
        fast: Optional[List[str]] = self._by_engine(sentence, _engine.SentenceOutput.JOINED)
        if fast is not None:
            return fast
        return [token for token, _ in self.analyze_sentence(sentence)]

    def _by_engine(self, sentence: Iterable[str],
                   output: "_engine.SentenceOutput") -> Optional[List[Any]]:
        """What the engine makes of the sentence, or None where Python has to be asked."""
        return None

    def _is_plain(self, own: type) -> bool:
        """Whether no subclass of `own` has changed what a phrase is."""
        mine = type(self)
        return mine is own or (
            mine.score_candidate is getattr(own, "score_candidate")
            and mine.analyze_sentence is _PhrasesTransformation.analyze_sentence)

    def _connector_table(self) -> "_engine.ConnectorWords":
        words = self.connector_words
        if self._connectors is None or self._connectors[0] is not words:
            self._connectors = (words, _engine.ConnectorWords(words))
        return self._connectors[1]

    @classmethod
    def load(cls, fname: Any, scoring: Optional[Scoring] = None) -> Any:
        """The Phrases or FrozenPhrases that save() has written to the file.

        A scoring function of one's own is imported from where it was when it was saved; give
        `scoring` to take another, and import nothing. Raises ValueError for other files, gensim's
        among them, and for damaged ones; OSError.
        """
        header, rows = files.read(fname)
        try:
            return cls._of_file(fname, header, rows, scoring)
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"{fname}: the file is damaged: {error!r}") from error

    @classmethod
    def _of_file(
        cls, fname: Any, header: files.Header, rows: List[Any], scoring: Optional[Scoring]
    ) -> Any:
        scorer = scorer_of(scoring) if scoring is not None else scorer_named(header["scoring"])
        from hogvec.models.phrases import FrozenPhrases, Phrases

        kinds = {"Phrases": Phrases, "FrozenPhrases": FrozenPhrases}
        kind = kinds.get(header["class"])
        if kind is None:
            raise ValueError(f"{fname}: there is no class of phrases {header['class']!r}")
        model: Any = object.__new__(cls if issubclass(cls, kind) else kind)
        _PhrasesTransformation.__init__(model, header["connector_words"])
        model._restore(header, rows, scorer)
        return model

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_connectors": None}
