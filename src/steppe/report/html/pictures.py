"""The pictures of a page, chosen for what a run holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steppe.analysis.answers import largest
from steppe.analysis.drawn_drivers import drawn_drivers
from steppe.analysis.sweep import open_sweep
from steppe.analysis.sweep_studies import sensitivity
from steppe.errors import InputError
from steppe.report.figures.baselines import baselines
from steppe.report.figures.differences import differences
from steppe.report.figures.drivers import drawn as correlations
from steppe.report.figures.drivers import drivers, parameter_names
from steppe.report.figures.fan import fans
from steppe.report.figures.figure import Figure
from steppe.report.figures.main_measures import main_measures
from steppe.report.figures.map import map_figure
from steppe.report.figures.matrix import matrix_figure
from steppe.report.figures.network import network_figure
from steppe.report.figures.theme import MOST
from steppe.report.figures.timeline import timeline
from steppe.report.figures.variance import NOT_DRAWN, variance
from steppe.report.figures.yearly import means_of
from steppe.report.html.content import FEW, Answer, Subject
from steppe.report.words import phrase

DRIVEN = 3  # outcomes whose drivers are drawn
SHORT = 6  # differences that are drawn of each of more than a few answers
LEADING = 6  # differences that are told where the question asks for none
NOT_VARIED = (
    "Nothing varies in this run but luck, so that it cannot tell which value matters. A design does (`steppe run "
    "design=…`), or draws of the evidence (`ensemble.parameters=sampled`)."
)


@dataclass
class Pictures:
    """The pictures by part of the page, and a sentence where there is none and a reader would miss it."""

    course: list[Figure] = field(default_factory=list)
    map: list[Figure] = field(default_factory=list)
    no_map: list[str] = field(default_factory=list)
    members: list[Figure] = field(default_factory=list)
    no_members: list[str] = field(default_factory=list)
    ties: list[Figure] = field(default_factory=list)
    no_ties: list[str] = field(default_factory=list)
    events: list[Figure] = field(default_factory=list)
    no_events: list[str] = field(default_factory=list)
    differences: list[Figure] = field(default_factory=list)
    baselines: list[Figure] = field(default_factory=list)
    no_baselines: list[str] = field(default_factory=list)
    drivers: list[Figure] = field(default_factory=list)
    no_drivers: list[str] = field(default_factory=list)
    spread: list[Figure] = field(default_factory=list)
    no_spread: list[str] = field(default_factory=list)


def pictures(about: Subject, found: Sequence[Answer], shapes: Path | None) -> Pictures:
    """All pictures of a run.

    shapes : another map than the one that ships
    """
    from altair.utils.schemapi import debug_mode

    drawn = Pictures()
    with debug_mode(
        False
    ):  # checks of every part of a chart against the schema: half of the time; the tests have them on
        if about.designed:
            _of_design(drawn, about)
        else:
            _of_futures(drawn, about, found)
            _of_places(drawn, about, found, shapes)
            _of_draws(drawn, about, found)
    return drawn


def shown_scenarios(about: Subject, found: Sequence[Answer]) -> list[str]:
    """The scenarios that pictures put side by side: the reference of the first answer first, at most `MOST`."""
    stored = [one.name for one in about.scenarios]
    first = [one.reference for one in found[:1] if one.reference]
    return list(dict.fromkeys([*first, *stored]))[:MOST]


def _of_futures(drawn: Pictures, about: Subject, found: Sequence[Answer]) -> None:
    """Those of a run that keeps its futures."""
    run, names, evidence = about.run, about.names, about.evidence
    rows = [row for one in found for row in one.rows]
    scenarios = shown_scenarios(about, found)
    wanted = main_measures(run, rows, scenarios=scenarios)
    drawn.course = fans(run, wanted, scenarios, names, evidence)
    drawn.differences = differences(rows, names, *([SHORT] if len(found) > FEW else []))
    _put(drawn.events, drawn.no_events, timeline(run, scenarios, names, evidence))
    _put(drawn.baselines, drawn.no_baselines, baselines(run, wanted, scenarios, evidence, names))


def _of_places(drawn: Pictures, about: Subject, found: Sequence[Answer], shapes: Path | None) -> None:
    """Map, memberships and ties, year by year; first shown is what the first question changes."""
    first = found[0].scenario if found else about.scenarios[0].name
    means = means_of(about.run, first)
    _put(drawn.map, drawn.no_map, map_figure(about.run, first, about.names, shapes, means))
    _put(drawn.members, drawn.no_members, matrix_figure(about.run, first, about.names, means))
    _put(drawn.ties, drawn.no_ties, network_figure(about.run, first, about.names, means))


def _of_draws(drawn: Pictures, about: Subject, found: Sequence[Answer]) -> None:
    """What comes from values that are not known; a sentence where every value is at its centre."""
    if about.run.draws is None:
        drawn.no_spread.append(NOT_DRAWN)
        drawn.no_drivers.append(NOT_VARIED)
        return
    for one in found:
        rows = [*one.asked] or largest(one.rows, LEADING, LEADING)
        if one.reference is None:
            continue
        _put(drawn.spread, drawn.no_spread, variance(rows, about.names))
        for row in rows[:DRIVEN]:
            known = drawn_drivers(about.run, row["measure"], row["entity"], one.scenario, one.reference)
            if known is not None:
                words = {**about.names, **parameter_names(about.evidence)}
                drawn.drivers.append(correlations(known, words))


def _of_design(drawn: Pictures, about: Subject) -> None:
    """What moves the outcomes of a design: by the method that its kind serves, else by rank correlation."""
    sweep = open_sweep(about.run)
    scenario = about.run.scenarios[-1]
    words = parameter_names(about.evidence)
    for outcome in sweep.outcomes[:DRIVEN]:
        measure, entity, year = outcome.split(" ")
        what = phrase(measure, entity, int(year.lstrip("@")), about.names)
        for method in ("auto", "prcc"):
            try:
                known = sensitivity(sweep, outcome, scenario, method=method, drop=True)
            except InputError as error:
                reason = error.message
            else:
                drawn.drivers.append(drivers(known, what, words))
                break
        else:
            drawn.no_drivers.append(f"{what}: no indices, since {reason}.")


def _put(figures: list[Figure], told: list[str], made: Figure | Sequence[Figure] | str) -> None:
    """A picture, several, or the sentence that stands for none."""
    if isinstance(made, str):
        told.append(made)
    else:
        figures += [made] if isinstance(made, Figure) else made
