"""Domestic politics: approval, support, leaders and gates against closed forms and frequencies."""

import math
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppe.mechanisms.derived import update_all
from steppe.mechanisms.domestic import normal_cdf, update_domestic
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.turnover import change_leader
from steppe.simulation.plan import step_of
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .politics import gate, process, small
from .support import DERIVED, advance, begun, default_parameters, frequency_z, replicates_of

P = default_parameters()
QUIET = dict(domestic__approval_noise=0, domestic__support_noise=0, domestic__leader_rate=0)
PHI = NormalDist().cdf


def quiet(**changes):
    """Parameters without noise and without leaders who fall."""
    return default_parameters(**(QUIET | changes))


def held(record, step=0):
    """A record after the mechanism of a step."""
    record["step"] = step
    update_domestic(record[0])
    return record


def events_of(record):
    """(kind, state, value, probability) of the events so far."""
    rows = record["events"][0, : record["n_events"][0]]
    return [(KINDS[e["kind"]], int(e["state"]), float(e["terms"][0]), float(e["probability"])) for e in rows]


class TestDomestic(MechanismContract):
    name = "domestic"
    owns = frozenset({"actor.approval", "pair.affinity", "actor.danger", "events", "n_events"}) | DERIVED
    kept_when_off = frozenset({"actor.approval", "role.support", "gate.held"})


class TestApproval:
    def test_returns_to_its_usual_level(self):
        """Without noise the gap shrinks by 1 − r Δt a step: e^(−r t) as Δt → 0."""
        for steps_per_year in (4, 360):
            record = begun(make_world(2, 0), quiet(), steps_per_year=steps_per_year)
            record["actor"]["approval"][0, 0] = 0.9
            for step in range(2 * steps_per_year):
                held(record, step)
            left = 0.4 * (1 - P["domestic.approval_reversion"] / steps_per_year) ** (2 * steps_per_year)
            assert record["actor"]["approval"][0, 0] == pytest.approx(0.5 + left, rel=1e-12)
        assert left == pytest.approx(0.4 * math.exp(-2 * P["domestic.approval_reversion"]), rel=0.01)

    def test_crisis_and_war_cost_it(self):
        """By their parameters, a quarter of a year's worth; of several wars the worst counts."""
        record = begun(make_world(4, 0), quiet())
        record["actor"]["crisis"][0, 0] = 0.8
        for other, level in ((2, 0.3), (3, 0.6)):
            record["pair"]["conflict"][0, 1, other] = record["pair"]["conflict"][0, other, 1] = level
        after = held(record)["actor"]["approval"][0, :4]
        cost, war = P["domestic.crisis_cost"], P["domestic.war_cost"]
        expected = [0.5 - cost * 0.8 / 4, 0.5 - war * 0.6 / 4, 0.5 - war * 0.3 / 4, 0.5 - war * 0.6 / 4]
        np.testing.assert_allclose(after, expected, rtol=1e-12)

    def test_its_spread(self):
        """Stationary variance of the AR(1): noise² Δt/(1 − (1 − r Δt)²); 40 states, 250 steps, correlated."""
        record = begun(make_world(40, 0), default_parameters(domestic__leader_rate=0))
        seen = []
        for step in range(290):
            held(record, step)
            seen.append(record["actor"]["approval"][0, :40] - 0.5)
        keep = 1 - P["domestic.approval_reversion"] / 4
        expected = P["domestic.approval_noise"] ** 2 / 4 / (1 - keep**2)
        assert np.var(seen[40:]) == pytest.approx(expected, rel=0.1)
        assert abs(np.corrcoef(np.array(seen).T)[0, 1]) < 0.3, "each state on its own"

    def test_stays_within_bounds(self):
        """However hard the crisis."""
        record = begun(make_world(2, 0), default_parameters(domestic__approval_noise=0.15))
        record["actor"]["crisis"][0, 0] = 10
        for step in range(8):
            held(record, step)
        assert record["actor"]["approval"][0, 0] == 0


class TestSupport:
    def world(self, **own):
        a = np.zeros((4, 4))
        a[0, 1] = a[1, 0] = 0.4
        a[0, 2] = a[2, 0] = a[1, 2] = a[2, 1] = 0.2
        party = {"S0": {"support": 0.3}, "S1": {}, "S2": {}}
        return small([process(parties=party, **own)], affinity_structural=a, organisations=0)

    def test_follows_closeness_to_the_other_parties(self):
        """r (q⁰ − q) + k (ā − ā^s), ā the mean over the other parties: of S0 with S1 and S2."""
        record = begun(self.world(), quiet())
        record["pair"]["affinity"][0, 0, 1] = record["pair"]["affinity"][0, 1, 0] = 0.8
        record["pair"]["affinity"][0, 0, 3] = 0.9  # no party
        record["role"]["support"][0, 0, 0] = 0.6
        after = held(record)["role"]["support"][0, 0, :4]
        drift = P["domestic.support_reversion"] * (0.3 - 0.6)
        drift += P["domestic.support_affinity"] * ((0.8 + 0.2) / 2 - (0.4 + 0.2) / 2)
        assert after[0] == pytest.approx(0.6 + drift / 4, rel=1e-12)
        assert after[2] == 0.5 and after[3] == 0

    def test_of_what_is_done_stays(self):
        """At the last stage nothing moves, not even by luck."""
        record = begun(self.world(stage=1))
        before = record["role"]["support"][0, 0].copy()
        np.testing.assert_array_equal(held(record)["role"]["support"][0, 0], before)
        moving = held(begun(self.world()))["role"]["support"][0, 0]
        assert (moving[:3] != before[:3]).all() and moving[3] == before[3]


class TestLeaders:
    @pytest.mark.parametrize("approval", [0.2, 0.5, 0.9])
    def test_fall_the_oftener_the_less_they_are_approved_of(self, approval):
        """1 − exp(−rate e^(slope (½ − g)) Δt), over 30 states and 200 steps."""
        world = make_world(30, 0, approval=np.full(30, approval))
        record = begun(world, quiet(domestic__leader_rate=0.12), steps_per_year=2)
        for step in range(200):
            held(record, step)
        rate = 0.12 * math.exp(P["domestic.leader_slope"] * (0.5 - approval))
        chance = 1 - math.exp(-rate / 2)
        found = events_of(record)
        assert {kind for kind, *_ in found} == {"leader_changed"}
        assert abs(frequency_z(len(found), 6000, chance)) < 4
        assert found[0][3] == pytest.approx(chance, rel=1e-6)

    def changed(self, continuity=0.0, relief=0.0, noise=0.0, replicate=0):
        """Affinity of four states after the leader of the first has changed; all were .6, baselines .2."""
        world = make_world(4, 0, continuity=np.full(4, continuity))
        record = begun(world, default_parameters(domestic__turnover_noise=noise), replicate=replicate)
        pair = record["pair"][0, :4, :4]
        pair["affinity"], pair["baseline"], pair["relief"] = 0.6, 0.2, relief
        record["actor"]["approval"][0, 0] = 0.1
        change_leader(record[0], 0, 0.25)
        assert record["actor"]["approval"][0, 0] == 0.5, "the new one starts where the old one usually stood"
        assert events_of(record) == [("leader_changed", 0, pytest.approx(0.1), 0.25)]
        return record["pair"]["affinity"][0, :4, :4]

    @pytest.mark.parametrize(
        ("continuity", "relief", "left"),
        [(0, 0, 0.2), (1, 0, 0.6), (0, 1, 0.6), (0.5, 0, 0.4), (0.5, 0.5, 0.5)],
    )
    def test_what_survives(self, continuity, relief, left):
        """keep = c + (1 − c) relief of the gap to the baseline, of this state's pairs only, both ways."""
        after = self.changed(continuity, relief)
        np.testing.assert_allclose(after[0, 1:], left)
        np.testing.assert_allclose(after[1:, 0], left)
        np.testing.assert_allclose(after[1:, 1:], 0.6)

    def test_the_new_leaders_leanings(self):
        """Normal around what survives, (1 − keep) turnover_noise wide, one draw for each other state."""
        drawn = np.array([self.changed(noise=0.15, replicate=r)[0, 1:] for r in range(600)]) - 0.2
        assert abs(drawn.mean()) < 4 * 0.15 / math.sqrt(drawn.size)
        assert drawn.std() == pytest.approx(0.15, rel=0.08)
        assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.2
        np.testing.assert_allclose(
            self.changed(relief=1.0, noise=0.15), 0.6, err_msg="relief 1: nothing moves"
        )

    def test_all_that_follows_from_affinity_is_refreshed(self):
        """Protection by a partner falls with the affinity that is lost."""
        world = make_world(3, 0, tie=[[0, 0.5, 0], [0.5, 0, 0], [0, 0, 0]], continuity=np.zeros(3))
        p = default_parameters(domestic__leader_rate=1e9, domestic__turnover_noise=0)
        record = begun(world, p)
        record["pair"]["affinity"][0, 0, 1] = record["pair"]["affinity"][0, 1, 0] = 1.0
        update_all(record[0])
        assert record["actor"]["protection"][0, 0] == pytest.approx(0.5 / 3)
        held(record)
        assert record["pair"]["affinity"][0, 0, 1] == 0
        assert record["actor"]["protection"][0, 0] == pytest.approx(0.5 / 3 / 2)


class TestGates:
    def world(self, *gates, support=0.5, rates=(1.0, 1.0, 1.0), **own):
        told = process(rates=rates, parties={"S0": {"support": support}, "S1": {}}, **own)
        return small([told], gates, organisations=0)

    @given(x=st.floats(-8, 8))
    def test_the_normal_distribution(self, x):
        """That of the standard library."""
        assert normal_cdf(x) == pytest.approx(PHI(x), rel=1e-12, abs=1e-15)

    @pytest.mark.parametrize("support", [0.42, 0.5, 0.56])
    def test_a_referendum_passes_by_the_support(self, support):
        """P = Φ((q − ½)/noise), over 1,500 addressed draws."""
        record = begun(self.world(gate(of="accord", due=0, noise=0.08), support=support), quiet())
        passed = replicates_of(record, lambda work: int(held(work)["gate"]["passed"][0, 0]), 1500)
        assert abs(frequency_z(passed.sum(), 1500, PHI((support - 0.5) / 0.08))) < 4

    @pytest.mark.parametrize(("mix", "score"), [(1, 0.6), (0, 0.45), (0.4, 0.51)])
    def test_the_score(self, mix, score):
        """mix q + (1 − mix) g, noted with the probability of what happened."""
        record = begun(self.world(gate(of="accord", due=0, mix=mix), support=0.6), quiet())
        record["actor"]["approval"][0, 0] = record["actor"]["approval0"][0, 0] = 0.45
        kind, state, value, chance = events_of(held(record))[0]
        assert (state, value) == (0, pytest.approx(score, rel=1e-6))
        passes = PHI((score - 0.5) / 0.1)
        assert chance == pytest.approx(passes if kind == "gate_passed" else 1 - passes, rel=1e-6)

    def test_without_a_process_approval_decides(self):
        """Whatever mix says."""
        record = held(begun(small([], [gate(mix=1, due=0)], organisations=0), quiet()))
        assert events_of(record)[0][2] == pytest.approx(0.5)

    @pytest.mark.parametrize("steps_per_year", [1, 2, 4, 12, 52, 365])
    @pytest.mark.parametrize(("year", "month"), [(2000, 1), (2001, 5), (2003, 12)])
    def test_a_known_date_falls_in_its_step(self, steps_per_year, year, month):
        """The step of a date is that of an intervention of the same day, whatever the step's length."""
        due = ((year - 2000) * 12 + month - 1) / 12
        record = begun(self.world(gate(of="accord", due=due)), quiet(), steps_per_year=steps_per_year)
        step = step_of(date(year, month, 1), date(2000, 1, 1), steps_per_year)
        assert record["gate"]["due"][0, 0] == step
        if step:
            assert not held(record, step - 1)["gate"]["held"][0, 0]
        assert held(record, step)["gate"]["held"][0, 0] == 1
        assert held(record, step + 1)["gate"]["held"][0, 0] == 1

    def test_a_clock_starts_with_its_stage(self):
        """Due round(delay/Δt) steps after the stage is reached, half to even; delay 0: at once."""
        for delay, steps in ((0, 0), (0.375, 2), (0.625, 2), (1, 4)):
            record = begun(self.world(gate(of="accord", clock=1, delay=delay)), quiet())
            assert held(record, 3)["gate"]["due"][0, 0] == -1
            record["process"]["stage"][0, 0] = 1
            held(record, 5)
            assert record["gate"]["held"][0, 0] == (steps == 0)
            if steps:
                assert record["gate"]["due"][0, 0] == 5 + steps
                assert held(record, 4 + steps)["gate"]["held"][0, 0] == 0
                assert held(record, 5 + steps)["gate"]["held"][0, 0] == 1

    def test_again_and_again(self):
        """Every `again` years from the step in which it was held, passed or not."""
        record = begun(self.world(gate(of="accord", due=0, again=2)), quiet())
        for step in range(25):
            held(record, step)
        found = record["events"][0, : record["n_events"][0]]["step"].tolist()
        assert found == [0, 8, 16, 24] and record["gate"]["held"][0, 0] == 4

    def test_what_fails_for_good_stays_failed(self):
        """Again 0: never held twice, and its clock does not start again."""
        for timing in (dict(due=0), dict(clock=0)):
            record = begun(self.world(gate(of="accord", noise=0.001, **timing), support=0.1), quiet())
            for step in range(8):
                held(record, step)
            assert [kind for kind, *_ in events_of(record)] == ["gate_failed"]
            assert record["gate"]["passed"][0, 0] == 0

    def test_a_chained_gate_waits(self):
        """Until the other has passed, however long it is due."""
        first = gate("election", due=1, kind="election", mix=0, noise=0.001, of="accord")
        second = gate("ratification", due=0, chained="election", of="accord")
        record = begun(self.world(first, second, support=0.9), quiet())
        record["actor"]["approval"][0, 0] = record["actor"]["approval0"][0, 0] = 0.9
        seen = [held(record, step)["gate"]["held"][0, :2].tolist() for step in range(6)]
        assert seen == [[0, 0]] * 4 + [[1, 1]] * 2
        lost = begun(self.world(first, second, support=0.9), quiet())
        lost["actor"]["approval"][0, 0] = lost["actor"]["approval0"][0, 0] = 0.1
        seen = [held(lost, step)["gate"]["held"][0, :2].tolist() for step in range(6)]
        assert seen[-1] == [1, 0]

    def test_a_lost_election_changes_the_leader(self):
        """A lost referendum does not, nor does an election that is won."""
        for kind, approval, wanted in (
            ("election", 0.1, ["gate_failed", "leader_changed"]),
            ("election", 0.9, ["gate_passed"]),
            ("referendum", 0.1, ["gate_failed"]),
        ):
            world = small([], [gate(kind=kind, due=0, noise=0.001)], organisations=0)
            record = begun(world, quiet())
            record["actor"]["approval"][0, 0] = record["actor"]["approval0"][0, 0] = approval
            assert [kind for kind, *_ in events_of(held(record))] == wanted

    @pytest.mark.parametrize(("support", "tie"), [(0.9, 0.5), (0.1, 0.1)])
    def test_consequences_of_either_outcome(self, support, tie):
        """Carried out at once, with all that follows."""
        told = [{"kind": "tie", "a": "S0", "b": "S1", "level": level} for level in (0.5, 0.1)]
        one = gate(of="accord", due=0, noise=0.001, on_pass=told[:1], on_fail=told[1:])
        record = held(begun(self.world(one, support=support), quiet()))
        assert record["pair"]["tie"][0, 1, 0] == tie
        assert record["actor"]["protection"][0, 0] == pytest.approx(tie / 4 / 2)

    @pytest.mark.parametrize(("off", "held"), [("gates", 1), ("domestic", 0)])
    def test_switched_off(self, off, held):
        """`gates` off they are held all the same, though nothing waits for them; `domestic` off nothing moves."""
        world = self.world(gate(of="accord", due=0))
        record = advance(begun(world, switches={off: False}), 2, world)
        assert record["gate"]["held"][0, 0] == held
        assert (record["actor"]["approval"][0, 0] != 0.5) == (off == "gates")


class TestStep:
    def test_half_the_step_same_politics(self):
        """A government in place a year on, that a referendum passes by then: quarters against sixteenths.

        Leaders fall at e^(−λ t) whatever the step; the gate is held once, on approval that has drifted.
        """
        world = small(
            [process(parties=("S0", "S1"))], [gate(of="accord", mix=0.5, due=0.75)], organisations=0
        )
        found = []
        for steps_per_year in (4, 16):
            record = begun(world, steps_per_year=steps_per_year)

            def year(work, steps=steps_per_year):
                for step in range(steps):
                    held(work, step)
                kinds = [kind for kind, *_ in events_of(work)]
                return [work["gate"]["passed"][0, 0], kinds.count("leader_changed")]

            found.append(replicates_of(record, year, 500))
        error = np.sqrt((found[0].var(axis=0) + found[1].var(axis=0)) / 500)
        z = (found[0].mean(axis=0) - found[1].mean(axis=0)) / error
        assert (np.abs(z) < 4).all(), z

    def test_the_order_of_rows(self):
        """Relabelled states live the same politics, also where two leaders fall in one step."""
        world = small(
            [process(parties=("S0", "S1", "S2"), interest=0.5)],
            [gate(of="accord", state="S1", clock=0, again=0.5)],
            organisations=0,
            approval=[0.3, 0.5, 0.6, 0.4],
            affinity_structural=np.full((4, 4), 0.2) - 0.2 * np.eye(4),
        )
        order = [2, 0, 3, 1]
        p = default_parameters(domestic__leader_rate=2)
        one, other = begun(world, p), begun(world.permuted(order, []), p)
        for step in range(24):
            held(one, step)
            held(other, step)
        fallen = [
            (e["step"])
            for e in one["events"][0, : one["n_events"][0]]
            if KINDS[e["kind"]] == "leader_changed"
        ]
        assert len(set(fallen)) < len(fallen)
        assert one["gate"]["passed"][0, 0] == other["gate"]["passed"][0, 0]
        affinity = one["pair"]["affinity"][0, :4, :4][np.ix_(order, order)]
        np.testing.assert_allclose(other["pair"]["affinity"][0, :4, :4], affinity, atol=1e-12)
        np.testing.assert_allclose(
            other["actor"]["approval"][0, :4], one["actor"]["approval"][0, order], rtol=1e-12
        )
        np.testing.assert_allclose(
            other["role"]["support"][0, 0, :4], one["role"]["support"][0, 0, order], rtol=1e-12
        )
