"""PRIM through the Exploratory Modeling Workbench: numbers in, boxes out; see `analysis.discovery`.

Its frames of pandas stay in here. Three things are kept from it: names of factors (it drops one called "scenario"), integers
(its pasting of them fails; as numbers they are split between whole values all the same), and texts (whose order in a set
changes from process to process, and with it the choice among equals).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from steppe.analysis.intervals import Array
from steppe.analysis.rules import CHOICE, Factor, Limit, bounded, chosen_labels
from steppe.errors import InputError

_ANY = 1e-9  # the workbench's own threshold of density: any box will do, the choice is made here


@dataclass(frozen=True)
class Options:
    """How to search and to choose; see `discovery.discover`."""

    min_coverage: float
    max_p: float | None
    step: int | None
    max_boxes: int
    peel: float
    min_mass: float

    def check(self) -> None:
        """Raise InputError for a value out of bounds."""
        bounds = {"min_coverage": (0, 1), "max_p": (0, 1), "peel": (0.01, 0.5), "min_mass": (0.01, 0.5)}
        for key, (low, high) in bounds.items():
            value = getattr(self, key)
            if value is not None and not low <= value <= high:
                raise InputError(f"{key} is out of bounds", key=key, value=value, accepted=f"{low} to {high}")
        for key, least in (("step", 0), ("max_boxes", 1)):
            value = getattr(self, key)
            if value is not None and value < least:
                raise InputError(f"{key} is out of bounds", key=key, value=value, accepted=f"{least} or more")

    def in_words(self) -> str:
        """The rule by which a box is chosen."""
        rule = (
            f"the densest box with a coverage of {self.min_coverage:g} or more"
            if self.step is None
            else f"box {self.step} of the trajectory"
        )
        if self.max_p is None:
            return rule
        return f"{rule}; bounds with a quasi-p-value above {self.max_p:g} are lifted"


@dataclass(frozen=True)
class Step:
    """A box on the peeling trajectory.

    n, k : points in it, cases of interest among them;  coverage and mass are of all points and cases
    """

    n: int
    k: int
    coverage: float
    density: float
    mass: float
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Found:
    """The box chosen; see `discovery.Box`."""

    limits: tuple[Limit, ...]
    n: int
    k: int
    step: int
    lifted: tuple[str, ...]
    trajectory: tuple[Step, ...]


def search(factors: Sequence[Factor], cases: Array, options: Options, fewest: int) -> Iterator[Found]:
    """Boxes, one after the other; none that is no denser than what it was sought in.

    cases : (P,) bool;  fewest : cases that must be left for a further box
    """
    workbench = _workbench()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandas, on frames that the workbench joins
        prim = workbench.Prim(
            _frame(factors), cases.astype(np.int64), _ANY, peel_alpha=options.peel, mass_min=options.min_mass
        )
        left = int(cases.sum())
        for turn in range(options.max_boxes):
            if turn and left < fewest:
                return
            box = prim.find_box()
            steps = _trajectory(box, factors)
            step = _choose(steps, options.min_coverage, options.step if turn == 0 else None)
            if not steps[step].limits:
                return
            box.select(step)
            lifted = tuple(_lift(box, step, prim.box_init, factors, options.max_p))
            last = _step(box, len(box.box_lims) - 1 if lifted else step, factors)
            if not last.limits:
                return
            yield Found(last.limits, last.n, last.k, step, lifted, steps)
            left -= last.k


def _workbench() -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it names what else could be installed
            from ema_workbench.analysis import prim  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError(
            "scenario discovery needs a package that is not installed",
            value=error.name,
            accepted='pip install "steppe[discovery]"',
        ) from error
    module: ModuleType = prim
    return module


def _frame(factors: Sequence[Factor]) -> Any:
    import pandas as pd  # type: ignore[import-untyped,import-not-found,unused-ignore]

    return pd.DataFrame(
        {
            f"f{j}": pd.Categorical(factor.values, categories=range(len(factor.labels)))
            if factor.kind == CHOICE
            else factor.values
            for j, factor in enumerate(factors)
        }
    )


def _trajectory(box: Any, factors: Sequence[Factor]) -> tuple[Step, ...]:
    return tuple(_step(box, i, factors) for i in range(len(box.box_lims)))


def _step(box: Any, i: int, factors: Sequence[Factor]) -> Step:
    row = box.peeling_trajectory.iloc[i]
    found = []
    for name, (first, second) in box.qp[i].items():
        factor, bounds = factors[int(name[1:])], box.box_lims[i][name]
        if factor.kind == CHOICE:
            labels = chosen_labels(factor, [int(code) for code in bounds.iloc[0]])
            found.append(Limit(factor.name, choices=labels, p=float(first)))
            continue
        low, high = (
            (None, None) if p < 0 else (float(bound), float(p))  # -1: not restricted on this side
            for bound, p in zip(bounds, (first, second), strict=True)
        )
        found.append(bounded(factor, low[0], high[0], p=(low[1], high[1])))
    limits = tuple(sorted(found, key=_least_p))
    return Step(
        int(row["n"]),
        int(row["k"]),
        float(row["coverage"]),
        float(row["density"]),
        float(row["mass"]),
        limits,
    )


def _least_p(limit: Limit) -> float:
    return min(p for p in (limit.p_low, limit.p_high, limit.p) if p is not None)


def _choose(steps: Sequence[Step], min_coverage: float, wanted: int | None) -> int:
    if wanted is not None:
        if wanted >= len(steps):
            raise InputError(
                "no such box on the trajectory", key="step", value=wanted, accepted=f"0 to {len(steps) - 1}"
            )
        return wanted
    cases = steps[0].k
    held = [i for i, step in enumerate(steps) if step.k >= min_coverage * cases]
    return max(held, key=lambda i: (steps[i].density, -len(steps[i].limits), steps[i].k))


def _lift(box: Any, i: int, whole: Any, factors: Sequence[Factor], max_p: float | None) -> Iterator[str]:
    """Lift bounds of box i that are no better than chance; yields what they were.

    Every bound that goes changes the density that the others are held against, so that they go one by one.
    """
    while max_p is not None and box.qp[i]:
        p, name, side = max(
            (float(p), name, side) for name, sides in box.qp[i].items() for side, p in enumerate(sides)
        )
        if p <= max_p:
            return
        factor, limits = factors[int(name[1:])], box.box_lims[i].copy()
        if factor.kind == CHOICE:
            limits[name] = whole[name]
        else:
            limits.loc[side, name] = whole.loc[side, name]
        before = {limit.factor: limit for limit in _step(box, i, factors).limits}[factor.name]
        box.update(limits, _members(box, limits))
        i = len(box.box_lims) - 1
        yield _bound_text(before, side)


def _members(box: Any, limits: Any) -> Any:
    """Places of the points in limits, among those that were left to this box."""
    points = box.prim.x.loc[box.prim.yi_remaining]
    met = np.ones(len(points), bool)
    for name in points:
        if isinstance(limits.loc[0, name], set):
            met &= points[name].isin(limits.loc[0, name]).to_numpy()
        else:
            met &= points[name].between(limits.loc[0, name], limits.loc[1, name]).to_numpy()
    return box.prim.yi_remaining[met]


def _bound_text(limit: Limit, side: int) -> str:
    if limit.choices is not None:
        return limit.text()
    low, high = (limit.low, None) if side == 0 else (None, limit.high)
    return Limit(limit.factor, low, high).text()
