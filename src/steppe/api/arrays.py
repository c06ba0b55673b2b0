"""A measure of one entity straight from the arrays of a chunk, by the definitions of `analysis.observations`."""

from __future__ import annotations

from typing import Any

import numpy as np

from steppe.analysis.indicators import OfWorld, entities
from steppe.analysis.observations import MEMBER, OBSERVER, SUSPENDED
from steppe.api.naming import Named
from steppe.results.tables import CLOSING_KINDS, UNCHANGING_KINDS, ChunkTables, Coded

Array = np.ndarray[Any, Any]


def values_of(
    tables: ChunkTables, named: Named, of: OfWorld, year: int, steps: int, replicates: int
) -> Array:
    """(R,) the values of a measure of one entity; bool for a probability, else float32 with NaN where undefined.

    tables : of a chunk of replicates 0 … R - 1;  year : place of the observation;  steps : done by then
    """
    read = {"history": _from_events, "stages": _from_stages}.get(named.measure.table, _from_table)
    return read(tables, named, of, year, steps, replicates)


def _from_table(
    tables: ChunkTables, named: Named, of: OfWorld, year: int, steps: int, replicates: int
) -> Array:
    """A column of a yearly table, whose rows are by replicate, year, entity."""
    measure, column = named.measure, named.measure.column
    place = entities(measure, of).index(named.entity)
    if "{}" in column:
        place, pole = divmod(place, len(of.poles))
        column = column.format(of.poles[pole])
    cells = np.asarray(tables[measure.table][column])
    series = cells.reshape(replicates, -1, _size(named, of))[:, year, place]
    return series == 1 if measure.probability else series.astype(np.float32)


def _size(named: Named, of: OfWorld) -> int:
    """Rows of a yearly table for one replicate and year."""
    kind = named.measure.of[0] if named.measure.of else "pole"
    return 1 if kind == "pole" else len(of.entities(kind))


def _from_stages(
    tables: ChunkTables, named: Named, of: OfWorld, year: int, steps: int, replicates: int
) -> Array:
    """Whether, or after how many years, a process is found at a stage or beyond."""
    process, stage = named.entity.split("/", 1)
    names = list(of.stages)
    cells = np.asarray(tables["processes"]["stage"]).reshape(replicates, -1, len(names))
    reached = cells[:, : year + 1, names.index(process)] >= of.stages[process].index(stage)
    if named.measure.column == "reached":
        return np.asarray(reached[:, -1])
    never = year if named.measure.column == "years_to" else np.nan
    return np.where(reached.any(axis=1), reached.argmax(axis=1), never).astype(np.float32)


def _from_events(
    tables: ChunkTables, named: Named, of: OfWorld, year: int, steps: int, replicates: int
) -> Array:
    """A status, a merger or a count of changes of leader, from the start and the events."""
    events = tables["events"]
    past = np.asarray(events["step"]) < steps
    replicate = np.asarray(events["replicate"])
    if named.measure.column == "leaders":
        own = past & _is(events["kind"], "leader_changed") & _is(events["state"], named.entity)
        return np.bincount(replicate[own], minlength=replicates).astype(np.float32)
    first, second = named.entity.split("/", 1)
    if named.measure.column == "merged":
        own = past & _is(events["kind"], *CLOSING_KINDS) & _is(events["organisation"], first)
        into = np.zeros(replicates, bool)
        into[replicate[own]] = _is(events["other"], second)[own] & _is(events["kind"], "merged")[own]
        return into
    closing = _is(events["kind"], *CLOSING_KINDS)
    after = np.asarray(events["status_to"])
    changing = _is(events["state"], first) & ~_is(events["kind"], *UNCHANGING_KINDS) & (after >= 0)
    own = past & _is(events["organisation"], second) & (closing | changing)
    at_first = of.world.status[of.entities("state").index(first), of.entities("organisation").index(second)]
    status = np.full(replicates, at_first)
    status[replicate[own]] = np.where(closing, 0, after)[own]  # in order: the last one stays
    return status == MEMBER if named.measure.column == "member" else np.isin(status, (OBSERVER, SUSPENDED))


def _is(column: Any, *texts: str) -> Array:
    """Where a column of texts is one of these."""
    coded: Coded = column
    return np.isin(coded.codes, [place for place, name in enumerate(coded.names) if name in texts])
