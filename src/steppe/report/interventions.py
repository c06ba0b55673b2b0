"""What a scenario does to a world, in words: one phrase per kind of intervention."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Told = Mapping[str, Any]

_RULES = {
    "consensus": "by consensus",
    "qualified_majority": "by qualified majority",
    "majority": "by majority",
    "founder_veto": "with a veto of the founders",
    "no_major_power": "and admits no major power",
}
_STATUS = {"none": "nothing", "observer": "an observer", "member": "a member", "suspended": "suspended"}
_ROLE = {"push": "effort for it", "resist": "effort against it", "interest": "gain by it"}


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−")


def _percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %").replace("-", "−")


def _status(one: Told) -> str:
    if one["status"] == "none":
        return f"{one['state']} is out of {one['organisation']}"
    return f"{one['state']} is {_STATUS[one['status']]} of {one['organisation']}, without a vote"


def _tie(one: Told) -> str:
    pair = f"{one['a']} and {one['b']}"
    return f"security tie of {pair} " + ("ended" if one["level"] == 0 else f"at {_number(one['level'])}")


def _conflict(one: Told) -> str:
    pair = f"{one['a']} and {one['b']}"
    known = {0: f"no open conflict of {pair}", 1: f"war of {pair}"}
    return known.get(one["level"], f"open conflict of {pair} at {_number(one['level'])}")


def _corridor(one: Told) -> str:
    what = [str(one["status"])] if one.get("status") else []
    what += [f"{name} × {_number(one[name])}" for name in ("capacity", "cost") if one.get(name) is not None]
    return f"{one.get('segment') or one.get('system')}: {', '.join(what)}"


def _gate(one: Told) -> str:
    how = "is no longer asked for" if one["outcome"] == "waived" else f"is held and {one['outcome']}"
    return f"{one['gate']} {how}"


def _role(one: Told) -> str:
    said = [f"{words} {_number(one[name])}" for name, words in _ROLE.items() if one.get(name) is not None]
    return f"{one['state']} in {one['process']}: {', '.join(said)}"


def _pace(one: Told) -> str:
    factor = one["factor"]
    return f"{one['process']} " + ("stands still" if factor == 0 else f"at {_number(factor)} times its pace")


def _activity(one: Told) -> str:
    level = one["level"]
    return f"{one['state']} " + (
        "does nothing abroad" if level == 0 else f"is {_number(level)} times as active abroad"
    )


def _scope(one: Told) -> str:
    domains = ("trade", "security", "identity", "connectivity")
    total = sum(one[name] for name in domains)
    parts = [f"{name} {_percent(one[name] / total)}" for name in domains if one[name]]
    return f"{one['organisation']} works for {', '.join(parts)}"


def _incompatible(one: Told) -> str:
    pair = f"{one['organisation']} and {one['with']}"
    return f"{pair} {'exclude' if one['on'] else 'no longer exclude'} each other"


PHRASES: dict[str, Callable[[Told], str]] = {
    "apply": lambda one: f"{one['state']} applies to be {_STATUS[one['status']]} of {one['organisation']}",
    "admit": lambda one: (
        f"{one['state']} is made {_STATUS[one['status']]} of {one['organisation']}, without a vote"
    ),
    "set_status": _status,
    "bar": lambda one: f"{one['state']} may neither join nor observe {one['organisation']}",
    "allow": lambda one: f"{one['state']} may join or observe {one['organisation']}",
    "set_depth": lambda one: f"depth of {one['organisation']} at {_number(one['depth'])}",
    "set_rule": lambda one: f"{one['organisation']} decides {_RULES[one['rule']]}",
    "found": lambda one: (
        f"{one['organisation']} is founded by {', '.join(one['members'])}, depth {_number(one['depth'])}"
    ),
    "dissolve": lambda one: f"{one['organisation']} ends",
    "merge": lambda one: f"{one['organisation']} is merged into {one['into']}",
    "tie": _tie,
    "affinity": lambda one: f"affinity of {one['a']} and {one['b']} {_signed(one['change'])}",
    "threat": lambda one: f"threat of {one['by']} to {one['on']} at {_number(one['level'])}",
    "conflict": _conflict,
    "threat_shock": lambda one: f"a passing threat to {one['state']} of {_number(one['size'])}",
    "capability": lambda one: f"capability of {one['state']} × {_number(one['factor'])}",
    "prestige": lambda one: f"prestige of {one['state']} {_signed(one['change'])}",
    "transit": lambda one: f"{_percent(one['share'])} of the transit of {one['state']} crosses {one['on']}",
    "autonomy": lambda one: f"weight of autonomy for {one['state']} at {_number(one['value'])}",
    "corridor": _corridor,
    "stage": lambda one: f"{one['process']} stands at {one['stage']}, without what that would bring about",
    "reach": lambda one: f"{one['process']} reaches {one['stage']}",
    "gate": _gate,
    "role": _role,
    "support": lambda one: f"public support of {one['process']} in {one['state']} at {_number(one['level'])}",
    "pace": _pace,
    "leader": lambda one: f"{one['state']} changes its leader",
    "approval": lambda one: f"approval of the government of {one['state']} at {_number(one['level'])}",
    "crisis": lambda one: f"a financial crisis in {one['state']} of {_number(one['size'])}",
    "activity": _activity,
    "continuity": lambda one: (
        f"{_percent(one['level'])} of the ties of {one['state']} outlive a change of leader"
    ),
    "instrument": lambda one: f"{one['instrument']} {'in force' if one['on'] else 'not in force'}",
    "trade_cost": lambda one: (
        f"cost of trade of {one['a']} and {one['b']} {_signed(round(100 * math.expm1(one['change'])))} %"
    ),
    "scope": _scope,
    "incompatible": _incompatible,
    "parameter": lambda one: f"{one['parameter']} at {_number(one['value'])}",
    "mechanism": lambda one: f"{one['mechanism']} {'on' if one['on'] else 'off'}",
}


def says(one: Told, names: Mapping[str, str] | None = None) -> str:
    """An intervention in words, without its date.

    one : as the config has it, with the keys that are written;  names : id → name, for ids that shall be told by name
    """
    known = names or {}
    told = {key: _named(value, known) if key != "kind" else value for key, value in one.items()}
    note = f" ({one['note']})" if one.get("note") else ""
    return PHRASES[one["kind"]](told) + note


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, (list, tuple)):
        return [_named(item, names) for item in value]
    return value
