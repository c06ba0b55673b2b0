"""Distributions of coded numbers: their shape from the basis, their moments from closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from steppe.evidence import load
from steppe.evidence.distribution import (
    Distribution,
    number_distribution,
    parameter_distribution,
    quantile,
    shape_name,
    value_distributions,
)

GRID = (np.arange(200_000) + 0.5) / 200_000  # midpoints: the mean of Q(u) over them is the integral of Q
corners = st.lists(st.floats(-100, 100), min_size=3, max_size=3).map(sorted)


@pytest.mark.parametrize(
    ("basis", "shape"), [("document", "triangular"), ("public", "triangular"), ("assumed", "uniform")]
)
def test_the_basis_decides_the_shape(basis: str, shape: str) -> None:
    """Only what somebody vouches for is more likely than the rest of its range."""
    assert number_distribution(2, 1, 4, basis, "y") == Distribution(shape, 1, 2, 4)


@pytest.mark.parametrize("unit", ["0 or 1", "switch"])
def test_facts_and_switches_are_constant_whatever_their_range(unit: str) -> None:
    assert number_distribution(0, 0, 1, "assumed", unit) == Distribution("constant", 0, 0, 0)


def test_a_range_without_width_is_constant() -> None:
    assert number_distribution(3, 3, 3, "public", "km").shape == "constant"


@given(corners)
def test_the_triangle_has_its_moments(abc: list[float]) -> None:
    """Mean (a + b + c)/3, variance (a² + b² + c² - ab - ac - bc)/18."""
    a, c, b = abc
    drawn = quantile(GRID, a, c, b, True)
    assert drawn.mean() == pytest.approx((a + b + c) / 3, abs=1e-3)
    variance = (a * a + b * b + c * c - a * b - a * c - b * c) / 18
    assert drawn.var() == pytest.approx(variance, rel=1e-3, abs=1e-3)
    assert number_distribution(c, a, b, "public", "1").mean == pytest.approx((a + b + c) / 3 if a < b else c)


@given(corners)
def test_the_uniform_has_its_moments(abc: list[float]) -> None:
    """Mean (a + b)/2, variance (b - a)²/12, wherever the assumed value lies."""
    a, c, b = abc
    drawn = quantile(GRID, a, c, b, False)
    assert drawn.mean() == pytest.approx((a + b) / 2, abs=1e-6)
    assert drawn.var() == pytest.approx((b - a) ** 2 / 12, rel=1e-6, abs=1e-9)
    assert number_distribution(c, a, b, "assumed", "1").mean == pytest.approx((a + b) / 2)


@given(corners, st.floats(0, 1))
def test_against_scipy(abc: list[float], u: float) -> None:
    a, c, b = abc
    if b - a > 1e-3:
        expected = stats.triang.ppf(u, (c - a) / (b - a), loc=a, scale=b - a)
        assert quantile(u, a, c, b, True) == pytest.approx(expected, abs=1e-6)


@given(corners, st.lists(st.floats(0, 1), min_size=2), st.booleans())
def test_a_draw_stays_in_its_range_and_grows_with_u(abc: list[float], u: list[float], peaked: bool) -> None:
    a, c, b = abc
    drawn = quantile(np.sort(u), a, c, b, peaked)
    assert (drawn >= a).all() and (drawn <= b).all()
    assert (np.diff(drawn) >= -1e-12 * max(1.0, b - a)).all()


def test_every_value_and_parameter_of_the_packaged_evidence_has_one() -> None:
    """Support is the range; a choice and a list have none; nothing but facts and switches is lost."""
    evidence = load()
    for row in evidence.values():
        entry = evidence.codebook[row.family, row.variable]
        found = value_distributions(row, entry)
        assert bool(found) == (entry.type in ("number", "mapping")) == (shape_name(row, entry) is not None)
        for key, one in found.items():
            low, high = (row.low[key], row.high[key]) if key else (row.low, row.high)
            if one.shape == "constant":
                assert low == high or entry.unit == "0 or 1"
            else:
                assert (one.low, one.high) == (low, high) and low <= one.mode <= high
    constant = [p.id for p in evidence.parameters.values() if parameter_distribution(p).shape == "constant"]
    assert constant == ["membership.vote_persistent"]
