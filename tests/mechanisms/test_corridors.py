"""Corridors: routes, costs, dependence and haul by closed form; what a closure does; when it is computed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from oracle.worlds import random_parameters
from steppe.mechanisms.corridors import AVERAGES, update_corridors
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.records import CLOSED, OPEN, SHUT
from steppe.mechanisms.shocks import update_closures, update_shocks
from steppe.mechanisms.state import parameters_of
from steppe.simulation.plan import plan

from .networks import demand, networked, segment, shipping_world
from .support import (
    DERIVED,
    WORKSPACE,
    advance,
    begun,
    changed,
    default_parameters,
    ensemble,
    frequency_z,
    leaves,
)

P = default_parameters()
BETA = {"oil": P["corridors.beta_oil"], "containers": P["corridors.beta_container"]}
FREE = {"corridors__congestion": 0}  # costs do not rise with flow
OWNS = DERIVED | {
    "network_stale",
    *(f"segment.{name}" for name in ("flow", "flow_next", "price", "strife")),
    *(f"route.{name}" for name in ("cost", "share", "toll")),
    *(f"demand.{name}" for name in ("shipped", "cost", "least", "total")),
    *(f"pair.{name}" for name in ("dependence", "haul")),
}


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

    @pytest.mark.parametrize("volume", [0.5, 1.0, 1.5, 2.0])
    @pytest.mark.parametrize("commodity", ["oil", "containers"])
    def test_equilibrium(self, volume, commodity):
        """The flows are those of the shares that they bring about.

        f⁽⁴⁰⁾ is the mean of 41 assignments. The first is that of an empty network and can miss by the whole volume, the
        others miss by what is left of that: the mean is within volume/41 of the fixed point, which is found by
        bisection of x = V s(x). At twice the capacity the quartic makes the second miss as well: 2 V/41 there.
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
        bound = volume / (AVERAGES + 1) * (1 if volume < 2 else 2)
        assert abs(flow[0] - exact) < bound
        assert np.abs(following - flow).max() < bound
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


class TestDependence:
    def test_is_by_segment_and_not_by_the_name_of_the_route(self):
        """Two corridors of different names that share a port that 2 finances: all depends on 2.

        The two that were meant to spread the risk do not spread it. A third by 1's land alone does.
        """
        segments = {"north": segment(10), "south": segment(12), "port": segment(3, sponsored=(2,))}
        both = [["north", "port"], ["south", "port"]]
        record = begun(shipping_world(segments, {"q": demand(both)}), default_parameters(**FREE))
        assert record["pair"]["dependence"][0, 0, 2] == pytest.approx(1.0, rel=1e-14)
        segments["west"] = segment(15, owned=(1,))
        spread = shipping_world(segments, {"q": demand([*both, ["west"]])})
        record = begun(spread, default_parameters(**FREE))
        west = 1 / (1 + sum(math.exp(BETA["containers"] * (15 - cost)) for cost in (13, 15)))
        dependence = record["pair"]["dependence"][0, 0]
        np.testing.assert_allclose(dependence[:3], [0, west, 1 - west], rtol=1e-12)

    def test_of_what_is_shipped_weighed_by_demand(self):
        """dep = Σ w s (crossing)/Σ w s; a segment twice a state's (owner and sponsor) counts once, one's own never."""
        segments = {
            "a": segment(10, owned=(0, 2), sponsored=(2,)),
            "b": segment(10, owned=(0,)),
            "c": segment(10, owned=(2,)),
        }
        demands = {
            "one": demand([["a", "c"], ["b"]], weight=0.3, outside=20),
            "two": demand([["b"]], weight=0.7, outside=20, commodity="oil"),
        }
        record = begun(shipping_world(segments, demands), default_parameters(**FREE))
        s = shares(record)
        expected = 0.3 * s[0] / (0.3 * (s[0] + s[1]) + 0.7 * s[2])
        assert record["pair"]["dependence"][0, 0, 2] == pytest.approx(expected, rel=1e-13)
        assert record["pair"]["dependence"][0, 0, 0] == 0 and (record["pair"]["dependence"][0, 1:] == 0).all()

    def test_moves_transit(self):
        """R = R° + dep − dep⁰: closing the way across 1 moves the transit of 0 to 2, within 0 and 1."""
        transit = np.zeros((3, 3))
        transit[0] = 0, 0.2, 0.5
        segments = {"a": segment(10, owned=(1,)), "b": segment(10, owned=(2,))}
        world = shipping_world(segments, {"q": demand([["a"], ["b"]])}, transit=transit)
        record = begun(world, default_parameters(**FREE))
        put(record, 0, CLOSED)
        np.testing.assert_allclose(record["pair"]["transit"][0, 0, :3], [0, 0, 1], atol=1e-14)
        put(record, 0, OPEN)
        np.testing.assert_array_equal(record["pair"]["transit"][0, 0, :3], transit[0])

    def test_transit_by_intervention(self):
        """An order sets R°; what the corridors have changed since the start comes on top of it."""
        segments = {"a": segment(10, owned=(1,)), "b": segment(10, owned=(2,), is_open=False)}
        world = shipping_world(segments, {"q": demand([["a"], ["b"]])})
        record = begun(world, default_parameters(**FREE))
        put(record, 1, OPEN)
        order = {"kind": "transit", "state": "S0", "on": "S2", "share": 0.3}
        intervene(record[0], parameters_of(record), plan([(0, order)], world))
        assert record["pair"]["transit0"][0, 0, 2] == 0.3
        assert record["pair"]["transit"][0, 0, 2] == pytest.approx(0.8, rel=1e-13)

    def test_shares_follow(self):
        """A pole across whose land nothing goes any more loses alignment at once."""
        segments = {"a": segment(10, owned=(1,)), "b": segment(10, owned=(2,))}
        transit = np.zeros((3, 3))
        transit[0] = 0, 0.5, 0.5
        world = shipping_world(segments, {"q": demand([["a"], ["b"]])}, poles=("S1", "S2"), transit=transit)
        record = begun(world, default_parameters(**FREE))
        np.testing.assert_allclose(record["shares"][0, 0, :2], 0.5, rtol=1e-13)
        put(record, 0, CLOSED)
        assert record["shares"][0, 0, 0] < 0.25 < 0.75 < record["shares"][0, 0, 1]


class TestHaul:
    def test_by_hand(self):
        """trade_pass (G − G⁰)/Ḡ⁰; symmetric between states, whichever ships; trade falls by ε times that."""
        record = two_ways(segment(10), segment(20), origin=1, destination=0, outside=80)
        start, mean = record["demand"]["cost"][0, 0], record["demand"]["mean0"][0, 0]
        put(record, 0, CLOSED)
        beta = BETA["containers"]
        now = -math.log(math.exp(-beta * 20) + math.exp(-beta * 80)) / beta
        expected = P["corridors.trade_pass"] * (now - start) / mean
        haul, factor = record["pair"]["haul"][0], record["pair"]["cost_factor"][0]
        assert haul[0, 1] == haul[1, 0] == pytest.approx(expected, rel=1e-12) and expected > 0
        assert factor[0, 1] == factor[1, 0] == pytest.approx(math.exp(-P["trade.elasticity"] * expected))
        assert np.count_nonzero(haul) == 2
        assert (record["actor"]["demand"][0, :2] < 1).all() and record["actor"]["demand"][0, 2] == 1

    def test_is_the_mean_over_both_directions(self):
        """Two demands between the same states, one each way: the mean of what either has lost; oil does not count."""
        segments = {"a": segment(10), "b": segment(20)}
        demands = {
            "there": demand([["a"], ["b"]], outside=80),
            "back": demand([["b"]], origin=1, destination=0, outside=80),
            "oil": demand([["a"]], commodity="oil", outside=80),
        }
        record = begun(shipping_world(segments, demands), default_parameters(**FREE))
        before = record["demand"][0, :3].copy()
        put(record, 0, CLOSED)
        lost = (record["demand"]["cost"][0, :2] - before["cost"][:2]) / before["mean0"][:2]
        assert lost[1] == 0 and record["demand"]["cost"][0, 2] == 80
        expected = P["corridors.trade_pass"] * lost[0] / 2
        assert record["pair"]["haul"][0, 0, 1] == pytest.approx(expected, rel=1e-13)

    def test_of_the_rest_of_the_world(self):
        """Column N of the origin alone; dearer goods from there, and from nobody else."""
        record = two_ways(segment(10), segment(20), destination=3)
        put(record, 0, CLOSED)
        haul = record["pair"]["haul"][0]
        assert haul[0, 3] > 0 and np.count_nonzero(haul) == 1
        np.testing.assert_array_equal(
            record["pair"]["cost_factor"][0, 0, :4] < 1, [False, False, False, True]
        )

    @pytest.mark.parametrize("seed", range(4))
    def test_is_symmetric(self, seed):
        """Between states, in random networks after closures; where nobody is in anybody's way, no cost falls."""
        record = begun(networked(6, 2, seed), random_parameters(seed) | {"corridors.congestion": 0.0})
        for e in range(4):
            put(record, e, CLOSED)
        haul = record["pair"]["haul"][0, :6, :6]
        np.testing.assert_array_equal(haul, haul.T)
        risen = record["demand"]["cost"][0, :5] - record["demand"]["cost0"][0, :5]
        assert (risen >= -1e-9).all() and (risen > 1).any()


class TestSwitch:
    def test_the_pattern_vanishes(self):
        """A closed strait costs its user trade, and moves its alignment, only with corridors on."""
        transit = np.zeros((3, 3))
        transit[0, 1] = 0.5
        world = shipping_world(
            {"strait": segment(10, owned=(1,)), "cape": segment(60)},
            {"q": demand([["strait"], ["cape"]], outside=200)},
            poles=("S1", "S2"),
            transit=transit,
        )
        found = {}
        for on in (True, False):
            record = begun(world, default_parameters(shocks__closure_rate=0), {"corridors": on})
            start = record["actor"]["demand"][0, 0], record["shares"][0, 0, 0]
            record["segment"]["status"][0, 0], record["network_stale"] = CLOSED, 1
            record["p"]["on_affinity"] = 0
            advance(record, 1, world)
            found[on] = record["actor"]["demand"][0, 0] - start[0], record["shares"][0, 0, 0] - start[1]
        assert found[False] == (0, 0)
        assert found[True][0] < -1e-4 and found[True][1] < -1e-2

    def test_off_and_on_again(self):
        """By order in the middle of a run: at once R = R° and no haul, and back to what was; no start is forgotten."""
        world = networked(6, 4, 2)
        record = begun(world, P)
        for e in range(5):
            put(record, e, CLOSED)
        before = leaves(record)
        assert changed({"t": record["pair"]["transit"]}, {"t": record["pair"]["transit0"]})

        def order(on):
            one = {"kind": "mechanism", "mechanism": "corridors", "on": on}
            intervene(record[0], parameters_of(record), plan([(0, one)], world))

        order(False)
        np.testing.assert_array_equal(record["pair"]["transit"][0, :6, :6], world.transit)
        np.testing.assert_allclose(record["actor"]["demand"][0, :6], 1, atol=1e-14)
        order(True)
        moved = changed(before, leaves(record)) - WORKSPACE
        for name in moved:
            np.testing.assert_allclose(leaves(record)[name], before[name], rtol=1e-13, err_msg=name)

    def test_off_at_the_start_and_on_later(self):
        """Measured against the start all the same: opening nothing and closing nothing moves nothing."""
        world = networked(6, 4, 1)
        record = begun(world, P, {"corridors": False})
        record["p"]["on_corridors"], record["network_stale"] = 1, 1
        update_corridors(record[0])
        np.testing.assert_array_equal(record["pair"]["transit"][0, :6, :6], world.transit)
        assert (record["pair"]["haul"] == 0).all()


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


class TestRandomClosures:
    """Sixty segments for four hundred quarters."""

    def run(self, status, conflict=0.0, **rates):
        """The record after some steps of closures, and the events by kind."""
        segments = {f"e{e}": segment(owned=(0,) if e % 2 else (), is_open=status == OPEN) for e in range(60)}
        between = np.zeros((3, 3))
        between[0, 2] = between[2, 0] = conflict
        world = shipping_world(segments, {}, conflict=between)
        record = begun(world, default_parameters(**{f"shocks__{name}": rate for name, rate in rates.items()}))
        record["segment"]["status"][0, :60] = status
        struck = np.zeros(60)
        for step in range(400):
            record["step"], record["n_events"] = step, 0
            update_closures(record[0])
            for event in record["events"][0, : record["n_events"][0]]:
                assert KINDS[event["kind"]] == ("closed" if status == OPEN else "reopened")
                assert event["state"] == event["organisation"] == event["partner"] == event["process"] == -1
                struck[event["segment"]] += 1
            record["segment"]["status"][0, :60] = status  # as if nothing had happened: independent trials
        return struck

    def test_frequency(self):
        """1 − e^(−λΔt) in each of 24,000 trials; at an owner's war of 0.6 with 1.6 λ, in the half that has one."""
        struck = self.run(OPEN, conflict=0.6, closure_rate=0.1)
        for place, rate in ((slice(0, None, 2), 0.1), (slice(1, None, 2), 0.16)):
            assert abs(frequency_z(struck[place].sum(), 12_000, 1 - math.exp(-rate / 4))) < 4

    def test_reopening(self):
        """What a shock has shut reopens at its own rate, war or not; what was closed by order does not."""
        struck = self.run(SHUT, conflict=0.6, reopen_rate=0.8)
        assert abs(frequency_z(struck.sum(), 24_000, 1 - math.exp(-0.8 / 4))) < 4
        assert self.run(CLOSED, reopen_rate=0.8, closure_rate=0.8).sum() == 0

    def test_marks_the_network(self):
        """The routes are chosen anew in the same step, and the event says how likely it was."""
        world = shipping_world({"a": segment(10), "b": segment(12)}, {"q": demand([["a"], ["b"]])})
        record = begun(world, default_parameters(shocks__closure_rate=1e6, shocks__reopen_rate=1e6))
        record["step"] = 1
        update_shocks(record[0])
        assert record["segment"]["status"][0, :2].tolist() == [SHUT, SHUT] and record["network_stale"][0] == 1
        update_corridors(record[0])
        assert (shares(record) == 0).all()
        update_shocks(record[0])
        update_corridors(record[0])
        assert shares(record).sum() == pytest.approx(1)
        assert [KINDS[kind] for kind in record["events"]["kind"][0, :4]] == ["closed"] * 2 + ["reopened"] * 2
        assert record["events"]["probability"][0, 0] == 1

    def test_none_without_shocks(self):
        """The switch of shocks is theirs."""
        world = networked(6, 2, 1)
        record = begun(world, default_parameters(shocks__closure_rate=100), {"shocks": False})
        advance(record, 8, world)
        np.testing.assert_array_equal(record["segment"]["status"][0, :9], world.network.open)


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
