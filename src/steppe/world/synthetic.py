"""Made-up worlds: from a few plain arrays, or at random in a plausible shape, for tests and benchmarks."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from steppe.errors import input_error
from steppe.world.arrays import DOMAINS, RULES, Floats, Indices, World, array_specs, entity_keys

HOME_SHARE = 0.7  # of spending, in made-up worlds
LADDER = (0.1, 0.3, 0.5, 0.7, 0.9)


def make_world(
    states: tuple[str, ...] | int,
    organisations: tuple[str, ...] | int,
    poles: tuple[str, ...] | None = None,
    name: str = "made up",
    start: date = date(2000, 1, 1),
    **arrays: Any,
) -> World:
    """A validated world from plain arrays; what is left out takes a neutral value.

    states, organisations : ids, or how many (then S0, S1, … and O0, O1, …)
    poles : default, the first two states
    arrays : any array of `World`; defaults: equal sizes, even salience and scope, autonomy 1, home share
        .7 and the rest from the rest of the world, affinity 0, nothing between states, depth .3, consensus,
        all alive, everybody eligible, nobody a member
    """
    rows = tuple(f"S{i}" for i in range(states)) if isinstance(states, int) else tuple(states)
    bodies = (
        tuple(f"O{i}" for i in range(organisations))
        if isinstance(organisations, int)
        else tuple(organisations)
    )
    chosen = rows[:2] if poles is None else tuple(poles)
    for unknown in set(arrays) - set(array_specs()):
        raise input_error(f"no array {unknown!r} in a world", value=unknown, accepted=array_specs())
    for pole in chosen:
        if pole not in rows:
            raise input_error(f"pole {pole!r} is not a state", key="poles", value=pole, accepted=rows)
    given = _neutral(len(rows), len(bodies)) | arrays
    if "capability" not in given:
        sizes = (given["gdp"], given["population"], given["military"])
        given["capability"] = np.mean([np.asarray(size) / np.sum(size) for size in sizes], axis=0)
    given.setdefault("pole_index", [rows.index(pole) for pole in chosen])
    given.setdefault("state_key", entity_keys("state", rows))
    given.setdefault("organisation_key", entity_keys("organisation", bodies))
    return World(name, start, rows, bodies, chosen, **given).validate()


def _neutral(n: int, m: int) -> dict[str, Any]:
    """The arrays of a world in which nothing distinguishes anybody."""
    between = ("affinity_structural", "proximity", "threat", "conflict", "tie", "transit", "cost_shift")
    share0 = np.zeros((n, n + 1))
    np.fill_diagonal(share0, HOME_SHARE)
    share0[:, n] = 1 - HOME_SHARE
    return {
        "gdp": np.ones(n),
        "population": np.ones(n),
        "military": np.ones(n),
        "salience": np.full((n, len(DOMAINS)), 1 / len(DOMAINS)),
        "autonomy": np.ones(n),
        "nonstate_threat": np.zeros(n),
        "approval": np.full(n, 0.5),
        "continuity": np.full(n, 0.5),
        "share0": share0,
        **{name: np.zeros((n, n)) for name in between},
        "depth": np.full(m, 0.3),
        "alive": np.ones(m),
        "rule": np.zeros(m),
        "scope": np.full((m, len(DOMAINS)), 1 / len(DOMAINS)),
        "founder": np.zeros((n, m)),
        "anchored": np.zeros((n, m)),
        "eligible": np.ones((n, m)),
        "instrument": np.zeros(m),
        "incompatible": np.zeros((m, m)),
        "status": np.zeros((n, m)),
    }


def synthetic_world(states: int = 195, organisations: int = 120, seed: int = 0, poles: int = 6) -> World:
    """A random world with the statistical shape of the real one.

    Sizes are log-normal; states lie in regions; trade falls with distance; affinity has blocks; most bodies
    are regional (3 to 30 members, near each other), one in twenty is global. The poles are the most capable
    states. Small numbers work too: ``synthetic_world(4, 2)``; below ten states a body may have one member.
    """
    rng = np.random.default_rng(seed)
    n, m = states, organisations
    region = rng.integers(0, max(min(n, 3), n // 12), n)
    distance = _distances(region, rng)
    near = _neighbours(distance)
    population = np.exp(rng.normal(2.0, 1.6, n))
    gdp = population * np.exp(rng.normal(1.8, 1.1, n))
    military = gdp * 0.02 * np.exp(rng.normal(0, 0.6, n))
    capability = np.mean([size / size.sum() for size in (gdp, population, military)], axis=0)
    affinity = _affinity(region, rng)
    top = np.argsort(-capability, kind="stable")[: min(poles, n)]
    names = tuple(f"S{i:03d}" for i in range(n))
    return make_world(
        names,
        tuple(f"O{o:03d}" for o in range(m)),
        tuple(names[i] for i in top),
        name=f"synthetic {n}x{m} seed {seed}",
        gdp=gdp,
        population=population,
        military=military,
        capability=capability,
        salience=rng.dirichlet([7, 4, 4, 3], n),
        autonomy=rng.uniform(0.5, 1.5, n),
        nonstate_threat=np.where(rng.random(n) < 0.2, rng.uniform(0, 0.002, n), 0.0),
        share0=_gravity(gdp, distance),
        affinity_structural=affinity,
        proximity=_hollow(np.where(near, 1.0, np.exp(-distance / 500))),
        **_between(affinity, near, rng),
        **_bodies(distance, m, rng),
    )


def _distances(region: Indices, rng: np.random.Generator) -> Floats:
    """(N, N) km between points scattered around the centre of their region; symmetric, diagonal 0."""
    centre = rng.uniform((0, 0), (16000, 9000), (int(region.max(initial=0)) + 1, 2))
    place = centre[region] + rng.normal(0, 900, (len(region), 2))
    gap = place[:, None, :] - place[None, :, :]
    return np.asarray(np.sqrt((gap**2).sum(axis=2)), dtype=np.float64)


def _neighbours(distance: Floats) -> Any:
    """(N, N) bool: the four nearest of either; symmetric, diagonal False."""
    n = len(distance)
    rank = np.argsort(np.argsort(distance + np.diag(np.full(n, -1.0)), axis=1, kind="stable"), axis=1)
    near = (rank >= 1) & (rank <= 4)
    return near | near.T


def _gravity(gdp: Floats, distance: Floats) -> Floats:
    """(N, N+1) spending shares: home .7, a tenth of imports unlisted, the rest as gdp over distance."""
    n = len(gdp)
    pull = _hollow(gdp[None, :] / (distance + 200))
    total = pull.sum(axis=1, keepdims=True)
    share = np.zeros((n, n + 1))
    share[:, :n] = 0.9 * (1 - HOME_SHARE) * np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
    np.fill_diagonal(share, HOME_SHARE)
    share[:, n] = 1 - share[:, :n].sum(axis=1)
    return share


def _affinity(region: Indices, rng: np.random.Generator) -> Floats:
    """(N, N) structural affinity: high inside a region, a level for each pair of regions, and noise."""
    blocks = int(region.max(initial=0)) + 1
    level = rng.uniform(-0.4, 0.3, (blocks, blocks))
    np.fill_diagonal(level, 0.4)
    noise = rng.normal(0, 0.12, (len(region), len(region)))
    upper = np.triu(level[np.minimum.outer(region, region), np.maximum.outer(region, region)] + noise, 1)
    return np.asarray(np.clip(upper + upper.T, -0.95, 0.95), dtype=np.float64)


def _between(affinity: Floats, near: Any, rng: np.random.Generator) -> dict[str, Any]:
    """Threat, conflict, ties and transit: sparse, between neighbours, by affinity."""
    n = len(affinity)
    luck = np.triu(rng.random((n, n)), 1)
    luck = luck + luck.T
    rival = near & (luck < 0.25) & (affinity < 0.3)
    threat = rival * np.where(rng.random((n, n)) < 0.5, 1.0, 0.5)
    conflict = (rival & (luck < 0.03)) * 0.6
    rung = np.where(luck > 0.95, 0.5, 0.3)
    tie = ((near & ~rival & (luck > 0.8)) | (~near & (luck > 0.985) & (affinity > 0))) * rung
    landlocked = rng.random(n) < 0.25
    across = near * rng.random((n, n)) * landlocked[:, None]
    total = across.sum(axis=1, keepdims=True)
    transit = np.divide(across, total, out=np.zeros_like(across), where=total > 0) * 0.9
    return {
        name: _hollow(a)
        for name, a in zip(
            ("threat", "conflict", "tie", "transit"), (threat, conflict, tie, transit), strict=True
        )
    }


def _bodies(distance: Floats, m: int, rng: np.random.Generator) -> dict[str, Any]:
    """Depth, rule, scope, founders, eligibility, statuses … of M bodies."""
    n = len(distance)
    status, founder, eligible = (np.zeros((n, m), dtype=np.int8) for _ in range(3))
    everywhere = rng.random(m) < 0.05
    for o in range(m):
        order = np.argsort(distance[rng.integers(n)], kind="stable")
        size = int(n * rng.uniform(0.6, 0.95)) if everywhere[o] else int(3 * np.exp(rng.exponential(0.8)))
        size = min(n, size if everywhere[o] else min(size, 30)) if n >= 10 else int(rng.integers(1, n + 1))
        inside = rng.permutation(order)[:size] if everywhere[o] else order[:size]
        around = order[: min(n, 2 * size)]
        eligible[around, o] = 1
        status[around[rng.random(len(around)) < 0.1], o] = 1
        status[inside, o] = np.where(rng.random(size) < 0.02, 3, 2)
        eligible[inside, o] = 1
        founder[inside[: max(2, size // 2)], o] = 1
    depth = np.where(
        everywhere, rng.choice(LADDER[:2], m), rng.choice(LADDER, m, p=[0.3, 0.35, 0.2, 0.1, 0.05])
    )
    scope = rng.dirichlet([0.8] * len(DOMAINS), m)
    union = (depth >= 0.5) & (scope[:, 0] > 0.6)
    clash = np.triu(np.outer(union, union), 1)
    return {
        "depth": depth,
        "scope": scope,
        "rule": rng.choice(len(RULES), m, p=[0.6, 0.15, 0.1, 0.1, 0.05]),
        "founder": founder,
        "anchored": np.zeros((n, m), dtype=np.int8),
        "eligible": eligible,
        "status": status,
        "instrument": (rng.random(m) < 0.03).astype(np.int8),
        "incompatible": clash | clash.T,
    }


def _hollow(matrix: Any) -> Floats:
    """A copy as floats with a diagonal of zeros."""
    out = np.array(matrix, dtype=np.float64)
    np.fill_diagonal(out, 0)
    return out
