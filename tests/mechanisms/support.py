"""Records, runs and comparisons in a few words, for the tests of this folder."""

import numpy as np

from oracle.worlds import default_parameters
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT
from steppe.mechanisms.schedule import step
from steppe.mechanisms.state import parameters_of
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.plan import plan
from steppe.simulation.replicate import begin_replicate, initial_record

# What follows from statuses, depths and ties, and is refreshed with them.
DERIVED = frozenset(
    [
        "n_customs",
        "shares",
        "actor.concentration",
        "body.n_members",
        "body.threshold",
        "body.tariff",
        "body.customs",
        "roll.member",
        "roll.inside",
        "roll.major",
        "pair.trade1",
        "pair.trade2",
        "pair.pact1",
        "pair.pact2",
        "pair.trade1_by",
        "pair.pact1_by",
        "pair.common",
        "pair.contact",
        "pair.relief",
        "pair.tariff",
        "pair.cost_factor",
        "pair.trade_share",
        "pair.burden",
        "actor.demand",
        "actor.protection",
    ]
)
# Room to work in: nobody reads there what another mechanism left.
WORKSPACE = frozenset(
    ["scratch", "guests.member", "guests.inside", "guests.major", "actor.turn", "body.turn", "seat.saved"]
)


def begun(world, parameters=None, switches=None, steps_per_year=4, seed=1, replicate=0):
    """The record (1,) of a replicate at its start; parameters default to the coded values."""
    values = default_parameters() if parameters is None else parameters
    return begin_replicate(initial_record(world, values, switches or {}, steps_per_year, seed), replicate)


def advance(record, steps, world=None, interventions=(), first=0):
    """Some steps of every mechanism; interventions carry their own step."""
    orders = plan([(one["step"], one) for one in interventions], world)
    for number in range(first, first + steps):
        record["step"] = number
        step(record[0], parameters_of(record), orders)
    return record


def ensemble(
    world,
    replicates,
    years=10,
    steps_per_year=4,
    parameters=None,
    switches=None,
    interventions=(),
    seed=1,
    first=0,
):
    """The yearly series of some replicates, and their events."""
    values = default_parameters() if parameters is None else parameters
    start = initial_record(world, values, switches or {}, steps_per_year, seed)
    record = new_record(replicates, years, len(world.states), len(world.organisations), len(world.poles))
    work = start.copy()
    orders = plan([(one["step"], one) for one in interventions], world)
    events, full = run_chunk(
        work[0],
        parameters_of(work),
        start[0],
        parameters_of(start),
        first,
        orders,
        years,
        steps_per_year,
        record,
        np.zeros(1024, EVENT),
    )
    assert full == 0, "a replicate had more events than its list holds"
    return record, events


def leaves(record):
    """Every field of a record by its dotted name, copied."""
    found = {}
    for name in record.dtype.names:
        part = record[name]
        if part.dtype.names and name != "events":
            found |= {f"{name}.{inner}": part[inner].copy() for inner in part.dtype.names}
        else:
            found[name] = part.copy()
    return found


def changed(before, after):
    """The names of the fields whose bytes differ between two `leaves`."""
    return {name for name in before if before[name].tobytes() != after[name].tobytes()}


def frequency_z(count, trials, probability):
    """By how many standard errors a frequency misses its probability."""
    return (count / trials - probability) / np.sqrt(probability * (1 - probability) / trials)


def replicates_of(record, function, trials):
    """What `function(work)` returns for replicates 0 … trials - 1, each from the same start."""
    work, results = record.copy(), []
    held, start = work.view(np.uint8), record.view(np.uint8)  # bytes: field by field is ten times slower
    for replicate in range(trials):
        held[:] = start
        work["replicate"] = replicate
        results.append(function(work))
    return np.array(results)
