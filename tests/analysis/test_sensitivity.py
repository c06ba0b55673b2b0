"""Sensitivity indices against closed forms and invariants."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("SALib")

from SALib.sample import morris as morris_sample

from analysis.designs import ISHIGAMI, ishigami, lhs, problem, saltelli
from steppe.analysis.sensitivity import (
    Problem,
    delta_indices,
    morris_indices,
    pawn_indices,
    prcc,
    sobol_indices,
)
from steppe.errors import InputError

SLOW_START = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestSobol:
    def test_ishigami(self):
        """Ishigami, T. & Homma, T. (1990), a = 7, b = .1: variances by integration."""
        a, b = 7.0, 0.1
        alone = np.array([(1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0])
        together = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
        variance = alone.sum() + together
        np.testing.assert_allclose(alone / variance, [0.3139, 0.4424, 0], atol=1e-4)
        x = saltelli(ISHIGAMI, 4096)
        found = sobol_indices(ISHIGAMI, x, ishigami(x), resamples=50)
        np.testing.assert_allclose(found.first, alone / variance, atol=0.02)
        np.testing.assert_allclose(found.total, [0.5576, 0.4424, 0.2437], atol=0.02)
        np.testing.assert_allclose(
            found.second[np.triu_indices(3, 1)], [0, together / variance, 0], atol=0.03
        )
        for at in range(3):
            assert found.total_low[at] < [0.5576, 0.4424, 0.2437][at] < found.total_high[at]

    @pytest.mark.parametrize("a", [(0, 1, 4.5, 9), (99, 99, 99, 99), (0, 0, 9, 99)])
    def test_g_function(self, a):
        """Sobol' (1993): with V_i = 1/(3 (1 + a_i)²), V = Π (1 + V_i) - 1, S_i = V_i/V and
        ST_i = V_i Π_{j ≠ i} (1 + V_j)/V."""
        a = np.array(a, float)
        each = 1 / (3 * (1 + a) ** 2)
        whole = np.prod(1 + each)
        given = problem(4, kind="saltelli")
        x = saltelli(given, 4096)
        y = np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)
        found = sobol_indices(given, x, y, resamples=20)
        np.testing.assert_allclose(found.first, each / (whole - 1), atol=0.02)
        np.testing.assert_allclose(found.total, each * whole / (1 + each) / (whole - 1), atol=0.02)
        assert found.second is None

    def test_intervals_cover(self):
        """For y = 2 a + b the first index of a is 4/5; 60 designs, a bound of four standard errors of a binomial."""
        given, inside = problem(2, kind="saltelli"), 0
        for seed in range(60):
            x = np.random.default_rng(seed).random((64, 4))
            rows = np.stack([x[:, :2], x[:, [2, 1]], x[:, [0, 3]], x[:, 2:]], axis=1).reshape(-1, 2)
            found = sobol_indices(given, rows, rows @ [2.0, 1.0], seed=seed)
            inside += found.first_low[0] < 0.8 < found.first_high[0]
        assert inside >= 60 * 0.95 - 4 * np.sqrt(60 * 0.95 * 0.05)

    def test_a_group_is_one_factor(self):
        """y = a + 2 b + c with a and b in one group: (1 + 4)/6 and 1/6, and no interaction."""
        given = problem(3, kind="saltelli", groups=("x", "x", "y"))
        x = saltelli(given, 1024)
        found = sobol_indices(given, x, x @ [1.0, 2.0, 1.0])
        assert found.factors == ("x", "y")
        np.testing.assert_allclose(found.first, [5 / 6, 1 / 6], atol=0.02)
        np.testing.assert_allclose(found.total, [5 / 6, 1 / 6], atol=0.02)

    def test_the_same_seed_gives_the_same_interval_and_seed_zero_is_a_seed(self):
        x = saltelli(ISHIGAMI, 64)
        ends = []
        for seed in (0, 0, 1):
            np.random.random(3)  # noqa: NPY002  what others draw from the process does not matter
            ends.append(sobol_indices(ISHIGAMI, x, ishigami(x), seed=seed).total_low)
        np.testing.assert_array_equal(ends[0], ends[1])
        assert (ends[0] != ends[2]).all()

    @SLOW_START
    @given(scale=st.floats(0.001, 1e4), shift=st.floats(-1e4, 1e4), seed=st.integers(0, 50))
    def test_units_of_the_outcome_do_not_matter(self, scale, shift, seed):
        x = saltelli(ISHIGAMI, 32, seed)
        y = ishigami(x)
        one, other = (sobol_indices(ISHIGAMI, x, z, resamples=20) for z in (y, shift + scale * y))
        for field in ("first", "first_low", "total", "total_high", "second"):
            np.testing.assert_allclose(getattr(one, field), getattr(other, field), atol=1e-6)

    @SLOW_START
    @given(order=st.permutations(range(3)), seed=st.integers(0, 50))
    def test_the_order_of_factors_does_not_matter(self, order, seed):
        x = saltelli(ISHIGAMI, 32, seed)
        blocks = x.reshape(-1, 8, 3)
        rows = [0, *(1 + at for at in order), *(4 + at for at in order), 7]
        moved = blocks[:, rows][:, :, order].reshape(-1, 3)
        y = ishigami(x).reshape(-1, 8)[:, rows].ravel()
        one = sobol_indices(ISHIGAMI, x, ishigami(x), resamples=20)
        other = sobol_indices(ISHIGAMI, moved, y, resamples=20)
        for field in ("first", "first_high", "total", "total_low"):
            np.testing.assert_allclose(getattr(one, field)[order], getattr(other, field), atol=1e-12)


class TestMorris:
    @pytest.mark.parametrize("levels", [4, 6, 8])
    def test_a_linear_function(self, levels):
        """Every elementary effect is coefficient × range: μ* is its size, μ itself, σ nothing."""
        given = Problem(("a", "b", "c"), [0, -1, 5], [1, 3, 5.5], kind="morris", levels=levels)
        x = morris_sample.sample(given.for_salib(), 10, num_levels=levels, seed=2)
        found = morris_indices(given, x, x @ [2.0, -3.0, 0.5] + 7)
        np.testing.assert_allclose(found.mu_star, [2, 12, 0.25], rtol=1e-9)
        np.testing.assert_allclose(found.mu, [2, -12, 0.25], rtol=1e-9)
        np.testing.assert_allclose(found.sigma, 0, atol=1e-9)
        np.testing.assert_allclose(found.mu_star_high, found.mu_star, rtol=1e-9)

    def test_a_product_has_spread(self):
        """y = a b: the effect of a is b, on the levels 0, 1/3, 2/3, 1 with mean 1/2 and variance 5/36."""
        given = problem(2, kind="morris")
        x = morris_sample.sample(given.for_salib(), 4000, seed=3)
        found = morris_indices(given, x, x.prod(axis=1), resamples=20)
        np.testing.assert_allclose(found.mu_star, 0.5, atol=0.02)
        np.testing.assert_allclose(found.sigma, np.sqrt(5 / 36), atol=0.02)

    def test_groups_have_a_size_only(self):
        given = problem(3, kind="morris", groups=("x", "x", "y"))
        x = morris_sample.sample(given.for_salib(), 20, seed=2)
        found = morris_indices(given, x, x @ [0.0, 0.0, 3.0])
        assert found.factors == ("x", "y")
        np.testing.assert_allclose(found.mu_star, [0, 3], atol=1e-9)
        assert np.isnan(found.mu[0]) and np.isnan(found.sigma[0]) and found.mu[1] == pytest.approx(3)

    def test_a_choice_may_stay_where_its_level_moves(self):
        """Levels 0 and 2/3 of a choice of two are the same option in codes 0, 0, 1, 1; the effect then is 0."""
        given = problem(2, kind="morris", discrete=(False, True))
        x = morris_sample.sample(problem(2, kind="morris").for_salib(), 50, seed=1)
        x[:, 1] = np.floor(np.minimum(x[:, 1] * 1.2, 1))  # code 1 at the highest level only
        found = morris_indices(given, x, x @ [1.0, 4.0])
        assert found.mu_star[0] == pytest.approx(1)
        assert 0 < found.mu_star[1] < 4 / (2 / 3)
        with pytest.raises(InputError, match="not a Morris design"):
            morris_indices(problem(2, kind="morris"), x, x @ [1.0, 4.0])

    def test_a_logarithmic_range_has_its_steps_on_its_own_scale(self):
        """y = log x: one step of 2/3 of the log range, per unit of that range, is log(high/low)."""
        given = Problem(("a", "b"), [1, 0], [100, 1], kind="morris")
        x = morris_sample.sample(problem(2, kind="morris").for_salib(), 10, seed=1)
        x[:, 0] = 100 ** x[:, 0]
        found = morris_indices(given, x, np.log(x[:, 0]))
        np.testing.assert_allclose(found.mu_star, [np.log(100), 0], atol=1e-9)

    @SLOW_START
    @given(scale=st.floats(0.01, 100), shift=st.floats(-100, 100), order=st.permutations(range(3)))
    def test_units_and_order(self, scale, shift, order):
        """Effects are in units of the outcome, and each goes with its factor."""
        given = problem(3, kind="morris")
        x = morris_sample.sample(given.for_salib(), 8, seed=4)
        y = ishigami(x)
        one = morris_indices(given, x, y, resamples=10)
        other = morris_indices(given, x[:, order], scale * y + shift, resamples=10)
        for field in ("mu_star", "mu", "sigma"):
            np.testing.assert_allclose(scale * getattr(one, field)[order], getattr(other, field), atol=1e-9)


class TestGivenData:
    def test_prcc_of_a_monotone_function(self):
        """Of exp(a) the ranks are those of a: 1; of its reciprocal -1; b and c leave nothing to explain."""
        given = problem()
        x = lhs(given, 100)
        for sign in (1, -1):
            found = prcc(given, x, np.exp(sign * 3 * x[:, 0]))
            np.testing.assert_allclose(found.value, [sign, 0, 0], atol=1e-12)
            assert found.low[0] == found.high[0] == pytest.approx(sign)

    def test_prcc_of_independent_noise(self):
        given = problem(5)
        found = prcc(given, lhs(given, 500), np.random.default_rng(3).normal(size=500))
        assert (np.abs(found.value) < 4 / np.sqrt(500)).all()

    def test_prcc_takes_out_the_other_factors(self):
        """Two factors of equal weight on normal scales: the correlation of a is 1/√2, the partial one 1."""
        given = problem(2, -10, 10)
        x = np.random.default_rng(1).normal(size=(2000, 2))
        found = prcc(given, x, x.sum(axis=1))
        assert np.corrcoef(x[:, 0], x.sum(axis=1))[0, 1] == pytest.approx(0.71, abs=0.03)
        assert (found.value > 0.94).all()  # not 1: ranks bend the tails

    def test_prcc_against_the_inverse_of_the_rank_correlation_matrix(self):
        """r_ij given the rest is -P_ij/√(P_ii P_jj), P the inverse of the correlation matrix (Whittaker 1990)."""
        from scipy import stats

        rng = np.random.default_rng(5)
        x = rng.random((200, 4))
        y = x @ [3, -1, 0.5, 0] + rng.normal(size=200)
        ranks = stats.rankdata(np.column_stack([x, y]), axis=0)
        inverse = np.linalg.inv(np.corrcoef(ranks.T))
        expected = -inverse[4, :4] / np.sqrt(inverse[4, 4] * np.diag(inverse)[:4])
        np.testing.assert_allclose(prcc(problem(4), x, y).value, expected, rtol=1e-9)

    def test_prcc_intervals_cover_and_the_floor_is_where_they_reach_zero(self):
        """No effect: 95 % of the intervals hold 0, within four standard errors of 600 independent trials."""
        rng, given, inside = np.random.default_rng(7), problem(3), 0
        for _ in range(200):
            found = prcc(given, rng.random((60, 3)), rng.normal(size=60))
            holds = (found.low < 0) & (found.high > 0)
            np.testing.assert_array_equal(holds, np.abs(found.value) < found.floor)
            inside += holds.sum()
        assert abs(inside / 600 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 600)

    def test_pawn_of_a_choice_sees_every_option(self):
        """SALib's slices are half open; without broken ties the last option of a choice would belong to none.

        The outcome is 1 at the last of three options: a slice inside it is at KS distance 2/3, the others at 1/3.
        """
        given = problem(2, 0, 2, discrete=(True, False))
        x = np.random.default_rng(1).random((900, 2)) * 2
        x[:, 0] = np.arange(900) % 3
        found = pawn_indices(given, x, (x[:, 0] == 2).astype(float), slices=12)
        assert found.maximum[0] == pytest.approx(2 / 3)
        assert found.median[0] == pytest.approx(1 / 3)
        assert found.median[1] <= found.floor < found.median[0]

    def test_dummies_stay_below_the_floor_of_pawn(self):
        """A factor that does nothing exceeds the floor in 5 % of cases; 200 factors of 20 samples."""
        rng, given, above = np.random.default_rng(2), problem(10), 0
        for seed in range(20):
            found = pawn_indices(given, rng.random((200, 10)), rng.normal(size=200), dummies=19, seed=seed)
            above += (found.median > found.floor).sum()
        assert above / 200 < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)

    @pytest.mark.parametrize("estimate", [pawn_indices, delta_indices])
    def test_what_matters_in_a_skewed_outcome(self, estimate):
        """exp(4 a + 2 b) has most of its variance in a few points; a matters most, b less, c does not."""
        given = problem(3)
        x = lhs(given, 400)
        fewer = {"resamples": 5} if estimate is delta_indices else {}
        found = estimate(given, x, np.exp(4 * x[:, 0] + 2 * x[:, 1]), **fewer)
        a, b, c = found.value if estimate is delta_indices else found.median
        assert a > b > c
        assert a > 2 * found.floor
        assert c < 1.2 * found.floor

    @SLOW_START
    @given(scale=st.floats(0.01, 100), shift=st.floats(-100, 100), order=st.permutations(range(3)))
    def test_units_and_order(self, scale, shift, order):
        given = problem(3)
        x = lhs(given, 120)
        y = np.round(ishigami(6 * x - 3), 6)
        z = scale * y + shift
        np.testing.assert_array_equal(
            pawn_indices(given, x, y, dummies=2).median[order],
            pawn_indices(given, x[:, order], z, dummies=2).median,
        )
        one, other = prcc(given, x, y), prcc(given, x[:, order], z)
        np.testing.assert_allclose(one.value[order], other.value, atol=1e-9)

    def test_units_and_order_of_delta(self):
        given, order = problem(3), [2, 0, 1]
        x = lhs(given, 120)
        y = ishigami(6 * x - 3)
        one = delta_indices(given, x, y, resamples=4, dummies=2)
        other = delta_indices(given, x[:, order], 5 - 3 * y, resamples=4, dummies=2)
        np.testing.assert_allclose(one.value[order], other.value, atol=1e-6)
        assert one.floor == pytest.approx(other.floor)

    def test_salib_leaves_no_trace(self, monkeypatch):
        """Its delta sets the seed of the process and the form and filters of warnings."""
        monkeypatch.setattr(warnings, "formatwarning", lambda *given: "as it was")
        np.random.seed(987)  # noqa: NPY002
        before = np.random.get_state()[1].copy(), warnings.formatwarning, list(warnings.filters)  # noqa: NPY002
        delta_indices(problem(), lhs(problem(), 120), np.arange(120.0), resamples=2, dummies=1)
        assert (np.random.get_state()[1] == before[0]).all()  # noqa: NPY002
        assert warnings.formatwarning is before[1]
        assert list(warnings.filters) == before[2]
