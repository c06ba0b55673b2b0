"""A record of the compiled rules and an oracle that ran beside it: whether they say the same.

Numbers agree to 1e-12. Where segments can be crowded, flows are found by rounds that stop within a ton a year of the
equilibrium, and rounding may decide where: there to 1e-6. What happened, happened to the same in the same step. An event
holds its numbers in single precision, and is compared so.
"""

import numpy as np

from steppe.mechanisms.events import KINDS
from steppe.mechanisms.records import TERM_NAMES

DECIDED = {
    "refused", "observing_refused", "deepened", "hollowed", "dissolved", "merged", "joined_by_merger", "founded",
}  # fmt: skip
FURTHER = {
    "crisis", "war", "war_ended", "closed", "reopened", "climbed", "descended", "leader_changed", "gate_passed",
    "gate_failed", "signalled", "relapsed", "advanced",
}  # fmt: skip
WITH_VALUE = {"climbed", "descended", "gate_passed", "gate_failed", "advanced"}


def compare(world, oracle, state):
    """Everything that moves, and everything that happened."""
    compare_bodies(world, oracle, state)
    compare_pairs(world, oracle, state)
    compare_actors(oracle, state)
    compare_corridors(oracle, state)
    compare_agenda(oracle, state)
    compare_decisions(world, oracle, state)
    compare_events(world, oracle, state)


def tolerance(oracle):
    """How near to each other the two writings are asked to be."""
    crowded = oracle.corridors.demands and oracle.parameters["corridors.congestion"] > 0
    return 1e-6 if crowded else 1e-12


def close(oracle, found, wanted, what):
    """Two arrays of one shape agree, relatively or absolutely."""
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.shape == wanted.shape, f"{what}: {found.shape} against {wanted.shape}"
    near = tolerance(oracle)
    np.testing.assert_allclose(found, wanted, rtol=near, atol=near, err_msg=what)


def whole(found, wanted, what):
    """Two lists of whole numbers (or of flags) are the same; none is −1."""
    assert [int(x) for x in found] == [-1 if x is None else int(x) for x in wanted], what


def compare_bodies(world, oracle, state):
    """Statuses, and which bodies live how deep."""
    n, m = len(world.states), len(world.organisations)
    statuses = [[oracle.status[i, o] for o in world.organisations] for i in world.states]
    assert state["seat"]["status"][:n, :m].tolist() == statuses
    whole(state["body"]["alive"][:m], oracle.alive.values(), "alive")
    close(oracle, state["body"]["depth"][:m], list(oracle.depth.values()), "depth")


def compare_pairs(world, oracle, state):
    """What lies between two states, both ways round; haul also with the rest of the world, in the last column."""
    n = len(world.states)

    def table(of_pair):
        return [[0.0 if i is j else of_pair(i, j) for j in oracle.states] for i in oracle.states]

    for name in ("affinity", "baseline", "tie", "conflict", "threat"):
        wanted = table(lambda i, j, name=name: getattr(i, name)[j])
        close(oracle, hollow(state["pair"][name][:n, :n]), wanted, name)
    wanted = table(lambda i, j: i.cost_shift.get(j, 0.0))
    close(oracle, hollow(state["pair"]["cost_shift"][:n, :n]), wanted, "cost_shift")
    close(oracle, hollow(state["pair"]["transit"][:n, :n]), table(lambda i, j: i.reliance(j)), "transit")
    if oracle.switches["corridors"]:  # else it does not count, whatever is left there; welfare would show it
        close(oracle, hollow(state["pair"]["haul"][:n, :n]), table(oracle.corridors.haul), "haul")
        world_haul = [oracle.corridors.haul(i, None) for i in oracle.states]
        close(oracle, state["pair"]["haul"][:n, n], world_haul, "haul of the rest of the world")


def hollow(table):
    """The same without its diagonal, on which nobody looks."""
    return np.where(np.eye(len(table), dtype=bool), 0.0, table)


def compare_actors(oracle, state):
    """What a state is by itself."""
    n = len(oracle.states)
    for name in (
        "capability", "autonomy", "shock", "prestige", "crisis", "approval", "continuity", "activity",
    ):  # fmt: skip
        close(oracle, state["actor"][name][:n], [getattr(i, name) for i in oracle.states], name)
    close(
        oracle, state["actor"]["approval0"][:n], [i.usual_approval for i in oracle.states], "usual approval"
    )


def compare_corridors(oracle, state):
    """Segments: whether they are open, what they cost and hold, what crosses them."""
    segments, demands = oracle.corridors.segments, oracle.corridors.demands
    found = state["segment"][: len(segments)]
    whole(found["status"], [e.status for e in segments], "segment status")
    close(oracle, found["cost"], [e.cost for e in segments], "segment cost")
    close(oracle, found["capacity"], [e.capacity for e in segments], "segment capacity")
    if oracle.switches["corridors"]:
        close(oracle, found["flow"], [e.flow for e in segments], "flow")
        close(oracle, state["demand"]["cost"][: len(demands)], [q.logsum for q in demands], "logsum")
        shares = [share for q in demands for share in q.shares]
        close(oracle, state["route"]["share"][: len(shares)], shares, "shares of routes")


def compare_agenda(oracle, state):
    """Processes with their roles, gates and instruments."""
    n, processes, gates = len(oracle.states), oracle.processes, oracle.gates
    whole(state["process"]["stage"][: len(processes)], [p.stage for p in processes], "stage")
    close(oracle, state["process"]["pace"][: len(processes)], [p.pace for p in processes], "pace")
    for name, its in (
        ("support", "support"), ("support0", "usual_support"), ("push", "push"), ("resist", "resist"),
        ("interest", "interest"),
    ):  # fmt: skip
        wanted = [[getattr(p.roles[i], its) for i in oracle.states] for p in processes]
        found = state["role"][name][: len(processes), :n]
        close(oracle, found, np.reshape(wanted, (len(processes), n)), f"{name} in a process")
    for name in ("passed", "due", "held"):
        whole(state["gate"][name][: len(gates)], [getattr(g, name) for g in gates], f"gate {name}")
    instruments = oracle.instruments
    whole(
        state["instrument"]["active"][: len(instruments)], [one.active for one in instruments], "instrument"
    )


def recorded(state, kinds):
    """The events of some kinds."""
    return [one for one in state["events"][: state["n_events"]] if KINDS[one["kind"]] in kinds]


def compare_decisions(world, oracle, state):
    """The same decisions on bodies fell at the same steps."""
    wanted = [
        (one["step"], one["kind"], one["organisation"]) for one in oracle.events if one["kind"] in DECIDED
    ]
    found = [
        (int(one["step"]), KINDS[one["kind"]], world.organisations[one["organisation"]])
        for one in recorded(state, DECIDED)
    ]
    assert sorted(found) == sorted(wanted)


def compare_events(world, oracle, state):
    """Events of the further kinds: the same steps, states, processes, segments, stages; probabilities and values."""
    wanted, found = [], []
    for one in oracle.events:
        if one["kind"] in FURTHER:
            key = tuple(one[name] or "" for name in ("state", "partner", "process", "segment"))
            stage = one["status_to"] if one["kind"] == "advanced" else 0
            wanted.append(numbered(one["step"], one["kind"], key, stage, one["probability"], one["value"]))
    names = (world.states, world.states, world.agenda.processes, world.network.segments)
    for one in recorded(state, FURTHER):
        kind = KINDS[one["kind"]]
        places = (one[name] for name in ("state", "partner", "process", "segment"))
        key = tuple(ids[place] if place >= 0 else "" for ids, place in zip(names, places, strict=True))
        stage = int(one["status_to"]) if kind == "advanced" else 0
        value = one["terms"][TERM_NAMES.index("value")]
        found.append(numbered(int(one["step"]), kind, key, stage, one["probability"], value))
    wanted.sort()
    found.sort()
    assert [one[:4] for one in found] == [one[:4] for one in wanted]
    np.testing.assert_allclose(
        [one[4:] for one in found], [one[4:] for one in wanted], rtol=1e-6, atol=1e-6, err_msg="events"
    )


def numbered(step, kind, key, stage, probability, value):
    """An event to be sorted and compared; its value only where the page says what it is.

    A stage that was ordered (probability 1) has none.
    """
    probability = float(np.float32(probability))
    told = kind in WITH_VALUE and not (kind == "advanced" and probability == 1)
    return step, kind, key, stage, probability, float(np.float32(value)) if told else 0.0
