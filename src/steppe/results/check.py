"""Whether the arrays of a table agree with its schema."""

from __future__ import annotations

import numpy as np

from steppe.results.tables import Coded, Schema, Table


def check_table(schema: Schema, table: Table) -> int:
    """Rows of a table that agrees with its schema.

    Raises ValueError (a fault of the program, not of the user) for missing or unknown columns, texts that are
    not coded, codes without a name and arrays of unlike length.
    """
    where = f"table {schema.name}"
    wanted = [column.name for column in schema.columns]
    if set(wanted) != set(table):
        missing, unknown = sorted(set(wanted) - set(table)), sorted(set(table) - set(wanted))
        raise ValueError(f"{where}: columns missing {missing}, unknown {unknown}")
    for column in schema.columns:
        given = table[column.name]
        if isinstance(given, Coded) != (column.kind == "text"):
            raise ValueError(f"{where}: {column.name} is {type(given).__name__}, its kind is {column.kind}")
        if isinstance(given, Coded) and len(given) and not _codes_fit(given):
            raise ValueError(f"{where}: {column.name} has codes without a name")
        if not isinstance(given, Coded) and given.ndim != 1:
            raise ValueError(f"{where}: {column.name} has shape {given.shape}, not (rows,)")
    lengths = {name: len(values) for name, values in table.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{where}: unlike lengths {lengths}")
    return next(iter(lengths.values()))


def _codes_fit(column: Coded) -> bool:
    integer = np.issubdtype(column.codes.dtype, np.integer)
    return bool(integer and column.codes.min() >= -1 and column.codes.max() < len(column.names))
