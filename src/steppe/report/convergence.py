"""Running estimates as a table for the terminal, and as a small drawing of the estimate with its band."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

from steppe.analysis.convergence import Enough, Running, few_events
from steppe.report.terminal import table

WIDTH, HEIGHT = 480, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 28, 40  # margins: room for numbers, a title, and the name of the axis


def convergence_text(found: Running, name: str = "", stop: Enough | None = None) -> str:
    """Estimate and interval at each number of replicates, then what they suffice for.

    name : of the outcome;  stop : as `enough` has it
    """
    rows = []
    for i, count in enumerate(found.counts):
        row: dict[str, object] = {"replicates": count}
        if any(n != c for n, c in zip(found.n, found.counts, strict=True)):
            row["defined"] = found.n[i]
        if found.events is not None:
            row["events"] = found.events[i]
        row["estimate"], row["std error"] = _known(found.estimate[i]), _known(found.std_error[i])
        row["low"], row["high"] = _known(found.low[i]), _known(found.high[i])
        rows.append(row)
    lines = [name, table(rows)] if name else [table(rows)]
    warning = few_events(found.events[-1], found.n[-1]) if found.events is not None else None
    if warning:
        lines.append(f"warning: {warning}")
    if stop is not None:
        total = "" if stop.needed is None or stop.enough else f"; about {stop.needed:,} replicates are needed"
        lines.append(f"{'enough' if stop.enough else 'not enough'}: {stop.reason}{total}")
    return "\n".join(lines)


def convergence_svg(found: Running, name: str, unit: str = "1", target: float | None = None) -> str:
    """The estimate against replicates (logarithmic) with the band of its interval: an SVG with a title and a description.

    target : half-width of a band around the last estimate, drawn as two broken lines
    Colours differ in lightness, lines in dashes; text and lines take the page's own colour.
    """
    points = [
        (count, estimate, low, high)
        for count, estimate, low, high in zip(
            found.counts, found.estimate, found.low, found.high, strict=True
        )
        if math.isfinite(low) and math.isfinite(high)
    ]
    title = f"{name}: estimate against the number of replicates"
    if not points:
        return _frame(title, f"{name} is not defined in two replicates or more.", [])
    last = points[-1]
    ends = [p[2] for p in points] + [p[3] for p in points]
    guides = [] if target is None else [last[1] - target, last[1] + target]
    bottom, top = _span([*ends, *guides], found.probability)
    first, final = math.log(points[0][0]), math.log(last[0])

    def x(count: float) -> float:
        if first == final:
            return LEFT
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log(count) - first) / (final - first)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - bottom) / (top - bottom)

    band = [(x(p[0]), y(p[3])) for p in points] + [(x(p[0]), y(p[2])) for p in reversed(points)]
    drawn = [
        f'<polygon points="{_path(band)}" fill="#6baed6" fill-opacity="0.45"/>',
        f'<polyline points="{_path([(x(p[0]), y(p[1])) for p in points])}" fill="none" stroke="#08519c" stroke-width="2"/>',
        *(_guide(y(value)) for value in guides),
        *_axes([(x(p[0]), p[0]) for p in points], [(y(value), value) for value in _ticks(bottom, top)], unit),
        *(f'<circle cx="{x(p[0]):.1f}" cy="{y(p[1]):.1f}" r="2.5" fill="#08519c"/>' for p in points),
    ]
    level = f"{100 * found.level:g} %"
    told = (
        f"After {points[0][0]:,} replicates the estimate is {_shown(points[0][1])}, with a {level} interval from "
        f"{_shown(points[0][2])} to {_shown(points[0][3])}; after {last[0]:,} it is {_shown(last[1])}, "
        f"from {_shown(last[2])} to {_shown(last[3])}."
    )
    return _frame(title, told, drawn)


def _frame(title: str, told: str, drawn: Sequence[str]) -> str:
    mark = f"c{zlib.crc32((title + told).encode()):08x}"  # two drawings may share a page, and ids may not
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-labelledby="{mark}-title {mark}-desc" font-family="sans-serif" font-size="11" '
        'fill="currentColor">'
    )
    return "\n".join(
        [
            head,
            f'<title id="{mark}-title">{escape(title)}</title>',
            f'<desc id="{mark}-desc">{escape(told)}</desc>',
            f'<text x="{LEFT}" y="16" font-size="12">{escape(title)}</text>',
            *drawn,
            "</svg>",
            "",
        ]
    )


def _axes(
    counts: Sequence[tuple[float, float]], values: Sequence[tuple[float, float]], unit: str
) -> list[str]:
    floor = HEIGHT - BOTTOM
    lines = [
        f'<path d="M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}" fill="none" stroke="currentColor"/>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">replicates</text>',
    ]
    every = max(1, math.ceil(len(counts) / 6))
    for at, count in list(reversed(counts))[::every]:
        lines.append(f'<path d="M{at:.1f} {floor}v4" stroke="currentColor"/>')
        anchor = "end" if at > WIDTH - RIGHT - 10 else "middle"
        lines.append(f'<text x="{at:.1f}" y="{floor + 16}" text-anchor="{anchor}">{count:,.0f}</text>')
    for at, value in values:
        lines.append(f'<path d="M{LEFT} {at:.1f}h-4" stroke="currentColor"/>')
        lines.append(f'<text x="{LEFT - 7}" y="{at + 4:.1f}" text-anchor="end">{_shown(value)}</text>')
    if unit != "1":
        lines.append(f'<text x="4" y="{TOP - 2}">{escape(unit)}</text>')
    return lines


def _guide(at: float) -> str:
    return f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="currentColor" stroke-dasharray="5 4" fill="none"/>'


def _span(values: Sequence[float], probability: bool) -> tuple[float, float]:
    """Lower and upper end of the axis: a little more than what is drawn; a probability stays one."""
    low, high = min(values), max(values)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
    low, high = low - room, high + room
    return (max(low, 0.0), min(high, 1.0)) if probability else (low, high)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the ends, four or so."""
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(k * step, 12) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{at:.1f},{height:.1f}" for at, height in points)


def _shown(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
