"""Events as plain dicts, with the columns of the events table of a run."""

from __future__ import annotations

from typing import Any

import numpy as np

from steppe.mechanisms.observe import new_record
from steppe.results.tables import Coded
from steppe.simulation.recorder import chunk_tables
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]


def event_dicts(events: Array, world: World, steps_per_year: int) -> list[dict[str, Any]]:
    """One dict for each EVENT record; `time` is a date, what is not there is None."""
    nothing = new_record(0, 0, world)
    table = chunk_tables(nothing, events, 0, world, steps_per_year)["events"]
    columns = {name: _plain(name, values) for name, values in table.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(name: str, values: Array | Coded) -> list[Any]:
    """A column as Python objects; -1 and NaN are None."""
    if isinstance(values, Coded):
        return [None if code < 0 else values.names[code] for code in values.codes.tolist()]
    missing = {-1} if name in ("status_from", "status_to") else set()
    return [None if v != v or v in missing else v for v in values.tolist()]
