"""A run against the evidence: ids exist, values lie in their ranges, dates fit, interventions agree.

Every check raises InputError with a key below the config; the caller knows the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import MAXYEAR
from pathlib import Path
from typing import Any

from steppe.config.effects import effect_faults
from steppe.config.interventions import BODY_FIELDS, states_of
from steppe.config.schema import MAX_STEPS, Mechanisms, RunConfig, Scenario, end, steps
from steppe.config.timeline import check_timeline
from steppe.errors import InputError, input_error
from steppe.evidence import Evidence
from steppe.evidence.load import as_error
from steppe.world.build_agenda import build_agenda
from steppe.world.build_network import build_network
from steppe.world.names import Names, check_named, names_of, names_something
from steppe.world.spec import check_spec
from steppe.world.without import left, removal

Placed = Callable[[InputError], InputError]


def check_run(config: RunConfig, evidence: Evidence, placed: Sequence[Placed]) -> None:
    """Check world, parameters and scenarios. placed : one function per scenario that adds an error's file."""
    _placing(placed[0], check_length, config)
    _placing(placed[0], check_draws, config)
    try:
        check_spec(config.world, evidence)
    except InputError as error:
        error.key = f"world.{error.key}"
        raise placed[0](error) from None
    _check_effects(evidence)
    _placing(placed[0], check_parameters, config.parameters, "parameters", evidence)
    _distinct(config, placed)
    config = _as_built(config, evidence)
    for scenario, place in zip(config.scenarios, placed, strict=True):
        _placing(place, check_parameters, scenario.parameters, "scenario.parameters", evidence)
        _placing(place, check_scenario, scenario, config, evidence)


def _as_built(config: RunConfig, evidence: Evidence) -> RunConfig:
    """The config with the states and organisations that its world has, for the checks of what scenarios do to them."""
    gone = removal(evidence, config.world.without).organisations
    has = {"states": config.world.present, "organisations": left(config.world.organisations, gone)}
    world = config.world.model_copy(update=has)
    return config.model_copy(update={"world": world})


def _check_effects(evidence: Evidence) -> None:
    """What stages and gates bring about can be carried out; in the packaged evidence that is checked once, by `check`."""
    if evidence.base is not None:
        for fault in effect_faults(evidence):
            raise as_error(fault, Path(evidence.folder))


def check_length(config: RunConfig) -> None:
    """The run ends while the calendar lasts, and its steps can be numbered."""
    years, start = config.ensemble.years, config.world.start
    if start.year + years > MAXYEAR:
        raise InputError(
            f"the run would end after the year {MAXYEAR}",
            key="world.start",
            value=start.isoformat(),
            accepted=f"a start before {MAXYEAR - years + 1}-01-01 for {years} years",
        )
    if steps(config) > MAX_STEPS:
        raise InputError(
            f"the run would have {steps(config):,} steps",
            key="ensemble.steps_per_year",
            value=config.ensemble.steps_per_year,
            accepted=f"at most {MAX_STEPS // years} for {years} years: a run has at most {MAX_STEPS:,} steps",
        )


def check_draws(config: RunConfig) -> None:
    """Draws are asked for where something is drawn, and each has the two replicates that tell its luck from the rest."""
    ensemble = config.ensemble
    if ensemble.parameters == "central":
        if ensemble.draws is not None:
            raise InputError(
                "nothing is drawn while the parameters are central",
                key="ensemble.draws",
                value=ensemble.draws,
                accepted="null, or ensemble.parameters=sampled",
            )
    elif ensemble.replicates < 2 * (ensemble.draws or 2):
        most = ensemble.replicates // 2
        raise InputError(
            "every draw needs two replicates, so that what is not known can be told from luck",
            key="ensemble.draws" if ensemble.draws else "ensemble.replicates",
            value=ensemble.draws or ensemble.replicates,
            accepted=f"2 to {most} draws for {ensemble.replicates} replicates"
            if most > 1
            else "4 or more replicates",
        )


def check_parameters(given: dict[str, float], prefix: str, evidence: Evidence) -> None:
    """Known ids, and values inside the range that the evidence supports."""
    for name, value in given.items():
        check_parameter(name, value, f"{prefix}.{name}", evidence)


def check_parameter(name: str, value: float, key: str, evidence: Evidence, id_key: str | None = None) -> None:
    """One parameter. id_key : where its id is written, if not in the key itself."""
    parameter = evidence.parameters.get(name)
    if parameter is None:
        raise input_error(
            f"no parameter {name!r}", key=id_key or key, value=name, accepted=list(evidence.parameters)
        )
    low, high = parameter.range
    if not low <= value <= high:
        raise InputError(
            f"{name} is outside the range that the evidence supports",
            key=key,
            value=value,
            accepted=f"{low:g} to {high:g} [{parameter.unit}], coded value {parameter.value:g}",
        )


def check_scenario(scenario: Scenario, config: RunConfig, evidence: Evidence) -> None:
    """Every intervention by itself, then all of them in the order of time."""
    for n, claim in enumerate(scenario.claims):
        if claim not in evidence.claims:
            raise input_error(
                f"no claim {claim!r}",
                key=f"scenario.claims[{n}]",
                value=claim,
                accepted=list(evidence.claims),
            )
    _no_world_parameter(list(scenario.parameters), "scenario.parameters.")
    names = coded_names(config, evidence) if any(map(names_something, scenario.interventions)) else Names()
    for n, intervention in enumerate(scenario.interventions):
        key = f"scenario.interventions[{n}]"
        _check_date(intervention, key, config)
        _check_states(intervention, key, config)
        _check_organisations(intervention, key, config, evidence)
        check_named(intervention, names, config.world.name, key)
        if intervention.kind == "parameter":
            check_parameter(
                intervention.parameter, intervention.value, f"{key}.value", evidence, f"{key}.parameter"
            )
            _no_world_parameter([intervention.parameter], f"{key}.parameter")
        if intervention.kind == "mechanism" and intervention.mechanism not in Mechanisms.model_fields:
            raise input_error(
                f"no mechanism {intervention.mechanism!r}",
                key=f"{key}.mechanism",
                value=intervention.mechanism,
                accepted=Mechanisms.model_fields,
            )
    check_timeline(scenario, config, evidence)


def _no_world_parameter(names: list[str], key: str) -> None:
    """What makes the world is settled before the run, once for all its scenarios."""
    for name in names:
        if name.startswith("world."):
            raise InputError(
                f"{name} shapes the world, which all scenarios of a run share",
                key=key + name if key.endswith(".") else key,
                value=name,
                accepted=f"parameters.{name} of the run",
            )


def _check_date(intervention: Any, key: str, config: RunConfig) -> None:
    start, stop = config.world.start, end(config)
    if not start <= intervention.date < stop:
        raise InputError(
            "the date is outside the run",
            key=f"{key}.date",
            value=intervention.date.isoformat(),
            accepted=f"from {start.isoformat()} (world.start) to before {stop.isoformat()} (ensemble.years)",
        )


def _check_states(intervention: Any, key: str, config: RunConfig) -> None:
    named = states_of(intervention)
    for path, state in named:
        if state not in config.world.states:
            raise input_error(
                f"no state {state!r} in world {config.world.name!r}",
                key=f"{key}.{path}",
                value=state,
                accepted=config.world.states,
            )
    pair = [(path, state) for path, state in named if not path.startswith("members")]
    if len(pair) == 2 and pair[0][1] == pair[1][1]:
        raise InputError("two different states are needed", key=f"{key}.{pair[1][0]}", value=pair[1][1])


def _check_organisations(intervention: Any, key: str, config: RunConfig, evidence: Evidence) -> None:
    for path in BODY_FIELDS:
        name = getattr(intervention, path, None)
        if name is None or name in config.world.organisations:
            continue
        body = evidence.organisations.get(name)
        message = f"no organisation {name!r} in world {config.world.name!r}"
        if config.world.without:
            message += " without " + ", ".join(config.world.without)
        if body is not None and body.dissolved is not None and body.dissolved <= intervention.date:
            message = f"{name} was dissolved on {body.dissolved.isoformat()}"
        written = type(intervention).model_fields[path].alias or path
        raise input_error(message, key=f"{key}.{written}", value=name, accepted=config.world.organisations)


def coded_names(config: RunConfig, evidence: Evidence) -> Names:
    """Segments, systems, processes, gates and instruments that the world of a run has."""
    spec = config.world
    gone = removal(evidence, spec.without)
    network = build_network(evidence, spec.present, spec.start, gone)
    agenda = build_agenda(
        evidence, spec.present, left(spec.organisations, gone.organisations), spec.start, network, gone
    )
    return names_of(network, agenda)


def _distinct(config: RunConfig, placed: Sequence[Placed]) -> None:
    names = [scenario.name for scenario in config.scenarios]
    for n, name in enumerate(names):
        if name in names[:n]:
            raise placed[n](InputError("the scenario is named twice", key="scenarios", value=name))


def _placing(place: Placed, check: Callable[..., None], *args: Any) -> None:
    try:
        check(*args)
    except InputError as error:
        raise place(error) from None
