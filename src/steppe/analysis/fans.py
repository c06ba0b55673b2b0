"""One measure of one entity at every year: what a fan chart draws.

The numbers are those of `analysis.measures.measure_table`. Read are the rows of one entity alone, so that a chart of a large run
costs a fraction of a second; what follows from events needs one reading of them for all that is asked of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steppe.analysis.averages import AT, Floats
from steppe.analysis.components import grouped
from steppe.analysis.intervals import LEVEL, Array, quantiles
from steppe.analysis.measures import estimates_of
from steppe.analysis.observations import is_stored, observe
from steppe.errors import InputError, input_error
from steppe.results.indicators import Measure, chosen, entities
from steppe.results.parts import literal, name_quoted
from steppe.results.query import Run
from steppe.results.tables import entity_of, table_schemas

OF_EVENTS = ("history", "stages")


@dataclass(frozen=True)
class Fan:
    """One measure of one entity through the years of a scenario.

    years : (Y);  n : (Y,) replicates in which it is defined
    mean, low, high : (Y,) with the interval of the mean: Wilson's for probabilities, else Student's; between draws, where
        the replicates are spread over draws of the evidence
    quantiles : (5, Y) over replicates at `averages.AT`; None for probabilities
    """

    scenario: str
    measure: Measure
    entity: str
    years: tuple[int, ...]
    n: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    quantiles: Floats | None


def fans(
    run: Run, scenario: str, wanted: Sequence[tuple[str, str]], point: int = 0, level: float = LEVEL
) -> dict[tuple[str, str], Fan]:
    """Fans of measures of entities, by (measure, entity) in the order of `wanted`.

    Raises InputError for a scenario, a measure or an entity that the run does not have, and where nothing is stored.
    """
    read: dict[tuple[str, str], Array] = {}
    late: list[tuple[Measure, str]] = []
    for name, entity in dict.fromkeys(wanted):
        (measure,) = chosen([name])
        if entity not in (known := entities(measure, run)):
            raise input_error(f"{name} has no such entity", key="entity", value=entity, accepted=known)
        if measure.table in OF_EVENTS:
            late.append((measure, entity))
        else:
            read[name, entity] = _column(run, scenario, measure, entity, point)
    read |= _of_events(run, scenario, late, point)
    draws = None if run.draws is None else run.draw_of(run.replicates(scenario, point))
    return {key: _fan(run, scenario, key, read[key], draws, level) for key in dict.fromkeys(wanted)}


def outcome_at(
    run: Run, scenario: str, name: str, entity: str, year: int | None = None, point: int = 0
) -> tuple[Array, NDArray[np.int32]]:
    """(R,) a measure of an entity at a year (the last) as float, NaN where it is undefined, and (R,) the replicates."""
    year = run.years[-1] if year is None else year
    (measure,) = chosen([name])
    if measure.table in OF_EVENTS:
        seen = next(iter(observe(run, scenario, [year], [name], point)))
        values = seen.values[seen.entities.index(entity)]
    else:
        values = _column(run, scenario, measure, entity, point)[run.years.index(year)]
    return values.astype(float), run.replicates(scenario, point)


def _column(run: Run, scenario: str, measure: Measure, entity: str, point: int) -> Array:
    """(Y, R) of a measure that is a column of a yearly table; bool for probabilities, else float32 with NaN."""
    replicates = run.replicates(scenario, point)
    if not len(replicates):
        raise input_error(
            "no replicate of the scenario is stored", key="scenario", value=f"{scenario}, point {point}"
        )
    if not is_stored(measure, run):
        raise InputError(
            f"the run has no {measure.id}: it was stored before there was such a measure", key="measure"
        )
    key = entity_of(table_schemas(run.poles)[measure.table])
    first, _, second = entity.partition("/")
    column = measure.column.format(second or first)
    where = "" if key is None else f" WHERE {key} = {literal(first)}"
    connection = run.connection_to(scenario, point, measure.table)
    try:
        rows = connection.execute(
            f"SELECT year::INTEGER AS year, replicate, ifnull({name_quoted(column)}::FLOAT, 'nan'::FLOAT) AS value "
            f"FROM {measure.table}{where}"
        ).fetchnumpy()
    finally:
        connection.close()
    year, replicate, value = (np.ma.getdata(rows[name]) for name in ("year", "replicate", "value"))
    found = np.full((len(run.years), len(replicates)), np.nan, np.float32)
    found[np.searchsorted(run.years, year), np.searchsorted(replicates, replicate)] = value
    return found == 1 if measure.probability else found


def _of_events(
    run: Run, scenario: str, wanted: Sequence[tuple[Measure, str]], point: int
) -> dict[tuple[str, str], Array]:
    """(Y, R) of each measure that follows from the events."""
    if not wanted:
        return {}
    found: dict[tuple[str, str], list[Array]] = {(measure.id, entity): [] for measure, entity in wanted}
    names = list(dict.fromkeys(measure.id for measure, _ in wanted))
    for seen in observe(run, scenario, run.years, names, point):
        for measure, entity in wanted:
            if measure.id == seen.measure.id:
                found[measure.id, entity].append(seen.values[seen.entities.index(entity)].copy())
    return {key: np.stack(rows) for key, rows in found.items()}


def _fan(
    run: Run, scenario: str, key: tuple[str, str], values: Array, draws: Array | None, level: float
) -> Fan:
    (measure,) = chosen([key[0]])
    groups = None if draws is None else grouped(values, draws)
    found = estimates_of(measure, values, level, groups)
    spread = None if measure.probability else quantiles(values, AT)
    n, mean, low, high = (found[name] for name in ("n", "mean", "low", "high"))
    return Fan(scenario, measure, key[1], run.years, n, mean, low, high, spread)
