"""A world can be built without a system, whatever the system is coded as; the same switch works on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steppe import paths
from steppe.config.compose import compose
from steppe.config.resolved import dump, load_config
from steppe.errors import InputError
from steppe.evidence import Evidence, load
from steppe.evidence.targets import target
from steppe.simulation.runner import parameter_values
from steppe.world.arrays import World, array_specs
from steppe.world.build import build_world
from steppe.world.without import NOTHING, removal
from structure_files import example

from .conftest import packaged_spec

FILE = "processes/armenia_azerbaijan.yaml"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return example(tmp_path_factory.mktemp("without"))


def world(evidence: Evidence, *without: str, name: str = "eurasia_2026") -> World:
    return build_world(evidence, packaged_spec(name).model_copy(update={"without": without}))


def differences(one: World, other: World) -> Iterator[str]:
    """Names of what differs between two worlds of the same states."""
    if one.organisations != other.organisations:
        yield "organisations"
        return
    pairs: list[tuple[str, Any, Any]] = [(name, one, other) for name in array_specs()]
    pairs += [(name, one.network, other.network) for name in one.network.arrays()]
    pairs += [(name, one.agenda, other.agenda) for name in one.agenda.arrays()]
    for name, first, second in pairs:
        if not np.array_equal(getattr(first, name), getattr(second, name)):
            yield name
    if _told(one) != _told(other):
        yield "consequences"


def _told(one: World) -> list[tuple[Any, ...]]:
    return [(each.trigger, each.subject, each.stage, each.intervention) for each in one.agenda.consequences]


class TestEachKind:
    def test_of_a_corridor_no_segment_is_there(self, evidence: Evidence) -> None:
        without = world(evidence, "CPC").network
        assert without.segments == ("tengiz-baku", "baku-ceyhan", "tripp-road")
        assert without.route_demand.tolist() == [0]  # of the oil; the boxes have no way left
        assert without.demands == ("kaz-oil", "rus-boxes")

    def test_of_an_upgrade_what_it_added_is_gone_and_what_was_part_of_it(self, evidence: Evidence) -> None:
        assert removal(evidence, ["KZ-LOG"]).upgrades == {"kz-port"}
        assert removal(evidence, ["KZ-LOG"]).segments == {"tengiz-baku"}  # `also` part of it
        alone = replace(evidence, segments={
            name: replace(part, facts=part.facts.model_copy(update={"also": ()})) for name, part in evidence.segments.items()
        })  # fmt: skip
        network = world(alone, "KZ-LOG").network
        assert network.capacity[network.segments.index("tengiz-baku")] == 8

    def test_of_an_instrument_neither_rung_nor_contact_is_left(self, evidence: Evidence) -> None:
        coded = {
            pair: rows for pair, rows in evidence.dyads["security_tie"].items() if pair != ("AZE", "TUR")
        }
        evidence = replace(evidence, dyads={**evidence.dyads, "security_tie": coded})
        base, without = world(evidence), world(evidence, "SHUSHA")
        pair = base.state_index("AZE"), base.state_index("TUR")
        assert (without.tie[pair], base.tie[pair]) == (0, 0.9)
        assert {"tie", "cost_shift"} <= set(differences(base, without))
        assert world(evidence, "GAMES").agenda.instruments == ()

    def test_an_organisation_is_not_among_those_of_the_world(self, evidence: Evidence) -> None:
        without = world(evidence, "OTS")
        assert "OTS" not in without.organisations and len(without.organisations) == 9
        assert without.agenda.rate[0].tolist() == [0, 0.5, 0]  # what requires its depth is not reached

    def test_before_a_stage_of_history_the_process_stands_still(self, evidence: Evidence) -> None:
        without = world(evidence, "AMAZ-TEXT").agenda
        assert without.stage.tolist() == [0]
        assert without.rate.tolist() == [[0, 0.5, 1.2]]  # and may get there
        assert without.gate[without.gates.index("referendum"), 5] == -1  # its clock has not started

    def test_a_stage_to_come_never_comes(self, evidence: Evidence) -> None:
        without = world(evidence, "AMAZ-PEACE").agenda
        assert without.stage.tolist() == [1] and without.rate.tolist() == [[0, 0.5, 0]]

    def test_a_history_of_many_stages_ends_before_the_one(self, tmp_path: Path) -> None:
        """Text and signature both in the record: without the text there is no signature either."""
        signed = example(tmp_path, (FILE, "  - id: signed\n", "  - id: signed\n    reached: 2025-08\n"))
        assert world(signed).agenda.stage.tolist() == [2]
        assert world(signed, "AMAZ-TEXT").agenda.stage.tolist() == [0]
        assert world(signed, "AMAZ-PEACE").agenda.stage.tolist() == [1]

    def test_nothing_waits_for_a_gate_that_is_not_there(self, evidence: Evidence) -> None:
        without = world(evidence, "ARMCONST").agenda
        assert without.gates == ("arm-election", "hun-2026")
        assert without.requirements[:, 2].tolist() == [4, 2]  # peace and depth
        assert without.rate.tolist() == [[0, 0.5, 1.2]]

    def test_what_a_gate_is_chained_to_may_be_taken_away(self, tmp_path: Path) -> None:
        files = ("systems.yaml", "gates.referendum", "gates.arm-election")
        without = world(example(tmp_path, files), "ARMCONST").agenda
        assert without.gates == ("referendum", "hun-2026") and without.chained.tolist() == [-1, -1]

    def test_a_status_is_none(self, evidence: Evidence) -> None:
        base, without = world(evidence), world(evidence, "ARM-CSTO")
        seat = base.state_index("ARM"), base.organisation_index("CSTO")
        assert base.status[seat] == 3 and without.status[seat] == 0
        assert {"status"} <= set(differences(base, without)) <= {"status", "eligible"}

    def test_a_whole_process(self, tmp_path: Path) -> None:
        coded = example(tmp_path, ("systems.yaml", "armenia_azerbaijan.stages.text", "armenia_azerbaijan"))
        without = world(coded, "AMAZ-TEXT").agenda
        assert (without.processes, without.gates, without.consequences) == ((), ("hun-2026",), ())

    def test_several_at_once(self, evidence: Evidence) -> None:
        without = world(evidence, "CPC", "BTC", "SHUSHA")
        assert without.network.segments == () and without.cost_shift.sum() > 0
        assert without.without == ("CPC", "BTC", "SHUSHA")

    def test_none_of_them_is_the_world_as_it_was(self, evidence: Evidence) -> None:
        assert removal(evidence, ()) is NOTHING
        assert list(differences(world(evidence), world(evidence))) == []


class TestAState:
    """It is not there; the others are what they were beside it."""

    def test_the_others_keep_their_numbers(self, evidence: Evidence) -> None:
        base, without = world(evidence), world(evidence, "KAZ")
        assert without.states == tuple(state for state in base.states if state != "KAZ")
        rows = [base.state_index(state) for state in without.states]
        for name in ("gdp", "capability", "salience", "autonomy", "nonstate_threat", "status", "state_key"):
            np.testing.assert_array_equal(getattr(without, name), getattr(base, name)[rows])
        for name in ("affinity_structural", "threat", "tie", "conflict", "proximity", "transit"):
            np.testing.assert_array_equal(getattr(without, name), getattr(base, name)[np.ix_(rows, rows)])
        gone = base.capability[base.state_index("KAZ")]
        assert without.capability.sum() == pytest.approx(1 - gone)

    def test_what_was_bought_of_it_comes_from_the_rest_of_the_world(self, evidence: Evidence) -> None:
        """Home shares and shares of the other partners stay; the last column takes what it had."""
        base, without = world(evidence), world(evidence, "KAZ")
        place = base.state_index("KAZ")
        rows = [i for i in range(len(base.states)) if i != place]
        np.testing.assert_allclose(np.diag(without.share0), np.diag(base.share0)[rows])
        moved = base.share0[rows, -1] + base.share0[rows, place]
        np.testing.assert_allclose(
            without.share0[:, -1], moved, atol=2e-3
        )  # where imports are all coded: a little less
        assert (without.share0[:, -1] >= base.share0[rows, -1]).all()

    def test_it_is_no_pole_party_or_owner(self, evidence: Evidence) -> None:
        without = world(evidence, "RUS", "ARM")
        assert "RUS" not in without.poles and len(without.poles) == 5
        assert without.network.owned.shape[1] == without.agenda.party.shape[1] == 20
        assert "arm-election" not in without.agenda.gates

    def test_beside_a_system(self, evidence: Evidence) -> None:
        without = world(evidence, "TUR", "OTS")
        assert "TUR" not in without.states and "OTS" not in without.organisations

    def test_of_another_world(self, evidence: Evidence) -> None:
        spec = packaged_spec("eurasia_2026")
        fewer = spec.model_copy(
            update={"states": tuple(s for s in spec.states if s != "GEO"), "without": ("GEO",)}
        )
        with pytest.raises(InputError, match="has no state 'GEO' to do without"):
            build_world(evidence, fewer)

    def test_two_poles_stay(self) -> None:
        with pytest.raises(InputError, match="fewer than two poles"):
            packaged_spec("toy").model_validate({**packaged_spec("toy").model_dump(), "without": ["AAA"]})

    def test_it_cannot_act(self) -> None:
        with pytest.raises(InputError, match="no state 'RUS' in world"):
            compose(["scenario=russia_applies_to_cca", "world.without=[RUS]"])


class TestMistakes:
    def test_a_name_that_is_nearly_right(self, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="no system 'SHUSA'") as refused:
            world(evidence, "CPC", "SHUSA")
        assert refused.value.nearest == "SHUSHA" and refused.value.key == "without[1]"

    def test_context_has_no_lever(self, evidence: Evidence) -> None:
        with pytest.raises(InputError, match="it changes nothing by itself"):
            world(evidence, "SILKROAD")

    def test_twice_the_same(self) -> None:
        with pytest.raises(InputError, match="listed twice"):
            packaged_spec("toy").model_validate(
                {**packaged_spec("toy").model_dump(), "without": ["LINE", "LINE"]}
            )


class TestOnTheCommandLine:
    def test_is_part_of_the_resolved_config(self, tmp_path: Path) -> None:
        config = compose(["world=toy", "world.without=[LINE,BORDER]"])
        assert config.world.without == ("LINE", "BORDER")
        (tmp_path / "config.yaml").write_text(dump(config), encoding="utf-8")
        assert load_config(tmp_path / "config.yaml") == config

    def test_a_mistake_names_key_and_nearest(self) -> None:
        with pytest.raises(InputError) as refused:
            compose(["world=toy", "world.without=[LINES]"])
        assert (refused.value.file, refused.value.key) == ("command line", "world.without[0]")
        assert refused.value.nearest == "LINE"

    def test_a_scenario_cannot_act_on_a_body_that_is_not_there(self, tmp_path: Path) -> None:
        scenario = tmp_path / "mine.yaml"
        scenario.write_text("interventions:\n  - {kind: dissolve, date: 2021-01, organisation: UNION}\n")
        compose(["world=toy", f"scenario={scenario}"])
        with pytest.raises(InputError, match="no organisation 'UNION' in world 'toy' without UNION"):
            compose(["world=toy", f"scenario={scenario}", "world.without=[UNION]"])


def test_a_parameter_takes_the_value_that_the_system_leaves_behind(
    evidence: Evidence,
) -> None:
    """Unless the run gives it one itself."""
    config = compose(["world=toy"])
    without = config.model_copy(update={"world": config.world.model_copy(update={"without": ("SWAY",)})})
    name = "membership.pressure_vote"
    assert parameter_values(evidence, config)[name] == evidence.parameters[name].value != 0
    assert parameter_values(evidence, without)[name] == 0
    given = without.model_copy(update={"parameters": {name: 0.3}})
    assert parameter_values(evidence, given)[name] == 0.3


class TestThePackagedRegister:
    @pytest.fixture
    def packaged(self) -> Evidence:
        if not (paths.seeds() / "systems.yaml").is_file():
            pytest.skip("the register is not written yet")
        return load()

    def test_no_system_can_be_taken_away_without_a_trace(self, packaged: Evidence) -> None:
        """In the world of 2026, or for what has ended in that of 2004."""
        whole = {name: world(packaged, name=name) for name in ("eurasia_2026", "eurasia_2004")}
        traceless = []
        for name, system in packaged.systems.items():
            if not system.coded:
                continue
            changes = any(
                True
                for date, base in whole.items()
                for _ in differences(base, world(packaged, name, name=date))
            )
            parameters = removal(packaged, [name]).parameters
            moved = any(value != packaged.parameters[key].value for key, value in parameters.items())
            if not (changes or moved):
                traceless.append(name)
        assert traceless == []

    def test_every_place_that_the_register_names_is_there(self, packaged: Evidence) -> None:
        for system in packaged.systems.values():
            for reference in system.coded:
                target(packaged, reference)
