"""A scenario's interventions as the records that the rules read."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from steppe.mechanisms.interventions import INTERVENTIONS, OUTCOMES
from steppe.mechanisms.parameters import field_index
from steppe.mechanisms.records import PLAN, SEGMENT_STATUSES
from steppe.world.arrays import DOMAINS, RULES, STATUSES, World

Array = np.ndarray[Any, Any]
Row = tuple[int, int, int, int, float]  # kind, first, second, third, amount

# For each kind: what its first, second and third number and its amount are taken from.
_LAYOUT: dict[str, tuple[str, ...]] = {
    "set_status": ("state", "organisation", "status"),
    "apply": ("state", "organisation", "status"),
    "bar": ("state", "organisation"),
    "allow": ("state", "organisation"),
    "set_depth": ("", "organisation", "", "depth"),
    "set_rule": ("", "organisation", "rule"),
    "found": ("", "organisation", "", "depth"),
    "founding_member": ("state", "organisation", "status"),
    "dissolve": ("", "organisation"),
    "merge": ("", "organisation", "into"),
    "incompatible": ("", "organisation", "with", "on"),
    "scope": ("", "organisation", "domain", "share"),
    "tie": ("a", "b", "", "level"),
    "affinity": ("a", "b", "", "change"),
    "threat": ("on", "by", "", "level"),
    "conflict": ("a", "b", "", "level"),
    "transit": ("state", "on", "", "share"),
    "trade_cost": ("a", "b", "", "change"),
    "threat_shock": ("state", "", "", "size"),
    "capability": ("state", "", "", "factor"),
    "prestige": ("state", "", "", "change"),
    "autonomy": ("state", "", "", "value"),
    "approval": ("state", "", "", "level"),
    "crisis": ("state", "", "", "size"),
    "activity": ("state", "", "", "level"),
    "continuity": ("state", "", "", "level"),
    "leader": ("state",),
    "segment_status": ("segment", "", "opening"),
    "segment_capacity": ("segment", "", "", "factor"),
    "segment_cost": ("segment", "", "", "factor"),
    "stage": ("process", "stage"),
    "pace": ("process", "", "", "factor"),
    "push": ("process", "state", "", "value"),
    "resist": ("process", "state", "", "value"),
    "interest": ("process", "state", "", "value"),
    "support": ("process", "state", "", "level"),
    "instrument": ("instrument", "", "", "on"),
    "reach": ("process", "stage"),
    "gate": ("gate", "", "outcome"),
    "parameter": ("parameter", "", "", "value"),
}


def step_of(moment: date, start: date, steps_per_year: int) -> int:
    """The step in which a date falls, by calendar months and the days left over."""
    months = (moment.year - start.year) * 12 + moment.month - start.month + (moment.day - start.day) / 31
    return math.floor(months * steps_per_year / 12 + 1e-9)


def _names(name: str, one: Mapping[str, Any], world: World) -> tuple[str, ...]:
    """The list in which a field's value has its number."""
    if name == "stage":
        return world.agenda.stages[world.agenda.processes.index(one["process"])]
    lists = {
        "organisation": world.organisations,
        "into": world.organisations,
        "with": world.organisations,
        "status": STATUSES,
        "rule": RULES,
        "domain": DOMAINS,
        "segment": world.network.segments,
        "opening": SEGMENT_STATUSES,
        "process": world.agenda.processes,
        "gate": world.agenda.gates,
        "outcome": OUTCOMES,
        "instrument": world.agenda.instruments,
    }
    return lists.get(name, world.states)


def _number(name: str, one: Mapping[str, Any], world: World) -> int:
    value = one[name]
    return field_index(value) if name == "parameter" else _names(name, one, world).index(value)


def _row(one: Mapping[str, Any], world: World) -> Row:
    layout = _LAYOUT[one["kind"]]
    places = [_number(name, one, world) if name else -1 for name in layout[:3]]
    amount = float(one[layout[3]]) if len(layout) > 3 else 0.0
    first, second, third = ([*places, -1, -1, -1])[:3]
    return INTERVENTIONS.index(one["kind"]), first, second, third, amount


def _plain(one: Mapping[str, Any], world: World) -> list[dict[str, Any]]:
    """An intervention in terms of the kinds that the rules know."""
    kind = one["kind"]
    if kind == "admit":
        return [{"status": "member", **one, "kind": "set_status"}]
    if kind == "mechanism":
        return [{"kind": "parameter", "parameter": one["mechanism"], "value": float(one["on"])}]
    if kind == "found":
        seat = {"kind": "founding_member", "organisation": one["organisation"], "status": "member"}
        return [dict(one), *({**seat, "state": name} for name in one["members"])]
    if kind == "apply":
        return [{"status": "member", **one}]
    if kind == "corridor":
        return _corridor(one, world)
    if kind == "role":
        said = [name for name in ("push", "resist", "interest") if one.get(name) is not None]
        return [{**one, "kind": name, "value": one[name]} for name in said]
    if kind == "scope":
        total = sum(one[domain] for domain in DOMAINS)
        return [{**one, "domain": domain, "share": one[domain] / total} for domain in DOMAINS]
    return [dict(one)]


def _corridor(one: Mapping[str, Any], world: World) -> list[dict[str, Any]]:
    """What happens to each segment that an intervention on a corridor concerns."""
    system = one.get("system")
    segments = [one["segment"]] if system is None else segments_of(system, world)
    rows: list[dict[str, Any]] = []
    for segment in segments:
        if one.get("status") is not None:
            rows.append({"kind": "segment_status", "segment": segment, "opening": one["status"]})
        for what in ("capacity", "cost"):
            if one.get(what) is not None:
                rows.append({"kind": f"segment_{what}", "segment": segment, "factor": one[what]})
    return rows


def segments_of(system: str, world: World) -> list[str]:
    """Ids of the segments that are part of a system."""
    network = world.network
    return [
        name for name, part_of in zip(network.segments, network.systems, strict=True) if system in part_of
    ]


def rows_of(one: Mapping[str, Any], world: World) -> list[Row]:
    """What an intervention comes to, as rows (kind, first, second, third, amount) in order.

    Ids have been checked before; an unknown one is a ValueError.
    """
    return [_row(part, world) for part in _plain(one, world)]


def plan(interventions: Iterable[tuple[int, Mapping[str, Any]]], world: World) -> Array:
    """PLAN records (L) from (step, intervention) pairs, in order; see `rows_of`."""
    rows = [(step, *row) for step, one in interventions for row in rows_of(one, world)]
    return np.array(rows, dtype=PLAN) if rows else np.zeros(0, PLAN)
