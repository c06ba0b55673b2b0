"""Differences between scenarios of one run or several."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from steppe.api.functions import Described
from steppe.api.naming import measure_of, rows_of
from steppe.api.runs import Run
from steppe.api.settings import from_python, several
from steppe.api.table import Table
from steppe.errors import input_error
from steppe.results.indicators import entities
from steppe.results.query import Run as Stored
from steppe.results.query import open_run

_COMPARED = (
    "scenario", "reference_scenario", "measure", "entity", "year", "unit", "reference", "alternative", "difference",
    "std_error", "low", "high", "n", "relative", "paired", "probability_higher", "probability_higher_low",
    "probability_higher_high", "effect", "p_value", "p_adjusted", "distinguishable", "expects", "verdict",
)  # fmt: skip
_SINCE = ("first_distinguishable", "first_distinguishable_at_all")


def compare(
    *runs: Run | str | os.PathLike[str],
    reference: str | None = None,
    measure: str | Sequence[str] | None = None,
    year: int | Sequence[int] | None = None,
    adjust: str = "holm",
    since: bool = False,
    point: int | str | None = None,
    reference_point: int | str | None = None,
    **of: str | Sequence[str] | None,
) -> Table:
    """Differences between scenarios of one run or several, or points of a design: paired by replicate where luck is shared.

    runs : runs or their folders;  reference : scenario to compare with; without it each is compared with its namesake in
        another run, or with its counterfactual
    measure : one or several, all if None;  year : one or several, the last if None
    adjust : for the number of tests, those of two scenarios at a year: ``holm``, ``fdr`` (Benjamini and Hochberg) or ``none``
    since : also since when each row is distinguishable; reads every year
    point, reference_point : of runs with a design, by number or id; with the first alone scenarios are compared at it
    of : whose, as for `Run.measure`; with one measure only; other rows are neither made nor tested

    Columns: scenario, reference_scenario, measure, entity, year, unit; the means `reference` and `alternative` and their
    difference with std_error, low and high; n, relative, `paired`; probability_higher with its interval, effect (in standard
    deviations of the reference), p_value, p_adjusted, distinguishable; `expects` and `verdict` of what a scenario asks for,
    against its counterfactual; first_distinguishable and first_distinguishable_at_all with `since`; epistemic_share where
    values are drawn; with several runs, run and reference_run; with points, point and reference_point. docs/comparing.md says
    what each is.

        >>> import steppe
        >>> one = steppe.run(world="toy", replicates=8, years=2)
        >>> other = steppe.run(world="toy", replicates=8, years=2, mechanisms__pressure=False)
        >>> len(steppe.compare(one, other, measure="depth", organisation="UNION"))
        1
        >>> steppe.compare(one, one.path, measure="members", organisation="UNION")["p_adjusted"]
        array([1.])
    """
    from steppe.analysis.comparison import comparisons, say_notes
    from steppe.analysis.distinguished import add_first_years

    with from_python():
        opened = [run.stored if isinstance(run, Run) else open_run(Path(run)) for run in runs]
        names = None if measure is None else [measure_of(name).id for name in several(measure)]
        kept = _entities(opened[0], names, of)
        years = None if year is None else several(year)
        points = _points(point, reference_point)
        found = comparisons(opened, reference, names, years, adjust=adjust, entities=kept, points=points)
        say_notes(one.match for one in found)
        for one in found if since else ():
            add_first_years(one)
        rows = [_flat(row) for one in found for row in one.rows]
    more = list(_SINCE) if since else []
    more += ["epistemic_share"] if any(run.draws is not None for run in opened) else []
    more += ["run", "reference_run"] if len(opened) > 1 else []
    more += ["point", "reference_point"] if point is not None else []
    return Table.from_rows(rows, [*_COMPARED, *more])


def parting(
    *runs: Run | str | os.PathLike[str],
    reference: str | None = None,
    measure: str | None = None,
    year: int | None = None,
    **of: str | Sequence[str] | None,
) -> list[Described]:
    """Where the futures of scenarios part, and how much of the difference in a measure each parting explains.

    Arguments as for `compare`; where measure or entity is left open, the one that the scenario asks for first, or else that
    differs most. A list of dicts, one for each two scenarios, as `steppe compare --tree --json` has them; printed, each is the
    text of the command.

        >>> import steppe
        >>> names = ["arvand_barred_from_rivers", "arvand_admitted_to_rivers"]
        >>> run = steppe.run(world="toy", scenario=names, replicates=8, years=3)
        >>> (tree,) = steppe.parting(run, measure="members", organisation="RIVERS")
        >>> root = tree["tree"]
        >>> abs(sum(node["contribution"] for node in root["nodes"]) - root["contribution"]) < 1e-12
        True
    """
    from steppe.analysis.parting import partings
    from steppe.report.parting import parting_data, parting_text

    with from_python():
        opened = [run.stored if isinstance(run, Run) else open_run(Path(run)) for run in runs]
        names = None if measure is None else [measure_of(measure).id]
        kept = _entities(opened[0], names, of)
        years = None if year is None else [year]
        found = partings(opened, reference, names, kept, years)
        return [_told(parting_data(one), parting_text(one)) for one in found]


def _told(data: Mapping[str, Any], text: str) -> Described:
    told = Described(data)
    told.text = text
    return told


def _entities(run: Stored, names: list[str] | None, of: Mapping[str, Any]) -> list[str] | None:
    """Ids of what the keywords name, of a single measure; None where they name nothing."""
    if all(value is None for value in of.values()):
        return None
    if names is None or len(names) != 1:
        word = next(iter(of))
        raise input_error("say of which measure", key=word, accepted="a single measure beside it")
    one = measure_of(names[0])
    known = entities(one, run)
    return [known[row] for row in rows_of(one, run, of)]


def _points(point: int | str | None, reference_point: int | str | None) -> tuple[str, str | None] | None:
    if point is None:
        return None
    return str(point), None if reference_point is None else str(reference_point)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of differences without dicts in it."""
    outcome, epistemic = row["outcome"] or {}, row["epistemic"] or {}
    told = {"expects": outcome.get("expects"), "verdict": outcome.get("verdict")}
    return {**row, **told, "epistemic_share": epistemic.get("share")}
