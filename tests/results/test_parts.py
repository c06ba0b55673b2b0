"""Parts: what is written is what is read."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst

from steppe.results.parts import write_part
from steppe.results.tables import ChunkId, Coded, Column, Schema, table_schemas

from .fake import POLES, fake_chunk

SCHEMA = Schema(
    "every_kind",
    "",
    ("replicate",),
    (
        Column("replicate", "int32", "1", ""),
        Column("year", "int16", "y", ""),
        Column("code", "int8", "code", "", missing=-1),
        Column("x", "float32", "1", ""),
        Column("yes", "bool", "", ""),
        Column("day", "date", "", ""),
        Column("who", "text", "", ""),
    ),
)
NAMES = ("KAZ", "it's", "a,b", "Ω")
CHUNK = ChunkId("what's new", 3, 0, 1)


@st.composite
def tables(draw: Any) -> dict[str, Any]:
    rows = draw(st.integers(0, 40))

    def array(dtype: Any, **bounds: Any) -> Any:
        return draw(nst.arrays(dtype, rows, elements=nst.from_dtype(np.dtype(dtype), **bounds)))

    days = array(np.int32, min_value=-30000, max_value=80000)
    missing = array(bool)
    return {
        "replicate": array(np.int32),
        "year": array(np.int16),
        "code": array(np.int8, min_value=-1, max_value=3),
        "x": array(np.float32),
        "yes": array(bool),
        "day": np.where(missing, np.datetime64("NaT"), days.astype("datetime64[D]")),
        "who": Coded(array(np.int16, min_value=-1, max_value=3), NAMES),
    }


def _read(path: Path) -> list[tuple[Any, ...]]:
    return duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_round_trip(table: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every kind of column, missing values and awkward texts among them, in the order given."""
    path = tmp_path_factory.mktemp("part") / "part.parquet"
    write_part(path, SCHEMA, table, CHUNK)
    rows = _read(path)
    assert len(rows) == len(table["x"])
    for k, (scenario, point, replicate, year, code, x, yes, day, who) in enumerate(rows):
        assert (scenario, point, replicate, year) == (
            CHUNK.scenario,
            CHUNK.point,
            table["replicate"][k],
            table["year"][k],
        )
        assert code == (None if table["code"][k] == -1 else table["code"][k])
        assert x is None if np.isnan(table["x"][k]) else np.float32(x) == table["x"][k]
        assert yes == table["yes"][k]
        assert day == table["day"][k].item()
        assert who == (None if table["who"].codes[k] == -1 else NAMES[table["who"].codes[k]])


def test_types_are_those_of_the_schema(tmp_path: Path) -> None:
    for name, schema in table_schemas(POLES).items():
        write_part(tmp_path / name, schema, fake_chunk(ChunkId("a", 0, 0, 2)).tables[name], CHUNK)
        read = duckdb.connect().execute(f"DESCRIBE SELECT * FROM read_parquet('{tmp_path / name}')")
        types = {row[0]: row[1] for row in read.fetchall()}
        kinds = {"int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER", "float32": "FLOAT"}
        kinds |= {"bool": "BOOLEAN", "date": "DATE", "text": "VARCHAR"}
        expected = {column.name: kinds[column.kind] for column in schema.columns}
        assert types == {"scenario": "VARCHAR", "point": "INTEGER", **expected}


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    """Also from several threads at once: rows keep their order and nothing of the moment is stored."""
    table, schema = fake_chunk(ChunkId("a", 0, 0, 30)).tables["events"], table_schemas(POLES)["events"]
    paths = [tmp_path / f"{k}.parquet" for k in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda path: write_part(path, schema, table, CHUNK), paths))
    assert len({path.read_bytes() for path in paths}) == 1


def test_strided_arrays_are_read_as_they_look(tmp_path: Path) -> None:
    values = np.arange(12, dtype=np.float32).reshape(6, 2)[:, 1]
    schema = Schema("one", "", ("replicate",), (Column("replicate", "float32", "1", ""),))
    write_part(tmp_path / "part", schema, {"replicate": values}, CHUNK)
    assert [row[2] for row in _read(tmp_path / "part")] == [1, 3, 5, 7, 9, 11]


def test_neither_pandas_nor_arrow_is_needed(tmp_path: Path) -> None:
    """Arrays reach DuckDB directly; importing pandas alone would cost half a second."""
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pandas", "pyarrow", "polars"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from pathlib import Path
from results.fake import make_run
from steppe.analysis.comparison import compare
assert compare([make_run(Path({str(tmp_path / "run")!r}), replicates=30)])
assert "pandas" not in sys.modules and "scipy.stats" not in sys.modules
"""
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
