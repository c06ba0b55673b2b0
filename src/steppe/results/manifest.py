"""The manifest of a run: what it must say, and how it is read."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from steppe.errors import InputError
from steppe.paths import shown

SCHEMA_VERSION = 1
_PACKAGES = ("steppe", "numpy", "numba", "scipy", "duckdb", "mesa", "pydantic", "hydra-core")
#: what the manifest must say for the results to be read without the code that made them
REQUIRED = (
    "seed",  # int
    "scenarios",  # list of {"name": …, …}; the order is that of the run
    "points",  # list of design points, each a mapping of what it sets; [{}] for a run without a design
    "replicates",  # int, per scenario and design point
    "steps",  # int
    "steps_per_year",  # int
    "years",  # calendar years of the observations
    "year_steps",  # for each of them, the steps that had been done
    "dates",  # for each of them, its ISO date
    "states",
    "organisations",
    "poles",  # lists of ids
    "initial_statuses",  # [state][organisation] 0 none, 1 observer, 2 member, 3 suspended
    "chunk",  # replicates per chunk
)


_NUMBERS = ("seed", "replicates", "steps", "steps_per_year", "chunk")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of a run folder, or an InputError that names the file and what to do."""
    file = path / "manifest.json"
    if not file.is_file():
        raise InputError(
            f"{shown(path)} is not a run folder: it has no manifest.json",
            value=str(path),
            accepted="a folder that `steppe run` made; if it was stopped at once, run again",
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"the manifest cannot be read ({error}); restore it from a copy, or run again into a new folder",
            file=file,
        ) from error
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
        found = manifest.get("schema_version") if isinstance(manifest, dict) else None
        raise InputError(
            "the run was written by another version of steppe; read it with that version, or run again",
            file=file,
            key="schema_version",
            value=found,
            accepted=str(SCHEMA_VERSION),
        )
    for key in REQUIRED:
        if key not in manifest:
            raise InputError(
                "the manifest is not whole; restore it, or run again into a new folder", file=file, key=key
            )
    _well_formed(manifest, file)
    draws = manifest.get("draws")
    if draws is not None and not (isinstance(draws, int) and 0 < draws <= manifest["replicates"]):
        raise _changed(file, "draws", draws, f"null, or 1 to {manifest['replicates']}")
    return manifest


def check_unchanged(
    wanted: Mapping[str, Any],
    now: Mapping[str, Any],
    file: Path,
    what: str = "the run cannot be resumed: what it was made from has changed, and its parts would not fit together",
) -> None:
    """Raise InputError, saying `what`, where a run was made from another config, evidence or rules than there are here.

    wanted : its manifest, read from `file`;  now : the manifest that it would have
    """
    for key in ("config_sha256", "evidence_sha256", "rules", "draws_sha256", "points_sha256"):
        if wanted.get(key) != now.get(key):
            raise InputError(
                what,
                file=file,
                key=key,
                value=now.get(key),
                accepted=str(wanted.get(key)),
            )


def _well_formed(manifest: dict[str, Any], file: Path) -> None:
    """Raise InputError for the first required key whose value has another form than it must have."""
    years, states, bodies = (manifest[key] for key in ("years", "states", "organisations"))
    for key in REQUIRED:
        value = manifest[key]
        if key in _NUMBERS:
            wanted, fits = "a whole number", isinstance(value, int)
        else:
            wanted, fits = "a list", isinstance(value, list)
        if fits and key == "scenarios":
            wanted = "a list of scenarios with names"
            fits = all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value)
        if fits and key in ("year_steps", "dates"):
            wanted, fits = "one for each of `years`", len(value) == len(years)
        if fits and key == "initial_statuses":
            wanted = "a row for each state, with a number for each organisation"
            fits = len(value) == len(states) and all(
                isinstance(row, list) and len(row) == len(bodies) for row in value
            )
        if not fits:
            raise _changed(file, key, value, wanted)


def _changed(file: Path, key: str, value: object, wanted: str) -> InputError:
    return InputError(
        "the manifest was changed after it was written; restore it, or run again into a new folder",
        file=file,
        key=key,
        value=value,
        accepted=wanted,
    )


def circumstances() -> dict[str, Any]:
    """Versions of Python, the platform and the packages."""
    versions = {}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return {"python": platform.python_version(), "platform": platform.platform(), "versions": versions}
