"""Means of measures by year for whole scenarios, in one pass over each table: what fan charts, maps and matrices are drawn from.

The means are those of `analysis.measures.measure_table`; there a measure is read replicate by replicate, here the database
adds up. Arrays are float64, NaN where nothing is defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.analysis.components import Grouped, mean_of, probability_interval
from steppe.analysis.intervals import LEVEL, Array, mean_interval, wilson
from steppe.analysis.observations import MEMBER, OBSERVER, SUSPENDED, histories, is_stored, replicates_of
from steppe.errors import input_error
from steppe.results.indicators import Measure, chosen, entities
from steppe.results.parts import name_quoted
from steppe.results.query import Run
from steppe.results.tables import entity_of, table_schemas

Floats = NDArray[np.float64]
AT = (0.05, 0.25, 0.5, 0.75, 0.95)  # the quantiles of a fan


@dataclass(frozen=True)
class Series:
    """One measure of all its entities at all years of a scenario.

    entities : (E) ids, pairs as FIRST/SECOND;  years : (Y) calendar years
    n : (E, Y) replicates in which it is defined;  mean : (E, Y)
    low, high : (E, Y) interval of the mean: Wilson's for probabilities, else Student's; between draws, where the
        replicates are spread over draws of the evidence
    quantiles : (5, E, Y) over replicates at 5, 25, 50, 75 and 95 %; None for probabilities and where they were not asked for
    """

    measure: Measure
    entities: tuple[str, ...]
    years: tuple[int, ...]
    n: NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    quantiles: Floats | None = None


@dataclass(frozen=True)
class Memberships:
    """Probability of each status of each state in each body.

    years : (Y);  states : (N);  organisations : (M)
    member : (Y, N, M) that it is a member;  observer : (Y, N, M) that it is an observer or a suspended member
    shared : (Y, N, N) mean number of bodies of which both are members; on the diagonal, of which the state is one
    """

    years: tuple[int, ...]
    states: tuple[str, ...]
    organisations: tuple[str, ...]
    member: Floats
    observer: Floats
    shared: Floats


@dataclass(frozen=True)
class ToPoles:
    """A mean by state and pole: alignment shares, bilateral ties or affinities.

    years : (Y);  states : (N);  poles : (K);  mean : (Y, N, K)
    """

    years: tuple[int, ...]
    states: tuple[str, ...]
    poles: tuple[str, ...]
    mean: Floats


@dataclass(frozen=True)
class Flows:
    """Segments of the corridors.

    years : (Y);  segments : (E), none in a run without corridors
    open : (Y, E) probability that it is open;  flow : (Y, E) mean of what passes, Mt/y
    """

    years: tuple[int, ...]
    segments: tuple[str, ...]
    open: Floats
    flow: Floats


def means_by_year(
    run: Run,
    scenario: str,
    measures: Iterable[str] | None = None,
    quantiles: Iterable[str] = (),
    point: int = 0,
    level: float = LEVEL,
) -> dict[str, Series]:
    """Means of measures (all that are columns of a yearly table, or those named) by id.

    quantiles : those of `measures` for which quantiles are wanted as well; they cost far more than means
    What follows from events is not in any column: for `member` and `observer` see `membership_by_year`; `merged`,
    `leaders`, `reached`, `years_until` and `years_to` only from `measure_table`. Raises InputError for a measure that the
    run does not have or that is none of the columns.
    """
    fans = {measure.id for measure in chosen(quantiles)}
    own = [one for one in chosen(measures) if _is_column(one, run)]
    for one in chosen(measures) if measures is not None else ():
        if one not in own:
            accepted = [known.id for known in chosen() if _is_column(known, run)]
            raise input_error(
                "not a column of the run's tables", key="measure", value=one.id, accepted=accepted
            )
    replicates_of(run, scenario, point)
    return {
        one.id: series
        for table in dict.fromkeys(measure.table for measure in own)
        for one, series in _of_table(run, scenario, point, [m for m in own if m.table == table], fans, level)
    }


def membership_by_year(run: Run, scenario: str, point: int = 0) -> Memberships:
    """Who belongs where, for all years, from one reading of the events."""
    years, replicates = run.years, replicates_of(run, scenario, point)
    n, m, r = len(run.states), len(run.organisations), len(replicates)
    member, observer = np.full((2, len(years), n, m), np.nan)
    shared = np.full((len(years), n, n), np.nan)
    connection = run.connection_to(scenario, point, "events")
    try:
        for y, (_, status, _) in enumerate(histories(run, connection, list(years), replicates)):
            inside = status == MEMBER
            member[y] = np.count_nonzero(inside, axis=2) / r
            observer[y] = np.count_nonzero((status == OBSERVER) | (status == SUSPENDED), axis=2) / r
            flat = inside.reshape(n, m * r).astype(np.float32)
            shared[y] = flat @ flat.T / r  # whole numbers below 2^24: exact in 32 bits
    finally:
        connection.close()
    return Memberships(years, run.states, run.organisations, member, observer, shared)


def alignment_by_year(run: Run, scenario: str, point: int = 0) -> ToPoles:
    """Mean alignment shares of the poles."""
    return _to_poles(run, scenario, "share", point)


def ties_by_year(run: Run, scenario: str, point: int = 0) -> ToPoles:
    """Mean bilateral security rung with each pole. Ties of two states neither of which is a pole are in no table; who shares
    bodies with whom is in `Memberships.shared`.
    """
    return _to_poles(run, scenario, "tie", point)


def affinity_by_year(run: Run, scenario: str, point: int = 0) -> ToPoles:
    """Mean affinity with each pole."""
    return _to_poles(run, scenario, "affinity", point)


def flows_by_year(run: Run, scenario: str, point: int = 0) -> Flows:
    """How probably each segment is open, and what passes it."""
    if not run.entities("segment"):
        nothing = np.zeros((len(run.years), 0))
        return Flows(run.years, (), nothing, nothing)
    found = means_by_year(run, scenario, ("open", "flow"), point=point)
    return Flows(run.years, run.entities("segment"), found["open"].mean.T, found["flow"].mean.T)


def _to_poles(run: Run, scenario: str, measure: str, point: int) -> ToPoles:
    mean = means_by_year(run, scenario, (measure,), point=point)[measure].mean
    n, k = len(run.states), len(run.poles)
    return ToPoles(run.years, run.states, run.poles, mean.reshape(n, k, -1).transpose(2, 0, 1))


def _is_column(measure: Measure, run: Run) -> bool:
    """Whether a measure is a column of a yearly table of the run."""
    return (
        measure.table not in ("history", "stages")
        and bool(entities(measure, run))
        and is_stored(measure, run)
    )


def _of_table(
    run: Run,
    scenario: str,
    point: int,
    measures: Sequence[Measure],
    fans: set[str],
    level: float,
) -> list[tuple[Measure, Series]]:
    """Measures that are columns of one table."""
    columns = {
        m.id: [m.column.format(pole) for pole in run.poles] if "{}" in m.column else [m.column]
        for m in measures
    }
    connection = run.connection_to(scenario, point, measures[0].table)
    try:
        counted = _counted(run, connection, measures, columns, fans)
        by_draw = (
            None if run.draws is None else _counted(run, connection, measures, columns, set(), run.draws)
        )
    finally:
        connection.close()
    found = []
    for measure in measures:
        own = _stacked(counted, columns[measure.id])
        groups = None
        if by_draw is not None:
            per = _stacked(by_draw, columns[measure.id])
            groups = per["n"].reshape(-1, run.draws or 1), per["mean"].reshape(-1, run.draws or 1)
        found.append((measure, _series(run, measure, own, groups, level, measure.id in fans)))
    return found


def _counted(
    run: Run,
    connection: Any,
    measures: Sequence[Measure],
    columns: dict[str, list[str]],
    fans: set[str],
    draws: int = 0,
) -> dict[str, dict[str, Array]]:
    """n, mean, sd and quantiles of columns: column → what → (members, years), with draws (members, years, draws).

    Counts are 0 and all else is NaN where there is no row.
    """
    table = measures[0].table
    key = entity_of(table_schemas(run.poles)[table])
    members = ("",) if key is None else run.entities(key)
    parts: list[str] = []
    for measure in measures:
        for name in columns[measure.id]:
            # an undefined probability is false, as where a measure is read replicate by replicate
            x = f"{name_quoted(name)}::DOUBLE"
            x = f"(ifnull({x}, 0) = 1)::INTEGER::DOUBLE" if measure.probability else x
            spread = (
                f"quantile_cont({x}, {list(AT)})"
                if measure.id in fans and not measure.probability
                else "NULL"
            )
            deviation = "NULL" if measure.probability or draws else f"stddev_samp({x})"
            parts += [f"count({x})", f"avg({x})", deviation, spread]
    entity = key or "''"
    draw = f"replicate * {draws}::BIGINT // {run.manifest['replicates']}" if draws else "0"
    rows = connection.execute(
        f"SELECT year::INTEGER, {entity}, {draw}, {', '.join(parts)} FROM {table} GROUP BY 1, 2, 3"
    ).fetchall()
    shape = (len(members), len(run.years), max(draws, 1))
    where = tuple(
        np.array(axis, np.int64)
        for axis in zip(
            *((members.index(name), run.years.index(year), k) for year, name, k, *_ in rows), strict=True
        )
    )
    found = {}
    for c, column in enumerate(name for measure in measures for name in columns[measure.id]):
        n, mean, sd, fan = (
            list(cells) for cells in zip(*(row[3 + 4 * c : 7 + 4 * c] for row in rows), strict=True)
        )
        of_fan = [one or [None] * len(AT) for one in fan]
        filled = {
            "n": _placed(n, where, shape, 0),
            "mean": _placed(mean, where, shape),
            "sd": _placed(sd, where, shape),
            "fan": _placed(of_fan, where, (*shape, len(AT))),
        }
        found[column] = filled if draws else {what: values[:, :, 0] for what, values in filled.items()}
    return found


def _placed(
    values: list[Any], where: tuple[Array, ...], shape: tuple[int, ...], empty: float = np.nan
) -> Array:
    cells = np.full(shape, empty)
    cells[where] = np.array(values, float)  # None is NaN
    return cells


def _stacked(counted: dict[str, dict[str, Array]], names: Sequence[str]) -> dict[str, Array]:
    """The columns of one measure, pairs in the order of `entities`: what → (E, Y, …)."""
    return {
        what: np.stack([counted[name][what] for name in names], axis=1).reshape(
            -1, *counted[names[0]][what].shape[1:]
        )
        for what in ("n", "mean", "sd", "fan")
    }


def _series(
    run: Run,
    measure: Measure,
    own: dict[str, Array],
    groups: tuple[Array, Array] | None,
    level: float,
    fanned: bool,
) -> Series:
    """Intervals beside means, as `measures.estimates_of` has them."""
    n, mean = own["n"].astype(np.int64), own["mean"]
    if groups is None:
        if measure.probability:
            low, high = wilson(np.rint(np.nan_to_num(mean) * n), n, level)
        else:
            with np.errstate(invalid="ignore", divide="ignore"):
                low, high = mean_interval(mean, own["sd"] / np.sqrt(n), n, level)
    else:
        per = groups[0].astype(np.int64)
        between = Grouped(np.arange(per.shape[1]), per, groups[1], np.zeros(per.shape))
        _, _, std_error, count = (part.reshape(mean.shape) for part in mean_of(between))
        low, high = (
            probability_interval(mean, std_error, n, count, level)
            if measure.probability
            else mean_interval(mean, std_error, count, level)
        )
    fan = np.moveaxis(own["fan"], -1, 0) if fanned and not measure.probability else None
    return Series(measure, entities(measure, run), run.years, n, mean, low, high, fan)
