"""Outcome measures of a run: their values replicate by replicate, and their means with uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from steppe.analysis.indicators import Measure
from steppe.analysis.intervals import LEVEL, Array, mean_interval, moments, quantiles, wilson
from steppe.analysis.observations import Observed, observe
from steppe.errors import input_error
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


def estimates_of(measure: Measure, values: Array, level: float = LEVEL) -> dict[str, Array]:
    """n, mean, sd, std_error, low, high and quantiles of each row.

    values : (E, R) per replicate; bool for probabilities, otherwise float with NaN where undefined
    """
    n, mean, sd = moments(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        std_error = sd / np.sqrt(n)
    if measure.probability:
        low, high = wilson(np.count_nonzero(values, axis=-1), n, level)
        q05, q50, q95 = np.full((3, len(values)), np.nan)
    else:
        low, high = mean_interval(mean, std_error, n, level)
        q05, q50, q95 = quantiles(values, (0.05, 0.5, 0.95))
    found = {"n": n, "mean": mean, "sd": sd, "std_error": std_error, "low": low, "high": high}
    return {**found, "q05": q05, "q50": q50, "q95": q95}


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
        columns = {
            name: values.tolist() for name, values in estimates_of(seen.measure, seen.values, level).items()
        }
        head = (scenario, point, seen.measure.id)
        tail = (seen.year, date_of(run, seen.year), seen.measure.unit)
        for entity, *numbers in zip(seen.entities, *columns.values(), strict=True):
            yield Estimate(*head, entity, *tail, *numbers)
