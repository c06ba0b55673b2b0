"""What a step works on: one record for one replicate, so that a kernel reads `state.pair[i, j].affinity`, `state.p.noise`.

The record has room for a number of states and bodies (a capacity), of which a world fills the first n and m. One pointer
passed from kernel to kernel compiles in a tenth of the time that the same arrays take as arguments, and runs several times
faster (no reference counts); the price is that each capacity is compiled on its own.

Axis order everywhere: states i, j (N), organisations o, q (M), poles k (K), domains (trade, security, identity, connectivity).
Column N of `pair` is the rest of the world. Symbols are those of docs/equations.md.
"""

from typing import Any

import numpy as np

from steppe.mechanisms import records as kinds
from steppe.mechanisms.furnish import furnish
from steppe.mechanisms.parameters import DTYPE
from steppe.mechanisms.records import (
    ACTOR,
    BETWEEN,
    BODY,
    EVENT,
    MAX_EVENTS,
    N_TERMS,
    PAIR,
    REAL,
    ROLL,
    ROOM,
    SEAT,
    WHOLE,
)
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

NONE, OBSERVER, MEMBER, SUSPENDED = 0, 1, 2, 3
DELEGATION = np.array([1.0, 0.25, 0.2, 0.3])  # authority delegated by domain, kappa_o
(VALUE, OF_TRADE, OF_SECURITY, OF_IDENTITY, OF_CONNECTIVITY, OF_INFLUENCE, OF_AUTONOMY, OF_CONCENTRATION, OF_CONFLICT,
 LEVERAGE) = range(N_TERMS)  # fmt: skip

# Rows of `scratch`.
TERMS, FACTORS, SHARES, SORTED, RANKS, GAINS, N_SCRATCH = range(7)

IN_USE = (
    "segments",
    "demands",
    "routes",
    "processes",
    "requirements",
    "gates",
    "consequences",
    "charter",
    "instruments",
)
CAPACITIES = ((32, 16, 8), (64, 48, 12), (256, 128, 16))  # states, organisations, poles


def state_type(n: int, m: int, k: int) -> np.dtype[Any]:
    """The workspace record of a capacity."""
    parts: list[tuple[str, Any]] = [
        ("seed_low", np.uint64),
        ("seed_high", np.uint64),
        ("replicate", np.uint64),
        ("step", WHOLE),
        ("n", WHOLE),  # states, organisations, poles in use
        ("m", WHOLE),
        ("k", WHOLE),
        ("n_events", WHOLE),
        ("stale", WHOLE),  # 1 after statuses, depths or ties were changed by hand
        ("n_customs", WHOLE),  # bodies with an external tariff
        # segments, demands, routes, processes, requirements, gates, consequences, charter rows, instruments in use
        *((f"n_{name}", WHOLE) for name in IN_USE),
        ("network_stale", WHOLE),  # 1 after a segment changed
        ("p", DTYPE),
        ("pair", (PAIR, (n, n + 1))),
        ("actor", (ACTOR, (n,))),
        ("body", (BODY, (m,))),
        ("seat", (SEAT, (n, m))),
        ("roll", (ROLL, (m, n))),
        ("guests", (ROLL, (n,))),  # a body as it would be
        ("between", (BETWEEN, (m, m))),
        ("poles", (WHOLE, (k,))),  # state of each pole
        ("shares", (REAL, (n, k))),  # alignment
        ("segment", (kinds.SEGMENT, (ROOM["segments"],))),
        ("holding", (kinds.HOLDING, (ROOM["segments"], n))),
        ("demand", (kinds.DEMAND, (ROOM["demands"],))),
        ("route", (kinds.ROUTE, (ROOM["routes"],))),
        ("crossed", (kinds.CROSSED, (ROOM["routes"], ROOM["crossed"]))),
        ("process", (kinds.PROCESS, (ROOM["processes"],))),
        ("rate", (REAL, (ROOM["processes"], ROOM["stages"]))),  # of entering a stage [1/y]
        ("role", (kinds.ROLE, (ROOM["processes"], n))),
        ("requirement", (kinds.REQUIREMENT, (ROOM["requirements"],))),
        ("gate", (kinds.GATE, (ROOM["gates"],))),
        ("consequence", (kinds.CONSEQUENCE, (ROOM["consequences"],))),
        ("charter", (kinds.CHARTER, (ROOM["charter"],))),
        ("instrument", (kinds.INSTRUMENT, (ROOM["instruments"],))),
        ("enrolled", (kinds.ENROLLED, (ROOM["instruments"], n))),
        ("scratch", (REAL, (N_SCRATCH, max(n + 1, m, N_TERMS)))),
        ("events", (EVENT, (MAX_EVENTS,))),
    ]
    return np.dtype(parts, align=True)


def parameters_of(record: Array) -> Array:
    """The parameters in a workspace record (1,) as floats (P): the same memory as its `p`, addressed by place."""
    start = record.dtype.fields["p"][1]
    return record.view(np.uint8)[start : start + DTYPE.itemsize].view(REAL)


def capacity(world: World) -> tuple[int, int, int]:
    """The smallest capacity that holds a world; a world beyond the largest gets one of its own, rounded up to 64."""
    sizes = len(world.states), len(world.organisations), len(world.poles)
    for room in CAPACITIES:
        if all(size <= space for size, space in zip(sizes, room, strict=True)):
            return room
    n, m, k = (-(-size // 64) * 64 for size in sizes)
    return n, m, k


def workspace(world: World, settings: Array) -> Array:
    """A record (1,) with a world at its start; affinity and its baseline begin at the structural value.

    settings : (1,) parameter record (`parameters.pack`).
    """
    n, m, k = len(world.states), len(world.organisations), len(world.poles)
    record = np.zeros(1, state_type(*capacity(world)))
    state = record[0]
    state["n"], state["m"], state["k"], state["p"] = n, m, k, settings[0]
    pair, actor, body, seat = state["pair"], state["actor"][:n], state["body"][:m], state["seat"][:n, :m]
    pair["share0"][:n, : n + 1] = world.share0
    pair["cost_factor"] = 1.0
    for name in ("affinity", "baseline", "structural"):
        pair[name][:n, :n] = world.affinity_structural
    for name in ("proximity", "threat", "conflict", "tie", "transit", "cost_shift"):
        pair[name][:n, :n] = getattr(world, name)
    pair["transit0"] = pair["transit"]
    faced = world.threat * world.capability
    own = faced.T * (1.0 - np.diag(world.threat))[:, None]
    pair["burden"][:n, :n] = faced.sum(axis=1) - world.threat @ faced.T - own
    actor["key"], actor["gdp"], actor["nonstate"] = world.state_key, world.gdp, world.nonstate_threat
    actor["capability"], actor["autonomy"] = world.capability, world.autonomy
    actor["approval"], actor["approval0"] = world.approval, world.approval
    actor["continuity"], actor["activity"] = world.continuity, 1.0
    actor["pole_of"] = -1
    actor["pole_of"][world.pole_index] = np.arange(k)
    body["key"], body["alive"], body["rule"] = world.organisation_key, world.alive, world.rule
    body["instrument"], body["depth"] = world.instrument, world.depth
    body["delegated"] = world.scope @ DELEGATION
    for place, domain in enumerate(("trade", "security", "identity", "connectivity")):
        actor[f"salience_{domain}"] = world.salience[:, place]
        body[domain] = world.scope[:, place]
    seat["status"], seat["eligible"] = world.status, world.eligible
    seat["founder"], seat["anchored"] = world.founder, world.anchored
    state["poles"][:k] = world.pole_index
    between = state["between"][:m, :m]
    norm = np.sqrt((world.scope**2).sum(axis=1))
    between["cosine"] = (world.scope @ world.scope.T) / np.maximum(np.outer(norm, norm), 1e-300)
    between["incompatible"] = world.incompatible
    furnish(state, world)
    return record
