"""Trade: how bodies move expenditure between partners.

Exact hat algebra at fixed wages [DEK2008]_: shares after a change of trade costs; welfare by the change of the price
index, which equals the home share to the power of minus one over the elasticity [ACR2012]_. Costs fall with the deepest
common trade body of a pair and rise with the common external tariff of a body deeper than a free-trade area; what goods
pay for the way, and what a scenario adds, comes on top.

.. [DEK2008] Dekle, Eaton & Kortum (2008) Global rebalancing with gravity. IMF Staff Papers 55(3).
.. [ACR2012] Arkolakis, Costinot & Rodríguez-Clare (2012) New trade models, same old gains? AER 102(1).
"""

import math
from typing import Any

from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.state import FACTORS

AS_IS, OF_MEMBERS, OF_ALL = 0, 1, 2
FREE_TRADE = 0.5  # the rung above which a body puts up a common tariff


@kernel
def external_tariff(depth: float, scope: float) -> Any:
    """Tariff that a body of this depth and trade scope puts up against outsiders, t_o [depth]."""
    return max(0.0, depth - FREE_TRADE) * scope


@kernel
def tariff_of(state: Any, i: int, j: int, common: float, without: Any) -> Any:
    """y_ij: the highest external tariff of i's bodies that j is outside of, leaving out body `without` (-1: none).

    j = N is the rest of the world. 0 where the pair has a common trade depth, and on the diagonal.
    """
    if common > 0.0 or i == j:
        return 0.0
    n = state.n
    highest = 0.0
    for place in range(state.n_customs):
        o = state.body[place].customs
        if o != without and state.roll[o, i].inside == 1 and (j == n or state.roll[o, j].inside == 0):
            highest = max(highest, state.body[o].tariff)
    return highest


@kernel
def factor(state: Any, i: int, j: int, common: float, tariff: float) -> Any:
    """f_ij: change of i's demand for goods of j before the price index, from common depth, tariff, haul and cost shift."""
    pair = state.pair[i, j]
    if i == j or state.p.on_trade == 0.0:
        return 1.0
    way = pair.cost_shift + (pair.haul if state.p.on_corridors != 0.0 else 0.0)
    if common == pair.common0 and tariff == pair.tariff0 and way == 0.0:
        return 1.0
    log_cost = -state.p.phi * (common - pair.common0) + state.p.psi * (tariff - pair.tariff0) + way
    return math.exp(-state.p.elasticity * log_cost)


@kernel
def update_trade_row(state: Any, i: int) -> Any:
    """Cost factors, demand D_i and trade shares ts_i· of state i from the current common depths."""
    n = state.n
    total = 0.0
    for j in range(n + 1):
        pair = state.pair[i, j]
        pair.tariff = tariff_of(state, i, j, pair.trade1, -1)
        pair.cost_factor = factor(state, i, j, pair.trade1, pair.tariff)
        total += pair.share0 * pair.cost_factor
    state.actor[i].demand = total
    abroad = total - state.pair[i, i].share0
    for j in range(n):
        pair = state.pair[i, j]
        pair.trade_share = pair.share0 * pair.cost_factor / abroad if j != i and abroad > 0.0 else 0.0


@kernel
def factor_if(state: Any, i: int, j: int, o: int, common: float, own_tariff: float) -> Any:
    """f_ij in a world where body o gives the pair this trade depth, and i this tariff against j (0: none)."""
    pair = state.pair[i, j]
    without = pair.trade2 if pair.trade1_by == o else pair.trade1
    deepest = max(without, common)
    tariff = tariff_of(state, i, j, deepest, o)
    if deepest == 0.0:
        tariff = max(tariff, own_tariff)
    if deepest == pair.trade1 and tariff == pair.tariff:
        return pair.cost_factor
    return factor(state, i, j, deepest, tariff)


@kernel
def demand_if(
    state: Any, i: int, o: int, depth: float, roll: Any, count: int, joined: bool, swing: int, swing_in: bool
) -> Any:
    """D_i if body o had this depth and the members in `roll`, with i itself in (`joined`) or out.

    roll : (N) records of the body as it would be, `count` members; i is disregarded, and of state `swing` (-1: none) it is
    `swing_in` that counts. Without a tariff only members' f_ij differ from the present, so only these are looked at.
    Scratch row FACTORS holds the f_ij that were. Returns D_i and whose factors are there: AS_IS (none, the world is the
    present one), OF_MEMBERS, or OF_ALL.
    """
    n = state.n
    factors = state.scratch[FACTORS]
    body = state.body[o]
    as_now = swing < 0 and joined == (state.roll[o, i].inside == 1)
    if as_now and (not joined or (depth == body.depth and count == body.n_members)):
        return state.actor[i].demand, AS_IS
    common = depth * body.trade if joined else 0.0
    own_tariff = external_tariff(depth, body.trade) if joined else 0.0
    if own_tariff > 0.0 or (body.tariff > 0.0 and state.roll[o, i].inside == 1):
        total = state.pair[i, i].share0
        for j in range(n + 1):
            if j != i:
                inside = swing_in if j == swing else j < n and roll[j].inside == 1
                factors[j] = factor_if(
                    state, i, j, o, common if inside else 0.0, 0.0 if inside else own_tariff
                )
                total += state.pair[i, j].share0 * factors[j]
        return total, OF_ALL
    total = state.actor[i].demand
    for place in range(count):
        j = roll[place].member
        if j != i and j != swing:
            factors[j] = factor_if(state, i, j, o, common, 0.0)
            total += state.pair[i, j].share0 * (factors[j] - state.pair[i, j].cost_factor)
    if swing >= 0:
        factors[swing] = factor_if(state, i, swing, o, common if swing_in else 0.0, 0.0)
        total += state.pair[i, swing].share0 * (factors[swing] - state.pair[i, swing].cost_factor)
    return total, OF_MEMBERS
