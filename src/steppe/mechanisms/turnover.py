"""Turnover: what is left of a state's closeness to others when its leader changes.

What institutions carry survives: the share that the state's continuity keeps, and all of it where a common identity
instrument gives relief. The rest falls back to the baseline, give or take the new leader's own leanings.
"""

from typing import Any

from steppe.mechanisms import draws, events
from steppe.mechanisms.affinity import clip
from steppe.mechanisms.alignment import update_shares
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.security import update_danger, update_protection


@kernel
def refresh_closeness(state: Any) -> Any:
    """What follows from affinities, threats and shocks: danger, protection and alignment shares of every state."""
    for i in range(state.n):
        update_danger(state, i)
        update_protection(state, i)
        update_shares(state, i)


@kernel
def change_leader(state: Any, i: int, chance: float) -> Any:
    """A new leader in state i. What follows from affinity is refreshed by the caller.

    chance : the probability with which this was decided
    """
    actor = state.actor[i]
    events.note_about(state, events.LEADER_CHANGED, i, -1, -1, -1, -1, actor.approval, chance)
    actor.approval = actor.approval0
    for j in range(state.n):
        if j == i:
            continue
        pair = state.pair[i, j]
        keep = actor.continuity + (1.0 - actor.continuity) * pair.relief
        own = draws.normal(state, draws.TURNOVER, actor.key, state.actor[j].key)
        kept = pair.baseline + keep * (pair.affinity - pair.baseline)
        pair.affinity = clip(kept + (1.0 - keep) * state.p.turnover_noise * own)
        state.pair[j, i].affinity = pair.affinity
