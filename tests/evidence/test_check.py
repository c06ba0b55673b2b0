"""The check finds nothing in a folder that is whole, and each planted fault, with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from steppe.evidence import load
from steppe.evidence.check import Report, check, render_check

Plant = Callable[[str, str, str], Path]


def found(report: Report) -> list[tuple[str, str, str]]:
    """Each problem as (file, key, message)."""
    return [(fault.file, fault.key, fault.message) for fault in report.problems]


def test_a_whole_folder_has_no_problem(folder: Path, documents: Path) -> None:
    report = check(load(folder), documents)
    assert found(report) == []
    assert report.ok
    assert report.compared


def test_everything_is_counted_by_basis(folder: Path) -> None:
    report = check(load(folder))
    assert report.values == {
        "actor": {"document": 1, "public": 3, "assumed": 1},
        "organisation": {"document": 1, "public": 1, "assumed": 1},
        "dyad": {"document": 0, "public": 1, "assumed": 0},
        "directed_dyad": {"document": 1, "public": 0, "assumed": 1},
        "parameter": {"document": 0, "public": 0, "assumed": 1},
    }
    assert report.statuses == {"document": 1, "public": 1, "assumed": 1}
    assert report.claims == {"first-2025": {"asserted": 1}, "part-2026": {"hedged": 1}}
    assert report.as_dict()["values"]["all"] == {"document": 3, "public": 5, "assumed": 4}


FAULTS = {
    "value outside the codebook's range": (
        ("actors/AAA.yaml", "value: 50, range: [45, 60]", "value: 500, range: [45, 600]"),
        ("actors/AAA.yaml", "gdp[1].value", "gdp of AAA: the value is outside the codebook's range"),
    ),
    "value outside its own range": (
        ("actors/AAA.yaml", "range: [45, 60]", "range: [55, 60]"),
        ("actors/AAA.yaml", "gdp[1].range", "gdp of AAA: the value is outside its own range"),
    ),
    "range beyond the codebook's": (
        ("actors/AAA.yaml", "range: [45, 60]", "range: [45, 600]"),
        ("actors/AAA.yaml", "gdp[1].range", "gdp of AAA: the range goes beyond the codebook's"),
    ),
    "reversed range": (
        ("actors/AAA.yaml", "range: [45, 60]", "range: [60, 45]"),
        ("actors/AAA.yaml", "gdp[1].range", "gdp of AAA: the range is reversed"),
    ),
    "one weight of a mapping outside": (
        ("actors/BBB.yaml", "trade: 0.5", "trade: 1.5"),
        (
            "actors/BBB.yaml",
            "salience[0].value",
            "salience of BBB [trade]: the value is outside the codebook's range",
        ),
    ),
    "no range": (
        ("actors/BBB.yaml", "range: [9, 11], ", ""),
        ("actors/BBB.yaml", "gdp[0]", "gdp of BBB: no range is given"),
    ),
    "no basis": (
        ("actors/AAA.yaml", "range: [45, 60], source: bank", "range: [45, 60]"),
        ("actors/AAA.yaml", "gdp[1]", "gdp of AAA: no basis"),
    ),
    "two bases": (
        ("actors/AAA.yaml", "range: [45, 60], source: bank", "range: [45, 60], source: bank, assumed: guess"),
        ("actors/AAA.yaml", "gdp[1]", "gdp of AAA: assumed and yet based on something"),
    ),
    "unknown source": (
        ("actors/AAA.yaml", "range: [45, 60], source: bank", "range: [45, 60], source: bnak"),
        ("actors/AAA.yaml", "gdp[1].source", "gdp of AAA: no source 'bnak'"),
    ),
    "unknown claim": (
        ("dyads/all.csv", ",theme/cited,", ",theme/sited,"),
        ("dyads/all.csv", "line 5.claims", "threat of AAA-BBB: no claim 'theme/sited'"),
    ),
    "two rows from one day": (
        ("actors/AAA.yaml", "from: 2010-06", "from: 2003-01-01"),
        ("actors/AAA.yaml", "gdp[1]", "gdp of AAA: two rows from 2003-01-01"),
    ),
    "rows out of order": (
        ("actors/AAA.yaml", "from: 2010-06", "from: 2000"),
        ("actors/AAA.yaml", "gdp[0]", "gdp of AAA: rows are not in the order of dates"),
    ),
    "member before the founding": (
        ("chronicle.yaml", "2001-05-28", "2000-05-28"),
        ("chronicle.yaml", "AAA in ORG, 2000-05-28", "the organisation was not yet founded"),
    ),
    "from after to": (
        ("dyads/all.csv", "2005,2008", "2008,2005"),
        ("dyads/all.csv", "line 4", "threat of AAA-BBB: the row ends before it begins"),
    ),
    "dissolved before founded": (
        ("organisations/ORG.yaml", "dissolved: null", "dissolved: 2000"),
        ("organisations/ORG.yaml", "dissolved", "ORG is dissolved before it is founded"),
    ),
    "choice that is none": (
        ("organisations/ORG.yaml", "value: consensus", "value: consent"),
        ("organisations/ORG.yaml", "rule[0].value", "rule of ORG: not one of the choices"),
    ),
    "unknown actor in a list": (
        ("organisations/ORG.yaml", "value: [AAA]", "value: [AAB]"),
        ("organisations/ORG.yaml", "founders[0].value", "founders of ORG: no 'AAB' among the actors"),
    ),
    "unknown actor in a pair": (
        ("dyads/all.csv", "threat,AAA,BBB,2005", "threat,AAA,BBC,2005"),
        ("dyads/all.csv", "line 4.b", "threat of AAA-BBC: no actor 'BBC'"),
    ),
    "unknown organisation in the chronicle": (
        ("chronicle.yaml", "ORG, status: none", "OGR, status: none"),
        ("chronicle.yaml", "BBB in OGR, 2008-11-01.organisation", "no organisation 'OGR'"),
    ),
    "unknown state in the chronicle": (
        ("chronicle.yaml", "state: AAA", "state: AAB"),
        ("chronicle.yaml", "AAB in ORG, 2001-05-28.state", "no actor 'AAB'"),
    ),
    "status without a basis": (
        ("chronicle.yaml", "status: none, assumed: lapsed", "status: none"),
        ("chronicle.yaml", "BBB in ORG, 2008-11-01", "no basis"),
    ),
    "parameter outside its range": (
        ("parameters.yaml", "value: 0.8", "value: 8"),
        ("parameters.yaml", "membership.rate", "the value is outside its own range"),
    ),
    "paragraph beyond the document": (
        ("claims/theme.yaml", "paragraphs: [2]", "paragraphs: [2, 4]"),
        ("claims/theme.yaml", "theme/cited.paragraphs", "first-2025 has no paragraph 4"),
    ),
    "paragraph outside the article": (
        ("claims/theme.yaml", "paragraphs: [2, 3]", "paragraphs: [1, 3]"),
        ("claims/theme.yaml", "theme/tested.paragraphs", "part-2026 has no paragraph 1"),
    ),
    "unknown document": (
        ("claims/theme.yaml", "document: part-2026", "document: part-2025"),
        ("claims/theme.yaml", "theme/tested.document", "no document 'part-2025'"),
    ),
    "unknown mechanism": (
        ("claims/theme.yaml", "mechanism: affinity", "mechanism: afinity"),
        ("claims/theme.yaml", "theme/tested.mechanism", "no mechanism 'afinity'"),
    ),
    "claim that informs nothing": (
        ("claims/theme.yaml", "organisations/ORG.depth", "organisations/ORG.dept"),
        ("claims/theme.yaml", "theme/cited.informs", "nothing is coded at organisations/ORG.dept"),
    ),
    "orphaned claim": (
        ("claims/theme.yaml", "mechanism: affinity", "mechanism: context"),
        ("claims/theme.yaml", "theme/tested", "nothing rests on the claim and nothing tests it"),
    ),
    "orphaned source": (
        ("dyads/all.csv", ",votes,,,", ",bank,,,"),
        ("sources.yaml", "votes", "nothing rests on the source"),
    ),
    "article outside its collection": (
        ("documents.yaml", "[2, 3]\n  paragraphs: 2", "[2, 5]\n  paragraphs: 4"),
        ("documents.yaml", "part-2026.paragraph_range", "the article lies outside whole-2026"),
    ),
    "resolution that affects nothing": (
        ("resolutions.yaml", "affects: [theme/cited]", "affects: []"),
        ("resolutions.yaml", "merger-date.affects", "the resolution affects nothing"),
    ),
    "resolution of something that is not coded": (
        ("resolutions.yaml", "affects: [theme/cited]", "affects: [chronicle/BBB-OGR]"),
        ("resolutions.yaml", "merger-date.affects", "nothing is coded at chronicle/BBB-OGR"),
    ),
    "causal number that two claims share": (
        ("claims/theme.yaml", "- id: theme/tested\n", "- id: theme/tested\n  inventory: G01\n"),
        ("claims/theme.yaml", "theme/tested.inventory", "G01 is already taken by theme/cited"),
    ),
    "claim that stands for two causal numbers": (
        ("claims/theme.yaml", "inventory: G01", "inventory: [G01, G02]"),
        ("claims/theme.yaml", "theme/cited.inventory", "a claim has one G number"),
    ),
    "causal number without a claim": (
        ("claims/theme.yaml", "inventory: G01", "inventory: G02"),
        ("claims", "G01", "no entry has the number G01"),
    ),
    "contradiction without a resolution": (
        ("resolutions.yaml", "inventory: I01", "inventory: I02"),
        ("resolutions.yaml", "I01", "no entry has the number I01"),
    ),
    "quantity left out": (
        ("quantities.yaml", "id: F002", "id: F003"),
        ("quantities.yaml", "F002", "no entry has the number F002"),
    ),
    "quantity that is neither used nor unused": (
        ("quantities.yaml", ", unused: no figure", ""),
        ("quantities.yaml", "F002", "neither used nor unused"),
    ),
    "quantity that is both": (
        ("quantities.yaml", "unused: no figure", "unused: no figure, used_by: [systems/PIPE]"),
        ("quantities.yaml", "F002", "both used and unused"),
    ),
    "quantity used by something that is not coded": (
        ("quantities.yaml", "organisations/ORG.depth", "organisations/ORG.dept"),
        ("quantities.yaml", "F001.used_by", "nothing is coded at organisations/ORG.dept"),
    ),
    "quantity used by something that does not rest on it": (
        ("quantities.yaml", "organisations/ORG.depth", "organisations/ORG.rule"),
        (
            "quantities.yaml",
            "F001.used_by",
            "organisations/ORG.rule does not rest on the claim theme/cited",
        ),
    ),
    "quantity of a claim that is none": (
        ("quantities.yaml", "claim: theme/cited", "claim: theme/sited"),
        ("quantities.yaml", "F001.claim", "no claim 'theme/sited'"),
    ),
    "quantity outside its document": (
        ("quantities.yaml", "paragraphs: [2], unused", "paragraphs: [4], unused"),
        ("quantities.yaml", "F002.paragraphs", "part-2026 has no paragraph 4"),
    ),
    "words with a value": (
        ("quantities.yaml", "item: Gain,", "item: Gain, value: 3,"),
        ("quantities.yaml", "F002.value", "a value, or words or a blank"),
    ),
    "claim that codes a quantity which names another": (
        ("claims/theme.yaml", "- id: theme/tested\n", "- id: theme/tested\n  inventory: F001\n"),
        ("quantities.yaml", "F001.claim", "theme/tested codes F001, which does not name it"),
    ),
    "pair that lacks a variable without default": (
        ("dyads/all.csv", "agreement,AAA,BBB,,,0.7,,,votes,,,\n", "threat,BBB,AAA,,,0.7,,,votes,,,\n"),
        ("dyads", "agreement", "agreement has no default and 1 pairs lack it: AAA-BBB"),
    ),
    "variable that nobody codes": (
        (
            "codebook.yaml",
            "- {id: status",
            "- {id: gold, entity: actor, unit: t, definition: G.}\n- {id: status",
        ),
        ("codebook.yaml", "gold", "gold (actor): no value is coded"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_at_its_place(plant: Plant, name: str) -> None:
    (file, old, new), expected = FAULTS[name]
    assert expected in found(check(load(plant(file, old, new))))


def test_what_is_not_coded_evidence_is_taken_on_trust_in_one_place(plant: Plant) -> None:
    """A reference to a scenario, reading or test passes; any other unknown family does not."""
    assert check(
        load(
            plant(
                "quantities.yaml",
                "used_by: [organisations/ORG.depth]",
                "used_by: [scenarios/not_yet_written]",
            )
        )
    ).ok
    assert not check(load(plant("quantities.yaml", "scenarios/not", "scenery/not"))).ok


def test_an_actor_in_no_pair_is_an_orphan(folder: Path) -> None:
    (folder / "actors/CCC.yaml").write_text(
        (folder / "actors/BBB.yaml").read_text().replace("BBB", "CCC").replace("Bland", "Cland")
    )
    assert ("actors/CCC.yaml", "id", "CCC is in no pair") in found(check(load(folder)))


def test_an_entity_lacks_a_variable(plant: Plant) -> None:
    folder = plant("actors/BBB.yaml", "gdp:\n  - {from: 2003, value: 10, range: [9, 11], source: bank}\n", "")
    assert ("actors/BBB.yaml", "gdp", "BBB has no gdp") in found(check(load(folder)))


def test_an_entity_lives_in_the_file_of_its_id(folder: Path) -> None:
    (folder / "actors/BBB.yaml").rename(folder / "actors/BLAND.yaml")
    assert ("actors/BLAND.yaml", "id", "the id is not the file's name") in found(check(load(folder)))


class TestWithTheDocuments:
    def test_a_changed_document_has_another_checksum(self, folder: Path, documents: Path) -> None:
        (documents / "whole.txt").write_text("One.\nTwo.\nThree.\nFive.\n")
        assert found(check(load(folder), documents)) == [
            ("documents.yaml", "whole-2026.sha256", "whole.txt is not the file that was read")
        ]

    def test_another_number_of_paragraphs(self, plant: Plant, documents: Path) -> None:
        folder = plant("documents.yaml", "paragraphs: 3", "paragraphs: 4")
        assert (
            "documents.yaml", "first-2025.paragraphs", "first.txt has another number of paragraphs",
        ) in found(check(load(folder), documents))  # fmt: skip

    def test_a_missing_document(self, folder: Path, documents: Path) -> None:
        (documents / "whole.txt").unlink()
        assert found(check(load(folder), documents)) == [
            ("documents.yaml", "whole-2026.file", "the document is not in the folder")
        ]

    def test_a_renamed_document_is_known_by_its_checksum(self, folder: Path, documents: Path) -> None:
        (documents / "whole.txt").rename(documents / "mine.txt")
        assert check(load(folder), documents).ok

    @pytest.mark.parametrize(
        ("file", "old", "key"),
        [
            ("claims/theme.yaml", "Doing double work was the reason for the merger.", "theme/cited.says"),
            ("actors/AAA.yaml", "later", "gdp[1].note"),
            ("dyads/all.csv", "a note, with a comma", "line 5"),
        ],
    )
    def test_eight_words_of_a_document_are_a_copy(
        self, plant: Plant, documents: Path, file: str, old: str, key: str
    ) -> None:
        folder = plant(file, old, "because THE smaller one was; folded into the other")
        problems = found(check(load(folder), documents))
        assert problems == [(file, key, "8 or more words in a row are the document's own")]

    def test_seven_words_are_not(self, plant: Plant, documents: Path) -> None:
        folder = plant("actors/AAA.yaml", "later", "smaller one was folded into the other")
        assert check(load(folder), documents).ok

    def test_a_title_may_be_named(self, plant: Plant, documents: Path) -> None:
        title = "the same work and so the smaller one was folded"
        folder = plant("documents.yaml", "title: A title", f"title: {title}")
        assert check(load(folder), documents).ok


def test_what_a_world_takes_from_its_base_is_not_checked_again(folder: Path, tmp_path: Path) -> None:
    base = load(folder)
    for name in ("actors", "organisations", "dyads", "chronicle.yaml"):
        (tmp_path / "world").mkdir(exist_ok=True)
        (folder / name).rename(tmp_path / "world" / name)
    pairs = tmp_path / "world/dyads/all.csv"
    pairs.write_text(pairs.read_text().replace(",votes,,,", ",bank,,,"))  # votes is now cited by nobody here
    assert check(load(tmp_path / "world", base=base)).ok


def test_the_printed_report_gives_place_value_and_suggestion(plant: Plant) -> None:
    folder = plant("chronicle.yaml", "state: AAA, organisation: ORG", "state: AAA, organisation: OGR")
    text = render_check(check(load(folder)))
    assert "1 problem" in text
    assert "chronicle.yaml: AAA in OGR, 2001-05-28.organisation: " in text
    assert "given 'OGR'; did you mean 'ORG'?" in text


def test_the_printed_report_of_a_whole_folder(folder: Path) -> None:
    text = render_check(check(load(folder)))
    assert text.splitlines()[-1] == "no problem found"
    assert "documents: not compared" in text
