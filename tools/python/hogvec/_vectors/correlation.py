"""Correlations and how likely they are by chance, without SciPy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Correlation(NamedTuple):
    """A coefficient in -1 .. 1, and the chance of one as far from 0 where nothing is correlated."""

    statistic: float
    pvalue: float

    @property
    def correlation(self) -> float:
        return self.statistic


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, DLMF 8.17.22, from its end on."""
    value = 1.0
    # It converges within some square roots of the larger parameter.
    for m in range(50 + 5 * math.isqrt(int(max(a, b))), -1, -1):
        even = (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
        value = 1 + even / value
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        value = 1 + odd / value
    return 1 / value


def incomplete_beta(a: float, b: float, x: float) -> float:
    """I_x(a, b), regularised, for a, b > 0 and x in 0 .. 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):  # where the fraction converges fast
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _two_sided(coefficient: float, count: int) -> float:
    """Student's t with n - 2 degrees of freedom, both tails."""
    if math.isnan(coefficient):
        return math.nan
    if count <= 2:
        return 1.0
    return incomplete_beta((count - 2) / 2, 0.5, 1 - coefficient * coefficient)


def pearson(a: npt.ArrayLike, b: npt.ArrayLike) -> Correlation:
    """Pearson's r of two sequences, shape (n,); NaN where one is constant or n is below 2."""
    x = np.asarray(a, dtype=np.float64)
    y = np.asarray(b, dtype=np.float64)
    if len(x) < 2:
        return Correlation(math.nan, math.nan)
    x = x - x.mean()
    y = y - y.mean()
    lengths = math.sqrt(float(x @ x) * float(y @ y))
    if lengths == 0:
        return Correlation(math.nan, math.nan)
    r = min(1.0, max(-1.0, float(x @ y) / lengths))
    return Correlation(r, _two_sided(r, len(x)))


def ranks(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """From 1 on; equal values share the average of their ranks."""
    array = np.asarray(values, dtype=np.float64)
    _, group, sizes = np.unique(array, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    average: npt.NDArray[np.float64] = (last - (sizes - 1) / 2)[group.reshape(-1)]
    return average


def spearman(a: npt.ArrayLike, b: npt.ArrayLike) -> Correlation:
    """Spearman's rho: the correlation of the ranks."""
    return pearson(ranks(a), ranks(b))
