"""`steppe diff`: what differs between two configs, worlds or versions of the evidence, and which results it moved."""

from __future__ import annotations

from typing import Annotated

import typer

from steppe.cli.frame import ConfigDir, Json, Quiet, Verbose, command, examples, show

EPILOG = examples(
    ("steppe diff runs/a runs/b", "two runs: settings, scenarios, values, and the results that moved"),
    ("steppe diff russia_applies_to_cca russia_barred_from_cca", "two scenarios"),
    ("steppe diff seeds my/seeds --json", "two versions of the evidence, for a script"),
)
_HELP = "A run folder, a scenario or its number, a world, a YAML file of these, or a folder of evidence."


@command
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help=_HELP)],
    b: Annotated[str, typer.Argument(metavar="B", help="What it is compared with.")],
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Every row; and who did the work, with which versions, and where it went."
        ),
    ] = False,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """What differs between A and B in the words of the codebook, and which results it moved."""
    from steppe.api.differing import differing
    from steppe.report.differences import differences_text

    found = differing(a, b, everything, config_dir)
    show(found, lambda: differences_text(found, everything), json)
