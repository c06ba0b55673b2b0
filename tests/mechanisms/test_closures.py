"""Segments that close by accident and reopen: how often, and what they leave."""

import math

import numpy as np
import pytest

from steppe.mechanisms.corridors import update_corridors
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.records import CLOSED, OPEN, SHUT
from steppe.mechanisms.shocks import update_closures, update_shocks

from .networks import demand, networked, segment, shares, shipping_world
from .support import (
    advance,
    begun,
    default_parameters,
    frequency_z,
)


class TestRandomClosures:
    """Sixty segments for four hundred quarters."""

    def run(self, status, conflict=0.0, **rates):
        """The record after some steps of closures, and the events by kind."""
        segments = {f"e{e}": segment(owned=(0,) if e % 2 else (), is_open=status == OPEN) for e in range(60)}
        between = np.zeros((3, 3))
        between[0, 2] = between[2, 0] = conflict
        world = shipping_world(segments, {}, conflict=between)
        record = begun(world, default_parameters(**{f"shocks__{name}": rate for name, rate in rates.items()}))
        record["segment"]["status"][0, :60] = status
        struck = np.zeros(60)
        for step in range(400):
            record["step"], record["n_events"] = step, 0
            update_closures(record[0])
            for event in record["events"][0, : record["n_events"][0]]:
                assert KINDS[event["kind"]] == ("closed" if status == OPEN else "reopened")
                assert event["state"] == event["organisation"] == event["partner"] == event["process"] == -1
                struck[event["segment"]] += 1
            record["segment"]["status"][0, :60] = status  # as if nothing had happened: independent trials
        return struck

    def test_frequency(self):
        """1 − e^(−λΔt) in each of 24,000 trials; at an owner's war of 0.6 with 1.6 λ, in the half that has one."""
        struck = self.run(OPEN, conflict=0.6, closure_rate=0.1)
        for place, rate in ((slice(0, None, 2), 0.1), (slice(1, None, 2), 0.16)):
            assert abs(frequency_z(struck[place].sum(), 12_000, 1 - math.exp(-rate / 4))) < 4

    def test_reopening(self):
        """What a shock has shut reopens at its own rate, war or not; what was closed by order does not."""
        struck = self.run(SHUT, conflict=0.6, reopen_rate=0.8)
        assert abs(frequency_z(struck.sum(), 24_000, 1 - math.exp(-0.8 / 4))) < 4
        assert self.run(CLOSED, reopen_rate=0.8, closure_rate=0.8).sum() == 0

    def test_marks_the_network(self):
        """The routes are chosen anew in the same step, and the event says how likely it was."""
        world = shipping_world({"a": segment(10), "b": segment(12)}, {"q": demand([["a"], ["b"]])})
        record = begun(world, default_parameters(shocks__closure_rate=1e6, shocks__reopen_rate=1e6))
        record["step"] = 1
        update_shocks(record[0])
        assert record["segment"]["status"][0, :2].tolist() == [SHUT, SHUT] and record["network_stale"][0] == 1
        update_corridors(record[0])
        assert (shares(record) == 0).all()
        update_shocks(record[0])
        update_corridors(record[0])
        assert shares(record).sum() == pytest.approx(1)
        assert [KINDS[kind] for kind in record["events"]["kind"][0, :4]] == ["closed"] * 2 + ["reopened"] * 2
        assert record["events"]["probability"][0, 0] == 1

    def test_none_without_shocks(self):
        """The switch of shocks is theirs."""
        world = networked(6, 2, 1)
        record = begun(world, default_parameters(shocks__closure_rate=100), {"shocks": False})
        advance(record, 8, world)
        np.testing.assert_array_equal(record["segment"]["status"][0, :9], world.network.open)
