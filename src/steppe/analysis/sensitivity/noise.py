"""How much of what varies over a design is simulation noise, and which indices do not rise above it.

The outcome of point p in replicate r is y_pr, and its mean over R replicates is analysed. Replicate r has the same
luck at every point (common random numbers), so y_pr = m_p + c_r + e_pr: what luck does everywhere, c_r, shifts all
means alike and cancels between points. Only the interaction e_pr remains, and its variance over the points is
estimated by the residual mean square of the two-way layout point × replicate without repetition,

    MS = Σ_pr (y_pr - y_p. - y_.r + y_..)² / ((P - 1)(R - 1)),      noise variance of the means = MS / R.

E[MS] / R is exactly the expected variance over points of the mean of e, whatever the dependence of e between points,
if replicates are independent of each other: with d_r = (y_pr - y_.r)_p and covariance Σ of d_r, E|d_. - E d|² = tr Σ / R
and E Σ_r |d_r - d_.|² = (R - 1) tr Σ. It therefore also holds where luck is not shared at all (c_r = 0). The mean of
s_p²/R, with s_p² the variance at a point, counts c_r as well and is too large under common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.intervals import LEVEL
from steppe.analysis.sensitivity.checks import split_saltelli
from steppe.analysis.sensitivity.problem import Array, Problem


@dataclass(frozen=True)
class Noise:
    """Simulation noise in the means over replicates.

    replicates : R
    variance : of the means, due to luck: MS / R
    share : of the variance of the means over points, MS / R / var(y); at most 1
    share_unshared : the same if luck were not shared: mean of s_p² / R / var(y)
    shared : part of the variance of luck that is common to all points and cancels, 1 - share / share_unshared
    """

    replicates: int
    variance: float
    share: float
    share_unshared: float
    shared: float


def noise_of(values: Array) -> Noise | None:
    """Simulation noise in the means of values (P, R); None where it cannot be known: one replicate, or
    means that do not vary."""
    points, replicates = values.shape
    if replicates < 2 or points < 2:
        return None
    over_points = float(values.mean(axis=1).var(ddof=1))
    if over_points <= 0:
        return None
    centred = values - values.mean(axis=0)
    residual = centred - centred.mean(axis=1, keepdims=True)
    interaction = float(np.square(residual).sum()) / ((points - 1) * (replicates - 1) * replicates)
    within = float(values.var(axis=1, ddof=1).mean()) / replicates
    return Noise(
        replicates,
        interaction,
        min(interaction / over_points, 1.0),
        min(within / over_points, 1.0),
        max(1 - interaction / within, 0.0) if within > 0 else 0.0,
    )


def luck_floor(contrasts: Array, level: float = LEVEL) -> tuple[float, float]:
    """What luck alone puts into the mean square of contrasts that are zero in expectation: mean, and bound.

    contrasts : (N, R) differences between two points, in each replicate
    level : how often the mean square of such contrasts stays below the bound

    The N contrasts of a replicate are one functional response; whether its mean over replicates is zero everywhere
    is tested by the F statistic of Shen, Q. & Faraway, J. (2004). An F test for linear models with functional
    responses. Statistica Sinica 14, 1239–1257. It allows for luck that moves many contrasts together: the degrees
    of freedom are (tr Σ)²/tr Σ², between 1 (all move as one) and N (each on its own), estimated without bias for
    normal responses as in Zhang, J.-T. (2013). Analysis of Variance for Functional Data.
    """
    from scipy.special import fdtri  # type: ignore[import-untyped,unused-ignore]

    size, replicates = contrasts.shape
    left = contrasts - contrasts.mean(axis=1, keepdims=True)
    gram = left.T @ left / (replicates - 1)  # (R, R), with the non-zero eigenvalues of the covariance over N
    trace, trace2 = float(np.trace(gram)), float(np.square(gram).sum())
    if trace <= 0:
        return 0.0, 0.0
    freedom, m = 1.0, replicates - 1
    if m > 1:
        square = m * (m + 1) * (trace**2 - 2 * trace2 / (m + 1))
        of_squares = m**2 * (trace2 - trace**2 / m)
        freedom = square / of_squares if of_squares > 0 else float(size)
    freedom = float(np.clip(freedom, 1.0, size))
    mean = trace / size / replicates
    return mean, mean * float(fdtri(freedom, freedom * m, level))


def sobol_floor(problem: Problem, values: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """What luck alone puts into each total index (G,), and the bound (G,) below which it is not told from luck.

    values : (P, R) of a whole Saltelli design

    The total index of a factor is half the mean square of the differences A - A_B, over the variance; both points
    share their luck, so the noise of a factor is that of its own differences. A factor that does nothing at all
    has none; one that only reshuffles luck has an index as large as its noise.
    """
    a, b, ab = split_saltelli(problem, values)
    variance = np.concatenate([a, b]).mean(axis=1).var()
    pairs = np.array([luck_floor(a - each, level) for each in ab])
    return pairs[:, 0] / (2 * variance), pairs[:, 1] / (2 * variance)


def morris_floor(problem: Problem, x: Array, values: Array, level: float = LEVEL) -> tuple[Array, Array]:
    """The same (G,), (G,) for the μ* of a whole Morris design: root mean squares, which no μ* exceeds."""
    pairs = np.array([luck_floor(each, level) for each in elementary_effects(problem, x, values)])
    return np.sqrt(pairs[:, 0]), np.sqrt(pairs[:, 1])


def elementary_effects(problem: Problem, x: Array, values: Array) -> Array:
    """(G, T, R) effects of one step on each replicate, per unit of the range, without sign; 0 where nothing moved."""
    step = problem.levels / (2 * (problem.levels - 1))
    moves = np.diff(x.reshape(-1, problem.block, x.shape[1]), axis=1) != 0  # (T, steps, K)
    groups = (moves[:, :, None, :] & problem.member).any(axis=-1)  # (T, steps, G)
    changes = np.diff(values.reshape(-1, problem.block, values.shape[1]), axis=1) / step  # (T, steps, R)
    effects: Array = np.einsum("tsg,tsr->gtr", groups.astype(float), changes)
    return effects
