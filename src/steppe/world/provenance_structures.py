"""From corridors, processes, gates and instruments of a world back to the coded values that they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from steppe.errors import InputError, input_error
from steppe.evidence import CodedValue, Evidence
from steppe.evidence.structures import role_key, stage_key
from steppe.world.arrays import World
from steppe.world.build_instruments import in_force
from steppe.world.build_network import upgrades_of
from steppe.world.without import removal

STRUCTURES = ("network", "agenda")
# array of a world → the variable of instruments that adds to it
INSTRUMENTS: Mapping[str, str] = {
    "tie": "rung",
    "cost_shift": "trade_cost",
    "affinity_structural": "affinity",
    **{name: name for name in ("nonstate_threat", "autonomy", "approval", "continuity")},
}


class _Coded(NamedTuple):
    """Where a column of a network or an agenda comes from. axes : what a cell is addressed by"""

    family: str
    variable: str
    axes: str


_ARRAYS: Mapping[str, _Coded] = {
    **{
        f"network.{name}": _Coded("segments", name, "a segment")
        for name in ("cost", "days", "capacity", "risk")
    },
    **{f"network.{name}": _Coded("demands", name, "a demand") for name in ("volume", "weight", "outside")},
    "agenda.rate": _Coded("stages", "rate", "a process and a stage"),
    **{
        f"agenda.{name}": _Coded("roles", variable, "a process and a state")
        for name, variable in (
            ("interest", "interest"),
            ("support", "support"),
            ("push", "effort"),
            ("resist", "effort"),
        )
    },
    **{f"agenda.{name}": _Coded("gates", name, "a gate") for name in ("mix", "noise", "delay", "again")},
    **{f"agenda.{name}": _Coded("instruments", name, "an instrument") for name in ("strength", "relief")},
}


def structure_values(evidence: Evidence, world: World, array: str, *entities: str) -> tuple[CodedValue, ...]:
    """The coded values behind a cell of a network or an agenda.

    array : ``network.`` or ``agenda.`` and a name; the columns of `Agenda.gate` by theirs (``agenda.noise``)
    entities : a segment, demand, gate or instrument; a process and a stage or state
    Empty for what rests on facts, and where nothing is coded. Raises InputError with the nearest name.
    """
    coded = _ARRAYS.get(array)
    if coded is None:
        raise input_error(f"nothing is coded at {array!r}", key="array", value=array, accepted=_ARRAYS)
    double = " and " in coded.axes
    if len(entities) != 1 + double:
        raise InputError(f"{array} is addressed by {coded.axes}", key="entities", value=", ".join(entities))
    _check(world, coded.family, entities[0])
    key = entities[0]
    if coded.family == "stages":
        stages = world.agenda.stages[world.agenda.processes.index(key)]
        _known(entities[1], stages, "stage")
        key = stage_key(*entities)
    elif coded.family == "roles":
        world.state_index(entities[1])
        key = role_key(*entities)
        role = evidence.roles.get(key)
        if role is None or (coded.variable == "effort" and f"agenda.{role.facts.side}" != array):
            return ()
    return tuple(_values(evidence, world, coded.family, key, coded.variable))


def _check(world: World, family: str, name: str) -> None:
    """Refuse a name that the world does not have."""
    network, agenda = world.network, world.agenda
    known = {
        "segments": (network.segments, "segment"),
        "demands": (network.demands, "demand"),
        "gates": (agenda.gates, "gate"),
        "instruments": (agenda.instruments, "instrument"),
    }
    _known(name, *known.get(family, (agenda.processes, "process")))


def _known(name: str, names: tuple[str, ...], what: str) -> None:
    if name not in names:
        raise input_error(f"no {what} {name!r} in this world", key=what, value=name, accepted=names)


def _values(evidence: Evidence, world: World, family: str, key: str, variable: str) -> Iterator[CodedValue]:
    """The value itself, and for a segment those of its upgrades."""
    if variable in evidence.entities(family)[key].values:
        yield evidence.first_value(family, key, variable, world.start)
    if family == "segments":
        gone = removal(evidence, world.without)
        for upgrade in upgrades_of(evidence, key, world.start, gone):
            if f"{variable}_factor" in evidence.upgrades[upgrade].values:
                yield evidence.first_value("upgrades", upgrade, f"{variable}_factor", world.start)


def instrument_values(evidence: Evidence, world: World, array: str, *states: str) -> tuple[CodedValue, ...]:
    """What instruments in force add to the cell of a state or a pair."""
    variable = INSTRUMENTS.get(array)
    if variable is None or not evidence.instruments:
        return ()
    gone = removal(evidence, world.without)
    parts = in_force(evidence, world.start, gone)
    if array == "cost_shift":  # what is not there costs
        parts = [part for part in in_force(evidence, world.start) if part.id in gone.instruments]
    return tuple(
        evidence.first_value("instruments", part.id, variable, world.start)
        for part in parts
        if variable in part.values
        and (
            states[0] in part.facts.states
            if len(states) == 1
            else states in part.facts.between or states[::-1] in part.facts.between
        )
    )


def all_structure_values(evidence: Evidence, world: World) -> Iterator[CodedValue]:
    """Every coded value that the network and the agenda of a world were made of."""
    network, agenda = world.network, world.agenda
    for array, coded in _ARRAYS.items():
        if coded.family == "stages":
            cells = [
                (process, stage)
                for process, stages in zip(agenda.processes, agenda.stages, strict=True)
                for stage in stages
            ]
        elif coded.family == "roles":
            cells = [(process, state) for process in agenda.processes for state in world.states]
        else:
            names = {
                "segments": network.segments,
                "demands": network.demands,
                "gates": agenda.gates,
                "instruments": agenda.instruments,
            }
            cells = [(name,) for name in names[coded.family]]  # type: ignore[misc]
        for cell in cells:
            yield from structure_values(evidence, world, array, *cell)
