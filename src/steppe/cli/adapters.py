"""The only place where the command line meets the layers that simulate and analyse.

Every heavy import is inside a function.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steppe.cli.frame import Stopped, log
from steppe.errors import InputError
from steppe.paths import is_url, shown

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig
    from steppe.evidence import Evidence
    from steppe.evidence.values import Fault
    from steppe.world.arrays import World

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What a run or a resume came to.

    failed : chunk → error;  seconds : wall time of this call;  steps : replicate-steps computed
    """

    folder: str
    planned: int
    done: int
    failed: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    steps: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        rate = self.steps / self.seconds if self.seconds > 0 else None
        return {
            "run": self.folder,
            "chunks": {"planned": self.planned, "done": self.done, "failed": len(self.failed)},
            "failures": dict(self.failed),
            "wall_s": round(self.seconds, 3),
            "replicate_steps_per_s": None if rate is None else round(rate),
        }


def composed(overrides: list[str], config_dir: str | None) -> RunConfig:
    """The resolved config."""
    from steppe.config.compose import compose

    return compose(overrides, config_dir)


def evidence_of(world: str | None, config_dir: str | None = None) -> Evidence:
    """The packaged evidence, or that of a world."""
    if world is None:
        from steppe.evidence import load

        return load()
    from steppe.world.spec import evidence_for

    return evidence_for(composed([f"world={world}"], config_dir).world)


def reading_faults(evidence: Evidence) -> Iterator[Fault]:
    """Where the packaged readings and the packaged evidence do not point at each other."""
    from steppe import paths
    from steppe.config.readings import reading_faults as faults

    return faults(evidence, [paths.conf()])


def built(config: RunConfig) -> World:
    """The world of a config; raises InputError where the evidence does not give one."""
    from steppe.world.build import build_world
    from steppe.world.spec import evidence_for
    from steppe.world.without import removal

    evidence = evidence_for(config.world)
    coded = {name: parameter.value for name, parameter in evidence.parameters.items()}
    values = {**coded, **removal(evidence, config.world.without).parameters, **config.parameters}
    weights = {name: value for name, value in values.items() if name.startswith("world.")}
    return build_world(evidence, config.world, weights)


def check_outcomes(config: RunConfig) -> None:
    """Raise InputError, with file and nearest name, for an outcome of a scenario that its world does not have.

    In a world that does without some systems, what went with them is no fault.
    """
    from steppe.analysis.indicators import OfWorld
    from steppe.analysis.verdicts import check_outcomes as check
    from steppe.config.compose import options

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


def columns() -> int:
    """Columns of the terminal."""
    import shutil

    return shutil.get_terminal_size().columns


def simulated(config: RunConfig, folder: Path | str, progress: Progress) -> Outcome:
    """Run a config into a new folder, or to an URL of remote storage."""
    from steppe.simulation.runner import run

    with _stoppable(folder):
        return _outcome(run(config, folder, progress, log.warning), folder)


def resumed(folder: Path | str, progress: Progress, overrides: list[str] | None = None) -> Outcome:
    """Compute what is missing or failed of a run. overrides : another executor than it began with"""
    from steppe.results.manifest import read_manifest

    if not is_url(folder):
        read_manifest(Path(folder))
    executor = None
    if overrides:
        other = next((text for text in overrides if not text.startswith("executor")), None)
        if other is not None:
            raise InputError(
                "a resume takes nothing but another executor; the rest of a run stays as it was",
                file="command line",
                value=other,
                accepted="executor=NAME, executor.KEY=VALUE",
            )
        executor = composed(overrides, None).executor
    from steppe.simulation.runner import resume

    with _stoppable(folder):
        return _outcome(resume(folder, progress, log.warning, executor), folder)


def fetched(url: str, folder: Path, progress: Progress) -> int:
    """Copy a run from remote storage into a folder; the number of its chunks."""
    from steppe.results.remote import fetch

    if not is_url(url):
        raise InputError("not an URL", file="command line", value=url, accepted="such as s3://bucket/run")
    try:
        return fetch(url, folder, progress)
    except OSError as error:
        raise Stopped(
            f"stopped: {error.strerror or error}; go on with: steppe fetch {url} {folder}"
        ) from None


@contextmanager
def _stoppable(folder: Path | str) -> Iterator[None]:
    """An interruption, or a disk that takes no more, says what is left of the run and how to go on."""
    what = f"what was finished is stored; go on with: steppe resume {folder}"
    try:
        yield
    except OSError as error:
        raise Stopped(f"stopped: {error.strerror or error}; {what}") from None
    except KeyboardInterrupt:
        begun = is_url(folder) or (Path(folder) / "manifest.json").is_file()
        raise KeyboardInterrupt(f"interrupted; {what}" if begun else "interrupted") from None


def free_place(place: Path | str) -> Path | str:
    """The folder or URL, if a run may be written there. Nothing is made. Raises InputError."""
    if not is_url(place):
        return free_folder(Path(place))
    from steppe.results.remote import free

    free(str(place))
    return place


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


def _outcome(summary: Any, folder: Path | str) -> Outcome:
    """The runner's summary, as the command line needs it."""
    return Outcome(
        folder=str(folder),
        planned=int(summary.planned),
        done=int(summary.done),
        failed={str(name): str(error) for name, error in dict(summary.failed).items()},
        seconds=float(summary.wall_s),
        steps=int(summary.replicate_steps),
    )


def patterns_tested(
    what: Literal["patterns", "claims", "both"],
    only: list[str],
    size: Mapping[str, int],
    each: int,
    progress: Progress,
    config_dir: str | None,
) -> dict[str, Any]:
    """Patterns, claims or both, tested: {settings, patterns, claims}.

    size : replicates, draws (0: none) and seed;  each : replicates of a draw
    """
    from steppe.analysis.patterns.runs import Size
    from steppe.analysis.patterns.study import scope, study
    from steppe.config.compose import search_path
    from steppe.config.patterns import read_book

    draws, seed = size["draws"], size["seed"]
    central = Size(size["replicates"], seed)
    sampled = Size(draws * each, seed, draws) if draws else None
    evidence = evidence_of(None)
    asked = scope(read_book(search_path(config_dir)), evidence, what, only, central, sampled)
    return study(asked, evidence, progress, log.warning, config_dir)


def patterns(config_dir: str | None) -> list[dict[str, Any]]:
    """Every pattern as it is written."""
    from steppe.config.compose import search_path
    from steppe.config.patterns import read_book

    return [one.model_dump(mode="json") for one in read_book(search_path(config_dir)).patterns]


def patterns_text(data: dict[str, Any], in_full: bool) -> str:
    """Patterns or claims for a terminal."""
    from steppe.report.patterns import text

    return text(data, in_full)


def write_page(file: Path, data: dict[str, Any]) -> None:
    """Patterns and claims as a page of Markdown."""
    from steppe.report.patterns import page

    try:
        file.write_text(page(data), encoding="utf-8")
    except OSError as error:
        raise Stopped(f"the page cannot be written: {error.strerror or error}") from None


def compared(
    folders: list[Path], reference: str | None, measures: list[str] | None, years: list[int] | None
) -> list[dict[str, Any]]:
    """Rows {measure, entity, time, unit, reference, alternative, difference, std_error, low, high, …}."""
    from steppe.analysis.comparison import compare
    from steppe.results.query import open_run

    runs = [open_run(folder, verify=True) for folder in folders]
    return compare(runs, reference, measures, years)


def compared_text(rows: list[dict[str, Any]], everything: bool) -> str:
    """What the scenarios ask for and the differences that stand out, in words; or every row."""
    if everything:
        from steppe.report.terminal import table

        names = ("scenario", "reference_scenario", "measure", "entity", "time", "reference", "alternative")
        drawn = [row | {"epistemic": (row["epistemic"] or {}).get("share")} for row in rows]
        split = ("epistemic",) if any(row["epistemic"] for row in rows) else ()
        return table(drawn, (*names, "difference", "low", "high", *split, "n"))
    from steppe.report.words import comparison_text

    return comparison_text(rows, rich=sys.stdout.isatty())


def summarised(folder: Path) -> dict[str, Any]:
    """Write summary.json of a run and return its content."""
    from steppe.report.summary import write_summary
    from steppe.results.query import open_run

    with _stoppable(folder):
        return write_summary(open_run(folder))


def run_text(folder: Path) -> str:
    """A run in words: against the counterfactuals where it has any, else the question and what came of it since the
    start."""
    from steppe.report.answer import question_text
    from steppe.report.words import comparison_text, run_text
    from steppe.results.query import open_run

    run = open_run(folder)
    rich = sys.stdout.isatty()
    if len(run.scenarios) > 1:
        from steppe.analysis.comparison import compare

        return comparison_text(compare([run]), rich=rich)
    question = question_text(run.manifest["scenarios"][0])
    return "\n\n".join(part for part in (question, run_text(run, rich=rich)) if part)


def kernel_cache() -> tuple[Path, bool]:
    """The folder of the compiled kernels, and whether it can be written."""
    from steppe.mechanisms import kernel

    return kernel.CACHE, kernel.CACHED


def measures() -> list[dict[str, Any]]:
    """Every outcome measure: id, unit, definition."""
    from steppe.analysis.indicators import catalogue

    return catalogue()
