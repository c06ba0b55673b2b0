"""Observe, further: governments, bilateral ties, neighbours, closeness inside bodies, and processes."""

from typing import Any

import numpy as np

from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.parties import mean_support
from steppe.mechanisms.rounding import rounded
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

PARTNERED, ALLIED = (
    0.3 - 1e-9,
    0.5 - 1e-9,
)  # bilateral rungs: a council or defence cooperation; allied relations


def political_series(shape: tuple[int, int], world: World) -> dict[str, Array]:
    """Empty series of `Record`, by name. shape : replicates, years + 1."""
    n, m, k = len(world.states), len(world.organisations), len(world.poles)
    processes, f4 = len(world.agenda.processes), np.float32
    return {
        "approval": np.zeros((*shape, n), f4),
        "crisis": np.zeros((*shape, n), f4),
        "partners": np.zeros((*shape, n), np.int16),
        "allies": np.zeros((*shape, n), np.int16),
        "neighbours": np.full((*shape, n), np.nan, f4),
        "ties": np.zeros((*shape, n, k), f4),
        "affinities": np.zeros((*shape, n, k), f4),
        "closeness": np.full((*shape, m), np.nan, f4),
        "stage": np.zeros((*shape, processes), np.int8),
        "support": np.zeros((*shape, processes), f4),
    }


@kernel
def closeness_of(state: Any, o: int) -> Any:
    """Mean affinity of the member pairs of o, of which there must be one."""
    count, total = state.body[o].n_members, 0.0
    for first in range(count):
        for second in range(first + 1, count):
            total += state.pair[state.roll[o, first].member, state.roll[o, second].member].affinity
    return total / (0.5 * count * (count - 1))


@kernel
def observe_around(state: Any, record: Any, r: int, y: int, i: int) -> Any:
    """Write the bilateral ties of i, and how close it is to the poles and to the states at its borders."""
    partners, allies, borders, felt = 0, 0, 0, 0.0
    for j in range(state.n):
        pair = state.pair[i, j]
        if j != i:
            partners += pair.tie >= PARTNERED
            allies += pair.tie >= ALLIED
            if pair.proximity >= 1.0:
                borders += 1
                felt += pair.affinity
    record.partners[r, y, i] = partners
    record.allies[r, y, i] = allies
    if borders > 0:
        record.neighbours[r, y, i] = rounded(felt / borders)
    for k in range(state.k):
        record.ties[r, y, i, k] = rounded(state.pair[i, state.poles[k]].tie)
        record.affinities[r, y, i, k] = rounded(state.pair[i, state.poles[k]].affinity)


@kernel
def observe_politics(state: Any, record: Any, r: int, y: int) -> Any:
    """Write what this file observes of this year."""
    for i in range(state.n):
        record.approval[r, y, i] = rounded(state.actor[i].approval)
        record.crisis[r, y, i] = rounded(state.actor[i].crisis)
        observe_around(state, record, r, y, i)
    for o in range(state.m):
        if state.body[o].n_members >= 2:
            record.closeness[r, y, o] = rounded(closeness_of(state, o))
    for process in range(state.n_processes):
        record.stage[r, y, process] = state.process[process].stage
        record.support[r, y, process] = rounded(mean_support(state, process))
