"""A table of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.report.figures.figure import Column, Figure
from steppe.report.html.numbers import Number

Cell = "str | Number"


@dataclass(frozen=True)
class Table:
    """Rows under titles.

    titles : of the columns;  rows : a cell for each; the first cell of a row names it
    numeric : columns that are set to the right;  folded : shown only when it is opened
    """

    id: str
    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[str | Number]]
    numeric: frozenset[int] = frozenset()
    folded: bool = False


def of_mappings(
    id: str, caption: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], folded: bool = False
) -> Table:
    """A table of plain rows; columns : key → title. A column of numbers only is set to the right."""
    cells = [[_text(row[key]) for key in columns] for row in rows]
    numeric = {
        place
        for place, key in enumerate(columns)
        if rows and all(isinstance(row[key], int | float) for row in rows)
    }
    return Table(id, caption, list(columns.values()), cells, frozenset(numeric), folded)


def of_figure(figure: Figure) -> Table:
    """The numbers that a picture draws."""
    rows = [[_rounded(row.get(one.key), one) for one in figure.columns] for row in figure.rows]
    numeric = {place for place, one in enumerate(figure.columns) if one.digits is not None}
    titles = [one.title for one in figure.columns]
    return Table(
        f"{figure.id}-table", f"The numbers of “{figure.title}”", titles, rows, frozenset(numeric), True
    )


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rounded(value: Any, column: Column) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "–"
    if column.digits is None or isinstance(value, str):
        return _text(value)
    text = f"{value:,.{column.digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else f"{0:.{column.digits}f}"
