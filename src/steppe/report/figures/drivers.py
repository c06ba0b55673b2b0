"""What drives an outcome: indices of a design with their intervals and their noise, or correlations with drawn values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import Rows, rows_of
from steppe.report.figures.telling import NARROW, listed, number, said, slug

if TYPE_CHECKING:
    import altair

    from steppe.analysis.drawn_drivers import DrawnDrivers
    from steppe.analysis.sensitivity import Sensitivity
    from steppe.evidence import Evidence

TOP = 12
BAR = 14  # px
_SERIES = {  # main index → what is drawn, with its words
    "total": (("total", "total effect"), ("first", "effect of its own")),
    "mu_star": (("mu_star", "mean size of the elementary effects (μ*)"),),
    "pawn": (("pawn", "distance of distributions (PAWN)"),),
    "delta": (("delta", "distance of densities (delta)"),),
    "prcc": (("prcc", "partial rank correlation"),),
}
_READING = {
    "total": "Total effect: the share of the variance that would go if all but this were known; of its own: the share that would "
    "go if this were known. The rest is what it does together with others.",
    "mu_star": "How much the outcome moves, on average, when the factor alone is moved.",
    "pawn": "How far the distribution of the outcome moves when the factor is held: 0 not at all, 1 altogether.",
    "delta": "How far the density of the outcome moves when the factor is held: 0 not at all, 1 altogether.",
    "prcc": "Rank correlation with the outcome when the other factors are accounted for; left of zero: the more, the less.",
}


@dataclass(frozen=True)
class Bar:
    """One bar; `sure` None where its noise is not known."""

    factor: str
    series: str
    value: float
    low: float | None
    high: float | None
    floor: float | None
    sure: bool | None


def drivers(
    found: Sensitivity,
    what: str,
    names: Mapping[str, str],
    top: int = TOP,
) -> Figure:
    """Bars of the indices of a sensitivity analysis, largest first.

    what : the outcome in words;  names : id → words, of factors with or without their kind (``parameters.``)
    """
    series = [
        (key, words)
        for key, words in _SERIES[found.main]
        if any(getattr(row, key) is not None for row in found.rows)
    ]
    bars = []
    for row in found.ranked()[:top]:
        for place, (key, words) in enumerate(series):
            value = getattr(row, key)
            if value is not None:
                low, high = (getattr(row, f"{key}{end}", None) for end in ("_low", "_high"))
                floor, sure = (row.floor, row.above_noise) if place == 0 else (None, row.above_noise)
                bars.append(Bar(factor_words(row.factor, names), words, value, low, high, floor, sure))
    left = len(found.rows) - top
    parts = [_READING[found.main], f"Lines: {found.level:.0%} intervals.".replace("%", f"{NARROW}%")]
    if any(bar.floor is not None for bar in bars):
        parts.append(
            "Upright lines: what a factor without any effect stays below. Hollow, “noise”: not above it."
        )
    if found.noise is not None:
        parts.append(
            f"{found.points:,} points of {found.replicates:,} replicates; chance makes {number(100 * found.noise.share, 1)}"
            f"{NARROW}% of the variance between points."
        )
    parts += [f"{left} weaker factors are not drawn."] if left > 0 else []
    return _figure(slug("drivers", found.outcome), f"What drives {what}", bars, parts, found.main == "prcc")


def drawn(found: DrawnDrivers, names: Mapping[str, str], top: int = TOP) -> Figure:
    """Bars of the correlations with drawn values, largest first."""
    what = said(found.measure, found.entity, found.year, names)
    if found.reference is not None:
        what = f"the difference in {what}"
    bars = [
        Bar(
            factor_words(row.factor, names),
            "rank correlation",
            row.rho,
            row.low,
            row.high,
            found.bound,
            row.above_noise,
        )
        for row in found.rows[:top]
    ]
    sure = sum(row.above_noise for row in found.rows)
    parts = [
        f"Rank correlation of the outcome with each of {found.values:,} values, over {found.draws:,} draws of the "
        f"evidence; left of zero: the more, the less. Lines: 95{NARROW}% intervals, each for itself.",
        "Upright lines: what the largest of all correlations stays below where no value matters. Hollow, “noise”: not beyond it"
        + ("." if sure else ", and here none does: which value matters cannot be told from so few draws."),
        "Correlation is not share of variance; a design gives that.",
    ]
    name = slug("drawn", found.measure, found.entity, found.scenario, found.reference or "")
    return _figure(name, f"What {what} goes with, {found.scenario}", bars, parts, True)


def parameter_names(evidence: Evidence) -> dict[str, str]:
    """Id of each parameter of the rules → what it is, for the `names` of the figures here."""
    return {name: one.definition for name, one in evidence.parameters.items()}


def factor_words(factor: str, names: Mapping[str, str]) -> str:
    """A factor in words with its id, or its id alone."""
    bare = factor.removeprefix("parameters.").removeprefix("values.").removeprefix("mechanisms.")
    words = names.get(factor) or names.get(bare)
    return f"{words} ({bare})" if words else bare


def _figure(name: str, title: str, bars: Sequence[Bar], caption: Sequence[str], signed: bool) -> Figure:
    table = [
        {
            "factor": bar.factor,
            "index": bar.series,
            "value": bar.value,
            "low": bar.low,
            "high": bar.high,
            "floor": bar.floor,
        }
        | {"sure": {True: "yes", False: "no", None: "not known"}[bar.sure]}
        for bar in bars
    ]
    digits = 2 if max((abs(bar.value) for bar in bars), default=0) >= 0.1 else 4
    columns = [
        Column("factor", "factor"),
        Column("index", "index"),
        Column("value", "value", digits),
        Column("low", "95 % low", digits),
        Column("high", "95 % high", digits),
        Column("floor", "noise below", digits),
        Column("sure", "above noise"),
    ]
    return Figure(
        name,
        title,
        _alt(title, bars, digits),
        " ".join(caption),
        _chart(bars, digits, signed),
        columns,
        table,
    )


def _chart(bars: Sequence[Bar], digits: int, signed: bool) -> altair.TopLevelMixin:
    import altair as alt

    groups: dict[str, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar.factor, []).append(bar)
    names = list(dict.fromkeys(bar.series for bar in bars))
    series = theme.series_of(names)
    notes = [[_note(group, digits)] for group in groups.values()]
    rows = rows_of(list(groups), notes, [len(group) for group in groups.values()], BAR + 4)
    values = [
        {
            **placed.at(k),
            "series": series.names[names.index(bar.series)],
            "value": bar.value,
            "zero": 0,
            "low": bar.low,
            "high": bar.high,
            "fill": 0.0 if bar.sure is False else 1.0,
        }
        for placed, group in zip(rows.placed, groups.values(), strict=True)
        for k, bar in enumerate(group)
    ]
    floors = [
        {**placed.at(0), "floor": sign * group[0].floor}
        for placed, group in zip(rows.placed, groups.values(), strict=True)
        if group[0].floor is not None
        for sign in ((-1, 1) if signed else (1,))
    ]
    layers = [
        *rows.frame(),
        rows.tracks(),
        *_bars(rows, values, series),
        *_floors(rows, floors),
        rows.ticks(0),
    ]
    return alt.layer(*layers).properties(height=rows.height)


def _bars(rows: Rows, values: Sequence[Mapping[str, Any]], series: theme.Series) -> list[Any]:
    import altair as alt

    axis, scale = {"title": None}, {"zero": True, "nice": True}
    chart = rows.chart(values)
    colour = series.coloured()
    bars = chart.mark_bar(size=BAR, strokeWidth=1.5, strokeOpacity=1, orient="horizontal").encode(
        x=rows.x("value", axis, scale),
        x2="zero:Q",
        color=colour,
        stroke=series.coloured("stroke"),
        fillOpacity=alt.FillOpacity("fill:Q", scale=None, legend=None),
    )
    ends = [value for value in values if value["low"] is not None and value["high"] is not None]
    lines = rows.chart(ends).mark_rule(color=theme.INK, strokeWidth=1.5)
    return [bars, lines.encode(x=rows.x("low", axis, scale), x2="high:Q")] if ends else [bars]


def _floors(rows: Rows, values: Sequence[Mapping[str, Any]]) -> list[Any]:
    if not values:
        return []
    chart = rows.chart(values)
    halo = chart.mark_tick(color=theme.PAPER, thickness=5, size=BAR + 4, aria=False)
    ticks = chart.mark_tick(color=theme.INK, thickness=2, size=BAR + 8)
    return [one.encode(x=rows.x("floor")) for one in (halo, ticks)]


def _note(group: Sequence[Bar], digits: int) -> str:
    parts = [f"{number(bar.value, digits)}{_ends(bar, digits)}" for bar in group]
    return "; ".join(parts) + ("; noise" if group[0].sure is False else "")


def _ends(bar: Bar, digits: int) -> str:
    return (
        ""
        if bar.low is None or bar.high is None
        else f" [{number(bar.low, digits)}, {number(bar.high, digits)}]"
    )


def _alt(title: str, bars: Sequence[Bar], digits: int) -> str:
    factors = list(dict.fromkeys(bar.factor for bar in bars))
    parts = [f"Bars: {title[:1].lower()}{title[1:]}, {len(factors)} factors, the largest first."]
    for factor in factors:
        own = [bar for bar in bars if bar.factor == factor]
        told = listed([f"{bar.series} {number(bar.value, digits)}{_ends(bar, digits)}" for bar in own])
        parts.append(f"{factor}: {told}" + (", not above the noise." if own[0].sure is False else "."))
    return " ".join(parts)
