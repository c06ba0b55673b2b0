"""Observe, further: ties, neighbours, closeness and processes against their definitions."""

import numpy as np
import pytest

from steppe.mechanisms.observe import new_record, observe
from steppe.mechanisms.observe_politics import political_series

from .politics import process, small
from .support import begun, changed, ensemble, leaves

SERIES = tuple(political_series((1, 1), small()))


def picture(record, world):
    """The picture of a record as year 0 of replicate 0."""
    series = new_record(1, 0, world)
    observe(record[0], series, 0, 0)
    return series


def world():
    """Four states: S0 borders S1 and S2; ties of S0 with all; O0 has three members, O1 one."""
    tie, proximity, affinity = np.zeros((3, 4, 4))
    for other, level in ((1, 0.1), (2, 0.3), (3, 0.5)):
        tie[0, other] = tie[other, 0] = level
    for other, near in ((1, 1.0), (2, 1.0), (3, 0.9)):
        proximity[0, other] = proximity[other, 0] = near
    for (i, j), value in {(0, 1): 0.2, (0, 2): -0.6, (1, 2): 0.1, (0, 3): 0.9}.items():
        affinity[i, j] = affinity[j, i] = value
    told = [
        process("accord", rates=(1, 1, 1), stage=2, parties={"S0": {"support": 0.3}, "S1": {"support": 0.8}}),
        process("nobody's"),
    ]
    return small(
        told,
        organisations=2,
        tie=tie,
        proximity=proximity,
        affinity_structural=affinity,
        status=[[2, 2], [2, 0], [2, 0], [0, 0]],
        approval=[0.5, 0.61237, 0.4, 0.3],
    )


class TestPicture:
    def test_governments(self):
        """Approval and crisis as they are, to 1e-4."""
        record = begun(world())
        record["actor"]["crisis"][0, 2] = 0.8
        found = picture(record, world())
        np.testing.assert_allclose(found.approval[0, 0], [0.5, 0.6124, 0.4, 0.3], atol=1e-7)
        np.testing.assert_allclose(found.crisis[0, 0], [0, 0, 0.8, 0], atol=1e-7)

    def test_bilateral_ties(self):
        """Counted from .3 and from .5; with each pole (S0 and S1), 0 with itself."""
        found = picture(begun(world()), world())
        assert found.partners[0, 0].tolist() == [2, 0, 1, 1] and found.allies[0, 0].tolist() == [1, 0, 0, 1]
        np.testing.assert_allclose(found.ties[0, 0], [[0, 0.1], [0.1, 0], [0.3, 0], [0.5, 0]], atol=1e-7)

    def test_affinity_with_the_poles(self):
        """With S0 and S1; 0 with itself."""
        found = picture(begun(world()), world()).affinities[0, 0]
        np.testing.assert_allclose(found, [[0, 0.2], [0.2, 0], [-0.6, 0.1], [0.9, 0]], atol=1e-7)

    def test_neighbours(self):
        """Mean affinity over the states at a border; missing where there is none."""
        found = picture(begun(world()), world()).neighbours[0, 0]
        np.testing.assert_allclose(found, [-0.2, 0.2, -0.6, np.nan], atol=1e-7)

    def test_closeness(self):
        """Mean over the member pairs; missing with a single member."""
        found = picture(begun(world()), world()).closeness[0, 0]
        np.testing.assert_allclose(found, [(0.2 - 0.6 + 0.1) / 3, np.nan], atol=1e-7)

    def test_processes(self):
        """Stage, and support as the mean over the parties; 0 where nobody takes part."""
        found = picture(begun(world()), world())
        assert found.stage[0, 0].tolist() == [2, 0]
        np.testing.assert_allclose(found.support[0, 0], [0.55, 0], atol=1e-7)

    def test_only_looks(self):
        """Nothing of the replicate moves."""
        record = begun(world())
        before = leaves(record)
        picture(record, world())
        assert changed(before, leaves(record)) <= {"shares", "scratch"}


def test_series_of_an_ensemble():
    """Every year is written, and stages never fall without a relapse."""
    record, _ = ensemble(world(), 4, years=3)
    assert set(SERIES) < set(record._fields)
    assert (np.diff(record.stage, axis=1) >= 0).all() and record.stage[:, -1, 0].max() == 3
    assert (record.approval[:, 1:] != record.approval[:, :1]).any(axis=(0, 2)).all()
    for name in ("approval", "support"):
        assert ((getattr(record, name) >= 0) & (getattr(record, name) <= 1)).all()
    assert record.partners[0, 0].tolist() == [2, 0, 1, 1]


@pytest.mark.parametrize("name", SERIES)
def test_a_world_without_politics_has_empty_series(name):
    """No processes: no columns, and the rest is there all the same."""
    series = political_series((2, 3), small())
    assert series[name].shape[:2] == (2, 3)
    assert series[name].size == 0 if name in ("stage", "support") else series[name].size
