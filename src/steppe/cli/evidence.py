"""`steppe evidence …`: is the coded evidence whole, and how far do two coders agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steppe.cli import adapters
from steppe.cli.frame import ConfigDir, Incomplete, Json, Quiet, Verbose, command, examples, show

evidence_app = typer.Typer(no_args_is_help=True, help="The coded evidence.")


@evidence_app.command(
    "check",
    epilog=examples(
        ("steppe evidence check", "the coded evidence is whole and consistent"),
        ("steppe evidence check --documents DIR", "and points to the right paragraphs of the documents"),
        ("steppe evidence check --world my/world", "the same for a world of your own"),
    ),
)
@command
def evidence_check(
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help="Folder with the documents' files.")
    ] = None,
    world: Annotated[
        str | None, typer.Option("--world", metavar="NAME", help="A world other than the packaged evidence.")
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Check the coded evidence: values, ranges, bases, references."""
    from steppe.config.effects import effect_faults
    from steppe.evidence.check import check, render_check

    evidence = adapters.evidence_of(world, config_dir)
    report = check(evidence, documents, effect_faults(evidence))
    show(report.as_dict(), lambda: render_check(report), json)
    if not report.ok:
        raise Incomplete


@evidence_app.command(
    epilog=examples(
        ("steppe evidence agreement", "how far a second coder agrees, by variable and document"),
        ("steppe evidence agreement --differences", "what they differ in, and what stands"),
        ("steppe evidence agreement --json", "the same for a script"),
    )
)
@command
def agreement(
    differences: Annotated[
        bool, typer.Option("--differences", help="The codes in which the two differ.")
    ] = False,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Agreement of two independent codings of the claims: Krippendorff's alpha, Cohen's kappa."""
    from steppe.evidence.agreement import agreement as measured
    from steppe.evidence.agreement import pairs_of
    from steppe.report.terminal import table

    pairs = pairs_of(adapters.evidence_of(None))
    rows = [row for row in pairs if not row["agrees"]] if differences else measured(pairs)
    columns = ("variable", "first", "second", "settled", "claim")
    shown = columns if differences else ("variable", "document", "units", "equal", "alpha", "kappa")
    show(rows, lambda: table(rows, shown), json)
