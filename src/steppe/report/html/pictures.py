"""The pictures of a page, chosen for what a run holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steppe.report.figures.figure import Figure
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
    return Pictures()
