"""Robustness of choices: which lever does well over many states of the world, by which measure, and where measures differ.

A lever is what can be chosen (a scenario, a value of a factor), a point a state of the world (a design point); all levers are
tried at the same points with the same luck. A measure of robustness makes one number of a lever's values at all points. Each is
a transformation of the values, a choice of points, and a statistic [McPhail2018]_; they differ in how much they fear.

.. [McPhail2018] McPhail, C., Maier, H. R., Kwakkel, J. H., Giuliani, M., Castelletti, A. & Westra, S. (2018) Robustness metrics:
   how are they calculated, when should they be used and why do they give different results? Earth's Future 6, 169-191.
.. [Wald1950] Wald, A. (1950) Statistical Decision Functions. Wiley.
.. [Savage1951] Savage, L. J. (1951) The theory of statistical decision. Journal of the American Statistical Association 46,
   55-67.
.. [Hurwicz1953] Hurwicz, L. (1953) Optimality criterion for decision making under ignorance. In: Uncertainty and Expectations in
   Economics. Kelley.
.. [Starr1963] Starr, M. K. (1963) Product Design and Decision Theory. Prentice-Hall.
.. [Kasprzyk2013] Kasprzyk, J. R., Nataraj, S., Reed, P. M. & Lempert, R. J. (2013) Many objective robust decision making for
   complex environmental systems undergoing change. Environmental Modelling & Software 42, 55-71.
.. [Kwakkel2016] Kwakkel, J. H., Eker, S. & Pruyt, E. (2016) How robust is a robust policy? In: Robustness Analysis in Decision
   Aiding, Optimization, and Analytics. Springer.
.. [ET1993] Efron, B. & Tibshirani, R. J. (1993) An Introduction to the Bootstrap. Chapman & Hall. Section 13.3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from steppe.analysis.intervals import LEVEL, Array
from steppe.errors import InputError, input_error

_AT_ONCE = 4_000_000  # numbers held while resampling
FEWEST = 2  # points


@dataclass(frozen=True)
class Options:
    """What the measures ask for.

    threshold : of satisficing, in the unit of the values; None leaves that measure out
    optimism : weight of the best point in Hurwicz's, 0 to 1
    quantile : of the regret
    caution : standard deviations taken off the mean
    """

    threshold: float | None = None
    optimism: float = 0.5
    quantile: float = 0.9
    caution: float = 1.0


@dataclass(frozen=True)
class RobustnessMeasure:
    """One way to make a number of a lever's values.

    small : smaller is better, whichever way the values count
    oriented : it is a value, so that its sign turns with theirs where lower values are better
    extreme : it rests on the one or two points at an end, and resampling says little of it
    of : function of values (L, ..., P), larger is better, and Options, to (L, ...)
    """

    id: str
    name: str
    definition: str
    of: Callable[[Array, Options], Array]
    small: bool = False
    oriented: bool = False
    extreme: bool = False


def regret(values: Array) -> Array:
    """(L, ..., P) what each lever leaves on the table at each point, against the best of them there."""
    lost: Array = values.max(axis=0, keepdims=True) - values
    return lost


def _satisficing(values: Array, options: Options) -> Array:
    assert options.threshold is not None
    share: Array = (values >= options.threshold).mean(axis=-1)
    return share


def _hurwicz(values: Array, options: Options) -> Array:
    best, worst = values.max(axis=-1), values.min(axis=-1)
    mixed: Array = options.optimism * best + (1 - options.optimism) * worst
    return mixed


def _deviations(values: Array, options: Options) -> Array:
    short: Array = np.maximum(np.median(values, axis=-1, keepdims=True) - values, 0.0).mean(axis=-1)
    return short


MEASURES: tuple[RobustnessMeasure, ...] = (
    RobustnessMeasure(
        "satisficing",
        "domain criterion",
        "share of the points at which the value meets the threshold [Starr1963]_ [Kasprzyk2013]_",
        _satisficing,
    ),
    RobustnessMeasure(
        "maximin",
        "maximin",
        "value at the worst point [Wald1950]_",
        lambda values, _: values.min(axis=-1),
        oriented=True,
        extreme=True,
    ),
    RobustnessMeasure(
        "maximax",
        "maximax",
        "value at the best point",
        lambda values, _: values.max(axis=-1),
        oriented=True,
        extreme=True,
    ),
    RobustnessMeasure(
        "hurwicz",
        "Hurwicz",
        "mean of best and worst value, the best with the weight `optimism` [Hurwicz1953]_",
        _hurwicz,
        oriented=True,
        extreme=True,
    ),
    RobustnessMeasure(
        "laplace",
        "Laplace",
        "mean over the points, each as likely as any other",
        lambda values, _: values.mean(axis=-1),
        oriented=True,
    ),
    RobustnessMeasure(
        "minimax_regret",
        "minimax regret",
        "greatest regret over the points [Savage1951]_",
        lambda values, _: regret(values).max(axis=-1),
        small=True,
        extreme=True,
    ),
    RobustnessMeasure(
        "quantile_regret",
        "percentile regret",
        "`quantile` of the regret over the points, interpolated linearly [McPhail2018]_",
        lambda values, options: np.quantile(regret(values), options.quantile, axis=-1),
        small=True,
    ),
    RobustnessMeasure(
        "mean_deviation",
        "mean–variance",
        "mean less `caution` standard deviations over the points, after [Kwakkel2016]_",
        lambda values, options: values.mean(axis=-1) - options.caution * values.std(axis=-1),
        oriented=True,
    ),
    RobustnessMeasure(
        "undesirable_deviations",
        "undesirable deviations",
        "mean shortfall below the lever's own median [Kwakkel2016]_",
        _deviations,
        small=True,
    ),
)


@dataclass(frozen=True)
class Ranking:
    """The levers under one measure.

    values : (L) in the unit of the measured values, but for a share;  low, high : (L) bootstrap intervals over points
    ranks : (L) 1 is the best; equals share the better rank
    first : (L) share of the resamples in which the lever is the best, or among the best
    smaller_is_better : of `values`, as they are given here
    extreme : the measure rests on the points at an end: an interval from resampling is too narrow
    """

    measure: str
    name: str
    definition: str
    smaller_is_better: bool
    extreme: bool
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ranks: tuple[int, ...]
    first: tuple[float, ...]


@dataclass(frozen=True)
class Robustness:
    """All levers under all measures.

    best : measure → levers that are first
    unanimous : the levers first under every measure;  dominated : lever → levers that are nowhere worse and somewhere better
    agreement : for each two measures Kendall's τ-b of their ranks (None where one of them ranks all alike)
    disputed : pairs of levers that some measures order one way and others the other, with the measures on either side
    """

    levers: tuple[str, ...]
    points: int
    higher_is_better: bool
    level: float
    options: Options
    rankings: tuple[Ranking, ...]
    best: dict[str, tuple[str, ...]]
    unanimous: tuple[str, ...]
    dominated: dict[str, tuple[str, ...]]
    agreement: tuple[dict[str, Any], ...]
    disputed: tuple[dict[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def robustness(
    values: Any,
    levers: Sequence[str],
    higher_is_better: bool = True,
    options: Options | None = None,
    measures: Sequence[str] | None = None,
    *,
    resamples: int = 2000,
    level: float = LEVEL,
    seed: int = 0,
) -> Robustness:
    """The levers' robustness under every measure, or those named, with bootstrap intervals over the points.

    values : (L, P) of an outcome, such as its mean over replicates; all levers at the same points with the same luck
    levers : their L names
    The points are resampled for all levers together, as they are paired [ET1993]_.

    Raises InputError for a value missing or not finite, for shapes or names that do not fit, or options out of bounds.
    """
    options = options or Options()
    table = _checked(values, levers, options, resamples, level)
    oriented = table if higher_is_better else -table
    if not higher_is_better and options.threshold is not None:
        turned = Options(-options.threshold, options.optimism, options.quantile, options.caution)
    else:
        turned = options
    used = _chosen(measures, options)
    drawn = _resampled(oriented, used, turned, resamples, seed)
    rankings = tuple(
        _ranking(measure, measure.of(oriented, turned), drawn[measure.id], higher_is_better, level)
        for measure in used
    )
    names = tuple(levers)
    best = {
        row.measure: tuple(name for name, rank in zip(names, row.ranks, strict=True) if rank == 1)
        for row in rankings
    }
    return Robustness(
        levers=names,
        points=table.shape[1],
        higher_is_better=higher_is_better,
        level=level,
        options=options,
        rankings=rankings,
        best=best,
        unanimous=tuple(name for name in names if all(name in first for first in best.values())),
        dominated=dict(_dominated(oriented, names)),
        agreement=tuple(_agreement(rankings)),
        disputed=tuple(_disputed(rankings, names)),
    )


def _ranking(
    measure: RobustnessMeasure, found: Array, drawn: Array, higher_is_better: bool, level: float
) -> Ranking:
    """found : (L) of the oriented values;  drawn : (L, B) of the resamples"""
    sign = -1 if measure.small else 1
    order, again = _without_dust(sign * found), _without_dust(sign * drawn)
    ranks = 1 + (order[None, :] > order[:, None]).sum(axis=1)
    first = (again == again.max(axis=0)).mean(axis=1)
    turned = measure.oriented and not higher_is_better
    shown, again = (-found, -drawn) if turned else (found, drawn)
    low, high = np.quantile(again, (0.5 - level / 2, 0.5 + level / 2), axis=-1)
    return Ranking(
        measure=measure.id,
        name=measure.name,
        definition=measure.definition,
        smaller_is_better=measure.small or turned,
        extreme=measure.extreme,
        values=tuple((shown + 0.0).tolist()),  # -0 is 0
        low=tuple((low + 0.0).tolist()),
        high=tuple((high + 0.0).tolist()),
        ranks=tuple(ranks.tolist()),
        first=tuple(first.tolist()),
    )


def _without_dust(numbers: Array) -> Array:
    """Twelve digits: sums of the same values in another order are equals."""
    scale = float(np.abs(numbers).max()) or 1.0
    rounded: Array = np.round(numbers / scale, 12)
    return rounded


def _resampled(
    values: Array, used: Sequence[RobustnessMeasure], options: Options, resamples: int, seed: int
) -> dict[str, Array]:
    """Measure → (L, B) of points drawn with replacement, the same for all levers and measures."""
    rng, points = np.random.default_rng(seed), values.shape[1]
    found: dict[str, list[Array]] = {measure.id: [] for measure in used}
    block = max(1, _AT_ONCE // values.size)
    for done in range(0, resamples, block):
        drawn = values[:, rng.integers(0, points, (min(block, resamples - done), points))]
        for measure in used:
            found[measure.id].append(measure.of(drawn, options))
    return {name: np.concatenate(parts, axis=1) for name, parts in found.items()}


def _dominated(values: Array, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for i, name in enumerate(names):
        above = (values >= values[i]).all(axis=1) & (values > values[i]).any(axis=1)
        if above.any():
            yield name, tuple(names[int(j)] for j in np.flatnonzero(above))


def _agreement(rankings: Sequence[Ranking]) -> Iterator[dict[str, Any]]:
    from scipy.stats import kendalltau  # type: ignore[import-untyped,unused-ignore]

    for one, other in combinations(rankings, 2):
        told = len(set(one.ranks)) > 1 and len(set(other.ranks)) > 1
        tau = float(kendalltau(one.ranks, other.ranks).statistic) if told else None
        yield {"measures": (one.measure, other.measure), "tau": tau}


def _disputed(rankings: Sequence[Ranking], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for i, j in combinations(range(len(names)), 2):
        sides = {
            name: tuple(row.measure for row in rankings if row.ranks[a] < row.ranks[b])
            for name, a, b in ((names[i], i, j), (names[j], j, i))
        }
        if all(sides.values()):
            yield {"levers": (names[i], names[j]), "prefer": sides}


def _chosen(measures: Sequence[str] | None, options: Options) -> list[RobustnessMeasure]:
    known = {measure.id: measure for measure in MEASURES}
    for name in measures or ():
        if name not in known:
            raise input_error("no such measure of robustness", key="measures", value=name, accepted=known)
    if measures is not None and "satisficing" in measures and options.threshold is None:
        raise InputError(
            "satisficing needs a threshold", key="threshold", accepted="a number in the unit of the values"
        )
    wanted = known if measures is None else dict.fromkeys(measures)
    return [known[name] for name in wanted if name != "satisficing" or options.threshold is not None]


def _checked(values: Any, levers: Sequence[str], options: Options, resamples: int, level: float) -> Array:
    table = np.asarray(values, float)
    if table.ndim != 2 or len(table) != len(levers):
        raise InputError(
            "values and levers do not fit",
            key="values",
            value=table.shape,
            accepted=f"({len(levers)}, points)",
        )
    if len(levers) < 2 or table.shape[1] < FEWEST:
        raise InputError(
            "there is nothing to compare", key="values", value=table.shape, accepted="two levers, two points"
        )
    if len(set(levers)) < len(levers):
        raise InputError("two levers have one name", key="levers", value=list(levers), accepted="names")
    if not np.isfinite(table).all():
        row, point = np.argwhere(~np.isfinite(table))[0]
        raise InputError(
            f"the value of {levers[row]} is missing or not finite at point {point}",
            key=f"values[{row}][{point}]",
            value=float(table[row, point]),
            accepted="finite numbers; leave out points that are not known for all levers",
        )
    bounds = {
        "optimism": (options.optimism, 0.0, 1.0),
        "quantile": (options.quantile, 0.0, 1.0),
        "caution": (options.caution, 0.0, math.inf),
        "threshold": (options.threshold or 0.0, -np.finfo(float).max, np.finfo(float).max),
        "resamples": (resamples, 100, 10**6),
        "level": (level, 0.5, 0.999),
    }
    for key, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise InputError(f"{key} is out of bounds", key=key, value=value, accepted=f"{low:g} to {high:g}")
    return table
