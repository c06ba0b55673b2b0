"""Corridors of a world: values at a date, whose they are, and every reasonable way between two places."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from steppe.errors import InputError
from steppe.evidence import CodedValue, Evidence
from steppe.evidence.lookup import FAMILIES
from steppe.evidence.structures import DemandFacts, Part, SegmentFacts
from steppe.world import build_network as building
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.build_network import build_network, routes
from steppe.world.describe import describe
from steppe.world.network import Network
from steppe.world.provenance import origins, provenance
from steppe.world.synthetic import make_world
from structure_files import example

from .conftest import packaged_spec

STATES = ("KAZ", "AZE", "ARM", "GEO", "TUR", "RUS", "EUU")
IN_2026, IN_2004 = date(2026, 1, 1), date(2004, 1, 1)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return example(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def network(evidence: Evidence) -> Network:
    return build_network(evidence, STATES, IN_2026)


@pytest.fixture(scope="module")
def built(evidence: Evidence) -> World:
    return build_world(evidence, packaged_spec("eurasia_2026"))


def column(network: Network, name: str) -> dict[str, float]:
    return dict(zip(network.segments, getattr(network, name).tolist(), strict=True))


class TestSegments:
    def test_values_are_those_of_the_date_with_the_upgrades_in_place(self, evidence: Evidence) -> None:
        """8 Mt/y since 2020, and the upgrade of 2022 makes half as much again of it; 5 Mt/y and no upgrade before."""
        assert column(build_network(evidence, STATES, IN_2026), "capacity")["tengiz-baku"] == 8 * 1.5
        assert column(build_network(evidence, STATES, date(2021, 1, 1)), "capacity")["tengiz-baku"] == 8
        assert column(build_network(evidence, STATES, IN_2004), "capacity")["tengiz-baku"] == 5

    def test_open_from_the_day_they_were_opened(self, evidence: Evidence) -> None:
        assert column(build_network(evidence, STATES, date(2006, 4, 30)), "open")["baku-ceyhan"] == 0
        assert column(build_network(evidence, STATES, date(2006, 5, 1)), "open")["baku-ceyhan"] == 1
        assert column(build_network(evidence, STATES, IN_2026), "open")["tripp-road"] == 0

    def test_whose_they_are(self, network: Network) -> None:
        where = network.segments.index("tengiz-novorossiysk")
        assert [STATES[i] for i in np.flatnonzero(network.owned[where])] == ["RUS"]
        assert [STATES[i] for i in np.flatnonzero(network.sponsored[where])] == ["KAZ", "RUS"]
        assert not network.owned[network.segments.index("novorossiysk-mediterranean")].any()

    def test_of_which_systems_they_are_part(self, network: Network) -> None:
        systems = dict(zip(network.segments, network.systems, strict=True))
        assert systems["tengiz-baku"] == ("BTC", "KZ-LOG")  # its corridor, and what it is part of besides
        assert systems["tengiz-novorossiysk"] == ("CPC",)

    def test_keys_of_their_draws(self, network: Network) -> None:
        digest = hashlib.blake2b(b"segment:tengiz-baku", digest_size=4).digest()
        key = int.from_bytes(digest, "little")
        assert network.segment_key[network.segments.index("tengiz-baku")] == key


class TestDemands:
    def test_ends_and_values(self, network: Network) -> None:
        assert network.demands == ("kaz-oil", "rus-boxes")
        assert [STATES[i] for i in network.origin] == ["KAZ", "RUS"]
        assert network.destination.tolist() == [STATES.index("EUU"), len(STATES)]
        assert network.commodity.tolist() == [0, 1]
        assert network.volume.tolist() == [70, 10]

    def test_a_destination_outside_is_the_rest_of_the_world(self, evidence: Evidence) -> None:
        without = build_network(evidence, STATES[:-1], IN_2026)
        assert without.destination.tolist() == [6, 6]

    def test_an_origin_outside_ships_nothing(self, evidence: Evidence) -> None:
        without = build_network(evidence, STATES[1:], IN_2026)
        assert without.demands == ("rus-boxes",)

    def test_nothing_coded_is_an_empty_network(self, packaged: Evidence) -> None:
        bare = replace(packaged, segments={}, upgrades={}, demands={}, corridors={})
        assert build_network(bare, STATES, IN_2026).arrays().keys() == Network().arrays().keys()
        assert build_network(bare, STATES, IN_2026).segments == ()


def ways(network: Network, demand: str) -> list[tuple[str, ...]]:
    """The routes of a demand as ids."""
    q = network.demands.index(demand)
    return [
        tuple(network.segments[e] for e in row if e >= 0)
        for row, of in zip(network.crossed, network.route_demand, strict=True)
        if of == q
    ]


def segment(name: str, a: str, b: str, commodities: tuple[str, ...] = ("oil",)) -> Part[SegmentFacts]:
    facts = SegmentFacts(
        id=name, between=(a, b), mode="rail", commodities=commodities, owners=(), opened=None, assumed="x"
    )  # type: ignore[arg-type]
    return Part(id=name, name=name, kind="segment", values={}, facts=facts)


def demand(start: str, end: str) -> DemandFacts:
    return DemandFacts(id="d", origin="A", destination="B", commodity="oil", from_place=start, to_place=end)


def by_hand(
    pieces: dict[str, Part[SegmentFacts]], cost: dict[str, float], start: str, end: str
) -> list[tuple[str, ...]]:
    """The rule once more, without a graph library and without pruning."""
    found: list[tuple[float, tuple[str, ...]]] = []

    def walk(here: str, seen: tuple[str, ...], way: tuple[str, ...]) -> None:
        if here == end:
            found.append((round(sum(cost[name] for name in way), 9), way))
            return
        if len(way) == building.MAX_SEGMENTS:
            return
        for name, part in pieces.items():
            a, b = part.facts.between
            if here in (a, b) and (there := b if here == a else a) not in seen:
                walk(there, (*seen, there), (*way, name))

    walk(start, (start,), ())
    if not found:
        return []
    limit = building.DETOUR * min(found)[0] * (1 + 1e-12)
    return [way for price, way in sorted(found) if price <= limit][: building.MAX_ROUTES]


class TestRoutes:
    def test_of_the_example(self, network: Network) -> None:
        """Free-flow cost and 2 USD a day: 38+16+12+12 = 78 through Russia, 25+8+40+20 = 93 through Baku; the road costs
        25+8+400+18 = 451, more than three times 78. Boxes have one way by sea."""
        assert ways(network, "kaz-oil") == [
            ("tengiz-novorossiysk", "novorossiysk-mediterranean"),
            ("tengiz-baku", "baku-ceyhan"),
        ]
        assert ways(network, "rus-boxes") == [("novorossiysk-mediterranean",)]
        assert network.crossed.shape == (3, 2) and (network.crossed[2] == [4, -1]).all()

    def test_a_segment_that_is_not_open_counts(self, evidence: Evidence) -> None:
        assert ("tengiz-baku", "baku-ceyhan") in ways(build_network(evidence, STATES, IN_2004), "kaz-oil")

    @pytest.mark.parametrize("seed", range(40))
    def test_are_those_of_a_plain_search(self, seed: int) -> None:
        """Random multigraphs of six places: pruning loses no way, and the order is by cost, then by id."""
        luck = random.Random(seed)
        places = list("abcdef")
        pieces, price = {}, []
        for n in range(luck.randint(4, 12)):
            a, b = luck.sample(places, 2)
            name = f"s{n:02d}"
            pieces[name] = segment(name, a, b, ("oil",) if luck.random() < 0.9 else ("containers",))
            price.append((float(luck.choice([1, 1, 2, 3, 5])), float(luck.choice([0, 0.5, 1]))))
        numbers = {"cost": np.array([c for c, _ in price]), "days": np.array([d for _, d in price])}
        cost = {name: c + 2 * d for name, (c, d) in zip(pieces, price, strict=True)}
        oil = {name: part for name, part in pieces.items() if "oil" in part.facts.commodities}
        for start, end in itertools.islice(itertools.combinations(places, 2), 5):
            assert routes(pieces, numbers, demand(start, end)) == by_hand(oil, cost, start, end)

    def test_are_not_longer_than_allowed(self) -> None:
        chain = {f"s{n}": segment(f"s{n}", str(n), str(n + 1)) for n in range(14)}
        numbers = {"cost": np.ones(14), "days": np.zeros(14)}
        assert routes(chain, numbers, demand("0", "14")) == []  # fourteen segments
        assert len(routes(chain, numbers, demand("0", "13"))[0]) == 13

    def test_are_the_cheapest_two_dozen(self) -> None:
        """Five stages with two parallel segments each have 32 ways; the eight dearest are left out."""
        pieces, cost = {}, []
        for n, twin in itertools.product(range(5), range(2)):
            pieces[f"s{n}{twin}"] = segment(f"s{n}{twin}", str(n), str(n + 1))
            cost.append(10.0 + twin * 2**n)
        found = routes(pieces, {"cost": np.array(cost), "days": np.zeros(10)}, demand("0", "5"))
        extra = [sum(int(name[2]) * 2 ** int(name[1]) for name in way) for way in found]
        assert extra == list(range(24))


class TestInTheWorld:
    def test_the_order_of_the_states_changes_nothing(self, evidence: Evidence, built: World) -> None:
        spec = packaged_spec("eurasia_2026")
        other = build_world(evidence, spec.model_copy(update={"states": spec.states[::-1]}))
        turned = built.network.permuted(list(range(len(spec.states)))[::-1])
        for name, array in other.network.arrays().items():
            assert np.array_equal(array, getattr(turned, name)), name

    def test_a_cell_leads_back_to_its_rows(self, evidence: Evidence, built: World) -> None:
        rows = provenance(evidence, built, "network.capacity", "tengiz-baku")
        assert [row.value for row in rows] == [8, 1.5]  # type: ignore[union-attr]
        (volume,) = provenance(evidence, built, "network.volume", "kaz-oil")
        assert volume.file == "corridors/demands.yaml"  # type: ignore[union-attr]
        with pytest.raises(InputError) as refused:
            provenance(evidence, built, "network.capasity", "tengiz-baku")
        assert refused.value.nearest == "network.capacity"
        with pytest.raises(InputError, match="no segment 'tengiz-bakuu'"):
            provenance(evidence, built, "network.capacity", "tengiz-bakuu")

    def test_every_value_in_force_is_among_its_origins_once(self, evidence: Evidence, built: World) -> None:
        """Five segments with four values each (of the two rows of one, that of the date), an upgrade, two demands with
        three, two rates, four values of parties and two efforts, eight of gates; of instruments all six but the trade cost."""
        rows = [row for row in origins(evidence, built).values() if isinstance(row, CodedValue)]
        families = Counter(row.family for row in rows)
        assert {name: families[name] for name in FAMILIES[2:]} == {
            "instruments": 5,
            "segments": 20,
            "upgrades": 1,
            "demands": 6,
            "stages": 2,
            "roles": 6,
            "gates": 8,
        }

    def test_a_drawn_value_makes_another_network(self, evidence: Evidence, built: World) -> None:
        part = evidence.segments["baku-ceyhan"]
        (row,) = part.values["capacity"]
        drawn = replace(part, values={**part.values, "capacity": (replace(row, value=46.0),)})
        other = replace(evidence, segments={**evidence.segments, part.id: drawn})
        network = build_world(other, packaged_spec("eurasia_2026")).network
        assert column(network, "capacity")["baku-ceyhan"] == 46

    def test_it_is_described(self, evidence: Evidence, built: World) -> None:
        told = {row["id"]: row for row in describe(built, evidence)["corridors"]}
        assert (told["BTC"]["open"], len(told["BTC"]["segments"]), told["BTC"]["routes"]) == (2, 3, 1)
        assert told["KZ-LOG"]["segments"] == ["tengiz-baku"]
        assert describe(built)["demands"][1]["destination"] == "rest of the world"

    def test_a_made_up_world_has_none(self) -> None:
        assert make_world(2, 1).network.segments == ()
