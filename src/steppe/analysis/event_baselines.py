"""Baselines beside the likely events of a timeline: that an event happens at least once at the rate of history."""

from __future__ import annotations

import math
from collections.abc import Sequence

from steppe.analysis.baselines import (
    NOT_ALIVE,
    NOT_CODED,
    NOT_ELIGIBLE,
    NOTHING_CODED,
    Baseline,
    Rate,
    entering,
    filled,
    past_of,
    rate_of,
    status_of,
)
from steppe.analysis.intervals import LEVEL
from steppe.analysis.timeline import LikelyEvent
from steppe.evidence.history import MEMBER, NONE, OBSERVER, History, is_eligible
from steppe.evidence.lookup import Evidence, row_at
from steppe.results.query import Run

_NOT_CODED = {
    **dict.fromkeys(("advanced", "relapsed"), NOT_CODED["reached"]),
    "closed": "closures are not coded",
}


def event_baselines(
    run: Run,
    events: Sequence[LikelyEvent],
    evidence: Evidence,
    level: float = LEVEL,
    window: int | None = None,
) -> list[Baseline]:
    """One for each event, in their order: `measure` is its kind, `entity` what it is about, `year` the run's last.

    persistence : 0, nothing happens;  hazard : 1 − exp(−λt), λ being the rate at which what was at risk of such an event had
    it. A climb or a descent in the coded history goes to any rung; that to a given one is less probable.
    """
    past = past_of(run, evidence, window)
    t = float(run.years[-1] - run.years[0])
    found = []
    for event in events:
        about = (event.state, event.partner, event.organisation, event.other, event.process, event.segment)
        bare = Baseline(event.kind, "/".join(one for one in about if one), run.years[-1], 0.0)
        rate = _rate(run, evidence, past, event, level)
        if isinstance(rate, str):
            found.append(filled(bare, (None, rate)))
        elif rate.few:
            found.append(filled(bare, (rate, rate.why_not)))
        else:
            values = tuple(-math.expm1(-value * t) for value in (rate.value, rate.low, rate.high))
            found.append(filled(bare, (rate, values)))
    return found


def _rate(run: Run, evidence: Evidence, past: History, event: LikelyEvent, level: float) -> Rate | str:
    """The rate of history of such an event, or why there is none."""
    if event.kind in ("dissolved", "merged"):
        return rate_of(past.ends, "ends of bodies", "body-years", level)
    if event.kind == "climbed":
        return rate_of(past.climbs, "rises of a pair's tie", "pair-years", level)
    pair = tuple(sorted((event.state or "", event.partner or "")))
    if event.kind == "descended" and not _coded(evidence, past, "security_tie", pair):
        return "no tie at the start: it would take a climb first"
    if event.kind == "war" and _coded(evidence, past, "conflict", pair):
        return "fighting at the start: it would have to end first"
    if event.kind == "descended":
        return rate_of(past.descents, "falls of a pair's tie", "pair-years with a tie", level)
    if event.kind == "war":
        return rate_of(past.wars, "outbreaks of fighting", "pair-years without", level)
    if event.kind in _MOVES and event.state and event.organisation:
        return _move(run, evidence, past, event.state, event.organisation, event.kind, level)
    return _NOT_CODED.get(event.kind, NOTHING_CODED)


_MOVES = {  # kind → from which statuses, to which
    "admitted": ((NONE, OBSERVER), MEMBER),
    "observing": ((NONE,), OBSERVER),
    "left": ((OBSERVER, MEMBER), NONE),
    "left_to_observer": ((MEMBER,), OBSERVER),
}


def _coded(evidence: Evidence, past: History, variable: str, pair: tuple[str, ...]) -> bool:
    """Whether a pair has more than nothing of a variable at the start."""
    row = row_at(evidence.dyads.get(variable, {}).get((pair[0], pair[1]), ()), past.until)
    return row is not None and float(row.value) > 0


def _move(
    run: Run, evidence: Evidence, past: History, state: str, body: str, kind: str, level: float
) -> Rate | str:
    status, (origins, target) = status_of(run, state, body), _MOVES[kind]
    if body not in evidence.alive(past.until):
        return NOT_ALIVE
    if status not in origins:
        return f"{status} at the start: it would take another change first"
    if status == NONE and not is_eligible(evidence.organisations[body], state, past.until):
        return NOT_ELIGIBLE
    if target == MEMBER:
        return entering(past, status, target, level)
    words = {NONE: "outsiders", OBSERVER: "observers", MEMBER: "members"}
    what = f"moves from {words[status]} to {words[target]}"
    unit = "dyad-years of eligible outsiders" if status == NONE else f"dyad-years as {status}"
    return rate_of(past.entries[status, target], what, unit, level)
