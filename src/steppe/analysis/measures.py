"""Outcome measures of a run: their values replicate by replicate, and their means with uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from steppe.analysis.components import Grouped, Spread, grouped, mean_of, probability_interval, spreads
from steppe.analysis.intervals import LEVEL, Array, mean_interval, moments, quantiles, wilson
from steppe.analysis.observations import Observed, observe
from steppe.errors import input_error
from steppe.results.indicators import Measure
from steppe.results.query import Run


def measure_values(
    run: Run, name: str, scenario: str, year: int, names: Sequence[str] | None = None, point: int = 0
) -> Observed:
    """One measure at one year, for all entities or those of `names`.

    Raises InputError for a measure, scenario, year or entity that the run does not have.
    """
    seen = next(iter(observe(run, scenario, [year], [name], point)))
    if names is None:
        return seen
    for entity in names:
        if entity not in seen.entities:
            raise input_error(
                f"{name} has no such entity", key="entity", value=entity, accepted=seen.entities
            )
    rows = [seen.entities.index(entity) for entity in names]
    return Observed(seen.measure, year, tuple(names), seen.replicates, seen.values[rows])


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean of a measure over the replicates of a scenario at a year.

    n : replicates in which it is defined;  sd : standard deviation between replicates;
    std_error, low, high : simulation error of the mean; Wilson's interval for probabilities, else Student's
    q05, q50, q95 : quantiles over replicates, NaN for probabilities
    spread : where the variance comes from, if the replicates are spread over draws of the evidence; the error of the mean
        is then the one between draws
    An undefined number is NaN.
    """

    scenario: str
    point: int
    measure: str
    entity: str
    year: int
    time: str
    unit: str
    n: int
    mean: float
    sd: float
    std_error: float
    low: float
    high: float
    q05: float
    q50: float
    q95: float
    spread: Spread | None = None


def estimates_of(
    measure: Measure, values: Array, level: float = LEVEL, groups: Grouped | None = None
) -> dict[str, Array]:
    """n, mean, sd, std_error, low, high and quantiles of each row.

    values : (E, R) per replicate; bool for probabilities, otherwise float with NaN where undefined
    groups : the same by draw, if the replicates are spread over draws of the evidence
    """
    n, mean, sd = moments(values)
    q05, q50, q95 = (
        np.full((3, len(values)), np.nan) if measure.probability else quantiles(values, (0.05, 0.5, 0.95))
    )
    if groups is not None:
        _, _, std_error, count = mean_of(groups)
        low, high = (
            probability_interval(mean, std_error, n, count, level)
            if measure.probability
            else mean_interval(mean, std_error, count, level)
        )
    else:
        with np.errstate(invalid="ignore", divide="ignore"):
            std_error = sd / np.sqrt(n)
        low, high = (
            wilson(np.count_nonzero(values, axis=-1), n, level)
            if measure.probability
            else mean_interval(mean, std_error, n, level)
        )
    found = {"n": n, "mean": mean, "sd": sd, "std_error": std_error, "low": low, "high": high}
    return {**found, "q05": q05, "q50": q50, "q95": q95}


def draw_means(run: Run, scenario: str, outcome: Array, point: int = 0) -> Grouped:
    """An outcome by draw of the evidence: its mean given the draw, and from how many replicates.

    outcome : (R,) or (E, R) of the stored replicates of the scenario, ascending; bool, or float with NaN where undefined
    Raises InputError for a run that draws nothing, ValueError for an outcome of another length.
    """
    replicates = run.replicates(scenario, point)
    if run.draws is None:
        raise input_error(
            "the run has every value at its centre: there are no draws to tell apart",
            file=run.path / "config.yaml",
            key="ensemble.parameters",
            value="central",
            accepted=["sampled"],
        )
    if outcome.shape[-1] != len(replicates):
        raise ValueError(f"an outcome of {outcome.shape[-1]} replicates, not {len(replicates)}")
    return grouped(np.atleast_2d(outcome), run.draw_of(replicates))


def date_of(run: Run, year: int) -> str:
    """ISO date of the observation of a year."""
    return str(run.manifest["dates"][run.years.index(year)])


def measure_table(
    run: Run,
    scenarios: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    names: Iterable[str] | None = None,
    point: int = 0,
    level: float = LEVEL,
) -> list[Estimate]:
    """Every measure (or those named) of every entity, for scenarios (all) and years (the last)."""
    return [
        estimate
        for scenario in (run.scenarios if scenarios is None else scenarios)
        for estimate in _estimates(run, scenario, years, names, point, level)
    ]


def _estimates(
    run: Run,
    scenario: str,
    years: Sequence[int] | None,
    names: Iterable[str] | None,
    point: int,
    level: float,
) -> Iterator[Estimate]:
    for seen in observe(run, scenario, years, names, point):
        groups = None if run.draws is None else grouped(seen.values, run.draw_of(seen.replicates))
        found = estimates_of(seen.measure, seen.values, level, groups)
        split: Iterator[Spread | None] = repeat(None) if groups is None else spreads(groups, level)
        head = (scenario, point, seen.measure.id)
        tail = (seen.year, date_of(run, seen.year), seen.measure.unit)
        columns = (values.tolist() for values in found.values())
        for entity, *numbers in zip(seen.entities, *columns, split, strict=False):
            yield Estimate(*head, entity, *tail, *numbers)
