"""Word vectors in the manner of gensim 4, trained on every core.

    >>> from hogvec import LineSentence, Word2Vec
    >>> model = Word2Vec(LineSentence("text.txt"), vector_size=100, sg=1, workers=None)
    >>> model.wv.most_similar("king", topn=3)
    >>> model.save("text.model")
    >>> Word2Vec.load("text.model").wv["king"]  # mapped: there at once, whatever its size

`Word2Vec` trains, `KeyedVectors` asks, `Phrases` joins words that belong together. Names, defaults
and errors are gensim's; what is beside them, and what is otherwise, is in the docstrings of each
class and in README.md. Progress goes to the logger "hogvec".
"""

import logging

from hogvec import _engine
from hogvec._corpus import IdSentences
from hogvec._sentences import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from hogvec.models.callbacks import STOP, CallbackAny2Vec, Progress, StopTraining
from hogvec.models.keyedvectors import KeyedVectors
from hogvec.models.phrases import ENGLISH_CONNECTOR_WORDS, FrozenPhrases, Phraser, Phrases
from hogvec.models.word2vec import Word2Vec

__version__ = _engine.__version__

__all__ = [
    "BrownCorpus",
    "CallbackAny2Vec",
    "ENGLISH_CONNECTOR_WORDS",
    "FrozenPhrases",
    "IdSentences",
    "KeyedVectors",
    "LineSentence",
    "PathLineSentences",
    "Phraser",
    "Phrases",
    "Progress",
    "STOP",
    "StopTraining",
    "Text8Corpus",
    "Word2Vec",
    "__version__",
]

# Who wants to see what a run says sets up logging; nobody is told that it is not set up.
logging.getLogger("hogvec").addHandler(logging.NullHandler())
