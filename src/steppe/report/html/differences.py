"""The paired differences of a run as a table, largest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from steppe.analysis.verdicts import is_small, leaves_out_zero
from steppe.report.comparing import p_text
from steppe.report.html.content import Answer
from steppe.report.html.numbers import Number, difference, plain, share_text
from steppe.report.html.table import Table
from steppe.report.words import importance, phrase, verdict_text
from steppe.results.indicators import TIMES, chosen

TOP = 40


def asked_table(answer: Answer, names: Mapping[str, str], place: int) -> Table | None:
    """What the question asks for, with what was predicted and found."""
    if not answer.asked:
        return None
    rows = [[*_cells(row, names, True), verdict_text(row["outcome"])] for row in answer.asked]
    titles = [*_titles(answer.asked, True), "the prediction"]
    return Table(
        f"asked-{place}", f"{answer.scenario}: what the question asks for", titles, rows, _numeric(titles)
    )


def largest_table(answer: Answer, names: Mapping[str, str], place: int, folded: bool = False) -> Table | None:
    """The differences that are sure and large enough to matter, by size in units of what counts as large in their measure.

    folded : shown only when it is opened
    """
    sure = [row for row in answer.rows if leaves_out_zero(row) and row["measure"] not in TIMES]
    matter = [row for row in sure if not is_small(chosen([row["measure"]])[0], row["low"], row["high"])]
    if not matter:
        return None
    matter.sort(
        key=lambda row: (-importance(row["measure"], row["difference"]), row["measure"], row["entity"])
    )
    told = matter[:TOP]
    rest = f"; {len(sure) - len(told):,} smaller ones: `steppe compare`" if len(sure) > len(told) else ""
    caption = f"{answer.scenario} against {answer.reference}: the largest differences{rest}"
    titles = _titles(told)
    rows = [_cells(row, names) for row in told]
    return Table(f"largest-{place}", caption, titles, rows, _numeric(titles), folded)


def _titles(rows: Sequence[Mapping[str, Any]], since: bool = False) -> list[str]:
    """since : since when a difference can be told, which is known of what a question asks for"""
    titles = ["outcome", "with", "without", "difference", "relative"]
    titles += ["higher in"] if "probability_higher" in rows[0] else []
    titles += ["p, adjusted"] if "p_adjusted" in rows[0] else []
    titles += ["since"] if since and "first_distinguishable" in rows[0] else []
    return titles


def _numeric(titles: Sequence[str]) -> frozenset[int]:
    return frozenset(n for n, title in enumerate(titles) if n and title != "the prediction")


def _cells(row: Mapping[str, Any], names: Mapping[str, str], since: bool = False) -> list[str | Number]:
    cells: list[str | Number] = [phrase(row["measure"], row["entity"], row["year"], names)]
    cells += [plain(row, "alternative"), plain(row, "reference"), difference(row), _relative(row)]
    if "probability_higher" in row:
        cells.append(share_text(row["probability_higher"]))
    if "p_adjusted" in row:
        cells.append("–" if row["p_adjusted"] is None else p_text(row["p_adjusted"]))
    if since and "first_distinguishable" in row:
        cells.append(str(row["first_distinguishable"] or "–"))
    return cells


def _relative(row: Mapping[str, Any]) -> str:
    """The difference over the size of the reference, where that is not next to nothing."""
    value = row["relative"]
    if value is None or abs(value) >= 10:
        return "–"
    return f"{value:+.0%}".replace("%", " %").replace("-", "−")
