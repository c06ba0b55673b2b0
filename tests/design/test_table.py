"""What is written to a table comes back: values by their bits, ids, order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.design.conftest import COOLDOWN, NOISE, PRESSURE, Made

from steppe.config.scales import Factor
from steppe.design.points import Design, made
from steppe.design.table import read_table, write_table
from steppe.errors import InputError

NAMES = ("baseline", "a,b", 'he said "no"', "line\nbreak", "NO", "99", "Kök-Jar", " spaced")
FACTORS = (
    Factor("parameters.a.x", "continuous", "uncertainty", (), 0.0),
    Factor("values.actors/A.n", "integer", "uncertainty", (), 0),
    Factor("mechanisms.trade", "switch", "lever", (False, True), True),
    Factor("readings.q", "choice", "uncertainty", NAMES[:7], "99", options=NAMES[:7]),
    Factor("parameters.b.y", "continuous", "constant", (), 0.1),
)
floats = st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0)
rows = st.lists(
    st.tuples(floats, st.integers(-(2**53), 2**53), st.booleans(), st.sampled_from(NAMES[:7]), st.just(0.1)),
    min_size=1,
    max_size=20,
)


@given(rows, st.booleans())
def test_round_trip(points, once: bool) -> None:
    design = made("list", FACTORS, points, once=once)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "points.csv"
        write_table(design, file)
        again = read_table(file, FACTORS)
    assert again.rows == design.rows and again.ids == design.ids
    assert [list(map(type, row)) for row in again.rows] == [list(map(type, row)) for row in design.rows]
    assert [list(map(repr, row)) for row in again.rows] == [list(map(repr, row)) for row in design.rows]
    assert again.table() == design.table()


class TestCsvKind:
    def test_a_written_design_is_a_design(self, made: Made, tmp_path: Path) -> None:
        first = made(
            "design=lhs",
            "design.points=20",
            f"design.factors=[{NOISE},{PRESSURE},scenario,readings.tripp_term,values.actors/AAA.salience.trade]",
            "scenario=arvand_admitted_to_rivers,arvand_barred_from_rivers",
        )
        write_table(first, tmp_path / "points.csv")
        again = made("design=csv", f"design.file={tmp_path / 'points.csv'}")
        assert again.names == first.names and again.rows == first.rows and again.ids == first.ids

    def test_a_point_that_comes_again_is_kept_once(self, made: Made, tmp_path: Path) -> None:
        found = made("design=csv", table(tmp_path, f"{NOISE}\n0.1\n0.05\n0.10\n"))
        assert found.rows == ((0.1,), (0.05,))

    def test_columns_in_any_order_with_a_constant_beside(self, made: Made, tmp_path: Path) -> None:
        given = table(tmp_path, f"{PRESSURE},{NOISE}\nTrue,0.1\nfalse,5e-2\n")
        found = made("design=csv", given, f"design.factors={{{COOLDOWN}: 3}}")
        assert found.names == (PRESSURE, NOISE, COOLDOWN)
        assert found.rows == ((True, 0.1, 3.0), (False, 0.05, 3.0))

    def test_the_tables_scenarios_are_those_of_the_run(self, made: Made, tmp_path: Path) -> None:
        found = made("design=csv", table(tmp_path, "scenario\narvand_barred_from_rivers\nbaseline\n"))
        assert found.rows == (("arvand_barred_from_rivers",), ("baseline",))

    @pytest.mark.parametrize(
        ("text", "message", "line"),
        [
            (f"{NOISE},parameters.membership.cooldwn\n0.1,2\n", "no factor", 1),
            (f"{NOISE},{COOLDOWN}\n0.1,2\n0.1,\n", "is blank", 3),
            (f"{NOISE}\n0.1\n\n  \n", "is blank", 4),
            (f"{NOISE}\nlots\n", "is a number", 2),
            (f"{NOISE}\nnan\n", "is a number", 2),
            (f"{NOISE}\ntrue\n", "is a number", 2),
            (f"{NOISE}\n0.1\n0.5\n", "outside the range", 3),
            (f"{PRESSURE}\n1\n", "is a switch", 2),
            ("readings.region\nzero\n", "has no 'zero'", 2),
            (f"{NOISE},{NOISE}\n0.1,0.1\n", "named twice", 1),
            (f"{NOISE},{COOLDOWN}\n0.1\n", "1 cells instead of 2", 2),
            (f"{NOISE}\n", "no points", None),
            ("", "is empty", None),
            (f'{NOISE}\n"0.1\n', "cannot read", None),
        ],
    )
    def test_a_fault_is_placed(self, made: Made, tmp_path: Path, text: str, message: str, line) -> None:
        with pytest.raises(InputError, match=message) as caught:
            made("design=csv", table(tmp_path, text))
        assert caught.value.line == line
        assert caught.value.file is not None and caught.value.file.endswith("points.csv")

    def test_a_changed_row_is_noticed(self, tmp_path: Path) -> None:
        file = tmp_path / "points.csv"
        one = FACTORS[:1]
        write_table(Design("list", one, ((0.25,),), tuple(made("list", one, [(0.25,)]).ids)), file)
        file.write_text(file.read_text().replace("0.25", "0.26"))
        with pytest.raises(InputError, match="id is not that of the values") as caught:
            read_table(file, one)
        assert caught.value.line == 2

    def test_no_such_file(self, made: Made) -> None:
        with pytest.raises(InputError, match="no such file") as caught:
            made("design=csv", "design.file=nowhere.csv")
        assert (caught.value.key, caught.value.file) == ("design.file", "command line")


def table(folder: Path, text: str) -> str:
    """Write tmp/points.csv; the override that names it."""
    file = folder / "points.csv"
    file.write_text(text, encoding="utf-8")
    return f"design.file={file}"
