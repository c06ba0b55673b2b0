"""Interventions in the order of time: contradictions, and acts on bodies that are not there (any more)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from steppe.config.interventions import BODY_FIELDS
from steppe.config.schema import RunConfig, Scenario
from steppe.errors import InputError
from steppe.evidence import Evidence

# kind → what it sets: (what, the fields that name its target, the field that holds its value); "pair" is unordered
_Set = tuple[str, tuple[str, ...], str]
_SETS: dict[str, tuple[_Set, ...]] = {
    "apply": (("status", ("state", "organisation"), "status"),),
    "admit": (("status", ("state", "organisation"), "status"),),
    "set_status": (("status", ("state", "organisation"), "status"),),
    "bar": (("eligibility", ("state", "organisation"), "kind"),),
    "allow": (("eligibility", ("state", "organisation"), "kind"),),
    "set_depth": (("depth", ("organisation",), "depth"),),
    "set_rule": (("rule", ("organisation",), "rule"),),
    "scope": tuple((d, ("organisation",), d) for d in ("trade", "security", "identity", "connectivity")),
    "incompatible": (("compatibility", ("bodies",), "on"),),
    "tie": (("tie", ("pair",), "level"),),
    "conflict": (("conflict", ("pair",), "level"),),
    "threat": (("threat", ("on", "by"), "level"),),
    "transit": (("transit", ("state", "on"), "share"),),
    "autonomy": (("autonomy", ("state",), "value"),),
    "approval": (("approval", ("state",), "level"),),
    "activity": (("activity", ("state",), "level"),),
    "continuity": (("continuity", ("state",), "level"),),
    "corridor": (("status", ("segment", "system"), "status"),),
    "stage": (("stage", ("process",), "stage"),),
    "reach": (("stage", ("process",), "stage"),),
    "gate": (("outcome", ("gate",), "outcome"),),
    "role": tuple((name, ("process", "state"), name) for name in ("push", "resist", "interest")),
    "support": (("support", ("process", "state"), "level"),),
    "pace": (("pace", ("process",), "factor"),),
    "instrument": (("force", ("instrument",), "on"),),
    "parameter": (("parameter", ("parameter",), "value"),),
    "mechanism": (("mechanism", ("mechanism",), "on"),),
    "merge": (("fate", ("organisation",), "into"),),
    "dissolve": (("fate", ("organisation",), "kind"),),
}
_UNORDERED = {"pair": ("a", "b"), "bodies": ("organisation", "other")}


@dataclass
class _Bodies:
    """What has happened so far to the organisations of one scenario."""

    alive: set[str]
    ended: dict[str, str] = field(default_factory=dict)  # organisation → how and when
    barred: dict[tuple[str, str], date] = field(default_factory=dict)


def check_timeline(scenario: Scenario, config: RunConfig, evidence: Evidence) -> None:
    """Raise InputError for the first intervention that contradicts another or needs a body that is gone."""
    dated = sorted(enumerate(scenario.interventions), key=lambda pair: pair[1].date)
    seen: dict[tuple[Any, ...], tuple[int, Any]] = {}
    coded = set(evidence.alive(config.world.start))
    bodies = _Bodies(alive={name for name in config.world.organisations if name in coded})
    for n, one in dated:
        key = f"scenario.interventions[{n}]"
        _agrees(one, n, key, seen)
        _bodies(one, key, bodies, evidence)


def _agrees(one: Any, n: int, key: str, seen: dict[tuple[Any, ...], tuple[int, Any]]) -> None:
    """Nothing else sets the same thing to another value on the same day."""
    for what, names, value_name in _SETS.get(one.kind, ()):
        value = getattr(one, value_name)
        if value is None:
            continue
        target = tuple(part for name in names if (part := _part(one, name)) is not None)
        first = seen.setdefault((one.date, what, target), (n, value))
        if first[1] != value:
            shown = ", ".join("-".join(part) if isinstance(part, tuple) else str(part) for part in target)
            raise InputError(
                f"contradicts interventions[{first[0]}]: two values for the {what} of {shown} on {one.date}",
                key=key,
                value=f"{first[1]} and {value}",
                accepted="one of them, or different dates",
            )


def _part(one: Any, name: str) -> Any:
    """What a field of a target holds; two fields whose order does not matter, sorted."""
    if name in _UNORDERED:
        return tuple(sorted(getattr(one, field) for field in _UNORDERED[name]))
    return getattr(one, name)


def _bodies(one: Any, key: str, bodies: _Bodies, evidence: Evidence) -> None:
    """The organisations that an intervention names are alive (or, to be founded, are not)."""
    name = getattr(one, "organisation", None)
    if name is None:
        return
    if one.kind == "found":
        if name in bodies.alive:
            raise InputError(
                f"{name} exists already on {one.date.isoformat()}",
                key=f"{key}.organisation",
                value=name,
                accepted="an organisation that is not alive at that date",
            )
        bodies.alive.add(name)
        bodies.ended.pop(name, None)
        return
    for path in BODY_FIELDS:
        written = "with" if path == "other" else path
        _alive(getattr(one, path, name), one, f"{key}.{written}", bodies, evidence)
    if one.kind == "merge" and one.into == name:
        raise InputError("an organisation cannot merge into itself", key=f"{key}.into", value=name)
    if one.kind == "incompatible" and one.other == name:
        raise InputError("two different organisations are needed", key=f"{key}.with", value=name)
    if one.kind in ("merge", "dissolve"):
        bodies.alive.discard(name)
        how = "dissolved" if one.kind == "dissolve" else f"merged into {one.into}"
        bodies.ended[name] = f"{how} on {one.date.isoformat()} by an earlier intervention"
    _eligible(one, key, bodies)


def _alive(name: str, one: Any, key: str, bodies: _Bodies, evidence: Evidence) -> None:
    if name in bodies.alive:
        return
    body = evidence.organisations[name]
    reason = bodies.ended.get(name)
    if reason is None and body.founded is not None and body.founded > one.date:
        reason = f"founded on {body.founded.isoformat()} only"
    elif reason is None and body.dissolved is not None:
        reason = f"dissolved on {body.dissolved.isoformat()}"
    raise InputError(
        f"{name} is not alive on {one.date.isoformat()}: {reason or 'not founded'}",
        key=key,
        value=name,
        accepted=sorted(bodies.alive) or "an earlier `found`",
    )


def _eligible(one: Any, key: str, bodies: _Bodies) -> None:
    """Nobody applies to, or is admitted to, a body from which it is barred."""
    if one.kind not in ("apply", "admit", "bar", "allow"):
        return
    pair = (one.state, one.organisation)
    if one.kind == "bar":
        bodies.barred[pair] = one.date
    elif one.kind == "allow":
        bodies.barred.pop(pair, None)
    elif pair in bodies.barred:
        raise InputError(
            f"{one.state} is barred from {one.organisation} since {bodies.barred[pair].isoformat()}",
            key=key,
            value=one.kind,
            accepted="an `allow` between the two, or another date",
        )
