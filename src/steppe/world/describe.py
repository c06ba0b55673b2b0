"""A world as plain data, for printing and for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from steppe.evidence import Evidence
from steppe.world.arrays import DOMAINS, RULES, STATUSES, Floats, World
from steppe.world.describe_structures import structures
from steppe.world.provenance import basis_counts

PAIRS = ("threat", "conflict", "tie", "transit", "cost_shift")


def describe(world: World, evidence: Evidence | None = None) -> dict[str, Any]:
    """States, organisations and what lies between them: numbers, text and lists only.

    evidence : what the world was built from; adds names, kinds and how many values rest on what
    """
    out: dict[str, Any] = {
        "name": world.name,
        "start": world.start.isoformat(),
        "poles": list(world.poles),
        "without": list(world.without),
        "states": [_state(world, i, evidence) for i in range(len(world.states))],
        "organisations": [_organisation(world, o, evidence) for o in range(len(world.organisations))],
        "affinity": affinity_summary(world),
        "pairs": {name: nonzero(world, name) for name in PAIRS},
        **structures(world, evidence),
    }
    if evidence is not None:
        out["basis"] = basis_counts(evidence, world)
    return out


def nonzero(world: World, array: str) -> list[dict[str, Any]]:
    """The pairs at which an (N, N) array is not 0, largest first; a symmetric pair once."""
    matrix: Floats = getattr(world, array)
    symmetric = bool((matrix == matrix.T).all())
    cells = [
        {"a": world.states[i], "b": world.states[j], "value": float(matrix[i, j])}
        for i, j in np.argwhere(matrix != 0)
        if i < j or not symmetric
    ]
    return sorted(cells, key=lambda cell: (-abs(cell["value"]), cell["a"], cell["b"]))


def affinity_summary(world: World) -> list[dict[str, Any]]:
    """For each state its mean affinity, and whom it is nearest to and furthest from."""
    out = []
    for i, state in enumerate(world.states):
        row = world.affinity_structural[i]
        others = [j for j in range(len(row)) if j != i]
        if not others:
            continue
        near, far = max(others, key=lambda j: row[j]), min(others, key=lambda j: row[j])
        out.append(
            {
                "state": state,
                "mean": float(row[others].mean()),
                "nearest": world.states[near],
                "nearest_value": float(row[near]),
                "furthest": world.states[far],
                "furthest_value": float(row[far]),
            }
        )
    return out


def _state(world: World, i: int, evidence: Evidence | None) -> dict[str, Any]:
    state = world.states[i]
    out: dict[str, Any] = {"id": state}
    if evidence is not None:
        entity = evidence.entity("actors", state)
        out |= {"name": entity.name, "kind": entity.kind}
    for name in ("gdp", "population", "military", "capability", "autonomy", "nonstate_threat"):
        out[name] = float(getattr(world, name)[i])
    out["home_share"] = float(world.share0[i, i])
    out["rest_of_world_share"] = float(world.share0[i, -1])
    out["salience"] = _mix(world.salience[i])
    out["pole"] = state in world.poles
    for code, status in enumerate(STATUSES):
        if code:
            held = np.flatnonzero(world.status[i] == code)
            out[status] = [world.organisations[o] for o in held]
    return out


def _organisation(world: World, o: int, evidence: Evidence | None) -> dict[str, Any]:
    body = world.organisations[o]
    out: dict[str, Any] = {"id": body}
    if evidence is not None:
        entity = evidence.entity("organisations", body)
        out |= {"name": entity.name, "kind": entity.kind}
    out |= {
        "alive": bool(world.alive[o]),
        "depth": float(world.depth[o]),
        "rule": RULES[world.rule[o]],
        "scope": _mix(world.scope[o]),
        "identity_instrument": bool(world.instrument[o]),
    }
    for code, status in enumerate(STATUSES):
        if code:
            out[status] = _states(world, world.status[:, o] == code)
    out["eligible"] = _states(world, (world.eligible[:, o] == 1) & (world.status[:, o] == 0))
    out["founders"] = _states(world, world.founder[:, o] == 1)
    out["incompatible"] = [world.organisations[q] for q in np.flatnonzero(world.incompatible[o])]
    return out


def _states(world: World, chosen: Any) -> list[str]:
    return [world.states[i] for i in np.flatnonzero(chosen)]


def _mix(row: Floats) -> dict[str, float]:
    return {domain: float(weight) for domain, weight in zip(DOMAINS, row, strict=True)}
