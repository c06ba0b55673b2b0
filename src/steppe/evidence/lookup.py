"""The evidence in memory, and the value of anything at a date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from steppe.errors import InputError, input_error
from steppe.evidence.schema import (
    Claim,
    CodedValue,
    Document,
    Entity,
    Parameter,
    Quantity,
    Resolution,
    Source,
    StatusEvent,
    Variable,
)
from steppe.evidence.structures import (
    Corridor,
    DemandFacts,
    GateFacts,
    InstrumentFacts,
    Part,
    Process,
    RoleFacts,
    SegmentFacts,
    StageFacts,
    System,
    UpgradeFacts,
)
from steppe.paths import shown

Pair = tuple[str, str]
FAMILIES = (  # what has entities with values of their own
    "actors",
    "organisations",
    "instruments",
    "segments",
    "upgrades",
    "demands",
    "stages",
    "roles",
    "gates",
)


@dataclass(frozen=True)
class Evidence:
    """Everything that one seeds folder says; mappings keep the order of the files.

    codebook : by (family, id), family being actors, organisations, dyads, chronicle or another of FAMILIES
    dyads : variable → pair → rows, oldest first; a symmetric pair is stored with a before b
    chronicle : oldest first
    systems : the register; what it points at stands in the other mappings
    segments, upgrades, stages, roles, gates : of all corridors and processes; a stage is PROCESS/STAGE, a role
        PROCESS/STATE
    base : the evidence that a world folder rests on; its documents, sources, claims … are included here
    """

    folder: str
    codebook: Mapping[tuple[str, str], Variable]
    documents: Mapping[str, Document] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    quantities: Mapping[str, Quantity] = field(default_factory=dict)
    resolutions: Mapping[str, Resolution] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    actors: Mapping[str, Entity] = field(default_factory=dict)
    organisations: Mapping[str, Entity] = field(default_factory=dict)
    dyads: Mapping[str, Mapping[Pair, tuple[CodedValue, ...]]] = field(default_factory=dict)
    chronicle: tuple[StatusEvent, ...] = ()
    systems: Mapping[str, System] = field(default_factory=dict)
    instruments: Mapping[str, Part[InstrumentFacts]] = field(default_factory=dict)
    corridors: Mapping[str, Corridor] = field(default_factory=dict)
    segments: Mapping[str, Part[SegmentFacts]] = field(default_factory=dict)
    upgrades: Mapping[str, Part[UpgradeFacts]] = field(default_factory=dict)
    demands: Mapping[str, Part[DemandFacts]] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)
    stages: Mapping[str, Part[StageFacts]] = field(default_factory=dict)
    roles: Mapping[str, Part[RoleFacts]] = field(default_factory=dict)
    gates: Mapping[str, Part[GateFacts]] = field(default_factory=dict)
    base: Evidence | None = None

    def variable(self, family: str, name: str) -> Variable:
        """The codebook's entry. Raises InputError with the nearest name."""
        found = self.codebook.get((family, name))
        if found is None:
            names = [known for kind, known in self.codebook if kind == family]
            raise input_error(f"no variable {name!r} of {family} in the codebook", value=name, accepted=names)
        return found

    def entity(self, family: str, name: str) -> Entity:
        """An actor, an organisation, or another entity of FAMILIES. Raises InputError with the nearest name."""
        found = self.entities(family).get(name)
        if found is None:
            raise input_error(f"no {name!r} among the {family}", value=name, accepted=self.entities(family))
        return found

    def value(self, family: str, name: str, variable: str, when: date) -> CodedValue:
        """The value of an entity's variable that holds at `when`.

        family : one of FAMILIES.  The codebook's default (basis assumed) where there is one and nothing
        holds at that date; without a default InputError.
        """
        entry = self.variable(family, variable)
        found = row_at(self.entity(family, name).values.get(variable, ()), when)
        if found is not None:
            return found
        if entry.default is not None:
            return default_value(entry, (name,))
        return self._nothing(family, name, variable, when)

    def first_value(self, family: str, name: str, variable: str, when: date) -> CodedValue:
        """The value that holds at `when`; before the first row, that row: what begins later begins with it."""
        rows = self.entity(family, name).values.get(variable, ())
        return row_at(rows, when) or (rows[0] if rows else self.value(family, name, variable, when))

    def dyad(self, variable: str, a: str, b: str, when: date) -> CodedValue:
        """The value of a pair at `when`; the codebook's default (basis assumed) where the pair is not coded.

        In a directed variable `a` is the one affected. Raises InputError without value and default.
        """
        entry = self.variable("dyads", variable)
        pair = (b, a) if entry.entity == "dyad" and b < a else (a, b)
        found = row_at(self.dyads.get(variable, {}).get(pair, ()), when)
        if found is not None:
            return found
        if entry.default is None:
            self._nothing("dyads", f"{pair[0]}-{pair[1]}", variable, when)
        return default_value(entry, pair)

    def dyads_at(self, variable: str, when: date) -> dict[Pair, CodedValue]:
        """Every pair with a coded value at `when`, defaults left out; the quick way to fill a matrix."""
        self.variable("dyads", variable)
        rows = ((pair, row_at(dated, when)) for pair, dated in self.dyads.get(variable, {}).items())
        return {pair: row for pair, row in rows if row is not None}

    def statuses(self, when: date) -> dict[Pair, StatusEvent]:
        """(state, organisation) → the event that set the status at `when`; those outside are left out."""
        latest: dict[Pair, StatusEvent] = {}
        for event in self.chronicle:
            if event.date > when:
                break
            latest[event.state, event.organisation] = event
        return {pair: event for pair, event in latest.items() if event.status != "none"}

    def status(self, state: str, organisation: str, when: date) -> str:
        """none | observer | member | suspended at `when`."""
        event = self.statuses(when).get((state, organisation))
        return event.status if event else "none"

    def events(self, start: date, end: date) -> list[StatusEvent]:
        """Changes of status with start <= date < end, oldest first."""
        return [event for event in self.chronicle if start <= event.date < end]

    def alive(self, when: date) -> list[str]:
        """Organisations founded and not yet dissolved at `when`, in the order of their files."""
        return [
            name
            for name, body in self.organisations.items()
            if (body.founded is None or body.founded <= when)
            and (body.dissolved is None or when < body.dissolved)
        ]

    def parameter(self, name: str) -> Parameter:
        """A model parameter. Raises InputError with the nearest name."""
        found = self.parameters.get(name)
        if found is None:
            raise input_error(f"no parameter {name!r}", value=name, accepted=self.parameters)
        return found

    def values(self) -> Iterator[CodedValue]:
        """Every coded value: of every entity of FAMILIES, and of pairs."""
        for family in FAMILIES:
            for entity in self.entities(family).values():
                for rows in entity.values.values():
                    yield from rows
        for pairs in self.dyads.values():
            for rows in pairs.values():
                yield from rows

    def entities(self, family: str) -> Mapping[str, Entity]:
        """The entities of one of FAMILIES by id. Raises InputError."""
        if family not in FAMILIES:
            raise input_error("no such family", value=family, accepted=FAMILIES)
        found: Mapping[str, Entity] = getattr(self, family)
        return found

    def _nothing(self, family: str, name: str, variable: str, when: date) -> NoReturn:
        if family == "dyads":
            a, _, b = name.partition("-")
            rows = self.dyads.get(variable, {}).get((a, b), ())
        else:
            rows = self.entity(family, name).values.get(variable, ())
        dates = ", ".join("always" if row.since is None else row.since.isoformat() for row in rows)
        raise InputError(
            f"{variable} of {name} has no value at {when.isoformat()}",
            file=shown(self.folder),
            key=f"{family}/{name}.{variable}",
            value=when.isoformat(),
            accepted=f"rows hold from {dates}" if dates else "nothing is coded",
        )


def row_at(rows: tuple[CodedValue, ...], when: date) -> CodedValue | None:
    """The row with the latest start among those with since <= when < until. Rows are ordered oldest first.

    A spell with an end therefore interrupts an open row, which resumes afterwards.
    """
    for row in reversed(rows):
        if (row.since is None or row.since <= when) and (row.until is None or when < row.until):
            return row
    return None


def default_value(entry: Variable, entity: tuple[str, ...]) -> CodedValue:
    """What the codebook says of an actor or a pair that nobody coded."""
    low, high = entry.default_range or (entry.default, entry.default)
    return CodedValue(
        family=entry.family,
        entity=entity,
        variable=entry.id,
        value=entry.default,
        low=low,
        high=high,
        basis="assumed",
        assumed=f"not coded: {entry.default_reason or 'the default of the codebook'}",
        file="codebook.yaml",
        key=f"{entry.id}.default",
    )


def own(evidence: Evidence, name: str) -> list[Any]:
    """Records of one kind that the folder itself holds; those of its base are checked with the base."""
    inherited = getattr(evidence.base, name) if evidence.base else {}
    return [record for key, record in getattr(evidence, name).items() if inherited.get(key) is not record]
