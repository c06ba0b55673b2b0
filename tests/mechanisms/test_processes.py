"""Processes: rates, patrons, spoilers, relapse, requirements and consequences against closed forms."""

import math

import numpy as np
import pytest

from steppe.mechanisms.alignment import leverage
from steppe.mechanisms.domestic import update_domestic
from steppe.mechanisms.parties import benefit
from steppe.mechanisms.processes import push_and_resistance, reach, stage_rate

from .contract import MechanismContract
from .politics import SURE, gate, kinds_of, moved, process, small, stages
from .support import advance, begun, default_parameters, frequency_z, leaves, replicates_of

P = default_parameters()


class TestProcesses(MechanismContract):
    """In a world without processes there is nothing to do: the contract's promises hold for an accord."""

    name = "processes"
    owns = frozenset(
        {
            "process.stage",
            "role.support",
            "actor.approval",
            "actor.shock",
            "actor.danger",
            "events",
            "n_events",
        }
    )
    kept_when_off = frozenset({"process.stage"})

    def prepare(self, record):
        """A process of the first two states, pushed by the third."""
        world = small([process(rates=(2, 2, 2), parties=("S0", "S1"), push={"S2": 0.5}, resist={"S3": 0.5})])
        told = begun(world)
        for name in ("n_processes", "process", "rate"):
            record[name] = told[name]
        n = record["role"].shape[2]
        record["role"] = told["role"][:, :, :n]


class TestRate:
    def record(self, p=None, switches=None, **own):
        """Three parties in unlike closeness; S3 pushes, S4 resists; capabilities .1 .1 .1 .3 .4."""
        a = np.full((5, 5), 0.1) - 0.1 * np.eye(5)
        a[0, 1] = a[1, 0] = 0.7
        share0 = np.zeros((5, 6))
        np.fill_diagonal(share0, 0.7)
        share0[:, 5] = 0.3
        share0[0, 3], share0[0, 5] = 0.12, 0.18
        share0[1, 4], share0[1, 5] = 0.06, 0.24
        parties = {"S0": {"interest": 0.5}, "S1": {"interest": -0.2}, "S2": {}}
        told = process(parties=parties, **{"push": {"S3": 0.8}, "resist": {"S4": 1.0}} | own)
        world = small(
            [told],
            states=5,
            organisations=0,
            capability=[0.1, 0.1, 0.1, 0.3, 0.4],
            affinity_structural=a,
            share0=share0,
        )
        return begun(world, p, switches)

    def test_benefit(self):
        """Mean over the parties of ½ (interest + mean affinity with the others)."""
        expected = np.mean([0.5 * (0.5 + 0.4), 0.5 * (-0.2 + 0.4), 0.5 * (0 + 0.1)])
        assert benefit(self.record()[0], 0) == pytest.approx(expected, rel=1e-12)
        assert benefit(begun(small([process()]))[0], 0) == 0, "without parties"

    def test_reach(self):
        """w · activity · (access + (1 − access) L̄), L̄ the mean leverage over the parties but itself; at most 1."""
        record = self.record()
        state = record[0]
        held = np.mean([leverage(state, i, 3) for i in range(3)])
        assert held > 0.01
        access = P["processes.access"]
        assert reach(state, 3, 0, 0.8) == pytest.approx(0.8 * (access + (1 - access) * held), rel=1e-12)
        record["actor"]["activity"][0, 3] = 0.5
        assert reach(state, 3, 0, 0.8) == pytest.approx(0.4 * (access + (1 - access) * held), rel=1e-12)
        record["actor"]["activity"][0, 3] = 30
        assert reach(state, 3, 0, 0.8) == 1

    def test_a_party_has_no_reach_over_itself(self):
        """The mean is over the other parties; alone, access is all there is."""
        record, access = self.record(), P["processes.access"]
        record["role"]["party"][0, 0, 3] = 1
        held = np.mean([leverage(record[0], i, 3) for i in range(3)])
        assert reach(record[0], 3, 0, 0.8) == pytest.approx(0.8 * (access + (1 - access) * held), rel=1e-12)
        record = begun(small([process(parties=("S0",))], organisations=0))
        assert reach(record[0], 0, 0, 0.5) == pytest.approx(0.5 * P["processes.access"])

    def test_patrons_together(self):
        """1 − Π (1 − reach)."""
        record = self.record(push={"S3": 0.8, "S4": 0.4}, resist={})
        state = record[0]
        push, resistance = push_and_resistance(state, 0)
        expected = 1 - (1 - reach(state, 3, 0, 0.8)) * (1 - reach(state, 4, 0, 0.4))
        assert push == pytest.approx(expected, rel=1e-12) and resistance == 0

    def test_a_spoiler_at_full_effort_slows_by_its_reach_and_never_to_zero(self):
        """Exactly e^(−k_resist · reach), however hard it tries."""
        for k_resist in (0.5, 2.0):
            p = default_parameters(processes__k_resist=k_resist)
            record = self.record(p, push={})
            free = self.record(p, switches={"spoilers": False}, push={})
            resisted, bare = stage_rate(record[0], 0, 1, 0.2), stage_rate(free[0], 0, 1, 0.2)
            assert resisted / bare == pytest.approx(
                math.exp(-k_resist * reach(record[0], 4, 0, 1.0)), rel=1e-12
            )
            record["actor"]["activity"][0, 4] = 1e6
            assert stage_rate(record[0], 0, 1, 0.2) / bare == pytest.approx(math.exp(-k_resist), rel=1e-12)

    def test_push(self):
        """Faster by e^(k_push · push)."""
        pushed, bare = self.record(resist={}), self.record(push={}, resist={})
        push, _ = push_and_resistance(pushed[0], 0)
        ratio = stage_rate(pushed[0], 0, 1, 0.0) / stage_rate(bare[0], 0, 1, 0.0)
        assert ratio == pytest.approx(math.exp(P["processes.k_push"] * push), rel=1e-12) and push > 0.2

    @pytest.mark.parametrize("gain", [-100, 100])
    def test_is_bounded(self, gain):
        """By e^±3 times the coded rate and the pace."""
        record = self.record(rates=(0.4,))
        record["process"]["pace"][0, 0] = 2
        assert stage_rate(record[0], 0, 1, gain) == pytest.approx(0.8 * math.exp(math.copysign(3, gain)))

    @pytest.mark.parametrize("steps_per_year", [4, 12])
    def test_the_stage_is_reached_by_the_rate(self, steps_per_year):
        """1 − e^(−hT) within T whatever the step: h = rate · pace · e^(k_benefit B)."""
        told = process(rates=(0.5,), parties=("S0", "S1"), interest=0.6)
        record = begun(small([told], organisations=0), steps_per_year=steps_per_year)
        record["process"]["pace"][0, 0] = 1.5

        def half_a_year(work):
            for step in range(steps_per_year // 2):
                moved(work, step)
            return stages(work)[0]

        reached = replicates_of(record, half_a_year, 1500).sum()
        hazard = 0.5 * 1.5 * math.exp(P["processes.k_benefit"] * 0.3)
        assert abs(frequency_z(reached, 1500, 1 - math.exp(-hazard / 2))) < 4

    def test_one_stage_a_step_and_the_note_of_it(self):
        """Stage by stage, with the benefit as value; at the last one it stops."""
        record = begun(small([process(rates=(SURE,) * 3, parties=("S0",), interest=0.5)], organisations=0))
        assert [stages(moved(record, step))[0] for step in range(5)] == [1, 2, 3, 3, 3]
        found = record["events"][0, : record["n_events"][0]]
        assert found["status_to"].tolist() == [1, 2, 3] and (found["process"] == 0).all()
        np.testing.assert_allclose(found["terms"][:, 0], 0.25)
        np.testing.assert_allclose(found["probability"], 1)

    def test_a_rate_of_zero_is_entered_by_order_only(self):
        """Whatever the pace; an order sets the stage, without its consequences."""
        effect = {"kind": "tie", "a": "S0", "b": "S1", "level": 0.5}
        world = small([process(rates=(0, SURE), parties=("S0", "S1"), effects={1: [effect]})])
        record = begun(world)
        record["process"]["pace"][0, 0] = 100
        advance(record, 3, world)
        assert stages(record) == [0]
        advance(record, 1, world, [{"step": 3, "kind": "stage", "process": "accord", "stage": "s1"}], first=3)
        assert stages(record) == [2] and record["pair"]["tie"][0, 0, 1] == 0
        assert kinds_of(record).count("advanced") == 2


class TestSignals:
    def record(self, effort=0.8, stage=1, switches=None, **p):
        told = process(
            rates=(0, 0, 0), stage=stage, parties=("S0", "S1", "S3"), resist={"S2": effort, "S3": 0}
        )
        world = small([told], organisations=0, capability=[0.1, 0.2, 0.3, 0.4])
        return begun(world, default_parameters(**p), switches, steps_per_year=2)

    def test_by_effort_and_activity(self):
        """1 − e^(−signal_rate w activity Δt)."""
        record = self.record()
        record["actor"]["activity"][0, 2] = 0.5
        sent = replicates_of(record, lambda work: len(kinds_of(moved(work))), 1500)
        chance = 1 - math.exp(-P["processes.signal_rate"] * 0.8 * 0.5 / 2)
        assert abs(frequency_z(sent.sum(), 1500, chance)) < 4 and set(sent) == {0, 1}

    def test_parties_feel_threatened_and_doubt(self):
        """Every party but the spoiler: signal_size of its capability, and signal_support off, not below 0."""
        record = self.record(processes__signal_rate=SURE)
        record["role"]["support"][0, 0, 1] = 0.01
        moved(record)
        shock = P["processes.signal_size"] * 0.3
        np.testing.assert_allclose(record["actor"]["shock"][0, :4], [shock, shock, 0, shock])
        expected = [0.5 - P["processes.signal_support"], 0, 0, 0.5 - P["processes.signal_support"]]
        np.testing.assert_allclose(record["role"]["support"][0, 0, :4], expected)
        event = record["events"][0, 0]
        assert kinds_of(record) == ["signalled"] and (event["state"], event["process"]) == (2, 0)

    def test_a_party_that_resists_does_not_threaten_itself(self):
        """Nor does it make its own public doubt."""
        record = self.record(effort=0, processes__signal_rate=SURE)
        record["role"]["resist"][0, 0, 3] = 1
        moved(record)
        assert record["actor"]["shock"][0, 3] == 0 < record["actor"]["shock"][0, 0]
        assert record["role"]["support"][0, 0, 3] == 0.5 > record["role"]["support"][0, 0, 0]

    @pytest.mark.parametrize(("stage", "sent"), [(0, 0), (1, 1), (2, 1), (3, 0)])
    def test_only_on_the_way(self, stage, sent):
        """Not before the first stage, nor after the last."""
        assert len(kinds_of(moved(self.record(stage=stage, processes__signal_rate=SURE)))) == sent

    def test_spoilers_off(self):
        """No signals either."""
        record = self.record(switches={"spoilers": False}, processes__signal_rate=SURE)
        assert kinds_of(moved(record)) == []


class TestRelapse:
    def record(self, stage=2, interest=0.0, **p):
        """Stages none, ceasefire, text, signed; relapse to the first from below `signed`. Four gates of it."""
        told = process(
            rates=(SURE, SURE, SURE), stage=stage, parties=("S0", "S1"), interest=interest, relapse=(0, 3)
        )
        votes = [
            gate("clocked", of="accord", clock=1, delay=1, passed=1),
            gate("dated", of="accord", due=1, passed=1),
            gate("elected", of="accord", clock=1, kind="election", passed=1, again=4),
            gate("other", due=1, passed=1),
        ]
        a = [[0, 0.05, 0.3], [0.05, 0, 0.3], [0.3, 0.3, 0]]
        world = small([told], votes, states=3, organisations=0, affinity_structural=a)
        return begun(world, default_parameters(processes__relapse_affinity=0.4, **p))

    def test_sets_back_and_sets_on(self):
        """The stage falls, the parties are at war and estranged; nobody else is. The rest waits for the next step."""
        record = moved(self.record(processes__relapse_rate=SURE), 8)
        assert stages(record) == [0] and kinds_of(record) == ["relapsed"]
        pair = record["pair"][0, :3, :3]
        level = P["processes.relapse_level"]
        np.testing.assert_allclose(pair["conflict"], [[0, level, 0], [level, 0, 0], [0, 0, 0]])
        assert pair["affinity"][0, 1] == pair["affinity"][1, 0] == pytest.approx(-0.35)
        assert pair["affinity"][0, 2] == pytest.approx(0.3)

    def test_a_worse_war_stays(self):
        """X ← max(X, level); affinity not below −1."""
        record = self.record(processes__relapse_rate=SURE)
        pair = record["pair"][0, :3, :3]
        pair["conflict"][0, 1] = pair["conflict"][1, 0] = 0.95
        pair["affinity"][0, 1] = pair["affinity"][1, 0] = -0.9
        moved(record)
        assert record["pair"]["conflict"][0, 1, 0] == 0.95 and record["pair"]["affinity"][0, 1, 0] == -1

    def test_reopens_the_votes_that_follow_a_stage(self):
        """They are held anew when the stage is back, failed or not; elections and given dates stay as they are."""
        record = self.record(processes__relapse_rate=SURE)
        record["gate"]["held"][0, :4] = 1
        record["gate"]["settled"][0, 0] = 1
        moved(record, 8)
        assert record["gate"]["passed"][0, :4].tolist() == [0, 1, 1, 1]
        assert record["gate"]["held"][0, :4].tolist() == [0, 1, 1, 1]
        assert record["gate"]["due"][0, :4].tolist() == [-1, 4, -1, 4]
        record["p"]["relapse_rate"] = 0
        moved(record, 9)
        record["step"] = 10
        update_domestic(record[0])
        assert record["gate"]["due"][0, 0] == 14, "the clock starts again"

    @pytest.mark.parametrize(("stage", "relapses"), [(0, 0), (1, 1), (2, 1), (3, 0)])
    def test_only_between(self, stage, relapses):
        """From 1 ≤ stage < below."""
        record = moved(self.record(stage=stage, processes__relapse_rate=SURE))
        assert kinds_of(record).count("relapsed") == relapses

    def test_the_less_likely_the_more_they_gain(self):
        """1 − exp(−rate e^(−k B) Δt)."""
        for interest in (-0.8, 0.8):
            record = self.record(interest=interest, processes__relapse_rate=0.12, processes__k_benefit=2)
            gain = 0.5 * (interest + 0.05)
            fell = replicates_of(record, lambda work: "relapsed" in kinds_of(moved(work)), 1500)
            chance = 1 - math.exp(-0.12 * math.exp(-2 * gain) / 4)
            assert abs(frequency_z(fell.sum(), 1500, chance)) < 4


class TestWhatDoesNotMatter:
    def test_the_order_of_rows(self):
        """Relabelled states bring about the same stages at the same steps."""
        told = [
            process(
                rates=(0.7, 0.7, 0.7),
                parties={"S0": {"interest": 0.4}, "S1": {"support": 0.3}},
                push={"S2": 0.6},
                resist={"S3": 0.9},
                relapse=(0, 3),
                requires=[(2, "tie", "S0", "S2", 0.5)],
                effects={1: [{"kind": "tie", "a": "S0", "b": "S2", "level": 0.5}]},
            )
        ]
        world = small(told, organisations=0, capability=[0.1, 0.2, 0.3, 0.4])
        order = [3, 1, 0, 2]
        p = default_parameters(processes__relapse_rate=0.12, processes__signal_rate=2)
        noted = set()
        for replicate in range(6):
            one = begun(world, p, replicate=replicate)
            other = begun(world.permuted(order, []), p, replicate=replicate)
            for step in range(24):
                assert stages(moved(one, step)) == stages(moved(other, step))
            noted |= set(kinds_of(one))
            assert kinds_of(one) == kinds_of(other)
            for part, name in (("actor", "shock"), ("actor", "approval")):
                np.testing.assert_allclose(other[part][name][0, :4], one[part][name][0, order], atol=1e-14)
        assert noted == {"advanced", "signalled", "relapsed"}

    def test_off_nothing_happens(self):
        """The whole step leaves every stage where it was; support and approval go on by themselves."""
        world = small([process(rates=(SURE, SURE), parties=("S0",), resist={"S1": 1})])
        record = begun(world, switches={"processes": False})
        before = leaves(record)
        advance(record, 8, world)
        assert record["process"]["stage"].tobytes() == before["process.stage"].tobytes()
        assert "signalled" not in kinds_of(record)
        assert (record["role"]["support"][0, 0, 0] != 0.5).all()
