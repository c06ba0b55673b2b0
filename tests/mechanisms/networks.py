"""Small networks of corridors in a few words, and random ones, for tests."""

from dataclasses import replace

import numpy as np

from oracle.worlds import default_parameters, small_world
from steppe.mechanisms.corridors import update_corridors
from steppe.world.arrays import entity_keys
from steppe.world.network import COMMODITIES, Network
from steppe.world.synthetic import make_world

from .support import begun

FREE = {"corridors__congestion": 0}  # parameters under which costs do not rise with flow


def segment(cost=0.0, days=0.0, capacity=1.0, risk=0.0, owned=(), sponsored=(), is_open=True):
    """What a segment is; owners and sponsors are numbers of states."""
    return dict(
        cost=cost, days=days, capacity=capacity, risk=risk, owned=owned, sponsored=sponsored, is_open=is_open
    )


def demand(routes, origin=0, destination=1, commodity="containers", volume=1.0, weight=1.0, outside=1e6):
    """What a demand is; routes list names of segments; by default not shipping is out of the question."""
    return dict(
        routes=routes,
        origin=origin,
        destination=destination,
        commodity=commodity,
        volume=volume,
        weight=weight,
        outside=outside,
    )


def network(n, segments, demands):
    """A Network of n states from segments and demands by name."""
    names, flags = list(segments), np.zeros((len(segments), n), np.int64)
    owned, sponsored = flags.copy(), flags.copy()
    for e, one in enumerate(segments.values()):
        owned[e, list(one["owned"])] = 1
        sponsored[e, list(one["sponsored"])] = 1
    routes = [(q, route) for q, one in enumerate(demands.values()) for route in one["routes"]]
    crossed = np.full((len(routes), max((len(route) for _, route in routes), default=0)), -1, np.int64)
    for r, (_, route) in enumerate(routes):
        crossed[r, : len(route)] = [names.index(name) for name in route]
    return Network(
        segments=tuple(names),
        systems=((),) * len(names),
        segment_key=entity_keys("segment", names).astype(np.int64),
        open=np.array([int(one["is_open"]) for one in segments.values()], np.int64),
        owned=owned,
        sponsored=sponsored,
        demands=tuple(demands),
        commodity=np.array([COMMODITIES.index(one["commodity"]) for one in demands.values()], np.int64),
        route_demand=np.array([q for q, _ in routes], np.int64),
        crossed=crossed,
        **{
            name: np.array([one[name] for one in segments.values()], np.float64)
            for name in ("cost", "days", "capacity", "risk")
        },
        **{
            name: np.array([one[name] for one in demands.values()], np.int64)
            for name in ("origin", "destination")
        },
        **{
            name: np.array([one[name] for one in demands.values()], np.float64)
            for name in ("volume", "weight", "outside")
        },
    )


def shipping_world(segments, demands, states=3, **arrays):
    """States that trade a little with each other, with this network."""
    if "share0" not in arrays:
        share0 = np.full((states, states + 1), 0.1)
        np.fill_diagonal(share0, 0.6)
        share0[:, states] = 1 - share0[:, :states].sum(axis=1)
        arrays["share0"] = share0
    world = make_world(states, arrays.pop("organisations", 0), **arrays)
    return replace(world, network=network(states, segments, demands))


def random_network(n, seed, segments=9, demands=5):
    """A network among n states: some segments without an owner, some closed, some filled beyond their capacity."""
    rng = np.random.default_rng([seed, 3])
    parts = {
        f"e{e}": segment(
            cost=float(rng.uniform(1, 40)),
            days=float(rng.uniform(0, 12)),
            capacity=float(rng.uniform(2, 20)),
            risk=float(rng.uniform(0, 0.5)),
            owned=tuple(np.flatnonzero(rng.random(n) < 0.25)),
            sponsored=tuple(np.flatnonzero(rng.random(n) < 0.15)),
            is_open=bool(rng.random() < 0.85),
        )
        for e in range(segments)
    }
    asked = {}
    for q in range(demands):
        origin, destination = rng.choice(n, 2, replace=False).tolist()
        ways = {
            tuple(sorted(rng.choice(segments, rng.integers(1, 5), replace=False).tolist())) for _ in range(4)
        }
        asked[f"q{q}"] = demand(
            [[f"e{e}" for e in way] for way in sorted(ways)],
            origin=origin,
            destination=n if rng.random() < 0.25 else destination,
            commodity=COMMODITIES[int(rng.random() < 0.6)],
            volume=float(rng.uniform(0.5, 12)),
            weight=float(rng.uniform(0.1, 1)),
            outside=float(rng.uniform(60, 250)),
        )
    return network(n, parts, asked)


def networked(states=6, organisations=4, seed=0, **sizes):
    """A `small_world` with a random network."""
    return replace(small_world(states, organisations, seed), network=random_network(states, seed, **sizes))


def shares(record):
    """Shares of the routes in use."""
    return record["route"]["share"][0, : record["n_routes"][0]]


def put(record, e, status):
    """A segment closed or opened by hand, and the routes chosen anew."""
    record["segment"]["status"][0, e] = status
    record["network_stale"] = 1
    update_corridors(record[0])


def two_ways(first, second, states=3, parameters=None, **asked):
    """The record of a world with two routes of a segment each, A and B."""
    world = shipping_world({"A": first, "B": second}, {"q": demand([["A"], ["B"]], **asked)}, states)
    return begun(world, parameters or default_parameters(**FREE))
