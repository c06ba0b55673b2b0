"""Names and overrides become one resolved config; what each override must change follows from its text."""

from __future__ import annotations

import logging
import os
from datetime import date
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra
from tests.config.conftest import OwnFile

from steppe.config.compose import compose, options
from steppe.config.schema import default_folder, end, overridden, steps, switches
from steppe.errors import InputError


class TestDefaults:
    def test_the_plain_run_is_the_baseline_of_2026(self) -> None:
        config = compose()
        assert (config.world.name, config.world.start) == ("eurasia_2026", date(2026, 1, 1))
        assert [scenario.name for scenario in config.scenarios] == ["baseline"]
        assert config.ensemble.replicates == 1000
        assert all(switches(config, config.scenarios[0]).values())

    def test_time_is_years_times_steps(self) -> None:
        config = compose(["ensemble.years=7", "ensemble.steps_per_year=12"])
        assert steps(config) == 84
        assert end(config) == date(2033, 1, 1)

    def test_a_run_from_a_leap_day_ends(self) -> None:
        assert end(compose(["world=toy", "world.start=2020-02-29", "ensemble.years=1"])) == date(2021, 3, 1)

    def test_nothing_is_left_of_hydra_and_nothing_is_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        handlers = list(logging.getLogger().handlers)
        compose(["scenario=baseline"])
        assert not GlobalHydra.instance().is_initialized()
        assert list(tmp_path.iterdir()) == []
        assert logging.getLogger().handlers == handlers


class TestOverrides:
    def test_a_parameter_needs_no_plus_but_may_have_one(self) -> None:
        plain = compose(["parameters.membership.pressure_vote=0.5"])
        assert plain.parameters == {"membership.pressure_vote": 0.5}
        assert compose(["+parameters.membership.pressure_vote=0.5"]).parameters == plain.parameters

    def test_the_command_line_beats_a_dotted_parameter_of_a_scenario_file(
        self, scenario_file: OwnFile
    ) -> None:
        file = scenario_file("parameters: {membership.cooldown: 3}\n")
        given = ["world=toy", f"scenario={file}"]
        assert compose(given).scenarios[0].parameters == {"membership.cooldown": 3}
        given.append("scenario.parameters.membership.cooldown=4")
        assert compose(given).scenarios[0].parameters == {"membership.cooldown": 4}

    def test_a_scenario_has_its_own_switches_and_parameters_beside_the_runs(
        self, scenario_file: OwnFile
    ) -> None:
        file = scenario_file("mechanisms: {pressure: true}\nparameters: {membership.cooldown: 3}\n")
        config = compose(
            ["world=toy", f"scenario={file}", "mechanisms.pressure=false", "parameters.membership.cooldown=1"]
        )
        assert switches(config, config.scenarios[0])["pressure"] is True
        assert overridden(config, config.scenarios[0]) == {"membership.cooldown": 3}
        assert config.mechanisms.pressure is False

    @pytest.mark.parametrize("text", ["off", "false", "no"])
    def test_a_switch_understands_what_people_write(self, text: str) -> None:
        assert compose([f"mechanisms.pressure={text}"]).mechanisms.pressure is False

    def test_1e3_is_a_whole_number(self) -> None:
        assert compose(["ensemble.replicates=1e3"]).ensemble.replicates == 1000

    def test_the_run_folder_may_be_given_in_hydras_way(self) -> None:
        assert compose(["hydra.run.dir=runs/x"]).output == "runs/x"

    def test_a_list_can_be_replaced(self) -> None:
        config = compose(["world=toy", "world.states=[AAA,BBB,CCC,EEE]", "world.organisations=[UNION]"])
        assert config.world.states == ("AAA", "BBB", "CCC", "EEE")


class TestSeveralScenarios:
    def test_scenarios_are_kept_in_the_order_given(self) -> None:
        config = compose(["scenario=russia_barred_from_cca,baseline"])
        assert [s.name for s in config.scenarios] == ["russia_barred_from_cca", "baseline"]

    def test_a_study_names_its_scenarios_and_the_command_line_may_choose_others(self) -> None:
        config = compose(["experiments=demo"])
        assert config.study is not None and config.study.name == "demo"
        assert len(config.scenarios) == 4 and config.ensemble.replicates == 500
        chosen = compose(["experiments=demo", "scenario=baseline", "ensemble.replicates=10"])
        assert [s.name for s in chosen.scenarios] == ["baseline"]
        assert chosen.ensemble.replicates == 10

    def test_scenarios_of_two_worlds_do_not_make_one_run(self) -> None:
        with pytest.raises(InputError, match="another world") as caught:
            compose(["scenario=baseline,russia_admitted_to_caco"])
        assert caught.value.value == "eurasia_2004"

    def test_one_scenario_twice_is_refused(self) -> None:
        with pytest.raises(InputError, match="named twice"):
            compose(["scenario=baseline,baseline"])


class TestOwnFiles:
    def test_a_scenario_brings_its_world_unless_another_is_named(self) -> None:
        assert compose(["scenario=russia_admitted_to_caco"]).world.name == "eurasia_2004"
        assert compose(["scenario=baseline", "world=toy"]).world.name == "toy"

    def test_a_file_is_a_scenario_named_after_it(self, scenario_file: OwnFile) -> None:
        file = scenario_file(
            "interventions:\n- {kind: admit, date: 2021, state: AAA, organisation: RIVERS}\n"
        )
        config = compose(["world=toy", f"scenario=baseline,{file}"])
        assert [s.name for s in config.scenarios] == ["baseline", "mine"]
        assert config.scenarios[1].interventions[0].date == date(2021, 1, 1)

    def test_a_folder_is_a_world_that_rests_on_its_own_evidence(
        self, own_world: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(own_world.parent)
        config = compose(["world=./islands", "scenario=baseline"])
        assert config.world.name == "islands"
        assert config.world.seeds == str(own_world.resolve())

    def test_ids_that_yaml_1_1_takes_for_truth_values_stay_ids(self, scenario_file: OwnFile) -> None:
        text = "interventions:\n- {kind: mechanism, date: 2021, mechanism: pressure, on: false}\n"
        text += "- {kind: threat, date: 2021, on: BBB, by: AAA, level: 1}\nnote: NO\n"
        with pytest.raises(InputError, match="unknown key 'note'") as caught:
            compose(["world=toy", f"scenario={scenario_file(text)}"])
        assert caught.value.value == "NO"
        kept = compose(["world=toy", f"scenario={scenario_file(text.replace('note: NO', ''))}"])
        assert [one.on for one in kept.scenarios[0].interventions] == [False, "BBB"]  # type: ignore[union-attr]

    @pytest.mark.parametrize("way", ["argument", "environment"])
    def test_a_folder_of_ones_own_groups_comes_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
    ) -> None:
        (tmp_path / "scenario").mkdir()
        (tmp_path / "scenario" / "dream.yaml").write_text("question: What if?\n")
        (tmp_path / "ensemble").mkdir()
        (tmp_path / "ensemble" / "default.yaml").write_text("replicates: 7\n")
        if way == "environment":
            monkeypatch.setenv("STEPPE_CONF", str(tmp_path))
        given = tmp_path if way == "argument" else None
        config = compose(["scenario=dream"], given)
        assert config.scenarios[0].question == "What if?"
        assert config.ensemble.replicates == 7
        assert {"dream", "baseline"} <= set(options("scenario", given))

    def test_a_study_of_ones_own(self, tmp_path: Path) -> None:
        folder = tmp_path / "studies" / "mine"
        folder.mkdir(parents=True)
        (folder / "study.yaml").write_text(
            "# @package _global_\ndefaults:\n  - override /world: toy\n"
            "scenarios: [baseline, arvand_admitted_to_rivers]\nensemble:\n  replicates: 3\n"
        )
        config = compose([f"experiments={folder}"])
        assert config.study is not None and config.study.name == "mine"
        assert config.ensemble.replicates == 3 and len(config.scenarios) == 2


class TestNames:
    def test_a_run_folder_is_named_after_world_and_scenarios_or_the_study(self) -> None:
        assert str(default_folder(compose(), "S")) == os.path.join("runs", "eurasia_2026-baseline-S")
        two = compose(["scenario=baseline,russia_barred_from_cca"])
        assert default_folder(two, "S").name == "eurasia_2026-baseline-and-1-more-S"
        assert default_folder(compose(["experiments=demo"]), "S").name == "demo-S"


def test_a_counterfactual_must_be_a_scenario(scenario_file: OwnFile) -> None:
    """Else a comparison would be promised that nobody can make."""
    mine = scenario_file("world: toy\nquestion: What if?\ncounterfactual: baselin\n")
    with pytest.raises(InputError) as caught:
        compose([f"scenario={mine}"])
    assert caught.value.key == "scenario.counterfactual" and caught.value.value == "baselin"
    assert caught.value.nearest == "baseline"
    assert str(caught.value.file).endswith("mine.yaml")
