"""What a world refuses, and what a permutation leaves alone."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppe.errors import InputError
from steppe.world.arrays import World, array_specs, entity_keys
from steppe.world.synthetic import make_world, synthetic_world

small_worlds = st.builds(
    synthetic_world,
    states=st.integers(1, 14),
    organisations=st.integers(0, 7),
    seed=st.integers(0, 2**32 - 1),
)


def _with(name: str, cell: tuple[int, ...], value: float, world: World | None = None) -> World:
    """A sound world with one cell changed."""
    start = world or make_world(3, 2)
    array = getattr(start, name).astype(float)
    array[cell] = value
    return replace(start, **{name: array})


class TestValidate:
    @pytest.mark.parametrize("name", [n for n, s in array_specs().items() if s.dtype is np.float64])
    def test_not_a_number_is_refused_everywhere(self, name: str) -> None:
        world = make_world(3, 2)
        cell = (0,) * getattr(world, name).ndim
        with pytest.raises(InputError, match="not a finite number"):
            _with(name, cell, np.nan).validate()

    @pytest.mark.parametrize("name", list(array_specs()))
    def test_wrong_shape_is_refused_everywhere(self, name: str) -> None:
        world = make_world(3, 2)
        longer = np.concatenate([getattr(world, name)] * 2)
        with pytest.raises(InputError, match=f"{name} has the wrong shape"):
            replace(world, **{name: longer}).validate()

    @pytest.mark.parametrize(
        ("name", "cell", "value", "message"),
        [
            ("share0", (1, 0), 0.2, r"share0\[S1\] does not sum to 1"),
            ("salience", (2, 3), 0.5, r"salience\[S2\] does not sum to 1"),
            ("scope", (1, 0), 0.5, r"scope\[O1\] does not sum to 1"),
            ("capability", (0,), 0.5, "capability must sum to 1"),
            (
                "affinity_structural",
                (0, 1),
                0.5,
                r"affinity_structural\[S0, S1\] differs from its mirror image",
            ),
            ("proximity", (0, 2), 0.5, "mirror image"),
            ("conflict", (0, 2), 0.5, "mirror image"),
            ("tie", (1, 2), 0.5, "mirror image"),
            ("incompatible", (0, 1), 1, "mirror image"),
            ("affinity_structural", (0, 1), -1.5, "outside -1 to 1"),
            ("threat", (0, 1), 1.5, "outside 0 to 1"),
            ("threat", (1, 1), 0.5, r"threat\[S1, S1\] is on the diagonal"),
            ("transit", (2, 2), 0.5, "on the diagonal"),
            ("gdp", (1,), 0, r"gdp\[S1\] must be positive"),
            ("nonstate_threat", (1,), -0.1, "outside"),
            ("depth", (0,), 1.2, r"depth\[O0\] is outside 0 to 1"),
            ("rule", (0,), 7, "outside 0 to 4"),
            ("status", (0, 0), 4, r"status\[S0, O0\] is outside 0 to 3"),
            ("pole_index", (0,), 2, "does not point at the poles"),
            ("alive", (1,), 0, "O1 is not alive but has depth or members"),
            ("state_key", (0,), 1, "state_key is not that of the names"),
        ],
    )
    def test_each_fault_is_named(self, name: str, cell: tuple[int, ...], value: float, message: str) -> None:
        with pytest.raises(InputError, match=message):
            _with(name, cell, value).validate()

    def test_whole_numbers_are_not_rounded(self) -> None:
        with pytest.raises(InputError, match="status must be whole numbers"):
            make_world(3, 2, status=np.full((3, 2), 0.5))

    def test_text_is_not_an_array(self) -> None:
        with pytest.raises(InputError, match="autonomy is not an array of numbers"):
            make_world(3, 2, autonomy=["a", "b", "c"])

    def test_a_name_twice_is_refused(self) -> None:
        with pytest.raises(InputError, match="twice among the states"):
            make_world(("A", "A"), 1, poles=("A",))


class TestWorld:
    def test_arrays_are_read_only_and_stay_so_in_another_process(self) -> None:
        world = pickle.loads(pickle.dumps(make_world(3, 2)))
        for name in array_specs():
            assert not getattr(world, name).flags.writeable, name
        with pytest.raises(ValueError, match="read-only"):
            world.gdp[0] = 2

    def test_names_lead_to_rows(self) -> None:
        world = make_world(("ARM", "AZE"), ("CLUB",), status=[[2], [1]])
        assert (world.state_index("AZE"), world.organisation_index("CLUB")) == (1, 0)
        assert world.members("CLUB") == ("ARM",)
        with pytest.raises(InputError) as refused:
            world.state_index("AZR")
        assert refused.value.nearest in ("AZE", "ARM")

    def test_every_array_says_what_it_is(self) -> None:
        for name, spec in array_specs().items():
            assert spec.unit and spec.meaning, name


class TestKeys:
    def test_key_is_the_published_digest(self) -> None:
        digest = hashlib.blake2b(b"state:KAZ", digest_size=4).digest()
        assert entity_keys("state", ["KAZ"])[0] == int.from_bytes(digest, "little")
        assert entity_keys("organisation", ["KAZ"])[0] != entity_keys("state", ["KAZ"])[0]

    def test_two_names_on_one_key_are_refused(self) -> None:
        """A pair found by search among 2^32 keys (a birthday needs some 80,000 names)."""
        seen: dict[int, str] = {}
        for number in range(400_000):
            name = f"N{number}"
            key = int.from_bytes(hashlib.blake2b(f"state:{name}".encode(), digest_size=4).digest(), "little")
            if key in seen:
                break
            seen[key] = name
        with pytest.raises(InputError, match="would share their random draws"):
            entity_keys("state", [seen[key], name])


class TestPermuted:
    @given(small_worlds, st.randoms(use_true_random=False))
    def test_there_and_back_is_the_same(self, world: World, random: Any) -> None:
        rows = random.sample(range(len(world.states)), len(world.states))
        bodies = random.sample(range(len(world.organisations)), len(world.organisations))
        there = world.permuted(rows, bodies).validate()
        back = there.permuted(np.argsort(rows).tolist(), np.argsort(bodies).tolist())
        assert back.states == world.states and back.organisations == world.organisations
        for name in array_specs():
            assert (getattr(back, name) == getattr(world, name)).all(), name

    @given(small_worlds, st.randoms(use_true_random=False))
    def test_values_follow_their_names(self, world: World, random: Any) -> None:
        rows = random.sample(range(len(world.states)), len(world.states))
        there = world.permuted(rows, range(len(world.organisations)))
        assert there.poles == world.poles
        for a in world.states:
            i, p = world.state_index(a), there.state_index(a)
            assert world.state_key[i] == there.state_key[p]
            assert world.share0[i, -1] == there.share0[p, -1]
            for b in world.states:
                j, q = world.state_index(b), there.state_index(b)
                assert world.threat[i, j] == there.threat[p, q]
                assert world.share0[i, j] == there.share0[p, q]

    def test_not_a_permutation(self) -> None:
        with pytest.raises(InputError, match="not a permutation"):
            make_world(3, 2).permuted([0, 1, 1], [0, 1])


class TestMadeUp:
    @given(small_worlds)
    def test_small_worlds_are_sound(self, world: World) -> None:
        world.validate()

    def test_benchmark_world_has_the_shape_of_the_real_one(self) -> None:
        world = synthetic_world()
        assert world.share0.shape == (195, 196)
        assert world.share0.diagonal() == pytest.approx(np.full(195, 0.7))
        members = (world.status == 2).sum(axis=0)
        assert 3 <= np.median(members) <= 15
        assert 1 <= (members > 100).sum() <= 20

    def test_same_seed_same_world(self) -> None:
        assert (synthetic_world(9, 4, 3).share0 == synthetic_world(9, 4, 3).share0).all()
        assert (synthetic_world(9, 4, 3).gdp != synthetic_world(9, 4, 4).gdp).any()

    def test_unknown_array_is_named(self) -> None:
        with pytest.raises(InputError) as refused:
            make_world(3, 2, salence=np.ones((3, 4)))
        assert refused.value.nearest == "salience"

    def test_pole_must_be_a_state(self) -> None:
        with pytest.raises(InputError, match="pole 'S9' is not a state"):
            make_world(3, 2, poles=("S9",))
