"""Outcome measures straight from the arrays of a chunk, for runs that keep nothing else.

The same definitions as `analysis.observations` reads from stored tables; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steppe.errors import input_error
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.observe import Record
from steppe.mechanisms.state import MEMBER, OBSERVER, SUSPENDED
from steppe.results.indicators import MEASURES, SYSTEM, Measure, OfWorld, entities
from steppe.results.tables import CLOSING_KINDS, UNCHANGING_KINDS
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

_CLOSING = [KINDS.index(kind) for kind in CLOSING_KINDS if kind in KINDS]
_UNCHANGING = [KINDS.index(kind) for kind in UNCHANGING_KINDS if kind in KINDS]


@dataclass(frozen=True)
class Wanted:
    """One number of a replicate: a measure of an entity at an observation.

    entity : as `results.indicators.entities` names it;  year : calendar year;  place : observation, 0 the start
    """

    measure: Measure
    entity: str
    year: int
    place: int


def wanted(names: Iterable[str], world: World, years: int) -> tuple[Wanted, ...]:
    """What texts like ``member UZB/EAEU`` (at the end) or ``cohesion CCA @2031`` ask for.

    years : length of the run.  Raises InputError with what is accepted.
    """
    found = [_one(name, world, years) for name in names]
    return tuple(dict.fromkeys(found))


def _one(name: str, world: World, years: int) -> Wanted:
    text, _, at = name.partition("@")
    words = text.split()
    known = {measure.id: measure for measure in MEASURES}
    if not words or len(words) > 2 or words[0] not in known:
        given = words[0] if words else name
        raise input_error("no such measure", key="design.outcomes", value=given, accepted=sorted(known))
    measure = known[words[0]]
    of = entities(measure, OfWorld(world))
    entity = words[1] if len(words) == 2 else SYSTEM
    if entity not in of:
        raise input_error(
            f"{measure.id} is measured of {' and '.join(measure.of) or SYSTEM}",
            key="design.outcomes",
            value=entity,
            accepted=of,
        )
    first = world.start.year
    year = first + years if not at else _year(at, name, first, years)
    return Wanted(measure, entity, year, year - first)


def _year(text: str, name: str, first: int, years: int) -> int:
    if text.strip().isdigit() and first <= int(text) <= first + years:
        return int(text)
    raise input_error(
        "the run has no such year",
        key="design.outcomes",
        value=name,
        accepted=f"@{first} to @{first + years}",
    )


def outcome_values(
    record: Record, events: Array, first: int, world: World, steps_per_year: int, asked: Sequence[Wanted]
) -> Array:
    """(K, R) float32 of each wanted number in each replicate; NaN where it is undefined, 1 for true.

    record : yearly series of R replicates, the first being number `first`;  events : their EVENT records in order
    """
    history = _History(events, first, record.alive.shape[0], world, steps_per_year)
    out = np.empty((len(asked), record.alive.shape[0]), np.float32)
    for k, one in enumerate(asked):
        if one.measure.table == "history":
            out[k] = history.values(one)
        elif one.measure.table == "stages":
            out[k] = _stage(record, world, one)
        else:
            out[k] = _column(record, world, one)
    return out


def _column(record: Record, world: World, one: Wanted) -> Array:
    """(R,) a measure that is a column of a yearly table."""
    head, _, tail = one.entity.partition("/")
    y, table, column = one.place, one.measure.table, one.measure.column
    if table == "poles":
        if column == "polarisation":
            return record.polarisation[:, y]
        return record.influence[:, y, world.poles.index(head)]
    if table == "alignments" and "{}" in column:
        of_poles = {"share_{}": record.shares, "tie_{}": record.ties, "affinity_{}": record.affinities}
        return of_poles[column][:, y, world.states.index(head), world.poles.index(tail)]
    if table == "corridors":
        e = world.network.segments.index(head)
        return record.segment_status[:, y, e] == 1 if column == "status" else record.segment_flow[:, y, e]
    if table == "demands":
        q = world.network.demands.index(head)
        if column == "shipped":
            return record.demand_shipped[:, y, q] * np.float32(world.network.volume[q])
        return (
            record.demand_cost[:, y, q]
            if column == "cost"
            else record.demand_via[:, y, q, world.poles.index(tail)]
        )
    names = {"organisations": world.organisations, "processes": world.agenda.processes}.get(
        table, world.states
    )
    series: Array = getattr(record, column)
    return series[:, y, names.index(head)]


def _stage(record: Record, world: World, one: Wanted) -> Array:
    """(R,) whether, or how many years after the start, a process was observed at a stage or beyond."""
    process, _, stage = one.entity.partition("/")
    p = world.agenda.processes.index(process)
    reached = record.stage[:, : one.place + 1, p] >= world.agenda.stages[p].index(stage)
    if one.measure.column == "reached":
        return reached[:, -1]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan)
    if one.measure.column == "years_to":
        return np.where(np.isnan(first), one.place, first)
    return first


class _History:
    """Statuses, mergers and leaders of a chunk, which follow from the start and the events."""

    def __init__(self, events: Array, first: int, replicates: int, world: World, steps_per_year: int) -> None:
        self.events, self.world, self.per_year = events, world, steps_per_year
        self.replicate = events["replicate"].astype(np.int64) - first
        self.replicates = replicates

    def values(self, one: Wanted) -> Array:
        """(R,) a measure that follows from the events."""
        past = self.events["step"] < one.place * self.per_year
        head, _, tail = one.entity.partition("/")
        if one.measure.column == "leaders":
            fallen = past & (self.events["kind"] == KINDS.index("leader_changed"))
            fallen &= self.events["state"] == self.world.states.index(head)
            return np.bincount(self.replicate[fallen], minlength=self.replicates)
        if one.measure.column == "merged":
            return self._merged(past, head, tail)
        status = self._status(past, self.world.states.index(head), self.world.organisations.index(tail))
        if one.measure.column == "member":
            return np.asarray(status == MEMBER)
        return np.asarray((status == OBSERVER) | (status == SUSPENDED))

    def _status(self, past: Array, i: int, o: int) -> Array:
        """(R,) status of a state in a body: the last change, unless the body was closed after it."""
        events = self.events
        own = past & (events["organisation"] == o)
        closed = own & np.isin(events["kind"], _CLOSING)
        changed = (
            own & (events["state"] == i) & (events["status_to"] >= 0) & ~np.isin(events["kind"], _UNCHANGING)
        )
        status = np.full(self.replicates, self.world.status[i, o], np.int64)
        rows = np.flatnonzero(closed | changed)  # in the order of events, so that the last one stays
        _, last = np.unique(self.replicate[rows][::-1], return_index=True)
        last = rows[len(rows) - 1 - last]
        status[self.replicate[last]] = np.where(closed[last], 0, events["status_to"][last])
        return status

    def _merged(self, past: Array, one: str, into: str) -> Array:
        """(R,) whether the last merger of a body was into another."""
        bodies = self.world.organisations
        rows = np.flatnonzero(
            past
            & (self.events["kind"] == KINDS.index("merged"))
            & (self.events["organisation"] == bodies.index(one))
        )
        found = np.full(self.replicates, -1)
        found[self.replicate[rows]] = self.events["other"][rows]
        return np.asarray(found == bodies.index(into))
