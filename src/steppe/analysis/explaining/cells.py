"""What of the world enters each component of the value of a body: (array, ids) as `world.provenance` has them."""

from __future__ import annotations

import numpy as np

from steppe.analysis.explaining.decisions import Array, Cell
from steppe.world.arrays import World


def members_of(record: Array, o: int) -> list[int]:
    """Places of the members of body o."""
    row = record[0]
    return [int(one) for one in row["roll"][o]["member"][: int(row["body"][o]["n_members"])]]


def cells_of(
    record: Array, world: World, i: int, o: int, partners: list[int] | None = None
) -> dict[str, tuple[Cell, ...]]:
    """Component → what of the world enters the value of body o for state i, the larger partners first."""
    row, state, body = record[0], world.states[i], world.organisations[o]
    others = [j for j in (members_of(record, o) if partners is None else partners) if j != i]
    others.sort(key=lambda j: -float(row["actor"][j]["capability"]))
    names = [world.states[j] for j in others]
    majors = [
        world.states[j]
        for j in others
        if float(row["actor"][j]["capability"]) > float(row["body"][o]["threshold"])
    ]
    shape: tuple[Cell, ...] = (("depth", body), ("scope", body))
    salience: Cell = ("salience", state)
    hostile = [world.states[j] for j in np.flatnonzero(row["pair"][i, : len(world.states)]["threat"] > 0)]
    rivals = [
        world.organisations[q]
        for q in range(len(world.organisations))
        if row["between"][o, q]["incompatible"] and q != o and row["roll"][q, i]["inside"] == 1
    ]
    return {
        "trade": (salience, *shape, *(("share0", state, name) for name in names)),
        "security": (
            salience, *shape, ("nonstate_threat", state), *(("threat", state, name) for name in hostile),
            *(("tie", state, name) for name in names),
        ),
        "identity": (salience, *shape, *(("affinity_structural", state, name) for name in names)),
        "connectivity": (salience, *shape, *(("transit", state, name) for name in names)),
        "influence": (*shape, *(("affinity_structural", state, name) for name in names)),
        "autonomy": (
            ("autonomy", state), *shape, *(("capability", name) for name in majors),
            *(("affinity_structural", state, name) for name in majors),
        ),
        "concentration": (("autonomy", state), salience, *shape),
        "conflict": tuple(("incompatible", body, name) for name in rivals),
    }  # fmt: skip


def cells_of_both(record: Array, world: World, i: int, o: int, q: int) -> dict[str, tuple[Cell, ...]]:
    """The same for a merger of o into q."""
    one, other = cells_of(record, world, i, o), cells_of(record, world, i, q)
    return {name: tuple(dict.fromkeys((*other[name], *cells))) for name, cells in one.items()}
