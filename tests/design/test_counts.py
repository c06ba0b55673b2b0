"""How many points a design has, in closed form, and that nothing is made of one that is too large."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from tests.design.conftest import COOLDOWN, NOISE, PRESSURE, Made

from steppe.config.compose import compose
from steppe.config.designs import size_of
from steppe.errors import InputError

SIX = (
    f"design.factors=[{NOISE},{COOLDOWN},{PRESSURE},parameters.membership.lev_trade,scenario,readings.region]"
)
TWO_SCENARIOS = "scenario=arvand_admitted_to_rivers,arvand_barred_from_rivers"


class TestCounts:
    """The formulas are those of Saltelli et al. 2010, table 1, and Morris 1991, section 3."""

    @pytest.mark.parametrize("n", [4, 16])
    @pytest.mark.parametrize(("second", "factor"), [("true", 2 * 6 + 2), ("false", 6 + 2)])
    def test_saltelli(self, made: Made, n: int, second: str, factor: int) -> None:
        found = made(
            "design=saltelli", TWO_SCENARIOS, SIX, f"design.points={n}", f"design.second_order={second}"
        )
        assert len(found.rows) == n * factor
        assert found.structure == {"seed": 1, "points": n, "second_order": second == "true"}

    @pytest.mark.parametrize("r", [2, 7])
    def test_morris(self, made: Made, r: int) -> None:
        found = made("design=morris", TWO_SCENARIOS, SIX, f"design.trajectories={r}")
        assert len(found.rows) == r * (6 + 1)

    def test_morris_keeps_the_optimal_trajectories(self, made: Made) -> None:
        found = made("design=morris", TWO_SCENARIOS, SIX, "design.trajectories=12", "design.optimal=3")
        assert len(found.rows) == 3 * (6 + 1)

    @pytest.mark.parametrize(
        "overrides",
        [
            ("design=saltelli",),
            ("design=saltelli", "design.second_order=false"),
            ("design=morris",),
            ("design=morris", "design.trajectories=6", "design.optimal=2"),
            ("design=lhs",),
            ("design=grid", "design.levels=3"),
        ],
    )
    def test_what_is_counted_beforehand_is_what_is_made(self, made: Made, overrides: tuple[str, ...]) -> None:
        config = compose(["world=toy", TWO_SCENARIOS, SIX, *overrides])
        assert config.design is not None
        factors = made(TWO_SCENARIOS, SIX, *overrides).factors
        assert size_of(config.design, factors) == len(made(TWO_SCENARIOS, SIX, *overrides).rows)

    def test_a_grid_is_the_product_of_the_levels(self, made: Made) -> None:
        found = made("design=grid", "design.levels=3", TWO_SCENARIOS, SIX)
        assert len(found.rows) == 3 * 3 * 2 * 3 * 2 * 3
        assert len(set(found.rows)) == len(found.rows)

    def test_one_at_a_time_is_the_centre_and_every_other_level(self, made: Made) -> None:
        """The centre, 0.06, 2 and on, is a level of each: 0.03 to 0.12 and 0.5 to 5 in four levels, off and on."""
        found = made(
            "design=one_at_a_time", "design.levels=4", f"design.factors=[{NOISE},{COOLDOWN},{PRESSURE}]"
        )
        assert len(found.rows) == 1 + (4 - 1) + (4 - 1) + (2 - 1)
        assert found.rows[0] == (0.06, 2.0, True)
        assert found.structure["moved"] == (None, *[NOISE] * 3, *[COOLDOWN] * 3, PRESSURE)
        for row, moved in zip(found.rows, found.structure["moved"], strict=True):
            differs = [n for n, a, b in zip(found.names, row, found.rows[0], strict=True) if a != b]
            assert differs == ([moved] if moved else [])

    def test_samples_have_the_points_that_were_asked_for(self, made: Made) -> None:
        assert len(made("design=lhs", "design.points=17", f"design.factors=[{NOISE}]").rows) == 17
        assert len(made("design=sobol", "design.points=32", f"design.factors=[{NOISE}]").rows) == 32

    def test_a_constant_is_a_column_and_no_dimension(self, made: Made) -> None:
        factors = f"design.factors={{{NOISE}: {{}}, {COOLDOWN}: 3, {PRESSURE}: {{role: constant}}}}"
        found = made("design=saltelli", "design.points=4", factors)
        assert len(found.rows) == 4 * (2 * 1 + 2)
        assert found.names == (NOISE, COOLDOWN, PRESSURE) and found.varied == (NOISE,)
        assert {row[1:] for row in found.rows} == {(3.0, True)}
        assert found.unit is not None and found.unit.shape == (16, 1)


class TestTooMany:
    @pytest.mark.parametrize(
        "overrides",
        [
            ("design=grid", "design.levels=4", "design.factors=[parameters.*]"),
            ("design=lhs", "design.points=10000001", f"design.factors=[{NOISE}]"),
            ("design=sobol", f"design.points={2**60}", f"design.factors=[{NOISE}]"),
            ("design=saltelli", "design.points=8388608", f"design.factors=[{NOISE}]"),
            ("design=morris", "design.trajectories=5000001", f"design.factors=[{NOISE}]"),
            ("design=lhs", "design.points=1000000", "design.factors=[all]"),
            ("design=grid", "design.levels=10000000", f"design.factors=[{NOISE},{COOLDOWN}]"),
        ],
    )
    def test_it_is_counted_before_it_is_made(self, made: Made, overrides: tuple[str, ...]) -> None:
        with pytest.raises(InputError, match="the design would have") as caught:
            made(*overrides)
        assert caught.value.accepted and "at most" in caught.value.accepted

    def test_ten_million_are_not_too_many(self, made: Made) -> None:
        config = compose(["world=toy", "design=lhs", "design.points=1e7", f"design.factors=[{NOISE}]"])
        assert config.design is not None and config.design.points == 10_000_000


class TestPowersOfTwo:
    def test_another_number_is_said_to_be_uneven(self, made: Made) -> None:
        for kind in ("sobol", "saltelli"):
            with pytest.warns(UserWarning, match="not a power of two.* 64 or 128"):
                made(f"design={kind}", "design.points=100", f"design.factors=[{NOISE}]")

    def test_a_power_is_not(self, made: Made) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = made("design=sobol", "design.points=64", f"design.factors=[{NOISE},{COOLDOWN}]")
        assert found.unit is not None and np.all((found.unit >= 0) & (found.unit < 1))
