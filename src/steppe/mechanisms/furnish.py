"""Corridors, processes, gates and instruments of a world → their part of a workspace record.

What a stage or a gate brings about is filled in by the simulation, which knows how an intervention is written down.
"""

from typing import Any

import numpy as np

from steppe.errors import InputError
from steppe.mechanisms.records import GATE_KINDS, REQUIREMENTS, ROOM
from steppe.world.agenda import GATE_KINDS as CODED_GATES
from steppe.world.agenda import REQUIREMENTS as CODED_REQUIREMENTS
from steppe.world.arrays import World

assert GATE_KINDS == CODED_GATES and REQUIREMENTS == CODED_REQUIREMENTS


def check_room(world: World, consequences: int = 0) -> None:
    """Raise InputError where a world has more of something than a record has room for."""
    network, agenda = world.network, world.agenda
    used = {
        "segments": len(network.segments),
        "demands": len(network.demands),
        "routes": len(network.route_demand),
        "crossed": network.crossed.shape[1],
        "processes": len(agenda.processes),
        "stages": agenda.rate.shape[1],
        "requirements": len(agenda.requirements),
        "gates": len(agenda.gates),
        "consequences": consequences,
        "charter": len(agenda.charter),
        "instruments": len(agenda.instruments),
    }
    for name, count in used.items():
        if count > ROOM[name]:
            raise InputError(
                f"world {world.name!r} has too many {name}",
                key=name,
                value=count,
                accepted=f"at most {ROOM[name]}",
            )


def furnish(state: Any, world: World) -> None:
    """Write the world's corridors, processes, gates, charters and instruments into a record."""
    check_room(world)
    _corridors(state, world)
    _processes(state, world)
    _gates(state, world)
    _instruments(state, world)


def _corridors(state: Any, world: World) -> None:
    network, n = world.network, len(world.states)
    e, q, r = len(network.segments), len(network.demands), len(network.route_demand)
    state["n_segments"], state["n_demands"], state["n_routes"] = e, q, r
    segment, demand, route = state["segment"][:e], state["demand"][:q], state["route"][:r]
    segment["key"], segment["status"] = network.segment_key, network.open
    for name in ("cost", "days", "capacity", "risk"):
        segment[name] = getattr(network, name)
    if e:
        state["holding"]["owned"][:e, :n] = network.owned
        state["holding"]["sponsored"][:e, :n] = network.sponsored
    for name in ("origin", "destination", "commodity", "volume", "weight", "outside"):
        demand[name] = getattr(network, name)
    route["demand"] = network.route_demand
    if r:
        route["length"] = (network.crossed >= 0).sum(axis=1)
        state["crossed"]["segment"][:r, : network.crossed.shape[1]] = network.crossed


def _processes(state: Any, world: World) -> None:
    agenda, n = world.agenda, len(world.states)
    count = len(agenda.processes)
    state["n_processes"], state["n_requirements"] = count, len(agenda.requirements)
    if not count:
        return
    process = state["process"][:count]
    process["key"], process["stage"], process["pace"] = agenda.process_key, agenda.stage, 1.0
    process["last"] = [len(stages) - 1 for stages in agenda.stages]
    process["relapse_to"], process["relapse_below"] = agenda.relapse_to, agenda.relapse_below
    state["rate"][:count, : agenda.rate.shape[1]] = agenda.rate
    role = state["role"][:count, :n]
    for name in ("party", "push", "resist", "interest", "support"):
        role[name] = getattr(agenda, name)
    role["support0"] = agenda.support
    requirement = state["requirement"][: len(agenda.requirements)]
    for place, name in enumerate(("process", "stage", "kind", "first", "second", "level")):
        requirement[name] = agenda.requirements[:, place]


def _gates(state: Any, world: World) -> None:
    agenda = world.agenda
    count, rows = len(agenda.gates), len(agenda.charter)
    state["n_gates"], state["n_charter"] = count, rows
    gate, charter = state["gate"][:count], state["charter"][:rows]
    if count:
        names = ("kind", "state", "process", "mix", "noise", "", "clock", "delay", "again")
        for place, name in enumerate(names):
            if name:
                gate[name] = agenda.gate[:, place]
        gate["key"], gate["chained"], gate["passed"] = agenda.gate_key, agenda.chained, agenda.passed
        due, per_year = agenda.gate[:, 5], np.rint(1.0 / float(state["p"]["dt"]))
        gate["due"] = np.where(due < 0, -1, np.floor(due * per_year + 1e-9))
    for place, name in enumerate(("body", "depth", "process", "stage")):
        if rows:
            charter[name] = agenda.charter[:, place]


def _instruments(state: Any, world: World) -> None:
    agenda, n = world.agenda, len(world.states)
    count = len(agenda.instruments)
    state["n_instruments"] = count
    if count:
        instrument = state["instrument"][:count]
        for name in ("active", "strength", "relief"):
            instrument[name] = getattr(agenda, name)
        state["enrolled"]["member"][:count, :n] = agenda.enrolled
