"""Forecasts beside what one would say without the model: as at the start, and at the rate of the coded history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steppe.analysis.baselines import Baseline
from steppe.analysis.baselines import baselines as read_baselines
from steppe.analysis.fans import fans
from steppe.report.baselines import counted_text, is_forecast
from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import Rows, rows_of
from steppe.report.figures.telling import NARROW, capital, clean, listed, number, said, slug
from steppe.results.indicators import chosen

if TYPE_CHECKING:
    import altair

    from steppe.evidence import Evidence
    from steppe.results.query import Run

MARK = 15  # px
HISTORY, START = "at the rate of history", "as at the start"
NONE = "None of the measures is a probability or a count, which are what a rate of history can be put beside."
Key = tuple[str, str]


def baselines(
    run: Run,
    wanted: Sequence[Key],
    scenarios: Sequence[str],
    evidence: Evidence,
    names: Mapping[str, str],
) -> list[Figure] | str:
    """Probabilities, then counts, of the last year beside their baselines; a sentence where there is neither.

    wanted : (measure, entity); what is no forecast is passed over
    scenarios : the reference first; three at most
    evidence : that of the run's world

    Raises InputError for what the run does not have.
    """
    told = [key for key in dict.fromkeys(wanted) if is_forecast(key[0])]
    if not told:
        return NONE
    shown = list(scenarios[: theme.MOST - 2])
    read = {scenario: fans(run, scenario, told) for scenario in shown}
    year = run.years[-1]
    rows = [{"measure": measure, "entity": entity, "year": year} for measure, entity in told]
    past = dict(zip(told, read_baselines(run, shown[0], rows, evidence), strict=True))
    figures = []
    for kind in (True, False):
        keys = [key for key in told if chosen([key[0]])[0].probability is kind]
        if keys:
            forecasts = [[read[scenario][key] for scenario in shown] for key in keys]
            figures.append(_figure(forecasts, [past[key] for key in keys], shown, names, kind))
    return figures


def _figure(
    forecasts: Sequence[Sequence[Any]],
    past: Sequence[Baseline],
    scenarios: Sequence[str],
    names: Mapping[str, str],
    probability: bool,
) -> Figure:
    year = past[0].year
    words = [names.get(one, one) for one in scenarios]
    table = [
        row
        for fans_of, base in zip(forecasts, past, strict=True)
        for row in _rows(fans_of, base, words, names)
    ]
    what = "Probabilities" if probability else "Numbers"
    return Figure(
        id=slug("baselines", "probabilities" if probability else "counts"),
        title=f"{what} in {year} beside what one would say without the model",
        alt=_alt(table, past, names, probability),
        caption=(
            f"Each forecast with its 95{NARROW}% interval; below it what would hold if things went on at the rate at "
            "which they happened in the coded history up to the start, with the interval that follows from the rate's, "
            "and what holds if nothing changes. Neither of the two knows of what a scenario changes. "
            + _missing(past)
        ).strip(),
        chart=_chart(table, [*words, HISTORY, START], probability),
        columns=[
            Column("what", "measure"),
            Column("of", "said by"),
            Column("value", "probability" if probability else "number", 2),
            Column("low", "95 % low", 2),
            Column("high", "95 % high", 2),
            Column("counted", "from"),
        ],
        rows=table,
    )


def _missing(past: Sequence[Baseline]) -> str:
    """Why some have no rate of history."""
    reasons = list(
        dict.fromkeys(one.note or "nothing of this kind is coded" for one in past if one.hazard != one.hazard)
    )
    return f"No rate of history: {'; '.join(reasons)}." if reasons else ""


def _rows(
    fans_of: Sequence[Any], base: Baseline, words: Sequence[str], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What is said of one measure, by whom."""
    what = capital(said(base.measure, base.entity, base.year, names))
    rows = [
        {"of": name, "value": clean(one.mean[-1]), "low": clean(one.low[-1]), "high": clean(one.high[-1])}
        | {"counted": f"{int(one.n[-1]):,} futures"}
        for name, one in zip(words, fans_of, strict=True)
    ]
    told = base.as_dict()
    rows.append(
        {"of": HISTORY, "value": told["hazard"], "low": told["hazard_low"], "high": told["hazard_high"]}
        | {
            "counted": counted_text(told)
            if told["hazard"] is not None
            else told["note"] or "nothing of this kind is coded"
        }
    )
    rows.append({"of": START, "value": told["persistence"], "low": None, "high": None, "counted": ""})
    return [{"what": what, **row} for row in rows]


def _chart(
    table: Sequence[Mapping[str, Any]], names: Sequence[str], probability: bool
) -> altair.TopLevelMixin:
    import altair as alt

    series = theme.series_of(names)
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in table:
        groups.setdefault(row["what"], []).append(row)
    notes = [[_note(group)] for group in groups.values()]
    rows = rows_of(list(groups), notes, len(names), MARK)
    values = [
        {**placed.at(k), "series": series.names[k], **{key: row[key] for key in ("value", "low", "high")}}
        for placed, group in zip(rows.placed, groups.values(), strict=True)
        for k, row in enumerate(group)
        if row["value"] is not None
    ]
    layers = [*rows.frame(), rows.tracks(), *_points(rows, values, series, probability)]
    return alt.layer(*layers).properties(height=rows.height)


def _points(
    rows: Rows, values: Sequence[Mapping[str, Any]], series: theme.Series, probability: bool
) -> list[Any]:
    axis = {"title": "probability" if probability else "number"}
    scale = {"domain": [0, 1], "nice": False} if probability else {"zero": True, "nice": True}
    ends = [value for value in values if value["low"] is not None]
    lines = (
        rows.chart(ends)
        .mark_rule(strokeWidth=3)
        .encode(x=rows.x("low", axis, scale), x2="high:Q", color=series.coloured())
    )
    points = (
        rows.chart(values)
        .mark_point(size=75)
        .encode(x=rows.x("value", axis, scale), color=series.coloured(), shape=series.shaped())
    )
    return [lines, points]


def _note(group: Sequence[Mapping[str, Any]]) -> str:
    """``0.06 · 0.67; history 0.29; start 0.00``."""
    *forecasts, past, start = (row["value"] for row in group)
    text = " · ".join(number(value) for value in forecasts)
    text += "" if past is None else f"; history {number(past)}"
    return text + ("" if start is None else f"; start {number(start)}")


def _alt(
    table: Sequence[Mapping[str, Any]], past: Sequence[Baseline], names: Mapping[str, str], probability: bool
) -> str:
    kind = "probabilities" if probability else "numbers"
    parts = [f"Dots with intervals: {kind} in {past[0].year} of {len(past)} outcomes beside two baselines."]
    for what in dict.fromkeys(row["what"] for row in table):
        own = [row for row in table if row["what"] == what and row["value"] is not None]
        told = [
            f"{row['of']} {number(row['value'])}"
            + ("" if row["low"] is None else f" [{number(row['low'])}, {number(row['high'])}]")
            for row in own
        ]
        parts.append(f"{what}: {listed(told)}.")
    return " ".join(parts)
