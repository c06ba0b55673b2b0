"""Events: what happened, to whom, and the terms of the value that drove it."""

from typing import Any

from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.records import MAX_EVENTS, N_TERMS
from steppe.mechanisms.state import TERMS, VALUE

KINDS = (
    "admitted",
    "refused",
    "observing",
    "observing_refused",
    "left",
    "left_to_observer",
    "deepened",
    "hollowed",
    "dissolved",
    "merged",
    "joined_by_merger",
    "founded",
    "intervention",
    "void",
    "crisis",
    "war",
    "war_ended",
    "closed",
    "reopened",
    "climbed",
    "descended",
    "leader_changed",
    "gate_passed",
    "gate_failed",
    "signalled",
    "relapsed",
    "advanced",
)
(ADMITTED, REFUSED, OBSERVING, OBSERVING_REFUSED, LEFT, LEFT_TO_OBSERVER, DEEPENED, HOLLOWED, DISSOLVED, MERGED,
 JOINED_BY_MERGER, FOUNDED, INTERVENTION, VOID, CRISIS, WAR, WAR_ENDED, CLOSED, REOPENED, CLIMBED, DESCENDED,
 LEADER_CHANGED, GATE_PASSED, GATE_FAILED, SIGNALLED, RELAPSED, ADVANCED) = range(len(KINDS))  # fmt: skip


@kernel
def note(
    state: Any,
    kind: int,
    i: int,
    o: int,
    other: int,
    before: int,
    after: int,
    chance: float,
    with_terms: bool,
) -> Any:
    """Append an event; i, o, other are -1 where there is none. A full list keeps counting, and the run is refused later."""
    position = state.n_events
    state.n_events = position + 1
    if position >= MAX_EVENTS:
        return
    event = state.events[position]
    event.step = state.step
    event.kind = kind
    event.state = i
    event.organisation = o
    event.other = other
    event.status_from = before
    event.status_to = after
    event.partner = -1
    event.process = -1
    event.segment = -1
    event.probability = chance
    for term in range(N_TERMS):
        event.terms[term] = state.scratch[TERMS, term] if with_terms else 0.0


@kernel
def note_about(
    state: Any,
    kind: int,
    i: int,
    partner: int,
    process: int,
    segment: int,
    after: int,
    level: float,
    chance: float,
) -> Any:
    """Append an event of a pair, a process or a segment; -1 where there is none. level : stored as the value."""
    position = state.n_events
    note(state, kind, i, -1, -1, -1, after, chance, False)
    if position >= MAX_EVENTS:
        return
    event = state.events[position]
    event.partner = partner
    event.process = process
    event.segment = segment
    event.terms[VALUE] = level
