"""Systems, corridors, processes and instruments as plain data, for `steppe list` and `steppe show`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from steppe.evidence.lookup import Evidence
from steppe.evidence.rows import iso, origins, status_row, value_row
from steppe.evidence.structures import (
    Corridor,
    GateFacts,
    Part,
    Process,
    RoleFacts,
    StageFacts,
    System,
    stage_key,
)
from steppe.evidence.targets import Target, Unreadable, events, parts, target, values

KINDS = ("systems", "instruments", "corridors", "processes")
PARTS = ("segments", "upgrades", "demands", "stages", "roles", "gates")
_PAIRS = ("between", "tie", "peace")
_ASIDE = ("id", "name", "kind", "note", "claims", "source", "assumed")  # told otherwise than as facts


def listing(evidence: Evidence) -> dict[str, Callable[[], list[dict[str, Any]]]]:
    """Kind → a function that gives one row per thing."""
    return {
        "systems": lambda: [_system_row(one) for one in evidence.systems.values()],
        "instruments": lambda: [_instrument_row(one) for one in evidence.instruments.values()],
        "corridors": lambda: [_corridor_row(evidence, one) for one in evidence.corridors.values()],
        "processes": lambda: [_process_row(evidence, one) for one in evidence.processes.values()],
    }


def described(evidence: Evidence, name: str) -> dict[str, Any] | None:
    """What is known of a system, instrument, corridor, process, or a part of one; None if there is none.

    A prefix such as ``corridors/`` says which is meant where two have one name: else the system comes first.
    """
    family, slash, rest = name.partition("/")
    kinds = (*KINDS, *PARTS)
    if slash and family in kinds:
        return _found(evidence, family, rest)
    return next((found for kind in kinds if (found := _found(evidence, kind, name)) is not None), None)


def register_entry(evidence: Evidence, name: str) -> dict[str, Any]:
    """``{"system": …}`` for something that is a system of the same id, else nothing."""
    system = evidence.systems.get(name)
    return {} if system is None else {"system": _system_row(system)}


def ids(evidence: Evidence) -> list[str]:
    """Every id that `described` knows."""
    return [name for kind in (*KINDS, *PARTS) for name in getattr(evidence, kind)]


def _found(evidence: Evidence, kind: str, name: str) -> dict[str, Any] | None:
    one = getattr(evidence, kind).get(name)
    if one is None:
        return None
    if isinstance(one, System):
        return _system(evidence, one)
    if isinstance(one, Corridor):
        return _corridor(evidence, one)
    if isinstance(one, Process):
        return _process(evidence, one)
    return _part(evidence, one, kind.removesuffix("s"))


def _system_row(system: System) -> dict[str, Any]:
    enters = system.enters
    return {
        "id": system.id,
        "kind": system.kind,
        "name": system.name,
        "members": list(system.members) or None,
        "from": iso(system.since),
        "until": iso(system.until),
        "mechanism": enters.mechanism if enters else None,
        "variable": enters.variable if enters else None,
        "coded": list(system.coded) or None,
        "context": system.context,
    }


def _instrument_row(part: Part[Any]) -> dict[str, Any]:
    facts = part.facts
    return {
        "id": part.id,
        "kind": part.kind,
        "name": part.name,
        "parties": list(facts.parties) or ["-".join(pair) for pair in facts.pairs],
        "from": iso(facts.since),
        "until": iso(facts.until),
        "variables": list(part.values),
    }


def _corridor_row(evidence: Evidence, corridor: Corridor) -> dict[str, Any]:
    segments = [evidence.segments[name].facts for name in corridor.segments]
    return {
        "id": corridor.id,
        "kind": corridor.facts.kind,
        "name": corridor.facts.name,
        "segments": list(corridor.segments),
        "built": sum(facts.opened is not None for facts in segments),
        "upgrades": list(corridor.upgrades),
    }


def _process_row(evidence: Evidence, process: Process) -> dict[str, Any]:
    reached = [
        name
        for name in process.stages[1:]
        if evidence.stages[stage_key(process.id, name)].facts.reached is not None
    ]
    return {
        "id": process.id,
        "name": process.facts.name,
        "parties": list(process.parties),
        "stages": list(process.stages),
        "reached": reached[-1] if reached else process.stages[0],
        "gates": list(process.gates),
    }


def _system(evidence: Evidence, system: System) -> dict[str, Any]:
    found: list[Target] = []
    for reference in system.coded:
        try:
            found.append(target(evidence, reference))
        except Unreadable:
            continue  # for the check
    passages = [f"{one.document} ¶{', '.join(map(str, one.paragraphs))}" for one in system.documents]
    out = {
        **_system_row(system),
        "kind": f"system: {system.kind}",
        "documents": passages,
        "note": system.note,
        **origins(evidence, system.basis, system.claims, system.source),
        "assumed": system.assumed,
        "parts": [_told(part) for one in found for part in parts(evidence, one)],
        "values": [value_row(evidence, row) for one in found for row in values(evidence, one)],
        "statuses": [status_row(evidence, event) for one in found for event in events(evidence, one)],
    }
    parameters = {one.id: one.value for one in found if one.family == "parameters"}
    return out | ({"without it": parameters} if parameters else {})


def _corridor(evidence: Evidence, corridor: Corridor) -> dict[str, Any]:
    pieces = list(parts(evidence, Target("corridors", corridor.id)))
    return {
        **_corridor_row(evidence, corridor),
        "kind": f"corridor: {corridor.facts.kind}",
        "note": corridor.facts.note,
        "file": corridor.file,
        **_basis(evidence, corridor.facts),
        "parts": [_told(part) for part in pieces],
        "values": _values(evidence, pieces),
    }


def _process(evidence: Evidence, process: Process) -> dict[str, Any]:
    facts = process.facts
    pieces = list(parts(evidence, Target("processes", process.id)))
    return {
        **_process_row(evidence, process),
        "kind": "process",
        "note": facts.note,
        "file": process.file,
        "patrons": list(process.patrons),
        "spoilers": list(process.spoilers),
        "relapse": facts.relapse.model_dump() if facts.relapse else None,
        "charter": [
            f"{row.organisation} to depth {row.depth:g} from stage {row.stage}" for row in facts.charter
        ],
        **_basis(evidence, facts),
        "parts": [_told(part) for part in pieces],
        "values": _values(evidence, pieces),
    }


def _part(evidence: Evidence, part: Part[Any], kind: str) -> dict[str, Any]:
    named = part.kind if part.kind == kind else f"{kind}: {part.kind}"
    return {
        "id": part.id,
        "kind": named,
        "name": part.name if part.name != part.id else None,
        "within": part.within or None,
        "note": part.note,
        "file": part.file,
        **_facts(part),
        **_basis(evidence, part.facts),
        "values": _values(evidence, [part]),
    }


def _values(evidence: Evidence, pieces: Iterable[Part[Any]]) -> list[dict[str, Any]]:
    return [value_row(evidence, row) for part in pieces for rows in part.values.values() for row in rows]


def _basis(evidence: Evidence, facts: Any) -> dict[str, Any]:
    """What the facts rest on, where they say so."""
    if getattr(facts, "basis", "none") == "none":
        return {}
    return {**origins(evidence, facts.basis, facts.claims, facts.source), "assumed": facts.assumed}


def _facts(part: Part[Any]) -> dict[str, Any]:
    """The facts that are given, as they are written."""
    given = part.facts.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {key: value for key, value in given.items() if key not in _ASIDE}


def _told(part: Part[Any]) -> str:
    """A part in one line."""
    facts = {
        key: value for key, value in _facts(part).items() if key not in ("process", "state", "party", "side")
    }
    words = [f"{key} {_plain(value, key)}" for key, value in facts.items()]
    if isinstance(part.facts, RoleFacts):
        words = [part.kind]
    elif isinstance(part.facts, GateFacts):
        words = [f"{part.kind} in {part.facts.state}", *words]
    elif isinstance(part.facts, StageFacts) and not words:
        words = ["not reached" if part.values else "–"]
    return f"{part.id}: " + ", ".join(words)


def _plain(value: Any, key: str = "") -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} {_plain(item, name)}" for name, item in value.items()) + "}"
    if isinstance(value, list) and value:
        inner = "-" if key in _PAIRS else "; " if any(isinstance(item, Mapping) for item in value) else ", "
        return inner.join(_plain(item) for item in value)
    return "none" if value in (None, []) else str(value)
