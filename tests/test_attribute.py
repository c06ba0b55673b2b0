"""`steppe attribute` on the toy world: coalitions are runs of their own, values add up, and a finished run answers again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from steppe.analysis import shapley
from steppe.analysis.attribution import switches_of
from steppe.analysis.measures import measure_values
from steppe.analysis.sweep import open_sweep
from steppe.cli import app
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.results.query import open_run
from steppe.simulation import runner

SCENARIO = "arvand_admitted_to_rivers"
SIZE = ["ensemble.years=5", "ensemble.replicates=24", "ensemble.chunk=30"]
SWITCHES = ["interventions.1", "mechanisms.pressure", "without.DDD"]
OUTCOMES = ["alive RIVERS", "members RIVERS @2023", "cohesion RIVERS"]


def steppe(*words: str) -> dict:
    """A command's JSON."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def told(words: list[str], option: str) -> list[str]:
    return [part for one in words for part in (option, one)]


def own_run(folder: Path, *overrides: str):
    """A run of its own, without a design."""
    runner.run(compose(["world=toy", *SIZE, *overrides]), folder, lambda done, planned: None)
    return open_run(folder)


def same(run, sweep, point: int, scenario: str = SCENARIO) -> None:
    """The replicates of a point are those of a run, for every outcome."""
    (name,) = run.scenarios
    for outcome in sweep.outcomes:
        measure, entity, year = outcome.split(" ")
        seen = measure_values(run, measure, name, int(year[1:]), [entity]).values[0]
        np.testing.assert_array_equal(sweep.values(scenario, outcome)[point], seen.astype(np.float32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attribute") / "run"


@pytest.fixture(scope="module")
def found(folder: Path) -> dict:
    words = [*SIZE, *told(SWITCHES, "--switch"), *told(OUTCOMES, "--outcome"), "--out", str(folder)]
    return steppe("attribute", SCENARIO, *words)


@pytest.fixture(scope="module")
def sweep(found: dict, folder: Path):
    return open_sweep(open_run(folder))


class TestValues:
    def test_add_up_in_every_replicate(self, sweep) -> None:
        """Efficiency, on what was stored: whole numbers of members, so that nothing but the last digit is left."""
        names, order = switches_of(sweep)
        assert names == [(name,) for name in SWITCHES]
        values = sweep.values(SCENARIO, "members RIVERS @2023")[order].astype(float)
        total = shapley.shapley_values(values).sum(axis=0)
        np.testing.assert_allclose(total, values[-1] - values[0], atol=1e-12)
        assert (values[-1] != values[0]).any()  # or it would say nothing

    def test_add_up_in_the_answer(self, found: dict) -> None:
        for one in found["outcomes"]:
            total = sum(part["shapley"]["value"] for part in one["switches"])
            assert total == pytest.approx(one["difference"]["value"], abs=1e-12)
            assert one["difference"]["value"] == pytest.approx(one["on"]["value"] - one["off"]["value"])
            ends = one["coalitions"][-1]["mean"], one["coalitions"][0]["mean"]
            assert ends == pytest.approx((one["on"]["value"], one["off"]["value"]))

    def test_alone_are_differences_of_coalitions(self, found: dict) -> None:
        """With i off, less nothing off; with i on, less nothing on: read off the eight means."""
        for one in found["outcomes"]:
            means = {tuple(each["on"]): each["mean"] for each in one["coalitions"]}
            for i, part in enumerate(one["switches"]):
                others = tuple(j for j in range(3) if j != i)
                assert part["removed_alone"]["value"] == pytest.approx(means[0, 1, 2] - means[others])
                assert part["added_alone"]["value"] == pytest.approx(means[i,] - means[()])

    def test_where_it_is_not_defined_replicates_are_left_out(self, found: dict) -> None:
        """Cohesion of a body that is gone in some combination; they and the others are all replicates."""
        cohesion = found["outcomes"][2]
        assert cohesion["n"] + cohesion["left_out"] == 24
        assert found["outcomes"][0]["left_out"] == 0


class TestCoalitions:
    """Every point is what a run of its own would be, bit by bit."""

    def test_with_everything_on_is_the_scenario(self, sweep, tmp_path: Path) -> None:
        same(own_run(tmp_path / "own", f"scenario={SCENARIO}"), sweep, switches_of(sweep)[1][7])

    def test_without_its_intervention_is_a_scenario_that_has_none(self, sweep, tmp_path: Path) -> None:
        same(own_run(tmp_path / "own", "scenario=baseline"), sweep, switches_of(sweep)[1][6])

    def test_without_a_state_and_a_mechanism(self, sweep, tmp_path: Path) -> None:
        given = [f"scenario={SCENARIO}", "world.without=[DDD]", "mechanisms.pressure=false"]
        same(own_run(tmp_path / "own", *given), sweep, switches_of(sweep)[1][1])

    def test_without_a_state_and_with_another_parameter_of_the_world(self, tmp_path: Path) -> None:
        """What a world is made with is set in the world that does without, too."""
        switches = ["without.DDD", "parameters.world.affinity_agreement=0.5"]
        words = [*SIZE, *told(switches, "-s"), "--outcome", "members UNION", "--out", str(tmp_path / "run")]
        steppe("attribute", SCENARIO, *words)
        sweep = open_sweep(open_run(tmp_path / "run"))
        given = [f"scenario={SCENARIO}", "world.without=[DDD]", "parameters.world.affinity_agreement=0.5"]
        same(own_run(tmp_path / "own", *given), sweep, switches_of(sweep)[1][0])

    def test_with_drawn_values(self, tmp_path: Path) -> None:
        """Coalitions share their draws: each is the run of its own that draws as much."""
        drawn = ["ensemble.parameters=sampled", "ensemble.draws=4"]
        words = [*SIZE, *drawn, *told(["interventions", "without.DDD"], "-s"), "--outcome", "members RIVERS"]
        found = steppe("attribute", SCENARIO, *words, "--out", str(tmp_path / "run"))
        sweep = open_sweep(open_run(tmp_path / "run"))
        order = switches_of(sweep)[1]
        same(own_run(tmp_path / "a", f"scenario={SCENARIO}", *drawn), sweep, order[3])
        same(own_run(tmp_path / "b", "scenario=baseline", "world.without=[DDD]", *drawn), sweep, order[0])
        assert found["outcomes"][0]["draws"] == 4


class TestRemoval:
    def test_of_who_acts_takes_the_act_away(self, tmp_path: Path) -> None:
        """The one who is admitted is not there: with or without the intervention nothing happens, replicate by replicate."""
        words = [*SIZE, *told(["interventions.admit", "without.CCC"], "-s"), "--outcome", "members RIVERS"]
        scenario = tmp_path / "mine.yaml"
        scenario.write_text(
            "world: toy\nquestion: Is it let in?\ninterventions:\n"
            "  - {kind: admit, date: 2020-07, state: CCC, organisation: UNION}\n"
        )
        steppe("attribute", str(scenario), *words, "--out", str(tmp_path / "run"))
        sweep = open_sweep(open_run(tmp_path / "run"))
        values = sweep.values("mine", sweep.outcomes[0])[switches_of(sweep)[1]]
        np.testing.assert_array_equal(values[0], values[1])
        assert (values[2] != values[1]).any()

    def test_several_factors_can_be_one_switch(self, tmp_path: Path) -> None:
        """Two mechanisms at once and one alone: four combinations, and the finished run knows which go together."""
        pair = "mechanisms.pressure+mechanisms.dominance"
        words = [*SIZE[:2], *told([pair, "mechanisms.overlap"], "-s"), "--out", str(tmp_path / "run")]
        found = steppe("attribute", SCENARIO, *words)
        assert [one["factors"] for one in found["switches"]] == [
            ["mechanisms.pressure", "mechanisms.dominance"],
            ["mechanisms.overlap"],
        ]
        assert len(found["outcomes"][0]["coalitions"]) == 4
        asked = compose([f"scenario={SCENARIO}"]).scenarios[0].outcomes
        assert [one["measure"] for one in found["outcomes"]] == [one.measure for one in asked]


class TestAgain:
    def test_a_finished_run_says_the_same(self, found: dict, folder: Path) -> None:
        assert steppe("attribute", str(folder)) == found

    def test_of_one_of_its_outcomes(self, found: dict, folder: Path) -> None:
        again = steppe("attribute", str(folder), "--outcome", "alive RIVERS")
        assert again["outcomes"] == found["outcomes"][:1]

    def test_as_text(self, found: dict, folder: Path) -> None:
        text = CliRunner().invoke(app, ["attribute", str(folder)]).stdout
        assert "A  2020-07 AAA is made a member of RIVERS, without a vote" in text
        assert "mechanism pressure" in text and "DDD in the world" in text
        assert text.count("everything off") == 3

    def test_a_run_that_is_not_whole_is_refused(self, found: dict, folder: Path, tmp_path: Path) -> None:
        """A chunk that is missing would pass for replicates in which the outcome is not defined."""
        import shutil

        part = shutil.copytree(folder, tmp_path / "part")
        next(iter(sorted((part / "chunks").glob("*.json")))).unlink()
        done = CliRunner().invoke(app, ["attribute", str(part)])
        assert done.exit_code == 2 and "not complete" in done.output and "steppe resume" in done.output
        steppe("resume", str(part))
        assert steppe("attribute", str(part))["outcomes"] == found["outcomes"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ([], "what is to be taken away"),
            (["-s", "mechanisms.presure"], "mechanisms.pressure"),
            (["-s", "without.DDX"], "without.DDD"),
            (["-s", "interventions.2"], "no such intervention"),
            (["-s", "interventions.tie"], "no such intervention"),
            (["-s", "pressure"], "mechanisms.NAME"),
            (["-s", "parameters.membership.vote_noise"], "to which value"),
            (["-s", "parameters.membership.vote_noise=9000"], "to which value"),
            (["-s", "mechanisms.pressure", "-s", "mechanisms.pressure+mechanisms.trade"], "in two switches"),
            (["-s", "without.UNION", "--outcome", "alive UNION"], "takes away"),
            (["-s", "without.BBB", "--outcome", "welfare BBB"], "takes away"),
            (["-s", "mechanisms.trade", "--outcome", "alive RIVER"], "RIVERS"),
            (["-s", "without.EEE", "--outcome", "members UNION"], "fewer than two poles"),
            (["-s", "mechanisms.trade", "scenario=baseline"], "of one scenario"),
            (["-s", "mechanisms.trade", "mechanisms.trade=false"], "off in the run already"),
            ([x for n in range(9) for x in ("-s", f"mechanisms.m{n}")], "512 combinations"),
        ],
    )
    def test_are_one_message_and_write_nothing(self, words: list[str], said: str, tmp_path: Path) -> None:
        out = tmp_path / "run"
        done = CliRunner().invoke(app, ["attribute", SCENARIO, *words, "--out", str(out)])
        assert done.exit_code == 2, done.output
        assert done.output.startswith("error:") and said in done.output and not out.exists()

    def test_another_design(self, tmp_path: Path) -> None:
        words = ["world=toy", *SIZE, "scenario=baseline", "design=grid", "design.outcomes=[members UNION]"]
        factors = "design.factors={mechanisms.pressure: {}, parameters.membership.vote_noise: [0.05, 0.1]}"
        steppe("run", *words, factors, "--out", str(tmp_path / "run"))
        done = CliRunner().invoke(app, ["attribute", str(tmp_path / "run")])
        assert done.exit_code == 2

    def test_new_switches_for_a_run_that_is_there(self, found: dict, folder: Path) -> None:
        done = CliRunner().invoke(app, ["attribute", str(folder), "-s", "mechanisms.trade"])
        assert done.exit_code == 2 and "made with" in done.output


def test_a_grid_of_switches_is_as_good(tmp_path: Path) -> None:
    """The design may have been written by hand, the scenario's interventions and what it does without among its factors."""
    words = ["world=toy", *SIZE, f"scenario={SCENARIO}", "design=grid", "design.outcomes=[members RIVERS]"]
    factors = "design.factors={interventions.1: {}, without.DDD: {}}"
    steppe("run", *words, factors, "--out", str(tmp_path / "run"))
    found = steppe("attribute", str(tmp_path / "run"))
    assert [one["factors"] for one in found["switches"]] == [["interventions.1"], ["without.DDD"]]


def test_a_factor_of_an_intervention_that_is_not_there() -> None:
    words = ["world=toy", f"scenario={SCENARIO}", "design=grid", "design.outcomes=[members RIVERS]"]
    with pytest.raises(InputError, match=r"no factor 'interventions\.2'") as refused:
        compose([*words, "design.factors={interventions.2: {}}"])
    assert refused.value.nearest == "interventions.1"
