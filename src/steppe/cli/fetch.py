"""`steppe fetch`: a run from remote storage into a folder, where everything that reads runs can read it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steppe.cli import adapters
from steppe.cli.frame import Json, Quiet, Verbose, command, examples, show

EPILOG = examples(
    ("steppe fetch s3://bucket/mine runs/mine", "then: steppe compare runs/mine"),
    ("steppe fetch file:///mnt/runs/mine runs/mine", "from a disk of another machine"),
    ("steppe fetch s3://bucket/mine runs/mine --json", "for a script; again, it fetches what is missing"),
)


@command
def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the run is.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where it shall be.")],
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Copy a run from remote storage and check every part of it."""
    from steppe.report.terminal import Progress

    with Progress(quiet or json, what="files") as progress:
        chunks = adapters.fetched(url, folder, progress)
    show({"run": str(folder), "chunks": chunks}, f"{folder}: {chunks} chunks, every part is whole", json)
