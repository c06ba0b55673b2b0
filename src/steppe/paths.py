"""Where the data folders are: beside the code in a checkout, inside the package in an installed wheel."""

from __future__ import annotations

import os
from functools import cache as once
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@once
def root() -> Path:
    """Folder that holds ``seeds/``, ``conf/`` and ``experiments/``."""
    checkout = _PACKAGE.parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "seeds").is_dir():
        return checkout
    return _PACKAGE / "_data"


def seeds() -> Path:
    """The coded evidence that ships with the package."""
    return root() / "seeds"


def conf() -> Path:
    """The Hydra config groups that ship with the package."""
    return root() / "conf"


def experiments() -> Path:
    """The studies that ship with the package."""
    return root() / "experiments"


def cache() -> Path:
    """Folder for what can be made again: below `STEPPE_CACHE`, or the user's cache folder. It need not exist."""
    root = os.environ.get("STEPPE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "steppe"


def shown(path: Path | str) -> str:
    """`path` as a message should print it: relative to the current folder where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def is_url(place: Path | str) -> bool:
    """Whether a place is in remote storage (``s3://…``) rather than a folder."""
    return "://" in str(place)
