"""Corridors of the evidence at a date → a `Network`: segments, demands, and every reasonable way between their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from steppe.evidence import Evidence
from steppe.evidence.structures import COMMODITIES, DemandFacts, Part, SegmentFacts
from steppe.evidence.targets import systems_of
from steppe.world.arrays import entity_keys
from steppe.world.network import COMMODITIES as PLACES
from steppe.world.network import Floats, Network, Whole
from steppe.world.without import NOTHING, Removal

MAX_SEGMENTS = 13  # of a route
DETOUR = 3.0  # a route costs at most so many times the cheapest
MAX_ROUTES = 24  # of a demand
DAY_COST = 2.0  # USD/t and day, only to tell reasonable routes from others; see the parameter corridors.value_of_time

assert COMMODITIES == PLACES

Segments = Mapping[str, Part[SegmentFacts]]


def build_network(evidence: Evidence, states: Sequence[str], when: date, gone: Removal = NOTHING) -> Network:
    """The corridors of a world at a date; empty where nothing is coded.

    A segment is open from the day it was opened; upgrades that are in place multiply its values. Owners and sponsors
    that are not among the states are left out; so is a demand whose origin is not; a destination that is not is the
    rest of the world.
    """
    segments = {name: part for name, part in evidence.segments.items() if name not in gone.segments}
    if not segments:
        return Network()
    numbers = segment_numbers(evidence, segments, when, gone)
    demands = [part for part in evidence.demands.values() if part.facts.origin in states]
    ways = [routes(segments, numbers, part.facts) for part in demands]
    flat = [(q, way) for q, found in enumerate(ways) for way in found]
    names = tuple(segments)
    opened = [part.facts.opened for part in segments.values()]
    return Network(
        segments=names,
        systems=tuple(systems_of(evidence, name) for name in names),
        segment_key=entity_keys("segment", names).astype(np.int64),
        **numbers,
        open=np.array([day is not None and day <= when for day in opened], dtype=np.int64),
        owned=_flags([part.facts.owners for part in segments.values()], states),
        sponsored=_flags([part.facts.sponsors for part in segments.values()], states),
        demands=tuple(part.id for part in demands),
        origin=np.array([states.index(part.facts.origin) for part in demands], dtype=np.int64),
        destination=np.array([_place(part.facts.destination, states) for part in demands], dtype=np.int64),
        commodity=np.array([COMMODITIES.index(part.facts.commodity) for part in demands], dtype=np.int64),
        **{
            name: np.array(
                [evidence.first_value("demands", part.id, name, when).value for part in demands], float
            )
            for name in ("volume", "weight", "outside")
        },
        route_demand=np.array([q for q, _ in flat], dtype=np.int64),
        crossed=_table([[names.index(name) for name in way] for _, way in flat]),
    )


def segment_numbers(
    evidence: Evidence, segments: Segments, when: date, gone: Removal = NOTHING
) -> dict[str, Floats]:
    """(E,) cost, days, capacity and risk of each segment, with its upgrades.

    A segment that is coded from a later date on has the values with which it begins.
    """
    out: dict[str, Floats] = {}
    for variable in ("cost", "days", "capacity", "risk"):
        found = []
        for name in segments:
            value = evidence.first_value("segments", name, variable, when).value
            for upgrade in upgrades_of(evidence, name, when, gone):
                if f"{variable}_factor" in evidence.upgrades[upgrade].values:
                    value *= evidence.first_value("upgrades", upgrade, f"{variable}_factor", when).value
            found.append(value)
        out[variable] = np.array(found, dtype=float)
    return out


def upgrades_of(evidence: Evidence, segment: str, when: date, gone: Removal = NOTHING) -> Iterator[str]:
    """Ids of the upgrades of a segment that are in place at a date."""
    for name, part in evidence.upgrades.items():
        since = part.facts.since
        if (
            segment in part.facts.segments
            and since is not None
            and since <= when
            and name not in gone.upgrades
        ):
            yield name


def routes(segments: Segments, numbers: Mapping[str, Floats], demand: DemandFacts) -> list[tuple[str, ...]]:
    """The ways of a demand as ids of segments, cheapest first: simple paths of at most MAX_SEGMENTS that cost at most
    DETOUR times the cheapest, at most MAX_ROUTES. A segment that is not open counts: it may open.

    Cost is free-flow cost and DAY_COST for each day; of equal cost the first by ids comes first.
    """
    import networkx as nx  # a sixth of a second, for worlds with corridors only

    weights = dict(zip(segments, numbers["cost"] + DAY_COST * numbers["days"], strict=True))
    graph = nx.MultiGraph()
    for name, part in segments.items():
        if demand.commodity in part.facts.commodities:
            graph.add_edge(*part.facts.between, key=name, weight=weights[name])
    start, end = demand.from_place, demand.to_place
    if start not in graph or end not in graph or not nx.has_path(graph, start, end):
        return []
    there = nx.single_source_dijkstra_path_length(graph, start)
    back = nx.single_source_dijkstra_path_length(graph, end)
    limit = DETOUR * there[end] * (1 + 1e-12)
    useful = [  # what lies on some way within the limit; the rest would only be walked in vain
        (a, b, name)
        for a, b, name in graph.edges(keys=True)
        if a in there and min(there[a] + back[b], there[b] + back[a]) + weights[name] <= limit
    ]
    found = []
    for path in nx.all_simple_edge_paths(graph.edge_subgraph(useful).copy(), start, end, cutoff=MAX_SEGMENTS):
        way = tuple(name for *_, name in path)
        cost = sum(weights[name] for name in way)
        if cost <= limit:
            found.append((round(cost, 9), way))
    return [way for _, way in sorted(found)[:MAX_ROUTES]]


def _place(name: str, states: Sequence[str]) -> int:
    """Row of a state; N for the rest of the world, to which every other state belongs."""
    return states.index(name) if name in states else len(states)


def _flags(named: Sequence[Sequence[str]], states: Sequence[str]) -> Whole:
    found: Whole = np.array([[state in names for state in states] for names in named], dtype=np.int64)
    return found


def _table(rows: Sequence[Sequence[int]]) -> Whole:
    """Rows of unequal length as a table, filled with -1."""
    width = max((len(row) for row in rows), default=0)
    out: Whole = np.full((len(rows), width), -1, dtype=np.int64)
    for n, row in enumerate(rows):
        out[n, : len(row)] = row
    return out
