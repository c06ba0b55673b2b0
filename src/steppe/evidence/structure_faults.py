"""What is wrong with instruments, corridors and processes: names that point nowhere, dates out of order, gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from steppe.errors import key_path
from steppe.evidence.lookup import Evidence
from steppe.evidence.schema import Based
from steppe.evidence.structures import (
    NAMES,
    WORLD,
    Effect,
    GateFacts,
    InstrumentFacts,
    Part,
    Process,
    Requirement,
    StageFacts,
    stage_key,
)
from steppe.evidence.values import Fault, basis_faults

_OF_PAIRS = ("rung", "trade_cost", "affinity", "strength", "relief")
_OF_IDENTITY = ("strength", "relief")


def structure_faults(evidence: Evidence) -> Iterator[Fault]:
    """Faults of everything but the register (see `register`) and the values themselves (see `values`)."""
    for instrument in evidence.instruments.values():
        yield from _instrument(evidence, instrument)
    yield from _segments(evidence)
    yield from _demands(evidence)
    for process in evidence.processes.values():
        yield from _process(evidence, process)
    for stage in evidence.stages.values():
        yield from _stage(evidence, stage)
    for gate in evidence.gates.values():
        yield from _gate(evidence, gate)


def _at(part: Part[Any], *inner: object) -> tuple[str, str]:
    """File and key of something inside a part."""
    return part.file, key_path(part.key, *inner)


def _unknown(
    place: tuple[str, str], what: str, names: Sequence[str], known: Collection[str], many: bool = True
) -> Iterator[Fault]:
    """One fault for each name that is not among the known."""
    for n, name in enumerate(names):
        if name not in known:
            key = f"{place[1]}[{n}]" if many else place[1]
            yield Fault("reference", place[0], key, f"no {what} {name!r}", name, list(known))


def _basis(evidence: Evidence, part: Part[Any], needed: bool) -> Iterator[Fault]:
    """Faults of the basis of the facts; where it need not be given, only of one that is."""
    facts: Based = part.facts
    if needed or facts.basis != "none":
        yield from basis_faults(
            part.file, part.key, f"{part.id}: ", facts.claims, facts.source, facts.assumed, evidence
        )


def _instrument(evidence: Evidence, part: Part[InstrumentFacts]) -> Iterator[Fault]:
    facts = part.facts
    yield from _basis(evidence, part, needed=False)
    yield from _unknown(_at(part, "parties"), "actor", facts.parties, evidence.actors)
    for n, pair in enumerate(facts.pairs):
        yield from _unknown(_at(part, "pairs", n), "actor", pair, evidence.actors)
        if pair[0] == pair[1]:
            yield Fault("reference", *_at(part, "pairs", n), "a pair needs two actors", pair[0])
    if bool(facts.parties) == bool(facts.pairs):
        yield Fault(
            "parties", *_at(part), f"{part.id}: one of parties and pairs is wanted", None, "parties or pairs"
        )
    if not part.values:
        names = [name for family, name in evidence.codebook if family == "instruments"]
        yield Fault("missing", *_at(part), f"{part.id} changes nothing: it has no value", None, names)
    if len(facts.states) < 2:
        for name in _OF_PAIRS:
            if name in part.values:
                yield Fault("parties", *_at(part, name), f"{name} is of a pair, and {part.id} has one party")
    for name in _OF_IDENTITY:
        if name in part.values and facts.kind != "identity":
            yield Fault(
                "parties", *_at(part, name), f"{name} is of an instrument of identity", facts.kind, "identity"
            )
        if name in part.values and facts.pairs:
            message = f"{name} holds between all parties of {part.id}, not between pairs"
            yield Fault("parties", *_at(part, "pairs"), message, None, "parties")
    if facts.since and facts.until and facts.until <= facts.since:
        yield Fault("dates", *_at(part, "until"), f"{part.id} ends before it begins", facts.until.isoformat())


def _segments(evidence: Evidence) -> Iterator[Fault]:
    for part in evidence.segments.values():
        facts = part.facts
        yield from _basis(evidence, part, needed=False)
        yield from _unknown(_at(part, "owners"), "actor", facts.owners, evidence.actors)
        yield from _unknown(_at(part, "sponsors"), "actor", facts.sponsors, evidence.actors)
        if evidence.systems:
            yield from _unknown(_at(part, "also"), "system", facts.also, evidence.systems)
        if facts.between[0] == facts.between[1]:
            yield Fault("places", *_at(part, "between"), "a segment joins two places", facts.between[0])
    for upgrade in evidence.upgrades.values():
        yield from _basis(evidence, upgrade, needed=False)
        yield from _unknown(_at(upgrade, "segments"), "segment", upgrade.facts.segments, evidence.segments)
        if not upgrade.values:
            names = [name for family, name in evidence.codebook if family == "upgrades"]
            yield Fault(
                "missing", *_at(upgrade), f"{upgrade.id} changes nothing: it has no value", None, names
            )


def _demands(evidence: Evidence) -> Iterator[Fault]:
    """Demands between known places, and segments that some demand can use."""
    if not evidence.demands and not evidence.segments:
        return
    import networkx as nx

    reached: set[str] = set()
    graphs = {}
    for commodity in ("oil", "containers"):
        graph = graphs[commodity] = nx.Graph()
        for part in evidence.segments.values():
            if commodity in part.facts.commodities:
                graph.add_edge(*part.facts.between)
    for demand in evidence.demands.values():
        facts, graph = demand.facts, graphs[demand.facts.commodity]
        yield from _basis(evidence, demand, needed=False)
        yield from _unknown(_at(demand, "origin"), "actor", [facts.origin], evidence.actors, many=False)
        ends = [*evidence.actors, WORLD]
        yield from _unknown(_at(demand, "destination"), "actor", [facts.destination], ends, many=False)
        if facts.from_place == facts.to_place:
            yield Fault("places", *_at(demand, "to_place"), "the way ends where it begins", facts.to_place)
        if facts.origin == facts.destination:
            yield Fault(
                "reference", *_at(demand, "destination"), "origin and destination are one", facts.origin
            )
        places = {"from_place": facts.from_place, "to_place": facts.to_place}
        lost = {key: name for key, name in places.items() if name not in graph}
        for key, name in lost.items():
            message = f"no segment for {facts.commodity} ends at {name!r}"
            yield Fault("places", *_at(demand, key), message, name, sorted(graph))
        if lost:
            continue
        if not nx.has_path(graph, facts.from_place, facts.to_place):
            message = f"no way for {facts.commodity} from {facts.from_place} to {facts.to_place}"
            yield Fault("places", *_at(demand, "to_place"), message, facts.to_place)
        reached |= nx.node_connected_component(graph, facts.from_place)
    for part in evidence.segments.values():
        if evidence.demands and not set(part.facts.between) & reached:
            yield Fault(
                "places",
                *_at(part, "between"),
                f"no demand can reach {part.id}",
                ", ".join(part.facts.between),
            )


def _process(evidence: Evidence, process: Process) -> Iterator[Fault]:
    facts, file = process.facts, process.file
    if facts.basis != "none":
        yield from basis_faults(
            file, "", f"{process.id}: ", facts.claims, facts.source, facts.assumed, evidence
        )
    for group in ("parties", "patrons", "spoilers"):
        for state in getattr(process, group):
            yield from _unknown((file, f"{group}.{state}"), "actor", [state], evidence.actors, many=False)
    if not process.parties:
        yield Fault("parties", file, "parties", f"{process.id} has no party")
    if facts.relapse:
        for key in ("to", "below"):
            named = getattr(facts.relapse, key)
            yield from _unknown((file, f"relapse.{key}"), "stage", [named], process.stages, many=False)
        if {facts.relapse.to, facts.relapse.below} <= set(process.stages):
            to, below = (process.stages.index(name) for name in (facts.relapse.to, facts.relapse.below))
            if to >= below:
                yield Fault(
                    "stages", file, "relapse.to", f"{process.id} would relapse forwards", facts.relapse.to,
                    f"a stage before {facts.relapse.below}",
                )  # fmt: skip
    for n, row in enumerate(facts.charter):
        place = (file, f"charter[{n}].organisation")
        yield from _unknown(place, "organisation", [row.organisation], evidence.organisations, many=False)
        yield from _unknown((file, f"charter[{n}].stage"), "stage", [row.stage], process.stages, many=False)
        if row.basis != "none":
            yield from basis_faults(
                file, f"charter[{n}]", f"{process.id}: ", row.claims, row.source, row.assumed, evidence
            )
    latest = None
    gap: str | None = None
    for n, name in enumerate(process.stages[1:], 1):
        reached = evidence.stages[stage_key(process.id, name)].facts.reached
        key = f"stages[{n}].reached"
        if reached is None:
            gap = gap or name
            continue
        if gap:
            yield Fault(
                "dates", file, key, f"{name} is reached, and {gap} before it is not", reached.isoformat()
            )
        if latest and reached < latest:
            yield Fault(
                "dates", file, key, f"{name} is reached before the stage before it", reached.isoformat()
            )
        latest = reached


def _stage(evidence: Evidence, part: Part[StageFacts]) -> Iterator[Fault]:
    facts = part.facts
    yield from _basis(evidence, part, needed=bool(facts.reached or facts.effects or facts.requires))
    for n, needed in enumerate(facts.requires):
        yield from _requirement(evidence, part, n, needed)
    yield from _effects(evidence, part, "effects", facts.effects)


def _requirement(evidence: Evidence, part: Part[StageFacts], n: int, needed: Requirement) -> Iterator[Fault]:
    named: tuple[tuple[str, str, Collection[str]], ...] = (
        ("process", "process", evidence.processes),
        ("gate", "gate", evidence.gates),
        ("organisation", "organisation", evidence.organisations),
        ("pairs", "organisation", evidence.organisations),
        ("open", "segment", evidence.segments),
        ("member", "actor", evidence.actors),
    )
    for key, what, known in named:
        given = getattr(needed, key)
        if given is not None:
            yield from _unknown(_at(part, "requires", n, key), what, [given], known, many=False)
    for key in ("tie", "peace"):
        pair = getattr(needed, key)
        if pair is not None:
            yield from _unknown(_at(part, "requires", n, key), "actor", pair, evidence.actors)
            if pair[0] == pair[1]:
                yield Fault("reference", *_at(part, "requires", n, key), "a pair needs two actors", pair[0])
    process = evidence.processes.get(needed.process or "")
    if process is not None and needed.stage is not None:
        stages = process.stages
        yield from _unknown(_at(part, "requires", n, "stage"), "stage", [needed.stage], stages, many=False)
        if process.id == part.within and stage_key(part.within, needed.stage) == part.id:
            yield Fault("reference", *_at(part, "requires", n), f"{part.id} requires itself", needed.stage)


def _gate(evidence: Evidence, part: Part[GateFacts]) -> Iterator[Fault]:
    facts = part.facts
    yield from _basis(evidence, part, needed=True)
    yield from _unknown(_at(part, "state"), "actor", [facts.state], evidence.actors, many=False)
    if facts.chained is not None:
        others = [name for name in evidence.gates if name != part.id]
        yield from _unknown(_at(part, "chained"), "gate", [facts.chained], others, many=False)
        if _goes_round(evidence, part.id):
            yield Fault(
                "reference", *_at(part, "chained"), f"{part.id} waits for itself in the end", facts.chained
            )
    if (facts.date is None) == (facts.after is None):
        yield Fault(
            "dates",
            *_at(part),
            f"{part.id}: one of date and after is wanted",
            None,
            "date, or after and delay",
        )
    if (facts.after is None) != ("delay" not in part.values):
        yield Fault(
            "dates", *_at(part), f"{part.id}: a delay goes with after", facts.after, "after and delay"
        )
    if facts.after is not None:
        stages = evidence.processes[part.within].stages if part.within else ()
        yield from _unknown(_at(part, "after"), "stage", [facts.after], stages, many=False)
    if facts.passed and facts.date and facts.passed < facts.date:
        yield Fault(
            "dates", *_at(part, "passed"), f"{part.id} passed before it was held", facts.passed.isoformat()
        )
    if facts.process is None and "mix" in part.values:
        yield Fault(
            "parties", *_at(part, "mix"), f"{part.id} belongs to no process, whose support could count"
        )
    yield from _effects(evidence, part, "on_pass", facts.on_pass)
    yield from _effects(evidence, part, "on_fail", facts.on_fail)


def _goes_round(evidence: Evidence, name: str) -> bool:
    """Whether a gate waits for one that waits, directly or not, for itself."""
    seen: list[str] = []
    while name in evidence.gates and name not in seen:
        seen.append(name)
        name = evidence.gates[name].facts.chained or ""
    return len(seen) > 1 and name == seen[0]


def _effects(evidence: Evidence, part: Part[Any], field: str, effects: Sequence[Effect]) -> Iterator[Fault]:
    """Names in effects; kinds and further fields are for the config, which knows the interventions."""
    for n, effect in enumerate(effects):
        for key, family in NAMES.items():
            given = effect.get(key)
            names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
            known: Collection[str] = getattr(evidence, family)
            if family == "systems":
                known = {*evidence.systems, *evidence.corridors}
            yield from _unknown(
                _at(part, field, n, key), family.removesuffix("s"), names, known, isinstance(given, list)
            )
        process, stage = evidence.processes.get(str(effect.get("process"))), effect.get("stage")
        if process is not None and isinstance(stage, str):
            stages = process.stages
            yield from _unknown(_at(part, field, n, "stage"), "stage", [stage], stages, many=False)
