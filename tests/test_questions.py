"""The questions of the documents: found by number, each with outcomes that its world has, and all of them run."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from steppe.analysis.verdicts import VERDICTS, check_outcomes
from steppe.cli import adapters, app
from steppe.config import questions
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.report.page import page
from steppe.results.indicators import OfWorld
from steppe.results.query import Run, open_run

ROOT = Path(__file__).resolve().parents[1]
KNOWN = questions.scenarios()
ASKED = {name: data for name, data in KNOWN.items() if data.get("status") is not None}
COMPARED = [name for name in KNOWN if name != questions.NOTHING_DONE]


class TestFiles:
    def test_there_are_48_each_with_a_number_of_its_own(self) -> None:
        assert sorted(questions.numbers(KNOWN)) == [f"H{n:02d}" for n in range(1, 49)]
        assert len(ASKED) == 48

    @pytest.mark.parametrize("name", sorted(ASKED))
    def test_a_question_says_what_it_asks_who_raised_it_and_what_was_predicted(self, name: str) -> None:
        data = ASKED[name]
        for key in ("question", "claims", "levers", "prediction", "outcomes", "counterfactual"):
            assert data.get(key), key
        assert data["counterfactual"] in KNOWN

    @pytest.mark.parametrize("name", sorted(KNOWN))
    def test_every_outcome_is_a_measure_of_something_that_its_world_has(self, name: str) -> None:
        config = compose([f"scenario={name}"])
        check_outcomes(config.scenarios[0].outcomes, OfWorld(adapters.built(config)))


class TestFinding:
    @pytest.mark.parametrize("name", ["H19", "h19", "19", "cpc_closes"])
    def test_by_number_or_name(self, name: str) -> None:
        assert questions.named(name) == "cpc_closes"

    def test_a_number_of_its_own_has_leading_zeros_or_not(self) -> None:
        assert questions.named("H1") == questions.named("H01") == "russia_applies_to_cca"

    def test_a_wrong_one_gets_the_nearest(self) -> None:
        with pytest.raises(InputError) as caught:
            questions.named("cpc_close")
        assert caught.value.nearest == "cpc_closes"
        with pytest.raises(InputError):
            questions.named("H49")

    def test_the_counterfactual_comes_first_and_overrides_reach_both(self) -> None:
        config, name = questions.with_counterfactual("cpc_closes", ["ensemble.replicates=7"])
        assert [one.name for one in config.scenarios] == ["baseline", name]
        assert config.ensemble.replicates == 7

    def test_one_question_at_a_time(self) -> None:
        with pytest.raises(InputError, match="one scenario"):
            questions.with_counterfactual("cpc_closes", ["scenario=baseline"])

    def test_what_has_nothing_to_be_compared_with_is_refused(self) -> None:
        with pytest.raises(InputError, match="nothing to be compared with"):
            questions.with_counterfactual("baseline", [])


def differing(run: Run, scenario: str, reference: str) -> list[str]:
    """Yearly tables in which two scenarios differ in a number; events, which hold the interventions, are left out."""
    connection = run.connection()
    tables = [name for name in run.manifest["tables"] if name != "events"]
    found = []
    for table in tables:
        one, other = (
            f"SELECT * EXCLUDE (scenario) FROM {table} WHERE scenario = '{name}'"
            for name in (scenario, reference)
        )
        (count,) = connection.execute(f"SELECT count(*) FROM ({one} EXCEPT {other})").fetchone()
        found += [table] if count else []
    connection.close()
    return found


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[questions.Group, Any, Path]]:
    from steppe.simulation.runner import run

    folder = tmp_path_factory.mktemp("questions")
    done = []
    for group in questions.groups(COMPARED):
        config = questions.composed_group(group, ["ensemble.replicates=20"])
        place = folder / f"{group.world}-{group.years}"
        summary = run(config, place, lambda done, planned: None)
        assert not summary.failed and summary.done == summary.planned
        done.append((group, config, place))
    return done


@pytest.mark.slow
class TestAllRun:
    """Every scenario, variants included, beside its counterfactual: 20 futures, compiled once."""

    def test_no_scenario_is_left_out(self, runs: Any) -> None:
        assert sorted(name for group, _, _ in runs for name in group.asked) == sorted(COMPARED)

    def test_what_a_scenario_changes_makes_a_difference(self, runs: Any) -> None:
        """A lever that moves no stored number is a fault of the lever or of the rules."""
        idle = [
            name
            for group, _, place in runs
            for name, reference in group.reference.items()
            if not differing(open_run(place), name, reference)
        ]
        assert idle == []

    def test_every_question_has_its_answer(self, runs: Any) -> None:
        """Outcomes are defined on both sides, with a verdict; all of them make the page."""
        answers = []
        for group, config, place in runs:
            for name in sorted(set(group.asked) & set(ASKED)):
                answer = adapters.answer_of(place, config, name, group.reference[name])
                answers.append(answer)
                assert len(answer["outcomes"]) == len(ASKED[name]["outcomes"])
                for row in answer["outcomes"]:
                    assert row["outcome"]["verdict"] in VERDICTS
                    assert row["difference"] is not None, (name, row["measure"], row["entity"])
        answers.sort(key=lambda one: one["number"])
        text = page(answers, "make scenarios", "every value as coded")
        assert re.findall(r"^## (H\d\d)$", text, re.MULTILINE) == [f"H{n:02d}" for n in range(1, 49)]


@pytest.mark.slow
class TestForReal:
    """The command and the tool, with the simulator that they have."""

    def test_a_question_over_the_ranges_of_the_evidence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        sampled = ["ensemble.replicates=40", "ensemble.parameters=sampled"]
        command = ["ask", "arvand_admitted_to_rivers", *sampled, "--out", "here"]
        result = CliRunner().invoke(app, [*command, "--json"], catch_exceptions=False)
        data = json.loads(result.stdout)
        assert data["draws"] == 20 and data["rests_on"]["drawn"]
        for row in data["outcomes"]:
            assert 0 <= row["epistemic"]["share"] <= 1
        text = CliRunner().invoke(app, [*command[:-1], "there"], catch_exceptions=False).stdout
        assert "of 20 draws of the evidence" in text and "epistemic" in text

    def test_the_page_of_all_questions_and_its_second_printing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two questions stand for all; the second call finds its runs finished."""
        spec = importlib.util.spec_from_file_location("scenarios", ROOT / "tools" / "scenarios.py")
        assert spec is not None and spec.loader is not None
        tool = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(tool)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "docs").mkdir()
        two = {"H02": "russia_applies_to_caco", "H03": "russia_barred_from_caco"}
        monkeypatch.setattr(questions, "numbers", lambda known: two)
        tool.main(["ensemble.replicates=10"])
        first = (tmp_path / "docs" / "scenarios.md").read_text(encoding="utf-8")
        assert re.findall(r"^## (H\d\d)$", first, re.MULTILINE) == ["H02", "H03"]
        assert "10 replicates of each scenario; every value as coded" in first
        parts = {
            file: file.stat().st_mtime_ns for file in tmp_path.glob("runs/scenarios/*/tables/*/*.parquet")
        }
        tool.main(["ensemble.replicates=10"])
        assert parts and all(file.stat().st_mtime_ns == written for file, written in parts.items())
        assert (tmp_path / "docs" / "scenarios.md").read_text(encoding="utf-8") == first
