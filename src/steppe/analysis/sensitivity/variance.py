"""Variance-based indices: how much of the variance of the outcome goes with a factor, alone and in company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.intervals import LEVEL
from steppe.analysis.sensitivity.checks import checked
from steppe.analysis.sensitivity.problem import Array, Problem, salib

SOURCES = (
    "Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Computer Physics "
    "Communications 181, 259–270.",
    "Herman, J. & Usher, W. (2017). SALib. Journal of Open Source Software 2(9), 97.",
)


@dataclass(frozen=True)
class SobolIndices:
    """First, total and second-order indices of G factors or groups, with the ends of their intervals.

    first, total : (G,) each with _low and _high; estimates, and so not bound to [0, 1]
    second : (G, G) upper triangle, NaN elsewhere; None for a design without second order
    """

    factors: tuple[str, ...]
    first: Array
    first_low: Array
    first_high: Array
    total: Array
    total_low: Array
    total_high: Array
    second: Array | None = None
    second_low: Array | None = None
    second_high: Array | None = None


def sobol_indices(
    problem: Problem, x: Array, y: Array, *, resamples: int = 300, level: float = LEVEL, seed: int = 0
) -> SobolIndices:
    """Sobol' indices of y (P,) over a Saltelli design x (P, K); intervals by bootstrap over its blocks.

    Raises InputError for another design, undefined or constant outcomes and fewer than 16 blocks.
    """
    _, y = checked(problem, x, y, "sobol")
    with salib():
        from SALib.analyze import sobol

        # SALib takes seed 0 for none
        found = sobol.analyze(
            problem.for_salib(),
            y,
            calc_second_order=problem.second_order,
            num_resamples=resamples,
            conf_level=level,
            seed=seed + 1,
        )
    parts = [
        edge
        for key in ("S1", "ST")
        for edge in _edges(np.asarray(found[key]), np.asarray(found[f"{key}_conf"]))
    ]
    if problem.second_order:
        parts += _edges(np.asarray(found["S2"]), np.asarray(found["S2_conf"]))
    return SobolIndices(problem.moved, *parts)


def _edges(value: Array, half: Array) -> list[Array]:
    return [value, value - half, value + half]
