"""Cases that can be worked out by hand: a world of equals, and a short way to a model."""

import numpy as np

from .model import OracleModel
from .worlds import all_on, default_parameters, small_world


def make(world, interventions=(), seed=1, replicate=0, steps_per_year=4, switches=None, **parameters):
    """A model with default parameters, but for those given as `membership__apply_rate=1.0`."""
    return OracleModel(
        world,
        default_parameters(**parameters),
        switches or all_on(),
        list(interventions),
        seed,
        replicate,
        steps_per_year,
    )


def plain_world(states, organisations, **changes):
    """A world of equals who trade evenly, neither like nor threaten each other, and are in no body."""
    n, m = states, organisations
    share0 = np.full((n, n + 1), 0.5 / n)
    share0[np.arange(n), np.arange(n)] = 0.5
    fields = {
        "gdp": np.ones(n),
        "capability": np.full(n, 0.01),
        "salience": np.full((n, 4), 0.25),
        "autonomy": np.ones(n),
        "nonstate_threat": np.zeros(n),
        "share0": share0,
        "depth": np.full(m, 0.5),
        "scope": np.full((m, 4), 0.25),
        "rule": np.zeros(m, dtype=np.int8),
        "alive": np.ones(m, dtype=np.int8),
        "status": np.zeros((n, m), dtype=np.int8),
        "eligible": np.ones((n, m), dtype=np.int8),
        "founder": np.zeros((n, m), dtype=np.int8),
        "anchored": np.zeros((n, m), dtype=np.int8),
        "instrument": np.zeros(m, dtype=np.int8),
        "incompatible": np.zeros((m, m), dtype=np.int8),
        "poles": ("AAA", "AAB")[:n],
    }
    for name in ("affinity_structural", "proximity", "threat", "conflict", "tie", "transit"):
        fields[name] = np.zeros((n, n))
    return small_world(n, m, **(fields | changes))


def statuses(*rows):
    """Statuses by state (rows) and organisation (columns)."""
    return np.array(rows, dtype=np.int8)
