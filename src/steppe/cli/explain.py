"""`steppe explain …`: why an event happened, how a replicate went, what a measure hangs on, what is typical."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from steppe.cli.frame import Json, Quiet, Verbose, command, examples, show

explain_app = typer.Typer(
    no_args_is_help=True,
    help="Why: an event, a state's story, a measure, what is typical; down to parameters, claims and paragraphs.",
)

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
ScenarioName = Annotated[
    str | None,
    typer.Option(
        "--scenario", "-s", metavar="NAME", help="Needless where one has a counterfactual in the run."
    ),
]
Replicate = Annotated[
    int | None, typer.Option("--replicate", "-r", metavar="N", help="A typical one if not given.")
]


@explain_app.command(
    "event",
    epilog=examples(
        ("steppe explain event runs/cca left UZB EAEU --replicate 17", "why did it leave in replicate 17"),
        (
            "steppe explain event runs/cca refused RUS CCA",
            "in the replicate in which it comes at the median date",
        ),
        (
            "steppe explain event runs/cca climbed ARM TUR --year 2031 --json",
            "a pair, in a year, for a script",
        ),
    ),
)
@command
def event(
    folder: RunFolder,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="A kind of event: left, refused, merged, climbed …")
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID", help="Whom it concerns: states, organisations, a process, a segment."),
    ] = None,
    replicate: Replicate = None,
    scenario: ScenarioName = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="In this year only.")] = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Why an event happened: what was weighed, against the year before, and what it rests on."""
    from steppe.analysis.explaining.events import explain_event
    from steppe.report.explain import event_text_of
    from steppe.results.query import open_run

    run = open_run(folder)
    found = explain_event(run, kind, tuple(names or ()), scenario, replicate, year)
    show(found.as_dict(), lambda: event_text_of(found, str(folder), run.stages), json)


@explain_app.command(
    "story",
    epilog=examples(
        ("steppe explain story runs/cca UZB --replicate 17", "a state through one replicate"),
        ("steppe explain story runs/cca EAEU", "an organisation, in the scenario's typical replicate"),
        (
            "steppe explain story runs/cca CPC --scenario baseline --json",
            "a segment or a process, for a script",
        ),
    ),
)
@command
def story(
    folder: RunFolder,
    name: Annotated[str, typer.Argument(metavar="ID", help="A state, organisation, process or segment.")],
    replicate: Replicate = None,
    scenario: ScenarioName = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """A state, organisation, process or segment through one replicate, in dated lines."""
    from steppe.analysis.explaining import stories
    from steppe.report.explain_runs import story_text
    from steppe.results.query import open_run

    run = open_run(folder)
    found = stories.story(run, name, scenario, replicate)
    show(found.as_dict(), lambda: story_text(found, run.stages), json)


@explain_app.command(
    "measure",
    epilog=examples(
        (
            "steppe explain measure runs/cca member RUS/CCA",
            "the last year: estimate, replicates, what it hangs on",
        ),
        ("steppe explain measure runs/cca cohesion CCA --year 2031", "another year"),
        (
            "steppe explain measure runs/sampled member UZB/EAEU --top 20 --json",
            "more quantities, for a script",
        ),
    ),
)
@command
def measure(
    folder: RunFolder,
    name: Annotated[str, typer.Argument(metavar="MEASURE", help="One of `steppe list measures`.")],
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="Of what: UZB/EAEU, CCA, system.")],
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="The last if not given.")] = None,
    scenario: ScenarioName = None,
    top: Annotated[int, typer.Option("--top", metavar="N", help="How many quantities.", min=1)] = 8,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """What a measure hangs on: the quantities that move it most, each with its claims, documents and paragraphs."""
    from steppe.analysis.explaining.measuring import explain_measure
    from steppe.report.explain_runs import measure_text
    from steppe.results.query import open_run

    found = explain_measure(open_run(folder), name, entity, year, scenario, top)
    show(found.as_dict(), lambda: measure_text(found, str(folder)), json)


@explain_app.command(
    "typical",
    epilog=examples(
        ("steppe explain typical runs/cca", "the medoid replicate, and the main kinds of future"),
        ("steppe explain typical runs/cca --scenario baseline --clusters 3", "three kinds"),
        ("steppe explain typical runs/cca --about CCA --about RUS --json", "only by what concerns these"),
    ),
)
@command
def typical(
    folder: RunFolder,
    scenario: ScenarioName = None,
    clusters: Annotated[
        int | None,
        typer.Option("--clusters", "-k", metavar="K", help="How many; chosen by silhouette if not given."),
    ] = None,
    about: Annotated[
        list[str] | None,
        typer.Option("--about", metavar="ID", help="Only events that concern it; repeatable."),
    ] = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """The typical replicate of a scenario, and the main kinds of future with their shares."""
    from steppe.analysis.explaining import typical as medoids
    from steppe.report.explain_runs import typical_text
    from steppe.results.query import open_run

    run = open_run(folder)
    found = medoids.typical(run, scenario, clusters, tuple(about or ()))
    show(found.as_dict(), lambda: typical_text(found, str(folder), run.stages), json)
