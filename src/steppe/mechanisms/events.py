"""Events: what happened, to whom, and the terms of the value that drove it."""

from typing import Any

from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.state import MAX_EVENTS, N_TERMS, TERMS

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
)
(ADMITTED, REFUSED, OBSERVING, OBSERVING_REFUSED, LEFT, LEFT_TO_OBSERVER, DEEPENED, HOLLOWED, DISSOLVED, MERGED,
 JOINED_BY_MERGER, FOUNDED, INTERVENTION, VOID) = range(len(KINDS))  # fmt: skip


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
    event.probability = chance
    for term in range(N_TERMS):
        event.terms[term] = state.scratch[TERMS, term] if with_terms else 0.0
