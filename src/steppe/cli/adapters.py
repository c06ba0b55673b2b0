"""The only place where the command line meets the layers that simulate and analyse.

Every heavy import is inside a function.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from steppe.api.common import answer_of as answer_of
from steppe.api.common import built as built
from steppe.api.common import check_outcomes as check_outcomes
from steppe.api.common import composed as composed
from steppe.api.common import evidence_of as evidence_of
from steppe.api.common import free_folder as free_folder
from steppe.api.common import measures as measures
from steppe.api.common import patterns as patterns
from steppe.cli.frame import Incomplete, Stopped, log, show
from steppe.errors import InputError
from steppe.paths import is_url

if TYPE_CHECKING:
    from steppe.analysis.comparison import Comparison
    from steppe.config.schema import RunConfig
    from steppe.evidence import Evidence
    from steppe.evidence.values import Fault

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


def reading_faults(evidence: Evidence) -> Iterator[Fault]:
    """Where the packaged readings and the packaged evidence do not point at each other."""
    from steppe import paths
    from steppe.config.readings import reading_faults as faults

    return faults(evidence, [paths.conf()])


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
    from steppe.simulation.extend import resume

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


def extended(folder: Path, changes: Mapping[str, Any], progress: Progress) -> Outcome:
    """More replicates or points for a run."""
    from steppe.simulation.extend import extend

    with _stoppable(folder):
        return _outcome(extend(folder, changes, progress, log.warning), folder)


def extended_until(
    folder: Path,
    outcome: str | None,
    target: float | None,
    budget: float | None,
    most: int,
    progress: Progress,
) -> tuple[Outcome, str]:
    """Replicates added until an outcome is sharp enough or a budget is spent; and why it ended."""
    from steppe.analysis.adaptive import extend_until

    with _stoppable(folder):
        summary, said = extend_until(folder, outcome, target, budget, most, progress, log.warning)
        return _outcome(summary, folder), said


def report(outcome: Outcome, as_json: bool, quiet: bool) -> None:
    """The end of a run, resume or extension: what is stored and what it says; failed chunks make it incomplete."""
    from steppe.report.terminal import duration

    remote = is_url(outcome.folder)
    summary = summarised(Path(outcome.folder)) if outcome.done and not remote else None

    def text() -> str:
        stored = f"{outcome.folder}: {outcome.done} of {outcome.planned} chunks stored"
        lines = [f"{stored} in {duration(outcome.seconds)}"]
        for chunk, error in outcome.failed.items():
            lines.append(f"  failed {chunk}: {(error.strip() or 'unknown').splitlines()[-1]}")
        if outcome.failed:
            lines.append(f"try them again: steppe resume {outcome.folder}")
        if remote:
            lines.append(f"to read it: steppe fetch {outcome.folder} DIR")
        if summary is not None and not quiet:
            lines += ["", run_text(Path(outcome.folder))]
        return "\n".join(lines)

    show({**outcome.as_dict(), "summary": summary}, text, as_json)
    if outcome.failed:
        log.error("%d chunks failed; try them again: steppe resume %s", len(outcome.failed), outcome.folder)
        raise Incomplete


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


def write_record(file: Path, data: dict[str, Any]) -> None:
    """The verdicts of the patterns as JSON, which the reports of runs tell."""
    from steppe.report.patterns import record
    from steppe.results.files import write_json

    try:
        write_json(file, record(data))
    except OSError as error:
        raise Stopped(f"the record cannot be written: {error.strerror or error}") from None


def compared(
    folders: list[Path],
    reference: str | None,
    measures: list[str] | None,
    years: list[int] | None,
    years_of_all: bool = False,
    **options: Any,
) -> list[Comparison]:
    """Comparisons, with the first years of the rows that are told, or of all; options as for `comparisons`."""
    from steppe.analysis.comparison import comparisons
    from steppe.analysis.distinguished import add_first_years, standing_out
    from steppe.results.query import open_run

    runs = [open_run(folder, verify=True) for folder in folders]
    found = comparisons(runs, reference, measures, years, **options)
    for one in found:
        add_first_years(one, None if years_of_all else standing_out(one.rows))
    return found


def parted(
    folders: list[Path],
    reference: str | None,
    measures: list[str] | None,
    entities: list[str] | None,
    years: list[int] | None,
    points: tuple[str, str | None] | None,
) -> list[tuple[dict[str, Any], str]]:
    """(data, text) of the tree of each two arms, for a measure of an entity: the one named, or what differs most."""
    from steppe.analysis.parting import partings
    from steppe.report.parting import parting_data, parting_text
    from steppe.results.query import open_run

    runs = [open_run(folder, verify=True) for folder in folders]
    found = partings(runs, reference, measures, entities, years, points)
    return [(parting_data(one), parting_text(one)) for one in found]


def reported(
    folder: Path, out: Path | None, figures: Path | None, form: str, shapes: Path | None
) -> dict[str, Any]:
    """The page of a run written, and its pictures if there is a folder for them: {report, figures}."""
    from steppe.cli.report import FORMATS
    from steppe.errors import input_error

    if form not in FORMATS:
        raise input_error("no such format", key="--format", value=form, accepted=FORMATS)
    from steppe.api.reporting import write_report

    try:
        page, pictures = write_report(folder, out, figures, form, shapes, log.info)
    except OSError as error:
        raise Stopped(f"the page cannot be written: {error.strerror or error}: {error.filename}") from None
    return {"run": str(folder), "report": str(page), "figures": [str(one) for one in pictures]}


def exported(folder: Path, file: Path, form: str, measures: list[str] | None) -> None:
    """A run written to a file in another format."""
    from steppe.api.exchange import export
    from steppe.api.runs import Run
    from steppe.results.query import open_run

    try:
        export(Run(open_run(folder)), file, form, measures)
    except OSError as error:
        raise Stopped(f"the file cannot be written: {error.strerror or error}") from None


def compared_text(found: list[Comparison], everything: bool, years: bool) -> str:
    """What the scenarios ask for and the differences that stand out, in words; or every row; or year by year."""
    from steppe.report.comparing import comparisons_text

    return comparisons_text(found, everything, years, rich=sys.stdout.isatty())


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
    if run.manifest.get("design"):
        from steppe.report.sweep import sweep_text

        return sweep_text(run)
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
