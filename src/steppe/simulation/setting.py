"""What a single replicate starts from: a world, parameters and interventions, from names or from objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from steppe.config.compose import compose
from steppe.config.schema import RunConfig, Scenario, overridden, switches
from steppe.errors import InputError, input_error
from steppe.simulation.consequences import named_in, parsed
from steppe.simulation.plan import plan, step_of
from steppe.simulation.replicate import REPLICATE_LIMIT, SEED_LIMIT, initial_record
from steppe.simulation.runner import parameter_values, prepare
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.spec import WorldSpec, evidence_for

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Setting:
    """A replicate's start.  initial : record (1,);  orders : PLAN records;  steps : how many a run has."""

    world: World
    scenario: Scenario
    initial: Array
    orders: Array
    steps_per_year: int
    steps: int
    seed: int


def setting(
    world: World | WorldSpec | str | None,
    scenario: str | None,
    overrides: Sequence[str],
    config: RunConfig | None,
    seed: int | None,
    replicate: int = 0,
) -> Setting:
    """The start of a replicate.

    world : a name or folder as on the command line, or a world that is built already
    scenario, overrides : as on the command line; with a config, one of its scenarios by name, no overrides
    seed : None, that of the config
    replicate : with sampled parameters, the replicate whose draw of the evidence is wanted
    Raises InputError.
    """
    if config is None:
        named = [f"world={world}"] if isinstance(world, str) else []
        named += [f"scenario={scenario}"] if scenario is not None else []
        config, chosen = compose([*named, *overrides]), None
    elif overrides or world is not None:
        raise InputError("a composed config says all: no world and no overrides beside it", key="overrides")
    else:
        chosen = scenario
    one = _scenario(config, chosen)
    config = _with_seed(config, one, seed)
    if isinstance(world, WorldSpec):
        world = build_world(evidence_for(world), world)
    if isinstance(world, World):
        initial, orders = _on(world, config, one)
    else:
        ready = prepare(config)
        draw = ready.draw_of(replicate)
        world = ready.start(draw).world
        initial, orders = ready.begin(one.name, draw), ready.plans[one.name]
    per_year = config.ensemble.steps_per_year
    return Setting(
        world, one, initial, orders, per_year, per_year * config.ensemble.years, config.ensemble.seed
    )


def whole(value: object, limit: int, key: str) -> int:
    """A whole number from 0 to below `limit`. Raises InputError."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or not 0 <= value < limit:
        raise InputError(f"{key} must be a whole number", key=key, value=value, accepted=f"0 to {limit - 1}")
    return int(value)


def replicate_number(value: object) -> int:
    """The number of a replicate. Raises InputError."""
    return whole(value, REPLICATE_LIMIT, "replicate")


def intervention(kind: str, when: date, fields: Mapping[str, Any], world: World) -> Any:
    """An intervention of a date, checked against a world. Raises InputError with the nearest name."""
    return named_in(parsed(kind, {**fields, "date": when}), world)


def order(one: Any, step: int, world: World) -> Array:
    """PLAN records that carry an intervention out in a step."""
    return plan([(step, one.model_dump(by_alias=True))], world)


def _scenario(config: RunConfig, name: str | None) -> Scenario:
    names = [one.name for one in config.scenarios]
    if name is None and len(names) > 1:
        raise input_error(
            "one scenario is wanted, and the config has several", key="scenario", accepted=names
        )
    if name is not None and name not in names:
        raise input_error(f"the config has no scenario {name!r}", key="scenario", value=name, accepted=names)
    return config.scenarios[0 if name is None else names.index(name)]


def _with_seed(config: RunConfig, scenario: Scenario, seed: int | None) -> RunConfig:
    """The config with one scenario only and this seed."""
    seed = config.ensemble.seed if seed is None else whole(seed, SEED_LIMIT, "rng")
    ensemble = config.ensemble.model_copy(update={"seed": seed})
    return config.model_copy(update={"ensemble": ensemble, "scenarios": (scenario,)})


def _on(world: World, config: RunConfig, scenario: Scenario) -> tuple[Array, Array]:
    """The record and the orders of a scenario put to a world that was built elsewhere."""
    per_year, seed = config.ensemble.steps_per_year, config.ensemble.seed
    if config.ensemble.parameters != "central":
        raise InputError(
            "a world that is built already has no ranges to draw from",
            key="ensemble.parameters",
            value=config.ensemble.parameters,
            accepted="central; or a world by its name or folder",
        )
    values = parameter_values(evidence_for(config.world), config) | overridden(config, scenario)
    dated = []
    for one in scenario.interventions:
        if one.date < world.start:
            raise InputError(
                "an intervention before the world starts", key="date", value=one.date.isoformat()
            )
        told = named_in(one, world).model_dump(by_alias=True)
        dated.append((step_of(one.date, world.start, per_year), told))
    return initial_record(world, values, switches(config, scenario), per_year, seed), plan(dated, world)
