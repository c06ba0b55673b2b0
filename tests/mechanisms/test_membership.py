"""Membership: hazards against closed forms, and the edges along which a status may move."""

import math

import numpy as np
import pytest

from steppe.mechanisms import events
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.membership import set_orders, update_membership
from steppe.mechanisms.records import MAX_EVENTS
from steppe.world.synthetic import make_world, synthetic_world

from .contract import MechanismContract
from .support import DERIVED, advance, begun, default_parameters, ensemble, frequency_z, replicates_of

NONE, OBSERVER, MEMBER, SUSPENDED = range(4)
TRIALS = 4000
P = default_parameters()
WELCOME = dict(membership__acquiescence=100)

# Kind of event: from where, to where. Interventions may do anything and are apart.
EDGES = {
    "admitted": ({NONE, OBSERVER, SUSPENDED}, {MEMBER}),
    "observing": ({NONE}, {OBSERVER}),
    "left": ({OBSERVER, MEMBER, SUSPENDED}, {NONE}),
    "left_to_observer": ({MEMBER}, {OBSERVER}),
    "joined_by_merger": ({NONE, OBSERVER, SUSPENDED}, {MEMBER}),
}
REFUSALS = {"refused": {NONE, OBSERVER, SUSPENDED}, "observing_refused": {NONE}}


def logistic(x):
    """1/(1 + e^−x)."""
    return 1 / (1 + math.exp(-x))


def identity_club(status, affinity=0.2, **arrays):
    """Two equal states and a body for identity: V = σ k (¼ + ¾h) a − upkeep, with nobody major, no
    pacts, no trade.
    """
    between = [[0, affinity], [affinity, 0]]
    given = dict(scope=[(0, 0, 1, 0)], status=[[status], [MEMBER]], affinity_structural=between)
    return make_world(2, 1, **given | arrays)


def values(affinity=0.2):
    """V(member) and V(observer) in that club."""
    identity = 0.25 * P["value.k_identity"] * (0.25 + 0.75 * 0.3) * affinity
    member = identity - P["value.upkeep"]
    return member, P["value.observer_benefit"] * identity - P["value.observer_autonomy"] * P["value.upkeep"]


def outcome(work):
    """What happened to state 0 in one phase of membership: the kind of its event, or −1."""
    update_membership(work[0])
    rows = work["events"][0, : work["n_events"][0]]
    rows = rows[rows["state"] == 0]
    return int(rows["kind"][0]) if len(rows) else -1


def check(found, kind, chance):
    """The frequency of a kind of event against its probability, within four standard errors."""
    assert abs(frequency_z((found == kind).sum(), len(found), chance)) < 4


class TestMembership(MechanismContract):
    name = "membership"
    owns = DERIVED | {"seat.status", "seat.until", "seat.pending", "events", "n_events"}
    kept_when_off = frozenset({"seat.until", "seat.pending"})

    def prepare(self, record):
        """Rates so high that much happens in one step."""
        record["p"]["apply_rate"] = record["p"]["leave_rate"] = 50

    def test_off_leaves_only_what_institutions_do(self):
        """Statuses then change by merger and dissolution alone."""
        kinds = set()
        for seed in range(6):
            record = advance(begun(synthetic_world(12, 8, seed), switches={"membership": False}), 80)
            rows = record["events"][0, : record["n_events"][0]]
            kinds |= set(rows["kind"][rows["organisation"] >= 0].tolist())
        names = {KINDS[kind] for kind in kinds}
        assert names and names <= {"deepened", "hollowed", "dissolved", "merged", "joined_by_merger"}


class TestHazards:
    def test_of_an_outsider(self):
        """Two rates compete: p = 1 − e^(−(r_a + r_o)Δt), membership in the proportion r_a/(r_a + r_o)."""
        value, seat = values()
        join = P["membership.apply_rate"] * logistic(
            (value - P["membership.cost_member"]) / P["membership.choice_noise"]
        )
        look = P["membership.apply_rate"] * logistic(
            (seat - P["membership.cost_observer"]) / P["membership.choice_noise"]
        )
        chance = 1 - math.exp(-(join + look) * 0.25)
        # Close enough to apply, so that both outcomes occur.
        assert chance > 0.001
        record = begun(identity_club(NONE), default_parameters(**WELCOME))
        found = replicates_of(record, outcome, TRIALS)
        check(found, events.ADMITTED, chance * join / (join + look))
        check(found, events.OBSERVING, chance * look / (join + look))

    def test_of_an_outsider_who_is_keen(self):
        """The same where joining pays: close states."""
        value, seat = values(0.9)
        join = P["membership.apply_rate"] * logistic(
            (value - P["membership.cost_member"]) / P["membership.choice_noise"]
        )
        look = P["membership.apply_rate"] * logistic(
            (seat - P["membership.cost_observer"]) / P["membership.choice_noise"]
        )
        chance = 1 - math.exp(-(join + look) * 0.25)
        record = begun(identity_club(NONE, 0.9), default_parameters(**WELCOME))
        found = replicates_of(record, outcome, TRIALS)
        check(found, events.ADMITTED, chance * join / (join + look))
        check(found, events.OBSERVING, chance * look / (join + look))

    @pytest.mark.parametrize("status", [OBSERVER, SUSPENDED])
    def test_of_an_observer(self, status):
        """Up by what membership adds, out by what the seat is worth; a suspended member is in the same
        place.
        """
        value, seat = values(0.6)
        noise = P["membership.choice_noise"]
        up = P["membership.apply_rate"] * logistic((value - seat - P["membership.cost_member"]) / noise)
        out = P["membership.leave_rate"] * logistic((-seat - P["membership.cost_leave"]) / noise)
        chance = 1 - math.exp(-(up + out) * 0.25)
        found = replicates_of(
            begun(identity_club(status, 0.6), default_parameters(**WELCOME)), outcome, TRIALS
        )
        check(found, events.ADMITTED, chance * up / (up + out))
        check(found, events.LEFT, chance * out / (up + out))

    def test_of_a_member(self):
        """Among strangers who dislike each other: down to the seat, or out."""
        value, seat = values(-0.9)
        noise = P["membership.choice_noise"]
        down = P["membership.leave_rate"] * logistic((seat - value - P["membership.cost_leave"]) / noise)
        out = P["membership.leave_rate"] * logistic((-value - P["membership.cost_leave"]) / noise)
        chance = 1 - math.exp(-(down + out) * 0.25)
        # State 1 could leave first and change what 0 decides on; anchored, it does not.
        record = begun(identity_club(MEMBER, -0.9, anchored=[[0], [1]]))
        found = replicates_of(record, outcome, TRIALS)
        check(found, events.LEFT_TO_OBSERVER, chance * down / (down + out))
        check(found, events.LEFT, chance * out / (down + out))

    def test_pressure_adds_to_an_application(self):
        """ρ L of the major inside; observing absorbs it as well as joining does."""
        capability, share0 = [0.05, 0.9, 0.02, 0.03], np.zeros((4, 5))
        np.fill_diagonal(share0, 0.6)
        share0[:, 4] = 0.4
        share0[0] = (0.6, 0.2, 0, 0, 0.2)
        world = make_world(
            4, 1, capability=capability, share0=share0, scope=[(0, 0, 1, 0)], poles=("S1",),
            status=[[NONE], [MEMBER], [MEMBER], [MEMBER]],
        )  # fmt: skip
        leverage = (1 - 0.05 / 0.9) * P["membership.lev_trade"] * 1.0
        push = P["membership.pressure_apply"] * leverage
        noise = P["membership.choice_noise"]
        dominance = 0.9 / 1.0 / 2
        autonomy = P["value.sovereignty"] * 0.3 * 0.2 * dominance
        value = -autonomy - P["value.upkeep"]
        seat = -P["value.observer_autonomy"] * (autonomy + P["value.upkeep"])
        join = P["membership.apply_rate"] * logistic((value + push - P["membership.cost_member"]) / noise)
        look = P["membership.apply_rate"] * logistic((seat + push - P["membership.cost_observer"]) / noise)
        chance = 1 - math.exp(-(join + look) * 0.25)
        found = replicates_of(begun(world, default_parameters(**WELCOME)), outcome, TRIALS)
        check(found, events.ADMITTED, chance * join / (join + look))
        check(found, events.OBSERVING, chance * look / (join + look))
        alone = replicates_of(
            begun(world, default_parameters(**WELCOME), {"pressure": False}), outcome, TRIALS
        )
        assert (alone >= 0).sum() < 0.5 * (found >= 0).sum()


class TestGates:
    def keen(self, **arrays):
        """A state that would apply in every step, to a body that admits nobody."""
        p = default_parameters(
            membership__apply_rate=1e6, membership__cost_member=-100, membership__acquiescence=-100
        )
        return begun(identity_club(NONE, **arrays), p)

    def test_refusal_bars_for_the_cooldown(self):
        """until = s + 1 + round(cooldown/Δt): refused at 0, next refused at 9 with two years in quarters."""
        record = self.keen()
        for step in range(20):
            record["step"] = step
            update_membership(record[0])
        refused = record["events"]["step"][0, : record["n_events"][0]]
        assert refused.tolist() == [0, 9, 18]

    def test_the_ineligible_do_not_apply(self):
        """Nothing happens, however keen."""
        assert outcome(self.keen(eligible=[[0], [1]])) == -1

    def test_an_order_is_voted_on_whatever_the_gates(self):
        """Pending asks neither for eligibility nor for until, and is answered once."""
        record = self.keen(eligible=[[0], [1]])
        record["seat"]["pending"][0, 0, 0] = MEMBER
        record["seat"]["until"][0, 0, 0] = 99
        assert outcome(record) == events.REFUSED
        assert record["seat"]["pending"][0, 0, 0] == 0

    @pytest.mark.parametrize(
        ("held", "asked", "happens"),
        [(MEMBER, OBSERVER, -1), (MEMBER, MEMBER, -1), (OBSERVER, OBSERVER, -1), (SUSPENDED, OBSERVER, -1),
         (SUSPENDED, MEMBER, events.ADMITTED), (OBSERVER, MEMBER, events.ADMITTED),
         (NONE, OBSERVER, events.OBSERVING)],
    )  # fmt: skip
    def test_an_order_for_no_more_than_is_held(self, held, asked, happens):
        """Only what is lower than what is asked goes to the vote; suspended counts as observer."""
        record = begun(identity_club(held), default_parameters(**WELCOME))
        record["seat"]["pending"][0, 0, 0] = asked
        assert outcome(record) == happens

    def test_an_anchored_member_stays(self):
        """A bloc does not leave the body that it consists of, though everything speaks for it."""
        p = default_parameters(membership__leave_rate=1e6, membership__cost_leave=-100)
        assert outcome(begun(identity_club(MEMBER), p)) in (events.LEFT, events.LEFT_TO_OBSERVER)
        assert outcome(begun(identity_club(MEMBER, anchored=[[1], [0]]), p)) == -1


class TestOrder:
    def test_is_a_permutation_and_fair(self):
        """Each of three states is first a third of the time; every order holds each of them once."""
        record = begun(make_world(3, 5))

        def first(work):
            set_orders(work[0])
            assert sorted(work["actor"]["turn"][0, :3].tolist()) == [0, 1, 2]
            assert sorted(work["body"]["turn"][0, :5].tolist()) == [0, 1, 2, 3, 4]
            return int(work["actor"]["turn"][0, 0])

        found = replicates_of(record, first, TRIALS)
        for state in range(3):
            assert abs(frequency_z((found == state).sum(), TRIALS, 1 / 3)) < 4


@pytest.fixture(scope="module")
def long_run():
    """Thirty years of forty replicates, and their world."""
    world = synthetic_world(20, 12, seed=4)
    return world, *ensemble(world, 40, years=30)


class TestEdges:
    def test_statuses_move_along_legal_edges(self, long_run):
        """Whatever a rule changes, it changes along the table above; each kind occurs."""
        _, _, found = long_run
        for row in found:
            kind = KINDS[row["kind"]]
            if kind in EDGES:
                assert row["status_from"] in EDGES[kind][0] and row["status_to"] in EDGES[kind][1], kind
            elif kind in REFUSALS:
                assert row["status_from"] == row["status_to"] and row["status_from"] in REFUSALS[kind], kind
            else:
                assert row["status_from"] == row["status_to"] == -1, kind
        kinds = {KINDS[kind] for kind in np.unique(found["kind"])}
        assert set(EDGES) | set(REFUSALS) <= kinds

    def test_events_tell_the_whole_story(self, long_run):
        """Played back from the start, they give the members and observers of every year, and who was
        where before.
        """
        world, record, found = long_run
        assert len(found) < 40 * MAX_EVENTS
        for replicate in range(40):
            status = world.status.astype(int).copy()
            rows = found[found["replicate"] == replicate]
            for year in range(31):
                for row in rows[(rows["step"] >= 4 * (year - 1)) & (rows["step"] < 4 * year)]:
                    kind, i, o = KINDS[row["kind"]], row["state"], row["organisation"]
                    if kind in EDGES:
                        assert status[i, o] == row["status_from"]
                        status[i, o] = row["status_to"]
                    elif kind in ("dissolved", "merged"):
                        status[:, o] = NONE
                np.testing.assert_array_equal(record.members[replicate, year], (status == MEMBER).sum(axis=0))
                seats = ((status == OBSERVER) | (status == SUSPENDED)).sum(axis=0)
                np.testing.assert_array_equal(record.observers[replicate, year], seats)

    def test_probabilities_are_probabilities(self, long_run):
        """What an event says of its own chance."""
        _, _, found = long_run
        assert ((found["probability"] > 0) & (found["probability"] <= 1)).all()
