"""The shapes of the evidence: what a file in ``seeds/`` may say, and what a coded value becomes once read.

Records that people write are pydantic models (frozen, no unknown keys). Values, of which there are thousands,
are plain frozen dataclasses built by the reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DOMAINS = ("trade", "security", "identity", "connectivity")
STATUSES = ("none", "observer", "member", "suspended")
MECHANISMS = (
    "shocks",
    "trade",
    "affinity",
    "security",
    "alignment",
    "membership",
    "institutions",
    "corridors",
    "bilateral",
    "domestic",
    "processes",
)
FAMILY = {  # where a variable of a codebook entity is coded
    "actor": "actors",
    "organisation": "organisations",
    "dyad": "dyads",
    "directed_dyad": "dyads",
    "status": "chronicle",
    "instrument": "instruments",
    "segment": "segments",
    "upgrade": "upgrades",
    "demand": "demands",
    "stage": "stages",
    "role": "roles",
    "gate": "gates",
}

Basis = Literal["document", "public", "assumed", "none"]
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?\Z")


@lru_cache(maxsize=8192)
def parse_date(given: object) -> date:
    """A date from ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; what is left out is the first month or day.

    Raises ValueError with the accepted forms.
    """
    found = _DATE.match(str(given))
    if found:
        try:
            return date(*(int(part or 1) for part in found.groups()))
        except ValueError:
            pass
    raise ValueError("a date: YYYY, YYYY-MM or YYYY-MM-DD")


def _as_tuple(given: object) -> object:
    """One id, or a list of ids."""
    return () if given is None else (given,) if isinstance(given, str) else given


def _as_sign(given: object) -> object:
    return str(given) if isinstance(given, int) else given


When = Annotated[date, BeforeValidator(parse_date)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Sign = Annotated[Literal["+", "-", "0"], BeforeValidator(_as_sign)]
Interval = tuple[float, float]


class Record(BaseModel):
    """One record of a YAML file: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Document(Record):
    """Origin record of one document, or of one article inside a collection (`part_of`, `paragraph_range`)."""

    id: str
    title: str | None = None
    file: str | None = None
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    paragraphs: int | None = Field(default=None, ge=1)
    author: str | None = None
    outlet: str | None = None
    published: str | int | None = None
    kind: str | None = None
    stance: str | None = None
    part_of: str | None = None
    paragraph_range: tuple[int, int] | None = None
    note: str | None = None


class Source(Record):
    """A public source of numbers or facts."""

    id: str
    citation: str
    url: str | None = None
    licence: str | None = None
    covers: str | None = None
    note: str | None = None


class Anchor(Record):
    """A named point of a scale, or one accepted choice."""

    value: float | str
    label: str


class Variable(Record):
    """One coded variable: what it means, in which unit, and which values are accepted.

    keys : the keys of a mapping;  of : what a list holds
    spread, spread_absolute : half-width of the range where a dyad row gives none (relative, absolute)
    default, default_range, default_reason : what an uncoded dyad means; without a default every pair is coded
    """

    id: str
    entity: Literal[
        "actor",
        "organisation",
        "dyad",
        "directed_dyad",
        "status",
        "instrument",
        "segment",
        "upgrade",
        "demand",
        "stage",
        "role",
        "gate",
    ]
    type: Literal["number", "mapping", "choice", "list"] = "number"
    unit: str
    range: Interval | None = None
    definition: str
    anchors: tuple[Anchor, ...] = ()
    keys: tuple[str, ...] = ()
    of: Literal["actors", "organisations"] | None = None
    spread: float | None = Field(default=None, ge=0)
    spread_absolute: float | None = Field(default=None, ge=0)
    default: float | None = None
    default_range: Interval | None = None
    default_reason: str | None = None
    note: str | None = None

    @property
    def family(self) -> str:
        """Where it is coded: actors, organisations, dyads, chronicle, instruments, segments, upgrades, demands, …"""
        return FAMILY[self.entity]

    @property
    def choices(self) -> tuple[str, ...]:
        """Accepted values of a choice."""
        return tuple(str(anchor.value) for anchor in self.anchors)


class Based(Record):
    """Anything that must say where it comes from: claims, a source, or an assumption."""

    claims: Ids = ()
    source: Ids = ()
    assumed: str | None = None
    note: str | None = None

    @property
    def basis(self) -> Basis:
        """document (claims) | public (source) | assumed | none."""
        return basis_of(self.claims, self.source, self.assumed)


class Parameter(Based):
    """A parameter of a mechanism. `range` is the support of its distribution."""

    id: str
    mechanism: str
    symbol: str | None = None
    unit: str
    value: float
    range: Interval
    definition: str


class Valued(Based):
    """A value as written.

    range : [low, high]; one number is a half-width; for a mapping also an interval for each key
    """

    value: Any
    range: Interval | float | Mapping[str, Interval] | None = None


class ValueRow(Valued):
    """One dated row of a variable."""

    since: When = Field(alias="from")


class Constant(Valued):
    """A value written without rows; it holds always, or from a date."""

    since: When | None = Field(default=None, alias="from")


class StatusEvent(Based):
    """One dated change of a state's status in an organisation."""

    date: When
    precision: Literal["day", "month", "year"] = "day"
    state: str
    organisation: str
    status: Literal["none", "observer", "member", "suspended"]
    coded_as: str | None = None
    confidence: Literal["A", "B", "C", "D"] | None = None


class Expectation(Record):
    """What a claim predicts: the sign of an effect, and when it holds."""

    cause: str
    effect: str
    sign: Sign
    conditions: str | None = None


class Claim(Record):
    """What a document says, in our words, and what it informs or tests."""

    id: str
    inventory: Ids = ()
    document: str
    paragraphs: tuple[int, ...] = Field(min_length=1)
    says: str
    modality: Literal["asserted", "hedged", "official", "implied", "rumour"]
    mechanism: str
    expects: Expectation | None = None
    informs: Ids = ()
    note: str | None = None


class Resolution(Record):
    """A contradiction between or inside the documents, and how it was settled."""

    id: str
    inventory: Ids = ()
    issue: str
    readings: tuple[str, ...]
    resolution: str
    reason: str
    affects: Ids = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CodedValue:
    """A value with its range, its validity and its provenance.

    entity : ("KAZ",) or ("EAEU",); a dyad is (a, b); a stage or role (PROCESS/STAGE,) or (PROCESS/STATE,)
    value, low, high : number; for a mapping three mappings with the same keys; low and high are None for
        choices and lists
    since, until : valid from `since` (None = always) up to, not including, `until` (None = still holds)
    file, key : where it is written
    """

    family: str
    entity: tuple[str, ...]
    variable: str
    value: Any
    low: Any
    high: Any
    basis: Basis
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    assumed: str | None = None
    since: date | None = None
    until: date | None = None
    note: str | None = None
    ranged: bool = True  # False: the row gave no range and the codebook no spread
    file: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Anything with values, such as an actor: fixed facts, and the dated rows of each variable, oldest first."""

    id: str
    name: str
    kind: str
    values: Mapping[str, tuple[CodedValue, ...]]
    note: str | None = None
    founded: date | None = None
    dissolved: date | None = None
    file: str = ""
    aliases: tuple[str, ...] = field(default=())


def basis_of(claims: tuple[str, ...], sources: tuple[str, ...], assumed: str | None) -> Basis:
    """The basis that a set of references amounts to; claims outrank a source that goes with them."""
    if claims:
        return "document"
    if sources:
        return "public"
    return "assumed" if assumed else "none"
