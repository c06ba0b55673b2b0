"""Systems and what they are coded as: the facts in systems.yaml, instruments/, corridors/, processes/ and calendar.yaml.

A file holds facts (a record below) and values (coded, with range and basis) side by side; a `Part` is both together.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from steppe.evidence.schema import Based, Entity, Ids, Record, When

WORLD = "world"  # as the destination of a demand: the rest of the world
COMMODITIES = ("oil", "containers")
GATE_KINDS = ("election", "referendum", "ratification")
MODES = ("pipeline", "rail", "road", "sea", "port")
# keys of a requirement → its kind
REQUIREMENTS: Mapping[frozenset[str], str] = {
    frozenset(keys.split()): kind
    for keys, kind in (
        ("process stage", "process"),
        ("gate", "gate"),
        ("organisation depth", "depth"),
        ("tie level", "tie"),
        ("peace", "peace"),
        ("pairs level", "pairs"),
        ("open", "open"),
        ("member organisation", "member"),
    )
}
# fields of an effect that name something, and among what; an effect is an intervention without a date
NAMES: Mapping[str, str] = {
    **dict.fromkeys(("state", "a", "b", "on", "by", "members"), "actors"),
    **dict.fromkeys(("organisation", "into", "with"), "organisations"),
    "segment": "segments",
    "system": "systems",
    "process": "processes",
    "gate": "gates",
    "instrument": "instruments",
}

Pair = tuple[str, str]
Effect = Mapping[str, Any]
Share = Annotated[float, Field(ge=0, le=1)]


class Passage(Record):
    """A place in a document."""

    document: str
    paragraphs: tuple[int, ...] = Field(min_length=1)


class Enters(Record):
    """Where a system enters the model."""

    mechanism: str
    variable: str


class System(Based):
    """One system of the register, known from claims or documents; from elsewhere only in a world of a user's own.

    coded : where its values stand, see `targets`;  context : why it has no lever, instead of `coded`
    since, until : dates of the system itself
    """

    id: str
    name: str
    kind: Literal[
        "organisation",
        "bilateral",
        "identity",
        "corridor",
        "upgrade",
        "stage",
        "gate",
        "guarantee",
        "condition",
        "context",
    ]
    coded: Ids = ()
    enters: Enters | None = None
    since: When | None = Field(default=None, alias="from")
    until: When | None = None
    members: Ids = ()
    documents: tuple[Passage, ...] = ()
    context: str | None = None


class InstrumentFacts(Based):
    """An instrument between states. since None: not in force so far;  until : first day on which it is not."""

    id: str
    name: str
    kind: Literal["bilateral", "identity", "guarantee", "condition"]
    since: When | None = Field(alias="from")
    until: When | None = None
    parties: Ids = ()
    pairs: tuple[Pair, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """Everybody that it concerns, each once."""
        return tuple(dict.fromkeys((*self.parties, *itertools.chain.from_iterable(self.pairs))))

    @property
    def between(self) -> tuple[Pair, ...]:
        """The pairs that it binds: those given, or every pair of the parties."""
        return self.pairs or tuple(itertools.combinations(self.parties, 2))


class CorridorFacts(Based):
    """What a file of corridors/ says of the whole."""

    id: str
    name: str
    kind: Literal["corridor", "facility", "upgrade"]


class SegmentFacts(Based):
    """A piece of a corridor. opened None: not built;  also : further systems that it is part of."""

    id: str
    name: str | None = None
    between: Pair
    mode: Literal["pipeline", "rail", "road", "sea", "port"]
    commodities: tuple[Literal["oil", "containers"], ...] = Field(min_length=1)
    owners: Ids
    sponsors: Ids = ()
    opened: When | None
    also: Ids = ()


class UpgradeFacts(Based):
    """What made segments larger, cheaper or faster from a date on."""

    id: str
    name: str | None = None
    segments: Ids = Field(min_length=1)
    since: When | None = Field(alias="from")


class DemandFacts(Based):
    """What is to be shipped from a place to another; the destination `world` is the rest of the world."""

    id: str
    origin: str
    destination: str
    commodity: Literal["oil", "containers"]
    from_place: str
    to_place: str


class Requirement(Record):
    """What must hold before a stage can be entered; which keys are given makes its `kind`."""

    process: str | None = None
    stage: str | None = None
    gate: str | None = None
    organisation: str | None = None
    depth: Share | None = None
    tie: Pair | None = None
    peace: Pair | None = None
    pairs: str | None = None
    level: Share | None = None
    open: str | None = None
    member: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Requirement:
        if frozenset(self.model_fields_set) not in REQUIREMENTS:
            raise ValueError(
                "one of " + "; ".join("{" + ", ".join(sorted(keys)) + "}" for keys in REQUIREMENTS)
            )
        return self

    @property
    def kind(self) -> str:
        """process, gate, depth, tie, peace, pairs, open or member."""
        return REQUIREMENTS[frozenset(self.model_fields_set)]


def _effect(given: object) -> object:
    if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str) or "date" in given:
        raise ValueError("an intervention without a date: {kind: …, …}")
    return given


Effects = tuple[Annotated[dict[str, Any], BeforeValidator(_effect)], ...]


class StageFacts(Based):
    """A stage of a process. reached : in the record; None: not yet."""

    id: str
    name: str | None = None
    reached: When | None = None
    requires: tuple[Requirement, ...] = ()
    effects: Effects = ()


class RoleFacts(Record):
    """A state in a process. side : whether it works for it (push) or against it (resist)."""

    state: str
    party: bool = False
    side: Literal["push", "resist"] | None = None


class GateFacts(Based):
    """A vote on which something hangs.

    process : None in calendar.yaml;  date : when it is held, or `after` a stage and a delay
    chained : a gate that must have passed before;  passed : when it did, in the record
    """

    id: str
    name: str | None = None
    kind: Literal["election", "referendum", "ratification"] = "election"
    state: str
    process: str | None = None
    date: When | None = None
    after: str | None = None
    chained: str | None = None
    passed: When | None = None
    on_pass: Effects = ()
    on_fail: Effects = ()


class Relapse(Record):
    """Where a process falls back to, and from which stages: those below `below`."""

    to: str
    below: str


class CharterRow(Based):
    """An organisation may reach a depth only when the process has reached a stage."""

    organisation: str
    depth: Share
    stage: str


class ProcessFacts(Based):
    """What a file of processes/ says of the whole."""

    id: str
    name: str
    relapse: Relapse | None = None
    charter: tuple[CharterRow, ...] = ()


F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Part(Entity, Generic[F]):
    """An entity whose facts are a record. within : the corridor or process that it belongs to; key : in its file."""

    facts: F = field(kw_only=True)
    within: str = ""
    key: str = ""


@dataclass(frozen=True)
class Corridor:
    """A file of corridors/: the ids of its segments and upgrades."""

    facts: CorridorFacts
    file: str
    segments: tuple[str, ...] = ()
    upgrades: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.facts.id


@dataclass(frozen=True)
class Process:
    """A file of processes/. stages : plain ids in order, the first being where it began;  gates : ids."""

    facts: ProcessFacts
    file: str
    stages: tuple[str, ...]
    parties: tuple[str, ...]
    patrons: tuple[str, ...] = ()
    spoilers: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its id."""
        return self.facts.id


def stage_key(process: str, stage: str) -> str:
    """The id of a stage among all stages."""
    return f"{process}/{stage}"


def role_key(process: str, state: str) -> str:
    """The id of a role among all roles."""
    return f"{process}/{state}"
