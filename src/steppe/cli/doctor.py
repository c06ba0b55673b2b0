"""What an installation has: versions, cores, caches, optional parts, folders."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.cli import adapters

_REQUIRED = (
    "numpy",
    "numba",
    "duckdb",
    "pydantic",
    "hydra-core",
    "omegaconf",
    "mesa",
    "typer",
    "rich",
    "PyYAML",
)
_OPTIONAL = {  # module → what it is for
    "altair": "charts",
    "vl_convert": "charts as PNG and SVG",
    "SALib": "sensitivity",
    "ema_workbench": "scenario discovery",
    "streamlit": "the interactive page",
    "distributed": "clusters with Dask",
    "submitit": "clusters with Slurm",
    "fsspec": "remote storage",
}
_LIMITS = {"omegaconf": "2.4", "hydra-core": "1.4"}  # first version that does not work


def examined() -> dict[str, Any]:
    """Plain data; `ok` is false where something required is missing or too new."""
    packages = [_package(name) for name in _REQUIRED]
    folders = [_folder(name, path) for name, path in _data_folders().items()]
    cache, writable = adapters.kernel_cache()
    return {
        "ok": all(row["ok"] for row in (*packages, *folders)),
        "steppe": _version("steppe"),
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "disk_free_gb": round(shutil.disk_usage(Path.cwd()).free / 1e9, 1),
        "kernel_cache": {"folder": str(cache), "writable": writable},
        "packages": packages,
        "optional": [
            {"id": name, "for": use, "ok": importlib.util.find_spec(name) is not None}
            for name, use in _OPTIONAL.items()
        ],
        "folders": folders,
    }


def rendered(data: dict[str, Any], more: bool) -> str:
    """The same as text; more : with the folders."""
    lines = [f"steppe {data['steppe']}, Python {data['python']}, {data['cores']} cores, {data['platform']}"]
    lines.append(
        "required  " + ", ".join(f"{row['id']} {row['version'] or 'MISSING'}" for row in data["packages"])
    )
    lines += [f"          {row['id']}: {row['problem']}" for row in data["packages"] if row["problem"]]
    for have, word in ((True, "optional "), (False, "not there")):
        names = [f"{row['id']} ({row['for']})" for row in data["optional"] if row["ok"] is have]
        if names:
            lines.append(f"{word} " + ", ".join(names))
    cache = data["kernel_cache"]
    note = "" if cache["writable"] else " (not writable: kernels are compiled again at every start)"
    if more or note:
        lines.append(f"cache     {cache['folder']}{note}")
    for row in data["folders"]:
        if more or not row["ok"]:
            lines.append(f"folder    {row['id']}: {row['path']}" + ("" if row["ok"] else " MISSING"))
    lines.append("all is well" if data["ok"] else "something is missing; see above")
    return "\n".join(lines)


def _data_folders() -> dict[str, Path]:
    return {"seeds": paths.seeds(), "conf": paths.conf(), "experiments": paths.experiments()}


def _folder(name: str, path: Path) -> dict[str, Any]:
    return {"id": name, "path": str(path), "ok": path.is_dir()}


def _package(name: str) -> dict[str, Any]:
    found = _version(name)
    limit = _LIMITS.get(name)
    problem = None
    if found is None:
        problem = "missing"
    elif limit and _numbers(found) >= _numbers(limit):
        problem = f"too new: below {limit} is needed"
    return {"id": name, "version": found, "ok": problem is None, "problem": problem}


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
