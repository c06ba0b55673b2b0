"""Membership: states weigh applying, observing, upgrading and leaving; bodies admit by their rule.

Hazards of quantal response. A draw below the chance that the highest possible rate would give is needed for anything to
happen, so values are computed only for pairs whose draw is that low; the outcome is the same as with all of them.
"""

from typing import Any

import numpy as np

from steppe.mechanisms import draws, events
from steppe.mechanisms.alignment import leverage_inside
from steppe.mechanisms.derived import update_after
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.state import LEVERAGE, MEMBER, NONE, OBSERVER, RANKS, TERMS
from steppe.mechanisms.value import observer_value, value_now
from steppe.mechanisms.voting import logistic, step_chance, vote_on_admission


@kernel
def set_orders(state: Any) -> Any:
    """This step's random order of states and of organisations: ascending by their draws."""
    rank = state.scratch[RANKS]
    for i in range(state.n):
        rank[i] = draws.uniform(state, draws.STATE_ORDER, state.actor[i].key, 0)
    sort_by(rank, state.actor, state.n)
    for o in range(state.m):
        rank[o] = draws.uniform(state, draws.ORGANISATION_ORDER, state.body[o].key, 0)
    sort_by(rank, state.body, state.m)


@kernel
def sort_by(rank: Any, entities: Any, n: int) -> Any:
    """Write to `turn` of the n records the indices 0..n-1 sorted by rank. By insertion up to 64, else by argsort."""
    if n > 64:
        order = np.argsort(rank[:n])
        for place in range(n):
            entities[place].turn = order[place]
        return
    for i in range(n):
        slot = i
        while slot > 0 and rank[entities[slot - 1].turn] > rank[i]:
            entities[slot].turn = entities[slot - 1].turn
            slot -= 1
        entities[slot].turn = i


@kernel
def wait_until(state: Any) -> Any:
    """First step at which a state that was refused or left now may try again."""
    return np.int64(state.step) + 1 + np.int64(np.rint(state.p.cooldown / state.p.dt))


@kernel
def change_status(state: Any, i: int, o: int, status: int) -> Any:
    """Set a status and refresh what follows from it."""
    state.seat[i, o].status = status
    update_after(state, o, i)


@kernel
def apply(state: Any, i: int, o: int, status: int, chance: float) -> Any:
    """Put i's application for this status to the vote, and carry the decision out."""
    value_now(state, i, o)
    state.scratch[TERMS, LEVERAGE] = leverage_inside(state, i, o)
    before = state.seat[i, o].status
    own_terms = state.scratch[TERMS].copy()
    admitted = vote_on_admission(state, i, o, status)
    state.scratch[TERMS][:] = own_terms
    if admitted:
        kind = events.ADMITTED if status == MEMBER else events.OBSERVING
        events.note(state, kind, i, o, -1, before, status, chance, True)
        change_status(state, i, o, status)
    else:
        kind = events.REFUSED if status == MEMBER else events.OBSERVING_REFUSED
        events.note(state, kind, i, o, -1, before, before, chance, True)
        state.seat[i, o].until = wait_until(state)


@kernel
def leave(state: Any, i: int, o: int, status: int, chance: float) -> Any:
    """i leaves o, altogether or for an observer's seat."""
    kind = events.LEFT if status == NONE else events.LEFT_TO_OBSERVER
    events.note(state, kind, i, o, -1, state.seat[i, o].status, status, chance, True)
    state.seat[i, o].until = wait_until(state)
    change_status(state, i, o, status)


@kernel
def outsider(state: Any, i: int, o: int, draw: float) -> Any:
    """A state without status weighs applying for membership or for an observer's seat."""
    if draw >= step_chance(2.0 * state.p.apply_rate, state.p.dt):
        return
    value = value_now(state, i, o)
    seat = observer_value(state)
    push = leverage_inside(state, i, o)
    state.scratch[TERMS, LEVERAGE] = push
    push *= state.p.pressure_apply
    join = state.p.apply_rate * logistic((value + push - state.p.cost_member) / state.p.choice_noise)
    observe = state.p.apply_rate * logistic((seat + push - state.p.cost_observer) / state.p.choice_noise)
    chance = step_chance(join + observe, state.p.dt)
    if draw < chance:
        joins = chance * join / (join + observe)
        status = MEMBER if draw < joins else OBSERVER
        apply(state, i, o, status, joins if status == MEMBER else chance - joins)


@kernel
def observer(state: Any, i: int, o: int, draw: float, may_rise: bool) -> Any:
    """An observer (or suspended member) weighs membership and leaving."""
    if draw >= step_chance(state.p.apply_rate + state.p.leave_rate, state.p.dt):
        return
    value = value_now(state, i, o)
    seat = observer_value(state)
    hold = leverage_inside(state, i, o)
    state.scratch[TERMS, LEVERAGE] = hold
    join = (
        state.p.apply_rate * logistic((value - seat - state.p.cost_member) / state.p.choice_noise)
        if may_rise
        else 0.0
    )
    out = state.p.leave_rate * logistic(
        (-seat - state.p.cost_leave - state.p.pressure_stay * hold) / state.p.choice_noise
    )
    chance = step_chance(join + out, state.p.dt)
    if draw < chance:
        joins = chance * join / (join + out)
        if draw < joins:
            apply(state, i, o, MEMBER, joins)
        else:
            leave(state, i, o, NONE, chance - joins)


@kernel
def member(state: Any, i: int, o: int, draw: float) -> Any:
    """A member weighs an observer's seat and leaving."""
    if draw >= step_chance(2.0 * state.p.leave_rate, state.p.dt):
        return
    value = value_now(state, i, o)
    seat = observer_value(state)
    hold = leverage_inside(state, i, o)
    state.scratch[TERMS, LEVERAGE] = hold
    bar = state.p.cost_leave + state.p.pressure_stay * hold
    down = state.p.leave_rate * logistic((seat - value - bar) / state.p.choice_noise)
    out = state.p.leave_rate * logistic((-value - bar) / state.p.choice_noise)
    chance = step_chance(down + out, state.p.dt)
    if draw < chance:
        steps_down = chance * down / (down + out)
        if draw < steps_down:
            leave(state, i, o, OBSERVER, steps_down)
        else:
            leave(state, i, o, NONE, chance - steps_down)


@kernel
def answer_pending(state: Any, i: int, o: int) -> Any:
    """An application ordered by the scenario goes to the vote now, if it asks for more than i has."""
    asked = state.seat[i, o].pending
    state.seat[i, o].pending = 0
    held = state.seat[i, o].status
    if held == NONE or (asked == MEMBER and held != MEMBER):
        apply(state, i, o, asked, 1.0)


@kernel
def consider(state: Any, i: int, o: int) -> Any:
    """What state i does about body o in this step."""
    if state.seat[i, o].pending != 0:
        answer_pending(state, i, o)
        return
    status = state.seat[i, o].status
    if status == MEMBER and state.seat[i, o].anchored:
        return
    may_apply = (
        state.seat[i, o].eligible != 0
        and state.step >= state.seat[i, o].until
        and state.body[o].n_members > 0
    )
    if status == NONE and not may_apply:
        return
    draw = draws.uniform(state, draws.MEMBERSHIP, state.actor[i].key, state.body[o].key)
    if status == NONE:
        outsider(state, i, o, draw)
    elif status == MEMBER:
        member(state, i, o, draw)
    else:
        observer(state, i, o, draw, may_apply)


@kernel
def update_membership(state: Any) -> Any:
    """The mechanism: every state, in random order, about every living body, in random order."""
    set_orders(state)
    for turn in range(state.n):
        i = state.actor[turn].turn
        for next_turn in range(state.m):
            o = state.body[next_turn].turn
            if state.body[o].alive == 1:
                consider(state, i, o)
