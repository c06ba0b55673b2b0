"""The scenarios as questions: found by name, number or file, each with its counterfactual, and grouped for a run of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppe.errors import InputError, input_error, nearest

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

_NUMBER = re.compile(r"[Hh]?0*(\d+)\Z")
NOTHING_DONE = "baseline"  # what a scenario without a counterfactual is compared with


@dataclass(frozen=True)
class Group:
    """Scenarios that one run can hold.

    names : of the scenarios, counterfactuals included, each once
    reference : scenario whose answer is wanted → what it is compared with
    """

    world: str
    years: int
    names: tuple[str, ...]
    reference: dict[str, str]

    @property
    def asked(self) -> tuple[str, ...]:
        """The scenarios whose answers are wanted."""
        return tuple(self.reference)


def scenarios(config_dir: str | None = None) -> dict[str, dict[str, Any]]:
    """What the file of every scenario says, by name, with `file`."""
    from steppe.config.compose import options
    from steppe.evidence.read import read_yaml

    return {
        name: {**(read_yaml(file) or {}), "file": file}
        for name, file in options("scenario", config_dir).items()
    }


def numbers(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Number of a question → name of the scenario that asks it; variants, which have no status, have no number."""
    return {
        str(number): name
        for name, data in found.items()
        if data.get("status") is not None
        for number in data.get("inventory") or ()
    }


def numbered(name: str, config_dir: str | None = None) -> str | None:
    """The scenario of a number (``H19``, ``h19``, ``19``); None for what is no number of a question."""
    wanted = _NUMBER.match(name)
    if wanted is None:
        return None
    known = numbers(scenarios(config_dir))
    return next((found for number, found in known.items() if number[1:].lstrip("0") == wanted[1]), None)


def named(name: str, config_dir: str | None = None) -> str:
    """The scenario of a name, a number or a file, as `scenario=` takes it. Raises InputError with the nearest name."""
    from steppe.config.overrides import is_path

    if is_path(name):
        return name
    known = scenarios(config_dir)
    found = name if name in known else numbered(name, config_dir)
    if found is None:
        accepted = [*known, *numbers(known)]
        raise InputError(
            f"no scenario {name!r}",
            file="command line",
            key="NAME",
            value=name,
            accepted="a name or number of `steppe list scenarios`, or a YAML file",
            nearest=nearest(name, accepted),
        )
    return found


def with_counterfactual(
    name: str, overrides: Sequence[str], config_dir: str | None = None
) -> tuple[RunConfig, str]:
    """The config of a scenario after its counterfactual, and the scenario's name. Raises InputError."""
    from steppe.config.compose import compose

    for one in overrides:
        key = one.lstrip("+~").partition("=")[0]
        if key in ("scenario", "scenarios", "experiments", "experiment", "study"):
            raise input_error(
                f"`steppe ask` asks one scenario, which is {name!r}",
                file="command line",
                key=key,
                value=one,
                accepted="`steppe run` for several scenarios or a study",
            )
    alone = compose([f"scenario={name}", *overrides], config_dir).scenarios[0]
    other = alone.counterfactual or NOTHING_DONE
    if other == alone.name:
        raise InputError(
            f"{alone.name} has nothing to be compared with",
            file="command line",
            key="NAME",
            value=name,
            accepted=f"a scenario with a counterfactual; `steppe run scenario={name}` runs it alone",
        )
    chosen = any(one.lstrip("+~").startswith("world=") for one in overrides)
    if alone.world is not None and not chosen:  # the counterfactual may be of any world, as the baseline is
        overrides = [f"world={alone.world}", *overrides]
    return compose([f"scenario={other},{name}", *overrides], config_dir), alone.name


def groups(names: Sequence[str], config_dir: str | None = None) -> list[Group]:
    """The fewest runs that hold these scenarios with their counterfactuals: one per world and length."""
    from steppe.config.compose import compose

    wanted: dict[tuple[str, int], dict[str, str]] = {}
    for name in names:
        config = compose([f"scenario={name}"], config_dir)
        other = config.scenarios[0].counterfactual or NOTHING_DONE
        wanted.setdefault((config.world.name, config.ensemble.years), {})[name] = other
    return [
        Group(world, years, tuple(dict.fromkeys([*reference.values(), *reference])), reference)
        for (world, years), reference in wanted.items()
    ]


def composed_group(group: Group, overrides: Sequence[str], config_dir: str | None = None) -> RunConfig:
    """The config that runs a group."""
    from steppe.config.compose import compose

    chosen = f"scenario={','.join(group.names)}"
    own = [f"world={group.world}", f"ensemble.years={group.years}"]
    return compose([chosen, *own, *overrides], config_dir)
