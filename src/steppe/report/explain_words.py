"""Words for explanations: events, decisions, components, and the lines in which sources are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steppe.analysis.explaining.sources import Source
from steppe.report.interventions import says

EVENTS: Mapping[str, str] = {
    "admitted": "{organisation} admits {state}",
    "refused": "{organisation} refuses {state} as a member",
    "observing": "{organisation} takes {state} as an observer",
    "observing_refused": "{organisation} refuses {state} as an observer",
    "left": "{state} leaves {organisation}",
    "left_to_observer": "{state} steps back to an observer's seat in {organisation}",
    "deepened": "{organisation} deepens to {value}",
    "hollowed": "{organisation} hollows out to {value}",
    "dissolved": "{organisation} ends",
    "merged": "{organisation} merges into {other}",
    "joined_by_merger": "{state} becomes a member of {organisation} by the merger of {other}",
    "founded": "{organisation} is founded",
    "crisis": "financial crisis in {state}",
    "war": "war between {state} and {partner}",
    "war_ended": "the war between {state} and {partner} ends",
    "closed": "{segment} closes",
    "reopened": "{segment} reopens",
    "climbed": "{state} and {partner} raise their security tie to {value}",
    "descended": "the security tie of {state} and {partner} falls to {value}",
    "leader_changed": "change of leader in {state}",
    "gate_passed": "vote passes in {state}",
    "gate_failed": "vote fails in {state}",
    "signalled": "{state} acts against {process}",
    "relapsed": "{process} relapses into conflict",
    "advanced": "{process} comes to stage {stage}",
}
STATUS = ("nothing", "an observer", "a member", "suspended")
CHOICES: Mapping[str, str] = {
    "join": "weighed applying for membership",
    "observe": "weighed applying for an observer's seat",
    "rise": "weighed applying for membership, as an observer",
    "give_up_seat": "weighed giving up its observer's seat",
    "step_down": "weighed stepping back to an observer's seat",
    "leave": "weighed leaving",
    "applied by order": "applied because the scenario has it so; what membership was worth to it",
    "admit": "voted on the candidate",
    "deepen": "voted on the next rung of depth",
    "propose_merger": "proposed the merger",
    "merge": "voted on the merger",
    "hollow": "floor less cohesion",
    "climb": "weighed the next rung of the tie",
    "descend": "floor under the tie less affinity",
    "election": "election, support less one half",
    "referendum": "referendum, support less one half",
    "ratification": "ratification, support less one half",
    "leader": "rate of an irregular change of leader",
    "advance": "rate of the next stage",
    "relapse": "rate of a relapse",
    "signal": "rate of acting against it",
    "crisis": "rate of a crisis",
    "war": "rate of a war",
    "peace": "rate at which the war ends",
    "close": "rate of closing",
    "reopen": "rate of reopening",
}
COMPONENTS: Mapping[str, str] = {
    "trade": "trade",
    "security": "security",
    "identity": "closeness to the members",
    "connectivity": "connectivity",
    "influence": "influence over members",
    "autonomy": "autonomy lost to a dominant member",
    "concentration": "dependence on one pole",
    "conflict": "incompatible bodies",
    "upkeep": "upkeep",
    "pressure_trade": "pressure: trade",
    "pressure_protection": "pressure: protection",
    "pressure_transit": "pressure: transit",
    "pressure_bound": "pressure: crisis and bound",
    "cost": "cost of the step",
    "acquiescence": "readiness to agree",
    "floor": "floor",
    "depth": "floor, higher with depth",
    "closeness": "closeness of the members",
    "dominance": "dominance of a major power",
    "overlap": "overlap with a deeper body",
    "common_bodies": "bodies in common",
    "rivalry": "offence to who holds it",
    "affinity": "affinity",
    "approval": "approval of the government",
    "support": "public support",
    "half": "one half",
    "rate": "base rate",
    "benefit": "benefit of the parties",
    "push": "push of patrons",
    "resistance": "resistance of spoilers",
    "bound": "bound on the pull",
    "effort": "effort",
    "activity": "activity",
    "threat": "threat",
    "hostility": "hostility",
    "strife": "war of an owner",
}
UNITS: Mapping[str, str] = {
    "value": "value",
    "log rate": "log of the rate per year",
    "score": "share",
    "affinity": "affinity",
}


def event_text(
    event: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
    stages: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """What happened: ``EAEU admits UZB``.

    event : a row of the events table;  names : id → name;  stages : process → its stages
    """
    told = {
        key: (names or {}).get(value, value) if isinstance(value, str) else value
        for key, value in event.items()
    }
    kind = str(event["kind"])
    for key in ("value", "status_from", "status_to"):
        told.setdefault(key, None)
    if told["value"] is not None:
        told["value"] = f"{float(event['value']):.3g}"
    if kind == "advanced" and event.get("status_to") is not None:
        known = (stages or {}).get(str(event.get("process")), ())
        place = int(event["status_to"])
        told["stage"] = known[place] if place < len(known) else place
    if kind == "intervention":
        return _ordered(event, told)
    if kind == "void":
        return "an intervention on {organisation} cannot act".format_map(told)
    text = EVENTS[kind].format_map(_Lenient(told))
    return f"{text} on {told['process']}" if kind.startswith("gate") and event.get("process") else text


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _ordered(event: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    if event.get("state") is not None and event.get("status_to") is not None:
        return f"by order of the scenario {told['state']} is {STATUS[int(event['status_to'])]} in {told['organisation']}"
    return f"by order of the scenario the depth of {told.get('organisation', '?')} is {told['value']}"


def brought_about_text(one: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """An intervention, or the event that brought another about, in words."""
    if "date" in one:
        return f"{one['date']}: {says({key: value for key, value in one.items() if key != 'date'}, names)}"
    return event_text(one, names)


def signed(value: float | None, decimals: int = 3) -> str:
    """``+0.012``, with a true minus; – for nothing."""
    if value is None or value != value:
        return "–"
    text = f"{value:+.{decimals}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{decimals}f}"


def percent(value: float | None) -> str:
    """``34 %``, ``0.21 %``, ``< 0.01 %``."""
    if value is None:
        return "–"
    if 0 < value < 1e-4:
        return "< 0.01 %"
    return f"{100 * value:.3g} %"


def claim_place(claim: Mapping[str, Any]) -> str:
    """``minsk-2025 ¶ 4, 7``."""
    if "document" not in claim:
        return "not among the claims"
    return f"{claim['document']} ¶ {', '.join(str(one) for one in claim['paragraphs'])}"


def source_line(one: Source, component: str = "") -> str:
    """``membership.pressure_vote = 0.6 [0.1, 1], assumed``.  component : of a mapping, only what enters it"""
    value = one.value if one.used is None else one.used
    low, high, name = one.low, one.high, one.id
    if isinstance(value, Mapping) and component in value:
        name = f"{name}, {component}"
        value, low, high = (
            part[component] if isinstance(part, Mapping) else None for part in (value, low, high)
        )
    text = f"{name} = {_plain(value)}"
    if low is not None and not isinstance(low, Mapping) and low != high:
        text += f" [{_plain(low)}, {_plain(high)}]"
    if one.used is not None and isinstance(one.value, float) and abs(one.used - one.value) > 1e-12:
        text += f" (coded as {_plain(one.value)})"
    return f"{text}, {one.basis if one.coded else 'not coded: the default'}"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return " ".join(_plain(one) for one in value[:6]) + (" …" if len(value) > 6 else "")
    return str(value)
