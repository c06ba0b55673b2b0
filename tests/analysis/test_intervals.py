"""Intervals against published values, closed forms, scipy, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from steppe.analysis.intervals import (
    mean_interval,
    moments,
    normal_quantile,
    paired_probability_interval,
    quantiles,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_against_published_values(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe, R. G. (1998). Two-sided confidence intervals for the single proportion. Statistics in
    Medicine 17, 857–872, table I, method 3 (score, without continuity correction)."""
    found = wilson(np.array([successes]), np.array([n]))
    assert [round(float(bound[0]), 4) for bound in found] == [low, high]


@given(n=st.integers(1, 10**6), share=st.floats(0, 1), level=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_holds_the_estimate_and_stays_a_probability(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    low, high = (float(b[0]) for b in wilson(np.array([successes]), np.array([n]), level))
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high
    mirrored = wilson(np.array([n - successes]), np.array([n]), level)
    assert math.isclose(1 - high, float(mirrored[0][0]), abs_tol=1e-12)


def test_nothing_seen_gives_no_interval() -> None:
    for low, high in (wilson(np.array([0]), np.array([0])), paired_probability_interval(*np.zeros((3, 1)))):
        assert np.isnan(low).all() and np.isnan(high).all()


def test_mean_interval_is_students() -> None:
    values = np.random.default_rng(1).normal(3, 2, (4, 12))
    n, mean, sd = moments(values)
    low, high = mean_interval(mean, sd / np.sqrt(n), n)
    for row in range(4):
        expected = stats.t.interval(0.95, 11, np.mean(values[row]), stats.sem(values[row]))
        np.testing.assert_allclose((low[row], high[row]), expected, rtol=1e-12)
    low, high = mean_interval(np.array([1.0]), np.array([np.nan]), np.array([1]))
    assert np.isnan(low[0]) and np.isnan(high[0])


@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e3, 1e3, width=32)),
        min_size=0,
        max_size=30,
    )
)
def test_moments_and_quantiles_leave_out_what_is_undefined(given: list[float | None]) -> None:
    values = np.array([[np.nan if v is None else v for v in given]], np.float32)
    seen = np.array([v for v in given if v is not None], np.float32).astype(float)
    n, mean, sd = (column[0] for column in moments(values))
    q = quantiles(values, (0.05, 0.5, 1.0))[:, 0] if values.size else None
    assert n == len(seen)
    if len(seen):
        assert math.isclose(mean, np.mean(seen), rel_tol=1e-9, abs_tol=1e-9)
        assert q is not None
        np.testing.assert_allclose(q, np.quantile(seen, (0.05, 0.5, 1.0)), rtol=1e-6, atol=1e-6)
    else:
        assert np.isnan(mean)
    if len(seen) > 1:
        assert math.isclose(sd, np.std(seen, ddof=1), rel_tol=1e-9, abs_tol=1e-6)
    else:
        assert np.isnan(sd)


@given(st.lists(st.booleans(), min_size=2, max_size=50))
def test_moments_of_outcomes_are_those_of_numbers(given: list[bool]) -> None:
    binary, numbers = moments(np.array([given])), moments(np.array([given], float))
    for one, other in zip(binary, numbers, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)


@given(n=st.integers(1, 10**5), split=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_paired_interval_holds_the_difference(n: int, split: tuple[float, float]) -> None:
    gained = round(split[0] * n)
    lost = round(split[1] * (n - gained))
    low, high = (float(b) for b in paired_probability_interval(*(np.array(v) for v in (gained, lost, n))))
    assert -1 <= low <= (gained - lost) / n <= high <= 1
    assert low < high
    swapped = paired_probability_interval(*(np.array(v) for v in (lost, gained, n)))
    assert math.isclose(-high, float(swapped[0]), abs_tol=1e-12)


def test_paired_interval_against_a_published_value() -> None:
    """26 gained and 4 lost of 48; worked example of `ci.prop.ps` in the R package statpsych, by Bonett."""
    low, high = paired_probability_interval(np.array(26), np.array(4), np.array(48))
    assert (round(float(low), 7), round(float(high), 7)) == (0.2548067, 0.6251933)


def test_without_a_discordant_pair_the_interval_is_near_the_rule_of_three() -> None:
    """Closed form ± z √2/(n + 2); the rule of three gives 3/n for one side at 95 %."""
    for n in (10, 1000, 100_000):
        low, high = paired_probability_interval(np.array(0), np.array(0), np.array(n))
        assert math.isclose(float(high), normal_quantile(0.95) * math.sqrt(2) / (n + 2), rel_tol=1e-12)
        assert float(low) == -float(high)
        assert 0.75 < float(high) * n / 3 < 1


@pytest.mark.parametrize("n", [20, 60])
def test_coverage_of_the_paired_interval_is_exact_to_compute(n: int) -> None:
    """All outcomes of n pairs, weighted by their multinomial probabilities: the truth is inside in 95 %.

    Bonett and Price (2012) report a coverage near the nominal one; nowhere on this grid is it below 0.92.
    """
    gained, lost = (a.ravel() for a in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    gained, lost = gained[gained + lost <= n], lost[gained + lost <= n]
    low, high = paired_probability_interval(gained, lost, np.full(len(gained), n))
    counts = np.stack([gained, lost, n - gained - lost], axis=1)
    covered = []
    for up in (0.001, 0.01, 0.05, 0.1, 0.3, 0.5):
        for down in (0.0, 0.01, 0.1, 0.3, 0.45):
            weight = stats.multinomial.pmf(counts, n, [up, down, 1 - up - down])
            covered.append(weight[(low <= up - down) & (up - down <= high)].sum())
    assert min(covered) > 0.92
    assert np.mean(covered) > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.002, 0.02, 0.3])
def test_coverage_in_repeated_experiments(rate: float) -> None:
    """20,000 experiments of 500 pairs: outcomes come about at `rate` and go at half of it.

    Where fewer than one or two pairs are discordant the interval is wider than need be, never narrower.
    """
    rng, n = np.random.default_rng(7), 500
    draws = rng.multinomial(n, [rate, rate / 2, 1 - 1.5 * rate], size=20_000)
    low, high = paired_probability_interval(draws[:, 0], draws[:, 1], np.full(len(draws), n))
    inside = ((low <= rate / 2) & (rate / 2 <= high)).mean()
    assert inside > 0.94
    assert inside < 0.97 or rate * n < 5


@pytest.mark.slow
def test_coverage_of_a_mean_of_paired_differences() -> None:
    """Student's interval of differences that are zero in nine cases of ten and skewed otherwise."""
    rng, n = np.random.default_rng(8), 1000
    inside = []
    for _ in range(20):
        values = np.where(rng.random((500, n)) < 0.1, rng.exponential(1.0, (500, n)), 0.0)
        size, mean, sd = moments(values)
        low, high = mean_interval(mean, sd / np.sqrt(size), size)
        inside.append(((low <= 0.1) & (high >= 0.1)).mean())
    assert abs(np.mean(inside) - 0.95) < 0.012
