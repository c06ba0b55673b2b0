"""How large a difference is beside how much futures differ anyway, how often it goes one way, and its p-value.

Each p-value here is that of the test which its interval inverts: below 1 - level exactly where the interval leaves out zero.

.. [Glass1976] Glass, G. V. (1976) Primary, secondary, and meta-analysis of research. Educational Researcher 5, 3-8.
.. [MW1947] Mann, H. B. & Whitney, D. R. (1947) On a test of whether one of two random variables is stochastically larger than
   the other. Annals of Mathematical Statistics 18, 50-60.
.. [Newcombe1998] Newcombe, R. G. (1998) Interval estimation for the difference between independent proportions: comparison of
   eleven methods. Statistics in Medicine 17, 873-890. Method 10.
.. [Newcombe2006] Newcombe, R. G. (2006) Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
   Part 2: asymptotic methods and evaluation. Statistics in Medicine 25, 559-573. Method 5.
.. [Welch1947] Welch, B. L. (1947) The generalization of "Student's" problem when several different population variances are
   involved. Biometrika 34, 28-35.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from steppe.analysis.intervals import (
    LEVEL,
    Array,
    normal_quantile,
    paired_probability_interval,
    ratio,
)

_HALVINGS = 50  # of a bisection: nearly as far as double precision goes
_FURTHEST = 7.0  # standard errors; beyond them levels cannot be told from 1


def glass_delta(difference: Array, sd_reference: Array) -> Array:
    """The difference in standard deviations of the reference between replicates [Glass1976]_; NaN where that is zero."""
    return ratio(difference, sd_reference)


def mean_p(difference: Array, std_error: Array, df: Array) -> Array:
    """Two-sided p of a mean that is zero, by Student's t; NaN without degrees of freedom.

    Where nothing varies it is 1 for a difference of zero, and 0 for any other.
    """
    from scipy.special import stdtr  # type: ignore[import-untyped,unused-ignore]

    difference, error, df = (np.asarray(values, float) for values in (difference, std_error, df))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(difference / error)
        p = 2 * stdtr(np.where(df > 0, df, np.nan), -t)
    certain = np.where(difference == 0, 1.0, 0.0)
    return np.where((error == 0) & (df > 0), certain, p)


def paired_probability_p(gained: Array, lost: Array, n: Array) -> Array:
    """Two-sided p that as many replicates gain an outcome as lose it: the test that Bonett and Price's interval inverts.

    gained, lost, n : as for `paired_probability_interval`
    It is McNemar's with each kind of discordant pair counted once more; for up to some fifty discordant pairs it stays
    close to the exact test of McNemar, and above it where all of them go one way.
    """
    from scipy.special import ndtr

    gained, lost, n = (np.asarray(values, float) for values in (gained, lost, n))
    up, down = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    z = np.abs(up - down) / np.sqrt((up + down - (up - down) ** 2) / (n + 2))
    return np.where(n > 0, 2 * ndtr(-z), np.nan)


def paired_higher(more: Array, less: Array, n: Array, level: float = LEVEL) -> tuple[Array, Array, Array]:
    """Probability that the alternative is higher in a replicate, ties counting half: estimate, low, high.

    more, less : replicates in which the alternative is higher, lower;  n : replicates
    It is ½ + ½ (P(more) - P(less)), and its interval that of Bonett and Price for the difference in brackets.
    """
    found = 0.5 + ratio(np.asarray(more, float) - less, n) / 2
    low, high = paired_probability_interval(more, less, n, level)
    return found, 0.5 + low / 2, 0.5 + high / 2


def mann_whitney(reference: Array, alternative: Array) -> Array:
    """(E,) probability that a value of the alternative is higher than one of the reference, ties counting half [MW1947]_.

    reference : (E, Q), alternative : (E, R) of unlike replicates; float with NaN where undefined, or bool
    """
    found = np.full(len(reference), np.nan)
    for e, (one, other) in enumerate(zip(reference, alternative, strict=True)):
        if one.dtype == bool:
            found[e] = 0.5 + (other.mean() - one.mean()) / 2 if one.size and other.size else np.nan
            continue
        base, values = np.sort(one[~np.isnan(one)]), np.sort(other[~np.isnan(other)])
        if base.size and values.size:
            below = np.searchsorted(base, values, "left").sum(dtype=np.int64)
            upto = np.searchsorted(base, values, "right").sum(dtype=np.int64)
            found[e] = (below + upto) / (2 * base.size * values.size)
    return found


def area_interval(area: Array, n: Array, m: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """Score interval of a probability to be higher, from n and m independent values: low, high [Newcombe2006]_.

    The variance at each bound is that of Hanley and McNeil with (n + m)/2 for either size, so that it is never empty and
    never outside [0, 1]. With many ties it is wider than it need be.
    """
    area, n, m = (np.asarray(values, float) for values in (area, n, m))
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (n + m) / 2

        def beyond(at: Array, side: int) -> Array:
            """Whether a bound would lie further out: the estimate is no further than z standard errors from it."""
            variance = at * (1 - at) * (1 + (mean - 1) * ((1 - at) / (2 - at) + at / (1 + at))) / (n * m)
            return np.asarray(side * (at - area) <= z * np.sqrt(variance))

        low = _outermost(lambda at: beyond(at, -1), area, np.zeros_like(area))
        high = _outermost(lambda at: beyond(at, 1), area, np.ones_like(area))
    known = (n > 0) & (m > 0) & ~np.isnan(area)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def newcombe(
    reference: tuple[Array, Array, Array], alternative: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    """Interval of a difference of two independent probabilities from the interval of each: low, high [Newcombe1998]_.

    reference, alternative : estimate, low, high; score intervals (Wilson's)
    """
    (p, p_low, p_high), (q, q_low, q_high) = reference, alternative
    difference = q - p
    low = difference - np.sqrt((q - q_low) ** 2 + (p_high - p) ** 2)
    high = difference + np.sqrt((q_high - q) ** 2 + (p - p_low) ** 2)
    return low, high


def inverted_p(difference: Array, interval: Callable[[Array], tuple[Array, Array]]) -> Array:
    """Two-sided p of a difference by inverting its interval: 1 minus the level at which it just reaches zero; 1e-12 at least.

    interval : levels (E,) → low, high (E,); wider for higher levels
    """
    from scipy.special import ndtr

    least, most = np.zeros(np.shape(difference)), np.full(np.shape(difference), _FURTHEST)
    for _ in range(_HALVINGS):
        z = (least + most) / 2
        low, high = interval(1 - 2 * ndtr(-z))
        out = (low > 0) | (high < 0)
        least, most = np.where(out, z, least), np.where(out, most, z)
    p = 2 * ndtr(-(least + most) / 2)
    return np.where(np.isnan(difference), np.nan, np.where(difference == 0, 1.0, p))


def _outermost(inside: Callable[[Array], Array], start: Array, end: Array) -> Array:
    """The point furthest from `start` towards `end` that is inside, by bisection."""
    near, far = start.copy(), end.copy()
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        held = inside(middle)
        near, far = np.where(held, middle, near), np.where(held, far, middle)
    return near
