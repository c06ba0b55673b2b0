"""The corridors of a world as plain arrays: segments, who holds them, demands, and the routes between their ends.

E segments, Q demands, R routes of at most S segments, N states. A route is a path over segments from a demand's
origin to its destination; all reasonable ones are listed when the world is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

COMMODITIES = ("oil", "containers")
STATUSES = ("closed", "open")

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def no_numbers() -> Floats:
    """An empty row."""
    return np.zeros(0)


def nothing() -> Whole:
    """An empty row of whole numbers."""
    return np.zeros(0, np.int64)


def no_rows() -> Whole:
    """An empty table of whole numbers."""
    return np.zeros((0, 0), np.int64)


@dataclass(frozen=True, eq=False)
class Network:
    """Segments, demands and routes at a date; empty where a world has none.

    segments : (E) ids; systems : for each segment the ids of the systems that it is part of
    cost [USD/t], days, capacity [Mt/y], risk [0-1], open (0 or 1) : (E)
    owned, sponsored : (E, N) flags: whose territory or property it is; who runs or finances it
    demands : (Q) ids; origin (Q) state; destination (Q) state, or N for the rest of the world
    commodity : (Q) place in COMMODITIES; volume [Mt/y]; weight [share of the origin's shipments that hang on the way];
        outside [USD/t], the cost at which it is not shipped : (Q)
    route_demand : (R); crossed : (R, S) segments, -1 where the route has ended
    """

    segments: tuple[str, ...] = ()
    systems: tuple[tuple[str, ...], ...] = ()
    segment_key: Whole = field(default_factory=nothing)
    cost: Floats = field(default_factory=no_numbers)
    days: Floats = field(default_factory=no_numbers)
    capacity: Floats = field(default_factory=no_numbers)
    risk: Floats = field(default_factory=no_numbers)
    open: Whole = field(default_factory=nothing)
    owned: Whole = field(default_factory=no_rows)
    sponsored: Whole = field(default_factory=no_rows)
    demands: tuple[str, ...] = ()
    origin: Whole = field(default_factory=nothing)
    destination: Whole = field(default_factory=nothing)
    commodity: Whole = field(default_factory=nothing)
    volume: Floats = field(default_factory=no_numbers)
    weight: Floats = field(default_factory=no_numbers)
    outside: Floats = field(default_factory=no_numbers)
    route_demand: Whole = field(default_factory=nothing)
    crossed: Whole = field(default_factory=no_rows)

    def permuted(self, order: Sequence[int]) -> Network:
        """The same with the states in another order: the new state r is the old state ``order[r]``."""
        place = np.argsort(np.append(order, len(order)))
        changed: dict[str, Any] = {}
        if self.segments:
            changed = {"owned": self.owned[:, order], "sponsored": self.sponsored[:, order]}
        return replace(self, origin=place[self.origin], destination=place[self.destination], **changed)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by name."""
        return {
            one.name: value
            for one in fields(self)
            if isinstance(value := getattr(self, one.name), np.ndarray)
        }
