"""Institutions: bodies deepen by consent, hollow out when cohesion falls, merge into deeper ones, dissolve.

Merger is a proposal of a member of both bodies, put to the votes of the rest. Cohesion is the mean affinity of the members,
less the weight of a dominant power, less overlap with a deeper body that shares that power.
"""

from typing import Any

import numpy as np

from steppe.mechanisms import draws, events
from steppe.mechanisms.alignment import leverage
from steppe.mechanisms.derived import update_after, update_body
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.ladder import DEPTHS, TOLERANCE, rung_above, rung_below
from steppe.mechanisms.membership import set_orders
from steppe.mechanisms.state import GAINS, MEMBER, NONE, TERMS, VALUE
from steppe.mechanisms.value import dominance, value_now
from steppe.mechanisms.voting import carried, logistic, settled_against, step_chance, vote_on_depth

GATED_FROM = 0.5  # rung from which the bilateral ladder gates a security body
GATE_RUNG = 0.3


@kernel
def similarity(state: Any, o: int, q: int) -> Any:
    """G_oq: how far the scopes of two bodies coincide beyond the floor, in [0, 1]."""
    return max(0.0, (state.between[o, q].cosine - state.p.cosine_floor) / (1.0 - state.p.cosine_floor))


@kernel
def common_share(state: Any, o: int, q: int) -> Any:
    """K_oq: share of o's members that are members of q."""
    if state.body[o].n_members == 0:
        return 0.0
    common = 0
    for position in range(state.body[o].n_members):
        common += state.roll[q, state.roll[o, position].member].inside
    return common / state.body[o].n_members


@kernel
def overlap(state: Any, o: int) -> Any:
    """Overlap with a deeper body that shares a major power, in [0, 1]."""
    if state.p.on_overlap == 0.0:
        return 0.0
    highest = 0.0
    for q in range(state.m):
        if q == o or state.body[q].alive == 0 or state.body[q].depth <= state.body[o].depth:
            continue
        similar = similarity(state, o, q)
        if similar > 0.0:
            shared = False
            for position in range(state.body[o].n_members):
                j = state.roll[o, position].member
                shared = shared or (state.roll[o, j].major == 1 and state.roll[q, j].major == 1)
            if shared:
                highest = max(highest, common_share(state, o, q) * similar)
    return highest


@kernel
def cohesion_of(state: Any, o: int) -> Any:
    """Cohesion of body o: mean affinity less mean dominance over its non-majors less overlap."""
    count = state.body[o].n_members
    if count < 2:
        return 0.0
    closeness, felt, minors = 0.0, 0.0, 0
    for first in range(count):
        i = state.roll[o, first].member
        for second in range(first + 1, count):
            closeness += state.pair[i, state.roll[o, second].member].affinity
        if state.roll[o, i].major == 0:
            minors += 1
    if 0 < minors < count:
        for position in range(count):
            i = state.roll[o, position].member
            if state.roll[o, i].major == 0:
                felt += dominance(state, i, state.roll[o], count, state.body[o].threshold)
        felt /= minors
    closeness /= 0.5 * count * (count - 1)
    return closeness - state.p.cohesion_dominance * felt - state.p.cohesion_overlap * overlap(state, o)


@kernel
def pairs_ready(state: Any, o: int, rung: float) -> Any:
    """Whether at least half of the member pairs of o hold this rung, by a bilateral tie or through another body."""
    count = state.body[o].n_members
    ready = 0
    for first in range(count):
        for second in range(first + 1, count):
            i, j = state.roll[o, first].member, state.roll[o, second].member
            body = state.pair[i, j].pact2 if state.pair[i, j].pact1_by == o else state.pair[i, j].pact1
            if max(state.pair[i, j].tie, body) >= rung - TOLERANCE:
                ready += 1
    return 4 * ready >= count * (count - 1)


@kernel
def charter_open(state: Any, o: int, depth: float) -> Any:
    """Whether the processes on which o's charter makes this depth wait have come so far."""
    if state.p.on_processes == 0.0:
        return True
    for row in range(state.n_charter):
        clause = state.charter[row]
        asks = clause.body == o and depth >= clause.depth - TOLERANCE
        if asks and state.process[clause.process].stage < clause.stage:
            return False
    return True


@kernel
def ladder_open(state: Any, o: int, depth: float) -> Any:
    """Whether o may reach this depth: by its charter, and if it is for security, by its members' bilateral ladder."""
    if not charter_open(state, o, depth):
        return False
    if state.body[o].security < state.p.ladder_scope or depth < GATED_FROM - TOLERANCE:
        return True
    return pairs_ready(state, o, GATE_RUNG)


@kernel
def set_depth(state: Any, o: int, depth: float) -> Any:
    """Set a depth and refresh what follows from it."""
    state.body[o].depth = depth
    update_after(state, o, -1)


@kernel
def note_depth(state: Any, kind: int, o: int, depth: float, chance: float) -> Any:
    """An event whose value is the new depth."""
    terms = state.scratch[TERMS]
    terms[:] = 0.0
    terms[VALUE] = depth
    events.note(state, kind, -1, o, -1, -1, -1, chance, True)


@kernel
def dissolve(state: Any, o: int) -> Any:
    """End body o: its statuses become none."""
    state.body[o].alive = 0
    state.body[o].depth = 0.0
    update_after(state, o, -1)
    for i in range(state.n):
        state.seat[i, o].status = NONE


@kernel
def merge(state: Any, o: int, q: int, chance: float) -> Any:
    """Members of o become members of q; o ends."""
    for position in range(state.body[o].n_members):
        j = state.roll[o, position].member
        if state.seat[j, q].status != MEMBER:
            events.note(
                state, events.JOINED_BY_MERGER, j, q, o, state.seat[j, q].status, MEMBER, chance, False
            )
            state.seat[j, q].status = MEMBER
    events.note(state, events.MERGED, -1, o, q, -1, -1, chance, False)
    dissolve(state, o)
    update_after(state, q, -1)


@kernel
def try_merged(state: Any, o: int, q: int) -> Any:
    """Put the statuses of the world after a merger in place, keeping the present ones in `saved`."""
    n = state.n
    for i in range(n):
        state.seat[i, o].saved = state.seat[i, o].status
        state.seat[i, q].saved = state.seat[i, q].status
    for position in range(state.body[o].n_members):
        state.seat[state.roll[o, position].member, q].status = MEMBER
    for i in range(n):
        state.seat[i, o].status = NONE


@kernel
def gains_of_merger(state: Any, o: int, q: int, gain: Any) -> Any:
    """What each member of o gains by the merger into q. gain : (N) written for members of o."""
    count = state.body[o].n_members
    for position in range(count):
        d = state.roll[o, position].member
        gain[d] = -value_now(state, d, o)
        if state.roll[q, d].inside:
            gain[d] -= value_now(state, d, q)
    was = np.empty(count, dtype=np.int64)
    for position in range(count):
        was[position] = state.roll[o, position].member
    try_merged(state, o, q)
    update_body(state, o)
    update_after(state, q, -1)
    for position in range(count):
        gain[was[position]] += value_now(state, was[position], q)
    for i in range(state.n):
        state.seat[i, o].status = state.seat[i, o].saved
        state.seat[i, q].status = state.seat[i, q].saved
    update_body(state, q)
    update_after(state, o, -1)
    update_after(state, q, -1)


@kernel
def vote_on_merger(state: Any, o: int, q: int, gain: Any, proposer: int) -> Any:
    """Whether o's members agree to be merged into q: each on what it would gain; the proposer says yes."""
    rule, count = state.body[o].rule, state.body[o].n_members
    address = draws.mix(state.body[o].key, state.body[q].key)
    yes = 0
    for position in range(count):
        j = state.roll[o, position].member
        if j == proposer:
            yes += 1
            continue
        push = 0.0
        for place in range(count):
            k = state.roll[o, place].member
            if k != j and state.roll[o, k].major and state.roll[q, k].inside:
                push = max(push, leverage(state, j, k))
        chance = logistic((gain[j] + state.p.pressure_vote * push - state.p.cost_merge) / state.p.vote_noise)
        if draws.uniform(state, draws.MERGER_VOTE, state.actor[j].key, address) < chance:
            yes += 1
        elif settled_against(rule, state.seat[j, o].founder):
            return False
    return carried(rule, yes, count)


@kernel
def consider_merger(state: Any, o: int, q: int) -> Any:
    """Whether o is merged into q in this step."""
    step_up = min(1.0, max(0.0, (state.body[q].depth - state.body[o].depth) / 0.2))
    if step_up == 0.0:
        return False
    rate = state.p.merge_rate * similarity(state, o, q) * step_up
    if rate == 0.0:
        return False
    rate *= common_share(state, o, q) ** state.p.merge_exponent
    if rate == 0.0:
        return False
    draw = draws.uniform(state, draws.MERGER, state.body[o].key, state.body[q].key)
    if draw >= step_chance(rate, state.p.dt):
        return False
    gain = state.scratch[GAINS]
    gains_of_merger(state, o, q, gain)
    proposer = -1
    for position in range(state.body[o].n_members):
        d = state.roll[o, position].member
        if state.roll[q, d].inside and (proposer < 0 or gain[d] > gain[proposer]):
            proposer = d
    chance = step_chance(rate * logistic(gain[proposer] / state.p.choice_noise), state.p.dt)
    if draw >= chance:
        return False
    if state.p.on_consent != 0.0 and not vote_on_merger(state, o, q, gain, proposer):
        return False
    merge(state, o, q, chance)
    return True


@kernel
def deepen(state: Any, o: int) -> Any:
    """Propose the next rung and vote on it."""
    draw = draws.uniform(state, draws.DEEPENING, state.body[o].key, 0)
    chance = step_chance(state.p.deepen_rate, state.p.dt)
    if draw >= chance:
        return
    rung = rung_above(DEPTHS, state.body[o].depth)
    if rung > 0.0 and ladder_open(state, o, rung) and vote_on_depth(state, o, rung):
        note_depth(state, events.DEEPENED, o, rung, chance)
        set_depth(state, o, rung)


@kernel
def hollow(state: Any, o: int) -> Any:
    """Lose a rung, or dissolve from the lowest. Returns whether the body is still alive."""
    draw = draws.uniform(state, draws.HOLLOWING, state.body[o].key, 0)
    if draw >= step_chance(max(state.p.hollow_rate, state.p.dissolve_rate), state.p.dt):
        return True
    floor = state.p.cohesion_floor + state.p.floor_slope * state.body[o].depth
    strain = logistic((floor - state.body[o].cohesion) / state.p.cohesion_noise)
    below = rung_below(DEPTHS, state.body[o].depth)
    chance = step_chance((state.p.hollow_rate if below > 0.0 else state.p.dissolve_rate) * strain, state.p.dt)
    if draw >= chance:
        return True
    if below > 0.0:
        note_depth(state, events.HOLLOWED, o, below, chance)
        set_depth(state, o, below)
        return True
    events.note(state, events.DISSOLVED, -1, o, -1, -1, -1, chance, False)
    dissolve(state, o)
    return False


@kernel
def is_anchored(state: Any, o: int) -> Any:
    """Whether a bloc that the body consists of is its member: such a body does not end for want of members."""
    for i in range(state.n):
        if state.seat[i, o].anchored and state.roll[o, i].inside:
            return True
    return False


@kernel
def update_institutions(state: Any) -> Any:
    """The mechanism: every living body in random order."""
    set_orders(state)
    for turn in range(state.m):
        o = state.body[turn].turn
        if state.body[o].alive == 0:
            continue
        if state.body[o].n_members < 2:
            if not is_anchored(state, o):
                events.note(state, events.DISSOLVED, -1, o, -1, -1, -1, 1.0, False)
                dissolve(state, o)
            continue
        state.body[o].cohesion = cohesion_of(state, o)
        deepen(state, o)
        if not hollow(state, o):
            continue
        for next_turn in range(state.m):
            q = state.body[next_turn].turn
            if q != o and state.body[q].alive == 1 and consider_merger(state, o, q):
                break
