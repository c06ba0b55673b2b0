"""What ships: every world builds, every scenario and study composes, and each says what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from steppe import paths
from steppe.cli.adapters import built
from steppe.config.compose import compose, options
from steppe.config.resolved import dump, load_config

SCENARIOS, WORLDS, STUDIES = (
    sorted(options("scenario")),
    sorted(options("world")),
    sorted(options("experiments")),
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_composes_says_why_and_survives_its_yaml(name: str, tmp_path: Path) -> None:
    config = compose([f"scenario={name}"])
    (scenario,) = config.scenarios
    assert scenario.question
    if scenario.status is not None:  # a question of the documents, not a variant of one
        assert scenario.prediction and scenario.levers and scenario.outcomes and scenario.inventory
        assert scenario.counterfactual
    if scenario.counterfactual is not None:
        assert scenario.counterfactual in SCENARIOS and scenario.counterfactual != name
    file = tmp_path / "config.yaml"
    file.write_text(dump(config), encoding="utf-8")
    assert load_config(file) == config


def test_the_questions_of_the_documents_are_48_and_each_has_its_number() -> None:
    asked = [compose([f"scenario={name}"]).scenarios[0] for name in SCENARIOS]
    numbers = sorted(number for one in asked if one.status is not None for number in one.inventory)
    assert numbers == [f"H{n:02d}" for n in range(1, 49)]


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_builds(name: str) -> None:
    world = built(compose([f"world={name}"]))
    assert world.name == name and len(world.states) >= 2


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_has_a_page_with_the_prediction_before_the_finding(name: str) -> None:
    config = compose([f"experiments={name}"])
    assert config.study is not None and config.study.question
    page = (paths.experiments() / name / "README.md").read_text(encoding="utf-8")
    assert page.index("**Question.**") < page.index("**Prediction**") < page.index("**Finding.**")


def test_the_counterfactual_of_a_scenario_is_in_its_own_world() -> None:
    for name in SCENARIOS:
        config = compose([f"scenario={name}"])
        other = config.scenarios[0].counterfactual
        if other is not None:
            compose([f"scenario={name},{other}"])
