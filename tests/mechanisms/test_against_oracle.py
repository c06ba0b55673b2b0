"""The compiled rules against `tests/oracle`, a second writing made from docs/equations.md alone: equal to rounding."""

import math

import pytest

from oracle.model import OracleModel
from oracle.random_agendas import full_world
from oracle.random_orders import random_orders
from oracle.worlds import all_on, default_parameters, random_interventions, random_parameters, small_world
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.schedule import step
from steppe.mechanisms.security import update_security
from steppe.mechanisms.state import parameters_of
from steppe.mechanisms.value import observer_value, value_now
from steppe.simulation.plan import plan
from steppe.simulation.replicate import begin_replicate, initial_record

from .agreement import compare, tolerance

STEPS = 40


def together(world, parameters, switches, interventions, seed, replicate, steps=STEPS):
    """Both writings after some steps: the oracle and the record."""
    oracle = OracleModel(world, parameters, switches, interventions, seed, replicate, 4)
    state = begin_replicate(initial_record(world, parameters, switches, 4, seed), replicate)
    orders = plan([(one["step"], one) for one in interventions], world)
    for number in range(steps):
        oracle.step()
        state["step"] = number
        step(state[0], parameters_of(state), orders)
    return oracle, state[0]


def wide_parameters(seed):
    """Anywhere in their ranges, but for congestion: none in every other world, so that rounding stays small, and little
    in the rest. Where demand is far beyond a network, rounds run out, and rounding decides what rest is left."""
    return random_parameters(seed) | {"corridors.congestion": 0.0 if seed % 2 else 0.01}


def derived_numbers(world, oracle, state):
    """Quantities that follow from the state, refreshed in both."""
    update_all(state)
    update_security(state)
    near = {"rel_tol": 10 * tolerance(oracle), "abs_tol": tolerance(oracle)}
    for i, a in enumerate(world.states):
        assert math.isclose(state["actor"]["need"][i], oracle.need[a], **near)
        welfare = math.log(state["actor"]["demand"][i]) / oracle.parameters["trade.elasticity"]
        assert math.isclose(welfare, oracle.welfare[a], **near)
        for o, b in enumerate(world.organisations):
            if state["body"]["alive"][o] == 1:
                value = oracle.value_of_membership(a, b)
                assert math.isclose(value_now(state, i, o), value.member, **near)
                assert math.isclose(observer_value(state), value.observer, **near)


@pytest.mark.parametrize("seed", range(12))
def test_default_parameters(seed):
    world = small_world(6, 4, seed)
    oracle, state = together(world, default_parameters(), all_on(), [], 100 + seed, seed)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.parametrize("seed", range(25))
def test_random_parameters_and_interventions(seed):
    """Over the whole range of every parameter, with interventions of every kind."""
    world = small_world(4 + seed % 5, 2 + seed % 4, seed)
    orders = random_interventions(world, STEPS, seed, 6)
    oracle, state = together(world, random_parameters(seed), all_on(), orders, 2**33 + seed, 5)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.parametrize("seed", range(8))
def test_corridors_and_agendas(seed):
    """Worlds with corridors, processes, gates, charters and instruments, at the coded values."""
    world = full_world(4 + seed % 4, 2 + seed % 4, seed)
    oracle, state = together(world, default_parameters(), all_on(), [], 300 + seed, seed)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.parametrize("seed", range(25))
def test_corridors_and_agendas_with_everything_at_random(seed):
    """The same over the whole range of every parameter, with interventions of every kind."""
    world = full_world(3 + seed % 6, 2 + seed % 4, seed)
    orders = random_orders(world, STEPS, seed, 10)
    oracle, state = together(world, wide_parameters(seed), all_on(), orders, 2**33 + seed, 5)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.parametrize("off", sorted(all_on()))
def test_each_switch(off):
    """With one mechanism or effect off at a time."""
    world = full_world(7, 5, 3)
    oracle, state = together(world, random_parameters(7), all_on() | {off: False}, [], 11, 2)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 220))
def test_many_random_worlds(seed):
    world = small_world(3 + seed % 7, 1 + seed % 6, seed)
    orders = random_interventions(world, STEPS, seed, seed % 9)
    oracle, state = together(world, random_parameters(seed), all_on(), orders, seed, 1)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 220))
def test_many_random_full_worlds(seed):
    world = full_world(2 + seed % 8, 1 + seed % 6, seed)
    orders = random_orders(world, STEPS, seed, seed % 15)
    oracle, state = together(world, wide_parameters(seed), all_on(), orders, seed, 1)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)
