"""What a config is simulated from: worlds, parameters, records and plans, made once.

A world and its parameters are built from evidence: the coded one, or a draw of it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from steppe.config.compose import compose
from steppe.config.schema import RunConfig, Scenario, draws, overridden, switches
from steppe.design.points import build
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.results.indicators import SYSTEM
from steppe.results.tables import draw_of
from steppe.simulation.consequences import consequence_records, named_in
from steppe.simulation.numbered import Points, numbered
from steppe.simulation.outcomes import Wanted, wanted
from steppe.simulation.plan import plan, step_of
from steppe.simulation.replicate import REPLICATE_LIMIT, initial_record
from steppe.simulation.sampling import Sampled, sampled
from steppe.simulation.variants import check_measured, lessened, only_levers, possible
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.drawn import Uncertain, uncertain
from steppe.world.spec import evidence_for
from steppe.world.without import removal

Array = np.ndarray[Any, Any]

#: readings, what the world does without, numbers of the interventions that do not act
Variant = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[int, ...]]

DRAWS_KEPT = 256  # worlds of draws, of some 50 kB each, that are kept for the other scenarios


@dataclass(frozen=True)
class Start:
    """What the replicates of one draw have in common: a world, and the parameters before a scenario sets its own."""

    world: World
    parameters: dict[str, float]


@dataclass(frozen=True)
class Prepared:
    """Everything that simulating a config needs, made once.

    coded : with every value as coded;  plans : scenario → PLAN records;  sampled : what is drawn, if anything is
    points : the points of the design, if there is one;  asked : the outcomes that are kept of them
    uncertain : what the design may set of the evidence's values
    """

    config: RunConfig
    coded: Start
    plans: dict[str, Array]
    sampled: Sampled | None = None
    points: Points | None = None
    asked: tuple[Wanted, ...] = ()
    uncertain: Uncertain | None = None
    local: threading.local = field(default_factory=threading.local)
    drawn: dict[int, Start] = field(default_factory=dict)
    variants: dict[Variant, Prepared] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world with every value as coded."""
        return self.coded.world

    def draw_of(self, replicate: int) -> int:
        """The draw to which a replicate belongs; 0 where nothing is drawn."""
        count = self.sampled.count if self.sampled else 1
        return int(draw_of(replicate, count, self.config.ensemble.replicates))

    def start(self, draw: int) -> Start:
        """What a draw starts from; any draw is the coded one where nothing is drawn."""
        if self.sampled is None:
            return self.coded
        found = self.drawn.get(draw)
        if found is None:  # two threads may both build it; they build the same
            found = self.drawn[draw] = start(self.sampled.evidence(draw), self.config)
            for old in list(self.drawn)[:-DRAWS_KEPT]:
                self.drawn.pop(old, None)
        return found

    @cached_property
    def initial(self) -> dict[str, Array]:
        """Scenario → the record (1,) from which it begins, with every value as coded."""
        return {one.name: self._record(self.coded, one) for one in self.config.scenarios}

    @cached_property
    def consequences(self) -> Array:
        """What stages and gates of the coded world bring about."""
        return consequence_records(self.world)

    def under(
        self, readings: Mapping[str, str], gone: Sequence[str] = (), idle: Sequence[int] = ()
    ) -> Prepared:
        """The same with other readings of the documents, in a world without some states or systems, or without some
        interventions; itself where nothing is asked for.

        gone : ids, as for `world.without`;  idle : numbers of interventions, by date from 1
        """
        if not (readings or gone or idle):
            return self
        key = (tuple(sorted(readings.items())), tuple(sorted(gone)), tuple(sorted(idle)))
        if key not in self.variants:  # two threads may both prepare it; they prepare the same
            config = under_readings(self.config, readings) if readings else self.config
            self.variants[key] = prepare(lessened(config, gone, idle), lenient=True)
        return self.variants[key]

    def begin(self, scenario: str, draw: int) -> Array:
        """The record (1,) from which every replicate of a scenario in a draw begins."""
        if self.sampled is None:
            return self.initial[scenario]
        one = next(one for one in self.config.scenarios if one.name == scenario)
        return self._record(self.start(draw), one)

    def _record(self, begun: Start, scenario: Scenario) -> Array:
        ensemble = self.config.ensemble
        values = begun.parameters | overridden(self.config, scenario)
        own = switches(self.config, scenario)
        return initial_record(begun.world, values, own, ensemble.steps_per_year, ensemble.seed)


def parameter_values(evidence: Evidence, config: RunConfig) -> dict[str, float]:
    """Every parameter by id: the coded value, unless the world does without what it stands for, or the run says otherwise."""
    coded = {name: float(parameter.value) for name, parameter in evidence.parameters.items()}
    without = removal(evidence, config.world.without).parameters
    return {**coded, **without, **config.parameters}


def prepare(config: RunConfig, kept: Sequence[str] = (), lenient: bool = False) -> Prepared:
    """Build the world and the starting records of every scenario. Raises InputError.

    kept : ids of design points that a run has already, in its order
    lenient : an intervention that names what the world lacks falls away
    """
    _check_ensemble(config)
    evidence = evidence_for(config.world)
    coded = start(evidence, config)
    per_year, plans = config.ensemble.steps_per_year, {}
    for scenario in config.scenarios:
        acts = possible(scenario.interventions, coded.world) if lenient else scenario.interventions
        dated = []
        for n, one in enumerate(acts):
            told = named_in(one, coded.world, f"scenario.interventions[{n}]").model_dump(by_alias=True)
            dated.append((step_of(one.date, coded.world.start, per_year), told))
        plans[scenario.name] = plan(dated, coded.world)
    count = draws(config)
    drawn = None if count is None else sampled(evidence, config, count)
    if config.design is None:
        return Prepared(config, coded, plans, drawn)
    points = numbered(build(config.design, evidence, config.world, config), kept)
    asked = wanted(_outcomes(config), coded.world, config.ensemble.years)
    check_measured(asked, points.design.names, evidence)
    return Prepared(
        config, coded, plans, drawn, points, asked, uncertain(evidence, config.world, config.parameters)
    )


def _check_ensemble(config: RunConfig) -> None:
    """Raise InputError for an ensemble that cannot be simulated."""
    ensemble = config.ensemble
    if ensemble.parameters == "posterior":
        raise InputError(
            "there is no posterior to draw from: the model has not been calibrated",
            key="ensemble.parameters",
            value=ensemble.parameters,
            accepted=["central", "sampled"],
        )
    if config.design is not None and ensemble.parameters != "central" and not only_levers(config.design):
        raise InputError(
            "a design says itself what varies",
            key="ensemble.parameters",
            value=ensemble.parameters,
            accepted="central; or a design of mechanisms, interventions, scenarios and what the world does without; "
            "or design.factors=[all] to vary every uncertain number",
        )
    if ensemble.replicates > REPLICATE_LIMIT:
        raise InputError(
            "too many replicates", key="ensemble.replicates", accepted=f"at most {REPLICATE_LIMIT}"
        )


def _outcomes(config: RunConfig) -> list[str]:
    """What a design keeps: what it names, or that by which its scenarios are judged. Raises InputError for nothing."""
    design = config.design
    named = list(design.outcomes) if design is not None else []
    if not named:
        judged = (one for scenario in config.scenarios for one in scenario.outcomes)
        named = [one.measure if one.of == SYSTEM else f"{one.measure} {one.of}" for one in judged]
    if not named:
        raise InputError(
            "nothing is kept of the design's points",
            key="design.outcomes",
            accepted="'design.outcomes=[MEASURE ENTITY, MEASURE ENTITY @YEAR]'; see steppe list measures",
        )
    return list(dict.fromkeys(named))


def under_readings(config: RunConfig, readings: Mapping[str, str]) -> RunConfig:
    """The config with other readings, composed anew from what the user wrote, without its design.

    Raises InputError where composing it without them does not give the config back: files have changed.
    """
    written = [one for one in config.overrides if not one.lstrip("+").startswith("design")]
    same = {"design": None, "overrides": (), "output": None}
    if compose(written).model_copy(update=same) != config.model_copy(update=same):
        raise InputError(
            "the readings cannot be varied: the files that the config was composed from have changed since",
            key="design.factors",
            value=", ".join(f"readings.{name}" for name in readings),
        )
    return compose([*written, *(f"readings.{name}={option}" for name, option in readings.items())])


def start(evidence: Evidence, config: RunConfig) -> Start:
    """The world that the evidence gives, and its parameters with those that the config sets."""
    values = parameter_values(evidence, config)
    weights = {name: value for name, value in values.items() if name.startswith("world.")}
    return Start(build_world(evidence, config.world, weights), values)
