"""Differences between scenarios: paired by replicate where luck is shared, else of two independent samples.

The same replicate has the same luck in every scenario of a seed, so a difference within a replicate is the
effect of the scenario alone, and most of the variance between replicates cancels.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from steppe.analysis.arms import Arm as Arm
from steppe.analysis.arms import outcomes_of as outcomes_of
from steppe.analysis.arms import pairs as pairs
from steppe.analysis.arms import point_pairs
from steppe.analysis.components import Spread, spread_dict
from steppe.analysis.intervals import LEVEL, Array
from steppe.analysis.matching import Match, NothingInCommon, listed, matched
from steppe.analysis.measures import date_of
from steppe.analysis.multiplicity import HOLM, checked, family, with_adjustment
from steppe.analysis.observations import Observed, observe
from steppe.analysis.observe_points import aligned
from steppe.analysis.paired import paired as paired
from steppe.analysis.paired import paired_by_draw as paired_by_draw
from steppe.analysis.unpaired import side_of, unpaired
from steppe.analysis.verdicts import with_verdicts
from steppe.errors import input_error
from steppe.results.query import Run, open_run

log = logging.getLogger("steppe")

Numbers = tuple[list[str], dict[str, Array], Iterator[Spread | None]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Alternative minus reference in one measure of one entity at one year.

    paired : by replicate, as luck is shared; else two independent samples
    n : replicates in which the measure is defined in both; all means are taken over these. Unpaired, the smaller number of
        those in which it is defined
    std_error, low, high : of the difference; paired, Bonett and Price for probabilities, else Student; unpaired, Newcombe
        for probabilities, else Welch
    alternative_low, alternative_high : interval of the alternative; Wilson for probabilities, else Student
    unpaired_std_error : what it would be for as many independent replicates in each scenario
    variance_ratio : (unpaired_std_error / std_error)²: how many times fewer replicates pairing needs
    relative : difference / |reference|
    sd : standard deviation of the paired difference between replicates
    probability_higher : that the alternative is higher than the reference, ties counting half: in a replicate if paired, else
        of one replicate of each (Mann and Whitney);  with its interval
    effect : difference in standard deviations of the reference between replicates (Glass's Δ)
    p_value : of the test that the interval of the difference inverts, not adjusted
    spread : its split, where the replicates are spread over draws of the evidence; errors are then those between draws,
        intervals Student's
    An undefined number is NaN.
    """

    run: str
    scenario: str
    reference_run: str
    reference_scenario: str
    point: int
    reference_point: int
    paired: bool
    measure: str
    entity: str
    year: int
    time: str
    unit: str
    reference: float
    alternative: float
    difference: float
    std_error: float
    low: float
    high: float
    unpaired_std_error: float
    variance_ratio: float
    relative: float
    n: int
    alternative_low: float
    alternative_high: float
    sd: float
    probability_higher: float
    probability_higher_low: float
    probability_higher_high: float
    effect: float
    p_value: float
    spread: Spread | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined; the spread as `epistemic` and `aleatory`."""
        row = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }
        del row["spread"]
        return row | spread_dict(self.spread, row.pop("sd"))


@dataclass(frozen=True)
class Comparison:
    """Two arms at a year.

    rows : `Difference.as_dict` with `outcome` (see `analysis.verdicts`), `why` luck is not shared, `adjust`, `p_adjusted` and
        `distinguishable`, one family of tests;  family : what was tested together (see `analysis.multiplicity`)
    """

    match: Match
    year: int
    rows: list[dict[str, Any]]
    family: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """All but the rows."""
        match = self.match
        return {
            "run": str(match.alternative.run.path),
            "scenario": match.alternative.scenario,
            "reference_run": str(match.reference.run.path),
            "reference_scenario": match.reference.scenario,
            "point": match.alternative.point,
            "reference_point": match.reference.point,
            "year": self.year,
            "paired": match.paired,
            "why": list(match.why),
            "notes": list(match.notes),
            "replicates": len(match.replicates[1]),
            "reference_replicates": len(match.replicates[0]),
            "family": self.family,
        }


def compare(
    runs: Sequence[Path | str | Run],
    reference: str | None = None,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    level: float = LEVEL,
    **options: Any,
) -> list[dict[str, Any]]:
    """The rows of `comparisons`."""
    return [
        row for one in comparisons(runs, reference, measures, years, level, **options) for row in one.rows
    ]


def comparisons(
    runs: Sequence[Path | str | Run],
    reference: str | None = None,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    level: float = LEVEL,
    *,
    adjust: str = HOLM,
    entities: Collection[str] | None = None,
    points: tuple[str, str | None] | None = None,
) -> list[Comparison]:
    """Differences between the scenarios of one run or of several, at years (the last), by pair of arms and year.

    Against its counterfactual, what a scenario asks for has its verdict in `outcome`, see `analysis.verdicts`.

    reference : scenario to compare with; without it as `arms.pairs` says
    adjust : `holm`, `fdr` or `none`: for how many differences are tested together, those of a pair of arms at a year
    entities : ids; only rows of these, or of pairs with these, are made and tested
    points : of runs with a design, a point and the point to compare it with, see `arms.point_pairs`

    Raises InputError where there is nothing to compare.
    """
    checked(adjust)
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    names = None if measures is None else list(measures)
    compared = matches(opened, reference, names, years, points)
    check_entities(entities, compared)
    found = []
    for match in compared:
        found += comparisons_of(match, level, adjust, entities, names)
    return found


def comparisons_of(
    match: Match,
    level: float = LEVEL,
    adjust: str = HOLM,
    entities: Collection[str] | None = None,
    measures: Sequence[str] | None = None,
) -> list[Comparison]:
    """Two arms by year; arguments as for `comparisons`. measures : those that were named, for the words"""
    by_year: dict[int, list[dict[str, Any]]] = {}
    for row in differences_of(match, level, entities):
        by_year.setdefault(row.year, []).append(row.as_dict())
    return [_comparison(match, year, rows, level, adjust, measures) for year, rows in sorted(by_year.items())]


def matches(
    runs: Sequence[Run],
    reference: str | None = None,
    measures: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    points: tuple[str, str | None] | None = None,
) -> list[Match]:
    """Every two arms that are compared. Says which pairs have nothing in common; InputError if none has anything."""
    if points is None:
        _check_no_design(runs)
        couples = pairs(runs, reference)
    else:
        couples = point_pairs(runs, *points, reference)
    found, refused = [], []
    for base, arm in couples:
        try:
            found.append(matched(base, arm, measures, years))
        except NothingInCommon as error:
            refused.append(error)
    if not found:
        raise refused[0]
    for one in refused:
        log.warning("not compared: %s", one.message)
    return found


def differences(
    reference: Arm,
    alternative: Arm,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    level: float = LEVEL,
) -> Iterator[Difference]:
    """Alternative minus reference in every measure (or those named) at years (the last); see `Difference`."""
    match = matched(reference, alternative, measures, years)
    say_notes([match])
    yield from differences_of(match, level)


def say_notes(compared: Iterable[Match]) -> None:
    """Warn of what else differs between arms, and of what is left out."""
    for note in dict.fromkeys(note for match in compared for note in match.notes):
        log.warning("%s", note)


def differences_of(
    match: Match, level: float = LEVEL, entities: Collection[str] | None = None
) -> Iterator[Difference]:
    """Alternative minus reference in every measure that is matched."""
    head = _head(match.reference, match.alternative, match.paired)
    for before, after in aligned((match.reference, match.alternative), match.years, match.measures):
        what = (before.year, date_of(match.reference.run, before.year), before.measure.unit)
        kept, found, split = numbers(match, before, after, level, entities)
        columns = (column.tolist() for column in found.values())
        for entity, *values in zip(kept, *columns, split, strict=False):
            yield Difference(*head, before.measure.id, entity, *what, *values)


def numbers(
    match: Match,
    before: Observed,
    after: Observed,
    level: float = LEVEL,
    entities: Collection[str] | None = None,
) -> Numbers:
    """Of a measure at a year: the entities that both arms have, the numbers of `Difference` for each, and its split.

    entities : ids; only these, or pairs with these
    """
    kept, one, other = values_of(match, before, after, entities)
    measure = before.measure
    if not match.paired:
        sides = [
            side_of(values, None if arm.run.draws is None else arm.run.draw_of(replicates))
            for values, arm, replicates in zip(
                (one, other), (match.reference, match.alternative), match.replicates, strict=True
            )
        ]
        return kept, unpaired(measure, sides[0], sides[1], level), repeat(None)
    if not match.drawn:
        return kept, paired(measure, one, other, level), repeat(None)
    found, split = paired_by_draw(
        measure, one, other, match.reference.run.draw_of(match.replicates[0]), level
    )
    return kept, found, split


def values_of(
    match: Match, before: Observed, after: Observed, entities: Collection[str] | None = None
) -> tuple[list[str], Array, Array]:
    """(ids, (E, R) of the reference, (E, R) of the alternative) for the entities and replicates that are compared."""
    there = {name: row for row, name in enumerate(after.entities)}
    rows = [(row, there[name]) for row, name in enumerate(before.entities) if name in there]
    rows = [pair for pair in rows if entities is None or is_of(before.entities[pair[0]], entities)]
    found = []
    for side, (seen, replicates) in enumerate(zip((before, after), match.replicates, strict=True)):
        values, chosen = _at(seen, replicates), [pair[side] for pair in rows]
        found.append(values if chosen == list(range(len(values))) else values[chosen])
    return [before.entities[row] for row, _ in rows], found[0], found[1]


def is_of(entity: str, wanted: Collection[str]) -> bool:
    """Whether an entity is one of those wanted, or a pair with one of them."""
    return entity in wanted or any(part in wanted for part in entity.split("/"))


def changes(run: Run, scenario: str, point: int = 0, level: float = LEVEL) -> Iterator[Difference]:
    """Last year minus first year in every measure of a run that draws the evidence, paired by replicate.

    Where nothing is drawn all replicates begin alike, and the estimates of the two years say as much.
    """
    first, last = run.years[0], run.years[-1]
    draws = run.draw_of(run.replicates(scenario, point))
    arm = Arm(run, scenario, point)
    head = _head(arm, arm, True)
    begun: dict[str, Observed] = {}
    for seen in observe(run, scenario, (first, last), None, point):
        before = begun.setdefault(seen.measure.id, seen)
        if seen is before:
            continue
        found, split = paired_by_draw(seen.measure, before.values, seen.values, draws, level)
        what = (last, date_of(run, last), seen.measure.unit)
        columns = (column.tolist() for column in found.values())
        for entity, *values in zip(seen.entities, *columns, split, strict=True):
            yield Difference(*head, seen.measure.id, entity, *what, *values)


def _head(reference: Arm, alternative: Arm, is_paired: bool) -> tuple[str, str, str, str, int, int, bool]:
    """The first fields of a `Difference`."""
    return (
        str(alternative.run.path),
        alternative.scenario,
        str(reference.run.path),
        reference.scenario,
        alternative.point,
        reference.point,
        is_paired,
    )


def _comparison(
    match: Match,
    year: int,
    rows: list[dict[str, Any]],
    level: float,
    adjust: str,
    measures: Sequence[str] | None,
) -> Comparison:
    """A year of two arms, its tests adjusted and its predictions judged."""
    asked = outcomes_of(match.alternative, match.reference)
    why = list(match.why) or None
    told = [row | {"why": why, "adjust": adjust} for row in with_verdicts(rows, asked)]
    of = "all measures" if measures is None else ", ".join(measures)
    names = [
        arm.scenario + (f" at point {arm.point}" if arm.run.manifest.get("design") else "")
        for arm in _arms(match)
    ]
    what = f"{of} of {names[0]} against {names[1]} in {year}"
    return Comparison(match, year, with_adjustment(told, adjust, level), family(told, adjust, level, what))


def _arms(match: Match) -> tuple[Arm, Arm]:
    return match.alternative, match.reference


def check_entities(entities: Collection[str] | None, compared: Iterable[Match]) -> None:
    """Raise InputError, with the nearest name, for an entity of which nothing is compared."""
    known = {
        name
        for match in compared
        for measure in match.measures
        for name in {*listed(match.reference.run, measure)} & {*listed(match.alternative.run, measure)}
    }
    for wanted in entities or ():
        if not any(is_of(name, [wanted]) for name in known):
            raise input_error(
                "nothing is compared of it", key="--entity", value=wanted, accepted=sorted(known)
            )


def _check_no_design(runs: Iterable[Run]) -> None:
    """Raise InputError for a run with a design of which no point is named."""
    for run in runs:
        if run.manifest.get("design"):
            raise input_error(
                "the run has a design: say which of its points is meant",
                file=run.path,
                key="--point",
                accepted="a number or an id of points.csv; with --reference-point, the point to compare it with",
            )


def _at(seen: Observed, replicates: Array) -> Array:
    """Values at some of the replicates."""
    if len(replicates) == len(seen.replicates):
        return seen.values
    return seen.values[:, np.searchsorted(seen.replicates, replicates)]
