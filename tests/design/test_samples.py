"""What a sample has to be: stratified, of the evidence's distribution, reproducible, in the order of its method."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tests.design.conftest import COOLDOWN, GDP, NOISE, PRESSURE, PUBLISHED, Made

from steppe.config.compose import compose
from steppe.config.scales import Factor, levels_of, values_at
from steppe.design.points import point_ids
from steppe.evidence.distribution import quantile
from steppe.world.drawn import uncertain
from steppe.world.spec import evidence_for


def column(found, name: str) -> np.ndarray:
    return np.array([row[found.names.index(name)] for row in found.rows], float)


class TestLatinHypercube:
    @pytest.mark.parametrize("optimisation", ["null", "random-cd"])
    def test_each_stratum_of_each_dimension_has_one_point(self, made: Made, optimisation: str) -> None:
        found = made(
            "design=lhs",
            "design.points=40",
            f"design.optimisation={optimisation}",
            "design.factors=[parameters.membership.*]",
        )
        strata = np.sort(np.floor(found.unit * 40), axis=0)
        assert (strata == np.arange(40)[:, None]).all()

    def test_the_strata_of_the_values_are_those_of_the_distribution(self, made: Made) -> None:
        """A uniform range in 20 equal parts has one value in each, whatever the seed."""
        for seed in (1, 2):
            found = made("design=lhs", "design.points=20", f"design.seed={seed}", f"design.factors=[{NOISE}]")
            place = np.floor((column(found, NOISE) - 0.03) / (0.09 / 20))
            assert sorted(place) == list(range(20))

    def test_a_listed_value_comes_as_often_as_any_other(self, made: Made) -> None:
        found = made("design=lhs", "design.points=40", f"design.factors={{{NOISE}: [0.03, 0.05, 0.1, 0.12]}}")
        assert [list(column(found, NOISE)).count(one) for one in (0.03, 0.05, 0.1, 0.12)] == [10] * 4
        assert len(found.rows) == 40 and len(set(found.ids)) == 4  # repeats stay and share an id


class TestMarginals:
    def test_they_follow_the_evidence(self, made: Made) -> None:
        """Kolmogorov-Smirnov against the distribution function; with Sobol' points the distance is far below that of chance."""
        factors = "design.factors=[parameters.membership.*,values.actors/KAZ.*,values.dyads/KAZ-*]"
        found = made("world=eurasia_2026", "design=sobol", "design.points=1024", factors)
        config = compose()
        known = uncertain(evidence_for(config.world), config.world)
        place = {name: n for n, name in enumerate(known.ids)}
        shapes = set()
        for name in found.names:
            n = place[name.partition(".")[2]]
            low, mode, high = known.low[n], known.mode[n], known.high[n]
            shapes.add(bool(known.triangular[n]))
            one = (
                stats.triang((mode - low) / (high - low), low, high - low)
                if known.triangular[n]
                else stats.uniform(low, high - low)
            )
            assert stats.kstest(column(found, name), one.cdf).statistic < 0.01, name
        assert shapes == {True, False}  # both shapes occur, so that both were tested

    def test_uniform_on_the_range_of_the_evidence(self, made: Made) -> None:
        given = ("world=eurasia_2026", "design=sobol", "design.points=256")
        plain = made(*given, f"design.factors=[{PUBLISHED}]")
        flat = made(*given, f"design.factors={{{PUBLISHED}: {{range: uniform}}}}")
        assert plain.factors[0].shape == "triangular"
        low, high = flat.factors[0].limits
        flat_cdf = stats.uniform(low, high - low).cdf
        assert stats.kstest(column(flat, PUBLISHED), flat_cdf).statistic < 0.01
        assert stats.kstest(column(plain, PUBLISHED), flat_cdf).statistic > 0.05

    def test_log_is_uniform_in_the_logarithm(self, made: Made) -> None:
        found = made(
            "design=sobol",
            "design.points=256",
            f"design.factors={{{COOLDOWN}: {{range: [0.5, 4], scale: log}}}}",
        )
        assert stats.kstest(np.log2(column(found, COOLDOWN)), stats.uniform(-1, 3).cdf).statistic < 0.01

    def test_whole_numbers_are_equally_likely(self, made: Made) -> None:
        """Of [0.5, 5] there are 1 to 5; 500 strata give a hundred each."""
        found = made("design=lhs", "design.points=500", f"design.factors={{{COOLDOWN}: {{kind: integer}}}}")
        values = [row[0] for row in found.rows]
        assert all(type(one) is int for one in values)
        assert [values.count(one) for one in range(1, 6)] == [100] * 5

    @given(
        st.floats(0, 1),
        st.floats(-5, 5),
        st.floats(0.1, 5),
        st.floats(0, 1),
        st.sampled_from(["uniform", "triangular"]),
    )
    def test_no_value_is_outside_the_range(
        self, u: float, low: float, width: float, at: float, shape
    ) -> None:
        high, mode = low + width, low + at * width
        mode = min(max(mode, low), high)
        one = Factor("parameters.x", "continuous", "uncertainty", (), mode, low, mode, high, shape)
        (value,) = values_at(one, np.array([u]))
        assert low <= value <= high
        assert value == pytest.approx(float(quantile(u, low, mode, high, shape == "triangular")))

    @given(st.integers(2, 12), st.integers(-5, 5), st.integers(1, 20))
    def test_levels_of_whole_numbers_are_distinct_with_both_ends(
        self, count: int, low: int, width: int
    ) -> None:
        one = Factor("parameters.x", "integer", "uncertainty", (), low, low, low, low + width)
        levels = levels_of(one, count)
        assert levels[0] == low and levels[-1] == low + width
        assert len(levels) == min(count, width + 1) and sorted(set(levels)) == list(levels)


def global_luck() -> bytes:
    """The state of NumPy's global generator, from which nothing here may draw."""
    return bytes(np.random.get_state()[1])  # noqa: NPY002


class TestOrder:
    def test_saltelli_rows_are_blocks_that_swap_one_column(self, made: Made) -> None:
        """A, then A with one column of B each, then B with one of A each, then B (Saltelli 2002)."""
        k, n = 3, 8
        found = made("design=saltelli", f"design.points={n}", f"design.factors=[{NOISE},{COOLDOWN},{GDP}]")
        for block in found.unit.reshape(n, 2 * k + 2, k):
            a, b = block[0], block[-1]
            for j in range(k):
                mixed = a.copy()
                mixed[j] = b[j]
                assert (block[1 + j] == mixed).all()
                mixed = b.copy()
                mixed[j] = a[j]
                assert (block[1 + k + j] == mixed).all()

    def test_a_row_that_comes_again_stays_and_shares_its_id(self, made: Made) -> None:
        """With switches alone there are four points, and still N (2 K + 2) rows."""
        found = made(
            "design=saltelli", "design.points=16", "design.factors=[mechanisms.pressure,mechanisms.trade]"
        )
        assert len(found.rows) == 16 * 6 and len(set(found.ids)) == 4
        assert len(set(zip(found.ids, found.rows, strict=True))) == 4

    def test_a_step_of_morris_moves_one_factor_by_the_same_share(self, made: Made) -> None:
        """p / (2 (p - 1)) of the range, for p levels: 2/3 for 4."""
        found = made("design=morris", "design.factors=[parameters.membership.*]")
        k = len(found.varied)
        for one in found.unit.reshape(10, k + 1, k):
            steps = np.abs(np.diff(one, axis=0))
            assert (np.count_nonzero(steps, axis=1) == 1).all()
            assert np.allclose(steps.sum(axis=0), 2 / 3)

    def test_a_sequence_goes_on_and_a_hypercube_does_not(self, made: Made) -> None:
        factors = f"design.factors=[{NOISE},{COOLDOWN}]"
        few, more = (made("design=sobol", f"design.points={n}", factors) for n in (16, 64))
        assert more.ids[:16] == few.ids and more.rows[:16] == few.rows
        few, more = (made("design=lhs", f"design.points={n}", factors) for n in (16, 64))
        assert not set(few.ids) & set(more.ids)

    @pytest.mark.parametrize("kind", ["lhs", "sobol", "saltelli", "morris"])
    def test_a_seed_is_a_design_and_nobody_elses_luck_is_touched(self, made: Made, kind: str) -> None:
        factors = f"design.factors=[{NOISE},{COOLDOWN}]"
        before = global_luck()
        one, same, other = (made(f"design={kind}", f"design.seed={seed}", factors) for seed in (3, 3, 4))
        assert one == same and (one.unit == same.unit).all()
        assert one.ids != other.ids
        assert global_luck() == before


@given(st.data())
def test_an_id_hangs_on_what_is_set_and_not_on_the_order(data: st.DataObject) -> None:
    """The same points with their names and their rows in another order."""
    names = [NOISE, PRESSURE, "scenario"]
    rows = data.draw(
        st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.text()), min_size=1, max_size=8, unique=True)
    )
    order = data.draw(st.permutations(range(3)))
    shuffled = data.draw(st.permutations(rows))
    ids = dict(zip(rows, point_ids(names, rows), strict=True))
    again = point_ids([names[n] for n in order], [tuple(row[n] for n in order) for row in shuffled])
    assert again == [ids[row] for row in shuffled]
    assert len(set(again)) == len({(repr(a + 0.0), b, c) for a, b, c in rows})


def test_an_id_is_the_hash_of_the_canonical_text() -> None:
    """Names sorted, shortest digits, true for true: BLAKE2b of eight bytes, as hashlib has it."""
    text = '[["mechanisms.trade", "true"], ["parameters.membership.cooldown", "3.0"]]'
    wanted = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    names = ["parameters.membership.cooldown", "mechanisms.trade"]
    assert point_ids(names, [(3, True), (3.0, True)]) == [wanted, wanted]
    assert point_ids(names, [(3.0, False)]) != [wanted] and len(wanted) == 16


def test_an_id_does_not_hang_on_how_the_point_came_about(made: Made) -> None:
    """A grid in one order, a list in another, a whole number and a float."""
    grid = made("design=grid", f"design.factors={{{NOISE}: [0.05, 0.1], {COOLDOWN}: [2, 3]}}")
    rows = ", ".join(f"{{{COOLDOWN}: {c}, {NOISE}: {n}}}" for c in (3, 2) for n in (0.1, 0.05))
    listed = made("design=list", f"design.rows=[{rows}]", f"design.factors={{{COOLDOWN}: {{kind: integer}}}}")
    assert set(listed.ids) == set(grid.ids) and len(grid.ids) == 4
