"""Shocks: the scenario's timed interventions, then random threat shocks (Poisson) and the decay of shocks and prestige.

An intervention is a PLAN record (step, kind, first, second, third, amount); `INTERVENTIONS` names the kinds.
"""

import math
from typing import Any

from steppe.mechanisms import draws, events
from steppe.mechanisms.affinity import clip
from steppe.mechanisms.corridors import strife_of
from steppe.mechanisms.derived import update_all, update_burden
from steppe.mechanisms.institutions import dissolve, merge, note_depth
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.records import OPEN, SHUT
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
        state.pair[i, j].transit0 = amount  # R follows with all else that is refreshed
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
