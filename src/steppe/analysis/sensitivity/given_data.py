"""Indices from any sample of independent points: PAWN, Borgonovo's delta, partial rank correlations.

None of them knows groups: each factor has its own index. Of a Saltelli design they take the rows A and B, which are
independent points; the others are copies with one factor exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.intervals import LEVEL, normal_quantile
from steppe.analysis.sensitivity.checks import checked, split_saltelli
from steppe.analysis.sensitivity.problem import Array, Problem, salib
from steppe.errors import InputError

SALIB = "Herman, J. & Usher, W. (2017). SALib. Journal of Open Source Software 2(9), 97."
SOURCES = {
    "pawn": (
        "Pianosi, F. & Wagener, T. (2018). Distribution-based sensitivity analysis from a generic input-output "
        "sample. Environmental Modelling & Software 108, 197–207.",
        SALIB,
    ),
    "delta": (
        "Borgonovo, E. (2007). A new uncertainty importance measure. Reliability Engineering & System Safety 92, "
        "771–784.",
        "Plischke, E., Borgonovo, E. & Smith, C. L. (2013). Global sensitivity measures from given data. European "
        "Journal of Operational Research 226, 536–550.",
        SALIB,
    ),
    "prcc": (
        "Marino, S. et al. (2008). A methodology for performing global uncertainty and sensitivity analysis in "
        "systems biology. Journal of Theoretical Biology 254, 178–196.",
    ),
}
_FOR_DUMMIES = 10  # resamples: a dummy needs no interval, and more change its spread by a hundredth
_RUNS = 5  # of SALib's delta, which are averaged
_NOTHING_LEFT = 1e-12  # part of a variance that is rounding


@dataclass(frozen=True)
class PawnIndices:
    """How far the distribution of the outcome moves when a factor is held in one slice of its range: KS distances.

    median, maximum : (K,) over slices, in [0, 1]
    floor : what the median of a dummy, a factor shuffled over the points, stays below with the probability `level`
    """

    factors: tuple[str, ...]
    median: Array
    maximum: Array
    floor: float


@dataclass(frozen=True)
class DeltaIndices:
    """Borgonovo's delta: half the area between the outcome's density and that given the factor, on average.

    value, low, high : (K,) in [0, 1] but for the correction of bias
    floor : what the delta of a dummy stays below with the probability `level`
    """

    factors: tuple[str, ...]
    value: Array
    low: Array
    high: Array
    floor: float


@dataclass(frozen=True)
class RankCorrelations:
    """Partial rank correlation coefficients, with Fisher's intervals.

    value, low, high : (K,) in [-1, 1]
    floor : |value| below which the interval holds zero
    """

    factors: tuple[str, ...]
    value: Array
    low: Array
    high: Array
    floor: float


def pawn_indices(
    problem: Problem,
    x: Array,
    y: Array,
    *,
    slices: int = 10,
    dummies: int = 100,
    level: float = LEVEL,
    seed: int = 0,
) -> PawnIndices:
    """PAWN indices of y (P,) over a sample x (P, K), for outcomes of any distribution.

    slices : of equal numbers of points, into which each factor's range is cut
    dummies : shuffled factors from which the floor is taken

    Ties are broken by chance: SALib's slices are half open, so that the last of a few choices would be left out.
    Raises InputError for undefined or constant outcomes, fewer than 100 points or 10 a slice.
    """
    x, y = _independent(problem, *checked(problem, x, y, "pawn"))
    if slices < 2 or len(y) < 10 * slices:
        accepted = f"2 to {len(y) // 10}: ten points a slice"
        raise InputError(
            "not a number of slices for this sample", key="slices", value=slices, accepted=accepted
        )
    ranks = np.column_stack([_ranks(column, np.random.default_rng(seed)) for column in x.T])
    shuffled = np.random.default_rng([seed, 1]).permuted(
        np.tile(np.arange(len(y), dtype=float)[:, None], (1, dummies)), axis=0
    )
    median, maximum = _pawn(ranks, y, slices)
    floor, _ = _pawn(shuffled, y, slices)
    return PawnIndices(problem.names, median, maximum, float(np.quantile(floor, level, method="higher")))


def _pawn(ranks: Array, y: Array, slices: int) -> tuple[Array, Array]:
    columns = ranks.shape[1]
    anyhow = Problem(tuple(f"x{at}" for at in range(columns)), np.zeros(columns), np.full(columns, len(y)))
    with salib():
        from SALib.analyze import pawn

        try:
            found = pawn.analyze(anyhow.for_salib(), ranks, y, S=slices)
        except ValueError as error:  # its own cuts of [0, 1] miss the end by rounding, with 6, 9, 21 … slices
            raise InputError(
                "SALib cannot cut a range into so many slices",
                key="slices",
                value=slices,
                accepted="10, or 8",
            ) from error
    return np.asarray(found["median"], float), np.asarray(found["maximum"], float)


def delta_indices(
    problem: Problem,
    x: Array,
    y: Array,
    *,
    resamples: int = 50,
    dummies: int = 19,
    level: float = LEVEL,
    seed: int = 0,
) -> DeltaIndices:
    """Delta indices of y (P,) over a sample x (P, K), for skewed outcomes; intervals by bootstrap over points.

    dummies : shuffled factors from which the floor is taken; the greatest of 19 is the bound of 95 %

    A factor's index does not hang on its place among the others: each is estimated with the same luck.
    Raises InputError for undefined or constant outcomes, fewer than 100 points, or where SALib cannot estimate one.
    """
    x, y = _independent(problem, *checked(problem, x, y, "delta"))
    value, half = np.array(
        [
            _delta(_ranks(column, None), y, resamples, level, seed, name)
            for name, column in zip(problem.names, x.T, strict=True)
        ]
    ).T
    rng = np.random.default_rng([seed, 2])
    shuffled = [rng.permutation(len(y)) + 1.0 for _ in range(dummies)]
    few = min(resamples, _FOR_DUMMIES)
    floor = [_delta(column, y, few, level, seed, "dummy")[0] for column in shuffled]
    bound = float(np.quantile(floor, level, method="higher"))
    return DeltaIndices(problem.names, value, value - half, value + half, bound)


def _delta(ranks: Array, y: Array, resamples: int, level: float, seed: int, name: str) -> tuple[float, float]:
    """Delta and half its interval. Ranks, all positive, save SALib a third of its work and serve as well.

    SALib's value is 2 d - m with d from one resample, m the mean over `resamples` of them, and its interval is the
    spread s of those. Over samples the variance of the value is then s² (1 + 4) or so, which the interval leaves
    out. Here it is the mean of `_RUNS` such values, of variance s² (1 + 4/_RUNS + 1/resamples), and the interval
    says so.
    """
    one = Problem((name,), np.zeros(1), np.full(1, len(y) + 1.0))
    each = max(resamples // _RUNS, 2)
    runs = [_delta_run(one, ranks, y, each, level, seed * _RUNS + run + 1) for run in range(_RUNS)]
    value, half = (float(number) for number in np.mean(runs, axis=0))
    if not (np.isfinite(value) and np.isfinite(half)):
        raise InputError(
            f"SALib cannot estimate delta for {name} from this sample",
            key=name,
            accepted="a factor with at least two values at a tenth of the points each; or another method",
        )
    return value, half * float(np.sqrt(1 + 4 / _RUNS + 1 / (each * _RUNS)))


def _delta_run(
    one: Problem, ranks: Array, y: Array, resamples: int, level: float, seed: int
) -> tuple[float, float]:
    """SALib's value and half interval; seed 0 would be none to it."""
    import warnings

    with salib(), warnings.catch_warnings(record=True):  # its remarks on bins, printed whatever the filters
        from SALib.analyze import delta

        found = delta.analyze(
            one.for_salib(),
            ranks[:, None],
            y,
            num_resamples=resamples,
            conf_level=level,
            seed=seed,
            method="delta",
        )
    return float(found["delta_raw"][0]), float(found["delta_raw_conf"][0])


def prcc(problem: Problem, x: Array, y: Array, *, level: float = LEVEL) -> RankCorrelations:
    """Partial rank correlation coefficients of y (P,) with each factor of a sample x (P, K).

    Ranks of the outcome and of the factor, both less their linear regression on the ranks of the other factors, are
    correlated (Marino et al. 2008). Where an effect rises and falls again it says little.

    Interval: Fisher's z, atanh r ± z/√(P - K - 2), the K - 1 other factors having taken as many points.
    Raises InputError for undefined or constant outcomes, fewer than K + 10 points, and factors that determine
    each other.
    """
    x, y = _independent(problem, *checked(problem, x, y, "prcc"))
    factors = np.column_stack([_standard(_ranks(column, None)) for column in x.T])
    outcome = _standard(_ranks(y, None))
    value = np.array([_partial(factors, outcome, at, problem.names[at]) for at in range(factors.shape[1])])
    half = normal_quantile(level) / np.sqrt(len(y) - factors.shape[1] - 2)
    certain = np.abs(value) >= 1
    middle = np.arctanh(np.where(certain, 0.0, value))
    low, high = (np.where(certain, value, np.tanh(middle + sign * half)) for sign in (-1, 1))
    return RankCorrelations(problem.names, value, low, high, float(np.tanh(half)))


def _partial(factors: Array, outcome: Array, at: int, name: str) -> float:
    others = np.column_stack([np.ones(len(outcome)), np.delete(factors, at, axis=1)])
    both = np.column_stack([factors[:, at], outcome])
    left = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    own, rest = np.square(left).mean(axis=0)
    if own < _NOTHING_LEFT:
        raise InputError(
            "a factor is determined by the others in this sample",
            key=name,
            accepted="factors that vary independently of each other",
        )
    if rest < _NOTHING_LEFT:
        return 0.0  # the others explain the outcome wholly; nothing is left for this one
    found = float(left.prod(axis=1).mean() / np.sqrt(own * rest))
    return found if 1 - abs(found) > _NOTHING_LEFT else float(np.sign(found))


def _standard(column: Array) -> Array:
    standard: Array = (column - column.mean()) / column.std()
    return standard


def _ranks(column: Array, rng: np.random.Generator | None) -> Array:
    """Ranks from 1; ties share their mean, or with `rng` are put in an order by chance."""
    from scipy.stats import rankdata  # type: ignore[import-untyped,unused-ignore]

    if rng is None:
        return np.asarray(rankdata(column), float)
    order = np.lexsort((rng.random(len(column)), column))
    ranks = np.empty(len(column))
    ranks[order] = np.arange(1, len(column) + 1)
    return ranks


def _independent(problem: Problem, x: Array, y: Array) -> tuple[Array, Array]:
    """The points that are independent of each other: of a Saltelli design the rows A and B."""
    if problem.kind != "saltelli":
        return x, y
    (xa, xb, _), (ya, yb, _) = split_saltelli(problem, x), split_saltelli(problem, y)
    return np.concatenate([xa, xb]), np.concatenate([ya, yb])
