"""What a step works on: one record for one replicate, so that a kernel reads `state.pair[i, j].affinity`, `state.p.noise`.

The record has room for a number of states and bodies (a capacity), of which a world fills the first n and m. One pointer
passed from kernel to kernel compiles in a tenth of the time that the same arrays take as arguments, and runs several times
faster (no reference counts); the price is that each capacity is compiled on its own.

Axis order everywhere: states i, j (N), organisations o, q (M), poles k (K), domains (trade, security, identity, connectivity).
Column N of `pair` is the rest of the world. Symbols are those of docs/equations.md.
"""

from typing import Any

import numpy as np

from steppe.mechanisms.parameters import DTYPE
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

NONE, OBSERVER, MEMBER, SUSPENDED = 0, 1, 2, 3
DELEGATION = np.array([1.0, 0.25, 0.2, 0.3])  # authority delegated by domain, kappa_o
MAX_EVENTS = 4096

# The terms of a value, in the order in which an event carries them.
TERM_NAMES = (
    "value",
    "trade",
    "security",
    "identity",
    "connectivity",
    "influence",
    "autonomy",
    "concentration",
    "conflict",
    "leverage",
)
N_TERMS = len(TERM_NAMES)
(VALUE, OF_TRADE, OF_SECURITY, OF_IDENTITY, OF_CONNECTIVITY, OF_INFLUENCE, OF_AUTONOMY, OF_CONCENTRATION, OF_CONFLICT,
 LEVERAGE) = range(N_TERMS)  # fmt: skip

# Rows of `scratch`.
TERMS, FACTORS, SHARES, SORTED, RANKS, GAINS, N_SCRATCH = range(7)

REAL, WHOLE = np.float64, np.int64


def _records(**fields: Any) -> np.dtype[Any]:
    """A record type from field names by number type."""
    return np.dtype([(name, kind) for kind, names in fields.values() for name in names.split()], align=True)


PAIR = _records(
    # affinity a, baseline a⁰, structural a^s, threat that the second poses to the first, bilateral security rung (tie),
    # share of the first's transit across the second, expenditure share at the start
    given=(REAL, "affinity baseline structural proximity threat conflict tie transit share0"),
    # deepest and second deepest common trade depth and pact, and the bodies the deepest are due to
    deepest=(REAL, "trade1 trade2 pact1 pact2"),
    due_to=(WHOLE, "trade1_by pact1_by"),
    # contact, relief by a common instrument; x⁰ and y⁰ (common trade depth, tariff) at the start;
    # y, f_ij, ts_ij, ts_ij at the start;
    # burden: the threats that the second faces and the first does not
    derived=(REAL, "contact relief common0 tariff0 tariff cost_factor trade_share trade_share0 burden"),
)
ACTOR = _records(
    key=(np.uint64, "key"),
    whole=(
        WHOLE,
        "pole_of turn",
    ),  # which pole the state is, or -1; whose turn comes at this place in the step's order
    given=(REAL, "gdp nonstate salience_trade salience_security salience_identity salience_connectivity"),
    moving=(REAL, "capability autonomy shock prestige"),
    derived=(REAL, "demand danger protection need concentration"),  # D_i, n_i, P_i, need, H_i
)
BODY = _records(
    key=(np.uint64, "key"),
    whole=(
        WHOLE,
        "alive rule instrument n_members turn customs",
    ),  # customs: list of bodies with an external tariff
    given=(REAL, "trade security identity connectivity delegated"),
    derived=(REAL, "depth tariff threshold cohesion"),  # threshold: capability that makes a major power in it
)
SEAT = _records(whole=(WHOLE, "status eligible founder anchored pending until saved"))
ROLL = _records(whole=(WHOLE, "member inside major"))  # member: list of members; inside, major: by state
BETWEEN = _records(cosine=(REAL, "cosine"), incompatible=(WHOLE, "incompatible"))
EVENT = np.dtype(
    [
        *(
            (name, np.int32)
            for name in [
                "step",
                "kind",
                "state",
                "organisation",
                "other",
                "status_from",
                "status_to",
                "replicate",
            ]
        ),
        ("probability", np.float32),
        ("terms", np.float32, N_TERMS),
    ],
    align=True,
)
PLAN = _records(whole=(WHOLE, "step kind first second third"), amount=(REAL, "amount"))  # interventions


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
    for name in ("proximity", "threat", "conflict", "tie", "transit"):
        pair[name][:n, :n] = getattr(world, name)
    faced = world.threat * world.capability
    own = faced.T * (1.0 - np.diag(world.threat))[:, None]
    pair["burden"][:n, :n] = faced.sum(axis=1) - world.threat @ faced.T - own
    actor["key"], actor["gdp"], actor["nonstate"] = world.state_key, world.gdp, world.nonstate_threat
    actor["capability"], actor["autonomy"] = world.capability, world.autonomy
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
    return record
