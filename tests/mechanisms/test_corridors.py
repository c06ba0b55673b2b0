"""Corridors: routes, costs, dependence and haul by closed form; what a closure does; when it is computed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from oracle.worlds import random_parameters
from steppe.mechanisms.corridors import TOLERANCE, update_corridors
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.records import CLOSED, OPEN, SHUT

from .networks import FREE, demand, networked, put, segment, shares, shipping_world, two_ways
from .support import (
    DERIVED,
    WORKSPACE,
    advance,
    begun,
    changed,
    default_parameters,
    ensemble,
    leaves,
)

P = default_parameters()
BETA = {"oil": P["corridors.beta_oil"], "containers": P["corridors.beta_container"]}
OWNS = DERIVED | {
    "network_stale",
    *(f"segment.{name}" for name in ("flow", "flow_next", "price", "strife")),
    *(f"route.{name}" for name in ("cost", "share", "toll")),
    *(f"demand.{name}" for name in ("shipped", "cost", "least", "total")),
    *(f"pair.{name}" for name in ("dependence", "haul")),
}


class TestContract:
    """A function of the record that writes only what it owns."""

    @pytest.mark.parametrize("seed", range(4))
    def test_is_pure_and_owns_what_it_writes(self, seed):
        world = networked(6, 4, seed)
        record = advance(begun(world, random_parameters(seed), seed=seed), 5, world)
        record["segment"]["status"][0, :9] = np.arange(9) % 3
        record["network_stale"], record["step"] = 1, 5
        other, before = record.copy(), leaves(record)
        for one in (record, other):
            update_corridors(one[0])
        assert changed(leaves(record), leaves(other)) == set()
        moved = changed(before, leaves(record))
        assert "segment.flow" in moved and moved <= OWNS | WORKSPACE

    @pytest.mark.parametrize("seed", range(3))
    def test_off_changes_nothing(self, seed):
        """Five years with everything else on: no haul, R as coded; segments still close and reopen."""
        world = networked(6, 4, seed)
        parameters = random_parameters(seed) | {"shocks.closure_rate": 0.5}
        record = begun(world, parameters, {"corridors": False}, seed=seed)
        before = leaves(record)
        advance(record, 20, world)
        assert changed(before, leaves(record)) & (OWNS - DERIVED) <= {"network_stale"}
        np.testing.assert_array_equal(record["pair"]["transit"][0, :6, :6], world.transit)
        assert (record["pair"]["haul"] == 0).all()
        assert KINDS.index("closed") in record["events"]["kind"][0, : record["n_events"][0]]


class TestStart:
    @pytest.mark.parametrize("seed", range(3))
    def test_is_the_baseline(self, seed):
        """R = R°, no haul, factors 1: what is coded already holds the corridors of the start. Again in step 0."""
        world = networked(6, 4, seed)
        record = begun(world, default_parameters(shocks__closure_rate=0))
        for _ in range(2):
            np.testing.assert_array_equal(record["pair"]["transit"][0, :6, :6], world.transit)
            assert (record["pair"]["haul"] == 0).all() and (record["pair"]["cost_factor"] == 1).all()
            assert record["pair"]["dependence"].any()
            update_corridors(record[0])

    def test_mean_cost_is_that_of_what_is_shipped(self):
        """Ḡ⁰ = Σ s g/Σ s; the cost of not shipping where nothing is."""
        record = two_ways(segment(10), segment(30), outside=40)
        s = shares(record)
        assert record["demand"]["mean0"][0, 0] == pytest.approx((10 * s[0] + 30 * s[1]) / s.sum(), rel=1e-14)
        shut = two_ways(segment(10, is_open=False), segment(30, is_open=False), outside=40)
        assert shut["demand"]["mean0"][0, 0] == shut["demand"]["cost"][0, 0] == 40


class TestRoutes:
    @pytest.mark.parametrize("commodity", ["oil", "containers"])
    def test_two_routes(self, commodity):
        """s_A/s_B = exp(−β (g_A − g_B)) by the commodity's own β; days count by the value of time."""
        record = two_ways(segment(10, days=3), segment(4, days=10), commodity=commodity)
        gap = 10 + 3 * P["corridors.value_of_time"] - 4 - 10 * P["corridors.value_of_time"]
        expected = 1 / (1 + math.exp(BETA[commodity] * gap))
        np.testing.assert_allclose(shares(record), [expected, 1 - expected], rtol=1e-13)

    def test_not_shipping_is_an_alternative(self):
        """Three of the same logit: two routes and what it costs not to ship."""
        record = two_ways(segment(10), segment(30), outside=25)
        weight = np.exp(-BETA["containers"] * np.array([10, 30, 25]))
        np.testing.assert_allclose(shares(record), weight[:2] / weight.sum(), rtol=1e-13)
        logsum = -math.log(weight.sum()) / BETA["containers"]
        assert record["demand"]["cost"][0, 0] == pytest.approx(logsum, rel=1e-13)

    def test_costs_far_apart_do_not_overflow(self):
        """A million USD/t more: share 0, and a cost that is a number."""
        record = two_ways(segment(1e6), segment(1.0), outside=2e6)
        np.testing.assert_array_equal(shares(record), [0, 1])
        assert record["demand"]["cost"][0, 0] == pytest.approx(1.0)

    def test_risk(self):
        """Own risk, the most hostile owner that is not the user, and the worst war of any owner; clipped to 1."""
        affinity = np.zeros((4, 4))
        affinity[0, 2] = affinity[2, 0] = -0.5
        affinity[0, 3] = affinity[3, 0] = 0.9
        conflict = np.zeros((4, 4))
        conflict[0, 1] = conflict[1, 0] = 0.25
        segments = {
            "nobody": segment(risk=0.2),
            "hostile": segment(risk=0.2, owned=(2, 3)),
            "own": segment(risk=0.2, owned=(0,)),
            "sponsored": segment(risk=0.2, sponsored=(2,)),
            "all": segment(risk=0.9, owned=(0, 1, 2)),
        }
        world = shipping_world(
            segments,
            {"q": demand([[name] for name in segments])},
            4,
            affinity_structural=affinity,
            conflict=conflict,
        )
        record = begun(world, default_parameters(**FREE, corridors__risk_price=30))
        expected = 30 * np.array(
            [
                0.2,
                0.2 + P["corridors.risk_affinity"] * 0.5,
                0.2 + P["corridors.risk_conflict"] * 0.25,
                0.2,
                1.0,
            ]
        )
        np.testing.assert_allclose(record["route"]["cost"][0, :5], expected, rtol=1e-13)


class TestCongestion:
    def test_symmetric_routes_split_evenly(self):
        """Whatever the load, by symmetry."""
        for volume in (0.1, 1.0, 5.0):
            way = segment(10, days=2, capacity=1)
            record = two_ways(way, way, parameters=P, volume=volume, outside=1e9)
            np.testing.assert_allclose(shares(record), 0.5, atol=1e-12)

    def test_cost_of_a_full_segment(self):
        """(1 + congestion) times the free cost when flow is capacity [BPR 1964]; risk does not grow with flow."""
        world = shipping_world(
            {"A": segment(10, days=2, capacity=3, risk=0.5)}, {"q": demand([["A"]], volume=3)}
        )
        record = begun(world)
        free = 10 + 2 * P["corridors.value_of_time"]
        expected = free * (1 + P["corridors.congestion"]) + P["corridors.risk_price"] * 0.5
        assert record["route"]["cost"][0, 0] == pytest.approx(expected, rel=1e-12)

    @pytest.mark.parametrize("volume", [0.5, 1.0, 2.0, 3.0])
    @pytest.mark.parametrize("commodity", ["oil", "containers"])
    def test_equilibrium(self, volume, commodity):
        """The flows are those of the shares that they bring about.

        The fixed point is found by bisection of x = V s(x). The assignment falls as the flow rises, so the fixed point
        lies between a flow and what is assigned at it: the error is below the rest, and that is below the tolerance.
        """
        cheap, dear = 30.0, 45.0
        record = two_ways(
            segment(cheap, capacity=1),
            segment(dear, capacity=1),
            parameters=P,
            commodity=commodity,
            volume=volume,
            outside=1e9,
        )

        def gain(x):
            first = cheap * (1 + P["corridors.congestion"] * x**4)
            second = dear * (1 + P["corridors.congestion"] * (volume - x) ** 4)
            return volume / (1 + math.exp(BETA[commodity] * (first - second))) - x

        exact = brentq(gain, 0, volume, xtol=1e-12)
        flow, following = (record["segment"][name][0, :2] for name in ("flow", "flow_next"))
        assert abs(flow[0] - exact) < TOLERANCE
        assert np.abs(following - flow).max() < TOLERANCE
        assert flow.sum() == pytest.approx(volume, rel=1e-12)

    def test_flows_add_up_over_demands(self):
        """A shared segment carries both; what enters leaves: Σ volume · share over the routes that cross it."""
        segments = {name: segment(5, capacity=50) for name in ("in", "a", "b")}
        demands = {
            "one": demand([["in", "a"], ["in", "b"]], volume=3, outside=30),
            "two": demand([["in", "a"]], origin=2, volume=2, outside=20),
        }
        record = begun(shipping_world(segments, demands), default_parameters(**FREE))
        s = shares(record)
        expected = [3 * (s[0] + s[1]) + 2 * s[2], 3 * s[0] + 2 * s[2], 3 * s[1]]
        np.testing.assert_allclose(record["segment"]["flow"][0, :3], expected, rtol=1e-12)


class TestClosure:
    def closable(self, outside=35):
        """Three routes of 10, 20 and 25 USD/t; A and B meet in a common segment."""
        segments = {"a": segment(5), "b": segment(15), "c": segment(25), "common": segment(5)}
        routes = [["a", "common"], ["b", "common"], ["c"]]
        return begun(
            shipping_world(segments, {"q": demand(routes, outside=outside)}), default_parameters(**FREE)
        )

    def test_moves_flow_in_proportion(self):
        """Independence of irrelevant alternatives: what is left grows by 1/(1 − s_closed), ratios stay exp(−β Δg)."""
        record = self.closable()
        before = shares(record).copy()
        put(record, 0, CLOSED)
        after = shares(record)
        assert after[0] == 0
        np.testing.assert_allclose(after[1:] / before[1:], 1 / (1 - before[0]), rtol=1e-13)
        assert after[1] / after[2] == pytest.approx(math.exp(-BETA["containers"] * (20 - 25)), rel=1e-13)

    @pytest.mark.parametrize("status", [CLOSED, SHUT])
    def test_of_a_common_segment_closes_every_route_across_it(self, status):
        """By order or by a shock; and opening brings the very shares back."""
        record = self.closable()
        before = shares(record).copy()
        put(record, 3, status)
        assert shares(record)[:2].tolist() == [0, 0] and shares(record)[2] > before[2]
        put(record, 3, OPEN)
        np.testing.assert_array_equal(shares(record), before)

    def test_of_everything(self):
        """Nothing is shipped, the cost is that of not shipping, nobody depends on anybody."""
        record = self.closable()
        start, mean = record["demand"]["cost"][0, 0], record["demand"]["mean0"][0, 0]
        record["segment"]["status"][0, :4] = CLOSED
        put(record, 0, CLOSED)
        assert (shares(record) == 0).all() and (record["segment"]["flow"][0, :4] == 0).all()
        assert record["demand"]["shipped"][0, 0] == 0 and record["demand"]["cost"][0, 0] == 35
        assert (record["pair"]["dependence"] == 0).all()
        haul = P["corridors.trade_pass"] * (35 - start) / mean
        assert record["pair"]["haul"][0, 0, 1] == pytest.approx(haul, rel=1e-13)

    def test_of_a_demand_without_routes(self):
        """A demand that no route serves is not shipped, and harms nobody."""
        record = begun(shipping_world({"a": segment(5)}, {"q": demand([], outside=50)}))
        assert record["demand"]["cost"][0, 0] == record["demand"]["mean0"][0, 0] == 50
        assert record["demand"]["shipped"][0, 0] == 0


class TestWhen:
    @pytest.mark.parametrize("steps_per_year", [1, 4, 8, 12])
    def test_once_a_year_whatever_the_step(self, steps_per_year):
        """A quarrel in the middle of a year is felt on the routes at the start of the next, in any length of step."""
        world = shipping_world(
            {"a": segment(10, owned=(1,)), "b": segment(12)}, {"q": demand([["a"], ["b"]])}
        )
        record = begun(world, default_parameters(**FREE), steps_per_year=steps_per_year)
        seen = []
        for step in range(2 * steps_per_year + 1):
            record["step"] = step
            update_corridors(record[0])
            seen.append(shares(record)[0])
            record["pair"]["affinity"][0, 0, 1] = record["pair"]["affinity"][0, 1, 0] = -0.1 * (step + 1)
        yearly = seen[::steps_per_year]
        assert len(yearly) == 3 and yearly[0] > yearly[1] > yearly[2]
        for year in range(2):
            assert set(seen[year * steps_per_year : (year + 1) * steps_per_year]) == {yearly[year]}
        hostile = P["corridors.risk_affinity"] * 0.1 * steps_per_year
        gap = 10 + P["corridors.risk_price"] * min(1, hostile) - 12
        assert yearly[1] == pytest.approx(1 / (1 + math.exp(BETA["containers"] * gap)), rel=1e-12)

    def test_half_the_step_refreshes_alike(self):
        """Years of a run without luck: flows and costs at eight steps a year are those at four, year by year."""
        world = replace(networked(6, 2, 3))
        off = {name: False for name in ("shocks", "affinity", "membership", "institutions")}
        quarters, eighths = (
            ensemble(world, 1, years=3, steps_per_year=steps, switches=off)[0] for steps in (4, 8)
        )
        for name in ("segment_flow", "demand_shipped", "demand_cost", "demand_via"):
            np.testing.assert_array_equal(getattr(quarters, name), getattr(eighths, name))

    def test_at_once_after_a_closure(self):
        """Stale: in the middle of a year too, and once."""
        record = two_ways(segment(10), segment(12))
        record["step"] = 1
        record["segment"]["status"][0, 0] = SHUT
        update_corridors(record[0])
        assert shares(record)[0] > 0, "nobody has said so yet"
        record["network_stale"] = 1
        update_corridors(record[0])
        assert shares(record)[0] == 0 and record["network_stale"][0] == 0


class TestOrder:
    @settings(max_examples=25)
    @given(seed=st.integers(0, 300), data=st.data())
    def test_of_rows_does_not_matter(self, seed, data):
        """Relabelled states use the same routes and depend on the same neighbours, after six quarters too."""
        world = networked(5, 2, seed % 40)
        order = data.draw(st.permutations(range(5)))
        parameters = random_parameters(seed)
        one, other = (
            advance(begun(w, parameters, seed=seed), 6, w) for w in (world, world.permuted(order, range(2)))
        )
        for part, name, count in (
            ("segment", "flow", 9),
            ("segment", "status", 9),
            ("demand", "cost", 5),
            ("demand", "shipped", 5),
        ):
            np.testing.assert_allclose(other[part][name][0, :count], one[part][name][0, :count], atol=1e-10)
        rows = np.append(order, 5)
        for name in ("transit", "dependence", "haul"):
            expected = one["pair"][name][0][np.ix_(order, rows)]
            np.testing.assert_allclose(other["pair"][name][0, :5, :6], expected, atol=1e-11, err_msg=name)
