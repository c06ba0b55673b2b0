"""Cases that can be worked out by hand: a world of equals, and a short way to a model."""

import numpy as np

from steppe.world.agenda import GATE_KINDS, REQUIREMENTS, Agenda, Consequence
from steppe.world.network import COMMODITIES, Network

from .model import OracleModel
from .philox import key_of
from .worlds import all_on, default_parameters, small_world


def make(world, interventions=(), seed=1, replicate=0, steps_per_year=4, switches=None, **parameters):
    """A model with default parameters, but for those given as `membership__apply_rate=1.0`."""
    return OracleModel(
        world,
        default_parameters(**parameters),
        switches or all_on(),
        list(interventions),
        seed,
        replicate,
        steps_per_year,
    )


def share_of_replicates(world, kind, replicates=1000, **options):
    """The share of replicates in which an event of a kind happens in the first step, and its standard error."""
    happened = 0
    for replicate in range(replicates):
        model = make(world, replicate=replicate, **options)
        model.step()
        happened += any(event["kind"] == kind for event in model.events)
    share = happened / replicates
    return share, max(share * (1 - share), 1 / replicates) ** 0.5 / replicates**0.5


def plain_world(states, organisations, **changes):
    """A world of equals who trade evenly, neither like nor threaten each other, and are in no body."""
    n, m = states, organisations
    share0 = np.full((n, n + 1), 0.5 / n)
    share0[np.arange(n), np.arange(n)] = 0.5
    fields = {
        "gdp": np.ones(n),
        "capability": np.full(n, 0.01),
        "salience": np.full((n, 4), 0.25),
        "autonomy": np.ones(n),
        "nonstate_threat": np.zeros(n),
        "share0": share0,
        "depth": np.full(m, 0.5),
        "scope": np.full((m, 4), 0.25),
        "rule": np.zeros(m, dtype=np.int8),
        "alive": np.ones(m, dtype=np.int8),
        "status": np.zeros((n, m), dtype=np.int8),
        "eligible": np.ones((n, m), dtype=np.int8),
        "founder": np.zeros((n, m), dtype=np.int8),
        "anchored": np.zeros((n, m), dtype=np.int8),
        "instrument": np.zeros(m, dtype=np.int8),
        "incompatible": np.zeros((m, m), dtype=np.int8),
        "poles": ("AAA", "AAB")[:n],
    }
    for name in ("affinity_structural", "proximity", "threat", "conflict", "tie", "transit"):
        fields[name] = np.zeros((n, n))
    return small_world(n, m, **(fields | changes))


def statuses(*rows):
    """Statuses by state (rows) and organisation (columns)."""
    return np.array(rows, dtype=np.int8)


def network(states, segments, demands=()):
    """A network by lists of dicts; whatever is not said is plain.

    segments : cost 10, days 0, capacity 10, risk 0, open, no owners or sponsors (indices of states), no systems
    demands : origin 0, destination 1, oil, volume 10, weight 1, outside 100, and `routes` as lists of segments
    """
    plain = {"cost": 10, "days": 0, "capacity": 10, "risk": 0, "open": 1}
    segments = [plain | {"owners": (), "sponsors": (), "systems": ()} | e for e in segments]
    usual = {"origin": 0, "destination": 1, "commodity": "oil", "volume": 10, "weight": 1, "outside": 100}
    demands = [usual | {"routes": ()} | q for q in demands]
    routes = [(q, list(route)) for q, demand in enumerate(demands) for route in demand["routes"]]
    width = max((len(route) for _, route in routes), default=0)
    names = tuple(f"e{n}" for n in range(len(segments)))
    return Network(
        segments=names,
        systems=tuple(tuple(e["systems"]) for e in segments),
        segment_key=np.array([key_of("segment", name) for name in names], dtype=np.int64),
        owned=flags(states, [e["owners"] for e in segments]),
        sponsored=flags(states, [e["sponsors"] for e in segments]),
        demands=tuple(f"q{n}" for n in range(len(demands))),
        commodity=np.array([COMMODITIES.index(q["commodity"]) for q in demands], dtype=np.int64),
        route_demand=np.array([q for q, _ in routes], dtype=np.int64),
        crossed=np.array(
            [route + [-1] * (width - len(route)) for _, route in routes], dtype=np.int64
        ).reshape(len(routes), width),
        **{name: np.array([e[name] for e in segments], dtype=float) for name in ("cost", "days", "capacity")},
        risk=np.array([e["risk"] for e in segments], dtype=float),
        open=np.array([e["open"] for e in segments], dtype=np.int64),
        **{name: np.array([q[name] for q in demands], dtype=np.int64) for name in ("origin", "destination")},
        **{
            name: np.array([q[name] for q in demands], dtype=float)
            for name in ("volume", "weight", "outside")
        },
    )


def flags(states, rows):
    """A table of flags from lists of indices of states."""
    table = np.zeros((len(rows), states), dtype=np.int64)
    for row, named in enumerate(rows):
        table[row, list(named)] = 1
    return table


def agenda(states, processes=(), requirements=(), gates=(), consequences=(), charter=(), instruments=()):
    """An agenda by lists of dicts; whatever is not said is plain.

    processes : rates (of stages 1, 2, …) [1.0], stage 0, parties (), relapse (to, below) or None, and by state index:
        push, resist, interest, support (.5 for the others)
    requirements : (process, stage, kind, first, second, level)
    gates : kind "election", state 0, process −1, mix .5, noise .1, due −1, clock −1, delay 0, again 0, chained −1,
        passed 0
    consequences : (trigger, subject, stage, intervention); charter : (body, depth, process, stage)
    instruments : members (), strength 0, relief 0, active 1
    """
    usual = {"rates": [1.0], "stage": 0, "parties": (), "relapse": None}
    processes = [usual | {"push": {}, "resist": {}, "interest": {}, "support": {}} | p for p in processes]
    rate = np.zeros((len(processes), max((len(p["rates"]) for p in processes), default=0) + 1))
    for row, p in enumerate(processes):
        rate[row, 1 : 1 + len(p["rates"])] = p["rates"]
    vote = {"kind": "election", "state": 0, "process": -1, "mix": 0.5, "noise": 0.1, "due": -1, "clock": -1}
    gates = [vote | {"delay": 0, "again": 0, "chained": -1, "passed": 0} | g for g in gates]
    numbers = ("state", "process", "mix", "noise", "due", "clock", "delay", "again")
    instruments = [{"members": (), "strength": 0, "relief": 0, "active": 1} | one for one in instruments]
    relapses = [p["relapse"] or (-1, -1) for p in processes]
    names = tuple(f"p{n}" for n in range(len(processes)))
    gate_names = tuple(f"g{n}" for n in range(len(gates)))

    def by_state(name, other):
        rows = [[p[name].get(i, other) for i in range(states)] for p in processes]
        return np.array(rows, dtype=float).reshape(len(processes), states)

    return Agenda(
        processes=names,
        stages=tuple(tuple(f"s{n}" for n in range(len(p["rates"]) + 1)) for p in processes),
        process_key=np.array([key_of("process", name) for name in names], dtype=np.int64),
        stage=np.array([p["stage"] for p in processes], dtype=np.int64),
        rate=rate,
        relapse_to=np.array([to for to, _ in relapses], dtype=np.int64),
        relapse_below=np.array([below for _, below in relapses], dtype=np.int64),
        party=flags(states, [p["parties"] for p in processes]),
        support=by_state("support", 0.5),
        **{name: by_state(name, 0.0) for name in ("push", "resist", "interest")},
        requirements=np.array(
            [(p, s, REQUIREMENTS.index(kind), *rest) for p, s, kind, *rest in requirements], dtype=float
        ).reshape(len(requirements), 6),
        gates=gate_names,
        gate_key=np.array([key_of("gate", name) for name in gate_names], dtype=np.int64),
        gate=np.array(
            [(GATE_KINDS.index(g["kind"]), *(g[name] for name in numbers)) for g in gates], dtype=float
        ).reshape(len(gates), 9),
        chained=np.array([g["chained"] for g in gates], dtype=np.int64),
        passed=np.array([g["passed"] for g in gates], dtype=np.int64),
        consequences=tuple(Consequence(*one) for one in consequences),
        charter=np.array(charter, dtype=float).reshape(len(charter), 4),
        instruments=tuple(f"i{n}" for n in range(len(instruments))),
        strength=np.array([one["strength"] for one in instruments], dtype=float),
        relief=np.array([one["relief"] for one in instruments], dtype=float),
        active=np.array([one["active"] for one in instruments], dtype=np.int64),
        enrolled=flags(states, [one["members"] for one in instruments]),
    )


def political_world(states=3, bodies=1, its=None, **fields):
    """A plain world with an agenda, given as for `agenda`."""
    return plain_world(states, bodies, agenda=agenda(states, **(its or {})), **fields)
