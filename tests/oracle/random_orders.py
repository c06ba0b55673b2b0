"""Interventions of all kinds at random, on corridors, politics and processes too."""

import numpy as np

from .common import DOMAINS
from .worlds import INTERVENTIONS, a_body, a_state, dyad

NOT_A_CONSEQUENCE = ("gate", "reach", "parameter", "mechanism")


def random_orders(world, steps, seed, count=12):
    """Interventions of all kinds, old and further, as dicts with their step, in the order of their steps."""
    rng = np.random.default_rng([seed, 5])
    kinds = _kinds_for(world, world.agenda)
    ordered = []
    for step in sorted(rng.integers(0, steps, count).tolist()):
        kind = kinds[int(rng.integers(len(kinds)))]
        ordered.append({"step": step} | _order(kind, world, world.agenda, rng))
    return ordered


def random_consequence(world, agenda, rng):
    """One intervention without a step, of a kind that a stage or a gate may bring about."""
    kinds = [kind for kind in _kinds_for(world, agenda) if kind not in NOT_A_CONSEQUENCE]
    return _order(kinds[int(rng.integers(len(kinds)))], world, agenda, rng)


def _order(kind, world, agenda, rng):
    if kind in INTERVENTIONS:
        return {"kind": kind} | INTERVENTIONS[kind](world, rng)
    return {"kind": kind} | FURTHER[kind](world, agenda, rng)


def _kinds_for(world, agenda):
    """The kinds for which the world has something to act on, the further ones twice as often as the others."""
    lacking = set()
    if len(world.organisations) < 2:
        lacking |= {"incompatible"}
    if not world.network.segments:
        lacking |= {"corridor"}
    if not agenda.processes:
        lacking |= {"stage", "reach", "role", "support", "pace"}
    if not agenda.gates:
        lacking |= {"gate"}
    if not agenda.instruments:
        lacking |= {"instrument"}
    return sorted([*INTERVENTIONS, *(2 * [kind for kind in FURTHER if kind not in lacking])])


def _any(names, rng):
    return names[int(rng.integers(len(names)))]


def _corridor(world, agenda, rng):
    """Of a segment or a system; a status, factors, or both."""
    network = world.network
    whole = rng.random() < 0.3
    target = {"system": _any(("NORTH", "SOUTH"), rng)} if whole else {"segment": _any(network.segments, rng)}
    if rng.random() < 0.7:
        target["status"] = _any(("open", "open", "closed"), rng)
    if rng.random() < 0.5:
        target["capacity"] = float(rng.uniform(0.6, 1.8))
    if rng.random() < 0.5 or len(target) == 1:
        target["cost"] = float(rng.uniform(0.7, 1.4))
    return target


def _stage(world, agenda, rng):
    process = int(rng.integers(len(agenda.processes)))
    return {"process": agenda.processes[process], "stage": _any(agenda.stages[process], rng)}


def _role(world, agenda, rng):
    """One, two or all three of push, resist and interest."""
    said = {"push": rng.uniform(0, 1), "resist": rng.uniform(0, 1), "interest": rng.uniform(-1, 1)}
    kept = {name: float(value) for name, value in said.items() if rng.random() < 0.6} or {"push": 0.5}
    return {"process": _any(agenda.processes, rng), "state": a_state(world, rng)} | kept


def _scope(world, agenda, rng):
    """Four weights that need not sum to one."""
    return {"organisation": a_body(world, rng)} | {d: float(rng.uniform(0.05, 1)) for d in DOMAINS}


def _incompatible(world, agenda, rng):
    a, b = rng.choice(len(world.organisations), 2, replace=False)
    names = world.organisations
    return {"organisation": names[a], "with": names[b], "on": bool(rng.random() < 0.5)}


def _on_state(field, low, high):
    """A kind that says one number of a state."""
    return lambda world, agenda, rng: {"state": a_state(world, rng), field: float(rng.uniform(low, high))}


FURTHER = {
    "corridor": _corridor,
    "stage": _stage,
    "reach": _stage,
    "gate": lambda w, a, r: {"gate": _any(a.gates, r), "outcome": _any(("passed", "failed", "waived"), r)},
    "role": _role,
    "support": lambda w, a, r: {
        "process": _any(a.processes, r),
        "state": a_state(w, r),
        "level": float(r.random()),
    },
    "pace": lambda w, a, r: {"process": _any(a.processes, r), "factor": float(r.uniform(0, 3))},
    "leader": lambda w, a, r: {"state": a_state(w, r)},
    "approval": _on_state("level", 0, 1),
    "crisis": _on_state("size", 0, 0.8),
    "activity": _on_state("level", 0, 1.5),
    "continuity": _on_state("level", 0, 1),
    "instrument": lambda w, a, r: {"instrument": _any(a.instruments, r), "on": bool(r.random() < 0.5)},
    "trade_cost": lambda w, a, r: dyad(w, r, change=float(r.uniform(-0.2, 0.2))),
    "scope": _scope,
    "incompatible": _incompatible,
}
