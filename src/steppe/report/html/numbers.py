"""Numbers of a page that can be held against the tables: the text that is read, and what it is the text of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.report.words import interval


@dataclass(frozen=True)
class Number:
    """A number in a sentence or a table.

    text : as it is read;  value : in full;  of : what identifies it, for the page's attributes `data-…`: scenario, measure,
        entity, year, and statistic (mean, difference, relative), for differences also reference
    """

    text: str
    value: float
    of: Mapping[str, Any]


#: a sentence is made of plain texts and numbers
Sentence = Sequence["str | Number"]


def sentence_text(sentence: Sentence) -> str:
    """A sentence as plain text."""
    return "".join(part if isinstance(part, str) else part.text for part in sentence)


def share_text(value: float | None) -> str:
    """``41 %``; a dash where it is undefined."""
    return "–" if value is None or math.isnan(value) else f"{value:.0%}".replace("%", " %")


def difference(row: Mapping[str, Any]) -> Number | str:
    """The difference of a row of `analysis.comparison.compare`, with its interval; a dash where it is undefined."""
    return _number(row, "difference", row["low"], row["high"], signed=True)


def side(row: Mapping[str, Any], which: str) -> Number | str:
    """`alternative` or `reference` of such a row, with its interval where the row has it."""
    return _number(row, which, row.get(f"{which}_low"), row.get(f"{which}_high"))


def plain(row: Mapping[str, Any], which: str) -> Number | str:
    """The same without its interval."""
    return _number(row, which, None, None)


def _number(
    row: Mapping[str, Any], name: str, low: float | None, high: float | None, signed: bool = False
) -> Number | str:
    value = row[name]
    if value is None:
        return "–"
    nan = float("nan")
    text = interval(value, nan if low is None else low, nan if high is None else high, signed)
    of = {key: row[key] for key in ("scenario", "measure", "entity", "year", "point")}
    return Number(text, value, {**of, "reference": row["reference_scenario"], "statistic": name})
