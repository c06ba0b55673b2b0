"""Small invented agendas: processes with stages, roles, requirements and gates, charters and instruments."""

from dataclasses import replace

import numpy as np

from steppe.world.agenda import REQUIREMENTS, Agenda, Consequence

from .philox import key_of
from .random_networks import random_network
from .random_orders import random_consequence
from .worlds import small_world

MOST_STAGES = 5
LEVELS = (0.1, 0.2, 0.3, 0.5)


def full_world(states=6, organisations=4, seed=0, **changes):
    """A small world with corridors, an agenda, and governments of unlike standing; fields as in `small_world`."""
    rng = np.random.default_rng([seed, 6])
    politics = {"approval": rng.uniform(0.2, 0.8, states), "continuity": rng.uniform(0, 1, states)}
    network = random_network(states, seed)
    shifts = rng.uniform(0, 0.05, (states, states)) * (rng.random((states, states)) < 0.2)
    costs = {"cost_shift": np.triu(shifts, 1) + np.triu(shifts, 1).T}
    world = small_world(states, organisations, seed, **({"network": network} | politics | costs | changes))
    return world if "agenda" in changes else replace(world, agenda=random_agenda(world, seed))


def random_agenda(world, seed=0, processes=4, gates=6, instruments=3):
    """An agenda for a world (its states, organisations and network are there already).

    Requirements of every kind, gates of every kind by date and by clock, repeated and chained, and consequences
    of every stage and outcome come about in some of them; a rate may be 0, a process may be at its end, and a
    chain of gates may point to one that is held later.
    """
    rng = np.random.default_rng([seed, 4])
    n, lengths = len(world.states), rng.integers(2, MOST_STAGES + 1, processes)
    names = tuple(f"process{n}" for n in range(processes))
    stages = tuple(tuple(f"stage{s}" for s in range(length)) for length in lengths.tolist())
    rate = rng.uniform(0.5, 4.0, (processes, MOST_STAGES)) * (rng.random((processes, MOST_STAGES)) < 0.9)
    rate *= np.arange(MOST_STAGES) < lengths[:, None]
    rate[:, 0] = 0
    relapse_to = np.where(rng.random(processes) < 0.7, rng.integers(0, 2, processes), -1)
    gate_names = tuple(f"gate{n}" for n in range(gates))
    instrument_names = tuple(f"instrument{n}" for n in range(instruments))
    agenda = {
        "processes": names,
        "stages": stages,
        "process_key": np.array([key_of("process", name) for name in names], dtype=np.int64),
        "stage": (rng.integers(0, lengths) * (rng.random(processes) < 0.6)).astype(np.int64),
        "rate": rate,
        "relapse_to": relapse_to.astype(np.int64),
        "relapse_below": np.where(relapse_to >= 0, lengths, -1).astype(np.int64),
        "party": (rng.random((processes, n)) < 0.5).astype(np.int64),
        "push": _sparse(rng, processes, n, 0.4),
        "resist": _sparse(rng, processes, n, 0.3),
        "interest": rng.uniform(-1, 1, (processes, n)),
        "support": rng.uniform(0.1, 0.9, (processes, n)),
        "requirements": _requirements(world, rng, lengths, gates),
        "gates": gate_names,
        "gate_key": np.array([key_of("gate", name) for name in gate_names], dtype=np.int64),
        "gate": _gates(rng, gates, n, lengths),
        "chained": np.array([_chained(rng, g, gates) for g in range(gates)], dtype=np.int64),
        "passed": (rng.random(gates) < 0.15).astype(np.int64),
        "charter": _charter(world, rng, lengths),
        "instruments": instrument_names,
        "strength": rng.uniform(0, 0.6, instruments),
        "relief": rng.uniform(0, 1, instruments),
        "active": (rng.random(instruments) < 0.7).astype(np.int64),
        "enrolled": (rng.random((instruments, n)) < 0.6).astype(np.int64),
    }
    unfinished = Agenda(**agenda)
    return Agenda(**agenda, consequences=_consequences(world, unfinished, rng, lengths, gates))


def _sparse(rng, rows, columns, density):
    return np.where(rng.random((rows, columns)) < density, rng.uniform(0, 1, (rows, columns)), 0.0)


def _two(rng, count):
    """Two different ones of so many; the same one twice where there is but one."""
    a, b = rng.choice(count, 2, replace=count < 2).tolist()
    return a, b


def _requirements(world, rng, lengths, gates):
    """Rows of process, stage, kind, first, second, level: one stage in two has one, of kinds that the world has."""
    n, m, e = len(world.states), len(world.organisations), len(world.network.segments)
    rows = []
    for process, length in enumerate(lengths.tolist()):
        for stage in range(1, length):
            if rng.random() < 0.5:
                continue
            kind = str(rng.choice(REQUIREMENTS))
            i, j = _two(rng, n)
            level = float(rng.choice(LEVELS))
            other = int(rng.integers(len(lengths)))
            target = {
                "process": (other, int(rng.integers(lengths[other])), 0.0),
                "gate": (int(rng.integers(gates)) if gates else -1, -1, 0.0),
                "depth": (int(rng.integers(m)) if m else -1, -1, level),
                "tie": (i, j, level),
                "peace": (i, j, 0.0),
                "pairs": (int(rng.integers(m)) if m else -1, -1, level),
                "open": (int(rng.integers(e)) if e else -1, -1, 0.0),
                "member": (i, int(rng.integers(m)) if m else -1, 0.0),
            }[kind]
            if min(target[0], target[1] if kind == "member" else 0) >= 0:
                rows.append((process, stage, REQUIREMENTS.index(kind), *target))
    return np.array(rows, dtype=float).reshape(len(rows), 6)


def _gates(rng, gates, states, lengths):
    """Rows of kind, state, process, mix, noise, due, clock, delay, again.

    Dates lie a fifth of a quarter after a quarter: whether they are rounded or cut to steps is the same.
    """
    rows = []
    for _ in range(gates):
        process = int(rng.integers(-1, len(lengths))) if len(lengths) else -1
        clocked = process >= 0 and rng.random() < 0.5
        rows.append(
            (
                int(rng.integers(3)),
                int(rng.integers(states)),
                process,
                rng.uniform(0, 1),
                rng.uniform(0.03, 0.3),
                -1 if clocked else int(rng.integers(0, 24)) / 4 + 0.05,
                int(rng.integers(lengths[process])) if clocked else -1,
                float(rng.choice([0.0, 0.3, 0.375, 1.0])) if clocked else 0.0,
                float(rng.choice([0.0, 0.0, 0.1, 0.625, 2.0])),
            )
        )
    return np.array(rows, dtype=float).reshape(len(rows), 9)


def _chained(rng, gate, gates):
    """Another gate, earlier or later in the list, one time in three."""
    if gates < 2 or rng.random() < 2 / 3:
        return -1
    return int(rng.choice([g for g in range(gates) if g != gate]))


def _charter(world, rng, lengths):
    """Rows of body, depth, process, stage."""
    m = len(world.organisations)
    rows = []
    for _ in range(3 if m and len(lengths) else 0):
        process = int(rng.integers(len(lengths)))
        stage = int(rng.integers(1, lengths[process]))
        rows.append((int(rng.integers(m)), float(rng.choice([0.3, 0.5, 0.7, 0.9])), process, stage))
    return np.array(rows, dtype=float).reshape(len(rows), 4)


def _consequences(world, agenda, rng, lengths, gates):
    """What a stage or a gate brings about: two things at some, in their order."""
    found = []
    occasions = [("stage", p, s) for p, length in enumerate(lengths.tolist()) for s in range(1, length)]
    occasions += [(trigger, g, -1) for g in range(gates) for trigger in ("passed", "failed")]
    for trigger, subject, stage in occasions:
        for _ in range(int(rng.choice([0, 0, 1, 2]))):
            found.append(Consequence(trigger, subject, stage, random_consequence(world, agenda, rng)))
    return tuple(found)
