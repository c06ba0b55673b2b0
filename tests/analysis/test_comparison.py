"""Comparisons: formulas, what pairing buys, which arms are compared with which, and what cannot be paired."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from scipy import stats

from results.fake import START, YEARS, make_run
from steppe.analysis.comparison import Arm, compare, comparisons, differences, differences_of, paired, pairs
from steppe.analysis.matching import matched
from steppe.analysis.measures import measure_table, measure_values
from steppe.analysis.multiplicity import adjusted
from steppe.errors import InputError
from steppe.results.indicators import MEASURES, entities
from steppe.results.query import Run
from steppe.results.store import RunFolder

LAST = START + YEARS
BY_ID = {measure.id: measure for measure in MEASURES}
KEYS = {
    *("measure", "entity", "time", "unit", "reference", "alternative", "difference", "std_error", "low"),
    *("high", "relative", "n", "unpaired_std_error", "variance_ratio"),
}


class TestPaired:
    @given(nst.arrays(np.float32, (2, 3, 20), elements=st.floats(-10, 10, width=32)))
    def test_means_against_the_formula(self, values: Any) -> None:
        """Mean and standard error of the differences; interval of a paired t test."""
        one, other = values.astype(float)
        found = paired(BY_ID["depth"], *values)
        d = other - one
        np.testing.assert_allclose(found["difference"], d.mean(axis=1), atol=1e-12)
        np.testing.assert_allclose(found["std_error"], d.std(axis=1, ddof=1) / np.sqrt(20), atol=1e-9)
        unpaired = np.sqrt(one.var(axis=1, ddof=1) / 20 + other.var(axis=1, ddof=1) / 20)
        np.testing.assert_allclose(found["unpaired_std_error"], unpaired, atol=1e-9)
        t = stats.t.ppf(0.975, 19)
        np.testing.assert_allclose(found["high"] - found["low"], 2 * t * found["std_error"], atol=1e-9)

    @given(nst.arrays(bool, (2, 3, 20)))
    def test_probabilities_are_means_of_outcomes(self, values: Any) -> None:
        found = paired(BY_ID["member"], *values)
        numbers = paired(BY_ID["depth"], *values.astype(np.float32))
        for name in (
            "reference",
            "alternative",
            "difference",
            "std_error",
            "unpaired_std_error",
            "relative",
            "n",
        ):
            np.testing.assert_allclose(found[name], numbers[name], atol=1e-9, err_msg=name)
        assert (found["low"] <= found["difference"]).all() and (found["difference"] <= found["high"]).all()
        assert (found["low"] < found["high"]).all()

    def test_what_pairing_buys(self) -> None:
        """Correlation ρ and equal variances: the variance ratio is 1/(1 − ρ)."""
        rng = np.random.default_rng(3)
        common = rng.normal(size=(1, 200_000))
        one, other = (np.sqrt(0.8) * common + np.sqrt(0.2) * rng.normal(size=common.shape) for _ in range(2))
        assert paired(BY_ID["depth"], one, other)["variance_ratio"][0] == pytest.approx(5, rel=0.02)

    def test_only_replicates_where_both_are_defined_count(self) -> None:
        one = np.array([[1, 2, np.nan, 4, 5]], np.float32)
        other = np.array([[2, np.nan, 3, 6, 8]], np.float32)
        found = {name: column[0] for name, column in paired(BY_ID["cohesion"], one, other).items()}
        assert found["n"] == 3
        assert found["reference"] == pytest.approx(10 / 3)
        assert found["alternative"] == pytest.approx(16 / 3)
        assert found["difference"] == pytest.approx(2)
        assert found["std_error"] == pytest.approx(1 / np.sqrt(3))

    def test_nothing_defined_is_told_and_not_hidden(self) -> None:
        found = paired(BY_ID["cohesion"], *np.full((2, 1, 4), np.nan, np.float32))
        assert found["n"][0] == 0
        assert np.isnan(found["difference"][0]) and np.isnan(found["low"][0])

    def test_no_change_is_zero_with_an_interval(self) -> None:
        outcome = np.random.default_rng(1).random((1, 1000)) < 0.3
        found = {name: column[0] for name, column in paired(BY_ID["member"], outcome, outcome).items()}
        assert found["difference"] == found["std_error"] == 0
        assert 0 < found["high"] < 0.003
        assert np.isnan(found["variance_ratio"])


class TestCompare:
    def test_rows(self, run: Run) -> None:
        rows = compare([run])
        assert len(rows) == sum(len(entities(measure, run)) for measure in MEASURES)
        assert set(rows[0]) > KEYS
        json.dumps(rows, allow_nan=False)
        in_some = (
            "cohesion",
            "closeness",
            "neighbours",
            "years_until",
        )  # replicates: other means when paired
        means = {
            (e.scenario, e.measure, e.entity): e.mean for e in measure_table(run) if e.measure not in in_some
        }
        for row in rows:
            if row["measure"] in in_some:
                continue
            key = (row["measure"], row["entity"])
            assert row["alternative"] == pytest.approx(means["pull", *key], rel=1e-6, abs=1e-9)
            assert row["reference"] == pytest.approx(means["baseline", *key], rel=1e-6, abs=1e-9)
            assert row["difference"] == pytest.approx(row["alternative"] - row["reference"], abs=1e-7)
            assert row["time"] == f"{LAST}-01-01"

    def test_cohesion_where_both_are_alive(self, run: Run) -> None:
        rows = compare([run], measures=["cohesion"])
        one, other = (measure_values(run, "alive", s, LAST).values for s in ("baseline", "pull"))
        assert [row["n"] for row in rows] == (one & other).sum(axis=1).tolist()

    def test_from_a_folder_or_from_two(self, run: Run, tmp_path: Path) -> None:
        """Scenarios in two run folders pair like two scenarios in one."""
        base = make_run(tmp_path / "a", {"baseline": 0.0}, replicates=60)
        pull = make_run(tmp_path / "b", {"pull": 0.5}, replicates=60)
        places = ("run", "reference_run")
        together = [{k: v for k, v in row.items() if k not in places} for row in compare([str(run.path)])]
        apart = [{k: v for k, v in row.items() if k not in places} for row in compare([base.path, pull.path])]
        assert together == apart

    def test_years(self, run: Run) -> None:
        rows = compare([run], measures=["member"], years=[START, LAST])
        assert {row["year"] for row in rows} == {START, LAST}
        assert all(row["difference"] == 0 for row in rows if row["year"] == START)
        with pytest.raises(InputError, match="no such year"):
            compare([run], years=[1999])

    def test_common_luck_makes_the_error_smaller(self, run: Run) -> None:
        rows = compare([run], measures=["member"])
        ratios = [row["variance_ratio"] for row in rows if row["variance_ratio"] is not None]
        assert np.median(ratios) > 1


class TestPairs:
    def _names(self, found: list[tuple[Arm, Arm]]) -> list[tuple[str, str]]:
        return [(base.scenario, arm.scenario) for base, arm in found]

    def _run(self, name: str, *scenarios: tuple[str, str | None]) -> Run:
        entries = [{"name": scenario, "counterfactual": base} for scenario, base in scenarios]
        return Run(Path(name), {"scenarios": entries}, ())

    def test_the_first_scenario_is_the_reference(self) -> None:
        run = self._run("r", ("a", None), ("b", None), ("c", None))
        assert self._names(pairs([run])) == [("a", "b"), ("a", "c")]

    def test_a_counterfactual_goes_before(self) -> None:
        run = self._run("r", ("a", None), ("b", None), ("c", "b"), ("d", "elsewhere"))
        assert self._names(pairs([run])) == [("a", "b"), ("b", "c"), ("a", "d")]

    def test_a_reference_that_is_named(self) -> None:
        run = self._run("r", ("a", None), ("b", "a"), ("c", "a"))
        assert self._names(pairs([run], "b")) == [("b", "a"), ("b", "c")]
        with pytest.raises(InputError, match="no such scenario"):
            pairs([run], "x")

    def _places(self, found: list[tuple[Arm, Arm]]) -> list[tuple[str, str, str, str]]:
        return [(x.run.path.name, x.scenario, y.run.path.name, y.scenario) for x, y in found]

    def test_two_runs_of_one_study_are_compared_scenario_by_scenario(self) -> None:
        one, other = (self._run(name, ("a", None), ("b", "a")) for name in ("r", "s"))
        assert self._places(pairs([one, other])) == [("r", "a", "s", "a"), ("r", "b", "s", "b")]
        third = self._run("t", ("b", "a"), ("c", "b"))
        found = self._places(pairs([one, other, third]))
        assert found[2:] == [("r", "b", "t", "b"), ("t", "b", "t", "c")]

    def test_a_reference_that_is_named_is_taken_from_the_own_run(self) -> None:
        one, other = (self._run(name, ("a", None), ("b", None)) for name in ("r", "s"))
        found = self._places(pairs([one, other], "a"))
        assert found == [("r", "a", "r", "b"), ("r", "a", "s", "a"), ("s", "a", "s", "b")]

    def test_two_that_name_each_other_are_compared_once(self) -> None:
        assert self._names(pairs([self._run("r", ("a", "b"), ("b", "a"))])) == [("a", "b")]
        assert self._names(pairs([self._run("r", ("x", None), ("a", "b"), ("b", "a"))])) == [("a", "b")]

    def test_what_is_left_out_is_said(self, said: pytest.LogCaptureFixture) -> None:
        one, other = self._run("r", ("a", None), ("b", "elsewhere")), self._run("s", ("c", "a"))
        pairs([one, other])
        assert "its counterfactual elsewhere is in none of the runs" in said.text and "r:a" in said.text
        said.clear()
        pairs([self._run("q", ("c", None)), self._run("r", ("a", "b"), ("b", "a"))], "a")
        assert "nothing of it" not in said.text

    def test_a_single_scenario_has_nothing_to_be_compared_with(self) -> None:
        with pytest.raises(InputError, match="nothing to compare"):
            pairs([self._run("r", ("a", None))])


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is said in a warning."""
    log = logging.getLogger("steppe")
    before, log.propagate = log.propagate, True
    with caplog.at_level(logging.WARNING, logger="steppe"):
        yield caplog
    log.propagate = before


def changed(run: Run, **other: Any) -> Run:
    """The run with another manifest."""
    return Run(run.path, {**run.manifest, **other}, run.markers)


class TestLuck:
    @pytest.mark.parametrize(
        ("key", "value", "why"),
        [
            ("seed", 2, "seed: 2 against 1"),
            ("steps_per_year", 12, "steps a year: 12 against 4"),
            ("world", {"name": "fake", "start": "2024-07-01"}, "start: 2024-07-01 against None"),
            ("year_steps", [0, 4, 8, 12, 16, 19], f"steps until {LAST}: 19 against 20"),
            ("draws", 10, "draws of the evidence: 10 against none"),
        ],
    )
    def test_where_it_is_not_shared_two_samples_are_compared(
        self, run: Run, key: str, value: Any, why: str
    ) -> None:
        """Welch's interval: that of SciPy for the values of both."""
        other = Run(run.path, {**run.manifest, key: value}, run.markers)
        (found,) = comparisons([Run(run.path, run.manifest, run.markers), other], "baseline", ["depth"])[1:2]
        assert found.match.paired is False and why in found.match.why
        row = next(one for one in found.rows if one["entity"] == "ONE")
        assert row["paired"] is False and why in row["why"]
        json.dumps([found.as_dict(), *found.rows], allow_nan=False)
        assert row["variance_ratio"] is None and row["aleatory"]["sd"] is None
        if key != "draws":
            (values,) = (measure_values(run, "depth", "baseline", LAST, ["ONE"]).values.astype(float),)
            bounds = stats.ttest_ind(values[0], values[0], equal_var=False).confidence_interval(0.95)
            assert (row["low"], row["high"]) == pytest.approx((bounds.low, bounds.high))

    @pytest.mark.parametrize(
        ("key", "value", "note"),
        [
            ("world", {"name": "another"}, "world: another against fake"),
            ("initial_statuses", np.zeros((6, 3), int).tolist(), "memberships at the start"),
            ("rules", "0", "rules"),
        ],
    )
    def test_what_is_no_luck_is_paired_and_told(self, run: Run, key: str, value: Any, note: str) -> None:
        match = matched(Arm(run, "baseline"), Arm(changed(run, **{key: value}), "pull"))
        assert match.paired and any(note in one for one in match.notes)

    def test_no_replicate_in_common_is_no_shared_luck(self, run: Run) -> None:
        late = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first == 50))
        early = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first == 0))
        rows = list(differences(Arm(early, "baseline"), Arm(late, "pull"), ["depth"]))
        assert not any(row.paired for row in rows)
        one = measure_values(run, "depth", "baseline", LAST).values[:, :25].astype(float)
        other = measure_values(run, "depth", "pull", LAST).values[:, 50:].astype(float)
        bounds = stats.ttest_ind(other, one, axis=1, equal_var=False).confidence_interval(0.95)
        assert [row.low for row in rows] == pytest.approx(bounds.low.tolist())

    def test_entities_in_common_only(self, run: Run, tmp_path: Path) -> None:
        """The rows are those of the same entities, wherever they stand in the other run; what is left out is told."""
        other = changed(run, segments=["bridge", "tunnel", "strait"])
        match = matched(Arm(run, "baseline"), Arm(other, "pull"), ["flow"])
        assert match.paired and any("segments tunnel" in note for note in match.notes)
        found = {row.entity: row.difference for row in differences_of(match)}
        wanted = {
            row.entity: row.difference
            for row in differences(Arm(run, "baseline"), Arm(run, "pull"), ["flow"])
        }
        assert found == wanted

    def test_years_in_common_only(self, run: Run) -> None:
        short = changed(
            run, years=run.manifest["years"][:4], dates=run.manifest["dates"][:4], year_steps=[0, 4, 8, 12]
        )
        match = matched(Arm(run, "baseline"), Arm(short, "pull"))
        assert match.years == (START + 3,) and any("years observed" in note for note in match.notes)

    def test_nothing_in_common(self, run: Run) -> None:
        later = changed(run, years=[year + 50 for year in run.manifest["years"]])
        with pytest.raises(InputError, match="no year in common"):
            matched(Arm(run, "baseline"), Arm(later, "pull"))
        strange = changed(run, segments=["tunnel"])
        with pytest.raises(InputError, match="nothing in common"):
            matched(Arm(run, "baseline"), Arm(strange, "pull"), ["flow"])

    def test_a_pair_that_cannot_be_compared_is_said(self, run: Run, said: pytest.LogCaptureFixture) -> None:
        empty = Run(run.path.parent / "empty", {**run.manifest, "scenarios": [{"name": "other"}]}, ())
        found = comparisons([run, empty], measures=["depth"])
        assert [one.match.alternative.scenario for one in found] == ["pull"]
        assert "not compared" in said.text and "empty" in said.text


class TestFamily:
    def test_all_rows_of_two_arms_at_a_year_are_one_family(self, run: Run) -> None:
        found = comparisons([run], years=[START + 1, LAST])
        for one in found:
            p = np.array([np.nan if row["p_value"] is None else row["p_value"] for row in one.rows], float)
            mine = [row["p_adjusted"] for row in one.rows]
            assert mine == [None if np.isnan(v) else pytest.approx(v) for v in adjusted(p, "holm")]
            assert one.family["tests"] == np.count_nonzero(~np.isnan(p))
        assert [one.year for one in found] == [START + 1, LAST]

    def test_entities_make_it_smaller(self, run: Run) -> None:
        (whole,) = comparisons([run], measures=["member"])
        (part,) = comparisons([run], measures=["member"], entities=["ONE"])
        assert {row["entity"].split("/")[1] for row in part.rows} == {"ONE"}
        assert part.family["tests"] == 6 < whole.family["tests"] == 18
        with pytest.raises(InputError) as error:
            comparisons([run], measures=["member"], entities=["ONEE"])
        assert error.value.key == "--entity"

    def test_adjustments(self, run: Run) -> None:
        counts = [
            sum(row["distinguishable"] for row in compare([run], adjust=method))
            for method in ("holm", "fdr", "none")
        ]
        assert counts[0] <= counts[1] <= counts[2] and counts[0] < counts[2]
        with pytest.raises(InputError, match="no such adjustment"):
            compare([run], adjust="bonferroni")


class TestRefusals:
    def test_the_replicates_in_common_are_compared_and_said(
        self, run: Run, tmp_path: Path, said: pytest.LogCaptureFixture
    ) -> None:
        short = make_run(tmp_path / "short", {"pull": 0.5}, replicates=25)
        rows = list(differences(Arm(run, "baseline"), Arm(short, "pull"), ["member"]))
        assert {row.n for row in rows} == {25}
        assert "compared are the 25 that both have" in said.text
        gained = measure_values(run, "member", "baseline", LAST).values[:, :25].mean(axis=1)
        np.testing.assert_allclose([row.reference for row in rows], gained)

    def test_values_stay_with_their_replicate(self, run: Run) -> None:
        late = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first != 0))
        rows = list(differences(Arm(run, "baseline"), Arm(late, "pull"), ["member"]))
        one, other = (measure_values(run, "member", s, LAST).values[:, 25:] for s in ("baseline", "pull"))
        assert [row.difference for row in rows] == pytest.approx(list(other.mean(axis=1) - one.mean(axis=1)))

    def test_nothing_stored(self, run: Run, tmp_path: Path) -> None:
        RunFolder.create(tmp_path / "run", run.manifest, "").close()
        with pytest.raises(InputError, match="no replicate is stored"):
            compare([tmp_path / "run"])
