"""Whatever is wrong with what a user writes, the answer is one message that says where, what was given, what
is accepted and the nearest valid name; exit 2; and nothing is written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.results.fake import make_run
from typer.testing import CliRunner, Result

from steppe import paths
from steppe.cli import adapters, app

Files = dict[str, str]


def invoke(*argv: str) -> Result:
    """The command line in this process; standard output and error apart."""
    return CliRunner().invoke(app, list(argv), catch_exceptions=False)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else b"" for p in folder.rglob("*")}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and a simulator that must not be started."""
    monkeypatch.chdir(tmp_path)

    def started(*_: object) -> None:
        raise AssertionError("the simulation was started")

    monkeypatch.setattr(adapters, "simulated", started)
    return tmp_path


def flip(file: Path) -> None:
    """Another byte in the middle of a file; its size stays."""
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)


def change(run: Path, key: str, value: object) -> None:
    """Another value in a manifest."""
    file = run / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))


def scenario(*interventions: str, rest: str = "") -> Files:
    """A scenario of one's own."""
    return {"mine.yaml": rest + "interventions:\n" + "".join(f"  - {{{one}}}\n" for one in interventions)}


MINE = ["world=toy", "scenario=./mine.yaml"]
ADMIT = "kind: admit, date: 2021, state: AAA, organisation: RIVERS"

# what is wrong → files, overrides, then what the message says: file, line, key, value, accepted, nearest
TABLE: dict[str, tuple[Files, list[str], str, int | None, str, object, str, str | None]] = {
    "unknown scenario": (
        {}, ["scenario=rusia_applies_to_cca"],
        "command line", None, "scenario", "rusia_applies_to_cca", "baseline", "russia_applies_to_cca",
    ),
    "one of several scenarios unknown": (
        {}, ["scenario=baseline,russia_applies_to_caa"],
        "command line", None, "scenario", "russia_applies_to_caa", "baseline", "russia_applies_to_cca",
    ),
    "unknown world": ({}, ["world=euroasia_2026"],
        "command line", None, "world", "euroasia_2026", "toy", "eurasia_2026"),
    "unknown option of another group": ({}, ["ensemble=huge"],
        "command line", None, "ensemble", "huge", "large", None),
    "unknown study": ({}, ["experiments=demoo"],
        "command line", None, "experiments", "demoo", "demo", "demo"),
    "unknown study, in Hydra's own way": ({}, ["+experiments=demoo"],
        "command line", None, "experiments", "demoo", "demo", "demo"),
    "unknown scenario in a study": (
        {"s/study.yaml": "# @package _global_\nscenarios:\n  - baseline\n  - russia_bared_from_cca\n"},
        ["experiments=./s"],
        "s/study.yaml", 4, "scenarios[1]", "russia_bared_from_cca", "baseline", "russia_barred_from_cca",
    ),
    "unknown state": (scenario(ADMIT.replace("AAA", "AAB")), MINE,
        "mine.yaml", 2, "scenario.interventions[0].state", "AAB", "BBB", "AAA"),
    "unknown organisation": (scenario(ADMIT.replace("RIVERS", "RIVRES")), MINE,
        "mine.yaml", 2, "scenario.interventions[0].organisation", "RIVRES", "UNION", "RIVERS"),
    "unknown state of a world": ({}, ["world=toy", "world.states=[AAA,BBB,CCC,EEE,DDE]"],
        "command line", None, "world.states[4]", "DDE", "DDD", "DDD"),
    "unknown organisation of a world": ({}, ["world=toy", "world.organisations=[RIVER]"],
        "command line", None, "world.organisations[0]", "RIVER", "LEAGUE", "RIVERS"),
    "a pole that is no state": ({}, ["world=toy", "world.poles=[AAA,EEF]"],
        "command line", None, "world.poles[1]", "EEF", "EEE", "EEE"),
    "unknown parameter": ({}, ["parameters.membership.cooldwn=2"],
        "command line", None, "parameters.membership.cooldwn", "membership.cooldwn", "membership.cooldown",
        "membership.cooldown"),
    "unknown parameter in a file": (scenario(ADMIT, rest="parameters:\n  membership.cooldwn: 2\n"), MINE,
        "mine.yaml", 1, "scenario.parameters.membership.cooldwn", "membership.cooldwn", "membership.cooldown",
        "membership.cooldown"),
    "unknown key": ({}, ["ensemble.replicate=10"],
        "command line", None, "ensemble.replicate", "replicate", "replicates", "replicates"),
    "unknown key added with a plus": ({}, ["+ensembel.replicates=10"],
        "command line", None, "ensembel.replicates", "ensembel", "ensemble", "ensemble"),
    "a key below a value": ({}, ["ensemble.seed.more=10"],
        "command line", None, "ensemble.seed.more", "more", "nothing below ensemble.seed", None),
    "unknown key in a file": (scenario(ADMIT, rest="questoin: What if?\n"), MINE,
        "mine.yaml", 1, "scenario.questoin", "What if?", "question", "question"),
    "unknown key in a study": ({"s/study.yaml": "# @package _global_\nensembel: {replicates: 3}\n"},
        ["experiments=./s"], "s/study.yaml", 2, "ensembel", "replicates", "ensemble", "ensemble"),
    "unknown mechanism": ({}, ["mechanisms.presure=false"],
        "command line", None, "mechanisms.presure", "presure", "pressure", "pressure"),
    "unknown mechanism in a file": (scenario(ADMIT, rest="mechanisms: {presure: false}\n"), MINE,
        "mine.yaml", 1, "scenario.mechanisms.presure", "False", "pressure", "pressure"),
    "unknown claim": (scenario(ADMIT, rest="claims: [identity/nothing-such]\n"), MINE,
        "mine.yaml", 1, "scenario.claims[0]", "identity/nothing-such", "identity/", None),
    "a Hydra setting that has no meaning here": ({}, ["hydra.run.dri=x"],
        "command line", None, "hydra.run.dri", "hydra.run.dri", "hydra.run.dir", "hydra.run.dir"),
    "no override": ({}, ["scenario"],
        "command line", None, "", "scenario", "key=value", "scenario="),
    "number out of range": ({}, ["ensemble.replicates=0"],
        "command line", None, "ensemble.replicates", "0", "greater than or equal to 1", None),
    "not a number": ({}, ["ensemble.replicates=many"],
        "command line", None, "ensemble.replicates", "many", "a whole number", None),
    "half a replicate": ({}, ["ensemble.replicates=10.5"],
        "command line", None, "ensemble.replicates", "10.5", "a whole number", None),
    "several values where one is wanted": ({}, ["ensemble.replicates=10,20"],
        "command line", None, "ensemble.replicates", "10,20", "a single value", None),
    "a value that does not parse": ({}, ["ensemble.replicates=[1"],
        "command line", None, "ensemble.replicates", "[1", "a number", None),
    "not one of the choices": ({}, ["ensemble.parameters=centrl"],
        "command line", None, "ensemble.parameters", "centrl", "sampled", "central"),
    "draws of what is not drawn": ({}, ["ensemble.draws=20"],
        "command line", None, "ensemble.draws", "20", "ensemble.parameters=sampled", None),
    "draws of a single replicate": ({}, ["ensemble.parameters=sampled", "ensemble.draws=60", "ensemble.replicates=100"],
        "command line", None, "ensemble.draws", "60", "2 to 50 draws for 100 replicates", None),
    "too few replicates to draw": ({}, ["ensemble.parameters=sampled", "ensemble.replicates=3"],
        "command line", None, "ensemble.replicates", "3", "4 or more replicates", None),
    "out of range in a study": ({"s/study.yaml": "# @package _global_\nensemble:\n  years: -1\n"},
        ["experiments=./s"], "s/study.yaml", 3, "ensemble.years", "-1", "greater than or equal to 1", None),
    "a parameter outside its evidence": ({}, ["parameters.membership.cooldown=50"],
        "command line", None, "parameters.membership.cooldown", "50", "0.5 to 5 [y], coded value 2", None),
    "a parameter outside its evidence in a file": (scenario(ADMIT, rest="parameters: {trade.phi: 3}\n"), MINE,
        "mine.yaml", 1, "scenario.parameters.trade.phi", "3", "0.02 to 0.2", None),
    "a parameter that is no number": ({}, ["parameters.membership.cooldown=long"],
        "command line", None, "parameters.membership.cooldown", "long", "a number", None),
    "a parameter that is not finite": ({}, ["parameters.membership.cooldown=nan"],
        "command line", None, "parameters.membership.cooldown", "nan", "a number", None),
    "a switch that is neither on nor off": ({}, ["mechanisms.pressure=maybe"],
        "command line", None, "mechanisms.pressure", "maybe", "true or false", None),
    "too few states": ({}, ["world=toy", "world.states=[]"],
        "command line", None, "world.states", "()", "a list of 2 or more", None),
    "more steps than can be numbered": ({}, ["ensemble.years=200", "ensemble.steps_per_year=365"],
        "command line", None, "ensemble.steps_per_year", "365", "at most 163 for 200 years", None),
    "an end after the last year of the calendar": ({}, ["world=toy", "world.start=9995-01"],
        "command line", None, "world.start", "9995-01-01", "a start before 9990-01-01", None),
    "a list of kinds": (scenario(ADMIT.replace("admit", "[admit]")), MINE,
        "mine.yaml", 2, "scenario.interventions[0].kind", "['admit']", "set_status", "admit"),
    "a share above one": (
        scenario("kind: transit, date: 2021, state: BBB, on: AAA, share: 1.2"), MINE,
        "mine.yaml", 2, "scenario.interventions[0].share", "1.2", "less than or equal to 1", None),
    "a date before the start": (scenario(ADMIT.replace("2021", "2019-12-31")), MINE,
        "mine.yaml", 2, "scenario.interventions[0].date", "2019-12-31", "from 2020-01-01", None),
    "a date after the end": (scenario(ADMIT.replace("2021", "2025")), [*MINE, "ensemble.years=5"],
        "mine.yaml", 2, "scenario.interventions[0].date", "2025-01-01", "before 2025-01-01", None),
    "a start that is no date": ({}, ["world.start=January"],
        "command line", None, "world.start", "January", "YYYY-MM", None),
    "malformed YAML": ({"mine.yaml": "question: What if?\ninterventions:\n  - {kind: admit\n"}, MINE,
        "mine.yaml", 4, "", "", "", None),
    "a key given twice": ({"mine.yaml": "question: a\nquestion: b\n"}, MINE,
        "mine.yaml", 2, "question", "", "", None),
    "a scenario that is a list": ({"mine.yaml": "- a\n"}, MINE,
        "mine.yaml", 1, "", "a", "key: value", None),
    "an unknown kind": (scenario(ADMIT.replace("admit", "admitt")), MINE,
        "mine.yaml", 2, "scenario.interventions[0].kind", "admitt", "set_status", "admit"),
    "membership of a body dissolved in history": (
        scenario("kind: admit, date: 2026-07, state: RUS, organisation: CACO"),
        ["scenario=./mine.yaml"],
        "mine.yaml", 2, "scenario.interventions[0].organisation", "CACO", "EAEU", None),
    "membership of a body that an intervention dissolved": (
        scenario("kind: dissolve, date: 2020-07, organisation: RIVERS", ADMIT), MINE,
        "mine.yaml", 3, "scenario.interventions[1].organisation", "RIVERS", "UNION", None),
    "membership of a body not founded yet": (
        scenario("kind: admit, date: 2004-07, state: RUS, organisation: EAEU"),
        ["world=eurasia_2004", "world.organisations=[CIS,EAEU]", "scenario=./mine.yaml"],
        "mine.yaml", 2, "scenario.interventions[0].organisation", "EAEU", "CIS", None),
    "two interventions that contradict each other": (
        scenario(ADMIT, "kind: set_status, date: 2021, state: AAA, organisation: RIVERS, status: none"), MINE,
        "mine.yaml", 3, "scenario.interventions[1]", "member and none", "different dates", None),
    "no such scenario file": ({}, ["scenario=./nowhere.yaml"],
        "command line", None, "scenario", "./nowhere.yaml", "a YAML file", None),
    "no such world folder": ({}, ["world=./nowhere"],
        "command line", None, "world", "./nowhere", "world.yaml", None),
    "scenarios of two worlds": ({}, ["scenario=baseline,russia_admitted_to_caco"],
        "russia_admitted_to_caco.yaml", None, "world", "eurasia_2004", "one world", None),
}  # fmt: skip


@pytest.mark.parametrize("case", list(TABLE))
def test_bad_input_is_one_message_and_no_file(case: str, place: Path) -> None:
    files, overrides, file, line, key, value, accepted, nearest = TABLE[case]
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    before = tree(place)
    result = invoke("run", *overrides, "--out", "out", "--json")
    assert result.exit_code == 2
    assert tree(place) == before
    error = json.loads(result.stdout)["error"]
    assert str(error["file"]).endswith(file)
    assert error["line"] == line
    assert (error["key"] or "") == key
    assert str(value) in str(error["value"])
    assert accepted in " ".join(
        [error["accepted"] or ""] if isinstance(error["accepted"], (str, type(None))) else error["accepted"]
    )
    assert error["nearest"] == nearest
    assert "Traceback" not in result.stderr
    for part in (file, key, accepted if isinstance(error["accepted"], str) else "", nearest or ""):
        assert part in result.stderr


def test_without_json_standard_output_stays_empty(place: Path) -> None:
    result = invoke("run", "scenario=baselin")
    assert result.exit_code == 2 and result.stdout == ""
    assert "did you mean 'baseline'?" in result.stderr


class TestRunFolder:
    def test_an_occupied_folder(self, place: Path) -> None:
        (place / "out").mkdir()
        (place / "out" / "thesis.txt").write_text("three years")
        before = tree(place)
        result = invoke("run", "world=toy", "--out", "out")
        assert result.exit_code == 2 and tree(place) == before
        assert "occupied" in result.stderr and "steppe resume out" in result.stderr

    def test_a_folder_below_a_file(self, place: Path) -> None:
        (place / "file").write_text("")
        result = invoke("run", "world=toy", "--out", "file/run")
        assert result.exit_code == 2 and sorted(tree(place)) == ["file"]
        assert "is a file" in result.stderr

    def test_a_file_in_the_folders_place(self, place: Path) -> None:
        (place / "out").write_text("")
        assert invoke("run", "world=toy", "hydra.run.dir=out").exit_code == 2

    @pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
    def test_a_folder_that_cannot_be_written(self, place: Path) -> None:
        (place / "locked").mkdir(mode=0o500)
        result = invoke("run", "world=toy", "--out", "locked/run")
        assert result.exit_code == 2 and "cannot be written" in result.stderr

    def test_a_folder_the_system_says_cannot_be_written(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        result = invoke("run", "world=toy", "--out", "run")
        assert result.exit_code == 2 and "cannot be written" in result.stderr and tree(place) == {}


class TestStoredRun:
    """A run folder that was damaged says which file and what to do."""

    @pytest.fixture
    def stored(self, place: Path) -> Path:
        make_run(place / "run", replicates=5)
        return place / "run"

    @pytest.mark.parametrize("command", ["resume", "compare"])
    def test_a_folder_that_is_no_run(self, command: str, place: Path) -> None:
        result = invoke(command, "nowhere")
        assert result.exit_code == 2 and "no manifest.json" in result.stderr and tree(place) == {}

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda run: (run / "manifest.json").write_text('{"seed": 1,'), "manifest.json"),
            (lambda run: (run / "manifest.json").write_text('{"schema_version": 99}'), "schema_version"),
            (
                lambda run: next(run.glob("tables/events/*.parquet")).write_bytes(b"PAR1 broken"),
                "tables/events/",
            ),
            (lambda run: next(run.glob("tables/states/*.parquet")).unlink(), "tables/states/"),
            (lambda run: flip(next(run.glob("tables/events/*.parquet"))), "tables/events/"),
            (lambda run: next(run.glob("chunks/*.json")).write_text("{"), "chunks/"),
            (lambda run: change(run, "year_steps", None), "year_steps"),
            (lambda run: change(run, "initial_statuses", [[0]]), "initial_statuses"),
            (lambda run: change(run, "scenarios", ["baseline"]), "scenarios"),
            (lambda run: change(run, "replicates", "many"), "replicates"),
        ],
        ids=[
            *("manifest cut off", "other version", "part broken", "part gone", "part changed"),
            *("marker cut off", "no list", "wrong shape", "no names", "no number"),
        ],
    )
    def test_a_damaged_file(self, damage: Callable[[Path], object], said: str, stored: Path) -> None:
        damage(stored)
        before = tree(stored)
        result = invoke("compare", "run", "--json")
        assert result.exit_code == 2 and tree(stored) == before
        assert said in result.stderr and "Traceback" not in result.stderr
        assert json.loads(result.stdout)["error"]["message"]


class TestOtherCommands:
    @pytest.mark.parametrize(
        ("argv", "nearest"),
        [(["list", "scenario"], "scenarios"), (["show", "membership.cooldwn"], "membership.cooldown"),
         (["show", "russia_aplies_to_cca"], "russia_applies_to_cca"), (["run", "--cfg", "jobs"], "job"),
         (["list", "states", "--world", "toyy"], "toy")],
    )  # fmt: skip
    def test_an_unknown_name(self, argv: list[str], nearest: str, place: Path) -> None:
        result = invoke(*argv, "--json")
        assert result.exit_code == 2
        error = json.loads(result.stdout)["error"]
        assert error["nearest"] == nearest or (nearest == "job" and error["accepted"] == ["job"])

    def test_a_config_folder_that_is_not_there(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert invoke("run", "--cfg", "job", "--config-dir", "nowhere").exit_code == 2
        monkeypatch.setenv("STEPPE_CONF", "nowhere")
        result = invoke("run", "--cfg", "job")
        assert result.exit_code == 2 and "STEPPE_CONF" in result.stderr

    def test_an_option_that_does_not_exist(self, place: Path) -> None:
        result = invoke("run", "--rplicates", "3")
        assert result.exit_code == 2 and "rplicates" in result.stderr

    def test_a_world_of_ones_own_with_a_fault_in_its_evidence(self, place: Path) -> None:
        shutil.copytree(paths.seeds() / "worlds" / "toy", place / "islands")
        (place / "islands" / "world.yaml").write_text(
            "start: 2020\nstates: [AAA, BBB, EEE]\norganisations: [UNION]\npoles: [AAA, EEE]\n"
        )
        actor = place / "islands" / "actors" / "BBB.yaml"
        actor.write_text(actor.read_text().replace("gdp:", "gpd:", 1))
        result = invoke("run", "world=./islands", "--out", "out")
        assert result.exit_code == 2 and not (place / "out").exists()
        assert "islands/actors/BBB.yaml" in result.stderr and "did you mean 'gdp'?" in result.stderr
