"""What differs between two versions of the evidence: values, statuses, parameters, and the records that they rest on.

Every row has the sides `a` and `b`; a side is None where it lacks what the row is of. Rows are in the order of their ids, so that
the two versions in the other order give the same rows with the sides exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from steppe.evidence.lookup import FAMILIES, Evidence
from steppe.evidence.rows import iso, plain
from steppe.evidence.schema import CodedValue, Entity, Parameter, StatusEvent
from steppe.evidence.structures import Corridor, Part, Process

Row = dict[str, Any]
Key = tuple[str, ...]
_GROUND = ("basis", "claims", "sources", "assumed")
_RECORDS = (
    "documents",
    "sources",
    "claims",
    "quantities",
    "resolutions",
    "systems",
    "corridors",
    "processes",
)
_SILENT = ("file", "key", "note")  # where something is written, and asides, are no content


def value_changes(
    one: Evidence, other: Evidence, a: Iterable[CodedValue], b: Iterable[CodedValue], dated: bool
) -> list[Row]:
    """The coded values that differ in number, range, validity or ground, with the words and the unit of the codebook.

    a, b : the values to compare, of one and of the other;  dated : rows of other dates are other values
    """

    def key(row: CodedValue) -> Key:
        return (row.family, row.variable, "-".join(row.entity), (iso(row.since) or "") if dated else "")

    rows = []
    for where, here, there in _pairs(a, b, key):
        before, after = (None if row is None else _value(row) for row in (here, there))
        changed = _changed(before, after)
        if not changed:
            continue
        family, variable, entity, _ = where
        entry = one.codebook.get((family, variable)) or other.codebook[family, variable]
        rows.append(
            {
                "id": f"{family}/{entity}.{variable}",
                "family": family,
                "entity": entity,
                "variable": variable,
                "words": " ".join(entry.definition.split()),
                "unit": entry.unit,
                "range": plain(entry.range),
                "changed": changed,
                "a": before,
                "b": after,
            }
        )
    return rows


def status_changes(a: Iterable[StatusEvent], b: Iterable[StatusEvent], dated: bool) -> list[Row]:
    """Entries of the chronicle that differ.  dated : entries of other dates are others; else one for each state in a body"""

    def key(row: StatusEvent) -> Key:
        return (row.organisation, row.state, row.date.isoformat() if dated else "")

    rows = []
    for where, here, there in _pairs(a, b, key):
        before, after = (None if row is None else _status(row) for row in (here, there))
        if changed := _changed(before, after):
            rows.append(
                {"organisation": where[0], "state": where[1], "changed": changed, "a": before, "b": after}
            )
    return rows


def parameter_changes(
    one: Evidence, other: Evidence, a: Mapping[str, float] | None = None, b: Mapping[str, float] | None = None
) -> list[Row]:
    """Parameters that differ in value, range or ground, with their words and unit.

    a, b : the values that they have, of one and of the other, where these are not those of the evidence
    """
    rows = []
    for name in sorted({*one.parameters, *other.parameters}):
        here, there = one.parameters.get(name), other.parameters.get(name)
        before = None if here is None else _parameter(here, (a or {}).get(name))
        after = None if there is None else _parameter(there, (b or {}).get(name))
        if not (changed := _changed(before, after)):
            continue
        known = here or there
        assert known is not None
        rows.append(
            {
                "id": name,
                "words": " ".join(known.definition.split()),
                "unit": known.unit,
                "changed": changed,
                "a": before,
                "b": after,
            }
        )
    return rows


def record_changes(one: Evidence, other: Evidence) -> list[Row]:
    """Documents, sources, claims, … and the facts of actors, bodies and systems that are in one only, or not the same.

    `change` is added (in b only), removed (in a only) or changed; of what is changed the sides hold the fields that differ.
    """
    if one is other:
        return []
    rows = []
    for kind in (*_RECORDS, *FAMILIES, "codebook"):
        a, b = (_records(evidence, kind) for evidence in (one, other))
        for name in sorted({*a, *b}):
            here, there = a.get(name), b.get(name)
            if here == there:
                continue
            change = "added" if here is None else "removed" if there is None else "changed"
            if here is not None and there is not None:
                fields = [key for key in here if here[key] != there.get(key)]
                here, there = ({key: side.get(key) for key in fields} for side in (here, there))
            rows.append({"kind": kind, "id": name, "change": change, "a": here, "b": there})
    return rows


def _records(evidence: Evidence, kind: str) -> dict[str, Row]:
    """Id → content of the records of a kind."""
    if kind == "codebook":
        return {f"{family}.{name}": _content(one) for (family, name), one in evidence.codebook.items()}
    return {name: _content(one) for name, one in getattr(evidence, kind).items()}


def _content(one: Any) -> Row:
    """What a record says, its values left out."""
    if isinstance(one, BaseModel):
        found = one.model_dump(mode="json")
    elif isinstance(one, Part):
        found = one.facts.model_dump(mode="json")
    elif isinstance(one, Entity):
        dates = {name: iso(getattr(one, name)) for name in ("founded", "dissolved")}
        found = {"id": one.id, "name": one.name, "kind": one.kind, **dates}
    else:
        assert isinstance(one, (Corridor, Process))
        lists = ("segments", "upgrades", "stages", "parties", "patrons", "spoilers", "gates")
        found = one.facts.model_dump(mode="json")
        found |= {name: list(getattr(one, name)) for name in lists if hasattr(one, name)}
    return {key: value for key, value in found.items() if key not in _SILENT}


def _value(row: CodedValue) -> Row:
    return {
        "value": plain(row.value),
        "low": plain(row.low),
        "high": plain(row.high),
        "from": iso(row.since),
        "to": iso(row.until),
        "basis": row.basis if row.file != "codebook.yaml" else "uncoded",
        "claims": list(row.claims),
        "sources": list(row.sources),
        "assumed": row.assumed,
    }


def _status(row: StatusEvent) -> Row:
    return {
        "status": row.status,
        "date": row.date.isoformat(),
        "basis": row.basis,
        "claims": list(row.claims),
        "sources": list(row.source),
        "assumed": row.assumed,
    }


def _parameter(one: Parameter, value: float | None) -> Row:
    return {
        "value": float(one.value) if value is None else float(value),
        "low": one.range[0],
        "high": one.range[1],
        "coded": float(one.value),
        "basis": one.basis,
        "claims": list(one.claims),
        "sources": list(one.source),
        "assumed": one.assumed,
    }


def _changed(a: Row | None, b: Row | None) -> list[str]:
    """What differs: value, range, dates, ground; or that one side lacks it."""
    if a is None or b is None:
        return ["presence"] if a is not b else []
    groups = {
        "value": ("value", "status", "coded"),
        "range": ("low", "high"),
        "dates": ("from", "to", "date"),
        "ground": _GROUND,
    }
    return [name for name, keys in groups.items() if any(a.get(key) != b.get(key) for key in keys)]


def _pairs(a: Iterable[Any], b: Iterable[Any], key: Callable[[Any], Key]) -> Iterator[tuple[Key, Any, Any]]:
    """(key, row of a, row of b) in the order of the keys; None where a side has none."""
    first, second = ({key(row): row for row in rows} for rows in (a, b))
    for where in sorted({*first, *second}):
        yield where, first.get(where), second.get(where)
