"""Institutions: the ladder, cohesion, deepening, hollowing, dissolution and merger."""

import math
from itertools import pairwise

import numpy as np
import pytest

from steppe.mechanisms import events
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.institutions import (
    cohesion_of,
    common_share,
    dissolve,
    ladder_open,
    merge,
    overlap,
    similarity,
    update_institutions,
)
from steppe.mechanisms.ladder import DEPTHS, rung_above, rung_below
from steppe.world.synthetic import make_world, synthetic_world

from .contract import MechanismContract
from .support import DERIVED, begun, default_parameters, ensemble, frequency_z, replicates_of

NONE, OBSERVER, MEMBER, SUSPENDED = range(4)
TRIALS = 4000
P = default_parameters()
IDENTITY, SECURITY = (0.0, 0.0, 1.0, 0.0), (0.0, 1.0, 0.0, 0.0)


def logistic(x):
    """1/(1 + e^−x)."""
    return 1 / (1 + math.exp(-x))


def even(n, value):
    """Everybody at this from everybody else."""
    return value * (1 - np.eye(n))


def club(affinity, depth=0.3, n=3, **arrays):
    """Equal states, all members of one body for identity."""
    given = dict(scope=[IDENTITY], status=np.full((n, 1), MEMBER), depth=[depth])
    return make_world(n, 1, affinity_structural=even(n, affinity), **given | arrays)


def first_kind(work):
    """The first event of one phase of institutions, or −1."""
    update_institutions(work[0])
    return int(work["events"]["kind"][0, 0]) if work["n_events"][0] else -1


def rivals(shared=(0, 1), depth=(0.3, 0.5), affinity=0.0, **arrays):
    """A hegemon 0 and four others: all in body 0, `shared` also in body 1, which is alike in scope."""
    status = np.zeros((5, 2))
    status[:, 0] = MEMBER
    status[list(shared), 1] = MEMBER
    capability = np.array([0.76, 0.06, 0.06, 0.06, 0.06])
    return make_world(
        5,
        2,
        capability=capability,
        depth=depth,
        status=status,
        affinity_structural=even(5, affinity),
        **arrays,
    )


class TestInstitutions(MechanismContract):
    name = "institutions"
    owns = DERIVED | {"body.alive", "body.depth", "body.cohesion", "seat.status", "events", "n_events"}
    kept_when_off = frozenset({"body.alive", "body.depth", "body.cohesion"})

    def prepare(self, record):
        """Rates so high that much happens in one step."""
        for name in ("deepen_rate", "hollow_rate", "dissolve_rate", "merge_rate"):
            record["p"][name] = 50


class TestLadder:
    def test_neighbours(self):
        """Up and down are inverse on the ladder; off it, the nearest rungs; 0 beyond its ends."""
        for below, above in pairwise(DEPTHS):
            assert rung_above(DEPTHS, below) == above and rung_below(DEPTHS, above) == below
        assert (
            rung_above(DEPTHS, 0.9),
            rung_above(DEPTHS, 1.0),
            rung_below(DEPTHS, 0.1),
            rung_below(DEPTHS, 0.05),
        ) == (0, 0, 0, 0)
        assert (rung_above(DEPTHS, 0.42), rung_below(DEPTHS, 0.42), rung_above(DEPTHS, 0.0)) == (
            0.5,
            0.3,
            0.1,
        )

    @pytest.mark.parametrize(("pairs", "expected"), [(1, False), (2, True), (3, True)])
    def test_gate_needs_half_of_the_pairs(self, pairs, expected):
        """Of three pairs, two must have a bilateral rung of .3 before a security body reaches ½."""
        tie = np.zeros((3, 3))
        for i, j in [(0, 1), (0, 2), (1, 2)][:pairs]:
            tie[i, j] = tie[j, i] = 0.3
        state = begun(club(0, scope=[SECURITY], tie=tie))[0]
        assert ladder_open(state, 0, 0.5) == expected
        assert ladder_open(state, 0, 0.3), "below ½ there is no gate"

    def test_gate_takes_another_bodys_pact(self):
        """Its own pact does not count, that of another common body does."""
        status = np.full((3, 2), MEMBER)
        for other, expected in ((0.2, False), (0.3, True)):
            world = make_world(3, 2, scope=[SECURITY] * 2, status=status, depth=[0.4, other])
            assert ladder_open(begun(world)[0], 0, 0.5) == expected

    def test_no_gate_below_the_security_scope(self):
        """A body with little security work climbs without bilateral rungs."""
        rest = 1 - P["institutions.ladder_scope"] + 0.01
        assert ladder_open(begun(club(0, scope=[(rest, 1 - rest, 0, 0)]))[0], 0, 0.5)


class TestCohesion:
    def test_of_equals_is_mean_affinity(self):
        """Nobody major, nothing overlaps."""
        affinity = np.array([[0, 0.6, -0.3], [0.6, 0, 0.3], [-0.3, 0.3, 0]])
        record = begun(make_world(3, 1, affinity_structural=affinity, status=np.full((3, 1), MEMBER)))
        assert cohesion_of(record[0], 0) == pytest.approx(0.2, rel=1e-12)

    def test_a_hegemon_weighs_on_it(self):
        """Less k_D · mean dominance over the rest: c_j/S (1 − a)/2 = .76 · .4."""
        state = begun(rivals(shared=(), affinity=0.2))[0]
        assert cohesion_of(state, 0) == pytest.approx(0.2 - P["institutions.cohesion_dominance"] * 0.76 * 0.4)
        off = begun(rivals(shared=(), affinity=0.2), switches={"dominance": False})[0]
        assert cohesion_of(off, 0) == pytest.approx(0.2)

    def test_overlap(self):
        """K · G with a deeper body that shares the major power: K = ⅗, G = 1 for equal scopes; weight k_V."""
        state = begun(rivals(shared=(0, 1, 2)))[0]
        assert common_share(state, 0, 1) == pytest.approx(0.6)
        assert similarity(state, 0, 1) == pytest.approx(1)
        assert overlap(state, 0) == pytest.approx(0.6)
        assert overlap(state, 1) == 0, "the deeper body does not suffer from the shallower"
        apart = begun(rivals(shared=(1, 2)))[0]
        lost = P["institutions.cohesion_overlap"] * 0.6
        assert cohesion_of(apart, 0) - cohesion_of(state, 0) == pytest.approx(lost)

    def test_no_overlap_without_a_common_major_or_with_the_switch_off(self):
        """Three small members in common are no overlap."""
        assert overlap(begun(rivals(shared=(1, 2, 3)))[0], 0) == 0
        assert overlap(begun(rivals(shared=(0, 1, 2)), switches={"overlap": False})[0], 0) == 0

    @pytest.mark.parametrize(("cosine", "expected"), [(0.7, 0.0), (0.5, 0.0), (0.85, 0.5), (1.0, 1.0)])
    def test_similarity_starts_at_the_floor(self, cosine, expected):
        """(cos − cos₀)/(1 − cos₀), not below 0."""
        record = begun(rivals())
        record["between"]["cosine"][0, 0, 1] = cosine
        assert similarity(record[0], 0, 1) == pytest.approx(expected, abs=1e-12)


class TestDeepening:
    def test_frequency(self):
        """Proposed with 1 − e^(−λΔt), carried if all say yes: σ((gain − cost)/T_v) to the power of the
        members.
        """
        gain = 0.25 * P["value.k_identity"] * 0.75 * 0.2 * 0.6
        yes = logistic((gain - P["institutions.cost_deepen"]) / P["membership.vote_noise"])
        chance = (1 - math.exp(-P["institutions.deepen_rate"] * 0.25)) * yes**3
        found = replicates_of(begun(club(0.6)), first_kind, TRIALS)
        assert abs(frequency_z((found == events.DEEPENED).sum(), TRIALS, chance)) < 4

    def test_one_rung_at_a_time_and_not_above_the_top(self):
        """However eager: .3 → .5 in one phase, and .9 stays."""
        eager = default_parameters(institutions__deepen_rate=1e6, institutions__cost_deepen=-100)
        for depth, expected in ((0.3, 0.5), (0.9, 0.9)):
            record = begun(club(0.9, depth=depth), eager)
            update_institutions(record[0])
            assert record["body"]["depth"][0, 0] == expected


class TestHollowing:
    @pytest.mark.parametrize("slope", [0.0, 0.4])
    @pytest.mark.parametrize(
        ("depth", "kind", "rate"), [(0.5, "hollowed", "hollow_rate"), (0.1, "dissolved", "dissolve_rate")]
    )
    def test_frequency(self, depth, kind, rate, slope):
        """1 − e^(−λ σ((κ + slope h − cohesion)/T_c)Δt): a rung from above the lowest, the end from there."""
        affinity = -0.3
        p = default_parameters(institutions__deepen_rate=0, institutions__floor_slope=slope)
        floor = P["institutions.cohesion_floor"] + slope * depth
        strain = logistic((floor - affinity) / P["institutions.cohesion_noise"])
        chance = 1 - math.exp(-P[f"institutions.{rate}"] * strain * 0.25)
        found = replicates_of(begun(club(affinity, depth=depth), p), first_kind, TRIALS)
        assert abs(frequency_z((found == KINDS.index(kind)).sum(), TRIALS, chance)) < 4
        assert set(found) <= {-1, KINDS.index(kind)}


class TestDissolution:
    @pytest.mark.parametrize("members", [0, 1])
    def test_a_body_of_fewer_than_two_ends(self, members):
        """At once and for certain; its observers lose their seats."""
        status = np.array([[MEMBER * members], [OBSERVER], [NONE]])
        record = begun(club(0, status=status))
        assert first_kind(record) == events.DISSOLVED
        assert record["body"]["alive"][0, 0] == 0 and record["body"]["depth"][0, 0] == 0
        assert not record["seat"]["status"].any()

    def test_unless_a_bloc_is_anchored_in_it(self):
        """The body that a bloc consists of has its members inside the bloc."""
        status, anchored = np.array([[MEMBER], [NONE], [NONE]]), np.array([[1], [0], [0]])
        record = begun(club(0, status=status, anchored=anchored))
        assert first_kind(record) == -1 and record["body"]["alive"][0, 0] == 1

    def test_leaves_nothing_behind(self):
        """No statuses, members, pact, contact or cost factor of a body that was dissolved."""
        record = begun(make_world(3, 1, status=np.full((3, 1), MEMBER), depth=[0.9]))
        dissolve(record[0], 0)
        assert not record["seat"]["status"].any() and record["body"]["n_members"][0, 0] == 0
        for name in ("trade1", "pact1", "contact", "relief", "tariff"):
            assert not record["pair"][name].any(), name

    def test_dead_bodies_are_empty_in_long_runs(self):
        """Every year of every replicate; some bodies do die."""
        record, _ = ensemble(synthetic_world(20, 12, seed=4), 40, years=30)
        dead = record.alive == 0
        assert dead.any()
        assert (
            not record.members[dead].any()
            and not record.observers[dead].any()
            and not record.depth[dead].any()
        )
        assert (np.diff(record.alive, axis=1) <= 0).all(), "without an intervention nothing is founded"


class TestMerger:
    def test_moves_members(self):
        """Members of o become members of q, its observers get nothing, q's seats stay, o ends."""
        status = np.array(
            [[MEMBER, NONE], [MEMBER, OBSERVER], [OBSERVER, NONE], [NONE, MEMBER], [SUSPENDED, OBSERVER]]
        )
        record = begun(make_world(5, 2, status=status, depth=[0.3, 0.7]))
        merge(record[0], 0, 1, 1.0)
        assert record["seat"]["status"][0, :5, 0].tolist() == [NONE] * 5
        assert record["seat"]["status"][0, :5, 1].tolist() == [MEMBER, MEMBER, NONE, MEMBER, OBSERVER]
        assert record["body"]["alive"][0, :2].tolist() == [0, 1]
        assert record["body"]["n_members"][0, :2].tolist() == [0, 3]
        found = record["events"][0, : record["n_events"][0]]
        kinds = [KINDS[kind] for kind in found["kind"]]
        assert kinds == ["joined_by_merger", "joined_by_merger", "merged"]
        assert found["status_from"].tolist() == [NONE, OBSERVER, -1]

    def merging(self, depth, switches=None, **changes):
        """How often body 0 merges into body 1 in one phase, of a thousand; nothing else happens to them."""
        p = default_parameters(institutions__deepen_rate=0, institutions__hollow_rate=0,
                               institutions__dissolve_rate=0, **changes)  # fmt: skip
        record = begun(rivals(shared=(0, 1, 2), depth=depth, affinity=0.3), p, switches)
        return (replicates_of(record, first_kind, 1000) >= 0).mean()

    def test_only_into_a_deeper_body(self):
        """clip((h_q − h_o)/.2, 0, 1) = 0 at equal depth."""
        eager = dict(institutions__merge_rate=1e6, institutions__cost_merge=-100)
        assert self.merging((0.5, 0.5), **eager) == 0
        assert self.merging((0.3, 0.5), **eager) > 0.9

    def test_consent_only_withholds(self):
        """Without votes a proposal is carried; with a prohibitive cost of merging nobody but the
        proposer agrees.
        """
        eager = dict(institutions__merge_rate=1e6)
        free = self.merging((0.3, 0.5), {"consent": False}, **eager)
        asked = self.merging((0.3, 0.5), institutions__cost_merge=100, **eager)
        assert asked == 0 < free
