"""Affinity: an autoregression whose mean, decay and variance are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.affinity import update_affinity
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import begun, default_parameters
from .test_derived import with_instruments

STILL = dict(
    affinity__noise=0, affinity__contact=0, affinity__trade_contact=0, affinity__conflict_erosion=0,
    affinity__baseline_follow=0, affinity__baseline_anchor=0,
)  # fmt: skip
IDENTITY = (0.0, 0.0, 1.0, 0.0)


def steps(record, count):
    """That many steps of affinity alone."""
    for number in range(count):
        record["step"] = number
        update_affinity(record[0])


def start_at(record, value):
    """Every pair at this affinity; the baseline stays."""
    record["pair"]["affinity"] = value


class TestAffinity(MechanismContract):
    name = "affinity"
    owns = frozenset({"pair.affinity", "pair.baseline"})
    kept_when_off = frozenset({"pair.baseline"})  # affinity moves with leaders too


class TestReversion:
    @given(start=st.floats(-1, 1), base=st.floats(-1, 1), count=st.integers(0, 60), rate=st.floats(0, 0.6))
    def test_closed_form(self, start, base, count, rate):
        """Without the rest a − a⁰ shrinks by (1 − μΔt) a step."""
        world = make_world(2, 0, affinity_structural=[[0, base], [base, 0]])
        record = begun(world, default_parameters(**STILL, affinity__reversion=rate))
        start_at(record, start)
        steps(record, count)
        expected = base + (start - base) * (1 - rate * 0.25) ** count
        assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(expected, abs=1e-12)

    def test_an_identity_instrument_slows_it(self):
        """The rate is μ(1 − relief) for two members of a common instrument; observers have no relief."""
        status = np.array([[2], [2], [1]])
        world = make_world(3, 1, instrument=[1], scope=[IDENTITY], status=status)
        record = begun(world, default_parameters(**STILL))
        start_at(record, 0.5)
        steps(record, 10)
        p = default_parameters()
        slow = p["affinity.reversion"] * (1 - p["affinity.instrument_relief"]) * 0.25
        assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(0.5 * (1 - slow) ** 10, rel=1e-12)
        fast = p["affinity.reversion"] * 0.25
        assert record["pair"]["affinity"][0, 0, 2] == pytest.approx(0.5 * (1 - fast) ** 10, rel=1e-12)

    def test_an_instrument_outside_bodies_slows_it_by_its_relief(self):
        """The rate is μ(1 − instrument_relief · relief) between those enrolled; with `instruments` off it is μ."""
        p = default_parameters(**STILL)
        for switches, relief in (({}, 0.6), ({"instruments": False}, 0.0)):
            record = begun(with_instruments(make_world(3, 0), [[1, 1, 0]], relief=0.6), p, switches)
            start_at(record, 0.5)
            steps(record, 10)
            for j, share in ((1, relief), (2, 0.0)):
                rate = p["affinity.reversion"] * (1 - p["affinity.instrument_relief"] * share) * 0.25
                assert record["pair"]["affinity"][0, 0, j] == pytest.approx(0.5 * (1 - rate) ** 10, rel=1e-12)

    def test_baseline_follows_and_is_anchored(self):
        """With affinity held, da⁰ = [f(a − a⁰) + k(a^s − a⁰)]Δt settles at (f a + k a^s)/(f + k)."""
        p = default_parameters(**STILL | dict(affinity__baseline_follow=0.15, affinity__baseline_anchor=0.1),
                               affinity__reversion=0)  # fmt: skip
        record = begun(make_world(2, 0, affinity_structural=[[0, -0.4], [-0.4, 0]]), p)
        start_at(record, 0.6)
        steps(record, 1)
        assert record["pair"]["baseline"][0, 0, 1] == pytest.approx(-0.4 + 0.25 * 0.15 * 1.0, rel=1e-12)
        steps(record, 400)
        expected = (0.15 * 0.6 + 0.1 * -0.4) / 0.25
        assert record["pair"]["baseline"][0, 1, 0] == pytest.approx(expected, abs=1e-9)


class TestForces:
    """One step from a known place, so that each term of the drift can be read off."""

    def test_contact_in_identity_bodies(self):
        """C = v_i v_j h s_identity with v = 1 for a member, observer_contact for an observer or suspended."""
        status = np.array([[2], [2], [1], [3], [0]])
        world = make_world(5, 1, scope=[(0.5, 0, 0.5, 0)], depth=[0.4], status=status)
        p = default_parameters(**STILL | dict(affinity__contact=0.1), affinity__reversion=0)
        record = begun(world, p)
        steps(record, 1)
        seen = p["affinity.observer_contact"]
        depth = 0.4 * 0.5 * 0.1 * 0.25
        expected = depth * np.outer([1, 1, seen, seen, 0], [1, 1, seen, seen, 0])
        np.fill_diagonal(expected, 0)
        np.testing.assert_allclose(record["pair"]["affinity"][0, :5, :5], expected, atol=1e-15)

    def test_contact_is_capped_and_fades_near_one(self):
        """C ≤ 1 however many bodies; growth is in proportion to 1 − a."""
        status = np.full((2, 3), 2)
        world = make_world(2, 3, scope=[IDENTITY] * 3, depth=[0.9] * 3, status=status)
        record = begun(
            world, default_parameters(**STILL | dict(affinity__contact=0.1), affinity__reversion=0)
        )
        assert record["pair"]["contact"][0, 0, 1] == 1
        start_at(record, 0.8)
        steps(record, 1)
        assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(0.8 + 0.1 * 0.2 * 0.25, rel=1e-14)

    def test_conflict(self):
        """−e X (1 + a) Δt: fades towards −1."""
        world = make_world(2, 0, conflict=[[0, 0.6], [0.6, 0]])
        p = default_parameters(**STILL | dict(affinity__conflict_erosion=1.0), affinity__reversion=0)
        record = begun(world, p)
        start_at(record, 0.5)
        steps(record, 1)
        assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(0.5 - 0.6 * 1.5 * 0.25, rel=1e-14)

    def test_trade_works_by_its_change(self):
        """Trade as at the start moves nothing; a rise of both directions' trade share by .2 moves by
        t·.2(1 − a)Δt.
        """
        p = default_parameters(**STILL | dict(affinity__trade_contact=0.1), affinity__reversion=0)
        record = begun(make_world(2, 0), p)
        start_at(record, 0.5)
        steps(record, 1)
        assert record["pair"]["affinity"][0, 0, 1] == 0.5
        record["pair"]["trade_share"] += 0.2
        steps(record, 1)
        assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(0.5 + 0.1 * 0.2 * 0.5 * 0.25, rel=1e-14)


class TestNoise:
    def test_stationary_variance(self):
        """AR(1): ν²Δt/(1 − (1 − μΔt)²). 276 pairs at 20 times 30 steps apart; the relative standard
        error of a variance is √(2/n).
        """
        p = default_parameters(**STILL | dict(affinity__noise=0.1), affinity__reversion=0.6)
        record = begun(make_world(24, 0), p)
        samples = []
        for number in range(660):
            record["step"] = number
            update_affinity(record[0])
            if number >= 60 and number % 30 == 0:
                samples.append(record["pair"]["affinity"][0][np.triu_indices(24, 1)])
        samples = np.concatenate(samples)
        expected = 0.1**2 * 0.25 / (1 - (1 - 0.6 * 0.25) ** 2)
        assert abs(samples.var() / expected - 1) < 4 * np.sqrt(2 / samples.size)
        assert abs(samples.mean()) < 4 * np.sqrt(expected / samples.size)

    @given(seed=st.integers(0, 1000), noise=st.floats(0, 5), start=st.floats(-1, 1))
    def test_stays_in_bounds_and_symmetric(self, seed, noise, start):
        """Clipped to [−1, 1], even under noise fifty times the range of the parameter."""
        p = random_parameters(seed) | {"affinity.noise": noise}
        record = begun(small_world(5, 3, seed % 9), p, seed=seed)
        start_at(record, start)
        steps(record, 8)
        for name in ("affinity", "baseline"):
            pairs = record["pair"][name][0, :5, :5]
            off = ~np.eye(5, dtype=bool)
            assert (np.abs(pairs) <= 1).all()
            np.testing.assert_array_equal(pairs[off], pairs.T[off])
