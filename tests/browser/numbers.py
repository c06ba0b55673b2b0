"""The numbers of a report held against the run: each one that says what it is, by hand from the values of all replicates."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import numpy as np
from tests.browser.browser import Page

import steppe

CLOSE = 1e-9
_NUMBER = re.compile(r"([+−-]?)(\d[\d,]*(?:\.(\d+))?)")
Values = dict[tuple[str, str], dict[int, float]]


def read(text: str) -> list[tuple[float, float]]:
    """The numbers of a text, each with half a unit of its last digit: what rounding may have taken.

    >>> read("+0.31 [−0.02, 0.64]")
    [(0.31, 0.005), (-0.02, 0.005), (0.64, 0.005)]
    """
    found = []
    for sign, digits, decimals in _NUMBER.findall(text):
        size = float(digits.replace(",", ""))
        found.append((-size if sign in ("−", "-") else size, 0.5 * 10.0 ** -len(decimals)))
    return found


def against_tables(page: Page, run: steppe.Run) -> list[str]:
    """Numbers of the page that are not what the run's values give, or whose text is not their rounding."""
    numbers = page.script("numbers")
    faults = [] if numbers else ["the page says of no number what it is"]

    @functools.cache
    def values(measure: str, year: int, point: int) -> Values:
        return _values(run, measure, year, point)

    @functools.cache
    def bounds(measure: str, year: int, reference: str) -> dict[tuple[str, str], Any]:
        rows = run.compare(reference, measure=measure, year=year)
        return {(row["scenario"], row["entity"]): row for row in rows}

    for one in numbers:
        name = f"{one['measure']} of {one['entity']} in {one['year']}, {one['scenario']}, {one['statistic']}"
        year, point = int(one["year"]), int(one.get("point", 0))
        known = values(one["measure"], year, point)
        own = known[one["scenario"], one["entity"]]
        other = known[one["reference"], one["entity"]] if "reference" in one else None
        truth, told = _statistic(one["statistic"], own, other), float(one["value"])
        if not abs(told - truth) <= CLOSE * max(1.0, abs(truth)):
            faults.append(f"{name}: {told}, and the run gives {truth}")
        faults += [f"{name}: {fault}" for fault in _rounding(one["text"], told)]
        texts = read(one["text"])[1:]
        if texts and one["statistic"] == "difference":
            row = bounds(one["measure"], year, one["reference"]).get((one["scenario"], one["entity"]))
            faults += _bounds(name, texts, (row["low"], row["high"]) if row else (math.nan, math.nan))
    return faults


def _values(run: steppe.Run, measure: str, year: int, point: int) -> Values:
    """(scenario, entity) → replicate → value."""
    table = run.values(measure, year=year, point=point)
    first, last = table.columns.index("replicate") + 1, table.columns.index("value")
    parts = [table[name] for name in table.columns[first:last] if name != "draw"]
    found: Values = {}
    for k, (scenario, replicate, value) in enumerate(
        zip(table["scenario"], table["replicate"], table["value"], strict=True)
    ):
        entity = "/".join(str(part[k]) for part in parts) or "system"
        found.setdefault((str(scenario), entity), {})[int(replicate)] = float(value)
    return found


def _statistic(name: str, own: dict[int, float], other: dict[int, float] | None) -> float:
    """A mean, or a mean over the futures in which both scenarios have a value."""
    if other is None:
        assert name == "mean", name
        return float(np.nanmean(list(own.values())))
    pairs = [(own[k], other[k]) for k in own if k in other]
    a, b = np.array([pair for pair in pairs if not any(map(math.isnan, pair))]).T
    by_name = {"alternative": a.mean(), "reference": b.mean(), "difference": (a - b).mean()}
    by_name["relative"] = by_name["difference"] / abs(b.mean()) if b.mean() else math.nan
    return float(by_name[name])


def _rounding(text: str, value: float) -> list[str]:
    """Whether the first number of a text is the rounding of a value."""
    found = read(text)
    if not found:
        return [f"no number in {text!r}"]
    (shown, half), scale = found[0], 100.0 if "%" in text else 1.0
    return [] if abs(shown - scale * value) <= half * (1 + 1e-6) else [f"{text!r} is not {value} rounded"]


def _bounds(name: str, texts: list[tuple[float, float]], truth: tuple[float, float]) -> list[str]:
    """Whether the interval that is read is the one of the comparison."""
    right = len(texts) == 2 and all(
        abs(shown - bound) <= half * (1 + 1e-6) for (shown, half), bound in zip(texts, truth, strict=True)
    )
    return [] if right else [f"{name}: the interval is not {truth[0]:.5f} to {truth[1]:.5f}"]
