"""Addressed randomness: Philox 4x32-10 [Salmon2011]_.

A draw is a function of (seed, replicate, step, purpose, two keys) and of nothing else, so a replicate's luck does not
depend on the batch, the thread, the front or the scenario. Seed, replicate and step stand in the workspace `state`.

.. [Salmon2011] Salmon, Moraes, Dror & Shaw (2011) Parallel random numbers: as easy as 1, 2, 3. SC11.
"""

import math
from typing import Any

import numpy as np

from steppe.mechanisms.kernel import kernel

SHOCK = 1
AFFINITY = 2
STATE_ORDER = 3
ORGANISATION_ORDER = 4
MEMBERSHIP = 5
ADMISSION_VOTE = 6
DEEPENING = 7
DEEPENING_VOTE = 8
HOLLOWING = 9
MERGER = 10
MERGER_VOTE = 11
CRISIS = 12
WAR = 13
CLOSURE = 14
BILATERAL = 15
APPROVAL = 16
SUPPORT = 17
LEADER = 18
TURNOVER = 19
GATE = 20
SIGNAL = 21
RELAPSE = 22
STAGE = 23

EVIDENCE = 31  # what is drawn before a replicate begins: see `simulation.sampling`

PURPOSES = 64
_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_5 = np.uint64(5)
_6 = np.uint64(6)
_MIX = np.uint64(2654435761)


@kernel
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Philox 4x32-10: four 32-bit words (as uint64) from a 4-word counter and a 2-word key (uint64 below 2^32)."""
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@kernel
def words(state: Any, step: Any, purpose: Any, key1: Any, key2: Any) -> Any:
    """The four words at an address."""
    return philox(
        np.uint64(state.replicate),
        np.uint64(step) * np.uint64(PURPOSES) + np.uint64(purpose),
        np.uint64(key1),
        np.uint64(key2),
        np.uint64(state.seed_low),
        np.uint64(state.seed_high),
    )


@kernel
def to_unit(high: Any, low: Any) -> Any:
    """A float in (0, 1) from two words: 53 bits, the midpoint of its cell (1 itself where the midpoint rounds up)."""
    return (np.float64((high >> _5) * np.uint64(67108864) + (low >> _6)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def uniform_at(state: Any, step: Any, purpose: Any, key1: Any, key2: Any) -> Any:
    """Uniform on (0, 1) at an address of this replicate, in the name of another step."""
    w0, w1, _, _ = words(state, step, purpose, key1, key2)
    return to_unit(w0, w1)


@kernel
def uniform(state: Any, purpose: Any, key1: Any, key2: Any) -> Any:
    """Uniform on (0, 1) at an address of this replicate and step."""
    return uniform_at(state, state.step, purpose, key1, key2)


@kernel
def normal(state: Any, purpose: Any, key1: Any, key2: Any) -> Any:
    """Standard normal at an address of this replicate and step (Box-Muller)."""
    w0, w1, w2, w3 = words(state, state.step, purpose, key1, key2)
    return math.sqrt(-2.0 * math.log(to_unit(w0, w1))) * math.cos(2.0 * math.pi * to_unit(w2, w3))


@kernel
def mix(a: Any, b: Any) -> Any:
    """One 32-bit key from an ordered pair of keys."""
    return ((np.uint64(a) * _MIX) & _LOW) ^ np.uint64(b)
