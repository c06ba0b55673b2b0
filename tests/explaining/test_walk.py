"""The reviewer's walk of docs/explaining.md: from a number to a paragraph, each step by what the one before printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from steppe.cli import app
from steppe.paths import shown as shown_path


def printed(*argv: str) -> dict[str, Any]:
    """What a command prints as JSON, and nothing else."""
    result = CliRunner().invoke(app, [*argv, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walk") / "run"
    printed(
        "run", "scenario=baseline,russia_applies_to_cca", "ensemble.replicates=12", "ensemble.years=1", "--out", str(folder)
    )  # fmt: skip
    return folder


def first_number(page: str) -> dict[str, str]:
    """What the first number of the answer on a page of `steppe report` says of itself."""
    said = page[page.index('<p class="said">') :]
    return dict(re.findall(r'data-(\w+)="([^"]*)"', said[: said.index("</data>")]))


def test_from_a_number_to_a_paragraph(folder):
    run = str(folder)
    # a number of the report
    pytest.importorskip("altair")
    page = Path(printed("report", run)["report"]).read_text(encoding="utf-8")
    read = first_number(page)
    assert f"steppe explain measure {shown_path(folder)} {read['measure']} {read['entity']}" in page
    # the number, and a replicate in which it came about
    number = printed(
        "explain", "measure", run, read["measure"], read["entity"], "--scenario", read["scenario"]
    )
    assert number["mean"] == float(read["value"])
    assert 0 < number["mean"] < 1 and number["count_high"] + number["count_low"] == number["n"] == 12
    led = number["led"][0]
    # the event in that replicate
    told = printed("explain", "event", run, led["kind"], *led["ids"], "--replicate", str(led["first"]))
    assert told["replicate"] == led["first"] in told["replicates"] and told["occurs_in"] == led["replicates"]
    # the decomposition: votes, and the weightiest component of one that rests on a coded value with a claim
    votes = [one for one in told["decisions"] if one["about"] == "admit"]
    assert votes and all(
        sum(part["now"] for part in vote["components"]) == pytest.approx(vote["index"]) for vote in votes
    )
    component, source = next(
        (part, source)
        for vote in votes
        for part in sorted(vote["components"], key=lambda part: -abs(part["now"]))
        for source in told["sources"]
        if [vote["who"], part["id"]] in source["enters"] and source["claims"]
    )
    # a parameter that enters the same component
    parameter = next(one for one in told["sources"] if one["id"] in component["parameters"])
    shown = printed("show", parameter["id"])
    assert (shown["value"], shown["basis"]) == (parameter["value"], parameter["basis"])
    # the coded value, and its claim
    shown = printed("show", source["id"])
    claims = [claim["id"] for value in shown["values"] for claim in value["claims"]]
    assert source["claims"][0]["id"] in claims
    # the claim: a document and paragraphs, and what it says
    claim = printed("show", claims[0])
    assert claim["kind"] == "claim" and claim["says"].strip()
    # the document has those paragraphs
    document = printed("show", claim["document"]["id"])
    assert document["kind"] == "document"
    assert claim["paragraphs"] and all(1 <= place <= document["paragraphs"] for place in claim["paragraphs"])


def test_a_parameter_leads_to_the_claims_that_inform_it(folder):
    """Parameters are assumed, so that no claim says their size; those that say something of it are told beside them."""
    told = printed("explain", "event", str(folder), "admitted", "RUS", "CCA")
    pressure = next(one for one in told["sources"] if one["id"] == "membership.pressure_vote")
    assert not pressure["claims"] and pressure["informed_by"]
    for claim in pressure["informed_by"]:
        shown = printed("show", claim["id"])
        assert shown["paragraphs"] == claim["paragraphs"]
        assert "parameters/membership.pressure_vote" in shown["informs"]


def test_the_story_and_what_is_typical_go_on_from_there(folder):
    typical = printed("explain", "typical", str(folder))
    story = printed("explain", "story", str(folder), "RUS")
    assert story["replicate"] == typical["medoid"] and story["typical"]
    assert {event["state"] for event in story["events"] if event["kind"] == "admitted"} <= {"RUS"}


def test_a_wrong_word_is_one_message_and_exit_2(folder):
    result = CliRunner().invoke(app, ["explain", "event", str(folder), "lefft", "UZB", "EAEU", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["nearest"] == "left"
    assert "Traceback" not in result.stderr


def test_the_texts_name_the_next_commands(folder):
    result = CliRunner().invoke(
        app, ["explain", "event", str(folder), "admitted", "RUS", "CCA"], catch_exceptions=False
    )
    lines = [line.strip() for line in result.stdout.splitlines()]
    go_on = [line for line in lines[lines.index("go on with") :] if line.startswith("steppe show")]
    assert len(go_on) == 2
    for command in go_on:
        assert printed(*command.split()[1:])["id"]
