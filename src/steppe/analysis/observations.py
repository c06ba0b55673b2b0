"""Outcome measures replicate by replicate, as arrays read from a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.analysis.intervals import Array
from steppe.errors import input_error
from steppe.results.indicators import Measure, chosen, entities
from steppe.results.parts import literal, name_quoted
from steppe.results.query import Run
from steppe.results.tables import CLOSING_KINDS, UNCHANGING_KINDS, entity_of, schemas_of, table_schemas

MEMBER = 2
OBSERVER, SUSPENDED = 1, 3
_STORED = {"history": "events", "stages": "processes"}  # where measures that follow from others are read
_CELLS = 60_000_000  # numbers read at a time; bounds the memory to about a gigabyte


@dataclass(frozen=True)
class Observed:
    """One measure at one year.

    entities : (E) ids
    replicates : (R) ascending
    values : (E, R) bool for probabilities, otherwise float32 with NaN where undefined
    """

    measure: Measure
    year: int
    entities: tuple[str, ...]
    replicates: NDArray[np.int32]
    values: Array


def observe(
    run: Run,
    scenario: str,
    years: Sequence[int] | None = None,
    names: Iterable[str] | None = None,
    point: int = 0,
) -> Iterator[Observed]:
    """Measures (all, or those named) at years (the last) of a scenario, one after the other.

    The order depends on the measures and years only. Raises InputError for what the run does not have.
    """
    measures = chosen(names)
    for measure in measures if names is not None else ():
        if not entities(measure, run):
            of = " and ".join(measure.of)
            raise input_error(
                f"{measure.id} is measured of {of}, and the run lacks them", key="measure", value=measure.id
            )
        if not is_stored(measure, run):
            raise input_error(
                f"the run has no {measure.id}: it was stored before there was such a measure",
                key="measure",
                value=measure.id,
            )
    wanted = sorted(set(run.years[-1:] if years is None else years))
    for year in wanted:
        run.steps_done(year)
    replicates = replicates_of(run, scenario, point)
    stored = {_STORED.get(measure.table, measure.table) for measure in measures}
    connection = run.connection_to(scenario, point, *sorted(stored & set(schemas_of(run.manifest))))
    try:
        for table in dict.fromkeys(measure.table for measure in measures):
            own = [m for m in measures if m.table == table and entities(m, run) and is_stored(m, run)]
            if not own:  # a world without organisations
                continue
            read = {"history": _from_events, "stages": _from_stages}.get(table, _from_table)
            yield from read(run, connection, own, wanted, replicates)
    finally:
        connection.close()


def replicates_of(run: Run, scenario: str, point: int = 0) -> NDArray[np.int32]:
    """(R,) the replicates that are stored, ascending. Raises InputError where there is none."""
    replicates = run.replicates(scenario, point)
    if not len(replicates):
        raise input_error(
            "no replicate of the scenario is stored", key="scenario", value=f"{scenario}, point {point}"
        )
    return replicates


def is_stored(measure: Measure, run: Run) -> bool:
    """Whether the run has the column of a measure; one from before there was such a column has not."""
    table = run.manifest["tables"].get(measure.table)
    if table is None:  # what follows from events or years
        return True
    name = measure.column.format(run.poles[0]) if "{}" in measure.column else measure.column
    return any(column["name"] == name for column in table["columns"])


def _from_table(
    run: Run, connection: Any, measures: list[Measure], years: list[int], replicates: NDArray[np.int32]
) -> Iterator[Observed]:
    """Measures that are columns of a yearly table."""
    table = measures[0].table
    key = entity_of(table_schemas(run.poles)[table])
    members = ("",) if key is None else run.entities(key)
    columns = {
        m.id: [m.column.format(pole) for pole in run.poles] if "{}" in m.column else [m.column]
        for m in measures
    }
    names = [name for group in columns.values() for name in group]
    at_once = max(1, _CELLS // (len(members) * len(names) * len(replicates)))
    for start in range(0, len(years), at_once):
        block = years[start : start + at_once]
        read = _read_block(connection, table, key, members, names, block, replicates)
        for y, year in enumerate(block):
            for measure in measures:
                stacked = np.stack([read[name][y] for name in columns[measure.id]], axis=1)
                values = stacked.reshape(-1, len(replicates))
                if measure.probability:
                    values = values == 1
                yield Observed(measure, year, entities(measure, run), replicates, values)


def _read_block(
    connection: Any,
    table: str,
    key: str | None,
    members: Sequence[str],
    names: list[str],
    years: list[int],
    replicates: NDArray[np.int32],
) -> dict[str, Array]:
    """Columns of a table: name → (years, members, R) float32, NaN where there is none."""
    entity = f"list_position({_list(members)}, {key})::INTEGER - 1" if key else "0::INTEGER"
    numbers = ", ".join(
        f"ifnull({name_quoted(name)}::FLOAT, 'nan'::FLOAT) AS {name_quoted(name)}" for name in names
    )
    rows = connection.execute(
        f"SELECT replicate, list_position({_list(years)}, year::INTEGER)::INTEGER - 1 AS y, {entity} AS e, "
        f"{numbers} FROM {table} WHERE year IN ({', '.join(str(year) for year in years)})"
    ).fetchnumpy()
    where = _plain(rows["y"]).astype(np.int64) * len(members) + _plain(rows["e"])
    where = where * len(replicates) + np.searchsorted(replicates, _plain(rows["replicate"]))
    found = {}
    for name in names:
        cells = np.full(len(years) * len(members) * len(replicates), np.nan, np.float32)
        cells[where] = _plain(rows[name])
        found[name] = cells.reshape(len(years), len(members), len(replicates))
    return found


def _from_stages(
    run: Run, connection: Any, measures: list[Measure], years: list[int], replicates: NDArray[np.int32]
) -> Iterator[Observed]:
    """Whether and when each stage of each process was reached, by the years observed so far."""
    lengths = [len(stages) - 1 for stages in run.stages.values()]
    process = np.repeat(np.arange(len(lengths)), lengths)
    stage = np.concatenate([np.arange(1, length + 1) for length in lengths])[:, None]
    first = np.full((len(process), len(replicates)), np.nan, np.float32)
    past = [year for year in run.years if year <= years[-1]]
    at_once = max(1, _CELLS // (len(lengths) * len(replicates)))
    for start in range(0, len(past), at_once):
        block = past[start : start + at_once]
        names = list(run.stages)
        read = _read_block(connection, "processes", "process", names, ["stage"], block, replicates)["stage"]
        for y, year in enumerate(block):
            reached = read[y][process] >= stage
            first = np.where(np.isnan(first) & reached, np.float32(year - run.years[0]), first)
            for measure in measures if year in years else ():
                values = reached if measure.column == "reached" else first
                if measure.column == "years_to":
                    values = np.where(np.isnan(first), np.float32(year - run.years[0]), first)
                yield Observed(measure, year, entities(measure, run), replicates, values)


def _from_events(
    run: Run, connection: Any, measures: list[Measure], years: list[int], replicates: NDArray[np.int32]
) -> Iterator[Observed]:
    """Statuses, mergers and changes of leader, which follow from the start and the events."""
    fallen = (
        _leaders(run, connection, years, replicates) if "leaders" in {m.column for m in measures} else None
    )
    for y, (year, status, merged) in enumerate(histories(run, connection, years, replicates)):
        for measure in measures:
            if measure.column == "leaders" and fallen is not None:
                values = fallen[y]
            elif measure.column == "merged":
                into = merged[:, None, :] == np.arange(len(run.organisations))[None, :, None]
                values = into.reshape(-1, len(replicates))
            elif measure.column == "member":
                values = (status == MEMBER).reshape(-1, len(replicates))
            else:
                values = ((status == OBSERVER) | (status == SUSPENDED)).reshape(-1, len(replicates))
            yield Observed(measure, year, entities(measure, run), replicates, values)


def histories(
    run: Run, connection: Any, years: list[int], replicates: NDArray[np.int32]
) -> Iterator[tuple[int, NDArray[np.int8], NDArray[np.int16]]]:
    """Statuses (N, M, R) and the body that each merged into (M, R; -1 none) by year; arrays are reused."""
    n, m, r = len(run.states), len(run.organisations), len(replicates)
    status = np.repeat(run.initial_statuses[:, :, None], r, axis=2)
    merged = np.full((m, r), -1, np.int16)
    step, state, body, other, after, replicate = _changes(run, connection)
    at = np.searchsorted(replicates, replicate)
    closing = state < 0
    begin = 0
    for year in years:
        end = int(np.searchsorted(step, run.steps_done(year)))
        now = slice(begin, end)
        repeats = np.where(closing[now], n, 1)
        row = np.repeat(np.arange(begin, end), repeats)
        turn = np.arange(len(row)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        i = np.where(closing[row], turn, state[row])
        _assign(status, (i * m + body[row]) * r + at[row], np.where(closing[row], 0, after[row]))
        ended = np.flatnonzero(closing[now]) + begin
        _assign(merged, body[ended] * r + at[ended], other[ended])
        begin = end
        yield year, status, merged


def _leaders(
    run: Run, connection: Any, years: list[int], replicates: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Changes of leader since the start (Y, N, R)."""
    rows = connection.execute(
        f"SELECT step::INTEGER AS step, replicate, list_position({_list(run.states)}, state)::INTEGER - 1 AS i "
        "FROM events WHERE kind = 'leader_changed'"
    ).fetchnumpy()
    step, replicate, state = (_plain(rows[name]) for name in ("step", "replicate", "i"))
    n, r = len(run.states), len(replicates)
    where = state.astype(np.int64) * r + np.searchsorted(replicates, replicate)
    counts = [np.bincount(where[step < run.steps_done(year)], minlength=n * r) for year in years]
    return np.stack(counts).reshape(len(years), n, r).astype(np.float32)


def _assign(target: Array, where: Array, what: Array) -> None:
    """target[where] = what, in order: of several values for one place the last one stays."""
    _, last = np.unique(where[::-1], return_index=True)
    chosen_rows = len(where) - 1 - last
    target.reshape(-1)[where[chosen_rows]] = what[chosen_rows]


def _changes(run: Run, connection: Any) -> tuple[Array, ...]:
    """Changes of status and ends of bodies by time; within one replicate in the order of the events.

    Arrays: step, state (-1 where a body ends), body, body merged into (-1), status, replicate.
    """
    states, bodies = _list(run.states), _list(run.organisations)
    unchanging = ", ".join(literal(kind) for kind in UNCHANGING_KINDS)
    closing = ", ".join(literal(kind) for kind in CLOSING_KINDS)
    rows = connection.execute(
        f"""SELECT step::INTEGER AS step, replicate,
            list_position({bodies}, organisation)::INTEGER - 1 AS body,
            if(kind IN ({closing}), 0, list_position({states}, state))::INTEGER - 1 AS state,
            if(kind = 'merged', list_position({bodies}, other), 0)::INTEGER - 1 AS other,
            ifnull(status_to, 0)::INTEGER AS after
        FROM events
        WHERE kind IN ({closing}) OR (kind NOT IN ({unchanging}) AND state IS NOT NULL
            AND organisation IS NOT NULL AND status_to IS NOT NULL)
        ORDER BY step, replicate, sequence"""
    ).fetchnumpy()
    names = ("step", "state", "body", "other", "after", "replicate")
    return tuple(_plain(rows[name]) for name in names)


def _plain(values: Array) -> Array:
    """An array without a mask; none of the queries here yields a missing value."""
    return np.ma.getdata(values)


def _list(values: Iterable[object]) -> str:
    return "[" + ", ".join(str(v) if isinstance(v, int) else literal(str(v)) for v in values) + "]"
