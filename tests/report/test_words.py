"""Words: the right changes, in the right order, with their intervals."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from results.fake import make_run
from steppe.analysis.comparison import changes, compare
from steppe.analysis.measures import measure_values
from steppe.report.summary import summary, write_summary
from steppe.report.words import PER_MEASURE, comparison_text, interval, phrase, run_text
from steppe.results.indicators import MEASURES, entities
from steppe.results.query import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("words") / "run", replicates=60)


def _row(measure: str, entity: str, **numbers: Any) -> dict[str, Any]:
    level = {"alternative_low": 0.38, "alternative_high": 0.441}
    return {
        **level,
        **{"run": "r", "scenario": "alt", "reference_run": "r", "reference_scenario": "base", "point": 0},
        **{"measure": measure, "entity": entity, "year": 2035, "n": 1000, **numbers},
    }


MERGED = _row("merged", "CCA/EAEU", alternative=0.41, reference=0.02, difference=0.39, low=0.359, high=0.421)


def test_a_comparison_in_words() -> None:
    assert comparison_text([MERGED]).splitlines() == [
        "alt against base, 2035 (1,000 replicates)",
        "  CCA merged into EAEU by 2035: 0.41 [0.38, 0.44], +0.39 [0.36, 0.42] against base",
    ]


def test_the_weightiest_first_and_uncertain_ones_not_at_all() -> None:
    small = _row("member", "KAZ/CCA", alternative=0.5, reference=0.4, difference=0.1, low=0.05, high=0.15)
    unclear = _row("member", "UZB/CCA", alternative=0.5, reference=0.4, difference=0.1, low=-0.1, high=0.3)
    undefined = _row(
        "cohesion", "CCA", alternative=None, reference=None, difference=None, low=None, high=None
    )
    lines = comparison_text([small, unclear, undefined, MERGED]).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "CCA merged into EAEU by 2035",
        "KAZ a member of CCA in 2035",
    ]


def test_one_measure_does_not_fill_the_page() -> None:
    many = [{**MERGED, "entity": f"B{k:02d}/EAEU"} for k in range(30)]
    lines = comparison_text(many).splitlines()
    assert len(lines) == 1 + PER_MEASURE + 1
    assert "and 26 smaller ones" in lines[-1]


def test_nothing_to_tell_is_told() -> None:
    assert "no measure differs" in comparison_text([{**MERGED, "low": -0.1}])


def test_a_terminal_gets_a_table(run: Run) -> None:
    text = comparison_text(compare([run]), rich=True)
    assert "pull against baseline" in text and "\x1b[" in text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.41, 0.38, 0.44), "0.41 [0.38, 0.44]"),
        ((0.00123, 0.0011, 0.0014), "0.0012 [0.0011, 0.0014]"),
        ((-0.5, -0.6, -0.4), "−0.50 [−0.60, −0.40]"),
        ((0.0, -0.001, 0.001), "0.000 [−0.001, 0.001]"),
        ((1.0, 1.0, 1.0), "1.00 [1.00, 1.00]"),
    ],
)
def test_decimals_follow_the_interval(numbers: tuple[float, float, float], text: str) -> None:
    assert interval(*numbers) == text


def test_one_replicate_has_no_interval() -> None:
    nan = float("nan")
    assert interval(0.518, nan, nan) == "0.52" and interval(0.518, nan, nan, signed=True) == "+0.52"
    row = {**MERGED, "n": 1, "low": None, "high": None}
    assert "one replicate has no interval" in comparison_text([row])


def test_every_measure_has_words(run: Run) -> None:
    for measure in MEASURES:
        assert "{" not in phrase(measure.id, entities(measure, run)[0], 2030)


def test_a_run_in_words(run: Run) -> None:
    text = run_text(run)
    assert "baseline, 2025 to 2030 (60 replicates)" in text
    assert "since 2025" in text


def test_summary_holds_every_measure_with_its_uncertainty(run: Run) -> None:
    content = write_summary(run)
    assert json.loads((run.path / "summary.json").read_text()) == content == summary(run)
    per_scenario = sum(len(entities(measure, run)) for measure in MEASURES)
    assert len(content["rows"]) == 2 * per_scenario
    for row in content["rows"]:
        assert set(row["aleatory"]) == {"sd", "variance", "q05", "q50", "q95"}
        assert row["aleatory"] | row["total"] == row["aleatory"]
        assert row["epistemic"] is None
        assert {"mean", "std_error", "low", "high", "n", "unit", "time"} <= set(row)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A fake run said to be of 12 draws of the evidence."""
    return make_run(tmp_path_factory.mktemp("drawn") / "run", replicates=60, draws=12)


def test_what_is_not_known_is_told_apart_from_luck(drawn: Run) -> None:
    split = {"share": 0.274, "draws": 50}
    lines = comparison_text([{**MERGED, "epistemic": split}]).splitlines()
    assert lines == [
        "alt against base, 2035 (1,000 replicates of 50 draws of the evidence)",
        "  CCA merged into EAEU by 2035: 0.41 [0.38, 0.44], +0.39 [0.36, 0.42] against base, 27 % epistemic",
    ]
    assert "12 draws of the evidence" in run_text(drawn)
    assert re.search(r"since 2025, \d+ % epistemic", run_text(drawn))
    assert "% epistemic" in comparison_text(compare([drawn]), rich=True)


def test_the_change_since_the_start_is_paired_by_replicate(drawn: Run) -> None:
    """Draws begin apart, so the start has a spread of its own; the interval is that of the change."""
    for row in changes(drawn, "pull"):
        name, entity = row.measure, row.entity
        one, other = (
            measure_values(drawn, name, "pull", year, [entity]).values[0].astype(float)
            for year in (2025, 2030)
        )
        by_draw = (other - one).reshape(12, 5)
        if np.isnan(by_draw).any():
            continue
        assert row.difference == pytest.approx(by_draw.mean(), abs=1e-6)
        error = by_draw.mean(axis=1).std(ddof=1) / np.sqrt(12)
        assert row.std_error == pytest.approx(error, abs=1e-6)


def test_the_summary_of_drawn_evidence_keeps_three_things_apart(drawn: Run) -> None:
    content = write_summary(drawn)
    assert content["draws"] == 12
    for row in content["rows"]:
        assert set(row["total"]) == {"sd", "q05", "q50", "q95"}
        assert set(row["aleatory"]) == {"sd", "variance"}
        assert {"sd", "variance", "q05", "q50", "q95", "share", "share_low", "share_high"} < set(
            row["epistemic"]
        )
