"""The pictures of a page, chosen for what a run holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steppe.report.figures.differences import differences
from steppe.report.figures.fan import fans
from steppe.report.figures.figure import Figure
from steppe.report.figures.main_measures import main_measures
from steppe.report.figures.theme import MOST
from steppe.report.html.content import Answer, Subject


@dataclass
class Pictures:
    """The pictures by part of the page, and a sentence where there is none and a reader would miss it."""

    course: list[Figure] = field(default_factory=list)
    map: list[Figure] = field(default_factory=list)
    no_map: list[str] = field(default_factory=list)
    members: list[Figure] = field(default_factory=list)
    ties: list[Figure] = field(default_factory=list)
    events: list[Figure] = field(default_factory=list)
    differences: list[Figure] = field(default_factory=list)
    baselines: list[Figure] = field(default_factory=list)
    drivers: list[Figure] = field(default_factory=list)
    no_drivers: list[str] = field(default_factory=list)
    spread: list[Figure] = field(default_factory=list)
    no_spread: list[str] = field(default_factory=list)


def pictures(about: Subject, found: Sequence[Answer], shapes: Path | None) -> Pictures:
    """All pictures of a run.

    shapes : another map than the one that ships
    """
    drawn = Pictures()
    if not about.designed:
        _of_futures(drawn, about, found)
    return drawn


def _of_futures(drawn: Pictures, about: Subject, found: Sequence[Answer]) -> None:
    """Those of a run that keeps its futures."""
    rows = [row for one in found for row in one.rows]
    scenarios = shown_scenarios(about, found)
    wanted = main_measures(about.run, rows, scenarios=scenarios)
    drawn.course = fans(about.run, wanted, scenarios, about.names, about.evidence)
    drawn.differences = differences(rows, about.names)


def shown_scenarios(about: Subject, found: Sequence[Answer]) -> list[str]:
    """The scenarios that pictures put side by side: the reference of the first answer first, at most `MOST`."""
    stored = [one.name for one in about.scenarios]
    first = [one.reference for one in found[:1] if one.reference]
    return list(dict.fromkeys([*first, *stored]))[:MOST]
