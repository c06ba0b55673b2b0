"""A scenario's interventions as the records that the rules read."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np

from steppe.mechanisms.parameters import field_index
from steppe.mechanisms.records import PLAN
from steppe.mechanisms.shocks import INTERVENTIONS
from steppe.world.arrays import RULES, STATUSES, World

Array = np.ndarray[Any, Any]

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
    "tie": ("a", "b", "", "level"),
    "affinity": ("a", "b", "", "change"),
    "threat": ("on", "by", "", "level"),
    "conflict": ("a", "b", "", "level"),
    "threat_shock": ("state", "", "", "size"),
    "capability": ("state", "", "", "factor"),
    "prestige": ("state", "", "", "change"),
    "transit": ("state", "on", "", "share"),
    "autonomy": ("state", "", "", "value"),
    "parameter": ("parameter", "", "", "value"),
}


def step_of(moment: date, start: date, steps_per_year: int) -> int:
    """The step in which a date falls, by calendar months and the days left over."""
    months = (moment.year - start.year) * 12 + moment.month - start.month + (moment.day - start.day) / 31
    return math.floor(months * steps_per_year / 12 + 1e-9)


def _number(name: str, value: Any, world: World) -> int:
    if name in ("organisation", "into"):
        return world.organisations.index(value)
    if name == "status":
        return STATUSES.index(value)
    if name == "rule":
        return RULES.index(value)
    if name == "parameter":
        return field_index(value)
    return world.states.index(value)


def _row(step: int, one: Mapping[str, Any], world: World) -> tuple[int, int, int, int, int, float]:
    layout = _LAYOUT[one["kind"]]
    places = [_number(name, one[name], world) if name else -1 for name in layout[:3]]
    amount = float(one[layout[3]]) if len(layout) > 3 else 0.0
    first, second, third = ([*places, -1, -1, -1])[:3]
    return step, INTERVENTIONS.index(one["kind"]), first, second, third, amount


def _plain(one: Mapping[str, Any]) -> list[dict[str, Any]]:
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
    return [dict(one)]


def plan(interventions: Iterable[tuple[int, Mapping[str, Any]]], world: World) -> Array:
    """PLAN records (L) from (step, intervention) pairs, in order.

    Ids have been checked before; an unknown one is a ValueError.
    """
    rows = [_row(step, part, world) for step, one in interventions for part in _plain(one)]
    return np.array(rows, dtype=PLAN) if rows else np.zeros(0, PLAN)
