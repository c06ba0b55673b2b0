"""Interventions: what a scenario orders at a date, and what a stage or a gate brings about, by one set of rules.

An intervention is a PLAN record (step, kind, first, second, third, amount), a consequence a CONSEQUENCE record with a
trigger in place of the step; `INTERVENTIONS` names the kinds and what the numbers mean. A consequence never has
consequences itself: it is no `reach`, and no intervention on a gate, a parameter or a switch.
"""

from typing import Any

import numpy as np

from steppe.mechanisms import events
from steppe.mechanisms.affinity import clip
from steppe.mechanisms.derived import update_all, update_burden
from steppe.mechanisms.institutions import dissolve, merge, note_depth
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.parties import benefit
from steppe.mechanisms.records import ELECTION, ON_FAILED, ON_PASSED, ON_STAGE
from steppe.mechanisms.state import DELEGATION
from steppe.mechanisms.turnover import change_leader, refresh_closeness

INTERVENTIONS = (
    # bodies and places in them
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
    "incompatible",  # -, organisation, other organisation; on
    "scope",  # -, organisation, domain; share: four in a row, one for each domain
    # pairs of states
    "tie",  # state, state; level
    "affinity",  # state, state; change
    "threat",  # state threatened, state threatening; level
    "conflict",  # state, state; level
    "transit",  # state, state crossed; share
    "trade_cost",  # state, state; change
    # states
    "threat_shock",  # state; size
    "capability",  # state; factor
    "prestige",  # state; change
    "autonomy",  # state; weight
    "approval",  # state; level
    "crisis",  # state; size
    "activity",  # state; level
    "continuity",  # state; level
    "leader",  # state
    # corridors
    "segment_status",  # segment, -, status
    "segment_capacity",  # segment; factor
    "segment_cost",  # segment; factor
    # processes and instruments
    "stage",  # process, stage
    "pace",  # process; factor
    "push",  # process, state; effort
    "resist",  # process, state; effort
    "interest",  # process, state; interest
    "support",  # process, state; level
    "instrument",  # instrument; on
    # by order of a scenario only
    "reach",  # process, stage
    "gate",  # gate, -, outcome
    "parameter",  # index in the parameter record; value
)
(SET_STATUS, APPLY, BAR, ALLOW, SET_DEPTH, SET_RULE, FOUND, FOUNDING_MEMBER, DISSOLVE, MERGE, INCOMPATIBLE, SCOPE,
 TIE, AFFINITY, THREAT, CONFLICT, TRANSIT, TRADE_COST,
 THREAT_SHOCK, CAPABILITY, PRESTIGE, AUTONOMY, APPROVAL, CRISIS, ACTIVITY, CONTINUITY, LEADER,
 SEGMENT_STATUS, SEGMENT_CAPACITY, SEGMENT_COST,
 STAGE, PACE, PUSH, RESIST, INTEREST, SUPPORT, INSTRUMENT,
 REACH, GATE, PARAMETER) = range(len(INTERVENTIONS))  # fmt: skip

OUTCOMES = ("failed", "passed", "waived")  # of an intervention on a gate
FAILED, PASSED, WAIVED = range(3)


@kernel
def is_void(state: Any, kind: int, o: int, other: int) -> Any:
    """Whether an intervention on a body cannot act: the body is not alive, or alive already, or the other is not."""
    if kind == FOUND:
        return state.body[o].alive == 1
    if state.body[o].alive == 0:
        return True
    return kind in (MERGE, INCOMPATIBLE) and (o == other or state.body[other].alive == 0)


@kernel
def change_scope(state: Any, o: int, domain: int, share: float) -> Any:
    """One domain of a body's scope; after the last, what follows from the scope: delegated authority and cosines."""
    body = state.body[o]
    if domain == 0:
        body.trade = share
    elif domain == 1:
        body.security = share
    elif domain == 2:
        body.identity = share
    else:
        body.connectivity = share
        body.delegated = (
            DELEGATION[0] * body.trade
            + DELEGATION[1] * body.security
            + DELEGATION[2] * body.identity
            + DELEGATION[3] * body.connectivity
        )
        for q in range(state.m):
            cosine = cosine_of(body, state.body[q])
            state.between[o, q].cosine = cosine
            state.between[q, o].cosine = cosine


@kernel
def cosine_of(one: Any, other: Any) -> Any:
    """Cosine of the scopes of two bodies."""
    product, first, second = one.trade * other.trade, one.trade**2, other.trade**2
    product += one.security * other.security + one.identity * other.identity
    product += one.connectivity * other.connectivity
    first += one.security**2 + one.identity**2 + one.connectivity**2
    second += other.security**2 + other.identity**2 + other.connectivity**2
    return product / max((first * second) ** 0.5, 1e-300)


@kernel
def change_body(state: Any, kind: int, i: int, o: int, other: int, amount: float) -> Any:
    """An intervention on a body or on a state's place in it. Rows that follow from it are refreshed by the caller."""
    if is_void(state, kind, o, other):
        if kind != SCOPE or other == 0:  # once for the four of them
            events.note(state, events.VOID, i, o, -1, -1, -1, 1.0, False)
    elif kind == FOUND:
        state.body[o].alive = 1
        state.body[o].depth = amount
        events.note(state, events.FOUNDED, -1, o, -1, -1, -1, 1.0, False)
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
    elif kind == MERGE:
        merge(state, o, other, 1.0)
    elif kind == INCOMPATIBLE:
        state.between[o, other].incompatible = amount != 0.0
        state.between[other, o].incompatible = amount != 0.0
    else:
        change_scope(state, o, other, amount)


@kernel
def change_pair(state: Any, kind: int, i: int, j: int, amount: float) -> Any:
    """An intervention on what lies between two states."""
    pair, mirror = state.pair[i, j], state.pair[j, i]
    if kind == TIE:
        pair.tie = amount
        mirror.tie = amount
    elif kind == AFFINITY:
        pair.affinity = clip(pair.affinity + amount)
        mirror.affinity = pair.affinity
    elif kind == THREAT:
        pair.threat = amount
    elif kind == CONFLICT:
        pair.conflict = amount
        mirror.conflict = amount
    elif kind == TRANSIT:
        pair.transit0 = amount
        pair.transit = min(1.0, max(0.0, amount + pair.dependence - pair.dependence0))
    else:
        pair.cost_shift += amount
        mirror.cost_shift = pair.cost_shift


@kernel
def change_actor(state: Any, kind: int, i: int, amount: float) -> Any:
    """An intervention on a state."""
    actor = state.actor[i]
    if kind == THREAT_SHOCK:
        actor.shock += amount
    elif kind == CAPABILITY:
        actor.capability *= amount
    elif kind == PRESTIGE:
        actor.prestige = max(-1.0, actor.prestige + amount)
    elif kind == AUTONOMY:
        actor.autonomy = amount
    elif kind == APPROVAL:
        actor.approval = amount
        actor.approval0 = amount
    elif kind == CRISIS:
        actor.crisis += amount
    elif kind == ACTIVITY:
        actor.activity = amount
    elif kind == CONTINUITY:
        actor.continuity = amount
    else:
        refresh(state)  # relief by an instrument switched on just now
        change_leader(state, i, 1.0)


@kernel
def change_segment(state: Any, kind: int, e: int, status: int, amount: float) -> Any:
    """An intervention on a segment of a corridor; the flows follow at the next turn of the corridors."""
    if kind == SEGMENT_STATUS:
        state.segment[e].status = status
    elif kind == SEGMENT_CAPACITY:
        state.segment[e].capacity *= amount
    else:
        state.segment[e].cost *= amount
    state.network_stale = 1


@kernel
def change_process(state: Any, kind: int, which: int, second: int, amount: float) -> Any:
    """An intervention on a process, on a state's part in it, or on an instrument."""
    if kind == STAGE:
        state.process[which].stage = second
        events.note_about(state, events.ADVANCED, -1, -1, which, -1, second, 0.0, 1.0)
    elif kind == PACE:
        state.process[which].pace = amount
    elif kind == PUSH:
        state.role[which, second].push = amount
    elif kind == RESIST:
        state.role[which, second].resist = amount
    elif kind == INTEREST:
        state.role[which, second].interest = amount
    elif kind == SUPPORT:
        state.role[which, second].support = amount
        state.role[which, second].support0 = amount
    else:
        state.instrument[which].active = amount != 0.0


@kernel
def refresh(state: Any) -> Any:
    """What follows from the state, after a change that was noted by `stale`."""
    if state.stale != 0:
        update_burden(state)
        update_all(state)
        state.stale = 0


@kernel
def carry_out(
    state: Any, kind: int, first: int, second: int, third: int, amount: float, founded: bool
) -> Any:
    """One intervention, other than on a gate or a parameter. `refresh` is left to the caller, but for bodies.

    founded : whether the last `found` acted; returns the same for the next. A change of a body refreshes all that
    follows, since the next intervention may count its members.
    """
    if kind < TIE:
        if kind == FOUNDING_MEMBER and not founded:
            return founded
        if kind == FOUND:
            founded = state.body[second].alive == 0
        change_body(state, kind, first, second, third, amount)
        update_all(state)
        return founded
    if kind < THREAT_SHOCK:
        change_pair(state, kind, first, second, amount)
    elif kind < SEGMENT_STATUS:
        change_actor(state, kind, first, amount)
    elif kind < STAGE:
        change_segment(state, kind, first, third, amount)
    else:
        change_process(state, kind, first, second, amount)
    state.stale = 1
    return founded


@kernel
def bring_about(state: Any, trigger: int, subject: int, stage: int) -> Any:
    """Carry out the consequences of a trigger in their order, and refresh what follows.

    trigger : ON_STAGE, ON_PASSED or ON_FAILED; subject : process or gate; stage : of the process, or -1
    """
    acted, founded = False, False
    for row in range(state.n_consequences):
        one = state.consequence[row]
        if one.trigger == trigger and one.subject == subject and one.stage == stage:
            founded = carry_out(state, one.kind, one.first, one.second, one.third, one.amount, founded)
            acted = True
    if acted:
        refresh(state)
        refresh_closeness(state)


@kernel
def enter_stage(state: Any, process: int, stage: int, gain: float, chance: float) -> Any:
    """A process comes to a stage: where the public is against it the government pays, and its consequences follow.

    gain : the parties' benefit, for the event; chance : the probability with which this was decided
    """
    state.process[process].stage = stage
    events.note_about(state, events.ADVANCED, -1, -1, process, -1, stage, gain, chance)
    for i in range(state.n):
        role, actor = state.role[process, i], state.actor[i]
        if role.party == 1 and role.support < 0.5:
            actor.approval = max(0.0, actor.approval - state.p.backlash * (0.5 - role.support))
    bring_about(state, ON_STAGE, process, stage)


@kernel
def settle_gate(state: Any, g: int, passes: bool) -> Any:
    """A gate is held with this outcome: what comes of it, and when it is held again."""
    gate = state.gate[g]
    gate.held += 1
    gate.passed = passes
    if passes:
        bring_about(state, ON_PASSED, g, -1)
    else:
        bring_about(state, ON_FAILED, g, -1)
        if gate.kind == ELECTION:
            change_leader(state, gate.state, 1.0)
            refresh_closeness(state)
    if gate.again > 0.0:
        gate.due = np.int64(state.step) + np.int64(np.rint(gate.again / state.p.dt))
    else:
        gate.due = -1
        gate.settled = not passes


@kernel
def order_politics(state: Any, kind: int, which: int, stage: int, outcome: int) -> Any:
    """A stage is reached, or a gate settled, by order of a scenario."""
    refresh(state)
    if kind == REACH:
        if stage > state.process[which].stage:
            enter_stage(state, which, stage, benefit(state, which), 1.0)
    elif outcome == WAIVED:
        state.gate[which].passed = 1
        state.gate[which].due = -1
    else:
        settle_gate(state, which, outcome == PASSED)


@kernel
def intervene(state: Any, parameters: Any, plan: Any) -> Any:
    """Carry out the interventions dated to this step, in the order written.

    plan : (L) PLAN records; parameters : (P) the memory of `state.p` as floats, to be set by place.
    """
    founded = False
    for row in range(plan.shape[0]):
        one = plan[row]
        if one.step != state.step:
            continue
        if one.kind == PARAMETER:
            parameters[one.first] = one.amount
            state.stale = 1
        elif one.kind in (REACH, GATE):
            order_politics(state, one.kind, one.first, one.second, one.third)
        else:
            founded = carry_out(state, one.kind, one.first, one.second, one.third, one.amount, founded)
    refresh(state)
