"""Processes by hand: benefit, reach, hazards, signals, relapse, and what a stage brings about."""

import math

import numpy as np
import pytest

from .cases import make, network, political_world, share_of_replicates
from .worlds import only

CERTAIN = 1e6
RESISTED = {"parties": [0, 1], "resist": {2: 0.8, 1: 0.5}, "stage": 1, "rates": [0, 0], "support": {0: 0.01}}
CLOSER = {"kind": "affinity", "a": "AAA", "b": "AAB", "change": 0.4}
LESS = {"kind": "affinity", "a": "AAA", "b": "AAB", "change": -2.0}


def process_model(states=3, interventions=(), switches=None, parameters=None, fields=None, **its):
    """A model of plain states in which nothing but processes goes on."""
    switches = switches or only("processes", "spoilers")
    world = political_world(states, its=its, **(fields or {}))
    return make(world, interventions, switches=switches, **(parameters or {}))


class TestDrive:
    def test_benefit(self):
        """Interests .6 and −.2, affinity .4 between the two: the mean of ½(.6 + .4) and ½(−.2 + .4) is .3."""
        affinity = np.zeros((3, 3))
        affinity[0, 1] = affinity[1, 0] = 0.4
        model = process_model(
            fields={"affinity_structural": affinity},
            processes=[{"parties": [0, 1], "interest": {0: 0.6, 1: -0.2, 2: 1}}],
        )
        assert model.processes[0].benefit() == pytest.approx(0.3, rel=1e-14)
        assert process_model(processes=[{"interest": {0: 1}}]).processes[0].benefit() == 0

    def test_reach_and_push(self):
        """C (.04) over A (.01) and B (.02): leverage .4·⅔ of ¾ and ½, .2 and .133333, mean ⅙.

        Reach of an effort of .6: .6(.3 + .7·⅙) = .25. With A's own, over B alone and without leverage: .5·.3.
        """
        size = {"capability": np.array([0.01, 0.02, 0.04])}
        its = [{"parties": [0, 1], "push": {2: 0.6, 0: 0.5}, "resist": {2: 0.4}}]
        model = process_model(switches=only("spoilers", "pressure"), fields=size, processes=its)
        process = model.processes[0]
        assert process.push() == pytest.approx(1 - 0.75 * 0.85, rel=1e-14)
        assert process.resistance() == pytest.approx(0.4 * (0.3 + 0.7 / 6), rel=1e-14)
        model.states[2].activity = 2.0
        assert process.push() == pytest.approx(1 - 0.5 * 0.85, rel=1e-14)
        model.states[2].activity = 10.0
        assert process.push() == 1
        model.switches["spoilers"] = False
        assert process.resistance() == 0

    def test_hazard(self):
        """Rate 1.2, pace .5, interest 1 of one party alone: B = ½, hazard .6 e^.5 a year."""
        its = {"processes": [{"parties": [0], "interest": {0: 1}, "rates": [1.2]}]}
        order = [{"step": 0, "kind": "pace", "process": "p0", "factor": 0.5}]
        options = {"interventions": order, "switches": only("processes")}
        share, error = share_of_replicates(political_world(its=its), "advanced", **options)
        chance = 1 - math.exp(-0.6 * math.exp(0.5) / 4)
        assert abs(share - chance) < 4 * error

    def test_drive_is_clipped(self):
        """However strong the interest, e³ times the rate is the most; the event says how likely it was."""
        its = [{"parties": [0], "interest": {0: 1}, "rates": [1]}]
        model = process_model(processes=its, parameters={"processes__k_benefit": 1000})
        model.run(4)
        event = next(event for event in model.events if event["kind"] == "advanced")
        assert event["probability"] == pytest.approx(1 - math.exp(-math.exp(3) / 4), rel=1e-14)
        assert (event["process"], event["status_to"], event["value"]) == ("p0", 1, 0.5)

    def test_one_stage_a_step(self):
        """As far as the last, but not by a rate of 0."""
        model = process_model(processes=[{"rates": [CERTAIN] * 3}, {"rates": [CERTAIN, 0, CERTAIN]}])
        seen = []
        for _ in range(5):
            model.step()
            seen.append(tuple(model.stage.values()))
        assert seen == [(1, 1), (2, 1), (3, 1), (3, 1), (3, 1)]


class TestSignals:
    def test_what_they_do(self):
        """A shock of .05 of the spoiler's size to every other party; support .02 lower, not below 0."""
        size = {"capability": np.array([0.01, 0.02, 0.04])}
        model = process_model(
            processes=[RESISTED], fields=size, parameters={"processes__signal_rate": CERTAIN}
        )
        model.step()
        assert [(e["kind"], e["state"]) for e in model.events] == [("signalled", "AAB"), ("signalled", "AAC")]
        shocks = [i.shock for i in model.states]
        assert shocks == pytest.approx([0.05 * 0.06, 0.05 * 0.04, 0], rel=1e-14)
        assert model.support["p0", "AAA"] == 0
        assert model.support["p0", "AAB"] == pytest.approx(0.48, rel=1e-14)

    def test_frequency(self):
        """Rate .5 times an effort of .8 times an activity of .5: 1 − e^−.05 a step."""
        its = {"processes": [{"parties": [0], "resist": {2: 0.8}, "stage": 1, "rates": [0, 0]}]}
        order = [{"step": 0, "kind": "activity", "state": "AAC", "level": 0.5}]
        options = {"interventions": order, "switches": only("processes", "spoilers")}
        share, error = share_of_replicates(political_world(its=its), "signalled", **options)
        assert abs(share - (1 - math.exp(-0.05))) < 4 * error

    def test_when(self):
        """Not before anything is agreed, not after the end, not with the switch off."""
        fast = {"processes__signal_rate": CERTAIN}
        for stage, switches in ((0, None), (2, None), (1, only("processes"))):
            model = process_model(processes=[RESISTED | {"stage": stage}], switches=switches, parameters=fast)
            model.step()
            assert not model.events


class TestRelapse:
    def test_what_it_does(self):
        """Back to stage 0, conflict .6 between the parties (more stays), affinity .15 lower; no step forward."""
        conflict = np.zeros((4, 4))
        conflict[0, 1] = conflict[1, 0] = 0.9
        gates = [
            {"kind": "referendum", "process": 0, "clock": 1},
            {"kind": "election", "process": 0, "clock": 1, "state": 1},
            {"kind": "ratification", "process": 0, "due": 3},
        ]
        model = process_model(
            4,
            processes=[{"parties": [0, 1, 2], "stage": 1, "rates": [CERTAIN] * 2, "relapse": (0, 2)}],
            gates=[gate | {"passed": 1} for gate in gates],
            fields={"conflict": conflict},
            parameters={"processes__relapse_rate": CERTAIN},
        )
        for gate in model.gates:
            gate.held, gate.due = 1, 9
        model.step()
        assert model.stage == {"p0": 0}
        assert [e["kind"] for e in model.events] == ["relapsed"]
        found = {pair: x for pair, x in model.conflict.items() if x}
        assert found["AAA", "AAB"] == 0.9
        assert found["AAC", "AAA"] == found["AAB", "AAC"] == 0.6
        assert len(found) == 6
        assert model.affinity["AAC", "AAB"] == -0.15
        assert model.affinity["AAA", "AAD"] == 0
        assert [(g.passed, g.held, g.due) for g in model.gates] == [
            (False, 0, None),
            (True, 1, 9),
            (True, 1, 9),
        ]

    def test_frequency(self):
        """Rate .03, times e^−B with B = ½(−1 + 0) = −½, ten times as fast here."""
        its = {
            "processes": [{"parties": [0], "interest": {0: -1}, "stage": 1, "rates": [0], "relapse": (0, 2)}]
        }
        options = {"switches": only("processes"), "processes__relapse_rate": 0.3}
        share, error = share_of_replicates(political_world(its=its), "relapsed", **options)
        assert abs(share - (1 - math.exp(-0.3 * math.exp(0.5) / 4))) < 4 * error

    def test_when(self):
        """Only below the stage that is said, above none, and where a relapse is possible."""
        for stage, relapse in ((0, (0, 2)), (2, (0, 2)), (1, None)):
            model = process_model(
                processes=[{"parties": [0, 1], "stage": stage, "rates": [0, 0], "relapse": relapse}],
                parameters={"processes__relapse_rate": CERTAIN},
            )
            model.step()
            assert not model.events


class TestArrival:
    def test_consequences_in_order(self):
        """.4 up and 2 down is −1; the next process sees it in the same step: B = −1/2 · 1."""
        found = [("stage", 0, 1, CLOSER), ("stage", 0, 1, LESS), ("stage", 1, 2, CLOSER)]
        its = [{"rates": [CERTAIN]}, {"rates": [CERTAIN, CERTAIN], "parties": [0, 1]}]
        model = process_model(processes=its, consequences=found)
        model.step()
        assert model.affinity["AAA", "AAB"] == -1
        assert model.events[-1]["value"] == -0.5

    def test_backlash(self):
        """Support .2: approval .5 less .5·.3; .9: none; an outsider: none."""
        its = [{"rates": [CERTAIN], "parties": [0, 1], "support": {0: 0.2, 1: 0.9, 2: 0}}]
        model = process_model(processes=its)
        model.step()
        assert [i.approval for i in model.states] == pytest.approx([0.35, 0.5, 0.5], rel=1e-14)

    def test_stage_and_reach_by_order(self):
        """A stage that is set brings nothing about; one that is reached does, but only a later one."""
        its = {
            "processes": [{"rates": [0, 0], "parties": [0, 1], "support": {0: 0.2}, "stage": 1}],
            "consequences": [("stage", 0, 2, CLOSER)],
        }
        for kind, stage, affinity, events in (
            ("stage", "s2", 0, 1),
            ("stage", "s0", 0, 1),
            ("reach", "s2", 0.4, 1),
            ("reach", "s1", 0, 0),
        ):
            order = [{"step": 0, "kind": kind, "process": "p0", "stage": stage}]
            model = process_model(interventions=order, switches=only(), **its)
            model.step()
            assert model.affinity["AAA", "AAB"] == affinity
            assert [(e["kind"], e["probability"]) for e in model.events] == [("advanced", 1.0)] * events
            assert model.states[0].approval == pytest.approx(0.35 if affinity else 0.5)

    def test_stage_by_consequence(self):
        """The first process lifts the second to its last stage, and that does nothing else."""
        lift = {"kind": "stage", "process": "p1", "stage": "s2"}
        its = [{"rates": [CERTAIN]}, {"rates": [0, 0]}]
        found = [("stage", 0, 1, lift), ("stage", 1, 2, CLOSER)]
        model = process_model(processes=its, consequences=found)
        model.step()
        assert model.stage == {"p0": 1, "p1": 2}
        assert set(model.affinity.values()) == {0}

    def test_corridor_by_consequence(self):
        """It is closed at once, and flows follow in the next step."""
        net = network(3, [{"owners": [2]}], [{"routes": [[0]]}])
        close = {"kind": "corridor", "segment": "e0", "status": "closed"}
        model = process_model(
            fields={"network": net},
            switches=only("processes", "corridors"),
            processes=[{"rates": [CERTAIN]}],
            consequences=[("stage", 0, 1, close)],
        )
        model.step()
        segment = model.corridors.segments[0]
        assert segment.status == 0
        assert segment.flow > 0
        model.step()
        assert segment.flow == 0

    def test_role_by_order(self):
        """Only what is said changes."""
        order = [{"step": 0, "kind": "role", "process": "p0", "state": "AAA", "resist": 0.3}]
        model = process_model(interventions=order, processes=[{"push": {0: 0.7}, "interest": {0: 0.2}}])
        model.step()
        role = model.processes[0].roles[model.states[0]]
        assert (role.push, role.resist, role.interest) == (0.7, 0.3, 0.2)
