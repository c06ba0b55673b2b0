"""The worlds that are timed, and a replicate of each in both writings."""

from typing import Any

import numpy as np

from oracle.model import OracleModel
from oracle.worlds import all_on, default_parameters
from steppe.cli.adapters import composed
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.schedule import step
from steppe.mechanisms.state import parameters_of
from steppe.simulation.plan import plan
from steppe.simulation.replicate import begin_replicate, initial_record
from steppe.simulation.runner import prepare
from steppe.world.arrays import World
from steppe.world.synthetic import synthetic_world

SEED, PER_YEAR = 1, 4


def eurasia() -> World:
    """The Eurasian world of 2026, as coded."""
    return prepare(composed(["world=eurasia_2026"], None)).world


def globe() -> World:
    """A random world of 195 states and 120 bodies, in the shape of the real one."""
    return synthetic_world(195, 120)


def initial(world: World) -> Any:
    """The record (1,) from which every replicate begins."""
    return initial_record(world, default_parameters(), {}, PER_YEAR, SEED)


def oracle(world: World, replicate: int) -> OracleModel:
    """The same replicate as an ordinary Mesa program."""
    return OracleModel(world, default_parameters(), all_on(), [], SEED, replicate, PER_YEAR)


@kernel
def advance(state, parameters, orders, steps):
    """The first steps of a replicate."""
    for number in range(steps):
        state.step = number
        step(state, parameters, orders)


class Replicate:
    """A replicate at its start, to be stepped as often as one likes."""

    def __init__(self, world: World, record: Any, number: int) -> None:
        self.start = begin_replicate(record, number)
        self.orders = plan([], world)
        self.state = self.start.copy()

    def rewind(self) -> None:
        self.state[:] = self.start

    def run(self, steps: int) -> None:
        advance(self.state[0], parameters_of(self.state), self.orders, steps)

    def statuses(self, world: World) -> np.ndarray[Any, Any]:
        """Statuses by state and body."""
        return self.state["seat"]["status"][0][: len(world.states), : len(world.organisations)]
