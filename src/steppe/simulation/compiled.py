"""Whether the kernels of a capacity have been compiled on this machine before."""

import hashlib
import platform
from pathlib import Path

from steppe.mechanisms import kernel
from steppe.mechanisms.kernel import CACHE, CACHED

COMPILE_SECONDS = 90  # measured on two cores of 2.6 GHz; said before a first compilation


def _mark(room: tuple[int, int, int]) -> Path:
    # Numba keeps the code of each checkout apart, by the path of its sources.
    where = hashlib.blake2b(str(Path(kernel.__file__).resolve()).encode(), digest_size=4).hexdigest()
    return CACHE / f"compiled-{'x'.join(map(str, room))}-python{platform.python_version()}-{where}"


def was_compiled(room: tuple[int, int, int]) -> bool:
    """Whether a run of this capacity ended its compilation here."""
    return CACHED and _mark(room).exists()


def note_compiled(room: tuple[int, int, int]) -> None:
    """Remember that the kernels of this capacity are in the cache."""
    if CACHED:
        _mark(room).touch()
