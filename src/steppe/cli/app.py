"""`steppe …`: the commands, with their examples. Everything heavy is imported inside them."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from steppe.cli import adapters, sweeps
from steppe.cli.attribute import EPILOG as ATTRIBUTE_EPILOG
from steppe.cli.attribute import attribute
from steppe.cli.comparing import EPILOG as COMPARE_EPILOG
from steppe.cli.comparing import compare
from steppe.cli.diff import EPILOG as DIFF_EPILOG
from steppe.cli.diff import diff
from steppe.cli.evidence import evidence_app
from steppe.cli.explain import explain_app
from steppe.cli.fetch import EPILOG as FETCH_EPILOG
from steppe.cli.fetch import fetch
from steppe.cli.frame import ConfigDir, Incomplete, Json, Quiet, Verbose, command, examples, log, show
from steppe.cli.patterns import EPILOG as PATTERNS_EPILOG
from steppe.cli.patterns import patterns
from steppe.cli.report import EPILOG as REPORT_EPILOG
from steppe.cli.report import report
from steppe.errors import InputError

app = typer.Typer(
    name="steppe",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="How states align, and which organisations they join, leave, deepen, merge or abandon.",
    epilog=examples(
        ("steppe list scenarios", "the questions that come with it"),
        ("steppe ask H01", "one of them, answered"),
        ("steppe run scenario=baseline,russia_applies_to_cca", "1,000 futures with and without"),
        ("steppe show KAZ", "what is known of Kazakhstan, and who says so"),
    ),
)
app.add_typer(evidence_app, name="evidence")
app.add_typer(explain_app, name="explain")
app.command("patterns", epilog=PATTERNS_EPILOG)(patterns)
app.command("attribute", epilog=ATTRIBUTE_EPILOG)(attribute)
app.command("diff", epilog=DIFF_EPILOG)(diff)
app.command("fetch", epilog=FETCH_EPILOG)(fetch)
app.command("report", epilog=REPORT_EPILOG)(report)
app.command("compare", epilog=COMPARE_EPILOG)(compare)
for each in (sweeps.sensitivity, sweeps.discover, sweeps.robust, sweeps.converge, sweeps.extend):
    app.command(each.__name__, epilog=sweeps.EXAMPLES[each.__name__])(each)

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]


@app.command(
    epilog=examples(
        ("steppe run scenario=baseline,russia_applies_to_cca", "a question and its counterfactual"),
        (
            "steppe run scenario=baseline,my/scenario.yaml --out runs/mine",
            "your scenario beside the baseline",
        ),
        ("steppe run experiments=cca mechanisms.pressure=false", "a study, with a mechanism switched off"),
        (
            "steppe run -m parameters.membership.vote_noise=0.05,0.1 mechanisms.pressure=true,false",
            "a grid of four points; see docs/designs.md",
        ),
    )
)
@command
def run(
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="What differs from the defaults.", show_default=False),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="DIR", help="The run folder, new or empty; or an URL, as s3://…"),
    ] = None,
    cfg: Annotated[
        str | None, typer.Option("--cfg", metavar="job", help="Print the resolved config and stop.")
    ] = None,
    multirun: Annotated[
        bool,
        typer.Option("--multirun", "-m", help="Several values of a key, as 1,2 or range(1,5), are a grid."),
    ] = False,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Compose, check, simulate and store a run."""
    config = adapters.composed(list(overrides or ()), config_dir, multirun)
    if cfg is not None:
        _print_config(cfg, config, json)
        return
    from steppe.config.schema import default_folder

    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = adapters.free_place(out or config.output or default_folder(config, stamp))
    adapters.check_outcomes(config)
    world = adapters.built(config)
    names = ", ".join(scenario.name for scenario in config.scenarios)
    size = config.ensemble
    log.info("world %s: %d states, %d organisations", world.name, len(world.states), len(world.organisations))
    log.info("scenarios: %s", names)
    log.info("%d replicates of %d years, into %s", size.replicates, size.years, folder)
    from steppe.report.terminal import Progress

    with Progress(quiet or json) as progress:
        outcome = adapters.simulated(config, folder, progress)
    adapters.report(outcome, json, quiet)


@app.command(
    epilog=examples(
        ("steppe ask H19", "a question of the documents, by its number or by its name"),
        ("steppe ask cpc_closes ensemble.replicates=4000", "the same with narrower intervals"),
        (
            "steppe ask H19 ensemble.parameters=sampled --json",
            "over the ranges of the evidence, for a script",
        ),
    )
)
@command
def ask(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A scenario of `steppe list scenarios`, its number, or a file."),
    ],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="What differs from the defaults.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="The run folder; new or empty.")
    ] = None,
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help="Outcomes of this year; the last if not given."),
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Put one question: run its scenario beside the counterfactual and print what came out, and on what it rests."""
    from steppe.cli import ask as asking
    from steppe.report.terminal import Progress

    asked = asking.prepared(name, list(overrides or ()), config_dir, year)
    folder = asking.folder_for(asked, out)
    with Progress(quiet or json) as progress:
        outcome = adapters.simulated(asked.config, folder, progress)
    if outcome.failed:
        adapters.report(outcome, json, quiet)
    answer = asking.answered(asked, folder)
    show(answer, lambda: asking.text(answer, asked, folder), json)


@app.command(
    epilog=examples(
        ("steppe resume runs/cca-20260301-101500", "compute what is missing or failed"),
        ("steppe resume runs/mine executor=processes", "with another executor than before"),
        ("steppe resume s3://bucket/mine --json", "in remote storage, for a script"),
    )
)
@command
def resume(
    folder: Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or the URL of one.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="Another executor.", show_default=False),
    ] = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Go on with a run: only what is missing or failed."""
    from steppe.report.terminal import Progress

    with Progress(quiet or json) as progress:
        outcome = adapters.resumed(folder, progress, overrides)
    adapters.report(outcome, json, quiet)


@app.command(
    epilog=examples(
        (
            "steppe export runs/cca --format iamc --out cca.csv",
            "estimates for pyam and the tools of the IAMC",
        ),
        ("steppe export runs/cca --format netcdf --out cca.nc", "every replicate, for xarray"),
        (
            "steppe export runs/cca --format csv --out cca.csv --measure depth",
            "one measure with its intervals",
        ),
    )
)
@command
def export(
    folder: RunFolder,
    form: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="iamc, csv or netcdf.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")],
    measure: Annotated[
        list[str] | None, typer.Option("--measure", metavar="NAME", help="Only these measures.")
    ] = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Write a run for other programs."""
    adapters.exported(folder, out, form, measure)
    show({"run": str(folder), "file": str(out), "format": form}, lambda: str(out), json)


@app.command(
    "list",
    epilog=examples(
        ("steppe list scenarios", "every question with what was predicted"),
        ("steppe list claims --json", "every causal claim of the documents, for a script"),
        ("steppe list states --world toy", "the states of a world of your choice"),
    ),
)
@command
def list_(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="What to list; a wrong word shows what there is.")
    ],
    world: Annotated[
        str | None, typer.Option("--world", metavar="NAME", help="A world other than the packaged evidence.")
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """What there is of a kind, one row each."""
    from steppe.api.catalogue import listed, listing

    rows = listing(kind, world, config_dir)
    show({"kind": kind, "rows": rows}, lambda: listed(kind, rows), json)


@app.command(
    "show",
    epilog=examples(
        ("steppe show EAEU", "an organisation: values, members, sources"),
        ("steppe show H01", "a scenario: question, interventions, prediction; also by its name"),
        ("steppe show membership.pressure_vote", "a parameter: value, range, where it comes from"),
    ),
)
@command
def show_(
    name: Annotated[
        str,
        typer.Argument(metavar="ID", help="An id; scenario/NAME, world/NAME … where a name is in two kinds."),
    ],
    world: Annotated[
        str | None, typer.Option("--world", metavar="NAME", help="A world other than the packaged evidence.")
    ] = None,
    config_dir: ConfigDir = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """All that is known of one thing, with its sources."""
    from steppe.api.catalogue import described, rendered

    data = described(name, world, config_dir)
    show(data, lambda: rendered(data), json)


@app.command(
    epilog=examples(
        ("steppe doctor", "versions, cores, caches, optional parts"),
        ("steppe doctor --json", "the same for a script"),
        ("steppe doctor -v", "with the folders in use"),
    )
)
@command
def doctor(json: Json = False, verbose: Verbose = 0, quiet: Quiet = False) -> None:
    """What this installation has, and what it lacks."""
    from steppe.cli.doctor import examined, rendered

    data = examined()
    show(data, lambda: rendered(data, verbose > 0), json)
    if not data["ok"]:
        raise Incomplete


def _print_config(which: str, config: Any, as_json: bool) -> None:
    """`--cfg job`, after Hydra's option of that name."""
    if which != "job":
        raise InputError("nothing of that name to print", key="--cfg", value=which, accepted=["job"])
    from steppe.config.resolved import dump

    show(config.model_dump(mode="json", by_alias=True), lambda: dump(config).rstrip(), as_json)


def main() -> None:
    """Entry point of the `steppe` command."""
    started = time.monotonic()
    try:
        app()
    finally:
        log.debug("%.2f s", time.monotonic() - started)
