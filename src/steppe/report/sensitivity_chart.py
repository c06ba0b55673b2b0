"""A sensitivity analysis as a picture: horizontal bars with intervals, as an SVG that needs no library.

Blue and orange of Okabe & Ito, which differ in lightness too and are told apart by all kinds of colour vision; every
bar also has its number beside it. A factor that does not rise above the noise is paler and says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from steppe.analysis.sensitivity import Row, Sensitivity
from steppe.report.sensitivity import number

TOP = 20
_COLOURS = ("#0072B2", "#E69F00")  # Okabe, M. & Ito, K. (2008), Color universal design
_SERIES = {  # main index → what is drawn, with its words
    "total": (("total", "total"), ("first", "first order")),
    "mu_star": (("mu_star", "μ* (mean size of the elementary effects)"),),
    "pawn": (("pawn", "PAWN (median distance of distributions)"),),
    "delta": (("delta", "delta"),),
    "prcc": (("prcc", "partial rank correlation"),),
}
_WIDTH, _NUMBERS, _TOP, _BAR, _GAP = 760, 130, 76, 13, 12  # pixels
_LONGEST = 32  # letters of a factor's name
_LETTER = 7.2  # width of a letter of 13 px, about


@dataclass(frozen=True)
class _Scale:
    """From values to pixels."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left)


def sensitivity_svg(found: Sensitivity, top: int = TOP) -> str:
    """The factors of largest index, ranked, as the text of an SVG file; title and description for screen readers."""
    rows, series = found.ranked()[:top], _SERIES[found.main]
    step = len(series) * _BAR + _GAP
    longest = max(len(_label(row)) for row in rows)
    low, high, ticks = _axis(rows, [name for name, _ in series])
    scale = _Scale(low, high, 24 + longest * _LETTER, _WIDTH - _NUMBERS)
    bottom = _TOP + step * len(rows)
    parts = [*_head(found, rows, bottom + 64), *_grid(scale, ticks, bottom), *_legend(series)]
    for at, row in enumerate(rows):
        parts += _bars(row, series, scale, _TOP + at * step + _GAP / 2, found.level)
    parts.append(_line(scale(0), scale(0), _TOP - 4, bottom + 4, "#222222"))
    parts.append(_text(24, bottom + 50, _footnote(found), size=12, colour="#444444"))
    return "\n".join([*parts, "</svg>", ""])


def _label(row: Row) -> str:
    """The factor's name, cut where it is too long; the group that nearly all are of is left out."""
    name = row.factor.removeprefix("parameters.")
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _head(found: Sensitivity, rows: Sequence[Row], height: float) -> list[str]:
    title = f"What {found.outcome} is sensitive to"
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title desc" font-family="sans-serif">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(_description(found, rows))}</desc>',
        f'<rect width="{_WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
        _text(24, 28, title, size=17),
    ]


def _description(found: Sensitivity, rows: Sequence[Row]) -> str:
    """The picture in words."""
    lines = []
    for row in rows:
        parts = [
            f"{words} {_interval(row, name)}"
            for name, words in _SERIES[found.main]
            if getattr(row, name) is not None
        ]
        below = ", not above the noise" if row.above_noise is False else ""
        lines.append(f"{row.factor}: {'; '.join(parts)}{below}.")
    return f"Bars of {len(rows)} of {len(found.rows)} factors, the largest first. " + " ".join(lines)


def _interval(row: Row, name: str) -> str:
    low, high = _ends(row, name)
    text = number(getattr(row, name))
    return text if low is None else f"{text} [{number(low)}, {number(high)}]"


def _ends(row: Row, name: str) -> tuple[float | None, float | None]:
    return getattr(row, f"{name}_low", None), getattr(row, f"{name}_high", None)


def _axis(rows: Sequence[Row], names: Sequence[str]) -> tuple[float, float, list[float]]:
    """Ends of the axis, zero between them, and round ticks."""
    values = [0.0]
    for row in rows:
        for name in names:
            values += [value for value in (getattr(row, name), *_ends(row, name)) if value is not None]
        values += [row.floor] if row.floor is not None else []
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 5))
    tick = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 6)
    first, last = math.floor(low / tick + 1e-9), math.ceil(high / tick - 1e-9)
    last = max(last, first + 1)
    return first * tick, last * tick, [at * tick for at in range(first, last + 1)]


def _grid(scale: _Scale, ticks: Sequence[float], bottom: float) -> list[str]:
    parts = []
    for tick in ticks:
        at = scale(tick)
        parts.append(_line(at, at, _TOP - 4, bottom + 4, "#dddddd"))
        label = f"{tick:.10g}".replace("-", "−")
        parts.append(_text(at, bottom + 20, label, size=12, anchor="middle", colour="#444444"))
    return parts


def _legend(series: Sequence[tuple[str, str]]) -> list[str]:
    parts, left = [], 24.0
    for (_, words), colour in zip(series, _COLOURS, strict=False):
        parts.append(f'<rect x="{left:.1f}" y="42" width="14" height="12" fill="{colour}"/>')
        parts.append(_text(left + 20, 53, words, size=13))
        left += 44 + len(words) * _LETTER
    return parts


def _bars(row: Row, series: Sequence[tuple[str, str]], scale: _Scale, y: float, level: float) -> list[str]:
    """The bars of a factor with their intervals, numbers and the floor."""
    name = _label(row)
    parts = [_text(scale.left - 10, y + len(series) * _BAR / 2 + 4.5, name, anchor="end")]
    pale = ' fill-opacity="0.35"' if row.above_noise is False else ""
    for at, ((field, words), colour) in enumerate(zip(series, _COLOURS, strict=False)):
        value = getattr(row, field)
        if value is None:
            continue
        edge, zero, top = scale(value), scale(0), y + at * _BAR
        said = f"{row.factor}, {words}: {_interval(row, field)}"
        parts.append(
            f'<rect x="{min(edge, zero):.1f}" y="{top:.1f}" width="{abs(edge - zero):.1f}" height="{_BAR - 2}" '
            f'fill="{colour}"{pale}><title>{escape(said)}</title></rect>'
        )
        low, high = _ends(row, field)
        if low is not None and high is not None:
            middle = top + (_BAR - 2) / 2
            parts.append(_line(scale(low), scale(high), middle, middle, "#222222", 1.4))
        note = " noise" if at == 0 and row.above_noise is False else ""
        parts.append(_text(scale.right + 12, top + _BAR - 3, number(value) + note, size=12))
    if row.floor is not None:  # where the index of a factor that does nothing would stay
        for sign in (-1, 1) if series[0][0] == "prcc" else (1,):
            at_floor = scale(sign * row.floor)
            parts.append(_line(at_floor, at_floor, y - 2, y + _BAR, "#222222", 1.4, dashes="2 2"))
    return parts


def _footnote(found: Sensitivity) -> str:
    parts = [f"{found.points:,} points × {found.replicates:,} replicates; lines: {found.level:.0%} intervals"]
    if any(row.floor is not None for row in found.rows):
        parts.append("dashes: below them a factor that does nothing")
    if found.noise is not None:
        parts.append(f"noise: {found.noise.share:.1%} of the variance")
    return "; ".join(parts)


def _line(
    x1: float, x2: float, y1: float, y2: float, colour: str, width: float = 1.0, dashes: str = ""
) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashed}/>'
    )


def _text(
    x: float, y: float, text: str, size: int = 13, anchor: str = "start", colour: str = "#222222"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )
