"""Which event of a run is asked about: by kind, ids, replicate and year; the nearest ones where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.errors import InputError, input_error
from steppe.paths import shown
from steppe.results.parts import literal
from steppe.results.query import Run
from steppe.results.tables import EVENT_KINDS

NAMED = ("state", "partner", "organisation", "other", "process", "segment")  # columns that name an entity
_NEAREST = 8


@dataclass(frozen=True)
class Found:
    """An event of a replicate, as it is stored.

    event : its row;  replicates : those in which such an event occurs, ascending;  of : how many are stored
    chosen : the replicate was not asked for: it is the one in which the event comes at the median date
    """

    scenario: str
    replicate: int
    event: Mapping[str, Any]
    replicates: tuple[int, ...]
    of: int
    chosen: bool


def one_scenario(run: Run, scenario: str | None) -> str:
    """The scenario that is meant: the one named, the only one, or the only one with a counterfactual. Raises InputError."""
    if run.manifest.get("design"):
        raise InputError(
            "the run keeps the outcomes of its design's points only, and no events",
            file=shown(run.path),
            accepted="a run of one of its points: steppe run with the settings of design.csv as overrides, and no design",
        )
    if scenario is not None:
        run.chunks(scenario)
        return scenario
    named = [one["name"] for one in run.manifest["scenarios"] if one.get("counterfactual") in run.scenarios]
    for names in (list(run.scenarios), named):
        if len(names) == 1:
            return names[0]
    raise input_error(
        "the run has several scenarios: which one?", key="--scenario", accepted=list(run.scenarios)
    )


def stored_replicate(run: Run, scenario: str, replicate: int) -> int:
    """A replicate that is stored. Raises InputError."""
    numbers = run.replicates(scenario)
    if replicate not in numbers:
        known = f"0 to {int(numbers[-1])}" if len(numbers) else "none is stored"
        raise InputError("the run has no such replicate", key="--replicate", value=replicate, accepted=known)
    return replicate


def find_event(
    run: Run,
    kind: str,
    names: Sequence[str],
    scenario: str | None = None,
    replicate: int | None = None,
    year: int | None = None,
) -> Found:
    """The first event of a kind that concerns the ids, in a replicate, in a year if one is named.

    names : ids of states, organisations, processes, segments; the second state of a pair and the body merged into come
        second;  replicate : None for the one in which the event comes at the median date
    Raises InputError, with the nearest events that did occur.
    """
    scenario = one_scenario(run, scenario)
    if kind not in EVENT_KINDS:
        raise input_error("no such kind of event", key="KIND", value=kind, accepted=EVENT_KINDS)
    columns = roles(run, names)
    if replicate is not None:
        stored_replicate(run, scenario, replicate)
    where = [f"kind = {literal(kind)}", *conditions(columns)]
    when = [f"year(time) = {int(year)}"] if year is not None else []
    connection = run.connection_to(scenario)
    try:
        rows = _rows(connection, [*where, *when])
        first: dict[int, dict[str, Any]] = {}
        for row in rows:
            first.setdefault(row["replicate"], row)
        if replicate is None and first:
            ordered = sorted(first.values(), key=lambda row: (row["step"], row["replicate"]))
            event = ordered[(len(ordered) - 1) // 2]
        elif replicate in first:
            event = first[replicate]
        else:
            raise _none(connection, kind, names, columns, replicate, year, scenario)
    finally:
        connection.close()
    stored = len(run.replicates(scenario))
    return Found(scenario, event["replicate"], event, tuple(sorted(first)), stored, replicate is None)


def roles(run: Run, names: Sequence[str]) -> dict[str, str]:
    """Column of the events → id. Raises InputError with the nearest id."""
    kinds = {"state": "partner", "organisation": "other", "process": None, "segment": None}
    known = {kind: run.entities(kind) for kind in kinds}
    found: dict[str, str] = {}
    for name in names:
        kind = next((kind for kind, ids in known.items() if name in ids), None)
        if kind is None:
            every = [one for ids in known.values() for one in ids]
            raise input_error("the run has no such id", key="ID", value=name, accepted=every)
        column = kind if kind not in found else kinds[kind]
        if column is None or column in found:
            raise InputError(f"too many ids of the kind {kind}", key="ID", value=name)
        found[column] = name
    return found


def conditions(columns: Mapping[str, str]) -> list[str]:
    """SQL conditions for ids by column; of a pair of states either may come first."""
    found = [f"{name} = {literal(one)}" for name, one in columns.items() if name not in ("state", "partner")]
    pair = [literal(columns[name]) for name in ("state", "partner") if name in columns]
    if len(pair) == 2:
        found.append(
            f"((state = {pair[0]} AND partner = {pair[1]}) OR (state = {pair[1]} AND partner = {pair[0]}))"
        )
    elif pair:
        found.append(f"(state = {pair[0]} OR partner = {pair[0]})")
    return found


def events_of(run: Run, scenario: str, replicate: int, until: int | None = None) -> list[dict[str, Any]]:
    """The events of a replicate in order, those of step `until` included (all if None)."""
    connection = run.connection_to(scenario)
    try:
        where = [f"replicate = {int(replicate)}", *([] if until is None else [f"step <= {int(until)}"])]
        return _rows(connection, where)
    finally:
        connection.close()


def _rows(connection: Any, where: Sequence[str]) -> list[dict[str, Any]]:
    """Events as dicts, in order; what is not there is None."""
    cursor = connection.execute(
        f"SELECT * FROM events WHERE {' AND '.join(where) or 'true'} ORDER BY replicate, sequence"
    )
    names = [one[0] for one in cursor.description]
    return [
        {name: None if value != value else value for name, value in zip(names, values, strict=True)}
        for values in cursor.fetchall()
    ]


def _none(
    connection: Any,
    kind: str,
    names: Sequence[str],
    columns: Mapping[str, str],
    replicate: int | None,
    year: int | None,
    scenario: str,
) -> InputError:
    """What to say where no such event occurred: the nearest that did."""
    own = [f"replicate = {int(replicate)}"] if replicate is not None else []
    near: list[str] = []
    like, about = [f"kind = {literal(kind)}"], conditions(columns)
    for where in ([*own, *like, *about], [*like, *about], [*own, *about], [*own, *like]):
        rows = connection.execute(
            f"SELECT * FROM (SELECT kind, {', '.join(NAMED)}, year(time) AS y, count(DISTINCT replicate) AS n, "
            f"min(replicate) AS first FROM events WHERE {' AND '.join(where) or 'true'} GROUP BY ALL) "
            f"ORDER BY {f'abs(y - {int(year)}), ' if year is not None else ''}n DESC, kind, y, first LIMIT {_NEAREST}"
        ).fetchall()
        near += [text for row in rows if (text := _command(row)) not in near]
    asked = " ".join([kind, *names, *([f"--year {year}"] if year is not None else [])])
    place = f"replicate {replicate}" if replicate is not None else "no replicate"
    verb = "did not see" if replicate is not None else "of the run saw"
    return InputError(
        f"{place} {verb} this event under {scenario}",
        key="EVENT",
        value=asked,
        accepted=near[:_NEAREST] or "none: nothing of the kind happened",
    )


def _command(row: Sequence[Any]) -> str:
    """An event as it would be asked for."""
    ids = " ".join(str(one) for one in row[1 : 1 + len(NAMED)] if one is not None)
    return f"{row[0]} {ids} --year {row[-3]} --replicate {row[-1]}".replace("  ", " ")
