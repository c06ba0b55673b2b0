"""How much of the variance is not known and how much is luck: stacked bars, where the run draws the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import rows_of
from steppe.report.figures.telling import NARROW, capital, percent, said, slug

if TYPE_CHECKING:
    import altair

TOP = 12
BAR = 16  # px
KNOWN, LUCK = "not known: would go if the values were known", "luck: would stay"
NOT_DRAWN = (
    "How much of the spread comes from not knowing the values cannot be told: the run has all of them as coded. "
    "`ensemble.parameters=sampled` draws them."
)
NOT_SPLIT = "The spread of these measures cannot be split: too few draws of the evidence differ."


def variance(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], top: int = TOP) -> Figure | str:
    """The epistemic share of each row's variance with its interval; or a sentence that says why there is no such picture.

    rows : of one comparison (`analysis.comparison.compare`) or of a summary (`report.summary`), in the order in which they
        are drawn
    """
    split = [row for row in rows if (row.get("epistemic") or {}).get("share") is not None]
    if not split:
        return NOT_SPLIT if any(row.get("epistemic") for row in rows) else NOT_DRAWN
    told = split[:top]
    first = told[0]
    compared = "difference" in first
    one = names.get(first["scenario"], first["scenario"])
    of = (
        f"{one} against {names.get(first['reference_scenario'], first['reference_scenario'])}"
        if compared
        else one
    )
    table = [_table_row(row, names) for row in told]
    return Figure(
        id=slug("variance", first["scenario"], str(first.get("reference_scenario", ""))),
        title=f"What is not known, and what is luck: {of}, {first['year']}",
        alt=_alt(table, of),
        caption=(
            f"Each bar is the variance of {'the paired difference' if compared else 'the outcome'} between futures. "
            "Dark: the part that comes from values that are not known, which knowing them would take away; light: luck, "
            f"which nothing takes away. Lines: 95{NARROW}% interval of the dark part. "
            f"{first['epistemic']['draws']:,} draws of the evidence."
        ),
        chart=_chart(table),
        columns=[
            Column("what", "measure"),
            Column("share", "share not known", 2),
            Column("low", "95 % low", 2),
            Column("high", "95 % high", 2),
            Column("luck", "share of luck", 2),
            Column("epistemic", "standard deviation, not known", 3),
            Column("aleatory", "standard deviation, luck", 3),
            Column("draws", "draws"),
        ],
        rows=table,
    )


def _table_row(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    own = row["epistemic"]
    return {
        "what": capital(said(row["measure"], row["entity"], row["year"], names)),
        "share": own["share"],
        "low": own["share_low"],
        "high": own["share_high"],
        "luck": 1 - own["share"],
        "epistemic": own["sd"],
        "aleatory": row["aleatory"]["sd"],
        "draws": own["draws"],
    }


def _chart(table: Sequence[Mapping[str, Any]]) -> altair.TopLevelMixin:
    import altair as alt

    notes = [[_note(line)] for line in table]
    rows = rows_of([line["what"] for line in table], notes, mark=BAR + 4)
    parts = [
        {**placed.at(), "part": theme.wrapped(words, theme.LEGEND_WRAP), "from": begin, "to": end}
        for placed, line in zip(rows.placed, table, strict=True)
        for words, begin, end in ((KNOWN, 0.0, line["share"]), (LUCK, line["share"], 1.0))
    ]
    axis = {"title": "share of the variance", "format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
    scale = {"domain": [0, 1], "nice": False}
    names = [theme.wrapped(words, theme.LEGEND_WRAP) for words in (KNOWN, LUCK)]
    legend = alt.Legend(
        labelExpr="split(datum.label, '\\n')", symbolType="square", symbolStrokeColor=theme.BLUE
    )
    bars = rows.chart(parts).mark_bar(size=BAR, stroke=theme.BLUE, strokeWidth=1.5, orient="horizontal")
    bars = bars.encode(
        x=rows.x("from", axis, scale),
        x2="to:Q",
        fill=alt.Fill(
            "part:N", scale=alt.Scale(domain=names, range=[theme.BLUE, theme.PAPER]), legend=legend
        ),
    )
    ends = [
        {**placed.at(), "low": line["low"], "high": line["high"]}
        for placed, line in zip(rows.placed, table, strict=True)
        if line["low"] is not None and line["high"] is not None
    ]
    halo = rows.chart(ends).mark_rule(color=theme.PAPER, strokeWidth=6, aria=False)
    lines = rows.chart(ends).mark_rule(color=theme.INK, strokeWidth=2.5)
    drawn = [one.encode(x=rows.x("low", axis, scale), x2="high:Q") for one in (halo, lines)]
    return alt.layer(*rows.frame(), bars, *drawn).properties(height=rows.height)


def _note(line: Mapping[str, Any]) -> str:
    text = f"{percent(line['share'])} not known"
    if line["low"] is None or line["high"] is None:
        return text
    return f"{text} [{percent(line['low'])}, {percent(line['high'])}]"


def _alt(table: Sequence[Mapping[str, Any]], of: str) -> str:
    parts = [
        f"Stacked bars: share of the variance that comes from values that are not known, {of}; the rest is luck."
    ]
    return " ".join([*parts, *(f"{line['what']}: {_note(line)}." for line in table)])
