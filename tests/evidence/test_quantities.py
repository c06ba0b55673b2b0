"""The numbers of the documents against the coded world: each test is one number, computed from what is coded."""

from __future__ import annotations

from datetime import date

import pytest

from steppe.evidence import Evidence, load

JANUARY_2026 = date(2026, 1, 1)
FIVE = {"KAZ", "KGZ", "TJK", "TKM", "UZB"}  # Central Asia


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


def members(evidence: Evidence, organisation: str, when: date = JANUARY_2026) -> set[str]:
    """Members of an organisation by the chronicle."""
    found = evidence.statuses(when).items()
    return {state for (state, body), event in found if body == organisation and event.status == "member"}


def stated(evidence: Evidence, number: str) -> float:
    """The number that the document gives."""
    value = evidence.quantities[number].value
    assert isinstance(value, float)
    return value


def years(start: date | None, end: date | None) -> float:
    assert start is not None and end is not None
    return (end - start).days / 365.25


def test_the_union_and_the_format_have_the_stated_sizes(evidence: Evidence) -> None:
    """F011, F012, F013, F014, F043: the chronicle has days from the record, the documents count."""
    union, format_ = members(evidence, "EAEU"), members(evidence, "CCA")
    assert len(union) == stated(evidence, "F011")
    assert len(union & FIVE) == stated(evidence, "F012")
    assert len(format_) == stated(evidence, "F013") == stated(evidence, "F043")
    assert len(format_ & FIVE) == 5
    assert len(union & format_) == stated(evidence, "F014")


def test_the_merger_came_a_year_after_the_entry(evidence: Evidence) -> None:
    """F016: from the entry in the chronicle to the end of the body, to the nearest year."""
    entry = next(
        event.date
        for event in evidence.chronicle
        if (event.state, event.organisation, event.status) == ("RUS", "CACO", "member")
    )
    assert round(years(entry, evidence.organisations["CACO"].dissolved)) == stated(evidence, "F016")


def test_the_council_became_an_organisation_after_the_stated_years(evidence: Evidence) -> None:
    """F018: between the two rows of depth that rest on the claims of the two foundings."""
    founding = {
        claim: row.since
        for row in evidence.organisations["OTS"].values["depth"]
        for claim in row.claims
        if claim.startswith("memberships/turkic-")
    }
    span = years(
        founding["memberships/turkic-council-2009"], founding["memberships/turkic-organisation-2021"]
    )
    assert round(span) == stated(evidence, "F018")


def test_security_came_in_after_the_stated_years(evidence: Evidence) -> None:
    """F021: the first row that lifts the security scope, counted from the talks of 2011."""
    rows = evidence.organisations["OTS"].values["scope"]
    council = next(row for row in rows if row.since == date(2009, 10, 1))
    lifted = next(
        row
        for row in rows
        if row.since and row.since.year > 2011 and row.value["security"] > council.value["security"]
    )
    assert lifted.since is not None
    assert lifted.since.year - 2011 == stated(evidence, "F021")


def test_the_middle_powers_are_allied_pair_by_pair(evidence: Evidence) -> None:
    """F045: each of the stated pairs stands above the rung that arms purchases make."""
    pairs = [("AZE", "KAZ"), ("AZE", "UZB"), ("KAZ", "UZB")]
    assert len(pairs) == stated(evidence, "F045")
    arms = evidence.first_value("instruments", "UAV-LIC", "rung", JANUARY_2026).value
    allied = evidence.first_value("instruments", "SIC", "rung", JANUARY_2026).value
    between = {tuple(sorted(pair)) for pair in evidence.instruments["SIC"].facts.between}
    assert between == set(pairs) and allied > arms
