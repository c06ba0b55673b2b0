"""Elementary effects: a cheap screening of many factors by steps of one at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.intervals import LEVEL
from steppe.analysis.sensitivity.checks import checked
from steppe.analysis.sensitivity.problem import Array, Problem, salib

SOURCES = (
    "Morris, M. D. (1991). Factorial sampling plans for preliminary computational experiments. Technometrics 33, "
    "161–174.",
    "Campolongo, F., Cariboni, J. & Saltelli, A. (2007). An effective screening design for sensitivity analysis of "
    "large models. Environmental Modelling & Software 22, 1509–1518.",
    "Herman, J. & Usher, W. (2017). SALib. Journal of Open Source Software 2(9), 97.",
)


@dataclass(frozen=True)
class MorrisIndices:
    """Elementary effects of G factors or groups, in units of the outcome per whole range of the factor.

    mu_star, mu_star_low, mu_star_high : (G,) mean of their sizes, with its interval
    mu : (G,) mean; smaller than mu_star where the sign changes. Not for groups (NaN)
    sigma : (G,) standard deviation: how much the effect hangs on the other factors, or bends. Not for groups (NaN)
    """

    factors: tuple[str, ...]
    mu_star: Array
    mu_star_low: Array
    mu_star_high: Array
    mu: Array
    sigma: Array


def morris_indices(
    problem: Problem, x: Array, y: Array, *, resamples: int = 1000, level: float = LEVEL, seed: int = 0
) -> MorrisIndices:
    """Elementary effects of y (P,) over a Morris design x (P, K); intervals by bootstrap over trajectories.

    Raises InputError for another design, undefined or constant outcomes and fewer than 4 trajectories.
    """
    x, y = checked(problem, x, y, "morris")
    with salib():
        from SALib.analyze import morris

        found = morris.analyze(
            problem.for_salib(),
            x,
            y,
            num_resamples=resamples,
            conf_level=level,
            num_levels=problem.levels,
            seed=seed,
        )
    numbers = {key: np.asarray(found[key], float) for key in ("mu", "mu_star", "mu_star_conf", "sigma")}
    several = problem.member.sum(axis=1) > 1
    return MorrisIndices(
        problem.moved,
        numbers["mu_star"],
        numbers["mu_star"] - numbers["mu_star_conf"],
        numbers["mu_star"] + numbers["mu_star_conf"],
        np.where(several, np.nan, numbers["mu"]),
        np.where(several, np.nan, numbers["sigma"]),
    )
