"""Processes through the Mesa model, consequences as records, and names that are not there."""

import numpy as np
import pytest

from mechanisms.politics import gate, process, small, with_corridors, with_politics
from steppe import Model
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.interventions import INTERVENTIONS
from steppe.mechanisms.records import TRIGGERS
from steppe.simulation.consequences import consequence_records
from steppe.simulation.runner import prepare
from steppe.world.synthetic import make_world

TIE = {"kind": "tie", "a": "S0", "b": "S1", "level": 0.5}


def world():
    """An accord of two, with a vote and effects; a brotherhood; two segments."""
    told = process(
        rates=(0.5, 0.5),
        parties={"S0": {"support": 0.4, "interest": 0.2}, "S1": {}},
        push={"S2": 0.3},
        effects={1: [TIE], 2: [{"kind": "corridor", "system": "NORTH", "status": "open"}]},
    )
    kin = {"name": "kin", "members": ("S0", "S1"), "relief": 0.5}
    vote = gate(of="accord", due=2, on_fail=[{"kind": "found", "organisation": "O0", "members": ["S0", "S1"],
                                              "depth": 0.1}])  # fmt: skip
    return with_politics(with_corridors(make_world(4, 1)), [told], [vote], [kin])


@pytest.fixture
def model():
    return Model(world(), rng=3)


class TestProcess:
    def test_shows_its_row(self, model):
        accord = model.processes["accord"]
        assert (accord.id, accord.stage, accord.stages) == ("accord", "s0", ("s0", "s1", "s2"))
        assert accord.parties == ("S0", "S1") and accord.pace == 1 and accord.benefit == pytest.approx(0.05)
        assert dict(accord.support) == {"S0": 0.4, "S1": 0.5, "S2": 0, "S3": 0}
        assert accord.push["S2"] == 0.3 and accord.resist["S2"] == 0 and accord.interest["S0"] == 0.2
        assert Model(world="toy").processes.keys() == set(Model(world="toy").world.agenda.processes)

    def test_a_stage_is_set_or_reached(self, model):
        """Set without consequences, reached with them; both leave an event."""
        accord = model.processes["accord"]
        accord.stage = "s1"
        assert accord.stage == "s1" and model.states["S0"].tie["S1"] == 0
        accord.stage = "s0"
        accord.reach("s1")
        assert accord.stage == "s1" and model.states["S0"].tie["S1"] == 0.5
        assert [event["kind"] for event in model.events] == ["advanced"] * 3
        assert {event["process"] for event in model.events} == {"accord"}

    def test_what_is_set_lasts_into_the_step(self, model):
        """A pace that makes the first stage all but certain."""
        accord = model.processes["accord"]
        accord.pace, accord.support["S1"], accord.resist["S3"] = 100, 0.9, 0.2
        model.step()
        assert accord.stage == "s1" and model.states["S1"].tie["S0"] == 0.5

    def test_bad_values_are_refused(self, model):
        accord = model.processes["accord"]
        with pytest.raises(InputError, match="did you mean 's2'"):
            accord.stage = "s22"
        with pytest.raises(InputError, match="out of range"):
            accord.pace = -1
        with pytest.raises(InputError, match="out of range"):
            accord.support["S0"] = 2
        with pytest.raises(InputError, match="out of range"):
            accord.interest["S0"] = -2
        with pytest.raises(KeyError):
            accord.push["S9"] = 0.1
        for name, value in (("approval", 2), ("crisis", -1), ("activity", 9), ("continuity", 2)):
            with pytest.raises(InputError, match="out of range"):
                setattr(model.states["S0"], name, value)

    def test_governments_can_be_set(self, model):
        state = model.states["S0"]
        for name in ("approval", "crisis", "activity", "continuity"):
            setattr(state, name, 0.7)
            assert getattr(state, name) == 0.7 == model.row["actor"][name][0]


class TestIntervening:
    @pytest.mark.parametrize(
        ("kind", "fields"),
        [
            ("corridor", {"system": "NORTH", "status": "closed"}),
            ("stage", {"process": "accord", "stage": "s2"}),
            ("reach", {"process": "accord", "stage": "s2"}),
            ("gate", {"gate": "vote", "outcome": "waived"}),
            ("role", {"process": "accord", "state": "S3", "resist": 0.5}),
            ("leader", {"state": "S0"}),
            ("instrument", {"instrument": "kin", "on": False}),
            ("scope", {"organisation": "O0", "trade": 0, "security": 1, "identity": 0, "connectivity": 0}),
        ],
    )
    def test_every_new_kind_can_be_ordered_now(self, model, kind, fields):
        before = model.record.tobytes()
        model.intervene(kind, **fields)
        assert model.record.tobytes() != before
        model.step()

    @pytest.mark.parametrize(
        ("kind", "fields", "said"),
        [
            ("corridor", {"segment": "straight", "status": "open"}, "did you mean 'strait'"),
            ("corridor", {"system": "NORHT", "status": "open"}, "did you mean 'NORTH'"),
            ("stage", {"process": "acord", "stage": "s1"}, "did you mean 'accord'"),
            ("stage", {"process": "accord", "stage": "s4"}, "no stage 's4' in process 'accord'"),
            ("gate", {"gate": "veto", "outcome": "passed"}, "no gate 'veto'"),
            ("instrument", {"instrument": "skin", "on": True}, "did you mean 'kin'"),
            ("incompatible", {"organisation": "O0", "with": "O0", "on": True}, "two different organisations"),
        ],
    )
    def test_names_that_are_not_there(self, model, kind, fields, said):
        with pytest.raises(InputError, match=said):
            model.intervene(kind, **fields)

    def test_a_run_is_refused_before_it_starts(self, tmp_path):
        """What the config cannot check is checked against the built world, with the key of the intervention."""
        file = tmp_path / "mine.yaml"
        file.write_text("interventions:\n- {kind: pace, date: 2021, process: no_such, factor: 2}\n")
        with pytest.raises(InputError, match="no process 'no_such'") as caught:
            prepare(compose(["world=toy", f"scenario={file}"]))
        assert caught.value.key == "scenario.interventions[0].process"


class TestConsequences:
    def test_are_rows_in_the_order_written(self):
        """One for each segment of a system, one for each founding member; by trigger, subject and stage."""
        records = consequence_records(world())
        told = [
            (TRIGGERS[one["trigger"]], int(one["subject"]), int(one["stage"]), INTERVENTIONS[one["kind"]])
            for one in records
        ]
        assert told == [
            ("stage", 0, 1, "tie"),
            ("stage", 0, 2, "segment_status"),
            ("stage", 0, 2, "segment_status"),
            ("failed", 0, -1, "found"),
            ("failed", 0, -1, "founding_member"),
            ("failed", 0, -1, "founding_member"),
        ]
        assert records["first"][1:3].tolist() == [0, 1] and records["amount"][0] == 0.5
        assert Model(world(), rng=1).row["n_consequences"] == 6

    @pytest.mark.parametrize(
        ("effect", "said"),
        [
            ({"kind": "gate", "gate": "vote", "outcome": "passed"}, "no intervention 'gate'"),
            ({"kind": "reach", "process": "accord", "stage": "s1"}, "no intervention 'reach'"),
            ({"kind": "parameter", "parameter": "trade.phi", "value": 0.1}, "no intervention 'parameter'"),
            ({"kind": "tye", "a": "S0", "b": "S1", "level": 0.5}, "did you mean 'tie'"),
            ({**TIE, "b": "S7"}, "no state 'S7'"),
            ({**TIE, "level": 3}, "less than or equal to 1"),
            ({"kind": "stage", "process": "acord", "stage": "s1"}, "did you mean 'accord'"),
        ],
    )
    def test_what_cannot_be_brought_about_is_refused(self, effect, said):
        with pytest.raises(InputError, match=said):
            Model(small([process(effects={1: [effect]})]))

    def test_there_is_room_for_so_many(self):
        with pytest.raises(InputError, match="too many consequences"):
            consequence_records(small([process(effects={1: [TIE] * 193})]))
        assert len(consequence_records(small([process(effects={1: [TIE] * 192})]))) == 192


def test_an_ensemble_and_a_model_live_the_same_politics():
    """Processes, gates and leaders are in the bits that both fronts share."""
    fast = ["parameters.domestic.leader_rate=0.12", "ensemble.years=3"]
    whole = Model(world(), rng=5, overrides=fast)
    parts = Model(world(), rng=5, overrides=fast, mechanisms=[("processes", lambda model: None)])
    whole.run_model()
    parts.run_model()
    for name in ("actor", "pair", "process", "role", "gate"):
        assert whole.record[name].tobytes() == parts.record[name].tobytes(), name
    kinds = {event["kind"] for event in whole.events}
    assert {"leader_changed", "advanced"} <= kinds <= set(KINDS)
    assert np.isfinite(whole.record["role"]["support"]).all()
