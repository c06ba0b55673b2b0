"""Running estimates, replicates needed and the stopping rule: closed forms, exact coverage, and what a naive rule would do."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from steppe.analysis.convergence import (
    ALIKE,
    DEPARTURES,
    FEW,
    MINIMUM,
    enough,
    few_events,
    grid,
    needed,
    running,
)
from steppe.analysis.intervals import normal_quantile, wilson
from steppe.errors import InputError

RNG = np.random.default_rng
Rule = Callable[[int, int], bool]


@given(st.integers(1, 10**6))
def test_grid_is_geometric_and_ends_with_all(replicates: int) -> None:
    counts = grid(replicates)
    assert counts[-1] == replicates
    assert counts == sorted(set(counts))
    if replicates > 10:
        assert counts[0] == 10
        assert len(counts) <= 2 * math.log2(replicates / 10) + 2
        assert max(b / a for a, b in pairwise(counts)) < 2.01


class TestRunning:
    def test_each_is_the_estimate_of_that_many_replicates(self) -> None:
        values = RNG(1).gamma(2.0, 1.0, (3, 300))
        for row, found in zip(values, running(values), strict=True):
            for i, count in enumerate(found.counts):
                part = row[:count]
                low, high = stats.t.interval(0.95, count - 1, part.mean(), stats.sem(part))
                assert found.estimate[i] == pytest.approx(part.mean(), rel=1e-12)
                assert found.std_error[i] == pytest.approx(stats.sem(part), rel=1e-12)
                assert (found.low[i], found.high[i]) == pytest.approx((low, high), rel=1e-9)
            assert found.events is None

    def test_probabilities_have_wilsons_interval(self) -> None:
        """Newcombe 1998, table I, method 3: 15 of 148 gives 0.0624 to 0.1605."""
        values = np.arange(148) % 10 == 4  # 4, 14, …, 144: 15
        (found,) = running(values)
        assert (found.n[-1], found.events and found.events[-1]) == (148, 15)
        assert (round(found.low[-1], 4), round(found.high[-1], 4)) == (0.0624, 0.1605)
        (same,) = running(values.astype(float), probability=True)
        assert (same.events, same.low, same.high) == (found.events, found.low, found.high)
        assert running(values.astype(float))[0].low != found.low

    def test_undefined_replicates_are_left_out(self) -> None:
        values = np.where(np.arange(100) % 2 == 0, np.nan, np.arange(100.0))
        (found,) = running(values, counts=[1, 2, 100])
        assert found.n == (0, 1, 50)
        assert found.estimate[2] == np.arange(1, 100, 2).mean()
        assert math.isnan(found.estimate[0]) and math.isnan(found.low[1])
        assert found.as_dict()["estimate"][0] is None
        json.dumps(found.as_dict(), allow_nan=False)


class TestNeeded:
    def test_of_a_mean_is_the_variance_over_the_square_of_the_target(self) -> None:
        values = np.array([0.0, 2.0] * 50)  # s² = 100/99
        assert needed(values, 0.1) == [math.ceil(100 / 99 / 0.01)]
        assert needed(values, 0.1, relative=True) == needed(values, 0.1)  # the mean is 1
        assert needed(np.array([values, values * 10]), 0.1) == [102, 10102]

    def test_of_a_probability_that_was_never_seen_is_not_zero(self) -> None:
        """Two of 104 in place of none of 100; p(1 - p) n/(n + 4) over the square of the target."""
        p = 2 / 104
        assert needed(np.zeros(100, bool), 0.001) == [math.ceil(p * (1 - p) * 100 / 104 / 1e-6)]
        assert needed(np.zeros(100, bool), 0.1, relative=True) == [None]

    def test_of_values_that_do_not_vary_cannot_be_told(self) -> None:
        assert needed(np.ones(100), 0.01) == [None]
        assert needed([1.0], 0.01) == [None]

    def test_then_suffices(self) -> None:
        """With as many replicates, the standard error is the target, give or take its own error."""
        first = RNG(3).exponential(1.0, 500)
        (total,) = needed(first, 0.02)
        assert total is not None
        more = RNG(4).exponential(1.0, total)
        assert stats.sem(more) == pytest.approx(0.02, rel=0.1)


class TestEnough:
    def test_none_stops_before_the_minimum(self) -> None:
        (found,) = enough(np.zeros(MINIMUM - 1, bool), 0.5)
        assert not found.enough
        assert "minimum" in found.reason

    def test_a_lucky_variance_of_zero_does_not_stop_a_probability(self) -> None:
        """No event in 100, probability 1/50 (chance 0.13): p(1 - p)/(n + 4) at 2 of 104 is 0.0135², not 0."""
        (found,) = enough(np.zeros(100, bool), 0.01)
        assert not found.enough
        assert found.std_error == pytest.approx(math.sqrt(2 / 104 * 102 / 104 / 104), rel=1e-12)
        assert found.warning is not None and "no event" in found.warning
        assert enough(np.zeros(100, bool), 0.02)[0].enough

    def test_values_all_alike_are_believed_late(self) -> None:
        assert not enough(np.ones(ALIKE - 1), 0.01)[0].enough
        assert enough(np.ones(ALIKE), 0.01)[0].enough
        assert not enough(np.ones(ALIKE), 0.01, minimum=2 * ALIKE)[0].enough

    def test_values_nearly_all_alike_are_not_believed(self) -> None:
        """Student's interval of a mean that a few replicates make is far too narrow."""
        values = np.zeros(5000)
        values[: DEPARTURES - 1] = 1.0
        (found,) = enough(values, 0.01)
        assert not found.enough
        assert f"{DEPARTURES - 1} of 5000" in found.reason
        values[DEPARTURES] = 1.0
        assert enough(values, 0.01)[0].enough
        assert enough(values[:200], 0.1, departures=5)[0].enough

    def test_a_mean_stops_where_its_raised_error_meets_the_target(self) -> None:
        """±1 in equal parts: s² = n/(n - 1), m₄ = 1; s² + √((m₄ - s⁴)/n) is s² again, and its root over √n is 0.0501."""
        values = np.tile([-1.0, 1.0], 200)
        assert enough(values, 0.0502)[0].enough
        assert not enough(values, 0.05)[0].enough
        heavy = np.append(values, [40.0, -40.0])
        assert enough(heavy, 1.0)[0].std_error > 1.2 * stats.sem(heavy)

    def test_a_relative_target_waits_until_the_event_was_seen_often(self) -> None:
        values = np.zeros(4000, bool)
        assert not enough(values, 0.2, relative=True)[0].enough
        values[:5] = True
        assert not enough(values, 0.2, relative=True)[0].enough
        values[:40] = True
        assert enough(values, 0.2, relative=True)[0].enough

    def test_nothing_defined_is_not_enough(self) -> None:
        (found,) = enough(np.full(500, np.nan), 0.1)
        assert (found.enough, found.n, found.needed) == (False, 0, None)
        json.dumps(found.as_dict(), allow_nan=False)

    def test_outcomes_are_judged_one_by_one(self) -> None:
        values = np.stack([np.tile([0.0, 1.0], 200), np.tile([0.0, 100.0], 200)])
        assert [one.enough for one in enough(values, 0.1)] == [True, False]
        assert (
            enough(values, 0.1)[1].needed == needed(values, 0.1)[1]
        )  # two values alone: the error of s² is 0


class TestFewEvents:
    @pytest.mark.parametrize("events", [0, 1, FEW - 1, 1000 - FEW + 1, 999, 1000])
    def test_warns_at_either_end(self, events: int) -> None:
        said = few_events(events, 1000)
        assert said is not None
        assert ("non-event" in said) == (events > 500)

    def test_is_silent_in_between(self) -> None:
        assert few_events(FEW, 1000) is None
        assert few_events(1000 - FEW, 1000) is None

    def test_none_seen_is_near_the_rule_of_three(self) -> None:
        """Hanley & Lippman-Hand (1983): at most 3/n, one-sided; Wilson's two-sided bound is z²/(n + z²) = 3.84/(n + 3.84)."""
        z2 = normal_quantile(0.95) ** 2
        said = few_events(0, 1000)
        assert said is not None and f"below {z2 / (1000 + z2):.2g}" in said
        assert few_events(0, 0) == "defined in no replicate"


def outcome(p: float, target: float, looks: list[int], rule: Rule) -> tuple[float, float, float]:
    """Exact: chance that Wilson's interval at the stop covers p, that the estimate is within 1.96 targets, mean replicates.

    The distribution of events among the studies that go on is carried from look to look; the last look stops all.
    """
    going, before = np.array([1.0]), 0
    covered = kept = size = 0.0
    for n in looks:
        batch = n - before
        going = np.convolve(going, stats.binom.pmf(np.arange(batch + 1), batch, p))
        k = np.arange(n + 1)
        likely = going > 1e-12
        stop = np.array(
            [n == looks[-1] or (bool(m) and rule(int(e), n)) for e, m in zip(k, likely, strict=True)]
        )
        low, high = wilson(k, np.full(n + 1, n))
        weight = np.where(stop, going, 0.0)
        covered += float(weight[(low <= p) & (p <= high)].sum())
        kept += float(weight[np.abs(k / n - p) <= 1.96 * target + 1e-12].sum())
        size += float(weight.sum() * n)
        going, before = np.where(stop, 0.0, going), n
    return covered, kept, size


def ours(target: float) -> Rule:
    def rule(events: int, n: int) -> bool:
        return enough(np.arange(n) < events, target)[0].enough

    return rule


def naive(target: float) -> Rule:
    def rule(events: int, n: int) -> bool:
        p = events / n
        return math.sqrt(p * (1 - p) / n) <= target

    return rule


BY_20 = list(range(20, 1001, 20))


@pytest.mark.parametrize("p", [0.01, 0.05, 0.2, 0.5])
def test_adaptive_stopping_keeps_its_word(p: float) -> None:
    """Looking every 20 replicates for a standard error of 0.02: as the docs have it."""
    covered, kept, size = outcome(p, 0.02, BY_20, ours(0.02))
    assert covered > 0.94
    assert kept > 0.94
    assert size < max(MINIMUM, p * (1 - p) / 0.02**2) * 1.3


def test_the_naive_rule_does_not() -> None:
    """Planted fault: variance from what was seen, no minimum. At 1 in 20 it stops at 20 with no event in 36 % of studies."""
    assert outcome(0.05, 0.02, BY_20, naive(0.02))[1] < 0.7


@pytest.mark.slow
@pytest.mark.parametrize(("share", "least"), [(1.0, 0.92), (0.1, 0.9), (0.01, 0.9)])
def test_coverage_of_means_after_adaptive_stopping(share: float, least: float) -> None:
    """Exponential values in a share of the replicates, else 0; looks every tenth more, 400 studies."""
    rng = RNG(9)
    looks = [round(100 * 1.1**i) for i in range(45)]
    target = math.sqrt(2 * share - share**2) / 20  # 400 replicates, were the variance known
    inside, near = [], []
    for _ in range(400):
        values = np.where(rng.random(looks[-1]) < share, rng.exponential(1.0, looks[-1]), 0.0)
        n = next((look for look in looks if enough(values[:look], target)[0].enough), looks[-1])
        (found,) = running(values[:n], counts=[n])
        inside.append(found.low[0] <= share <= found.high[0])
        near.append(abs(found.estimate[0] - share) <= 1.96 * target)
    assert np.mean(inside) > least
    assert np.mean(near) > 0.93


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: running([]), "values"),
        (lambda: running(np.zeros((2, 2, 2))), "values"),
        (lambda: running(["a"]), "values"),
        (lambda: running([np.inf, 1.0]), "values"),
        (lambda: running([0.5, 1.0], probability=True), "values"),
        (lambda: running([1.0, 2.0], counts=[3]), "counts"),
        (lambda: running([1.0, 2.0], counts=[2, 1]), "counts"),
        (lambda: enough([1.0, 2.0], 0.0), "target"),
        (lambda: needed([1.0, 2.0], math.nan), "target"),
        (lambda: enough([1.0, 2.0], 0.1, minimum=1), "minimum"),
        (lambda: few_events(3, 2), "events"),
    ],
)
def test_refused(call: Callable[[], Any], key: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.key == key
    assert caught.value.accepted
