"""Likely events in words: ``EAEU merges into SCO``."""

from __future__ import annotations

from collections.abc import Mapping

from steppe.analysis.timeline import LikelyEvent
from steppe.report.figures.telling import listed

_PHRASES = {
    "admitted": "{state} admitted to {organisation}",
    "observing": "{state} an observer of {organisation}",
    "left": "{state} leaves {organisation}",
    "left_to_observer": "{state} steps back to an observer of {organisation}",
    "deepened": "{organisation} deepens",
    "hollowed": "{organisation} hollows out",
    "dissolved": "{organisation} ends",
    "merged": "{organisation} merges into {other}",
    "founded": "{organisation} founded",
    "advanced": "{process} reaches {stage}",
    "relapsed": "{process} falls back to {stage}",
    "climbed": "{state} and {partner}: security tie up to {level}",
    "descended": "{state} and {partner}: security tie down to {level}",
    "crisis": "financial crisis in {state}",
    "war": "war of {state} and {partner}",
    "closed": "{segment} closes by chance",
}
_STATUSES = ("nothing to", "an observer of", "a member of", "suspended in")


def event_words(event: LikelyEvent, names: Mapping[str, str]) -> str:
    """What happens, with ids by their names."""

    def name(one: str | None) -> str:
        return "some state" if one is None else names.get(one, one)

    if event.kind == "intervention":
        status = "changed in" if event.status is None else _STATUSES[event.status]
        return f"the scenario: {name(event.state)} {status} {name(event.organisation)}"
    keys = ("state", "organisation", "other", "partner", "process", "segment")
    told = {key: name(getattr(event, key)) for key in keys}
    told["stage"] = names.get(
        f"{event.process}/{event.stage}", str(event.stage or "its start").replace("_", " ")
    )
    told["level"] = "another rung" if event.level is None else f"{event.level:g}"
    return _PHRASES[event.kind].format(**told)


def consequences(event: LikelyEvent, names: Mapping[str, str], most: int = 4) -> str:
    """Which states become members with it: ``with it KAZ, KGZ and 3 more``; nothing where none does."""
    states = [names.get(one.state, one.state) for one in event.follows]
    if not states:
        return ""
    rest = [f"{len(states) - most} more"] if len(states) > most else []
    return "with it " + listed([*states[:most], *rest])
