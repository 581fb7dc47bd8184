"""The classes at the places where gensim has them."""

from hogvec.models.keyedvectors import KeyedVectors

__all__ = ["KeyedVectors"]
