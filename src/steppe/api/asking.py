"""One question: from its name or number to a config with its counterfactual, and from a finished run to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppe.api import common
from steppe.config import questions
from steppe.errors import InputError

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

REPLICATES = 500  # of a question, unless it says otherwise


@dataclass(frozen=True)
class Asked:
    """A question that is ready to be run: the config, the scenario in it and what it is compared with."""

    name: str
    given: tuple[str, ...]
    config: RunConfig
    scenario: str
    reference: str
    config_dir: str | None = None
    year: int | None = None


def prepared(name: str, overrides: list[str], config_dir: str | None, year: int | None = None) -> Asked:
    """Find and check a question. Raises InputError; nothing is written."""
    option = questions.named(name, config_dir)
    sized = any(one.lstrip("+~").startswith(("ensemble=", "ensemble.replicates=")) for one in overrides)
    given = [*([] if sized else [f"ensemble.replicates={REPLICATES}"]), *overrides]
    config, scenario = questions.with_counterfactual(option, given, config_dir)
    common.check_outcomes(config)
    reference = next(one.name for one in config.scenarios if one.name != scenario)
    start = config.world.start.year
    years = range(start, start + config.ensemble.years + 1)
    if year is not None and year not in years:
        raise InputError(
            "the run would have no such year",
            file="command line",
            key="--year",
            value=year,
            accepted=f"{years[0]} to {years[-1]}",
        )
    return Asked(name, tuple(overrides), config, scenario, reference, config_dir, year)


def answered(asked: Asked, folder: Path) -> dict[str, Any]:
    """The answer that a finished run gives, with its words."""
    return {
        **common.answer_of(folder, asked.config, asked.scenario, asked.reference, asked.year),
        "run": str(folder),
    }
