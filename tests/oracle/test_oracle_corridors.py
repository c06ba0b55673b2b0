"""Corridors by hand: choice of routes, congestion, risk, dependence, haul, and when they are computed."""

import math

import numpy as np
import pytest

from .cases import make, network, plain_world, share_of_replicates
from .common import logistic
from .corridors import CLOSED, OPEN, SHUT
from .worlds import only

TWO_WAYS = network(
    3,
    [{"owners": [2]}, {"days": 5}],
    [{"routes": [[0], [1]], "outside": 30}],
)


def corridors_of(net, switches=None, interventions=(), states=3, parameters=None, **fields):
    """A model of plain states with these corridors; no congestion unless it is asked for."""
    world = plain_world(states, 1, network=net, **fields)
    parameters = {"corridors__congestion": 0} | (parameters or {})
    return make(world, interventions, switches=switches or only("corridors", "trade"), **parameters)


class TestRoutes:
    def test_two_ways_and_staying(self):
        """Costs 10, 10 + 2·5 days = 20, and 30 for staying, at .08 per dollar: weights 1, e^−.8, e^−1.6.

        Shares .605611, .272119; flows ten times that. Of what is shipped, 1/(1 + e^−.8) = .689974 crosses
        what the third state owns. Logsum: 10 − ln(1 + e^−.8 + e^−1.6)/.08.
        """
        model = corridors_of(TWO_WAYS)
        total = 1 + math.exp(-0.8) + math.exp(-1.6)
        first, second = model.corridors.segments
        assert first.flow == pytest.approx(10 / total, rel=1e-14)
        assert first.flow == pytest.approx(6.05611, abs=1e-5)
        assert second.flow == pytest.approx(10 * math.exp(-0.8) / total, rel=1e-14)
        a, b, c = model.states
        assert model.corridors.dependence[a, c] == pytest.approx(0.689974, abs=1e-6)
        assert model.corridors.dependence[a, b] == model.corridors.dependence[b, c] == 0
        assert model.corridors.demands[0].logsum == pytest.approx(10 - math.log(total) / 0.08, rel=1e-14)

    def test_weights_of_demands(self):
        """Two demands of weights .25 and .75, all of the first and none of the second across what C runs.

        Shares shipped: 1/(1 + e^−7.2) (10 against 100) for both, so dependence is the weight, .25.
        """
        net = network(
            3,
            [{"sponsors": [2]}, {}],
            [{"routes": [[0]], "weight": 0.25}, {"routes": [[1]], "weight": 0.75, "volume": 99}],
        )
        model = corridors_of(net)
        a, _, c = model.states
        assert model.corridors.dependence[a, c] == pytest.approx(0.25, rel=1e-14)

    def test_closed_way(self):
        """Nothing goes where one segment is closed; with no other way nothing goes at all."""
        net = network(3, [{}, {"open": 0}], [{"routes": [[0, 1]]}])
        model = corridors_of(net)
        demand = model.corridors.demands[0]
        assert demand.shipped() == 0
        assert demand.logsum == demand.mean_cost() == 100
        assert set(model.corridors.dependence.values()) == {0.0}

    def test_congestion(self):
        """One way of cost 10 and capacity 10 for ten tons, 20 for staying: F(f) = 10 σ(.08 (10 − 1.5 (f/10)⁴)).

        The flow lies at the fixed point f = F(f), 6.86, found here by bisection.
        """
        net = network(3, [{}], [{"routes": [[0]], "outside": 20}])
        model = corridors_of(net, parameters={"corridors__congestion": 0.15})

        def chosen(flow):
            return 10 * logistic(0.08 * (10 - 1.5 * (flow / 10) ** 4))

        low, high = 0.0, 10.0
        while high - low > 1e-12:
            middle = (low + high) / 2
            low, high = (middle, high) if chosen(middle) > middle else (low, middle)
        flow = model.corridors.segments[0].flow
        assert flow == pytest.approx(low, abs=1e-6)
        assert model.corridors.demands[0].shares[0] == pytest.approx(chosen(flow) / 10, rel=1e-13)


class TestRisk:
    def test_by_hand(self):
        """.1 coded, + .3·.5 for an owner who is hostile by .5, + .3·.4 for a conflict of .4 of any owner."""
        affinity, conflict = np.zeros((3, 3)), np.zeros((3, 3))
        affinity[0, 2] = affinity[2, 0] = -0.5
        conflict[1, 2] = conflict[2, 1] = 0.4
        net = network(
            3, [{"risk": 0.1, "owners": [0, 2]}, {"risk": 0.1, "owners": [0]}, {"risk": 0.1, "sponsors": [2]}]
        )
        model = corridors_of(net, affinity_structural=affinity, conflict=conflict)
        user, p = model.states[0], model.parameters
        risks = [e.risk_for(user, p) for e in model.corridors.segments]
        assert risks == pytest.approx([0.37, 0.1, 0.1], rel=1e-14)
        # The owner is not hostile to itself, though at war with the other.
        assert model.corridors.segments[0].risk_for(model.states[2], p) == pytest.approx(0.1 + 0.15 + 0.12)

    def test_costs(self):
        """At 30 dollars for full risk, .5 of it costs as much as 15 dollars more: shares 1 to e^−(15·.08)."""
        net = network(3, [{}, {"risk": 0.5}], [{"routes": [[0], [1]]}])
        shares = corridors_of(net).corridors.demands[0].shares
        assert shares[1] / shares[0] == pytest.approx(math.exp(-1.2), rel=1e-13)


class TestDependenceAndHaul:
    def test_reliance_moves_with_dependence(self):
        """Transit .8 as coded; the segment closes, dependence falls by .689974: .110026 is left."""
        transit = np.zeros((3, 3))
        transit[0, 2] = 0.8
        close = [{"step": 1, "kind": "corridor", "segment": "e0", "status": "closed"}]
        model = corridors_of(TWO_WAYS, interventions=close, transit=transit)
        model.step()
        assert model.reliance["AAA", "AAC"] == 0.8
        model.step()
        assert model.reliance["AAA", "AAC"] == pytest.approx(0.110026, abs=1e-6)
        assert model.states[0].transit[model.states[2]] == 0.8
        model.switches["corridors"] = False
        assert model.reliance["AAA", "AAC"] == 0.8

    def test_reliance_stays_a_share(self):
        """Transit .2 less a dependence lost of .69 is none, not less than none."""
        transit = np.zeros((3, 3))
        transit[0, 2] = 0.2
        close = [{"step": 0, "kind": "corridor", "segment": "e0", "status": "closed"}]
        model = corridors_of(TWO_WAYS, interventions=close, transit=transit)
        model.step()
        assert model.reliance["AAA", "AAC"] == 0

    def test_haul(self):
        """The only way of containers closes: from a logsum of 10 − ln(1 + e^−2.25)/.025 to staying at 100.

        Relative to the 10 that a ton paid, passed on by .1, both ways; trade falls by the elasticity of 5.
        """
        net = network(3, [{}], [{"routes": [[0]], "commodity": "containers"}])
        close = [{"step": 0, "kind": "corridor", "segment": "e0", "status": "closed"}]
        model = corridors_of(net, interventions=close)
        assert set(model.haul.values()) == {0.0}
        model.step()
        start = 10 - math.log(1 + math.exp(-2.25)) / 0.025
        haul = 0.1 * (100 - start) / 10
        assert model.haul["AAA", "AAB"] == model.haul["AAB", "AAA"] == pytest.approx(haul, rel=1e-13)
        assert model.haul["AAA", "AAC"] == model.haul["AAA", None] == 0
        a, b, _ = model.states
        assert a.flows()[b] == pytest.approx(0.5 / 3 * math.exp(-5 * haul), rel=1e-12)

    def test_haul_is_a_mean(self):
        """Two demands, there and back, of which one way closes: half of the haul. The world has its own."""
        ways = {"commodity": "containers"}
        net = network(
            3,
            [{}, {}, {}],
            [
                ways | {"routes": [[0]]},
                ways | {"origin": 1, "destination": 0, "routes": [[1]]},
                ways | {"destination": 3, "routes": [[2]]},
                {"routes": [[0]]},
            ],
        )
        orders = [{"step": 0, "kind": "corridor", "segment": f"e{n}", "status": "closed"} for n in (0, 2)]
        model = corridors_of(net, interventions=orders)
        model.step()
        assert model.haul["AAA", "AAB"] == pytest.approx(model.haul["AAA", None] / 2, rel=1e-13)
        assert model.haul["AAA", "AAB"] > 0
        assert model.haul["AAB", None] == 0

    def test_cost_shift(self):
        """Without corridors: two orders of +.1 and −.03 make ln cost .07 both ways, none with the world."""
        orders = [
            {"step": 0, "kind": "trade_cost", "a": "AAB", "b": "AAA", "change": change}
            for change in (0.1, -0.03)
        ]
        model = make(plain_world(3, 1), orders, switches=only("trade"))
        model.step()
        a, b, c = model.states
        assert a.flows()[b] == pytest.approx(0.5 / 3 * math.exp(-5 * 0.07), rel=1e-13)
        assert b.flows()[a] == a.flows()[b]
        assert a.flows()[None] == a.flows()[c] == 0.5 / 3
        model.switches["trade"] = False
        assert a.flows()[b] == 0.5 / 3


class TestTiming:
    def test_yearly_and_when_stale(self):
        """Hostility to an owner is felt in the first step of a year; a cost that is changed, at once."""
        orders = [
            {"step": 1, "kind": "affinity", "a": "AAA", "b": "AAC", "change": -1},
            {"step": 6, "kind": "corridor", "segment": "e1", "cost": 0.5},
        ]
        model = corridors_of(TWO_WAYS, interventions=orders)
        flows = []
        for _ in range(8):
            model.step()
            flows.append(model.corridors.segments[0].flow)
        assert flows[0] == flows[1] == flows[2] == flows[3]
        assert flows[3] > flows[4] == flows[5] > flows[6] == flows[7]
        # What is changed is computed once: hostility that comes after it waits for the next year.
        orders = [{"step": 1, "kind": "corridor", "segment": "e1", "cost": 0.5}]
        orders += [{"step": 2, "kind": "affinity", "a": "AAA", "b": "AAC", "change": -1}]
        later = corridors_of(TWO_WAYS, interventions=orders)
        later.run(2)
        cheaper = later.corridors.segments[0].flow
        later.run(2)
        assert later.corridors.segments[0].flow == cheaper
        # Risk .3 at 30 dollars makes the first way 19, the second is 15 in the end: 1 to e^−.32, and e^−1.2.
        weights = [math.exp(-0.08 * 19), math.exp(-0.08 * 15), math.exp(-0.08 * 30)]
        assert flows[7] == pytest.approx(10 * weights[0] / sum(weights), rel=1e-12)

    def test_systems_and_factors(self):
        """A system is all of its segments; factors multiply what there is, and again."""
        net = network(3, [{"systems": ["NORTH"]}, {"systems": ["SOUTH", "NORTH"]}, {}])
        order = {"kind": "corridor", "system": "NORTH", "capacity": 2, "cost": 0.5}
        orders = [{"step": 0} | order, {"step": 1, "status": "closed"} | order]
        model = corridors_of(net, interventions=orders)
        model.run(2)
        assert [e.status for e in model.corridors.segments] == [CLOSED, CLOSED, OPEN]
        assert [e.capacity for e in model.corridors.segments] == [40, 40, 10]
        assert [e.cost for e in model.corridors.segments] == [2.5, 2.5, 10]

    def test_switched_off(self):
        """Nothing is computed, and nothing follows, until it is on again."""
        close = [
            {"step": 1, "kind": "corridor", "segment": "e0", "status": "closed"},
            {"step": 3, "kind": "mechanism", "mechanism": "corridors", "on": True},
        ]
        model = corridors_of(TWO_WAYS, switches=only(), interventions=close)
        model.run(3)
        assert model.corridors.segments[0].flow > 0
        assert set(model.reliance.values()) == {0.0}
        model.step()
        assert model.corridors.segments[0].flow == 0


class TestAccidents:
    def test_frequencies(self):
        """At .5 a year, doubled by an owner in full war: 1 − e^−1/4 a step; reopening at 4: 1 − e^−1."""
        conflict = np.zeros((3, 3))
        conflict[1, 2] = conflict[2, 1] = 1
        rates = {"shocks__closure_rate": 0.5, "shocks__reopen_rate": 4, "shocks__war_end_rate": 0}
        world = plain_world(3, 1, network=network(3, [{"owners": [2]}]), conflict=conflict)
        share, error = share_of_replicates(world, "closed", switches=only("shocks"), **rates)
        assert abs(share - (1 - math.exp(-0.25))) < 4 * error
        reopened = 0
        for replicate in range(1000):
            model = make(world, replicate=replicate, switches=only("shocks"), **rates)
            model.corridors.segments[0].status = SHUT
            model.step()
            reopened += model.corridors.segments[0].status == OPEN
        assert abs(reopened / 1000 - (1 - math.exp(-1))) < 4 * math.sqrt(0.632 * 0.368 / 1000)

    def test_only_shocks_reopen(self):
        """What is closed by decision stays closed, however fast accidents pass."""
        world = plain_world(3, 1, network=network(3, [{"open": 0}]))
        model = make(world, switches=only("shocks"), shocks__reopen_rate=1e6, shocks__closure_rate=1e6)
        model.run(5)
        assert model.corridors.segments[0].status == CLOSED

    def test_flows_follow_at_once(self):
        """A closure is a change of a segment: flows are computed anew in the same step, in mid-year."""
        model = corridors_of(TWO_WAYS, switches=only("shocks", "corridors"))
        model.step()
        model.parameters["shocks.closure_rate"] = 1e6
        model.step()
        assert [e.status for e in model.corridors.segments] == [SHUT, SHUT]
        assert [e.flow for e in model.corridors.segments] == [0, 0]
        assert [event["segment"] for event in model.events if event["kind"] == "closed"] == ["e0", "e1"]
