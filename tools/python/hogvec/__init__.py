"""Word vectors in the manner of gensim, trained by hogvec."""

from hogvec import _engine
from hogvec.models.keyedvectors import KeyedVectors

__version__ = _engine.__version__
__all__ = ["KeyedVectors", "__version__"]
