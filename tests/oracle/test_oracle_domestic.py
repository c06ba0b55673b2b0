"""Domestic politics by hand: approval, support, leaders, and gates with their dates, clocks and chains."""

import math

import numpy as np
import pytest

from .cases import make, plain_world, political_world, share_of_replicates
from .domestic import normal_cdf
from .worlds import only

STILL = {
    "domestic__approval_noise": 0,
    "domestic__support_noise": 0,
    "domestic__leader_rate": 0,
    "domestic__turnover_noise": 0,
}


def affinity_order(a, b, change, step=0):
    return {"step": step, "kind": "affinity", "a": a, "b": b, "change": change}


def politics(states, interventions=(), switches=None, parameters=None, fields=None, **its_agenda):
    """A model of plain states with this agenda, without chance but for the votes."""
    world = political_world(states, its=its_agenda, **(fields or {}))
    parameters = STILL | (parameters or {})
    return make(world, interventions, switches=switches or only("domestic", "gates"), **parameters)


def votes(model):
    """(step, kind of event, state) of the gates that were held, and of leaders who changed."""
    kinds = ("gate_passed", "gate_failed", "leader_changed")
    return [(e["step"], e["kind"], e["state"]) for e in model.events if e["kind"] in kinds]


class TestApproval:
    def test_by_hand(self):
        """A crisis of .5 costs .2·.5 a year, a conflict of .4 .05·.4: .6 − .12/4 = .57; then half of the gap
        comes back in a year: .57 + (.5·.03 − .12)/4 = .54375."""
        fields = {"approval": np.array([0.6, 0.5]), "conflict": np.array([[0, 0.4], [0.4, 0]])}
        model = politics(2, [{"step": 0, "kind": "crisis", "state": "AAA", "size": 0.5}], fields=fields)
        model.step()
        assert model.states[0].approval == pytest.approx(0.57, rel=1e-14)
        model.step()
        assert model.states[0].approval == pytest.approx(0.54375, rel=1e-14)

    def test_ordered(self):
        """What is said is also that to which it returns; noise has a spread of .08/2 in a quarter."""
        model = politics(2, [{"step": 0, "kind": "approval", "state": "AAA", "level": 0.9}])
        model.run(3)
        assert model.states[0].approval == 0.9
        seen = []
        for replicate in range(600):
            noisy = make(plain_world(2, 1), switches=only("domestic"), replicate=replicate)
            noisy.states[0].usual_approval = 0.5
            noisy.parameters["domestic.leader_rate"] = 0
            noisy.step()
            seen.append(noisy.states[0].approval)
        assert abs(np.mean(seen) - 0.5) < 4 * 0.04 / math.sqrt(600)
        assert abs(np.std(seen) - 0.04) < 4 * 0.04 / math.sqrt(1200)


class TestSupport:
    def test_by_hand(self):
        """A party who is close to the two others by .4 and .2: .5 + .2·.3/4 = .515; to outsiders is nothing."""
        orders = [affinity_order("AAA", "AAB", 0.4), affinity_order("AAA", "AAC", 0.2)]
        orders += [affinity_order("AAA", "AAD", -1)]
        model = politics(4, orders, processes=[{"parties": [0, 1, 2]}])
        model.step()
        assert model.support["p0", "AAA"] == pytest.approx(0.515, rel=1e-14)
        assert model.support["p0", "AAB"] == pytest.approx(0.5 + 0.2 * 0.2 / 4, rel=1e-14)
        assert model.support["p0", "AAD"] == 0.5

    def test_reversion_and_what_is_ordered(self):
        """From .5 towards a start of .5 there is nothing to move; .8 that is ordered stays."""
        model = politics(
            2,
            [{"step": 1, "kind": "support", "process": "p0", "state": "AAA", "level": 0.8}],
            processes=[{"parties": [0, 1]}],
        )
        model.processes[0].roles[model.states[1]].support = 0.9
        model.step()
        assert model.support["p0", "AAB"] == pytest.approx(0.9 - 0.3 * 0.4 / 4, rel=1e-14)
        model.run(2)
        assert model.support["p0", "AAA"] == 0.8

    def test_done(self):
        """At the last stage the public thinks of other things."""
        orders = [affinity_order("AAA", "AAB", 0.4)]
        model = politics(2, orders, processes=[{"parties": [0, 1], "stage": 1}])
        model.step()
        assert set(model.support.values()) == {0.5}


class TestLeaders:
    def test_what_stays(self):
        """Continuity .5, relief .4: .7 of what is above the baseline of 0 is kept: .6 becomes .42, both ways."""
        orders = [affinity_order("AAA", "AAB", 0.6), affinity_order("AAA", "AAC", 0.6)]
        orders += [{"step": 0, "kind": "leader", "state": "AAA"}]
        orders += [{"step": 0, "kind": "continuity", "state": "AAB", "level": 1.0}]
        orders += [{"step": 0, "kind": "leader", "state": "AAB"}]
        instruments = [{"members": [0, 1], "relief": 0.4}]
        model = politics(3, orders, only("domestic", "gates", "instruments"), instruments=instruments)
        model.states[0].approval = 0.1
        model.step()
        assert model.affinity["AAA", "AAB"] == pytest.approx(0.42, rel=1e-14)
        assert model.affinity["AAC", "AAA"] == pytest.approx(0.3, rel=1e-14)
        assert model.states[0].approval == 0.5
        assert votes(model) == [(0, "leader_changed", "AAA"), (0, "leader_changed", "AAB")]

    def test_whim(self):
        """Without continuity the new leader's likes have a spread of .15 around the baseline."""
        fields = {"continuity": np.zeros(2)}
        seen = []
        for replicate in range(600):
            order = [{"step": 0, "kind": "leader", "state": "AAA"}]
            model = make(plain_world(2, 1, **fields), order, switches=only(), replicate=replicate)
            model.step()
            seen.append(model.affinity["AAB", "AAA"])
        assert abs(np.mean(seen)) < 4 * 0.15 / math.sqrt(600)
        assert abs(np.std(seen) - 0.15) < 4 * 0.15 / math.sqrt(1200)

    def test_frequency(self):
        """At an approval of .25 with slope 4: rate .4·e, 1 − e^(−.1 e) a step."""
        world = plain_world(1, 1, approval=np.array([0.25]), poles=("AAA",))
        options = STILL | {"domestic__leader_rate": 0.4, "switches": only("domestic")}
        share, error = share_of_replicates(world, "leader_changed", **options)
        assert abs(share - (1 - math.exp(-0.1 * math.e))) < 4 * error


class TestVotes:
    def test_normal_distribution(self):
        """Φ at 0, 1.96 and −1.96 as in the tables."""
        assert normal_cdf(0) == 0.5
        assert normal_cdf(1.959964) == pytest.approx(0.975, abs=1e-7)
        assert normal_cdf(-1.959964) == pytest.approx(0.025, abs=1e-7)

    def test_frequency(self):
        """Support .7 and approval .4, half each: a score of .55, with noise .1 a probability of Φ(.5) = .691462."""
        gates = [{"kind": "referendum", "process": 0, "due": 0}]
        its = {"processes": [{"parties": [0, 1], "support": {0: 0.7}}], "gates": gates}
        world = political_world(2, its=its, approval=np.array([0.4, 0.9]))
        options = STILL | {"switches": only("domestic", "gates")}
        share, error = share_of_replicates(world, "gate_passed", **options)
        assert abs(share - 0.691462) < 4 * error
        model = make(world, **options)
        model.step()
        event = model.events[-1]
        assert event["value"] == pytest.approx(0.55, rel=1e-14)
        chance = 0.691462 if event["kind"] == "gate_passed" else 1 - 0.691462
        assert event["probability"] == pytest.approx(chance, abs=1e-6)
        assert (event["state"], event["process"]) == ("AAA", "p0")

    def test_dates_and_repetition(self):
        """Half a year is step 2; 1 year later is step 6. .3 years is step 1 (cut, not rounded)."""
        popular = {"approval": np.array([1.0, 1.0])}
        model = politics(2, gates=[{"due": 0.5, "again": 1}, {"due": 0.3, "state": 1}], fields=popular)
        model.run(9)
        assert votes(model) == [
            (1, "gate_passed", "AAB"),
            (2, "gate_passed", "AAA"),
            (6, "gate_passed", "AAA"),
        ]

    def test_clock(self):
        """It starts with the stage, here in step 1; a delay of 1.5 steps is 2, of 2.5 steps too (half to even)."""
        gates = [
            {"kind": "ratification", "process": 0, "clock": 1, "delay": delay, "mix": 0, "state": state}
            for state, delay in ((0, 0.375), (1, 0.625), (2, 0))
        ]
        orders = [{"step": 1, "kind": "stage", "process": "p0", "stage": "s1"}]
        model = politics(
            3, orders, processes=[{"rates": [0, 0]}], gates=gates, fields={"approval": np.array([1.0, 1, 1])}
        )
        model.run(8)
        assert votes(model) == [
            (1, "gate_passed", "AAC"),
            (3, "gate_passed", "AAA"),
            (3, "gate_passed", "AAB"),
        ]

    def test_chained(self):
        """The first waits for the second, which is held in step 1 after its turn: step 2."""
        gates = [{"due": 0, "chained": 1}, {"due": 0.25, "state": 1}]
        model = politics(2, gates=gates, fields={"approval": np.array([1.0, 1.0])})
        model.run(4)
        assert votes(model) == [(1, "gate_passed", "AAB"), (2, "gate_passed", "AAA")]
        blocked = politics(2, gates=gates, fields={"approval": np.array([1.0, 0.0])})
        blocked.run(4)
        assert votes(blocked) == [(1, "gate_failed", "AAB"), (1, "leader_changed", "AAB")]

    def test_failure(self):
        """An election that is lost brings a new leader, a lost referendum does not; once is once."""
        gates = [
            {"kind": "referendum", "process": 0, "mix": 0, "clock": 0},
            {"kind": "election", "due": 0, "again": 0.5, "state": 1},
        ]
        model = politics(2, processes=[{}], gates=gates, fields={"approval": np.zeros(2)})
        model.run(4)
        assert votes(model) == [
            (0, "gate_failed", "AAA"),
            (0, "gate_failed", "AAB"),
            (0, "leader_changed", "AAB"),
            (2, "gate_failed", "AAB"),
            (2, "leader_changed", "AAB"),
        ]
        assert [gate.held for gate in model.gates] == [1, 2]

    def test_consequences(self):
        """In their order, before a leader changes: affinity .5 is brought about and halved by the new one."""
        closer = {"kind": "affinity", "a": "AAA", "b": "AAB", "change": 0.5}
        tie = {"kind": "tie", "a": "AAA", "b": "AAB", "level": 0.3}
        found = [("failed", 0, -1, closer), ("passed", 0, -1, tie)]
        for approval, affinity, level in ((0.0, 0.25, 0), (1.0, 0, 0.3)):
            fields = {"approval": np.array([approval, 0.5])}
            model = politics(2, gates=[{"due": 0}], consequences=found, fields=fields)
            model.step()
            assert model.affinity["AAA", "AAB"] == pytest.approx(affinity, rel=1e-14)
            assert model.tie["AAA", "AAB"] == level

    def test_with_gates_off(self):
        """They are held all the same; it is only that no stage waits for them (see the requirements)."""
        model = politics(2, switches=only("domestic"), gates=[{"due": 0}], fields={"approval": np.ones(2)})
        model.step()
        assert votes(model) == [(0, "gate_passed", "AAA")]


class TestOrderedVotes:
    def order(self, outcome, switches=None, **gate):
        found = [("failed", 0, -1, {"kind": "pace", "process": "p0", "factor": 3})]
        found += [("passed", 0, -1, {"kind": "pace", "process": "p0", "factor": 2})]
        order = [{"step": 1, "kind": "gate", "gate": "g0", "outcome": outcome}]
        gates = [{"due": 5, "process": 0} | gate]
        model = politics(2, order, switches or only(), processes=[{}], gates=gates, consequences=found)
        model.run(2)
        return model, model.gates[0]

    def test_passed(self):
        """Consequences follow; no event; next by again, 2 years after step 1, else never."""
        model, gate = self.order("passed", again=2)
        assert (gate.passed, gate.held, gate.due, model.processes[0].pace) == (True, 1, 9, 2)
        assert not model.events
        assert self.order("passed")[1].due is None

    def test_failed(self):
        """The same, and an election changes the leader."""
        model, gate = self.order("failed")
        assert (gate.passed, gate.held, gate.due, model.processes[0].pace) == (False, 1, None, 3)
        assert votes(model) == [(1, "leader_changed", "AAA")]
        assert not self.order("failed", kind="referendum")[0].events

    def test_waived(self):
        """It counts as passed and is due no more; nothing else."""
        model, gate = self.order("waived", again=2)
        assert (gate.passed, gate.held, gate.due, model.processes[0].pace) == (True, 0, None, 1)
        assert not model.events

    def test_failed_for_good(self):
        """A vote that was lost by order, once for all, does not come back by its clock."""
        model, gate = self.order("failed", only("domestic", "gates"), kind="referendum", due=-1, clock=1)
        model.processes[0].stage = 1
        model.run(4)
        assert (gate.held, gate.due) == (1, None)
