"""Votes: the rules, and frequencies against probabilities in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steppe.mechanisms.voting import (
    CONSENSUS,
    FOUNDER_VETO,
    MAJORITY,
    NO_MAJOR_POWER,
    QUALIFIED_MAJORITY,
    carried,
    logistic,
    settled_against,
    step_chance,
    vote_on_admission,
    vote_on_depth,
)
from steppe.world.arrays import RULES
from steppe.world.synthetic import make_world

from .support import begun, default_parameters, frequency_z, replicates_of

MEMBER = 2
TRIALS = 4000
P = default_parameters()
# Affinities of the candidate 0 with the members 1 … 3, who are strangers to each other.
CLOSENESS = (-0.3, 0.0, 0.3)


def parliament(rule=CONSENSUS, closeness=CLOSENESS, **changes):
    """Three members and a candidate of equal size in a body for identity: only affinity tells members
    apart.
    """
    affinity = np.zeros((4, 4))
    affinity[0, 1:] = affinity[1:, 0] = closeness
    arrays = dict(scope=[(0, 0, 1, 0)], rule=[rule], status=[[0], [MEMBER], [MEMBER], [MEMBER]])
    return begun(make_world(4, 1, affinity_structural=affinity, **arrays | changes))


def chance_of_yes(closeness, weight=1.0):
    """σ((ω ΔV + q)/T_v): with i in, j's mean affinity is a_ij/3 instead of 0; V moves by σ k (¼ + ¾h) of
    that.
    """
    gain = 0.25 * P["value.k_identity"] * (0.25 + 0.75 * 0.3) * closeness / 3
    return 1 / (1 + math.exp(-(weight * gain + P["membership.acquiescence"]) / P["membership.vote_noise"]))


class TestPieces:
    @given(x=st.floats(-700, 700))
    def test_logistic(self, x):
        """σ(x) + σ(−x) = 1 and ln(σ(x)/σ(−x)) = x."""
        assert logistic(x) + logistic(-x) == pytest.approx(1, abs=1e-15)
        assert math.log(logistic(x)) - math.log(logistic(-x)) == pytest.approx(x, rel=1e-12, abs=1e-12)

    def test_logistic_does_not_overflow(self):
        """At the ends of the floats."""
        assert logistic(-1e308) == 0 and logistic(1e308) == 1

    @given(rate=st.floats(0, 50), dt=st.floats(1e-6, 1))
    def test_chance_of_two_half_steps_is_that_of_one(self, rate, dt):
        """1 − e^(−λΔt) is what makes a rate independent of the step: survival multiplies."""
        whole, half = step_chance(rate, dt), step_chance(rate, dt / 2)
        assert 0 <= whole <= 1
        assert 1 - whole == pytest.approx((1 - half) ** 2, rel=1e-12, abs=1e-15)

    def test_numbers_of_the_rules_are_the_worlds(self):
        """The code's constants are places in the list that worlds use."""
        names = ("consensus", "qualified_majority", "majority", "founder_veto", "no_major_power")
        numbers = (CONSENSUS, QUALIFIED_MAJORITY, MAJORITY, FOUNDER_VETO, NO_MAJOR_POWER)
        assert tuple(RULES[number] for number in numbers) == names

    @pytest.mark.parametrize(
        ("rule", "yes", "count", "expected"),
        [
            (CONSENSUS, 3, 3, True),
            (CONSENSUS, 2, 3, False),
            (NO_MAJOR_POWER, 2, 3, False),
            (QUALIFIED_MAJORITY, 2, 3, True),
            (QUALIFIED_MAJORITY, 3, 5, False),
            (QUALIFIED_MAJORITY, 4, 6, True),
            (MAJORITY, 2, 4, False),
            (MAJORITY, 3, 4, True),
            (FOUNDER_VETO, 2, 4, False),
            (FOUNDER_VETO, 3, 5, True),
        ],
    )
    def test_rules(self, rule, yes, count, expected):
        """All; two thirds or more; more than half."""
        assert carried(rule, yes, count) == expected

    def test_who_has_a_veto(self):
        """Everybody under consensus and no_major_power, founders under founder_veto, nobody under a
        majority.
        """
        assert settled_against(CONSENSUS, 0) and settled_against(NO_MAJOR_POWER, 0)
        assert settled_against(FOUNDER_VETO, 1) and not settled_against(FOUNDER_VETO, 0)
        assert not settled_against(MAJORITY, 1) and not settled_against(QUALIFIED_MAJORITY, 1)


def admission_rate(record, status=MEMBER):
    """How often the candidate is admitted, of TRIALS replicates."""
    return replicates_of(record, lambda work: vote_on_admission(work[0], 0, 0, status), TRIALS).sum()


class TestAdmission:
    def test_consensus_is_the_product(self):
        """Independent draws: p = Π p_j."""
        expected = math.prod(chance_of_yes(a) for a in CLOSENESS)
        assert 0.1 < expected < 0.9
        assert abs(frequency_z(admission_rate(parliament()), TRIALS, expected)) < 4

    def test_an_observers_seat_weighs_less(self):
        """ω = observer_vote on the gain, not on the acquiescence."""
        expected = math.prod(chance_of_yes(a, P["membership.observer_vote"]) for a in CLOSENESS)
        assert abs(frequency_z(admission_rate(parliament(), status=1), TRIALS, expected)) < 4

    def test_two_of_three(self):
        """⅔ and a majority of three are the same: Σ over pairs p p (1 − p) + p p p."""
        a, b, c = (chance_of_yes(closeness) for closeness in CLOSENESS)
        expected = a * b + a * c + b * c - 2 * a * b * c
        for rule in (MAJORITY, QUALIFIED_MAJORITY):
            assert abs(frequency_z(admission_rate(parliament(rule)), TRIALS, expected)) < 4

    def test_a_founders_veto(self):
        """The founder must say yes, and one of the two others."""
        a, b, c = (chance_of_yes(closeness) for closeness in CLOSENESS)
        record = parliament(FOUNDER_VETO, founder=[[0], [1], [0], [0]])
        assert abs(frequency_z(admission_rate(record), TRIALS, a * (1 - (1 - b) * (1 - c)))) < 4

    def test_no_major_power_refuses_one(self):
        """However welcome: a candidate above the threshold of the present members is refused, a small
        one is not.
        """
        welcome = (1.0, 1.0, 1.0)
        for size, expected in ((0.7, 0), (0.25, TRIALS)):
            rest = [(1 - size) / 3] * 3
            record = parliament(NO_MAJOR_POWER, welcome, capability=[size, *rest])
            rate = admission_rate(record)
            assert rate == 0 if expected == 0 else rate > 0.9 * expected

    def test_nobody_admits_nobody(self):
        """A body without members has nobody to vote."""
        record = parliament(status=np.zeros((4, 1)))
        assert not vote_on_admission(record[0], 0, 0, MEMBER)

    @pytest.mark.parametrize(("persistent", "kinds"), [(1.0, 1), (0.0, 2)])
    def test_persistent_votes_do_not_change_with_the_step(self, persistent, kinds):
        """vote_persistent puts step 0 into the address."""
        record = parliament()
        record["p"]["vote_persistent"] = persistent
        found = set()
        for step in range(60):
            record["step"] = step
            found.add(bool(vote_on_admission(record[0], 0, 0, MEMBER)))
        assert len(found) == kinds


class TestDepth:
    def test_consensus_on_depth(self):
        """All pairs at .2: V rises by σ k ¾ (h' − h) a; each says yes with σ((gain − cost)/T_v)."""
        affinity = np.full((4, 4), 0.2)
        np.fill_diagonal(affinity, 0)
        status = np.full((4, 1), MEMBER)
        record = begun(make_world(4, 1, affinity_structural=affinity, scope=[(0, 0, 1, 0)], status=status))
        gain = 0.25 * P["value.k_identity"] * 0.75 * 0.2 * 0.2
        yes = 1 / (1 + math.exp(-(gain - P["institutions.cost_deepen"]) / P["membership.vote_noise"]))
        count = replicates_of(record, lambda work: vote_on_depth(work[0], 0, 0.5), TRIALS).sum()
        assert abs(frequency_z(count, TRIALS, yes**4)) < 4
