"""What corridors do to states: dependence and transit, the cost of trade, and what the switch takes away."""

import math

import numpy as np
import pytest

from oracle.worlds import random_parameters
from steppe.mechanisms.corridors import update_corridors
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.records import CLOSED, OPEN
from steppe.mechanisms.state import parameters_of
from steppe.simulation.plan import plan

from .networks import FREE, demand, networked, put, segment, shares, shipping_world, two_ways
from .support import (
    WORKSPACE,
    advance,
    begun,
    changed,
    default_parameters,
    leaves,
)

P = default_parameters()
BETA = {"oil": P["corridors.beta_oil"], "containers": P["corridors.beta_container"]}


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
