"""What weighed in a tie of two states: what each side gains by the next rung, or how far they have fallen out.

Where a kernel adds its parts up inside, a part is what disappears when its weight is set to zero: the kernels are
linear in their weights, so that these contrasts add up.
"""

from __future__ import annotations

from typing import Any

from steppe.analysis.explaining.decisions import AFFINITY, VALUE, Array, Cell, Decision, decision, without
from steppe.analysis.explaining.memberships import LEVERAGES
from steppe.analysis.explaining.tracing import Trace
from steppe.mechanisms import bilateral, draws
from steppe.mechanisms.ladder import TIES, rung_above
from steppe.mechanisms.voting import step_chance
from steppe.world.arrays import World

_CLIMBING = {
    "security": ("k_security", ("value.k_security",)),
    "identity": ("symbolic", ("bilateral.symbolic",)),
    "common_bodies": ("catalyst", ("bilateral.catalyst",)),
    "concentration": ("concentration", ("value.concentration",)),
    "cost": ("cost_climb", ("bilateral.cost_climb",)),
}


def climb(record: Array, world: World, i: int, j: int) -> tuple[Decision, ...]:
    """What each side gains by the next rung of their tie; none at the top, or where they are too hostile."""
    row = record[0]
    rung = float(rung_above(TIES, float(row["pair"][i, j]["tie"])))
    if rung == 0.0 or float(row["pair"][i, j]["affinity"]) < float(row["p"]["affinity_floor"]):
        return ()
    trace = Trace(record.copy(), follow=("climb_rate",), luck=0.0)
    trace.run(bilateral.decide, i, j)
    scale = trace.of("logistic")
    if len(scale) < 2:
        return ()
    noise, rivalries = float(row["p"]["climb_noise"]), trace.of("rivalry")
    steps = trace.of("step_chance")
    fall = float(trace.of("descend_rate")[0].result)
    rate = float(trace.of("climb_rate")[0].result)
    total = float(steps[-1].result) if steps else 0.0
    chance = total * rate / (rate + fall) if rate > 0.0 else 0.0
    luck = float(trace.of("uniform")[0].result)
    return tuple(
        _gain(
            record, world, a, b, rung, call, rivalries[side].result if rivalries else 0.0, noise, chance, luck
        )
        for side, (a, b, call) in enumerate(((i, j, scale[-2]), (j, i, scale[-1])))
    )


def _gain(
    record: Array, world: World, a: int, b: int, rung: float, call: Any, rivalry: Any, noise: float, chance: float, luck: float
) -> Decision:  # fmt: skip
    row = record[0]
    whole = float(bilateral.gain_before_rivalry(row, a, b, rung))
    parts = {
        name: whole - float(bilateral.gain_before_rivalry(without(record, weight)[0], a, b, rung))
        for name, (weight, _) in _CLIMBING.items()
    }
    parts["rivalry"] = (
        -float(row["p"]["rivalry_cost"]) * (rung - float(row["pair"][a, b]["tie"])) * float(rivalry)
    )
    one, other = world.states[a], world.states[b]
    closeness: Cell = ("affinity_structural", one, other)
    return decision(
        one,
        "climb",
        VALUE,
        parts,
        float(call.arguments[0]) * noise,
        parameters={name: ids for name, (_, ids) in _CLIMBING.items()}
        | {"rivalry": ("bilateral.rivalry_cost", *LEVERAGES)},
        cells={
            "security": (("salience", one), closeness, ("tie", one, other), ("capability", other)),
            "identity": (("salience", one), closeness),
            "concentration": (("autonomy", one), ("salience", one)),
        },
        noise=noise,
        chance=chance,
        luck=luck,
    )


def descend(record: Array, world: World, i: int, j: int) -> Decision:
    """How far the affinity of two states lies below the floor under their tie."""
    row = record[0]
    floor, affinity = float(row["p"]["affinity_floor"]), float(row["pair"][i, j]["affinity"])
    one, other = world.states[i], world.states[j]
    fall = float(bilateral.descend_rate(row, i, j))
    key_i, key_j = row["actor"][i]["key"], row["actor"][j]["key"]
    return decision(
        f"{one}-{other}",
        "descend",
        AFFINITY,
        {"floor": floor, "affinity": -affinity},
        floor - affinity,
        parameters={"floor": ("bilateral.affinity_floor", "bilateral.descend_rate")},
        cells={"affinity": (("affinity_structural", one, other),)},
        chance=float(step_chance(fall, float(row["p"]["dt"]))),
        luck=float(draws.uniform(row, draws.BILATERAL, min(key_i, key_j), max(key_i, key_j))),
    )
