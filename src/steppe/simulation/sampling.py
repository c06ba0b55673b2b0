"""Draws of the evidence: the outer loop of an ensemble whose parameters are sampled.

The luck of a quantity in a draw is addressed, as the luck of the rules is: by the seed, the number of the draw and the
id of the quantity, and by nothing else. So all scenarios of a run share their draws; the first fifty of a hundred draws
are the fifty of a run of fifty; and a value, a state or a parameter more leaves the draws of the others alone. That is
also why the draws are independent and not a Latin hypercube or a Sobol' sequence, which would be a little more even:
there the number of draws, or the place among all quantities, decides what each gets.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from steppe.config.schema import RunConfig
from steppe.evidence import Evidence
from steppe.evidence.distribution import Floats
from steppe.mechanisms import draws
from steppe.world.drawn import Uncertain, uncertain

Keys = np.ndarray[Any, np.dtype[np.uint64]]

# The rules' own generator as plain Python: given arrays it draws for all quantities at once.
_philox, _to_unit = inspect.unwrap(draws.philox), inspect.unwrap(draws.to_unit)


@dataclass(frozen=True)
class Sampled:
    """What a run draws, and its luck.  count : number of draws D"""

    uncertain: Uncertain
    seed: int
    count: int

    @cached_property
    def _keys(self) -> Keys:
        return value_keys(self.uncertain.ids)

    def values(self, draw: int) -> Floats:
        """(Q,) the values of a draw, in the order of `uncertain.ids`."""
        return self.uncertain.values(luck(self.seed, draw, self._keys))

    def evidence(self, draw: int) -> Evidence:
        """The evidence of a draw."""
        return self.uncertain.evidence_at(self.values(draw))

    def table(self) -> Floats:
        """(D, Q) the values of all draws."""
        return np.stack([self.values(draw) for draw in range(self.count)])

    def digest(self) -> str:
        """SHA-256 of ids and values: other distributions, another seed or other evidence give another."""
        found = hashlib.sha256("\n".join(self.uncertain.ids).encode())
        for draw in range(self.count):
            found.update(self.values(draw).astype("<f8").tobytes())
        return found.hexdigest()


def sampled(evidence: Evidence, config: RunConfig, count: int) -> Sampled:
    """What a config draws, `count` times. A parameter that every scenario sets itself is not drawn."""
    own = [set(scenario.parameters) for scenario in config.scenarios]
    fixed = {*config.parameters, *set.intersection(*own)}
    return Sampled(uncertain(evidence, config.world, fixed), config.ensemble.seed, count)


def value_keys(ids: Sequence[str]) -> Keys:
    """(2, Q) the two 32-bit words that address a quantity: BLAKE2b (8 bytes, little-endian) of ``value:ID``."""
    digests = b"".join(hashlib.blake2b(f"value:{name}".encode(), digest_size=8).digest() for name in ids)
    return np.frombuffer(digests, "<u4").reshape(-1, 2).T.astype(np.uint64)


def luck(seed: int, draw: int, keys: Keys) -> Floats:
    """(Q,) uniform numbers on (0, 1) at the addresses of a draw (see ``docs/equations.md``)."""
    first, second, *_ = _philox(
        np.uint64(draw),
        np.uint64(draws.EVIDENCE),
        keys[0],
        keys[1],
        np.uint64(seed % 2**32),
        np.uint64(seed // 2**32),
    )
    return np.asarray(_to_unit(first, second))
