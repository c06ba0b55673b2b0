"""Corridors: which routes are taken, what that costs, and across whose segments a state's transit hangs.

The routes of a demand are chosen by a multinomial logit on their cost [McFadden1974]_ [Dial1971]_, with not shipping as one
more alternative. A segment's cost rises with its flow [BPR1964]_; the stochastic user equilibrium [Sheffi1985]_ is found by
self-regulated averages [Liu2009]_ from the flows of last time. Dependence is counted by segment, not by the name of a route:
two corridors that share a strait hang on the same state.

.. [McFadden1974] McFadden (1974) Conditional logit analysis of qualitative choice behavior. In: Frontiers in Econometrics.
.. [Dial1971] Dial (1971) A probabilistic multipath traffic assignment model. Transportation Research 5(2).
.. [BPR1964] Bureau of Public Roads (1964) Traffic Assignment Manual. US Department of Commerce.
.. [Sheffi1985] Sheffi (1985) Urban Transportation Networks. Prentice-Hall. Chapter 12.
.. [Liu2009] Liu, He, He (2009) Method of successive weighted averages and self-regulated averaging schemes for solving
   stochastic user equilibrium problem. Networks and Spatial Economics 9(4).
"""

import math
from typing import Any

import numpy as np

from steppe.mechanisms.alignment import update_shares
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.records import OPEN
from steppe.mechanisms.state import GAINS
from steppe.mechanisms.trade import update_trade_row

OIL, CONTAINERS = range(2)  # world.network.COMMODITIES
ROUNDS = 200  # of averages at most
TOLERANCE = 1e-6  # the flow is found when one more assignment moves no segment by more [Mt/y]: a ton a year
SLOWER, STEADY = (
    1.8,
    0.03,
)  # what a round adds to the divisor of its step where the rest grew, and where it fell


@kernel
def strife_of(state: Any, e: int) -> Any:
    """The worst open conflict of any owner of segment e, in [0, 1]."""
    highest = 0.0
    for j in range(state.n):
        if state.holding[e, j].owned:
            for k in range(state.n):
                highest = max(highest, state.pair[j, k].conflict)
    return highest


@kernel
def risk_of(state: Any, e: int, i: int) -> Any:
    """Risk of segment e to user i, in [0, 1]: its own, hostile owners, owners at war (`strife` is up to date)."""
    hostile = 0.0
    for j in range(state.n):
        if j != i and state.holding[e, j].owned:
            hostile = max(hostile, -state.pair[i, j].affinity)
    segment = state.segment[e]
    risk = segment.risk + state.p.risk_affinity * hostile + state.p.risk_conflict * segment.strife
    return min(1.0, max(0.0, risk))


@kernel
def update_tolls(state: Any) -> Any:
    """What risk adds to the cost of each route [USD/t]; infinite where a segment is not open."""
    for e in range(state.n_segments):
        state.segment[e].strife = strife_of(state, e)
    for r in range(state.n_routes):
        route, toll = state.route[r], 0.0
        for place in range(route.length):
            e = state.crossed[r, place].segment
            if state.segment[e].status != OPEN:
                toll = np.inf
                break
            toll += state.p.risk_price * risk_of(state, e, state.demand[route.demand].origin)
        route.toll = toll


@kernel
def update_prices(state: Any) -> Any:
    """Costs of segments and routes g_r under the present flows [USD/t]."""
    for e in range(state.n_segments):
        segment = state.segment[e]
        filled = segment.flow / segment.capacity
        free = segment.cost + state.p.value_of_time * segment.days
        segment.price = free * (1.0 + state.p.congestion * filled**4)
    for r in range(state.n_routes):
        route = state.route[r]
        cost = route.toll
        for place in range(route.length):
            cost += state.segment[state.crossed[r, place].segment].price
        route.cost = cost


@kernel
def beta_of(state: Any, commodity: int) -> Any:
    """How sharply a commodity chooses the cheaper route [1/(USD/t)]."""
    return state.p.beta_oil if commodity == OIL else state.p.beta_container


@kernel
def choose(state: Any) -> Any:
    """Shares of the routes at their present costs; what is left of a demand is not shipped."""
    for q in range(state.n_demands):
        state.demand[q].least = state.demand[q].outside
    for r in range(state.n_routes):
        demand = state.demand[state.route[r].demand]
        demand.least = min(demand.least, state.route[r].cost)
    for q in range(state.n_demands):
        demand = state.demand[q]
        demand.total = math.exp(-beta_of(state, demand.commodity) * (demand.outside - demand.least))
    for r in range(state.n_routes):
        route = state.route[r]
        demand = state.demand[route.demand]
        route.share = math.exp(-beta_of(state, demand.commodity) * (route.cost - demand.least))
        demand.total += route.share
    for r in range(state.n_routes):
        state.route[r].share /= state.demand[state.route[r].demand].total


@kernel
def assign(state: Any) -> Any:
    """One evaluation: costs at `flow`, shares at these costs, the flows of these shares in `flow_next` [Mt/y]."""
    update_prices(state)
    choose(state)
    for e in range(state.n_segments):
        state.segment[e].flow_next = 0.0
    for r in range(state.n_routes):
        route = state.route[r]
        moved = state.demand[route.demand].volume * route.share
        for place in range(route.length):
            state.segment[state.crossed[r, place].segment].flow_next += moved


@kernel
def rest_of(state: Any) -> Any:
    """The most that the last assignment would move the flow of a segment [Mt/y]."""
    most = 0.0
    for e in range(state.n_segments):
        most = max(most, abs(state.segment[e].flow_next - state.segment[e].flow))
    return most


@kernel
def equilibrium(state: Any) -> Any:
    """Flows, shares, costs by averages; then what is shipped of each demand and its logsum cost G_q."""
    update_tolls(state)
    assign(state)
    rest, divisor, count = rest_of(state), 1.0, 0
    while rest > TOLERANCE and count < ROUNDS:
        for e in range(state.n_segments):
            segment = state.segment[e]
            segment.flow += (segment.flow_next - segment.flow) / divisor
        assign(state)
        before, rest, count = rest, rest_of(state), count + 1
        divisor += SLOWER if rest >= before else STEADY
    for q in range(state.n_demands):
        demand = state.demand[q]
        demand.shipped = 0.0
        demand.cost = demand.least - math.log(demand.total) / beta_of(state, demand.commodity)
    for r in range(state.n_routes):
        state.demand[state.route[r].demand].shipped += state.route[r].share


@kernel
def crosses(state: Any, r: int, j: int) -> Any:
    """Whether route r crosses a segment that j owns or sponsors."""
    for place in range(state.route[r].length):
        e = state.crossed[r, place].segment
        if state.holding[e, j].owned or state.holding[e, j].sponsored:
            return True
    return False


@kernel
def share_across(state: Any, q: int, j: int) -> Any:
    """Share of all of demand q that crosses a segment of j, in [0, 1]."""
    total = 0.0
    for r in range(state.n_routes):
        if state.route[r].demand == q and crosses(state, r, j):
            total += state.route[r].share
    return total


@kernel
def update_dependence(state: Any) -> Any:
    """dep_ij of every pair; what the listed demands leave of a state's shipments crosses nobody."""
    n, shipped = state.n, state.scratch[GAINS]
    for i in range(n):
        shipped[i] = 1.0
        for j in range(n):
            state.pair[i, j].dependence = 0.0
    for q in range(state.n_demands):
        shipped[state.demand[q].origin] -= state.demand[q].weight
    for i in range(n):
        shipped[i] = max(0.0, shipped[i])
    for r in range(state.n_routes):
        demand = state.demand[state.route[r].demand]
        weight = demand.weight * state.route[r].share
        if weight > 0.0:
            shipped[demand.origin] += weight
            for j in range(n):
                if j != demand.origin and crosses(state, r, j):
                    state.pair[demand.origin, j].dependence += weight
    for i in range(n):
        if shipped[i] > 0.0:
            for j in range(n):
                state.pair[i, j].dependence /= shipped[i]


@kernel
def same_ends(state: Any, q: int, other: int) -> Any:
    """Whether two container demands lie between the same two states, in either direction (or go to the rest of the world)."""
    one, two = state.demand[q], state.demand[other]
    if two.commodity != CONTAINERS:
        return False
    if one.origin == two.origin and one.destination == two.destination:
        return True
    return one.origin == two.destination and one.destination == two.origin


@kernel
def update_haul(state: Any) -> Any:
    """haul_ij, the ln trade cost that dearer transport of containers adds; 0 where no demand lies between the two."""
    for q in range(state.n_demands):
        if state.demand[q].commodity != CONTAINERS:
            continue
        total, count = 0.0, 0
        for other in range(state.n_demands):
            if same_ends(state, q, other):
                demand = state.demand[other]
                total += (demand.cost - demand.cost0) / max(1.0, demand.mean0)
                count += 1
        i, j = state.demand[q].origin, state.demand[q].destination
        state.pair[i, j].haul = state.p.trade_pass * total / count
        if j < state.n:
            state.pair[j, i].haul = state.pair[i, j].haul


@kernel
def update_transit(state: Any) -> Any:
    """R_ij from what was coded or set and from the change of dependence; R° alone with corridors off."""
    for i in range(state.n):
        for j in range(state.n):
            pair = state.pair[i, j]
            pair.transit = pair.transit0
            if state.p.on_corridors != 0.0 and i != j:
                pair.transit = min(1.0, max(0.0, pair.transit0 + (pair.dependence - pair.dependence0)))


@kernel
def start_corridors(state: Any) -> Any:
    """Note dependence and costs of the start, against which later ones are measured: no haul, R = R°."""
    equilibrium(state)
    update_dependence(state)
    for i in range(state.n):
        for j in range(state.n):
            state.pair[i, j].dependence0 = state.pair[i, j].dependence
    for q in range(state.n_demands):
        demand = state.demand[q]
        demand.cost0, demand.mean0 = demand.cost, 0.0
    for r in range(state.n_routes):
        route = state.route[r]
        if route.share > 0.0:
            state.demand[route.demand].mean0 += route.share * route.cost
    for q in range(state.n_demands):
        demand = state.demand[q]
        demand.mean0 = demand.mean0 / demand.shipped if demand.shipped > 0.0 else demand.outside


@kernel
def update_corridors(state: Any) -> Any:
    """The mechanism: routes, dependence, haul, and what follows; in the first step of a year and when a segment changed."""
    if state.network_stale == 0 and state.step % np.int64(np.rint(1.0 / state.p.dt)) != 0:
        return
    state.network_stale = 0
    if state.n_demands == 0:
        return
    equilibrium(state)
    update_dependence(state)
    update_haul(state)
    update_transit(state)
    for i in range(state.n):
        update_trade_row(state, i)
        update_shares(state, i)
