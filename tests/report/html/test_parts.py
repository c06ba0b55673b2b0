"""The parts of a page that need no run: citations, grounds, tables, numbers, sentences."""

from __future__ import annotations

import json

import pytest

from steppe import paths
from steppe.config.compose import compose
from steppe.evidence import load
from steppe.report.figures.figure import Column, Figure
from steppe.report.html import grounds
from steppe.report.html.citations import RULES, citations, references
from steppe.report.html.content import PATTERNS
from steppe.report.html.differences import largest_table
from steppe.report.html.numbers import Number, difference, sentence_text
from steppe.report.html.sentences import answer_sentences, rest_sentence
from steppe.report.html.table import of_figure, of_mappings
from steppe.world.build import build_world
from steppe.world.provenance import basis_counts, origins


def row(**other):  # type: ignore[no-untyped-def]
    """A difference as `analysis.comparison.compare` gives it."""
    base = {
        "scenario": "in", "reference_scenario": "out", "point": 0, "measure": "member", "entity": "AAA/ONE", "year": 2030,
        "reference": 0.25, "alternative": 0.75, "difference": 0.5, "low": 0.4, "high": 0.6, "alternative_low": 0.7,
        "alternative_high": 0.8, "relative": 2.0, "n": 400, "outcome": None, "epistemic": None,
    }  # fmt: skip
    return base | other


RESTS = {
    "replicates": 400,
    "draws": None,
    "paired": True,
    "values": {"document": 10, "public": 20, "assumed": 5, "uncoded": 7},
    "parameters": 9,
    "assumed": 8,
    "share": None,
}


class TestSentences:
    def test_the_first_says_the_difference_with_its_interval(self) -> None:
        told = [
            sentence_text(one)
            for one in answer_sentences([row()], [], ["the door open"], RESTS, {"AAA": "Arvand"})
        ]
        assert told[0] == (
            "With the door open, Arvand is a member of ONE in 2030 in 0.75 [0.70, 0.80] of the futures, against 0.25 without: a "
            "difference of +0.50 [0.40, 0.60]."
        )
        assert told[-1].startswith("This rests on 400 replicates, paired by their luck")
        assert "12 of 42 values" in told[-1] and "8 of 9 parameters" in told[-1]

    def test_numbers_carry_what_they_are(self) -> None:
        first = answer_sentences([row()], [], [], RESTS, {})[0]
        numbers = [part for part in first if isinstance(part, Number)]
        assert [(one.of["statistic"], one.value) for one in numbers] == [
            ("alternative", 0.75), ("reference", 0.25), ("difference", 0.5)]  # fmt: skip

    def test_a_measure_that_is_no_probability_is_a_mean(self) -> None:
        (first, *_) = answer_sentences([row(measure="depth", entity="ONE")], [], [], RESTS, {})
        assert sentence_text(first).startswith("Under the scenario, the mean of “depth of ONE in 2030” is")

    def test_an_undefined_outcome_is_said_to_be_one(self) -> None:
        (first, *_) = answer_sentences([row(difference=None, low=None, high=None)], [], [], RESTS, {})
        assert "not defined in both scenarios" in sentence_text(first)

    def test_without_differences_it_says_so(self) -> None:
        (first, _) = answer_sentences([], [], ["a change"], RESTS, {})
        assert (
            sentence_text(first)
            == "With a change, no measure differs from the reference by more than its interval."
        )

    def test_what_is_not_known_is_told_where_it_is_drawn(self) -> None:
        assert "30 % of the variance" in sentence_text(rest_sentence({**RESTS, "draws": 20, "share": 0.3}))

    def test_undefined_differences_are_dashes(self) -> None:
        assert difference(row(difference=None)) == "–"


class TestDifferences:
    def test_largest_first_and_unsure_left_out(self) -> None:
        from steppe.report.html.content import Answer

        rows = [row(entity="AAA/ONE", difference=0.1, low=0.05, high=0.15), row(entity="BBB/ONE"),
                row(entity="CCC/ONE", low=-0.1, high=0.9)]  # fmt: skip
        found = largest_table(Answer("in", "out", "?", None, (), (), (), rows=rows), {}, 0)
        assert found is not None
        assert [one[0] for one in found.rows] == [
            "BBB a member of ONE in 2030",
            "AAA a member of ONE in 2030",
        ]
        assert [one[4] for one in found.rows] == ["+200 %", "+200 %"]


class TestCitations:
    def test_every_module_that_is_named_is_there(self) -> None:
        """A module that was renamed would silently lose its literature otherwise."""
        for modules in RULES.values():
            for module in modules:
                references(module)

    def test_a_mechanism_that_is_off_is_not_cited(self) -> None:
        on, off = (citations({"trade": value}, False, False) for value in (True, False))
        assert any("Dekle" in text for _, text in on)
        assert not any("Dekle" in text for _, text in off)

    def test_a_reference_over_two_lines_is_whole(self) -> None:
        found = [text for text in references("mechanisms.corridors") if text.startswith("Liu, He, He")]
        assert len(found) == 1 and found[0].endswith("Networks and Spatial Economics 9(4).")


@pytest.fixture(scope="module")
def held():  # type: ignore[no-untyped-def]
    """Evidence, world, and the grounds of a run of a packaged scenario."""
    config, evidence = compose(["scenario=russia_applies_to_cca"]), load()
    world = build_world(evidence, config.world)
    return evidence, world, grounds.grounds(evidence, world, config, [one.name for one in config.scenarios])


class TestGrounds:
    def test_counts_are_those_of_the_provenance(self, held) -> None:  # type: ignore[no-untyped-def]
        evidence, world, found = held
        assert found["counts"] == basis_counts(evidence, world)
        for name, total in found["counts"].items():
            assert sum(one[name] for one in found["values"]) == total
        assert len(found["assumed"]) == found["counts"]["assumed"]

    def test_every_claim_of_a_value_is_listed_with_its_paragraph(self, held) -> None:  # type: ignore[no-untyped-def]
        evidence, world, found = held
        listed = {one["id"] for one in found["claims"]}
        used = {name for one in origins(evidence, world).values() for name in one.claims}
        assert used <= listed
        assert all("¶" in one["where"] for one in found["claims"])

    def test_every_parameter_is_listed(self, held) -> None:  # type: ignore[no-untyped-def]
        evidence, _, found = held
        assert [one["id"] for one in found["parameters"]] == sorted(evidence.parameters)

    def test_a_value_that_the_run_sets_says_so(self) -> None:
        config, evidence = compose(["parameters.membership.cooldown=3"]), load()
        (one,) = [
            each
            for each in grounds.parameters_table(evidence, config, [])
            if each["id"] == "membership.cooldown"
        ]
        assert (one["value"], one["basis"]) == ("3", "set by the run")


class TestTables:
    def test_numbers_of_a_figure_are_rounded_as_its_columns_say(self) -> None:
        columns = (Column("who", "who"), Column("p", "probability", 2), Column("n", "futures"))
        rows = [{"who": "AAA", "p": -0.004, "n": 1200}, {"who": "BBB", "p": None, "n": 0}]
        found = of_figure(Figure("a", "A", "", "", None, columns, rows))  # type: ignore[arg-type]
        assert found.rows == [["AAA", "0.00", "1,200"], ["BBB", "–", "0"]]
        assert found.numeric == {1}

    def test_columns_of_numbers_are_set_to_the_right(self) -> None:
        found = of_mappings("t", "T", {"a": "A", "b": "B"}, [{"a": "x", "b": 1}, {"a": "y", "b": 20}])
        assert found.numeric == {1}


class TestRecord:
    def test_the_record_of_the_patterns_is_the_page_of_the_docs(self) -> None:
        """Both are written by one command; a record of another study would tell other verdicts than the docs."""
        record = json.loads((paths.conf() / PATTERNS).read_text(encoding="utf-8"))
        page = (paths.root() / "docs" / "patterns_found.md").read_text(encoding="utf-8")
        assert record["found"] in page
        for one in record["patterns"]:
            assert any(
                line.startswith(f"| {one['id']}") and f"| {one['verdict']} |" in line
                for line in page.splitlines()
            )
