"""Chunk markers: which chunks of a run are stored, which failed, and whether their files are whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from steppe.errors import InputError
from steppe.results.files import TEMPORARY, checksum
from steppe.results.tables import ChunkId

FAILED = ".failed.json"


@dataclass(frozen=True)
class Part:
    """One Parquet file of a chunk: path below the run folder, rows, size and checksum."""

    file: str
    rows: int
    bytes: int
    blake2b: str


@dataclass(frozen=True)
class Marker:
    """A finished chunk and its parts by table."""

    chunk: ChunkId
    parts: dict[str, Part]


def read_markers(path: Path) -> list[Marker]:
    """The finished chunks of a run folder in the order of their names; a marker that cannot be read raises
    InputError.
    """
    return [
        read_marker(file)
        for file in sorted((path / "chunks").glob("*.json"))
        if not file.name.endswith(FAILED)
    ]


def read_failures(path: Path) -> dict[ChunkId, str]:
    """The chunks recorded as failed, with the last line of each error."""
    found = {}
    for file in sorted((path / "chunks").glob(f"*{FAILED}")):
        content = json.loads(file.read_text(encoding="utf-8"))
        where = {key: content[key] for key in ("scenario", "point", "first", "count")}
        found[ChunkId(**where, points=content.get("points", 1))] = content["error"]
    return found


def damage(path: Path, marker: Marker, contents: bool = False) -> str | None:
    """What is wrong with the parts of a finished chunk: the file and the fault, or None.

    contents : compare the checksums too, which reads every byte
    """
    for part in marker.parts.values():
        file = path / part.file
        if not file.is_file():
            return f"{part.file} is missing"
        size = file.stat().st_size
        if size != part.bytes:
            return f"{part.file} has {size} bytes, not {part.bytes}"
        if contents and checksum(file) != part.blake2b:
            return f"{part.file} was changed after it was written"
    return None


def read_marker(file: Path) -> Marker:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        parts = {name: Part(**part) for name, part in content["parts"].items()}
        return Marker(ChunkId(**content["chunk"]), parts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "the marker of a chunk cannot be read; delete it and `steppe resume` the run", file=file
        ) from error


def sweep(path: Path) -> None:
    """Remove temporary files, markers of damaged chunks, and parts of chunks that have no marker."""
    for file in path.rglob(f".*{TEMPORARY}"):
        file.unlink()
    for file in sorted((path / "chunks").glob("*.json")):
        if file.name.endswith(FAILED):
            continue
        try:
            whole = damage(path, read_marker(file), contents=True) is None
        except InputError:
            whole = False
        if not whole:
            file.unlink()
    kept = {part.file for marker in read_markers(path) for part in marker.parts.values()}
    for file in (path / "tables").glob("*/part-*.parquet"):
        if file.relative_to(path).as_posix() not in kept:
            file.unlink()
