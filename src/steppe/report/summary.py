"""The content of summary.json: every outcome measure at the last year with its uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from steppe.analysis.components import spread_dict
from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import Estimate, measure_table
from steppe.report.sweep import sweep_summary
from steppe.results.files import write_json
from steppe.results.indicators import catalogue
from steppe.results.query import Run

SUMMARY_VERSION = 1


def summary(run: Run, years: Sequence[int] | None = None) -> dict[str, Any]:
    """Every measure of every scenario and design point at `years` (the last) as plain data.

    Each row keeps three things apart: `std_error`, `low`, `high`, the error of the mean, which more replicates (of
    more draws) make small; `aleatory`, the spread that is luck, which they do not; and `epistemic`, the spread that
    comes from not knowing the values, with its `share` of the two variances: null unless a run samples them. The
    quantiles of `total` are those over all replicates, of `epistemic` those of the mean given the values.
    """
    if run.manifest.get("design"):
        return {"schema_version": SUMMARY_VERSION, "level": LEVEL, **sweep_summary(run)}
    stored = sorted({(m.chunk.point, m.chunk.scenario) for m in run.markers})
    rows = [
        row(estimate)
        for point in sorted({point for point, _ in stored})
        for scenario in run.scenarios
        if (point, scenario) in stored
        for estimate in measure_table(run, [scenario], years, point=point)
    ]
    return {
        "schema_version": SUMMARY_VERSION,
        "level": LEVEL,
        "scenarios": list(run.scenarios),
        "replicates": {name: len(run.replicates(name)) for name in run.scenarios},
        "draws": run.draws,
        "measures": catalogue(),
        "rows": rows,
    }


def write_summary(run: Run) -> dict[str, Any]:
    """Write summary.json into the run folder, whole or not at all, and return its content."""
    content = summary(run)
    write_json(run.path / "summary.json", content)
    return content


def row(estimate: Estimate) -> dict[str, Any]:
    """One estimate as plain data, None where a number is undefined."""
    names = ("scenario", "point", "measure", "entity", "year", "time", "unit", "n")
    numbers = ("mean", "std_error", "low", "high")
    total = {name: _number(getattr(estimate, name)) for name in ("sd", "q05", "q50", "q95")}
    parts = spread_dict(estimate.spread, total["sd"])
    if estimate.spread is None:
        parts["aleatory"] |= total
    return {
        **{name: getattr(estimate, name) for name in names},
        **{name: _number(getattr(estimate, name)) for name in numbers},
        "total": total,
        **parts,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
