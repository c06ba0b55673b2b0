"""Facts and values that stand side by side in one mapping → a `Part`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from steppe import paths
from steppe.errors import InputError, input_error, key_path
from steppe.evidence.coded import any_rows
from steppe.evidence.lookup import Evidence
from steppe.evidence.read import line_of, read_yaml
from steppe.evidence.records import located
from steppe.evidence.schema import CodedValue, Record
from steppe.evidence.structures import Part

R = TypeVar("R", bound=Record)
P = TypeVar("P")

Values = dict[str, tuple[CodedValue, ...]]


class Place(NamedTuple):
    """Where something is written. file : below the seeds folder;  key : inside the file, "" for the whole"""

    path: Path
    file: str
    key: str = ""

    def at(self, *parts: object) -> Place:
        """A place further in."""
        return self._replace(key=key_path(self.key, *parts))

    def error(self, message: str, value: object = None, accepted: Any = None) -> InputError:
        """An InputError at this place; finds the nearest name where `accepted` is a collection of names."""
        return input_error(
            message,
            file=paths.shown(self.path),
            key=self.key or None,
            value=value,
            accepted=accepted,
            line=line_of(self.path, self.key) if self.key else None,
        )


def mapping_at(raw: object, place: Place, accepted: Collection[str]) -> Mapping[str, Any]:
    """`raw` if it is a mapping with accepted keys only."""
    if not isinstance(raw, Mapping):
        raise place.error("keys and values are wanted here", raw, ", ".join(accepted))
    for name in raw:
        if name not in accepted:
            raise place.at(name).error(f"unknown key {name!r}", name, accepted)
    return raw


def list_at(raw: object, place: Place) -> list[Any]:
    """`raw` if it is a list; an absent one is empty."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise place.error("a list is wanted here", raw, "- …")
    return raw


def file_mapping(folder: Path, path: Path) -> tuple[Any, Place]:
    """The content of a file that holds one mapping, and its place."""
    place = Place(path, path.relative_to(folder).as_posix())
    raw = read_yaml(path)
    if not isinstance(raw, Mapping):
        raise place.error("the file must hold keys and values", raw)
    return raw, place


def facts_of(raw: Mapping[str, Any], model: type[R], place: Place) -> R:
    """A record from some of the keys of a mapping."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise located(error, place.path, model, raw, prefix=place.key) from None


def fields_of(model: type[Record]) -> tuple[str, ...]:
    """The keys of a record as written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def part(
    raw: object,
    place: Place,
    model: type[R],
    family: str,
    shared: Evidence,
    required: Collection[str] = (),
    within: str = "",
    leave: Collection[str] = (),
    **implied: Any,
) -> Part[R]:
    """Facts by `model`, values by the codebook of `family`.

    required : variables that must be given
    within : the process or corridor that it belongs to
    leave : keys that are read elsewhere
    implied : facts that are not written
    """
    known = {name: entry for (kind, name), entry in shared.codebook.items() if kind == family}
    fields = tuple(name for name in fields_of(model) if name not in implied)
    given = mapping_at(raw, place, (*fields, *known, *leave))
    facts = facts_of({**{k: v for k, v in given.items() if k in fields}, **implied}, model, place)
    name = str(getattr(facts, "id", ""))
    for variable in required:
        if given.get(variable) is None:
            raise place.error(
                f"missing key {variable!r}", name or None, f"{variable}: {{value: …, range: …}}"
            )
    ident = f"{within}/{name}" if family == "stages" else name
    return Part(
        id=ident,
        name=str(getattr(facts, "name", None) or name),
        kind=str(getattr(facts, "kind", family.removesuffix("s"))),
        values=values_of(given, known, place, ident),
        note=getattr(facts, "note", None),
        founded=getattr(facts, "since", None),
        dissolved=getattr(facts, "until", None),
        file=place.file,
        facts=facts,
        within=within,
        key=place.key,
    )


def values_of(given: Mapping[str, Any], known: Mapping[str, Any], place: Place, ident: str) -> Values:
    """The coded values among the keys of a mapping."""
    return {
        name: any_rows(given[name], place.path, place.file, ident, entry, place.key)
        for name, entry in known.items()
        if given.get(name) is not None
    }


def add(found: dict[str, P], name: str, one: P, place: Place) -> None:
    """Put a part among the others; an id may come only once over all files."""
    if name in found:
        raise place.at("id").error(f"id {name!r} is given twice", name, "every id once, over all files")
    found[name] = one
