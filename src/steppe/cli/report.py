"""`steppe report`: a run as one page, and its pictures as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steppe.cli import adapters
from steppe.cli.frame import Json, Quiet, Verbose, command, examples, show

EPILOG = examples(
    ("steppe report runs/cca", "writes runs/cca/report.html: one file, no network needed"),
    ("steppe report runs/cca --figures pictures --format png", "the page, and every picture as a file"),
    ("steppe report runs/cca --map my_borders.geojson --out page.html", "with other shapes, elsewhere"),
)
FORMATS = ("svg", "png")


@command
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="The page; RUN/report.html if not given."),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", metavar="DIR", help="Write every picture into a folder as well."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="Of the pictures: svg or png.")
    ] = "svg",
    shapes: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="Other shapes: TopoJSON or GeoJSON with ISO 3166 codes."),
    ] = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """A run as one page that works without a network, and its pictures."""
    made = adapters.reported(folder, out, figures, form, shapes)
    show(made, lambda: "\n".join([made["report"], *made["figures"]]), json)
