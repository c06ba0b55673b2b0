"""Layout of pictures that are lists: each row has its words and its marks.

On a phone the words stand above the marks, over the whole width; where there is room, to the left of them. One picture does
both, since its width is not known before it is seen: every row is as high as its words need and has two places for each
mark, in pixels from the top, between which the width decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppe.report.figures.theme import GRID, INK, LABEL, NOTE, NOTE_WRAP, QUIET, WIDE, WRAP, inline, wrapped

if TYPE_CHECKING:
    import altair

LINE = 16  # px from line to line of words
MARK = 18  # px that a mark takes
GAP = 12  # px between rows
WORDS = 340  # px that the words have where they are beside the marks
EDGE = 10  # px between the ends of the scale and those of the picture, for marks at the ends
LEFT = f"(width > {WIDE} ? {WORDS} : 0)"
Value = dict[str, Any]


@dataclass(frozen=True)
class Placed:
    """Where the parts of one row are, in pixels from the top.

    top : of the row;  words, notes : the middle of each line, with its text
    marks : of the middle of each mark, below the words and beside them
    """

    top: float
    words: tuple[tuple[float, str], ...]
    notes: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, float], ...]

    def at(self, mark: int = 0) -> Value:
        """Where a mark is, for the data of a chart of `Rows.chart`."""
        narrow, wide = self.marks[mark]
        return {"narrow": narrow, "wide": wide}


@dataclass(frozen=True)
class Rows:
    """Rows with their places, and the height of all."""

    placed: tuple[Placed, ...]
    height: float

    def chart(self, values: Sequence[Mapping[str, Any]]) -> altair.Chart:
        """A chart of values with `narrow` and `wide`, each in its row."""
        import altair as alt

        chart = alt.Chart(inline(list(values)))
        chart = chart.transform_calculate(y=f"width > {WIDE} ? datum.wide : datum.narrow")
        return chart.encode(y=self.y())

    def y(self, field: str = "y") -> altair.Y:
        """The vertical channel."""
        import altair as alt

        scale = alt.Scale(domain=[0, self.height], reverse=True, nice=False, zero=False)
        return alt.Y(f"{field}:Q", axis=None, scale=scale)

    def x(
        self,
        field: str,
        axis: Mapping[str, Any] | None = None,
        scale: Mapping[str, Any] | None = None,
        kind: str = "Q",
    ) -> altair.X:
        """The horizontal channel, right of the words where these are beside the marks."""
        import altair as alt

        ends = [{"expr": f"{LEFT} + {EDGE}"}, {"expr": f"width - {EDGE}"}]
        line = {"grid": False, "domain": False, "labelFlush": False, "tickCount": 5, "titleAnchor": "end"}
        return alt.X(
            f"{field}:{kind}",
            axis=alt.Axis(**{**line, **(axis or {})}),
            scale=alt.Scale(**{**(scale or {}), "range": ends}),
        )

    def frame(self) -> list[Any]:
        """The words of all rows, names in ink and notes quieter, and lines between the rows."""
        import altair as alt

        between = [{"y": row.top} for row in self.placed[1:]]
        rule = alt.Chart(inline(between)).mark_rule(color=GRID, strokeWidth=1, aria=False)
        layers: list[Any] = [rule.encode(y=self.y())] if between else []
        for part, colour, size in (("words", INK, LABEL), ("notes", QUIET, NOTE)):
            lines = [{"y": y, "text": text} for row in self.placed for y, text in getattr(row, part)]
            if lines:
                chart = alt.Chart(inline(lines)).mark_text(
                    align="left", baseline="middle", color=colour, fontSize=size, aria=False
                )
                layers.append(chart.encode(y=self.y(), x=alt.value(0), text="text:N"))
        return layers

    def tracks(self) -> altair.Chart:
        """A quiet line below the marks of each row, from end to end of the scale."""
        import altair as alt

        values = [row.at(k) for row in self.placed for k in range(len(row.marks))]
        chart = self.chart(values).mark_rule(color=GRID, strokeWidth=1, aria=False)
        found: altair.Chart = chart.encode(x=alt.value({"expr": LEFT}), x2=alt.value({"expr": "width"}))
        return found

    def ticks(self, value: float) -> altair.Chart:
        """A short upright line at a value of the scale, in each row: zero."""
        values = [{**row.at(k), "tick": value} for row in self.placed for k in range(len(row.marks))]
        chart = self.chart(values).mark_tick(color=QUIET, thickness=1.5, size=MARK, aria=False)
        found: altair.Chart = chart.encode(x=self.x("tick"))
        return found


def rows_of(
    words: Sequence[str],
    notes: Sequence[Sequence[str]] | None = None,
    marks: Sequence[int] | int = 1,
    mark: float = MARK,
) -> Rows:
    """Rows one below the other.

    words : of each row, wrapped here;  notes : further lines of each row, one text a line, wrapped too
    marks : how many marks each row has, one below the other;  mark : px that each takes
    """
    count = [marks] * len(words) if isinstance(marks, int) else list(marks)
    below = notes or [()] * len(words)
    placed, at = [], 0.0
    for text, further, many in zip(words, below, count, strict=True):
        top, at = at, at + GAP / 2
        first = wrapped(text, WRAP).split("\n")
        rest = [line for one in further for line in wrapped(one, NOTE_WRAP).split("\n")]
        spots = [at + LINE * (k + 0.5) for k in range(len(first) + len(rest))]
        at += LINE * len(spots)
        narrow = [at + mark * (k + 0.5) for k in range(many)]
        at += mark * many + GAP / 2
        middle = (top + at) / 2
        wide = [middle + mark * (k - (many - 1) / 2) for k in range(many)]
        split = len(first)
        placed.append(
            Placed(
                top,
                tuple(zip(spots[:split], first, strict=True)),
                tuple(zip(spots[split:], rest, strict=True)),
                tuple(zip(narrow, wide, strict=True)),
            )
        )
    return Rows(tuple(placed), at)
