"""What a model says of text: likely words, and the likelihood of sentences."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np

from hogvec import _engine

if TYPE_CHECKING:
    from hogvec.models.word2vec import Word2Vec

logger = logging.getLogger("hogvec")


def predict(
    model: Word2Vec, context: list[Union[str, int]], topn: Optional[int]
) -> Optional[list[tuple[str, float]]]:
    if not (model.negative or model.softmax):
        raise RuntimeError(
            "predict_output_word() needs output vectors of words: train with negative > 0 or "
            "softmax=True"
        )
    if model._matrices is None:
        raise RuntimeError("the model has no output vectors: it was not trained, only given words")
    wv = model.wv
    rows = [wv.get_index(word) for word in context if word in wv]
    if not rows:
        logger.warning("none of the words of the context is in the vocabulary")
        return None
    hidden = wv.vectors[rows].mean(axis=0, dtype=np.float64)
    scores = model.syn1neg @ hidden.astype(np.float32)
    chances = np.exp(scores.astype(np.float64) - float(scores.max()))
    chances /= chances.sum()
    best = np.argsort(-chances, kind="stable")[:topn]
    return [(wv.index_to_key[int(k)], float(chances[k])) for k in best]


def sentence_scores(
    model: Word2Vec, sentences: Iterable[Sequence[str]], total_sentences: int
) -> np.ndarray[Any, np.dtype[np.float32]]:
    engine, vocabulary = model._parts()
    if not model.hs:
        raise RuntimeError("score() needs the tree of hierarchical softmax: train with hs=1")
    threads = model._threads()
    counted = _engine.count_sentences(islice(sentences, total_sentences), threads)
    text = counted.encode(vocabulary, threads)
    scores = _engine.sentence_scores(vocabulary, text, engine, not model.sg, model.window, threads)
    return scores.astype(np.float32)
