"""Coded values: the dated rows of an entity's file and the rows of the dyad tables → `CodedValue`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from steppe import paths
from steppe.errors import InputError, input_error, key_path
from steppe.evidence.lookup import Evidence, Pair
from steppe.evidence.read import line_of, read_csv
from steppe.evidence.records import located
from steppe.evidence.schema import CodedValue, Constant, ValueRow, Variable, basis_of, parse_date

DYAD_COLUMNS = (
    "variable",
    "a",
    "b",
    "from",
    "to",
    "value",
    "low",
    "high",
    "source",
    "claims",
    "assumed",
    "note",
)
_ROWS = TypeAdapter(tuple[ValueRow, ...])


def dated_rows(
    raw: object, path: Path, file: str, entity: str, entry: Variable, prefix: str = ""
) -> tuple[CodedValue, ...]:
    """The dated rows of one variable, oldest first. prefix : the key of what holds it inside its file"""
    name = key_path(prefix, entry.id)
    try:
        rows = _ROWS.validate_python(raw)
    except ValidationError as error:
        raise located(error, path, ValueRow, raw, prefix=name) from None
    keyed = [(row, key_path(name, n)) for n, row in enumerate(rows)]
    return tuple(sorted(_coded(keyed, path, file, entity, entry), key=attrgetter("since")))


def any_rows(
    raw: object, path: Path, file: str, entity: str, entry: Variable, prefix: str
) -> tuple[CodedValue, ...]:
    """Dated rows, or a single value that needs no date: ``{value: …, range: …, assumed: …}``."""
    if isinstance(raw, list):
        return dated_rows(raw, path, file, entity, entry, prefix)
    name = key_path(prefix, entry.id)
    if not isinstance(raw, Mapping):
        raise InputError(
            f"{entry.id} needs a range and a basis",
            file=paths.shown(path),
            key=name,
            value=raw,
            accepted="{value: …, range: [low, high], claims | source | assumed: …}, or a list of dated ones",
            line=line_of(path, name),
        )
    try:
        row = Constant.model_validate(raw)
    except ValidationError as error:
        raise located(error, path, Constant, raw, prefix=name) from None
    return tuple(_coded([(row, name)], path, file, entity, entry))


def _coded(
    rows: Iterable[tuple[ValueRow | Constant, str]], path: Path, file: str, entity: str, entry: Variable
) -> list[CodedValue]:
    """Rows as written, each with its key → coded values."""
    out = []
    for row, key in rows:
        value = _typed(row.value, entry, path, f"{key}.value")
        low, high = _bounds(value, row.range, entry, path, f"{key}.range")
        out.append(
            CodedValue(
                family=entry.family,
                entity=(entity,),
                variable=entry.id,
                value=value,
                low=low,
                high=high,
                basis=row.basis,
                claims=row.claims,
                sources=row.source,
                assumed=row.assumed,
                since=row.since,
                note=row.note,
                ranged=row.range is not None or entry.type in ("choice", "list"),
                file=file,
                key=key,
            )
        )
    return out


def _typed(value: object, entry: Variable, path: Path, key: str) -> Any:
    """The value as its codebook type; numbers as float."""
    if entry.type == "number" and _is_number(value):
        return float(value)  # type: ignore[arg-type]
    if entry.type == "choice" and isinstance(value, str):
        return value
    if entry.type == "list" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if entry.type == "mapping" and isinstance(value, dict):
        _same_keys(value, entry, path, key)
        if all(_is_number(number) for number in value.values()):
            return {name: float(value[name]) for name in entry.keys}
    wanted = {
        "number": f"a number [{entry.unit}]",
        "choice": ", ".join(entry.choices),
        "list": f"a list of {entry.unit}",
        "mapping": "a number for each of " + ", ".join(entry.keys),
    }
    raise InputError(
        f"{entry.id} is a {entry.type}",
        file=paths.shown(path),
        key=key,
        value=value,
        accepted=wanted[entry.type],
        line=line_of(path, key),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same_keys(value: Mapping[str, object], entry: Variable, path: Path, key: str) -> None:
    """Refuse a mapping with a key too many or too few; a weight of 0 is written."""
    unknown = next((name for name in value if name not in entry.keys), None)
    absent = next((name for name in entry.keys if name not in value), None)
    if unknown is None and absent is None:
        return
    raise input_error(
        f"unknown key {unknown!r}" if unknown is not None else f"missing key {absent!r}",
        file=paths.shown(path),
        key=key_path(key, unknown or ""),
        value=unknown,
        accepted=entry.keys,
        line=line_of(path, key),
    )


def _bounds(value: Any, given: Any, entry: Variable, path: Path, key: str) -> tuple[Any, Any]:
    """Lower and upper end of a row's range; the value itself where none is given."""
    if entry.type in ("choice", "list"):
        return None, None
    least, most = entry.range or (float("-inf"), float("inf"))
    if entry.type == "number":
        if isinstance(given, tuple):
            return given
        half = given if isinstance(given, float) else 0.0
        return (value, value) if half == 0 else (max(least, value - half), min(most, value + half))
    if isinstance(given, tuple):
        raise InputError(
            "one interval cannot be the range of a mapping",
            file=paths.shown(path),
            key=key,
            value=list(given),
            accepted="a half-width for all keys, or an interval for each key",
            line=line_of(path, key),
        )
    if isinstance(given, Mapping):
        _same_keys(given, entry, path, key)
        pairs = {name: given[name] for name in value}
    else:
        half = given if isinstance(given, float) else 0.0
        pairs = {
            name: (max(least, number - half), min(most, number + half)) for name, number in value.items()
        }
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


def dyad_rows(where: Path, shared: Evidence) -> dict[str, dict[Pair, tuple[CodedValue, ...]]]:
    book = {name: entry for (family, name), entry in shared.codebook.items() if family == "dyads"}
    found: dict[str, dict[Pair, list[CodedValue]]] = {name: {} for name in book}
    for path in sorted((where / "dyads").glob("*.csv")):
        for line, cells in read_csv(path, DYAD_COLUMNS):
            row = _dyad_row(cells, path, line, book)
            found[row.variable].setdefault((row.entity[0], row.entity[1]), []).append(row)
    return {
        name: {pair: tuple(sorted(rows, key=_start)) for pair, rows in pairs.items()}
        for name, pairs in found.items()
    }


def _dyad_row(cells: list[str], path: Path, line: int, book: Mapping[str, Variable]) -> CodedValue:
    """One CSV row; the range is the row's own, or the codebook's spread around the value."""
    name, a, b, since, until, value, low, high, source, claims, assumed, note = (
        cell.strip() for cell in cells
    )
    entry = book.get(name)
    if entry is None:
        raise input_error(
            f"unknown variable {name!r}",
            file=paths.shown(path),
            key="variable",
            value=name,
            accepted=book,
            line=line,
        )
    if entry.entity == "dyad" and b < a:
        raise InputError(
            f"{name} is symmetric: one row per pair, a before b in the alphabet",
            file=paths.shown(path),
            key="a,b",
            value=f"{a},{b}",
            accepted=f"{b},{a}",
            line=line,
        )
    number = _number(value, path, line, "value")
    half = entry.spread_absolute if entry.spread_absolute is not None else abs(number) * (entry.spread or 0.0)
    least, most = entry.range or (float("-inf"), float("inf"))
    ids, sources = _split(claims), _split(source)
    return CodedValue(
        family="dyads",
        entity=(a, b),
        variable=name,
        value=number,
        low=_number(low, path, line, "low") if low else min(number, max(least, number - half)),
        high=_number(high, path, line, "high") if high else max(number, min(most, number + half)),
        basis=basis_of(ids, sources, assumed or None),
        claims=ids,
        sources=sources,
        assumed=assumed or None,
        since=to_date(since, path, "from", line),
        until=to_date(until, path, "to", line),
        note=note or None,
        file=f"dyads/{path.name}",
        key=f"line {line}",
    )


def _number(text: str, path: Path, line: int, column: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"{column} is not a number",
            file=paths.shown(path),
            key=column,
            value=text,
            accepted="a number",
            line=line,
        ) from None


def to_date(given: object, path: Path, key: str, line: int | None = None) -> Any:
    if given in (None, ""):
        return None
    try:
        return parse_date(given)
    except ValueError as error:
        raise InputError(
            f"{key} is not a date",
            file=paths.shown(path),
            key=key,
            value=given,
            accepted=str(error),
            line=line or line_of(path, key),
        ) from None


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip()) if cell else ()


def _start(row: CodedValue) -> str:
    return row.since.isoformat() if row.since else ""
