"""The compiler setting of every kernel, and where compiled code is kept.

Numba's cache looks only at the file of a function itself, so a change in a file that it calls would go unseen. The
cache folder is therefore named after a hash of all sources of this package: any change starts a fresh one.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba


def source_hash() -> str:
    """Hash of every source file of the mechanisms and of the numba version, 16 hex digits."""
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """Folder of the compiled kernels: `STEPPE_CACHE`, or the user's cache folder."""
    root = os.environ.get("STEPPE_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "steppe" / f"kernels-{source_hash()}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


CACHE = cache_folder()
CACHED = _writable(CACHE)


def kernel(function: Callable[..., Any]) -> Any:
    """Compile `function` without the GIL; keep the machine code on disk where the cache folder can be written."""
    before = numba.config.CACHE_DIR
    if CACHED:
        numba.config.CACHE_DIR = str(CACHE)
    try:
        return numba.njit(cache=CACHED, nogil=True, error_model="numpy")(function)
    finally:
        numba.config.CACHE_DIR = before
