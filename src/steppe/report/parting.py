"""A tree of partings in words: where futures part, in how many, when, and what of the difference each parting carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from steppe.analysis.divergences import Event
from steppe.analysis.parting import Node, Parting
from steppe.report.words import interval, phrase

_KINDS = {
    "admitted": "{state} admitted to {body}",
    "refused": "{state} refused by {body}",
    "observing": "{state} an observer of {body}",
    "observing_refused": "{state} refused as an observer by {body}",
    "left": "{state} leaves {body}",
    "left_to_observer": "{state} no more than an observer of {body}",
    "deepened": "{body} deepened",
    "hollowed": "{body} hollowed out",
    "dissolved": "{body} dissolved",
    "merged": "{body} merged into {other}",
    "joined_by_merger": "{state} in {body} by the merger of {other}",
    "founded": "{body} founded",
    "intervention": "the scenario acts on {whom}",
    "void": "the scenario cannot act on {whom}",
    "crisis": "financial crisis of {state}",
    "war": "war of {state} and {partner}",
    "war_ended": "end of the war of {state} and {partner}",
    "closed": "{segment} closed by chance",
    "reopened": "{segment} open again",
    "climbed": "a closer security tie of {state} and {partner}",
    "descended": "a looser security tie of {state} and {partner}",
    "leader_changed": "another leader in {state}",
    "gate_passed": "{process}: a gate passed{in_state}",
    "gate_failed": "{process}: a gate failed{in_state}",
    "signalled": "a spoiler of {process} acts",
    "relapsed": "{process} relapses",
    "advanced": "{process} at the stage {stage}",
}
_LEAST_PART = 0.01  # of the whole difference: what follows on a parting that carries less is in the data only
_ANY = {
    "state": "some state",
    "partner": "another",
    "body": "some body",
    "other": "another body",
    "segment": "some segment",
    "process": "some process",
}


def event_text(
    event: Event, reference: str, stages: Mapping[str, Sequence[str]] | None = None, kinds: int = 1
) -> str:
    """An event that differs: ``only in baseline: KAZ leaves CIS``, ``RUS refused by CCA instead of: RUS admitted to CCA``.

    reference : what the reference is called;  stages : of each process, in order;  kinds : how many events it stands for
    """
    text = _said(event.kind or event.instead or "", event, stages or {})
    if event.kind is None:
        text = f"only in {reference}: {text}"
    elif event.instead is not None:
        other = _said(event.instead, event, {})
        text += " at another place in its course" if event.instead == event.kind else f", not: {other}"
    return text + (f" ({kinds} kinds of event)" if kinds > 1 else "")


def parting_text(found: Parting) -> str:
    """The tree, indented; each line a group of futures with its share, date, mean difference and contribution."""
    match, root = found.match, found.root
    names = match.alternative.scenario, match.reference.scenario
    if names[0] == names[1]:
        names = match.alternative.label, match.reference.label
    what = phrase(found.measure.id, found.entity, found.year)
    total = interval(root.contribution, root.low, root.high, signed=True)
    head = [
        f"{names[0]} against {names[1]}",
        f"  {what}: {total} ({root.replicates:,} futures, paired by luck)",
    ]
    if found.undefined:
        head.append(f"  {found.undefined:,} more, in which it is not defined in both, are left out")
    stages = match.alternative.run.stages
    for event, share in found.interventions:
        own = names[1] if event.kind is None else names[0]
        said = _said(event.kind or event.instead or "", event, stages)
        head.append(f"  {own}: {said}, in {_percent(share)} of futures")
    if root.replicates and found.explained[0] == found.explained[0]:
        first, second = (_percent(one) for one in found.explained)
        head.append(
            f"  the first event that differs accounts for {first} of the variance of the difference, with the second {second}"
        )
    lines = ["", "futures part by, and what of the difference lies there"]
    for node in root.nodes:
        lines += _branch(node, 1, names[1], stages)
    lines.append("  the contributions of the branches of a node add up to its own")
    return "\n".join([*head, *lines])


def parting_data(found: Parting) -> dict[str, Any]:
    """The tree as plain data, each event with its words in `says`."""
    match = found.match
    stages = match.alternative.run.stages

    def told(node: Node) -> dict[str, Any]:
        data = node.as_dict()
        data["says"] = (
            None if node.event is None else event_text(node.event, "the reference", stages, node.kinds)
        )
        data["nodes"] = [told(one) for one in node.nodes]
        return data

    return {
        "run": str(match.alternative.run.path),
        "scenario": match.alternative.scenario,
        "reference_run": str(match.reference.run.path),
        "reference_scenario": match.reference.scenario,
        "measure": found.measure.id,
        "entity": found.entity,
        "year": found.year,
        "unit": found.measure.unit,
        "undefined": found.undefined,
        "explained": [None if one != one else one for one in found.explained],
        "interventions": [
            {"event": asdict(event), "says": event_text(event, "the reference", stages), "share": share}
            for event, share in found.interventions
        ],
        "tree": told(found.root),
    }


def _branch(node: Node, depth: int, reference: str, stages: Mapping[str, Sequence[str]]) -> list[str]:
    """A node and all below it."""
    if node.event is not None:
        what = event_text(node.event, reference, stages, node.kinds)
    elif node.kinds:
        what = f"other events ({node.kinds} kinds, each in few futures)"
    else:
        what = "no event differs" if depth == 1 else "no further event differs"
    when = f", {node.time[:7]}" if node.time else ""
    spread = (
        f" ({node.time_low[:7]} to {node.time_high[:7]})"
        if node.time and node.time_low and node.time_high and node.time_low[:7] != node.time_high[:7]
        else ""
    )
    share = f"{_percent(node.share)} [{_bare(node.share_low)}, {_bare(node.share_high)}]"
    part = "" if node.part != node.part else f", {_percent(node.part)} of it"
    contribution = interval(node.contribution, node.low, node.high, signed=True)
    mean = interval(node.difference, float("nan"), float("nan"), signed=True)
    pad = "    " * (depth - 1) + "  "
    then = "then " if depth > 1 else ""
    lines = [
        f"{pad}{then}{what}{when}{spread}",
        f"{pad}    {share} of futures, {mean} in these: {contribution}{part}",
    ]
    matters = node.part != node.part or abs(node.part) >= _LEAST_PART
    if matters and any(one.event is not None for one in node.nodes):
        for one in node.nodes:
            lines += _branch(one, depth + 1, reference, stages)
    return lines


def _said(kind: str, event: Event, stages: Mapping[str, Sequence[str]]) -> str:
    """A kind of event and whom it concerns."""
    names = {
        "state": event.state,
        "partner": event.partner,
        "body": event.organisation,
        "other": event.other,
        "segment": event.segment,
        "process": event.process,
    }
    known = [name for name in names.values() if name]
    words = {name: value or _ANY[name] for name, value in names.items()}
    words["whom"] = " and ".join(known) or "something"
    words["in_state"] = f" in {event.state}" if event.state else ""
    listed = stages.get(event.process or "", ())
    known_stage = event.status is not None and 0 <= event.status < len(listed)
    words["stage"] = str(listed[event.status or 0]) if known_stage else "that follows"
    return _KINDS.get(kind, kind + " {whom}").format(**words)


def _percent(share: float) -> str:
    return f"{_bare(share)} %"


def _bare(share: float) -> str:
    return f"{round(100 * share) or 0}".replace("-", "−")
