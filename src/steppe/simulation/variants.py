"""A run with less: in a world without some states or systems, without some of its interventions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from steppe.config.design import DesignSpec
from steppe.config.schema import RunConfig
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.simulation.consequences import named_in
from steppe.simulation.outcomes import Wanted
from steppe.world.arrays import World
from steppe.world.spec import WorldSpec
from steppe.world.without import removal

LEVERS = ("mechanisms", "interventions", "scenario", "without")  # they leave every drawn value alone


def lessened(config: RunConfig, gone: Sequence[str], idle: Sequence[int]) -> RunConfig:
    """The config without its design, in a world that does without more, and without some interventions.

    gone : ids, as for `world.without`;  idle : numbers of interventions by date, from 1, of every scenario
    Raises InputError where too few states or poles would be left.
    """
    world = config.world
    if gone:
        world = WorldSpec.model_validate({**world.model_dump(), "without": (*world.without, *gone)})
    scenarios = tuple(
        one.model_copy(
            update={
                "interventions": tuple(
                    act for number, act in enumerate(one.interventions, 1) if number not in idle
                )
            }
        )
        for one in config.scenarios
    )
    return config.model_copy(update={"world": world, "scenarios": scenarios, "design": None})


def possible(interventions: Sequence[Any], world: World) -> Iterator[Any]:
    """The interventions that name nothing that the world lacks; of founders, those that are there, if there are two."""
    for one in interventions:
        founders = getattr(one, "members", None)
        if founders is not None:
            there = tuple(state for state in founders if state in world.states)
            if len(there) < 2:
                continue
            one = one.model_copy(update={"members": there})
        try:
            yield named_in(one, world)
        except InputError:
            continue


def only_levers(design: DesignSpec) -> bool:
    """Whether a design leaves every value of the evidence alone, so that these may be drawn beside it."""
    names = [*design.factors, *(name for row in design.rows[:1] for name in row)]
    return design.kind != "csv" and all(name.partition(".")[0] in LEVERS for name in names)


def check_measured(asked: Sequence[Wanted], factors: Sequence[str], evidence: Evidence) -> None:
    """Raise InputError for an outcome that is measured of what a factor takes out of the world."""
    for factor in factors:
        head, _, name = factor.partition(".")
        if head != "without":
            continue
        lost = {name, *_lost(evidence, name)}
        for one in asked:
            if lost & set(one.entity.split("/")):
                raise InputError(
                    f"{one.measure.id} is measured of what {factor} takes away, and is nothing without it",
                    key="design.outcomes",
                    value=f"{one.measure.id} {one.entity}",
                    accepted="an outcome of what stays in the world",
                )


def _lost(evidence: Evidence, name: str) -> set[str]:
    """Ids of what goes with a state or a system."""
    if name not in evidence.systems:
        return {one for one, part in evidence.demands.items() if part.facts.origin == name}
    gone = removal(evidence, [name])
    return {*gone.organisations, *gone.segments, *gone.processes}
