"""What a picture of a report is: a chart, the words for those who do not see it, and the numbers that it draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair


@dataclass(frozen=True)
class Column:
    """One column of the table behind a picture.

    key : of the rows;  title : above the column;  digits : decimals of numbers, None for texts and whole numbers
    """

    key: str
    title: str
    digits: int | None = None


@dataclass(frozen=True)
class Figure:
    """One picture.

    id : unique in a report, letters, digits and dashes; also the name of its file
    title : what is shown, as a sentence or a noun phrase
    alt : what there is to see, in words and with its main numbers; stands for the picture where it is not seen
    caption : how to read it, and what it leaves out
    chart : an Altair chart, complete but for the theme
    columns, rows : the numbers that are drawn, as a table
    """

    id: str
    title: str
    alt: str
    caption: str
    chart: altair.TopLevelMixin
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
