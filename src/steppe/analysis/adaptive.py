"""Replicates until an estimate is sharp enough, or a budget is spent; and the values that this is judged by."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from steppe.analysis.convergence import enough
from steppe.analysis.intervals import Array
from steppe.analysis.measures import measure_values
from steppe.analysis.sweep import chosen_outcome, open_sweep
from steppe.errors import InputError, input_error
from steppe.results.indicators import SYSTEM, Measure, chosen
from steppe.results.query import Run, open_run
from steppe.simulation import extend
from steppe.simulation.runner import Progress, RunSummary, Say


def one_scenario(names: Sequence[str], scenario: str | None) -> str:
    """The scenario that is meant. Raises InputError where none is named of several."""
    if scenario is None and len(names) > 1:
        raise input_error("which scenario is meant?", key="scenario", accepted=names)
    if scenario is not None and scenario not in names:
        raise input_error("no such scenario in the run", key="scenario", value=scenario, accepted=names)
    return names[0] if scenario is None else scenario


def replicate_values(run: Run, outcome: str, scenario: str | None) -> tuple[Measure, str, Array]:
    """(measure, scenario, values): (1, R) of a run, (P, R) of one with a design; bool for probabilities.

    outcome : ``MEASURE ENTITY @YEAR``, the year being the last if not given.  Raises InputError.
    """
    name = one_scenario(run.scenarios, scenario)
    if run.manifest.get("design"):
        sweep = open_sweep(run)
        text = chosen_outcome(sweep, outcome)
        measure = chosen([text.split(" ")[0]])[0]
        values = sweep.values(name, text)[sweep.points_of(name)]
        return measure, name, values == 1 if measure.probability and not np.isnan(values).any() else values
    text, _, at = outcome.partition("@")
    words = text.split()
    if not words or len(words) > 2 or (at and not at.strip().isdigit()):
        raise InputError("no such outcome", key="outcome", value=outcome, accepted="MEASURE ENTITY @YEAR")
    measure = chosen(words[:1])[0]
    names = None if len(words) == 1 or words[1] == SYSTEM else words[1:]
    if names is None and measure.of:
        raise InputError(
            f"{measure.id} of what?",
            key="outcome",
            value=outcome,
            accepted=f"{measure.id} {'/'.join(measure.of).upper()}",
        )
    year = int(at) if at else run.years[-1]
    return measure, name, measure_values(run, measure.id, name, year, names).values


def extend_until(
    folder: Path,
    outcome: str | None,
    target: float | None,
    budget: float | None,
    most: int,
    progress: Progress,
    say: Say = lambda text: None,
) -> tuple[RunSummary, str]:
    """Double a run's replicates until the standard error of an outcome is at most the target in every scenario and point.

    budget : seconds after which no further doubling is begun;  most : replicates at most
    Returns the last summary, and why it stopped. With a target alone, the same run ends with the same replicates anywhere;
    a budget in seconds makes their number depend on the machine, though not one bit of theirs.
    """
    began = time.monotonic()
    summary = extend.resume(folder, progress, say)
    while True:
        run = open_run(folder)
        count = int(run.manifest["replicates"])
        if outcome is not None and target is not None:
            verdicts = [
                one
                for name in run.scenarios
                for measure, _, values in [replicate_values(run, outcome, name)]
                for one in enough(values, target, measure.probability)
            ]
            if all(one.enough for one in verdicts):
                return (
                    summary,
                    f"enough at {count:,} replicates: {max(verdicts, key=lambda one: one.std_error).reason}",
                )
        if count >= most:
            return summary, f"stopped at {count:,} replicates, the most that were allowed"
        if budget is not None and time.monotonic() - began >= budget:
            return summary, f"stopped at {count:,} replicates: the budget of {budget:g} s is spent"
        summary = extend.extend(folder, {"ensemble.replicates": min(2 * count, most)}, progress, say)
