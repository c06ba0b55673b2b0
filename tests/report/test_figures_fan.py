"""Fan charts: the numbers of the tables of measures, drawn and told; the choice of what a page shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.pictures import HOSTILE, check, data, marks, texts
from results.fake import make_run

pytest.importorskip("altair")

from steppe.analysis.baselines import Baseline
from steppe.analysis.comparison import compare
from steppe.analysis.fans import fans as read
from steppe.analysis.fans import outcome_at
from steppe.analysis.measures import measure_table, measure_values
from steppe.errors import InputError
from steppe.report.figures import fan as module
from steppe.report.figures import theme
from steppe.report.figures.fan import fan, fans
from steppe.report.figures.main_measures import main_measures
from steppe.results.query import Run

WANTED = [
    ("alive", "ONE"),  # a column of booleans
    ("open", "strait"),  # a probability that is one of several states
    ("cohesion", "ONE"),  # undefined where the body is gone
    ("share", "AAA/QQQ"),  # a column for each pole
    ("influence", "PPP"),
    ("polarisation", "system"),
    ("dependence", "AAA-oil/PPP"),
    ("member", "BBB/ONE"),  # from the events
    ("merged", "SUB/ONE"),
    ("leaders", "CCC"),
    ("reached", "accord/signed"),  # from the stages
    ("years_to", "union/founded"),
]
TWO = ("baseline", "pull")


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return make_run(tmp_path_factory.mktemp("fans") / "run", replicates=60)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Run:
    """The same luck spread over ten draws of the evidence."""
    return make_run(tmp_path_factory.mktemp("fans") / "drawn", replicates=60, draws=10)


class TestNumbers:
    @pytest.mark.parametrize("which", ["run", "drawn"])
    def test_they_are_those_of_the_table_of_measures(self, which, request):
        """Read for one entity, they equal what is read for all of them, intervals between draws too."""
        run = request.getfixturevalue(which)
        found = read(run, "pull", WANTED)
        assert list(found) == WANTED
        table = {
            (e.measure, e.entity, e.year): e
            for e in measure_table(run, ["pull"], run.years, [name for name, _ in WANTED])
        }
        for (name, entity), one in found.items():
            rows = [table[name, entity, year] for year in run.years]
            for key in ("n", "mean", "low", "high"):
                want = np.array([getattr(row, key) for row in rows], float)
                np.testing.assert_allclose(getattr(one, key), want, rtol=1e-12, err_msg=f"{key} of {name}")
            if not one.measure.probability:
                for at, key in ((0, "q05"), (2, "q50"), (4, "q95")):
                    want = [getattr(row, key) for row in rows]
                    np.testing.assert_allclose(one.quantiles[at], want, rtol=1e-12)

    def test_the_middle_half_is_that_of_numpy(self, run):
        values = measure_values(run, "share", "pull", run.years[2], ["AAA/QQQ"]).values[0]
        found = read(run, "pull", [("share", "AAA/QQQ")])["share", "AAA/QQQ"].quantiles
        np.testing.assert_allclose(
            found[[1, 3], 2], np.quantile(values.astype(float), (0.25, 0.75)), rtol=1e-6
        )

    def test_an_outcome_replicate_by_replicate(self, run):
        for name, entity in WANTED:
            values, replicates = outcome_at(run, "pull", name, entity)
            want = measure_values(run, name, "pull", run.years[-1], [entity]).values[0]
            np.testing.assert_array_equal(values, want.astype(float))
            assert replicates.tolist() == list(range(60))

    def test_what_the_run_does_not_have(self, run):
        with pytest.raises(InputError, match="no such entity"):
            read(run, "pull", [("cohesion", "ELSE")])


class TestFigure:
    @pytest.mark.parametrize("key", [WANTED[2], WANTED[5], WANTED[10]])
    def test_every_kind_of_measure(self, run, key):
        check(fan(run, *key, TWO, {}))

    def test_what_is_drawn_is_what_stands_in_the_table(self, run):
        found = fan(run, "cohesion", "ONE", TWO, {"ONE": "the One"})
        drawn = {(row["series"], row["year"]): row for row in data(found, "series", "mean")}
        assert len(drawn) == len(found.rows) == 2 * len(run.years)
        for row in found.rows:
            point = drawn[row["scenario"], row["year"]]
            for key in ("mean", "q05", "q25", "q75", "q95"):
                assert point[key] == row[key]
        assert found.title == f"Cohesion of the One, where it exists, {run.years[0]} to {run.years[-1]}"

    def test_as_many_marks_as_numbers(self, run):
        """Two scenarios: a point for each year, two bands and one line each, four edges each, one persistence."""
        found = fan(run, "share", "AAA/QQQ", TWO, {})
        assert len(marks(found, "symbol")) == 2 * len(run.years)
        assert len(marks(found, "area")) == 2 * 2
        assert len(marks(found, "line")) == 2 * (1 + 4) + 1

    def test_bands_span_the_quantiles_that_the_caption_names(self, run):
        found = theme.spec(fan(run, "share", "AAA/QQQ", TWO, {}))
        bands = [
            (one["encoding"]["y"]["field"], one["encoding"]["y2"]["field"])
            for one in found["layer"]
            if one["mark"]["type"] == "area"
        ]
        assert bands == [("q05", "q95"), ("q25", "q75")]

    def test_a_probability_has_its_interval_for_a_band(self, run):
        found = fan(run, "alive", "ONE", TWO, {})
        assert len(marks(found, "area")) == 2
        keys = [column.key for column in found.columns]
        assert "q05" not in keys and "probability" in [column.title for column in found.columns]
        last = measure_table(run, ["pull"], names=["alive"])[0]
        row = found.rows[-1]
        assert (row["mean"], row["low"], row["high"]) == (last.mean, last.low, last.high)

    def test_of_more_than_two_scenarios_only_the_reference_has_bands(self, tmp_path):
        pulls = {"baseline": 0.0, "a": 0.1, "b": 0.3, "c": 0.5}
        run = make_run(tmp_path / "run", pulls, replicates=20)
        found = fan(run, "share", "AAA/QQQ", list(pulls), {})
        assert len(marks(found, "area")) == 2
        assert len(marks(found, "symbol")) == 4 * len(run.years)
        strokes = data(found, "q05", "q95")
        assert len([row for row in strokes if row["year"] > run.years[-1]]) == 4
        check(found)

    def test_the_alt_holds_start_and_end_of_each(self, run):
        found = fan(run, "alive", "ONE", TWO, {"pull": "a pull"})
        for scenario, name in (("baseline", "baseline"), ("pull", "a pull")):
            first, last = (
                e.mean
                for e in measure_table(run, [scenario], (run.years[0], run.years[-1]), ["alive"])
                if e.entity == "ONE"
            )
            assert f"{name}: from {first:.2f} in {run.years[0]} to {last:.2f} in {run.years[-1]}" in found.alt

    def test_persistence_is_the_value_at_the_start(self, run):
        found = fan(run, "alive", "ONE", TWO, {})
        held = data(found, "year", "value")
        assert {row["value"] for row in held} == {1.0}  # every body exists at the start
        assert "as at the start, unchanged" in texts(found)

    def test_a_rate_of_history_is_drawn_where_there_is_one(self, run, monkeypatch):
        def past(run, scenario, rows, evidence):
            return [
                Baseline(
                    row["measure"],
                    row["entity"],
                    row["year"],
                    1.0,
                    hazard=0.9 ** (row["year"] - run.years[0]),
                )
                for row in rows
            ]

        monkeypatch.setattr(module, "baselines", past)
        found = fan(run, "alive", "ONE", TWO, {}, evidence=object())
        assert found.rows[-1]["history"] == pytest.approx(0.9**5)
        assert "At the rate of history it would be 0.59 in" in found.alt  # 0.9⁵ = 0.590
        assert "at the rate of history" in texts(found)
        assert "history" not in fan(run, "cohesion", "ONE", TWO, {}, evidence=object()).rows[0]

    def test_a_hostile_name_stays_data(self, tmp_path):
        run = make_run(tmp_path / "run", {"baseline": 0.0, HOSTILE: 0.3}, replicates=10)
        found = fan(run, "alive", "ONE", ("baseline", HOSTILE), {})
        assert HOSTILE in texts(found) and {row["series"] for row in data(found, "series", "mean")} == {
            "baseline",
            HOSTILE,
        }
        check(found)

    def test_of_one_scenario_the_legend_tells_it_from_the_start(self, run):
        found = fan(run, "alive", "ONE", ("pull",), {})
        assert {"pull", "as at the start, unchanged"} <= set(texts(found))

    def test_what_is_too_much_is_named(self, tmp_path):
        names = [f"s{k}" for k in range(7)]
        run = make_run(tmp_path / "run", dict.fromkeys(names, 0.1), replicates=5)
        found = fans(run, [("alive", "ONE")], names, {})[0]
        assert found.caption.endswith("Not drawn: s5 and s6.")


class TestChoice:
    def test_outcomes_come_first_then_what_differs_most(self, run):
        asked = [{"measure": "cohesion", "of": "ONE"}, {"measure": "member", "of": "AAA/ONE"}]
        entries = [{**one} for one in run.manifest["scenarios"]]
        entries[1]["outcomes"] = asked
        own = replace(run, manifest=run.manifest | {"scenarios": entries})
        rows = compare([run])
        found = main_measures(own, rows, 6)
        assert (
            found[:2] == [("cohesion", "ONE"), ("member", "AAA/ONE")] and len(found) == len(set(found)) == 6
        )
        scales = {"share": 0.3, "welfare": 0.05, "cohesion": 0.5, "depth": 0.2, "tie": 0.5}
        # the fake world adds the pull, 0.5, to these, so that the smallest scale weighs most
        assert found[2][0] == min(scales, key=scales.get)
        assert sum(name == "welfare" for name, _ in found) == 2

    def test_of_one_scenario_what_changes_most(self, run):
        found = main_measures(run, (), 4, ["baseline"])
        first, last = (
            {(e.measure, e.entity): e.mean for e in measure_table(run, ["baseline"], [year])}
            for year in (run.years[0], run.years[-1])
        )
        assert len(found) == 4
        assert all(first[key] != last[key] for key in found)
        assert not {"years_to", "years_until"} & {name for name, _ in found}
