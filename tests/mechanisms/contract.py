"""What every mechanism promises; the test of each inherits it."""

from functools import cache

import pytest

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.schedule import SCHEDULE

from .support import WORKSPACE, advance, begun, changed, leaves

SEEDS = range(6)


@cache
def _busy(seed):
    world = small_world(5 + seed % 4, 3 + seed % 3, seed)
    return advance(begun(world, random_parameters(seed), seed=seed), 5)


def busy(seed):
    """A record in the middle of a run, with parameters from their whole ranges; shocks and prestige in
    play.
    """
    record = _busy(seed).copy()
    record["step"] = 5
    record["actor"]["shock"] += 0.004
    record["actor"]["prestige"] += 0.2
    return record


class MechanismContract:
    """A mechanism is a function of the record, writes only what it owns, and leaves that alone when it
    is off.
    """

    name: str  # its row in the schedule, and its switch
    owns: frozenset[str]  # the fields it may write
    kept_when_off: frozenset[str]  # fields that nobody else writes: they stay as at the start

    def prepare(self, record):
        """What must hold before the mechanism has work to do."""

    def run(self, record):
        """The mechanism alone."""
        dict(SCHEDULE)[self.name](record[0])

    @pytest.mark.parametrize("seed", SEEDS)
    def test_is_pure(self, seed):
        """The same record twice gives the same bytes: nothing is read but the record."""
        one, other = busy(seed), busy(seed)
        for record in (one, other):
            self.prepare(record)
            self.run(record)
        assert changed(leaves(one), leaves(other)) == set()

    @pytest.mark.parametrize("seed", SEEDS)
    def test_writes_only_what_it_owns(self, seed):
        """Two writers of one quantity would make the order of the schedule part of the rules unseen."""
        record = busy(seed)
        self.prepare(record)
        before = leaves(record)
        self.run(record)
        assert changed(before, leaves(record)) <= self.owns | WORKSPACE

    def test_does_something(self):
        """Else the two tests above would pass for an empty function."""
        written = set()
        for seed in SEEDS:
            record = busy(seed)
            self.prepare(record)
            before = leaves(record)
            self.run(record)
            written |= changed(before, leaves(record)) - WORKSPACE
        assert written

    @pytest.mark.parametrize("seed", SEEDS)
    def test_off_changes_nothing(self, seed):
        """With every other mechanism on for five years, what it owns stays as it was."""
        world = small_world(5 + seed % 4, 3 + seed % 3, seed)
        record = begun(world, random_parameters(seed), {self.name: False}, seed=seed)
        record["actor"]["shock"] += 0.004
        before = leaves(record)
        advance(record, 20)
        moved = changed(before, leaves(record))
        assert moved & self.kept_when_off == set()
        assert moved, "nothing else moved either"
