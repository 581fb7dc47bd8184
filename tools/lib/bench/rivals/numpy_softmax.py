"""The full softmax in NumPy: three matrix products a mini-batch, all big arrays in place, the
counts subtracted where there are any."""
import concurrent.futures
import ctypes

import numpy

FORMS = ("numpy-textbook", "numpy", "numpy+sgemm")


class NumpySoftmax:
    """step(batch, alpha) trains W and W', V x D floats.

    "numpy-textbook" subtracts the largest score and divides by the sum, as eq. (25) is commonly
    computed. "numpy" makes no pass over the B x V scores but exp and the sum: the division is
    folded into the small factors, and the largest score is sought after an overflow only.
    "numpy+sgemm" besides adds to W' within the product, by SciPy's sgemm, and takes exp on all
    threads.
    """

    def __init__(self, w, w_out, batch_size, form, threads=1):
        vocabulary, dim = w.shape
        self.w, self.w_out = w, w_out
        self._scores = numpy.empty((batch_size, vocabulary), numpy.float32)
        self._h = numpy.empty((batch_size, dim), numpy.float32)
        self._hidden_error = numpy.empty((batch_size, dim), numpy.float32)
        self._ones = numpy.ones(vocabulary, numpy.float32)
        self._pool, self._threads, self._sgemm = None, threads, None
        self._textbook = form == "numpy-textbook"
        if form != "numpy+sgemm":
            self._update = numpy.empty_like(w_out)
        else:
            from scipy.linalg.blas import sgemm  # 0.2 s, not for the form without
            self._sgemm = sgemm
            self._pool = concurrent.futures.ThreadPoolExecutor(threads)

    def step(self, batch, alpha):
        """One mini-batch; all scores from the W' before it."""
        size = len(batch.centers)
        scores, h = self._scores[:size], self._h[:size]
        hidden_error = self._hidden_error[:size]
        numpy.take(self.w, batch.centers, axis=0, out=h, mode="clip")
        numpy.dot(h, self.w_out.T, out=scores)
        if self._textbook:
            share = self._normalize(scores, batch)
        else:
            share = self._exp_and_share(scores, h, batch)
        share *= numpy.float32(alpha)
        numpy.dot(scores, self.w_out, out=hidden_error)
        hidden_error *= share[:, None]
        h *= share[:, None]
        self._add_to_output(scores, h)
        self.w[batch.unique] -= numpy.add.reduceat(hidden_error, batch.starts, axis=0)

    @staticmethod
    def _normalize(scores, batch):
        """Scores to errors, C y - n."""
        scores -= scores.max(axis=1, keepdims=True)
        numpy.exp(scores, out=scores)
        scores *= (batch.contexts / scores.sum(axis=1))[:, None]
        scores.reshape(-1)[batch.pairs] -= batch.counts
        return numpy.ones(len(scores), numpy.float32)

    def _exp_and_share(self, scores, h, batch):
        """Scores to errors but for a factor a center, which is returned."""
        with numpy.errstate(over="ignore"):  # what happens then is below
            self._exp(scores)
        z = numpy.dot(scores, self._ones)
        if not (numpy.isfinite(z).all() and z.min() > 0):  # once more, below overflow
            numpy.dot(h, self.w_out.T, out=scores)
            scores -= scores.max(axis=1, keepdims=True)
            numpy.exp(scores, out=scores)
            z = numpy.dot(scores, self._ones)
        share = batch.contexts / z  # scores * share = C y
        share[batch.contexts == 0] = 0
        scores.reshape(-1)[batch.pairs] -= batch.counts / share[batch.rows]
        return share

    def _exp(self, scores):
        if self._pool is None:
            numpy.exp(scores, out=scores)
            return
        list(self._pool.map(_exp_of, numpy.array_split(scores, self._threads)))

    def _add_to_output(self, scores, h):
        if self._sgemm is None:
            numpy.dot(scores.T, h, out=self._update)
            self.w_out -= self._update
        else:  # sgemm wants columns in a row: all is transposed
            self._sgemm(-1, h.T, scores.T, 1, self.w_out.T, trans_b=True, overwrite_c=True)


def _exp_of(part):
    with numpy.errstate(over="ignore"):  # of each thread
        numpy.exp(part, out=part)


def blas():
    """{"library": path, "core": kernels, "threads": n} of the OpenBLAS in this process, None where
    there is none."""
    numpy.dot(numpy.ones((8, 8), numpy.float32), numpy.ones((8, 8), numpy.float32))
    with open("/proc/self/maps", encoding="utf-8") as file:
        paths = {line.split()[-1] for line in file if "openblasp" in line}  # p: with threads
    if not paths:
        return None
    library = ctypes.CDLL(min(paths))
    library.openblas_get_corename.restype = ctypes.c_char_p
    return {"library": min(paths), "core": library.openblas_get_corename().decode(),
            "threads": library.openblas_get_num_threads()}
