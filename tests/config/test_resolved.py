"""A resolved config is written as YAML and read back the same, whatever text it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steppe.config.compose import compose
from steppe.config.resolved import dump, load_config
from steppe.errors import InputError

BASE = compose(["world=toy", "scenario=arvand_admitted_to_rivers", "parameters.membership.cooldown=1"])
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40) | st.sampled_from(
    [
        "NO",
        "on",
        "true",
        "null",
        "1e3",
        "2004-05-28",
        "0x1F",
        "~",
        "1_000",
        "- a",
        "a: b",
        "#",
        ".5",
        "%",
        "'",
    ]
)


@given(note=TEXT, question=TEXT, seed=st.integers(0, 2**64 - 1), value=st.floats(0.5, 5))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read_back(
    note: str, question: str, seed: int, value: float, tmp_path: Path
) -> None:
    scenario = BASE.scenarios[0].model_copy(update={"question": question})
    config = BASE.model_copy(
        update={
            "scenarios": (scenario,),
            "world": BASE.world.model_copy(update={"note": note}),
            "ensemble": BASE.ensemble.model_copy(update={"seed": seed}),
            "parameters": {"membership.cooldown": value},
        }
    )
    file = tmp_path / "config.yaml"
    file.write_text(dump(config), encoding="utf-8")
    assert load_config(file) == config


def test_a_damaged_config_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(dump(BASE).replace("replicates: 1000", "replicates: -5"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_config(file)
    assert caught.value.key == "ensemble.replicates"
    assert caught.value.value == -5 and caught.value.line is not None


def test_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("- a\n")
    with pytest.raises(InputError, match="not a resolved config"):
        load_config(file)
