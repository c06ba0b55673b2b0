"""`steppe attribute`: what each of a few switches contributes to an outcome."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from steppe.cli import adapters
from steppe.cli.frame import ConfigDir, Json, Quiet, Verbose, command, examples, log, show
from steppe.errors import InputError

EPILOG = examples(
    (
        "steppe attribute russia_applies_to_cca --switch interventions.1 --switch mechanisms.pressure --switch without.KAZ",
        "of the outcomes that the scenario is judged by",
    ),
    (
        "steppe attribute H01 --outcome 'member RUS/CCA @2031' -s interventions -s parameters.membership.pressure_vote=0",
        "of one outcome at a year",
    ),
    ("steppe attribute runs/why --json", "a run that was made so, once more"),
)


@command
def attribute(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A scenario, its number or a file; or the run of an attribution."
        ),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="What differs from the defaults.", show_default=False),
    ] = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            "--switch",
            "-s",
            metavar="WHAT",
            help="What is taken away: mechanisms.NAME, interventions.N or .KIND, without.STATE or .SYSTEM, "
            "parameters.ID=VALUE; A+B is one switch.",
        ),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="TEXT",
            help="Such as 'member UZB/EAEU' or 'cohesion CCA @2031'; those of the scenario if not given.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The run folder; new or empty.")
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """What share of an outcome goes when interventions, mechanisms or states are taken away: Shapley values."""
    from steppe.api import attributing
    from steppe.report.attribution import attribution_text

    folder, asked = Path(name), list(outcome or ())
    if attributing.is_run(name):
        _nothing_new(name, overrides, switch, out)
    else:
        ready = attributing.prepared(name, list(overrides or ()), list(switch or ()), asked, config_dir)
        folder = _folder(ready, out)
        _simulate(ready, folder, json, quiet)
        asked = []
    found = attributing.attributed(folder, asked)
    show(found, lambda: attribution_text(found), json)


def _simulate(ready: Any, folder: Path, json: bool, quiet: bool) -> None:
    from steppe.report.terminal import Progress

    size = ready.config.ensemble
    log.info("%d combinations of %d switches, %d replicates of each, into %s", 2**ready.switches, ready.switches,
             size.replicates, folder)  # fmt: skip
    with Progress(quiet or json) as progress:
        outcome = adapters.simulated(ready.config, folder, progress)
    if outcome.failed:
        adapters.report(outcome, json, quiet)


def _folder(ready: Any, out: Path | None) -> Path:
    """The run folder: as told, or ``runs/attribute-NAME-<stamp>``."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    told = out or (Path(ready.config.output) if ready.config.output else None)
    return adapters.free_folder(told or Path("runs") / f"attribute-{ready.scenario}-{stamp}")


def _nothing_new(name: str, overrides: list[str] | None, switch: list[str] | None, out: Path | None) -> None:
    """A run that is there has the switches that it was made with."""
    given = [*(overrides or ()), *(switch or ()), *([str(out)] if out else [])]
    if given:
        raise InputError(
            "a run that is there has the switches and settings that it was made with",
            key="--switch" if switch else "--out" if out else "KEY=VALUE",
            value=given[0],
            accepted=f"steppe attribute {name}, with --outcome; or a scenario instead of the run",
        )
