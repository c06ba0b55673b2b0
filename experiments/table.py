"""A table of a study: what each scenario came to, and how it differs from a reference that shares its luck.

    python experiments/table.py REFERENCE "MEASURE OF,MEASURE OF,…" "SCENARIO,SCENARIO,…" RUN [RUN…]

Every cell is the mean in the last year and, in brackets, the paired difference from the reference ± its standard error. Scenarios
may lie in several runs of one world, seed and length: replicates are paired by number, as many as both have.
"""

import sys
from pathlib import Path

import numpy as np

from steppe.analysis.measures import measure_values
from steppe.results.query import Run, open_run


def values(runs: list[Run], scenario: str, measure: str, of: str) -> tuple[np.ndarray, np.ndarray]:
    """(replicates, values) of an outcome in the last year, from the run that has most replicates of the scenario."""
    having = [run for run in runs if scenario in run.scenarios]
    if not having:
        sys.exit(f"no run has the scenario {scenario}")
    run = max(having, key=lambda one: len(one.replicates(scenario)))
    seen = measure_values(run, measure, scenario, run.years[-1], None if of == "system" else [of])
    return np.asarray(seen.replicates), np.asarray(seen.values[0], dtype=float)


def cell(runs: list[Run], scenario: str, reference: str, measure: str, of: str) -> str:
    """Mean, and the paired difference with its standard error."""
    numbers, own = values(runs, scenario, measure, of)
    text = f"{np.nanmean(own):.3g}"
    if scenario == reference:
        return text
    others, base = values(runs, reference, measure, of)
    _, mine, theirs = np.intersect1d(numbers, others, return_indices=True)
    difference = own[mine] - base[theirs]
    difference = difference[~np.isnan(difference)]
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return f"{text} ({difference.mean():+.3g} ± {error:.1g})".replace("-", "−")


def main(reference: str, outcomes: str, scenarios: str, *folders: str) -> None:
    """Print the table."""
    runs = [open_run(Path(folder)) for folder in folders]
    pairs = [tuple(one.strip().split(" ")) for one in outcomes.split(",")]
    print("| | " + " | ".join(f"{measure} {of}" for measure, of in pairs) + " |")
    print("|---" * (len(pairs) + 1) + "|")
    for scenario in scenarios.split(","):
        cells = [cell(runs, scenario, reference, measure, of) for measure, of in pairs]
        print(f"| {scenario} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
