"""Shocks: the scenario's timed interventions, then what strikes by chance: threats, financial crises, wars and their ends.

Threat shocks, prestige and crises decay by themselves; a war goes on until it ends.

An intervention is a PLAN record (step, kind, first, second, third, amount); `INTERVENTIONS` names the kinds.
"""

import math
from typing import Any

from steppe.mechanisms import draws, events
from steppe.mechanisms.affinity import clip
from steppe.mechanisms.derived import update_all, update_burden
from steppe.mechanisms.institutions import dissolve, merge, note_depth
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.voting import step_chance

INTERVENTIONS = (
    "set_status",  # state, organisation, status
    "apply",  # state, organisation, status
    "bar",  # state, organisation
    "allow",  # state, organisation
    "set_depth",  # -, organisation; depth
    "set_rule",  # -, organisation, rule
    "found",  # -, organisation; depth
    "founding_member",  # state, organisation, status: follows its `found`, void with it
    "dissolve",  # -, organisation
    "merge",  # -, organisation, other organisation
    "tie",  # state, state; level
    "affinity",  # state, state; change
    "threat",  # state threatened, state threatening; level
    "conflict",  # state, state; level
    "threat_shock",  # state; size
    "capability",  # state; factor
    "prestige",  # state; change
    "transit",  # state, state crossed; share
    "autonomy",  # state; weight
    "parameter",  # index in the parameter record; value
)
(SET_STATUS, APPLY, BAR, ALLOW, SET_DEPTH, SET_RULE, FOUND, FOUNDING_MEMBER, DISSOLVE, MERGE, TIE, AFFINITY,
 THREAT, CONFLICT, THREAT_SHOCK, CAPABILITY, PRESTIGE, TRANSIT, AUTONOMY, PARAMETER) = range(len(INTERVENTIONS))  # fmt: skip


@kernel
def change_body(state: Any, kind: int, i: int, o: int, other: int, amount: float) -> Any:
    """An intervention on a body or on a state's place in it. Rows that follow from it are refreshed by the caller."""
    if kind == FOUND and state.body[o].alive == 0:
        state.body[o].alive = 1
        state.body[o].depth = amount
        events.note(state, events.FOUNDED, -1, o, -1, -1, -1, 1.0, False)
    elif (
        kind == FOUND
        or state.body[o].alive == 0
        or (kind == MERGE and (o == other or state.body[other].alive == 0))
    ):
        events.note(state, events.VOID, i, o, -1, -1, -1, 1.0, False)
    elif kind in (SET_STATUS, FOUNDING_MEMBER):
        if state.seat[i, o].status != other:
            events.note(state, events.INTERVENTION, i, o, -1, state.seat[i, o].status, other, 1.0, False)
            state.seat[i, o].status = other
    elif kind == APPLY:
        state.seat[i, o].pending = other
    elif kind == BAR:
        state.seat[i, o].eligible = 0
    elif kind == ALLOW:
        state.seat[i, o].eligible = 1
    elif kind == SET_DEPTH:
        note_depth(state, events.INTERVENTION, o, amount, 1.0)
        state.body[o].depth = amount
    elif kind == SET_RULE:
        state.body[o].rule = other
    elif kind == DISSOLVE:
        events.note(state, events.DISSOLVED, -1, o, -1, -1, -1, 1.0, False)
        dissolve(state, o)
    else:
        merge(state, o, other, 1.0)


@kernel
def change_states(state: Any, kind: int, i: int, j: int, amount: float) -> Any:
    """An intervention on a state or a pair of states."""
    if kind == TIE:
        state.pair[i, j].tie = amount
        state.pair[j, i].tie = amount
    elif kind == AFFINITY:
        state.pair[i, j].affinity = clip(state.pair[i, j].affinity + amount)
        state.pair[j, i].affinity = state.pair[i, j].affinity
    elif kind == THREAT:
        state.pair[i, j].threat = amount
    elif kind == CONFLICT:
        state.pair[i, j].conflict = amount
        state.pair[j, i].conflict = amount
    elif kind == THREAT_SHOCK:
        state.actor[i].shock += amount
    elif kind == CAPABILITY:
        state.actor[i].capability *= amount
    elif kind == PRESTIGE:
        state.actor[i].prestige = max(-1.0, state.actor[i].prestige + amount)
    elif kind == TRANSIT:
        state.pair[i, j].transit = amount
    elif kind == AUTONOMY:
        state.actor[i].autonomy = amount


@kernel
def intervene(state: Any, parameters: Any, plan: Any) -> Any:
    """Carry out the interventions dated to this step, in the order written.

    plan : (L) PLAN records; parameters : (P) the memory of `state.p` as floats, to be set by place.
    Every change of a body refreshes all that follows, since the next row may count its members.
    """
    touched, founded = False, False
    for row in range(plan.shape[0]):
        if plan[row].step != state.step:
            continue
        kind = plan[row].kind
        if kind == PARAMETER:
            parameters[plan[row].first] = plan[row].amount
            touched = True
        elif kind == FOUNDING_MEMBER and not founded:
            continue
        elif kind < TIE:
            if kind == FOUND:
                founded = state.body[plan[row].second].alive == 0
            change_body(state, kind, plan[row].first, plan[row].second, plan[row].third, plan[row].amount)
            update_all(state)
        else:
            change_states(state, kind, plan[row].first, plan[row].second, plan[row].amount)
            touched = True
    if touched:
        update_burden(state)
        update_all(state)


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
    """The mechanism: threat shocks, then crises, then wars."""
    strike_with_threats(state)
    strike_with_crises(state)
    start_and_end_wars(state)
