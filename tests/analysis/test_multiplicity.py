"""Adjusted p-values against published tables and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst
from scipy import stats

from steppe.analysis.multiplicity import FDR, HOLM, METHODS, NONE, adjusted, family, with_adjustment
from steppe.errors import InputError

QUICK = settings(deadline=None, max_examples=40)
#: Benjamini & Hochberg (1995), table of section 4.1: thrombolysis in fifteen endpoints
BH1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip
PROBABILITIES = nst.arrays(float, st.integers(1, 30), elements=st.floats(0, 1))


def test_the_published_example_of_benjamini_and_hochberg() -> None:
    """They reject four at a rate of 5 %, and Bonferroni three; Holm's, which is between, three."""
    p = np.array(BH1995)
    assert (adjusted(p, FDR) <= 0.05).sum() == 4
    assert (adjusted(p, HOLM) <= 0.05).sum() == 3
    assert (adjusted(p, NONE) <= 0.05).sum() == 9


def test_holm_by_hand() -> None:
    """Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.04, of which none is below one before it."""
    found = adjusted(np.array([0.04, 0.01, 0.03, 0.02]), HOLM)
    np.testing.assert_allclose(found, [0.06, 0.04, 0.06, 0.06])


@QUICK
@given(PROBABILITIES)
def test_benjamini_and_hochberg_against_scipy(p: Any) -> None:
    np.testing.assert_allclose(adjusted(p, FDR), stats.false_discovery_control(p), atol=1e-12)


@QUICK
@given(PROBABILITIES)
def test_between_no_adjustment_and_bonferroni(p: Any) -> None:
    holm, fdr = adjusted(p, HOLM), adjusted(p, FDR)
    bonferroni = np.minimum(len(p) * p, 1)
    assert (p <= fdr + 1e-12).all() and (fdr <= holm + 1e-12).all() and (holm <= bonferroni + 1e-12).all()


@QUICK
@given(PROBABILITIES, st.floats(0.001, 0.2))
def test_holm_rejects_as_the_procedure_says(p: Any, alpha: float) -> None:
    """Step by step: the smallest against α/m, the next against α/(m - 1), until one is not rejected."""
    rejected = np.zeros(len(p), bool)
    for step, place in enumerate(np.argsort(p, kind="stable")):
        if p[place] * (len(p) - step) > alpha:
            break
        rejected[place] = True
    np.testing.assert_array_equal(adjusted(p, HOLM) <= alpha, rejected)


def test_what_is_not_tested_does_not_count() -> None:
    for method in METHODS:
        found = adjusted(np.array([[0.01, np.nan, 0.2], [np.nan, np.nan, np.nan]]), method)
        np.testing.assert_allclose(found[0, [0, 2]], adjusted(np.array([0.01, 0.2]), method))
        assert np.isnan(found[0, 1]) and np.isnan(found[1]).all()


def test_rows_and_the_words_of_a_family() -> None:
    rows: list[dict[str, Any]] = [{"p_value": 0.02}, {"p_value": 0.04}, {"p_value": None}]
    found = with_adjustment(rows, HOLM)
    assert [row["p_adjusted"] for row in found] == [pytest.approx(0.04), pytest.approx(0.04), None]
    assert [row["distinguishable"] for row in found] == [True, True, False]
    said = family(rows, HOLM, what="all measures of a against b in 2036")
    assert said["tests"] == 2 and said["says"].startswith(
        "2 tests, all measures of a against b in 2036, adjusted by Holm"
    )


def test_an_unknown_adjustment() -> None:
    with pytest.raises(InputError) as error:
        adjusted(np.array([0.1]), "hom")
    assert error.value.nearest == HOLM
