"""Small invented worlds, parameters and interventions for tests: random, but plausible."""

from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import yaml

from steppe.world.agenda import Agenda
from steppe.world.arrays import World
from steppe.world.network import Network

from .common import DOMAINS, LADDER, RULES, SWITCHES
from .philox import key_of

PARAMETERS = Path(__file__).resolve().parents[2] / "seeds" / "parameters.yaml"


@cache
def parameter_entries():
    """The entries of the parameter file, read once."""
    return yaml.safe_load(PARAMETERS.read_text(encoding="utf-8"))


def default_parameters(**changes):
    """The model's parameters by id; changes are given as `membership__apply_rate=1.0`."""
    values = {entry["id"]: float(entry["value"]) for entry in parameter_entries()}
    for name, value in changes.items():
        identifier = name.replace("__", ".")
        if identifier not in values:
            raise KeyError(identifier)
        values[identifier] = float(value)
    return values


def random_parameters(seed):
    """Parameters drawn from their whole ranges, so that what is idle by default takes part too."""
    rng = np.random.default_rng([seed, 1])
    values = {entry["id"]: float(rng.uniform(*entry["range"])) for entry in parameter_entries()}
    values["membership.vote_persistent"] = float(rng.integers(2))
    values["membership.cooldown"] = float(rng.choice([0.5, 1.0, 2.0, 3.0]))
    return values


def all_on(**changes):
    """All mechanisms on, but for the changes."""
    return {name: True for name in SWITCHES} | changes


def only(*mechanisms):
    """No mechanism on, but for these."""
    return {name: name in mechanisms for name in SWITCHES}


def names(count, first="A"):
    """AAA, AAB, … or, for organisations, OAA, OAB, …"""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return tuple(first + letters[n // 26] + letters[n % 26] for n in range(count))


def symmetric(matrix):
    """A matrix made symmetric from its upper half, with an empty diagonal."""
    upper = np.triu(matrix, 1)
    return upper + upper.T


def sparse(rng, n, density, high=1.0):
    """A matrix with some entries between 0 and `high`, the others 0, and an empty diagonal."""
    matrix = np.where(rng.random((n, n)) < density, rng.uniform(0, high, (n, n)), 0.0)
    np.fill_diagonal(matrix, 0.0)
    return matrix


def small_world(states=6, organisations=4, seed=0, **changes):
    """A world of so many states and organisations; any field can be replaced by keyword.

    The sizes of the states are very unequal, so that there are major powers. With three bodies or more the
    first and the second are incompatible, the second is deeper than the first and alike in scope (so that
    mergers happen), and the third is an identity instrument. With five or more, the last is dead. The world
    is not validated, so that a test may ask for an impossible one.
    """
    rng = np.random.default_rng([seed, 0])
    world = SimpleNamespace(name=f"small-{seed}", start=date(2026, 1, 1))
    world.states = names(states)
    world.organisations = names(organisations, "O")
    _make_states(world, rng, states)
    _make_dyads(world, rng, states)
    _make_organisations(world, rng, states, organisations)
    for field, value in changes.items():
        if not hasattr(world, field):
            raise AttributeError(f"a world has no field {field}")
        setattr(world, field, value)
    if "poles" in changes:
        world.pole_index = np.array([world.states.index(name) for name in world.poles], dtype=np.int64)
    world.state_key = np.array([key_of("state", name) for name in world.states], dtype=np.uint32)
    world.organisation_key = np.array(
        [key_of("organisation", name) for name in world.organisations], dtype=np.uint32
    )
    return World(**vars(world))


def _make_states(world, rng, n):
    """Sizes, capability, salience, autonomy, poles."""
    world.gdp = rng.lognormal(4.0, 1.8, n)
    world.population = rng.lognormal(3.0, 1.2, n)
    world.military = world.gdp * rng.uniform(0.005, 0.05, n)
    shares = [x / x.sum() for x in (world.gdp, world.population, world.military)]
    world.capability = sum(shares) / 3
    world.salience = rng.dirichlet([2.0] * len(DOMAINS), n)
    world.autonomy = rng.uniform(0.3, 1.8, n)
    world.nonstate_threat = rng.uniform(0, 0.01, n)
    world.approval, world.continuity = np.full(n, 0.5), np.full(n, 0.5)
    world.network, world.agenda = Network(), Agenda()
    poles = sorted(np.argsort(-world.capability)[: min(n, 4)].tolist())
    world.poles = tuple(world.states[index] for index in poles)
    world.pole_index = np.array(poles, dtype=np.int64)


def _make_dyads(world, rng, n):
    """Trade, affinity, threat, conflict, ties, transit."""
    home = rng.uniform(0.4, 0.9, n)
    weight = rng.lognormal(0, 1, (n, n + 1)) * np.append(world.gdp, world.gdp.sum())
    weight[np.arange(n), np.arange(n)] = 0
    abroad = weight / weight.sum(axis=1, keepdims=True) * (1 - home)[:, None]
    abroad[np.arange(n), np.arange(n)] = home
    world.share0 = abroad / abroad.sum(axis=1, keepdims=True)
    world.affinity_structural = symmetric(rng.uniform(-0.5, 0.9, (n, n)))
    world.proximity = symmetric(rng.uniform(0, 1, (n, n)) ** 2)
    world.threat = sparse(rng, n, 0.3)
    world.conflict = symmetric(sparse(rng, n, 0.1))
    world.tie = symmetric(sparse(rng, n, 0.4, 0.9))
    world.transit = sparse(rng, n, 0.3, 0.8)
    world.cost_shift = np.zeros((n, n))


def _make_organisations(world, rng, n, m):
    """Depth, scope, rules, founders, statuses."""
    depth = rng.choice(LADDER, m)
    off_ladder = rng.random(m) < 0.3
    depth = np.where(off_ladder, rng.uniform(0, 1, m), depth)
    scope = rng.dirichlet([1.2] * len(DOMAINS), m)
    rule = rng.permutation(np.arange(m) % len(RULES))
    status = rng.choice([0, 1, 2, 3], size=(n, m), p=[0.4, 0.1, 0.45, 0.05])
    world.incompatible = np.zeros((m, m), dtype=np.int8)
    world.instrument = np.zeros(m, dtype=np.int8)
    world.anchored = np.zeros((n, m), dtype=np.int8)
    if m:
        world.anchored[0, 0] = rng.random() < 0.3
    world.alive = np.ones(m, dtype=np.int8)
    if m >= 3:
        world.incompatible[0, 1] = world.incompatible[1, 0] = 1
        depth[0], depth[1] = 0.3, 0.7
        scope[1] = 0.8 * scope[0] + 0.2 * scope[1]
        status[:, 1] = np.where((status[:, 0] == 2) & (rng.random(n) < 0.6), 2, status[:, 1])
        world.instrument[2] = 1
    if m >= 5:
        world.alive[-1] = 0
        depth[-1] = 0.0
        status[:, -1] = 0
    world.depth = depth.astype(float)
    world.scope = scope / scope.sum(axis=1, keepdims=True)
    world.rule = rule.astype(np.int8)
    world.status = status.astype(np.int8)
    world.founder = ((status == 2) & (rng.random((n, m)) < 0.5)).astype(np.int8)
    world.eligible = ((status > 0) | (rng.random((n, m)) < 0.7)).astype(np.int8)


def random_interventions(world, steps, seed, count=12):
    """Interventions of all kinds, at random steps, in the order of their steps; some of them void."""
    rng = np.random.default_rng([seed, 2])
    ordered = []
    for step in sorted(rng.integers(0, steps, count).tolist()):
        kinds = sorted(INTERVENTIONS)
        kind = kinds[int(rng.integers(len(kinds)))]
        ordered.append({"step": step, "kind": kind} | INTERVENTIONS[kind](world, rng))
    return ordered


def a_state(world, rng):
    return world.states[int(rng.integers(len(world.states)))]


def a_body(world, rng):
    return world.organisations[int(rng.integers(len(world.organisations)))]


def a_pair(world, rng):
    a, b = rng.choice(len(world.states), 2, replace=False)
    return world.states[a], world.states[b]


def _two_bodies(world, rng):
    m = len(world.organisations)
    a, b = rng.choice(m, 2, replace=m < 2)  # one alone can only be told to merge into itself, in vain
    return {"organisation": world.organisations[a], "into": world.organisations[b]}


def _seat(world, rng, *statuses):
    seat = {"state": a_state(world, rng), "organisation": a_body(world, rng)}
    return seat | ({"status": statuses[int(rng.integers(len(statuses)))]} if statuses else {})


def dyad(world, rng, **fields):
    a, b = a_pair(world, rng)
    return {"a": a, "b": b} | fields


def _directed(world, rng, first, second, **fields):
    a, b = a_pair(world, rng)
    return {first: a, second: b} | fields


def _found(world, rng):
    members = [name for name in world.states if rng.random() < 0.5]
    if len(members) < 2:
        members = list(a_pair(world, rng))
    return {"organisation": a_body(world, rng), "members": members, "depth": float(rng.choice(LADDER))}


INTERVENTIONS = {
    "apply": lambda w, r: _seat(w, r, "observer", "member"),
    "admit": lambda w, r: _seat(w, r, "observer", "member"),
    "set_status": lambda w, r: _seat(w, r, "none", "observer", "member", "suspended"),
    "bar": lambda w, r: _seat(w, r),
    "allow": lambda w, r: _seat(w, r),
    "set_depth": lambda w, r: {"organisation": a_body(w, r), "depth": float(r.uniform(0, 1))},
    "set_rule": lambda w, r: {"organisation": a_body(w, r), "rule": RULES[int(r.integers(len(RULES)))]},
    "found": _found,
    "dissolve": lambda w, r: {"organisation": a_body(w, r)},
    "merge": _two_bodies,
    "tie": lambda w, r: dyad(w, r, level=float(r.choice(LADDER))),
    "affinity": lambda w, r: dyad(w, r, change=float(r.uniform(-1, 1))),
    "conflict": lambda w, r: dyad(w, r, level=float(r.random())),
    "threat": lambda w, r: _directed(w, r, "on", "by", level=float(r.random())),
    "transit": lambda w, r: _directed(w, r, "state", "on", share=float(r.random())),
    "threat_shock": lambda w, r: {"state": a_state(w, r), "size": float(r.uniform(0, 0.02))},
    "capability": lambda w, r: {"state": a_state(w, r), "factor": float(r.uniform(0.3, 3))},
    "prestige": lambda w, r: {"state": a_state(w, r), "change": float(r.uniform(-1.2, 0.8))},
    "autonomy": lambda w, r: {"state": a_state(w, r), "value": float(r.uniform(0, 2))},
    "parameter": lambda w, r: {"parameter": "membership.pressure_vote", "value": float(r.uniform(0.1, 1))},
    "mechanism": lambda w, r: {
        "mechanism": SWITCHES[int(r.integers(len(SWITCHES)))],
        "on": bool(r.random() < 0.5),
    },
}
