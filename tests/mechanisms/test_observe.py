"""Observe: the yearly picture against its definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppe.mechanisms.institutions import cohesion_of
from steppe.mechanisms.observe import multi_vector_index, new_record, observe, rounded
from steppe.world.synthetic import make_world, synthetic_world

from .networks import demand, segment, shipping_world
from .support import advance, begun, changed, default_parameters, ensemble, leaves

MEMBER = 2


def picture(record, world):
    """The picture of a record as year 0 of replicate 0."""
    series = new_record(1, 0, world)
    observe(record[0], series, 0, 0)
    return series


@pytest.fixture(scope="module")
def world():
    return synthetic_world(20, 12, seed=4)


@pytest.fixture(scope="module")
def later(world):
    """That world after four years."""
    return advance(begun(world), 16)


class TestPicture:
    def test_only_looks(self, world, later):
        """But for the shares, which it brings up to date, nothing of the replicate moves."""
        record = later.copy()
        before = leaves(record)
        picture(record, world)
        assert changed(before, leaves(record)) <= {"shares", "scratch"}

    def test_bodies(self, world, later):
        """Counts from the statuses; suspended members sit with the observers; a dead body is empty."""
        found = picture(later.copy(), world)
        status, alive = later["seat"]["status"][0, :20, :12], later["body"]["alive"][0, :12]
        np.testing.assert_array_equal(found.members[0, 0], ((status == MEMBER) & (alive == 1)).sum(axis=0))
        seats = ((status == 1) | (status == 3)) & (alive == 1)
        np.testing.assert_array_equal(found.observers[0, 0], seats.sum(axis=0))
        np.testing.assert_array_equal(found.alive[0, 0], alive)

    def test_cohesion_is_missing_where_there_is_none(self, world, later):
        """NaN below two members; else that of the rule, to 1e-4."""
        found = picture(later.copy(), world)
        for o in range(12):
            if found.members[0, 0, o] < 2:
                assert np.isnan(found.cohesion[0, 0, o])
            else:
                assert found.cohesion[0, 0, o] == pytest.approx(cohesion_of(later[0], o), abs=6e-5)

    def test_welfare_and_need(self, world, later):
        """ln D/ε to 1e-6 and need to 1e-4."""
        found = picture(later.copy(), world)
        actor = later["actor"][0, :20]
        elasticity = default_parameters()["trade.elasticity"]
        np.testing.assert_allclose(found.welfare[0, 0], np.log(actor["demand"]) / elasticity, atol=6e-7)
        np.testing.assert_allclose(found.need[0, 0], actor["need"], atol=6e-5)

    def test_influence_and_polarisation(self, world, later):
        """GDP-weighted mean share, and mean half L1 distance, over the states that are not poles; within
        the rounding.
        """
        found = picture(later.copy(), world)
        others = [i for i in range(20) if i not in world.pole_index]
        shares = found.shares[0, 0, others].astype(float)
        expected = np.average(shares, axis=0, weights=world.gdp[others])
        np.testing.assert_allclose(found.influence[0, 0], expected, atol=2e-4)
        pairs = [0.5 * np.abs(a - b).sum() for n, a in enumerate(shares) for b in shares[n + 1 :]]
        assert found.polarisation[0, 0] == pytest.approx(np.mean(pairs), abs=3e-4)


class TestCorridors:
    """Segments and demands of a small network with a closed segment."""

    def seen(self, outside=60):
        """The record and its picture: A (2's) is taken by one, B (closed) by nobody, C (sponsored by 1) by both."""
        segments = {
            "A": segment(10, owned=(2,)),
            "B": segment(5, is_open=False),
            "C": segment(12, sponsored=(1,)),
        }
        demands = {
            "one": demand([["A"], ["C"]], volume=4, outside=outside),
            "two": demand([["B"]], origin=2, volume=3, outside=outside),
        }
        world = shipping_world(segments, demands, poles=("S1", "S2"))
        record = begun(world, default_parameters(corridors__congestion=0))
        return record, picture(record, world)

    def test_is_that_of_the_record(self):
        """Status, flow, share shipped, cost; to 1e-4."""
        record, found = self.seen()
        np.testing.assert_array_equal(found.segment_status[0, 0], [1, 0, 1])
        for name, part in (("segment_flow", "flow"), ("demand_shipped", "shipped"), ("demand_cost", "cost")):
            kept = record["segment" if part == "flow" else "demand"][part][
                0, : getattr(found, name).shape[-1]
            ]
            np.testing.assert_allclose(getattr(found, name)[0, 0], kept, atol=6e-5)
        assert found.segment_flow[0, 0, 1] == 0

    def test_across_whom(self):
        """Shares of what is shipped over the pole's segments; none where nothing is shipped."""
        record, found = self.seen()
        s = record["route"]["share"][0, :2]
        np.testing.assert_allclose(found.demand_via[0, 0, 0], [s[1] / s.sum(), s[0] / s.sum()], atol=6e-5)
        assert np.isnan(found.demand_via[0, 0, 1]).all() and found.demand_shipped[0, 0, 1] == 0


class TestIndices:
    @given(shares=st.lists(st.floats(0, 1), min_size=2, max_size=8).filter(lambda x: sum(x) > 1e-3))
    def test_multi_vector_index(self, shares):
        """0 with one partner, 1 with even shares, between otherwise."""
        a = np.array(shares) / sum(shares)
        assert -1e-12 <= multi_vector_index(float((a**2).sum()), len(a)) <= 1 + 1e-12
        assert multi_vector_index(1.0, len(a)) == 0
        assert multi_vector_index(1 / len(a), len(a)) == pytest.approx(1)

    def test_multi_vector_index_of_one_pole(self):
        """Nothing to choose from."""
        assert multi_vector_index(1.0, 1) == 0

    @given(value=st.floats(-10, 10))
    def test_rounding(self, value):
        """To 1e-4, by half of that at most."""
        assert abs(rounded(value) - value) <= 0.5e-4 + 1e-12

    @pytest.mark.parametrize(
        ("capability", "pressure", "shown"),
        [([0.7, 0.15, 0.15], True, True), ([0.7, 0.15, 0.15], False, False), ([1 / 3] * 3, True, False)],
    )
    def test_display_gap_needs_leverage(self, capability, pressure, shown):
        """Even ties, one pole with leverage: T + δL leans to it. Nobody shows what nobody can ask for."""
        share0 = [[0.6, 0, 0, 0.4], [0, 0.6, 0, 0.4], [0.1, 0.1, 0.6, 0.2]]
        world = make_world(3, 0, capability=capability, share0=share0)
        gap = picture(begun(world, switches={"pressure": pressure}), world).display_gap[0, 0, 2]
        assert gap > 0.01 if shown else gap == 0

    def test_display_by_the_page(self):
        """A' ∝ T + display · L, with T = σ_trade ts = ¼ · ¼ for either pole and L of the first by hand."""
        share0 = [[0.6, 0, 0, 0.4], [0, 0.6, 0, 0.4], [0.1, 0.1, 0.6, 0.2]]
        world = make_world(3, 0, capability=[0.7, 0.15, 0.15], share0=share0)
        p = default_parameters()
        pressed = (1 - 0.15 / 0.7) * p["membership.lev_trade"] * 2 * 0.25
        first, second = 0.25 * 0.25 + p["alignment.display"] * pressed, 0.25 * 0.25
        gap = picture(begun(world), world).display_gap[0, 0, 2]
        assert gap == pytest.approx(first / (first + second) - 0.5, abs=6e-5)


class TestSeries:
    def test_the_start_is_the_first_year(self, world):
        """Year 0 is the world as given, in every replicate."""
        record, _ = ensemble(world, 3, years=1)
        np.testing.assert_array_equal(
            record.members[:, 0], np.tile((world.status == MEMBER).sum(axis=0), (3, 1))
        )
        np.testing.assert_allclose(record.depth[:, 0], np.tile(world.depth, (3, 1)), atol=6e-5)
        assert (record.welfare[:, 0] == 0).all()
        np.testing.assert_array_equal(record.shares[0, 0], record.shares[2, 0])

    def test_shares_and_bounds(self, world):
        """Distributions in every year, and indices within [0, 1]."""
        record, _ = ensemble(world, 3, years=5)
        np.testing.assert_allclose(record.shares.sum(axis=-1), 1, atol=1e-3)
        for name in ("multivector", "display_gap", "need", "polarisation"):
            series = getattr(record, name)
            assert (series >= 0).all() and (series <= 1).all(), name
