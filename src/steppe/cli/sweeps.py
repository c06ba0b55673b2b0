"""Commands for runs with a design, and for more of a run: sensitivity, discover, robust, converge, extend."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from steppe.cli import adapters
from steppe.cli.frame import Json, Quiet, Stopped, Verbose, command, examples, log, show
from steppe.errors import InputError

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
Outcome = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="TEXT",
        help="Such as 'member UZB/EAEU' or 'cohesion CCA @2031'; needless where there is one.",
    ),
]
ScenarioName = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="The scenario; needless where there is one.")
]
Reference = Annotated[
    str | None,
    typer.Option("--reference", metavar="NAME", help="The paired difference from this scenario, instead."),
]
Picture = Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw it into a file as well.")]

EXAMPLES = {
    "sensitivity": examples(
        ("steppe sensitivity runs/saltelli --outcome 'member UZB/EAEU'", "first and total Sobol' indices"),
        ("steppe sensitivity runs/lhs --method prcc,pawn --json", "other methods, for a script"),
        ("steppe sensitivity runs/a --reference baseline --svg a.svg", "what the difference hangs on, drawn"),
    ),
    "discover": examples(
        ("steppe discover runs/lhs --outcome 'alive CCA' --below 0.5", "where the format falls apart"),
        ("steppe discover runs/lhs --reference baseline --above 0.1", "where the scenario makes a difference"),
        ("steppe discover runs/lhs --above 0.5 --coverage 0.8 --json", "a wider box, for a script"),
    ),
    "robust": examples(
        ("steppe robust runs/rules --outcome 'cohesion CCA'", "which scenario holds up over the design"),
        ("steppe robust runs/rules --threshold 0.5 --lower", "lower is better; at most one half is good enough"),
        ("steppe robust runs/rules --levers mechanisms.pressure --json", "choices that are factors of the design"),
    ),
    "converge": examples(
        ("steppe converge runs/cca --outcome 'member RUS/CCA'", "the estimate against replicates"),
        ("steppe converge runs/cca --outcome 'cohesion CCA @2031' --target 0.005", "are there enough?"),
        ("steppe converge runs/cca --outcome 'alive CCA' --svg alive.svg", "drawn"),
    ),
    "extend": examples(
        ("steppe extend runs/cca ensemble.replicates=4000", "add replicates to what is there"),
        ("steppe extend runs/sobol design.points=1024", "add points of the sequence"),
        ("steppe extend runs/cca --until 'member RUS/CCA' --target 0.01", "double until the standard error is below that"),
    ),
}  # fmt: skip


@command
def sensitivity(
    folder: RunFolder,
    outcome: Outcome = None,
    scenario: ScenarioName = None,
    reference: Reference = None,
    method: Annotated[
        str,
        typer.Option(
            "--method", metavar="NAMES", help="sobol, morris, pawn, delta, prcc; several with commas."
        ),
    ] = "auto",
    drop: Annotated[
        bool, typer.Option("--drop", help="Leave out points where the outcome is undefined.")
    ] = False,
    svg: Picture = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Which factors of a design an outcome hangs on, beside the noise that chance leaves."""
    from steppe.analysis import sweep_studies
    from steppe.report.sensitivity import sensitivity_text
    from steppe.report.sensitivity_chart import sensitivity_svg

    sweep, asked, name = _opened(folder, outcome, scenario, reference)
    methods = method.split(",") if "," in method else method
    found = sweep_studies.sensitivity(sweep, asked, name, reference, methods, drop)
    _draw(svg, lambda: sensitivity_svg(found))
    show(found.as_dict(), lambda: sensitivity_text(found), json)


@command
def discover(
    folder: RunFolder,
    above: Annotated[
        float | None, typer.Option("--above", metavar="X", help="Cases have an outcome of X or more.")
    ] = None,
    below: Annotated[
        float | None, typer.Option("--below", metavar="X", help="Cases have an outcome of X or less.")
    ] = None,
    outcome: Outcome = None,
    scenario: ScenarioName = None,
    reference: Reference = None,
    coverage: Annotated[
        float, typer.Option("--coverage", metavar="X", help="Share of the cases that a box must hold.")
    ] = 0.6,
    boxes: Annotated[int, typer.Option("--boxes", metavar="N", help="Boxes at most.", min=1)] = 1,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """In which region of a design an outcome lies beyond a threshold: PRIM boxes and a shallow tree."""
    from steppe.analysis import sweep_studies
    from steppe.report.choices import discovery_text

    if (above is None) == (below is None):
        raise InputError(
            "which cases are of interest?", key="--above", accepted="either --above X or --below X"
        )
    sweep, asked, name = _opened(folder, outcome, scenario, reference)
    threshold = above if above is not None else below
    assert threshold is not None
    options = {"min_coverage": coverage, "max_boxes": boxes}
    found = sweep_studies.region(sweep, asked, name, threshold, above is not None, reference, **options)
    what = f"{asked} under {name}" + (f" less {reference}" if reference else "")
    show(
        {"outcome": asked, "scenario": name, "reference": reference, **found.as_dict()},
        lambda: discovery_text(found, what),
        json,
    )


@command
def robust(
    folder: RunFolder,
    outcome: Outcome = None,
    lower: Annotated[bool, typer.Option("--lower", help="Lower values are better.")] = False,
    threshold: Annotated[
        float | None, typer.Option("--threshold", metavar="X", help="Good enough, for satisficing.")
    ] = None,
    levers: Annotated[
        str, typer.Option("--levers", metavar="A,B", help="Factors of the design that are choices.")
    ] = "",
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """Which choice (scenario, or lever of the design) holds up over what is uncertain: satisficing, regret and others."""
    from steppe.analysis import sweep_studies
    from steppe.analysis.sweep import chosen_outcome, open_sweep
    from steppe.report.choices import robustness_text
    from steppe.results.query import open_run

    sweep = open_sweep(open_run(folder))
    asked = chosen_outcome(sweep, outcome)
    names = [name.strip() for name in levers.split(",") if name.strip()]
    found = sweep_studies.choices(sweep, asked, not lower, threshold, names)
    show({"outcome": asked, **found.as_dict()}, lambda: robustness_text(found, asked), json)


@command
def converge(
    folder: RunFolder,
    outcome: Annotated[
        str,
        typer.Option("--outcome", metavar="TEXT", help="Such as 'member UZB/EAEU' or 'cohesion CCA @2031'."),
    ],
    scenario: ScenarioName = None,
    target: Annotated[
        float | None, typer.Option("--target", metavar="X", help="A standard error that would do.")
    ] = None,
    svg: Picture = None,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """An estimate against the number of replicates, and whether it rests on enough events."""
    from dataclasses import asdict, replace

    from steppe.analysis.adaptive import replicate_values
    from steppe.analysis.convergence import enough, running
    from steppe.report.convergence import convergence_svg, convergence_text
    from steppe.results.query import open_run

    run = open_run(folder)
    measure, name, values = replicate_values(run, outcome, scenario)
    if values.ndim == 2 and len(values) > 1:  # a design: the mean over its points
        measure, values = (
            replace(measure, probability=False),
            values.astype(float).mean(axis=0, keepdims=True),
        )
    found = running(values, measure.probability)[0]
    stop = None if target is None else enough(values, target, measure.probability)[0]
    title = f"{outcome} under {name}"
    _draw(svg, lambda: convergence_svg(found, title, measure.unit, target))
    data = {
        "outcome": outcome,
        "scenario": name,
        **asdict(found),
        "enough": None if stop is None else asdict(stop),
    }
    show(data, lambda: convergence_text(found, title, stop), json)


@command
def extend(
    folder: RunFolder,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="ensemble.replicates, design.points …", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TEXT", help="An outcome whose standard error is to fall below --target."
        ),
    ] = None,
    target: Annotated[
        float | None, typer.Option("--target", metavar="X", help="The standard error wanted.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", metavar="S", help="Seconds after which no more is begun.")
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", help="Replicates at most.", min=1)] = 1_000_000,
    json: Json = False,
    verbose: Verbose = 0,
    quiet: Quiet = False,
) -> None:
    """More replicates or points for a run that is there; only what is new is computed."""
    from steppe.report.terminal import Progress

    given = _parsed(changes or [])
    if not given and until is None and budget is None:
        raise InputError(
            "what is to be added?",
            key="KEY=VALUE",
            accepted="ensemble.replicates=N, design.points=N, --until, --budget",
        )
    if (until is None) != (target is None):
        raise InputError(
            "an outcome and its target go together",
            key="--until",
            accepted="--until 'member RUS/CCA' --target 0.01",
        )
    with Progress(quiet or json) as progress:
        outcome = adapters.extended(folder, given, progress) if given else None
        if until is not None or budget is not None:
            outcome, said = adapters.extended_until(folder, until, target, budget, most, progress)
            log.warning("%s", said)
    assert outcome is not None
    adapters.report(outcome, json, quiet)


def _opened(
    folder: Path, outcome: str | None, scenario: str | None, reference: str | None
) -> tuple[Any, str, str]:
    """The sweep of a run, the outcome and the scenario that are meant."""
    from steppe.analysis.adaptive import one_scenario
    from steppe.analysis.sweep import chosen_outcome, open_sweep
    from steppe.results.query import open_run

    sweep = open_sweep(open_run(folder))
    others = tuple(name for name in sweep.run.scenarios if name != reference)
    if reference is not None:
        sweep.run.chunks(reference)
    return (
        sweep,
        chosen_outcome(sweep, outcome),
        one_scenario(others if scenario is None else sweep.run.scenarios, scenario),
    )


def _parsed(changes: list[str]) -> dict[str, Any]:
    """KEY=VALUE with values as Hydra reads them."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    try:
        return {one.key_or_group: one.value() for one in OverridesParser.create().parse_overrides(changes)}
    except OverrideParseException as error:
        raise InputError("the change does not parse", key="KEY=VALUE", value=error.override) from None


def _draw(file: Path | None, drawn: Any) -> None:
    if file is None:
        return
    try:
        file.write_text(drawn(), encoding="utf-8")
    except OSError as error:
        raise Stopped(f"the picture cannot be written: {error.strerror or error}") from None
    log.info("written: %s", file)
