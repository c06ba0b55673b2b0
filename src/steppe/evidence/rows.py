"""Values, statuses and origins as plain data: the rows of which `show` and `show_structures` are made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from steppe.evidence.lookup import Evidence
from steppe.evidence.schema import CodedValue, StatusEvent


def value_row(evidence: Evidence, row: CodedValue) -> dict[str, Any]:
    """A coded value with its range, validity and origin."""
    entry = evidence.codebook[row.family, row.variable]
    return {
        "entity": "-".join(row.entity),
        "variable": row.variable,
        "unit": entry.unit,
        "from": iso(row.since),
        "to": iso(row.until),
        "value": plain(row.value),
        "low": plain(row.low),
        "high": plain(row.high),
        **origins(evidence, row.basis, row.claims, row.sources),
        "assumed": row.assumed,
        "note": row.note,
        "file": row.file,
        "key": row.key,
    }


def status_row(evidence: Evidence, event: StatusEvent) -> dict[str, Any]:
    """An entry of the chronicle."""
    return {
        "date": event.date.isoformat(),
        "precision": event.precision,
        "state": event.state,
        "organisation": event.organisation,
        "status": event.status,
        "coded_as": event.coded_as,
        "confidence": event.confidence,
        **origins(evidence, event.basis, event.claims, event.source),
        "assumed": event.assumed,
        "note": event.note,
    }


def origins(
    evidence: Evidence, basis: str, claims: tuple[str, ...], sources: tuple[str, ...]
) -> dict[str, Any]:
    """What something rests on: its basis, its claims down to the paragraph, its sources."""
    return {
        "basis": basis,
        "claims": [claim_reference(evidence, name) for name in claims],
        "sources": [
            {"id": name, "citation": evidence.sources[name].citation if name in evidence.sources else None}
            for name in sources
        ],
    }


def claim_reference(evidence: Evidence, name: str) -> dict[str, Any]:
    """Where a claim was read, and what it says."""
    claim = evidence.claims.get(name)
    if claim is None:
        return {"id": name}
    return {
        "id": name,
        "document": claim.document,
        "paragraphs": list(claim.paragraphs),
        "modality": claim.modality,
        "says": claim.says.strip(),
    }


def iso(when: date | None) -> str | None:
    """A date as text."""
    return when.isoformat() if when else None


def plain(value: Any) -> Any:
    """Mappings, lists, dates → what JSON knows."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
