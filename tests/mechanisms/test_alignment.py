"""Alignment and leverage: shares, bounds, closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms.alignment import leverage, leverage_inside, shares_of
from steppe.world.synthetic import make_world

from .contract import MechanismContract
from .support import advance, begun, default_parameters

MEMBER = 2


class TestAlignment(MechanismContract):
    name = "alignment"
    owns = frozenset({"shares", "actor.concentration"})
    kept_when_off = (
        frozenset()
    )  # shares are looked at in any case; the switch takes the cost of concentration out

    def prepare(self, record):
        """Ties that have not been looked at yet."""
        record["pair"]["affinity"] = 0.5 * record["pair"]["affinity"] + 0.1

    def test_off_takes_out_the_cost_of_concentration(self):
        """docs/equations.md: alignment switched off, Q_concentration = 0; see test_value for it switched
        on.
        """
        from steppe.mechanisms.state import OF_CONCENTRATION, TERMS
        from steppe.mechanisms.value import value_now

        found = {}
        for on in (True, False):
            record = begun(small_world(6, 4, 1), random_parameters(1), {"alignment": on})
            found[on] = []
            for i in range(6):
                value_now(record[0], i, 1)
                found[on].append(float(record["scratch"][0, TERMS, OF_CONCENTRATION]))
        assert any(found[True]) and not any(found[False])


class TestShares:
    @given(seed=st.integers(0, 2000))
    def test_sum_to_one_and_bound_concentration(self, seed):
        """A distribution over the K_i poles other than i has 1/K_i ≤ Σ A² ≤ 1."""
        world = small_world(3 + seed % 6, 3, seed)
        record = advance(begun(world, random_parameters(seed)), 3)
        for i in range(len(world.states)):
            out = np.zeros(len(world.poles))
            concentration = shares_of(record[0], i, out)
            others = sum(pole != i for pole in world.pole_index)
            assert out.sum() == pytest.approx(1, abs=1e-12) and (out >= 0).all()
            assert 1 / others - 1e-12 <= concentration <= 1 + 1e-12
            assert concentration == pytest.approx(float((out**2).sum()), rel=1e-14)

    def test_no_ties_mean_even_shares(self):
        """Nobody to lean on: 1/K each, and a pole is not aligned with itself."""
        record = begun(make_world(5, 0, poles=("S0", "S1", "S2")))
        np.testing.assert_array_equal(record["shares"][0, 3, :3], 1 / 3)
        np.testing.assert_array_equal(record["shares"][0, 0, :3], [0, 0.5, 0.5])

    def test_ties_by_salience(self):
        """T = σ·(trade share, pact, positive affinity, transit), by hand for two poles."""
        tie, transit, affinity, share0 = (
            np.zeros((3, 3)),
            np.zeros((3, 3)),
            np.zeros((3, 3)),
            np.zeros((3, 4)),
        )
        tie[2, 0] = tie[0, 2] = 0.3
        transit[2, 1] = 0.8
        affinity[2, 1] = affinity[1, 2] = 0.5
        affinity[2, 0] = affinity[0, 2] = -0.5
        share0[:] = [[1, 0, 0, 0], [0, 1, 0, 0], [0.1, 0.2, 0.6, 0.1]]
        salience = np.tile([0.4, 0.3, 0.2, 0.1], (3, 1))
        world = make_world(
            3, 0, tie=tie, transit=transit, affinity_structural=affinity, share0=share0, salience=salience
        )
        record = begun(world)
        first = 0.4 * 0.1 / 0.4 + 0.3 * 0.3
        second = 0.4 * 0.2 / 0.4 + 0.2 * 0.5 + 0.1 * 0.8
        np.testing.assert_allclose(
            record["shares"][0, 2, :2], np.array([first, second]) / (first + second), rtol=1e-14
        )


class TestLeverage:
    def world(self, **arrays):
        """A hegemon 0, a small state 1 whose trade, transit and protection hang on it, and a third state."""
        given = dict(
            capability=[0.8, 0.1, 0.1],
            share0=[[1, 0, 0, 0], [0.12, 0.6, 0.0, 0.28], [0, 0, 1, 0]],
            tie=[[0, 0.5, 0], [0.5, 0, 0.3], [0, 0.3, 0]],
            transit=[[0, 0, 0], [0.9, 0, 0], [0, 0, 0]],
        )
        return make_world(3, 1, **given | arrays)

    def test_closed_form(self):
        """(1 − c_i/c_k)[w_t min(1, 2 ts) + w_p (its part of P) + w_r R]."""
        p = default_parameters()
        held = 0.5 * 0.8 / (0.5 * 0.8 + 0.3 * 0.1)
        expected = (1 - 0.1 / 0.8) * (
            p["membership.lev_trade"] * 2 * 0.12 / 0.4
            + p["membership.lev_protection"] * held
            + p["membership.lev_transit"] * 0.9
        )
        assert leverage(begun(self.world())[0], 1, 0) == pytest.approx(expected, rel=1e-12)

    def test_a_pact_at_or_under_a_quarter_gives_no_hold(self):
        """g = 0 unless pact > .25."""
        weak = begun(self.world(tie=[[0, 0.25, 0], [0.25, 0, 0.3], [0, 0.3, 0]]))
        p = default_parameters()
        expected = 0.875 * (p["membership.lev_trade"] * 0.6 + p["membership.lev_transit"] * 0.9)
        assert leverage(weak[0], 1, 0) == pytest.approx(expected, rel=1e-12)

    def test_none_without_asymmetry(self):
        """An equal, a smaller and oneself have no leverage."""
        state = begun(self.world())[0]
        assert (
            leverage(state, 0, 1)
            == leverage(state, 1, 2)
            == leverage(state, 2, 1)
            == leverage(state, 1, 1)
            == 0
        )

    def test_none_with_pressure_off(self):
        """The switch `pressure`."""
        assert leverage(begun(self.world(), switches={"pressure": False})[0], 1, 0) == 0

    def test_a_crisis_raises_it(self):
        """By 1 + crisis of the one who is in it; the partner's own does nothing; 1 is the end."""
        record = begun(self.world())
        calm = leverage(record[0], 1, 0)
        record["actor"]["crisis"][0, :2] = (0.9, 0.3)
        assert leverage(record[0], 1, 0) == pytest.approx(1.3 * calm, rel=1e-14)
        record["actor"]["crisis"][0, 1] = 50
        assert leverage(record[0], 1, 0) == 1

    @given(seed=st.integers(0, 2000))
    def test_bounds(self, seed):
        """Leverage lies in [0, 1], in crises too."""
        world = small_world(5, 3, seed)
        state = advance(begun(world, seed=seed), 2)[0]
        state["actor"]["crisis"][: 1 + seed % 5] = seed % 7
        found = [leverage(state, i, k) for i in range(5) for k in range(5)]
        assert all(0 <= value <= 1 for value in found)

    @pytest.mark.parametrize(("inside", "expected"), [(True, True), (False, False)])
    def test_inside_a_body_counts_majors_among_its_members(self, inside, expected):
        """L_io = L of the hegemon where it is a member and a major power there, else 0."""
        status = [[MEMBER * inside], [MEMBER], [MEMBER]]
        state = begun(self.world(status=status))[0]
        found = leverage_inside(state, 1, 0)
        assert found == (leverage(state, 1, 0) if expected else 0)
        assert (found > 0) == expected
