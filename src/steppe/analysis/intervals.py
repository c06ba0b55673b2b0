"""Standard errors and confidence intervals of means, probabilities and their paired differences.

All functions take arrays and are vectorised; an undefined result is NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LEVEL = 0.95


def wilson(successes: Array, n: Array, level: float | Array = LEVEL) -> tuple[Array, Array]:
    """Score interval of a probability: low, high.

    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209–212.
    Never empty, never outside [0, 1]: 0 successes of n give [0, z²/(n + z²)].
    """
    successes, n = np.asarray(successes, float), np.asarray(n, float)
    z2 = normal_quantile(level) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        p = successes / n
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
        low = np.where(successes == 0, 0.0, np.maximum(centre - half, 0.0))
        high = np.where(successes == n, 1.0, np.minimum(centre + half, 1.0))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def mean_interval(mean: Array, std_error: Array, n: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Student's interval of a mean: low, high; NaN for fewer than two values."""
    from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

    n = np.asarray(n, float)
    t = stdtrit(np.where(n > 1, n - 1, np.nan), 0.5 + level / 2)
    return mean - t * std_error, mean + t * std_error


def paired_probability_interval(
    gained: Array, lost: Array, n: Array, level: float = LEVEL
) -> tuple[Array, Array]:
    """Interval of a difference of two probabilities observed on the same n replicates: low, high.

    gained : replicates in which only the alternative has the outcome;  lost : only the reference has it

    The adjusted Wald interval, in which each kind of discordant pair is counted once more than it was seen:
    Bonett, D. G. & Price, R. M. (2012). Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data. Journal of Educational and Behavioral Statistics 37, 479–488.
    Without any discordant pair it is ± z √2/(n + 2), near the rule of three, and so never of width zero.
    """
    gained, lost, n = (np.asarray(values, float) for values in (gained, lost, n))
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = normal_quantile(level) * np.sqrt((up + down - (up - down) ** 2) / (n + 2))
    low, high = np.maximum(up - down - half, -1.0), np.minimum(up - down + half, 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def ratio(above: Any, below: Any) -> Array:
    """above / below; NaN where below is not positive."""
    above, below = np.asarray(above, float), np.asarray(below, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


def normal_quantile(level: float | Array) -> Any:
    """z of a two-sided interval: 1.96 for 0.95; of several, for an array of levels."""
    if isinstance(level, np.ndarray):
        from scipy.special import ndtri

        return ndtri(0.5 + level / 2)
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2)


def moments(values: Array) -> tuple[Array, Array, Array]:
    """n, mean and standard deviation (n - 1) along the last axis, over the values that are not NaN.

    values : (..., R) bool or float;  the deviation of fewer than two values is NaN
    """
    if values.dtype == bool:
        n = np.full(values.shape[:-1], values.shape[-1])
        return n, *_binary_moments(np.count_nonzero(values, axis=-1), n)
    defined = ~np.isnan(values)
    n = np.count_nonzero(defined, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.sum(values, axis=-1, dtype=np.float64, where=defined) / n
        squares = np.square(values - mean[..., None], dtype=np.float64)
        variance = np.sum(squares, axis=-1, where=defined) / (n - 1)
    return n, mean, np.sqrt(np.where(n > 1, variance, np.nan))


def quantiles(values: Array, at: tuple[float, ...]) -> Array:
    """Quantiles along the last axis over the values that are not NaN, interpolated linearly.

    values : (E, R) float;  returns (len(at), E), NaN where nothing is defined
    """
    ordered = np.sort(values, axis=-1)
    n = np.count_nonzero(~np.isnan(ordered), axis=-1)
    found = np.full((len(at), len(values)), np.nan)
    for row, q in enumerate(at):
        position = q * np.maximum(n - 1, 0)
        below = np.floor(position).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(n - 1, 0))
        low, high = (np.take_along_axis(ordered, k[:, None], axis=-1)[:, 0] for k in (below, above))
        found[row] = low + (position - below) * (high.astype(np.float64) - low)
    return found


def _binary_moments(successes: Array, n: Array) -> tuple[Array, Array]:
    with np.errstate(invalid="ignore", divide="ignore"):
        p = successes / n
        return p, np.sqrt(np.where(n > 1, p * (1 - p) * n / (n - 1), np.nan))
