"""Pressure: what the leverage of one state over another counted for, by what the leverage comes from.

Leverage is linear in its three weights unless it is at its bound of 1; a part is what disappears without its weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steppe.analysis.explaining.decisions import Array, Cell, without
from steppe.mechanisms.alignment import leverage
from steppe.world.arrays import World

_ROUNDING = 1e-12
# part → weight, and the array of the world that it weighs
_PARTS: Mapping[str, tuple[str, str]] = {
    "pressure_trade": ("lev_trade", "share0"),
    "pressure_protection": ("lev_protection", "tie"),
    "pressure_transit": ("lev_transit", "transit"),
}


@dataclass(frozen=True)
class Pressure:
    """Parts of a pressure that add up to it, with the parameters and cells that enter each."""

    parts: Mapping[str, float]
    parameters: Mapping[str, tuple[str, ...]]
    cells: Mapping[str, tuple[Cell, ...]]


def pressure(record: Array, world: World, i: int, k: int, weight: str, sign: float = 1.0) -> Pressure:
    """sign × weight × leverage of state k over state i.  k : -1 for nobody;  weight : a parameter of membership"""
    row = record[0]
    factor = sign * float(row["p"][weight])
    whole = _leverage(row, i, k)
    parts = {
        name: factor * (whole - _leverage(without(record, lever)[0], i, k))
        for name, (lever, _) in _PARTS.items()
    }
    rest = factor * whole - sum(parts.values())
    if abs(rest) > _ROUNDING:
        parts["pressure_bound"] = rest
    one, other = world.states[i], world.states[k] if k >= 0 else ""
    return Pressure(
        parts,
        {name: (f"membership.{weight}", f"membership.{lever}") for name, (lever, _) in _PARTS.items()},
        {
            name: ((array, one, other), ("capability", one), ("capability", other)) if other else ()
            for name, (_, array) in _PARTS.items()
        },
    )


def holder(record: Array, i: int, candidates: list[int]) -> int:
    """The state with the most leverage over i; the first of several, -1 for nobody."""
    row = record[0]
    held = [k for k in candidates if k != i and _leverage(row, i, k) > 0.0]
    return max(held, key=lambda k: _leverage(row, i, k)) if held else -1


def _leverage(row: Any, i: int, k: int) -> float:
    return float(leverage(row, i, k)) if k >= 0 else 0.0
