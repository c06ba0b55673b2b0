"""Scenario discovery: in what part of the space of factors do the cases of interest lie?

Two ways to say it in rules that can be read. PRIM [FF1999]_ peels slices off the space so that the share of cases of interest
rises; the box that is left is a scenario in the sense of [BL2010]_. A classification tree [BFOS1984]_ splits the space into a
few leaves. PRIM is that of the Exploratory Modeling Workbench [Kwakkel2017]_, the tree that of scikit-learn.

*Coverage* is the share of all cases of interest that are in a box, *density* the share of cases of interest among what is in
it, *mass* the share of all points. The *quasi-p-value* of a bound is the chance of so high a density if the bound told
nothing: one-sided binomial, against the density without it [BL2010]_.

.. [FF1999] Friedman, J. H. & Fisher, N. I. (1999) Bump hunting in high-dimensional data. Statistics and Computing 9, 123-143.
.. [BL2010] Bryant, B. P. & Lempert, R. J. (2010) Thinking inside the box: a participatory, computer-assisted approach to
   scenario discovery. Technological Forecasting and Social Change 77, 34-49.
.. [BFOS1984] Breiman, L., Friedman, J., Olshen, R. & Stone, C. (1984) Classification and Regression Trees. Wadsworth.
.. [Kwakkel2017] Kwakkel, J. H. (2017) The Exploratory Modeling Workbench: an open source toolkit for exploratory modeling,
   scenario discovery, and (multi-objective) robust decision making. Environmental Modelling & Software 96, 239-250.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from steppe.analysis.intervals import LEVEL, Array, wilson
from steppe.analysis.prim import Options, Step, search
from steppe.analysis.rules import Factor, Limit, factors_of, in_words, inside, places
from steppe.analysis.trees import DEPTH, Leaf, grow
from steppe.errors import InputError

FEWEST = 10  # cases of interest
PER_FACTOR = 2  # cases of interest, at least, for each factor
FOLDS = 5


@dataclass(frozen=True)
class Box:
    """A scenario.

    limits : one for each factor that is restricted, the most telling first;  rule : in words
    n, k : points in it, and cases of interest among them
    step : its place on the trajectory
    lifted : bounds that the box at `step` has and this one has not, being no better than chance
    trajectory : all boxes from the whole space to the smallest; of a second box, in what the first one left
    """

    rule: str
    limits: tuple[Limit, ...]
    n: int
    k: int
    coverage: float
    density: float
    mass: float
    step: int
    lifted: tuple[str, ...]
    trajectory: tuple[Step, ...]


@dataclass(frozen=True)
class HeldOut:
    """The whole search done `folds` times without a fold of the points, and its boxes tried on that fold.

    coverage, density : of the boxes among points that they had not seen; density None if no point fell into one
    density_low, density_high : Wilson's interval
    restricted : factor → share of the searches that restrict it
    """

    folds: int
    n: int
    k: int
    coverage: float
    density: float | None
    density_low: float | None
    density_high: float | None
    restricted: dict[str, float]


@dataclass(frozen=True)
class Discovery:
    """What was found.

    n, k : points and cases of interest;  base_rate : k / n, the density of the whole space
    interest : what a case of interest is, in words;  choice : how each box was chosen
    boxes : none where nothing is denser than the whole;  tree : leaves, the densest first
    constant : factors that do not vary, and were left out
    """

    factors: tuple[str, ...]
    constant: tuple[str, ...]
    n: int
    k: int
    base_rate: float
    interest: str
    choice: str
    boxes: tuple[Box, ...]
    tree: tuple[Leaf, ...]
    held_out: HeldOut | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def inside(self, x: Mapping[str, Any]) -> Array:
        """(P,) the points that are in one of the boxes, of the same or of other points."""
        return _in_any(self.boxes, x)


def discover(
    x: Mapping[str, Any],
    y: Any,
    threshold: float | None = None,
    *,
    above: bool = True,
    min_coverage: float = 0.6,
    max_p: float | None = 0.05,
    step: int | None = None,
    max_boxes: int = 1,
    peel: float = 0.05,
    min_mass: float = 0.05,
    depth: int = DEPTH,
    folds: int = FOLDS,
    seed: int = 0,
) -> Discovery:
    """The scenarios in which the cases of interest lie.

    x : factor → (P,) floats, integers, booleans or texts
    y : (P,) booleans, or numbers such as probabilities with a `threshold`: a case of interest is at or above it (at or
        below, if not `above`)
    min_coverage : the box is the densest of the trajectory that holds this share of the cases (of those left, after a first
        box); ties go to fewer factors, then to more coverage
    max_p : bounds with a greater quasi-p-value are lifted one at a time, the greatest first; None keeps all
    step : takes this box of the first trajectory instead
    max_boxes : further boxes are sought in what the first left, while the cases there suffice
    peel, min_mass : share of the points in a box that PRIM takes off at a time, and of all points that it leaves; the latter
        also bounds a leaf
    folds : for `held_out`; 0 leaves it out.  seed : of the folds

    Raises InputError for anything missing, lengths that differ, y all true or all false, or too few cases of interest.
    """
    factors = factors_of(x)
    cases, interest = cases_of(y, threshold, above, len(factors[0].values))
    varied = [factor for factor in factors if not factor.constant]
    _check_cases(cases, len(varied))
    options = Options(min_coverage, max_p, step, max_boxes, peel, min_mass)
    options.check()
    if not 1 <= depth <= DEPTH:
        raise InputError("a tree this deep is not read", key="depth", value=depth, accepted=f"1 to {DEPTH}")
    if folds and not 2 <= folds <= FEWEST:
        raise InputError("no such number of folds", key="folds", value=folds, accepted=f"0, or 2 to {FEWEST}")
    boxes, choice = tuple(_boxes(varied, cases, options)), options.in_words()
    if (
        boxes and step is not None
    ):  # a place on one trajectory says nothing of another: the folds take its coverage
        options = replace(options, step=None, min_coverage=boxes[0].trajectory[step].coverage)
    return Discovery(
        factors=tuple(factor.name for factor in varied),
        constant=tuple(factor.name for factor in factors if factor.constant),
        n=len(cases),
        k=int(cases.sum()),
        base_rate=float(cases.mean()),
        interest=interest,
        choice=choice,
        boxes=boxes,
        tree=tuple(grow(varied, cases, depth, min_mass)),
        held_out=_held_out(varied, x, cases, options, folds, seed) if folds else None,
    )


def cases_of(y: Any, threshold: float | None, above: bool, points: int) -> tuple[Array, str]:
    """(P,) whether each point is a case of interest, and what that is in words."""
    values = np.asarray(y)
    if values.shape != (points,):
        raise InputError(
            "outcomes and factors differ in length", key="y", value=values.shape, accepted=f"({points},)"
        )
    if values.dtype.kind not in "biuf":
        raise InputError(
            "outcomes are neither booleans nor numbers", key="y", value=str(values.dtype), accepted="either"
        )
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        where = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(
            "an outcome is missing or not finite",
            key=f"y[{where}]",
            value=float(values[where]),
            accepted="finite numbers; leave out points that are not known in full",
        )
    if threshold is None:
        if values.dtype.kind != "b" and not np.isin(values, (0, 1)).all():
            raise InputError(
                "outcomes that are not true or false need a threshold",
                key="threshold",
                accepted="a number: a case of interest is at or above it",
            )
        cases = values.astype(bool)
        return (cases, "outcome is true") if above else (~cases, "outcome is false")
    if not np.isfinite(threshold):
        raise InputError("no such threshold", key="threshold", value=threshold, accepted="a finite number")
    cases = values >= threshold if above else values <= threshold
    return cases, f"outcome {'≥' if above else '≤'} {threshold:g}"


def _check_cases(cases: Array, factors: int) -> None:
    k, n = int(cases.sum()), len(cases)
    if k in (0, n):
        raise InputError(
            f"{'every' if k else 'no'} point is a case of interest, so that nothing sets them apart",
            key="y",
            value=f"{k} of {n}",
            accepted="some of each; another threshold may divide them",
        )
    if not factors:
        raise InputError("no factor varies", key="x", accepted="one factor or more with two values or more")
    least = max(FEWEST, PER_FACTOR * factors)
    if k < least:
        raise InputError(
            f"too few cases of interest for {factors} factors",
            key="y",
            value=f"{k} of {n}",
            accepted=f"{least} or more (at least {FEWEST}, and {PER_FACTOR} for each factor)",
        )


def _boxes(factors: Sequence[Factor], cases: Array, options: Options) -> Iterator[Box]:
    n, k = len(cases), int(cases.sum())
    for found in search(factors, cases, options, FEWEST):
        yield Box(
            rule=in_words(found.limits),
            limits=found.limits,
            n=found.n,
            k=found.k,
            coverage=found.k / k,
            density=found.k / found.n,
            mass=found.n / n,
            step=found.step,
            lifted=found.lifted,
            trajectory=found.trajectory,
        )


def _held_out(
    factors: Sequence[Factor], x: Mapping[str, Any], cases: Array, options: Options, folds: int, seed: int
) -> HeldOut:
    group = places(len(cases), folds, cases, seed)
    caught = np.zeros(len(cases), bool)
    restricted = dict.fromkeys((factor.name for factor in factors), 0)
    given = {factor.name: np.asarray(x[factor.name]) for factor in factors}
    for fold in range(folds):
        seen, unseen = group != fold, group == fold
        part = [replace(factor, values=factor.values[seen]) for factor in factors]
        found = tuple(_boxes(part, cases[seen], options))
        caught[unseen] = _in_any(found, {name: values[unseen] for name, values in given.items()})
        for name in {limit.factor for box in found for limit in box.limits}:
            restricted[name] += 1
    n, k = int(caught.sum()), int((caught & cases).sum())
    low, high = (float(bound) for bound in wilson(np.array(k), np.array(n), LEVEL))
    return HeldOut(
        folds=folds,
        n=n,
        k=k,
        coverage=k / int(cases.sum()),
        density=k / n if n else None,
        density_low=low if n else None,
        density_high=high if n else None,
        restricted={name: count / folds for name, count in restricted.items()},
    )


def _in_any(boxes: Sequence[Box], x: Mapping[str, Any]) -> Array:
    met = np.zeros(len(next(iter(x.values()))), bool)
    for box in boxes:
        met |= inside(box.limits, x)
    return met
