"""Figures that are lists: differences, drivers, the split of the variance, baselines. What is drawn is what is in the table."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from report.pictures import HOSTILE, check, data, marks, texts
from results.fake import make_run

pytest.importorskip("altair")

import duckdb
from scipy.stats import spearmanr

from steppe.analysis.baselines import Baseline
from steppe.analysis.comparison import compare
from steppe.analysis.components import grouped
from steppe.analysis.drawn_drivers import correlations, drawn_drivers, spearman_interval
from steppe.analysis.fans import outcome_at
from steppe.analysis.sensitivity import Noise, Row, Sensitivity
from steppe.errors import InputError
from steppe.report.figures import baselines as module
from steppe.report.figures.baselines import HISTORY, START, baselines
from steppe.report.figures.differences import change_text, chosen_rows, differences, relative_text
from steppe.report.figures.drivers import drawn, drivers, factor_words
from steppe.report.figures.theme import BLUE, PAPER
from steppe.report.figures.variance import KNOWN, NOT_DRAWN, NOT_SPLIT, variance
from steppe.results.query import Run
from steppe.results.tables import DRAWS

TWO = ("baseline", "pull")


def row(measure: str, entity: str, before: float, change: float, half: float, **more) -> dict:
    return {
        "run": "r", "reference_run": "r", "scenario": "alt", "reference_scenario": "ref", "point": 0, "year": 2036,
        "measure": measure, "entity": entity, "reference": before, "alternative": before + change,
        "difference": change, "low": change - half, "high": change + half,
        "relative": change / before if before else None, "n": 100, "outcome": None,
    } | more  # fmt: skip


ROWS = [
    row("flow", "pipe", 40.0, 10.0, 1.0),  # 10 of a scale of 20: one half
    row("member", "AAA/ONE", 0.1, 0.6, 0.05),  # 0.6 of 1
    row("depth", "ONE", 0.0, -0.02, 0.01),  # a tenth of 0.2
    row("cohesion", "ONE", 0.5, 0.01, 0.02),  # holds zero
    row("years_to", "p/s", 5.0, -4.0, 0.1),  # restates a stage
]


class TestDifferences:
    def test_largest_first_in_units_of_a_large_change(self):
        """Scales, by `indicators`: member 1, flow 20, depth 0.2. What holds zero or restates a stage is left out."""
        (found,) = differences(ROWS, {"ONE": "the One"})
        assert [one["standardised"] for one in found.rows] == pytest.approx([0.6, 0.5, -0.1])
        assert [one["what"] for one in found.rows] == [
            "AAA a member of the One",
            "Flow over pipe (Mt/y)",
            "Depth of the One",
        ]
        drawn = data(found, "sure")
        for line, mark in zip(found.rows, drawn, strict=True):
            assert mark["value"] == line["standardised"]
            assert (mark["low"], mark["high"]) == (line["standardised_low"], line["standardised_high"])
        assert drawn[0]["high"] == pytest.approx(0.65) and drawn[1]["low"] == pytest.approx(9 / 20)
        check(found)

    def test_what_is_asked_for_is_drawn_whatever_came_out(self):
        asked = {"place": 0, "expects": "+", "verdict": "no difference found", "small": False, "given": False}
        (found,) = differences([*ROWS[:3], ROWS[3] | {"outcome": asked}], {})
        assert found.rows[-1]["found"] == "no difference found" and len(found.rows) == 4
        assert "not distinguishable from zero" in found.alt
        fills = [one.get("fill") for one in marks(found, "symbol")]
        assert fills.count(PAPER) == 1 and fills.count(BLUE) == 3
        assert "the scenario's prediction: no difference found" in " ".join(texts(found))

    def test_an_adjusted_p_goes_before_the_interval(self):
        told = [one | {"p_adjusted": 0.2 if one["measure"] == "flow" else 0.001} for one in ROWS]
        (found,) = differences(told, {})
        assert [one["sure"] for one in data(found, "sure")] == [True, False, True]  # the second is the flow
        assert "adjusted for the number of comparisons" in found.caption
        assert "p_adjusted" in [column.key for column in found.columns]

    def test_absolute_and_relative_in_words(self):
        assert change_text(ROWS[1]) == "0.10 → 0.70: +0.60 [0.55, 0.65], ×\u00a07.0"  # 0.7 is 7 times 0.1
        assert change_text(ROWS[0]) == "40.0 → 50.0: +10.00 [9.00, 11.00], +25\u00a0%"
        assert relative_text(None) == "" and relative_text(-0.051) == ", −5.1\u00a0%"
        assert change_text(ROWS[1]) in differences(ROWS, {})[0].alt

    def test_one_figure_for_each_pair(self):
        others = [one | {"scenario": HOSTILE} for one in ROWS]
        found = differences([*ROWS, *others], {})
        assert [one.title for one in found] == [
            "What differs in 2036: alt against ref",
            f"What differs in 2036: {HOSTILE} against ref",
        ]
        assert len({one.id for one in found}) == 2
        check(found[1])

    def test_nothing_to_draw(self):
        assert differences([ROWS[3]], {}) == []
        assert len(chosen_rows(ROWS, top=1)) == 1


def sensitivity(*rows: Row, **more) -> Sensitivity:
    noise = Noise(20, 0.03, 0.012, 0.04, 0.7)
    base = Sensitivity("members ONE", "saltelli", ("sobol",), 4096, 20, 0, 0.95, 4.2, 1.5, rows, (), noise)
    return replace(base, **more)


SOBOL = sensitivity(
    Row("parameters.b.idle", -0.02, -0.05, 0.01, 0.01, 0.0, 0.02, floor=0.015, above_noise=False),
    Row("parameters.a.rate", 0.3, 0.25, 0.35, 0.6, 0.5, 0.7, floor=0.015, above_noise=True),
)


class TestDrivers:
    def test_bars_are_the_indices_with_their_intervals(self):
        found = drivers(SOBOL, "the members of ONE", {"a.rate": "Rate of it"})
        assert [one["factor"] for one in found.rows] == ["Rate of it (a.rate)"] * 2 + ["b.idle"] * 2
        assert [one["value"] for one in found.rows] == [0.6, 0.3, 0.01, -0.02]
        drawn = data(found, "zero")
        assert [(one["value"], one["low"], one["high"]) for one in drawn] == [
            (one["value"], one["low"], one["high"]) for one in found.rows
        ]
        assert [one["fill"] for one in drawn] == [1.0, 1.0, 0.0, 0.0]  # hollow in the noise
        assert {one["floor"] for one in data(found, "floor")} == {0.015}
        assert "total effect 0.60 [0.50, 0.70] and effect of its own 0.30 [0.25, 0.35]" in found.alt
        assert "b.idle: " in found.alt and found.alt.endswith("not above the noise.")
        assert "1.2\u00a0% of the variance" in found.caption
        check(found)

    def test_a_correlation_has_its_floor_on_both_sides(self):
        rows = [
            Row(f"f{k}", prcc=v, prcc_low=v - 0.1, prcc_high=v + 0.1, floor=0.1)
            for k, v in enumerate((0.3, -0.8))
        ]
        found = drivers(sensitivity(*rows, methods=("prcc",), noise=None), "it", {}, top=1)
        assert {one["floor"] for one in data(found, "floor")} == {0.1, -0.1}
        assert [one["value"] for one in found.rows] == [-0.8] and found.rows[0]["sure"] == "not known"
        assert "1 weaker factors are not drawn." in found.caption

    def test_names_of_factors(self):
        assert factor_words("parameters.a.b", {"parameters.a.b": "what it is"}) == "what it is (a.b)"
        assert factor_words("values.actors/X.gdp", {}) == "actors/X.gdp"


class TestDrawnDrivers:
    def test_the_correlations_are_those_of_scipy(self):
        luck = np.random.default_rng(3)
        table, means = luck.random((40, 6)).round(1), luck.random(40).round(1)  # with ties
        table[:, 5] = 0.5
        rho, _ = correlations(table, means)
        want = [spearmanr(table[:, k], means).statistic for k in range(5)]
        np.testing.assert_allclose(rho[:5], want, atol=1e-12)
        assert np.isnan(rho[5])

    def test_the_bound_of_a_single_value_is_the_published_critical_one(self):
        """Spearman's table: n = 50, two sides, 5 %: 0.279 (Zar 1972). The permutations are 999, so about."""
        luck = np.random.default_rng(5)
        _, bound = correlations(luck.random((50, 1)), luck.random(50))
        assert bound == pytest.approx(0.279, abs=0.02)

    def test_more_values_have_a_higher_bound(self):
        luck = np.random.default_rng(5)
        assert correlations(luck.random((50, 300)), luck.random(50))[1] > 0.4

    def test_the_interval_is_fishers_with_the_error_of_bonett_and_wright(self):
        """r = 0.5, n = 28: 0.5493 ± 1.96 √(1.125/25) = 0.1335 and 0.9651, back by tanh."""
        low, high = spearman_interval(np.array([0.5]), 28)
        assert low[0] == pytest.approx(0.1327, abs=2e-4) and high[0] == pytest.approx(0.7466, abs=2e-4)

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, tmp_path_factory) -> Run:
        """Sixty replicates of twenty draws; one drawn value is made to be the outcome itself."""
        run = make_run(tmp_path_factory.mktemp("drawn") / "run", replicates=60, draws=20)
        values = (
            outcome_at(run, "pull", "share", "AAA/QQQ")[0]
            - outcome_at(run, "baseline", "share", "AAA/QQQ")[0]
        )
        means = grouped(values[None], run.draw_of(run.replicates("pull"))).mean[0]
        luck = np.random.default_rng(1).random((20, 3))
        rows = [(d, f"idle{k}", luck[d, k]) for d in range(20) for k in range(3)]
        rows += [(d, "cause", -float(means[d])) for d in range(20)]
        texts = ", ".join(f"({d}, '{name}', {value})" for d, name, value in rows)
        duckdb.sql(f"SELECT * FROM (VALUES {texts}) t(draw, id, value)").write_parquet(str(run.path / DRAWS))
        return run

    def test_the_cause_is_found(self, run):
        found = drawn_drivers(run, "share", "AAA/QQQ", "pull", "baseline")
        assert found.rows[0].factor == "cause" and found.rows[0].rho == pytest.approx(-1)
        assert found.rows[0].above_noise and (found.draws, found.values) == (20, 4)
        figure = drawn(found, {"AAA": "the A"})
        assert figure.rows[0]["value"] == pytest.approx(-1) and "cause: rank correlation −1.00" in figure.alt
        assert figure.title == "What the difference in alignment of the A with QQQ goes with, pull"
        check(figure)

    def test_an_outcome_that_never_differs_has_no_drivers(self, run):
        assert drawn_drivers(run, "years_to", "accord/text", "pull", "pull") is None

    def test_a_run_that_draws_nothing_is_refused(self, tmp_path):
        run = make_run(tmp_path / "run", replicates=5)
        with pytest.raises(InputError, match="at its centre"):
            drawn_drivers(run, "share", "AAA/QQQ", "pull")


class TestVariance:
    @pytest.fixture(scope="class")
    @classmethod
    def rows(cls, tmp_path_factory) -> list[dict]:
        run = make_run(tmp_path_factory.mktemp("split") / "run", replicates=60, draws=20)
        return compare([run], measures=["share", "cohesion"])

    def test_bars_are_the_shares_and_add_up_to_one(self, rows):
        found = variance(rows, {}, 5)
        split = [one for one in rows if one["epistemic"]["share"] is not None][:5]
        assert [one["share"] for one in found.rows] == [one["epistemic"]["share"] for one in split]
        parts = data(found, "part")
        for k, one in enumerate(found.rows):
            known, luck = parts[2 * k : 2 * k + 2]
            assert (known["from"], known["to"], luck["to"]) == (0, one["share"], 1)
            assert luck["from"] == known["to"] and one["luck"] == pytest.approx(1 - one["share"])
        ends = [(one["low"], one["high"]) for one in data(found, "low")]
        assert ends == [(one["low"], one["high"]) for one in found.rows]
        assert KNOWN[:9] in " ".join(texts(found)) and "20 draws" in found.caption
        assert len(marks(found, "rect")) == 10
        check(found)

    def test_why_there_is_none(self, rows):
        assert variance(ROWS, {}) == NOT_DRAWN
        assert (
            variance([one | {"epistemic": one["epistemic"] | {"share": None}} for one in rows], {})
            == NOT_SPLIT
        )


class TestBaselines:
    @pytest.fixture
    def figures(self, tmp_path, monkeypatch):
        run = make_run(tmp_path / "run", {"baseline": 0.0, HOSTILE: 0.5}, replicates=20)

        def past(run, scenario, rows, evidence):
            rate = {"hazard": 0.29, "hazard_low": 0.2, "hazard_high": 0.39, "hazard_events": 30}
            words = {"hazard_exposure": 842.0, "counted": "accessions", "unit": "dyad-years"}
            return [
                Baseline(one["measure"], one["entity"], one["year"], 1.0, **rate, **words)
                if one["measure"] == "member"
                else Baseline(one["measure"], one["entity"], one["year"], 1.0, note="too few")
                for one in rows
            ]

        monkeypatch.setattr(module, "read_baselines", past)
        wanted = [("member", "AAA/ONE"), ("alive", "ONE"), ("cohesion", "ONE"), ("members", "ONE")]
        return run, baselines(run, wanted, ("baseline", HOSTILE), SimpleNamespace(), {})

    def test_forecasts_and_both_baselines_side_by_side(self, figures):
        run, (probabilities, counts) = figures
        assert [one["of"] for one in probabilities.rows] == ["baseline", HOSTILE, HISTORY, START] * 2
        values, _ = outcome_at(run, HOSTILE, "member", "AAA/ONE")
        table = {one["of"]: one for one in probabilities.rows[:4]}
        assert table[HOSTILE]["value"] == pytest.approx(values.mean())
        assert (table[HISTORY]["value"], table[HISTORY]["low"], table[HISTORY]["high"]) == (0.29, 0.2, 0.39)
        assert table[HISTORY]["counted"] == "30 accessions in 842 dyad-years" and table[START]["value"] == 1
        assert "No rate of history: too few." in probabilities.caption
        assert f"{HISTORY} 0.29 [0.20, 0.39]" in probabilities.alt
        drawn = {
            (one["narrow"], one["series"], one["value"], one["low"]) for one in data(probabilities, "series")
        }
        shown = [one for one in probabilities.rows if one["value"] is not None]
        assert sorted(one[1:3] for one in drawn) == sorted((one["of"], one["value"]) for one in shown)
        assert {one[3] for one in drawn} == {one["low"] for one in shown}
        assert len(marks(probabilities, "symbol")) == 4 + 3  # no rate of history for the second
        assert [one["what"] for one in counts.rows] == ["Members of ONE"] * 4
        for one in (probabilities, counts):
            check(one)

    def test_what_is_no_forecast_has_none(self, figures):
        run, _ = figures
        assert isinstance(baselines(run, [("cohesion", "ONE")], TWO[:1], SimpleNamespace(), {}), str)
