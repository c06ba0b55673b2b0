"""Measures of robustness on payoff tables that can be worked by hand, and what must hold for any table."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steppe.analysis import robustness as module
from steppe.analysis.robustness import MEASURES, Options, Ranking, Robustness, regret, robustness
from steppe.errors import InputError

#: Milnor, J. (1954) Games against nature. In: Thrall, Coombs & Davis (eds) Decision Processes. Wiley. Four acts, four states:
#: Laplace takes the first act, Wald (maximin) the second, Hurwicz the third (for any optimism above a quarter), Savage
#: (minimax regret) the fourth.
MILNOR = [[2, 2, 0, 1], [1, 1, 1, 1], [0, 4, 0, 0], [1, 3, 0, 0]]
ACTS = ("a1", "a2", "a3", "a4")


def of(found: Robustness, measure: str) -> Ranking:
    return next(row for row in found.rankings if row.measure == measure)


def values(table: Any, measure: str, higher_is_better: bool = True, **options: Any) -> list[float]:
    names = [f"a{i}" for i in range(len(table))]
    found = robustness(table, names, higher_is_better, Options(**options), [measure], resamples=100)
    return list(found.rankings[0].values)


class TestMilnor:
    def test_four_criteria_choose_four_acts(self) -> None:
        found = robustness(MILNOR, ACTS)
        assert found.best["laplace"] == ("a1",)
        assert found.best["maximin"] == ("a2",)
        assert found.best["hurwicz"] == found.best["maximax"] == ("a3",)
        assert found.best["minimax_regret"] == ("a4",)
        assert found.unanimous == ()

    @pytest.mark.parametrize(("optimism", "best"), [(0.2, ("a2",)), (0.25, ("a2", "a3")), (0.3, ("a3",))])
    def test_hurwicz_turns_at_a_quarter(self, optimism: float, best: tuple[str, ...]) -> None:
        assert robustness(MILNOR, ACTS, options=Options(optimism=optimism)).best["hurwicz"] == best

    @pytest.mark.parametrize(
        ("measure", "expected", "options"),
        [
            ("maximin", [0, 1, 0, 0], {}),
            ("maximax", [2, 1, 4, 3], {}),
            ("hurwicz", [0.5, 1, 1, 0.75], {"optimism": 0.25}),
            ("laplace", [1.25, 1, 1, 1], {}),
            # the best at each state is 2, 4, 1, 1; regrets 0 2 1 0, 1 3 0 0, 2 0 1 1, 1 1 1 1
            ("minimax_regret", [2, 3, 2, 1], {}),
            # linear between the third and fourth of four, at 0.9 × 3 = 2.7: 1 + 0.7, 1 + 0.7 × 2, 1 + 0.7, 1
            ("quantile_regret", [1.7, 2.4, 1.7, 1], {}),
            ("quantile_regret", [0.5, 0.5, 1, 1], {"quantile": 0.5}),
            # variances 2.75/4, 0, 3, 1.5
            ("mean_deviation", [1.25 - 0.6875**0.5, 1, 1 - 3**0.5, 1 - 1.5**0.5], {}),
            ("mean_deviation", [1.25, 1, 1, 1], {"caution": 0.0}),
            # medians 1.5, 1, 0, 0.5; shortfalls 1.5 + 0.5, none, none, 0.5 + 0.5; over four
            ("undesirable_deviations", [0.5, 0, 0, 0.25], {}),
            ("satisficing", [0.75, 1, 0.25, 0.5], {"threshold": 1.0}),
        ],
    )
    def test_by_hand(self, measure: str, expected: list[float], options: dict[str, float]) -> None:
        assert values(MILNOR, measure, **options) == pytest.approx(expected, abs=1e-12)


def test_ranks_and_ties() -> None:
    found = robustness(MILNOR, ACTS)
    assert of(found, "laplace").ranks == (1, 2, 2, 2)
    assert of(found, "minimax_regret").ranks == (2, 4, 2, 1)
    assert of(found, "minimax_regret").smaller_is_better
    assert "satisficing" not in found.best  # there is no threshold


def test_the_same_values_in_another_order_are_equals() -> None:
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in binary."""
    found = robustness([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1]], ("a", "b"))
    assert {row.ranks for row in found.rankings} == {(1, 1)}


def test_lower_is_better_mirrors_all() -> None:
    """Costs are payoffs with the sign turned: same ranks, values in the unit of the costs, same regret."""
    options = Options(threshold=1.0, optimism=0.3)
    gains = robustness(MILNOR, ACTS, True, options)
    costs = robustness(-np.array(MILNOR), ACTS, False, Options(threshold=-1.0, optimism=0.3))
    for one, other, measure in zip(gains.rankings, costs.rankings, MEASURES, strict=True):
        assert one.ranks == other.ranks
        assert one.first == other.first
        sign = -1 if measure.oriented else 1
        np.testing.assert_allclose(np.multiply(sign, one.values), other.values, atol=1e-15)
        mirrored = (other.high, other.low) if sign < 0 else (other.low, other.high)
        np.testing.assert_allclose(np.multiply(sign, one.low), mirrored[0], atol=1e-12)
        np.testing.assert_allclose(np.multiply(sign, one.high), mirrored[1], atol=1e-12)
        assert other.smaller_is_better == (measure.small or measure.oriented)
    assert costs.options.threshold == -1.0
    assert costs.best == gains.best


def test_disputes_and_agreement() -> None:
    found = robustness(MILNOR, ACTS, measures=["laplace", "maximin", "minimax_regret"])
    by_pair = {row["levers"]: row["prefer"] for row in found.disputed}
    assert by_pair["a1", "a2"] == {"a1": ("laplace", "minimax_regret"), "a2": ("maximin",)}
    assert ("a3", "a4") not in by_pair  # only the regret tells them apart
    tau = {row["measures"]: row["tau"] for row in found.agreement}
    # ranks 1 2 2 2 and 2 1 2 2: one discordant pair, three pairs apart in each
    assert tau["laplace", "maximin"] == pytest.approx(-1 / 3)


def test_dominance_leaves_monotone_measures_no_choice() -> None:
    table = [[3.0, 5.0, 4.0], [2.0, 5.0, 1.0], [0.0, 9.0, 0.0]]
    found = robustness(table, ("good", "worse", "bold"), options=Options(threshold=2.0))
    assert found.dominated == {"worse": ("good",)}
    for measure in ("satisficing", "maximin", "maximax", "hurwicz", "laplace", "minimax_regret"):
        ranks = of(found, measure).ranks
        assert ranks[0] <= ranks[1]


def test_measures_that_rank_all_alike_have_no_tau() -> None:
    found = robustness([[0.0, 1.0], [1.0, 0.0]], ("a", "b"), measures=["laplace", "maximax"])
    assert found.agreement == ({"measures": ("laplace", "maximax"), "tau": None},)
    assert found.unanimous == ("a", "b")


TABLES = arrays(float, (3, 6), elements=st.integers(-20, 20).map(float))


@given(TABLES, st.sampled_from([0.5, 2.0, 16.0]), st.integers(-8, 8))
def test_ranks_do_not_hang_on_the_unit(table: Any, scale: float, shift: int) -> None:
    """A change of unit is a·v + b with a > 0. Ratios such as (mean + 1)/(sd + 1) fail it, which is why none is here."""
    names = ("a", "b", "c")
    one = robustness(table, names, options=Options(threshold=3.0), resamples=100)
    other = robustness(
        table * scale + shift, names, options=Options(threshold=3.0 * scale + shift), resamples=100
    )
    for first, second, measure in zip(one.rankings, other.rankings, MEASURES, strict=True):
        if measure.id in ("mean_deviation", "quantile_regret"):  # roots and interpolation round
            expected = np.array(first.values) * scale + (shift if measure.oriented else 0)
            np.testing.assert_allclose(second.values, expected, atol=1e-9)
        elif measure.id != "laplace":
            assert first.ranks == second.ranks


@given(TABLES)
def test_bounds(table: Any) -> None:
    found = robustness(table, ("a", "b", "c"), options=Options(threshold=0.0), resamples=100)
    low, mid, high = (np.array(of(found, name).values) for name in ("maximin", "laplace", "maximax"))
    assert (low <= mid + 1e-9).all() and (mid <= high + 1e-9).all()
    assert (regret(table) >= 0).all()
    assert (regret(table).min(axis=0) == 0).all()
    assert (np.array(of(found, "quantile_regret").values) <= of(found, "minimax_regret").values).all()
    for row in found.rankings:
        assert min(row.ranks) == 1
        assert all(a <= b for a, b in zip(row.low, row.high, strict=True))


def test_interval_of_the_mean_is_that_of_the_bootstraps_theory() -> None:
    """Resampled means have the variance of the sample over P [ET1993, eq. 5.12]: ± 1.96 √(s²/P) for many points."""
    rng = np.random.default_rng(1)
    table = rng.normal(0, 1, (2, 400))
    row = of(robustness(table, ("a", "b"), resamples=8000, measures=["laplace"]), "laplace")
    half = (np.array(row.high) - row.low) / 2
    np.testing.assert_allclose(half, 1.96 * table.std(axis=1) / 20, rtol=0.05)


def test_points_are_resampled_for_all_levers_together() -> None:
    """One lever a hair better at every point is the best in every resample, though both vary a lot."""
    base = np.random.default_rng(2).normal(0, 10, 50)
    row = of(robustness([base + 0.01, base], ("a", "b"), measures=["laplace"]), "laplace")
    assert row.first == (1.0, 0.0)
    assert row.low[0] < row.high[1]


@pytest.mark.slow
def test_coverage_of_the_intervals() -> None:
    """500 studies of 100 points: a share, a mean and a quantile of the regret are covered about as often as they say."""
    rng, truth = np.random.default_rng(3), np.random.default_rng(4).gamma(2.0, 1.0, (2, 2_000_000))
    options = Options(threshold=1.0)
    names = ("satisficing", "laplace", "quantile_regret")
    known = {m.id: m.of(truth, options) for m in MEASURES if m.id in names}
    inside: dict[str, list[bool]] = {name: [] for name in names}
    for _ in range(500):
        found = robustness(rng.gamma(2.0, 1.0, (2, 100)), ("a", "b"), True, options, names, resamples=400)
        for row in found.rankings:
            inside[row.measure].append(bool(row.low[0] <= known[row.measure][0] <= row.high[0]))
    for name, hits in inside.items():
        assert 0.90 < np.mean(hits) < 0.98, name


def test_same_again_and_ready_for_json() -> None:
    one = robustness(MILNOR, ACTS, options=Options(threshold=1.0), seed=3)
    assert one == robustness(MILNOR, ACTS, options=Options(threshold=1.0), seed=3)
    again = json.loads(json.dumps(one.as_dict()))
    assert again["best"]["laplace"] == ["a1"]


def test_blocks_of_resamples_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = robustness(MILNOR, ACTS, resamples=300)
    monkeypatch.setattr(module, "_AT_ONCE", 16 * 7)
    assert robustness(MILNOR, ACTS, resamples=300).rankings == whole.rankings


def test_planted_fault_is_caught() -> None:
    """A regret against the lever's own best, a common slip, would have Savage choose another act of Milnor's."""
    table = np.array(MILNOR, float)
    slip = (table.max(axis=1, keepdims=True) - table).max(axis=1)
    assert slip.argmin() != regret(table).max(axis=1).argmin() == 3


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"values": [[1, np.nan], [1, 2]]}, "values[0][1]"),
        ({"values": [[1, 2], [np.inf, 2]]}, "values[1][0]"),
        ({"values": [[1, 2]]}, "values"),
        ({"values": [[1], [2]]}, "values"),
        ({"values": [1, 2]}, "values"),
        ({"levers": ["a", "a"]}, "levers"),
        ({"options": Options(optimism=1.2)}, "optimism"),
        ({"options": Options(threshold=np.nan)}, "threshold"),
        ({"options": Options(quantile=-0.1)}, "quantile"),
        ({"options": Options(caution=-1)}, "caution"),
        ({"resamples": 10}, "resamples"),
        ({"measures": ["satisficing"]}, "threshold"),
    ],
)
def test_refused(change: dict[str, Any], key: str) -> None:
    asked: dict[str, Any] = {"values": [[1, 2], [2, 1]], "levers": ["a", "b"], **change}
    with pytest.raises(InputError) as caught:
        robustness(**asked)
    assert caught.value.key == key
    assert caught.value.accepted


def test_nearest_measure_is_named() -> None:
    with pytest.raises(InputError) as caught:
        robustness(MILNOR, ACTS, measures=["minmax_regret"])
    assert caught.value.nearest == "minimax_regret"
