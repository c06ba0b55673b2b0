"""Whole runs of the oracle: the same again, within bounds, and of worlds that lack almost everything."""

import math

import numpy as np
import pytest

from .cases import make
from .model import OracleModel
from .random_agendas import full_world, random_agenda
from .random_networks import random_network
from .random_orders import random_orders
from .worlds import all_on, random_interventions, random_parameters, small_world

PLAIN, FULL = (small_world, random_interventions), (full_world, random_orders)


class TestRuns:
    def test_same_address_same_run(self):
        """A run is a function of world, parameters, seed and replicate."""
        runs = [make(full_world(seed=8), seed=4, replicate=2) for _ in range(2)]
        for model in runs:
            model.run(12)
        assert runs[0].events == runs[1].events
        assert runs[0].affinity == runs[1].affinity

    @pytest.mark.parametrize(("world_of", "orders_of"), [PLAIN, FULL], ids=["plain", "full"])
    @pytest.mark.parametrize("seed", range(8))
    def test_random_worlds_stay_in_bounds(self, seed, world_of, orders_of):
        """Quantities that are shares stay shares, rungs are those of the ladder, whatever happens."""
        world = world_of(seed=seed)
        orders = orders_of(world, 20, seed)
        model = OracleModel(world, random_parameters(seed), all_on(), orders, seed, 0, 4)
        model.run(20)
        assert all(-1 <= a <= 1 for a in model.affinity.values())
        assert all(0 <= n <= 1 for n in model.need.values())
        assert all(0 <= x <= 1 + 1e-12 for x in model.leverage.values())
        assert all(-1e-12 <= x <= 1 + 1e-12 for x in (*model.shares.values(), *model.multivector.values()))
        assert 0 <= model.polarisation <= 1
        shares = [*model.reliance.values(), *model.tie.values(), *model.conflict.values()]
        shares += [*model.support.values(), *(i.approval for i in model.states)]
        shares += [q.shipped() for q in model.corridors.demands]
        assert all(0 <= x <= 1 + 1e-12 for x in shares)
        assert all(0 <= process.stage <= process.last for process in model.processes)
        assert all(e.flow >= 0 for e in model.corridors.segments)
        for o in model.organisations:
            assert o.alive or (o.depth == 0 and not o.members())

    @pytest.mark.parametrize(
        "changes",
        [
            {"status": np.zeros((6, 4), dtype=np.int8)},
            {"poles": ("AAA",)},
            {"poles": ("AAA", "AAB", "AAC", "AAD", "AAE", "AAF")},
            {"alive": np.zeros(4, dtype=np.int8)},
            {"depth": np.zeros(4)},
            {"capability": np.zeros(6)},
            {"status": np.full((6, 4), 2, dtype=np.int8)},
            {"gdp": np.zeros(6)},
        ],
        ids=["empty", "one pole", "all poles", "dead", "depth 0", "powerless", "all in", "penniless"],
    )
    def test_degenerate_worlds_run(self, changes):
        """Nothing divides by nothing."""
        model = make(small_world(seed=6, **changes), steps_per_year=1, value__influence=5)
        model.run(10)
        readings = (
            model.need,
            model.shares,
            model.displayed,
            model.multivector,
            model.influence,
            model.leverage,
        )
        assert all(math.isfinite(x) for reading in readings for x in reading.values())
        assert math.isfinite(model.polarisation)

    @pytest.mark.parametrize(("states", "organisations"), [(1, 1), (2, 1), (3, 0), (6, 6)])
    def test_odd_sizes_run(self, states, organisations):
        """From a single state to a dead sixth body."""
        model = make(small_world(states, organisations, seed=1))
        model.run(8)
        assert math.isfinite(model.polarisation)

    @pytest.mark.parametrize(("states", "organisations"), [(2, 1), (3, 2), (7, 6)])
    def test_full_worlds_of_odd_sizes_run(self, states, organisations):
        """Corridors and agendas among few or many."""
        world = full_world(states, organisations, seed=2).validate()
        model = make(world, random_orders(world, 8, 3))
        model.run(8)
        assert math.isfinite(model.polarisation)

    @pytest.mark.parametrize("lacking", ["segments", "demands", "processes", "gates", "instruments"])
    def test_worlds_that_lack_something_run(self, lacking):
        """Processes without gates, gates of no process, segments that nobody needs."""
        if lacking in ("segments", "demands"):
            world = full_world(5, 3, seed=4, network=random_network(5, 4, **{lacking: 0}))
        else:
            plain = full_world(5, 3, seed=4)
            world = full_world(5, 3, seed=4, agenda=random_agenda(plain, 4, **{lacking: 0}))
        model = make(world.validate(), random_orders(world, 12, 3, 30))
        model.run(12)
        assert math.isfinite(model.polarisation)

    def test_everything_happens_somewhere(self):
        """The random worlds are worth comparing on: each kind of event comes about in some of them."""
        kinds = set()
        for seed in range(6):
            world = full_world(seed=seed)
            options = {"shocks__war_rate": 2, "processes__relapse_rate": 0.3}
            model = make(world, random_orders(world, 40, seed), seed=seed, **options)
            model.run(40)
            kinds |= {event["kind"] for event in model.events}
        assert kinds >= {
            "climbed", "descended", "leader_changed", "gate_passed", "gate_failed", "signalled", "relapsed",
            "advanced", "crisis", "war", "war_ended", "closed", "reopened",
        }  # fmt: skip
