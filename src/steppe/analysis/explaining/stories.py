"""How a replicate went for a state, an organisation, a process or a segment: dated events, and numbers at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from steppe.analysis.explaining.finding import events_of, one_scenario, roles, stored_replicate
from steppe.analysis.explaining.typical import typical
from steppe.results.parts import literal
from steppe.results.query import Run
from steppe.results.tables import CLOSING_KINDS, UNCHANGING_KINDS, schemas_of

_TABLES = {
    "state": ("states", "alignments"),
    "organisation": ("organisations",),
    "process": ("processes",),
    "segment": ("corridors",),
}
STATUSES = ("none", "observer", "member", "suspended")


@dataclass(frozen=True)
class Story:
    """One entity through one replicate.

    kind : state, organisation, process, segment;  typical : the replicate was not asked for, it is the scenario's medoid
    events : rows of the events table that concern it, in order; an event of a body that ends stands for its members too
    years : of the observations;  series : number → its value at each of them, None where undefined
    seats : status → those who had it, or where it had it, at the start and at the end
    """

    entity: str
    kind: str
    scenario: str
    replicate: int
    typical: bool
    events: tuple[Mapping[str, Any], ...]
    years: tuple[int, ...]
    series: Mapping[str, tuple[float | None, ...]]
    units: Mapping[str, str]
    seats_before: Mapping[str, tuple[str, ...]]
    seats_after: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        data = asdict(self)
        data["events"] = [
            {
                name: one
                for name, one in event.items()
                if one is not None and name not in ("sequence", "point", "scenario")
            }
            for event in self.events
        ]
        return data


def story(run: Run, entity: str, scenario: str | None = None, replicate: int | None = None) -> Story:
    """A state, organisation, process or segment through a replicate; the scenario's medoid if none is named.

    Raises InputError.
    """
    scenario = one_scenario(run, scenario)
    kind = next(iter(roles(run, [entity])))
    chosen = replicate is None
    number = (
        typical(run, scenario, clusters=1).medoid
        if replicate is None
        else stored_replicate(run, scenario, replicate)
    )
    every = events_of(run, scenario, number)
    seats, own = dict(_start(run)), []
    before = _of(seats, kind, entity)
    for event in every:
        ended = event["kind"] in CLOSING_KINDS and event["organisation"] is not None
        if entity in (event[name] for name in _columns(kind)) or (
            kind == "state" and ended and seats.get((entity, event["organisation"]), 0)
        ):
            own.append(event)
        _follow(seats, event)
    series, units = _series(run, scenario, number, kind, entity)
    return Story(
        entity, kind, scenario, number, chosen, tuple(own), run.years, series, units, before, _of(seats, kind, entity)
    )  # fmt: skip


def _columns(kind: str) -> tuple[str, ...]:
    return {"state": ("state", "partner"), "organisation": ("organisation", "other")}.get(kind, (kind,))


def _start(run: Run) -> dict[tuple[str, str], int]:
    statuses = run.initial_statuses
    return {
        (state, body): int(statuses[i, o])
        for i, state in enumerate(run.states)
        for o, body in enumerate(run.organisations)
    }


def _follow(seats: dict[tuple[str, str], int], event: Mapping[str, Any]) -> None:
    """Keep the statuses up with an event."""
    body = event["organisation"]
    if event["kind"] in CLOSING_KINDS:
        for key in [one for one in seats if one[1] == body]:
            seats[key] = 0
    elif event["kind"] not in UNCHANGING_KINDS and event["state"] and body and event["status_to"] is not None:
        seats[event["state"], body] = int(event["status_to"])


def _of(seats: Mapping[tuple[str, str], int], kind: str, entity: str) -> dict[str, tuple[str, ...]]:
    """Status → bodies of a state, or states of a body."""
    if kind not in ("state", "organisation"):
        return {}
    own, other = (0, 1) if kind == "state" else (1, 0)
    return {
        STATUSES[status]: names
        for status in (2, 1, 3)
        if (
            names := tuple(key[other] for key, held in seats.items() if key[own] == entity and held == status)
        )
    }


def _series(
    run: Run, scenario: str, replicate: int, kind: str, entity: str
) -> tuple[dict[str, tuple[float | None, ...]], dict[str, str]]:
    """Every yearly number of an entity in a replicate, and its unit."""
    found: dict[str, tuple[float | None, ...]] = {}
    units: dict[str, str] = {}
    schemas = schemas_of(run.manifest)
    connection = run.connection_to(scenario)
    try:
        for table in _TABLES[kind]:
            if table not in schemas:
                continue
            cursor = connection.execute(
                f"SELECT * FROM {table} WHERE replicate = {int(replicate)} AND {kind} = {literal(entity)} ORDER BY year"
            )
            names = [one[0] for one in cursor.description]
            rows = cursor.fetchall()
            for column in schemas[table].columns:
                if column.name in names and column.name not in ("replicate", "year", kind):
                    place = names.index(column.name)
                    found[column.name] = tuple(_number(row[place]) for row in rows)
                    units[column.name] = column.unit
    finally:
        connection.close()
    return found, units


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)
