"""Baselines in words: what one would say of an outcome without the model."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from steppe.report.words import interval
from steppe.results.indicators import chosen

#: besides probabilities, what a rate of history can be put beside
COUNTS = ("members", "observers", "leaders")


def is_forecast(measure: str) -> bool:
    """Whether a measure is a probability or a count, which shall not stand without a baseline."""
    return measure in COUNTS or chosen([measure])[0].probability


def baseline_text(baseline: Mapping[str, Any]) -> str:
    """``as at the start 0.00; at the rate of history 0.29 [0.20, 0.39] (30 accessions in 842 dyad-years …)``.

    baseline : as `analysis.baselines.Baseline.as_dict` has it
    """
    persistence, hazard = baseline["persistence"], baseline["hazard"]
    known = "" if persistence is None else f"as at the start {persistence:.3g}; "
    if hazard is None:
        return f"{known}no rate of history: {baseline['note'] or 'nothing of this kind is coded'}"
    value = interval(hazard, baseline["hazard_low"], baseline["hazard_high"])
    return f"{known}at the rate of history {value} ({counted_text(baseline)})"


def counted_text(baseline: Mapping[str, Any]) -> str:
    """``30 accessions in 842 dyad-years of eligible outsiders and observers``."""
    at_risk = f"{baseline['hazard_exposure']:,.0f}"
    return f"{baseline['hazard_events']} {baseline['counted']} in {at_risk} {baseline['unit']}"


def baseline_lines(rows: Iterable[Mapping[str, Any]], width: int) -> Iterator[str]:
    """A heading and a line for each forecast among rows with `what`, `measure` and `baseline`; nothing without any."""
    told = [row for row in rows if row.get("baseline") and is_forecast(row["measure"])]
    if told:
        yield "without the model, and so without what the scenario changes"
    for row in told:
        text = f"{row['what']}: {baseline_text(row['baseline'])}"
        yield from textwrap.wrap(
            text, width, initial_indent="  ", subsequent_indent="    ", break_long_words=False
        )
