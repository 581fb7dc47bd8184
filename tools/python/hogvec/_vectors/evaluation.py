"""How good vectors are: analogies, and similarities that people see."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Optional, Union

import numpy as np

from hogvec._vectors.arrays import unit
from hogvec._vectors.correlation import Correlation, pearson, spearman
from hogvec._vectors.queries import Queries
from hogvec._paths import PathLike
from hogvec._streams import open_bytes

logger = logging.getLogger("hogvec.models.keyedvectors")

Words4 = tuple[str, str, str, str]
Section = dict[str, Any]


@dataclass
class _Asked:
    """A question, and the rows of its words where they are all known."""

    words: Words4
    rows: Optional[tuple[int, int, int, int]]


@dataclass
class _AskedSection:
    name: str
    questions: list[_Asked] = field(default_factory=list)


def _accuracy(section: Section) -> float:
    correct, wrong = len(section["correct"]), len(section["incorrect"])
    if correct + wrong == 0:
        return 0.0
    score = correct / (correct + wrong)
    logger.info("%s: %.1f%% (%i/%i)", section["section"], 100 * score, correct, correct + wrong)
    return score


class Evaluation(Queries):
    """Vectors that are measured by test sets."""

    def _known_words(self, restrict_vocab: Optional[int], fold: bool) -> dict[Any, int]:
        """Rows of the first words; of words that differ in case alone the first."""
        known: dict[Any, int] = {}
        for index, key in enumerate(self.index_to_key[:restrict_vocab]):
            known.setdefault(key.upper() if fold and isinstance(key, str) else key, index)
        return known

    @staticmethod
    def _read_questions(
        path: PathLike, known: dict[Any, int], fold: bool,
    ) -> list[_AskedSection]:
        """Errors: ValueError for questions before the first section."""
        sections: list[_AskedSection] = []
        with open_bytes(path) as file:
            for number, raw in enumerate(file):
                line = raw.decode("utf-8")
                if line.startswith(": "):
                    sections.append(_AskedSection(line.lstrip(": ").strip()))
                    continue
                if not sections:
                    raise ValueError(
                        f"{path}: line {number + 1} stands before the first section; begin with a "
                        "line \": NAME\"")
                words = (line.upper() if fold else line).split()
                if len(words) != 4:
                    logger.info("%s: line %i is passed over: not four words", path, number + 1)
                    continue
                rows = [known.get(word, -1) for word in words]
                sections[-1].questions.append(_Asked(
                    (words[0], words[1], words[2], words[3]),
                    None if min(rows) < 0 else (rows[0], rows[1], rows[2], rows[3])))
        return sections

    def _analogy_answers(
        self, asked: list[_Asked], restrict_vocab: Optional[int],
        similarity_function: Union[str, Callable[..., Any]],
    ) -> list[list[Any]]:
        """The five best keys for each question "a is to b as c is to which?" of known words."""
        if similarity_function == "most_similar":
            queries = np.empty((len(asked), self.vector_size), dtype=np.float32)
            own: list[list[int]] = []
            for place, question in enumerate(asked):
                assert question.rows is not None
                a, b, c = (unit(self.vectors[row]) for row in question.rows[:3])
                queries[place] = b + c - a
                own.append(list(question.rows[:3]))
            searched = self._searched(restrict_vocab=restrict_vocab)
            found = self._nearest(queries, 5, searched, own)
        else:
            search = (similarity_function if callable(similarity_function)
                      else getattr(self, similarity_function))
            keys = self.index_to_key
            found = []
            for question in asked:
                assert question.rows is not None
                a, b, c = (keys[row] for row in question.rows[:3])
                found.append(search(
                    positive=[b, c], negative=[a], topn=5, restrict_vocab=restrict_vocab))
        return [[key for key, _ in answers] for answers in found]

    def evaluate_word_analogies(
        self, analogies: PathLike, restrict_vocab: Optional[int] = 300000,
        case_insensitive: bool = True, dummy4unknown: bool = False,
        similarity_function: Union[str, Callable[..., Any]] = "most_similar",
    ) -> tuple[float, list[Section]]:
        """Asks "a is to b as c is to which?" of a file: lines of four words, sections ": NAME".

        Words and answers are among the first `restrict_vocab`; `case_insensitive` compares them in
        capitals. A question with an unknown word is left out, or wrong with `dummy4unknown`.
        `similarity_function` is a method's name or a function that takes positive, negative, topn
        and restrict_vocab as most_similar() does. Returns the share of right answers, and for each
        section and all together {"section": name, "correct": [...], "incorrect": [...]}, lists of
        the four words. Errors: OSError; ValueError for questions before the first section.
        """
        fold = case_insensitive
        known = self._known_words(restrict_vocab, fold)
        asked = self._read_questions(analogies, known, fold)
        questions = [question for section in asked for question in section.questions]
        answers = iter(self._analogy_answers(
            [question for question in questions if question.rows is not None], restrict_vocab,
            similarity_function))
        sections: list[Section] = []
        for section in asked:
            counted: Section = {"section": section.name, "correct": [], "incorrect": []}
            for question in section.questions:
                right = question.rows is not None and self._is_right(
                    question.words, next(answers), known, fold)
                if question.rows is not None or dummy4unknown:
                    counted["correct" if right else "incorrect"].append(question.words)
            sections.append(counted)
            _accuracy(counted)
        total: Section = {"section": "Total accuracy"}
        for kind in "correct", "incorrect":
            total[kind] = [words for section in sections for words in section[kind]]
        unknown = sum(question.rows is None for question in questions)
        logger.info("questions with unknown words: %.1f%%", 100 * unknown / max(1, len(questions)))
        return _accuracy(total), [*sections, total]

    @staticmethod
    def _is_right(words: Words4, keys: Iterable[Any], known: dict[Any, int], fold: bool) -> bool:
        for key in keys:
            answer = key.upper() if fold and isinstance(key, str) else key
            if answer in known and answer not in words[:3]:
                return bool(answer == words[3])
        return False

    @staticmethod
    def log_accuracy(section: Section) -> None:
        """Logs the share of right answers of a section of evaluate_word_analogies()."""
        _accuracy(section)

    def evaluate_word_pairs(
        self, pairs: PathLike, delimiter: str = "\t", encoding: str = "utf8",
        restrict_vocab: Optional[int] = 300000, case_insensitive: bool = True,
        dummy4unknown: bool = False,
    ) -> tuple[Correlation, Correlation, float]:
        """Correlates cosines with a file's: lines of two words and a number, "#" before remarks.

        Words are among the first `restrict_vocab`; `case_insensitive` compares them in capitals. A
        pair with an unknown word is left out, or has the cosine 0 with `dummy4unknown`. Returns
        Pearson's and Spearman's (statistic, pvalue), and the percentage of pairs with unknown
        words. Errors: OSError; ValueError where no pair is left.
        """
        known = self._known_words(restrict_vocab, case_insensitive)
        theirs: list[float] = []
        ours: list[float] = []
        unknown = 0
        with open_bytes(pairs) as file:
            for number, raw in enumerate(file):
                line = raw.decode(encoding)
                if line.startswith("#"):
                    continue
                try:
                    a, b, text = (line.upper() if case_insensitive else line).split(delimiter)
                    score = float(text)
                except ValueError:
                    logger.info("%s: line %i is passed over: not two words and a number", pairs,
                                number + 1)
                    continue
                rows = known.get(a, -1), known.get(b, -1)
                if min(rows) < 0:
                    unknown += 1
                    if not dummy4unknown:
                        continue
                theirs.append(score)
                ours.append(0.0 if min(rows) < 0 else self.similarity(*self._keys_at(rows)))
        if not theirs:
            raise ValueError(
                f"{pairs}: no line has two words that {self} knows and a number, with "
                f"'{delimiter}' between them")
        found = pearson(theirs, ours), spearman(theirs, ours)
        share = 100 * unknown / (len(theirs) if dummy4unknown else len(theirs) + unknown)
        self.log_evaluate_word_pairs(*found, share, pairs)
        return (*found, share)

    def _keys_at(self, rows: tuple[int, int]) -> tuple[Any, Any]:
        keys = self.index_to_key
        return keys[rows[0]], keys[rows[1]]

    @staticmethod
    def log_evaluate_word_pairs(
        pearson: Correlation, spearman: Correlation, oov: float, pairs: PathLike,
    ) -> None:
        """Logs what evaluate_word_pairs() returns."""
        logger.info("%s: Pearson %.4f, Spearman %.4f, unknown %.1f%%", pairs, pearson[0],
                    spearman[0], oov)
