"""From a run to its page and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from steppe.paths import shown
from steppe.report.figures.figure import Figure
from steppe.report.html import page as paging
from steppe.report.html import sections
from steppe.report.html.content import Answer, Subject, answers, ids, subject
from steppe.report.html.page import Page, Section
from steppe.report.html.pictures import Pictures, pictures
from steppe.report.html.sweep import sweep_sentences_of, sweep_table
from steppe.report.words import replicates_text
from steppe.results.query import Run

WIDTH = 900  # px of a picture in a file


@dataclass(frozen=True)
class Report:
    """The page of a run, and the pictures on it."""

    page: Page

    @cached_property
    def figures(self) -> list[Figure]:
        """All pictures, in the order of the page."""
        return [figure for section in self.page.sections for figure in section.figures]

    def html(self) -> str:
        """The page as one HTML file."""
        return paging.html(self.page)

    def write_figures(self, folder: Path, form: str) -> list[Path]:
        """Every picture as a file, svg or png."""
        from steppe.report.figures.theme import png, svg

        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for figure in self.figures:
            file = folder / f"{figure.id}.{form}"
            if form == "svg":
                file.write_text(svg(figure, WIDTH), encoding="utf-8")
            else:
                file.write_bytes(png(figure, WIDTH))
            written.append(file)
        return written


def built(run: Run, shapes: Path | None = None, command: str = "steppe report") -> Report:
    """What a run has to say, gathered and drawn.

    shapes : another map than the one that ships;  command : what makes the page again, as it shall be told
    Raises InputError where the run, its config or its evidence cannot be read, or the map is none.
    """
    about = subject(run)
    found = answers(about)
    drawn = pictures(about, found, shapes)
    return Report(
        Page(
            title=_title(about, found),
            lead=_lead(about),
            facts=facts(about),
            answers=found,
            sweep=sweep_sentences_of(about, drawn.drivers) if about.designed else (),
            ids=ids(about, found),
            sections=_sections(about, found, drawn, command),
            run=shown(run.path),
            version=version("steppe"),
        )
    )


def _sections(about: Subject, found: Sequence[Answer], drawn: Pictures, command: str) -> list[Section]:
    """The parts of the page in their order."""
    outcomes = [sweep_table(about)] if about.designed else []
    return [
        Section("outcomes", "Outcomes", "Outcomes over the design", (), (), (), outcomes),
        Section("course", "Over time", "Over time", (), (), drawn.course),
        Section("map", "Map", "The map", drawn.no_map, (), drawn.map),
        Section("members", "Members", "Who belongs where", drawn.no_members, (), drawn.members),
        Section("ties", "Ties", "Ties between states", drawn.no_ties, (), drawn.ties),
        Section("events", "Events", "What is likely to happen, and when", drawn.no_events, (), drawn.events),
        sections.differences_section(about, found, drawn.differences),
        Section("baselines", "Baselines", "Beside simple forecasts", drawn.no_baselines, (), drawn.baselines),
        Section("drivers", "Drivers", "What drives it", drawn.no_drivers, (), drawn.drivers),
        Section(
            "unknown",
            "Unknown or chance",
            "What is not known, and what is chance",
            drawn.no_spread,
            (),
            drawn.spread,
        ),
        sections.caution_section(about, found),
        sections.grounds_section(about),
        sections.sources_section(about),
        sections.check_section(about, found, command),
    ]


def _title(about: Subject, found: Sequence[Answer]) -> str:
    """The question, or the study's title where there are several."""
    study = about.config.study
    if study is not None and study.title:
        return study.title
    questions = list(dict.fromkeys(one.question for one in found))
    if not questions:
        questions = list(
            dict.fromkeys(" ".join((one.question or one.name).split()) for one in about.config.scenarios)
        )
    return questions[0] if len(questions) == 1 else f"{len(questions)} questions to {about.world.name}"


def _lead(about: Subject) -> list[str]:
    study = about.config.study
    return [" ".join(study.question.split())] if study is not None and study.question else []


def facts(about: Subject) -> str:
    """World, years, size, seed in a line."""
    run = about.run
    size = replicates_text(int(run.manifest["replicates"]), run.draws)
    years = f"{run.years[0]} to {run.years[-1]}"
    names = f"{len(run.states)} states, {len(run.organisations)} organisations"
    scenarios = f"{len(run.scenarios)} scenario{'s' if len(run.scenarios) > 1 else ''}"
    points = f" at each of {run.manifest['design']['points']:,} points" if about.designed else ""
    return f"{about.world.name}, {years}; {names}; {scenarios} of {size}{points or ' each'}; seed {run.manifest['seed']}."
