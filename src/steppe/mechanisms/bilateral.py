"""Bilateral: pairs of states climb a ladder of security ties, rung by rung, and slide down it where they have fallen out.

A rung is climbed when both want it (quantal response on each side), so the more reluctant of the two sets the pace. All
pairs decide on the world that they find, then all move. A draw below the highest chance that is still possible is needed for
anything to happen, so that values are computed for pairs only whose draw is that low, and the costly ones last; the
outcome is the same as with all of them. (A chance 1 - e^-x never exceeds x, which spares the exponential.)
"""

from typing import Any

from steppe.mechanisms import draws, events
from steppe.mechanisms.alignment import leverage, tie_strength, ties_of, to_shares, update_shares
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.ladder import TIES, rung_above, rung_below
from steppe.mechanisms.security import cover, need_of, pact_of, update_protection
from steppe.mechanisms.state import SHARES
from steppe.mechanisms.voting import logistic, step_chance


@kernel
def rivalry(state: Any, i: int, j: int) -> Any:
    """How much a tie with j offends those who hold i: the highest leverage over i times hostility to j, in [0, 1]."""
    highest = 0.0
    for k in range(state.n):
        hostility = -state.pair[j, k].affinity
        if k != j and hostility > highest:  # leverage is 1 at most, so that no other can raise the maximum
            highest = max(highest, leverage(state, i, k) * hostility)
    return highest


@kernel
def concentration_with(state: Any, i: int, j: int, pact: float) -> Any:
    """H_i if i had this pact with the pole j."""
    ties = state.scratch[SHARES][: state.k]
    ties_of(state, i, ties)
    ties[state.actor[j].pole_of] = tie_strength(state, i, j, state.pair[i, j].trade_share, pact)
    return to_shares(state, i, ties)


@kernel
def gain_before_rivalry(state: Any, i: int, j: int, rung: float) -> Any:
    """What i gains by climbing to this rung with j, the cost of rivalry aside [value]."""
    actor, pair = state.actor[i], state.pair[i, j]
    closeness = actor.salience_identity * state.p.symbolic * pair.affinity
    gain = (closeness + state.p.catalyst * pair.common) * (rung - pair.tie) - state.p.cost_climb
    pact = pact_of(state, i, j)
    if rung <= pact:  # a body obliges them as far already
        return gain
    covered = actor.protection - cover(state, i, j, pact) + cover(state, i, j, rung)
    relief = need_of(state, i, actor.protection) - need_of(state, i, covered)
    gain += actor.salience_security * state.p.k_security * relief
    if state.actor[j].pole_of >= 0 and state.p.on_alignment != 0.0:
        gathered = concentration_with(state, i, j, rung) - actor.concentration
        gain -= actor.autonomy * state.p.concentration * gathered
    return gain


@kernel
def climb_rate(state: Any, i: int, j: int, rung: float, reach: float, fall: float, draw: float) -> Any:
    """Rate at which the two climb to this rung [1/y]; 0 where one too low for this draw is all that can come out.

    reach : the rate at which they consider a rung; fall : the rate at which their tie descends [1/y]
    """
    if rung == 0.0 or state.pair[i, j].affinity < state.p.affinity_floor:
        return 0.0
    noise = state.p.climb_noise
    gain = gain_before_rivalry(state, i, j, rung)
    if draw >= (reach * logistic(gain / noise) + fall) * state.p.dt:
        return 0.0
    other_gain = gain_before_rivalry(state, j, i, rung)
    rate = reach * logistic(gain / noise) * logistic(other_gain / noise)
    if state.p.rivalry_cost == 0.0 or draw >= (rate + fall) * state.p.dt:
        return rate
    loss = state.p.rivalry_cost * (rung - state.pair[i, j].tie)
    gain -= loss * rivalry(state, i, j)
    other_gain -= loss * rivalry(state, j, i)
    return reach * logistic(gain / noise) * logistic(other_gain / noise)


@kernel
def descend_rate(state: Any, i: int, j: int) -> Any:
    """Rate at which the tie falls a rung [1/y]: with the distance of their affinity from the floor, if it is below."""
    pair = state.pair[i, j]
    if pair.tie == 0.0 or pair.affinity >= state.p.affinity_floor:
        return 0.0
    return state.p.descend_rate * min(1.0, state.p.affinity_floor - pair.affinity)


@kernel
def decide(state: Any, i: int, j: int) -> Any:
    """Note what becomes of the tie of i and j in `rung_move` and as an event. Returns whether it moves."""
    reach = state.p.climb_rate * state.actor[i].activity * state.actor[j].activity
    fall = descend_rate(state, i, j)
    if reach + fall == 0.0:
        return False
    key_i, key_j = state.actor[i].key, state.actor[j].key
    draw = draws.uniform(state, draws.BILATERAL, min(key_i, key_j), max(key_i, key_j))
    if draw >= (reach + fall) * state.p.dt:
        return False
    tie = state.pair[i, j].tie
    rung = rung_above(TIES, tie)
    rise = climb_rate(state, i, j, rung, reach, fall, draw)
    chance = step_chance(rise + fall, state.p.dt)
    if draw >= chance:
        return False
    climbs = chance * rise / (rise + fall)
    if draw < climbs:
        state.pair[i, j].rung_move = 1
        events.note_about(state, events.CLIMBED, i, j, -1, -1, -1, rung, climbs)
    else:
        state.pair[i, j].rung_move = -1
        events.note_about(state, events.DESCENDED, i, j, -1, -1, -1, rung_below(TIES, tie), chance - climbs)
    return True


@kernel
def move(state: Any, i: int, j: int) -> Any:
    """Carry the decision on i and j out, and refresh what follows from their tie."""
    tie = state.pair[i, j].tie
    tie = rung_above(TIES, tie) if state.pair[i, j].rung_move == 1 else rung_below(TIES, tie)
    state.pair[i, j].rung_move = 0
    state.pair[i, j].tie = tie
    state.pair[j, i].tie = tie
    for one in (i, j):
        update_protection(state, one)
        update_shares(state, one)


@kernel
def update_bilateral(state: Any) -> Any:
    """The mechanism: every pair decides, from the values before any tie moves; then the ties move."""
    moved = False
    for i in range(state.n):
        for j in range(i + 1, state.n):
            if decide(state, i, j):
                moved = True
    if not moved:
        return
    for i in range(state.n):
        for j in range(i + 1, state.n):
            if state.pair[i, j].rung_move != 0:
                move(state, i, j)
