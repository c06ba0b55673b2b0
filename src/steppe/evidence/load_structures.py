"""systems.yaml, instruments/, corridors/, processes/ and calendar.yaml of a seeds folder → parts of `Evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from steppe.evidence.lookup import Evidence
from steppe.evidence.parts import (
    Place,
    add,
    facts_of,
    fields_of,
    file_mapping,
    list_at,
    mapping_at,
    part,
    values_of,
)
from steppe.evidence.read import read_yaml
from steppe.evidence.records import records
from steppe.evidence.structures import (
    Corridor,
    CorridorFacts,
    DemandFacts,
    GateFacts,
    InstrumentFacts,
    Part,
    Process,
    ProcessFacts,
    RoleFacts,
    SegmentFacts,
    StageFacts,
    System,
    UpgradeFacts,
    role_key,
)

DEMANDS = "demands.yaml"
# group of a process file → what its members must say, and which side they are on
_GROUPS: Mapping[str, tuple[tuple[str, ...], Literal["push", "resist"] | None]] = {
    "parties": (("interest", "support"), None),
    "patrons": (("effort",), "push"),
    "spoilers": (("effort",), "resist"),
}


def structures(where: Path, shared: Evidence) -> dict[str, Any]:
    """Everything of these files, by the names of the fields of `Evidence`."""
    systems = {one.id: one for one in records(where / "systems.yaml", System)}
    gates: dict[str, Part[GateFacts]] = {}
    found = {
        "systems": systems,
        "instruments": _instruments(where, shared),
        **_corridors(where, shared),
        "demands": _demands(where, shared),
        **_processes(where, shared, gates),
    }
    _calendar(where, shared, gates)
    return {**found, "gates": gates}


def _instruments(where: Path, shared: Evidence) -> dict[str, Part[InstrumentFacts]]:
    found: dict[str, Part[InstrumentFacts]] = {}
    for path in sorted((where / "instruments").glob("*.yaml")):
        raw, place = file_mapping(where, path)
        one = part(raw, place, InstrumentFacts, "instruments", shared)
        add(found, one.id, one, place)
    return found


def _corridors(where: Path, shared: Evidence) -> dict[str, Any]:
    corridors: dict[str, Corridor] = {}
    segments: dict[str, Part[SegmentFacts]] = {}
    upgrades: dict[str, Part[UpgradeFacts]] = {}
    for path in sorted((where / "corridors").glob("*.yaml")):
        if path.name == DEMANDS:
            continue
        raw, place = file_mapping(where, path)
        given = mapping_at(raw, place, (*fields_of(CorridorFacts), "segments", "upgrades"))
        facts = facts_of(
            {k: v for k, v in given.items() if k not in ("segments", "upgrades")}, CorridorFacts, place
        )
        pieces = []
        for n, item in enumerate(list_at(given.get("segments"), place.at("segments"))):
            at = place.at("segments", n)
            needed = ("capacity", "cost", "days", "risk")
            piece = part(item, at, SegmentFacts, "segments", shared, needed, within=facts.id)
            add(segments, piece.id, piece, at)
            pieces.append(piece.id)
        better = []
        for n, item in enumerate(list_at(given.get("upgrades"), place.at("upgrades"))):
            at = place.at("upgrades", n)
            upgrade = part(item, at, UpgradeFacts, "upgrades", shared, within=facts.id)
            add(upgrades, upgrade.id, upgrade, at)
            better.append(upgrade.id)
        add(corridors, facts.id, Corridor(facts, place.file, tuple(pieces), tuple(better)), place)
    return {"corridors": corridors, "segments": segments, "upgrades": upgrades}


def _demands(where: Path, shared: Evidence) -> dict[str, Part[DemandFacts]]:
    found: dict[str, Part[DemandFacts]] = {}
    for place, item in _listed(where, f"corridors/{DEMANDS}"):
        one = part(item, place, DemandFacts, "demands", shared, ("volume", "weight", "outside"))
        add(found, one.id, one, place)
    return found


def _listed(where: Path, name: str) -> list[tuple[Place, Any]]:
    """The items of a file that holds a list, each with its place; none where there is no file."""
    path = where / name
    if not path.is_file():
        return []
    whole = Place(path, name)
    return [(whole.at(n), item) for n, item in enumerate(list_at(read_yaml(path), whole))]


def _processes(where: Path, shared: Evidence, gates: dict[str, Part[GateFacts]]) -> dict[str, Any]:
    processes: dict[str, Process] = {}
    stages: dict[str, Part[StageFacts]] = {}
    roles: dict[str, Part[RoleFacts]] = {}
    lists = ("stages", "gates", *_GROUPS)
    for path in sorted((where / "processes").glob("*.yaml")):
        raw, place = file_mapping(where, path)
        given = mapping_at(raw, place, (*fields_of(ProcessFacts), *lists))
        facts = facts_of({k: v for k, v in given.items() if k not in lists}, ProcessFacts, place)
        ladder = _stages(given, place, facts.id, shared)
        stages |= {one.id: one for one in ladder}
        groups = {name: _group(given, name, place, facts.id, shared, roles) for name in _GROUPS}
        held = []
        for n, item in enumerate(list_at(given.get("gates"), place.at("gates"))):
            at = place.at("gates", n)
            needed = ("mix", "noise")
            gate = part(item, at, GateFacts, "gates", shared, needed, within=facts.id, process=facts.id)
            add(gates, gate.id, gate, at)
            held.append(gate.id)
        names = tuple(one.facts.id for one in ladder)
        add(processes, facts.id, Process(facts, place.file, names, **groups, gates=tuple(held)), place)
    return {"processes": processes, "stages": stages, "roles": roles}


def _stages(given: Mapping[str, Any], place: Place, process: str, shared: Evidence) -> list[Part[StageFacts]]:
    """The stages in order; the first is where the process began, so it has neither a date nor a rate."""
    seen: dict[str, Part[StageFacts]] = {}
    for n, item in enumerate(list_at(given.get("stages"), place.at("stages"))):
        at = place.at("stages", n)
        stage = part(item, at, StageFacts, "stages", shared, within=process)
        add(seen, stage.id, stage, at)
        if n == 0:
            for name in ("reached", "rate", "requires", "effects"):
                if item.get(name):
                    raise at.at(name).error(f"the first stage has no {name}: it is where the process begins")
    if len(seen) < 2:
        raise place.at("stages").error("a process has two stages or more", list(given.get("stages") or ()))
    return list(seen.values())


def _group(
    given: Mapping[str, Any],
    group: str,
    place: Place,
    process: str,
    shared: Evidence,
    roles: dict[str, Part[RoleFacts]],
) -> tuple[str, ...]:
    """One of parties, patrons, spoilers; a party may be a patron or a spoiler too, but nobody is both of these."""
    wanted, side = _GROUPS[group]
    at = place.at(group)
    raw = given.get(group) or {}
    if not isinstance(raw, Mapping):
        raise at.error(
            "states and their roles are wanted here", raw, "{STATE: {" + ": …, ".join(wanted) + ": …}}"
        )
    for state, item in raw.items():
        here = at.at(state)
        row = mapping_at(item, here, wanted)
        for name in wanted:
            if row.get(name) is None:
                raise here.error(f"missing key {name!r}", state, f"{name}: {{value: …, range: …}}")
        ident = role_key(process, state)
        known = {name: shared.variable("roles", name) for name in wanted}
        values = values_of(row, known, here, ident)
        before = roles.get(ident)
        if before is not None and before.facts.side is not None:
            raise here.error(f"{state} works for the process and against it", state, "patrons or spoilers")
        facts = RoleFacts(state=state, party=group == "parties" or before is not None, side=side)
        roles[ident] = Part(
            id=ident,
            name=state,
            kind=group if before is None else f"{before.kind}, {group}",
            values={**(before.values if before else {}), **values},
            file=place.file,
            facts=facts,
            within=process,
            key=here.key,
        )
    return tuple(raw)


def _calendar(where: Path, shared: Evidence, gates: dict[str, Part[GateFacts]]) -> None:
    """Elections of states that belong to no process."""
    for place, item in _listed(where, "calendar.yaml"):
        gate = part(item, place, GateFacts, "gates", shared, ("noise",), process=None)
        add(gates, gate.id, gate, place)
