"""Since when a difference can be told: arrays by hand, and the rows of a run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from results.fake import START, YEARS
from steppe.analysis.comparison import comparisons
from steppe.analysis.distinguished import PER_MEASURE, add_first_years, first_years, standing_out
from steppe.analysis.measures import measure_values
from steppe.analysis.multiplicity import HOLM, adjusted
from steppe.results.query import Run

LAST = START + YEARS


def test_first_years_by_hand() -> None:
    yes, no = True, False
    found = first_years(
        np.array(
            [
                [no, no, yes, yes],
                [no, yes, no, yes],
                [yes, yes, yes, no],
                [no] * 4,
                [yes] * 4,
                [no, no, no, yes],
            ]
        )
    )
    assert [one.tolist() for one in found] == [[2, 3, -1, -1, 0, 3], [2, 1, 0, -1, 0, 3]]


def test_years_of_a_row(run: Run) -> None:
    """Depth of ONE, five years of a paired t test each, adjusted by Holm over the five."""
    (found,) = comparisons([run], measures=["depth"])
    add_first_years(found)
    (line,) = (row for row in found.rows if row["entity"] == "ONE")
    values = [
        [
            measure_values(run, "depth", name, year, ["ONE"]).values[0].astype(float)
            for name in ("pull", "baseline")
        ]
        for year in range(START + 1, LAST + 1)
    ]
    p = adjusted(np.array([stats.ttest_rel(*pair).pvalue for pair in values]), HOLM)
    assert [one["p_adjusted"] for one in line["over_years"]] == pytest.approx(p.tolist(), rel=1e-6)
    assert [one["year"] for one in line["over_years"]] == list(range(START + 1, LAST + 1))
    since, ever = (int(one[0]) for one in first_years(p[None, :] < 0.05))
    assert line["first_distinguishable"] == (START + 1 + since if since >= 0 else None)
    assert line["first_distinguishable_at_all"] == (START + 1 + ever if ever >= 0 else None)
    assert line["years_tested"] == YEARS


def test_only_the_rows_that_are_meant(run: Run) -> None:
    (found,) = comparisons([run])
    told = standing_out(found.rows)
    add_first_years(found, told)
    wanted = {(row["measure"], row["entity"]) for row in told}
    for row in found.rows:
        looked = (row["measure"], row["entity"]) in wanted
        assert (row["years_tested"] > 0) == looked and (row["over_years"] is not None) == looked


def test_what_stands_out(run: Run) -> None:
    (found,) = comparisons([run])
    told = standing_out(found.rows, top=5)
    assert len(told) == 5 and all(row["distinguishable"] for row in told)
    assert max(sum(row["measure"] == one["measure"] for one in told) for row in told) <= PER_MEASURE
