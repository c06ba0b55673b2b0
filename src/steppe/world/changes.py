"""What differs between two worlds: who is there, and the coded values and statuses that they were made of."""

from __future__ import annotations

from collections.abc import Sequence

from steppe.evidence import CodedValue, Evidence
from steppe.evidence.changes import Row, status_changes, value_changes
from steppe.evidence.schema import StatusEvent
from steppe.world.arrays import World
from steppe.world.provenance import Origin, origins

_AXES = ("states", "organisations", "poles")


def world_changes(a: World, b: World) -> list[Row]:
    """{id, a, b}: name, start and what the world does without; of states, bodies, corridors, politics those in one only."""
    rows: list[Row] = [
        {"id": key, "a": here, "b": there}
        for key, here, there in (
            ("name", a.name, b.name),
            ("start", a.start.isoformat(), b.start.isoformat()),
            ("without", sorted(a.without), sorted(b.without)),
        )
        if here != there
    ]
    for name, here, there in _lists(a, b):
        one, other = ([x for x in mine if x not in theirs] for mine, theirs in ((here, there), (there, here)))
        if one or other:
            rows.append({"id": name, "a": sorted(one), "b": sorted(other)})
    return rows


def _lists(a: World, b: World) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = [(name, getattr(a, name), getattr(b, name)) for name in _AXES]
    found += [(name, getattr(a.network, name), getattr(b.network, name)) for name in ("segments", "demands")]
    found += [
        (name, getattr(a.agenda, name), getattr(b.agenda, name))
        for name in ("processes", "gates", "instruments")
    ]
    return found


def origin_changes(one: Evidence, a: World, other: Evidence, b: World) -> tuple[list[Row], list[Row]]:
    """The coded values, and the statuses, that two worlds were made of and that are not the same.

    one, other : the evidence of a and of b.  A status that is none and one that nobody coded are the same
    """
    a_rows, b_rows = (list(origins(e, w).values()) for e, w in ((one, a), (other, b)))
    values = value_changes(one, other, _values(a_rows), _values(b_rows), dated=False)
    return values, status_changes(_statuses(a_rows), _statuses(b_rows), dated=False)


def _values(rows: Sequence[Origin]) -> list[CodedValue]:
    return [row for row in rows if isinstance(row, CodedValue)]


def _statuses(rows: Sequence[Origin]) -> list[StatusEvent]:
    return [row for row in rows if isinstance(row, StatusEvent) and row.status != "none"]
