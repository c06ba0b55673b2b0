"""What the register's `coded` points at: a place in the evidence that a world can be built without."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from steppe.evidence.lookup import Evidence
from steppe.evidence.schema import CodedValue, StatusEvent
from steppe.evidence.structures import Part, stage_key

TARGETS = (
    "organisations/ID",
    "instruments/ID",
    "corridors/ID",
    "segments/ID",
    "upgrades/ID",
    "processes/ID",
    "processes/ID.stages.STAGE",
    "processes/ID.gates.GATE",
    "gates/ID",
    "chronicle/STATE-ORGANISATION",
    "parameters/ID=VALUE",
)
_FAMILIES = {
    "organisations": "organisation",
    "instruments": "instrument",
    "corridors": "corridor",
    "segments": "segment",
    "upgrades": "upgrade",
    "processes": "process",
    "gates": "gate",
}


class Target(NamedTuple):
    """family : as in TARGETS, and "stages" with PROCESS/STAGE as id;  value : of a parameter"""

    family: str
    id: str
    value: float = 0.0


class Unreadable(ValueError):
    """A reference that points nowhere: what is wrong, and the names that there are."""

    def __init__(self, message: str, given: str, accepted: Iterable[str]) -> None:
        super().__init__(message)
        self.given, self.accepted = given, list(accepted)


def target(evidence: Evidence, reference: str) -> Target:
    """What one reference points at. Raises Unreadable."""
    family, _, rest = reference.partition("/")
    if family == "parameters":
        return _parameter(evidence, rest)
    if family == "chronicle":
        pairs = {f"{event.state}-{event.organisation}" for event in evidence.chronicle}
        return Target(family, _known(rest, pairs, "entry of the chronicle"))
    if family not in _FAMILIES:
        raise Unreadable(f"{reference!r} is none of the forms", reference, TARGETS)
    name, _, inner = rest.partition(".")
    _known(name, getattr(evidence, family), _FAMILIES[family])
    if not inner:
        return Target(family, name)
    kind, _, inside = inner.partition(".")
    if family != "processes" or kind not in ("stages", "gates"):
        raise Unreadable(f"{reference!r} is none of the forms", reference, TARGETS)
    process = evidence.processes[name]
    if kind == "stages":
        return Target(kind, stage_key(name, _known(inside, process.stages, f"stage of {name}")))
    return Target(kind, _known(inside, process.gates, f"gate of {name}"))


def _known(name: str, names: Iterable[str], what: str) -> str:
    if name not in names:
        raise Unreadable(f"no {what} {name!r}", name, names)
    return name


def _parameter(evidence: Evidence, rest: str) -> Target:
    name, equals, text = rest.partition("=")
    _known(name, evidence.parameters, "parameter")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not equals or not math.isfinite(value):
        raise Unreadable(f"parameters/{rest} has no value", rest, [f"parameters/{name}=VALUE"])
    return Target("parameters", name, value)


def targets(evidence: Evidence, system: str) -> list[Target]:
    """Everything that a system of the register is coded as. Raises Unreadable."""
    return [target(evidence, reference) for reference in evidence.systems[system].coded]


def parts(evidence: Evidence, one: Target) -> Iterator[Part[Any]]:
    """The parts with values that a target consists of; none for an organisation, a status or a parameter."""
    found: Iterable[Part[Any]]
    if one.family == "corridors":
        corridor = evidence.corridors[one.id]
        found = (
            *(evidence.segments[name] for name in corridor.segments),
            *(evidence.upgrades[name] for name in corridor.upgrades),
        )
    elif one.family == "processes":
        process = evidence.processes[one.id]
        found = (
            *(evidence.stages[stage_key(one.id, name)] for name in process.stages),
            *(role for role in evidence.roles.values() if role.within == one.id),
            *(evidence.gates[name] for name in process.gates),
        )
    elif one.family in ("instruments", "segments", "upgrades", "stages", "gates"):
        found = (getattr(evidence, one.family)[one.id],)
    else:
        found = ()
    yield from found


def values(evidence: Evidence, one: Target) -> Iterator[CodedValue]:
    """The coded values of a target."""
    if one.family == "organisations":
        for rows in evidence.organisations[one.id].values.values():
            yield from rows
    for item in parts(evidence, one):
        for rows in item.values.values():
            yield from rows


def events(evidence: Evidence, one: Target) -> list[StatusEvent]:
    """The entries of the chronicle of a target that is a membership."""
    if one.family != "chronicle":
        return []
    return [event for event in evidence.chronicle if f"{event.state}-{event.organisation}" == one.id]


def systems_of(evidence: Evidence, segment: str) -> tuple[str, ...]:
    """The ids by which a segment is part of a system: its corridor's, those of the register, and `also`."""
    part_ = evidence.segments[segment]
    wanted = {f"corridors/{part_.within}", f"segments/{segment}"}
    named = [one.id for one in evidence.systems.values() if wanted & set(one.coded)]
    return tuple(dict.fromkeys((part_.within, *named, *part_.facts.also)))
