"""Verdicts: what an interval says of a predicted sign; and outcomes that cannot be measured."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from steppe.analysis.comparison import compare
from steppe.analysis.verdicts import (
    AGAINST,
    AS_PREDICTED,
    NEGLIGIBLE,
    NO_DIFFERENCE,
    NOTHING_PREDICTED,
    UNDEFINED,
    check_outcomes,
    is_small,
    judged,
    verdict,
)
from steppe.errors import InputError
from steppe.results.indicators import MEASURES, Measure
from steppe.results.query import Run

BY_ID = {measure.id: measure for measure in MEASURES}
MEMBER, SHARE = BY_ID["member"], BY_ID["share"]  # scales 1 and .3


class TestSigns:
    @pytest.mark.parametrize(
        ("low", "high", "expects", "wanted"),
        [
            (0.2, 0.3, "+", AS_PREDICTED),
            (0.2, 0.3, "-", AGAINST),
            (-0.3, -0.2, "-", AS_PREDICTED),
            (-0.3, -0.2, "+", AGAINST),
            (-0.1, 0.3, "+", NO_DIFFERENCE),
            (0.0, 0.3, "+", NO_DIFFERENCE),  # an end on zero does not leave it out
            (0.2, 0.3, None, NOTHING_PREDICTED),
            (None, None, "+", UNDEFINED),
            (None, None, None, UNDEFINED),
        ],
    )
    def test_the_interval_is_on_one_side_of_zero_or_not(
        self, low: float | None, high: float | None, expects: str | None, wanted: str
    ) -> None:
        assert verdict(MEMBER, low, high, expects) == wanted

    @pytest.mark.parametrize(
        ("low", "high", "wanted"),
        [
            (-0.02, 0.03, AS_PREDICTED),
            (0.01, 0.03, AS_PREDICTED),  # sure, and too small to matter
            (0.01, 0.3, AGAINST),
            (-0.3, -0.01, AGAINST),
            (-0.3, 0.01, NO_DIFFERENCE),  # few futures show nothing, least of all that nothing changes
        ],
    )
    def test_no_change_asks_for_an_interval_near_zero(self, low: float, high: float, wanted: str) -> None:
        assert verdict(MEMBER, low, high, "0") == wanted

    @pytest.mark.parametrize("measure", [MEMBER, SHARE], ids=lambda m: m.id)
    def test_near_is_a_tenth_of_the_scale_on_both_sides(self, measure: Measure) -> None:
        bound = NEGLIGIBLE * measure.scale
        assert is_small(measure, -0.99 * bound, 0.99 * bound)
        assert not is_small(measure, -0.99 * bound, 1.01 * bound)
        assert not is_small(measure, -1.01 * bound, 0.0)

    def test_a_row_is_judged_by_its_own_measure(self) -> None:
        row = {"measure": "share", "low": 0.02, "high": 0.04}
        said = judged(row, {"expects": "+", "given": True}, 3)
        assert said == {"place": 3, "expects": "+", "verdict": AS_PREDICTED, "small": False, "given": True}
        assert not judged(row, {"expects": "0"}, 0)["given"]


class TestCompare:
    def asking(self, run: Run, counterfactual: str | None) -> Run:
        """The run, whose scenario pull asks for two outcomes."""
        asked = [
            {"measure": "welfare", "of": "AAA", "expects": "+"},
            {"measure": "member", "of": "AAA/ONE", "expects": None},
        ]
        scenarios = [
            {**one, "outcomes": asked, "counterfactual": counterfactual} if one["name"] == "pull" else one
            for one in run.manifest["scenarios"]
        ]
        return Run(run.path, {**run.manifest, "scenarios": scenarios}, run.markers)

    def test_the_rows_that_are_asked_for_carry_their_verdict(self, run: Run) -> None:
        rows = compare([self.asking(run, "baseline")])
        found = {(row["measure"], row["entity"]): row["outcome"] for row in rows if row["outcome"]}
        assert set(found) == {("welfare", "AAA"), ("member", "AAA/ONE")}
        assert found["welfare", "AAA"]["verdict"] == AS_PREDICTED  # half a unit higher, by construction
        assert found["member", "AAA/ONE"]["verdict"] == NOTHING_PREDICTED

    def test_against_anything_but_the_counterfactual_nothing_was_predicted(self, run: Run) -> None:
        rows: list[dict[str, Any]] = compare([self.asking(run, "another")])
        assert not any(row["outcome"] for row in rows)


class TestOutcomes:
    def outcome(self, measure: str, of: str) -> Any:
        return SimpleNamespace(measure=measure, of=of)

    def test_what_the_run_has_passes(self, run: Run) -> None:
        known = [
            ("share", "AAA/QQQ"),
            ("polarisation", "system"),
            ("reached", "accord/signed"),
            ("merged", "SUB/ONE"),
        ]
        check_outcomes([self.outcome(*one) for one in known], run)

    @pytest.mark.parametrize(
        ("measure", "of", "key", "near"),
        [
            ("shares", "AAA/QQQ", "measure", "share"),
            ("share", "AAA/QQR", "of", "AAA/QQQ"),
            ("share", "AAA/BBB", "of", None),  # no pole
            ("reached", "accord/none", "of", None),  # where it began
            ("polarisation", "AAA", "of", None),
        ],
    )
    def test_what_it_lacks_is_named_with_the_nearest(
        self, run: Run, measure: str, of: str, key: str, near: str | None
    ) -> None:
        with pytest.raises(InputError) as caught:
            check_outcomes([self.outcome("need", "AAA"), self.outcome(measure, of)], run)
        assert caught.value.key == f"scenario.outcomes[1].{key}"
        if near is not None:
            assert caught.value.nearest == near
