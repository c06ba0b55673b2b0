"""One table of one chunk as a Parquet file, written by DuckDB straight from numpy arrays."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from steppe.results.files import write_whole
from steppe.results.tables import SQL_TYPES, Array, ChunkId, Coded, Column, Schema, Table

# zstd at its default level: other levels, Parquet 2 encodings and sorted rows gave the same sizes within 2 %
_FORMAT = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"


def write_part(path: Path, schema: Schema, table: Table, chunk: ChunkId) -> None:
    """Write a checked table to `path`, whole or not at all; the columns scenario and point come first.

    Rows keep their order. May be called from several threads at once.
    """
    arrays = {column.name: _plain(table[column.name], column) for column in schema.columns}
    columns = [f"{literal(chunk.scenario)} AS scenario"]
    if "point" not in arrays:
        columns.append(f"{chunk.point}::INTEGER AS point")
    columns += [f"{_expression(table[c.name], c)} AS {name_quoted(c.name)}" for c in schema.columns]
    cursor = _database(os.getpid()).cursor()
    try:
        cursor.register("chunk_table", arrays)
        select = f"SELECT {', '.join(columns)} FROM chunk_table"
        write_whole(path, lambda to: _copy(cursor, select, to))
    finally:
        cursor.close()


def write_draws(path: Path, ids: Sequence[str], values: Array) -> None:
    """The drawn values of a run as a Parquet file with the columns draw, id, value; whole or not at all.

    ids : (Q) names of what is drawn;  values : (D, Q), by draw
    """
    place = np.tile(np.arange(len(ids), dtype=np.int32), len(values))
    arrays = {"draw": np.repeat(np.arange(len(values), dtype=np.int32), len(ids)), "value": values.ravel()}
    cursor = _database(os.getpid()).cursor()
    try:
        cursor.register("drawn", {**arrays, "place": place})
        cursor.register("names", {"place": np.arange(len(ids), dtype=np.int32), "id": np.array(ids, object)})
        select = "SELECT draw, id, value FROM drawn JOIN names USING (place) ORDER BY draw, place"
        write_whole(path, lambda to: _copy(cursor, select, to))
    finally:
        cursor.close()


def literal(text: str | Path) -> str:
    """`text` as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def name_quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@cache
def _database(process: int) -> Any:
    """One in-memory database per process; a write has its own cursor and runs in its caller's thread."""
    return duckdb.connect(config={"threads": 1})


def _copy(cursor: Any, select: str, to: Path) -> None:
    try:
        cursor.execute(f"COPY ({select}) TO {literal(to)} ({_FORMAT})")
    except duckdb.IOException as error:  # has the system's message in it, not its number
        known = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.ENOENT)
        number = next((one for one in known if os.strerror(one) in str(error)), errno.EIO)
        raise OSError(number, os.strerror(number), str(to)) from error


def _plain(values: Array | Coded, column: Column) -> Array:
    """The numbers that DuckDB scans: codes of texts, days since 1970 of dates."""
    array = values.codes if isinstance(values, Coded) else values
    if column.kind == "date":
        array = array.astype("datetime64[D]").astype(np.int64)
    return np.ascontiguousarray(array)


def _expression(values: Array | Coded, column: Column) -> str:
    """SQL that turns the scanned numbers into the column's type, with NULL where a value is missing.

    DuckDB itself reads NaN in a float array as NULL.
    """
    name = name_quoted(column.name)
    if isinstance(values, Coded):
        if not values.names:
            return "NULL::VARCHAR"
        return f"[{', '.join(literal(text) for text in values.names)}][{name}::INTEGER + 1]"
    if column.kind == "date":
        missing = np.iinfo(np.int64).min  # NaT
        return f"DATE '1970-01-01' + NULLIF({name}, {missing})::INTEGER"
    cast = f"{name}::{SQL_TYPES[column.kind]}"
    return cast if column.missing is None else f"NULLIF({cast}, {column.missing})"
