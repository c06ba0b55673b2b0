"""Paired differences as text: what stands out first, or everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from steppe.report.terminal import table

_MOST = 25  # rows of one comparison that are printed unless all are asked for
_COLUMNS = ("measure", "entity", "time", "reference", "alternative", "difference", "low", "high", "n")


def text(rows: Sequence[Mapping[str, Any]], scales: Mapping[str, float], everything: bool = False) -> str:
    """One table per pair of scenarios.

    scales : for each measure the difference that counts as large. Rows are ordered by the difference in this
        unit, and rows whose interval holds 0 are left out, unless everything is asked for
    """
    blocks = []
    for pair in dict.fromkeys(_pair(row) for row in rows):
        own = [row for row in rows if _pair(row) == pair]
        shown = own if everything else _standing_out(own, scales)[:_MOST]
        lines = [
            f"{pair[0]} against {pair[1]}",
            table(shown, _COLUMNS) if shown else "no difference stands out",
        ]
        left = len(own) - len(shown)
        lines += [f"{left} more rows: --all, or --json"] if left else []
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _pair(row: Mapping[str, Any]) -> tuple[str, str]:
    """Alternative and reference; with their run folders where these differ."""
    if row["run"] == row["reference_run"]:
        return row["scenario"], row["reference_scenario"]
    return f"{row['run']}:{row['scenario']}", f"{row['reference_run']}:{row['reference_scenario']}"


def _standing_out(rows: Sequence[Mapping[str, Any]], scales: Mapping[str, float]) -> list[Mapping[str, Any]]:
    clear = [
        row for row in rows if row["low"] is not None and row["difference"] and row["low"] * row["high"] > 0
    ]
    return sorted(clear, key=lambda row: -abs(row["difference"]) / scales.get(row["measure"], 1.0))
