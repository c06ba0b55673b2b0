"""One replicate in hand: its record, and a way to step it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from steppe.mechanisms.parameters import pack
from steppe.mechanisms.state import parameters_of, workspace
from steppe.simulation.consequences import consequence_records
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

SEED_LIMIT = 2**64
REPLICATE_LIMIT = 2**32


def initial_record(
    world: World,
    values: Mapping[str, float],
    switches: Mapping[str, bool],
    steps_per_year: int,
    seed: int,
    consequences: Array | None = None,
) -> Array:
    """The record (1,) from which every replicate of a scenario begins.

    values : parameters by id; switches : mechanisms by name, on where not named; seed : 0 … 2^64 - 1
    consequences : those of the world, if they are at hand: reading them takes most of the time
    Raises InputError where a stage or a gate brings about what the world does not know.
    """
    if consequences is None:
        consequences = consequence_records(world)
    record = workspace(world, pack(values, switches, 1.0 / steps_per_year))
    record["n_consequences"] = len(consequences)
    record["consequence"][0, : len(consequences)] = consequences
    record["seed_low"], record["seed_high"] = seed % 2**32, seed // 2**32
    return record


def begin_replicate(initial: Array, replicate: int) -> Array:
    """A workspace (1,) at the start of a replicate, ready to step."""
    from steppe.mechanisms.derived import reset
    from steppe.mechanisms.schedule import begin

    state = initial.copy()
    parameters_of(state)[:] = parameters_of(initial)
    reset(state[0], initial[0])
    state["replicate"] = replicate
    begin(state[0])
    return state
