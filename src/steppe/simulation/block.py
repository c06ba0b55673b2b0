"""A block of replicates of one scenario that begin alike, through the compiled engine."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from steppe.mechanisms.observe import Record
from steppe.mechanisms.records import EVENT, MAX_EVENTS
from steppe.mechanisms.state import parameters_of
from steppe.results.tables import ChunkId
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.prepared import Prepared

Array = np.ndarray[Any, Any]


def blocks(prepared: Prepared, chunk: ChunkId) -> Iterator[tuple[int, int, int]]:
    """(draw, first replicate, how many) of each draw of which a chunk has replicates; one block at least."""
    first = chunk.first
    while first < chunk.first + chunk.count:
        draw, end = prepared.draw_of(first), first + 1
        while end < chunk.first + chunk.count and prepared.draw_of(end) == draw:
            end += 1
        yield draw, first, end - first
        first = end
    if not chunk.count:
        yield prepared.draw_of(first), first, 0


def run_block(ready: Prepared, initial: Array, scenario: str, first: int, record: Record) -> Array:
    """Simulate replicates from number `first` on into a record, as many as it has room for; their EVENT records in order.

    initial : record (1,) from which they begin. The workspace of the calling thread is used again from block to block
    Raises OverflowError where a replicate had more events than its own record holds.
    """
    count = record.alive.shape[0]
    state = getattr(ready.local, "state", None)
    if state is None:
        state = ready.local.state = initial.copy()
    state[:] = initial
    events, full = run_chunk(
        state[0],
        parameters_of(state),
        initial[0],
        parameters_of(initial).copy(),
        first,
        ready.plans[scenario],
        ready.config.ensemble.years,
        ready.config.ensemble.steps_per_year,
        record,
        np.zeros(64 * count + 64, EVENT),
    )
    if full:
        raise OverflowError(f"{full} of {count} replicates had more than {MAX_EVENTS} events")
    return np.asarray(events)
