"""Fan charts: a measure through the years, the reference against what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steppe.analysis.averages import AT
from steppe.analysis.baselines import baselines
from steppe.analysis.fans import Fan
from steppe.analysis.fans import fans as read_fans
from steppe.report.baselines import is_forecast
from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.telling import capital, clean, digits_for, listed, number, said, slug

if TYPE_CHECKING:
    import altair

    from steppe.evidence import Evidence
    from steppe.results.query import Run

HEIGHT = 260
BANDED = 2  # scenarios whose bands can lie over each other and still be told apart
START, HISTORY = "as at the start, unchanged", "at the rate of history"
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
Row = dict[str, Any]


def fan(
    run: Run,
    measure: str,
    entity: str,
    scenarios: Sequence[str],
    names: Mapping[str, str],
    evidence: Evidence | None = None,
) -> Figure:
    """A fan chart of one measure of one entity; see `fans`."""
    return fans(run, [(measure, entity)], scenarios, names, evidence)[0]


def fans(
    run: Run,
    wanted: Sequence[tuple[str, str]],
    scenarios: Sequence[str],
    names: Mapping[str, str],
    evidence: Evidence | None = None,
) -> list[Figure]:
    """A fan chart for each (measure, entity), in their order.

    scenarios : the reference first; at most `theme.MOST`, what is beyond is left out, and the caption says so
    names : id → name, for what shall be told by name, scenarios too
    evidence : that of the run's world, for the rate of history beside probabilities and counts

    Raises InputError for what the run does not have.
    """
    shown = list(scenarios[: theme.MOST])
    read = {scenario: read_fans(run, scenario, wanted) for scenario in shown}
    figures = []
    for measure, entity in dict.fromkeys(wanted):
        drawn = [read[scenario][measure, entity] for scenario in shown]
        past = _past(run, shown[0], measure, entity, evidence)
        figures.append(_figure(drawn, names, past, list(scenarios[theme.MOST :])))
    return figures


def _past(
    run: Run, scenario: str, measure: str, entity: str, evidence: Evidence | None
) -> dict[int, float | None]:
    """Year → value at the rate of history; empty where there is no such rate."""
    if evidence is None or not is_forecast(measure):
        return {}
    rows = [{"measure": measure, "entity": entity, "year": year} for year in run.years]
    found = {one.year: clean(one.hazard) for one in baselines(run, scenario, rows, evidence)}
    return {} if all(value is None for value in found.values()) else found


def _figure(
    drawn: Sequence[Fan], names: Mapping[str, str], past: Mapping[int, float | None], left_out: Sequence[str]
) -> Figure:
    first = drawn[0]
    what = said(first.measure.id, first.entity, first.years[-1], names)
    rows = list(_rows(drawn, names, past))
    start = clean(first.mean[0])
    beside = [*([START] if start is not None else []), *([HISTORY] if past else [])]
    series = theme.series_of([names.get(one.scenario, one.scenario) for one in drawn], beside)
    return Figure(
        id=slug("fan", first.measure.id, first.entity),
        title=f"{capital(what)}, {first.years[0]} to {first.years[-1]}",
        alt=_alt(drawn, what, names, start, past),
        caption=_caption(drawn, bool(past), start is not None, left_out),
        chart=_chart(drawn, series, start, past),
        columns=_columns(first, rows, bool(past)),
        rows=rows,
    )


def _rows(drawn: Sequence[Fan], names: Mapping[str, str], past: Mapping[int, float | None]) -> Iterator[Row]:
    """The table: a row for each scenario and year."""
    for one in drawn:
        for y, year in enumerate(one.years):
            row: Row = {"scenario": names.get(one.scenario, one.scenario), "year": year, "n": int(one.n[y])}
            row |= {key: clean(getattr(one, key)[y]) for key in ("mean", "low", "high")}
            if one.quantiles is not None:
                spread = zip(QUANTILES, one.quantiles[:, y].tolist(), strict=True)
                row |= {key: clean(value) for key, value in spread}
            yield row | ({"history": past[year]} if past else {})


def _columns(one: Fan, rows: Sequence[Row], with_past: bool) -> list[Column]:
    keys = ("mean", "low", "high", *(QUANTILES if one.quantiles is not None else ()))
    digits = digits_for(row[key] for row in rows for key in keys)
    mean = "probability" if one.measure.probability else "mean"
    columns = [
        Column("scenario", "scenario"),
        Column("year", "year"),
        Column("mean", mean, digits),
        Column("low", "interval, low", digits),
        Column("high", "interval, high", digits),
    ]
    if one.quantiles is not None:
        columns += [
            Column(key, f"{share:.0%} of futures below", digits)
            for key, share in zip(QUANTILES, AT, strict=True)
        ]
    columns += [Column("history", "rate of history", digits)] if with_past else []
    return [*columns, Column("n", "futures")]


def _chart(
    drawn: Sequence[Fan], series: theme.Series, start: float | None, past: Mapping[int, float | None]
) -> altair.TopLevelMixin:
    import altair as alt

    probability = drawn[0].measure.probability
    values = [
        {"series": name, "year": year, **_drawn(one, y)}
        for one, name in zip(drawn, series.names, strict=True)
        for y, year in enumerate(one.years)
    ]
    data = theme.inline(values)
    banded = len(drawn) <= BANDED
    layers: list[Any] = []
    for low, high, opacity in (
        [("low", "high", 0.25)] if probability else [("q05", "q95", 0.13), ("q25", "q75", 0.26)]
    ):
        layers += _band(alt.Chart(data), series, (low, high), opacity, banded or probability)
    layers += _without_model(drawn[0].years, start, past, series)
    line = alt.Chart(data).encode(x=_years(drawn[0].years), y=_value(drawn[0], "mean"))
    layers.append(line.mark_line().encode(color=series.coloured(), strokeDash=series.dashed()))
    layers.append(line.mark_point(size=55).encode(color=series.coloured(), shape=series.shaped()))
    if not banded and not probability:
        layers.append(_whiskers(drawn, series))
    return alt.layer(*layers).properties(height=HEIGHT)


def _drawn(one: Fan, y: int) -> Row:
    """What is drawn of a year."""
    values = {key: clean(getattr(one, key)[y]) for key in ("mean", "low", "high")}
    if one.quantiles is None:
        return values
    spread = dict(zip(QUANTILES, one.quantiles[:, y].tolist(), strict=True))
    return {"mean": values["mean"]} | {key: clean(spread[key]) for key in ("q05", "q25", "q75", "q95")}


def _band(
    chart: altair.Chart, series: theme.Series, ends: tuple[str, str], opacity: float, every: bool
) -> list[Any]:
    """A band with its edges, which have the dashes of its line: of all scenarios or of the reference alone."""
    import altair as alt

    if not every:
        chart = chart.transform_filter(alt.FieldEqualPredicate(field="series", equal=series.names[0]))
    low, high = ends
    same = {"color": series.coloured(), "x": _years(())}
    area = chart.mark_area(opacity=opacity).encode(y=f"{low}:Q", y2=f"{high}:Q", **same)
    edges = [
        chart.mark_line(strokeWidth=1, opacity=0.75).encode(y=f"{end}:Q", strokeDash=series.dashed(), **same)
        for end in ends
    ]
    return [area, *edges]


def _whiskers(drawn: Sequence[Fan], series: theme.Series) -> Any:
    """The middle 90 % at the last year, beside the lines, where there are too many scenarios for bands."""
    import altair as alt

    last = drawn[0].years[-1]
    step = (last - drawn[0].years[0]) * 0.02 or 0.1
    values = [
        {"series": name, "year": last + step * (k + 1), "q05": spread["q05"], "q95": spread["q95"]}
        for k, (one, name) in enumerate(zip(drawn, series.names, strict=True))
        if (spread := _drawn(one, len(one.years) - 1))["q05"] is not None
    ]
    chart = alt.Chart(theme.inline(values)).mark_rule(strokeWidth=2.5)
    return chart.encode(
        x=_years(()), y="q05:Q", y2="q95:Q", color=series.coloured(), strokeDash=series.dashed()
    )


def _without_model(
    years: Sequence[int], start: float | None, past: Mapping[int, float | None], series: theme.Series
) -> Iterator[Any]:
    """Thin lines: as at the start, and at the rate of history."""
    import altair as alt

    held = [{"series": START, "year": year, "value": start} for year in (years[0], years[-1])]
    known = [
        {"series": HISTORY, "year": year, "value": past[year]} for year in years if past.get(year) is not None
    ]
    for values in (held if start is not None else [], known):
        if values:
            chart = alt.Chart(theme.inline(values)).mark_line(strokeWidth=1.5)
            yield chart.encode(x=_years(()), y="value:Q", color=series.coloured(), strokeDash=series.dashed())


def _years(years: Sequence[int]) -> altair.X:
    import altair as alt

    axis = alt.Axis(format="d", tickMinStep=1, title=None, grid=False)
    return alt.X("year:Q", axis=axis, scale=alt.Scale(zero=False, nice=False))


def _value(one: Fan, field: str) -> altair.Y:
    import altair as alt

    probability = one.measure.probability
    title = "probability" if probability else "" if one.measure.unit == "1" else one.measure.unit
    axis = alt.Axis(title=title or None, tickCount=5)
    scale = alt.Scale(domain=[0, 1]) if probability else alt.Scale(zero=False, nice=True)
    return alt.Y(f"{field}:Q", axis=axis, scale=scale)


def _caption(drawn: Sequence[Fan], with_past: bool, with_start: bool, left_out: Sequence[str]) -> str:
    first = drawn[0]
    if first.measure.probability:
        text = "Lines: share of the futures in which it holds. Bands: 95 % interval of that probability."
    elif len(drawn) <= BANDED:
        text = "Lines: mean of the futures. Dark bands hold the middle half of the futures, light ones the middle 90 %."
    else:
        text = (
            "Lines: mean of the futures. The bands hold the middle half and the middle 90 % of the futures of "
            "the first scenario; the strokes at the right the middle 90 % of each at the end."
        )
    if with_start:
        text += " Thin dotted line: unchanged since the start."
    if with_past:
        text += " Thin dash-dotted line: at the rate of the coded history, without the model."
    if any((one.n < one.n.max()).any() for one in drawn):
        text += " Where it is not defined in every future, the numbers are of those in which it is; the table says how many."
    if left_out:
        text += f" Not drawn: {listed(left_out)}."
    return text


def _alt(
    drawn: Sequence[Fan],
    what: str,
    names: Mapping[str, str],
    start: float | None,
    past: Mapping[int, float | None],
) -> str:
    first, last = drawn[0].years[0], drawn[0].years[-1]
    parts = [f"Line chart with bands of {what}, {first} to {last}."]
    for one in drawn:
        digits = digits_for(
            [*one.mean.tolist(), *(() if one.quantiles is None else one.quantiles[:, -1].tolist())]
        )
        name = names.get(one.scenario, one.scenario)
        begin, end = number(one.mean[0], digits), number(one.mean[-1], digits)
        if one.quantiles is None:
            ends = f"95 % interval {number(one.low[-1], digits)} to {number(one.high[-1], digits)}"
        else:
            ends = f"middle 90 % of futures {number(one.quantiles[0, -1], digits)} to {number(one.quantiles[4, -1], digits)}"
        parts.append(f"{name}: from {begin} in {first} to {end} in {last}, {ends}.")
    if start is not None:
        parts.append(f"As at the start it would stay {number(start, digits_for([start]))}.")
    if past:
        parts.append(f"At the rate of history it would be {number(past[last])} in {last}.")
    return " ".join(parts)
