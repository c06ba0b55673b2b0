"""A seeds folder → `Evidence`. What is malformed is an InputError; what is merely wrong is for `check`."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.errors import InputError, input_error, nearest
from steppe.evidence.coded import dated_rows, dyad_rows, to_date
from steppe.evidence.load_structures import structures
from steppe.evidence.lookup import Evidence
from steppe.evidence.read import line_of, read_yaml
from steppe.evidence.records import records, twice
from steppe.evidence.register import every_fault
from steppe.evidence.schema import (
    Claim,
    Document,
    Entity,
    Parameter,
    Resolution,
    Source,
    StatusEvent,
    Variable,
)
from steppe.evidence.values import Fault

_CONTENTS = (
    "actors",
    "organisations",
    "dyads",
    "instruments",
    "corridors",
    "processes",
    "claims",
    "worlds",
    "systems.yaml",
    "calendar.yaml",
    "chronicle.yaml",
    "codebook.yaml",
    "documents.yaml",
    "sources.yaml",
    "parameters.yaml",
    "resolutions.yaml",
    "world.yaml",  # which states and organisations; read by the config
)
_FIXED = {
    "actors": ("id", "name", "kind", "note"),
    "organisations": ("id", "name", "kind", "founded", "dissolved", "note"),
}
_KINDS = {"actors": ("state", "bloc"), "organisations": ("organisation", "identity_instrument")}


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
    if base is None:
        return _loaded(where, strict, _stamp(where), _stamp(paths.seeds()))
    return _read(where, base, strict)


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Which files are below a folder, how large and how new: changes whenever what is read changes."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".yaml", ".yml", ".csv"))
    return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)


@lru_cache(maxsize=4)
def _loaded(where: Path, strict: bool | None, *_stamps: object) -> Evidence:
    """Composing, checking and simulating read the same evidence; it is frozen, so once is enough."""
    return _read(where, None, strict)


def _read(where: Path, base: Evidence | None, strict: bool | None) -> Evidence:
    """Read the folder (see `load`)."""
    _layout(where)
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
        dyads=dyad_rows(where, shared),
        chronicle=_chronicle(where),
        **structures(where, shared),
        base=base,
    )
    if strict if strict is not None else base is not None:
        for fault in every_fault(evidence):
            raise as_error(fault, where)
    if not evidence.actors:
        raise InputError(
            "the folder has no actors", file=paths.shown(where / "actors"), accepted="one YAML file per actor"
        )
    return evidence


def as_error(fault: Fault, where: Path) -> InputError:
    """A fault found by the rules as the error that a user of that folder sees."""
    file = where / fault.file
    row = fault.key.removeprefix("line ").partition(".")[0]
    line = int(row) if fault.key.startswith("line ") else line_of(file, fault.key) if fault.key else None
    return input_error(
        fault.message,
        file=paths.shown(file),
        key=fault.key,
        value=fault.value,
        accepted=fault.accepted,
        line=line,
    )


def _layout(where: Path) -> None:
    """Refuse names that are nearly right: what they hold would be left out without a word."""
    for path in sorted(where.iterdir()):
        meant = nearest(path.name, _CONTENTS)
        if path.name not in _CONTENTS and meant is not None:
            raise input_error(
                "not a name that is read", file=paths.shown(path), value=path.name, accepted=_CONTENTS
            )
    for name, suffix in (
        ("actors", ".yaml"),
        ("organisations", ".yaml"),
        ("instruments", ".yaml"),
        ("corridors", ".yaml"),
        ("processes", ".yaml"),
        ("claims", ".yaml"),
        ("dyads", ".csv"),
    ):
        for path in sorted((where / name).glob("*.*")):
            if path.suffix != suffix and path.suffix in (".yml", ".yaml", ".csv", ".json", ".tsv"):
                raise InputError(
                    "not a name that is read", file=paths.shown(path), accepted=f"{name}/*{suffix}"
                )


def _shared(where: Path, base: Evidence | None) -> Evidence:
    """What worlds have in common: codebook, documents, sources, claims, resolutions, parameters."""
    book = {(v.family, v.id): v for v in records(where / "codebook.yaml", Variable, key=("entity", "id"))}
    own: dict[str, Any] = {}
    models: tuple[tuple[str, type[Document | Source | Resolution | Parameter]], ...] = (
        ("documents", Document),
        ("sources", Source),
        ("resolutions", Resolution),
        ("parameters", Parameter),
    )
    for name, model in models:
        own[name] = {record.id: record for record in records(where / f"{name}.yaml", model)}
    own["claims"] = _claims(where)
    if base is None:
        return Evidence(folder=str(where.resolve()), codebook=book, **own)
    merged: dict[str, Any] = {name: {**getattr(base, name), **mine} for name, mine in own.items()}
    return Evidence(folder=str(where.resolve()), codebook={**base.codebook, **book}, base=base, **merged)


def _claims(where: Path) -> dict[str, Claim]:
    """Every claim of the folder; the first part of its id is the name of its file."""
    out: dict[str, Claim] = {}
    for path in sorted((where / "claims").glob("*.yaml")):
        for claim in records(path, Claim):
            if claim.id in out:
                raise twice(path, claim.id)
            theme, _, slug = claim.id.partition("/")
            if theme.replace("-", "_") != path.stem or not slug:
                raise InputError(
                    "the id of a claim is its file's name, a slash and a slug of its own",
                    file=paths.shown(path),
                    key="id",
                    value=claim.id,
                    accepted=f"{path.stem.replace('_', '-')}/…",
                )
            out[claim.id] = claim
    return out


def _entities(where: Path, family: str, shared: Evidence) -> dict[str, Entity]:
    """Actors or organisations of a folder, in the order of their file names."""
    out: dict[str, Entity] = {}
    for path in sorted((where / family).glob("*.yaml")):
        entity = _entity(path, f"{family}/{path.name}", family, shared)
        if entity.id in out:
            raise twice(path, entity.id, "id")
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
    dates = {name: to_date(raw.get(name), path, name) for name in ("founded", "dissolved")}
    values = {
        name: dated_rows(raw[name], path, file, raw["id"], shared.codebook[family, name])
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


def _chronicle(where: Path) -> tuple[StatusEvent, ...]:
    events = records(where / "chronicle.yaml", StatusEvent, key=())
    return tuple(sorted(events, key=attrgetter("date")))
