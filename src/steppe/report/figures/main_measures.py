"""Which measures of a run a page shows: what its scenarios ask for, then what differs or changes most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from steppe.analysis.answers import largest
from steppe.analysis.measures import measure_table
from steppe.results.indicators import TIMES
from steppe.results.query import Run

MOST = 6
ASKED = 6
PER_MEASURE = 2
Key = tuple[str, str]


def main_measures(
    run: Run, rows: Sequence[Mapping[str, Any]] = (), most: int = MOST, scenarios: Sequence[str] | None = None
) -> list[Key]:
    """(measure, entity) of what a page shows, `most` at most and first what is asked for.

    rows : of `analysis.comparison.compare`, if scenarios are compared; without any, what changes most from the start
    scenarios : those of the page, all if None
    """
    shown = set(run.scenarios if scenarios is None else scenarios)
    found = _asked(run, shown)[:ASKED]
    if len(found) < most:
        known = set(found)
        changed = rows or _since_start(run, [name for name in run.scenarios if name in shown])
        rest = [
            row
            for row in changed
            if (row["measure"], row["entity"]) not in known and row["measure"] not in TIMES
        ]
        for row in largest(
            rest, 4 * most, PER_MEASURE
        ):  # the same measure may differ most in several scenarios
            key = (row["measure"], row["entity"])
            found += [key] if key not in found else []
    return found[:most]


def _asked(run: Run, shown: set[str]) -> list[Key]:
    """The outcomes that scenarios ask for, the first of each before the second of any."""
    lists = [
        [(one["measure"], one["of"]) for one in entry.get("outcomes") or ()]
        for entry in run.manifest["scenarios"]
        if entry["name"] in shown
    ]
    return list(dict.fromkeys(key for turn in zip_longest(*lists) for key in turn if key is not None))


def _since_start(run: Run, scenarios: Sequence[str]) -> list[dict[str, Any]]:
    """Change of every measure from the start to the last year, with the interval of the latter."""
    first, last = run.years[0], run.years[-1]
    estimates = measure_table(run, scenarios, (first, last))
    start = {(e.scenario, e.measure, e.entity): e.mean for e in estimates if e.year == first}
    rows = []
    for e in estimates:
        before = start[e.scenario, e.measure, e.entity]
        if e.year == last and e.low == e.low and before == before:
            rows.append(
                {
                    "measure": e.measure,
                    "entity": e.entity,
                    "difference": e.mean - before,
                    "low": e.low - before,
                    "high": e.high - before,
                }
            )
    return rows
