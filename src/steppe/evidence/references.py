"""Who points at what: references such as ``organisations/EAEU.depth``, and who cites a claim or source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from steppe.evidence.lookup import FAMILIES, Evidence
from steppe.evidence.schema import Based, CodedValue, StatusEvent
from steppe.evidence.structures import Part

FORMS = (
    "a claim id",
    "actors/ID.variable",
    "organisations/ID.variable",
    "dyads/A-B.variable",
    "chronicle/STATE-ORGANISATION",
    "parameters/ID",
    "codebook/variable",
    "documents/ID",
    "instruments/ID.variable",
    "segments/ID.variable",
    "upgrades/ID.variable",
    "demands/ID.variable",
    "stages/PROCESS/STAGE.variable",
    "roles/PROCESS/STATE.variable",
    "gates/ID.variable",
    "corridors/ID",
    "processes/ID",
    "systems/ID",
)
_WHOLES = ("corridors", "processes", "systems")  # without values of their own


class Citation(NamedTuple):
    """One place that rests on claims or sources: its reference, where it is written, and what it cites."""

    reference: str
    file: str
    key: str
    claims: tuple[str, ...]
    sources: tuple[str, ...]


def value_reference(row: CodedValue) -> str:
    """``actors/KAZ.gdp``; a pair is ``dyads/KAZ-RUS.threat``."""
    return f"{row.family}/{'-'.join(row.entity)}.{row.variable}"


def status_reference(event: StatusEvent) -> str:
    """``chronicle/UZB-EAEU``."""
    return f"chronicle/{event.state}-{event.organisation}"


def exists(evidence: Evidence, reference: str) -> bool:
    """Whether a reference, in one of FORMS, points at something that is coded."""
    if reference in evidence.claims or reference in evidence.parameters:
        return True
    family, _, rest = reference.partition("/")
    name, _, variable = rest.partition(".")
    if family in FAMILIES:
        entity = evidence.entities(family).get(name)
        return entity is not None and (not variable or variable.split(".")[0] in entity.values)
    if family in _WHOLES:
        return rest in getattr(evidence, family)
    if family == "dyads":
        if name in evidence.dyads:
            return bool(evidence.dyads[name])
        a, _, b = name.partition("-")
        pairs = evidence.dyads.get(variable, {})
        return (a, b) in pairs or (b, a) in pairs
    if family == "chronicle":
        pair = tuple(name.split("-"))
        return not rest or any((event.state, event.organisation) == pair for event in evidence.chronicle)
    if family == "parameters":
        return rest in evidence.parameters
    if family == "codebook":
        return any(rest == known for _, known in evidence.codebook)
    return family == "documents" and rest in evidence.documents


def citations(evidence: Evidence) -> Iterator[Citation]:
    """Everything that rests on claims and sources, with them: values, statuses, parameters, systems, facts."""
    for row in evidence.values():
        yield Citation(value_reference(row), row.file, row.key, row.claims, row.sources)
    for event in evidence.chronicle:
        yield Citation(
            status_reference(event), "chronicle.yaml", event_key(event), event.claims, event.source
        )
    for parameter in evidence.parameters.values():
        yield Citation(
            f"parameters/{parameter.id}", "parameters.yaml", parameter.id, parameter.claims, parameter.source
        )
    for system in evidence.systems.values():
        yield Citation(f"systems/{system.id}", "systems.yaml", system.id, system.claims, system.source)
    yield from _facts(evidence)


def _facts(evidence: Evidence) -> Iterator[Citation]:
    """What the facts of instruments, corridors and processes rest on, where they say so."""
    for family in FAMILIES:
        for part in evidence.entities(family).values():
            if isinstance(part, Part) and isinstance(part.facts, Based) and part.facts.basis != "none":
                reference = f"{family}/{part.id}"
                yield Citation(reference, part.file, part.key, part.facts.claims, part.facts.source)
    for family in ("corridors", "processes"):
        for name, whole in getattr(evidence, family).items():
            facts = [whole.facts, *getattr(whole.facts, "charter", ())]
            claims = tuple(claim for one in facts for claim in one.claims)
            sources = tuple(source for one in facts for source in one.source)
            if claims or sources:
                yield Citation(f"{family}/{name}", whole.file, "", claims, sources)


def event_key(event: StatusEvent) -> str:
    """How a message names an entry of the chronicle, which has no id."""
    return f"{event.state} in {event.organisation}, {event.date.isoformat()}"


def cited(evidence: Evidence) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """claim → references that rest on it, source → the same; a resolution cites the claims it settles."""
    claims: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, list[str]] = defaultdict(list)
    for place in citations(evidence):
        _add(claims, place.claims, place.reference)
        _add(sources, place.sources, place.reference)
    for resolution in evidence.resolutions.values():
        settled = [name for name in resolution.affects if name in evidence.claims]
        _add(claims, settled, f"resolutions/{resolution.id}")
    return claims, sources


def _add(index: dict[str, list[str]], names: Sequence[str], reference: str) -> None:
    for name in names:
        if reference not in index[name]:
            index[name].append(reference)
