"""What a scenario may do to a world and when: one small frozen model per kind.

A new kind is a class here or in `levers`, its name in `Intervention`, its row in `simulation.plan` and its effect in
`mechanisms.interventions`. Whether ids exist and dates fit is checked against the world in `checks`; what can be said
of an intervention alone, here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator

from steppe.config.levers import (
    Activity,
    Approval,
    Continuity,
    Corridor,
    Crisis,
    Gate,
    Incompatible,
    Instrument,
    Leader,
    Pace,
    Role,
    Scope,
    Stage,
    Support,
    TradeCost,
)
from steppe.config.numbers import Number
from steppe.config.timed import Factor, Share, Timed

Rule = Literal["consensus", "qualified_majority", "majority", "founder_veto", "no_major_power"]


class Apply(Timed):
    """The state asks to join or to observe; the members vote."""

    kind: Literal["apply"] = "apply"
    state: str
    organisation: str
    status: Literal["member", "observer"] = "member"


class Admit(Timed):
    """The state is in, without a vote."""

    kind: Literal["admit"] = "admit"
    state: str
    organisation: str
    status: Literal["member", "observer"] = "member"


class SetStatus(Timed):
    """The status is what is said, without a vote."""

    kind: Literal["set_status"] = "set_status"
    state: str
    organisation: str
    status: Literal["none", "observer", "member", "suspended"]


class Bar(Timed):
    """The state may not join or observe from now on."""

    kind: Literal["bar"] = "bar"
    state: str
    organisation: str


class Allow(Timed):
    """The state may join or observe from now on."""

    kind: Literal["allow"] = "allow"
    state: str
    organisation: str


class SetDepth(Timed):
    """The organisation's rung is what is said."""

    kind: Literal["set_depth"] = "set_depth"
    organisation: str
    depth: Share


class SetRule(Timed):
    """The organisation decides by another rule."""

    kind: Literal["set_rule"] = "set_rule"
    organisation: str
    rule: Rule


class Found(Timed):
    """An organisation that is coded but not alive comes to life."""

    kind: Literal["found"] = "found"
    organisation: str
    members: tuple[str, ...] = Field(min_length=2)
    depth: Share

    @field_validator("members")
    @classmethod
    def _once(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(members)) < len(members):
            raise ValueError("every member once")
        return members


class Dissolve(Timed):
    """The organisation ends."""

    kind: Literal["dissolve"] = "dissolve"
    organisation: str


class Merge(Timed):
    """The organisation's members become members of another, and it ends, without a vote."""

    kind: Literal["merge"] = "merge"
    organisation: str
    into: str


class Tie(Timed):
    """The bilateral security rung between two states is what is said."""

    kind: Literal["tie"] = "tie"
    a: str
    b: str
    level: Share


class Affinity(Timed):
    """Affinity between two states moves by so much."""

    kind: Literal["affinity"] = "affinity"
    a: str
    b: str
    change: Annotated[Number, Field(ge=-2, le=2)]


class Threat(Timed):
    """The threat that `by` poses to `on` is what is said."""

    kind: Literal["threat"] = "threat"
    on: str
    by: str
    level: Share


class Conflict(Timed):
    """Open conflict between two states is what is said; 1 is war."""

    kind: Literal["conflict"] = "conflict"
    a: str
    b: str
    level: Share


class ThreatShock(Timed):
    """A passing threat to a state, in units of capability."""

    kind: Literal["threat_shock"] = "threat_shock"
    state: str
    size: Annotated[Number, Field(ge=0, le=1)]


class Capability(Timed):
    """The state's capability is multiplied."""

    kind: Literal["capability"] = "capability"
    state: str
    factor: Factor


class Prestige(Timed):
    """A demonstration of military success (or failure) moves the state's prestige by so much."""

    kind: Literal["prestige"] = "prestige"
    state: str
    change: Annotated[Number, Field(ge=-10, le=10)]


class Transit(Timed):
    """The share of a state's transit that crosses another is what is said."""

    kind: Literal["transit"] = "transit"
    state: str
    on: str
    share: Share


class Autonomy(Timed):
    """The weight that a state puts on autonomy is what is said."""

    kind: Literal["autonomy"] = "autonomy"
    state: str
    value: Annotated[Number, Field(ge=0, le=5)]


class SetParameter(Timed):
    """A parameter of the model has another value from now on."""

    kind: Literal["parameter"] = "parameter"
    parameter: str
    value: Number


class Switch(Timed):
    """A mechanism is switched on or off from now on."""

    kind: Literal["mechanism"] = "mechanism"
    mechanism: str
    on: bool


Intervention = Annotated[
    Apply
    | Admit
    | SetStatus
    | Bar
    | Allow
    | SetDepth
    | SetRule
    | Found
    | Dissolve
    | Merge
    | Tie
    | Affinity
    | Threat
    | Conflict
    | ThreatShock
    | Capability
    | Prestige
    | Transit
    | Autonomy
    | Corridor
    | Stage
    | Gate
    | Role
    | Support
    | Pace
    | Leader
    | Approval
    | Crisis
    | Activity
    | Continuity
    | Instrument
    | TradeCost
    | Scope
    | Incompatible
    | SetParameter
    | Switch,
    Field(discriminator="kind"),
]

KINDS: dict[str, type[Timed]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(Intervention)[0])
}

# what a stage or a gate may not bring about
BY_SCENARIO_ONLY = ("gate", "parameter", "mechanism")

# fields that name a state of the world, and those that name an organisation; the rest is in `world.names` and `checks`
STATE_FIELDS = ("state", "a", "b", "on", "by", "members")
BODY_FIELDS = ("organisation", "into", "other")


def states_of(intervention: Any) -> list[tuple[str, str]]:
    """(field path, state id) for every state that an intervention names."""
    out: list[tuple[str, str]] = []
    for field in STATE_FIELDS:
        given = getattr(intervention, field, None)
        if isinstance(given, tuple):
            out += [(f"{field}[{n}]", name) for n, name in enumerate(given)]
        elif isinstance(given, str):
            out.append((field, given))
    return out
