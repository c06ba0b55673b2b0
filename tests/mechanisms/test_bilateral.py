"""Bilateral: the ladder of ties against a second writing of the rule, closed forms, and what each term is for."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms import draws, events
from steppe.mechanisms.alignment import leverage
from steppe.mechanisms.bilateral import (
    gain_before_rivalry,
    rivalry,
    update_bilateral,
)
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.ladder import TIES, rung_above, rung_below
from steppe.mechanisms.schedule import begin
from steppe.mechanisms.security import update_security
from steppe.world.synthetic import make_world

from .contract import MechanismContract, busy
from .support import advance, begun, changed, default_parameters, frequency_z, leaves, replicates_of
from .test_derived import same_as_afresh

MEMBER = 2
P = default_parameters()
RUNGS = TIES.tolist()
TRIALS = 3000
TRADE = (1.0, 0.0, 0.0, 0.0)


def logistic(x):
    return 1 / (1 + math.exp(-x))


def even(n, value):
    """An n × n matrix of one value with an empty diagonal."""
    return value * (1 - np.eye(n))


def gain(record, i, j):
    """gain_i of the next rung with j as the kernels have it."""
    state, p = record[0], record["p"][0]
    tie = float(state["pair"]["tie"][i, j])
    rung = rung_above(TIES, tie)
    return gain_before_rivalry(state, i, j, rung) - p["rivalry_cost"] * (rung - tie) * rivalry(state, i, j)


def shares_by_hand(record, i, pact_with=None, pact=0.0):
    """H_i, if the pact with one state were at least this."""
    state = record[0]
    pair, actor = state["pair"][i], state["actor"][i]
    strength = []
    for k in state["poles"][: state["k"]]:
        if k != i:
            held = max(pair["tie"][k], pair["pact1"][k], pact if k == pact_with else 0.0)
            strength.append(
                actor["salience_trade"] * pair["trade_share"][k]
                + actor["salience_security"] * held
                + actor["salience_identity"] * max(0.0, pair["affinity"][k])
                + actor["salience_connectivity"] * pair["transit"][k]
            )
    total = sum(strength)
    return sum((one / total) ** 2 for one in strength) if total > 1e-12 else 1 / len(strength)


def gain_by_hand(record, i, j):
    """gain_i of docs/equations.md, 7, term by term; None at the top of the ladder."""
    state, p = record[0], record["p"][0]
    pair, actor, n = state["pair"], state["actor"], int(state["n"])
    tie, closeness = pair["tie"][i, j], pair["affinity"][i, j]
    higher = [rung for rung in RUNGS if rung > tie + 1e-9]
    if not higher:
        return None
    step, pact = higher[0] - tie, max(tie, pair["pact1"][i, j])
    prestige = actor["prestige"][j] if p["on_demonstration"] else 0.0
    worth = actor["capability"][j] * (1 + prestige) * (1 + closeness) / 2
    held, danger, size = actor["protection"][i], actor["danger"][i], actor["capability"][i]
    more = held + (max(pact, higher[0]) - pact) * worth
    relief = danger / (danger + held + size) - danger / (danger + more + size) if p["on_security"] else 0.0
    gathered = 0.0
    if p["on_alignment"] and j in state["poles"][: state["k"]]:
        gathered = shares_by_hand(record, i, j, max(pact, higher[0])) - shares_by_hand(record, i)
    offence = max(leverage(state, i, k) * max(0.0, -pair["affinity"][k, j]) for k in range(n) if k != j)
    return (
        actor["salience_security"][i] * p["k_security"] * relief
        + actor["salience_identity"][i] * p["symbolic"] * closeness * step
        + p["catalyst"] * pair["common"][i, j] * step
        - actor["autonomy"][i] * p["concentration"] * gathered
        - p["rivalry_cost"] * step * offence
        - p["cost_climb"]
    )


def rates_by_hand(record, i, j):
    """Up and down for a pair, per year."""
    state, p = record[0], record["p"][0]
    one, other = gain_by_hand(record, i, j), gain_by_hand(record, j, i)
    activity = state["actor"]["activity"]
    up = 0.0
    if one is not None and state["pair"]["affinity"][i, j] >= p["affinity_floor"]:
        both = logistic(one / p["climb_noise"]) * logistic(other / p["climb_noise"])
        up = p["climb_rate"] * activity[i] * activity[j] * both
    short = min(1.0, max(0.0, p["affinity_floor"] - state["pair"]["affinity"][i, j]))
    return up, p["descend_rate"] * short if state["pair"]["tie"][i, j] > 0 else 0.0


def outcome(work):
    """What one step of this mechanism brought to a pair: the kind of event, or -1."""
    update_bilateral(work[0])
    count = int(work["n_events"][0])
    assert count <= 1
    return int(work["events"]["kind"][0, 0]) if count else -1


class TestBilateral(MechanismContract):
    name = "bilateral"
    owns = frozenset({"pair.tie", "actor.protection", "actor.concentration", "shares", "events", "n_events"})
    kept_when_off = frozenset({"pair.tie"})

    def prepare(self, record):
        """States so active, and so easily offended, that much happens in one step."""
        record["actor"]["activity"] = 20
        record["p"]["descend_rate"] = 20


class TestLadder:
    def test_neighbours(self):
        """Up and down are inverse on the ladder; off it, the nearest rungs; no tie is below the lowest."""
        assert RUNGS == [0.1, 0.2, 0.3, 0.5, 0.7, 0.9]
        for below, above in pairwise([0.0, *RUNGS]):
            assert rung_above(TIES, below) == above and rung_below(TIES, above) == below
        assert (
            rung_above(TIES, 0.9),
            rung_above(TIES, 1.0),
            rung_below(TIES, 1.0),
            rung_below(TIES, 0.05),
        ) == (0, 0, 0.9, 0)
        assert (rung_above(TIES, 0.4), rung_below(TIES, 0.4)) == (0.5, 0.3)

    @settings(max_examples=60)
    @given(seed=st.integers(0, 500), steps=st.integers(1, 4))
    def test_one_rung_at_a_time(self, seed, steps):
        """Whatever the values: a tie stays, or is on the neighbouring rung; both sides alike; the events say which."""
        record = begun(small_world(5, 3, seed), random_parameters(seed), seed=seed)
        record["actor"]["activity"], record["p"]["descend_rate"] = 6, 6
        pair, seen = record["pair"][0], 0
        for number in range(steps):
            record["step"] = number
            before = pair["tie"][:5, :5].copy()
            update_bilateral(record[0])
            told = record["events"][0, seen : record["n_events"][0]]
            seen += len(told)
            np.testing.assert_array_equal(pair["tie"][:5, :5], pair["tie"][:5, :5].T)
            moves = {(int(one["state"]), int(one["partner"])): one for one in told}
            for i in range(5):
                for j in range(i + 1, 5):
                    if (i, j) not in moves:
                        assert pair["tie"][i, j] == before[i, j]
                        continue
                    up = KINDS[moves[i, j]["kind"]] == "climbed"
                    wanted = rung_above(TIES, before[i, j]) if up else rung_below(TIES, before[i, j])
                    assert pair["tie"][i, j] == wanted != before[i, j]
                    assert moves[i, j]["terms"][0] == np.float32(wanted)
            assert not pair["rung_move"].any()


class TestDecisions:
    @pytest.mark.parametrize("seed", range(12))
    def test_as_written_a_second_time(self, seed):
        """Every pair's gain, and every move with its chance, from the values before any tie moves.

        The second writing computes the hazard of every pair and rejects nothing early: so this also shows that
        leaving out pairs whose draw is too high changes nothing.
        """
        record = busy(seed)
        begin(record[0])
        n = int(record["n"][0])
        busyness = 0.2 if seed % 2 else 1.5  # mostly falls, mostly climbs
        record["actor"]["activity"] = busyness * (1 + np.arange(record["actor"].shape[1]) % 3)
        record["p"]["descend_rate"] = 6
        wanted, ties = [], record["pair"]["tie"][0, :n, :n].copy()
        for i in range(n):
            for j in range(i + 1, n):
                by_hand = gain_by_hand(record, i, j), gain_by_hand(record, j, i)
                if by_hand[0] is not None:
                    assert (gain(record, i, j), gain(record, j, i)) == pytest.approx(
                        by_hand, rel=1e-10, abs=1e-12
                    )
                up, down = rates_by_hand(record, i, j)
                chance = 1 - math.exp(-(up + down) * 0.25)
                keys = sorted(int(record["actor"]["key"][0, one]) for one in (i, j))
                draw = draws.uniform(record[0], draws.BILATERAL, *keys)
                if draw < chance:
                    climbs = chance * up / (up + down)
                    rises = draw < climbs
                    wanted.append((events.CLIMBED if rises else events.DESCENDED, i, j))
                    wanted[-1] += (climbs if rises else chance - climbs,)
                    ties[i, j] = ties[j, i] = (
                        rung_above(TIES, ties[i, j]) if rises else rung_below(TIES, ties[i, j])
                    )
        seen = int(record["n_events"][0])
        update_bilateral(record[0])
        told = record["events"][0, seen : record["n_events"][0]]
        assert [(one["kind"], one["state"], one["partner"]) for one in told] == [one[:3] for one in wanted]
        np.testing.assert_allclose(told["probability"], [one[3] for one in wanted], rtol=1e-6)
        np.testing.assert_array_equal(record["pair"]["tie"][0, :n, :n], ties)

    @pytest.mark.parametrize("seed", range(4))
    def test_what_follows_is_refreshed(self, seed):
        """Protection and shares are those of the new ties; nothing else that is derived depends on them."""
        record = busy(seed)
        begin(record[0])
        TestBilateral().prepare(record)
        update_bilateral(record[0])
        assert record["n_events"][0]
        same_as_afresh(record)

    def test_the_order_of_rows(self):
        """Relabelled states live the same lives: ties, wars and crises, over steps of every mechanism."""
        world, p = small_world(7, 4, 2), random_parameters(2)
        p |= {
            "bilateral.climb_rate": 6,
            "bilateral.descend_rate": 4,
            "shocks.war_rate": 2,
            "shocks.crisis_rate": 0.5,
        }
        order = np.random.default_rng(2).permutation(7)
        one = advance(begun(world, p), 12)
        other = advance(begun(world.permuted(order.tolist(), [3, 1, 0, 2]), p), 12)
        for name in ("tie", "conflict"):
            expected = one["pair"][name][0, :7, :7]
            assert (expected != begun(world, p)["pair"][name][0, :7, :7]).any(), name
            np.testing.assert_array_equal(other["pair"][name][0, :7, :7], expected[np.ix_(order, order)])
        np.testing.assert_allclose(
            other["actor"]["crisis"][0, :7], one["actor"]["crisis"][0, order], rtol=1e-12
        )

    def test_off_no_tie_moves(self):
        """The switch `bilateral`, in a world whose ties would all move."""
        p = default_parameters(bilateral__climb_rate=1e6, bilateral__cost_climb=-100)
        world = make_world(4, 0, tie=even(4, 0.3))
        record = advance(begun(world, p, {"bilateral": False}), 3)
        assert (record["pair"]["tie"][0, :4, :4] == even(4, 0.3)).all() and not record["n_events"][0]
        record = advance(begun(world, p), 3)
        assert (record["pair"]["tie"][0, :4, :4] == even(4, 0.9)).all(), "one rung a step: .5, .7, .9"


def couple(affinity=0.2, tie=0.1, depth=0.5, **arrays):
    """Two states of sizes .6 and .4 under a threat from outside, with a body for trade in common; each the other's pole."""
    return make_world(
        2, 1, capability=[0.6, 0.4], tie=even(2, tie), affinity_structural=even(2, affinity),
        nonstate_threat=[0.3, 0.2], scope=[TRADE], depth=[depth], status=[[MEMBER], [MEMBER]], **arrays,
    )  # fmt: skip


def gains_of_couple(affinity=0.2, tie=0.1, rung=0.2, depth=0.5):
    """Both gains in closed form: a pair of poles with nobody else has no concentration and no rivalry."""
    found = []
    for danger, own, partner in ((0.3, 0.6, 0.4), (0.2, 0.4, 0.6)):
        need = [danger / (danger + own + level * partner * (1 + affinity) / 2) for level in (tie, rung)]
        found.append(
            0.25 * P["value.k_security"] * (need[0] - need[1])
            + (0.25 * P["bilateral.symbolic"] * affinity + P["bilateral.catalyst"] * depth) * (rung - tie)
            - P["bilateral.cost_climb"]
        )
    return found


def climbing(rate, **case):
    """Rate of climbing of the couple, per year."""
    one, other = (logistic(gain / P["bilateral.climb_noise"]) for gain in gains_of_couple(**case))
    return rate * one * other


class TestHazards:
    @pytest.mark.parametrize("case", [{}, dict(tie=0.5, rung=0.7), dict(depth=0.1), dict(affinity=0.8)])
    def test_climbing(self, case):
        """1 − e^(−rΔt), r from both gains by hand."""
        world = couple(**{name: value for name, value in case.items() if name != "rung"})
        record = begun(world, default_parameters(bilateral__climb_rate=10))
        chance = 1 - math.exp(-climbing(10, **case) * 0.25)
        found = replicates_of(record, outcome, TRIALS)
        assert 0.02 < chance < 0.9
        assert abs(frequency_z((found == events.CLIMBED).sum(), TRIALS, chance)) < 4
        assert set(found) == {-1, events.CLIMBED}

    def test_activity_of_both_multiplies(self):
        """A state that is twice as active and one that is three times: six times the rate."""
        record = begun(couple())
        record["actor"]["activity"][0, :2] = (2, 3)
        chance = 1 - math.exp(-climbing(6 * P["bilateral.climb_rate"]) * 0.25)
        found = replicates_of(record, outcome, TRIALS)
        assert abs(frequency_z((found == events.CLIMBED).sum(), TRIALS, chance)) < 4

    def test_descending(self):
        """Rate × distance below the floor, if nobody considers climbing."""
        p = default_parameters(bilateral__climb_rate=0, bilateral__affinity_floor=0.1)
        chance = 1 - math.exp(-P["bilateral.descend_rate"] * 0.5 * 0.25)
        found = replicates_of(begun(couple(affinity=-0.4), p), outcome, TRIALS)
        assert abs(frequency_z((found == events.DESCENDED).sum(), TRIALS, chance)) < 4

    def test_one_way_on_either_side_of_the_floor(self):
        """Below it a tie can only fall, above it only rise; the event says its own chance and the new rung."""
        p = default_parameters(
            bilateral__climb_rate=10, bilateral__descend_rate=3, bilateral__affinity_floor=0
        )
        up = climbing(10, affinity=0.1, tie=0.3, rung=0.5)
        for affinity, kind, rate, rung in (
            (-0.3, events.DESCENDED, 3 * 0.3, 0.2),
            (0.1, events.CLIMBED, up, 0.5),
        ):
            record = begun(couple(affinity=affinity, tie=0.3), p)
            expected = 1 - math.exp(-rate * 0.25)
            found = replicates_of(record, outcome, TRIALS)
            assert set(found.tolist()) == {-1, kind}
            assert abs(frequency_z((found == kind).sum(), TRIALS, expected)) < 4
            work = record.copy()
            work["replicate"] = int(np.flatnonzero(found == kind)[0])
            update_bilateral(work[0])
            event = work["events"][0, 0]
            assert (event["state"], event["partner"], event["organisation"]) == (0, 1, -1)
            assert event["terms"][0] == np.float32(rung) == np.float32(work["pair"]["tie"][0, 1, 0])
            assert event["probability"] == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize("steps_per_year", [1, 4, 8])
    def test_the_length_of_the_step(self, steps_per_year):
        """No move within a year with e^(−r), however many steps it has."""
        p = default_parameters(bilateral__climb_rate=3)
        record = begun(couple(), p, steps_per_year=steps_per_year)

        def still(work):
            for number in range(steps_per_year):
                work["step"] = number
                update_bilateral(work[0])
            return work["n_events"][0] == 0

        found = replicates_of(record, still, TRIALS)
        assert abs(frequency_z(found.sum(), TRIALS, math.exp(-climbing(3)))) < 4


class TestDescent:
    @given(
        floor=st.floats(-0.3, 0.2), above=st.floats(0, 0.5), tie=st.sampled_from([*RUNGS, 0.05, 0.42, 1.0]),
        seed=st.integers(0, 1000),
    )  # fmt: skip
    def test_only_below_the_floor(self, floor, above, tie, seed):
        """At the floor and above it nothing falls, at any rate; below it all does in the end, to no tie."""
        p = default_parameters(
            bilateral__descend_rate=1e6, bilateral__climb_rate=0, bilateral__affinity_floor=floor
        )
        record = begun(couple(affinity=floor + above, tie=tie), p, seed=seed)
        update_bilateral(record[0])
        assert record["pair"]["tie"][0, 0, 1] == tie
        record["pair"]["affinity"][0, :2, :2] = even(2, floor - 0.01)
        ladder = [rung for rung in reversed([0.0, *RUNGS]) if rung < tie - 1e-9]
        for rung in [*ladder, 0.0]:
            update_bilateral(record[0])
            assert record["pair"]["tie"][0, 0, 1] == rung


class TestCatalyst:
    """The depth of the deepest common body, whatever it is for."""

    def chance(self, depth, catalyst):
        """How often the couple climbs."""
        p = default_parameters(bilateral__climb_rate=10, bilateral__catalyst=catalyst)
        found = replicates_of(begun(couple(depth=depth), p), outcome, TRIALS)
        return (found == events.CLIMBED).mean()

    def test_raises_the_hazard(self):
        """Deeper is faster: 4 standard errors of a difference at the least."""
        assert self.chance(0.7, 0.3) - self.chance(0.1, 0.3) > 4 * math.sqrt(2 * 0.25 / TRIALS)

    def test_is_gone_without(self):
        """catalyst = 0: the same luck brings the same ties, whatever the body."""
        assert self.chance(0.7, 0.0) == self.chance(0.1, 0.0)

    def test_in_the_gain(self):
        """catalyst · K · (b' − b), on each side."""
        shallow, deep = (begun(couple(depth=depth)) for depth in (0.1, 0.7))
        for i, j in ((0, 1), (1, 0)):
            assert gain(deep, i, j) - gain(shallow, i, j) == pytest.approx(0.3 * 0.6 * 0.1, rel=1e-12)


class TestDemonstration:
    def test_prestige_raises_demand(self):
        """A partner that has shown success covers more; with `demonstration` off it counts as if it had not."""
        plain, off = begun(couple()), begun(couple(), switches={"demonstration": False})
        proven, unseen = plain.copy(), off.copy()
        for record in (proven, unseen):
            record["actor"]["prestige"][0, 1] = 0.5
            update_all(record[0])
            update_security(record[0])
        assert gain(proven, 0, 1) > gain(plain, 0, 1) == gain(off, 0, 1) == gain(unseen, 0, 1)
        assert unseen["actor"]["need"][0, 0] == plain["actor"]["need"][0, 0] > proven["actor"]["need"][0, 0]

    def test_and_the_hazard(self):
        """The same luck: with success shown there are climbs that there were not, and none the other way."""
        p = default_parameters(bilateral__climb_rate=10, bilateral__climb_noise=0.008)
        climbs = []
        for prestige in (0.0, 2.0):
            record = begun(couple(tie=0.0), p)
            record["actor"]["prestige"][0, :2] = prestige
            update_all(record[0])
            climbs.append(replicates_of(record, outcome, TRIALS) == events.CLIMBED)
        assert (climbs[1] >= climbs[0]).all() and climbs[1].sum() > 2 * climbs[0].sum() > 0


def among_poles(ties, **arrays):
    """A state 2 with these ties to the poles 0 and 1, trading evenly with both; alone with its need."""
    tie = np.zeros((3, 3))
    tie[2, :2] = tie[:2, 2] = ties
    share0 = np.array([[0.7, 0, 0, 0.3], [0, 0.7, 0, 0.3], [0.1, 0.1, 0.7, 0.1]])
    return make_world(3, 0, tie=tie, share0=share0, **arrays)


class TestConcentration:
    def record(self, ties, **switches):
        return begun(among_poles(ties), default_parameters(value__k_security=0), switches)

    def test_a_tie_to_a_pole_lowers_the_value_of_the_next(self):
        """The same step of .1 to the same pole is worth less from .2 than from 0: H rises ever faster."""
        first, second = gain(self.record((0.0, 0.0)), 2, 0), gain(self.record((0.2, 0.0)), 2, 0)
        assert second < first < -P["bilateral.cost_climb"]
        trade, security = 0.25 / 3, 0.25
        h = [
            ((trade + security * x) ** 2 + trade**2) / (2 * trade + security * x) ** 2
            for x in (0, 0.1, 0.2, 0.3)
        ]
        weight, cost = P["value.concentration"], P["bilateral.cost_climb"]
        assert first == pytest.approx(-weight * (h[1] - h[0]) - cost, rel=1e-12)
        assert second == pytest.approx(-weight * (h[3] - h[2]) - cost, rel=1e-12)

    def test_balancing_is_worth_something(self):
        """With one pole ahead, a tie with the other evens the shares out."""
        assert (
            gain(self.record((0.3, 0.0)), 2, 1)
            > -P["bilateral.cost_climb"]
            > gain(self.record((0.3, 0.0)), 2, 0)
        )

    def test_gone_with_alignment_off_or_without_autonomy(self):
        """Then every rung costs what a rung costs."""
        off = self.record((0.2, 0.0), alignment=False)
        careless = self.record((0.2, 0.0))
        careless["actor"]["autonomy"] = 0
        for record in (off, careless):
            assert gain(record, 2, 0) == pytest.approx(-P["bilateral.cost_climb"], rel=1e-12)

    def test_no_pole_no_concentration(self):
        """A tie between states that are not poles moves no share; the pole counts the other way round."""
        record = self.record((0.2, 0.0))
        assert gain(record, 0, 2) == pytest.approx(-P["bilateral.cost_climb"], rel=1e-12)


def patronised(affinity, **parameters):
    """States 1 and 2; 1 depends on the patron 0, which feels like this about 2."""
    close = np.zeros((3, 3))
    close[0, 2] = close[2, 0] = affinity
    share0 = np.array([[0.7, 0, 0, 0.3], [0.3, 0.4, 0.0, 0.3], [0, 0, 0.7, 0.3]])
    world = make_world(
        3, 0, capability=[0.8, 0.1, 0.1], share0=share0, affinity_structural=close, nonstate_threat=[0, 0.05, 0.05],
        poles=("S0",),
    )  # fmt: skip
    return begun(world, default_parameters(bilateral__climb_rate=200, **parameters))


class TestRivalry:
    HELD = (1 - 0.1 / 0.8) * P["membership.lev_trade"] * 1.0  # L_10: 2 · .3/.6 of its trade

    def test_a_hostile_patron_costs(self):
        """rivalry_cost · (b' − b) · L · hostility; a friendly one costs nothing, nor does one who hates somebody else."""
        hostile, friendly = patronised(-0.7), patronised(0.0)
        assert rivalry(hostile[0], 1, 2) == pytest.approx(self.HELD * 0.7, rel=1e-12)
        assert rivalry(friendly[0], 1, 2) == rivalry(hostile[0], 2, 1) == 0
        expected = P["bilateral.rivalry_cost"] * 0.1 * self.HELD * 0.7
        assert gain(friendly, 1, 2) - gain(hostile, 1, 2) == pytest.approx(expected, rel=1e-10)

    def test_the_strongest_counts(self):
        """max over patrons, not the sum and not the last."""
        rng = np.random.default_rng(0)
        for seed in range(8):
            record = busy(seed % 6)
            state, n = record[0], int(record["n"][0])
            i, j = rng.choice(n, 2, replace=False)
            offence = [
                leverage(state, i, k) * max(0.0, -float(state["pair"]["affinity"][k, j]))
                for k in range(n)
                if k != j
            ]
            assert rivalry(state, i, j) == pytest.approx(max(offence), rel=1e-14)

    def test_without_it_ties_add_up(self):
        """rivalry_cost 0: positive-sum; the same luck brings the tie of 1 and 2 whatever the patron feels."""

        def climbs(affinity, cost):
            record = patronised(affinity, bilateral__rivalry_cost=cost)

            def tied(work):
                update_bilateral(work[0])
                return float(work["pair"]["tie"][0, 1, 2]) > 0

            return replicates_of(record, tied, TRIALS)

        free, bound = climbs(-0.7, 0.0), climbs(-0.7, 1.0)
        np.testing.assert_array_equal(free, climbs(0.3, 0.0))
        assert (free >= bound).all() and free.sum() > bound.sum() + 4 * math.sqrt(TRIALS / 4)


class TestPacts:
    def test_what_a_body_promises_already(self):
        """A rung at or under the common pact adds no protection and moves no share; beyond it, the rest does."""

        def worth(depth):
            record = begun(make_world(
                2, 1, scope=[(0, 1.0, 0, 0)], depth=[depth], status=[[MEMBER]] * 2, nonstate_threat=[0.1, 0.1]
            ), default_parameters(bilateral__catalyst=0))  # fmt: skip
            return gain(record, 0, 1) + P["bilateral.cost_climb"]

        assert worth(0.5) == pytest.approx(0, abs=1e-15) and worth(0.05) > 0
        need = [0.1 / (0.1 + 0.5 + level * 0.5 * 0.5) for level in (0.05, 0.1)]
        assert worth(0.05) == pytest.approx(0.25 * P["value.k_security"] * (need[0] - need[1]), rel=1e-9)

    def test_security_off(self):
        """Then ties are for closeness and by catalysis only."""
        record = begun(couple(), switches={"security": False})
        step = 0.25 * P["bilateral.symbolic"] * 0.2 * 0.1 + P["bilateral.catalyst"] * 0.5 * 0.1
        assert gain(record, 0, 1) == pytest.approx(step - P["bilateral.cost_climb"], rel=1e-12)

    def test_alone_it_leaves_everything_else_alone(self):
        """With nothing to decide, not a byte moves."""
        record = begun(couple(), default_parameters(bilateral__climb_rate=0, bilateral__descend_rate=0))
        before = leaves(record)
        update_bilateral(record[0])
        assert changed(before, leaves(record)) == set()
