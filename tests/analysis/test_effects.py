"""Effects and p-values: closed forms, SciPy, and the tie between each p-value and its interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from scipy import stats

from steppe.analysis.effects import (
    area_interval,
    glass_delta,
    mann_whitney,
    mean_p,
    newcombe,
    paired_higher,
    paired_probability_p,
)
from steppe.analysis.intervals import wilson
from steppe.analysis.paired import paired, paired_by_draw
from steppe.analysis.unpaired import side_of, unpaired
from steppe.results.indicators import MEASURES

QUICK = settings(deadline=None, max_examples=40)
BY_ID = {measure.id: measure for measure in MEASURES}
NUMBERS = nst.arrays(np.float64, (2, 4, 12), elements=st.integers(-3, 3).map(float))
OUTCOMES = nst.arrays(bool, (2, 4, 24))


def _agree(found: dict[str, Any], level: float = 0.95) -> None:
    """Below 1 - level exactly where the interval leaves out zero."""
    out = (found["low"] > 0) | (found["high"] < 0)
    known = ~np.isnan(found["p_value"])
    far = np.minimum(np.abs(found["low"]), np.abs(found["high"])) > 1e-9  # not at the very edge
    np.testing.assert_array_equal(found["p_value"][known & far] < 1 - level, out[known & far])
    assert ((found["p_value"][known] >= 0) & (found["p_value"][known] <= 1)).all()


class TestPValues:
    @QUICK
    @given(NUMBERS, st.sampled_from([0.5, 0.9, 0.95]))
    def test_of_a_paired_mean(self, values: Any, level: float) -> None:
        found = paired(BY_ID["depth"], *values, level)
        _agree(found, level)
        for row in range(4):
            apart = values[1, row] - values[0, row]
            if apart.std() > 0:
                wanted = stats.ttest_rel(values[1, row], values[0, row]).pvalue
                assert found["p_value"][row] == pytest.approx(wanted, rel=1e-9, abs=1e-300)
            else:
                assert found["p_value"][row] == (apart[0] == 0)

    @QUICK
    @given(OUTCOMES, st.sampled_from([0.5, 0.9, 0.95]))
    def test_of_a_paired_probability(self, values: Any, level: float) -> None:
        _agree(paired(BY_ID["member"], *values, level), level)

    @QUICK
    @given(OUTCOMES, st.sampled_from([0.5, 0.9, 0.95]))
    def test_of_an_unpaired_probability(self, values: Any, level: float) -> None:
        _agree(unpaired(BY_ID["member"], *map(side_of, values), level), level)

    @QUICK
    @given(NUMBERS, st.sampled_from([0.5, 0.9, 0.95]))
    def test_of_an_unpaired_mean(self, values: Any, level: float) -> None:
        _agree(unpaired(BY_ID["depth"], *map(side_of, values), level), level)

    @QUICK
    @given(OUTCOMES)
    def test_over_draws(self, values: Any) -> None:
        draws = np.arange(24) // 4
        _agree(paired_by_draw(BY_ID["member"], *values, draws)[0])
        _agree(paired_by_draw(BY_ID["depth"], *values.astype(float), draws)[0])
        sides = [side_of(one, draws) for one in values]
        _agree(unpaired(BY_ID["member"], *sides))
        _agree(unpaired(BY_ID["depth"], *(side_of(one.astype(float), draws) for one in values)))

    @pytest.mark.parametrize("lost", [0, 1, 3, 10, 25])
    def test_beside_the_exact_test_of_mcnemar(self, lost: int) -> None:
        """The exact p is that of as many heads or more among the discordant pairs. Near 5 % the two are close; far out, where
        all pairs go one way, the one here is the larger."""
        for gained in range(lost, lost + 25):
            exact = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
            here = float(paired_probability_p(np.array(gained), np.array(lost), np.array(1000)))
            if 0.01 < exact < 0.2:
                assert here == pytest.approx(exact, rel=0.35)
            if lost == 0 and exact < 0.01:
                assert here > exact

    def test_nothing_that_varies(self) -> None:
        """A difference of zero with certainty has p 1, another has 0, and one value has none."""
        found = mean_p(np.array([0.0, 2.0, 2.0]), np.array([0.0, 0.0, np.nan]), np.array([9, 9, 0]))
        assert found[:2].tolist() == [1.0, 0.0] and np.isnan(found[2])


class TestUnpaired:
    def test_means_against_welch(self) -> None:
        rng = np.random.default_rng(2)
        one, other = rng.normal(0, 1, (3, 40)), rng.normal(0.5, 3, (3, 25))
        one[0, :7] = np.nan
        found = unpaired(BY_ID["cohesion"], side_of(one), side_of(other))
        for row in range(3):
            test = stats.ttest_ind(other[row], one[row][~np.isnan(one[row])], equal_var=False)
            bounds = test.confidence_interval(0.95)
            assert found["low"][row] == pytest.approx(bounds.low)
            assert found["high"][row] == pytest.approx(bounds.high)
            assert found["p_value"][row] == pytest.approx(test.pvalue)
        assert found["n"].tolist() == [25, 25, 25] and np.isnan(found["sd"]).all()

    def test_the_published_interval_of_newcombe(self) -> None:
        """Newcombe (1998), table II: 56/70 against 48/80 by method 10 is .0524 to .3339; 9/10 against 3/10, .1705 to .8090."""
        for (a, n), (b, m), bounds in (
            ((56, 70), (48, 80), (0.0524, 0.3339)),
            ((9, 10), (3, 10), (0.1705, 0.8090)),
        ):
            sides = [(np.array(x / k), *wilson(np.array(x), np.array(k))) for x, k in ((b, m), (a, n))]
            low, high = newcombe(*sides)
            assert (float(low), float(high)) == pytest.approx(bounds, abs=5e-5)

    def test_drawn_values_count_by_draw(self) -> None:
        """All replicates of a draw alike: the interval is Welch's of the draws' values."""
        rng = np.random.default_rng(4)
        one, other = rng.normal(0, 1, (1, 8)), rng.normal(1, 1, (1, 6))
        sides = [
            side_of(np.repeat(values, 5, axis=1), np.repeat(np.arange(values.shape[1]), 5))
            for values in (one, other)
        ]
        found = unpaired(BY_ID["depth"], *sides)
        bounds = stats.ttest_ind(other[0], one[0], equal_var=False).confidence_interval(0.95)
        assert (found["low"][0], found["high"][0]) == pytest.approx((bounds.low, bounds.high))

    def test_a_drawn_run_against_one_at_the_centre(self) -> None:
        rng = np.random.default_rng(5)
        drawn, plain = rng.random((2, 60)) < 0.4, rng.random((2, 80)) < 0.6
        found = unpaired(BY_ID["member"], side_of(drawn, np.arange(60) // 5), side_of(plain))
        np.testing.assert_allclose(found["difference"], plain.mean(axis=1) - drawn.mean(axis=1))
        assert (found["low"] < found["difference"]).all() and (found["difference"] < found["high"]).all()


class TestHigher:
    @QUICK
    @given(NUMBERS)
    def test_mann_whitney_against_scipy(self, values: Any) -> None:
        wanted = stats.mannwhitneyu(values[1], values[0], axis=1).statistic / 12**2
        np.testing.assert_allclose(mann_whitney(*values), wanted)
        holes = values.copy()
        holes[0, :, :5] = np.nan
        wanted = stats.mannwhitneyu(holes[1], holes[0, :, 5:], axis=1).statistic / (7 * 12)
        np.testing.assert_allclose(mann_whitney(*holes), wanted)

    @QUICK
    @given(OUTCOMES)
    def test_of_outcomes_it_is_half_the_difference(self, values: Any) -> None:
        wanted = stats.mannwhitneyu(*values[::-1].astype(float), axis=1).statistic / 24**2
        np.testing.assert_allclose(mann_whitney(*values), wanted)
        found = unpaired(BY_ID["member"], *map(side_of, values))
        np.testing.assert_allclose(found["probability_higher"], 0.5 + found["difference"] / 2)
        np.testing.assert_allclose(found["probability_higher_low"], 0.5 + found["low"] / 2)

    @QUICK
    @given(NUMBERS)
    def test_within_a_replicate(self, values: Any) -> None:
        found = paired(BY_ID["depth"], *values)
        wanted = ((values[1] > values[0]) + 0.5 * (values[1] == values[0])).mean(axis=1)
        np.testing.assert_allclose(found["probability_higher"], wanted)
        assert (found["probability_higher_low"] < wanted).all() or (wanted == 0).any()
        by_draw = paired_by_draw(BY_ID["depth"], *values, np.arange(12) // 3)[0]
        np.testing.assert_allclose(by_draw["probability_higher"], wanted)
        for end, sign in (("low", 1), ("high", -1)):
            assert (sign * (wanted - by_draw[f"probability_higher_{end}"]) >= -1e-12).all()

    def test_the_interval_covers(self) -> None:
        """Of 95 % intervals, 95 % hold the truth: two normals a standard deviation apart, Φ(1/√2) = .760."""
        rng = np.random.default_rng(6)
        one, other = rng.normal(0, 1, (2000, 40)), rng.normal(1, 1, (2000, 30))
        area = mann_whitney(one, other)
        low, high = area_interval(area, np.full(2000, 40), np.full(2000, 30))
        truth = stats.norm.cdf(1 / np.sqrt(2))
        assert 0.935 < ((low < truth) & (truth < high)).mean() < 0.97

    def test_at_the_ends_the_interval_is_not_empty(self) -> None:
        low, high = area_interval(np.array([0.0, 1.0, np.nan]), np.array([20, 20, 0]), np.array([30, 30, 9]))
        assert low[0] == 0 < high[0] < 0.2 and 0.8 < low[1] < 1 == high[1] and np.isnan(low[2])
        found, low, high = paired_higher(np.array([10]), np.array([0]), np.array([10]))
        assert found[0] == 1 and 0.6 < low[0] < 1 and high[0] == 1


def test_the_effect_is_in_standard_deviations_of_the_reference() -> None:
    """Whatever the alternative's spread; without any in the reference it is undefined."""
    one = np.array([[0.0, 2.0, 4.0], [1.0, 1.0, 1.0]])
    other = np.array([[3.0, 3.0, 6.0], [2.0, 3.0, 4.0]])
    found = paired(BY_ID["depth"], one, other)["effect"]
    assert found[0] == pytest.approx(2 / 2) and np.isnan(found[1])
    assert unpaired(BY_ID["depth"], side_of(one), side_of(other))["effect"][0] == pytest.approx(1)
    assert np.isnan(glass_delta(np.array([1.0]), np.array([0.0]))[0])
