"""Runs in remote storage: whatever fsspec has an URL for (``s3://``, ``gs://``, ``abfs://``, ``sftp://``, ``file://`` …).

A chunk is written to a scratch folder and put in its place, its parts first and its marker last; so a run that was
stopped at any moment resumes there as it does in a folder. Object storage has no locks: two processes that go on with one
run do the same work twice, and store the same bits.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from steppe.errors import InputError
from steppe.paths import is_url
from steppe.results.manifest import read_manifest
from steppe.results.markers import FAILED, Marker, damage, read_marker, read_markers
from steppe.results.store import RunFolder, write_chunk
from steppe.results.tables import POINTS, ChunkId, ChunkTables, schemas_of

HEAD = ("config.yaml", "manifest.json")  # manifest last: what has one is a run
Write = Callable[[ChunkId, ChunkTables], None]


class Storage:
    """A folder in remote storage. Raises InputError for an URL of which nothing is known, or without its package."""

    def __init__(self, url: str) -> None:
        try:
            import fsspec.core
        except ImportError:
            raise _refused(
                url, "remote storage needs a package that is not installed", 'pip install "steppe[remote]"'
            ) from None
        try:
            core: Any = fsspec.core  # not typed
            self.system, self.root = core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise _refused(url, f"no such remote storage: {error}", "an URL that fsspec knows") from None
        self.url = url

    def put(self, folder: Path, names: Iterable[str]) -> None:
        """Files of a folder, in order."""
        for name in names:
            to = f"{self.root}/{name}"
            self.system.makedirs(to.rpartition("/")[0], exist_ok=True)
            self.system.put_file(str(folder / name), to)

    def get(self, folder: Path, names: Iterable[str]) -> None:
        """Files into a folder, which has its folders made."""
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            self.system.get_file(f"{self.root}/{name}", str(folder / name))

    def files(self, below: str = "") -> dict[str, int]:
        """Name → size of every file below a folder; none where there is no such folder."""
        self.system.invalidate_cache()
        place = f"{self.root}/{below}".rstrip("/")
        found = self.system.find(place, detail=True) if self.system.exists(place) else {}
        return {name[len(self.root) :].lstrip("/"): int(info["size"]) for name, info in found.items()}

    def remove(self, name: str) -> None:
        """A file, if it is there."""
        with suppress(FileNotFoundError):
            self.system.rm_file(f"{self.root}/{name}")


class RemoteRun(RunFolder):
    """A run in remote storage, written by way of a scratch folder, which has no parts but those on their way."""

    storage: Storage
    done: set[ChunkId]

    @property
    def place(self) -> str:
        """The URL."""
        return self.storage.url

    def write_chunk(self, chunk: ChunkId, tables: ChunkTables) -> None:
        """Store a chunk; from several threads."""
        _write(self.storage, self.path, self.manifest, chunk, tables)
        self.done.add(chunk)

    def note_stored(self, chunk: ChunkId) -> None:
        """A worker has stored the chunk."""
        self.done.add(chunk)
        (self.path / "chunks" / f"{chunk.name}{FAILED}").unlink(missing_ok=True)

    def record_failure(self, chunk: ChunkId, error: BaseException | str, trace: str = "") -> None:
        """Note that a chunk failed and why."""
        super().record_failure(chunk, error, trace)
        self.publish(f"chunks/{chunk.name}{FAILED}")

    def done_chunks(self) -> set[ChunkId]:
        """The chunks that are stored."""
        return set(self.done)

    def is_stored(self, chunk: ChunkId) -> bool:
        """Whether the chunk has a marker."""
        return bool(self.storage.system.exists(f"{self.storage.root}/chunks/{chunk.name}.json"))

    def publish(self, name: str) -> None:
        """Put a file in its place."""
        self.storage.put(self.path, [name])

    def close(self) -> None:
        """Let go of the scratch folder."""
        super().close()
        shutil.rmtree(self.path, ignore_errors=True)


def create(place: Path | str, manifest: Mapping[str, Any], config_yaml: str) -> RunFolder:
    """A new run in a folder or in remote storage. Raises InputError where there is something already."""
    if not is_url(place):
        return RunFolder.create(place, manifest, config_yaml)
    storage = free(str(place))
    run = RemoteRun.create(_scratch(), manifest, config_yaml)
    run.storage, run.done = storage, set()
    storage.put(run.path, HEAD)
    return run


def head(place: Path | str) -> Path:
    """The folder of a run; for one in remote storage a scratch folder with its manifest, config, markers and failures."""
    if not is_url(place):
        return Path(place)
    storage = Storage(str(place))
    folder = _scratch()
    _get_head(storage, folder)
    storage.get(folder, (name for name in storage.files("chunks")))
    return folder


def reopened(place: Path | str, folder: Path) -> RunFolder:
    """A run, to go on with it. folder : as `head` gave it. Chunks whose parts are not whole count as not done."""
    if not is_url(place):
        return RunFolder.resume(folder)
    storage = Storage(str(place))
    sizes, done = storage.files("tables"), set()
    for file in sorted((folder / "chunks").glob("*.json")):
        if file.name.endswith(FAILED):
            continue
        found = _readable(file)
        if found is None or any(sizes.get(part.file) != part.bytes for part in found.parts.values()):
            storage.remove(f"chunks/{file.name}")
        else:
            done.add(found.chunk)
        file.unlink()  # the parts are not here: the folder's own resume would take the chunk for damaged
    run = RemoteRun.resume(folder)
    run.storage, run.done = storage, done
    return run


def writer(place: str) -> tuple[Path, Write]:
    """For a worker: a folder with manifest and config, and what stores a chunk."""
    if not is_url(place):
        folder = Path(place)
        manifest = read_manifest(folder)
        return folder, partial(write_chunk, folder, schemas_of(manifest), manifest)
    storage, folder = Storage(place), _scratch()
    _get_head(storage, folder)
    manifest = read_manifest(folder)
    for name in ("chunks", *(f"tables/{table}" for table in schemas_of(manifest))):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder, partial(_write, storage, folder, manifest)


def fetch(url: str, folder: Path, progress: Callable[[int, int], None] = lambda done, all: None) -> int:
    """Copy a run from remote storage into a folder, whole; what is there already is not fetched again.

    progress : called with files done and files to do. Returns the number of chunks.
    Raises InputError if there is no run, if another is in the folder, or if a part is not what its marker says.
    """
    storage = Storage(url)
    with tempfile.TemporaryDirectory(prefix="steppe-") as name:
        _get_head(storage, Path(name))
        wanted = read_manifest(Path(name))
    if folder.is_dir() and any(folder.iterdir()) and _digest(folder) != wanted.get("config_sha256"):
        raise InputError("another run is in the folder", value=str(folder), accepted="a new or empty folder")
    sizes = storage.files()
    last = sorted(sizes, key=lambda file: (file.startswith("chunks/"), file == "manifest.json", file))
    for number, file in enumerate(last):
        here = folder / file
        if not file.startswith("tables/") or not here.is_file() or here.stat().st_size != sizes[file]:
            storage.get(folder, [file])
        progress(number + 1, len(last))
    for table in schemas_of(wanted):
        (folder / "tables" / table).mkdir(parents=True, exist_ok=True)
    (folder / "chunks").mkdir(exist_ok=True)
    markers = read_markers(folder)
    for marker in markers:
        fault = damage(folder, marker, contents=True)
        if fault is not None:
            for part in marker.parts.values():
                (folder / part.file).unlink(missing_ok=True)
            raise InputError(
                f"{fault}; fetch again, and if it stays so: steppe resume {url}", file=storage.url
            )
    return len(markers)


def free(url: str) -> Storage:
    """The storage, if there is no run yet. Raises InputError."""
    storage = Storage(url)
    try:
        taken = bool(storage.files())
    except (OSError, ValueError) as error:
        raise _refused(url, f"the remote storage cannot be read: {error}", "a place that can be") from None
    if taken:
        raise _refused(url, "the place is occupied", f"a new place; `steppe resume {url}` goes on with a run")
    return storage


def _write(
    storage: Storage, folder: Path, manifest: Mapping[str, Any], chunk: ChunkId, tables: ChunkTables
) -> None:
    """Write a chunk to the scratch folder, put it in its place, marker last, and drop it here."""
    write_chunk(folder, schemas_of(manifest), manifest, chunk, tables)
    marker = f"chunks/{chunk.name}.json"
    parts = [f"tables/{name}/part-{chunk.name}.parquet" for name in tables]
    storage.put(folder, [*parts, marker])
    storage.remove(f"chunks/{chunk.name}{FAILED}")
    for name in (*parts, marker):
        (folder / name).unlink()


def _get_head(storage: Storage, folder: Path) -> None:
    try:
        storage.get(folder, HEAD)
        storage.get(folder, [name for name in (POINTS,) if name in storage.files()])
    except FileNotFoundError:
        raise _refused(storage.url, "there is no run at this place", "where `steppe run` made one") from None


def _readable(file: Path) -> Marker | None:
    """A marker, or None if it is torn."""
    try:
        return read_marker(file)
    except InputError:
        return None


def _digest(folder: Path) -> str | None:
    """Hash of the config of the run in a folder, if there is one."""
    try:
        return str(json.loads((folder / "manifest.json").read_text("utf-8"))["config_sha256"])
    except (OSError, ValueError, KeyError):
        config = folder / "config.yaml"
        return hashlib.sha256(config.read_bytes()).hexdigest() if config.is_file() else None


def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="steppe-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _refused(url: str, message: str, accepted: str) -> InputError:
    return InputError(message, value=url, accepted=accepted)
