"""Differences between scenarios of one run or several."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from steppe.api.naming import measure_of, rows_of
from steppe.api.runs import Run
from steppe.api.settings import from_python, several
from steppe.api.table import Table
from steppe.errors import input_error
from steppe.results.indicators import entities
from steppe.results.query import open_run

_COMPARED = (
    "scenario", "reference_scenario", "measure", "entity", "year", "unit", "reference", "alternative", "difference",
    "std_error", "low", "high", "n", "relative", "expects", "verdict",
)  # fmt: skip


def compare(
    *runs: Run | str | os.PathLike[str],
    reference: str | None = None,
    measure: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
    **of: str | Sequence[str] | None,
) -> Table:
    """Differences between scenarios of one run or several, paired by replicate.

    runs : runs or their folders;  reference : scenario to compare with; without it each is compared with its counterfactual
    measure : one or several, all if None;  year : one or several, the last if None
    of : whose, as for `Run.measure`; with one measure only

    Columns: scenario, reference_scenario, measure, entity, year, unit; the means `reference` and `alternative` and their
    difference with std_error, low and high; n, relative; `expects` and `verdict` of what a scenario asks for, against its
    counterfactual; epistemic_share where values are drawn; with several runs, run and reference_run.

        >>> import steppe
        >>> one = steppe.run(world="toy", replicates=8, years=2)
        >>> other = steppe.run(world="toy", replicates=8, years=2, mechanisms__pressure=False)
        >>> len(steppe.compare(one, other, measure="depth", organisation="UNION"))
        1
    """
    from steppe.analysis.comparison import compare as differences

    with from_python():
        opened = [run.stored if isinstance(run, Run) else open_run(Path(run)) for run in runs]
        names = None if measure is None else [measure_of(name).id for name in several(measure)]
        kept = None
        if any(value is not None for value in of.values()):
            if names is None or len(names) != 1:
                word = next(iter(of))
                raise input_error("say of which measure", key=word, accepted="a single measure beside it")
            one = measure_of(names[0])
            known = entities(one, opened[0])
            kept = {known[row] for row in rows_of(one, opened[0], of)}
        years = None if year is None else several(year)
        found = differences(opened, reference, names, years)
        rows = [_flat(row) for row in found if kept is None or row["entity"] in kept]
    more = ["epistemic_share"] if any(run.draws is not None for run in opened) else []
    more += ["run", "reference_run"] if len(opened) > 1 else []
    return Table.from_rows(rows, [*_COMPARED, *more])


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of differences without dicts in it."""
    outcome, epistemic = row["outcome"] or {}, row["epistemic"] or {}
    told = {"expects": outcome.get("expects"), "verdict": outcome.get("verdict")}
    return {**row, **told, "epistemic_share": epistemic.get("share")}
