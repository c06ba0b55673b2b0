"""Differences between scenarios, paired by replicate.

The same replicate has the same luck in every scenario of a seed, so a difference within a replicate is the
effect of the scenario alone, and most of the variance between replicates cancels.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from steppe.analysis.components import Spread, grouped, mean_of, probability_interval, spread_dict, spreads
from steppe.analysis.intervals import (
    LEVEL,
    Array,
    mean_interval,
    moments,
    paired_probability_interval,
    ratio,
    wilson,
)
from steppe.analysis.measures import date_of
from steppe.analysis.observations import Observed, observe
from steppe.analysis.verdicts import with_verdicts
from steppe.errors import InputError, input_error
from steppe.paths import shown
from steppe.results.indicators import Measure
from steppe.results.query import Run, open_run
from steppe.results.tables import ENTITIES

log = logging.getLogger("steppe")

#: what two runs must share for their replicates to have the same luck and the same world
SHARED = ("seed", "poles", "steps_per_year", "initial_statuses")


@dataclass(frozen=True)
class Arm:
    """One side of a comparison: a scenario of a run at a design point."""

    run: Run
    scenario: str
    point: int = 0

    @property
    def label(self) -> str:
        """Run folder and scenario, for messages."""
        return f"{shown(self.run.path)}:{self.scenario}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Alternative minus reference in one measure of one entity at one year.

    n : replicates in which the measure is defined in both; all means are taken over these
    std_error, low, high : of the paired difference; Bonett and Price for probabilities, else Student
    alternative_low, alternative_high : interval of the alternative; Wilson for probabilities, else Student
    unpaired_std_error : what it would be for as many independent replicates in each scenario
    variance_ratio : (unpaired_std_error / std_error)²: how many times fewer replicates pairing needs
    relative : difference / |reference|
    sd : standard deviation of the paired difference between replicates
    spread : its split, where the replicates are spread over draws of the evidence; errors are then those between draws,
        intervals Student's
    An undefined number is NaN.
    """

    run: str
    scenario: str
    reference_run: str
    reference_scenario: str
    point: int
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
    spread: Spread | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined; the spread as `epistemic` and `aleatory`."""
        row = {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }
        del row["spread"]
        return row | spread_dict(self.spread, row.pop("sd"))


def compare(
    runs: Sequence[Path | str | Run],
    reference: str | None = None,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    level: float = LEVEL,
) -> list[dict[str, Any]]:
    """Rows of paired differences between the scenarios of one run or of several, at years (the last).

    Against its counterfactual, what a scenario asks for has its verdict in `outcome`, see `analysis.verdicts`.

    reference : scenario to compare with; without it each scenario is compared with its counterfactual, and
        those that have none with the first scenario of the first run

    Raises InputError where there is nothing to compare or the runs cannot be paired.
    """
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    names = None if measures is None else list(measures)
    return [
        row
        for base, other in pairs(opened, reference)
        for row in with_verdicts(
            (row.as_dict() for row in differences(base, other, names, years, level)), outcomes_of(other, base)
        )
    ]


def outcomes_of(arm: Arm, reference: Arm) -> list[dict[str, Any]]:
    """What the scenario of an arm asks for, if the reference is its counterfactual; as the manifest has it."""
    entry = _entry(arm)
    asked: list[dict[str, Any]] = entry.get("outcomes") or []
    return asked if entry.get("counterfactual") == reference.scenario else []


def _entry(arm: Arm) -> dict[str, Any]:
    """What the manifest says of an arm's scenario."""
    found: dict[str, Any] = next(s for s in arm.run.manifest["scenarios"] if s["name"] == arm.scenario)
    return found


def pairs(runs: Sequence[Run], reference: str | None = None) -> list[tuple[Arm, Arm]]:
    """(reference, alternative) for every scenario that has something to be compared with."""
    arms = [Arm(run, scenario) for run in runs for scenario in run.scenarios]
    if reference is not None and reference not in {arm.scenario for arm in arms}:
        known = list(dict.fromkeys(arm.scenario for arm in arms))
        raise input_error("no such scenario in the runs", key="--reference", value=reference, accepted=known)
    found = [(base, arm) for arm in arms if (base := _reference_of(arm, arms, reference)) is not None]
    if not found:
        raise InputError(
            "there is nothing to compare: the runs hold a single scenario",
            value=", ".join(arm.label for arm in arms),
            accepted="two scenarios or more between the runs, e.g. steppe run scenario=baseline,ANOTHER",
        )
    return found


def differences(
    reference: Arm,
    alternative: Arm,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
    level: float = LEVEL,
) -> Iterator[Difference]:
    """Alternative minus reference in every measure (or those named) at years (the last); see `Difference`."""
    check_paired(reference, alternative, years)
    names = None if measures is None else list(measures)
    common = _common(reference, alternative)
    draws = None if reference.run.draws is None else reference.run.draw_of(common)
    one, other = (observe(arm.run, arm.scenario, years, names, arm.point) for arm in (reference, alternative))
    head = (
        str(alternative.run.path),
        alternative.scenario,
        str(reference.run.path),
        reference.scenario,
        alternative.point,
    )
    for before, after in zip(one, other, strict=True):
        values = _at(before, common), _at(after, common)
        what = (before.year, date_of(reference.run, before.year), before.measure.unit)
        split: Iterator[Spread | None] = repeat(None)
        if draws is None:
            found = paired(before.measure, *values, level)
        else:
            found, split = paired_by_draw(before.measure, *values, draws, level)
        columns = (column.tolist() for column in found.values())
        for entity, *numbers in zip(before.entities, *columns, split, strict=False):
            yield Difference(*head, before.measure.id, entity, *what, *numbers)


def changes(run: Run, scenario: str, point: int = 0, level: float = LEVEL) -> Iterator[Difference]:
    """Last year minus first year in every measure of a run that draws the evidence, paired by replicate.

    Where nothing is drawn all replicates begin alike, and the estimates of the two years say as much.
    """
    first, last = run.years[0], run.years[-1]
    draws = run.draw_of(run.replicates(scenario, point))
    head = (*(str(run.path), scenario) * 2, point)
    begun: dict[str, Observed] = {}
    for seen in observe(run, scenario, (first, last), None, point):
        before = begun.setdefault(seen.measure.id, seen)
        if seen is before:
            continue
        found, split = paired_by_draw(seen.measure, before.values, seen.values, draws, level)
        what = (last, date_of(run, last), seen.measure.unit)
        columns = (column.tolist() for column in found.values())
        for entity, *numbers in zip(seen.entities, *columns, split, strict=True):
            yield Difference(*head, seen.measure.id, entity, *what, *numbers)


def paired(measure: Measure, reference: Array, alternative: Array, level: float = LEVEL) -> dict[str, Array]:
    """The numbers of `Difference` for each row.

    reference, alternative : (E, R) of the same replicates; bool for probabilities, else float with NaN
    """
    if measure.probability:
        n, before, sd_before = moments(reference)
        _, after, sd_after = moments(alternative)
        gained = np.count_nonzero(alternative & ~reference, axis=-1)
        lost = np.count_nonzero(reference & ~alternative, axis=-1)
        difference = (gained - lost) / n
        sd = np.sqrt(ratio(np.maximum(gained + lost - n * difference**2, 0.0), n - 1))
        low, high = paired_probability_interval(gained, lost, n, level)
        bounds = wilson(np.count_nonzero(alternative, axis=-1), n, level)
    else:
        one, other = np.asarray(reference, float), np.asarray(alternative, float)
        both = ~(np.isnan(one) | np.isnan(other))
        n, before, sd_before = moments(np.where(both, one, np.nan))
        _, after, sd_after = moments(np.where(both, other, np.nan))
        _, difference, sd = moments(other - one)
        low, high = mean_interval(difference, ratio(sd, np.sqrt(n)), n, level)
        bounds = mean_interval(after, ratio(sd_after, np.sqrt(n)), n, level)
    std_error = ratio(sd, np.sqrt(n))
    unpaired = np.sqrt(ratio(sd_before**2 + sd_after**2, n))
    return {
        "reference": before,
        "alternative": after,
        "difference": difference,
        "std_error": std_error,
        "low": low,
        "high": high,
        "unpaired_std_error": unpaired,
        "variance_ratio": ratio(unpaired**2, std_error**2),
        "relative": ratio(difference, np.abs(before)),
        "n": n,
        "alternative_low": bounds[0],
        "alternative_high": bounds[1],
        "sd": sd,
    }


def paired_by_draw(
    measure: Measure, reference: Array, alternative: Array, draws: Array, level: float = LEVEL
) -> tuple[dict[str, Array], Iterator[Spread]]:
    """The numbers of `Difference` for each row, and the split of each, where replicates share draws of the evidence.

    reference, alternative : (E, R) as for `paired`;  draws : (R,) the draw of each replicate, ascending
    Where no replicate of a probability differs, the interval is that of `paired` with the draws as replicates.
    """
    if measure.probability:
        levels = [reference, alternative]
        apart = np.subtract(alternative, reference, dtype=np.int8)
    else:
        one, other = np.asarray(reference, float), np.asarray(alternative, float)
        apart = other - one
        levels = [np.where(np.isnan(apart), np.nan, values) for values in (one, other)]
    groups = [grouped(values, draws) for values in (*levels, apart)]
    (_, before, error_before, _), (_, after, error_after, _), (n, difference, error, count) = map(
        mean_of, groups
    )
    low, high = mean_interval(difference, error, count, level)
    if measure.probability:
        none = np.zeros_like(count)
        wide = paired_probability_interval(none, none, count, level)
        same = ~apart.any(axis=-1)
        low, high = (np.where(same, far, bound) for far, bound in zip(wide, (low, high), strict=True))
        bounds = probability_interval(after, error_after, n, count, level)
    else:
        bounds = mean_interval(after, error_after, count, level)
    unpaired = np.sqrt(error_before**2 + error_after**2)
    found = {
        "reference": before,
        "alternative": after,
        "difference": difference,
        "std_error": error,
        "low": low,
        "high": high,
        "unpaired_std_error": unpaired,
        "variance_ratio": ratio(unpaired**2, error**2),
        "relative": ratio(difference, np.abs(before)),
        "n": n,
        "alternative_low": bounds[0],
        "alternative_high": bounds[1],
        "sd": moments(apart.astype(np.float32) if measure.probability else apart)[2],
    }
    return found, spreads(groups[2], level)


def check_paired(reference: Arm, alternative: Arm, years: Sequence[int] | None = None) -> None:
    """Raise InputError unless the replicates of two arms share their luck, their world and their years."""
    one, other = reference.run, alternative.run
    where = f"{shown(one.path)} and {shown(other.path)} cannot be paired"
    world = ("name", "start")
    facts = [(key, one.manifest[key], other.manifest[key]) for key in SHARED]
    facts += [(ENTITIES[key], list(one.entities(key)), list(other.entities(key))) for key in ENTITIES]
    facts += [
        (f"world.{key}", one.manifest.get("world", {}).get(key), other.manifest.get("world", {}).get(key))
        for key in world
    ]
    wanted = sorted({one.years[-1], other.years[-1]} if years is None else set(years))
    facts += [("years", list(one.years), list(other.years))] if years is None else []
    for year in wanted if one.years == other.years or years is not None else []:
        facts.append((f"steps until {year}", one.steps_done(year), other.steps_done(year)))
        facts.append((f"date of {year}", date_of(one, year), date_of(other, year)))
    facts.append(("draws", one.draws, other.draws))
    if one.draws is not None:  # the same replicates must share a draw
        facts.append(("replicates", one.manifest["replicates"], other.manifest["replicates"]))
    for key, here, there in facts:
        if here != there:
            raise InputError(
                f"{where}: they differ in {key}",
                file=other.path / "manifest.json",
                key=key,
                value=there,
                accepted=f"that of {shown(one.path)}: {here}",
            )


def _common(reference: Arm, alternative: Arm) -> Array:
    """Replicates stored in both arms; says so if they are not all."""
    one, other = (arm.run.replicates(arm.scenario, arm.point) for arm in (reference, alternative))
    common = np.intersect1d(one, other)
    if not len(common):
        raise InputError(
            f"{reference.label} and {alternative.label} have no replicate in common",
            value=f"{_span(other)} against {_span(one)}",
            accepted="runs with the same replicates; `steppe resume` completes a run that was stopped",
        )
    if len(common) < max(len(one), len(other)):
        log.warning(
            "%s has replicates %s, %s has %s: compared are the %d that both have",
            reference.label,
            _span(one),
            alternative.label,
            _span(other),
            len(common),
        )
    return common


def _reference_of(arm: Arm, arms: Sequence[Arm], reference: str | None) -> Arm | None:
    """What an arm is compared with: the scenario named, or its counterfactual; None for itself."""
    name = reference
    if name is None:
        name = _entry(arm).get("counterfactual")
    named = [other for other in arms if other.scenario == name]
    own = [other for other in named if other.run is arm.run and other is not arm]
    base = (own or named or list(arms))[0]
    return None if base is arm else base


def _at(seen: Observed, replicates: Array) -> Array:
    """Values at some of the replicates."""
    if len(replicates) == len(seen.replicates):
        return seen.values
    return seen.values[:, np.searchsorted(seen.replicates, replicates)]


def _span(replicates: Array) -> str:
    if not len(replicates):
        return "none"
    gaps = "" if len(replicates) == replicates[-1] - replicates[0] + 1 else f" ({len(replicates)} of them)"
    return f"{replicates[0]} to {replicates[-1]}{gaps}"
