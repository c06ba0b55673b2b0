"""Composed data → `RunConfig`: every section by its model, then everything against the evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from steppe import paths
from steppe.config.checks import check_run
from steppe.config.design import KINDS, DesignSpec, plain
from steppe.config.designs import settled, with_file
from steppe.config.interventions import read_interventions
from steppe.config.origin import Composed, Origin
from steppe.config.overrides import Request
from steppe.config.readings import choose, with_readings
from steppe.config.schema import Ensemble, Executor, Mechanisms, RunConfig, Scenario, Study
from steppe.errors import InputError, from_validation, key_path, nearest
from steppe.world.spec import WorldSpec, evidence_for

M = TypeVar("M", bound=BaseModel)
YEARS = 10  # of a run, where neither it nor its scenarios say

_RUN_KEYS = (
    "world",
    "scenario",
    "scenarios",
    "mechanisms",
    "parameters",
    "readings",
    "ensemble",
    "executor",
    "design",
    "study",
    "output",
)


def validated(
    composed: Sequence[Composed],
    request: Request,
    overrides: tuple[str, ...],
    design: DesignSpec | None = None,
) -> RunConfig:
    """The run that several compositions, one per scenario, amount to, with its design. Raises InputError."""
    first, origin = composed[0].data, composed[0].origin
    unknown = next((key for key in first if key not in _RUN_KEYS), None)
    if unknown is not None:
        error = InputError(
            f"unknown key {unknown!r}",
            key=str(unknown),
            value=first[unknown],
            accepted=_RUN_KEYS,
            nearest=nearest(unknown, _RUN_KEYS),
        )
        raise origin.placed(error)
    config = RunConfig(
        world=_world(first.get("world"), origin),
        scenarios=tuple(_scenario(one.data.get("scenario"), one.origin) for one in composed),
        mechanisms=_section(Mechanisms, first.get("mechanisms"), "mechanisms", origin),
        parameters=_numbers(first.get("parameters"), "parameters", origin),
        ensemble=_section(Ensemble, _with_years(first.get("ensemble"), composed), "ensemble", origin),
        executor=_section(Executor, first.get("executor"), "executor", origin),
        study=_study(first.get("study"), request, origin),
        output=request.output or first.get("output"),
        overrides=overrides,
    )
    _one_world(composed, config)
    evidence = _guarded(origin, "world", evidence_for, config.world, _beside(origin))
    check_run(config, evidence, [one.origin.placed for one in composed])
    own = set(config.parameters)
    config = with_readings(config, choose(first.get("readings"), origin), evidence, origin)
    if design is not None:
        design = _guarded(origin, "", settled, design, config, evidence, origin, own)
        config = config.model_copy(update={"design": design})
    return config.model_copy(
        update={"scenarios": tuple(_in_order(scenario) for scenario in config.scenarios)}
    )


def _in_order(scenario: Scenario) -> Scenario:
    """Interventions by date, those of one date as written: a step takes them in this order."""
    dated = sorted(scenario.interventions, key=lambda one: one.date)
    return scenario.model_copy(update={"interventions": tuple(dated)})


def _with_years(data: Any, composed: Sequence[Composed]) -> Any:
    """The ensemble; without a word on its length it is as long as its scenarios need, or ten years."""
    if not isinstance(data, Mapping) or data.get("years") is not None:
        return data
    wanted = [(one.data.get("scenario") or {}).get("years") for one in composed]
    return {**data, "years": max((years for years in wanted if isinstance(years, int)), default=YEARS)}


def _world(data: Any, origin: Origin) -> WorldSpec:
    """The world; a `seeds` folder beside the user's own file becomes absolute, so that a resume finds it."""
    if isinstance(data, Mapping):
        data = dict(data)
        beside = _beside(origin)
        own = beside is not None and paths.conf() not in (beside, *beside.parents)
        if own and beside is not None:
            if data.get("seeds") is None and (beside / "actors").is_dir():
                data["seeds"] = str(beside)
            elif isinstance(data.get("seeds"), str) and (beside / data["seeds"]).is_dir():
                data["seeds"] = str((beside / data["seeds"]).resolve())
    return _section(WorldSpec, data, "world", origin)


def _beside(origin: Origin) -> Path | None:
    file = origin.files.get("world")
    return file.parent if file is not None else None


def _section(model: type[M], data: Any, name: str, origin: Origin) -> M:
    """One section by its model; a fault gets the file, the line and the whole key."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise origin.placed(from_validation(error, model=model, data=data, prefix=name)) from None
    except InputError as error:  # raised by a model's own rule, with a key inside the section
        error.key = key_path(name, error.key or "")
        raise origin.placed(error) from None


def _scenario(data: Any, origin: Origin) -> Scenario:
    """One scenario, whose interventions have models of their own."""
    if not isinstance(data, Mapping):
        return _section(Scenario, data, "scenario", origin)
    data = dict(data)
    try:
        data["interventions"] = read_interventions(data.get("interventions"), "scenario.interventions")
    except InputError as error:
        raise origin.placed(error) from None
    data["parameters"] = _numbers(data.get("parameters"), "scenario.parameters", origin)
    data["mechanisms"] = _switches(data.get("mechanisms"), origin)
    return _section(Scenario, data, "scenario", origin)


def design_of(composed: Composed) -> DesignSpec | None:
    """The design as it is written; whether it can be made is for `validated`."""
    data, origin = with_file(composed.data.get("design"), composed.origin), composed.origin
    if data is None:
        return None
    if isinstance(data, Mapping) and data.get("kind") == "none":
        if len(data) == 1 or "design" in origin.given:
            return None
        key = f"design.{next(key for key in data if key != 'kind')}"
        kinds = "design=" + ", ".join(kind for kind in KINDS)
        raise origin.placed(InputError("there is no design to set this of", key=key, accepted=kinds))
    try:
        data = plain(data) if isinstance(data, Mapping) else data
    except InputError as error:
        error.key = key_path("design", error.key or "")
        raise origin.placed(error) from None
    return _section(DesignSpec, data, "design", origin)


def _study(data: Any, request: Request, origin: Origin) -> Study | None:
    if data is None and request.experiment is None:
        return None
    named = {"name": request.experiment or "study"}
    return _section(Study, {**named, **data} if isinstance(data, Mapping) else data or named, "study", origin)


def _switches(data: Any, origin: Origin) -> dict[str, bool]:
    """Switches of a scenario, checked by the same model as the run's."""
    if data is None:
        return {}
    found = _section(Mechanisms, data, "scenario.mechanisms", origin).model_dump()
    return {name: found[name] for name in data}


def _numbers(data: Any, prefix: str, origin: Origin) -> dict[str, float]:
    """Nested or dotted parameters → by id. Ids and ranges are for `check_run`."""
    out: dict[str, float] = {}
    if data is None:
        return out
    if not isinstance(data, Mapping):
        error = InputError(
            "parameters are given by id", key=prefix, value=data, accepted="membership.cooldown: 3"
        )
        raise origin.placed(error)
    for name, value in data.items():
        if isinstance(value, Mapping):
            out |= {f"{name}.{tail}": v for tail, v in _numbers(value, f"{prefix}.{name}", origin).items()}
        elif isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            error = InputError(
                "a parameter is a number", key=f"{prefix}.{name}", value=value, accepted="a number"
            )
            raise origin.placed(error)
        else:
            out[str(name)] = float(value)
    return out


def _one_world(composed: Sequence[Composed], config: RunConfig) -> None:
    """Scenarios of one run share their world, or no difference between them would mean anything."""
    for one in composed[1:]:
        world = _world(one.data.get("world"), one.origin)
        if world != config.world:
            name = one.data.get("scenario", {}).get("name")
            raise InputError(
                f"scenario {name!r} belongs to another world than the first scenario",
                file=one.origin.locate("scenario.name")[0],
                key="world",
                value=world.name,
                accepted=f"scenarios of one world ({config.world.name}), or world=… for all of them",
            )


def _guarded(origin: Origin, prefix: str, call: Any, *args: Any) -> Any:
    """Call; an InputError without a file is placed."""
    try:
        return call(*args)
    except InputError as error:
        if error.file is None:
            error.key = key_path(prefix, error.key or "")
        raise origin.placed(error) from None
