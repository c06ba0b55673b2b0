"""`steppe compare`: what differs between scenarios, runs and points of a design, since when, and where they part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from steppe.cli import adapters
from steppe.cli.frame import Json, Quiet, Verbose, command, examples, show
from steppe.errors import InputError, input_error

if TYPE_CHECKING:
    from steppe.analysis.comparison import Comparison

EPILOG = examples(
    ("steppe compare runs/cca", "each scenario of a run against its counterfactual"),
    ("steppe compare runs/a runs/b --measure cohesion --years", "scenarios of two runs, year by year"),
    ("steppe compare runs/cca --tree --measure alive --entity CCA", "where the futures part, and what of it matters"),
    ("steppe compare runs/lhs --point 3 --reference-point 0 --json", "two points of a design, for a script"),
)  # fmt: skip


@command
def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN", help="Run folders.")],
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="SCENARIO", help="What to compare with.")
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option("--measure", metavar="NAME", help="Only these measures.")
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            "--entity", metavar="ID", help="Only of these, such as CCA or RUS/CCA, and pairs with them."
        ),
    ] = None,
    year: Annotated[
        list[int] | None,
        typer.Option("--year", metavar="YEAR", help="At these years; the last if not given."),
    ] = None,
    adjust: Annotated[
        str, typer.Option("--adjust", metavar="METHOD", help="For the number of tests: holm, fdr or none.")
    ] = "holm",
    years: Annotated[
        bool, typer.Option("--years", help="Year by year: since when the difference can be told.")
    ] = False,
    tree: Annotated[
        bool, typer.Option("--tree", help="Where the futures part, and what each parting explains.")
    ] = False,
    point: Annotated[
        str | None,
        typer.Option("--point", metavar="POINT", help="Of a design: its number, or id in points.csv."),
    ] = None,
    reference_point: Annotated[
        str | None, typer.Option("--reference-point", metavar="POINT", help="The point to compare it with.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every row, not only the differences that stand out.")
    ] = False,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """What differs: paired by luck where it is shared, with intervals, effects, and tests adjusted for their number."""
    if reference_point is not None and point is None:
        raise input_error(
            "which point is compared with it?", key="--point", accepted="a number or an id of points.csv"
        )
    if tree and (years or everything):
        raise InputError(
            "a tree is of one measure of one entity", key="--tree", accepted="neither --years nor --all"
        )
    points = None if point is None else (point, reference_point)
    if tree:
        found = adapters.parted(folders, reference, measure, entity, year, points)
        show({"trees": [data for data, _ in found]}, lambda: "\n\n".join(text for _, text in found), json)
        return
    rows = adapters.compared(
        folders,
        reference,
        measure,
        year,
        adjust=adjust,
        entities=entity,
        points=points,
        years_of_all=years or bool(measure),
    )
    show(_data(rows), lambda: adapters.compared_text(rows, everything, years), json)


def _data(found: list[Comparison]) -> dict[str, Any]:
    """All rows, and what was compared with what."""
    return {
        "comparisons": [one.as_dict() for one in found],
        "rows": [row for one in found for row in one.rows],
    }
