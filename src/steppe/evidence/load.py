"""A seeds folder → `Evidence`. What is malformed is an InputError; what is merely wrong is for `check`."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from steppe import paths
from steppe.errors import InputError, from_validation, input_error, key_path, nearest
from steppe.evidence.lookup import Evidence, Pair
from steppe.evidence.read import line_of, read_csv, read_yaml
from steppe.evidence.schema import (
    Claim,
    CodedValue,
    Document,
    Entity,
    Parameter,
    Record,
    Resolution,
    Source,
    StatusEvent,
    ValueRow,
    Variable,
    basis_of,
    parse_date,
)
from steppe.evidence.values import faults

R = TypeVar("R", bound=Record)

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
_FIXED = {
    "actors": ("id", "name", "kind", "note"),
    "organisations": ("id", "name", "kind", "founded", "dissolved", "note"),
}
_KINDS = {"actors": ("state", "bloc"), "organisations": ("organisation", "identity_instrument")}
_ROWS = TypeAdapter(tuple[ValueRow, ...])


def load(
    folder: Path | str | None = None, base: Evidence | None = None, strict: bool | None = None
) -> Evidence:
    """Read a seeds folder.

    folder : default, the packaged seeds
    base : what a world folder rests on: its codebook, parameters, sources, claims, documents and resolutions
        hold unless the folder has its own (same id: the folder's wins). A folder without a codebook.yaml and
        without a base rests on the packaged seeds
    strict : raise for the first value or reference that is wrong; default for a world folder only, since the
        packaged seeds are checked once, by `check`

    Raises InputError with file, line, key, what is accepted and the nearest name.
    """
    where = paths.seeds() if folder is None else Path(folder)
    if not where.is_dir():
        raise InputError(
            "no such folder", file=paths.shown(where), accepted="a folder with actors/ and organisations/"
        )
    if base is None and not (where / "codebook.yaml").is_file():
        base = _shared(paths.seeds(), None)
    shared = _shared(where, base)
    evidence = Evidence(
        folder=shared.folder,
        codebook=shared.codebook,
        documents=shared.documents,
        sources=shared.sources,
        claims=shared.claims,
        resolutions=shared.resolutions,
        parameters=shared.parameters,
        actors=_entities(where, "actors", shared),
        organisations=_entities(where, "organisations", shared),
        dyads=_dyads(where, shared),
        chronicle=_chronicle(where),
        base=base,
    )
    if strict if strict is not None else base is not None:
        for fault in faults(evidence):
            raise input_error(
                fault.message,
                file=paths.shown(where / fault.file),
                key=fault.key,
                value=fault.value,
                accepted=fault.accepted,
                line=line_of(where / fault.file, fault.key) if fault.key else None,
            )
    return evidence


def _shared(where: Path, base: Evidence | None) -> Evidence:
    """What worlds have in common: codebook, documents, sources, claims, resolutions, parameters."""
    book = {(v.family, v.id): v for v in _records(where / "codebook.yaml", Variable, key=("entity", "id"))}
    own: dict[str, Any] = {}
    models: tuple[tuple[str, type[Record]], ...] = (
        ("documents", Document),
        ("sources", Source),
        ("resolutions", Resolution),
        ("parameters", Parameter),
    )
    for name, model in models:
        own[name] = {record.id: record for record in _records(where / f"{name}.yaml", model)}  # type: ignore[attr-defined]
    own["claims"] = {}
    for path in sorted((where / "claims").glob("*.yaml")):
        for claim in _records(path, Claim):
            if claim.id in own["claims"]:
                raise _twice(path, claim.id)
            own["claims"][claim.id] = claim
    if base is None:
        return Evidence(folder=paths.shown(where), codebook=book, **own)
    merged: dict[str, Any] = {name: {**getattr(base, name), **records} for name, records in own.items()}
    return Evidence(folder=paths.shown(where), codebook={**base.codebook, **book}, base=base, **merged)


def _records(path: Path, model: type[R], key: tuple[str, ...] = ("id",)) -> tuple[R, ...]:
    """A YAML list of records; an absent file is an empty list; an id may come only once."""
    if not path.is_file():
        return ()
    raw = read_yaml(path)
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise InputError(
            "the file must hold a list", file=paths.shown(path), accepted=f"- {key[-1]}: …", line=1
        )
    try:
        records = TypeAdapter(tuple[model, ...]).validate_python(raw)  # type: ignore[valid-type]
    except ValidationError as error:
        raise _located(error, path, model, raw) from None
    seen: set[tuple[str, ...]] = set()
    for n, record in enumerate(records):
        identity = tuple(str(getattr(record, name)) for name in key) if key else (str(n),)
        if identity in seen:
            raise _twice(path, identity[-1], f"[{n}]")
        seen.add(identity)
    return records


def _located(
    error: ValidationError, path: Path, model: type[Record], raw: object, prefix: str = ""
) -> InputError:
    """The fault with its line, and with the record's own id in front of its position."""
    found = from_validation(error, file=paths.shown(path), model=model, data=raw, prefix=prefix)
    found.line = line_of(path, found.key) if found.key else None
    position = error.errors()[0]["loc"][0] if error.errors()[0]["loc"] else None
    if isinstance(raw, list) and isinstance(position, int) and isinstance(raw[position], Mapping):
        name = raw[position].get("id")
        found.key = f"{found.key} (id {name})" if name else found.key
    return found


def _twice(path: Path, name: str, key: str = "") -> InputError:
    return InputError(
        f"id {name!r} is given twice",
        file=paths.shown(path),
        key=key or name,
        value=name,
        line=line_of(path, key) if key else None,
        accepted="every id once",
    )


def _entities(where: Path, family: str, shared: Evidence) -> dict[str, Entity]:
    """Actors or organisations of a folder, in the order of their file names."""
    out: dict[str, Entity] = {}
    for path in sorted((where / family).glob("*.yaml")):
        entity = _entity(path, f"{family}/{path.name}", family, shared)
        if entity.id in out:
            raise _twice(path, entity.id, "id")
        out[entity.id] = entity
    return out


def _entity(path: Path, file: str, family: str, shared: Evidence) -> Entity:
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError(
            "the file must hold keys and values", file=paths.shown(path), accepted=_FIXED[family]
        )
    known = [name for kind, name in shared.codebook if kind == family]
    for name in raw:
        if name not in _FIXED[family] and (family, name) not in shared.codebook:
            accepted = [*_FIXED[family], *known]
            raise InputError(
                f"unknown key {name!r}",
                file=paths.shown(path),
                key=name,
                line=line_of(path, name),
                accepted=accepted,
                nearest=nearest(name, accepted),
            )
    for name in ("id", "name", "kind"):
        if not isinstance(raw.get(name), str):
            raise InputError(
                f"{name!r} must be given, as text", file=paths.shown(path), key=name, value=raw.get(name)
            )
    if raw["kind"] not in _KINDS[family]:
        raise input_error(
            "not an accepted kind",
            file=paths.shown(path),
            key="kind",
            value=raw["kind"],
            accepted=_KINDS[family],
            line=line_of(path, "kind"),
        )
    dates = {name: _date(raw.get(name), path, name) for name in ("founded", "dissolved")}
    values = {
        name: _values(raw[name], path, file, raw["id"], shared.codebook[family, name])
        for name in known
        if name in raw
    }
    return Entity(
        id=raw["id"],
        name=raw["name"],
        kind=raw["kind"],
        note=raw.get("note"),
        values=values,
        file=file,
        **dates,
    )


def _values(raw: object, path: Path, file: str, entity: str, entry: Variable) -> tuple[CodedValue, ...]:
    """The dated rows of one variable, oldest first."""
    try:
        rows = _ROWS.validate_python(raw)
    except ValidationError as error:
        raise _located(error, path, ValueRow, raw, prefix=entry.id) from None
    out = []
    for n, row in enumerate(rows):
        key = key_path(entry.id, n)
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
    return tuple(sorted(out, key=attrgetter("since")))


def _typed(value: object, entry: Variable, path: Path, key: str) -> Any:
    """The value as its codebook type; numbers as float."""
    if entry.type == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if entry.type == "choice" and isinstance(value, str):
        return value
    if entry.type == "list" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if entry.type == "mapping" and isinstance(value, dict):
        unknown = next((name for name in value if name not in entry.keys), None)
        if unknown is not None:
            raise input_error(
                f"unknown key {unknown!r}",
                file=paths.shown(path),
                key=key_path(key, unknown),
                value=unknown,
                accepted=entry.keys,
                line=line_of(path, key),
            )
        if all(
            isinstance(number, (int, float)) and not isinstance(number, bool) for number in value.values()
        ):
            return {name: float(value.get(name, 0.0)) for name in entry.keys}
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
        pairs = {name: given.get(name, (number, number)) for name, number in value.items()}
    else:
        half = given if isinstance(given, float) else 0.0
        pairs = {
            name: (max(least, number - half), min(most, number + half)) for name, number in value.items()
        }
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


def _dyads(where: Path, shared: Evidence) -> dict[str, dict[Pair, tuple[CodedValue, ...]]]:
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
        since=_date(since, path, "from", line),
        until=_date(until, path, "to", line),
        note=note or None,
        file=f"dyads/{path.name}",
        key=f"line {line}",
    )


def _chronicle(where: Path) -> tuple[StatusEvent, ...]:
    events = _records(where / "chronicle.yaml", StatusEvent, key=())
    return tuple(sorted(events, key=attrgetter("date")))


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


def _date(given: object, path: Path, key: str, line: int | None = None) -> Any:
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
