"""Stages: what they require, what they bring about, and what waits for them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppe.mechanisms.institutions import ladder_open
from steppe.world.synthetic import make_world

from .politics import SURE, gate, kinds_of, moved, process, small, stages, with_corridors, with_politics
from .support import advance, begun, default_parameters

P = default_parameters()

# requirement, the field that fulfils it, its cell, a value that does not, one that does
NEEDS = [
    (("process", "other", 1, 0), "process", "stage", (0,), 0, 1),
    (("process", "other", 1, 0), "process", "stage", (0,), 0, 2),
    (("gate", "vote", -1, 0), "gate", "passed", (0,), 0, 1),
    (("depth", "O0", -1, 0.7), "body", "depth", (0,), 0.5, 0.7),
    (("depth", "O0", -1, 0.5), "body", "alive", (0,), 0, 1),
    (("tie", "S0", "S2", 0.3), "pair", "tie", (0, 2), 0.1, 0.3),
    (("peace", "S0", "S2", 0), "pair", "conflict", (0, 2), 0.1, 0.0),
    (("open", "tunnel", -1, 0), "segment", "status", (1,), 0, 1),
    (("open", "tunnel", -1, 0), "segment", "status", (1,), 2, 1),
    (("member", "S1", "O1", 0), "seat", "status", (1, 1), 1, 2),
]


class TestRequirements:
    def record(self, *requires, switches=None):
        """A process that is entered as soon as these hold. O0 has three members, O1 one; both of depth .5."""
        world = with_corridors(make_world(4, 2, status=[[2, 2], [2, 1], [2, 0], [0, 0]], depth=[0.5, 0.5]))
        told = [
            process("other", rates=(0, 0), parties=("S0",)),
            process(rates=(SURE,), parties=("S0", "S1"), requires=[(1, *one) for one in requires]),
        ]
        return begun(with_politics(world, told, [gate("vote", of="accord", due=5)]), switches=switches)

    @pytest.mark.parametrize(("need", "part", "name", "cell", "without", "with_it"), NEEDS)
    def test_each_kind(self, need, part, name, cell, without, with_it):
        """Nothing happens for as long as it does not hold, and at once when it does."""
        record = self.record(need)
        record[part][name][(0, *cell)] = without
        assert stages(moved(record))[1] == 0
        record[part][name][(0, *cell)] = with_it
        assert stages(moved(record, 1))[1] == 1

    def test_half_of_the_pairs(self):
        """Two of O0's three at the rung, by a tie; a pact through O0 itself does not count."""
        record = self.record(("pairs", "O0", -1, 0.3))
        pair = record["pair"][0, :4, :4]
        pair["pact1"], pair["pact1_by"] = 0.9, 0
        pair["tie"][0, 1] = 0.3
        assert stages(moved(record))[1] == 0
        pair["tie"][0, 2] = 0.3
        assert stages(moved(record, 1))[1] == 1

    def test_no_pairs_are_not_half_of_them(self):
        """A body with a single member."""
        assert stages(moved(self.record(("pairs", "O1", -1, 0.1))))[1] == 0

    def test_all_of_several(self):
        """One that fails holds up the rest."""
        record = self.record(("process", "other", 1, 0), ("peace", "S0", "S1", 0))
        assert stages(moved(record))[1] == 0
        record["process"]["stage"][0, 0] = 1
        assert stages(moved(record, 1))[1] == 1

    def test_of_a_stage_once_it_is_reached_no_more(self):
        """What the first stage required may be gone by the second."""
        told = process(rates=(SURE, SURE), parties=("S0",), requires=[(1, "peace", "S0", "S1", 0)])
        record = moved(begun(small([told])))
        record["pair"]["conflict"][0, 0, 1] = 1
        assert stages(moved(record, 1)) == [2]

    @pytest.mark.parametrize("off", ["gates", "domestic"])
    def test_without_gates_nobody_waits_for_one(self, off):
        """The counterfactual in which it all goes without a vote."""
        assert stages(moved(self.record(("gate", "vote", -1, 0), switches={off: False})))[1] == 1

    def test_waived(self):
        """A gate that is waived no longer holds anything up; without that it waits until the vote."""
        world = small(
            [process(rates=(SURE,), parties=("S0",), requires=[(1, "gate", "vote", -1, 0)])],
            [gate(of="accord", due=1.5)],
        )
        order = {"step": 2, "kind": "gate", "gate": "vote", "outcome": "waived"}
        for orders, reached in (([order], 2), ([], 6)):
            record = begun(world)
            record["role"]["support"][0] = record["role"]["support0"][0] = 1
            seen = []
            for step in range(8):
                advance(record, 1, world, orders, first=step)
                seen.append(stages(record)[0])
            assert seen.index(1) == reached


class TestConsequences:
    def test_in_their_order_and_at_once(self):
        """What a stage brings about is there for the next process of the same step."""
        acts = [
            {"kind": "found", "organisation": "O0", "members": ["S0", "S1"], "depth": 0.5},
            {"kind": "set_depth", "organisation": "O0", "depth": 0.7},
            {"kind": "stage", "process": "second", "stage": "s1"},
            {"kind": "corridor", "system": "NORTH", "status": "open"},
        ]
        world = with_corridors(make_world(4, 1, alive=[0], depth=[0]))
        told = [
            process("first", rates=(SURE,), parties=("S0",), effects={1: acts}),
            process("second", rates=(0, SURE), parties=("S0",), requires=[(2, "depth", "O0", -1, 0.7)]),
        ]
        record = moved(begun(with_politics(world, told)))
        assert stages(record) == [1, 2]
        assert record["body"]["depth"][0, 0] == 0.7 and record["roll"]["inside"][0, 0, :2].tolist() == [1, 1]
        assert record["segment"]["status"][0, :2].tolist() == [1, 1] and record["network_stale"][0] == 1
        assert kinds_of(record) == ["advanced", "founded", "intervention", "intervention", "intervention",
                                    "advanced", "advanced"]  # fmt: skip

    def test_of_the_stage_and_no_other(self):
        """The second stage brings about its own."""
        told = {n: [{"kind": "crisis", "state": "S0", "size": float(n)}] for n in (1, 2)}
        record = begun(small([process(rates=(SURE, SURE), parties=("S0",), effects=told)]))
        seen = [moved(record, step)["actor"]["crisis"][0, 0] for step in range(3)]
        assert seen == [1, 3, 3]

    def test_backlash(self):
        """Parties whose public is against it lose approval by backlash · (½ − q); others do not."""
        parties = {"S0": {"support": 0.2}, "S1": {"support": 0.8}, "S2": {"support": 0.0}}
        record = begun(small([process(rates=(SURE,), parties=parties)], approval=[0.5, 0.5, 0.1, 0.5]))
        after = moved(record)["actor"]["approval"][0, :4]
        np.testing.assert_allclose(after, [0.5 - P["processes.backlash"] * 0.3, 0.5, 0, 0.5])


class TestCharter:
    @pytest.mark.parametrize(("rung", "stage", "may"), [(0.3, 0, 1), (0.5, 1, 0), (0.5, 2, 1), (0.7, 1, 0)])
    def test_joins_the_ladder(self, rung, stage, may):
        """The rung and all above it wait for the stage; those below do not."""
        scope = [[1, 0, 0, 0], [1, 0, 0, 0]]
        told = process(rates=(1, 1), stage=stage, parties=("S0",), charter=[("O0", 0.5, 2)])
        record = begun(small([told], organisations=2, scope=scope))
        assert ladder_open(record[0], 0, rung) == may and ladder_open(record[0], 1, rung)
        record["p"]["on_processes"] = 0
        assert ladder_open(record[0], 0, rung), "with processes off it asks nothing"


@st.composite
def agendas(draw):
    """Two to four processes of one to three stages, each stage waiting for some stage of some other process."""
    lengths = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    told, needs = [], []
    for number, length in enumerate(lengths):
        requires = []
        for stage in range(1, length + 1):
            other = draw(st.sampled_from([n for n in range(len(lengths)) if n != number]))
            wanted = draw(st.integers(0, lengths[other]))
            requires.append((stage, "process", f"p{other}", wanted, 0))
            needs.append((number, stage, other, wanted))
        rates = draw(st.lists(st.sampled_from([0.5, 3.0, SURE]), min_size=length, max_size=length))
        told.append(process(f"p{number}", rates=rates, parties=("S0", "S1"), requires=requires))
    return told, needs, draw(st.integers(0, 1000))


class TestConditions:
    @settings(max_examples=40)
    @given(agenda=agendas())
    def test_an_accession_never_precedes_what_it_is_conditional_on(self, agenda):
        """In any agenda, any future: when a stage is entered, the stage that it requires has been reached."""
        told, needs, replicate = agenda
        record = begun(small(told, states=2, organisations=0), replicate=replicate)
        for step in range(10):
            moved(record, step)
            reached = stages(record)
            for number, stage, other, wanted in needs:
                assert reached[number] < stage or reached[other] >= wanted
