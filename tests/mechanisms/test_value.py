"""The value of membership: closed forms, and with-minus-without against two worlds made by hand."""

import math

import numpy as np
import pytest

from oracle.worlds import random_parameters, small_world
from steppe.mechanisms import state as names
from steppe.mechanisms.derived import update_all
from steppe.mechanisms.records import TERM_NAMES
from steppe.mechanisms.security import need_of
from steppe.mechanisms.value import dominance, observer_value, value_now
from steppe.world.synthetic import make_world

from .support import advance, begun, changed, default_parameters, leaves

MEMBER = 2
DOMAINS = np.eye(4)
TERM = {name: place for place, name in enumerate(TERM_NAMES)}
P = default_parameters()


def terms(record, i=0, o=0):
    """The terms of a value by name."""
    value_now(record[0], i, o)
    return dict(zip(TERM_NAMES, record["scratch"][0, names.TERMS, : names.N_TERMS].tolist(), strict=True))


def club(domain, members=(0, 1), states=4, depth=0.5, **arrays):
    """Equal states, so that nobody is a major power, and one body with one field of work."""
    status = np.zeros((states, 1))
    status[list(members)] = MEMBER
    return make_world(states, 1, scope=[DOMAINS[domain]], depth=[depth], status=status, **arrays)


def pairs(n, **cells):
    """A symmetric matrix from cells named like `_01`."""
    matrix = np.zeros((n, n))
    for name, value in cells.items():
        i, j = int(name[1]), int(name[2])
        matrix[i, j] = matrix[j, i] = value
    return matrix


class TestValueIsPure:
    @pytest.mark.parametrize("seed", range(6))
    def test_writes_scratch_only(self, seed):
        """A value is looked at hundreds of times a step; it must not leave a trace."""
        record = advance(begun(small_world(6, 4, seed), random_parameters(seed)), 4)
        before = leaves(record)
        first = value_now(record[0], 1, 2)
        assert changed(before, leaves(record)) <= {"scratch"}
        assert value_now(record[0], 1, 2) == first


class TestAlone:
    @pytest.mark.parametrize("domain", range(4))
    def test_a_body_with_nobody_else_costs_its_upkeep(self, domain):
        """No partner: no market, pact, affinity or transit, no dominance; V = −upkeep. At ½ there is no
        tariff.
        """
        record = begun(club(domain, members=()))
        assert value_now(record[0], 0, 0) == pytest.approx(-P["value.upkeep"], abs=1e-15)

    def test_above_free_trade_it_costs_market_access_too(self):
        """A customs union of one taxes its own imports."""
        found = terms(begun(club(0, members=(), depth=0.9)))
        assert found["trade"] < 0 and found["value"] == pytest.approx(found["trade"] - P["value.upkeep"])

    @pytest.mark.parametrize("seed", range(5))
    def test_value_is_the_sum_of_its_terms(self, seed):
        """The decomposition that an event carries adds up."""
        record = advance(begun(small_world(6, 4, seed), random_parameters(seed)), 3)
        upkeep = random_parameters(seed)["value.upkeep"]
        for i in range(6):
            t = terms(record, i, 1)
            gains = t["trade"] + t["security"] + t["identity"] + t["connectivity"] + t["influence"]
            assert t["value"] == pytest.approx(
                gains - t["autonomy"] - t["concentration"] - t["conflict"] - upkeep
            )

    def test_observer_value_from_the_terms(self):
        """observer_benefit (identity + connectivity) − observer_autonomy (costs and upkeep)."""
        record = advance(begun(small_world(6, 4, 2)), 3)
        t = terms(record, 0, 1)
        costs = t["autonomy"] + t["concentration"] + t["conflict"] + P["value.upkeep"]
        expected = P["value.observer_benefit"] * (t["identity"] + t["connectivity"])
        expected -= P["value.observer_autonomy"] * costs
        assert observer_value(record[0]) == pytest.approx(expected, rel=1e-12)


class TestTerms:
    def test_identity(self):
        """σ k (¼ + ¾h) s · mean affinity with the other members; the outsider judges by those who are in."""
        affinity = pairs(4, _01=0.2, _02=0.6, _03=-1)
        record = begun(club(2, members=(1, 2), depth=0.4, affinity_structural=affinity))
        expected = 0.25 * P["value.k_identity"] * (0.25 + 0.75 * 0.4) * 0.4
        assert terms(record)["identity"] == pytest.approx(expected, rel=1e-12)

    def test_connectivity_is_capped(self):
        """σ k h s min(1, Σ R_ij) over members."""
        transit = np.zeros((4, 4))
        transit[0, 1:] = (0.3, 0.4, 0.3)
        for members, reached in (((1, 2), 0.7), ((1, 2, 3), 1.0)):
            record = begun(club(3, members=members, transit=transit))
            expected = 0.25 * P["value.k_connectivity"] * 0.5 * reached
            assert terms(record)["connectivity"] == pytest.approx(expected, rel=1e-12)

    def test_security_is_relief_less_entrapment(self):
        """A partner of equal size that faces θ = 1 from 2: need falls by its cover, entrapment is h s θ c."""
        threat = np.zeros((4, 4))
        threat[1, 2] = 1
        record = begun(club(1, members=(1,), threat=threat, nonstate_threat=[0.1, 0, 0, 0], depth=0.6))
        without, covered = 0.1 / (0.1 + 0.25), 0.1 / (0.1 + 0.25 + 0.6 * 0.25 / 2)
        entrapped = P["security.entrapment"] * 0.6 * 0.25
        expected = 0.25 * P["value.k_security"] * (without - covered - entrapped)
        assert terms(record)["security"] == pytest.approx(expected, rel=1e-12)

    def test_a_common_threat_does_not_entrap(self):
        """(1 − θ_ik) = 0: what i faces itself is no burden of the partner's."""
        threat = np.zeros((4, 4))
        threat[1, 2] = threat[0, 2] = 1
        record = begun(club(1, members=(1,), threat=threat, depth=0.6))
        state = record[0]
        relief = need_of(state, 0, 0.0) - need_of(state, 0, 0.6 * 0.25 / 2)
        assert terms(record)["security"] == pytest.approx(0.25 * P["value.k_security"] * relief, rel=1e-12)

    def test_conflict_counts_incompatible_memberships(self):
        """One cost for each living body incompatible with o of which i is a member; observing is no
        conflict.
        """
        clash = pairs(4, _01=1, _02=1, _03=1)
        status = np.zeros((3, 4))
        status[0] = (0, MEMBER, MEMBER, 1)
        record = begun(make_world(3, 4, incompatible=clash, status=status))
        assert terms(record)["conflict"] == pytest.approx(2 * P["value.incompatibility"], rel=1e-14)

    @pytest.mark.parametrize("seed", range(8))
    def test_trade_saturates(self, seed):
        """|tanh| < 1, so no market outweighs σ k_trade."""
        record = begun(small_world(6, 4, seed), random_parameters(seed))
        bound = record["actor"]["salience_trade"][0] * record["p"]["k_trade"][0]
        assert all(abs(terms(record, i, o)["trade"]) <= bound[i] for i in range(6) for o in range(4))


class TestDominance:
    def world(self, affinity=-0.4, inside=True, **arrays):
        """A hegemon 0 of .7 among five states of .06."""
        capability = np.array([0.7] + [0.06] * 5)
        status = np.full((6, 1), MEMBER)
        status[1] = MEMBER * inside
        between = pairs(6, _01=affinity)
        return make_world(6, 1, capability=capability, status=status, affinity_structural=between, **arrays)

    @pytest.mark.parametrize("inside", [True, False])
    def test_closed_form(self, inside):
        """(c_j/S)(1 − a)/2 with S the capability of the members and of i."""
        state = begun(self.world(inside=inside))[0]
        body = state["body"][0]
        found = dominance(state, 1, state["roll"][0], body["n_members"], body["threshold"])
        assert found == pytest.approx(0.7 / 1.0 * 1.4 / 2, rel=1e-12)

    def test_none_without_a_major_other_than_oneself(self):
        """The hegemon is not dominated; nor is anybody with the switch off, or under a threshold nobody
        passes.
        """
        state = begun(self.world())[0]
        body = state["body"][0]
        assert dominance(state, 0, state["roll"][0], body["n_members"], body["threshold"]) == 0
        assert dominance(state, 1, state["roll"][0], body["n_members"], np.inf) == 0
        off = begun(self.world(), switches={"dominance": False})[0]
        assert dominance(off, 1, off["roll"][0], 6, off["body"][0]["threshold"]) == 0

    def test_its_cost(self):
        """Q = α δ h κ dominance, κ = s_trade + ¼ s_security + .2 s_identity + .3 s_connectivity."""
        record = begun(self.world(autonomy=[1, 1.4, 1, 1, 1, 1], depth=[0.5], scope=[(0.4, 0.3, 0.2, 0.1)]))
        delegated = 0.4 + 0.25 * 0.3 + 0.2 * 0.2 + 0.3 * 0.1
        expected = 1.4 * P["value.sovereignty"] * 0.5 * delegated * 0.49
        assert terms(record, 1)["autonomy"] == pytest.approx(expected, rel=1e-12)


class TestWithMinusWithout:
    """The incremental counterfactual against two full worlds, one with the seat and one without."""

    @pytest.mark.parametrize("seed", range(12))
    def test_against_two_worlds(self, seed):
        """Set the status by hand, refresh everything, and take the difference."""
        world, p = small_world(6, 4, seed), random_parameters(seed)
        record = advance(begun(world, p, seed=seed), 4)
        for i in range(6):
            for o in np.flatnonzero(record["body"]["alive"][0, :4]):
                found = terms(record, i, int(o))
                worlds = []
                for status in (MEMBER, 0):
                    other = record.copy()
                    other["seat"]["status"][0, i, o] = status
                    update_all(other[0])
                    worlds.append(self.picture(other, i))
                (log_w, need, concentration), (log_w0, need0, concentration0) = worlds
                actor = record["actor"][0, i]
                gain = math.tanh((log_w - log_w0) / p["value.welfare_scale"])
                trade = actor["salience_trade"] * p["value.k_trade"] * gain
                assert found["trade"] == pytest.approx(trade, rel=1e-9, abs=1e-12)
                burden = self.entrapment(record, i, o)
                relief = need0 - need - p["security.entrapment"] * burden
                security = actor["salience_security"] * p["value.k_security"] * relief
                assert found["security"] == pytest.approx(security, rel=1e-9, abs=1e-12)
                turned = actor["autonomy"] * p["value.concentration"] * (concentration - concentration0)
                assert found["concentration"] == pytest.approx(turned, rel=1e-9, abs=1e-12)

    def picture(self, record, i):
        """ln W, need and concentration of i in a refreshed world."""
        from steppe.mechanisms.alignment import shares_of

        actor = record["actor"][0, i]
        welfare = math.log(actor["demand"]) / record["p"]["elasticity"][0]
        held = shares_of(record[0], i, np.zeros(int(record["k"][0])))
        return welfare, need_of(record[0], i, actor["protection"]), held

    def entrapment(self, record, i, o):
        """h s · mean over partners of Σ_{k≠i} θ_jk (1 − θ_ik) c_k."""
        n = int(record["n"][0])
        threat, size = record["pair"]["threat"][0, :n, :n], record["actor"]["capability"][0, :n]
        partners = [j for j in range(n) if j != i and record["seat"]["status"][0, j, o] == MEMBER]
        if not partners:
            return 0.0
        others = [k for k in range(n) if k != i]
        faced = [sum(threat[j, k] * (1 - threat[i, k]) * size[k] for k in others) for j in partners]
        return record["body"]["depth"][0, o] * record["body"]["security"][0, o] * float(np.mean(faced))

    @pytest.mark.parametrize("seed", range(1, 6))
    def test_influence_is_the_alignment_of_partners(self, seed):
        """For a pole that is major: the alignment shares of the other members with it in, minus with it
        out, summed.
        """
        from steppe.mechanisms.alignment import shares_of

        world, p = small_world(6, 4, seed), random_parameters(seed) | {"value.influence": 5.0}
        record = begun(world, p, seed=seed)
        some = False
        for o in range(4):
            for k, pole in enumerate(world.pole_index):
                state = record[0]
                partners = [j for j in range(6) if j != pole and state["seat"]["status"][j, o] == MEMBER]
                expected = 0.0
                if partners and state["actor"]["capability"][pole] > state["body"]["threshold"][o]:
                    pictures = []
                    for status in (MEMBER, 0):
                        other = record.copy()
                        other["seat"]["status"][0, pole, o] = status
                        update_all(other[0])
                        shares = []
                        for j in partners:
                            out = np.zeros(len(world.poles))
                            shares_of(other[0], j, out)
                            shares.append(out[k])
                        pictures.append(sum(shares))
                    expected = 5.0 * (pictures[0] - pictures[1])
                some = some or expected != 0
                assert terms(record, int(pole), o)["influence"] == pytest.approx(
                    expected, rel=1e-9, abs=1e-12
                )
        assert some, "no pole was major anywhere: the comparison was empty"
