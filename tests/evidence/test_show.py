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
    assert "gdp, 2010-06-01: 50  in 45–60  [USD bn]" in text
    assert "claim theme/cited, first-2025 ¶2 (asserted): Doing double work" in text
    assert "source bank: World accounts" in text
