"""What the command line and the Python functions both need: from names to configs, worlds and answers.

Every heavy import is inside a function, so that `steppe --help` answers at once.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppe.errors import InputError
from steppe.paths import shown

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig
    from steppe.evidence import Evidence
    from steppe.world.arrays import World


def composed(overrides: list[str], config_dir: str | None, sweep: bool = False) -> RunConfig:
    """The resolved config.  sweep : several values of a key are a grid, as with Hydra's multirun"""
    from steppe.config.compose import compose

    if not sweep:
        return compose(overrides, config_dir)
    from steppe.design.sweep import from_sweep

    design, rest = from_sweep(overrides)
    if design is None:
        raise InputError(
            "nothing is swept",
            file="command line",
            key="--multirun",
            accepted="several values of a key: parameters.membership.vote_noise=0.05,0.1 or range(…) or choice(…)",
        )
    return compose(rest, config_dir, design)


def evidence_of(world: str | None, config_dir: str | None = None) -> Evidence:
    """The packaged evidence, or that of a world."""
    if world is None:
        from steppe.evidence import load

        return load()
    from steppe.world.spec import evidence_for

    return evidence_for(composed([f"world={world}"], config_dir).world)


def built(config: RunConfig) -> World:
    """The world of a config; raises InputError where the evidence does not give one."""
    from steppe.world.spec import evidence_for

    return built_from(evidence_for(config.world), config)


def built_from(evidence: Evidence, config: RunConfig) -> World:
    """The world of a config from this evidence."""
    from steppe.simulation.prepared import start

    return start(evidence, config).world


def check_outcomes(config: RunConfig) -> None:
    """Raise InputError, with file and nearest name, for an outcome of a scenario that its world does not have.

    In a world that does without some systems, what went with them is no fault.
    """
    from steppe.analysis.verdicts import check_outcomes as check
    from steppe.config.compose import options
    from steppe.results.indicators import OfWorld

    if config.world.without or not any(one.outcomes for one in config.scenarios):
        return
    listed, files = OfWorld(built(config)), options("scenario")
    for one in config.scenarios:
        try:
            check(one.outcomes, listed)
        except InputError as error:
            file = files.get(one.name)
            error.file = shown(file) if file is not None else f"scenario {one.name}"
            raise


def answer_of(
    folder: Path, config: RunConfig, scenario: str, reference: str, year: int | None = None
) -> dict[str, Any]:
    """The answer of a finished run to the question of a scenario at a year (the last), in data and words."""
    from steppe.analysis.answers import answer
    from steppe.config.compose import search_path
    from steppe.config.readings import defaults
    from steppe.report.answer import in_words
    from steppe.results.query import open_run
    from steppe.world.spec import evidence_for

    evidence = evidence_for(config.world)
    found = answer(open_run(folder), config, evidence, built(config), scenario, reference, year)
    standard = defaults(search_path())
    found["readings"] = {name: one for name, one in config.readings.items() if standard.get(name) != one}
    return in_words(found, {state: evidence.actors[state].name or state for state in config.world.states})


def free_folder(folder: Path) -> Path:
    """The folder, if a run may be written there. Nothing is made. Raises InputError."""
    if re.match(r"[a-z0-9+]{2,}:/", str(folder)):
        raise InputError(
            "only `steppe run` writes to remote storage",
            file="command line",
            key="--out",
            value=str(folder),
            accepted="a folder",
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            "the run folder is occupied",
            file=shown(folder),
            key="--out",
            value=str(folder),
            accepted=f"a new or empty folder; `steppe resume {folder}` goes on with a run",
        )
    existing = folder
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        why = "is a file" if existing.is_file() else "cannot be written"
        raise InputError(
            f"the run folder cannot be made: {existing} {why}",
            file=shown(folder),
            key="--out",
            value=str(folder),
            accepted="a folder that can be written",
        )
    return folder


def measures() -> list[dict[str, Any]]:
    """Every outcome measure: id, unit, definition."""
    from steppe.results.indicators import catalogue

    return catalogue()


def patterns(config_dir: str | None) -> list[dict[str, Any]]:
    """Every pattern as it is written."""
    from steppe.config.compose import search_path
    from steppe.config.patterns import read_book

    return [one.model_dump(mode="json") for one in read_book(search_path(config_dir)).patterns]
