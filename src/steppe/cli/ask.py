"""`steppe ask`: from the name or number of a question to its answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from steppe.api import asking
from steppe.api.asking import Asked
from steppe.api.asking import prepared as prepared
from steppe.cli import adapters
from steppe.cli.frame import log

MORE = 4000
Progress = Callable[[int, int], None]


def folder_for(asked: Asked, out: Path | None) -> Path:
    """The run folder: as told, or ``runs/ask-NAME-<stamp>``."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    told = out or (Path(asked.config.output) if asked.config.output else None)
    return adapters.free_folder(told or Path("runs") / f"ask-{asked.scenario}-{stamp}")


def answered(asked: Asked, folder: Path) -> dict[str, Any]:
    """The answer that a finished run gives, with its words."""
    log.info("reading %s", folder)
    return asking.answered(asked, folder)


def commands(asked: Asked, folder: Path) -> list[tuple[str, str]]:
    """How to go on, with what each command does."""
    where = ["--config-dir", asked.config_dir] if asked.config_dir else []
    given = [word for word in asked.given if not word.startswith("ensemble.replicates=")]
    command = " ".join(["steppe ask", *where, asked.name, *given])
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
