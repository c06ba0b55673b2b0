"""Small invented networks of corridors: places joined by segments, demands between them, routes by a search."""

import numpy as np

from steppe.world.network import COMMODITIES, Network

from .philox import key_of

LONGEST = 5  # segments of a route
MOST = 6  # routes of a demand


def random_network(states, seed=0, segments=14, demands=7):
    """Segments and demands at random among so many states; some closed, some of nobody, some of several.

    Every state has a place, and there are two places of nobody. Capacities are of the order of the volumes, so
    that congestion matters; a demand may have no route at all.
    """
    rng = np.random.default_rng([seed, 3])
    places = states + 2
    ends = [tuple(rng.choice(places, 2, replace=False).tolist()) for _ in range(segments)]
    e, q = len(ends), demands
    owned = rng.random((e, states)) < 1.2 / states
    for row, pair in enumerate(ends):
        for place in pair:
            if place < states and rng.random() < 0.5:
                owned[row, place] = True
    origin = rng.integers(0, states, q)
    destination = np.array([_destination(rng, states, i) for i in origin], dtype=np.int64)
    routes = _routes(rng, ends, origin, destination, states)
    names = tuple(f"e{n}" for n in range(e))
    return Network(
        segments=names,
        systems=tuple(_systems(rng, n) for n in range(e)),
        segment_key=np.array([key_of("segment", name) for name in names], dtype=np.int64),
        cost=rng.uniform(2, 40, e),
        days=rng.uniform(0, 12, e),
        capacity=rng.uniform(3, 50, e),
        risk=rng.uniform(0, 0.4, e),
        open=(rng.random(e) < 0.85).astype(np.int64),
        owned=owned.astype(np.int64),
        sponsored=(rng.random((e, states)) < 0.7 / states).astype(np.int64),
        demands=tuple(f"q{n}" for n in range(q)),
        origin=origin.astype(np.int64),
        destination=destination,
        commodity=rng.integers(0, len(COMMODITIES), q).astype(np.int64),
        volume=rng.uniform(1, 40, q),
        weight=rng.uniform(0.1, 1, q),
        outside=rng.uniform(60, 250, q),
        route_demand=np.array([demand for demand, _ in routes], dtype=np.int64),
        crossed=_table([route for _, route in routes]),
    )


def _destination(rng, states, origin):
    """Another state, or (one time in three, or where there is no other) the rest of the world."""
    if states == 1 or rng.random() < 1 / 3:
        return states
    return int(rng.choice([j for j in range(states) if j != origin]))


def _systems(rng, segment):
    """The systems that a segment is part of: its own, and sometimes a larger one or two."""
    return (f"S{segment}", *(name for name in ("NORTH", "SOUTH") if rng.random() < 0.3))


def _routes(rng, ends, origin, destination, states):
    """(demand, segments) of every demand; the rest of the world lies at the last place."""
    found = []
    for q, (i, j) in enumerate(zip(origin.tolist(), destination.tolist(), strict=True)):
        there = states + 1 if j == states else j
        paths = list(_paths(ends, i, there, [], {i}))
        chosen = sorted(rng.permutation(len(paths))[:MOST].tolist())
        found += [(q, paths[n]) for n in chosen]
    return found


def _paths(ends, here, there, crossed, visited):
    """Every way over segments from one place to another that comes to no place twice."""
    if here == there:
        yield list(crossed)
        return
    if len(crossed) == LONGEST:
        return
    for e, (a, b) in enumerate(ends):
        if here in (a, b):
            following = b if here == a else a
            if following not in visited:
                yield from _paths(ends, following, there, [*crossed, e], visited | {following})


def _table(routes):
    """Routes as rows of equal length, −1 where one has ended."""
    width = max((len(route) for route in routes), default=0)
    rows = [route + [-1] * (width - len(route)) for route in routes]
    return np.array(rows, dtype=np.int64).reshape(len(routes), width)
