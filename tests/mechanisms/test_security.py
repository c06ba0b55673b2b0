"""Security: need by closed form, and how it moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.security import pact_of, pact_without, update_security
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import advance, begun, default_parameters

MEMBER = 2
SECURITY = (0.0, 1.0, 0.0, 0.0)
unit = st.floats(0, 1)


def both(value):
    """A symmetric 2 × 2 matrix with an empty diagonal."""
    return [[0, value], [value, 0]]


class TestSecurity(MechanismContract):
    name = "security"
    owns = frozenset({"actor.danger", "actor.protection", "actor.need"})
    kept_when_off = frozenset({"actor.need"})

    def prepare(self, record):
        """Threat that has not been looked at yet."""
        record["actor"]["shock"] += 0.01


class TestNeed:
    @given(
        threat=unit, near=unit, tie=unit, affinity=st.floats(-1, 1), prestige=st.floats(0, 2),
        nonstate=st.floats(0, 0.1), shock=st.floats(0, 0.05), size=st.floats(0.05, 0.95),
    )  # fmt: skip
    def test_two_states(self, threat, near, tie, affinity, prestige, nonstate, shock, size):
        """n/(n + P + c) written out for a state with one neighbour."""
        world = make_world(
            2, 0, capability=[1 - size, size], threat=[[0, threat], [0, 0]],
            proximity=both(near), tie=both(tie),
            affinity_structural=both(affinity), nonstate_threat=[nonstate, 0],
        )  # fmt: skip
        record = begun(world)
        record["actor"]["prestige"][0, 1] = prestige
        record["actor"]["shock"][0, 0] = shock
        update_security(record[0])
        diffuse = default_parameters()["security.diffuse_threat"]
        danger = threat * size + diffuse * near * max(0, 0.3 - affinity) / 1.3 * size + nonstate + shock
        cover = tie * size * (1 + prestige) * (1 + affinity) / 2
        expected = danger / (danger + cover + 1 - size)
        assert record["actor"]["need"][0, 0] == pytest.approx(expected, rel=1e-12, abs=1e-15)

    @given(seed=st.integers(0, 2000))
    def test_lies_between_zero_and_one(self, seed):
        """A share of itself plus what is not negative."""
        record = begun(small_world(3 + seed % 6, 3, seed), random_parameters(seed))
        advance(record, 3)
        assert ((record["actor"]["need"] >= 0) & (record["actor"]["need"] <= 1)).all()

    def test_is_zero_without_danger(self):
        """Neighbours above an affinity of .3 pose no diffuse threat."""
        record = begun(make_world(2, 0, proximity=both(1), affinity_structural=both(0.3)))
        assert (record["actor"]["need"][0, :2] == 0).all()

    def test_falls_with_each_rung_of_a_pact(self):
        """More protection against the same danger; strictly, while the partner is not an enemy."""
        found = []
        for rung in (0, 0.1, 0.3, 0.5, 0.7, 0.9):
            record = begun(make_world(2, 0, tie=both(rung), nonstate_threat=[0.1, 0.1]))
            found.append(float(record["actor"]["need"][0, 0]))
        assert found == sorted(found, reverse=True) and len(set(found)) == 6

    def test_prestige_counts_with_demonstration(self):
        """(1 + prestige) in what a partner is worth; with the switch off it is as if nothing had been shown."""
        world = make_world(2, 0, tie=both(0.5), nonstate_threat=[0.1, 0.1])
        for on, factor in ((True, 1.8), (False, 1.0)):
            record = begun(world, switches={"demonstration": on})
            record["actor"]["prestige"][0, 1] = 0.8
            update_security(record[0])
            assert record["actor"]["protection"][0, 0] == pytest.approx(0.5 * 0.5 * factor / 2, rel=1e-14)

    def test_a_hated_ally_protects_nobody(self):
        """(1 + a)/2 = 0 at a = −1."""
        world = make_world(2, 0, tie=both(0.9), nonstate_threat=[0.1, 0], affinity_structural=both(-1))
        record = begun(world)
        assert record["actor"]["protection"][0, 0] == 0


class TestPacts:
    def test_the_highest_of_tie_and_bodies(self):
        """pact = max(tie, h s over common bodies); without a body, the second deepest or the tie."""
        status = np.full((2, 2), MEMBER)
        world = make_world(2, 2, depth=[0.9, 0.5], scope=[SECURITY] * 2, status=status, tie=both(0.3))
        record = begun(world)
        state = record[0]
        assert (pact_of(state, 0, 1), pact_without(state, 0, 1, 0), pact_without(state, 0, 1, 1)) == (
            0.9,
            0.5,
            0.9,
        )
        record["seat"]["status"][0, 1, :2] = (1, 3)
        update_all(state)
        assert pact_of(state, 0, 1) == 0.3, "observers and suspended members are in no pact"
        assert pact_of(state, 0, 0) == 0
