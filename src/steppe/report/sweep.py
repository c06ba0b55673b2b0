"""A run with a design, for a terminal and for summary.json."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from steppe.analysis.sweep import Sweep, open_sweep, summaries
from steppe.report.terminal import table
from steppe.results.query import Run


def sweep_summary(run: Run) -> dict[str, Any]:
    """The design, every outcome over its points, and the points that failed, as plain data."""
    sweep = open_sweep(run)
    rows = [
        {key: None if isinstance(one, float) and math.isnan(one) else one for key, one in asdict(row).items()}
        for row in summaries(sweep)
    ]
    failed = [dict(zip(("scenario", "point", "error"), one, strict=True)) for one in sweep.failures()]
    return {
        "design": run.manifest["design"],
        "scenarios": list(run.scenarios),
        "rows": rows,
        "failed_points": failed,
    }


def sweep_text(run: Run) -> str:
    """What the design was, a table of outcomes over its points, and what to do next."""
    sweep = open_sweep(run)
    content = sweep_summary(run)
    lines = [_head(sweep), "", _table(content["rows"])]
    for one in content["failed_points"][:5]:
        lines.append(f"failed at point {one['point']} of {one['scenario']}: {one['error'].splitlines()[0]}")
    more = len(content["failed_points"]) - 5
    if more > 0:
        lines.append(f"and {more} more: SELECT * FROM point_failures")
    return "\n".join([*lines, "", *_next(sweep)])


def _head(sweep: Sweep) -> str:
    varied = [one["name"] for one in sweep.varied]
    names = ", ".join(varied[:4]) + (f" and {len(varied) - 4} more" if len(varied) > 4 else "")
    return f"{len(sweep.ids):,} points of a {sweep.kind} design over {names}"


def _table(rows: list[dict[str, Any]]) -> str:
    drawn = [
        {
            "scenario": row["scenario"],
            "outcome": row["outcome"],
            "points": row["points"],
            "replicates": row["replicates"],
            "mean": row["mean"],
            "sd over points": row["sd"],
            "least": row["low"],
            "most": row["high"],
            "of it chance": row["noise"],
        }
        for row in rows
    ]
    return table(drawn)


def _next(sweep: Sweep) -> list[str]:
    folder = sweep.run.path
    lines = [
        f"which factors matter   steppe sensitivity {folder}",
        f"in which region        steppe discover {folder} --above 0.5",
    ]
    if len(sweep.run.scenarios) > 1:
        lines.append(f"which choice holds up  steppe robust {folder}")
    return lines
