"""Simulation noise under common random numbers: closed forms, and how often its floors hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("SALib")

from SALib.sample import morris as morris_sample

from steppe.analysis.sensitivity import Problem, analyse, morris_floor, morris_indices, noise_of, sobol_floor
from steppe.analysis.sensitivity.checks import split_saltelli
from steppe.analysis.sensitivity.noise import elementary_effects, luck_floor

THREE = Problem(("a", "b", "c"), np.zeros(3), np.ones(3), kind="saltelli")


def design(blocks: int, seed: int) -> np.ndarray:
    """A Saltelli design (5 × blocks, 3) of independent points."""
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, blocks, 3))
    mixed = np.where(np.eye(3, dtype=bool)[:, None], b, a)
    return np.stack([a, *mixed, b], axis=1).reshape(-1, 3)


class TestNoiseOf:
    def test_two_by_two(self):
        """Means 1 and 4; residuals ±1 with one degree of freedom: MS = 4, over two replicates 2; var(y) = 4.5.

        Within points the variances are 2 and 18: mean 10, over two 5, more than all that varies: 1.
        """
        found = noise_of(np.array([[0.0, 2.0], [1.0, 7.0]]))
        assert found.variance == pytest.approx(2.0)
        assert found.share == pytest.approx(2 / 4.5)
        assert found.share_unshared == 1.0
        assert found.shared == pytest.approx(1 - 2 / 5)

    @settings(deadline=None)
    @given(
        seed=st.integers(0, 1000),
        points=st.integers(2, 30),
        replicates=st.integers(2, 10),
        luck=st.floats(0, 1e3),
    )
    def test_luck_that_all_points_share_cancels(self, seed, points, replicates, luck):
        """y_pr + c_r has the same noise as y_pr, whatever c: the residuals of the two-way layout do not see it."""
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(points, replicates)) + rng.normal(size=(points, 1))
        shared = values + luck * rng.normal(size=replicates)
        one, other = noise_of(values), noise_of(shared)
        assert other.variance == pytest.approx(one.variance, rel=1e-6)
        assert other.share == pytest.approx(one.share, rel=1e-6)

    @pytest.mark.parametrize("smooth", [False, True])
    def test_it_is_the_variance_that_luck_adds_to_the_means(self, smooth):
        """By simulation: var(y) over points with luck, less that without, on average.

        smooth : the luck of a replicate bends the outcome along the factor, so that near points share it
        """
        rng = np.random.default_rng(5)
        x = rng.random(40)
        truth = 2 * x
        added, estimated = [], []
        for _ in range(2000):
            shared = 3 * rng.normal(size=6)
            own = rng.normal(size=(1, 6)) * (x[:, None] - 0.5) * 3 if smooth else rng.normal(size=(40, 6))
            values = truth[:, None] + shared + own
            added.append(values.mean(axis=1).var(ddof=1) - truth.var(ddof=1))
            estimated.append(noise_of(values).variance)
        error = np.hypot(np.std(added), np.std(estimated)) / np.sqrt(2000)
        assert abs(np.mean(added) - np.mean(estimated)) < 4 * error
        assert np.mean(estimated) > 5 * error

    def test_without_shared_luck_both_estimates_agree(self):
        values = np.random.default_rng(2).normal(size=(4000, 5)) + np.arange(4000)[:, None] / 1000
        found = noise_of(values)
        assert found.share == pytest.approx(found.share_unshared, rel=0.03)
        assert found.shared < 0.03

    def test_nothing_is_known_from_one_replicate(self):
        assert noise_of(np.ones((5, 1))) is None


def white(rng, x):
    """Luck of each point and replicate on its own."""
    return rng.normal(size=(len(x), 8))


def bent(rng, x):
    """Luck that gives each replicate its own effect of each factor; on average over replicates there is none."""
    return (x - 0.5) @ rng.normal(size=(3, 8))


def chance(rng, x):
    """An event that happens or not, with the same probability everywhere, by luck of each point."""
    return (rng.random((len(x), 8)) < 0.2).astype(float)


class TestFloors:
    @pytest.mark.parametrize("luck", [white, bent, chance])
    def test_a_factor_without_effect_stays_below_in_95_percent(self, luck):
        """Three factors in 300 designs of 32 blocks, 8 replicates with strong luck common to all points.

        Between .90 and 1: the test is approximate (binary luck, few degrees of freedom), and may be cautious.
        """
        below = []
        for seed in range(300):
            rng = np.random.default_rng([seed, 1])
            x = design(32, seed)
            values = luck(rng, x) + 5 * rng.normal(size=8)
            a, b, ab = split_saltelli(THREE, values.mean(axis=1))
            total = np.square(a - ab).mean(axis=1) / 2 / np.concatenate([a, b]).var()
            below.append(total <= sobol_floor(THREE, values)[1])
        assert 0.90 <= np.mean(below) <= 1.0
        if luck is white:
            assert np.mean(below) < 0.99  # and it is no idle bound

    def test_the_noise_of_a_factor_is_the_share_that_white_luck_leaves(self):
        """Luck of variance 4 in each of R = 10 replicates: E (a - a_b)²/2 of the means is 4/10."""
        x = design(2000, 3)
        rng = np.random.default_rng(1)
        values = 5 * x[:, :1] + 2 * rng.normal(size=(len(x), 10)) + 30 * rng.normal(size=10)
        variance = split_saltelli(THREE, values.mean(axis=1))
        expected = 0.4 / np.concatenate(variance[:2]).var()
        noise, floor = sobol_floor(THREE, values)
        np.testing.assert_allclose(noise, expected, rtol=0.03)
        assert (floor > noise).all() and (floor < 1.1 * noise).all()

    def test_what_does_nothing_at_all_has_no_noise(self):
        """With common luck the outcome at a point that differs in an idle factor is the same, bit by bit."""
        x = design(64, 4)
        luck = np.random.default_rng(1).normal(size=7)
        values = np.sin(6 * x[:, :1] + luck) + x[:, 1:2] * luck
        noise, floor = sobol_floor(THREE, values)
        assert noise[2] == floor[2] == 0
        assert (noise[:2] > 0).all()
        assert [row.above_noise for row in analyse(THREE, x, values).rows][2] is False

    def test_it_sees_effects_among_luck(self):
        """a has 1/3 of the variance of luck's mean, b a hundredth of it: only a is told from luck by 256 blocks."""
        x = design(256, 5)
        rng = np.random.default_rng(2)
        values = (
            x @ np.array([[2.0], [0.1], [0.0]]) + 3 * rng.normal(size=(len(x), 9)) + 9 * rng.normal(size=9)
        )
        found = analyse(THREE, x, values)
        assert [row.above_noise for row in found.rows] == [True, False, False]
        assert 0.5 < found.noise.share < 0.95
        assert any("simulation noise" in note for note in found.notes)

    def test_degrees_of_freedom_follow_the_dependence(self):
        """White contrasts have N degrees: F(N, N(R-1)) near 1; contrasts that move as one have 1: F(1, R-1)."""
        from scipy import stats

        rng = np.random.default_rng(3)
        mean, bound = luck_floor(rng.normal(size=(400, 20)))
        assert mean == pytest.approx(1 / 20, rel=0.05)
        assert bound / mean == pytest.approx(stats.f.ppf(0.95, 400, 400 * 19), rel=0.02)
        mean, bound = luck_floor(np.ones((400, 1)) * rng.normal(size=20))
        assert bound / mean == pytest.approx(stats.f.ppf(0.95, 1, 19), rel=0.01)

    def test_two_replicates_bound_little_but_hold(self):
        mean, bound = luck_floor(np.random.default_rng(1).normal(size=(50, 2)))
        assert bound > 100 * mean


class TestMorrisFloor:
    GIVEN = Problem(("a", "b", "c"), [0, 0, -1], [1, 2, 1], kind="morris")

    def test_its_effects_are_those_of_salib(self):
        x = morris_sample.sample(self.GIVEN.for_salib(), 12, seed=1)
        y = np.exp(x[:, 0]) * x[:, 1] - x[:, 2] ** 2
        own = np.abs(elementary_effects(self.GIVEN, x, y[:, None])[..., 0]).mean(axis=1)
        np.testing.assert_allclose(own, morris_indices(self.GIVEN, x, y).mu_star, rtol=1e-9)

    def test_a_factor_without_effect_stays_below(self):
        """μ* of white luck is √(2/π) of its root mean square, which is what is bounded: at least 95 %."""
        below = []
        for seed in range(200):
            x = morris_sample.sample(self.GIVEN.for_salib(), 10, seed=seed)
            rng = np.random.default_rng([seed, 2])
            values = rng.normal(size=(len(x), 6)) + 4 * rng.normal(size=6)
            found = morris_indices(self.GIVEN, x, values.mean(axis=1), resamples=2)
            below.append(found.mu_star <= morris_floor(self.GIVEN, x, values)[1])
        assert np.mean(below) >= 0.95

    def test_it_sees_a_linear_effect(self):
        x = morris_sample.sample(self.GIVEN.for_salib(), 10, seed=1)
        rng = np.random.default_rng(3)
        values = 4 * x[:, :1] + rng.normal(size=(len(x), 8)) + 9 * rng.normal(size=8)
        found = analyse(self.GIVEN, x, values)
        assert [row.above_noise for row in found.rows] == [True, False, False]
        assert found.noise.shared > 0.9
