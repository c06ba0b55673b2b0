"""What a process and a body wait for, by hand: requirements of every kind, charters; and scopes by order."""

import numpy as np

from .cases import make, network, political_world, statuses
from .worlds import only

CERTAIN = 1e6


class TestRequirements:
    def stage_after(self, requirement, change=None, switches=None, **its):
        """The stage after a step of a process that needs this for its first stage, after a change of the model."""
        its = {"processes": [{"rates": [CERTAIN]}, {"rates": [0, 0]}]} | its
        net = network(3, [{}])
        fields = {"scope": np.array([[0, 1.0, 0, 0]] * 2), "status": statuses([2, 0], [2, 0], [0, 0])}
        world = political_world(
            3, 2, network=net, its={"requirements": [(0, 1, *requirement)], **its}, **fields
        )
        model = make(world, switches=switches or only("processes", "domestic", "gates"))
        for gate in model.gates:
            gate.due = None
        if change is not None:
            change(model)
        model.step()
        return model.processes[0].stage

    def test_process(self):
        """Another at a stage or beyond."""
        for stage, expected in ((0, 0), (1, 1), (2, 1)):
            change = lambda model, stage=stage: setattr(model.processes[1], "stage", stage)  # noqa: E731
            assert self.stage_after(("process", 1, 1, 0), change) == expected

    def test_gate(self):
        """Passed; or if nobody waits for gates."""
        gates = [{"kind": "referendum"}]
        need = ("gate", 0, -1, 0)
        assert self.stage_after(need, gates=gates) == 0
        assert self.stage_after(need, gates=[gates[0] | {"passed": 1}]) == 1
        assert self.stage_after(need, gates=gates, switches=only("processes", "domestic")) == 1
        assert self.stage_after(need, gates=gates, switches=only("processes", "gates")) == 1

    def test_depth(self):
        """A living body, as deep as that."""
        need = ("depth", 0, -1, 0.5)
        assert self.stage_after(need) == 1
        assert self.stage_after(need, lambda model: setattr(model.organisations[0], "depth", 0.49)) == 0
        assert self.stage_after(need, lambda model: model.organisations[0].dissolve()) == 0

    def test_tie_and_peace(self):
        """A rung reached; no conflict at all."""

        def tied(model, level):
            a, b, _ = model.states
            a.tie[b] = b.tie[a] = level

        def at_war(model):
            a, b, _ = model.states
            a.conflict[b] = b.conflict[a] = 0.01

        assert self.stage_after(("tie", 0, 1, 0.3), lambda model: tied(model, 0.2)) == 0
        assert self.stage_after(("tie", 1, 0, 0.3), lambda model: tied(model, 0.3)) == 1
        assert self.stage_after(("peace", 0, 1, 0)) == 1
        assert self.stage_after(("peace", 1, 0, 0), at_war) == 0

    def test_pairs(self):
        """The two members are tied through the other body, if both are in it; a body of one never is."""

        def join(model, both):
            for i in model.states[: 1 + both]:
                i.status[model.organisations[1]] = 2

        need = ("pairs", 0, -1, 0.5)
        assert self.stage_after(need, lambda model: join(model, False)) == 0
        assert self.stage_after(need, lambda model: join(model, True)) == 1
        assert self.stage_after(("pairs", 1, -1, 0.0), lambda model: join(model, False)) == 0
        assert self.stage_after(("pairs", 0, -1, 0.0), lambda model: model.organisations[0].dissolve()) == 0

    def test_open_and_member(self):
        """A segment that no decision or shock has closed; a member, not an observer."""
        close = lambda model: setattr(model.corridors.segments[0], "status", 2)  # noqa: E731
        assert self.stage_after(("open", 0, -1, 0)) == 1
        assert self.stage_after(("open", 0, -1, 0), close) == 0
        assert self.stage_after(("member", 0, 0, 0)) == 1
        assert self.stage_after(("member", 2, 0, 0)) == 0


class TestCharter:
    def test_depth_waits_for_a_stage(self):
        """To .5 only after the first stage, with the processes on; to .3 without."""
        its = {"processes": [{"rates": [0]}], "charter": [(0, 0.5, 0, 1)]}
        model = make(political_world(its=its, status=statuses([2], [2], [0])))
        body, process = model.organisations[0], model.processes[0]
        assert body.charter_allows(0.3)
        assert not body.charter_allows(0.5)
        assert not body.charter_allows(0.9)
        model.switches["processes"] = False
        assert body.charter_allows(0.5)
        model.switches["processes"] = True
        process.stage = 1
        assert body.charter_allows(0.5)


class TestBodies:
    def test_scope_and_incompatibility(self):
        """Weights 2, 1, 1, 0 become shares; two bodies are rivals, then not; a dead one is void."""
        orders = [
            {
                "kind": "scope",
                "organisation": "OAA",
                "trade": 2,
                "security": 1,
                "identity": 1,
                "connectivity": 0,
            },
            {"kind": "incompatible", "organisation": "OAA", "with": "OAB", "on": True},
        ]
        model = make(political_world(3, 2), [{"step": 0} | one for one in orders], switches=only())
        model.step()
        first, second = model.organisations
        assert first.scope == {"trade": 0.5, "security": 0.25, "identity": 0.25, "connectivity": 0}
        assert (first.incompatible, second.incompatible) == ([second], [first])
        orders[1] |= {"on": False}
        gone = {"kind": "dissolve", "organisation": "OAB"}
        model = make(
            political_world(3, 2, incompatible=np.array([[0, 1], [1, 0]])),
            [{"step": 0} | one for one in (orders[1], gone, orders[1])],
            switches=only(),
        )
        model.step()
        assert model.organisations[0].incompatible == model.organisations[1].incompatible == []
        assert [event["kind"] for event in model.events] == ["dissolved", "void"]
