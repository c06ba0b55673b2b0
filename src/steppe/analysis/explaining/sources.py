"""What a component rests on: parameters and coded values, each down to its claims, documents and paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.analysis.explaining.decisions import Cell, Decision
from steppe.analysis.explaining.replaying import Replay
from steppe.errors import InputError
from steppe.evidence import CodedValue, Evidence
from steppe.evidence.references import status_reference, value_reference
from steppe.evidence.rows import claim_reference, origins, plain
from steppe.mechanisms.parameters import PARAMETERS
from steppe.world.arrays import World
from steppe.world.provenance import Origin, provenance

Part = tuple[str, str]  # who decides, component
_BASES = ("document", "public", "assumed", "none")


@dataclass(frozen=True)
class Source:
    """A parameter or a coded value that enters components.

    id : for `steppe show`;  kind : parameter, value, status
    enters : (who decides, component) of the decisions of which it is a part
    value, low, high : as coded;  used : what this replicate had, where that is one number and may differ
    basis : document, public, assumed;  claims : {id, document, paragraphs, modality, says};  sources : {id, citation}
    coded : false for what the codebook takes where nobody coded
    informed_by : claims that say something of it without giving its value, as the evidence has it (`informs`)
    """

    id: str
    kind: str
    enters: tuple[Part, ...]
    value: Any
    low: Any
    high: Any
    used: float | None
    basis: str
    claims: tuple[Mapping[str, Any], ...]
    sources: tuple[Mapping[str, Any], ...]
    coded: bool = True
    informed_by: tuple[Mapping[str, Any], ...] = ()

    @property
    def documents(self) -> tuple[str, ...]:
        """Ids of the documents of its claims."""
        every = (*self.claims, *self.informed_by)
        return tuple(dict.fromkeys(str(one["document"]) for one in every if "document" in one))


def sources_of(again: Replay, evidence: Evidence, decisions: Sequence[Decision]) -> tuple[Source, ...]:
    """What the decisions rest on: parameters first, then coded values, documents before public data and assumptions."""
    parameters: dict[str, list[Part]] = {}
    cells: dict[Cell, list[Part]] = {}
    for one in decisions:
        for part in one.components:
            if part.now == 0.0 and not part.before:
                continue  # switched off, or nothing of the kind: it rests on nothing here
            for name in part.parameters:
                _add(parameters, name, (one.who or "", part.id))
            for cell in part.cells:
                _add(cells, cell, (one.who or "", part.id))
    used = {name: float(again.now[0]["p"][name.split(".")[1]]) for name in parameters if name in PARAMETERS}
    found = [
        parameter_source(evidence, name, tuple(parts), used.get(name)) for name, parts in parameters.items()
    ]
    values = list(value_sources(evidence, again.model.world, cells))
    return (*found, *sorted(values, key=_rank))


def parameter_source(
    evidence: Evidence, name: str, enters: tuple[Part, ...] = (), used: float | None = None
) -> Source:
    """A parameter with what it rests on."""
    one = evidence.parameter(name)
    rests = origins(evidence, one.basis, one.claims, one.source)
    return Source(
        name, "parameter", enters, float(one.value), float(one.range[0]), float(one.range[1]), used,
        one.basis, tuple(rests["claims"]), tuple(rests["sources"]), True, informing(evidence, f"parameters/{name}"),
    )  # fmt: skip


def informing(
    evidence: Evidence, reference: str, without: Sequence[str] = ()
) -> tuple[Mapping[str, Any], ...]:
    """The claims that inform a parameter or a value: ``parameters/membership.pressure_vote``, ``organisations/EAEU.depth``."""
    return tuple(
        claim_reference(evidence, one.id)
        for one in evidence.claims.values()
        if reference in one.informs and one.id not in without
    )


def value_sources(evidence: Evidence, world: World, cells: Mapping[Cell, Sequence[Part]]) -> Iterator[Source]:
    """The coded values behind cells of a world, each once."""
    found: dict[str, tuple[Origin, list[Part]]] = {}
    for cell, enters in cells.items():
        for origin in _origins(evidence, world, cell):
            name = value_reference(origin) if isinstance(origin, CodedValue) else status_reference(origin)
            entry = found.setdefault(name, (origin, []))
            entry[1].extend(part for part in enters if part not in entry[1])
    for name, (origin, parts) in found.items():
        yield source_of(evidence, name, origin, tuple(parts))


def source_of(evidence: Evidence, name: str, origin: Origin, enters: tuple[Part, ...] = ()) -> Source:
    """A coded value, or an entry of the chronicle, with what it rests on."""
    if not isinstance(origin, CodedValue):
        rests = origins(evidence, origin.basis, origin.claims, origin.source)
        return Source(
            name, "status", enters, origin.status, None, None, None,
            origin.basis, tuple(rests["claims"]), tuple(rests["sources"]),
        )  # fmt: skip
    rests = origins(evidence, origin.basis, origin.claims, origin.sources)
    return Source(
        name, "value", enters, plain(origin.value), plain(origin.low), plain(origin.high), None,
        origin.basis, tuple(rests["claims"]), tuple(rests["sources"]), origin.file != "codebook.yaml",
        informing(evidence, name, origin.claims),
    )  # fmt: skip


def coded_source(evidence: Evidence, world: World, name: str) -> Source | None:
    """A coded value by the id under which it is drawn or varied: ``actors/KAZ.salience.trade``; None for none."""
    if name in evidence.parameters:
        return parameter_source(evidence, name)
    family, _, rest = name.partition("/")
    entity, variable = (*rest.split("."), "")[:2]
    try:
        if family == "dyads":
            first, _, second = entity.partition("-")
            origin = evidence.dyad(variable, first, second, world.start)
        else:
            origin = evidence.first_value(family, entity, variable, world.start)
    except InputError:
        return None
    return source_of(evidence, value_reference(origin), origin)


def _origins(evidence: Evidence, world: World, cell: Cell) -> Iterable[Origin]:
    array, *entities = cell
    return provenance(evidence, world, array, *entities)


def _rank(one: Source) -> tuple[bool, int, str]:
    return not one.coded, _BASES.index(one.basis) if one.basis in _BASES else len(_BASES), one.id


def _add(found: dict[Any, list[Part]], key: Any, part: Part) -> None:
    parts = found.setdefault(key, [])
    if part not in parts:
        parts.append(part)
