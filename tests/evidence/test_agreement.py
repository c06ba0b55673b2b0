"""Agreement of two codings against published examples, and what the second coding of the claims must satisfy."""

from pathlib import Path

import pytest

from steppe.evidence import load
from steppe.evidence.agreement import agreement, cohen_kappa, krippendorff_alpha, pairs_of


class TestAlpha:
    def test_binary_example_of_the_paper(self):
        """Krippendorff (2011), example A: two observers, ten binary units, alpha = .095."""
        assert krippendorff_alpha("0100000010", "1110010000") == pytest.approx(0.095, abs=5e-4)

    def test_nominal_example_of_the_paper(self):
        """Krippendorff (2011), example B: two observers, twelve units, five values, alpha = .692."""
        assert krippendorff_alpha("aabbdcccedda", "babbbcccedd" + "d") == pytest.approx(0.692, abs=5e-4)

    def test_perfect_agreement_is_one_and_a_single_value_says_nothing(self):
        assert krippendorff_alpha("abca", "abca") == 1
        assert krippendorff_alpha("aaaa", "aaaa") is None


class TestKappa:
    def test_two_by_two_table(self):
        """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: agreement .7, chance .5·.6 + .5·.4 = .5, kappa .4."""
        first = "y" * 25 + "n" * 25
        second = "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15
        assert cohen_kappa(first, second) == pytest.approx(0.4)

    def test_a_single_value_says_nothing(self):
        assert cohen_kappa("aaa", "aaa") is None


class TestTheSecondCoding:
    rows = pairs_of(load())

    def test_covers_every_article_with_up_to_thirty_claims(self):
        evidence = load()
        for document in {row["document"] for row in self.rows}:
            of_it = {row["claim"] for row in self.rows if row["document"] == document}
            whole = sum(claim.document == document for claim in evidence.claims.values())
            assert len(of_it) >= min(30, whole), document
        assert len({row["document"] for row in self.rows}) == 8

    def test_where_the_two_agree_that_is_settled_and_else_one_of_them(self):
        for row in self.rows:
            assert row["settled"] in (row["first"], row["second"]), row
            assert not row["agrees"] or row["settled"] == row["first"], row

    def test_what_is_settled_stands_in_the_claims(self):
        assert [row for row in self.rows if not row["stands"]] == []

    def test_agreement_is_better_than_chance_in_every_variable(self):
        overall = {row["variable"]: row["alpha"] for row in agreement(self.rows) if row["document"] == "all"}
        assert all(alpha is not None and alpha > 0.667 for alpha in overall.values()), overall

    def test_the_page_shows_what_is_computed(self):
        """Every number of the table in docs/coding.md is that of today's codes."""
        page = (Path(__file__).parents[2] / "docs" / "coding.md").read_text(encoding="utf-8")
        for row in agreement(self.rows):
            alpha, kappa = (
                "–" if value is None else f"{value:.2f}" for value in (row["alpha"], row["kappa"])
            )
            cells = (row["variable"], row["document"], row["units"], f"{row['equal']:.2f}", alpha, kappa)
            assert "| " + " | ".join(map(str, cells)) + " |" in page, cells
