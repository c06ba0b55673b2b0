"""What follows from statuses and depths: refreshing a few rows equals refreshing everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.derived import major_threshold, median_capability, update_all, update_body
from steppe.mechanisms.institutions import dissolve, merge, set_depth
from steppe.mechanisms.membership import change_status
from steppe.world.synthetic import make_world, synthetic_world

from .support import DERIVED, begun, default_parameters, leaves

N, M = 6, 4


def in_use(record):
    """The derived fields, without what stands beyond the ends of lists and of the world."""
    n, m = int(record["n"][0]), int(record["m"][0])
    found = {}
    for name, values in leaves(record).items():
        if name not in DERIVED:
            continue
        if name.startswith("pair."):
            values = values[:, :n, : n + 1]
        elif name.startswith("actor."):
            values = values[:, :n]
        elif name == "body.customs":
            values = values[:, : int(record["n_customs"][0])]
        elif name.startswith("body."):
            values = values[:, :m]
        elif name == "roll.member":
            counts = record["body"]["n_members"][0, :m]
            values = np.concatenate([values[0, o, :count] for o, count in enumerate(counts)])
        elif name.startswith("roll."):
            values = values[:, :m, :n]
        found[name] = values
    return found


def same_as_afresh(record):
    """A copy refreshed as a whole has the same derived fields; sums may differ by their order only."""
    fresh = record.copy()
    update_all(fresh[0])
    for (name, kept), wanted in zip(in_use(record).items(), in_use(fresh).values(), strict=True):
        np.testing.assert_allclose(kept, wanted, rtol=1e-13, atol=1e-15, err_msg=name)


moves = st.lists(
    st.one_of(
        st.tuples(st.just("status"), st.integers(0, N - 1), st.integers(0, M - 1), st.integers(0, 3)),
        st.tuples(st.just("depth"), st.integers(0, M - 1), st.floats(0, 1)),
        st.tuples(st.just("dissolve"), st.integers(0, M - 1)),
        st.tuples(st.just("merge"), st.integers(0, M - 1), st.integers(0, M - 1)),
    ),
    max_size=12,
)


class TestRefresh:
    @given(seed=st.integers(0, 300), moves=moves)
    def test_by_row_equals_afresh(self, seed, moves):
        """After every change of a status or a depth, dissolution and merger."""
        record = begun(small_world(N, M, seed), random_parameters(seed))
        state = record[0]
        for kind, *what in moves:
            alive = state["body"]["alive"]
            if kind == "status" and alive[what[1]]:
                change_status(state, *what)
            elif kind == "depth" and alive[what[0]]:
                set_depth(state, *what)
            elif kind == "dissolve" and alive[what[0]]:
                dissolve(state, *what)
            elif kind == "merge" and what[0] != what[1] and alive[what[0]] and alive[what[1]]:
                merge(state, *what, 1.0)
            same_as_afresh(record)

    def test_over_a_larger_world(self):
        """Thirty states, fifteen bodies, two hundred changes."""
        rng = np.random.default_rng(0)
        record = begun(synthetic_world(30, 15, seed=3))
        for _ in range(200):
            change_status(record[0], int(rng.integers(30)), int(rng.integers(15)), int(rng.integers(4)))
        same_as_afresh(record)

    def test_the_two_deepest_by_hand(self):
        """Four common bodies of pure trade: .7 from body 2, and .5 if that one were not."""
        status = np.full((2, 4), 2)
        world = make_world(2, 4, depth=[0.3, 0.5, 0.7, 0.1], scope=[(1, 0, 0, 0)] * 4, status=status)
        pair = begun(world)["pair"][0, 1, 0]
        assert (pair["trade1"], pair["trade2"], pair["trade1_by"]) == (0.7, 0.5, 2)

    def test_burden(self):
        """Σ_{k≠i} θ_jk (1 − θ_ik) c_k by brute force; also as set up from the world."""
        world = small_world(6, 2, 5)
        record = begun(world)
        expected = np.zeros((6, 6))
        for i in range(6):
            for j in range(6):
                for k in range(6):
                    if k != i:
                        expected[i, j] += world.threat[j, k] * (1 - world.threat[i, k]) * world.capability[k]
        np.testing.assert_allclose(record["pair"]["burden"][0, :6, :6], expected, atol=1e-15)
        update_all(record[0])
        np.testing.assert_allclose(record["pair"]["burden"][0, :6, :6], expected, atol=1e-15)


class TestMajorPowers:
    @given(sizes=st.lists(st.floats(0.001, 1), min_size=1, max_size=9))
    def test_median(self, sizes):
        """That of numpy; of an even number, the mean of the middle two."""
        capability = np.array(sizes) / sum(sizes)
        n = len(sizes)
        record = begun(make_world(n, 1, poles=("S0",), capability=capability, status=np.full((n, 1), 2)))
        found = median_capability(record[0], record[0]["roll"][0], n)
        assert found == pytest.approx(float(np.median(capability)), rel=1e-14)

    def test_threshold(self):
        """max(multiple × median, floor), never passed where there are no members."""
        p = default_parameters()
        capability = [0.94] + [0.002] * 30
        record = begun(make_world(31, 1, capability=capability, status=np.full((31, 1), 2)))
        assert record["body"]["threshold"][0, 0] == p["membership.major_floor"]
        assert record["roll"]["major"][0, 0, :31].tolist() == [1] + [0] * 30
        assert major_threshold(record[0], record[0]["roll"][0], 0) == np.inf

    def test_a_dead_body_has_no_members(self):
        """Whatever the statuses say."""
        record = begun(make_world(3, 1, status=np.full((3, 1), 2)))
        record["body"]["alive"][0, 0] = 0
        update_body(record[0], 0)
        assert record["body"]["n_members"][0, 0] == 0 and not record["roll"]["major"][0, 0].any()
