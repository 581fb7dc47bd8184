"""Word vectors in the manner of gensim, trained by hogvec."""

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
