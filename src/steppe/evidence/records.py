"""Lists of records in YAML, validated; a fault names the file, the line, the key and the record's id."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from steppe import paths
from steppe.errors import InputError, from_validation
from steppe.evidence.read import line_of, read_yaml
from steppe.evidence.schema import Record

R = TypeVar("R", bound=Record)


def records(path: Path, model: type[R], key: tuple[str, ...] = ("id",)) -> tuple[R, ...]:
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
        raise located(error, path, model, raw) from None
    seen: set[tuple[str, ...]] = set()
    for n, record in enumerate(records):
        identity = tuple(str(getattr(record, name)) for name in key) if key else (str(n),)
        if identity in seen:
            raise twice(path, identity[-1], f"[{n}]")
        seen.add(identity)
    return records


def located(
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


def twice(path: Path, name: str, key: str = "") -> InputError:
    return InputError(
        f"id {name!r} is given twice",
        file=paths.shown(path),
        key=key or name,
        value=name,
        line=line_of(path, key) if key else None,
        accepted="every id once",
    )
