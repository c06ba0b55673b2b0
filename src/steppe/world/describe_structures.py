"""Corridors, processes, gates and instruments of a world as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np

from steppe.evidence import Evidence
from steppe.world.agenda import GATE_KINDS
from steppe.world.arrays import World
from steppe.world.build_instruments import in_force
from steppe.world.network import COMMODITIES
from steppe.world.without import removal

REST = "rest of the world"


def structures(world: World, evidence: Evidence | None = None) -> dict[str, Any]:
    """One row per system with segments, per demand, process, gate and instrument.

    evidence : adds the instruments that are not in the agenda: those that act on ties, costs or states only
    """
    return {
        "corridors": _corridors(world),
        "demands": _demands(world),
        "processes": _processes(world),
        "gates": _gates(world),
        "instruments": _instruments(world, evidence),
    }


def _corridors(world: World) -> list[dict[str, Any]]:
    network = world.network
    out = []
    for system in dict.fromkeys(name for part_of in network.systems for name in part_of):
        mine = [e for e, part_of in enumerate(network.systems) if system in part_of]
        crossing = np.isin(network.crossed, mine).any(axis=1)
        out.append(
            {
                "id": system,
                "segments": [network.segments[e] for e in mine],
                "open": int(network.open[mine].sum()),
                "capacity": [float(network.capacity[e]) for e in mine],
                "owners": _states(world, network.owned[mine].any(axis=0)),
                "sponsors": _states(world, network.sponsored[mine].any(axis=0)),
                "routes": int(crossing.sum()),
            }
        )
    return out


def _demands(world: World) -> list[dict[str, Any]]:
    network = world.network
    ends = (*world.states, REST)
    return [
        {
            "id": name,
            "origin": ends[network.origin[q]],
            "destination": ends[network.destination[q]],
            "commodity": COMMODITIES[network.commodity[q]],
            "volume": float(network.volume[q]),
            "routes": int((network.route_demand == q).sum()),
        }
        for q, name in enumerate(network.demands)
    ]


def _processes(world: World) -> list[dict[str, Any]]:
    agenda = world.agenda
    out = []
    for place, name in enumerate(agenda.processes):
        stages, at = agenda.stages[place], int(agenda.stage[place])
        last = at == len(stages) - 1
        out.append(
            {
                "id": name,
                "stage": stages[at],
                "next": None if last else stages[at + 1],
                "rate": None if last else float(agenda.rate[place, at + 1]),
                "stages": list(stages),
                "parties": _states(world, agenda.party[place] == 1),
                "patrons": _states(world, agenda.push[place] > 0),
                "spoilers": _states(world, agenda.resist[place] > 0),
                "gates": [gate for g, gate in enumerate(agenda.gates) if agenda.gate[g, 2] == place],
            }
        )
    return out


def _gates(world: World) -> list[dict[str, Any]]:
    agenda = world.agenda
    out = []
    for name, row, passed in zip(agenda.gates, agenda.gate, agenda.passed, strict=True):
        process = int(row[2])
        out.append(
            {
                "id": name,
                "kind": GATE_KINDS[int(row[0])],
                "state": world.states[int(row[1])],
                "process": agenda.processes[process] if process >= 0 else None,
                "due": float(row[5]) if row[5] >= 0 else None,
                "after": agenda.stages[process][int(row[6])] if row[6] >= 0 else None,
                "again": float(row[8]),
                "passed": bool(passed),
            }
        )
    return out


def _instruments(world: World, evidence: Evidence | None) -> list[dict[str, Any]]:
    agenda = world.agenda
    rows: dict[str, dict[str, Any]] = {
        name: {
            "id": name,
            "kind": "identity",
            "parties": _states(world, agenda.enrolled[place] == 1),
            "active": bool(agenda.active[place]),
            "changes": ["strength", "relief"],
        }
        for place, name in enumerate(agenda.instruments)
    }
    if evidence is not None:
        for part in in_force(evidence, world.start, removal(evidence, world.without)):
            parties = [state for state in part.facts.states if state in world.states]
            row = {"id": part.id, "kind": part.kind, "parties": parties, "active": True}
            rows[part.id] = row | {"changes": list(part.values)}
    return list(rows.values())


def _states(world: World, chosen: Any) -> list[str]:
    return [world.states[i] for i in np.flatnonzero(chosen)]
