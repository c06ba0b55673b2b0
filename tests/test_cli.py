"""The command line: what it prints where, its exit codes, its help, its speed."""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.results.fake import make_run
from typer.testing import CliRunner, Result

from steppe.cli import adapters, app
from steppe.cli.adapters import Outcome
from steppe.config.resolved import load_config
from steppe.config.schema import RunConfig
from steppe.report.terminal import Progress, duration, table

COMMANDS = [
    "run", "ask", "resume", "extend", "fetch", "compare", "export", "list", "show", "patterns", "sensitivity", "discover",
    "robust", "converge", "attribute", "diff", "report", "doctor", "evidence check", "explain event", "explain story",
    "explain measure", "explain typical",
]  # fmt: skip


def invoke(*argv: str) -> Result:
    """The command line in this process; standard output and error apart."""
    return CliRunner().invoke(app, list(argv), catch_exceptions=False)


def plain(text: str) -> str:
    """Without colours, frames and line breaks."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[│╭╮╰╯─]", " ", text).split())


class TestHelp:
    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_every_command_shows_three_examples_of_itself(self, command: str) -> None:
        result = invoke(*command.split(), "--help")
        assert result.exit_code == 0
        shown = plain(result.stdout).partition("Examples")[2]
        assert shown.count(f"steppe {command}".strip()) >= 3

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_prints_json_and_knows_quiet_and_verbose(self, command: str) -> None:
        shown = plain(invoke(*command.split(), "--help").stdout)
        assert {"--json", "--verbose", "--quiet"} <= set(shown.split())

    def test_help_loads_nothing_heavy(self) -> None:
        code = "import sys, steppe.cli; print(' '.join(sys.modules))"
        loaded = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        heavy = {"numpy", "numba", "hydra", "omegaconf", "pydantic", "duckdb", "mesa", "scipy", "yaml"}
        assert not heavy & set(loaded.split())

    def test_the_examples_of_run_compose(self) -> None:
        for scenario in ("russia_applies_to_cca", "baseline"):
            assert invoke("run", f"scenario={scenario}", "--cfg", "job").exit_code == 0


class TestConfig:
    def test_cfg_job_prints_what_a_run_would_use_and_stops(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = invoke("run", "experiments=demo", "ensemble.replicates=7", "--cfg", "job")
        assert result.exit_code == 0 and result.stderr == "" and list(tmp_path.iterdir()) == []
        file = tmp_path / "config.yaml"
        file.write_text(result.stdout, encoding="utf-8")
        assert load_config(file).ensemble.replicates == 7

    def test_as_json(self) -> None:
        data = json.loads(invoke("run", "--cfg", "job", "--json").stdout)
        assert RunConfig.model_validate(data).world.name == "eurasia_2026"


class TestRun:
    @pytest.fixture
    def simulated(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Path]]:
        """A simulator that comes to what the test says; the folders it was given."""
        monkeypatch.chdir(tmp_path)

        def comes_to(failed: dict[str, str] | None = None, raises: BaseException | None = None) -> list[Path]:
            folders: list[Path] = []

            def simulate(config: RunConfig, folder: Path, progress: Callable[[int, int], None]) -> Outcome:
                progress(0, config.ensemble.replicates)
                folders.append(folder)
                if raises is not None:
                    raise raises
                make_run(folder, replicates=5)
                return Outcome(str(folder), planned=4, done=4 - len(failed or {}), failed=failed or {})

            monkeypatch.setattr(adapters, "simulated", simulate)
            return folders

        return comes_to

    def test_done(self, simulated: Callable[..., list[Path]]) -> None:
        folders = simulated()
        result = invoke("run", "world=toy")
        assert result.exit_code == 0 and "4 of 4 chunks stored" in result.stdout
        assert "pull against baseline" in result.stdout
        assert re.fullmatch(r"runs/toy-baseline-\d{8}-\d{6}", folders[0].as_posix())

    @pytest.mark.parametrize("how", [["--out", "here"], ["-o", "here"], ["hydra.run.dir=here"]])
    def test_where_it_is_told(self, how: list[str], simulated: Callable[..., list[Path]]) -> None:
        folders = simulated()
        assert invoke("run", "world=toy", *how).exit_code == 0
        assert folders == [Path("here")]

    def test_json_is_one_document_and_nothing_else(self, simulated: Callable[..., list[Path]]) -> None:
        simulated()
        result = invoke("run", "world=toy", "--out", "here", "--json", "-v")
        data = json.loads(result.stdout)
        assert data["run"] == "here" and data["chunks"] == {"planned": 4, "done": 4, "failed": 0}
        assert data["summary"]["rows"] and Path("here/summary.json").is_file()
        assert "world toy" in result.stderr

    def test_quiet_says_nothing_but_the_result(self, simulated: Callable[..., list[Path]]) -> None:
        simulated()
        result = invoke("run", "world=toy", "-q")
        assert result.stderr == "" and result.stdout.count("\n") == 1

    def test_failed_chunks(self, simulated: Callable[..., list[Path]]) -> None:
        simulated({"baseline-0-250": "Traceback …\nMemoryError: no more"})
        result = invoke("run", "world=toy", "--out", "here")
        assert result.exit_code == 1
        assert "baseline-0-250: MemoryError: no more" in result.stdout
        assert "steppe resume here" in result.stdout

    def test_interrupted(self, simulated: Callable[..., list[Path]]) -> None:
        simulated(raises=KeyboardInterrupt("interrupted; go on with: steppe resume here"))
        result = invoke("run", "world=toy", "--out", "here")
        assert result.exit_code == 130 and "steppe resume here" in result.stderr

    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("steppe.simulation.runner.run", full)
        result = invoke("run", "world=toy", "--out", "here", "--json")
        assert result.exit_code == 1 and "steppe resume here" in result.stderr
        message = json.loads(result.stdout)["error"]["message"]
        assert "No space left on device" in message and "steppe resume here" in message

    def test_a_fault_of_the_program_is_no_bad_input(self, simulated: Callable[..., list[Path]]) -> None:
        simulated(raises=RuntimeError("a fault"))
        with pytest.raises(RuntimeError, match="a fault"):
            invoke("run", "world=toy", "--out", "here")


class TestAsk:
    """The command around a simulator that makes up its numbers; the numbers are tested where they are computed."""

    QUESTION = """question: Does it pull?
world: toy
counterfactual: baseline
prediction: It does.
outcomes: [{measure: welfare, of: AAA, expects: "+"}, {measure: polarisation, of: system}]
interventions: [{kind: leader, date: 2020-07, state: AAA}]
"""

    @pytest.fixture
    def asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunConfig]:
        """mine.yaml in the working folder, and the configs that would have been simulated."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "mine.yaml").write_text(self.QUESTION, encoding="utf-8")
        configs: list[RunConfig] = []

        def simulate(config: RunConfig, folder: Path, progress: Callable[[int, int], None]) -> Outcome:
            configs.append(config)
            make_run(folder, {one.name: 0.5 * n for n, one in enumerate(config.scenarios)}, replicates=40)
            return Outcome(str(folder), planned=4, done=4)

        monkeypatch.setattr(adapters, "simulated", simulate)
        return configs

    def test_an_answer(self, asked: list[RunConfig]) -> None:
        result = invoke("ask", "./mine.yaml")
        assert result.exit_code == 0, result.stderr
        assert [one.name for one in asked[0].scenarios] == ["baseline", "mine"]
        assert asked[0].ensemble.replicates == 500
        assert result.stdout.startswith("Does it pull?")
        for part in (
            "It does.",
            "changes its leader",
            "as predicted",
            "nothing predicted",
            "steppe compare runs/ask-mine",
        ):
            assert part in result.stdout, part
        assert "steppe ask ./mine.yaml ensemble.replicates=4000" in result.stdout

    def test_json_says_the_same(self, asked: list[RunConfig]) -> None:
        data = json.loads(invoke("ask", "./mine.yaml", "--out", "here", "--year", "2026", "--json").stdout)
        assert (data["run"], data["year"], data["counterfactual"]["scenario"]) == ("here", 2026, "baseline")
        assert [row["outcome"]["verdict"] for row in data["outcomes"]] == [
            "as predicted",
            "nothing predicted",
        ]
        assert {"rests_on", "claims", "documents", "prediction", "interventions", "elsewhere"} <= set(data)

    def test_the_size_can_be_chosen(self, asked: list[RunConfig]) -> None:
        invoke("ask", "./mine.yaml", "ensemble=quick")
        invoke("ask", "./mine.yaml", "ensemble.replicates=7", "-o", "there")
        assert [config.ensemble.replicates for config in asked] == [100, 7]

    @pytest.mark.parametrize(
        ("argv", "says"),
        [
            (["H99"], "no scenario 'H99'"),
            (["cpc_close"], "did you mean 'cpc_closes'"),
            (["baseline"], "nothing to be compared with"),
            (["./mine.yaml", "scenario=baseline"], "one scenario"),
            (["./mine.yaml", "--year", "2031"], "2020 to 2030"),
        ],
    )
    def test_bad_input_is_refused_before_anything_is_written(
        self, argv: list[str], says: str, asked: list[RunConfig]
    ) -> None:
        result = invoke("ask", *argv)
        assert result.exit_code == 2 and says in result.stderr
        assert asked == [] and not Path("runs").exists()

    @pytest.mark.parametrize("command", [["ask", "./mine.yaml"], ["run", "scenario=./mine.yaml"]])
    def test_so_is_an_outcome_that_cannot_be_measured(
        self, command: list[str], asked: list[RunConfig]
    ) -> None:
        Path("mine.yaml").write_text(
            self.QUESTION.replace("of: AAA, expects", "of: AAB, expects"), encoding="utf-8"
        )
        result = invoke(*command)
        assert result.exit_code == 2 and "did you mean 'AAA'" in result.stderr
        assert "scenario.outcomes[0].of" in result.stderr and asked == []

    def test_failed_chunks_are_told_and_no_answer_is_given(
        self, asked: list[RunConfig], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(config: RunConfig, folder: Path, progress: object) -> Outcome:
            return Outcome(str(folder), planned=4, done=0, failed={"mine-0-0": "MemoryError: no more"})

        monkeypatch.setattr(adapters, "simulated", fails)
        result = invoke("ask", "./mine.yaml", "--out", "here")
        assert result.exit_code == 1 and "steppe resume here" in result.stdout


class TestCompare:
    @pytest.fixture
    def stored(self, tmp_path: Path) -> str:
        """Two scenarios; in the second, states are pulled into ONE and every number is half a unit higher."""
        make_run(tmp_path / "run", replicates=40)
        return str(tmp_path / "run")

    def test_json_has_a_row_for_every_measure_and_entity(self, stored: str) -> None:
        rows = json.loads(invoke("compare", stored, "--json").stdout)["rows"]
        wanted = {"measure", "entity", "time", "unit", "reference", "alternative", "difference", "std_error"}
        assert wanted | {"low", "high", "relative", "n"} <= set(rows[0])
        welfare = next(row for row in rows if (row["measure"], row["entity"]) == ("welfare", "AAA"))
        assert welfare["difference"] == pytest.approx(0.5, abs=1e-6)

    def test_text_shows_what_stands_out_first_and_everything_on_demand(self, stored: str) -> None:
        short, long = invoke("compare", stored).stdout, invoke("compare", stored, "--all").stdout
        assert short.startswith("pull against baseline")
        assert len(long.splitlines()) > len(short.splitlines())

    def test_measures_years_and_the_reference_can_be_chosen(self, stored: str) -> None:
        argv = ["compare", stored, "--measure", "cohesion", "--year", "2027", "--reference", "pull", "--json"]
        rows = json.loads(invoke(*argv).stdout)["rows"]
        assert {(row["measure"], row["year"], row["scenario"]) for row in rows} == {
            ("cohesion", 2027, "baseline")
        }

    def test_what_the_scenario_asks_for_comes_first(self, tmp_path: Path) -> None:
        """However small it is, and with its verdict."""
        asked = {"outcomes": [{"measure": "observers", "of": "TWO", "expects": "+", "given": False}]}
        scenarios = [{"name": "baseline"}, {"name": "pull", "counterfactual": "baseline", **asked}]
        make_run(tmp_path / "asking", replicates=40, scenarios=scenarios)
        lines = invoke("compare", str(tmp_path / "asking")).stdout.splitlines()
        assert lines[1].startswith("  observers of TWO in 2030: ")
        assert lines[1].endswith((": no difference found", ": as predicted", ": against", ", but small"))
        assert lines[2] == "  elsewhere" and not any("observers of TWO" in line for line in lines[2:])

    def test_two_runs_with_themselves_do_not_differ(self, stored: str) -> None:
        text = invoke("compare", stored, stored, "--reference", "baseline", "--measure", "depth").stdout
        assert "pull" in text

    def test_json_says_what_was_compared_with_what(self, stored: str) -> None:
        data = json.loads(invoke("compare", stored, "--json", "--measure", "depth", "--adjust", "fdr").stdout)
        (one,) = data["comparisons"]
        assert (one["scenario"], one["reference_scenario"], one["paired"], one["why"]) == (
            "pull",
            "baseline",
            True,
            [],
        )
        assert one["family"]["tests"] == 3 and "Benjamini and Hochberg" in one["family"]["says"]
        for row in data["rows"]:
            assert {"probability_higher", "effect", "p_value", "p_adjusted", "distinguishable"} <= set(row)
            assert row["years_tested"] == 5 and len(row["over_years"]) == 5

    def test_year_by_year(self, stored: str) -> None:
        """Welfare of AAA is half a unit higher in every future and every year."""
        text = invoke("compare", stored, "--years", "--measure", "welfare", "--entity", "AAA").stdout
        assert "welfare of AAA from trade in 2030 (log points): distinguishable since 2026" in text
        assert len([line for line in text.splitlines() if line.endswith("*")]) == 5

    def test_runs_that_share_no_luck(self, stored: str, tmp_path: Path) -> None:
        make_run(tmp_path / "other", replicates=30, seed=2)
        text = invoke("compare", stored, str(tmp_path / "other"), "--measure", "depth").stdout
        assert (
            text.count("not paired, as luck is not shared (seed: 2 against 1): two independent samples") == 2
        )
        data = json.loads(
            invoke("compare", stored, str(tmp_path / "other"), "--measure", "depth", "--json").stdout
        )
        assert [
            (one["paired"], one["replicates"], one["reference_replicates"]) for one in data["comparisons"]
        ] == [(False, 30, 40)] * 2

    def test_what_is_left_out_is_said(self, stored: str, tmp_path: Path) -> None:
        make_run(tmp_path / "short", replicates=30)
        text = invoke("compare", stored, str(tmp_path / "short"), "--measure", "depth").stdout
        assert "note: " in text and "compared are the 30 that both have" in text

    def test_a_tree(self, stored: str) -> None:
        text = invoke("compare", stored, "--tree", "--measure", "members", "--entity", "ONE").stdout
        assert text.startswith("pull against baseline\n  members of ONE in 2030: ")
        data = json.loads(
            invoke("compare", stored, "--tree", "--measure", "members", "--entity", "ONE", "--json").stdout
        )
        (tree,) = data["trees"]
        assert sum(one["contribution"] for one in tree["tree"]["nodes"]) == pytest.approx(
            tree["tree"]["contribution"]
        )

    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (["--adjust", "hom"], "did you mean 'holm'"),
            (["--entity", "ONNE"], "did you mean 'ONE'"),
            (["--point", "1"], "the run has no design"),
            (["--reference-point", "1"], "which point is compared with it"),
            (["--tree", "--years"], "a tree is of one measure"),
            (["--tree", "--measure", "depth", "--entity", "TWOO"], "did you mean 'TWO'"),
        ],
    )
    def test_bad_options(self, stored: str, argv: list[str], words: str) -> None:
        result = invoke("compare", stored, *argv)
        assert result.exit_code == 2 and words in result.stderr and result.stdout == ""


class TestLists:
    KINDS = ("worlds", "scenarios", "experiments", "mechanisms", "measures", "states", "organisations")
    OTHERS = (
        "interventions", "readings", "claims", "facts", "quantities", "resolutions", "parameters", "documents", "sources",
    )  # fmt: skip

    @pytest.mark.parametrize(
        "kind",
        [*KINDS, *OTHERS],
    )
    def test_every_row_has_an_id_and_can_be_shown(self, kind: str) -> None:
        data = json.loads(invoke("list", kind, "--json").stdout)
        assert data["kind"] == kind and len({row["id"] for row in data["rows"]}) == len(data["rows"]) > 0
        assert data["rows"][0]["id"] in invoke("list", kind).stdout
        for row in data["rows"][:2]:
            found = json.loads(invoke("show", row["id"], "--json").stdout)
            assert found["id"] == row["id"]
            assert row["id"] in invoke("show", row["id"]).stdout

    def test_a_number_of_the_inventory_shows_what_has_it(self) -> None:
        rows = json.loads(invoke("list", "claims", "--json").stdout)["rows"]
        assert [row["inventory"] for row in rows] == [f"G{n:02d}" for n in range(1, 118)]
        found = json.loads(invoke("show", "G17", "--json").stdout)
        assert (found["kind"], found["id"]) == ("claim", rows[16]["id"])
        assert "80" in invoke("show", "F002").stdout

    def test_the_questions_are_listed_in_full_and_shown_by_number(self) -> None:
        rows = json.loads(invoke("list", "scenarios", "--json").stdout)["rows"]
        assert [row["inventory"] for row in rows] == [f"H{n:02d}" for n in range(1, 49)]
        assert all(row["status"] in ("raised", "implied") and row["question"] for row in rows)
        text = plain(invoke("list", "scenarios").stdout)
        assert all(row["question"] in text and f"predicted: {row['prediction']}" in text for row in rows)
        found = json.loads(invoke("show", "H19", "--json").stdout)
        assert (found["kind"], found["id"]) == ("scenario", "cpc_closes")

    def test_a_question_shows_its_readings_and_which_one_is_taken(self) -> None:
        for name in ("region", "readings/region"):
            data = json.loads(invoke("show", name, "--json").stdout)
            assert data["kind"] == "question"
            assert [row["default"] for row in data["content"]] == [True, False, False]
        assert "readings.region=zero_sum: " in invoke("show", "region").stdout
        assert "rivalry-or-addition" in invoke("show", "region/zero_sum").stdout

    def test_a_mistyped_reading_gets_the_nearest(self) -> None:
        assert "did you mean 'region/zero_sum'" in invoke("show", "region/zero_sun").stderr

    def test_a_world_of_ones_choice(self) -> None:
        rows = json.loads(invoke("list", "states", "--world", "toy", "--json").stdout)["rows"]
        assert [row["id"] for row in rows] == ["AAA", "BBB", "CCC", "DDD", "EEE"]

    def test_a_kind_in_front_tells_two_things_of_one_name_apart(self) -> None:
        data = json.loads(invoke("show", "ensemble/default", "--json").stdout)
        assert data["kind"] == "ensemble" and data["content"]["replicates"] == 1000

    def test_a_scenario_is_shown_with_its_prediction(self) -> None:
        assert "prediction" in invoke("show", "russia_admitted_to_cca").stdout

    def test_a_world_is_shown_as_built(self) -> None:
        text = invoke("show", "toy").stdout
        assert "Arvand" in text and "consensus" in text

    def test_a_study_shows_its_page(self) -> None:
        assert "**Prediction**" in invoke("show", "caco").stdout


class TestChecks:
    def test_the_shipped_evidence_has_no_problem(self) -> None:
        result = invoke("evidence", "check", "--json")
        assert json.loads(result.stdout)["ok"] is True and result.exit_code == 0

    def test_the_doctor_names_the_folder_of_the_kernels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("steppe.mechanisms.kernel.CACHE", Path("/nowhere"))
        monkeypatch.setattr("steppe.mechanisms.kernel.CACHED", False)
        text = invoke("doctor").stdout
        assert "/nowhere (not writable" in text

    def test_the_doctor_finds_this_installation_well(self) -> None:
        data = json.loads(invoke("doctor", "--json").stdout)
        assert data["ok"] and data["cores"] >= 1
        assert {row["id"] for row in data["folders"]} == {"seeds", "conf", "experiments"}
        assert "all is well" in invoke("doctor", "-v").stdout


class TestTerminal:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0.04, "0.0 s"), (7.26, "7.3 s"), (42, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
    )
    def test_durations(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text

    def test_a_table_lines_up_and_numbers_stand_right(self) -> None:
        lines = table([{"id": "a", "n": 1.5}, {"id": "long", "n": None}]).splitlines()
        assert lines == ["id      n", "────  ───", "a     1.5", "long    –"]
        assert table([]) == "none"

    def test_short_work_shows_no_progress_and_long_work_plain_lines(self) -> None:
        stream = io.StringIO()
        progress = Progress(stream=stream)
        progress(0, 100)
        assert stream.getvalue() == ""
        progress.started -= 10
        progress(50, 100)
        assert re.fullmatch(r"50 of 100 replicates, 5/s, 10\.?0? s left\n", stream.getvalue())
        progress(60, 100)  # too soon for another line
        progress(100, 100)
        assert stream.getvalue().count("\n") == 2

    def test_a_resume_counts_its_own_work_only(self) -> None:
        stream = io.StringIO()
        progress = Progress(stream=stream)
        progress(900, 1000)
        progress.started -= 10
        progress(950, 1000)
        assert ", 5/s" in stream.getvalue()

    def test_a_terminal_gets_a_bar(self) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        with Progress(stream=Terminal()) as progress:
            progress.started -= 10
            progress(1, 2)
            assert progress.bar is not None
        assert progress.bar is None
