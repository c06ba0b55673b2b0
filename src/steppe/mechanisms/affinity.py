"""Affinity: contact, trade and conflict move how close two states feel; common identity instruments slow the decay.

An Ornstein-Uhlenbeck process around a baseline that itself moves slowly and is anchored in structure, so that identity is
condition and outcome of integration and does not run away.
"""

import math
from typing import Any

from steppe.mechanisms import draws
from steppe.mechanisms.kernel import kernel


@kernel
def clip(value: float) -> Any:
    """Within [-1, 1]."""
    return min(1.0, max(-1.0, value))


@kernel
def update_affinity(state: Any) -> Any:
    """The mechanism: one step of affinity and its baseline, for every pair."""
    n = state.n
    spread = state.p.noise * math.sqrt(state.p.dt)
    for i in range(n):
        for j in range(i + 1, n):
            a, base = state.pair[i, j].affinity, state.pair[i, j].baseline
            key_i, key_j = state.actor[i].key, state.actor[j].key
            shock = draws.normal(state, draws.AFFINITY, min(key_i, key_j), max(key_i, key_j))
            traded = 0.5 * (state.pair[i, j].trade_share + state.pair[j, i].trade_share)
            traded -= 0.5 * (state.pair[i, j].trade_share0 + state.pair[j, i].trade_share0)
            drift = (
                state.p.reversion * (1.0 - state.p.instrument_relief * state.pair[i, j].relief) * (base - a)
                + state.p.contact * state.pair[i, j].contact * (1.0 - a)
                + state.p.trade_contact * traded * (1.0 - a)
                - state.p.conflict_erosion * state.pair[i, j].conflict * (1.0 + a)
            )
            moved = clip(a + drift * state.p.dt + spread * shock)
            anchor = state.p.baseline_follow * (a - base) + state.p.baseline_anchor * (
                state.pair[i, j].structural - base
            )
            settled = clip(base + anchor * state.p.dt)
            state.pair[i, j].affinity = moved
            state.pair[j, i].affinity = moved
            state.pair[i, j].baseline = settled
            state.pair[j, i].baseline = settled
