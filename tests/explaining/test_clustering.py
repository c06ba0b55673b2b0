"""Distances in closed form, and clusters that were planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from steppe.analysis.explaining import typical as typical_module
from steppe.analysis.explaining.clustering import best_clusters, distances, k_medoids, medoid, silhouette
from steppe.analysis.explaining.typical import typical
from steppe.errors import InputError

AGES = arrays(
    np.float32, st.tuples(st.integers(3, 6), st.just(4)), elements=st.integers(0, 8).map(np.float32)
)


class TestDistances:
    def test_by_hand(self):
        """Sets of (event, moment): A has the first event for 4 moments and the second for 2; B the first for 2.

        They share 2 of 6 moments: 1 − 2/6. Nothing in common: 1. Nothing at all: 0.
        """
        ages = np.array([[4, 2], [2, 0], [0, 0], [0, 3]], float)
        assert distances(ages)[0, 1] == pytest.approx(1 - 2 / 6)
        assert distances(ages)[1, 3] == 1.0
        assert distances(ages)[2, 2] == 0.0 and distances(ages)[0, 2] == 1.0

    @given(AGES)
    def test_it_is_jaccards_distance_of_the_sets(self, ages):
        sets = [{(e, t) for e, age in enumerate(row) for t in range(int(age))} for row in ages]
        for i, one in enumerate(sets):
            for j, other in enumerate(sets):
                expected = 1 - len(one & other) / len(one | other) if one | other else 0.0
                assert distances(ages)[i, j] == pytest.approx(expected)

    @given(AGES)
    def test_it_is_a_metric(self, ages):
        apart = distances(ages)
        assert np.allclose(apart, apart.T) and np.all(np.diag(apart) == 0)
        assert np.all(apart[:, None, :] <= apart[:, :, None] + apart[None, :, :].transpose(0, 1, 2) + 1e-9)


def planted(sizes, events=12, seed=0):
    """Replicates of some kinds: each has its own events, early; a few others are noise."""
    rng = np.random.default_rng(seed)
    rows, labels = [], []
    for kind, size in enumerate(sizes):
        for _ in range(size):
            row = np.where(rng.random(events) < 0.1, rng.integers(1, 20, events), 0)
            own = slice(kind * 3, kind * 3 + 3)
            row[own] = rng.integers(14, 20, 3)
            rows.append(row)
            labels.append(kind)
    return np.array(rows, float), np.array(labels)


class TestClusters:
    @pytest.mark.parametrize("sizes", [(30, 20), (25, 15, 10), (20, 20, 12, 8)])
    def test_planted_clusters_are_found_and_counted(self, sizes):
        ages, labels = planted(sizes)
        found = best_clusters(distances(ages))
        assert len(found.medoids) == len(sizes)
        for medoid_of, members in ((found.labels == k, labels[found.labels == k]) for k in range(len(sizes))):
            assert medoid_of.any() and len(set(members)) == 1

    def test_a_medoid_is_nearest_to_all(self):
        """On a line of 0, 1, 2, 10 the sum of distances is least at 1 and at 2: the first is taken."""
        points = np.array([0, 1, 2, 10], float)
        assert medoid(np.abs(points[:, None] - points)) == 1

    def test_two_pairs_by_hand(self):
        """Pairs 1 apart, 5 from each other: every silhouette is (5 − 1)/5."""
        apart = np.full((4, 4), 5.0)
        apart[:2, :2] = apart[2:, 2:] = 1.0
        np.fill_diagonal(apart, 0.0)
        assert silhouette(apart, np.array([0, 0, 1, 1])) == pytest.approx(0.8)
        found = k_medoids(apart, 2)
        assert found.labels.tolist() == [0, 0, 1, 1] and found.silhouette == pytest.approx(0.8)

    @given(st.integers(0, 50))
    def test_no_swap_would_be_better(self, seed):
        """PAM ends at a local optimum: no medoid can be exchanged for another replicate with a smaller sum."""
        points = np.random.default_rng(seed).random((14, 2))
        apart = np.linalg.norm(points[:, None] - points, axis=2)
        found = k_medoids(apart, 3)
        best = apart[found.medoids].min(axis=0).sum()
        for place in range(3):
            for new in range(len(points)):
                swapped = found.medoids.copy()
                swapped[place] = new
                assert apart[swapped].min(axis=0).sum() >= best - 1e-9

    def test_one_alone_counts_nothing(self):
        apart = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.2], [1.0, 0.2, 0.0]])
        assert silhouette(apart, np.array([0, 1, 1])) == pytest.approx((0 + 0.8 + 0.8) / 3)


class TestTypical:
    def test_shares_are_of_all_replicates_and_marks_are_shares(self, toy):
        found = typical(toy, "arvand_admitted_to_rivers")
        assert sum(one.size for one in found.clusters) == found.replicates == found.compared == 24
        assert sum(one.share for one in found.clusters) == pytest.approx(1)
        first = found.clusters[0]
        assert first.low < first.share < first.high and first.medoid in first.replicates
        mark = next(mark for mark in first.marks if mark.event["kind"] == "gate_passed")
        with toy.connection_to("arvand_admitted_to_rivers") as connection:
            saw = {
                row[0]
                for row in connection.execute(
                    "SELECT DISTINCT replicate FROM events WHERE kind = 'gate_passed' AND state = ? "
                    "AND process IS NOT DISTINCT FROM ?",
                    [mark.event["state"], mark.event.get("process")],
                ).fetchall()
            }
        assert mark.inside * first.size + mark.outside * (24 - first.size) == pytest.approx(len(saw))

    def test_of_many_replicates_a_sample_is_compared_and_the_rest_goes_to_the_nearest(self, toy, monkeypatch):
        """Evenly spaced, so the same every time."""
        monkeypatch.setattr(typical_module, "SAMPLE", 12)
        found = typical(toy, "arvand_admitted_to_rivers", 2)
        assert (found.compared, found.replicates) == (12, 24)
        assert sum(one.size for one in found.clusters) == 24
        assert found == typical(toy, "arvand_admitted_to_rivers", 2)

    def test_only_what_concerns_the_ids_counts(self, toy):
        every = typical(toy, "arvand_admitted_to_rivers")
        some = typical(toy, "arvand_admitted_to_rivers", about=("LEAGUE",))
        assert 0 < some.happenings < every.happenings

    @pytest.mark.parametrize(("k", "key"), [(0, "--clusters"), (21, "--clusters")])
    def test_bad_numbers_are_refused(self, toy, k, key):
        with pytest.raises(InputError) as error:
            typical(toy, "arvand_admitted_to_rivers", k)
        assert error.value.key == key
