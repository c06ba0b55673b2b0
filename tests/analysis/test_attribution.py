"""Shapley values of games whose values are known, and the errors of what is estimated of them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from steppe.analysis import shapley
from steppe.analysis.attribution import Shares
from steppe.analysis.intervals import paired_probability_interval


def game(k, worth):
    """(2^k,) what a function of the set of switches that are on gives for each coalition."""
    return np.array([worth({i for i in range(k) if on[i]}) for on in shapley.switches_on(k)], float)


def by_orders(outcomes, k):
    """The definition, order by order: the mean of what each switch adds at its turn (Shapley 1953)."""
    total = np.zeros(k)
    orders = list(permutations(range(k)))
    for order in orders:
        coalition = 0
        for i in order:
            total[i] += outcomes[coalition | 1 << i] - outcomes[coalition]
            coalition |= 1 << i
    return total / len(orders)


class TestShapleyValues:
    def test_of_an_additive_game_are_its_terms(self):
        """Whoever adds the same in every coalition adds that in every order."""
        own = np.array([3.0, -1.5, 0.25, 8.0])
        found = shapley.shapley_values(game(4, lambda on: sum(own[i] for i in on) + 7))
        np.testing.assert_allclose(found, own, atol=1e-12)

    def test_of_and_are_equal_shares(self):
        """Nothing happens without all of them, so that each is last in 1/k of the orders and adds it all then."""
        for k in (2, 3, 5):
            found = shapley.shapley_values(game(k, lambda on, k=k: len(on) == k))
            np.testing.assert_allclose(found, np.full(k, 1 / k), atol=1e-15)

    def test_of_or_are_equal_shares_too(self):
        """The first of any order does it all."""
        np.testing.assert_allclose(shapley.shapley_values(game(3, bool)), np.full(3, 1 / 3), atol=1e-15)

    def test_of_a_dummy_is_nought(self):
        """A switch that changes nothing in any coalition; the others' values are those of the game without it."""
        with_it = shapley.shapley_values(game(3, lambda on: ({0, 2} <= on) * 4.0))
        np.testing.assert_array_equal(with_it, [2, 0, 2])

    def test_of_the_glove_game(self):
        """One left glove, two right ones: 2/3 and 1/6 each (a textbook's example; by the six orders)."""
        found = shapley.shapley_values(game(3, lambda on: 0 in on and len(on) > 1))
        np.testing.assert_allclose(found, [2 / 3, 1 / 6, 1 / 6], atol=1e-15)

    @pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
    def test_of_any_game_are_the_means_over_orders(self, k):
        outcomes = np.random.default_rng(k).normal(size=2**k)
        np.testing.assert_allclose(shapley.shapley_values(outcomes), by_orders(outcomes, k), atol=1e-12)

    @pytest.mark.parametrize("k", [1, 3, 8])
    def test_sum_to_the_difference_in_each_replicate(self, k):
        """Efficiency; of events, which are whole numbers, k! times the values do so without any rounding."""
        events = np.random.default_rng(1).integers(0, 2, (2**k, 50)).astype(float)
        apart = events[-1] - events[0]
        np.testing.assert_allclose(shapley.shapley_values(events).sum(axis=0), apart, atol=1e-12)
        times = (shapley.value_weights(k).astype(float) @ events).sum(axis=0)
        np.testing.assert_array_equal(times, float(np.prod(np.arange(1, k + 1))) * apart)

    def test_are_linear(self):
        """The value of the mean game is the mean of the replicates' values."""
        outcomes = np.random.default_rng(2).normal(size=(16, 30))
        np.testing.assert_allclose(
            shapley.shapley_values(outcomes).mean(axis=1), shapley.shapley_values(outcomes.mean(axis=1))
        )

    def test_follow_their_switches_in_another_order(self):
        """Symmetry: naming the switches in another order permutes the values."""
        outcomes = np.random.default_rng(3).normal(size=8)
        order = [2, 0, 1]  # new switch n is the old switch order[n]
        moved = np.array(
            [outcomes[sum(1 << order[n] for n in range(3) if number >> n & 1)] for number in range(8)]
        )
        np.testing.assert_allclose(shapley.shapley_values(moved), shapley.shapley_values(outcomes)[order])


class TestInteractions:
    def test_of_and_or_and_a_sum(self):
        """Two that need each other: +1; two that replace each other: −1; two that add up: 0 (Grabisch & Roubens 1999)."""
        assert shapley.interactions(game(2, lambda on: len(on) == 2)).tolist() == [1]
        assert shapley.interactions(game(2, bool)).tolist() == [-1]
        assert shapley.interactions(game(2, lambda on: float(len(on)))).tolist() == [0]

    def test_of_three_is_the_mean_over_the_third(self):
        """AND of three: i and j need each other where the third is on, which is half the weight."""
        np.testing.assert_allclose(shapley.interactions(game(3, lambda on: len(on) == 3)), [0.5] * 3)

    def test_of_one_switch_there_are_none(self):
        assert shapley.interactions(np.array([[0.0, 1.0], [1.0, 1.0]])).shape == (0, 2)


def test_alone_in_either_direction():
    """AND: removing either removes it all, adding either adds nothing."""
    outcomes = game(2, lambda on: len(on) == 2)
    assert shapley.removed_alone(outcomes).tolist() == [1, 1]
    assert shapley.added_alone(outcomes).tolist() == [0, 0]


class TestShares:
    def test_of_two_coalitions_are_a_paired_difference(self):
        """With one switch the Shapley value is the difference, and its interval Bonett and Price's."""
        outcomes = np.random.default_rng(4).integers(0, 2, (2, 200)).astype(float)
        (one,) = Shares(outcomes, True).contributions([("a",)])
        gained, lost = ((outcomes[1] - outcomes[0] == sign).sum() for sign in (1, -1))
        low, high = paired_probability_interval(gained, lost, np.array(200))
        assert one.shapley.value == pytest.approx((gained - lost) / 200)
        assert (one.shapley.low, one.shapley.high) == pytest.approx((float(low), float(high)))
        assert one.shapley == one.removed_alone == one.added_alone

    def test_an_error_is_that_of_the_paired_mean(self):
        """By hand: sd of the replicates' values over the root of their number."""
        outcomes = np.array([[0, 0, 0, 0], [1, 2, 3, 4], [2, 2, 2, 2], [5, 6, 8, 9]], float)
        one, other = Shares(outcomes, False).contributions([("a",), ("b",)])
        values = np.array([(1 + 3) / 2, (2 + 4) / 2, (3 + 6) / 2, (4 + 7) / 2])
        assert one.shapley.value == pytest.approx(values.mean())
        assert one.shapley.std_error == pytest.approx(values.std(ddof=1) / 2)
        assert one.share.value + other.share.value == pytest.approx(1)

    def test_what_nobody_saw_has_an_interval_all_the_same(self):
        """No replicate differs: ± z √2/(n + 2), as for a paired difference."""
        (one, _) = Shares(np.ones((4, 98)), True).contributions([("a",), ("b",)])
        assert one.shapley.value == 0
        assert (one.shapley.low, one.shapley.high) == pytest.approx((-0.0277, 0.0277), abs=1e-4)
        assert one.share is None  # of a difference that is not there

    def test_a_share_that_nobody_saw_has_one_too(self):
        """A dummy beside a switch that does it all: the interval of its value, over the difference."""
        moved = np.arange(200) % 2.0
        one, other = Shares(np.stack([0 * moved, moved, 0 * moved, moved]), True).contributions(
            [("a",), ("b",)]
        )
        assert (one.share.value, other.share.value) == (1, 0)
        assert (other.share.low, other.share.high) == pytest.approx(
            (other.shapley.low / 0.5, other.shapley.high / 0.5)
        )
        assert other.share.low < 0 < other.share.high

    def test_between_draws_errors_are_those_of_the_draws(self):
        """Replicates that are alike within a draw count once: as many draws, the same error."""
        one = np.random.default_rng(5).normal(size=(4, 10))
        often, draws = np.repeat(one, 6, axis=1), np.repeat(np.arange(10), 6)
        (single, _), (many, _) = (
            Shares(one, False).contributions([("a",), ("b",)]),
            Shares(often, False, draws).contributions([("a",), ("b",)]),
        )
        assert many.shapley.std_error == pytest.approx(single.shapley.std_error)
        assert (many.shapley.low, many.shapley.high) == pytest.approx(
            (single.shapley.low, single.shapley.high)
        )

    def test_intervals_cover_as_often_as_they_say(self):
        """500 samples of 60 replicates of a game of chance whose value is known: 92 to 98 of 100 hold it.

        Each of two switches makes the event happen by itself with probability 0.5: φ = (1 − 0.5²)/2 = 0.375 by symmetry.
        """
        rng = np.random.default_rng(6)
        held = 0
        for _ in range(500):
            a, b = rng.random((2, 60)) < 0.5
            outcomes = np.array([np.zeros(60), a, b, a | b], float)
            (one, _) = Shares(outcomes, True).contributions([("a",), ("b",)])
            held += one.shapley.low <= 0.375 <= one.shapley.high
        assert 460 <= held <= 490

    def test_interactions_are_in_the_order_of_the_pairs(self):
        outcomes = np.stack([game(3, lambda on: float({0, 2} <= on))] * 5, axis=1)
        found = {(i, j): one.value for i, j, one in Shares(outcomes, True).interactions()}
        assert found == {(0, 1): 0, (0, 2): 1, (1, 2): 0}
