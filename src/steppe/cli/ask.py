"""`steppe ask`: from the name or number of a question to its answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppe.cli import adapters, questions
from steppe.cli.frame import log
from steppe.errors import InputError

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

REPLICATES = 500  # of a question, unless the command line says otherwise
MORE = 4000
Progress = Callable[[int, int], None]


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
    adapters.check_outcomes(config)
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


def folder_for(asked: Asked, out: Path | None) -> Path:
    """The run folder: as told, or ``runs/ask-NAME-<stamp>``."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    told = out or (Path(asked.config.output) if asked.config.output else None)
    return adapters.free_folder(told or Path("runs") / f"ask-{asked.scenario}-{stamp}")


def answered(asked: Asked, folder: Path) -> dict[str, Any]:
    """The answer that a finished run gives, with its words."""
    log.info("reading %s", folder)
    return {
        **adapters.answer_of(folder, asked.config, asked.scenario, asked.reference, asked.year),
        "run": str(folder),
    }


def commands(asked: Asked, folder: Path) -> list[tuple[str, str]]:
    """How to go on, with what each command does."""
    where = ["--config-dir", asked.config_dir] if asked.config_dir else []
    command = " ".join(["steppe ask", *where, asked.name, *asked.given])
    more = [(f"{command} ensemble.replicates={MORE}", "narrower intervals")]
    if asked.config.ensemble.parameters == "central":
        more.append((f"{command} ensemble.parameters=sampled", "what is not known, and how much it matters"))
    return [
        *more,
        (f"steppe compare {folder} --all", "every difference"),
        (" ".join(["steppe show", *where, asked.scenario]), "the scenario as it is written"),
    ]


def text(answer: dict[str, Any], asked: Asked, folder: Path) -> str:
    """The answer for a terminal."""
    from steppe.report.answer import WIDTH, answer_text

    width = max(WIDTH, adapters.columns()) if sys.stdout.isatty() else WIDTH
    return answer_text(answer, commands(asked, folder), min(width, 160))
