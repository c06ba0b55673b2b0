"""Text for a terminal: progress while work is done, tables afterwards; plain lines where there is none."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

_SILENT_FOR = 1.0  # seconds: work that is over by then shows no progress
_EVERY = 5.0  # seconds between two plain lines


class Progress:
    """Called with (done, planned), of replicates or of whatever else is counted; a bar on a terminal, a line now and then
    elsewhere.

    The first call fixes the count from which the rate is taken, so that a resume does not boast.
    """

    def __init__(self, quiet: bool = False, stream: TextIO | None = None, what: str = "replicates") -> None:
        self.what = what
        self.stream = stream or sys.stderr
        self.quiet = quiet
        self.started = time.monotonic()
        self.first: int | None = None
        self.last_line = 0.0
        self.bar: Any = None
        self.task: Any = None

    def __call__(self, done: int, planned: int) -> None:
        if self.first is None:
            self.first = done
        elapsed = time.monotonic() - self.started
        if self.quiet or elapsed < _SILENT_FOR:
            return
        if self.stream.isatty():
            self._draw(done, planned)
        elif done == planned or elapsed - self.last_line >= _EVERY:
            self.last_line = elapsed
            rate = (done - self.first) / elapsed
            left = f", {duration((planned - done) / rate)} left" if rate > 0 and done < planned else ""
            print(f"{done:,} of {planned:,} {self.what}, {rate:,.0f}/s{left}", file=self.stream, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _draw(self, done: int, planned: int) -> None:
        if self.bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                TaskProgressColumn,
                TextColumn,
                TimeRemainingColumn,
            )
            from rich.progress import Progress as Bar

            self.bar = Bar(
                TextColumn(self.what),
                BarColumn(),
                MofNCompleteColumn(),
                TaskProgressColumn(show_speed=True),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(file=self.stream),
                transient=True,
            )
            self.task = self.bar.add_task("", total=planned, completed=done, rate="")
            self.bar.start()
        rate = (done - (self.first or 0)) / (time.monotonic() - self.started)
        self.bar.update(self.task, completed=done, total=planned, rate=f"{rate:,.0f}/s")


def duration(seconds: float) -> str:
    """``7 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None) -> str:
    """Rows as aligned columns; numbers to the right."""
    if not rows:
        return "none"
    names = list(columns or rows[0])
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[n]) for line in cells)) for n, name in enumerate(names)]
    right = [all(isinstance(row.get(name), (int, float, type(None))) for row in rows) for name in names]

    def line(texts: Sequence[str]) -> str:
        parts = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(texts, widths, right, strict=True)
        )
        return "  ".join(parts).rstrip()

    return "\n".join([line(names), line(["─" * width for width in widths]), *(line(row) for row in cells)])


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, (list, tuple)):
        return " ".join(str(item) for item in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_cell(item)}" for key, item in value.items())
    return str(value)
