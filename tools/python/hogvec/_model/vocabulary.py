"""Which words of a text a model has."""

from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple, Optional

import numpy as np

from hogvec import _engine
from hogvec.utils import RULE_DISCARD, RULE_KEEP

TrimRule = Callable[[str, int, int], int]


class Limits(NamedTuple):
    """What a word must reach."""

    min_count: int
    max_vocab_size: Optional[int]
    max_final_vocab: Optional[int]
    trim_rule: Optional[TrimRule]
    sorted_vocab: bool


class RawCounts:
    """Words of a text or of a table, with their counts, before it is said which of them stay."""

    def __init__(self, words: list[str], counts: np.ndarray[Any, Any]) -> None:
        self.words = words
        self.counts = counts

    @classmethod
    def of_table(cls, table: Any) -> RawCounts:
        return cls(list(table), np.fromiter(table.values(), dtype=np.uint64, count=len(table)))


def effective_min_count(counts: np.ndarray[Any, Any], limits: Limits) -> int:
    """min_count, or more where max_final_vocab and max_vocab_size want it. Of words that are
    equally frequent all stay or none: max_final_vocab is never passed, max_vocab_size, which is
    about memory, by those that are as frequent as the last that has room."""
    least = limits.min_count
    if limits.max_final_vocab is not None and limits.max_final_vocab < len(counts):
        least = max(least, _count_of_rank(counts, limits.max_final_vocab) + 1)
    if limits.max_vocab_size and limits.max_vocab_size < len(counts):
        least = max(least, _count_of_rank(counts, limits.max_vocab_size - 1))
    return least


def _count_of_rank(counts: np.ndarray[Any, Any], rank: int) -> int:
    place = len(counts) - 1 - rank
    return int(np.partition(counts, place)[place])


def chosen(raw: RawCounts, min_count: int, limits: Limits) -> RawCounts:
    """The words that stay, in the model's order."""
    if limits.trim_rule is None:
        kept = np.flatnonzero(raw.counts >= min_count)
    else:
        rule = limits.trim_rule
        kept = np.array(
            [
                k
                for k, (word, count) in enumerate(zip(raw.words, raw.counts))
                if _stays(rule(word, int(count), limits.min_count), int(count), min_count)
            ],
            dtype=np.int64,
        )
    if limits.sorted_vocab:
        kept = kept[np.argsort(-raw.counts[kept].astype(np.int64), kind="stable")]
    return RawCounts([raw.words[k] for k in kept], raw.counts[kept])


def _stays(answer: int, count: int, min_count: int) -> bool:
    if answer == RULE_KEEP:
        return True
    return answer != RULE_DISCARD and count >= min_count


def engine_vocabulary(raw: RawCounts) -> _engine.Vocabulary:
    return _engine.Vocabulary(raw.words, raw.counts)


def threshold_share(sample: float, total: int) -> float:
    """The engine's sub-sampling threshold: a share of all words. From 1 on `sample` is a count
    above which words are dropped at times."""
    if sample < 1 or total == 0:
        return sample
    return int(sample * (3 + math.sqrt(5)) / 2) / total


def report_of(
    raw: RawCounts, kept: np.ndarray[Any, Any], sample: float, new: Optional[int] = None
) -> dict[str, int]:
    """What gensim reports of a vocabulary."""
    total = int(kept.sum())
    counts = kept.astype(np.float64)
    down_unique, down_total = 0, float(total)
    if sample > 0 and total > 0:
        threshold = threshold_share(sample, total) * total
        chance = np.minimum((np.sqrt(counts / threshold) + 1) * (threshold / counts), 1.0)
        down_unique = int(np.count_nonzero(chance < 1))
        down_total = float((chance * counts).sum())
    return {
        "drop_unique": len(raw.counts) - len(kept),
        "retain_total": total,
        "downsample_unique": down_unique,
        "downsample_total": int(down_total),
        "num_retained_words": len(kept),
    }
