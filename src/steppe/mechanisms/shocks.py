"""Shocks: what strikes by chance: threats, financial crises, wars and their ends, closures of corridors.

Threat shocks, prestige and crises decay by themselves; a war goes on until it ends, a segment is shut until it reopens.
"""

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
def strike_with_threats(state: Any) -> Any:
    """Threat shocks and prestige decay, and new shocks strike."""
    decay, fade = math.exp(-state.p.shock_decay * state.p.dt), math.exp(-state.p.prestige_decay * state.p.dt)
    chance = step_chance(state.p.shock_rate, state.p.dt)
    for i in range(state.n):
        state.actor[i].shock *= decay
        state.actor[i].prestige *= fade
        if draws.uniform(state, draws.SHOCK, state.actor[i].key, 0) < chance:
            state.actor[i].shock += state.p.shock_size


@kernel
def strike_with_crises(state: Any) -> Any:
    """Financial crises decay, and new ones strike."""
    decay = math.exp(-state.p.crisis_decay * state.p.dt)
    chance = step_chance(state.p.crisis_rate, state.p.dt)
    for i in range(state.n):
        state.actor[i].crisis *= decay
        if draws.uniform(state, draws.CRISIS, state.actor[i].key, 0) < chance:
            state.actor[i].crisis += state.p.crisis_size
            events.note_about(state, events.CRISIS, i, -1, -1, -1, -1, state.actor[i].crisis, chance)


@kernel
def war_hazard(state: Any, i: int, j: int) -> Any:
    """Rate at which a war between i and j ends, or, where there is none, breaks out [1/y]."""
    pair = state.pair[i, j]
    if pair.conflict > 0.0:
        return state.p.war_end_rate
    hostility = max(0.0, -pair.affinity)
    return state.p.war_rate * max(pair.threat, state.pair[j, i].threat) * hostility


@kernel
def start_and_end_wars(state: Any) -> Any:
    """Every pair at war may come to its end, every threatened and hostile pair to war."""
    for i in range(state.n):
        for j in range(i + 1, state.n):
            hazard = war_hazard(state, i, j)
            if hazard == 0.0:
                continue
            key_i, key_j = state.actor[i].key, state.actor[j].key
            chance = step_chance(hazard, state.p.dt)
            if draws.uniform(state, draws.WAR, min(key_i, key_j), max(key_i, key_j)) >= chance:
                continue
            ends = state.pair[i, j].conflict > 0.0
            level = 0.0 if ends else state.p.war_level
            state.pair[i, j].conflict = level
            state.pair[j, i].conflict = level
            kind = events.WAR_ENDED if ends else events.WAR
            events.note_about(state, kind, i, j, -1, -1, -1, level, chance)


@kernel
def update_shocks(state: Any) -> Any:
    """The mechanism: threat shocks, then crises, then wars, then closures of corridors."""
    strike_with_threats(state)
    strike_with_crises(state)
    start_and_end_wars(state)
    update_closures(state)
