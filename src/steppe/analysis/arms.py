"""Which scenarios of which runs are compared with which."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from steppe.errors import InputError, input_error
from steppe.paths import shown
from steppe.results.query import Run

log = logging.getLogger("steppe")


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: a scenario of a run at a design point."""

    run: Run
    scenario: str
    point: int = 0

    @property
    def label(self) -> str:
        """Run folder and scenario, and the point of a design, for messages."""
        point = f"@{self.point}" if self.run.manifest.get("design") else ""
        return f"{shown(self.run.path)}:{self.scenario}{point}"


def entry_of(arm: Arm) -> dict[str, Any]:
    """What the manifest says of an arm's scenario."""
    found: dict[str, Any] = next(s for s in arm.run.manifest["scenarios"] if s["name"] == arm.scenario)
    return found


def outcomes_of(arm: Arm, reference: Arm) -> list[dict[str, Any]]:
    """What the scenario of an arm asks for, if the reference is its counterfactual; as the manifest has it."""
    entry = entry_of(arm)
    asked: list[dict[str, Any]] = entry.get("outcomes") or []
    return asked if entry.get("counterfactual") == reference.scenario else []


def pairs(runs: Sequence[Run], reference: str | None = None) -> list[tuple[Arm, Arm]]:
    """(reference, alternative) for every scenario that has something to be compared with.

    A scenario of a later run is compared with the one of the same name in the first run that has it. What has no namesake
    is compared with its counterfactual, in its own run before others, and if none has it with the first scenario of all.
    Two scenarios that are each other's counterfactuals are compared once, the first being the reference.

    reference : scenario to compare all others with, in their own run before others
    Says so where a counterfactual is not there, and where nothing of a run is compared. Raises InputError.
    """
    arms = [Arm(run, scenario) for run in runs for scenario in run.scenarios]
    if reference is not None and reference not in {arm.scenario for arm in arms}:
        known = list(dict.fromkeys(arm.scenario for arm in arms))
        raise input_error("no such scenario in the runs", key="--reference", value=reference, accepted=known)
    places = {id(arm): place for place, arm in enumerate(arms)}
    found: dict[frozenset[int], tuple[Arm, Arm]] = {}
    for arm in arms:
        base = _reference_of(arm, arms, reference)
        if base is None:
            continue
        couple = frozenset((places[id(base)], places[id(arm)]))
        if couple not in found or places[id(base)] < places[id(arm)]:
            found[couple] = (base, arm)
    if not found:
        raise InputError(
            "there is nothing to compare: the runs hold a single scenario",
            value=", ".join(arm.label for arm in arms),
            accepted="two scenarios or more between the runs, e.g. steppe run scenario=baseline,ANOTHER",
        )
    _say_what_is_left(runs, list(found.values()), reference)
    return list(found.values())


def point_pairs(
    runs: Sequence[Run], point: str, reference_point: str | None = None, reference: str | None = None
) -> list[tuple[Arm, Arm]]:
    """(reference, alternative) at a point of runs with a design, or of two points of each.

    point, reference_point : number, or id as in points.csv; with both, every scenario is compared with itself, with the
        first alone with its counterfactual, as `pairs` does
    Raises InputError for a run without a design, and for an unknown point.
    """
    if reference_point is None:
        found = []
        for run in runs:  # a wrong point is told before that there is nothing to compare
            point_number(run, point)
        for base, arm in pairs(runs, reference):
            found.append(tuple(replace(one, point=point_number(one.run, point)) for one in (base, arm)))
        return [(base, arm) for base, arm in found]
    from steppe.analysis.sweep import open_sweep

    both = []
    for run in runs:
        here, there = point_number(run, reference_point), point_number(run, point)
        if here == there:
            raise input_error(
                "a point is compared with itself", key="--reference-point", value=reference_point
            )
        names = [name for name in run.scenarios if reference in (None, name)]
        both += [
            (Arm(run, name, here), Arm(run, name, there))
            for name in names
            if {here, there} <= set(open_sweep(run).points_of(name).tolist())
        ]
    if not both:
        raise input_error(
            "no scenario has both points",
            key="--point",
            value=f"{reference_point} and {point}",
            accepted="points of one scenario",
        )
    return both


def point_number(run: Run, point: str) -> int:
    """The number of a point that is given by number or by id. Raises InputError."""
    from steppe.analysis.sweep import open_sweep

    sweep = open_sweep(run)
    if point in sweep.ids:
        return sweep.ids.index(point)
    if point.isdigit() and int(point) < len(sweep.ids):
        return int(point)
    raise input_error(
        "the design has no such point",
        file=run.path / "points.csv",
        key="--point",
        value=point,
        accepted=f"0 to {len(sweep.ids) - 1}, or an id of points.csv",
    )


def _reference_of(arm: Arm, arms: Sequence[Arm], reference: str | None) -> Arm | None:
    """What an arm is compared with; None for a reference itself."""
    if reference is None:
        namesakes = [one for one in arms if one.scenario == arm.scenario and one.run is not arm.run]
        if namesakes:
            first = next(one for one in arms if one.scenario == arm.scenario)
            return None if first is arm else first
    name = entry_of(arm).get("counterfactual") if reference is None else reference
    named = [other for other in arms if other.scenario == name]
    own = [other for other in named if other.run is arm.run and other is not arm]
    base = (own or named or list(arms))[0]
    return None if base is arm else base


def _say_what_is_left(runs: Sequence[Run], found: Sequence[tuple[Arm, Arm]], reference: str | None) -> None:
    """Warn of scenarios whose counterfactual is not there, and of runs of which nothing is compared."""
    for base, arm in found:
        name = entry_of(arm).get("counterfactual")
        if reference is None and name not in (None, base.scenario) and base.scenario != arm.scenario:
            text = "%s: its counterfactual %s is in none of the runs; it is compared with %s"
            log.warning(text, arm.label, name, base.label)
    for run in runs:
        if not any(run is base.run or run is arm.run for base, arm in found):
            held = ", ".join(run.scenarios) or "no scenario"
            log.warning("%s: nothing of it is compared; it holds %s", shown(run.path), held)
