"""The ladders that obligations climb one rung at a time: those of a body's depth, and of a tie between two states."""

from typing import Any

import numpy as np

from steppe.mechanisms.kernel import kernel

DEPTHS = np.array([0.1, 0.3, 0.5, 0.7, 0.9])  # codebook: depth
# Dialogue, planning group, council or defence cooperation, allied relations, assistance, mutual defence.
TIES = np.array([0.1, 0.2, 0.3, 0.5, 0.7, 0.9])  # codebook: security_tie
TOLERANCE = 1e-9


@kernel
def rung_above(ladder: Any, height: float) -> Any:
    """The next rung of a ladder, or 0 at the top."""
    for rung in ladder:
        if rung > height + TOLERANCE:
            return rung
    return 0.0


@kernel
def rung_below(ladder: Any, height: float) -> Any:
    """The rung under this height, or 0 at the lowest."""
    below = 0.0
    for rung in ladder:
        if rung < height - TOLERANCE:
            below = rung
    return below
