"""Addressed random draws: Philox 4x32-10 (Salmon et al. 2011) in plain integers.

A draw has an address (seed, replicate, step, purpose, two keys) and no state, so it does not matter in which
order, or whether, the other draws are made.
"""

import hashlib
import math

MASK = 0xFFFFFFFF

# What a draw is for; part of its address.
RANDOM_SHOCK = 1
AFFINITY = 2
STATE_ORDER = 3
ORGANISATION_ORDER = 4
MEMBERSHIP = 5
VOTE_ADMISSION = 6
DEEPENING = 7
VOTE_DEEPENING = 8
HOLLOWING = 9
MERGER = 10
VOTE_MERGER = 11
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


def philox(counter, key):
    """The four words of Philox 4x32-10 for a counter of four words and a key of two."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        product0 = 0xD2511F53 * c0
        product1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & MASK,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & MASK,
        )
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


def u01(a, b):
    """A uniform number on (0, 1] from two words."""
    return ((a >> 5) * 2**26 + (b >> 6) + 0.5) / 2**53


def key_of(kind, name):
    """The key of an entity: `kind` is the word `state`, `organisation`, `segment`, `process` or `gate`."""
    digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little")


def mix(a, b):
    """Two keys in one word."""
    return ((a * 2654435761) % 2**32) ^ b


class Draws:
    """The draws of one replicate of one seed."""

    def __init__(self, seed, replicate):
        self.key = (seed % 2**32, seed // 2**32)
        self.replicate = replicate

    def words(self, step, purpose, first, second):
        """The four words at an address."""
        return philox((self.replicate, (step * 64 + purpose) & MASK, first, second), self.key)

    def uniform(self, step, purpose, first, second=0):
        """A uniform draw."""
        w0, w1, _, _ = self.words(step, purpose, first, second)
        return u01(w0, w1)

    def normal(self, step, purpose, first, second=0):
        """A standard normal draw (Box and Muller)."""
        w0, w1, w2, w3 = self.words(step, purpose, first, second)
        return math.sqrt(-2 * math.log(u01(w0, w1))) * math.cos(2 * math.pi * u01(w2, w3))
