"""Since when two arms can be told apart in a measure: the years up to the one that is compared, tested together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from steppe.analysis.comparison import Comparison, numbers
from steppe.analysis.intervals import LEVEL, Array
from steppe.analysis.multiplicity import HOLM, adjusted
from steppe.analysis.observe_points import aligned
from steppe.results.indicators import MEASURES

TOP, PER_MEASURE = 12, 4
_SCALE = {measure.id: measure.scale for measure in MEASURES}
_NUMBERS = ("reference", "alternative", "difference", "low", "high", "p_value")


def importance(measure: str, difference: float) -> float:
    """|difference| in units of the measure's scale; 1 weighs as much as a certain change of membership."""
    return abs(difference) / _SCALE[measure]


def standing_out(
    rows: Iterable[Mapping[str, Any]], top: int = TOP, per_measure: int = PER_MEASURE
) -> list[Mapping[str, Any]]:
    """What a comparison tells in words: what the scenario asks for, then the distinguishable rows of most weight."""
    listed = list(rows)
    asked = [row for row in listed if row["outcome"]]
    others = [row for row in listed if not row["outcome"] and row["distinguishable"]]
    others.sort(key=lambda row: -importance(row["measure"], row["difference"]))
    told: list[Mapping[str, Any]] = []
    for row in others:
        if len(told) < top and sum(one["measure"] == row["measure"] for one in told) < per_measure:
            told.append(row)
    return asked + told


def first_years(distinguishable: Array) -> tuple[Array, Array]:
    """Places of the first year from which on all are distinguishable until the last, and of the first such year at all.

    distinguishable : (E, T) bool;  returns (E,) each, -1 where there is none
    """
    held = np.logical_and.accumulate(distinguishable[:, ::-1], axis=1)[:, ::-1]
    since, ever = (np.where(one.any(axis=1), one.argmax(axis=1), -1) for one in (held, distinguishable))
    return since, ever


def add_first_years(
    comparison: Comparison, rows: Collection[Mapping[str, Any]] | None = None, level: float = LEVEL
) -> None:
    """Write into rows of a comparison since when they are distinguishable, by tests of each observed year after the start
    until the one compared, adjusted by Holm over the years of a row.

    rows : of the comparison, all if None. Each gets `first_distinguishable`, the first year from which on it is in every later
        one, `first_distinguishable_at_all`, `years_tested` (0 in rows that were not looked at), and `over_years`, a list of
        {year, reference, alternative, difference, low, high, p_value, p_adjusted, distinguishable}
    """
    wanted = {(row["measure"], row["entity"]) for row in (comparison.rows if rows is None else rows)}
    series = over_years(comparison, wanted, level)
    for row in comparison.rows:
        found = series.get((row["measure"], row["entity"]), [])
        flags = np.array([[one["distinguishable"] for one in found]], bool).reshape(1, -1)
        since, ever = (int(one[0]) for one in first_years(flags)) if found else (-1, -1)
        row["first_distinguishable"] = found[since]["year"] if since >= 0 else None
        row["first_distinguishable_at_all"] = found[ever]["year"] if ever >= 0 else None
        row["years_tested"] = sum(one["p_value"] is not None for one in found)
        row["over_years"] = found or None


def over_years(
    comparison: Comparison, wanted: Collection[tuple[str, str]], level: float = LEVEL
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """(measure, entity) → a row for each observed year after the start, until the year of the comparison."""
    match = comparison.match
    years = _years(comparison)
    measures = [one for one in match.measures if one.id in {measure for measure, _ in wanted}]
    if not years or not measures:
        return {}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for before, after in aligned((match.reference, match.alternative), years, measures):
        entities = {entity for measure, entity in wanted if measure == before.measure.id}
        kept, columns, _ = numbers(match, before, after, level, entities)
        lists = [columns[name].tolist() for name in _NUMBERS]
        for entity, *values in zip(kept, *lists, strict=True):
            row = {"year": before.year, **dict(zip(_NUMBERS, map(_known, values), strict=True))}
            found.setdefault((before.measure.id, entity), []).append(row)
    for rows in found.values():
        p = np.array([np.nan if row["p_value"] is None else row["p_value"] for row in rows], float)
        for row, value in zip(rows, adjusted(p, HOLM), strict=True):
            row["p_adjusted"] = _known(value)
            row["distinguishable"] = bool(value < 1 - level)
    return found


def _years(comparison: Comparison) -> Sequence[int]:
    """The observed years of both arms after the start, until the year of the comparison; none of designs."""
    one, other = comparison.match.reference.run, comparison.match.alternative.run
    if one.manifest.get("design") or other.manifest.get("design"):
        return []
    common = {*one.years[1:]} & {*other.years[1:]}
    return sorted(year for year in common if year <= comparison.year)


def _known(value: Any) -> Any:
    return None if value is None or not np.isfinite(value) else float(value)
