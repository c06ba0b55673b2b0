"""Shocks: random threat shocks (Poisson), and the decay of shocks and prestige."""

import math
from typing import Any

from steppe.mechanisms import draws, events
from steppe.mechanisms.corridors import strife_of
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.records import OPEN, SHUT
from steppe.mechanisms.voting import step_chance


@kernel
def update_closures(state: Any) -> Any:
    """Segments close by accident, attack or dispute, sooner where an owner is at war, and reopen."""
    for e in range(state.n_segments):
        segment = state.segment[e]
        if segment.status == OPEN:
            rate, after, kind = state.p.closure_rate * (1.0 + strife_of(state, e)), SHUT, events.CLOSED
        elif segment.status == SHUT:
            rate, after, kind = state.p.reopen_rate, OPEN, events.REOPENED
        else:
            continue
        chance = step_chance(rate, state.p.dt)
        if draws.uniform(state, draws.CLOSURE, segment.key, 0) < chance:
            segment.status = after
            state.network_stale = 1
            events.note_about(state, kind, -1, -1, -1, e, -1, 0.0, chance)


@kernel
def update_shocks(state: Any) -> Any:
    """The mechanism: shocks and prestige decay, random threat shocks strike, segments close and reopen."""
    decay, fade = math.exp(-state.p.shock_decay * state.p.dt), math.exp(-state.p.prestige_decay * state.p.dt)
    chance = step_chance(state.p.shock_rate, state.p.dt)
    for i in range(state.n):
        state.actor[i].shock *= decay
        state.actor[i].prestige *= fade
        if draws.uniform(state, draws.SHOCK, state.actor[i].key, 0) < chance:
            state.actor[i].shock += state.p.shock_size
    update_closures(state)
