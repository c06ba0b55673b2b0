"""How large each component of the value of membership is, at the start of a world: they must be of one order."""

from typing import Any

import numpy as np

from steppe.mechanisms.alignment import leverage_inside
from steppe.mechanisms.records import TERM_NAMES
from steppe.mechanisms.state import MEMBER
from steppe.mechanisms.value import observer_value, value_now
from steppe.simulation.replicate import begin_replicate
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]


def component_rows(world: World, initial: Array) -> list[dict[str, Any]]:
    """One row per state and living body in which it sits or may sit: status, V(observer), and every term of V(member)."""
    state = begin_replicate(initial, 0)[0]
    rows = []
    for o, body in enumerate(world.organisations):
        for i, name in enumerate(world.states):
            status = int(state["seat"]["status"][i, o])
            if world.alive[o] and (status or world.eligible[i, o]):
                value_now(state, i, o)
                terms = dict(zip(TERM_NAMES, state["scratch"][0][: len(TERM_NAMES)].tolist(), strict=True))
                terms["leverage"] = float(leverage_inside(state, i, o))
                rows.append(
                    {
                        "state": name,
                        "organisation": body,
                        "status": status,
                        **terms,
                        "observer": float(observer_value(state)),
                    }
                )
    return rows


def component_sizes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean and largest absolute size of each term, over members and over states that might join."""
    sizes = []
    for term in (*TERM_NAMES, "observer"):
        inside = [abs(row[term]) for row in rows if row["status"] == MEMBER]
        outside = [abs(row[term]) for row in rows if row["status"] != MEMBER]
        sizes.append(
            {
                "term": term,
                "members": float(np.mean(inside)) if inside else 0.0,
                "members_largest": max(inside, default=0.0),
                "others": float(np.mean(outside)) if outside else 0.0,
                "others_largest": max(outside, default=0.0),
            }
        )
    return sizes
