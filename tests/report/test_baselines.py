"""Baselines in words: every number of a baseline is in its line, or the reason why there is none."""

from __future__ import annotations

from typing import Any

import pytest

from steppe.analysis.baselines import Baseline
from steppe.report.baselines import baseline_lines, baseline_text, is_forecast
from steppe.results.indicators import MEASURES

KNOWN = Baseline(
    "member",
    "AAA/ONE",
    2036,
    0.0,
    0.291,
    0.202,
    0.393,
    30,
    2310.4,
    0.013,
    0.01,
    0.02,
    "accessions",
    "dyad-years",
)
NONE = Baseline("alive", "ONE", 2036, 1.0, note="2 ends of bodies in 305 body-years: too few for a rate")


def test_a_rate_stands_with_its_count_and_exposure() -> None:
    assert baseline_text(KNOWN.as_dict()) == (
        "as at the start 0; at the rate of history 0.29 [0.20, 0.39] (30 accessions in 2,310 dyad-years)"
    )


def test_without_a_rate_the_reason_stands() -> None:
    assert baseline_text(NONE.as_dict()) == (
        "as at the start 1; no rate of history: 2 ends of bodies in 305 body-years: too few for a rate"
    )


def row(baseline: Baseline, what: str) -> dict[str, Any]:
    return {"measure": baseline.measure, "what": what, "baseline": baseline.as_dict()}


def test_lines_are_of_forecasts_only() -> None:
    depth = Baseline("depth", "ONE", 2036, 0.2)
    lines = list(baseline_lines([row(KNOWN, "A a member"), row(depth, "depth"), row(NONE, "it exists")], 60))
    text = " ".join(" ".join(lines).split())
    assert (
        "A a member: as at the start 0" in text
        and "it exists: as at the start 1" in text
        and "depth" not in text
    )
    assert max(map(len, lines)) <= 60
    assert list(baseline_lines([row(depth, "depth"), {"measure": "member", "what": "old"}], 60)) == []


@pytest.mark.parametrize("measure", [one.id for one in MEASURES if one.probability])
def test_no_probability_stands_alone(measure: str) -> None:
    assert is_forecast(measure)
