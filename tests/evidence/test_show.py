"""All that is known of one thing: the plain data and the text carry value, range, basis and paragraph."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from steppe.errors import InputError
from steppe.evidence import Evidence, load
from steppe.evidence.render import render, render_list
from steppe.evidence.show import KINDS, STRUCTURES, describe, listing


@pytest.fixture
def evidence(folder: Path) -> Evidence:
    return load(folder)


def test_an_actor_has_values_statuses_and_pairs_down_to_the_paragraph(evidence: Evidence) -> None:
    data = describe(evidence, "AAA")
    assert [(row["variable"], row["value"]) for row in data["values"][:2]] == [("gdp", 30), ("gdp", 50)]
    weights = data["values"][2]
    assert weights["basis"] == "document"
    assert weights["claims"][0]["document"] == "first-2025"
    assert weights["claims"][0]["paragraphs"] == [2]
    assert data["values"][0]["sources"] == [{"id": "bank", "citation": "World accounts"}]
    assert [row["status"] for row in data["statuses"]] == ["member"]
    assert {row["variable"] for row in data["pairs"]} == {"agreement", "threat"}


def test_an_organisation_knows_who_is_inside(evidence: Evidence) -> None:
    assert describe(evidence, "ORG")["now"] == {"member": ["AAA"]}


def test_a_claim_knows_who_rests_on_it(evidence: Evidence) -> None:
    data = describe(evidence, "theme/cited")
    assert data["cited_by"] == [
        "actors/AAA.salience",
        "organisations/ORG.depth",
        "dyads/AAA-BBB.threat",
        "chronicle/BBB-ORG",
        "resolutions/merger-date",
    ]
    assert data["document"]["title"] == "A title"


def test_a_collection_shows_the_claims_of_its_articles(evidence: Evidence) -> None:
    data = describe(evidence, "whole-2026")
    assert data["parts"] == ["part-2026"]
    assert [claim["id"] for claim in data["claims"]] == ["theme/tested"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("AAA-BBB", "pair"),
        ("bank", "source"),
        ("membership.rate", "parameter"),
        ("parameters/membership.rate", "parameter"),
        ("merger-date", "resolution"),
        ("gdp", "variable"),
        ("first-2025", "document"),
        ("organisations/ORG", "organisation"),
        ("AAA", "state"),
        ("theme/cited", "claim"),
        ("F001", "quantity"),
        ("quantities/F001", "quantity"),
        ("actors/AAA.gdp", "state"),
    ],
)
def test_everything_with_an_id_can_be_shown_as_data_and_as_text(
    evidence: Evidence, name: str, kind: str
) -> None:
    data = describe(evidence, name)
    assert data["kind"] == kind
    assert json.loads(json.dumps(data)) == data
    assert data["id"] in render(data)


def test_causal_claims_and_facts_are_two_lists_that_share_nothing(evidence: Evidence) -> None:
    """A number G… is what makes a claim a causal one."""
    claims, facts = (listing(evidence, kind) for kind in ("claims", "facts"))
    assert [row["id"] for row in claims] == ["theme/cited"]
    assert [row["id"] for row in facts] == ["theme/tested"]
    assert claims[0] == {
        "id": "theme/cited",
        "inventory": "G01",
        "document": "first-2025",
        "paragraphs": [2],
        "modality": "asserted",
        "cause": "overlap",
        "effect": "merger",
        "sign": "+",
        "mechanism": "institutions.merger",
        "says": "Doing double work was the reason for the merger.",
    }


@pytest.mark.parametrize(
    ("number", "name"),
    [("G01", "theme/cited"), ("G1", "theme/cited"), ("F001", "F001"), ("F2", "F002"), ("I01", "merger-date")],
)
def test_a_number_of_the_inventory_is_a_name(evidence: Evidence, number: str, name: str) -> None:
    assert describe(evidence, number) == describe(evidence, name)


def test_a_number_that_several_claims_share_shows_them_all(folder: Path) -> None:
    file = folder / "claims/theme.yaml"
    text = file.read_text().replace("inventory: G01", "inventory: [G01, D007]")
    file.write_text(text.replace("id: theme/tested", "id: theme/tested\n  inventory: D007"))
    data = describe(load(folder), "D007")
    assert [row["id"] for row in data["claims"]] == ["theme/cited", "theme/tested"]
    assert "theme/tested" in render(data)


def test_a_number_that_nothing_has_is_answered_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError) as caught:
        describe(evidence, "F0011")
    assert caught.value.nearest == "F001"


def test_one_variable_of_one_entity(evidence: Evidence) -> None:
    assert {row["variable"] for row in describe(evidence, "actors/AAA.gdp")["values"]} == {"gdp"}


def test_an_unknown_id_is_answered_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError) as caught:
        describe(evidence, "theme/sited")
    assert caught.value.nearest == "theme/cited"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in STRUCTURES])
def test_every_row_of_every_list_has_an_id(evidence: Evidence, kind: str) -> None:
    rows = listing(evidence, kind)
    assert rows
    assert all(row["id"] for row in rows)
    json.dumps(rows)
    assert len(render_list(rows).splitlines()) == len(rows)


def test_an_unknown_list_is_answered_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError) as caught:
        listing(evidence, "state")
    assert caught.value.nearest == "states"


def test_the_text_shows_range_unit_and_paragraph(evidence: Evidence) -> None:
    text = render(describe(evidence, "AAA"))
    assert "gdp, 2010-06-01: 50  in 45–60, triangular  [USD bn]" in text
    assert "claim theme/cited, first-2025 ¶2 (asserted): Doing double work" in text
    assert "source bank: World accounts" in text


def test_every_claim_of_the_package_can_be_shown_whatever_its_theme_is_called() -> None:
    """A theme may have the name of a folder: `quantities/…` is a claim, and no quantity with a prefix."""
    packaged = load()
    for name in packaged.claims:
        assert describe(packaged, name)["kind"] == "claim", name
