"""How two words that stand side by side are scored, and what scorers are called in files."""

import importlib
import inspect
import sys
from math import log
from typing import Any, Callable, Union

__all__ = ["Scorer", "Scoring", "npmi_scorer", "original_scorer", "scorer_name", "scorer_named",
           "scorer_of"]

Scorer = Callable[..., float]
Scoring = Union[str, Scorer]

_PARAMETERS = ("worda_count", "wordb_count", "bigram_count", "len_vocab", "min_count",
               "corpus_word_count")


def original_scorer(worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float,
                    min_count: float, corpus_word_count: float) -> float:
    """The score of Mikolov et al. 2013 (arXiv 1310.4546), eq. (6), times the vocabulary's size.

    `(bigram_count - min_count) / (worda_count * wordb_count) * len_vocab`: at most `len_vocab`,
    below 0 for a pair that is rarer than `min_count`, minus infinity where a word has no count.
    `corpus_word_count` is not used.
    """
    product = worda_count * wordb_count
    if product == 0:
        return float("-inf")
    return (bigram_count - min_count) / float(product) * len_vocab


def npmi_scorer(worda_count: float, wordb_count: float, bigram_count: float, len_vocab: float,
                min_count: float, corpus_word_count: float) -> float:
    """Normalised pointwise mutual information (Bouma 2009), from -1 to 1.

    `ln(p(a, b) / (p(a) * p(b))) / -ln(p(a, b))`, with p a count by `corpus_word_count`: 1 for words
    that only stand together, 0 for words that do not care about each other. Minus infinity for a
    pair that is rarer than `min_count`, and where a count is 0. `len_vocab` is not used.
    """
    smallest = min(worda_count, wordb_count, bigram_count, corpus_word_count)
    if bigram_count < min_count or smallest <= 0:
        return float("-inf")
    words = float(corpus_word_count)
    both = bigram_count / words
    if both == 1:
        return 1.0  # the limit: the text is nothing but this pair
    return log(both / (worda_count / words * (wordb_count / words))) / -log(both)


def scorer_of(scoring: Any) -> Scorer:
    """The function that 'default', 'npmi' or a callable stands for.

    Raises ValueError for other names and for a callable that lacks one of gensim's parameters,
    TypeError for what is neither.
    """
    if isinstance(scoring, str):
        if scoring == "default":
            return original_scorer
        if scoring == "npmi":
            return npmi_scorer
        raise ValueError(f"unknown scoring {scoring!r}: it is 'default', 'npmi' or a function of "
                         f"{', '.join(_PARAMETERS)}")
    if not callable(scoring):
        raise TypeError(f"scoring is 'default', 'npmi' or a function, not {scoring!r}")
    parameters = inspect.signature(scoring).parameters
    if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        missing = [name for name in _PARAMETERS if name not in parameters]
        if missing:
            raise ValueError(f"the scoring function {scoring!r} lacks the parameters {missing}")
    named: Scorer = scoring
    return named


def scorer_name(scorer: Scorer) -> str:
    """What a file calls the scorer: 'default', 'npmi', or 'module:name' to be imported.

    Raises ValueError where no import leads to the scorer, as with a lambda.
    """
    if scorer is original_scorer:
        return "default"
    if scorer is npmi_scorer:
        return "npmi"
    module = getattr(scorer, "__module__", None)
    name = getattr(scorer, "__qualname__", None)
    try:
        if module is not None and name is not None and _resolve(module, name) is scorer:
            return f"{module}:{name}"
    except (ImportError, AttributeError):
        pass
    raise ValueError(f"the scoring function {scorer!r} cannot be saved, because no import leads to "
                     "it: define it at the top of a module")


def scorer_named(name: str) -> Scorer:
    """The scorer that scorer_name() called so; imports the module that it is in.

    Raises ValueError where that is gone, or is no scorer.
    """
    if ":" not in name:
        return scorer_of(name)
    module, _, qualified = name.partition(":")
    try:
        return scorer_of(_resolve(module, qualified))
    except (ImportError, AttributeError, TypeError) as error:
        raise ValueError(f"the scoring function {name!r} cannot be imported ({error}): make its "
                         "module importable, or give load() the function as scoring=") from error


def _resolve(module: str, qualified: str) -> Any:
    found: Any = sys.modules.get(module) or importlib.import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    return found
