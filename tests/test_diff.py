"""`steppe diff`: a difference that was planted is found and worded, and nothing else is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from steppe import paths
from steppe.analysis.comparison import compare
from steppe.cli import app
from steppe.config.compose import compose
from steppe.config.resolved import dump, load_config
from steppe.evidence.changes import parameter_changes, record_changes, status_changes, value_changes
from steppe.results.query import open_run
from steppe.simulation import runner
from steppe.simulation.kept_evidence import EVIDENCE, read_evidence
from steppe.world.spec import evidence_for

SIZE = ["ensemble.years=4", "ensemble.replicates=20"]
SCENARIO = "scenario=arvand_admitted_to_rivers"
LAYERS = (
    "settings",
    "scenarios",
    "parameters",
    "mechanisms",
    "readings",
    "world",
    "values",
    "statuses",
    "records",
)


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, words)])


def diff(*words: Any) -> dict[str, Any]:
    """What it prints as JSON."""
    done = invoke(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def told(found: dict[str, Any]) -> set[str]:
    """The layers in which something differs."""
    return {layer for layer in LAYERS if found[layer]}


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A copy of the toy world's evidence."""
    return shutil.copytree(paths.seeds() / "worlds" / "toy", tmp_path / "toy")


@pytest.fixture
def config(tmp_path: Path):
    """Writes a resolved config, without running it."""

    def written(name: str, *overrides: str) -> Path:
        file = tmp_path / f"{name}.yaml"
        file.write_text(dump(compose(["world=toy", *overrides])), encoding="utf-8")
        return file

    return written


def ran(folder: Path, *overrides: str) -> Path:
    runner.run(compose([*overrides, *SIZE]), folder, lambda done, planned: None)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs that share their luck, one with other luck."""
    place = tmp_path_factory.mktemp("runs")
    slow = "parameters.membership.cooldown=0.5"
    return [
        ran(place / "a", "world=toy", SCENARIO),
        ran(place / "b", "world=toy", SCENARIO, slow, "mechanisms.pressure=false"),
        ran(place / "c", "world=toy", SCENARIO, "ensemble.seed=2"),
    ]


def mirrored(found: Any) -> Any:
    """The same with A and B exchanged, as the answer in the other order must be."""
    if isinstance(found, dict):
        swap = {"a": "b", "b": "a"}
        out = {swap.get(key, key): mirrored(value) for key, value in found.items()}
        if out.get("change") in ("added", "removed"):
            out["change"] = {"added": "removed", "removed": "added"}[out["change"]]
        return out
    return [mirrored(one) for one in found] if isinstance(found, list) else found


class TestEvidence:
    def test_a_value_is_found_with_the_words_and_unit_of_the_codebook(self, toy: Path) -> None:
        replaced(toy / "actors" / "AAA.yaml", "value: 400", "value: 430")
        found = diff(paths.seeds() / "worlds" / "toy", toy)
        assert told(found) == {"values"}
        (row,) = found["values"]
        entry = evidence_for(compose(["world=toy"]).world).codebook["actors", row["variable"]]
        assert (row["entity"], row["unit"], row["changed"]) == ("AAA", entry.unit, ["value"])
        assert row["words"] == " ".join(entry.definition.split())
        assert (row["a"]["value"], row["b"]["value"]) == (400, 430)
        assert row["a"]["basis"] == "assumed"
        text = invoke(paths.seeds() / "worlds" / "toy", toy).stdout
        assert "400 → 430" in text and entry.unit in text and "Arvand" in text

    def test_claims_sources_statuses_and_parameters(self, tmp_path: Path) -> None:
        """One thing changed in each: each is found, under its name, and nothing else."""
        seeds = shutil.copytree(paths.seeds(), tmp_path / "seeds")
        replaced(
            seeds / "claims" / "major_powers.yaml",
            "finished it; a great power",
            "finished it; any great power",
        )
        replaced(
            seeds / "parameters.yaml",
            "  value: 0.05\n  unit: 1/y\n  range: [0, 0.2]",
            "  value: 0.05\n  unit: 1/y\n  range: [0, 0.3]",
        )
        replaced(
            seeds / "chronicle.yaml",
            "state: AZE, organisation: CCA, status: member",
            "state: AZE, organisation: CCA, status: observer",
        )
        with (seeds / "sources.yaml").open("a", encoding="utf-8") as file:
            file.write("\n- id: one-more\n  citation: A handbook.\n")
        found = diff(paths.seeds(), seeds)
        assert told(found) == {"parameters", "statuses", "records"}
        assert [(row["id"], row["changed"]) for row in found["parameters"]] == [
            ("shocks.shock_rate", ["range"])
        ]
        (status,) = found["statuses"]
        assert (status["state"], status["organisation"]) == ("AZE", "CCA")
        assert (status["a"]["status"], status["b"]["status"]) == ("member", "observer")
        records = {(row["kind"], row["id"]): row for row in found["records"]}
        assert {key: row["change"] for key, row in records.items()} == {
            ("claims", "major-powers/member-hegemon-destroys"): "changed",
            ("sources", "one-more"): "added",
        }
        assert list(records["claims", "major-powers/member-hegemon-destroys"]["a"]) == ["says"]
        assert diff(seeds, paths.seeds()) == mirrored(found)

    def test_a_file_that_is_not_there(self, toy: Path) -> None:
        """A state that only one has: the record, and each of its values."""
        (toy / "actors" / "CCC.yaml").unlink()
        found = diff(paths.seeds() / "worlds" / "toy", toy)
        assert [(row["kind"], row["id"], row["change"]) for row in found["records"]] == [
            ("actors", "CCC", "removed")
        ]
        assert found["values"] and all(row["b"] is None and row["entity"] == "CCC" for row in found["values"])


class TestConfigs:
    def test_the_same_twice_differs_in_nothing(self, config) -> None:
        found = diff(config("a"), config("b"))
        assert found["same"] and told(found) == set()
        assert "nothing differs" in invoke(config("a"), config("b")).stdout

    def test_a_parameter_has_its_unit(self, config) -> None:
        found = diff(config("a"), config("b", "parameters.membership.cooldown=3"))
        assert told(found) == {"parameters"}
        (row,) = found["parameters"]
        coded = evidence_for(compose(["world=toy"]).world).parameters["membership.cooldown"]
        assert (row["id"], row["unit"], row["changed"]) == (coded.id, coded.unit, ["value"])
        assert (row["a"]["value"], row["b"]["value"]) == (coded.value, 3)
        text = invoke(config("a"), config("b", "parameters.membership.cooldown=3")).stdout
        assert f"→ 3 [{coded.unit}; {coded.range[0]:g} to {coded.range[1]:g}]" in text

    def test_switches_settings_and_who_does_the_work(self, config) -> None:
        one = config("a")
        other = config("b", "mechanisms.trade=false", "ensemble.seed=5", "executor=serial")
        found = diff(one, other)
        assert found["mechanisms"] == [{"id": "trade", "a": True, "b": False}]
        assert found["settings"] == [{"id": "ensemble.seed", "a": 1, "b": 5}]
        assert {"executor.kind"} <= {row["id"] for row in diff(one, other, "--all")["settings"]}

    def test_interventions_are_in_words(self) -> None:
        found = diff("arvand_admitted_to_rivers", "arvand_barred_from_rivers")
        (row,) = found["scenarios"]
        says = {end: [act["says"] for act in acts] for end, acts in row["interventions"].items()}
        assert says == {
            "a": ["AAA is made a member of RIVERS, without a vote"],
            "b": ["AAA may neither join nor observe RIVERS"],
        }
        assert diff("arvand_barred_from_rivers", "arvand_admitted_to_rivers") == mirrored(found)

    def test_a_world_without_a_state(self, config) -> None:
        found = diff(config("a"), config("b", "world.without=[DDD]"))
        rows = {row["id"]: row for row in found["world"]}
        assert (rows["states"]["a"], rows["states"]["b"]) == (["DDD"], [])
        its = [row for row in found["values"] if "DDD" in row["entity"].split("-")]
        assert len(its) > 10 and all(row["b"] is None for row in found["values"])
        others = [row["id"] for row in found["values"] if row not in its]
        assert others == ["instruments/FRIENDSHIP.rung"]  # of a treaty to which it is party

    def test_worlds_of_two_dates(self) -> None:
        found = diff("eurasia_2004", "eurasia_2026")
        assert {"world", "values", "statuses"} <= told(found) and not found["scenarios"]
        rows = {row["id"]: row for row in found["world"]}
        assert "CACO" in rows["organisations"]["a"] and "CCA" in rows["organisations"]["b"]
        assert diff("eurasia_2026", "eurasia_2004") == mirrored(found)


class TestRuns:
    def test_what_moved_is_what_compare_says(self, runs: list[Path]) -> None:
        one, other, _ = runs
        found = diff(one, other)
        assert told(found) == {"parameters", "mechanisms"}
        results = found["results"]
        assert results["paired"] and results["scenarios"][0]["moved"] > 0 and results["rows"]
        known = {(row["measure"], row["entity"]): row["difference"] for row in compare([one, other])}
        assert all(row["difference"] == known[row["measure"], row["entity"]] for row in results["rows"])

    def test_in_the_other_order_it_is_mirrored(self, runs: list[Path]) -> None:
        one, other, _ = runs
        found, back = diff(one, other), diff(other, one)
        ahead, behind = found.pop("results"), back.pop("results")
        assert back == mirrored(found)
        assert [row["difference"] for row in behind["rows"]] == [-row["difference"] for row in ahead["rows"]]
        assert [row["measure"] for row in behind["rows"]] == [row["measure"] for row in ahead["rows"]]

    def test_with_itself_nothing_moved(self, runs: list[Path]) -> None:
        found = diff(runs[0], runs[0])
        assert found["same"] and found["results"]["paired"] and found["results"]["scenarios"][0]["moved"] == 0

    def test_with_other_luck_they_are_two_samples(self, runs: list[Path]) -> None:
        found = diff(runs[0], runs[2])
        assert [row["id"] for row in found["settings"]] == ["ensemble.seed"]
        assert not found["results"]["paired"] and "seed" in found["results"]["why"]
        assert "two independent samples, as luck is not shared (seed" in invoke(runs[0], runs[2]).stdout

    def test_a_run_beside_a_config(self, runs: list[Path]) -> None:
        found = diff(runs[0], runs[1] / "config.yaml")
        assert told(found) == {"parameters", "mechanisms"} and found["results"] is None


class TestKeptEvidence:
    @pytest.fixture
    def own(self, toy: Path) -> Path:
        """A world of one's own, with its evidence beside it."""
        (toy / "world.yaml").write_text(
            "start: 2020-01\nstates: [AAA, BBB, CCC, DDD, EEE]\norganisations: [RIVERS, UNION, LEAGUE]\npoles: [AAA, EEE]\n"
        )
        return toy

    def test_is_the_evidence(self, runs: list[Path]) -> None:
        kept, now = read_evidence(runs[0]), evidence_for(load_config(runs[0] / "config.yaml").world)
        assert kept is not None
        assert value_changes(kept, now, kept.values(), now.values(), dated=True) == []
        assert status_changes(kept.chronicle, now.chronicle, dated=True) == []
        assert parameter_changes(kept, now) == record_changes(kept, now) == []

    def test_has_the_same_bytes_in_every_run(self, runs: list[Path]) -> None:
        assert (runs[0] / EVIDENCE).read_bytes() == (runs[1] / EVIDENCE).read_bytes()

    def test_tells_two_runs_of_changed_evidence_apart(self, own: Path, tmp_path: Path) -> None:
        """The file says 430 when both are compared; the first run was made from 400."""
        one = ran(tmp_path / "one", f"world={own}", SCENARIO)
        replaced(own / "actors" / "AAA.yaml", "value: 400", "value: 430")
        other = ran(tmp_path / "other", f"world={own}", SCENARIO)
        (row,) = diff(one, other)["values"]
        assert (row["a"]["value"], row["b"]["value"]) == (400, 430)
        (one / EVIDENCE).unlink()  # as a run from before there was such a file
        found = diff(one, other)
        assert found["values"] == [] and "did not keep it" in found["notes"][0]


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("eurasia_2025", "eurasia_2026"),
            ("nothing/here", "accepted"),
            ("russia_aplies_to_cca", "russia_applies_to_cca"),
        ],
    )
    def test_a_name_that_is_nothing(self, name: str, said: str) -> None:
        done = invoke("toy", name)
        assert done.exit_code == 2 and done.output.startswith("error:") and said in done.output

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("1,2\n")
        done = invoke("toy", tmp_path / "a.csv")
        assert done.exit_code == 2 and "a folder of evidence" in done.output

    def test_a_run_is_not_written_to(self, runs: list[Path]) -> None:
        before = {file: file.stat().st_mtime_ns for file in runs[0].rglob("*")}
        open_run(runs[0])
        diff(runs[0], runs[1])
        assert before == {file: file.stat().st_mtime_ns for file in runs[0].rglob("*")}
