"""Shapley values of a game that is known for every coalition, and what goes with them.

A game has k switches; v(S) is an outcome with those of the coalition S on and the others off. What switch i contributes is the
mean, over all orders in which the switches can be put on, of the change that it makes at its turn [Shapley1953]_:

    φᵢ = Σ over S without i of |S|! (k − |S| − 1)!/k! · (v(S ∪ i) − v(S)),    Σᵢ φᵢ = v(all) − v(none).

It is linear in v. So it can be taken in each replicate, where luck is common to all coalitions, and the replicates give it a mean
and an error as they give them to any paired difference. All coalitions are computed, so that nothing is estimated but the means.

The interaction of i and j is the mean difference that j makes to what i contributes [GR1999]_: of the sign of the outcome where
they need each other, of the other sign where they can stand in for each other, 0 where they add up.

.. [Shapley1953] Shapley, L. S. (1953) A value for n-person games. In Kuhn, H. W. & Tucker, A. W. (eds) Contributions to the
   Theory of Games II, 307-317. Princeton University Press.
.. [GR1999] Grabisch, M. & Roubens, M. (1999) An axiomatic approach to the concept of interaction among players in cooperative
   games. International Journal of Game Theory 28, 547-565.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from steppe.analysis.intervals import Array

Whole = NDArray[np.int64]


def switches_on(k: int) -> NDArray[np.bool_]:
    """(2^k, k) whether each switch is on in each coalition; the number of a coalition has the bit i where switch i is on."""
    return (np.arange(2**k)[:, None] >> np.arange(k)[None, :] & 1).astype(bool)


def value_weights(k: int) -> Whole:
    """(k, 2^k) k! times the weight of each coalition in each Shapley value; whole numbers."""
    on = switches_on(k)
    size = on.sum(axis=1)
    put = np.array([factorial(s - 1) * factorial(k - s) if s else 0 for s in size], np.int64)
    left = np.array([factorial(s) * factorial(k - s - 1) if s < k else 0 for s in size], np.int64)
    return np.where(on.T, put, -left)


def shapley_values(outcomes: Array) -> Array:
    """(k, …) the contribution of each switch.

    outcomes : (2^k, …) by coalition, see `switches_on`.  Exact for whole numbers up to the last division, which is by k!
    """
    k = _players(outcomes)
    return np.asarray(np.tensordot(value_weights(k).astype(float), outcomes.astype(float), 1) / factorial(k))


def interaction_weights(k: int) -> Whole:
    """(k(k-1)/2, 2^k) (k-1)! times the weight of each coalition in the interaction of each pair, in the order of `pairs`."""
    on = switches_on(k)
    rows = []
    for i, j in pairs(k):
        others = on.sum(axis=1) - on[:, i] - on[:, j]
        weight = np.array([factorial(s) * factorial(k - s - 2) for s in others], np.int64)
        rows.append(np.where(on[:, i] == on[:, j], weight, -weight))
    return np.array(rows, np.int64).reshape(-1, 2**k)


def interactions(outcomes: Array) -> Array:
    """(k(k-1)/2, …) the interaction of each pair of switches, in the order of `pairs`; outcomes as for `shapley_values`."""
    k = _players(outcomes)
    weights = interaction_weights(k).astype(float)
    return np.asarray(np.tensordot(weights, outcomes.astype(float), 1) / factorial(max(k - 1, 0)))


def pairs(k: int) -> list[tuple[int, int]]:
    """The pairs of k switches."""
    return list(combinations(range(k), 2))


def removed_alone(outcomes: Array) -> Array:
    """(k, …) all on, less all but one."""
    last = len(outcomes) - 1
    return np.stack([outcomes[last] - outcomes[last - (1 << i)] for i in range(_players(outcomes))])


def added_alone(outcomes: Array) -> Array:
    """(k, …) one alone, less none."""
    return np.stack([outcomes[1 << i] - outcomes[0] for i in range(_players(outcomes))])


def _players(outcomes: Array) -> int:
    k = len(outcomes).bit_length() - 1
    if k < 1 or len(outcomes) != 2**k:
        raise ValueError(f"{len(outcomes)} outcomes are not those of all coalitions")
    return k
