"""What a stage of a process requires, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from steppe.analysis.explaining.decisions import Array
from steppe.mechanisms.records import REQUIREMENTS
from steppe.world.arrays import World


@dataclass(frozen=True)
class Requirement:
    """A precondition of a stage.  kind : see docs/equations.md;  of : what it is about;  now, before : whether it holds"""

    kind: str
    of: tuple[str, ...]
    level: float | None
    now: bool
    before: bool


def requirements_of(
    world: World, now: Array, then: Array, process: int, stage: int, holds: Callable[..., Any]
) -> tuple[Requirement, ...]:
    """The requirements of a stage, each with whether it holds in two records (1,).  holds : the kernel"""
    row = now[0]
    found = []
    for place in range(int(row["n_requirements"])):
        one = row["requirement"][place]
        if int(one["process"]) == process and int(one["stage"]) == stage:
            kind, first, second = REQUIREMENTS[int(one["kind"])], int(one["first"]), int(one["second"])
            level = float(one["level"]) if kind in ("depth", "tie", "pairs") else None
            of = _named(world, kind, first, second)
            found.append(Requirement(kind, of, level, bool(holds(row, place)), bool(holds(then[0], place))))
    return tuple(found)


def _named(world: World, kind: str, first: int, second: int) -> tuple[str, ...]:
    agenda = world.agenda
    if kind == "process":
        return (agenda.processes[first], agenda.stages[first][second])
    if kind == "gate":
        return (agenda.gates[first],)
    if kind in ("depth", "pairs"):
        return (world.organisations[first],)
    if kind == "open":
        return (world.network.segments[first],)
    if kind == "member":
        return (world.states[first], world.organisations[second])
    return (world.states[first], world.states[second])
