"""A small hand-made past: evidence with statuses, bodies and ties whose counts follow by counting days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from steppe.evidence import CodedValue, Evidence
from steppe.evidence.schema import Entity, StatusEvent

START = date(2020, 1, 1)


def row(
    family: str, entity: tuple[str, ...], variable: str, value: Any, since: date, until: date | None = None
) -> CodedValue:
    """A dated value."""
    return CodedValue(family, entity, variable, value, None, None, "assumed", since=since, until=until)


def status(when: date, state: str, body: str, what: str) -> StatusEvent:
    """A dated change of a status."""
    return StatusEvent(date=when, state=state, organisation=body, status=what, assumed="a test")  # type: ignore[arg-type]


def body(
    name: str,
    founded: date,
    dissolved: date | None = None,
    eligible: Sequence[tuple[date, tuple[str, ...]]] = (),
) -> Entity:
    """A body, and from when on it may take whom."""
    rows = tuple(row("organisations", (name,), "eligible", states, since) for since, states in eligible)
    values = {"eligible": rows} if rows else {}
    return Entity(name, name, "organisation", values, founded=founded, dissolved=dissolved)


def past(
    bodies: Sequence[Entity],
    chronicle: Sequence[StatusEvent] = (),
    ties: Sequence[CodedValue] = (),
    states: Sequence[str] = ("AAA", "BBB"),
    since: date = date(1990, 1, 1),
) -> Evidence:
    """Evidence in which all states are there from `since` on."""
    dyads: dict[str, dict[tuple[str, str], tuple[CodedValue, ...]]] = {}
    for one in ties:
        pairs = dyads.setdefault(one.variable, {})
        pair = (one.entity[0], one.entity[1])
        pairs[pair] = (*pairs.get(pair, ()), one)
    actors = {
        name: Entity(name, name, "state", {"gdp": (row("actors", (name,), "gdp", 1.0, since),)})
        for name in states
    }
    ordered = tuple(sorted(chronicle, key=lambda event: event.date))
    return Evidence(
        "nowhere",
        {},
        actors=actors,
        organisations={one.id: one for one in bodies},
        chronicle=ordered,
        dyads=dyads,
    )
