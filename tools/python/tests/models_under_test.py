"""Small models for the tests of Word2Vec."""

import numpy as np

from hogvec import Word2Vec

GROUPS = [["cat", "dog", "cow", "pig", "hen"], ["red", "blue", "green", "pink", "grey"]]


def sentences_of_groups(count=400, seed=1):
    """Words of a group stand together, those of two never do."""
    random = np.random.default_rng(seed)
    return [list(random.choice(GROUPS[k % 2], 8)) for k in range(count)]


def trained(**settings):
    defaults = dict(vector_size=16, min_count=1, sample=0, workers=2, epochs=10, alpha=0.05)
    return Word2Vec(sentences_of_groups(), **{**defaults, **settings})


class Restartable:
    """Counts how often it is iterated."""

    def __init__(self, sentences):
        self.sentences = sentences
        self.passes = 0

    def __iter__(self):
        self.passes += 1
        return iter(self.sentences)
