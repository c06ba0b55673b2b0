"""Small worlds with processes, gates, instruments and corridors, in a few words."""

from dataclasses import replace

import numpy as np

from steppe.mechanisms.events import KINDS
from steppe.mechanisms.processes import update_processes
from steppe.world.agenda import GATE_KINDS, REQUIREMENTS, Agenda, Consequence
from steppe.world.arrays import entity_keys
from steppe.world.network import Network
from steppe.world.synthetic import make_world

OUTCOMES = {"on_pass": "passed", "on_fail": "failed"}
SURE = 1e9  # a rate at which a stage is entered at the first occasion


def moved(record, step=0):
    """A record after the mechanism of a step."""
    record["step"] = step
    update_processes(record[0])
    return record


def stages(record):
    """Stages of the processes in use."""
    return record["process"]["stage"][0, : record["n_processes"][0]].tolist()


def kinds_of(record):
    """The events so far by name."""
    return [KINDS[kind] for kind in record["events"]["kind"][0, : record["n_events"][0]]]


def process(name="accord", rates=(1.0,), stage=0, parties=(), interest=0.0, support=0.5, **other):
    """A process of the stages 0, 1, …, entered at these rates. parties : names of states, or {name: {interest, support}}.

    other : push, resist = {state: effort}; requires = [(stage, kind, first, second, level)]; relapse = (to, below);
    effects = {stage: [interventions]}; charter = [(organisation, depth, stage)]
    """
    told = parties if isinstance(parties, dict) else {name: {} for name in parties}
    roles = {state: {"interest": interest, "support": support} | own for state, own in told.items()}
    return {"name": name, "rates": rates, "stage": stage, "parties": roles} | other


def gate(
    name="vote", state="S0", of=None, kind="referendum", mix=1.0, noise=0.1, due=None, clock=None, **other
):
    """A gate of process `of`. due : years after the start; clock : stage that starts its clock.

    other : delay, again [y]; chained = another gate; passed = 1; on_pass, on_fail = [interventions]
    """
    told = {"name": name, "state": state, "of": of, "kind": kind, "mix": mix, "noise": noise}
    return told | {"due": due, "clock": clock} | other


def with_politics(world, processes=(), gates=(), instruments=()):
    """The world with these processes, gates and instruments (name, members, strength, relief, active)."""
    names = tuple(one["name"] for one in processes)
    titles = tuple(one["name"] for one in gates)
    ids = tuple(one["name"] for one in instruments)
    agenda = Agenda(
        processes=names,
        stages=tuple(tuple(f"s{s}" for s in range(len(one["rates"]) + 1)) for one in processes),
        process_key=entity_keys("process", names).astype(np.int64),
        gates=titles,
        gate_key=entity_keys("gate", titles).astype(np.int64),
        instruments=ids,
        **_stages(processes),
        **_roles(world, processes),
        requirements=_requirements(world, processes, names, titles),
        **_gates(world, gates, names, titles),
        consequences=_consequences(processes, gates),
        charter=_charter(world, processes),
        strength=np.array([one.get("strength", 0.0) for one in instruments]),
        relief=np.array([one.get("relief", 0.0) for one in instruments]),
        active=np.array([one.get("active", 1) for one in instruments], dtype=np.int64),
        enrolled=np.array([[name in one["members"] for name in world.states] for one in instruments])
        .astype(np.int64)
        .reshape(len(ids), len(world.states)),
    )
    return replace(world, agenda=agenda)


def small(processes=(), gates=(), instruments=(), states=4, organisations=1, **arrays):
    """A made-up world of a few states S0, S1, … and bodies O0, …, with these politics."""
    return with_politics(make_world(states, organisations, **arrays), processes, gates, instruments)


def with_corridors(world):
    """The world with two segments: `strait` of the systems NORTH and SOUTH, `tunnel` of NORTH; no demand for them."""
    n = len(world.states)
    owned = np.zeros((2, n), dtype=np.int64)
    owned[0, 0] = owned[1, 1] = 1
    segments = ("strait", "tunnel")
    network = Network(
        segments=segments,
        systems=(("NORTH", "SOUTH"), ("NORTH",)),
        segment_key=entity_keys("segment", segments).astype(np.int64),
        cost=np.array([10.0, 20.0]),
        days=np.array([1.0, 2.0]),
        capacity=np.array([5.0, 8.0]),
        risk=np.array([0.1, 0.2]),
        open=np.array([1, 0]),
        owned=owned,
        sponsored=np.zeros((2, n), dtype=np.int64),
    )
    return replace(world, network=network)


def _stages(processes):
    most = max((len(one["rates"]) + 1 for one in processes), default=0)
    rate = np.zeros((len(processes), most))
    for row, one in enumerate(processes):
        rate[row, 1 : len(one["rates"]) + 1] = one["rates"]
    relapse = [one.get("relapse", (-1, -1)) for one in processes]
    return {
        "stage": np.array([one["stage"] for one in processes], dtype=np.int64),
        "rate": rate,
        "relapse_to": np.array([to for to, _ in relapse], dtype=np.int64),
        "relapse_below": np.array([below for _, below in relapse], dtype=np.int64),
    }


def _roles(world, processes):
    shape = len(processes), len(world.states)
    roles = {name: np.zeros(shape) for name in ("party", "push", "resist", "interest", "support")}
    for row, one in enumerate(processes):
        for state, own in one["parties"].items():
            roles["party"][row, world.states.index(state)] = 1
            for name, value in own.items():
                roles[name][row, world.states.index(state)] = value
        for name in ("push", "resist"):
            for state, effort in one.get(name, {}).items():
                roles[name][row, world.states.index(state)] = effort
    return roles | {"party": roles["party"].astype(np.int64)}


def _requirements(world, processes, names, titles):
    lists = {
        "process": (names, None),
        "gate": (titles, None),
        "depth": (world.organisations, None),
        "pairs": (world.organisations, None),
        "tie": (world.states, world.states),
        "peace": (world.states, world.states),
        "open": (world.network.segments, None),
        "member": (world.states, world.organisations),
    }
    rows = []
    for number, one in enumerate(processes):
        for stage, kind, first, second, level in one.get("requires", ()):
            among, others = lists[kind]
            other = second if others is None else others.index(second)
            rows.append((number, stage, REQUIREMENTS.index(kind), among.index(first), other, level))
    return np.array(rows, dtype=float).reshape(len(rows), 6)


def _gates(world, gates, names, titles):
    rows = []
    for one in gates:
        rows.append(
            (
                GATE_KINDS.index(one["kind"]),
                world.states.index(one["state"]),
                -1 if one["of"] is None else names.index(one["of"]),
                one["mix"],
                one["noise"],
                -1 if one["due"] is None else one["due"],
                -1 if one["clock"] is None else one["clock"],
                one.get("delay", 0.0),
                one.get("again", 0.0),
            )
        )
    chained = [titles.index(one["chained"]) if one.get("chained") else -1 for one in gates]
    return {
        "gate": np.array(rows, dtype=float).reshape(len(rows), 9),
        "chained": np.array(chained, dtype=np.int64),
        "passed": np.array([one.get("passed", 0) for one in gates], dtype=np.int64),
    }


def _consequences(processes, gates):
    found = []
    for number, one in enumerate(processes):
        for stage, acts in one.get("effects", {}).items():
            found += [Consequence("stage", number, stage, act) for act in acts]
    for number, one in enumerate(gates):
        for key, trigger in OUTCOMES.items():
            found += [Consequence(trigger, number, -1, act) for act in one.get(key, ())]
    return tuple(found)


def _charter(world, processes):
    rows = [
        (world.organisations.index(body), depth, number, stage)
        for number, one in enumerate(processes)
        for body, depth, stage in one.get("charter", ())
    ]
    return np.array(rows, dtype=float).reshape(len(rows), 4)
