"""Paired differences, largest first: dots with intervals, and the table of the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steppe.analysis.answers import largest
from steppe.analysis.verdicts import leaves_out_zero
from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import Rows, rows_of
from steppe.report.figures.telling import NARROW, capital, digits_for, number, said, slug
from steppe.report.words import interval, verdict_text
from steppe.results.indicators import TIMES, chosen

if TYPE_CHECKING:
    import altair

TOP = 12
PER_MEASURE = 4
SURE = 0.05  # of an adjusted p-value
Row = Mapping[str, Any]


def pairs_of(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of comparisons by pair of scenarios and year, in their order."""
    keys = ("run", "scenario", "reference_run", "reference_scenario", "point", "year")
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return list(groups.values())


def chosen_rows(rows: Sequence[Row], top: int = TOP, per_measure: int = PER_MEASURE) -> list[Row]:
    """What is worth drawing of one comparison: what the scenario asks for, then what differs most; largest first."""
    asked = [row for row in rows if row.get("outcome") and row["difference"] is not None]
    known = {(row["measure"], row["entity"]) for row in asked}
    rest = [
        row for row in rows if (row["measure"], row["entity"]) not in known and row["measure"] not in TIMES
    ]
    told = [*asked, *largest(rest, max(top - len(asked), 0), per_measure)]
    return sorted(told, key=lambda row: (-abs(standardised(row)), row["measure"], row["entity"]))


def standardised(row: Row, key: str = "difference") -> float:
    """A difference in units of what counts as a large change of its measure (`Measure.scale`)."""
    return float(row[key]) / chosen([row["measure"]])[0].scale


def differences(rows: Sequence[Row], names: Mapping[str, str], top: int = TOP) -> list[Figure]:
    """A figure for each pair of scenarios in rows of `analysis.comparison.compare`; none for one without any to draw."""
    figures = []
    for place, group in enumerate(pairs_of(rows)):
        told = chosen_rows(group, top)
        if told:
            figures.append(_figure(told, names, place))
    return figures


def _figure(told: Sequence[Row], names: Mapping[str, str], place: int) -> Figure:
    first = told[0]
    one, other = (names.get(first[key], first[key]) for key in ("scenario", "reference_scenario"))
    table = [_table_row(row, names) for row in told]
    paired = first.get("paired", True)
    return Figure(
        id=slug("differences", first["scenario"], str(place + 1)),
        title=f"What differs in {first['year']}: {one} against {other}",
        alt=_alt(told, table, one, other),
        caption=(
            "Dots: difference as a part of what counts as a large change of its measure, so that unlike measures can be "
            "compared; 1 weighs as much as a membership that is certain instead of impossible. Lines: 95 % intervals. "
            f"Filled: distinguishable from zero{_how(told)}. "
            + (
                "The same luck on both sides, future by future."
                if paired
                else "Luck is not shared by the two sides."
            )
        ),
        chart=_chart(told, table),
        columns=_columns(told),
        rows=table,
    )


def is_sure(row: Row) -> bool:
    """Whether a difference is distinguishable from zero: adjusted for their number where that was done."""
    if row.get("p_adjusted") is not None:
        return bool(row["p_adjusted"] < SURE)
    return leaves_out_zero(row)


def _how(told: Sequence[Row]) -> str:
    return ", adjusted for the number of comparisons" if told[0].get("p_adjusted") is not None else ""


def _table_row(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    keys = ("reference", "alternative", "difference", "low", "high", "relative", "n")
    found: dict[str, Any] = {"what": capital(said(row["measure"], row["entity"], row["year"], names))}
    found |= {key: row[key] for key in keys}
    found["standardised"] = standardised(row)
    for end in ("low", "high"):
        found[f"standardised_{end}"] = None if row[end] is None else standardised(row, end)
    found |= {key: row[key] for key in _FURTHER if row.get(key) is not None}
    if row.get("outcome"):
        found["found"] = verdict_text(row["outcome"])
    return found


_FURTHER = {
    "probability_higher": ("probability that it is higher", 2),
    "effect": ("effect, standard deviations", 2),
    "p_adjusted": ("p, adjusted", 3),
    "first_distinguishable": ("distinguishable from", None),
}


def _columns(told: Sequence[Row]) -> list[Column]:
    # measures differ in size: the digits are those of the smallest interval's figures
    columns = [
        Column("what", "measure"),
        Column("reference", "reference", 3),
        Column("alternative", "alternative", 3),
        Column("difference", "difference", 3),
        Column("low", "95 % low", 3),
        Column("high", "95 % high", 3),
        Column("relative", "relative", 2),
        Column("standardised", "as part of a large change", 2),
    ]
    for key, (title, digits) in _FURTHER.items():
        if any(row.get(key) is not None for row in told):
            columns.append(Column(key, title, digits))
    if any(row.get("outcome") for row in told):
        columns.append(Column("found", "the scenario's prediction"))
    return [*columns, Column("n", "futures")]


def change_text(row: Row) -> str:
    """``0.06 → 0.67: +0.61 [0.56, 0.66], × 11``."""
    digits = digits_for((row["reference"], row["alternative"]))
    low, high = (float("nan") if row[end] is None else row[end] for end in ("low", "high"))
    text = f"{number(row['reference'], digits)} → {number(row['alternative'], digits)}: "
    return text + interval(row["difference"], low, high, signed=True) + relative_text(row["relative"])


def relative_text(relative: float | None) -> str:
    """``, +61 %`` or ``, × 11``; nothing where there is none."""
    if relative is None:
        return ""
    if relative > 2:
        return f", ×{NARROW}{number(1 + relative, 1 if relative < 9 else 0)}"
    return f", {number(100 * relative, 0 if abs(relative) > 0.095 else 1, signed=True)}{NARROW}%"


def _chart(told: Sequence[Row], table: Sequence[Mapping[str, Any]]) -> altair.TopLevelMixin:
    notes = [
        [change_text(row), *([f"the scenario's prediction: {line['found']}"] if "found" in line else [])]
        for row, line in zip(told, table, strict=True)
    ]
    rows = rows_of([str(line["what"]) for line in table], notes)
    values = [
        {
            **placed.at(),
            "value": line["standardised"],
            "low": line["standardised_low"],
            "high": line["standardised_high"],
            "sure": is_sure(row),
        }
        for placed, row, line in zip(rows.placed, told, table, strict=True)
    ]
    return dots(rows, values, "difference as part of a large change")


def dots(rows: Rows, values: Sequence[Mapping[str, Any]], title: str) -> altair.TopLevelMixin:
    """Dots with intervals about zero, filled where they are sure.

    values : where, value, low, high, sure
    """
    import altair as alt

    axis, scale = {"title": title}, {"zero": True, "nice": True}
    chart = rows.chart(values)
    lines = chart.mark_rule(color=theme.BLUE, strokeWidth=3).encode(x=rows.x("low", axis, scale), x2="high:Q")
    points = chart.mark_point(size=60, filled=True, stroke=theme.BLUE, strokeWidth=2).encode(
        x=rows.x("value", axis, scale),
        fill=alt.condition(
            alt.FieldEqualPredicate(field="sure", equal=True),
            alt.value(theme.BLUE),
            alt.value(theme.PAPER),
        ),
    )
    layers = [*rows.frame(), rows.tracks(), rows.ticks(0), lines, points]
    return alt.layer(*layers).properties(height=rows.height)


def _alt(told: Sequence[Row], table: Sequence[Mapping[str, Any]], one: str, other: str) -> str:
    parts = [f"Dots with intervals: {len(told)} differences of {one} from {other}, the largest first."]
    for row, line in zip(told, table, strict=True):
        sure = "" if is_sure(row) else ", not distinguishable from zero"
        parts.append(f"{line['what']}: {change_text(row)}{sure}.")
    return " ".join(parts)
