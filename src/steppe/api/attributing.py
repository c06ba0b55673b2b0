"""Counterfactual attribution: from a scenario and switches to a run of every combination, and from it to what each explains."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steppe.api import common
from steppe.api.functions import Described, Name, Progress, simulated
from steppe.api.settings import from_python, overrides_of, several
from steppe.config import questions
from steppe.errors import InputError, input_error
from steppe.paths import shown

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

REPLICATES = 500  # of each combination, unless it says otherwise


@dataclass(frozen=True)
class Attributed:
    """An attribution that is ready to be run."""

    config: RunConfig
    scenario: str
    switches: int


def is_run(name: str) -> bool:
    """Whether a name is the folder of a run."""
    return (Path(name) / "manifest.json").is_file()


def prepared(
    name: str,
    overrides: Sequence[str],
    switches: Sequence[str],
    outcomes: Sequence[str] = (),
    config_dir: str | None = None,
) -> Attributed:
    """Find and check what is to be attributed. Raises InputError; nothing is written.

    name : a scenario, its number or a file;  switches, outcomes : as written, see `config.attribution` and docs/attribution.md
    """
    from steppe.config.attribution import design_of
    from steppe.config.attribution import switches as read
    from steppe.simulation.prepared import prepare
    from steppe.world.spec import evidence_for

    option = questions.named(name.removeprefix("scenario="), config_dir)
    _check_overrides(overrides, name)
    sized = any(one.lstrip("+~").startswith(("ensemble=", "ensemble.replicates=")) for one in overrides)
    given = [f"scenario={option}", *([] if sized else [f"ensemble.replicates={REPLICATES}"]), *overrides]
    alone = common.composed(given, config_dir)
    found = read(switches, alone, evidence_for(alone.world))
    from steppe.config.compose import compose

    config = compose(given, config_dir, design_of(found, outcomes))
    prepare(config)  # refuses outcomes that the world does not have, before anything is written
    return Attributed(config, config.scenarios[0].name, len(found))


def _check_overrides(overrides: Sequence[str], name: str) -> None:
    for one in overrides:
        key = one.lstrip("+~").partition("=")[0]
        if key in ("scenario", "scenarios", "experiments", "experiment", "study") or key.startswith("design"):
            raise input_error(
                "an attribution is of one scenario, and has a design of its own",
                file="command line",
                key=key,
                value=one,
                accepted=f"steppe attribute {name} --switch …, and overrides of world, ensemble, parameters, …",
            )


def attributed(folder: Path, outcomes: Sequence[str] = (), scenario: str | None = None) -> dict[str, Any]:
    """What a finished run of every combination says: switches in words, and each outcome shared out among them.

    outcomes : texts; all that the run kept, where none are named.  Raises InputError for a run of another design.
    """
    from steppe.analysis.adaptive import one_scenario
    from steppe.analysis.attribution import attribution, switches_of
    from steppe.analysis.sweep import chosen_outcome, open_sweep
    from steppe.config.resolved import load_config
    from steppe.report.attribution import switch_words
    from steppe.results.query import open_run

    sweep = open_sweep(open_run(folder))
    names, _ = switches_of(sweep)
    chosen = one_scenario(sweep.run.scenarios, scenario)
    _check_complete(sweep, chosen)
    asked = [chosen_outcome(sweep, one) for one in outcomes] or list(sweep.outcomes)
    config = load_config(folder / "config.yaml")
    acts = next(one for one in config.scenarios if one.name == chosen).interventions
    told = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in acts]
    factors = {one["name"]: one for one in sweep.varied}
    off = {
        name: next((one for one in sweep.settings[name] if one != factors[name]["value"]), None)
        for names_of in names
        for name in names_of
    }
    return {
        "run": str(folder),
        "scenario": chosen,
        "question": next(one for one in config.scenarios if one.name == chosen).question,
        "switches": [
            {"factors": list(each), "says": switch_words(each, told, factors, off)} for each in names
        ],
        "outcomes": [attribution(sweep, chosen, one).as_dict() for one in dict.fromkeys(asked)],
    }


def _check_complete(sweep: Any, scenario: str) -> None:
    own = [one.chunk for one in sweep.run.markers if one.chunk.scenario == scenario]
    stored = sum(one.count * one.points for one in own)
    wanted = len(sweep.points_of(scenario)) * int(sweep.run.manifest["replicates"])
    if stored < wanted:
        raise InputError(
            f"the run is not complete: {stored:,} of {wanted:,} replicates are stored",
            file=shown(sweep.run.path),
            accepted=f"a complete run; go on with: steppe resume {shown(sweep.run.path)}",
        )


def attribute(
    name: Name,
    *overrides: str,
    switches: str | Sequence[str] = (),
    outcomes: str | Sequence[str] = (),
    world: Name | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
    out: Name | None = None,
    progress: bool | Progress = False,
    config_dir: Name | None = None,
    **more: Any,
) -> Described:
    """What each of a few switches contributes to an outcome: the data of `steppe attribute --json`; printed, its text.

    name : a scenario, its number or a file; or the folder of a run that was made so;  the rest as for `run`
    switches, outcomes : as on the command line, ``"mechanisms.pressure"``, ``"without.KAZ"``, ``"member RUS/CCA @2035"``

        >>> import steppe
        >>> found = steppe.attribute("arvand_admitted_to_rivers", switches=["interventions.1", "mechanisms.pressure"],
        ...                          outcomes="members RIVERS @2022", replicates=8, years=2)
        >>> [one["factors"] for one in found["switches"]]
        [['interventions.1'], ['mechanisms.pressure']]
    """
    from steppe.report.attribution import attribution_text

    with from_python():
        place = os.fspath(name)
        if not is_run(place):
            given = overrides_of(
                overrides, world=world, replicates=replicates, seed=seed, years=years, more=more
            )
            own = None if config_dir is None else os.fspath(config_dir)
            ready = prepared(place, given, several(switches), several(outcomes), own)
            place = str(simulated(ready.config, out, progress).path)
            outcomes = ()
        found = Described(attributed(Path(place), several(outcomes)))
    found.text = attribution_text(dict(found))
    return found
