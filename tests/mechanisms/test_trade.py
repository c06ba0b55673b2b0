"""Trade: hat algebra by closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.trade import demand_if, external_tariff, tariff_of
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import DERIVED, begun, default_parameters

MEMBER = 2
PURE_TRADE = (1.0, 0.0, 0.0, 0.0)


def trading_world(members, depth=(0.3,), states=3):
    """States that spend .6 at home, .1 on each other state and the rest abroad; pure trade bodies."""
    share0 = np.full((states, states + 1), 0.1)
    np.fill_diagonal(share0, 0.6)
    share0[:, states] = 1 - share0[:, :states].sum(axis=1)
    status = np.zeros((states, len(depth)))
    for o, inside in enumerate(members):
        status[list(inside), o] = MEMBER
    return make_world(
        states, len(depth), share0=share0, depth=depth, scope=[PURE_TRADE] * len(depth), status=status
    )


def expenditure(record, world):
    """π (N, N+1) from the factors, by the formula and not by the code's running sums."""
    n = len(world.states)
    weight = record["pair"]["share0"][0, :n, : n + 1] * record["pair"]["cost_factor"][0, :n, : n + 1]
    return weight / weight.sum(axis=1, keepdims=True)


class TestTrade(MechanismContract):
    name = "trade"
    owns = DERIVED | {"stale"}
    kept_when_off = frozenset({"pair.cost_factor", "pair.trade_share", "actor.demand"})

    def prepare(self, record):
        """A change by hand: without one there is nothing to refresh."""
        record["stale"] = 1
        record["seat"]["status"][0, 0, 0] ^= MEMBER
        record["body"]["depth"][0, 0] = 0.8


class TestShares:
    @given(seed=st.integers(0, 500), data=st.data())
    def test_stay_a_distribution(self, seed, data):
        """Whatever the statuses, depths and parameters: non-negative, and rows sum to 1."""
        world = small_world(5, 3, seed % 7)
        record = begun(world, random_parameters(seed))
        record["seat"]["status"][0, :5, :3] = data.draw(
            st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=5, max_size=5)
        )
        record["body"]["depth"][0, :3] = data.draw(st.lists(st.floats(0, 1), min_size=3, max_size=3))
        update_all(record[0])
        shares = expenditure(record, world)
        home = np.diag(shares)
        imports = record["pair"]["trade_share"][0, :5, :5]
        assert (imports >= 0).all() and (np.diag(imports) == 0).all()
        outside = shares[:, 5] / (1 - home)
        np.testing.assert_allclose(imports.sum(axis=1) + outside, 1.0, atol=1e-12)
        off = ~np.eye(5, dtype=bool)
        np.testing.assert_allclose(imports[off], (shares[:, :5] / (1 - home)[:, None])[off], rtol=1e-12)

    @pytest.mark.parametrize("depth", [0.1, 0.3, 0.45])
    def test_derivative_by_cost(self, depth):
        """d ln π_ij / d ln τ_ij = −ε (1 − π_ij), by differentiating the hat algebra; below ½ there is no
        tariff.
        """
        world = trading_world([(0, 1)], (depth,))
        record = begun(world)
        p, small, logs = default_parameters(), 1e-5, []
        for moved in (depth - small, depth + small):
            record["body"]["depth"][0, 0] = moved
            update_all(record[0])
            logs.append(math.log(expenditure(record, world)[0, 1]))
        slope = (logs[1] - logs[0]) / (-p["trade.phi"] * 2 * small)
        record["body"]["depth"][0, 0] = depth
        update_all(record[0])
        share = expenditure(record, world)[0, 1]
        assert slope == pytest.approx(-p["trade.elasticity"] * (1 - share), rel=1e-6)

    def test_start_is_the_baseline(self):
        """π⁰ already contains the bodies of the start: every factor is 1 and welfare 0."""
        record = begun(trading_world([(0, 1), (0, 1, 2)], (0.9, 0.5)))
        assert (record["pair"]["cost_factor"] == 1).all()
        np.testing.assert_allclose(record["actor"]["demand"][0, :3], 1.0, atol=1e-15)

    def test_the_deepest_body_counts(self):
        """x is the maximum over common bodies, not the sum: a shallower second body changes nothing."""
        record = begun(trading_world([(0, 1), ()], (0.3, 0.2)))
        before = record["pair"]["cost_factor"].copy()
        record["seat"]["status"][0, :2, 1] = MEMBER
        update_all(record[0])
        assert record["pair"]["trade2"][0, 0, 1] == 0.2
        np.testing.assert_array_equal(record["pair"]["cost_factor"], before)
        record["body"]["depth"][0, 1] = 0.5
        update_all(record[0])
        p = default_parameters()
        expected = math.exp(p["trade.elasticity"] * p["trade.phi"] * (0.5 - 0.3))
        assert record["pair"]["cost_factor"][0, 0, 1] == pytest.approx(expected, rel=1e-14)


class TestWelfare:
    @given(depth=st.floats(0, 1), inside=st.sets(st.integers(0, 2)))
    def test_is_the_home_share(self, depth, inside):
        """ln W = −(1/ε) ln(π_ii/π⁰_ii) [Arkolakis, Costinot & Rodríguez-Clare 2012], an identity of hat
        algebra.
        """
        world = trading_world([(0, 1)])
        record = begun(world)
        record["seat"]["status"][0, :3, 0] = [MEMBER * (i in inside) for i in range(3)]
        record["body"]["depth"][0, 0] = depth
        update_all(record[0])
        elasticity = default_parameters()["trade.elasticity"]
        home = np.diag(expenditure(record, world))
        welfare = np.log(record["actor"]["demand"][0, :3]) / elasticity
        np.testing.assert_allclose(welfare, -np.log(home / 0.6) / elasticity, atol=1e-14)

    def test_rises_with_depth_below_the_tariff(self):
        """Cheaper imports from one partner and no dearer ones from others cannot hurt."""
        found = []
        for depth in (0.1, 0.3, 0.5):
            record = begun(trading_world([()], (0.1,)))
            record["body"]["depth"][0, 0] = depth
            record["seat"]["status"][0, :2, 0] = MEMBER
            update_all(record[0])
            found.append(record["actor"]["demand"][0, 0])
        assert 1 < found[0] < found[1] < found[2]


class TestWays:
    """What transport costs more, and what a scenario adds, counts like any other trade cost."""

    def dearer(self, haul=0.02, shift=0.03, switches=None):
        """Goods between 0 and 1 that have become dearer by both, and from the rest of the world by haul."""
        record = begun(trading_world([(0, 2), (1, 2)], (0.5, 0.7)), switches=switches)
        for i, j in ((0, 1), (1, 0), (0, 3)):
            record["pair"]["haul"][0, i, j] = haul
        record["pair"]["cost_shift"][0, 0, 1] = record["pair"]["cost_shift"][0, 1, 0] = shift
        update_all(record[0])
        return record

    def test_factor(self):
        """f = exp(−ε (haul + shift)) where no body has changed anything; home and 2 stay at 1."""
        factor = self.dearer()["pair"]["cost_factor"][0, :3, :4]
        elasticity = default_parameters()["trade.elasticity"]
        both, haul = math.exp(-elasticity * 0.05), math.exp(-elasticity * 0.02)
        expected = [[1, both, 1, haul], [both, 1, 1, 1], [1, 1, 1, 1]]
        np.testing.assert_allclose(factor, expected, rtol=1e-13)

    def test_switches(self):
        """Without corridors a scenario's cost stays; without trade nothing counts."""
        elasticity = default_parameters()["trade.elasticity"]
        shift_alone = self.dearer(switches={"corridors": False})["pair"]["cost_factor"][0, 0, 1]
        assert shift_alone == pytest.approx(math.exp(-elasticity * 0.03), rel=1e-13)
        assert (self.dearer(switches={"trade": False})["pair"]["cost_factor"] == 1).all()

    @pytest.mark.parametrize("o", [0, 1])
    @pytest.mark.parametrize("depth", [0.3, 0.9])
    def test_what_a_state_expects_is_what_it_gets(self, o, depth):
        """D_i foreseen if 0 or 1 joins or leaves a body is D_i after it has, with and without a tariff."""
        for i in range(2):
            record = self.dearer()
            record["body"]["depth"][0, o] = depth
            update_all(record[0])
            joined = record["seat"]["status"][0, i, o] != MEMBER
            roll, count = record[0]["roll"][o], int(record["body"]["n_members"][0, o])
            foreseen, _ = demand_if(record[0], i, o, depth, roll, count, joined, -1, False)
            assert foreseen != record["actor"]["demand"][0, i]
            record["seat"]["status"][0, i, o] = MEMBER * joined
            update_all(record[0])
            assert record["actor"]["demand"][0, i] == pytest.approx(foreseen, rel=1e-13)


class TestTariff:
    @pytest.mark.parametrize(("depth", "expected"), [(0.3, 0.0), (0.5, 0.0), (0.7, 0.1), (1.0, 0.25)])
    def test_height(self, depth, expected):
        """t = max(0, h − ½) s_trade: a free-trade area has none."""
        assert external_tariff(depth, 0.5) == pytest.approx(expected, abs=1e-15)

    def test_falls_on_outsiders_and_the_rest_of_the_world(self):
        """A new union of 0 and 1 of depth .9: f = exp(−ε ψ .4) towards 2 and the rest of the world, for
        both.
        """
        record = begun(trading_world([()], (0.9,)))
        record["seat"]["status"][0, :2, 0] = MEMBER
        update_all(record[0])
        p = default_parameters()
        dearer = math.exp(-p["trade.elasticity"] * p["trade.psi"] * 0.4)
        cheaper = math.exp(p["trade.elasticity"] * p["trade.phi"] * 0.9)
        np.testing.assert_allclose(
            record["pair"]["cost_factor"][0, 0, :4], [1, cheaper, dearer, dearer], rtol=1e-14
        )
        np.testing.assert_allclose(record["pair"]["cost_factor"][0, 2, :4], 1.0, rtol=1e-14)

    def test_none_towards_a_partner_in_another_trade_body(self):
        """y = 0 where x > 0: an outsider with a trade agreement of its own does not meet the tariff."""
        record = begun(trading_world([(0, 1), (0, 2)], (0.9, 0.3)))
        assert tariff_of(record[0], 0, 2, record["pair"]["trade1"][0, 0, 2], -1) == 0
        assert tariff_of(record[0], 0, 3, 0.0, -1) == pytest.approx(0.4)
        assert tariff_of(record[0], 0, 3, 0.0, 0) == 0
