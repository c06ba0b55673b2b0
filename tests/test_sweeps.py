"""From a design on the command line to the factors that matter, the region, the robust choice: with a known answer.

The toy world is asked for something of which only one factor can be the cause, so that it is known which one must be found.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.analysis.sweep import open_sweep
from steppe.cli import app
from steppe.results.query import open_run

SIZE = ["world=toy", "ensemble.years=3", "ensemble.replicates=6"]
#: need follows protection alone; a rate of merging has nothing to do with it in a world without bodies that merge
FACTORS = "design.factors={mechanisms.security: {}, parameters.bilateral.descend_rate: {}}"
OUTCOME = "design.outcomes=[need BBB, depth UNION]"


def steppe(*words: str) -> dict:
    """A command's JSON."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def saltelli(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Saltelli design over a switch that decides the outcome and a parameter that does not."""
    folder = str(tmp_path_factory.mktemp("sweeps") / "saltelli")
    words = [*SIZE, "scenario=baseline,arvand_admitted_to_rivers", "design=saltelli", "design.points=64"]
    steppe("run", *words, "design.second_order=false", FACTORS, OUTCOME, "--out", folder)
    return folder


class TestSensitivity:
    def test_finds_the_factor_that_decides(self, saltelli: str, tmp_path: Path) -> None:
        """With security off there is no need at all: its switch explains nearly all of the variance."""
        pytest.importorskip("SALib")
        words = ["sensitivity", saltelli, "--outcome", "need BBB", "--scenario", "baseline"]
        found = steppe(*words, "--svg", str(tmp_path / "a.svg"))
        total = {row["factor"]: row["total"] for row in found["rows"]}
        assert total["mechanisms.security"] > 0.9
        assert total["parameters.bilateral.descend_rate"] < 0.1
        assert (tmp_path / "a.svg").read_text().startswith("<svg")

    def test_of_what_was_not_kept(self, saltelli: str) -> None:
        done = CliRunner().invoke(
            app, ["sensitivity", saltelli, "--outcome", "need CCC", "--scenario", "baseline"]
        )
        assert done.exit_code == 2 and "need BBB" in done.output

    def test_of_a_run_without_a_design(self, tmp_path: Path) -> None:
        steppe("run", *SIZE, "scenario=baseline", "--out", str(tmp_path / "run"))
        done = CliRunner().invoke(app, ["sensitivity", str(tmp_path / "run")])
        assert done.exit_code == 2 and "no design" in done.output


class TestComparePoints:
    def test_two_points_paired_by_replicate(self, saltelli: str) -> None:
        """The difference is that of the outcomes of the two points in the same replicates, by number and by id."""
        sweep = open_sweep(open_run(saltelli))
        on, off = (sweep.settings["mechanisms.security"].index(value) for value in (True, False))
        data = steppe("compare", saltelli, "--point", str(off), "--reference-point", sweep.ids[on])
        values = sweep.values("baseline", "need BBB @2023").astype(float)
        apart = values[off] - values[on]
        row = next(row for row in data["rows"] if (row["scenario"], row["measure"]) == ("baseline", "need"))
        assert row["difference"] == pytest.approx(apart.mean()) and row["difference"] < 0
        assert row["std_error"] == pytest.approx(apart.std(ddof=1) / np.sqrt(6), abs=1e-9)
        assert (row["point"], row["reference_point"], row["paired"], row["n"]) == (off, on, True, 6)
        assert {one["scenario"] for one in data["comparisons"]} == {"baseline", "arvand_admitted_to_rivers"}

    def test_scenarios_at_a_point(self, saltelli: str) -> None:
        (one,) = steppe("compare", saltelli, "--point", "2")["comparisons"]
        assert (one["reference_scenario"], one["point"], one["reference_point"]) == ("baseline", 2, 2)

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            ([], "say which of its points"),
            (["--point", "9999"], "no such point"),
            (["--point", "1", "--reference-point", "1"], "compared with itself"),
            (["--point", "1", "--tree"], "no events"),
            (["--point", "1", "--measure", "cohesion"], "kept no such outcome"),
        ],
    )
    def test_bad_input(self, saltelli: str, words: list[str], says: str) -> None:
        done = CliRunner().invoke(app, ["compare", saltelli, *words])
        assert done.exit_code == 2 and says in done.output


def test_discover_finds_the_region(saltelli: str) -> None:
    """Need is positive exactly where security acts: a box of coverage and density 1."""
    pytest.importorskip("ema_workbench")
    found = steppe(
        "discover", saltelli, "--outcome", "need BBB", "--scenario", "baseline", "--above", "0.001"
    )
    (box,) = found["boxes"]
    assert box["rule"] == "mechanisms.security is true"
    assert box["coverage"] == box["density"] == 1


def test_robust_has_a_choice_for_each_lever(saltelli: str) -> None:
    """Two scenarios and a switch are four choices; a lower need is better, and without security it is nil everywhere."""
    found = steppe("robust", saltelli, "--outcome", "need BBB", "--lower")
    assert len(found["levers"]) == 4
    best = set(found["best"]["laplace"])
    assert best == {name for name in found["levers"] if "security=False" in name}


def test_converge(saltelli: str) -> None:
    found = steppe("converge", saltelli, "--outcome", "need BBB", "--scenario", "baseline", "--target", "10")
    assert found["counts"][-1] == 6 and found["estimate"][-1] > 0


class TestExtend:
    def test_until_an_estimate_is_sharp(self, tmp_path: Path) -> None:
        """Doubled until the standard error is below the target; the replicates that were there stay."""
        folder = str(tmp_path / "run")
        steppe(
            "run",
            "world=toy",
            "ensemble.years=2",
            "scenario=baseline",
            "ensemble.replicates=50",
            "--out",
            folder,
        )
        steppe("extend", folder, "--until", "need BBB", "--target", "0.002", "--most", "1600")
        found = steppe("converge", folder, "--outcome", "need BBB", "--target", "0.002")
        count = found["counts"][-1]
        assert count in (100, 200, 400, 800, 1600)
        assert found["std_error"][-1] <= 0.002 or count == 1600

    def test_a_budget_that_is_spent_ends_it(self, tmp_path: Path) -> None:
        folder = str(tmp_path / "run")
        steppe(
            "run",
            "world=toy",
            "ensemble.years=2",
            "scenario=baseline",
            "ensemble.replicates=20",
            "--out",
            folder,
        )
        steppe("extend", folder, "--budget", "0")
        assert steppe("converge", folder, "--outcome", "polarisation")["counts"][-1] == 20

    def test_by_points_and_replicates(self, tmp_path: Path) -> None:
        folder = str(tmp_path / "run")
        words = [
            "design=sobol",
            "design.points=4",
            "design.factors=[parameters.membership.vote_noise]",
            OUTCOME,
        ]
        steppe("run", *SIZE, "scenario=baseline", *words, "--out", folder)
        found = steppe("extend", folder, "design.points=8", "ensemble.replicates=9")
        assert {(row["points"], row["replicates"]) for row in found["summary"]["rows"]} == {(8, 9)}

    @pytest.mark.parametrize(
        "words", [[], ["--until", "need BBB"], ["ensemble.seed=3"], ["design.points=3"]], ids=str
    )
    def test_what_cannot_be_added(self, words: list[str], tmp_path: Path) -> None:
        folder = str(tmp_path / "run")
        steppe("run", *SIZE, "scenario=baseline", "--out", folder)
        done = CliRunner().invoke(app, ["extend", folder, *words])
        assert done.exit_code == 2 and "error" in done.output


class TestMultirun:
    def test_is_a_grid(self, tmp_path: Path) -> None:
        words = ["parameters.membership.vote_noise=0.06,0.08", "mechanisms.pressure=true,false"]
        given = [*SIZE, "scenario=arvand_admitted_to_rivers", *words]
        found = steppe("run", "-m", *given, "--out", str(tmp_path / "run"))["summary"]
        assert found["design"]["kind"] == "grid" and found["design"]["points"] == 4

    def test_with_nothing_to_sweep(self) -> None:
        done = CliRunner().invoke(app, ["run", "-m", "world=toy", "scenario=baseline"])
        assert done.exit_code == 2 and "nothing is swept" in done.output
