"""Where the variance of an outcome comes from, when the replicates of a run are spread over draws of the evidence.

With θ the drawn values and Y the outcome of a replicate, Var Y = Var E[Y|θ] + E Var[Y|θ]: the first part is epistemic (it
would go if the values were known), the second aleatory (it would stay). Replicates of different draws share no luck, so
that this is the one-way random-effects layout of the textbooks [SCM1992]_, draws being the groups.

Draws are what is independent; so errors of means are taken between draws, not between replicates.

.. [SCM1992] Searle, S. R., Casella, G. & McCulloch, C. E. (1992) Variance Components. Wiley. Chapter 3.
.. [AS1970] Arvesen, J. N. & Schmitz, T. H. (1970) Robust procedures for variance component problems using the jackknife.
   Biometrics 26, 677-686.
.. [KG1998] Korn, E. L. & Graubard, B. I. (1998) Confidence intervals for proportions with small expected number of positive
   counts estimated from survey data. Survey Methodology 24, 193-201.
.. [Louis1984] Louis, T. A. (1984) Estimating a population of parameter values using Bayes and empirical Bayes methods.
   Journal of the American Statistical Association 79, 393-398.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis.intervals import (
    LEVEL,
    Array,
    mean_interval,
    normal_quantile,
    quantiles,
    ratio,
    wilson,
)


@dataclass(frozen=True)
class Grouped:
    """Outcomes by draw.

    draws : (D) numbers of the draws, ascending
    n : (E, D) replicates in which the outcome is defined
    mean : (E, D) mean over these, NaN where there is none;  squares : (E, D) sum of squares about it, 0 where none
    """

    draws: Array
    n: Array
    mean: Array
    squares: Array


@dataclass(frozen=True, slots=True)
class Spread:
    """The split of one outcome's variance.

    draws : in which the outcome is defined
    epistemic, aleatory : variances; their sum is that of an outcome of which nothing is known
    share : of the epistemic in the sum;  share_low, share_high : its interval
    q05, q50, q95 : quantiles over draws of the outcome's mean given the draw, freed of the noise of few replicates
    An undefined number is NaN.
    """

    draws: int
    epistemic: float
    aleatory: float
    share: float
    share_low: float
    share_high: float
    q05: float
    q50: float
    q95: float


def grouped(values: Array, draws: Array) -> Grouped:
    """Outcomes by draw.

    values : (E, R) bool or whole numbers, or float with NaN where undefined;  draws : (R,) the draw of each replicate,
        ascending
    """
    numbers, starts, sizes = np.unique(draws, return_index=True, return_counts=True)
    n, mean, squares = (np.empty((len(values), len(numbers)), kind) for kind in (np.int64, float, float))
    for e, row in enumerate(values):  # row by row: a copy of all of them would be large
        defined = ~np.isnan(row)
        n[e] = np.add.reduceat(defined, starts, dtype=np.int64)
        mean[e] = ratio(np.add.reduceat(np.where(defined, row, 0), starts, dtype=np.float64), n[e])
        off = np.where(defined, row - np.repeat(mean[e], sizes), 0.0)
        squares[e] = np.add.reduceat(off**2, starts)
    return Grouped(numbers, n, mean, squares)


def mean_of(groups: Grouped) -> tuple[Array, Array, Array, Array]:
    """(E,) n, mean over all replicates, its standard error, and the number of draws in which it is defined.

    The mean is a ratio of two sums over draws; its error is that of a ratio [SCM1992]_, and with equal n that of a mean
    of draw means: their standard deviation over √D.
    """
    n, sums = groups.n, groups.n * np.nan_to_num(groups.mean)
    size, count = n.sum(axis=-1), np.count_nonzero(n, axis=-1)
    mean = ratio(sums.sum(axis=-1), size)
    residual = sums - n * np.nan_to_num(mean)[:, None]
    variance = ratio(count * (residual**2).sum(axis=-1), (count - 1) * size.astype(float) ** 2)
    return size, mean, np.sqrt(variance), count


def probability_interval(
    mean: Array, std_error: Array, n: Array, count: Array, level: float | Array = LEVEL
) -> tuple[Array, Array]:
    """Interval of a probability from `count` draws with n replicates in all: low, high (E,).

    Wilson's with the effective number of replicates p(1 - p)/SE², less for the degrees of freedom [KG1998]_. Where the
    outcome is everywhere the same nothing tells how much draws differ, and only the draws count.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

    t = stdtrit(np.where(count > 1, count - 1, np.nan), 0.5 + level / 2)
    effective = ratio(mean * (1 - mean), std_error**2) * (normal_quantile(level) / t) ** 2
    effective = np.where((mean == 0) | (mean == 1), count, np.minimum(effective, n))
    return wilson(mean * effective, effective, level)


def variances(groups: Grouped) -> tuple[Array, Array, Array]:
    """(E,) epistemic and aleatory variance, and the share of the epistemic.

    Estimators of the analysis of variance: aleatory, the mean square within draws; epistemic, the mean square between
    them less that, over the number of replicates of a draw; at least 0. Unbiased but for this bound.
    """
    between, within, size, _ = _mean_squares(groups, False)
    epistemic = np.maximum(0.0, (between - within) / size)[:, 0]
    aleatory = within[:, 0]
    return epistemic, aleatory, ratio(epistemic, epistemic + aleatory)


def share_interval(groups: Grouped, level: float = LEVEL) -> tuple[Array, Array]:
    """Interval of the epistemic share: low, high (E,).

    Student's interval of the jackknifed logarithm of the ratio of the two mean squares, one draw being left out at a
    time [AS1970]_: it asks for no normal distributions. [0, 1] where the draws do not suffice, as when all variety is in
    one of them.
    """
    between, within, size, count = _mean_squares(groups, False)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = np.log(between) - np.log(within)
        rest = np.log((left := _mean_squares(groups, True))[0]) - np.log(left[1])
        used = groups.n > 0
        pseudo = np.where(used, count * whole - (count - 1) * rest, 0.0)
        centre = ratio(pseudo.sum(axis=-1), count[:, 0])
        off = np.where(used, pseudo - centre[:, None], 0.0)
        error = np.sqrt(ratio((off**2).sum(axis=-1), count[:, 0] * (count[:, 0] - 1)))
        bounds = []
        for bound, unknown in zip(mean_interval(centre, error, count[:, 0], level), (0.0, 1.0), strict=True):
            odds = np.maximum(np.exp(bound) - 1, 0.0) / size[:, 0]
            share = np.where(np.isposinf(odds), 1.0, odds / (1 + odds))
            bounds.append(np.where(np.isfinite(bound), share, unknown))
    told = (within[:, 0] > 0) | (between[:, 0] > 0)
    return np.where(told, bounds[0], np.nan), np.where(told, bounds[1], np.nan)


def conditional_quantiles(groups: Grouped, at: tuple[float, ...] = (0.05, 0.5, 0.95)) -> Array:
    """(len(at), E) quantiles over draws of the mean given the draw.

    Means of few replicates spread more than what they estimate; they are drawn together so far that their variance is
    the epistemic one [Louis1984]_.
    """
    epistemic, aleatory, _ = variances(groups)
    _, centre, _, count = mean_of(groups)
    size = ratio(groups.n.sum(axis=-1), count)
    spread = epistemic + ratio(aleatory, size)
    pull = np.sqrt(np.where(spread > 0, ratio(epistemic, spread), 0.0))
    return quantiles(centre[:, None] + pull[:, None] * (groups.mean - centre[:, None]), at)


def spreads(groups: Grouped, level: float = LEVEL) -> Iterator[Spread]:
    """The split of each outcome."""
    columns = (
        np.count_nonzero(groups.n, axis=-1),
        *variances(groups),
        *share_interval(groups, level),
        *conditional_quantiles(groups),
    )
    for numbers in zip(*(column.tolist() for column in columns), strict=True):
        yield Spread(*numbers)


def spread_dict(spread: Spread | None, sd: float | None) -> dict[str, Any]:
    """`epistemic` and `aleatory` of an outcome as plain data, None where a number is undefined.

    sd : standard deviation between replicates; all of it aleatory where nothing is drawn (spread None)
    """
    if spread is None:
        return {"epistemic": None, "aleatory": {"sd": sd, "variance": None if sd is None else sd**2}}
    plain = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(spread).items()
    }
    known, luck = plain.pop("epistemic"), plain.pop("aleatory")
    return {
        "epistemic": {"sd": _root(known), "variance": known, **plain},
        "aleatory": {"sd": _root(luck), "variance": luck},
    }


def _root(variance: float | None) -> float | None:
    return None if variance is None else math.sqrt(variance)


def _mean_squares(groups: Grouped, without: bool) -> tuple[Array, Array, Array, Array]:
    """Mean squares between and within draws, replicates of a draw (n₀ of unequal ones), number of draws.

    without : False, of all draws, (E, 1); True, with each one left out in turn, (E, D)
    """
    n = groups.n.astype(float)
    centre = mean_of(groups)[1][:, None]
    off = np.nan_to_num(groups.mean - centre)
    parts = (n, n * off, n * off**2, n**2, groups.squares, (n > 0).astype(float))
    sums = [part.sum(axis=-1, keepdims=True) for part in parts]
    if without:
        sums = [total - part for total, part in zip(sums, parts, strict=True)]
    size, first, second, squared, within, count = sums
    between = np.maximum(second - ratio(first**2, size), 0.0)
    return (
        ratio(between, count - 1),
        ratio(within, size - count),
        ratio(size - ratio(squared, size), count - 1),
        count,
    )
