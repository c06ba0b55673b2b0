"""Shocks: decay and frequency."""

import math

import numpy as np
import pytest

from steppe.mechanisms.events import KINDS
from steppe.mechanisms.shocks import update_shocks
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import advance, begun, default_parameters, frequency_z

P = default_parameters()


class TestShocks(MechanismContract):
    name = "shocks"
    owns = frozenset({"actor.shock", "actor.prestige", "actor.crisis", "pair.conflict", "events", "n_events"})
    kept_when_off = frozenset({"actor.shock", "actor.prestige", "actor.crisis"})

    def prepare(self, record):
        """Crises and wars so frequent that one step brings some."""
        for name in ("crisis_rate", "war_rate", "war_end_rate"):
            record["p"][name] = 2


class TestDecay:
    def test_is_exponential(self):
        """e^(−decay t), whatever the number of steps a year."""
        for steps_per_year in (1, 4, 12):
            record = begun(
                make_world(2, 0),
                default_parameters(shocks__shock_rate=0, shocks__crisis_rate=0),
                steps_per_year=steps_per_year,
            )
            record["actor"]["shock"][0, 0], record["actor"]["prestige"][0, 1] = 0.01, 0.5
            record["actor"]["crisis"][0, 0] = 0.6
            for step in range(3 * steps_per_year):
                record["step"] = step
                update_shocks(record[0])
            shock, prestige = record["actor"]["shock"][0, 0], record["actor"]["prestige"][0, 1]
            assert shock == pytest.approx(0.01 * math.exp(-3 * P["shocks.shock_decay"]), rel=1e-12)
            assert prestige == pytest.approx(0.5 * math.exp(-3 * P["shocks.prestige_decay"]), rel=1e-12)
            crisis = record["actor"]["crisis"][0, 0]
            assert crisis == pytest.approx(0.6 * math.exp(-3 * P["shocks.crisis_decay"]), rel=1e-12)


class TestRandomShocks:
    def test_frequency_and_size(self):
        """Each of 30 states in each of 400 steps with 1 − e^(−λΔt); without decay a shock is a multiple
        of the size.
        """
        record = begun(make_world(30, 0), default_parameters(shocks__shock_decay=0))
        for step in range(400):
            record["step"] = step
            update_shocks(record[0])
        struck = record["actor"]["shock"][0, :30] / P["shocks.shock_size"]
        np.testing.assert_allclose(struck, np.rint(struck), atol=1e-9)
        chance = 1 - math.exp(-P["shocks.shock_rate"] * 0.25)
        assert abs(frequency_z(struck.sum(), 12_000, chance)) < 4
        assert len(set(np.rint(struck))) > 1, "states are struck on their own"


class TestCrises:
    def test_frequency_size_and_event(self):
        """As threat shocks: 1 − e^(−λΔt) a state and step, on their own draws; each is told with what it left."""
        record = begun(make_world(30, 0), default_parameters(shocks__crisis_decay=0, shocks__shock_rate=0))
        for step in range(400):
            record["step"] = step
            update_shocks(record[0])
        struck = record["actor"]["crisis"][0, :30] / P["shocks.crisis_size"]
        np.testing.assert_allclose(struck, np.rint(struck), atol=1e-9)
        chance = 1 - math.exp(-P["shocks.crisis_rate"] * 0.25)
        assert abs(frequency_z(struck.sum(), 12_000, chance)) < 4
        told = record["events"][0, : record["n_events"][0]]
        assert {KINDS[kind] for kind in told["kind"]} == {"crisis"} and (told["partner"] == -1).all()
        np.testing.assert_array_equal(np.bincount(told["state"], minlength=30), np.rint(struck))
        last = {int(one["state"]): float(one["terms"][0]) for one in told}
        for i, level in last.items():
            assert level == pytest.approx(record["actor"]["crisis"][0, i], rel=1e-6)
        np.testing.assert_allclose(told["probability"], chance, rtol=1e-6)


def hostile(n, affinity=-0.8, threat=0.5, conflict=0.0):
    """Everybody hostile to everybody; of each pair one is threatened by the other, now the first, now the second."""
    place = np.arange(n)
    first = (np.add.outer(place, place) % 2 == 0) == np.less.outer(place, place)
    np.fill_diagonal(first, False)
    apart = 1 - np.eye(n)
    return make_world(
        n, 0, affinity_structural=affinity * apart, threat=threat * first, conflict=conflict * apart
    )  # fmt: skip


def wars_after(world, steps, steps_per_year=4, **parameters):
    """Conflict of the pairs i < j after some steps, and the events; no crises."""
    quiet = dict(shocks__shock_rate=0, shocks__crisis_rate=0)
    record = begun(world, default_parameters(**quiet | parameters), steps_per_year=steps_per_year)
    for step in range(steps):
        record["step"] = step
        update_shocks(record[0])
    n = len(world.states)
    conflict = record["pair"]["conflict"][0, :n, :n]
    np.testing.assert_array_equal(conflict, conflict.T)
    return conflict[np.triu_indices(n, 1)], record["events"][0, : record["n_events"][0]]


class TestWars:
    @pytest.mark.parametrize("steps_per_year", [1, 4, 12])
    def test_outbreak(self, steps_per_year):
        """Within a year with 1 − e^(−rate · threat · hostility), whatever the step; the larger threat counts."""
        fought, told = wars_after(
            hostile(30), steps_per_year, steps_per_year, shocks__war_rate=0.6, shocks__war_end_rate=0
        )
        assert set(fought) == {0.0, P["shocks.war_level"]}
        count = (fought > 0).sum()
        assert abs(frequency_z(count, fought.size, 1 - math.exp(-0.6 * 0.5 * 0.8))) < 4
        assert len(told) == count and {KINDS[kind] for kind in told["kind"]} == {"war"}
        assert (told["state"] < told["partner"]).all()
        assert (told["terms"][:, 0] == np.float32(P["shocks.war_level"])).all()
        chance = 1 - math.exp(-0.6 * 0.5 * 0.8 / steps_per_year)
        np.testing.assert_allclose(told["probability"], chance, rtol=1e-6)

    @pytest.mark.parametrize("steps_per_year", [1, 4])
    def test_end(self, steps_per_year):
        """Fighting of any intensity is over within two years with 1 − e^(−2 rate)."""
        fought, told = wars_after(
            hostile(30, conflict=0.3), 2 * steps_per_year, steps_per_year, shocks__war_rate=0
        )
        assert set(fought) == {0.0, 0.3}
        count = (fought == 0).sum()
        assert abs(frequency_z(count, fought.size, 1 - math.exp(-2 * P["shocks.war_end_rate"]))) < 4
        assert {KINDS[kind] for kind in told["kind"]} == {"war_ended"} and (told["terms"][:, 0] == 0).all()

    def test_one_of_the_two_in_a_step(self):
        """A war that ends does not begin again in the same step, however likely both are."""
        for steps, level in ((1, P["shocks.war_level"]), (2, 0.0), (3, P["shocks.war_level"])):
            fought, told = wars_after(hostile(4), steps, shocks__war_rate=1e6, shocks__war_end_rate=1e6)
            assert (fought == level).all() and len(told) == 6 * steps

    @pytest.mark.parametrize("given", [dict(affinity=0.0), dict(affinity=0.4), dict(threat=0.0)])
    def test_none_without_threat_or_among_friends(self, given):
        """Both are needed."""
        fought, _ = wars_after(hostile(5, **given), 20, shocks__war_rate=1e6)
        assert not fought.any()

    def test_off(self):
        """With `shocks` off no war begins or ends, in steps of everything else."""
        p = default_parameters(shocks__war_rate=1e6, shocks__war_end_rate=1e6, shocks__crisis_rate=1e6)
        record = begun(hostile(3), p, {"shocks": False})
        record["pair"]["conflict"][0, 0, 1] = record["pair"]["conflict"][0, 1, 0] = 0.4
        before = record["pair"]["conflict"].copy()
        advance(record, 8)
        np.testing.assert_array_equal(record["pair"]["conflict"], before)
        assert not record["actor"]["crisis"].any()
        advance(record, 1)
        record["p"]["on_shocks"] = 1
        advance(record, 1)
        assert (record["pair"]["conflict"] != before).any() and record["actor"]["crisis"].any()
