"""Votes: one draw per voter, and the rule that turns votes into a decision.

Quantal response [MP1995]_: a yes with probability sigma((gain + pressure + acquiescence)/noise).

.. [MP1995] McKelvey & Palfrey (1995) Quantal response equilibria for normal form games. GEB 10(1).
"""

import math
from typing import Any

import numpy as np

from steppe.mechanisms import draws
from steppe.mechanisms.alignment import leverage
from steppe.mechanisms.derived import major_threshold
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.state import MEMBER
from steppe.mechanisms.value import member_value, value_now

CONSENSUS, QUALIFIED_MAJORITY, MAJORITY, FOUNDER_VETO, NO_MAJOR_POWER = 0, 1, 2, 3, 4


@kernel
def logistic(x: float) -> Any:
    """1/(1 + e^-x), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    z = math.exp(x)
    return z / (1.0 + z)


@kernel
def settled_against(rule: int, founder: int) -> Any:
    """Whether one no ends the vote under this rule."""
    return rule in (CONSENSUS, NO_MAJOR_POWER) or (rule == FOUNDER_VETO and founder)


@kernel
def carried(rule: int, yes: int, count: int) -> Any:
    """Whether `yes` votes of `count` members carry, where nobody with a veto has said no."""
    if rule == QUALIFIED_MAJORITY:
        return 3 * yes >= 2 * count
    if rule in (MAJORITY, FOUNDER_VETO):
        return 2 * yes > count
    return yes == count


@kernel
def vote_on_admission(state: Any, i: int, o: int, status: int) -> Any:
    """Whether the members of o admit candidate i to this status."""
    rule, count = state.body[o].rule, state.body[o].n_members
    if count == 0 or (rule == NO_MAJOR_POWER and state.actor[i].capability > state.body[o].threshold):
        return False
    step = 0 if state.p.vote_persistent != 0.0 else state.step
    guests = state.guests
    for j in range(state.n):
        guests[j] = state.roll[o, j]
    guests[i].inside = 1
    guests[count].member = i
    threshold = major_threshold(state, guests, count + 1)
    weight = 1.0 if status == MEMBER else state.p.observer_vote
    address = draws.mix(state.actor[i].key, state.body[o].key)
    yes = 0
    for position in range(count):
        j = state.roll[o, position].member
        gain = member_value(state, j, o, state.body[o].depth, guests, count + 1, threshold)
        gain -= value_now(state, j, o)
        push = state.p.pressure_vote * leverage(state, j, i)
        chance = logistic((weight * gain + push + state.p.acquiescence) / state.p.vote_noise)
        if draws.uniform_at(state, step, draws.ADMISSION_VOTE, state.actor[j].key, address) < chance:
            yes += 1
        elif settled_against(rule, state.seat[j, o].founder):
            return False
    return carried(rule, yes, count)


@kernel
def vote_on_depth(state: Any, o: int, depth: float) -> Any:
    """Whether the members of o agree to this depth."""
    rule, count = state.body[o].rule, state.body[o].n_members
    yes = 0
    for position in range(count):
        j = state.roll[o, position].member
        gain = member_value(state, j, o, depth, state.roll[o], count, state.body[o].threshold)
        gain -= value_now(state, j, o)
        chance = logistic((gain - state.p.cost_deepen) / state.p.vote_noise)
        if draws.uniform(state, draws.DEEPENING_VOTE, state.actor[j].key, state.body[o].key) < chance:
            yes += 1
        elif settled_against(rule, state.seat[j, o].founder):
            return False
    return carried(rule, yes, count)


@kernel
def step_chance(rate: float, dt: float) -> Any:
    """Probability of at least one event in a step at this yearly rate."""
    return -np.expm1(-rate * dt)
