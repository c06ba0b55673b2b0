"""All that is known of one thing: its values with range, basis and origin, as plain data and as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from steppe.errors import input_error
from steppe.evidence.distribution import parameter_distribution
from steppe.evidence.lookup import Evidence
from steppe.evidence.references import cited
from steppe.evidence.rows import claim_reference as _claim_reference
from steppe.evidence.rows import iso as _iso
from steppe.evidence.rows import origins as _origins
from steppe.evidence.rows import plain as _plain
from steppe.evidence.rows import status_row as _status
from steppe.evidence.rows import value_row as _value
from steppe.evidence.schema import Entity
from steppe.evidence.show_structures import KINDS as STRUCTURES
from steppe.evidence.show_structures import described, ids, register_entry
from steppe.evidence.show_structures import listing as structures

KINDS = (
    "states",
    "organisations",
    "claims",
    "facts",
    "quantities",
    "parameters",
    "documents",
    "sources",
    "variables",
    "resolutions",
    *STRUCTURES,
)


def listing(evidence: Evidence, kind: str) -> list[dict[str, Any]]:
    """One row per thing of a kind, each with an `id`. Raises InputError with the nearest kind."""
    rows: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "states": lambda: [_heading(actor) for actor in evidence.actors.values()],
        "organisations": lambda: [_organisation_row(body) for body in evidence.organisations.values()],
        "claims": lambda: _causal_rows(evidence),
        "facts": lambda: _fields(
            (claim for claim in evidence.claims.values() if claim.number is None), *_FACT_COLUMNS
        ),
        "quantities": lambda: _fields(evidence.quantities.values(), *_QUANTITY_COLUMNS),
        "parameters": lambda: _fields(
            evidence.parameters.values(), "mechanism", "value", "range", "unit", "basis", "definition"
        ),
        "documents": lambda: _fields(evidence.documents.values(), "title", "author", "outlet", "paragraphs"),
        "sources": lambda: _fields(evidence.sources.values(), "citation", "url", "licence"),
        "variables": lambda: _fields(evidence.codebook.values(), "entity", "type", "unit", "definition"),
        "resolutions": lambda: _fields(evidence.resolutions.values(), *_RESOLUTION_COLUMNS),
    }
    rows |= structures(evidence)
    if kind not in rows:
        raise input_error(f"nothing of the kind {kind!r}", value=kind, accepted=KINDS)
    return rows[kind]()


_FACT_COLUMNS = ("inventory", "document", "paragraphs", "modality", "mechanism", "says")
_QUANTITY_COLUMNS = (
    "item", "value", "qualifier", "unit", "document", "paragraphs", "claim", "used_by", "unused",
)  # fmt: skip
_RESOLUTION_COLUMNS = ("inventory", "issue", "readings", "resolution", "reason", "choice")


def describe(evidence: Evidence, name: str) -> dict[str, Any]:
    """What is known of an actor, organisation, pair (``A-B``), claim, quantity, document, source, parameter,
    resolution or codebook variable, and of structures (see `show_structures`); a prefix such as ``actors/``, a
    suffix such as ``.gdp`` and a number of the inventory (``G17``, ``F002``, ``I06``) are allowed.

    Raises InputError with the nearest id.
    """
    folder, _, rest = name.partition("/")
    plain = (
        rest if folder in _FOLDERS and name not in evidence.claims else name
    )  # a claim may be quantities/NAME
    for find in _FINDERS:
        found = find(evidence, plain)
        if found is not None:
            return found | register_entry(evidence, plain)
    structure = described(evidence, name)
    if structure is not None:
        return structure
    entity, _, variable = plain.partition(".")
    if variable and any(variable == known for _, known in evidence.codebook):
        whole = describe(evidence, entity)
        rows = [*whole.get("values", ()), *whole.get("pairs", ())]
        heading = {key: whole[key] for key in ("id", "kind", "name", "file") if key in whole}
        return heading | {"values": [row for row in rows if row["variable"] == variable]}
    raise input_error(f"nothing is known of {name!r}", value=name, accepted=_ids(evidence))


_FOLDERS = (
    "actors",
    "organisations",
    "dyads",
    "parameters",
    "documents",
    "sources",
    "resolutions",
    "quantities",
    "codebook",
)
_NUMBER = re.compile(r"([A-Z])0*(\d+)\Z")


def _ids(evidence: Evidence) -> list[str]:
    kinds = (*_RECORDS, "actors", "organisations", "parameters", "documents", "sources")
    names = [name for kind in kinds for name in getattr(evidence, kind)]
    numbers = {
        number
        for kind in ("claims", "resolutions")
        for record in getattr(evidence, kind).values()
        for number in record.inventory
    }
    return [*names, *sorted(numbers), *ids(evidence), *(name for _, name in evidence.codebook)]


def _actor(evidence: Evidence, name: str) -> dict[str, Any] | None:
    actor = evidence.actors.get(name)
    if actor is None:
        return None
    events = [event for event in evidence.chronicle if event.state == name]
    pairs = [
        row
        for coded in evidence.dyads.values()
        for pair, rows in coded.items()
        if name in pair
        for row in rows
    ]
    return {
        **_heading(actor),
        "values": _values(evidence, actor),
        "statuses": [_status(evidence, event) for event in events],
        "pairs": [_value(evidence, row) for row in pairs],
    }


def _body(evidence: Evidence, name: str) -> dict[str, Any] | None:
    body = evidence.organisations.get(name)
    if body is None:
        return None
    events = [event for event in evidence.chronicle if event.organisation == name]
    latest = evidence.statuses(events[-1].date) if events else {}
    members: dict[str, list[str]] = {}
    for (state, organisation), event in latest.items():
        if organisation == name:
            members.setdefault(event.status, []).append(state)
    return {
        **_organisation_row(body),
        "now": {status: sorted(states) for status, states in sorted(members.items())},
        "values": _values(evidence, body),
        "statuses": [_status(evidence, event) for event in events],
    }


def _pair(evidence: Evidence, name: str) -> dict[str, Any] | None:
    a, dash, b = name.partition("-")
    if not dash or a not in evidence.actors or b not in evidence.actors:
        return None
    rows = [
        row
        for coded in evidence.dyads.values()
        for pair in dict.fromkeys(((a, b), (b, a)))
        for row in coded.get(pair, ())
    ]
    return {"id": name, "kind": "pair", "values": [_value(evidence, row) for row in rows]}


def _claim(evidence: Evidence, name: str) -> dict[str, Any] | None:
    claim = evidence.claims.get(name)
    if claim is None:
        return None
    document = evidence.documents.get(claim.document)
    return {
        "kind": "claim",
        **claim.model_dump(mode="json"),
        "document": _origin(evidence, claim.document) if document else {"id": claim.document},
        "cited_by": cited(evidence)[0].get(name, []),
    }


def _causal_rows(evidence: Evidence) -> list[dict[str, Any]]:
    """The causal claims in the order of their numbers, each with what it expects."""
    rows = []
    for claim in evidence.claims.values():
        if claim.number is not None:
            expects = claim.expects.model_dump() if claim.expects else {}
            rows.append(
                {
                    "id": claim.id,
                    "inventory": claim.number,
                    "document": claim.document,
                    "paragraphs": list(claim.paragraphs),
                    "modality": claim.modality,
                    **{name: expects.get(name) for name in ("cause", "effect", "sign")},
                    "mechanism": claim.mechanism,
                    "says": claim.says.strip(),
                }
            )
    return sorted(rows, key=lambda row: (len(row["inventory"]), row["inventory"]))


def _quantity(evidence: Evidence, name: str) -> dict[str, Any] | None:
    quantity = evidence.quantities.get(name)
    if quantity is None:
        return None
    data = quantity.model_dump(mode="json", exclude={"claim"})
    document = _origin(evidence, quantity.document) if quantity.document in evidence.documents else None
    return {
        "kind": "quantity",
        **data,
        "document": document or {"id": quantity.document},
        "claims": [_claim_reference(evidence, quantity.claim)] if quantity.claim else [],
    }


def _by_number(evidence: Evidence, name: str) -> dict[str, Any] | None:
    """What has a number of the inventory: the one record that does, or the claims that share it."""
    wanted = _NUMBER.match(name)
    if wanted is None:
        return None

    def has(numbers: Iterable[str]) -> bool:
        return any(found and found.groups() == wanted.groups() for found in map(_NUMBER.match, numbers))

    quantity = next((number for number in evidence.quantities if has([number])), None)
    if quantity is not None:
        return _quantity(evidence, quantity)
    resolution = next((key for key, one in evidence.resolutions.items() if has(one.inventory)), None)
    if resolution is not None:
        return _resolution(evidence, resolution)
    claims = [key for key, one in evidence.claims.items() if has(one.inventory)]
    if len(claims) == 1:
        return _claim(evidence, claims[0])
    shared = [_claim_reference(evidence, key) for key in claims]
    return {"id": name, "kind": "number", "claims": shared} if shared else None


def _document(evidence: Evidence, name: str) -> dict[str, Any] | None:
    document = evidence.documents.get(name)
    if document is None:
        return None
    parts = [part.id for part in evidence.documents.values() if part.part_of == name]
    claims = sorted(
        (claim for claim in evidence.claims.values() if claim.document in (name, *parts)),
        key=lambda claim: claim.paragraphs[0],
    )
    data = document.model_dump(mode="json")
    return {
        **data,
        "kind": "document",
        "genre": data["kind"],
        "parts": parts,
        "claims": [_claim_reference(evidence, claim.id) for claim in claims],
    }


def _source(evidence: Evidence, name: str) -> dict[str, Any] | None:
    source = evidence.sources.get(name)
    if source is None:
        return None
    return {"kind": "source", **source.model_dump(mode="json"), "cited_by": cited(evidence)[1].get(name, [])}


def _parameter(evidence: Evidence, name: str) -> dict[str, Any] | None:
    parameter = evidence.parameters.get(name)
    if parameter is None:
        return None
    data = parameter.model_dump(mode="json", exclude={"claims", "source"})
    return {
        "kind": "parameter",
        **data,
        "distribution": parameter_distribution(parameter).shape,
        **_origins(evidence, parameter.basis, parameter.claims, parameter.source),
    }


def _resolution(evidence: Evidence, name: str) -> dict[str, Any] | None:
    resolution = evidence.resolutions.get(name)
    return None if resolution is None else {"kind": "resolution", **resolution.model_dump(mode="json")}


def _variable(evidence: Evidence, name: str) -> dict[str, Any] | None:
    entries = [entry for (_, known), entry in evidence.codebook.items() if known == name]
    if not entries:
        return None
    counts: dict[str, int] = {}
    for row in evidence.values():
        if row.variable == name:
            counts[row.family] = counts.get(row.family, 0) + 1
    entities = [
        {**entry.model_dump(mode="json", exclude_none=True), "rows": counts.get(entry.family, 0)}
        for entry in entries
    ]
    return {"id": name, "kind": "variable", "entries": entities}


_RECORDS = ("claims", "quantities", "resolutions")
_FINDERS = (
    _actor, _body, _pair, _claim, _quantity, _document, _source, _parameter, _resolution, _variable, _by_number,
)  # fmt: skip


def _heading(entity: Entity) -> dict[str, Any]:
    out = {"id": entity.id, "kind": entity.kind, "name": entity.name, "file": entity.file}
    return out | ({"note": entity.note} if entity.note else {})


def _organisation_row(body: Entity) -> dict[str, Any]:
    return {**_heading(body), "founded": _iso(body.founded), "dissolved": _iso(body.dissolved)}


def _fields(records: Iterable[Any], *names: str) -> list[dict[str, Any]]:
    return [
        {"id": record.id, **{name: _plain(getattr(record, name)) for name in names}} for record in records
    ]


def _values(evidence: Evidence, entity: Entity) -> list[dict[str, Any]]:
    return [_value(evidence, row) for rows in entity.values.values() for row in rows]


def _origin(evidence: Evidence, name: str) -> dict[str, Any]:
    document = evidence.documents[name]
    return {"id": name, "title": document.title, "author": document.author, "outlet": document.outlet}
