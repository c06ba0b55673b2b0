"""The run folder as it is written: a manifest, one Parquet part per chunk and table, one marker per finished
chunk.

    RUN/manifest.json  config.yaml  tables/NAME/part-CHUNK.parquet  chunks/CHUNK.json
    chunks/CHUNK.failed.json

A chunk's marker holds the sizes and checksums of its parts and is written after them. A chunk without a
marker does not exist, whatever files it left; so a run that was stopped at any moment resumes at the chunks
that are missing.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from steppe.errors import InputError
from steppe.paths import shown
from steppe.results.check import check_table
from steppe.results.files import FolderLock, checksum, holder, write_json, write_text
from steppe.results.manifest import REQUIRED, SCHEMA_VERSION, circumstances, read_manifest
from steppe.results.markers import FAILED, Marker, Part, read_failures, read_markers, sweep
from steppe.results.parts import write_part
from steppe.results.tables import (
    ENTITIES,
    OF_DESIGNS,
    ChunkId,
    ChunkTables,
    Schema,
    describe,
    entity_of,
    schemas_of,
)

LOCK = ".lock"


class RunFolder:
    """A run folder open for writing; holds the folder's lock until `finish` or `close` (or the end of a
    `with` block).

    path : the folder
    manifest : content of manifest.json
    """

    def __init__(self, path: Path, manifest: dict[str, Any], lock: FolderLock) -> None:
        self.path = path
        self.manifest = manifest
        self._lock = lock
        self._schemas = schemas_of(manifest)

    @classmethod
    def create(cls, path: Path | str, manifest: Mapping[str, Any], config_yaml: str) -> Self:
        """A new run folder with its manifest and config.

        manifest : the keys of `REQUIRED` and any others; schema version, versions of packages, platform,
            start and table schemas are added

        Raises InputError, and leaves nothing behind, if the folder is occupied or cannot be written,
        ValueError if the manifest lacks a required key.
        """
        path = Path(path)
        lacking = [key for key in REQUIRED if key not in manifest]
        if lacking:
            raise ValueError(f"the manifest lacks {lacking}")
        first_new = _first_missing(path)
        try:
            lock = _claim(path)
        except BaseException:
            _remove(first_new)
            raise
        try:
            full = {
                **circumstances(),
                "started": _now(),
                **manifest,
                "schema_version": SCHEMA_VERSION,
                "finished": None,
            }
            full["tables"] = describe(schemas_of(manifest))
            for folder in ("chunks", *(f"tables/{name}" for name in full["tables"])):
                (path / folder).mkdir(parents=True)
            write_text(path / "config.yaml", config_yaml)
            write_json(path / "manifest.json", full)
        except BaseException as error:
            lock.release()
            _remove(first_new) if first_new else _empty(path)
            if isinstance(error, OSError):
                raise _unwritable(path, error) from error
            raise
        return cls(path, full, lock)

    @classmethod
    def resume(cls, path: Path | str) -> Self:
        """An existing run folder, to go on with it: what a killed process left half done is removed.

        A finished chunk whose parts are gone or damaged counts as not done. Raises InputError if the folder
        is no run folder, is in use, or has a manifest that cannot be read.
        """
        path = Path(path)
        manifest = read_manifest(path)
        lock = _lock(path)
        sweep(path)
        for folder in ("chunks", *(f"tables/{name}" for name in schemas_of(manifest))):
            (path / folder).mkdir(parents=True, exist_ok=True)
        return cls(path, manifest, lock)

    def write_chunk(self, chunk: ChunkId, tables: ChunkTables) -> None:
        """Store all tables of a chunk; when this returns the chunk is done. May be called from several
        threads.
        """
        write_chunk(self.path, self._schemas, self.manifest, chunk, tables)

    def note_stored(self, chunk: ChunkId) -> None:
        """A worker has stored the chunk: nothing to do where it wrote into the folder itself."""

    def record_failure(self, chunk: ChunkId, error: BaseException | str, trace: str = "") -> None:
        """Note that a chunk failed and why; the chunk stays absent and is tried again by a resume."""
        text, trace = error_text(error, trace)
        content = {**asdict(chunk), "error": text, "traceback": trace}
        write_json(self.path / "chunks" / f"{chunk.name}{FAILED}", content)

    def publish(self, name: str) -> None:
        """A file was written beside the tables: nothing more to do in a folder."""

    @property
    def place(self) -> str:
        """Where workers find the run: the folder, or the URL of one that is stored elsewhere."""
        return str(self.path.resolve())

    @property
    def session(self) -> str:
        """What only this holder of the folder has; workers of an earlier one see that they are no longer wanted."""
        return self._lock.token

    def done_chunks(self) -> set[ChunkId]:
        """The chunks that are stored."""
        return {marker.chunk for marker in read_markers(self.path)}

    def is_stored(self, chunk: ChunkId) -> bool:
        """Whether the chunk has a marker."""
        return (self.path / "chunks" / f"{chunk.name}.json").is_file()

    def failed_chunks(self) -> dict[ChunkId, str]:
        """The chunks that failed and were not stored since, with the error of each."""
        return read_failures(self.path)

    def finish(self, stats: Mapping[str, Any]) -> None:
        """Write the end of the run into the manifest (`stats`, counts of chunks, time) and let go of the
        folder.
        """
        counts = {"done": len(self.done_chunks()), "failed": len(self.failed_chunks())}
        chunks = {"planned": None, **self.manifest.get("chunks", {}), **stats.get("chunks", {}), **counts}
        self.manifest = {**self.manifest, **stats, "chunks": chunks, "finished": _now()}
        write_json(self.path / "manifest.json", self.manifest)
        self.publish("manifest.json")
        self.close()

    def close(self) -> None:
        """Let go of the folder's lock."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def write_chunk(
    path: Path,
    schemas: Mapping[str, Schema],
    manifest: Mapping[str, Any],
    chunk: ChunkId,
    tables: ChunkTables,
) -> None:
    """Store a chunk in the run folder `path` without the folder's lock (for worker processes of the one that
    holds it).

    Raises ValueError for tables that do not agree with the schemas or do not hold every replicate, year and
    entity.
    """
    if set(tables) != set(schemas):
        raise ValueError(f"tables {sorted(tables)}, not {sorted(schemas)}")
    for name, schema in schemas.items():
        rows = check_table(schema, tables[name])
        expected = _expected_rows(schema, manifest, chunk)
        if expected not in (None, rows):
            raise ValueError(f"table {name} of chunk {chunk.name} has {rows} rows, not {expected}")
    marker = path / "chunks" / f"{chunk.name}.json"
    marker.unlink(missing_ok=True)
    parts = {}
    for name, schema in schemas.items():
        part = Path("tables") / name / f"part-{chunk.name}.parquet"
        write_part(path / part, schema, tables[name], chunk)
        size = (path / part).stat().st_size
        parts[name] = Part(part.as_posix(), len(tables[name]["replicate"]), size, checksum(path / part))
    write_json(marker, asdict(Marker(chunk, parts)))
    (path / "chunks" / f"{chunk.name}{FAILED}").unlink(missing_ok=True)


def _expected_rows(schema: Schema, manifest: Mapping[str, Any], chunk: ChunkId) -> int | None:
    """Rows that the chunk must have in a yearly table; None for the events."""
    if "year" not in schema.key or schema.name in OF_DESIGNS:
        return None
    entity = entity_of(schema)
    each = 1 if entity is None else len(manifest[ENTITIES[entity]])
    return chunk.count * len(manifest["years"]) * each


def _claim(path: Path) -> FolderLock:
    """Make the folder, take its lock and make sure that nothing else is in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        occupied = any(file.name != LOCK for file in path.iterdir())
        lock = None if occupied else _lock(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    if lock is None or any(file.name != LOCK for file in path.iterdir()):
        if lock is not None:
            lock.release()
        raise InputError(
            f"the run folder {shown(path)} is not empty",
            key="hydra.run.dir",
            value=str(path),
            accepted="a new or empty folder; `steppe resume` goes on with a run that was stopped",
        )
    return lock


def _lock(path: Path) -> FolderLock:
    try:
        return FolderLock(path / LOCK)
    except BlockingIOError as error:
        raise InputError(
            f"the run folder {shown(path)} is in use by another process (number {holder(path / LOCK)})",
            value=str(path),
            accepted="a run folder that no other process writes to; wait for it to end",
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"the run folder {shown(path)} cannot be written: {error.strerror or error}",
        key="hydra.run.dir",
        value=str(path),
        accepted="a folder that can be made and written",
    )


def _first_missing(path: Path) -> Path | None:
    """The uppermost folder that making `path` would make."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    return missing[-1] if missing else None


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _empty(path: Path) -> None:
    for child in path.iterdir():
        shutil.rmtree(child, ignore_errors=True) if child.is_dir() else child.unlink(missing_ok=True)


def error_text(error: BaseException | str, trace: str = "") -> tuple[str, str]:
    """(one line, traceback) of an error; `trace` where only its text is at hand."""
    if isinstance(error, str):
        return error, trace
    return f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
