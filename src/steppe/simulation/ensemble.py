"""The ensemble engine: many replicates of one scenario, compiled, without the GIL."""

from typing import Any

import numpy as np

from steppe.mechanisms.derived import reset
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.observe import observe
from steppe.mechanisms.records import MAX_EVENTS
from steppe.mechanisms.schedule import begin, step


@kernel
def collect(state: Any, events: Any, used: int) -> Any:
    """Append a replicate's events to the chunk's; the array doubles when full. Returns (events, used)."""
    count = min(state.n_events, MAX_EVENTS)
    while used + count > events.shape[0]:
        more = np.zeros(2 * events.shape[0], dtype=events.dtype)
        for place in range(used):
            more[place] = events[place]
        events = more
    for place in range(count):
        events[used + place] = state.events[place]
        events[used + place].replicate = state.replicate
    return events, used + count


@kernel
def run_chunk(
    state: Any,
    parameters: Any,
    initial: Any,
    start: Any,
    first: int,
    plan: Any,
    years: int,
    steps_per_year: int,
    record: Any,
    events: Any,
) -> Any:
    """Run replicates first … first + R - 1 of one scenario from the start.

    state : the workspace, with its seed; parameters : (P) its parameters as floats
    initial, start : the world and the parameters (P) that every replicate starts from
    plan : (L) interventions; record : series of R replicates, written; events : an EVENT array to fill and grow
    Returns the events and the number of replicates whose own event list was full.
    """
    used, full = 0, 0
    for r in range(record.alive.shape[0]):
        parameters[:] = start
        reset(state, initial)
        state.replicate = first + r
        begin(state)
        observe(state, record, r, 0)
        for year in range(years):
            for within in range(steps_per_year):
                state.step = year * steps_per_year + within
                step(state, parameters, plan)
            observe(state, record, r, year + 1)
        full += state.n_events > MAX_EVENTS
        events, used = collect(state, events, used)
    return events[:used], full
