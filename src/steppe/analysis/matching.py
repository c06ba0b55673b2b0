"""What two arms have in common, and whether their replicates share their luck.

A replicate's luck is a function of the seed, the replicate, the step, and the names of what it is about. So it is shared where
seed, length of a step, start and replicates are the same (and, where the evidence is drawn, its draws); then replicates are
paired. Where it is not shared, two independent samples are compared. Other rules, evidence, names of bodies or settings leave
luck as it is: they are what is compared, or part of it, and are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steppe.analysis.arms import Arm
from steppe.analysis.intervals import Array
from steppe.analysis.measures import date_of
from steppe.analysis.observations import is_stored, observe
from steppe.errors import InputError, input_error
from steppe.paths import shown
from steppe.results.indicators import Measure, chosen, entities
from steppe.results.query import Run
from steppe.results.tables import ENTITIES

#: besides luck, what may differ between two runs and is told: manifest key → words
WORLD = {
    "poles": "poles",
    "initial_statuses": "memberships at the start",
    "evidence_sha256": "evidence",
    "rules": "rules",
}


class NothingInCommon(InputError):
    """Two arms have nothing that could be compared."""


@dataclass(frozen=True)
class Match:
    """What is compared of two arms.

    years, measures : in both
    paired : whether replicates share their luck;  why : if not, what differs, in words
    notes : what else differs between the runs besides the scenario, and what is left out, in words
    replicates : (R,) of the reference and of the alternative; the same if paired
    """

    reference: Arm
    alternative: Arm
    years: tuple[int, ...]
    measures: tuple[Measure, ...]
    paired: bool
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replicates: tuple[Array, Array] = field(default=(np.zeros(0, int), np.zeros(0, int)))

    @property
    def drawn(self) -> bool:
        """Whether errors are those between draws of the evidence, which both arms share."""
        return self.paired and self.reference.run.draws is not None


def matched(
    reference: Arm,
    alternative: Arm,
    measures: Iterable[str] | None = None,
    years: Sequence[int] | None = None,
) -> Match:
    """What of two arms can be compared. Raises InputError where it is nothing, or not what was named.

    measures : ids, all that both have if None;  years : the last that both have if None
    """
    one, other = reference.run, alternative.run
    at = _years(one, other, years)
    why = [f"{key}: {there} against {here}" for key, here, there in _luck(one, other, at) if here != there]
    notes = [] if one is other else _differing(one, other)
    if one.years != other.years:
        notes.append(f"years observed: {_range(other.years)} against {_range(one.years)}")
    stored = [arm.run.replicates(arm.scenario, arm.point) for arm in (reference, alternative)]
    for arm, found in zip((reference, alternative), stored, strict=True):
        if not len(found):
            raise NothingInCommon(
                f"{arm.label}: no replicate is stored",
                value=arm.scenario,
                accepted="a run with replicates; `steppe resume` completes a run that was stopped",
            )
    common = np.intersect1d(stored[0], stored[1])
    if not why and not len(common):
        why = [f"replicates: {_span(stored[1])} against {_span(stored[0])}"]
    paired = not why
    if paired and len(common) < max(map(len, stored)):
        text = (
            f"{reference.label} has replicates {_span(stored[0])}, {alternative.label} has {_span(stored[1])}: "
            f"compared are the {len(common)} that both have"
        )
        notes.append(text)
    wanted = _measures(one, other, measures)
    kept = tuple(each for each in wanted if set(listed(one, each)) & set(listed(other, each)))
    if not kept:
        raise NothingInCommon(
            f"{reference.label} and {alternative.label} have nothing in common that could be compared",
            key="measure",
            value=None if measures is None else ", ".join(each.id for each in wanted),
            accepted="runs that measure the same of the same states, organisations or other entities",
        )
    notes += [] if one is other else _left_out(one, other)
    used = (common, common) if paired else (stored[0], stored[1])
    return Match(reference, alternative, at, kept, paired, tuple(why), tuple(notes), used)


def _luck(one: Run, other: Run, years: Sequence[int]) -> list[tuple[str, Any, Any]]:
    """(what, in the one, in the other) of everything that luck hangs on."""
    facts: list[tuple[str, Any, Any]] = [
        (words, one.manifest[key], other.manifest[key])
        for key, words in (("seed", "seed"), ("steps_per_year", "steps a year"))
    ]
    facts.append(("start", *(run.manifest.get("world", {}).get("start") for run in (one, other))))
    for year in years:
        facts.append((f"date of {year}", date_of(one, year), date_of(other, year)))
        facts.append((f"steps until {year}", one.steps_done(year), other.steps_done(year)))
    facts.append(("draws of the evidence", one.draws or "none", other.draws or "none"))
    if one.draws is not None and other.draws is not None:  # the same replicates must share a draw
        facts.append(("replicates over the draws", one.manifest["replicates"], other.manifest["replicates"]))
    return facts


def _differing(one: Run, other: Run) -> list[str]:
    """What differs between two runs and is neither luck nor scenario."""
    name = [run.manifest.get("world", {}).get("name") for run in (one, other)]
    found = [f"world: {name[1]} against {name[0]}"] if name[0] != name[1] else []
    if one.manifest.get("draws_sha256") != other.manifest.get("draws_sha256") and one.draws and other.draws:
        found.append("the drawn values differ")
    keys = [words for key, words in WORLD.items() if one.manifest.get(key) != other.manifest.get(key)]
    return [*found, *([f"the runs differ in {', '.join(keys)} too"] if keys else [])]


def _years(one: Run, other: Run, years: Sequence[int] | None) -> tuple[int, ...]:
    """The years that are meant, ascending: the last common one if none is named; of designs, those of their outcomes."""
    if years is not None:
        for year in years:
            for run in (one, other):
                run.steps_done(year)
        return tuple(sorted(set(years)))
    common = sorted(set(_observed_years(one)) & set(_observed_years(other)))
    if not common:
        raise NothingInCommon(
            f"{shown(one.path)} and {shown(other.path)} have no year in common",
            key="years",
            value=_range(other.years),
            accepted=_range(one.years),
        )
    designs = any(run.manifest.get("design") for run in (one, other))
    return tuple(common) if designs else (common[-1],)


def _observed_years(run: Run) -> list[int]:
    if run.manifest.get("design"):
        return [int(one["year"]) for one in run.manifest["outcomes"]]
    return list(run.years)


def _measures(one: Run, other: Run, names: Iterable[str] | None) -> tuple[Measure, ...]:
    """Measures that both runs have; those named, or InputError."""
    wanted = chosen(names)
    has = [{measure.id for measure in wanted if _has(run, measure)} for run in (one, other)]
    if names is not None:
        for run, known in zip((one, other), has, strict=True):
            for measure in wanted:
                if measure.id not in known:
                    _refused(run, measure)
    return tuple(measure for measure in wanted if measure.id in has[0] & has[1])


def _has(run: Run, measure: Measure) -> bool:
    if run.manifest.get("design"):
        return any(one["measure"] == measure.id for one in run.manifest["outcomes"])
    return bool(entities(measure, run)) and is_stored(measure, run)


def _refused(run: Run, measure: Measure) -> None:
    """Raise InputError for a measure that a run lacks, as `observe` says it."""
    if run.manifest.get("design"):
        kept = list(dict.fromkeys(one["measure"] for one in run.manifest["outcomes"]))
        raise input_error("the run kept no such outcome", key="measure", value=measure.id, accepted=kept)
    next(iter(observe(run, run.scenarios[0], None, [measure.id])), None)


def listed(run: Run, measure: Measure) -> tuple[str, ...]:
    """Ids of what a measure is stored of in a run."""
    if run.manifest.get("design"):
        kept = (one["entity"] for one in run.manifest["outcomes"] if one["measure"] == measure.id)
        return tuple(dict.fromkeys(kept))
    return entities(measure, run)


def _left_out(one: Run, other: Run) -> list[str]:
    """What only one of two runs has, in words."""
    left = []
    for column, words in ENTITIES.items():
        here, there = set(one.entities(column)), set(other.entities(column))
        for run, rest in ((one, here - there), (other, there - here)):
            if rest:
                left.append(
                    f"left out, as {shown(run.path)} alone has them: {words} {', '.join(sorted(rest))}"
                )
    return left


def _range(years: Sequence[int]) -> str:
    return f"{years[0]} to {years[-1]}" if years else "none"


def _span(replicates: Array) -> str:
    if not len(replicates):
        return "none"
    gaps = "" if len(replicates) == replicates[-1] - replicates[0] + 1 else f" ({len(replicates)} of them)"
    return f"{replicates[0]} to {replicates[-1]}{gaps}"
