"""Closed-form checks of what the oracle derives from the state of the world."""

import math

import numpy as np
import pytest

from .affinity import contact, relief
from .cases import make, plain_world, statuses
from .common import MEMBER, SUSPENDED
from .philox import Draws, key_of, mix, philox, u01
from .worlds import all_on, small_world


class TestDraws:
    @pytest.mark.parametrize(
        ("counter", "key", "words"),
        [
            ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
            ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
            (
                (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
                (0xA4093822, 0x299F31D0),
                (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
            ),
        ],
    )
    def test_known_answers(self, counter, key, words):
        """The vectors published with Random123 (Salmon et al. 2011)."""
        assert philox(counter, key) == words

    def test_uniform_stays_in_the_unit_interval(self):
        """The half keeps zero out; one is reached by rounding at the very top."""
        assert u01(0, 0) == 0.5 / 2**53
        assert u01(0xFFFFFFFF, 0xFFFFFFFF) <= 1

    def test_address(self):
        """Seed over two words, step and purpose in one, as a literal address."""
        draws = Draws(seed=5 * 2**32 + 7, replicate=3)
        assert draws.words(2, 6, 11, 13) == philox((3, 2 * 64 + 6, 11, 13), (7, 5))

    def test_keys_and_mix(self):
        """Four bytes of BLAKE2b, little-endian; kinds do not share keys."""
        assert key_of("state", "AAA") != key_of("organisation", "AAA")
        assert 0 <= key_of("state", "AAA") < 2**32
        assert mix(1, 0) == 2654435761
        assert mix(0, 9) == 9

    def test_moments(self):
        """Mean and variance of a thousand normals and uniforms."""
        draws = Draws(1, 0)
        normals = [draws.normal(0, 2, n) for n in range(1000)]
        uniforms = [draws.uniform(0, 5, n) for n in range(1000)]
        assert abs(np.mean(normals)) < 0.12
        assert abs(np.var(normals) - 1) < 0.18
        assert abs(np.mean(uniforms) - 0.5) < 0.03


class TestWorlds:
    @pytest.mark.parametrize("seed", range(5))
    def test_small_worlds_are_sound(self, seed):
        """They pass the checks that worlds made from evidence pass, keys included."""
        small_world(6, 5, seed=seed).validate()


class TestTrade:
    def test_by_hand(self):
        """Two states and the world; the first joins the second in a trade body of depth .8.

        x_01 = .8, the tariff before the world is .3. With home .5, partner .3, world .2, elasticity 5:
        D = .5 + .3 e^(5·.1·.8) + .2 e^(−5·.05·.3).
        """
        world = plain_world(
            2,
            1,
            share0=np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]]),
            depth=np.array([0.8]),
            scope=np.array([[1.0, 0, 0, 0]]),
            status=statuses([0], [2]),
        )
        model = make(world)
        i, o = model.states[0], model.organisations[0]
        i.status[o] = MEMBER
        partner, rest = 0.3 * math.exp(0.4), 0.2 * math.exp(-0.075)
        total = 0.5 + partner + rest
        assert model.welfare["AAA"] == pytest.approx(math.log(total) / 5, abs=1e-15)
        shares = i.trade_shares(i.flows())
        assert shares[model.states[1]] == pytest.approx(partner / (partner + rest), abs=1e-15)
        # The second was in a body with nobody in it, so its tariff stood against the first; now it is gone.
        gain = 0.1 * math.exp(5 * (0.1 * 0.8 + 0.05 * 0.3))
        assert model.welfare["AAB"] == pytest.approx(math.log(0.6 + gain + 0.3) / 5, abs=1e-15)

    def test_nothing_changes_at_the_start(self):
        """Costs are relative to the start, so welfare is that of the start whatever the memberships."""
        model = make(small_world(seed=3))
        assert all(abs(w) < 1e-15 for w in model.welfare.values())

    def test_switched_off(self):
        """Without the mechanism, a new member trades as before and gains nothing."""
        world = small_world(seed=3)
        model = make(world, switches=all_on(trade=False))
        for i in model.states:
            for o in model.organisations:
                i.status[o] = MEMBER
        assert all(abs(w) < 1e-15 for w in model.welfare.values())
        assert model.value_of_membership("AAA", "OAA").trade == 0


class TestSecurity:
    def test_need_by_hand(self):
        """A rival of capability .02 and threat .5, an ally of .03 with a pact of .4 and affinity .6."""
        zero = np.zeros((3, 3))
        threat, tie, affinity = zero.copy(), zero.copy(), zero.copy()
        threat[0, 1] = 0.5
        tie[0, 2] = tie[2, 0] = 0.4
        affinity[0, 2] = affinity[2, 0] = 0.6
        world = plain_world(
            3,
            1,
            capability=np.array([0.01, 0.02, 0.03]),
            threat=threat,
            tie=tie,
            affinity_structural=affinity,
            nonstate_threat=np.array([0.004, 0, 0]),
        )
        model = make(world)
        threats, protection = 0.5 * 0.02 + 0.004, 0.4 * 0.03 * 0.8
        assert model.need["AAA"] == pytest.approx(threats / (threats + protection + 0.01), abs=1e-15)
        # Leverage: superiority 2/3; no trade beyond an equal share; the only protector above the threshold.
        trade = (0.5 / 3) / 0.5
        expected = (1 - 1 / 3) * (0.4 * min(1, 2 * trade) + 0.3 * 1)
        assert model.leverage["AAA", "AAC"] == pytest.approx(expected, abs=1e-15)
        assert model.leverage["AAC", "AAA"] == 0

    def test_off_needs_nothing(self):
        """Without the mechanism need is zero, and so is the security part of every value."""
        model = make(small_world(seed=2), switches=all_on(security=False))
        assert set(model.need.values()) == {0.0}
        assert model.value_of_membership("AAB", "OAA").security == 0


class TestAlignment:
    def test_shares_sum_to_one(self):
        """Over the poles other than the state itself."""
        model = make(small_world(seed=4))
        for i in model.states:
            shares = [x for (name, _), x in model.shares.items() if name == i.name]
            assert sum(shares) == pytest.approx(1, abs=1e-14)

    def test_no_ties_at_all(self):
        """Equal shares, hence the most even alignment there can be, and no polarisation."""
        share0 = np.zeros((4, 5))
        share0[np.arange(4), np.arange(4)] = 1.0
        model = make(plain_world(4, 1, share0=share0))
        assert model.shares["AAC", "AAA"] == 0.5
        assert model.multivector["AAD"] == pytest.approx(1)
        assert model.polarisation == 0
        assert model.influence == {"AAA": 0.5, "AAB": 0.5}


class TestValue:
    def test_body_of_strangers(self):
        """Strangers at depth 0 (no trade, no pacts, no authority) are worth nothing, less the upkeep."""
        world = plain_world(4, 1, depth=np.zeros(1), status=statuses([0], [2], [2], [2]))
        value = make(world).value_of_membership("AAA", "OAA")
        assert value.member == -0.01
        assert value.observer == -0.1 * 0.01
        assert all(part == 0 for part in value.components().values())

    def test_identity_and_connectivity_by_hand(self):
        """Affinity .4 and −.2 with the two members; transit of .7 and .6 over them is capped at 1."""
        affinity, transit = np.zeros((3, 3)), np.zeros((3, 3))
        affinity[0, 1:] = affinity[1:, 0] = [0.4, -0.2]
        transit[0, 1:] = [0.7, 0.6]
        world = plain_world(
            3, 1, affinity_structural=affinity, transit=transit, status=statuses([0], [2], [2])
        )
        value = make(world).value_of_membership("AAA", "OAA")
        assert value.identity == pytest.approx(0.25 * 3 * (0.25 + 0.75 * 0.5) * 0.25 * 0.1, abs=1e-15)
        assert value.connectivity == pytest.approx(0.25 * 1 * 0.5 * 0.25 * 1.0, abs=1e-15)

    def test_dominance_by_hand(self):
        """A giant among dwarfs, whom the state dislikes: its share of the capability, times distance."""
        affinity = np.zeros((4, 4))
        affinity[0, 3] = affinity[3, 0] = -0.5
        world = plain_world(
            4,
            1,
            capability=np.array([0.01, 0.01, 0.01, 0.1]),
            affinity_structural=affinity,
            status=statuses([0], [2], [2], [2]),
        )
        value = make(world).value_of_membership("AAA", "OAA")
        delegated = 0.25 * (1 + 0.25 + 0.2 + 0.3)
        assert value.autonomy == pytest.approx(0.5 * delegated * (0.1 / 0.13) * 0.75, abs=1e-15)
        without = make(world, switches=all_on(dominance=False)).value_of_membership("AAA", "OAA")
        assert without.autonomy == 0

    def test_incompatible_bodies(self):
        """Each rival body of which the state is a member costs the same."""
        rivals = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]], dtype=np.int8)
        world = plain_world(2, 3, incompatible=rivals, status=statuses([0, 2, 2], [2, 2, 1]))
        model = make(world)
        assert model.value_of_membership("AAA", "OAA").conflict == pytest.approx(0.4)
        assert model.value_of_membership("AAB", "OAA").conflict == pytest.approx(0.2)

    def test_changes_nothing(self):
        """Asking what a membership is worth leaves the model as it was."""
        model = make(small_world(seed=5))
        before = (model.status, model.depth, model.shares)
        for i in model.states:
            for o in model.organisations:
                model.value_of_membership(i.name, o.name)
        assert (model.status, model.depth, model.shares) == before

    def test_influence_only_for_major_poles(self):
        """A great power gains alignment through a body; a small member gains nothing by this."""
        world = plain_world(
            4,
            1,
            capability=np.array([0.1, 0.01, 0.01, 0.01]),
            scope=np.array([[0.5, 0.5, 0, 0]]),
            status=statuses([0], [2], [2], [2]),
        )
        model = make(world, value__influence=1.0)
        assert model.value_of_membership("AAA", "OAA").influence > 0
        assert model.value_of_membership("AAC", "OAA").influence == 0


class TestAffinity:
    def test_reversion_to_baseline(self):
        """Without contact, conflict, noise or change of trade, the gap closes by reversion·Δt per step."""
        affinity = np.array([[0, 0.4], [0.4, 0]])
        world = plain_world(2, 1, affinity_structural=affinity)
        push = [{"step": 0, "kind": "affinity", "a": "AAB", "b": "AAA", "change": 0.2}]
        model = make(world, push, affinity__noise=0, affinity__baseline_follow=0, affinity__baseline_anchor=0)
        model.step()
        assert model.affinity["AAA", "AAB"] == model.affinity["AAB", "AAA"]
        assert model.affinity["AAA", "AAB"] == pytest.approx(0.6 - 0.3 * 0.25 * 0.2, abs=1e-15)
        assert model.baseline["AAA", "AAB"] == 0.4

    def test_contact_of_member_and_observer(self):
        """In a body of pure identity and depth .5, and with its instrument at work."""
        world = plain_world(
            3,
            1,
            scope=np.array([[0, 0, 1.0, 0]]),
            instrument=np.array([1]),
            status=statuses([MEMBER], [MEMBER], [SUSPENDED]),
        )
        model = make(world)
        a, b, c = model.states
        assert contact(model, a, b) == 0.5
        assert contact(model, a, c) == pytest.approx(0.15)
        assert relief(model, a, b) == 1
        assert relief(model, a, c) == 0
