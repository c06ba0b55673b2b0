"""What follows from statuses and depths: refreshing a few rows equals refreshing everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.derived import major_threshold, median_capability, update_all, update_body
from steppe.mechanisms.institutions import dissolve, merge, set_depth
from steppe.mechanisms.membership import change_status
from steppe.world.agenda import Agenda
from steppe.world.synthetic import make_world, synthetic_world

from .support import DERIVED, advance, begun, default_parameters, leaves

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


def with_instruments(world, enrolled, strength=0.25, relief=0.6, active=1):
    """The world with instruments of identity. enrolled : (I, N) flags; the rest a number, or one for each."""
    enrolled = np.asarray(enrolled, np.int64)
    count = len(enrolled)
    agenda = Agenda(
        instruments=tuple(f"I{number}" for number in range(count)),
        strength=np.full(count, strength, float),
        relief=np.full(count, relief, float),
        active=np.full(count, active, np.int64),
        enrolled=enrolled,
    )
    return replace(world, agenda=agenda)


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
        enrolled = np.random.default_rng(seed).integers(0, 2, (2, N))
        world = with_instruments(small_world(N, M, seed), enrolled, [0.2, 0.3], [0.3, 0.5])
        record = begun(world, random_parameters(seed))
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

    def test_common_by_hand(self):
        """The depth of the deepest common body whatever its scope; observers and the dead have nothing in common."""
        status = np.array([[2, 2, 2, 2], [2, 2, 1, 2], [0, 2, 2, 0]])
        scope = [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)]
        world = make_world(3, 4, depth=[0.3, 0.1, 0.9, 0.5], scope=scope, status=status)
        record = begun(world)
        expected = np.array([[0, 0.5, 0.9], [0.5, 0, 0.1], [0.9, 0.1, 0]])
        np.testing.assert_array_equal(record["pair"]["common"][0, :3, :3], expected)
        dissolve(record[0], 2)
        dissolve(record[0], 3)
        expected = np.array([[0, 0.3, 0.1], [0.3, 0, 0.1], [0.1, 0.1, 0]])
        np.testing.assert_array_equal(record["pair"]["common"][0, :3, :3], expected)

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


IDENTITY = (0.0, 0.0, 1.0, 0.0)


class TestInstruments:
    """Instruments of identity: alphabets, games, funds; and bodies that are instruments."""

    def pairs(self, world, **switches):
        """Contact and relief between three states."""
        pair = begun(world, switches=switches)["pair"][0, :3, :3]
        np.testing.assert_array_equal(pair["contact"], pair["contact"].T)
        np.testing.assert_array_equal(pair["relief"], pair["relief"].T)
        upper = np.triu_indices(3, 1)
        return pair["contact"][upper].tolist(), pair["relief"][upper].tolist()

    def test_add_contact_and_relieve(self):
        """Strengths add to the contact of bodies, up to 1; the strongest relief counts. Pairs 01, 02, 12."""
        bare = make_world(3, 1, scope=[IDENTITY], depth=[0.3], status=[[2], [2], [0]])
        world = with_instruments(bare, [[1, 1, 1], [0, 1, 1]], [0.25, 0.5], [0.6, 0.2])
        assert self.pairs(world) == ([0.3 + 0.25, 0.25, 0.75], [0.6, 0.6, 0.6])
        assert self.pairs(with_instruments(bare, [[1, 1, 0]], 0.9))[0] == [1, 0, 0]
        assert self.pairs(with_instruments(bare, [[1, 1, 1]], active=0)) == ([0.3, 0, 0], [0, 0, 0])

    def test_beside_a_body_that_is_one(self):
        """The relief of a body is 1; an instrument beside it adds contact only."""
        bare = make_world(3, 1, scope=[IDENTITY], depth=[0.3], status=[[2], [2], [1]], instrument=[1])
        assert self.pairs(with_instruments(bare, [[1, 1, 1]], 0.25, 0.5))[1] == [1, 0.5, 0.5]

    def test_off(self):
        """`instruments` off: no instrument counts, bodies that are instruments keep their contact and relieve nothing."""
        bare = make_world(3, 1, scope=[IDENTITY], depth=[0.3], status=[[2], [2], [0]], instrument=[1])
        assert self.pairs(bare) == ([0.3, 0, 0], [1, 0, 0])
        assert self.pairs(with_instruments(bare, [[1, 1, 1]]), instruments=False) == ([0.3, 0, 0], [0, 0, 0])

    def test_the_switch_takes_effect_in_a_run(self):
        """What is derived is refreshed with the intervention that throws it."""
        world = with_instruments(make_world(3, 0), [[1, 1, 1]])
        record = begun(world)
        off = {"step": 1, "kind": "mechanism", "mechanism": "instruments", "on": False}
        advance(record, 1, world, [off])
        assert record["pair"]["relief"][0, 0, 1] == 0.6
        advance(record, 1, world, [off], first=1)
        assert record["pair"]["relief"][0, 0, 1] == record["pair"]["contact"][0, 0, 1] == 0


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
