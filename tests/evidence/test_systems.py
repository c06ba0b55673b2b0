"""Systems, instruments, corridors and processes as evidence: read with their basis, and every planted fault found."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from steppe import paths
from steppe.cli import app
from steppe.config.effects import effect_faults
from steppe.errors import InputError
from steppe.evidence import Evidence, load
from steppe.evidence.check import check, render_check
from steppe.evidence.lookup import FAMILIES
from steppe.evidence.references import cited, exists
from steppe.evidence.register import every_fault
from steppe.evidence.render import render, render_list
from steppe.evidence.show import KINDS, describe, listing
from steppe.evidence.structures import REQUIREMENTS
from steppe.evidence.targets import Unreadable, target, targets
from structure_files import FILES, example

WHEN = date(2026, 1, 1)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return example(tmp_path_factory.mktemp("structures"))


def problems(evidence: Evidence) -> list[tuple[str, str, str]]:
    """Each fault as (file, key, message)."""
    found = [*every_fault(evidence), *effect_faults(evidence)]
    return [(fault.file, fault.key, fault.message) for fault in found]


class TestReading:
    def test_nothing_is_wrong_with_the_examples(self, evidence: Evidence) -> None:
        assert problems(evidence) == []

    def test_every_number_of_the_files_is_a_coded_value_with_range_and_basis(
        self, evidence: Evidence
    ) -> None:
        families = FAMILIES[2:]
        rows = [row for row in evidence.values() if row.family in families]
        written = sum(text.count("value:") for text in FILES.values())
        assert len(rows) == written
        assert {row.basis for row in rows} == {"document", "assumed"}
        assert all(row.low <= row.value <= row.high and row.ranged for row in rows)
        assert all((evidence.entities(row.family)[row.entity[0]]) for row in rows)

    def test_a_value_is_found_by_family_id_and_date(self, evidence: Evidence) -> None:
        row = evidence.value("segments", "tengiz-baku", "capacity", date(2010, 1, 1))
        assert (row.value, row.file, row.key) == (5, "corridors/BTC.yaml", "segments[0].capacity[0]")
        assert evidence.value("segments", "tengiz-baku", "capacity", WHEN).value == 8
        assert evidence.value("stages", "armenia_azerbaijan/signed", "rate", WHEN).value == 1.2
        assert evidence.value("roles", "armenia_azerbaijan/ARM", "support", WHEN).value == 0.45
        assert evidence.value("roles", "armenia_azerbaijan/IRN", "effort", WHEN).value == 0.3
        with pytest.raises(InputError) as refused:
            evidence.value("segments", "tengiz-bakku", "capacity", WHEN)
        assert refused.value.nearest == "tengiz-baku"

    def test_claims_of_facts_and_values_count_as_used(self, evidence: Evidence) -> None:
        places = cited(evidence)[0]["made-up/claim"]
        assert {
            "instruments/SHUSHA.rung",
            "segments/tengiz-novorossiysk.capacity",
            "stages/armenia_azerbaijan/text",
            "gates/referendum",
            "systems/CPC",
        } <= set(places)

    @pytest.mark.parametrize(
        "reference",
        [
            "instruments/SHUSHA.rung",
            "segments/tengiz-baku",
            "stages/armenia_azerbaijan/signed.rate",
            "roles/armenia_azerbaijan/ARM.support",
            "gates/referendum.noise",
            "corridors/CPC",
            "processes/armenia_azerbaijan",
            "systems/CPC",
        ],
    )
    def test_references_point_at_them(self, evidence: Evidence, reference: str) -> None:
        assert exists(evidence, reference)
        assert not exists(evidence, f"{reference}x")

    def test_a_state_may_be_party_and_patron_but_not_on_both_sides(self, tmp_path: Path) -> None:
        effort = "{effort: {value: 0.6, range: [0.3, 0.9], assumed: made up}}"
        both = example(
            tmp_path, ("processes/armenia_azerbaijan.yaml", f"  USA: {effort}", f"  ARM: {effort}")
        )
        role = both.roles["armenia_azerbaijan/ARM"]
        assert role.facts.party and role.facts.side == "push"
        assert set(role.values) == {"interest", "support", "effort"}
        with pytest.raises(InputError, match="for the process and against it"):
            example(tmp_path, ("processes/armenia_azerbaijan.yaml", "  IRN: ", "  USA: "))

    def test_the_register_points_at_what_is_coded(self, evidence: Evidence) -> None:
        assert [one.family for one in targets(evidence, "ARMCONST")] == ["gates"]
        (value,) = targets(evidence, "SWAY")
        assert (value.id, value.value) == ("membership.pressure_vote", 0)
        with pytest.raises(Unreadable, match="no stage of armenia_azerbaijan"):
            target(evidence, "processes/armenia_azerbaijan.stages.singed")
        with pytest.raises(Unreadable, match="has no value"):
            target(evidence, "parameters/membership.pressure_vote")


PROCESS = "processes/armenia_azerbaijan.yaml"
SIGNED = "armenia_azerbaijan/signed"

# what is planted (file, old, new) → where and how it is reported
PLANTED = {
    "a system coded nowhere": (
        ("systems.yaml", "coded: corridors/CPC", "coded: corridors/CPX"),
        ("systems.yaml", "CPC.coded[0]", "no corridor 'CPX'"),
    ),
    "a form that is none": (
        ("systems.yaml", "coded: instruments/SHUSHA", "coded: treaties/SHUSHA"),
        ("systems.yaml", "SHUSHA.coded[0]", "'treaties/SHUSHA' is none of the forms"),
    ),
    "a mechanism that is none": (
        ("systems.yaml", "mechanism: security, variable: rung", "mechanism: safety, variable: rung"),
        ("systems.yaml", "SHUSHA.enters.mechanism", "no mechanism 'safety'"),
    ),
    "a variable that is none": (
        ("systems.yaml", "variable: strength", "variable: strenght"),
        ("systems.yaml", "GAMES.enters.variable", "no variable, parameter or structure 'strenght'"),
    ),
    "a system of which nobody speaks": (
        ("systems.yaml", "  members: [AZE, TUR]\n  claims: [made-up/claim]", "  members: [AZE, TUR]"),
        ("systems.yaml", "SHUSHA.claims", "SHUSHA: nobody says that there is such a system"),
    ),
    "a paragraph that is not there": (
        ("systems.yaml", "paragraphs: [36]", "paragraphs: [1]"),
        ("systems.yaml", "SILKROAD.documents[0].paragraphs", "jamal-2026 has no paragraph 1"),
    ),
    "context without a reason": (
        ("systems.yaml", "  context: it changes nothing by itself\n", ""),
        ("systems.yaml", "SILKROAD.context", "SILKROAD does not say why it has no lever"),
    ),
    "an instrument of no system": (
        ("systems.yaml", "coded: instruments/GAMES", "coded: instruments/SHUSHA"),
        ("instruments/GAMES.yaml", "id", "GAMES belongs to no system of the register"),
    ),
    "a party that is none": (
        ("instruments/SHUSHA.yaml", "parties: [AZE, TUR]", "parties: [AZE, TRU]"),
        ("instruments/SHUSHA.yaml", "parties[1]", "no actor 'TRU'"),
    ),
    "a pair variable of one party": (
        ("instruments/SHUSHA.yaml", "parties: [AZE, TUR]", "parties: [AZE]"),
        ("instruments/SHUSHA.yaml", "rung", "rung is of a pair, and SHUSHA has one party"),
    ),
    "contact by a treaty of defence": (
        ("instruments/GAMES.yaml", "kind: identity", "kind: bilateral"),
        ("instruments/GAMES.yaml", "strength", "strength is of an instrument of identity"),
    ),
    "contact between pairs": (
        ("instruments/GAMES.yaml", "parties: [KAZ, UZB, AZE]", "pairs: [[KAZ, UZB]]"),
        ("instruments/GAMES.yaml", "pairs", "strength holds between all parties of GAMES, not between pairs"),
    ),
    "a value beyond the codebook": (
        ("instruments/SHUSHA.yaml", "value: 0.9, range: [0.7, 0.9]", "value: 1.9, range: [0.7, 2]"),
        ("instruments/SHUSHA.yaml", "rung.value", "rung of SHUSHA: the value is outside the codebook's range"),
    ),
    "a value outside its own range": (
        ("corridors/CPC.yaml", "value: 67", "value: 59"),
        (
            "corridors/CPC.yaml",
            "segments[0].capacity.range",
            "capacity of tengiz-novorossiysk: the value is outside its own range",
        ),
    ),
    "a value without a basis": (
        ("corridors/CPC.yaml", "range: [30, 45], assumed: made up", "range: [30, 45]"),
        ("corridors/CPC.yaml", "segments[0].cost", "cost of tengiz-novorossiysk: no basis"),
    ),
    "an owner that is none": (
        ("corridors/CPC.yaml", "owners: [RUS]", "owners: [RUX]"),
        ("corridors/CPC.yaml", "segments[0].owners[0]", "no actor 'RUX'"),
    ),
    "another system that is none": (
        ("corridors/BTC.yaml", "also: [KZ-LOG]", "also: [KZ-LGO]"),
        ("corridors/BTC.yaml", "segments[0].also[0]", "no system 'KZ-LGO'"),
    ),
    "a segment that no demand can reach": (
        ("corridors/BTC.yaml", "between: [tengiz, baku]", "between: [tengis, bakuu]"),
        ("corridors/BTC.yaml", "segments[0].between", "no demand can reach tengiz-baku"),
    ),
    "a place that no segment has": (
        ("corridors/demands.yaml", "from_place: tengiz", "from_place: tengis"),
        ("corridors/demands.yaml", "[0].from_place", "no segment for oil ends at 'tengis'"),
    ),
    "an upgrade of a segment that is none": (
        ("corridors/BTC.yaml", "segments: [tengiz-baku]", "segments: [tengiz-bakuu]"),
        ("corridors/BTC.yaml", "upgrades[0].segments[0]", "no segment 'tengiz-bakuu'"),
    ),
    "a stage reached before the one before it": (
        (PROCESS, "  - id: signed\n", "  - id: signed\n    reached: 2024-01\n"),
        (PROCESS, "stages[2].reached", "signed is reached before the stage before it"),
    ),
    "a stage reached over a gap": (
        (PROCESS, "    reached: 2025-03-13\n", "  - id: initialled\n    reached: 2025-03-13\n"),
        (PROCESS, "stages[2].reached", "initialled is reached, and text before it is not"),
    ),
    "a required gate that is none": (
        (PROCESS, "- {gate: referendum}", "- {gate: referendums}"),
        (PROCESS, "stages[2].requires[0].gate", "no gate 'referendums'"),
    ),
    "a stage that requires itself": (
        (PROCESS, "- {gate: referendum}", "- {process: armenia_azerbaijan, stage: signed}"),
        (PROCESS, "stages[2].requires[0]", f"{SIGNED} requires itself"),
    ),
    "an effect on nobody": (
        (PROCESS, "{kind: affinity, a: ARM, b: AZE, change: 0.1}", "{kind: affinity, a: ARM, b: AZR, change: 0.1}"),
        (PROCESS, "stages[2].effects[0].b", "no actor 'AZR'"),
    ),
    "an effect that is no intervention": (
        (PROCESS, "{kind: affinity, a: ARM, b: AZE, change: 0.1}", "{kind: afinity, a: ARM, b: AZE, change: 0.1}"),
        (PROCESS, "stages[2].effects[0].kind", "no effect 'afinity'"),
    ),
    "an effect that only a scenario may order": (
        (PROCESS, "{kind: affinity, a: ARM, b: AZE, change: 0.1}", "{kind: parameter, parameter: x, value: 1}"),
        (PROCESS, "stages[2].effects[0].kind", "no effect 'parameter'"),
    ),
    "an effect with a field too many": (
        (PROCESS, "a: ARM, b: AZE, change: 0.1}", "a: ARM, b: AZE, change: 0.1, level: 1}"),
        (PROCESS, "stages[2].effects[0].level", "unknown key 'level'"),
    ),
    "an effect beyond its bounds": (
        (PROCESS, "a: ARM, b: AZE, change: -0.1}", "a: ARM, b: AZE, change: -3}"),
        (PROCESS, "gates[0].on_fail[0].change", "not an accepted value"),
    ),
    "a stage of history without a basis": (
        (PROCESS, "    rate: {value: 0.5, range: [0.2, 1], assumed: made up}\n    claims: [made-up/claim]", "    note: x"),
        (PROCESS, "stages[1]", "armenia_azerbaijan/text: no basis"),
    ),
    "a gate with two dates": (
        (PROCESS, "    after: text\n", "    after: text\n    date: 2027-01\n"),
        (PROCESS, "gates[1]", "referendum: one of date and after is wanted"),
    ),
    "a delay after nothing": (
        (PROCESS, "    after: text\n", "    date: 2027-01\n"),
        (PROCESS, "gates[1]", "referendum: a delay goes with after"),
    ),
    "a gate that waits for itself": (
        (PROCESS, "chained: arm-election", "chained: referendum"),
        (PROCESS, "gates[1].chained", "no gate 'referendum'"),
    ),
    "two gates that wait for each other": (
        (PROCESS, "    state: ARM\n    date: 2026-06-07\n", "    state: ARM\n    date: 2026-06-07\n    chained: referendum\n"),
        (PROCESS, "gates[0].chained", "arm-election waits for itself in the end"),
    ),
    "a relapse forwards": (
        (PROCESS, "relapse: {to: none, below: signed}", "relapse: {to: signed, below: text}"),
        (PROCESS, "relapse.to", "armenia_azerbaijan would relapse forwards"),
    ),
    "a charter of no body": (
        (PROCESS, "organisation: OTS, depth: 0.5", "organisation: OTSS, depth: 0.5"),
        (PROCESS, "charter[0].organisation", "no organisation 'OTSS'"),
    ),
    "an election with a process's support": (
        ("calendar.yaml", "  state: HUN\n", "  state: HUN\n  mix: {value: 0.5, range: [0, 1], assumed: made up}\n"),
        ("calendar.yaml", "[0].mix", "hun-2026 belongs to no process, whose support could count"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(
    tmp_path: Path, planted: tuple[tuple[str, str, str], tuple[str, str, str]]
) -> None:
    plant, expected = planted
    found = problems(example(tmp_path, plant))
    assert expected in found, found


def test_places_between_which_no_segment_carries_the_goods(tmp_path: Path) -> None:
    """Oil has no way left from Baku's side once the sea is for containers only; boxes still have theirs."""
    plants = [
        ("corridors/CPC.yaml", "between: [tengiz, novorossiysk]\n    mode: pipeline", "between: [tengiz, x]\n    mode: pipeline"),
        ("corridors/BTC.yaml", "between: [tengiz, baku]", "between: [tengiz, y]"),
    ]  # fmt: skip
    found = problems(example(tmp_path, *plants))
    assert ("corridors/demands.yaml", "[0].to_place", "no way for oil from tengiz to mediterranean") in found


def test_too_much_context(tmp_path: Path) -> None:
    """One system in twelve is fewer than a tenth; two are not."""
    more = "- {id: GLOBGOV, name: Talk, kind: context, claims: [made-up/claim], context: no lever}\n"
    found = problems(example(tmp_path, ("systems.yaml", "- id: CPC\n", more + "- id: CPC\n")))
    assert ("systems.yaml", "", "2 of 13 systems are context") in found


# what is malformed → key, what the message says, the nearest name
MALFORMED = {
    "unknown key of a segment": (
        ("corridors/CPC.yaml", "sponsors:", "sponsers:"),
        ("segments[0].sponsers", "unknown key 'sponsers'", "sponsors"),
    ),
    "unknown variable of an instrument": (
        ("instruments/SHUSHA.yaml", "rung:", "rungs:"),
        ("rungs", "unknown key 'rungs'", "rung"),
    ),
    "a bare number": (
        ("corridors/CPC.yaml", "cost: {value: 38, range: [30, 45], assumed: made up}", "cost: 38"),
        ("segments[0].cost", "cost needs a range and a basis", None),
    ),
    "a variable that is wanted": (
        ("corridors/CPC.yaml", "    cost: {value: 38, range: [30, 45], assumed: made up}\n", ""),
        ("segments[0]", "missing key 'cost'", None),
    ),
    "a mode that is none": (
        ("corridors/CPC.yaml", "mode: pipeline", "mode: pipelin"),
        ("segments[0].mode", "not an accepted value", "pipeline"),
    ),
    "a date that is none": (
        ("corridors/CPC.yaml", "opened: 2001-10", "opened: 2001-13"),
        ("segments[0].opened", "not an accepted value", None),
    ),
    "a segment twice": (
        ("corridors/CPC.yaml", "id: novorossiysk-mediterranean", "id: tripp-road"),
        ("segments[1].id", "id 'tripp-road' is given twice", None),
    ),
    "a gate twice": (
        ("calendar.yaml", "id: hun-2026", "id: referendum"),
        ("[0].id", "id 'referendum' is given twice", None),
    ),
    "a first stage that was reached": (
        (PROCESS, "  - id: none\n", "  - id: none\n    reached: 1994-05\n"),
        ("stages[0].reached", "the first stage has no reached", None),
    ),
    "a requirement of no kind": (
        (PROCESS, "{gate: referendum}", "{gate: referendum, level: 1}"),
        ("stages[2].requires[0]", "not an accepted value", None),
    ),
    "an effect with a date": (
        (PROCESS, "{kind: affinity, a: ARM, b: AZE, change: 0.1}", "{kind: affinity, date: 2027, a: ARM}"),
        ("stages[2].effects[0]", "not an accepted value", None),
    ),
    "a role without its number": (
        (PROCESS, "USA: {effort:", "USA: {efort:"),
        ("patrons.USA.efort", "unknown key 'efort'", "effort"),
    ),
    "parties as a list": (
        (PROCESS, "patrons:\n  USA: {effort: {value: 0.6, range: [0.3, 0.9], assumed: made up}}", "patrons: [USA]"),
        ("patrons", "states and their roles are wanted here", None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_malformed_input_names_file_line_key_and_nearest(
    tmp_path: Path, malformed: tuple[tuple[str, str, str], tuple[str, str, str | None]]
) -> None:
    plant, (key, message, close) = malformed
    with pytest.raises(InputError) as refused:
        example(tmp_path, plant)
    error = refused.value
    assert error.key == key and message in error.message and error.nearest == close
    assert error.file is not None and error.file.endswith(plant[0])
    assert error.line is not None


class TestAWorldOfOnesOwn:
    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        return Path(shutil.copytree(paths.seeds() / "worlds" / "toy", tmp_path / "mine"))

    def test_has_the_same_subfolders(self, own: Path) -> None:
        mine = load(own)
        assert set(mine.segments) == {"belmar-harbour", "harbour-sea", "belmar-corvia", "corvia-sea"}
        assert mine.base is not None and not set(mine.systems) & set(mine.base.systems) - {"UNION"}

    def test_is_refused_with_the_place_of_the_first_fault(self, own: Path) -> None:
        file = own / "processes" / "border.yaml"
        file.write_text(file.read_text("utf-8").replace("state: BBB", "state: BBX"), encoding="utf-8")
        with pytest.raises(InputError, match="no actor 'BBX'") as refused:
            load(own)
        assert refused.value.nearest == "BBB" and refused.value.line == 30
        assert refused.value.key == "gates[0].state"

    @pytest.mark.parametrize("name", ["corridor", "process", "system.yaml", "instrument"])
    def test_a_name_that_is_nearly_right_is_refused(self, own: Path, name: str) -> None:
        (own / name).mkdir()
        with pytest.raises(InputError, match="not a name that is read"):
            load(own)

    def test_without_any_of_them_it_is_as_before(self, own: Path) -> None:
        for name in ("systems.yaml", "calendar.yaml"):
            (own / name).unlink()
        for name in ("instruments", "corridors", "processes"):
            shutil.rmtree(own / name)
        mine = load(own)
        assert not any(getattr(mine, name) for name in ("systems", "corridors", "processes", "gates"))


class TestShowing:
    def test_the_register_tells_what_each_is_and_where_it_enters(self, evidence: Evidence) -> None:
        rows = {row["id"]: row for row in listing(evidence, "systems")}
        assert rows["CPC"] == {
            "id": "CPC",
            "kind": "corridor",
            "name": "Pipeline of the Caspian consortium",
            "members": ["KAZ", "RUS"],
            "from": "2001-10-01",
            "until": None,
            "mechanism": "corridors",
            "variable": "capacity",
            "coded": ["corridors/CPC"],
            "context": None,
        }
        assert rows["SILKROAD"]["coded"] is None and rows["SILKROAD"]["context"]

    @pytest.mark.parametrize("kind", ["systems", "instruments", "corridors", "processes"])
    def test_each_kind_can_be_listed(self, evidence: Evidence, kind: str) -> None:
        assert kind in KINDS
        assert len(render_list(listing(evidence, kind)).splitlines()) == len(getattr(evidence, kind))

    def test_a_system_has_the_values_it_is_coded_as_with_their_claims(self, evidence: Evidence) -> None:
        data = describe(evidence, "CPC")
        capacity = data["values"][0]
        assert (capacity["entity"], capacity["value"]) == ("tengiz-novorossiysk", 67)
        assert capacity["claims"][0]["paragraphs"] == [36]
        assert "tengiz-novorossiysk capacity, always: 67  in 60–72" in render(data)
        assert [row["value"] for row in describe(evidence, "AMAZ-PEACE")["values"]] == [1.2]
        assert describe(evidence, "SHUSHA")["values"][0]["variable"] == "rung"
        assert describe(evidence, "ARM-CSTO")["statuses"][-1]["status"] == "suspended"
        assert describe(evidence, "SWAY")["without it"] == {"membership.pressure_vote": 0}

    def test_a_body_keeps_its_own_page_and_says_that_it_is_a_system(self, evidence: Evidence) -> None:
        assert describe(evidence, "OTS")["kind"] == "organisation"
        assert describe(evidence, "OTS")["system"]["mechanism"] == "membership"
        assert describe(evidence, "systems/OTS")["kind"] == "system: organisation"

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("corridors/CPC", "corridor: corridor"),
            ("armenia_azerbaijan", "process"),
            (SIGNED, "stage"),
            ("armenia_azerbaijan/ARM", "role: parties"),
            ("referendum", "gate: referendum"),
            ("tengiz-baku", "segment"),
            ("kz-port", "upgrade"),
            ("kaz-oil", "demand"),
            ("instruments/SHUSHA", "instrument: bilateral"),
        ],
    )
    def test_every_part_has_a_page(self, evidence: Evidence, name: str, kind: str) -> None:
        data = describe(evidence, name)
        assert data["kind"] == kind
        assert data["values"] and render(data)

    def test_a_near_miss_finds_the_name(self, evidence: Evidence) -> None:
        with pytest.raises(InputError) as refused:
            describe(evidence, "SHUSA")
        assert refused.value.nearest == "SHUSHA"


class TestOnTheCommandLine:
    def test_systems_are_listed(self) -> None:
        result = invoke("list", "systems", "--world", "toy", "--json")
        rows = json.loads(result.stdout)["rows"]
        assert [row["id"] for row in rows][:2] == ["LINE", "ROAD"] and rows[0]["mechanism"] == "corridors"

    def test_one_is_shown_with_its_values(self) -> None:
        assert (
            "belmar-harbour capacity, always: 20  in 15–25" in invoke("show", "LINE", "--world", "toy").stdout
        )
        assert "rung" in invoke("show", "FRIENDSHIP", "--world", "toy").stdout

    def test_a_world_is_shown_with_its_structures(self) -> None:
        content = json.loads(invoke("show", "toy", "--json").stdout)["content"]
        assert [row["id"] for row in content["corridors"]] == ["LINE", "ROAD"]
        assert content["processes"][0]["next"] == "signed"

    def test_a_mistake_ends_with_2_and_the_nearest(self) -> None:
        result = invoke("show", "LINEE", "--world", "toy")
        assert result.exit_code == 2 and "did you mean 'LINE'?" in result.stderr

    def test_the_check_reads_effects_as_interventions(self, tmp_path: Path) -> None:
        own = Path(shutil.copytree(paths.seeds() / "worlds" / "toy", tmp_path / "mine"))
        spec = (
            "start: 2020-01\nstates: [AAA, BBB, CCC, DDD, EEE]\norganisations: [RIVERS]\npoles: [AAA, EEE]\n"
        )
        (own / "world.yaml").write_text(spec, encoding="utf-8")
        assert invoke("evidence", "check", "--world", str(own)).exit_code == 0
        file = own / "processes" / "border.yaml"
        file.write_text(file.read_text("utf-8").replace("change: 0.1", "chance: 0.1"), encoding="utf-8")
        result = invoke("run", f"world={own}")
        assert result.exit_code == 2
        assert "unknown key 'chance'" in result.stderr and "did you mean 'change'?" in result.stderr
        assert "border.yaml, line 15" in result.stderr


def invoke(*argv: str) -> Result:
    """The command line in this process."""
    return CliRunner().invoke(app, list(argv), catch_exceptions=False)


def test_every_kind_of_requirement_is_in_the_world_too() -> None:
    from steppe.mechanisms.records import REQUIREMENTS as OF_THE_RULES

    assert set(REQUIREMENTS.values()) == set(OF_THE_RULES)


class TestThePackagedRegister:
    """The hundred systems of the documents; publishers are none."""

    @pytest.fixture
    def packaged(self) -> Evidence:
        if not (paths.seeds() / "systems.yaml").is_file():
            pytest.skip("the register is not written yet")
        return load()

    def test_a_hundred_of_which_fewer_than_ten_are_context(self, packaged: Evidence) -> None:
        kinds = Counter(system.kind for system in packaged.systems.values())
        assert kinds.total() == 100
        assert kinds["context"] < 10
        assert "PUB" not in packaged.systems

    def test_everybody_is_spoken_of_in_a_document(self, packaged: Evidence) -> None:
        assert all(system.claims or system.documents for system in packaged.systems.values())

    def test_nothing_is_wrong_with_it(self, packaged: Evidence) -> None:
        report = check(packaged, None, effect_faults(packaged))
        assert report.ok, render_check(report)

    def test_every_system_has_a_page(self, packaged: Evidence) -> None:
        for name in packaged.systems:
            assert render(describe(packaged, f"systems/{name}"))


def test_a_drawn_value_takes_the_place_of_the_coded_one(evidence: Evidence) -> None:
    """What sampling does: another row in the entity's values is what is read."""
    part = evidence.segments["baku-ceyhan"]
    (row,) = part.values["capacity"]
    drawn = replace(part, values={**part.values, "capacity": (replace(row, value=46.0),)})
    other = replace(evidence, segments={**evidence.segments, part.id: drawn})
    assert other.value("segments", "baku-ceyhan", "capacity", WHEN).value == 46
    assert other.segments["baku-ceyhan"].facts is part.facts
