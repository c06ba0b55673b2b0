"""The names that a world has besides its states and organisations, against which an intervention is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from steppe.errors import input_error
from steppe.world.agenda import Agenda
from steppe.world.network import Network

# field of an intervention → the names among which it is looked up
_FIELDS = {
    "segment": "segments",
    "system": "systems",
    "process": "processes",
    "gate": "gates",
    "instrument": "instruments",
}


@dataclass(frozen=True)
class Names:
    """Ids of corridors and politics. systems : those that segments are part of; stages : of each process, in order."""

    segments: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()

    @property
    def processes(self) -> tuple[str, ...]:
        """Ids of the processes."""
        return tuple(self.stages)


def names_of(network: Network, agenda: Agenda) -> Names:
    """The names in the arrays of a world."""
    return Names(
        network.segments,
        _once(system for part_of in network.systems for system in part_of),
        dict(zip(agenda.processes, agenda.stages, strict=True)),
        agenda.gates,
        agenda.instruments,
    )


def names_something(one: Any) -> bool:
    """Whether an intervention names a segment, system, process, gate or instrument."""
    return any(getattr(one, path, None) is not None for path in _FIELDS)


def check_named(one: Any, names: Names, world: str, prefix: str = "") -> None:
    """Raise InputError, with the nearest name, for the first of these names in an intervention that is not there.

    world : its name, for the message; prefix : key of the intervention
    """
    for path, kind in _FIELDS.items():
        _check(getattr(one, path, None), path, getattr(names, kind), f"world {world!r}", prefix)
    process = getattr(one, "process", None)
    if process is not None:
        _check(getattr(one, "stage", None), "stage", names.stages[process], f"process {process!r}", prefix)


def _check(given: Any, path: str, known: tuple[str, ...], where: str, prefix: str) -> None:
    if given is None or given in known:
        return
    raise input_error(
        f"no {path} {given!r} in {where}" + ("" if known else ", which has none"),
        key=f"{prefix}.{path}" if prefix else path,
        value=given,
        accepted=known,
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
