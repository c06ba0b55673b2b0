"""Paired comparisons: formulas, what pairing buys, and what cannot be paired."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from scipy import stats

from results.fake import START, YEARS, make_run
from steppe.analysis.comparison import Arm, compare, differences, paired, pairs
from steppe.analysis.measures import measure_table, measure_values
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

    def test_the_counterfactual_of_the_own_run_goes_before(self) -> None:
        one, other = (self._run(name, ("a", None), ("b", "a")) for name in ("r", "s"))
        found = [(x.run.path.name, x.scenario, y.run.path.name, y.scenario) for x, y in pairs([one, other])]
        assert found == [("r", "a", "r", "b"), ("r", "a", "s", "a"), ("s", "a", "s", "b")]

    def test_a_single_scenario_has_nothing_to_be_compared_with(self) -> None:
        with pytest.raises(InputError, match="nothing to compare"):
            pairs([self._run("r", ("a", None))])


class TestRefusals:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("seed", 2),
            ("world", {"name": "another"}),
            ("initial_statuses", np.zeros((6, 3), int).tolist()),
            ("years", [2024, 2025, 2026, 2027, 2028, 2029]),
            ("year_steps", [0, 4, 8, 12, 16, 19]),
        ],
    )
    def test_runs_that_differ_are_not_paired(self, run: Run, tmp_path: Path, key: str, value: Any) -> None:
        other = make_run(tmp_path / "other", {"pull": 0.5}, replicates=30)
        changed = Run(other.path, {**other.manifest, key: value}, other.markers)
        with pytest.raises(InputError, match="cannot be paired: they differ in") as caught:
            list(differences(Arm(run, "baseline"), Arm(changed, "pull")))
        assert caught.value.file == str(other.path / "manifest.json")
        assert caught.value.accepted

    def test_no_replicate_in_common(self, run: Run) -> None:
        late = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first == 50))
        early = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first == 0))
        with pytest.raises(InputError, match="no replicate in common"):
            list(differences(Arm(early, "baseline"), Arm(late, "pull")))

    def test_the_replicates_in_common_are_compared_and_said(
        self, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        short = make_run(tmp_path / "short", {"pull": 0.5}, replicates=25)
        with caplog.at_level(logging.WARNING, logger="steppe"):
            logging.getLogger("steppe").propagate = True
            rows = list(differences(Arm(run, "baseline"), Arm(short, "pull"), ["member"]))
        assert {row.n for row in rows} == {25}
        assert "compared are the 25 that both have" in caplog.text
        gained = measure_values(run, "member", "baseline", LAST).values[:, :25].mean(axis=1)
        np.testing.assert_allclose([row.reference for row in rows], gained)

    def test_values_stay_with_their_replicate(self, run: Run) -> None:
        late = Run(run.path, run.manifest, tuple(m for m in run.markers if m.chunk.first != 0))
        rows = list(differences(Arm(run, "baseline"), Arm(late, "pull"), ["member"]))
        one, other = (measure_values(run, "member", s, LAST).values[:, 25:] for s in ("baseline", "pull"))
        assert [row.difference for row in rows] == pytest.approx(list(other.mean(axis=1) - one.mean(axis=1)))

    def test_nothing_stored(self, run: Run, tmp_path: Path) -> None:
        RunFolder.create(tmp_path / "run", run.manifest, "").close()
        with pytest.raises(InputError, match="no replicate in common"):
            compare([tmp_path / "run"])
