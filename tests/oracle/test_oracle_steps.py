"""Closed-form checks of what the oracle does in a step: decisions, votes, mergers, interventions, runs."""

import math

import numpy as np
import pytest

from .cases import make, plain_world, statuses
from .common import MEMBER, NONE, OBSERVER, RULES, logistic
from .membership import put_to_vote
from .worlds import all_on, only

REPLICATES = 1000


class TestMembership:
    def test_hazard_frequencies(self):
        """A state that is let in by everyone applies as often as its rates say, over many replicates."""
        world = plain_world(3, 1, depth=np.zeros(1), status=statuses([0], [2], [2]))
        quiet = only("membership", "trade", "security", "alignment", "pressure", "dominance")
        # Costs of 0 leave V(member) = −.01 and V(observer) = −.001; all votes are carried by acquiescence.
        options = {
            "membership__cost_member": 0,
            "membership__cost_observer": 0,
            "membership__acquiescence": 9,
        }
        join, observe = (0.8 * logistic(v / 0.06) for v in (-0.01, -0.001))
        happens = 1 - math.exp(-(join + observe) / 4)
        kinds = []
        for replicate in range(REPLICATES):
            model = make(world, replicate=replicate, switches=quiet, **options)
            model.step()
            kinds += [event["kind"] for event in model.events if event["state"] == "AAA"]
        for kind, share in (("admitted", join), ("observing", observe)):
            expected = happens * share / (join + observe)
            spread = math.sqrt(expected * (1 - expected) / REPLICATES)
            assert abs(kinds.count(kind) / REPLICATES - expected) < 4 * spread

    @pytest.mark.parametrize("rule", RULES)
    def test_unanimous_members_admit(self, rule):
        """Every rule carries what all members want, and none what nobody wants."""
        world = plain_world(4, 1, rule=np.array([RULES.index(rule)]), status=statuses([0], [2], [2], [2]))
        for readiness, kind in ((9, "admitted"), (-9, "refused")):
            model = make(world, membership__acquiescence=readiness)
            put_to_vote(model, model.states[0], model.organisations[0], MEMBER)
            assert model.events[-1]["kind"] == kind

    def test_rules_count(self):
        """Two of three are two thirds and a majority; not consensus, nor enough with a founder against."""
        world = plain_world(4, 1, status=statuses([0], [2], [2], [2]), founder=statuses([1], [1], [0], [0]))
        model = make(world)
        o = model.organisations[0]
        _, founder, b, c = model.states
        decided = {}
        for o.rule in RULES:
            decided[o.rule] = (
                o.decides({founder: True, b: True, c: False}),
                o.decides({founder: 0, b: 1, c: 1}),
            )
        assert decided == {
            "consensus": (False, False),
            "qualified_majority": (True, True),
            "majority": (True, True),
            "founder_veto": (True, False),
            "no_major_power": (False, False),
        }

    def test_no_major_power(self):
        """The rule keeps a giant out whom all would welcome."""
        world = plain_world(
            3, 1, rule=np.array([4]), capability=np.array([0.2, 0.01, 0.01]), status=statuses([0], [2], [2])
        )
        model = make(world, membership__acquiescence=9)
        put_to_vote(model, model.states[0], model.organisations[0], MEMBER)
        assert model.events[-1]["kind"] == "refused"
        assert model.until["AAA", "OAA"] == 1 + 8

    def test_ordered_application(self):
        """It is put to the vote in the same step, whatever the eligibility, and asked once."""
        world = plain_world(3, 1, eligible=np.zeros((3, 1)), status=statuses([0], [2], [2]))
        order = [{"step": 0, "kind": "apply", "state": "AAA", "organisation": "OAA", "status": "observer"}]
        model = make(world, order, switches=only("membership"), membership__acquiescence=9)
        model.step()
        assert model.status["AAA", "OAA"] == OBSERVER
        assert set(model.pending.values()) == {NONE}

    def test_empty_body_admits_nobody(self):
        """An ordered application to a body without members is refused; nobody applies unasked."""
        order = [{"step": 0, "kind": "apply", "state": "AAA", "organisation": "OAA", "status": "member"}]
        model = make(plain_world(3, 1), order, switches=only("membership"))
        model.run(8)
        assert [event["kind"] for event in model.events] == ["refused"]


class TestInstitutions:
    def test_an_organisation_of_one_dissolves(self):
        """With certainty, in the first step, and observers are out as well."""
        model = make(plain_world(3, 1, status=statuses([2], [1], [3])), switches=only("institutions"))
        model.step()
        assert model.events[-1]["kind"] == "dissolved"
        assert model.alive == {"OAA": False}
        assert model.depth == {"OAA": 0.0}
        assert set(model.status.values()) == {NONE}

    def test_cohesion_by_hand(self):
        """Mean affinity of three pairs, less dominance of one giant over the two others."""
        affinity = np.array([[0, 0.6, 0.2], [0.6, 0, -0.4], [0.2, -0.4, 0]])
        world = plain_world(
            3,
            1,
            capability=np.array([0.02, 0.02, 0.16]),
            affinity_structural=affinity,
            status=statuses([2], [2], [2]),
        )
        dominated = (0.8 * 0.4 + 0.8 * 0.7) / 2
        assert make(world).cohesion["OAA"] == pytest.approx(0.4 / 3 - dominated, abs=1e-15)

    def test_overlap_by_hand(self):
        """A deeper body of the same scope with the same giant and two of three members."""
        world = plain_world(
            4,
            2,
            capability=np.array([0.01, 0.01, 0.01, 0.2]),
            depth=np.array([0.3, 0.7]),
            status=statuses([2, 0], [2, 2], [2, 2], [2, 2]),
        )
        model = make(world, switches=all_on(dominance=False))
        assert model.cohesion["OAA"] == pytest.approx(-0.5 * 0.75, abs=1e-15)
        assert model.cohesion["OAB"] == 0
        assert make(world, switches=all_on(dominance=False, overlap=False)).cohesion["OAA"] == 0

    def test_hollowing_frequency(self):
        """The rate at a cohesion of 0, over many replicates."""
        world = plain_world(3, 1, status=statuses([2], [2], [2]))
        quiet = only("institutions", "trade", "security", "alignment", "dominance", "consent")
        expected = 1 - math.exp(-0.25 * logistic(-0.05 / 0.08) / 4)
        fell = 0
        for replicate in range(REPLICATES):
            model = make(
                world,
                replicate=replicate,
                switches=quiet,
                institutions__cohesion_floor=-0.05,
                institutions__deepen_rate=0,
            )
            model.step()
            fell += model.depth["OAA"] == 0.3
        assert abs(fell / REPLICATES - expected) < 4 * math.sqrt(expected * (1 - expected) / REPLICATES)

    def test_merger_moves_members(self):
        """A shallow body inside a deeper one merges at once; all its members are in the other then."""
        world = plain_world(
            4,
            2,
            depth=np.array([0.3, 0.7]),
            status=statuses([2, 2], [2, 2], [2, 2], [2, 1]),
            rule=np.array([2, 2]),
        )
        quiet = only("institutions", "trade", "security", "alignment", "dominance", "consent")
        model = make(
            world,
            switches=quiet,
            institutions__merge_rate=1e6,
            institutions__deepen_rate=0,
            institutions__hollow_rate=0,
        )
        model.step()
        assert [event["kind"] for event in model.events] == ["merged", "joined_by_merger"]
        assert model.events[1]["state"] == "AAD"
        assert [model.status[name, "OAB"] for name in world.states] == [MEMBER] * 4
        assert [model.status[name, "OAA"] for name in world.states] == [NONE] * 4
        assert model.alive == {"OAA": False, "OAB": True}

    def test_imagined_merger_is_undone(self):
        """What the merger would be worth is asked in a world that is put back afterwards."""
        model = make(plain_world(3, 2, status=statuses([2, 2], [2, 1], [1, 3])))
        o, q = model.organisations
        before = (model.status, model.depth, model.alive)
        model.organisations[0].values_after_merger(q, o.members())
        assert (model.status, model.depth, model.alive) == before

    def test_security_ladder(self):
        """A security body stays at cooperation until half of its pairs have bilateral ties."""
        world = plain_world(3, 1, scope=np.array([[0, 1.0, 0, 0]]), status=statuses([2], [2], [2]))
        o = make(world).organisations[0]
        a, b, c = o.members()
        assert o.ladder_allows(0.3)
        assert not o.ladder_allows(0.5)
        a.tie[b] = b.tie[a] = 0.3
        assert not o.ladder_allows(0.5)
        a.tie[c] = c.tie[a] = 0.3
        assert o.ladder_allows(0.5)


class TestInterventions:
    def test_dead_bodies_are_void(self):
        """Nothing is done to a body that is gone, except to found it anew."""
        orders = [
            {"step": 0, "kind": "dissolve", "organisation": "OAA"},
            {"step": 0, "kind": "admit", "state": "AAA", "organisation": "OAA"},
            {"step": 0, "kind": "found", "organisation": "OAA", "members": ["AAA", "AAB"], "depth": 0.3},
        ]
        model = make(plain_world(3, 1, status=statuses([2], [2], [2])), orders, switches=only("membership"))
        model.step()
        kinds = [event["kind"] for event in model.events]
        assert kinds == ["dissolved", "void", "founded", "admitted", "admitted"]
        assert model.depth == {"OAA": 0.3}
        assert model.status["AAC", "OAA"] == NONE

    def test_status_is_logged_only_when_it_changes(self):
        """Admitting a member says nothing."""
        orders = [
            {"step": 0, "kind": "admit", "state": "AAA", "organisation": "OAA"},
            {"step": 0, "kind": "set_status", "state": "AAB", "organisation": "OAA", "status": "observer"},
        ]
        off = only()
        model = make(plain_world(3, 1, status=statuses([2], [2], [2])), orders, switches=off)
        model.step()
        assert [event["kind"] for event in model.events] == ["left_to_observer"]

    def test_values(self):
        """Every other kind sets, adds or multiplies what it says."""
        orders = [
            {"kind": "tie", "a": "AAA", "b": "AAB", "level": 0.7},
            {"kind": "conflict", "a": "AAA", "b": "AAC", "level": 0.5},
            {"kind": "threat", "on": "AAA", "by": "AAB", "level": 0.6},
            {"kind": "transit", "state": "AAA", "on": "AAB", "share": 0.4},
            {"kind": "threat_shock", "state": "AAA", "size": 0.01},
            {"kind": "capability", "state": "AAA", "factor": 3},
            {"kind": "prestige", "state": "AAA", "change": 0.2},
            {"kind": "autonomy", "state": "AAA", "value": 0.1},
            {"kind": "bar", "state": "AAA", "organisation": "OAA"},
            {"kind": "set_depth", "organisation": "OAA", "depth": 0.2},
            {"kind": "set_rule", "organisation": "OAA", "rule": "majority"},
            {"kind": "parameter", "parameter": "membership.cooldown", "value": 1},
            {"kind": "mechanism", "mechanism": "affinity", "on": False},
        ]
        off = only()
        model = make(plain_world(3, 1), [{"step": 0} | order for order in orders], switches=off)
        model.step()
        a, b, c = model.states
        o = model.organisations[0]
        assert (a.tie[b], b.tie[a], a.conflict[c], c.conflict[a]) == (0.7, 0.7, 0.5, 0.5)
        assert (a.threat[b], b.threat[a], a.transit[b], b.transit[a]) == (0.6, 0, 0.4, 0)
        assert (a.shock, a.capability, a.prestige, a.autonomy) == (0.01, 0.03, 0.2, 0.1)
        assert (a.eligible[o], b.eligible[o], o.depth, o.rule) == (False, True, 0.2, "majority")
        assert model.cooldown() == 4
        assert not model.switches["affinity"]

    def test_unknown_kind(self):
        """A kind that does not exist is an error, not silence."""
        model = make(plain_world(2, 1), [{"step": 0, "kind": "bless", "state": "AAA"}])
        with pytest.raises(ValueError, match="bless"):
            model.step()
