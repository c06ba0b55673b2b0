"""The coded evidence that a run rests on, kept beside its tables: it may have changed when the run is looked at again."""

from __future__ import annotations

import io
import tempfile
import zipfile
from functools import lru_cache
from pathlib import Path

from steppe import paths
from steppe.config.schema import RunConfig
from steppe.evidence import Evidence, load
from steppe.results.files import write_whole
from steppe.world.spec import seeds_folder

EVIDENCE = "evidence.zip"  # seeds/ and, of a world with a folder of its own, world/
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is written


def write_evidence(path: Path, config: RunConfig) -> None:
    """Write the coded files of a run into an archive, whole or not at all: what `runner.evidence_hash` hashes."""
    shared, own = paths.seeds().resolve(), seeds_folder(config.world).resolve()
    folders = (("seeds", shared), *((("world", own),) if own != shared else ()))
    stamps = tuple((str(file), file.stat().st_mtime_ns) for _, folder in folders for file in _files(folder))
    content = _archive(folders, stamps)
    write_whole(path, lambda to: _write(to, content))


def read_evidence(folder: Path) -> Evidence | None:
    """The evidence that a run rests on, as it was; None of a run that did not keep it.  folder : of the run"""
    file = folder / EVIDENCE
    if not file.is_file():
        return None
    with tempfile.TemporaryDirectory(prefix="steppe-") as name, zipfile.ZipFile(file) as archive:
        archive.extractall(name)
        shared, own = Path(name) / "seeds", Path(name) / "world"
        if not own.is_dir():
            return load(shared)
        whole = (own / "codebook.yaml").is_file()  # it rests on nothing else
        return load(own, base=None if whole else load(shared), strict=False)


@lru_cache(maxsize=2)
def _archive(folders: tuple[tuple[str, Path], ...], stamps: tuple[tuple[str, int], ...]) -> bytes:
    """The archive of the files; `stamps` say which they are and how new, so that a change is not missed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, folder in folders:
            for file in _files(folder):
                place = zipfile.ZipInfo(f"{name}/{file.relative_to(folder).as_posix()}", _EPOCH)
                archive.writestr(place, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("*.yaml"), *folder.rglob("*.csv")])


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
