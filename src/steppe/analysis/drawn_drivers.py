"""Which drawn values an outcome goes with, in a run that draws the evidence.

There are more values than draws, so that no index of a design can be had. What can: Spearman's rank correlation of each value
with the outcome's mean given the draw, with the interval of [BW2000]_, and a bound that the largest of all correlations stays
below in 95 of 100 cases where no value matters, by permuting the draws [WY1993]_. Means of few replicates are noisy, which
draws every correlation towards zero.

.. [BW2000] Bonett, D. G. & Wright, T. A. (2000) Sample size requirements for estimating Pearson, Kendall and Spearman
   correlations. Psychometrika 65, 23-28.
.. [WY1993] Westfall, P. H. & Young, S. S. (1993) Resampling-Based Multiple Testing. Wiley. Chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.components import grouped
from steppe.analysis.fans import outcome_at
from steppe.analysis.intervals import LEVEL, Array, normal_quantile
from steppe.errors import input_error
from steppe.results.query import Run

PERMUTATIONS = 999
LEAST = 8  # draws below which nothing is said
CITATIONS = (
    "Bonett, D. G. & Wright, T. A. (2000) Sample size requirements for estimating Pearson, Kendall and Spearman "
    "correlations. Psychometrika 65, 23-28.",
    "Westfall, P. H. & Young, S. S. (1993) Resampling-Based Multiple Testing. Wiley.",
)


@dataclass(frozen=True)
class Correlation:
    """Rank correlation of a drawn value with an outcome, with its interval; `above_noise`: beyond the bound of all."""

    factor: str
    rho: float
    low: float
    high: float
    above_noise: bool


@dataclass(frozen=True)
class DrawnDrivers:
    """Values by the size of their correlation, the largest first.

    draws : in which the outcome is defined;  values : how many there are
    bound : of the largest |correlation| of all values where none matters, at `level`
    """

    measure: str
    entity: str
    year: int
    scenario: str
    reference: str | None
    draws: int
    values: int
    level: float
    bound: float
    rows: tuple[Correlation, ...]


def drawn_drivers(
    run: Run,
    measure: str,
    entity: str,
    scenario: str,
    reference: str | None = None,
    top: int = 20,
    level: float = LEVEL,
    seed: int = 0,
) -> DrawnDrivers | None:
    """What an outcome at the last year, or its paired difference from a reference, goes with; None for too few draws.

    Raises InputError for a run that draws nothing, or for what it does not have.
    """
    if run.draws is None:
        raise input_error(
            "the run has every value at its centre",
            key="ensemble.parameters",
            value="central",
            accepted=["sampled"],
        )
    ids, table = _values(run)
    outcome, replicates = outcome_at(run, scenario, measure, entity)
    if reference is not None:
        other, known = outcome_at(run, reference, measure, entity)
        _, here, there = np.intersect1d(replicates, known, return_indices=True)
        outcome, replicates = outcome[here] - other[there], replicates[here]
    groups = grouped(outcome[None], run.draw_of(replicates))
    used = groups.n[0] > 0
    numbers, means = groups.draws[used], groups.mean[0][used]
    if len(numbers) < LEAST or np.ptp(means) == 0:
        return None
    rho, bound = correlations(table[numbers], means, level, seed)
    low, high = spearman_interval(rho, len(numbers), level)
    order = [k for k in np.argsort(-np.abs(np.nan_to_num(rho)), kind="stable")[:top] if rho[k] == rho[k]]
    rows = tuple(
        Correlation(ids[k], float(rho[k]), float(low[k]), float(high[k]), bool(abs(rho[k]) > bound))
        for k in order
    )
    year = run.years[-1]
    return DrawnDrivers(
        measure, entity, year, scenario, reference, len(numbers), len(ids), level, bound, rows
    )


def correlations(table: Array, means: Array, level: float = LEVEL, seed: int = 0) -> tuple[Array, float]:
    """(K,) Spearman's correlation of each column with the outcome, NaN for a constant one, and the bound of the largest.

    table : (D, K) values;  means : (D,) of the outcome
    """
    x, y = _scores(table), _scores(means[:, None])[:, 0]
    rho = y @ x
    luck = np.random.Generator(np.random.Philox(seed))
    shuffled = np.stack([luck.permutation(y) for _ in range(PERMUTATIONS)])
    largest = np.nanmax(np.abs(shuffled @ x), axis=1)
    return rho, float(np.quantile(largest, level))


def spearman_interval(rho: Array, n: int, level: float = LEVEL) -> tuple[Array, Array]:
    """Interval of Spearman's correlation of n pairs: Fisher's transformation with the error of [BW2000]_."""
    inside = np.clip(rho, -0.999999, 0.999999)
    half = normal_quantile(level) * np.sqrt((1 + inside**2 / 2) / (n - 3))
    return np.tanh(np.arctanh(inside) - half), np.tanh(np.arctanh(inside) + half)


def _scores(columns: Array) -> Array:
    """Ranks of each column, centred and of length one, so that products are correlations; NaN for a constant one."""
    from scipy.stats import rankdata  # type: ignore[import-untyped,unused-ignore]

    ranks = rankdata(columns, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Array = np.where(length > 0, ranks / length, np.nan)
    return found


def _values(run: Run) -> tuple[list[str], Array]:
    """Ids (K) and drawn values (D, K)."""
    connection = run.connection()
    try:
        rows = connection.execute("SELECT draw, id, value FROM draws ORDER BY id, draw").fetchnumpy()
    finally:
        connection.close()
    draw, name, value = (np.ma.getdata(rows[key]) for key in ("draw", "id", "value"))
    ids, place = np.unique(name.astype(str), return_inverse=True)
    table = np.full((int(draw.max(initial=-1)) + 1, len(ids)), np.nan)
    table[draw, place] = value
    return ids.tolist(), table
