"""Alignment: how a state's ties divide between the poles, and what leverage a power has over it.

Shares of ties by trade, pacts, affinity and transit, weighed by the state's salience; the Herfindahl index of the shares
measures concentration, its complement the multi-vector index.
"""

from typing import Any

from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.security import cover, pact_of

NO_TIES = 1e-12  # ties that add up to less are none


@kernel
def tie_strength(state: Any, i: int, k: int, trade_share: float, pact: float) -> Any:
    """T_ik: tie of i to state k, given its trade share and pact."""
    actor = state.actor[i]
    return (
        actor.salience_trade * trade_share
        + actor.salience_security * pact
        + actor.salience_identity * max(0.0, state.pair[i, k].affinity)
        + actor.salience_connectivity * state.pair[i, k].transit
    )


@kernel
def to_shares(state: Any, i: int, ties: Any) -> Any:
    """Turn ties (K) of i into shares in place; even shares over the other poles where there is no tie. Returns H_i."""
    total = 0.0
    others = 0
    for k in range(state.k):
        if state.poles[k] != i:
            total += ties[k]
            others += 1
    concentration = 0.0
    for k in range(state.k):
        if state.poles[k] == i:
            ties[k] = 0.0
        elif total < NO_TIES:
            ties[k] = 1.0 / others
        else:
            ties[k] /= total
        concentration += ties[k] * ties[k]
    return concentration


@kernel
def ties_of(state: Any, i: int, out: Any) -> Any:
    """T_i· from the current trade shares, pacts, affinities and transit; 0 to itself. out : (K) written."""
    for k in range(state.k):
        pole = state.poles[k]
        pact = pact_of(state, i, pole)
        out[k] = tie_strength(state, i, pole, state.pair[i, pole].trade_share, pact) if pole != i else 0.0


@kernel
def shares_of(state: Any, i: int, out: Any) -> Any:
    """A_i· from the current ties. out : (K) written. Returns H_i."""
    ties_of(state, i, out)
    return to_shares(state, i, out)


@kernel
def update_shares(state: Any, i: int) -> Any:
    """A_i· and H_i, kept in the record."""
    state.actor[i].concentration = shares_of(state, i, state.shares[i])


@kernel
def leverage(state: Any, i: int, k: int) -> Any:
    """L_ik: leverage of k over i, in [0, 1]: trade, protection and transit, scaled by how much smaller i is.

    A financial crisis of i raises it.
    """
    if state.p.on_pressure == 0.0 or i == k or state.actor[k].capability <= 0.0:
        return 0.0
    asymmetry = 1.0 - state.actor[i].capability / state.actor[k].capability
    if asymmetry <= 0.0:
        return 0.0
    pact = pact_of(state, i, k)
    held = 0.0
    if pact > 0.25 and state.actor[i].protection > 0.0:
        held = cover(state, i, k, pact) / state.actor[i].protection
    dependence = (
        state.p.lev_trade * min(1.0, 2.0 * state.pair[i, k].trade_share)
        + state.p.lev_protection * held
        + state.p.lev_transit * min(1.0, state.pair[i, k].transit)
    )
    return min(1.0, asymmetry * dependence * (1.0 + state.actor[i].crisis))


@kernel
def leverage_inside(state: Any, i: int, o: int) -> Any:
    """L_io: the highest leverage over i of a major power inside body o; 0 if there is none."""
    highest = 0.0
    for position in range(state.body[o].n_members):
        k = state.roll[o, position].member
        if k != i and state.roll[o, k].major:
            highest = max(highest, leverage(state, i, k))
    return highest


@kernel
def update_alignment(state: Any) -> Any:
    """The mechanism: alignment shares of every state."""
    for i in range(state.n):
        update_shares(state, i)
