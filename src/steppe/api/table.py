"""A table of named numpy columns, which pandas, polars and Arrow take as it is and which needs none of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from steppe.errors import InputError, input_error

Array = np.ndarray[Any, Any]

SHOWN = 20  # rows that are printed; of more, the first and the last
WIDEST = 48  # characters of a cell that are printed


class Table:
    """Named columns of one length.

    columns : name → (rows,) array; texts are objects with None where there is none, numbers NaN, dates NaT

    Iteration gives the rows as dicts. `pandas.DataFrame(table.to_dict())` needs no help from here; `polars.DataFrame(table)`,
    `pyarrow.table(table)` and DuckDB read it through the Arrow stream, where what is undefined is null.

        >>> table = Table({"year": [2025, 2026], "mean": [0.5, 0.75]})
        >>> table["mean"], len(table)
        (array([0.5 , 0.75]), 2)
        >>> [row["year"] for row in table]
        [2025, 2026]
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self._columns = {name: _column(values) for name, values in columns.items()}
        lengths = {name: len(values) for name, values in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of unlike lengths {lengths}")

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> Table:
        """A table of rows; what a row lacks is undefined.

        columns : which, in which order; all that a row has, if None

            >>> Table.from_rows([{"id": "AAA", "gdp": 2.0}, {"id": "BBB"}])["gdp"]
            array([ 2., nan])
        """
        listed = list(rows)
        names = dict.fromkeys(name for row in listed for name in row) if columns is None else columns
        return cls({name: [row.get(name) for row in listed] for name in names})

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def __getitem__(self, name: str) -> Array:
        if name not in self._columns:
            raise input_error("the table has no such column", key="column", value=name, accepted=self.columns)
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        lists = [values.tolist() for values in self._columns.values()]
        for row in zip(*lists, strict=True):
            yield dict(zip(self._columns, row, strict=True))

    def where(self, **equal: Any) -> Table:
        """The rows in which columns have these values (or one of several).

        >>> table = Table({"year": [2025, 2026], "mean": [0.5, 0.75]})
        >>> table.where(year=2026)["mean"]
        array([0.75])
        """
        kept = np.ones(len(self), bool)
        for name, wanted in equal.items():
            several = list(wanted) if isinstance(wanted, (list, tuple, set, frozenset, range)) else [wanted]
            kept &= np.isin(self[name], np.array(several, dtype=self[name].dtype))
        return Table({name: values[kept] for name, values in self._columns.items()})

    def to_dict(self) -> dict[str, Array]:
        """Name → array.

        >>> sorted(Table({"year": [2025], "mean": [0.5]}).to_dict())
        ['mean', 'year']
        """
        return dict(self._columns)

    def to_pandas(self) -> Any:
        """A pandas DataFrame. Raises InputError without pandas.

        >>> Table({"year": [2025], "mean": [0.5]}).to_pandas().shape
        (1, 2)
        """
        return extra("pandas", "exchange").DataFrame(self._columns)

    def to_polars(self) -> Any:
        """A polars DataFrame; undefined is null. Raises InputError without polars."""
        return extra("polars").DataFrame(self)

    def to_arrow(self) -> Any:
        """A pyarrow Table; undefined is null. Raises InputError without pyarrow."""
        return extra("pyarrow").table(self)

    def to_csv(self, file: Path | str) -> None:
        """Write the table as CSV in UTF-8; what is undefined is empty."""
        import csv

        with Path(file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self._columns)
            for row in self:
                writer.writerow(["" if _undefined(value) else value for value in row.values()])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface. DuckDB, which is always here, makes it."""
        import duckdb

        columns = {name: _for_arrow(values) for name, values in self._columns.items()}
        connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        names = ", ".join(
            f'"{name}"::DATE AS "{name}"' if values.dtype.kind == "M" else f'"{name}"'
            for name, values in columns.items()
        )
        relation = connection.sql(f"SELECT {names} FROM columns")
        if not hasattr(relation, "__arrow_c_stream__"):
            raise InputError(
                "this duckdb hands over no Arrow", key="duckdb", accepted="pip install -U duckdb"
            )
        stream: object = relation.__arrow_c_stream__(requested_schema)
        return stream

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        """The older interchange protocol, by pandas."""
        return self.to_pandas().__dataframe__(nan_as_null, allow_copy)

    def __repr__(self) -> str:
        from steppe.report.terminal import table

        rows, cut = self._shown()
        lines = table(rows, self.columns).splitlines()
        if cut is not None and rows:
            lines.insert(2 + cut, "…")
        return "\n".join([*lines, f"{len(self):,} rows"])

    def _repr_html_(self) -> str:
        rows, cut = self._shown()
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = [
            "<tr>" + "".join(f"<td>{escape(_text(value))}</td>" for value in row.values()) + "</tr>"
            for row in rows
        ]
        if cut is not None:
            body.insert(cut, f'<tr><td colspan="{len(self.columns)}">…</td></tr>')
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table><p>{len(self):,} rows</p>"

    def _shown(self) -> tuple[list[dict[str, Any]], int | None]:
        """The rows to print, None for what is undefined, and where some are left out."""
        places = np.arange(len(self))
        cut = SHOWN // 2 if len(self) > SHOWN else None
        if cut is not None:
            places = np.concatenate([places[:cut], places[-cut:]])
        some = Table({name: values[places] for name, values in self._columns.items()})
        return [{name: _printed(value) for name, value in row.items()} for row in some], cut


def stacked(blocks: Sequence[Mapping[str, Any]]) -> Table:
    """Blocks of equal columns below each other."""
    names = blocks[0] if blocks else {}
    parts = {name: [np.asarray(block[name]) for block in blocks] for name in names}
    return Table({name: np.concatenate(arrays) for name, arrays in parts.items()})


def extra(module: str, group: str | None = None) -> Any:
    """A module that not everybody has. Raises InputError that says how to get it.

    group : extra of this package that brings it; None: a package of its own
    """
    try:
        return import_module(module)
    except ImportError:
        how = f'pip install "steppe[{group}]"' if group else f"pip install {module}"
        raise InputError(f"this needs {module}, which is not installed", key=module, accepted=how) from None


def _column(values: Any) -> Array:
    """(rows,) an array; lists of texts as objects, None among numbers as NaN."""
    if isinstance(values, np.ndarray):
        return values.astype(object) if values.dtype.kind in "US" else values
    listed = list(values)
    known = [value for value in listed if value is not None]
    if known and all(
        isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in known
    ):
        return np.array([np.nan if value is None else value for value in listed])
    if known and len(known) == len(listed) and all(isinstance(value, bool) for value in known):
        return np.array(listed)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column


def _for_arrow(values: Array) -> Array:
    """What DuckDB reads: dates by the second; objects as texts."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[s]")
    if values.dtype.kind == "O":
        texts = np.empty(len(values), dtype=object)
        texts[:] = [value if value is None or isinstance(value, str) else str(value) for value in values]
        return texts
    return values


def _undefined(value: object) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _printed(value: object) -> object:
    """A cell as it is printed: None where undefined, long texts cut."""
    if _undefined(value):
        return None
    return value[: WIDEST - 1] + "…" if isinstance(value, str) and len(value) > WIDEST else value


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "–" if value is None else str(value)
