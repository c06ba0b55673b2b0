"""The evidence that ships: whole, quick to read, enough for both dates, true where the record is known."""

from __future__ import annotations

import os
import time
from datetime import date

import pytest

from steppe import paths
from steppe.evidence import Evidence, load
from steppe.evidence.check import check, render_check
from steppe.evidence.references import cited
from steppe.evidence.show import listing

DATES = (date(2004, 1, 1), date(2026, 1, 1))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load()


def test_nothing_is_wrong_with_it(evidence: Evidence) -> None:
    report = check(evidence, os.environ.get("STEPPE_DOCUMENTS"))  # the documents are not ours to ship
    assert report.ok, render_check(report)


def test_it_is_read_in_well_under_a_second() -> None:
    load()
    start = time.perf_counter()
    load()
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("when", DATES)
def test_every_variable_of_every_actor_holds_at_both_dates(evidence: Evidence, when: date) -> None:
    names = [name for family, name in evidence.codebook if family == "actors"]
    for actor in evidence.actors:
        for name in names:
            evidence.value("actors", actor, name, when)


@pytest.mark.parametrize("when", DATES)
def test_every_variable_of_every_living_organisation_holds_at_both_dates(
    evidence: Evidence, when: date
) -> None:
    names = [name for family, name in evidence.codebook if family == "organisations"]
    for body in evidence.alive(when):
        for name in names:
            evidence.value("organisations", body, name, when)


@pytest.mark.parametrize("when", DATES)
def test_every_pair_has_every_variable_or_its_default(evidence: Evidence, when: date) -> None:
    for (family, name), _ in evidence.codebook.items():
        if family == "dyads":
            for a in evidence.actors:
                for b in evidence.actors:
                    if a != b:
                        evidence.dyad(name, a, b, when)


def test_every_document_is_used(evidence: Evidence) -> None:
    claims, _ = cited(evidence)
    used = {evidence.claims[name].document for name in claims}
    assert {document.id for document in evidence.documents.values() if document.kind != "collection"} <= used


@pytest.mark.parametrize(
    ("state", "organisation", "when", "status"),
    [
        ("RUS", "CACO", date(2004, 1, 1), {"none", "observer"}),
        ("RUS", "CACO", date(2005, 1, 1), {"member"}),  # admitted in 2004
        ("UZB", "EURASEC", date(2007, 1, 1), {"member"}),
        ("UZB", "EURASEC", date(2009, 6, 1), {"none", "suspended"}),  # suspended itself in 2008
        ("UZB", "EAEU", date(2026, 1, 1), {"observer"}),  # since December 2020
        ("AZE", "CCA", date(2026, 1, 1), {"member"}),  # since November 2025
        ("KAZ", "EAEU", date(2026, 1, 1), {"member"}),
        ("HUN", "EU", date(2003, 1, 1), {"none", "observer"}),
        ("HUN", "EU", date(2026, 1, 1), {"member"}),  # since May 2004
        ("RUS", "CCA", date(2026, 1, 1), {"none"}),
    ],
)
def test_the_chronicle_has_what_the_public_record_has(
    evidence: Evidence, state: str, organisation: str, when: date, status: set[str]
) -> None:
    assert evidence.status(state, organisation, when) in status


@pytest.fixture(scope="module")
def toy(evidence: Evidence) -> Evidence:
    return load(paths.seeds() / "worlds" / "toy", base=evidence)


class TestTheInventedWorld:
    def test_nothing_is_wrong_with_it(self, toy: Evidence) -> None:
        report = check(toy)
        assert report.ok, render_check(report)

    def test_it_stands_on_the_packaged_seeds_by_itself(self) -> None:
        assert load(paths.seeds() / "worlds" / "toy").parameters

    def test_it_shows_what_it_was_made_for(self, toy: Evidence) -> None:
        when = date(2020, 1, 1)
        statuses = {event.status for event in toy.statuses(when).values()}
        assert statuses == {"member", "observer"}
        large = {name: toy.value("actors", name, "gdp", when).value for name in toy.actors}
        assert max(large, key=large.__getitem__) == "AAA"
        scopes = [toy.value("organisations", name, "scope", when).value for name in ("RIVERS", "UNION")]
        dot = sum(scopes[0][domain] * scopes[1][domain] for domain in scopes[0])
        norms = [sum(weight**2 for weight in scope.values()) ** 0.5 for scope in scopes]
        assert dot / norms[0] / norms[1] > 0.7  # similar enough for the merger hazard to be positive
        depths = [toy.value("organisations", name, "depth", when).value for name in ("RIVERS", "UNION")]
        assert depths[0] < depths[1]


class TestTheInventoryIsCodedInFull:
    """117 causal claims, 53 quantities and 56 contradictions were listed when the documents were read."""

    def test_every_causal_claim_is_one_claim_and_expects_something(self, evidence: Evidence) -> None:
        causal = [claim for claim in evidence.claims.values() if claim.number is not None]
        assert [claim.number for claim in sorted(causal, key=lambda one: int(str(one.number)[1:]))] == [
            f"G{n:02d}" for n in range(1, 118)
        ]
        assert all(claim.expects and claim.says and claim.paragraphs for claim in causal)

    def test_the_two_lists_have_every_claim_once(self, evidence: Evidence) -> None:
        rows = [*listing(evidence, "claims"), *listing(evidence, "facts")]
        assert sorted(row["id"] for row in rows) == sorted(evidence.claims)
        assert len(listing(evidence, "claims")) == 117

    def test_every_quantity_is_there(self, evidence: Evidence) -> None:
        assert list(evidence.quantities) == [f"F{n:03d}" for n in range(1, 54)]

    def test_every_contradiction_is_resolved(self, evidence: Evidence) -> None:
        numbers = [number for one in evidence.resolutions.values() for number in one.inventory]
        assert sorted(numbers) == [f"I{n:02d}" for n in range(1, 57)]

    def test_a_quantity_that_names_a_test_is_in_it(self, evidence: Evidence) -> None:
        """References to tests are taken on trust by the check; here the trust is earned."""
        root = paths.root()
        for quantity in evidence.quantities.values():
            for reference in quantity.used_by:
                if reference.startswith("tests/"):
                    assert quantity.id in (root / reference).read_text(encoding="utf-8")
