"""Shocks and bilateral ties by hand: crises, wars, demonstration, the gain of a rung, climbing and descending."""

import math

import numpy as np
import pytest

from .affinity import contact, relief
from .bilateral import Stance, gain, lower_rung, next_rung
from .cases import agenda, make, plain_world, share_of_replicates, statuses
from .worlds import only


def pairs(n, **values):
    """A symmetric matrix from entries named by two digits: pairs(3, _01=.4)."""
    matrix = np.zeros((n, n))
    for name, value in values.items():
        i, j = int(name[1]), int(name[2])
        matrix[i, j] = matrix[j, i] = value
    return matrix


class TestCrises:
    def test_decay_and_size(self):
        """An ordered crisis of .4 decays by e^(−.5/4) in the same step; one that strikes then adds .3."""
        order = [{"step": 0, "kind": "crisis", "state": "AAA", "size": 0.4}]
        for rate, added in ((0, 0), (1e6, 0.3)):
            model = make(plain_world(2, 1), order, switches=only("shocks"), shocks__crisis_rate=rate)
            model.step()
            assert model.states[0].crisis == pytest.approx(0.4 * math.exp(-0.125) + added, rel=1e-14)
            struck = [event["state"] for event in model.events if event["kind"] == "crisis"]
            assert struck == (["AAA", "AAB"] if rate else [])

    def test_leverage(self):
        """Superiority ½ times .4·min(1, 2·½) is .2; a crisis of .5 makes it .3, one of 9 no more than 1."""
        world = plain_world(2, 1, capability=np.array([0.01, 0.02]))
        share = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
        model = make(plain_world(2, 1, capability=world.capability, share0=share))
        a = model.states[0]
        for crisis, leverage in ((0, 0.2), (0.5, 0.3), (9, 1.0)):
            a.crisis = crisis
            assert model.leverage["AAA", "AAB"] == pytest.approx(leverage, rel=1e-14)


class TestWars:
    def test_outbreak(self):
        """Rate 1, the greater threat .8, affinity −.5: hazard .4 a year, 1 − e^−.1 a step; level as coded."""
        threat = np.array([[0, 0.8], [0.3, 0]])
        world = plain_world(2, 1, threat=threat, affinity_structural=pairs(2, _01=-0.5))
        options = {"switches": only("shocks"), "shocks__war_rate": 1}
        share, error = share_of_replicates(world, "war", **options)
        assert abs(share - (1 - math.exp(-0.1))) < 4 * error
        model = make(world, switches=only("shocks"), shocks__war_rate=1e6)
        model.step()
        assert model.conflict == {("AAA", "AAB"): 0.6, ("AAB", "AAA"): 0.6}
        event = next(event for event in model.events if event["kind"] == "war")
        assert (event["state"], event["partner"], event["value"]) == ("AAA", "AAB", 0.6)

    def test_friends_do_not_fight(self):
        """Nor do those who hate but do not fear each other."""
        for affinity, threat in ((0.1, 1), (-1, 0)):
            world = plain_world(2, 1, affinity_structural=pairs(2, _01=affinity), threat=pairs(2, _01=threat))
            model = make(world, switches=only("shocks"), shocks__war_rate=1e6)
            model.run(5)
            assert set(model.conflict.values()) == {0}

    def test_end(self):
        """Rate .25 a year; a war that ends does not break out again in the same step."""
        world = plain_world(
            2, 1, conflict=pairs(2, _01=0.2), affinity_structural=pairs(2, _01=-1), threat=pairs(2, _01=1)
        )
        share, error = share_of_replicates(world, "war_ended", switches=only("shocks"))
        assert abs(share - (1 - math.exp(-0.25 / 4))) < 4 * error
        model = make(world, switches=only("shocks"), shocks__war_rate=1e6, shocks__war_end_rate=1e6)
        for level in (0, 0.6, 0):
            model.step()
            assert set(model.conflict.values()) == {level}


class TestInstruments:
    def test_contact_and_relief(self):
        """Strengths .2 and .3 add up where both are in; the stronger relief counts; off, neither."""
        both = [{"members": [0, 1], "strength": 0.2, "relief": 0.6}]
        both += [{"members": [0, 1, 2], "strength": 0.3, "relief": 0.4}, {"members": [0, 2], "active": 0}]
        world = plain_world(3, 1, agenda=agenda(3, instruments=both))
        model = make(world)
        a, b, c = model.states
        assert contact(model, a, b) == 0.5
        assert contact(model, a, c) == 0.3
        assert (relief(model, a, b), relief(model, a, c)) == (0.6, 0.4)
        model.switches["instruments"] = False
        assert contact(model, a, b) == relief(model, a, b) == 0

    def test_bodies_that_are_instruments(self):
        """Full relief, none with the switch off; the contact in them is that of any body and stays."""
        identity = {"scope": np.array([[0, 0, 1.0, 0]]), "instrument": np.array([1])}
        world = plain_world(2, 1, status=statuses([2], [2]), **identity)
        model = make(world)
        a, b = model.states
        assert (contact(model, a, b), relief(model, a, b)) == (0.5, 1)
        model.switches["instruments"] = False
        assert (contact(model, a, b), relief(model, a, b)) == (0.5, 0)

    def test_switched_by_order(self):
        """And the pull to the baseline (a⁰ = 0) of .3 is lessened by .25 · .8 while it works."""
        world = plain_world(2, 1, agenda=agenda(2, instruments=[{"members": [0, 1], "relief": 0.8}]))
        orders = [{"step": 0, "kind": "affinity", "a": "AAA", "b": "AAB", "change": 0.5}]
        orders += [{"step": 1, "kind": "instrument", "instrument": "i0", "on": False}]
        quiet = {"affinity__noise": 0, "affinity__baseline_follow": 0}
        model = make(world, orders, switches=only("affinity", "instruments"), **quiet)
        model.step()
        held = 0.5 * (1 - 0.3 * 0.8 / 4)
        assert model.affinity["AAA", "AAB"] == pytest.approx(held, rel=1e-14)
        model.step()
        assert model.affinity["AAA", "AAB"] == pytest.approx(held * (1 - 0.3 / 4), rel=1e-14)


class TestDemonstration:
    def test_prestige(self):
        """A success of 1 doubles what an ally is worth, unless demonstrations do not count."""
        world = plain_world(2, 1, capability=np.array([0.01, 0.02]), tie=pairs(2, _01=0.5))
        model = make(world)
        a, b = model.states
        b.prestige = 1.0
        assert a.protection(a.pacts())[b] == pytest.approx(0.5 * 0.02 * 2 / 2)
        model.switches["demonstration"] = False
        assert a.protection(a.pacts())[b] == pytest.approx(0.5 * 0.02 / 2)


class TestGain:
    """C (.01) weighs a first rung, .1, with B (.02), close by .2; A (.04) is hostile to B by .4."""

    def make(self, **switches):
        world = plain_world(
            3,
            1,
            capability=np.array([0.04, 0.02, 0.01]),
            affinity_structural=pairs(3, _12=0.2, _01=-0.4),
            nonstate_threat=np.array([0, 0, 0.01]),
            scope=np.array([[0, 0, 1.0, 0]]),
            status=statuses([0], [2], [2]),
        )
        return make(world, switches=only("trade", "security", "alignment", "pressure") | switches)

    def gain_of(self, model, rung=0.1):
        _, b, c = model.states
        return gain(Stance(c), c, b, rung)

    def test_by_hand(self):
        """Need falls from .01/.02 to .01/(.02 + .1·.02·.6): + ¼·2·.028302 = .014151.

        Closeness ¼·.3·.2·.1 = .0015; a common body of depth .5: .3·.5·.1 = .015. Ties to A and B are ¼·⅓ and
        ¼·⅓ + ¼·.2, that to B rises by ¼·.1: H from .526627 to .548157, which costs half of that. A, whose
        leverage is ¾·.4·⅔ = .2, is hostile to B: .3·.1·.2·.4 = .0024. Cost of a rung: .04.
        """
        expected = 0.5 * (0.5 - 0.01 / 0.0212) + 0.0015 + 0.015 - 0.0024 - 0.04
        far, near = 0.25 / 3, 0.25 / 3 + 0.05
        before = (far**2 + near**2) / (far + near) ** 2
        after = (far**2 + (near + 0.025) ** 2) / (far + near + 0.025) ** 2
        assert before == pytest.approx(0.526627, abs=1e-6)
        assert self.gain_of(self.make()) == pytest.approx(expected - 0.5 * (after - before), abs=1e-15)
        assert self.gain_of(self.make(alignment=False)) == pytest.approx(expected, abs=1e-15)
        without_security = expected - 0.5 * (0.5 - 0.01 / 0.0212)
        assert self.gain_of(self.make(alignment=False, security=False)) == pytest.approx(
            without_security, abs=1e-15
        )
        assert self.gain_of(self.make(alignment=False, pressure=False)) == pytest.approx(
            expected + 0.0024, abs=1e-15
        )

    def test_rung_below_the_pact(self):
        """Where a common body gives more than the rung, the rung gives neither safety nor concentration."""
        world = plain_world(
            2,
            1,
            scope=np.array([[0, 1.0, 0, 0]]),
            status=statuses([2], [2]),
            nonstate_threat=np.full(2, 0.01),
        )
        model = make(world)
        a, b = model.states
        assert gain(Stance(a), a, b, 0.3) == pytest.approx(0.3 * 0.5 * 0.3 - 0.04, abs=1e-15)
        assert gain(Stance(a), a, b, 0.7) > 0.3 * 0.5 * 0.7 - 0.04


class TestLadder:
    def test_rungs(self):
        """0, .1, .2, .3, .5, .7, .9; from between two rungs to either."""
        assert [next_rung(tie) for tie in (0, 0.1, 0.2, 0.3, 0.4, 0.9)] == [0.1, 0.2, 0.3, 0.5, 0.5, None]
        assert [lower_rung(tie) for tie in (0, 0.05, 0.1, 0.4, 0.9, 1)] == [None, 0, 0, 0.3, 0.7, 0.9]

    def test_climbing_frequency(self):
        """Both would at any cost: rate .5 · .8 · .5 of their activities, hence 1 − e^−.05 a step."""
        orders = [{"step": 0, "kind": "activity", "state": "AAA", "level": 0.8}]
        orders += [{"step": 0, "kind": "activity", "state": "AAB", "level": 0.5}]
        share, error = share_of_replicates(
            plain_world(2, 1),
            "climbed",
            interventions=orders,
            switches=only("bilateral"),
            bilateral__cost_climb=-9,
        )
        assert abs(share - (1 - math.exp(-0.05))) < 4 * error

    def test_one_does_not_want(self):
        """At a cost of 9 nobody climbs, however often it is considered."""
        model = make(
            plain_world(2, 1), switches=only("bilateral"), bilateral__cost_climb=9, bilateral__climb_rate=1e6
        )
        model.run(5)
        assert not model.events

    def test_descending_frequency(self):
        """Affinity .6 below the floor of 0: rate .3 a year, from .3 to .2."""
        world = plain_world(2, 1, affinity_structural=pairs(2, _01=-0.6), tie=pairs(2, _01=0.3))
        options = {"switches": only("bilateral"), "bilateral__cost_climb": 9, "bilateral__affinity_floor": 0}
        share, error = share_of_replicates(world, "descended", bilateral__descend_rate=0.5, **options)
        assert abs(share - (1 - math.exp(-0.3 / 4))) < 4 * error
        model = make(world, bilateral__descend_rate=1e6, **options)
        model.run(4)
        rungs = [event["value"] for event in model.events]
        assert rungs == [0.2, 0.1, 0]
        assert set(model.tie.values()) == {0}

    def test_one_rung_at_a_time_for_all_at_once(self):
        """Every pair climbs one rung in a step, as seen from before; at the top there is none to climb."""
        options = {"bilateral__cost_climb": -99, "bilateral__climb_rate": 1e6}
        model = make(plain_world(3, 1), switches=only("bilateral"), **options)
        for rung in (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.9):
            model.step()
            assert set(model.tie.values()) == {rung}
        assert [(e["state"], e["partner"]) for e in model.events[:3]] == [
            ("AAA", "AAB"),
            ("AAA", "AAC"),
            ("AAB", "AAC"),
        ]
