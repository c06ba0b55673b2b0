"""Points as a table in CSV: a column `id`, then one for each factor."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from steppe.config.design import MAX_POINTS, Value
from steppe.config.designs import ID, cells_of
from steppe.config.scales import Factor, from_text, text_of
from steppe.errors import InputError, input_error
from steppe.paths import shown

if TYPE_CHECKING:
    from steppe.design.points import Design


def write_table(design: Design, file: Path | str) -> None:
    """Write the points of a design, one line each. A float has the digits that give it back."""
    with Path(file).open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([ID, *design.names])
        for name, row in zip(design.ids, design.rows, strict=True):
            writer.writerow([name, *map(text_of, row)])


def read_table(file: Path | str, factors: tuple[Factor, ...]) -> Design:
    """The points of a written table, every row in its order: equal values and ids, those of the table checked.

    Raises InputError where an id is not that of its row, which was changed then.
    """
    from steppe.design.points import made

    path = Path(file)
    found = made("csv", factors, read_rows(path, factors), once=False)
    lines = cells_of(path)
    header = next(lines)[1]
    if ID in header:
        place = header.index(ID)
        for (line, cells), name in zip(lines, found.ids, strict=True):
            if cells[place] != name:
                raise InputError(
                    "the id is not that of the values in its row",
                    file=shown(path),
                    key=ID,
                    value=cells[place],
                    accepted=name,
                    line=line,
                )
    return found


def read_rows(file: Path | str, factors: Sequence[Factor]) -> list[tuple[Value, ...]]:
    """The rows of a table, in the order of the factors; constants may be columns or not. The column `id` is passed over.

    Raises InputError, with the line, for columns that are no factors, cells that are blank or no value of their
    factor, and more than ten million rows.
    """
    path = Path(file)
    lines = cells_of(path)
    line, header = next(lines)
    places = _places(header, factors, path, line)
    out: list[tuple[Value, ...]] = []
    for line, cells in lines:
        if len(out) == MAX_POINTS:
            raise InputError(f"the table has more than {MAX_POINTS:,} points", file=shown(path), line=line)
        try:
            out.append(tuple(_cell(one, place, cells) for one, place in zip(factors, places, strict=True)))
        except InputError as error:
            error.file, error.line = shown(path), line
            raise
    if not out:
        raise InputError("the table has no points", file=shown(path), accepted="a row for each point")
    return out


def _places(header: list[str], factors: Sequence[Factor], path: Path, line: int) -> list[int | None]:
    """The column of each factor; None for a constant that has none."""
    names = [factor.name for factor in factors]
    for n, name in enumerate(header):
        wrong = "twice" if name in header[:n] else None if name == ID or name in names else "unknown"
        if wrong is not None:
            message = f"no factor {name!r}" if wrong == "unknown" else f"column {name!r} is there twice"
            raise input_error(message, file=shown(path), key="header", value=name, accepted=names, line=line)
    lacking = next((one.name for one in factors if one.varied and one.name not in header), None)
    if lacking is not None:
        raise InputError(
            f"no column sets {lacking}", file=shown(path), key="header", line=line, accepted=names
        )
    return [header.index(name) if name in header else None for name in names]


def _cell(factor: Factor, place: int | None, cells: list[str]) -> Value:
    if place is None:
        return factor.value
    value = from_text(factor, cells[place], factor.name)
    if not factor.varied and value != factor.value:
        raise InputError(
            f"{factor.name} is a constant", key=factor.name, value=value, accepted=str(factor.value)
        )
    return value
