"""A sensitivity analysis for the eye: lines or a table for the terminal; `sensitivity_chart` draws it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from steppe.analysis.sensitivity import Row, Sensitivity
from steppe.report.terminal import table

TOP = 20  # factors in a table
PAIRS = 5
_INTERVALS = ("first", "total", "mu_star", "delta", "prcc")
_WORDS = {
    "first": "first order",
    "total": "total",
    "mu_star": "μ*",
    "mu": "μ",
    "sigma": "σ",
    "pawn": "PAWN",
    "pawn_max": "PAWN, largest",
    "delta": "delta",
    "prcc": "PRCC",
    "floor": "floor",
}
_ORDER = ("total", "first", "mu_star", "mu", "sigma", "pawn", "pawn_max", "delta", "prcc")


def sensitivity_text(found: Sensitivity, top: int = TOP, rich: bool = False) -> str:
    """Factors by rank, each index with its interval; then the noise, pairs, and what the reader must know.

    rich : a table with colours for a terminal instead of plain lines
    """
    ranked = found.ranked()
    columns = _columns(found)
    head = f"{found.outcome}: mean {found.mean:,.3g}, standard deviation {found.sd:,.3g} over {found.points:,} points"
    cells = [_cells(row, columns, found) for row in ranked[:top]]
    names = ["factor", *(_WORDS[column] for column in columns), "above noise"]
    tail = [f"and {len(ranked) - top} more; all numbers with --json"] if len(ranked) > top else []
    tail += _below(found, columns)
    if rich:
        return "\n".join([_table(head, names, cells, ranked[:top], found), *tail])
    body = table([dict(zip(names, line, strict=True)) for line in cells], names)
    return "\n".join([head, body, *tail])


def number(value: float | None, places: int = 2) -> str:
    """``0.31``, ``−0.05``; a dash for nothing; three digits from 10 on."""
    if value is None:
        return "–"
    text = f"{value:.{places}f}" if abs(value) < 10 else f"{value:,.3g}"
    return text.replace("-", "−") if float(text.replace(",", "")) else f"{0:.{places}f}"


def _columns(found: Sensitivity) -> list[str]:
    main = found.main
    used = [name for name in _ORDER if any(getattr(row, name) is not None for row in found.rows)]
    rest = [name for name in used if name != main]
    floor = ["floor"] if any(row.floor is not None for row in found.rows) else []
    return [main, *rest, *floor]


def _cells(row: Row, columns: Sequence[str], found: Sensitivity) -> list[str]:
    cells = [row.factor]
    places = _places(found)
    for column in columns:
        text = number(getattr(row, column), places)
        if column in _INTERVALS and getattr(row, column) is not None:
            low, high = (number(getattr(row, f"{column}{end}"), places) for end in ("_low", "_high"))
            text += f" [{low}, {high}]"
        cells.append(text)
    return [*cells, {True: "yes", False: "no", None: "not known"}[row.above_noise]]


def _places(found: Sensitivity) -> int:
    """Decimals: two, more where elementary effects, which have a unit, are small."""
    largest = max(abs(getattr(row, found.main)) for row in found.rows)
    return 2 if found.main != "mu_star" or largest >= 1 else 4


def _below(found: Sensitivity, columns: Sequence[str]) -> list[str]:
    lines = []
    if found.noise is not None:
        noise = found.noise
        lines.append(
            f"simulation noise: {_share(noise.share)} of the variance over points, {noise.replicates} replicates each "
            f"({_share(noise.share_unshared)} if luck were not shared by all points)"
        )
    if "floor" in columns:
        what = _WORDS[found.main]
        lines.append(
            f"floor: {what} of a factor that does nothing stays below it in {found.level:.0%} of cases"
        )
    strong = sorted((pair for pair in found.pairs if pair.low > 0), key=lambda pair: -pair.second)
    for pair in strong[:PAIRS]:
        low, high = number(pair.low), number(pair.high)
        lines.append(f"together: {pair.factors[0]} × {pair.factors[1]} {number(pair.second)} [{low}, {high}]")
    return [*lines, *(f"note: {note}" for note in found.notes)]


def _share(value: float) -> str:
    return f"{value:.1%}" if value < 0.1 else f"{value:.0%}"


def _table(
    head: str, names: Sequence[str], cells: Sequence[Sequence[str]], rows: Sequence[Row], found: Sensitivity
) -> str:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(title=escape(head), title_justify="left", box=box.SIMPLE_HEAD)
    drawn.add_column(names[0], overflow="fold")
    for name in names[1:]:
        drawn.add_column(name, justify="left" if name == names[-1] else "right", no_wrap=True)
    for line, row in zip(cells, rows, strict=True):
        drawn.add_row(*(escape(cell) for cell in line), style="dim" if row.above_noise is False else None)
    stream = io.StringIO()
    Console(file=stream, force_terminal=True).print(drawn)
    return stream.getvalue().rstrip()
