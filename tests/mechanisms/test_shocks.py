"""Shocks: decay and frequency."""

import math

import numpy as np
import pytest

from steppe.mechanisms.shocks import update_shocks
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import begun, default_parameters, frequency_z

P = default_parameters()


class TestShocks(MechanismContract):
    name = "shocks"
    owns = frozenset({"actor.shock", "actor.prestige"})
    kept_when_off = owns


class TestDecay:
    def test_is_exponential(self):
        """e^(−decay t), whatever the number of steps a year."""
        for steps_per_year in (1, 4, 12):
            record = begun(
                make_world(2, 0), default_parameters(shocks__shock_rate=0), steps_per_year=steps_per_year
            )
            record["actor"]["shock"][0, 0], record["actor"]["prestige"][0, 1] = 0.01, 0.5
            for step in range(3 * steps_per_year):
                record["step"] = step
                update_shocks(record[0])
            shock, prestige = record["actor"]["shock"][0, 0], record["actor"]["prestige"][0, 1]
            assert shock == pytest.approx(0.01 * math.exp(-3 * P["shocks.shock_decay"]), rel=1e-12)
            assert prestige == pytest.approx(0.5 * math.exp(-3 * P["shocks.prestige_decay"]), rel=1e-12)


class TestRandomShocks:
    def test_frequency_and_size(self):
        """Each of 30 states in each of 400 steps with 1 − e^(−λΔt); without decay a shock is a multiple
        of the size.
        """
        record = begun(make_world(30, 0), default_parameters(shocks__shock_decay=0))
        for step in range(400):
            record["step"] = step
            update_shocks(record[0])
        struck = record["actor"]["shock"][0, :30] / P["shocks.shock_size"]
        np.testing.assert_allclose(struck, np.rint(struck), atol=1e-9)
        chance = 1 - math.exp(-P["shocks.shock_rate"] * 0.25)
        assert abs(frequency_z(struck.sum(), 12_000, chance)) < 4
        assert len(set(np.rint(struck))) > 1, "states are struck on their own"
