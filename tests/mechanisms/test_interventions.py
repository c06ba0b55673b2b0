"""Interventions: what each kind does, in which order, and what is void."""

import numpy as np
import pytest

from steppe.mechanisms import events
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.interventions import INTERVENTIONS, intervene
from steppe.mechanisms.state import parameters_of
from steppe.simulation.plan import plan
from steppe.world.synthetic import make_world

from .politics import gate, process, with_corridors, with_politics
from .support import DERIVED, begun, changed, default_parameters, leaves

NONE, OBSERVER, MEMBER, SUSPENDED = range(4)
EVENTS = {"events", "n_events"}
STALE = {"network_stale"}


def busy_world():
    """Three states, three bodies of which the last is dead, an accord with a vote, a brotherhood, two segments."""
    status = [[MEMBER, NONE, NONE], [MEMBER, OBSERVER, NONE], [NONE, MEMBER, NONE]]
    affinity = [[0, 0.2, 0.4], [0.2, 0, 0.1], [0.4, 0.1, 0]]
    world = make_world(
        3, 3, alive=[1, 1, 0], depth=[0.3, 0.5, 0], status=status, affinity_structural=affinity
    )
    return with_politics(
        with_corridors(world),
        [process(rates=(1, 1), parties={"S0": {"support": 0.3}, "S1": {}}, push={"S2": 0.1})],
        [gate(of="accord", state="S0", clock=1)],
        [{"name": "kin", "members": ("S0", "S1"), "strength": 0.2, "relief": 1.0}],
    )


def carried_out(*orders, world=None, record=None):
    """A record after these interventions of step 0, and the fields they changed."""
    world = busy_world() if world is None else world
    record = begun(world) if record is None else record
    before = leaves(record)
    intervene(record[0], parameters_of(record), plan([(0, dict(order)) for order in orders], world))
    return record, changed(before, leaves(record))


def kinds_of(record):
    """The events so far by name."""
    return [KINDS[kind] for kind in record["events"]["kind"][0, : record["n_events"][0]]]


# kind, what it is given, the field it sets, the cell, what it holds then, what else it may move
SETTERS = [
    ("set_status", dict(state="S2", organisation="O0", status="suspended"), "seat.status", (2, 0), SUSPENDED,
     DERIVED | EVENTS),
    ("admit", dict(state="S2", organisation="O0"), "seat.status", (2, 0), MEMBER, DERIVED | EVENTS),
    ("apply", dict(state="S2", organisation="O0", status="observer"), "seat.pending", (2, 0), OBSERVER,
     set()),
    ("bar", dict(state="S2", organisation="O0"), "seat.eligible", (2, 0), 0, set()),
    ("set_depth", dict(organisation="O0", depth=0.7), "body.depth", (0,), 0.7, DERIVED | EVENTS),
    ("set_rule", dict(organisation="O0", rule="majority"), "body.rule", (0,), 2, set()),
    ("tie", dict(a="S0", b="S1", level=0.5), "pair.tie", (1, 0), 0.5, DERIVED),
    ("affinity", dict(a="S0", b="S1", change=0.4), "pair.affinity", (1, 0), 0.6, DERIVED),
    ("affinity", dict(a="S0", b="S1", change=-1.7), "pair.affinity", (0, 1), -1.0, DERIVED),
    ("threat", dict(on="S0", by="S1", level=0.6), "pair.threat", (0, 1), 0.6, DERIVED),
    ("conflict", dict(a="S0", b="S1", level=0.6), "pair.conflict", (1, 0), 0.6, set()),
    ("threat_shock", dict(state="S1", size=0.01), "actor.shock", (1,), 0.01, set()),
    ("capability", dict(state="S1", factor=0.5), "actor.capability", (1,), 1 / 6, DERIVED),
    ("prestige", dict(state="S1", change=0.5), "actor.prestige", (1,), 0.5, DERIVED),
    ("prestige", dict(state="S1", change=-3), "actor.prestige", (1,), -1.0, DERIVED),
    ("transit", dict(state="S0", on="S1", share=0.4), "pair.transit", (0, 1), 0.4, {"pair.transit0"}),
    ("autonomy", dict(state="S1", value=1.7), "actor.autonomy", (1,), 1.7, set()),
    ("approval", dict(state="S1", level=0.7), "actor.approval", (1,), 0.7, {"actor.approval0"}),
    ("approval", dict(state="S1", level=0.7), "actor.approval0", (1,), 0.7, {"actor.approval"}),
    ("crisis", dict(state="S1", size=0.7), "actor.crisis", (1,), 0.7, set()),
    ("activity", dict(state="S1", level=0.7), "actor.activity", (1,), 0.7, set()),
    ("continuity", dict(state="S1", level=0.7), "actor.continuity", (1,), 0.7, set()),
    ("trade_cost", dict(a="S0", b="S1", change=-0.1), "pair.cost_shift", (1, 0), -0.1, DERIVED),
    ("corridor", dict(segment="tunnel", status="open"), "segment.status", (1,), 1, STALE),
    ("corridor", dict(segment="strait", status="closed"), "segment.status", (0,), 0, STALE),
    ("corridor", dict(segment="strait", capacity=3), "segment.capacity", (0,), 15, STALE),
    ("corridor", dict(segment="strait", cost=0.5), "segment.cost", (0,), 5, STALE),
    ("stage", dict(process="accord", stage="s2"), "process.stage", (0,), 2, EVENTS),
    ("pace", dict(process="accord", factor=3), "process.pace", (0,), 3, set()),
    ("role", dict(process="accord", state="S0", push=0.4), "role.push", (0, 0), 0.4, set()),
    ("role", dict(process="accord", state="S2", resist=0.4), "role.resist", (0, 2), 0.4, set()),
    ("role", dict(process="accord", state="S1", interest=-0.4), "role.interest", (0, 1), -0.4, set()),
    ("support", dict(process="accord", state="S0", level=0.9), "role.support", (0, 0), 0.9,
     {"role.support0"}),
    ("support", dict(process="accord", state="S0", level=0.9), "role.support0", (0, 0), 0.9,
     {"role.support"}),
    ("instrument", dict(instrument="kin", on=False), "instrument.active", (0,), 0, DERIVED),
    ("gate", dict(gate="vote", outcome="passed"), "gate.passed", (0,), 1, {"gate.held"}),
    ("gate", dict(gate="vote", outcome="waived"), "gate.passed", (0,), 1, set()),
    ("gate", dict(gate="vote", outcome="failed"), "gate.settled", (0,), 1, {"gate.held"}),
    ("reach", dict(process="accord", stage="s2"), "process.stage", (0,), 2, EVENTS | {"actor.approval"}),
    ("incompatible", {"organisation": "O0", "with": "O1", "on": True}, "between.incompatible", (1, 0), 1,
     set()),
    ("parameter", dict(parameter="trade.phi", value=0.15), "p.phi", (), 0.15, DERIVED),
    ("mechanism", dict(mechanism="pressure", on=False), "p.on_pressure", (), 0.0, set()),
]  # fmt: skip


class TestSetters:
    @pytest.mark.parametrize(("kind", "given", "field", "cell", "value", "follows"), SETTERS)
    def test_sets_what_it_says(self, kind, given, field, cell, value, follows):
        """One field, what follows from it, and the note of it; nothing else."""
        record, moved = carried_out({"kind": kind, **given})
        part, name = field.split(".")
        assert record[part][name][(0, *cell)] == pytest.approx(value, rel=1e-14)
        assert field in moved and moved <= {field} | follows | {"scratch"}

    def test_allow_undoes_bar(self):
        """Eligible again."""
        seat = dict(state="S2", organisation="O0")
        record, moved = carried_out({"kind": "bar", **seat}, {"kind": "allow", **seat})
        assert record["seat"]["eligible"][0, 2, 0] == 1 and moved == set()

    def test_what_moves_adds_up_and_what_sets_replaces(self):
        """Factors multiply, changes add, levels replace."""
        record, _ = carried_out(
            *[{"kind": "corridor", "segment": "strait", "cost": 2.0}] * 2,
            *[{"kind": "trade_cost", "a": "S0", "b": "S1", "change": 0.1}] * 2,
            *[{"kind": "pace", "process": "accord", "factor": 2.0}] * 2,
            *[{"kind": "crisis", "state": "S0", "size": 0.3}] * 2,
        )
        assert record["segment"]["cost"][0, 0] == 40
        assert record["pair"]["cost_shift"][0, 0, 1] == pytest.approx(0.2)
        assert record["process"]["pace"][0, 0] == 2
        assert record["actor"]["crisis"][0, 0] == pytest.approx(0.6)

    def test_a_system_is_all_its_segments(self):
        """By the systems that each segment is part of, and no other segment."""
        record, _ = carried_out({"kind": "corridor", "system": "NORTH", "status": "open", "capacity": 2})
        assert record["segment"]["status"][0, :2].tolist() == [1, 1] and record["network_stale"][0] == 1
        assert record["segment"]["capacity"][0, :2].tolist() == [10, 16]
        record, _ = carried_out({"kind": "corridor", "system": "SOUTH", "capacity": 2})
        assert record["segment"]["capacity"][0, :2].tolist() == [10, 8]

    def test_only_what_is_said_of_a_role(self):
        """The rest of the role stays."""
        record, _ = carried_out(
            {"kind": "role", "process": "accord", "state": "S2", "resist": 0.4, "interest": -0.2}
        )
        role = record["role"][0, 0, 2]
        assert (role["push"], role["resist"], role["interest"]) == (0.1, 0.4, -0.2)

    def test_transit_keeps_what_corridors_have_changed(self):
        """R = clip(R° + dep − dep⁰, 0, 1), R° what is said."""
        for told, now in ((0.4, 0.6), (0.9, 1.0)):
            record = begun(busy_world())
            record["pair"]["dependence"][0, 0, 1], record["pair"]["dependence0"][0, 0, 1] = 0.5, 0.3
            carried_out({"kind": "transit", "state": "S0", "on": "S1", "share": told}, record=record)
            assert record["pair"]["transit0"][0, 0, 1] == told
            assert record["pair"]["transit"][0, 0, 1] == pytest.approx(now)

    def test_every_kind_is_tried_here(self):
        """A new intervention must come with its test."""
        told = {kind for kind, *_ in SETTERS}
        rows = {"segment_status", "segment_capacity", "segment_cost", "push", "resist", "interest"}
        here = {"allow", "found", "founding_member", "dissolve", "merge", "scope", "leader"}
        assert set(INTERVENTIONS) <= told | rows | here
        assert KINDS.index("void") == events.VOID


TURN_TO_SECURITY = {
    "kind": "scope", "organisation": "O0", "trade": 0, "security": 0.6, "identity": 0.15, "connectivity": 0,
}  # fmt: skip


class TestScope:
    def test_is_normalised_and_all_that_follows_with_it(self):
        """Shares .8 and .2; κ = ¼·.8 + .2·.2; cosines as of a world built with that scope."""
        record, moved = carried_out(TURN_TO_SECURITY)
        names = ("trade", "security", "identity", "connectivity")
        shares = np.array([record["body"][name][0, 0] for name in names])
        np.testing.assert_allclose(shares, [0, 0.8, 0.2, 0], atol=1e-15)
        assert record["body"]["delegated"][0, 0] == pytest.approx(0.25 * 0.8 + 0.2 * 0.2)
        scope = np.full((3, 4), 0.25)
        scope[0] = shares
        built = begun(make_world(3, 3, scope=scope))
        np.testing.assert_allclose(
            record["between"]["cosine"][0, :3, :3], built["between"]["cosine"][0, :3, :3], atol=1e-15
        )
        own = {"body.trade", "body.security", "body.identity", "body.connectivity", "body.delegated"}
        assert own < moved and moved <= own | {"between.cosine"} | DERIVED

    def test_pacts_and_trade_follow(self):
        """A body turned to security owes its members a pact of h · s, and no trade any more."""
        record, _ = carried_out(TURN_TO_SECURITY)
        assert record["pair"]["pact1"][0, 0, 1] == pytest.approx(0.3 * 0.8)
        assert record["pair"]["trade1"][0, 0, 1] == 0

    def test_of_a_dead_body_is_void_once(self):
        """Four rows, one note."""
        record, moved = carried_out(TURN_TO_SECURITY | {"organisation": "O2"})
        assert kinds_of(record) == ["void"] and moved <= EVENTS | {"scratch"}


class TestBodies:
    def test_found(self):
        """A dead body lives, with this depth and these members."""
        record, _ = carried_out(
            {"kind": "found", "organisation": "O2", "members": ["S0", "S2"], "depth": 0.5}
        )
        assert record["body"]["alive"][0, 2] == 1 and record["body"]["depth"][0, 2] == 0.5
        assert record["seat"]["status"][0, :3, 2].tolist() == [MEMBER, NONE, MEMBER]
        assert kinds_of(record)[0] == "founded"

    def test_merge_and_dissolve(self):
        """As the rules do it, without votes."""
        record, _ = carried_out({"kind": "merge", "organisation": "O0", "into": "O1"})
        assert record["seat"]["status"][0, :3, 1].tolist() == [MEMBER] * 3
        assert record["body"]["alive"][0, 0] == 0 and kinds_of(record)[-1] == "merged"
        record, _ = carried_out({"kind": "dissolve", "organisation": "O0"})
        assert record["body"]["alive"][0, 0] == 0 and kinds_of(record) == ["dissolved"]

    @pytest.mark.parametrize(
        "order",
        [
            {"kind": "found", "organisation": "O0", "members": ["S2"], "depth": 0.9},
            {"kind": "set_status", "state": "S0", "organisation": "O2", "status": "member"},
            {"kind": "set_depth", "organisation": "O2", "depth": 0.5},
            {"kind": "dissolve", "organisation": "O2"},
            {"kind": "merge", "organisation": "O0", "into": "O0"},
            {"kind": "merge", "organisation": "O0", "into": "O2"},
            {"kind": "incompatible", "organisation": "O0", "with": "O2", "on": True},
            {"kind": "incompatible", "organisation": "O2", "with": "O0", "on": True},
        ],
        ids=lambda order: f"{order['kind']} {order['organisation']}",
    )
    def test_void(self, order):
        """What names the dead, founds the living or merges with itself changes nothing but the list of
        events.
        """
        record, moved = carried_out(order)
        assert moved <= EVENTS | {"scratch"} and set(kinds_of(record)) == {"void"}


class TestOrder:
    def test_one_after_the_other(self):
        """Each acts on the world that the one before left: founded, then deepened, then dissolved."""
        record, _ = carried_out(
            {"kind": "set_depth", "organisation": "O2", "depth": 0.7},
            {"kind": "found", "organisation": "O2", "members": ["S0"], "depth": 0.5},
            {"kind": "set_depth", "organisation": "O2", "depth": 0.9},
        )
        assert record["body"]["depth"][0, 2] == 0.9
        assert kinds_of(record) == ["void", "founded", "intervention", "intervention"]

    def test_a_leader_changes_in_the_world_as_it_is_by_then(self):
        """A continuity said just before counts: with 1 nothing is lost, with 0 all but the baseline."""
        p = default_parameters(domestic__turnover_noise=0)
        for continuity, left in ((1, 0.5), (0, 0.2)):
            record = begun(busy_world(), p, {"instruments": False})
            record["pair"]["affinity"][0, 0, 1] = record["pair"]["affinity"][0, 1, 0] = 0.5
            told = {"kind": "continuity", "state": "S0", "level": continuity}
            carried_out(told, {"kind": "leader", "state": "S0"}, record=record)
            assert record["pair"]["affinity"][0, 0, 1] == pytest.approx(left)
            assert kinds_of(record) == ["leader_changed"]

    def test_only_those_of_this_step(self):
        """A date later is not yet."""
        world = make_world(2, 1)
        record = begun(world)
        before = leaves(record)
        orders = plan([(3, {"kind": "set_depth", "organisation": "O0", "depth": 0.9})], world)
        intervene(record[0], parameters_of(record), orders)
        assert changed(before, leaves(record)) == set()
        record["step"] = 3
        intervene(record[0], parameters_of(record), orders)
        assert record["body"]["depth"][0, 0] == 0.9


class TestStages:
    def ordered(self, kind, stage, at=0):
        """A record in which an accord of three stages, with effects at two, was ordered to a stage."""
        effects = {n: [{"kind": "crisis", "state": "S1", "size": float(n)}] for n in (1, 2)}
        told = process(rates=(1, 1, 1), stage=at, parties={"S0": {"support": 0.2}}, effects=effects)
        world = with_politics(make_world(2, 0), [told])
        return carried_out({"kind": kind, "process": "accord", "stage": stage}, world=world)[0]

    @pytest.mark.parametrize(("kind", "crisis", "cost"), [("stage", 0, 0), ("reach", 2, 0.3)])
    def test_only_a_stage_that_is_reached_brings_something_about(self, kind, crisis, cost):
        """Its own consequences and the backlash of a public against it; not those of the stage between."""
        record = self.ordered(kind, "s2")
        assert record["process"]["stage"][0, 0] == 2 and kinds_of(record) == ["advanced"]
        assert record["events"]["status_to"][0, 0] == 2 and record["events"]["probability"][0, 0] == 1
        assert record["actor"]["crisis"][0, 1] == crisis
        backlash = default_parameters()["processes.backlash"]
        assert record["actor"]["approval"][0, 0] == pytest.approx(0.5 - backlash * cost)

    @pytest.mark.parametrize("at", [2, 3])
    def test_what_has_been_reached_is_not_reached_again(self, at):
        """Nor does `reach` lead back; `stage` does."""
        record = self.ordered("reach", "s2", at)
        assert record["process"]["stage"][0, 0] == at and kinds_of(record) == []
        assert self.ordered("stage", "s2", at)["process"]["stage"][0, 0] == 2


class TestGates:
    def settled(self, outcome, **own):
        """A record after the only gate, due in three years, was settled so, and the kinds of event."""
        one = gate(
            of="accord",
            due=3,
            on_pass=[{"kind": "tie", "a": "S0", "b": "S1", "level": 0.5}],
            on_fail=[{"kind": "conflict", "a": "S0", "b": "S1", "level": 1}],
            **own,
        )
        world = with_politics(make_world(2, 0), [process()], [one])
        record, _ = carried_out({"kind": "gate", "gate": "vote", "outcome": outcome}, world=world)
        return record, kinds_of(record)

    @pytest.mark.parametrize(
        ("outcome", "tie", "conflict", "held"),
        [("passed", 0.5, 0, 1), ("failed", 0, 1, 1), ("waived", 0, 0, 0)],
    )
    def test_as_if_it_were_held_now(self, outcome, tie, conflict, held):
        """The consequences of the outcome, but of a gate that is waived none; no event; no longer due."""
        record, noted = self.settled(outcome)
        pair, one = record["pair"][0, 0, 1], record["gate"][0, 0]
        assert (pair["tie"], pair["conflict"], one["held"]) == (tie, conflict, held)
        assert one["passed"] == (outcome != "failed") and one["due"] == -1 and noted == []

    @pytest.mark.parametrize(("outcome", "due"), [("passed", 8), ("failed", 8), ("waived", -1)])
    def test_next_time(self, outcome, due):
        """Two years from now, unless it is waived."""
        assert self.settled(outcome, again=2)[0]["gate"]["due"][0, 0] == due

    def test_an_election_that_is_failed_changes_the_leader(self):
        """And only that one."""
        assert self.settled("failed", kind="election")[1] == ["leader_changed"]
        assert self.settled("passed", kind="election")[1] == self.settled("failed")[1] == []
