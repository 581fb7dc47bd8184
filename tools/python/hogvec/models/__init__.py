"""The classes at the places where gensim has them."""

from hogvec.models.keyedvectors import KeyedVectors
from hogvec.models.phrases import FrozenPhrases, Phraser, Phrases
from hogvec.models.word2vec import Word2Vec

__all__ = ["FrozenPhrases", "KeyedVectors", "Phraser", "Phrases", "Word2Vec"]
