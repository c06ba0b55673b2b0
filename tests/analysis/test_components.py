"""The split of variance between draws and luck: textbook arithmetic, known components, coverage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from scipy import stats

from results.fake import START, YEARS, make_run
from steppe.analysis.comparison import Arm, compare, differences, paired, paired_by_draw
from steppe.analysis.components import (
    conditional_quantiles,
    grouped,
    mean_of,
    probability_interval,
    share_interval,
    spreads,
    variances,
)
from steppe.analysis.intervals import mean_interval
from steppe.analysis.matching import matched
from steppe.analysis.measures import draw_means, measure_table, measure_values
from steppe.errors import InputError
from steppe.results.indicators import MEASURES
from steppe.results.query import Run

BY_ID = {measure.id: measure for measure in MEASURES}
LAST = START + YEARS
NAN = np.nan


def draws_of(count: int, size: int) -> Any:
    return np.repeat(np.arange(count), size)


class TestVariances:
    def test_by_hand(self) -> None:
        """Draws (1, 3), (5, 7), (9, 11): mean squares 32 between and 2 within, so (32 - 2)/2 = 15 and 2."""
        groups = grouped(np.array([[1.0, 3, 5, 7, 9, 11]]), draws_of(3, 2))
        epistemic, aleatory, share = variances(groups)
        assert (epistemic[0], aleatory[0], share[0]) == (15, 2, 15 / 17)

    def test_unequal_draws_by_hand(self) -> None:
        """Draws (0, 2) and (6, undefined), mean 8/3: within, squares 2 on 1 degree of freedom; between, 2 (1 - 8/3)² +
        (6 - 8/3)² on 1; replicates of a draw n₀ = 3 - (2² + 1²)/3 = 4/3."""
        groups = grouped(np.array([[0.0, 2, 6, NAN]]), np.array([0, 0, 1, 1]))
        between = 2 * (1 - 8 / 3) ** 2 + (6 - 8 / 3) ** 2
        epistemic, aleatory, _ = variances(groups)
        assert aleatory[0] == pytest.approx(2)
        assert epistemic[0] == pytest.approx((between - 2) / (4 / 3))

    @given(nst.arrays(float, (3, 24), elements=st.floats(-10, 10)))
    def test_sums_of_squares_add_up(self, values: Any) -> None:
        """Between and within are all there is: (D - 1)(n σ_e² + σ_a²) + (N - D) σ_a² = total, where nothing is cut at 0."""
        groups = grouped(values, draws_of(6, 4))
        epistemic, aleatory, _ = variances(groups)
        total = values.var(axis=1) * 24
        parts = 5 * (4 * epistemic + aleatory) + 18 * aleatory
        cut = epistemic == 0
        np.testing.assert_allclose(parts[~cut], total[~cut], atol=1e-8)
        assert (parts[cut] >= total[cut] - 1e-8).all()

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_known_components_are_found(self, share: float) -> None:
        """Normal outcomes with these components: the estimates are unbiased (4 standard errors of 3,000 studies)."""
        rng = np.random.default_rng(7)
        between = np.sqrt(share) * rng.normal(size=(3000, 30, 1))
        outcome = between + np.sqrt(1 - share) * rng.normal(size=(3000, 30, 8))
        epistemic, aleatory, _ = variances(grouped(outcome.reshape(3000, -1), draws_of(30, 8)))
        for found, true in ((epistemic, share), (aleatory, 1 - share)):
            slack = 4 * found.std() / np.sqrt(3000) + (
                0.001 if share == 0.1 else 0
            )  # the bound at 0 lifts a little
            assert abs(found.mean() - true) < slack

    def test_a_probability_that_differs_between_draws(self) -> None:
        """p drawn from Beta(a, b), then a coin: the epistemic share is 1/(a + b + 1)."""
        rng = np.random.default_rng(3)
        p = rng.beta(2, 2, size=(2000, 50, 1))
        outcome = (rng.random((2000, 50, 20)) < p).reshape(2000, -1)
        epistemic, aleatory, share = variances(grouped(outcome, draws_of(50, 20)))
        assert epistemic.mean() == pytest.approx(1 / 20, rel=0.02)  # variance of Beta(2, 2)
        assert aleatory.mean() == pytest.approx(1 / 4 - 1 / 20, rel=0.01)
        assert share.mean() == pytest.approx(1 / 5, rel=0.03)

    def test_nothing_but_draws_and_nothing_at_all(self) -> None:
        same = np.array([[1.0, 1, 2, 2, 4, 4], [3.0] * 6])
        epistemic, aleatory, share = variances(grouped(same, draws_of(3, 2)))
        assert aleatory.tolist() == [0, 0] and epistemic[0] == pytest.approx(7 / 3) and epistemic[1] == 0
        assert share[0] == 1 and np.isnan(share[1])

    def test_truths_and_numbers_are_treated_alike(self) -> None:
        outcome = np.random.default_rng(1).random((4, 40)) < 0.3
        one, other = (grouped(values, draws_of(8, 5)) for values in (outcome, outcome.astype(float)))
        np.testing.assert_array_equal(one.squares, other.squares)
        assert repr(list(spreads(one))) == repr(list(spreads(other)))


class TestShareInterval:
    def test_the_jackknife_against_leaving_out_one_by_one(self) -> None:
        rng = np.random.default_rng(5)
        values = rng.normal(size=(1, 12, 1)) + rng.normal(size=(1, 12, 4))
        values[0, 3, 1:3] = NAN
        values[0, 7] = NAN  # a draw in which it is never defined
        values, draws = values.reshape(1, -1), draws_of(12, 4)

        def log_ratio(keep: Any) -> float:
            groups = grouped(values[:, keep], draws[keep])
            epistemic, aleatory, _ = variances(groups)
            n = groups.n[0][groups.n[0] > 0]
            n0 = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
            assert epistemic[0] > 0
            return float(np.log(1 + n0 * epistemic[0] / aleatory[0]))

        used = [d for d in range(12) if d != 7]
        whole = log_ratio(np.ones(48, bool))
        pseudo = [11 * whole - 10 * log_ratio(draws != d) for d in used]
        low, high = stats.t.interval(0.95, 10, np.mean(pseudo), stats.sem(pseudo))
        n = np.array([4.0] * 10 + [2.0])
        n0 = (n.sum() - (n**2).sum() / n.sum()) / 10
        expected = [max(np.exp(bound) - 1, 0) / n0 for bound in (low, high)]
        found = share_interval(grouped(values, draws))
        for bound, odds in zip(found, expected, strict=True):
            assert bound[0] == pytest.approx(odds / (1 + odds))

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_it_covers(self, share: float) -> None:
        """Normal outcomes, 2,000 studies of 50 draws of 10: 95 %, give or take three standard errors and a point."""
        rng = np.random.default_rng(11)
        outcome = np.sqrt(share) * rng.normal(size=(2000, 50, 1)) + np.sqrt(1 - share) * rng.normal(
            size=(2000, 50, 10)
        )
        low, high = share_interval(grouped(outcome.reshape(2000, -1), draws_of(50, 10)))
        assert np.mean((low <= share) & (share <= high)) == pytest.approx(0.95, abs=0.025)

    def test_a_single_draw_with_all_the_variety_tells_nothing(self) -> None:
        outcome = np.zeros((1, 40), bool)
        outcome[0, 0] = True
        low, high = share_interval(grouped(outcome, draws_of(10, 4)))
        assert (low[0], high[0]) == (0, 1)

    def test_no_variety_has_no_share(self) -> None:
        low, high = share_interval(grouped(np.zeros((1, 40), bool), draws_of(10, 4)))
        assert np.isnan(low[0]) and np.isnan(high[0])


class TestMeans:
    @given(nst.arrays(float, (2, 30), elements=st.floats(-10, 10)))
    def test_the_error_is_that_of_draw_means(self, values: Any) -> None:
        n, mean, error, count = mean_of(grouped(values, draws_of(6, 5)))
        each = values.reshape(2, 6, 5).mean(axis=2)
        np.testing.assert_allclose(mean, each.mean(axis=1), atol=1e-9)
        np.testing.assert_allclose(error, each.std(axis=1, ddof=1) / np.sqrt(6), atol=1e-9)
        assert n.tolist() == [30, 30] and count.tolist() == [6, 6]

    def test_undefined_replicates_do_not_count(self) -> None:
        """Mean of what is there; the residuals of its ratio to their number are 2·(2 - 3), 1·(5 - 3) and none."""
        groups = grouped(np.array([[1.0, 3, 5, NAN, NAN, NAN]]), draws_of(3, 2))
        n, mean, error, count = mean_of(groups)
        assert (n[0], mean[0], count[0]) == (3, 3, 2)
        assert error[0] == pytest.approx(np.sqrt(2 / 1 * (2**2 + 2**2) / 9))

    def test_intervals_cover_where_those_of_replicates_do_not(self) -> None:
        """A probability from Beta(2, 2) by draw: 95 % between draws; taking replicates for independent, less than 75 %."""
        rng = np.random.default_rng(2)
        p = rng.beta(2, 2, size=(3000, 50, 1))
        outcome = (rng.random((3000, 50, 20)) < p).reshape(3000, -1)
        n, mean, error, count = mean_of(grouped(outcome, draws_of(50, 20)))
        low, high = probability_interval(mean, error, n, count)
        assert np.mean((low <= 0.5) & (high >= 0.5)) == pytest.approx(0.95, abs=0.02)
        naive = mean_interval(mean, outcome.std(axis=1) / np.sqrt(1000), n)
        assert np.mean((naive[0] <= 0.5) & (naive[1] >= 0.5)) < 0.75

    def test_what_never_happened_is_bounded_by_the_draws(self) -> None:
        """Wilson's bound of 0 in D, z²/(D + z²): how draws differ is not known from 1,000 replicates of 50 draws."""
        bounds = probability_interval(*(np.array([v]) for v in (0.0, 0.0, 1000, 50)))
        z2 = stats.norm.ppf(0.975) ** 2
        assert bounds[0][0] == 0 and bounds[1][0] == pytest.approx(z2 / (50 + z2))

    def test_the_quantiles_have_the_spread_of_the_epistemic_part(self) -> None:
        """Means given the draw are drawn together until their variance is the epistemic one, exactly."""
        rng = np.random.default_rng(4)
        values = (rng.normal(size=(1, 40, 1)) + rng.normal(size=(1, 40, 3))).reshape(1, -1)
        groups = grouped(values, draws_of(40, 3))
        at = tuple((k + 0.5) / 40 for k in range(40))
        pulled = np.sort(groups.mean[0] - values.mean())
        pulled *= np.sqrt(variances(groups)[0] / groups.mean[0].var(ddof=1))
        assert np.var(pulled, ddof=1) == pytest.approx(variances(groups)[0][0])
        expected = values.mean() + np.quantile(pulled, at)
        np.testing.assert_allclose(conditional_quantiles(groups, at)[:, 0], expected, atol=1e-12)


class TestPaired:
    @given(nst.arrays(np.float32, (2, 3, 12), elements=st.floats(-10, 10, width=32)))
    def test_one_replicate_of_each_draw_is_an_ordinary_pairing(self, values: Any) -> None:
        plain = paired(BY_ID["depth"], *values)
        drawn, split = paired_by_draw(BY_ID["depth"], *values, np.arange(12))
        for name, column in plain.items():
            if name == "p_value":  # where all differ alike, the one or the other knows it but for rounding
                continue
            if name in (
                "probability_higher_low",
                "probability_higher_high",
            ):  # as those of probabilities: see below
                continue
            if name != "variance_ratio":  # 0/0 up to rounding where nothing differs
                np.testing.assert_allclose(drawn[name], column, atol=1e-6, err_msg=name)
        assert all(np.isnan(one.aleatory) for one in split)  # what cannot be told apart is not

    def test_the_difference_is_split_not_the_levels(self) -> None:
        """Draws move both scenarios alike: levels are epistemic, their difference is not."""
        rng = np.random.default_rng(6)
        level = rng.normal(size=(1, 60, 1)) * 10 + rng.normal(size=(1, 60, 10))
        one = level.reshape(1, -1)
        other = one + 1 + rng.normal(size=one.shape)
        found, split = paired_by_draw(BY_ID["depth"], one, other, draws_of(60, 10))
        spread = next(split)
        assert found["difference"][0] == pytest.approx(1, abs=0.2)
        assert variances(grouped(one, draws_of(60, 10)))[2][0] > 0.95 and spread.share < 0.1
        assert spread.epistemic + spread.aleatory == pytest.approx(1, abs=0.2)

    def test_no_change_is_zero_with_an_interval(self) -> None:
        """As by `paired`, with the 50 draws in the place of the replicates."""
        outcome = np.random.default_rng(1).random((1, 1000)) < 0.3
        found, _ = paired_by_draw(BY_ID["member"], outcome, outcome, draws_of(50, 20))
        bound = stats.norm.ppf(0.975) * np.sqrt(2) / 52
        assert found["difference"][0] == 0 and found["high"][0] == pytest.approx(bound)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A fake run of 60 replicates, said to be of 12 draws."""
    return make_run(tmp_path_factory.mktemp("drawn") / "run", replicates=60, draws=12)


class TestRuns:
    def test_the_table_splits_every_measure(self, drawn: Run) -> None:
        for estimate in measure_table(drawn):
            seen = measure_values(drawn, estimate.measure, estimate.scenario, LAST, [estimate.entity])
            groups = grouped(seen.values, np.arange(60) // 5)
            assert repr(estimate.spread) == repr(next(spreads(groups)))
            assert estimate.std_error == pytest.approx(mean_of(groups)[2][0], nan_ok=True)
            assert estimate.low <= estimate.mean <= estimate.high

    def test_without_draws_there_is_nothing_to_split(self, run: Run) -> None:
        assert all(estimate.spread is None for estimate in measure_table(run))
        row = compare([run])[0]
        assert row["epistemic"] is None and row["aleatory"]["sd"] ** 2 == row["aleatory"]["variance"]

    def test_comparisons_carry_the_split(self, drawn: Run) -> None:
        rows = compare([drawn])
        json.dumps(rows, allow_nan=False)
        for row in rows:
            assert set(row["aleatory"]) == {"sd", "variance"} and "spread" not in row
            known = row["epistemic"]
            assert known["draws"] <= 12 and {"sd", "variance", "share", "share_low", "share_high"} < set(
                known
            )
            if known["share"] is not None:
                both = known["variance"] + row["aleatory"]["variance"]
                assert known["share"] == pytest.approx(known["variance"] / both)

    def test_runs_pair_if_their_replicates_share_draws(self, drawn: Run, run: Run, tmp_path: Path) -> None:
        fewer = make_run(tmp_path / "fewer", replicates=50, draws=12)
        for other, why in (
            (run, "draws of the evidence: none against 12"),
            (fewer, "replicates over the draws: 50 against 60"),
        ):
            assert matched(Arm(drawn, "baseline"), Arm(other, "pull")).why == (why,)
            rows = list(differences(Arm(drawn, "baseline"), Arm(other, "pull")))
            assert not any(row.paired for row in rows) and all(row.spread is None for row in rows)

    def test_an_outcome_of_ones_own_by_draw(self, drawn: Run, run: Run) -> None:
        outcome = np.arange(60) % 5 < np.arange(60) // 5
        found = draw_means(drawn, "baseline", outcome)
        assert found.mean[0].tolist() == pytest.approx([min(d, 5) / 5 for d in range(12)])
        assert found.n.tolist() == [[5] * 12] and found.draws.tolist() == list(range(12))
        with pytest.raises(ValueError, match="not 60"):
            draw_means(drawn, "baseline", outcome[:10])
        with pytest.raises(InputError, match="every value at its centre"):
            draw_means(run, "baseline", outcome)
