"""The register of systems: what each is coded as is there, and everything that is coded belongs to one."""

from __future__ import annotations

from collections.abc import Iterator

from steppe.evidence.lookup import Evidence
from steppe.evidence.schema import MECHANISMS
from steppe.evidence.structure_faults import structure_faults
from steppe.evidence.structures import System
from steppe.evidence.targets import TARGETS, Unreadable, parts, target
from steppe.evidence.values import Fault, basis_faults, faults

FILE = "systems.yaml"
CONTEXT_SHARE = 0.1  # of the systems, fewer than this have no lever
# what a system may enter as, beside variables of the codebook and parameters
_STRUCTURES = ("instrument", "segment", "upgrade", "demand", "stage", "role", "gate", "organisation")


def every_fault(evidence: Evidence) -> Iterator[Fault]:
    """Faults of values, references and dates, of structures, and of the register."""
    yield from faults(evidence)
    yield from structure_faults(evidence)
    yield from register_faults(evidence)


def register_faults(evidence: Evidence) -> Iterator[Fault]:
    """Faults of systems.yaml; none where a folder has no register."""
    if not evidence.systems:
        return
    for system in evidence.systems.values():
        yield from _system(evidence, system)
    yield from _left_out(evidence)
    context = [one.id for one in evidence.systems.values() if one.kind == "context"]
    if len(context) >= CONTEXT_SHARE * len(evidence.systems) and context:
        message = f"{len(context)} of {len(evidence.systems)} systems are context"
        yield Fault("register", FILE, "", message, ", ".join(context), "fewer than a tenth")


def _system(evidence: Evidence, system: System) -> Iterator[Fault]:
    for n, reference in enumerate(system.coded):
        try:
            target(evidence, reference)
        except Unreadable as error:
            accepted = error.accepted if error.accepted != list(TARGETS) else ", ".join(TARGETS)
            yield Fault("reference", FILE, f"{system.id}.coded[{n}]", str(error), error.given, accepted)
    for n, member in enumerate(system.members):
        if member not in evidence.actors:
            yield _fault(system, f"members[{n}]", f"no actor {member!r}", member, list(evidence.actors))
    if system.since and system.until and system.until <= system.since:
        yield _fault(system, "until", f"{system.id} ends before it begins", system.until.isoformat())
    yield from _lever(evidence, system)
    yield from _origin(evidence, system)


def _lever(evidence: Evidence, system: System) -> Iterator[Fault]:
    """A system is coded somewhere and enters the model, or is context and says why."""
    if system.kind == "context":
        if system.coded or system.enters:
            yield _fault(system, "coded", f"{system.id} is context and yet coded", ", ".join(system.coded))
        if not system.context:
            yield _fault(system, "context", f"{system.id} does not say why it has no lever")
        return
    if system.context:
        yield _fault(system, "context", f"{system.id} is not of the kind context", system.kind)
    if not system.coded:
        yield _fault(system, "coded", f"{system.id} is coded nowhere", None, ", ".join(TARGETS))
    if system.enters is None:
        yield _fault(
            system, "enters", f"{system.id} does not say where it enters", None, "{mechanism, variable}"
        )
        return
    if system.enters.mechanism not in MECHANISMS:
        given = system.enters.mechanism
        yield _fault(system, "enters.mechanism", f"no mechanism {given!r}", given, list(MECHANISMS))
    known = [*(name for _, name in evidence.codebook), *evidence.parameters, *_STRUCTURES]
    if system.enters.variable not in known:
        given = system.enters.variable
        yield _fault(
            system, "enters.variable", f"no variable, parameter or structure {given!r}", given, known
        )


def _origin(evidence: Evidence, system: System) -> Iterator[Fault]:
    """Somebody says that there is such a system."""
    if system.basis == "none" and not system.documents:
        accepted = "claims: [id, …] or documents: [{document: id, paragraphs: […]}]"
        yield _fault(
            system, "claims", f"{system.id}: nobody says that there is such a system", None, accepted
        )
    else:
        claims, sources = system.claims, system.source
        if system.basis != "none":
            yield from basis_faults(
                FILE, system.id, f"{system.id}: ", claims, sources, system.assumed, evidence
            )
    for n, passage in enumerate(system.documents):
        document = evidence.documents.get(passage.document)
        if document is None:
            given, known = passage.document, list(evidence.documents)
            yield _fault(system, f"documents[{n}].document", f"no document {given!r}", given, known)
            continue
        first, last = document.paragraph_range or (1, document.paragraphs or 0)
        for number in passage.paragraphs:
            if not first <= number <= last:
                message = f"{document.id} has no paragraph {number}"
                yield _fault(system, f"documents[{n}].paragraphs", message, number, f"{first} to {last}")


def _left_out(evidence: Evidence) -> Iterator[Fault]:
    """Every instrument, corridor and process belongs to some system."""
    coded: set[str] = set()
    for system in evidence.systems.values():
        for reference in system.coded:
            try:
                one = target(evidence, reference)
            except Unreadable:
                continue
            whole = {
                "segments": "corridors",
                "upgrades": "corridors",
                "stages": "processes",
                "gates": "processes",
            }
            within = next((part.within for part in parts(evidence, one)), "")
            coded.add(f"{whole[one.family]}/{within}" if one.family in whole else f"{one.family}/{one.id}")
    for family in ("instruments", "corridors", "processes"):
        for name, thing in getattr(evidence, family).items():
            shared = family == "corridors" and all(
                evidence.segments[piece].facts.also for piece in thing.segments
            )  # every piece belongs to another system
            if f"{family}/{name}" not in coded and not (shared and thing.segments):
                yield Fault("orphan", thing.file, "id", f"{name} belongs to no system of the register", name)


def _fault(
    system: System, key: str, message: str, value: object = None, accepted: list[str] | str | None = None
) -> Fault:
    return Fault("register", FILE, f"{system.id}.{key}", message, value, accepted)
