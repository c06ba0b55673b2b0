"""Interventions on corridors, ties, scopes, politics and processes: one small frozen model per kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from steppe.config.numbers import Number
from steppe.config.timed import Factor, Share, Signed, Timed


class Corridor(Timed):
    """A segment of a corridor, or every segment of a system, is opened or closed, widened, or made dearer or cheaper."""

    kind: Literal["corridor"] = "corridor"
    segment: str | None = None
    system: str | None = None
    status: Literal["closed", "open"] | None = None
    capacity: Factor | None = None
    cost: Factor | None = None

    @model_validator(mode="after")
    def _complete(self) -> Corridor:
        if (self.segment is None) == (self.system is None):
            raise ValueError("either a segment or a system")
        if self.status is None and self.capacity is None and self.cost is None:
            raise ValueError("a status, a factor of capacity or a factor of cost")
        return self


class Stage(Timed):
    """A process stands at this stage from now on; what the stage would bring about does not happen."""

    kind: Literal["stage"] = "stage"
    process: str
    stage: str


class Gate(Timed):
    """A vote has its outcome without being held, or is no longer needed (waived)."""

    kind: Literal["gate"] = "gate"
    gate: str
    outcome: Literal["passed", "failed", "waived"]


class Role(Timed):
    """What a state does for or against a process, or what it gains by it."""

    kind: Literal["role"] = "role"
    process: str
    state: str
    push: Share | None = None
    resist: Share | None = None
    interest: Signed | None = None

    @model_validator(mode="after")
    def _complete(self) -> Role:
        if self.push is None and self.resist is None and self.interest is None:
            raise ValueError("push, resist or interest")
        return self


class Support(Timed):
    """Public support of a process in a state, and its usual level, are what is said."""

    kind: Literal["support"] = "support"
    process: str
    state: str
    level: Share


class Pace(Timed):
    """A process runs at so many times its coded rates."""

    kind: Literal["pace"] = "pace"
    process: str
    factor: Annotated[Number, Field(ge=0, le=100)]


class Leader(Timed):
    """A state changes its leader."""

    kind: Literal["leader"] = "leader"
    state: str


class Approval(Timed):
    """Approval of a state's government, and its usual level, are what is said."""

    kind: Literal["approval"] = "approval"
    state: str
    level: Share


class Crisis(Timed):
    """A financial crisis strikes a state: it is easier to press, and its government less approved of."""

    kind: Literal["crisis"] = "crisis"
    state: str
    size: Annotated[Number, Field(ge=0, le=10)]


class Activity(Timed):
    """How active a state is abroad, in ties and in processes; 1 is usual, 0 not at all."""

    kind: Literal["activity"] = "activity"
    state: str
    level: Annotated[Number, Field(ge=0, le=3)]


class Continuity(Timed):
    """The share of a state's ties that outlives a change of its leader is what is said."""

    kind: Literal["continuity"] = "continuity"
    state: str
    level: Share


class Instrument(Timed):
    """An instrument of identity is in force or not."""

    kind: Literal["instrument"] = "instrument"
    instrument: str
    on: bool


class TradeCost(Timed):
    """The logarithm of the cost of trade between two states moves by so much; negative is cheaper."""

    kind: Literal["trade_cost"] = "trade_cost"
    a: str
    b: str
    change: Annotated[Number, Field(ge=-2, le=2)]


class Scope(Timed):
    """How an organisation's work divides over the domains is what is said; only the ratios count."""

    kind: Literal["scope"] = "scope"
    organisation: str
    trade: Share
    security: Share
    identity: Share
    connectivity: Share

    @model_validator(mode="after")
    def _something(self) -> Scope:
        if self.trade + self.security + self.identity + self.connectivity == 0:
            raise ValueError("at least one domain above 0")
        return self


class Incompatible(Timed):
    """Two organisations are, or are no longer, incompatible."""

    kind: Literal["incompatible"] = "incompatible"
    organisation: str
    other: str = Field(alias="with")
    on: bool
