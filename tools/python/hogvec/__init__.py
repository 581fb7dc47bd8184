"""Word vectors in the manner of gensim, trained by hogvec."""

from hogvec import _engine

__version__ = _engine.__version__
