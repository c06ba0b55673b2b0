"""A run with a design put to the analyses: which factors matter, in which region, which choice holds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steppe.analysis.discovery import Discovery, discover
from steppe.analysis.intervals import Array
from steppe.analysis.robustness import Options, Robustness, robustness
from steppe.analysis.sensitivity import Problem, Sensitivity, analyse
from steppe.analysis.sweep import Sweep
from steppe.errors import InputError, input_error


def sensitivity(
    sweep: Sweep,
    outcome: str,
    scenario: str,
    reference: str | None = None,
    method: str | Sequence[str] = "auto",
    drop: bool = False,
) -> Sensitivity:
    """Sensitivity of an outcome under a scenario, or of its paired difference from a reference.

    Raises InputError for a design of one scenario per point, and as `analyse` does.
    """
    _same_points(sweep, (scenario,) if reference is None else (scenario, reference))
    values = sweep.values(scenario, outcome).astype(float)
    name = f"{outcome} under {scenario}"
    if reference is not None:
        values, name = values - sweep.values(reference, outcome), f"{name} less {reference}"
    return analyse(problem(sweep), matrix(sweep), values[sweep.rows], method, outcome=name, drop=drop)


def problem(sweep: Sweep) -> Problem:
    """The factors that vary and the kind of the design."""
    varied = sweep.varied
    ends = [_ends(one, sweep.settings[one["name"]]) for one in varied]
    kind = sweep.kind if sweep.kind in ("saltelli", "morris") else "sample"
    return Problem(
        tuple(one["name"] for one in varied),
        np.array([low for low, _ in ends]),
        np.array([high for _, high in ends]),
        kind,
        bool(sweep.structure.get("second_order", False)),
        int(sweep.structure.get("levels") or 4),
        discrete=tuple(one["kind"] in ("choice", "switch") for one in varied),
    )


def matrix(sweep: Sweep) -> Array:
    """(rows, K) the design in its order, choices by their place, switches as 0 and 1."""
    columns = [_coded(one, sweep.settings[one["name"]]) for one in sweep.varied]
    return np.stack(columns, axis=1)[sweep.rows]


def region(
    sweep: Sweep,
    outcome: str,
    scenario: str,
    threshold: float,
    above: bool,
    reference: str | None,
    **options: Any,
) -> Discovery:
    """Where in the space of the factors an outcome, or its difference from a reference, lies beyond a threshold.

    The outcome of a point is its mean over replicates; points where it is undefined are left out.
    """
    means = _means(sweep.values(scenario, outcome))
    if reference is not None:
        _same_points(sweep, (scenario, reference))
        means = means - _means(sweep.values(reference, outcome))
    points = sweep.points_of(scenario)
    points = points[~np.isnan(means[points])]
    x = {
        one["name"]: _texts(one, sweep.settings[one["name"]])[points]
        for one in sweep.varied
        if one["name"] != "scenario"
    }
    return discover(x, means[points], threshold, above=above, **options)


def choices(
    sweep: Sweep, outcome: str, higher_is_better: bool, threshold: float | None, levers: Sequence[str] = ()
) -> Robustness:
    """How well each scenario (or each combination of the design's levers) holds up over the uncertain factors.

    levers : factors of the design that are choices; none named: those whose role is lever, with the scenarios
    Raises InputError unless there are two choices or more, each at the same points.
    """
    names, table = _payoffs(sweep, outcome, levers)
    return robustness(table, names, higher_is_better, Options(threshold=threshold))


def _payoffs(sweep: Sweep, outcome: str, levers: Sequence[str]) -> tuple[list[str], Array]:
    """Names of the choices (L) and their means (L, P) at the states of the world that all of them share."""
    known = [one["name"] for one in sweep.varied]
    for name in levers:
        if name not in known:
            raise input_error("the design has no such factor", key="levers", value=name, accepted=known)
    chosen = list(levers) or [one["name"] for one in sweep.varied if one["role"] == "lever"]
    rest = [name for name in known if name not in chosen]
    found: dict[str, dict[tuple[Any, ...], float]] = {}
    for scenario in sweep.run.scenarios:
        means = _means(sweep.values(scenario, outcome))
        for point in sweep.points_of(scenario):
            said = [f"{name}={sweep.settings[name][point]}" for name in chosen if name != "scenario"]
            choice = ", ".join([*([scenario] if len(sweep.run.scenarios) > 1 else []), *said]) or scenario
            world = tuple(sweep.settings[name][point] for name in rest)
            found.setdefault(choice, {})[world] = float(means[point])
    worlds = [world for world in next(iter(found.values())) if all(world in one for one in found.values())]
    if len(found) < 2 or len(worlds) < 2:
        raise InputError(
            f"{len(found)} choices at {len(worlds)} shared points: there is nothing to compare",
            key="levers",
            accepted="several scenarios in one run, or factors of the design that are choices, crossed with the others",
        )
    table = np.array([[one[world] for world in worlds] for one in found.values()])
    return list(found), table[:, ~np.isnan(table).any(axis=0)]


def _same_points(sweep: Sweep, scenarios: Sequence[str]) -> None:
    for scenario in scenarios:
        if len(sweep.points_of(scenario)) < len(sweep.ids):
            raise InputError(
                "the design varies the scenario: each point has but one",
                key="scenario",
                value=scenario,
                accepted="a run whose scenarios are given beside the design: scenario=a,b design=…",
            )


def _means(values: Array) -> Array:
    """(P,) over replicates in which the outcome is defined; NaN where it is in none."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=1)
    total = np.where(defined, values, 0).sum(axis=1, dtype=float)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))


def _ends(one: Mapping[str, Any], settings: Sequence[Any]) -> tuple[float, float]:
    if one["kind"] in ("choice", "switch") or one["values"]:
        return 0.0, float(max(1, len(set(settings)) - 1))
    return float(one["low"]), float(one["high"])


def _coded(one: Mapping[str, Any], settings: Sequence[Any]) -> Array:
    """(P,) numbers; a choice by its place among those that occur, in the order of the factor's values."""
    if one["kind"] in ("choice", "switch") or one["values"]:
        order = {str(value): place for place, value in enumerate(one["values"] or sorted(set(settings)))}
        order |= {
            str(value): len(order) + n
            for n, value in enumerate(sorted(map(str, set(settings))))
            if str(value) not in order
        }
        return np.array([order[str(value)] for value in settings], float)
    return np.array(settings, float)


def _texts(one: Mapping[str, Any], settings: Sequence[Any]) -> Array:
    """(P,) as discovery wants a factor: floats, bools, or texts."""
    return np.array(settings, str if one["kind"] == "choice" else bool if one["kind"] == "switch" else float)
