"""`steppe patterns`: what the model must reproduce, and which claims of the documents it bears out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from steppe.cli import adapters
from steppe.cli.frame import ConfigDir, Json, Quiet, Verbose, command, examples, log, show
from steppe.errors import InputError

EPILOG = examples(
    ("steppe patterns --quick", "every pattern at the coded values, in less than a minute"),
    ("steppe patterns --only P01,V05 --json", "two of them, with the share of the range, for a script"),
    ("steppe patterns --claims --only G17", "one claim of the documents by its number"),
)
What = Literal["patterns", "claims", "both"]
QUICK, FULL, DRAWS, EACH = 120, 600, 100, 6  # replicates; draws of the evidence, and replicates of each


@command
def patterns(
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="P01,V05", help="Only these; with --claims by id or number."),
    ] = None,
    claims: Annotated[
        bool, typer.Option("--claims", help="Test the claims of the documents instead, one by one.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small ensembles, and every value as coded only.")
    ] = False,
    replicates: Annotated[
        int | None, typer.Option("--replicates", metavar="N", help="At the coded values.", min=20)
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws", metavar="N", help="Of the evidence; 0 asks for the coded values only.", min=0
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Of the ensembles.", min=0)] = 1,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write both tables into a page as well.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Write the verdicts as JSON, for the reports of runs."),
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Every pattern that the model must reproduce: how likely it is, without which mechanism it goes, and a verdict."""
    if markdown is not None and (claims or only):
        raise InputError("a page has every pattern and every claim", key="--markdown", value=str(markdown))
    if record is not None and (only or (claims and markdown is None)):
        raise InputError("a record has every pattern", key="--record", value=str(record))
    what: What = "both" if markdown is not None else "claims" if claims else "patterns"
    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    size = {
        "replicates": replicates or (QUICK if quick else FULL),
        "draws": draws if draws is not None else 0 if quick else DRAWS,
        "seed": seed,
    }
    from steppe.report.terminal import Progress

    with Progress(quiet or json) as progress:
        data = adapters.patterns_tested(what, names, size, EACH, progress, config_dir)
    if markdown is not None:
        adapters.write_page(markdown, data)
        log.info("written: %s", markdown)
    if record is not None:
        adapters.write_record(record, data)
    show(data, lambda: adapters.patterns_text(data, verbose > 0), json)
