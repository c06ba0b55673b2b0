"""The value of membership: what state i would have with body o, minus what it would have without, all else fixed.

Terms are in one unit. `roll` (N), `count` and `threshold` describe the body as it would be (its members and the capability
that makes a major power in it), so that the same function serves a state's own choice, a vote on a candidate and a vote on
depth. It always includes every present member.
"""

import math
from typing import Any

from steppe.mechanisms.alignment import tie_strength, to_shares
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.security import cover, need_of, pact_without
from steppe.mechanisms.state import (
    FACTORS,
    OF_AUTONOMY,
    OF_CONCENTRATION,
    OF_CONFLICT,
    OF_CONNECTIVITY,
    OF_IDENTITY,
    OF_INFLUENCE,
    OF_SECURITY,
    OF_TRADE,
    SHARES,
    TERMS,
    VALUE,
)
from steppe.mechanisms.trade import AS_IS, OF_ALL, demand_if


@kernel
def dominance(state: Any, i: int, roll: Any, count: int, threshold: float) -> Any:
    """How far the majors of a body outweigh it and differ from i, in [0, 1]."""
    if state.p.on_dominance == 0.0:
        return 0.0
    total = 0.0 if roll[i].inside else state.actor[i].capability
    highest = 0.0
    for place in range(count):
        j = roll[place].member
        capability = state.actor[j].capability
        total += capability
        if j != i and capability > threshold:
            highest = max(highest, capability * (1.0 - state.pair[i, j].affinity))
    return highest / (2.0 * total) if highest > 0.0 else 0.0


@kernel
def protection_if(state: Any, i: int, o: int, rung: float, roll: Any, count: int) -> Any:
    """Protection of i without and with body o, whose members in `roll` owe each other this rung."""
    without, added = state.actor[i].protection, 0.0
    for place in range(count):
        j = roll[place].member
        if j == i:
            continue
        bare = pact_without(state, i, j, o)
        if state.pair[i, j].pact1_by == o and state.pair[i, j].pact1 > bare:
            without -= cover(state, i, j, state.pair[i, j].pact1) - cover(state, i, j, bare)
        if rung > bare:
            added += cover(state, i, j, rung) - cover(state, i, j, bare)
    return without, without + added


@kernel
def shares_if(
    state: Any, i: int, o: int, depth: float, roll: Any, count: int, joined: bool, swing: int, swing_in: bool
) -> Any:
    """Alignment shares of i in the world of `demand_if`, written to scratch row SHARES. Returns H_i and D_i."""
    demand, seen = demand_if(state, i, o, depth, roll, count, joined, swing, swing_in)
    if seen == AS_IS:
        return state.actor[i].concentration, demand
    abroad = demand - state.pair[i, i].share0
    rung = depth * state.body[o].security if joined else 0.0
    out = state.scratch[SHARES][: state.k]
    for k in range(state.k):
        pole = state.poles[k]
        if pole != i:
            pair = state.pair[i, pole]
            inside = swing_in if pole == swing else roll[pole].inside == 1
            looked_at = seen == OF_ALL or pole == swing or roll[pole].inside == 1
            spent = pair.share0 * (state.scratch[FACTORS, pole] if looked_at else pair.cost_factor)
            pact = pact_without(state, i, pole, o)
            if inside:
                pact = max(pact, rung)
            out[k] = tie_strength(state, i, pole, spent / abroad if abroad > 0.0 else 0.0, pact)
    return to_shares(state, i, out), demand


@kernel
def influence_gained(
    state: Any, i: int, o: int, depth: float, roll: Any, count: int, threshold: float
) -> Any:
    """Alignment shares that pole i gains of the other members, summed, by being in o, if it is a major power there."""
    k = state.actor[i].pole_of
    if state.p.influence == 0.0 or k < 0 or state.actor[i].capability <= threshold:
        return 0.0
    gained = 0.0
    for place in range(count):
        j = roll[place].member
        if j != i:
            shares_if(state, j, o, depth, roll, count, True, i, True)
            share = state.scratch[SHARES, k]
            shares_if(state, j, o, depth, roll, count, True, i, False)
            gained += share - state.scratch[SHARES, k]
    return gained


@kernel
def conflicts(state: Any, i: int, o: int) -> Any:
    """Number of living bodies incompatible with o of which i is a member."""
    count = 0
    for q in range(state.m):
        if state.between[o, q].incompatible and q != o and state.roll[q, i].inside == 1:
            count += 1
    return count


@kernel
def with_partners(state: Any, i: int, o: int, depth: float, roll: Any, count: int) -> Any:
    """The terms that are means or sums over partners. Writes identity and connectivity; returns the partners' burden."""
    actor, body, terms = state.actor[i], state.body[o], state.scratch[TERMS]
    closeness, transit, burden, partners = 0.0, 0.0, 0.0, 0
    for place in range(count):
        j = roll[place].member
        if j != i:
            closeness += state.pair[i, j].affinity
            transit += state.pair[i, j].transit
            burden += state.pair[i, j].burden
            partners += 1
    if partners > 0:
        closeness /= partners
        burden /= partners
    reach = body.identity * (0.25 + 0.75 * depth)
    terms[OF_IDENTITY] = actor.salience_identity * state.p.k_identity * reach * closeness
    reach = body.connectivity * depth
    terms[OF_CONNECTIVITY] = actor.salience_connectivity * state.p.k_connectivity * reach * min(1.0, transit)
    return burden


@kernel
def member_value(state: Any, i: int, o: int, depth: float, roll: Any, count: int, threshold: float) -> Any:
    """V_io(member). Writes every term to scratch row TERMS (costs as positive numbers) and returns the value."""
    actor, body, terms = state.actor[i], state.body[o], state.scratch[TERMS]
    held, demand = shares_if(state, i, o, depth, roll, count, True, -1, False)
    free, bare = shares_if(state, i, o, depth, roll, count, False, -1, False)
    burden = with_partners(state, i, o, depth, roll, count)
    rung, relief = depth * body.security, 0.0
    if rung > 0.0 and state.p.on_security != 0.0:
        without, protected = protection_if(state, i, o, rung, roll, count)
        relief = (
            need_of(state, i, without) - need_of(state, i, protected) - state.p.entrapment * rung * burden
        )
    welfare = math.log(demand / bare) / state.p.elasticity if demand != bare else 0.0
    terms[OF_TRADE] = actor.salience_trade * state.p.k_trade * math.tanh(welfare / state.p.welfare_scale)
    terms[OF_SECURITY] = actor.salience_security * state.p.k_security * relief
    terms[OF_INFLUENCE] = state.p.influence * influence_gained(state, i, o, depth, roll, count, threshold)
    delegated = actor.autonomy * state.p.sovereignty * depth * body.delegated
    terms[OF_AUTONOMY] = delegated * dominance(state, i, roll, count, threshold)
    terms[OF_CONCENTRATION] = actor.autonomy * state.p.concentration * (held - free) * state.p.on_alignment
    terms[OF_CONFLICT] = state.p.incompatibility * conflicts(state, i, o)
    gains = terms[OF_TRADE] + terms[OF_SECURITY] + terms[OF_IDENTITY] + terms[OF_CONNECTIVITY]
    costs = terms[OF_AUTONOMY] + terms[OF_CONCENTRATION] + terms[OF_CONFLICT] + state.p.upkeep
    terms[VALUE] = gains + terms[OF_INFLUENCE] - costs
    return terms[VALUE]


@kernel
def observer_value(state: Any) -> Any:
    """V_io(observer) from the terms that `member_value` has just written."""
    terms = state.scratch[TERMS]
    gains = state.p.observer_benefit * (terms[OF_IDENTITY] + terms[OF_CONNECTIVITY])
    costs = terms[OF_AUTONOMY] + terms[OF_CONCENTRATION] + terms[OF_CONFLICT] + state.p.upkeep
    return gains - state.p.observer_autonomy * costs


@kernel
def value_now(state: Any, i: int, o: int) -> Any:
    """V_io(member) in the body as it is."""
    body = state.body[o]
    return member_value(state, i, o, body.depth, state.roll[o], body.n_members, body.threshold)
