"""A table is the same table in pandas, polars and Arrow, undefined values included."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from steppe.api.table import SHOWN, Table
from steppe.errors import InputError


@pytest.fixture
def table() -> Table:
    """Every kind of column, each with something undefined where it can be."""
    return Table(
        {
            "state": ["AAA", None, "CC'C"],
            "year": np.array([2025, 2026, 2027], np.int16),
            "mean": np.array([0.5, np.nan, 1.0], np.float32),
            "date": np.array(["2025-01-01", "NaT", "2027-01-01"], "datetime64[D]"),
            "alive": np.array([True, False, True]),
        }
    )


class TestOthers:
    def test_pandas(self, table: Table) -> None:
        found = table.to_pandas()
        assert list(found.columns) == list(table.columns) and len(found) == 3
        assert found["mean"].isna().tolist() == found["date"].isna().tolist() == [False, True, False]
        assert found["alive"].dtype == bool and found["year"].dtype == np.int16

    def test_pandas_by_the_interchange_protocol(self, table: Table) -> None:
        import pandas

        found = pandas.api.interchange.from_dataframe(table)
        pandas.testing.assert_frame_equal(found[["year", "alive"]], table.to_pandas()[["year", "alive"]])

    def test_polars(self, table: Table) -> None:
        polars = pytest.importorskip("polars")
        for found in (table.to_polars(), polars.DataFrame(table)):
            assert found.columns == list(table.columns)
            assert found.null_count().row(0) == (1, 0, 1, 1, 0)
            assert found.dtypes == [polars.String, polars.Int16, polars.Float32, polars.Date, polars.Boolean]
            assert found["state"].to_list() == ["AAA", None, "CC'C"]

    def test_arrow(self, table: Table) -> None:
        pyarrow = pytest.importorskip("pyarrow")
        assert (
            pyarrow.table(table).to_pydict()["mean"]
            == table.to_arrow().to_pydict()["mean"]
            == [0.5, None, 1.0]
        )

    def test_without_rows(self) -> None:
        polars = pytest.importorskip("polars")
        empty = Table({"state": [], "mean": np.zeros(0)})
        assert polars.DataFrame(empty).shape == (0, 2) == empty.to_pandas().shape
        assert len(empty) == 0 and list(empty) == [] and "0 rows" in repr(empty)

    def test_csv(self, table: Table, tmp_path: Path) -> None:
        table.to_csv(tmp_path / "table.csv")
        with (tmp_path / "table.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows[1] == {"state": "", "year": "2026", "mean": "", "date": "", "alive": "False"}
        assert rows[0]["date"] == "2025-01-01"

    def test_what_is_not_installed_is_named(self, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "pandas", None)
        with pytest.raises(InputError, match="pandas") as error:
            table.to_pandas()
        assert error.value.accepted == 'pip install "steppe[exchange]"'


class TestRows:
    def test_rows_and_columns(self, table: Table) -> None:
        assert [row["state"] for row in table] == ["AAA", None, "CC'C"]
        assert table["year"].dtype == np.int16 and "mean" in table and "men" not in table
        with pytest.raises(InputError) as error:
            table["men"]
        assert error.value.nearest == "mean"

    def test_where(self, table: Table) -> None:
        assert table.where(year=[2025, 2027], alive=True)["state"].tolist() == ["AAA", "CC'C"]
        assert len(table.where(state="DDD")) == 0

    def test_what_is_missing_in_a_row_is_undefined(self) -> None:
        found = Table.from_rows([{"a": 1, "b": "x"}, {"a": 2.5}, {"b": None}])
        assert found["b"].tolist() == ["x", None, None]
        np.testing.assert_array_equal(found["a"], [1, 2.5, np.nan])

    def test_unlike_lengths(self) -> None:
        with pytest.raises(ValueError, match="unlike lengths"):
            Table({"a": [1], "b": [1, 2]})


class TestPrinting:
    def test_long_tables_are_cut_in_the_middle(self) -> None:
        long = Table({"n": np.arange(1000)})
        assert len(repr(long).splitlines()) == SHOWN + 4  # a head of two lines, the rows, the gap, the count
        assert repr(long).endswith("1,000 rows") and long._repr_html_().count("<tr>") == SHOWN + 2

    def test_html_is_escaped(self) -> None:
        assert "&lt;b&gt;" in Table({"<b>": ["<b>"]})._repr_html_()
