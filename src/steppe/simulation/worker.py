"""A worker process: finds a run by its place, makes sure that it would do the same, and does chunks of it."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from steppe.config.resolved import dump, load_config
from steppe.errors import InputError
from steppe.paths import is_url
from steppe.results import remote
from steppe.results.files import token
from steppe.results.manifest import check_unchanged, read_manifest
from steppe.results.store import LOCK
from steppe.results.tables import ChunkId, ChunkTables
from steppe.simulation.executors import Job, Result, do_each
from steppe.simulation.runner import Prepared, kept_points, manifest, prepare, simulate


@dataclass(frozen=True)
class Order:
    """What a worker is told of a run.

    place : its folder, or the URL of one in remote storage
    config_sha256 : of its config
    session : of who runs it (`RunFolder.session`); "" where there is none
    """

    place: str
    config_sha256: str
    session: str = ""


@dataclass(frozen=True)
class Ready:
    """A run that this process is prepared for."""

    prepared: Prepared
    write: Callable[[ChunkId, ChunkTables], None]


_ready: dict[tuple[str, str], Ready] = {}
_lock = threading.Lock()


def do_chunks(order: Order, threads: int, job: Job) -> Result:
    """Do the chunks of a job on some threads, and store them. The first call in a process prepares the run."""
    try:
        ready = readied(order)
    except (InputError, OSError) as error:
        return Result(stop=error)
    one = partial(_do, order, ready)
    if threads == 1:
        return do_each(one, job)
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda chunk: do_each(one, (chunk,)), job))
    stops = [result.stop for result in results if result.stop is not None]
    return Result(
        tuple(failure for result in results for failure in result.failed), stops[0] if stops else None
    )


def readied(order: Order) -> Ready:
    """What this process needs for a run, made once.

    Raises InputError where config, rules or evidence are not those that the manifest has.
    """
    key = (order.place, order.config_sha256)
    with _lock:  # two threads must not both prepare
        if key not in _ready:
            folder, write = remote.writer(order.place)
            wanted, config = read_manifest(folder), load_config(folder / "config.yaml")
            prepared = prepare(config, kept_points(folder))
            other = f"a worker on {platform.node()} has other rules or evidence than the run; give it the same steppe"
            check_unchanged(wanted, manifest(prepared, dump(config)), folder / "manifest.json", other)
            if wanted["config_sha256"] != order.config_sha256:
                raise InputError("another run has taken the place of this one", file=folder / "manifest.json")
            _ready.clear()  # of the run before, which a long-lived worker will not see again
            _ready[key] = Ready(prepared, write)
        return _ready[key]


def _do(order: Order, ready: Ready, chunk: ChunkId) -> None:
    _check_wanted(order)
    tables = simulate(ready.prepared, chunk)
    _check_wanted(order)
    ready.write(chunk, tables)


def _check_wanted(order: Order) -> None:
    """Raise InputError, which ends the job, where the one who ordered it is gone or somebody else goes on with the run.

    Remote storage does not tell; there the chunk is stored again, with the same bits.
    """
    if not is_url(order.place) and token(Path(order.place) / LOCK) != order.session:
        raise InputError("whoever began this work no longer holds the run", value=order.place)
