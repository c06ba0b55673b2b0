"""A world without some of the systems or states: what each of them, as it is coded, leaves behind when it is taken away.

A state that is taken away is not in the world: it is nobody's member, partner, threat, pole, party or owner. What others
buy of it comes from the rest of the world, and every other state keeps the capability that it has beside it. Luck is
addressed by name, so that the luck of the others stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from steppe.errors import InputError, input_error
from steppe.evidence import Evidence
from steppe.evidence.structures import stage_key
from steppe.evidence.targets import systems_of, targets
from steppe.paths import shown


@dataclass(frozen=True)
class Removal:
    """Ids of what is not there, by the fields of `Evidence`.

    stages : PROCESS/STAGE;  statuses : STATE-ORGANISATION, which are none;  parameters : the values that they take
    """

    organisations: frozenset[str] = frozenset()
    instruments: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    upgrades: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    gates: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    parameters: Mapping[str, float] = field(default_factory=dict)


NOTHING = Removal()


def removal(evidence: Evidence, systems: Sequence[str]) -> Removal:
    """What a world without these systems of the register lacks; states among them are for `WorldSpec.present`.

    A segment goes with any system that it is part of. Raises InputError with the nearest name, and for a system that
    is context: it has no lever, so that a world without it is the same world.
    """
    if not systems:
        return NOTHING
    found: dict[str, set[str]] = {}
    parameters: dict[str, float] = {}
    for position, name in enumerate(systems):
        if name in evidence.actors and name not in evidence.systems:
            continue  # a state: `WorldSpec.present` leaves it out
        _check(evidence, name, position)
        for one in targets(evidence, name):
            if one.family == "parameters":
                parameters[one.id] = one.value
            elif one.family == "corridors":
                corridor = evidence.corridors[one.id]
                found.setdefault("segments", set()).update(corridor.segments)
                found.setdefault("upgrades", set()).update(corridor.upgrades)
            else:
                family = "statuses" if one.family == "chronicle" else one.family
                found.setdefault(family, set()).add(one.id)
    wanted = set(systems)
    also = {name for name in evidence.segments if wanted & set(systems_of(evidence, name))}
    found.setdefault("segments", set()).update(also)
    return Removal(**{key: frozenset(ids) for key, ids in found.items()}, parameters=parameters)


def _check(evidence: Evidence, name: str, position: int) -> None:
    system = evidence.systems.get(name)
    if system is None:
        raise input_error(
            f"no system {name!r} in the register of {shown(evidence.folder)}, nor a state",
            key=f"without[{position}]",
            value=name,
            accepted=[*(one.id for one in evidence.systems.values() if one.coded), *evidence.actors],
        )
    if not system.coded:
        raise InputError(
            f"{name} has no lever in the model: {system.context or 'it is context'}",
            key=f"without[{position}]",
            value=name,
            accepted="a system that `steppe list systems` does not show as context",
        )


def stage_at(evidence: Evidence, process: str, when: date, gone: Removal) -> int:
    """The stage at which a process stands at a date; before a stage that is taken away it stops."""
    standing = 0
    for place, name in enumerate(evidence.processes[process].stages[1:], 1):
        stage = evidence.stages[stage_key(process, name)].facts
        if stage.reached is None or stage.reached > when or stage_key(process, name) in gone.stages:
            break
        standing = place
    return standing


def left(names: Iterable[str], gone: frozenset[str]) -> tuple[str, ...]:
    """The names that are still there, in their order."""
    return tuple(name for name in names if name not in gone)
