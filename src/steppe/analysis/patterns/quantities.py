"""Quantities of a pattern, replicate by replicate, from the tables of a chunk in memory.

The same numbers as `analysis.observations` reads from a stored run: a test compares the two for every measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from steppe.analysis.intervals import Array
from steppe.config.patterns import Event, Quantity
from steppe.errors import InputError, input_error
from steppe.results.indicators import MEASURES, SYSTEM, Measure
from steppe.results.tables import (
    CLOSING_KINDS,
    EVENT_KINDS,
    UNCHANGING_KINDS,
    ChunkTables,
    Coded,
    entity_of,
    table_schemas,
)
from steppe.world.arrays import World

MEMBER, OBSERVERS = 2, (1, 3)
NEVER = np.inf
ANY = "/*"  # of a pair: with any state
TOLERANCE = 1e-6  # of a rung, stored as float32


@dataclass(frozen=True)
class Chunk:
    """Replicates of one scenario in memory.

    tables : as `simulation.runner.simulate` returns them;  years : of the run, the start not counted
    rungs : (R, N, N) or (1, N, N) bilateral rungs at the start of each replicate
    """

    world: World
    tables: ChunkTables
    years: int
    steps_per_year: int
    rungs: Array

    @property
    def first(self) -> int:
        """The number of its first replicate."""
        numbers: Any = self.tables["poles"]["replicate"]
        return int(numbers[0])

    @property
    def replicates(self) -> int:
        """R."""
        return len(self.tables["poles"]["replicate"]) // (self.years + 1)

    def values(self, quantity: Quantity) -> Array:
        """(R,) bool where the quantity is a condition or happens or not, else float with NaN where undefined.

        Raises InputError where the run does not have what is named.
        """
        found = self._raw(quantity)
        if quantity.at_least is not None or quantity.at_most is not None:
            low = -np.inf if quantity.at_least is None else quantity.at_least - TOLERANCE
            high = np.inf if quantity.at_most is None else quantity.at_most + TOLERANCE
            number = found.astype(float)
            found = (number >= low) & (number <= high)  # what is undefined is neither
        return found if quantity.happens else ~found.astype(bool)

    def _raw(self, quantity: Quantity) -> Array:
        if quantity.measure is not None:
            return self._measured(quantity)
        if quantity.rung is not None:
            return self._rung(quantity.rung)
        if quantity.event is not None:
            return self._time(quantity.event) < NEVER
        if quantity.when is not None:
            when = self._time(quantity.when)
            return np.where(when < NEVER, when, np.nan)
        times = [self._time(event) for event in quantity.order]
        return np.asarray(np.all([one <= other for one, other in pairwise(times)], axis=0))

    # --- measures ---------------------------------------------------------------------------------------

    def _measured(self, quantity: Quantity) -> Array:
        known = {measure.id: measure for measure in MEASURES}
        measure = known.get(str(quantity.measure))
        if measure is None:
            raise input_error("no such measure", key="measure", value=quantity.measure, accepted=known)
        start = self.world.start.year
        year = start + self.years if quantity.year is None else quantity.year
        if not start <= year <= start + self.years:
            raise InputError(
                "the run does not reach the year",
                key="year",
                value=year,
                accepted=f"{start} to {start + self.years}",
            )
        entities = quantity.of or (SYSTEM,)
        each = [self._of(measure, entity, year - start) for entity in entities]
        return each[0] if len(each) == 1 else np.mean(np.asarray(each, float), axis=0)

    def _of(self, measure: Measure, entity: str, y: int) -> Array:
        parts = entity.split("/") if measure.of else []
        if len(parts) != len(measure.of):
            of = " and ".join(measure.of) or SYSTEM
            raise InputError(f"{measure.id} is measured of {of}", key="of", value=entity, accepted=of)
        if measure.of == ("process", "stage"):
            process = self._place("process", parts[0])
            return self._reached(measure, process, self._stage(process, parts[1]), y)
        places = [self._place(kind, name) for kind, name in zip(measure.of, parts, strict=True)]
        if measure.column == "leaders":
            return self._leaders(places[0], y)
        if measure.table == "history":
            return self._history(measure, places, y)
        return self._column(measure, parts, places, y)

    def _column(self, measure: Measure, parts: Sequence[str], places: Sequence[int], y: int) -> Array:
        """A column of a yearly table at year y."""
        pole = parts[-1] if "{}" in measure.column else ""
        table = self.tables.get(measure.table, {})
        name = measure.column.format(pole)
        if name not in table:
            raise InputError(f"the world has no {measure.id}", key="measure", value=measure.id)
        key = entity_of(table_schemas(self.world.poles)[measure.table])
        count = len(self._names(key)) if key else 1
        row = places[0] if key else 0
        column: Any = table[name]
        values = column.reshape(self.replicates, self.years + 1, count)[:, y, row]
        return np.asarray(values == 1 if measure.probability else values.astype(float))

    def _history(self, measure: Measure, places: Sequence[int], y: int) -> Array:
        """Statuses and mergers, which follow from the start and the events."""
        first, second = places
        closing = self._kinds(CLOSING_KINDS)
        mergers = measure.column == "merged"
        body = first if mergers else second
        which = closing & (self._codes("organisation") == body)
        if not mergers:
            status = self._events["status_to"]
            which |= (
                ~self._kinds(UNCHANGING_KINDS)
                & (self._codes("organisation") == body)
                & (self._codes("state") == first)
                & (status >= 0)
            )
        which &= self._events["step"] < y * self.steps_per_year
        rows = np.flatnonzero(which)
        last = np.full(self.replicates, -1)
        last[self._events["replicate"][rows] - self.first] = rows  # of several the last one stays
        some = last >= 0
        if mergers:
            merged = np.zeros(self.replicates, bool)
            merged[some] = self._codes("other")[last[some]] == second
            return merged
        now = np.full(self.replicates, self.world.status[first, body])
        now[some] = np.where(closing[last[some]], 0, self._events["status_to"][last[some]])
        return now == MEMBER if measure.column == "member" else np.isin(now, OBSERVERS)

    def _leaders(self, state: int, y: int) -> Array:
        """Changes of leader of a state since the start."""
        which = self._kinds(("leader_changed",)) & (self._codes("state") == state)
        which &= self._events["step"] < y * self.steps_per_year
        return np.bincount(self._events["replicate"][which] - self.first, minlength=self.replicates).astype(
            float
        )

    def _reached(self, measure: Measure, process: int, stage: int, y: int) -> Array:
        """Whether, or after how many years, a process is seen at a stage or beyond."""
        column: Any = self.tables["processes"]["stage"]
        count = len(self.world.agenda.processes)
        seen = column.reshape(self.replicates, self.years + 1, count)[:, : y + 1, process] >= stage
        if measure.column == "reached":
            return np.asarray(seen[:, -1])
        otherwise = float(y) if measure.column == "years_to" else np.nan
        return np.where(seen.any(axis=1), seen.argmax(axis=1).astype(float), otherwise)

    # --- events -----------------------------------------------------------------------------------------

    @property
    def _events(self) -> dict[str, Any]:
        return self.tables["events"]

    def _codes(self, column: str) -> Array:
        coded: Any = self._events[column]
        return np.asarray(coded.codes)

    def _kinds(self, kinds: Sequence[str]) -> Array:
        coded: Coded = self._events["kind"]
        return np.isin(coded.codes, [coded.names.index(kind) for kind in kinds])

    def _time(self, event: Event) -> Array:
        """(R,) years from the start to the first day of the step of the event, infinite if there is none."""
        rows = np.flatnonzero(self._matching(event))
        replicate = self._events["replicate"][rows] - self.first
        begins = np.searchsorted(replicate, np.arange(self.replicates))
        turn = np.arange(len(rows)) - begins[replicate]
        chosen = turn == event.nth - 1
        out = np.full(self.replicates, NEVER)
        out[replicate[chosen]] = self._events["step"][rows[chosen]] / self.steps_per_year
        return out

    def _matching(self, event: Event) -> Array:
        for kind in event.kind:
            if kind not in EVENT_KINDS:
                raise input_error("no such event", key="kind", value=kind, accepted=EVENT_KINDS)
        which = self._kinds(event.kind)
        for column in ("state", "organisation", "process"):
            named = getattr(event, column)
            if named is not None:
                which &= self._codes(column) == self._place(column, named)
        if event.other is not None:
            which &= self._codes("other") == self._place("organisation", event.other)
        if event.pair is not None:
            which &= self._pair(event.pair)
        if event.stage is not None:
            if event.process is None:
                raise InputError("a stage is one of a process", key="process")
            process = self._place("process", event.process)
            which &= self._events["status_to"] >= self._stage(process, event.stage)
        if event.reaches is not None:
            which &= self._events["value"] >= event.reaches - TOLERANCE
        for bound, later in ((event.since, True), (event.until, False)):
            if bound is not None:
                at = np.datetime64(bound)
                which &= self._events["time"] >= at if later else self._events["time"] < at
        return np.asarray(which)

    def _pair(self, pair: str) -> Array:
        state, partner = self._codes("state"), self._codes("partner")
        if pair.endswith(ANY):
            i = self._place("state", pair.removesuffix(ANY))
            return np.asarray((state == i) | (partner == i))
        i, j = self._two(pair)
        return np.asarray(((state == i) & (partner == j)) | ((state == j) & (partner == i)))

    def _rung(self, pair: str) -> Array:
        """The rung between two states at the end: that of the start, or the last that was climbed or slid to."""
        i, j = self._two(pair)
        rows = np.flatnonzero(self._kinds(("climbed", "descended")) & self._pair(pair))
        out = np.broadcast_to(self.rungs[:, i, j], (self.replicates,)).astype(float)
        out[self._events["replicate"][rows] - self.first] = self._events["value"][rows]
        return out

    # --- names ------------------------------------------------------------------------------------------

    def _two(self, pair: str) -> tuple[int, int]:
        names = pair.split("/")
        if len(names) != 2:
            raise InputError("a pair is two states", key="pair", value=pair, accepted="KAZ/TUR")
        return self._place("state", names[0]), self._place("state", names[1])

    def _stage(self, process: int, name: str) -> int:
        stages = self.world.agenda.stages[process]
        if name not in stages:
            raise input_error("no such stage", key="stage", value=name, accepted=stages)
        return stages.index(name)

    def _place(self, kind: str, name: str) -> int:
        names = self._names(kind)
        if name not in names:
            raise input_error(f"no such {kind}", key=kind, value=name, accepted=names)
        return names.index(name)

    def _names(self, kind: str) -> tuple[str, ...]:
        world = self.world
        return {
            "state": world.states,
            "organisation": world.organisations,
            "other": world.organisations,
            "pole": world.poles,
            "segment": world.network.segments,
            "demand": world.network.demands,
            "process": world.agenda.processes,
        }[kind]


def scale_of(quantity: Quantity) -> float:
    """A change that weighs as much as a certain change of membership, in the quantity's own unit."""
    if quantity.at_least is not None or quantity.at_most is not None:
        return 1.0
    if quantity.measure is not None:
        return next((measure.scale for measure in MEASURES if measure.id == quantity.measure), 1.0)
    return {True: 0.5}.get(quantity.rung is not None, 5.0 if quantity.when is not None else 1.0)


def is_outcome(quantity: Quantity) -> bool:
    """Whether it is there or not, true or false."""
    if quantity.at_least is not None or quantity.at_most is not None or not quantity.happens:
        return True
    if quantity.measure is not None:
        of_outcomes = {measure.id for measure in MEASURES if measure.probability}
        return quantity.measure in of_outcomes and len(quantity.of) < 2
    return quantity.event is not None or bool(quantity.order)


def unit_of(quantity: Quantity) -> str:
    """Its unit, "1" for pure numbers."""
    if quantity.measure is not None and quantity.at_least is None and quantity.at_most is None:
        return next((measure.unit for measure in MEASURES if measure.id == quantity.measure), "1")
    return "y" if quantity.when is not None else "1"
