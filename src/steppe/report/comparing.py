"""A comparison year by year and row by row, as tables for a terminal; in words it is in `report.words`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from steppe.analysis.comparison import Comparison
from steppe.analysis.distinguished import standing_out
from steppe.report.terminal import table
from steppe.report.words import comparison_text, interval, phrase

_COLUMNS = (
    "scenario", "reference_scenario", "measure", "entity", "time", "reference", "alternative", "difference", "low", "high",
)  # fmt: skip
_EFFECTS = ("probability_higher", "effect", "p_value", "p_adjusted", "distinguishable")


def comparisons_text(
    found: Sequence[Comparison], everything: bool = False, years: bool = False, rich: bool = False
) -> str:
    """What stands out, or every row, or what stands out year by year; and what was left out."""
    rows = [row for one in found for row in one.rows]
    if everything:
        body = rows_text(rows) + "\n" + "\n".join(one.family["says"] for one in found)
    elif years:
        body = "\n\n".join(years_text(one) for one in found)
    else:
        body = comparison_text(rows, rich=rich)
    notes = dict.fromkeys(f"note: {note}" for one in found for note in one.match.notes)
    return "\n".join([body, *notes])


def rows_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every row with its numbers."""
    drawn = [{**row, "epistemic": (row["epistemic"] or {}).get("share")} for row in rows]
    split = ("epistemic",) if any(row["epistemic"] for row in rows) else ()
    return table(drawn, (*_COLUMNS, *_EFFECTS, *split, "n"))


def years_text(found: Comparison) -> str:
    """The rows that stand out, each with its difference in every year."""
    match = found.match
    head = f"{match.alternative.scenario} against {match.reference.scenario}, until {found.year}"
    blocks = [head]
    for row in standing_out(found.rows):
        lines = [f"  {phrase(row['measure'], row['entity'], found.year)}: {since_text(row)}"]
        for one in row.get("over_years") or ():
            if one["difference"] is None or one["low"] is None:
                lines.append(f"    {one['year']}  –")
                continue
            change = interval(one["difference"], one["low"], one["high"], signed=True)
            p = "–" if one["p_adjusted"] is None else p_text(one["p_adjusted"])
            lines.append(f"    {one['year']}  {change:<28}  p {p}{'  *' if one['distinguishable'] else ''}")
        blocks.append("\n".join(lines))
    if len(blocks) == 1:
        blocks.append("  no measure differs")
    blocks.append("  * distinguishable; p adjusted by Holm over the years of a measure")
    return "\n".join(blocks)


def since_text(row: Mapping[str, Any]) -> str:
    """Since when a row is distinguishable."""
    first, ever = row.get("first_distinguishable"), row.get("first_distinguishable_at_all")
    if ever is None:
        return "distinguishable in no year"
    if first is None:
        return f"distinguishable in {ever} for the first time, but not until {row['year']}"
    return f"distinguishable since {first}" + (f", for the first time in {ever}" if ever != first else "")


def p_text(p: float) -> str:
    """A p-value in three digits: ``0.031``, ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
