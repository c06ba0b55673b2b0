"""Observe: the yearly picture of a replicate, as it is stored.

Shares, depths and indices are rounded to 1e-4, far below any Monte Carlo error, so that they pack well.
"""

from typing import Any, NamedTuple

import numpy as np

from steppe.mechanisms.alignment import NO_TIES, leverage, shares_of, ties_of
from steppe.mechanisms.corridors import share_across
from steppe.mechanisms.institutions import cohesion_of
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.observe_politics import observe_politics, political_series
from steppe.mechanisms.rounding import rounded
from steppe.mechanisms.state import MEMBER, NONE
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]


class Record(NamedTuple):
    """Yearly series of R replicates over Y + 1 years, the start included."""

    alive: Array  # (R, Y+1, M) int8
    depth: Array  # (R, Y+1, M) float32
    cohesion: Array  # (R, Y+1, M) float32; NaN where the body is dead or has fewer than two members
    members: Array  # (R, Y+1, M) int16
    observers: Array  # (R, Y+1, M) int16
    shares: Array  # (R, Y+1, N, K) float32
    multivector: Array  # (R, Y+1, N) float32
    display_gap: Array  # (R, Y+1, N) float32: half the L1 distance between displayed and revealed shares
    need: Array  # (R, Y+1, N) float32
    welfare: Array  # (R, Y+1, N) float32, ln W
    influence: Array  # (R, Y+1, K) float32
    polarisation: Array  # (R, Y+1) float32
    segment_status: Array  # (R, Y+1, E) int8
    segment_flow: Array  # (R, Y+1, E) float32, Mt/y
    demand_shipped: Array  # (R, Y+1, Q) float32, share
    demand_cost: Array  # (R, Y+1, Q) float32, logsum cost, USD/t
    demand_via: Array  # (R, Y+1, Q, K) float32: share of what is shipped; NaN where nothing is
    approval: Array  # (R, Y+1, N) float32
    crisis: Array  # (R, Y+1, N) float32
    partners: Array  # (R, Y+1, N) int16: bilateral ties of .3 or more
    allies: Array  # (R, Y+1, N) int16: bilateral ties of .5 or more
    neighbours: Array  # (R, Y+1, N) float32: mean affinity with states at a border; NaN without
    ties: Array  # (R, Y+1, N, K) float32: bilateral rung with each pole
    affinities: Array  # (R, Y+1, N, K) float32: affinity with each pole
    closeness: Array  # (R, Y+1, M) float32: mean affinity of members; NaN with fewer than two
    stage: Array  # (R, Y+1, L) int8: of each process
    support: Array  # (R, Y+1, L) float32: public support, mean over the parties


def new_record(replicates: int, years: int, world: World) -> Record:
    """Empty series of a world; peak memory of a chunk is this times the number of threads."""
    shape = (replicates, years + 1)
    n, m, k = len(world.states), len(world.organisations), len(world.poles)
    e, q = len(world.network.segments), len(world.network.demands)
    f4 = np.float32
    return Record(
        alive=np.zeros((*shape, m), np.int8),
        depth=np.zeros((*shape, m), f4),
        cohesion=np.full((*shape, m), np.nan, f4),
        members=np.zeros((*shape, m), np.int16),
        observers=np.zeros((*shape, m), np.int16),
        shares=np.zeros((*shape, n, k), f4),
        multivector=np.zeros((*shape, n), f4),
        display_gap=np.zeros((*shape, n), f4),
        need=np.zeros((*shape, n), f4),
        welfare=np.zeros((*shape, n), f4),
        influence=np.zeros((*shape, k), f4),
        polarisation=np.zeros(shape, f4),
        segment_status=np.zeros((*shape, e), np.int8),
        segment_flow=np.zeros((*shape, e), f4),
        demand_shipped=np.zeros((*shape, q), f4),
        demand_cost=np.zeros((*shape, q), f4),
        demand_via=np.full((*shape, q, k), np.nan, f4),
        **political_series(shape, world),
    )


@kernel
def multi_vector_index(concentration: float, others: int) -> Any:
    """V_i = (1 - H_i)/(1 - 1/K_i); 0 with a single pole."""
    if others < 2:
        return 0.0
    return (1.0 - concentration) / (1.0 - 1.0 / others)


@kernel
def gap_of_display(state: Any, i: int, shares: Any, ties: Any) -> Any:
    """Half the L1 distance between displayed and revealed alignment of i. shares, ties : (K); ties is overwritten."""
    ties_of(state, i, ties)
    total = 0.0
    for k in range(state.k):
        ties[k] += state.p.display * leverage(state, i, state.poles[k])
        total += ties[k]
    if total < NO_TIES:
        return 0.0
    gap = 0.0
    for k in range(state.k):
        gap += abs(ties[k] / total - shares[k])
    return 0.5 * gap


@kernel
def poles_and_polarisation(state: Any, influence: Any) -> Any:
    """Influence of each pole over the states that are not poles (K, written), and their polarisation (returned)."""
    n, k = state.n, state.k
    influence[:] = 0.0
    total, distance, pairs = 0.0, 0.0, 0
    for i in range(n):
        if state.actor[i].pole_of >= 0:
            continue
        total += state.actor[i].gdp
        for pole in range(k):
            influence[pole] += state.shares[i, pole] * state.actor[i].gdp
        for j in range(i + 1, n):
            if state.actor[j].pole_of < 0:
                pairs += 1
                for pole in range(k):
                    distance += 0.5 * abs(state.shares[i, pole] - state.shares[j, pole])
    for pole in range(k):
        influence[pole] = influence[pole] / total if total > 0.0 else 0.0
    return distance / pairs if pairs > 0 else 0.0


@kernel
def observe_bodies(state: Any, record: Any, r: int, y: int) -> Any:
    """Write the bodies of this year."""
    for o in range(state.m):
        observers = 0
        for i in range(state.n):
            if state.body[o].alive and state.seat[i, o].status != NONE and state.seat[i, o].status != MEMBER:
                observers += 1
        record.alive[r, y, o] = state.body[o].alive
        record.depth[r, y, o] = rounded(state.body[o].depth)
        record.members[r, y, o] = state.body[o].n_members
        record.observers[r, y, o] = observers
        if state.body[o].n_members >= 2:
            record.cohesion[r, y, o] = rounded(cohesion_of(state, o))


@kernel
def observe_corridors(state: Any, record: Any, r: int, y: int) -> Any:
    """Write the segments and demands of this year, as of the last choice of routes."""
    for e in range(state.n_segments):
        record.segment_status[r, y, e] = state.segment[e].status
        record.segment_flow[r, y, e] = rounded(state.segment[e].flow)
    for q in range(state.n_demands):
        shipped = state.demand[q].shipped
        record.demand_shipped[r, y, q] = rounded(shipped)
        record.demand_cost[r, y, q] = rounded(state.demand[q].cost)
        if shipped > 0.0:
            for k in range(state.k):
                record.demand_via[r, y, q, k] = rounded(share_across(state, q, state.poles[k]) / shipped)


@kernel
def observe(state: Any, record: Any, r: int, y: int) -> Any:
    """Write replicate r's picture of year y into the record."""
    observe_bodies(state, record, r, y)
    observe_corridors(state, record, r, y)
    observe_politics(state, record, r, y)
    k = state.k
    ties = state.scratch[0][:k]
    for i in range(state.n):
        concentration = shares_of(state, i, state.shares[i])
        others = k - 1 if state.actor[i].pole_of >= 0 else k
        for pole in range(k):
            record.shares[r, y, i, pole] = rounded(state.shares[i, pole])
        record.multivector[r, y, i] = rounded(multi_vector_index(concentration, others))
        record.display_gap[r, y, i] = rounded(gap_of_display(state, i, state.shares[i], ties))
        record.need[r, y, i] = rounded(state.actor[i].need)
        record.welfare[r, y, i] = np.rint(np.log(state.actor[i].demand) / state.p.elasticity * 1e6) * 1e-6
    influence = state.scratch[1][:k]
    record.polarisation[r, y] = rounded(poles_and_polarisation(state, influence))
    for pole in range(k):
        record.influence[r, y, pole] = rounded(influence[pole])
