"""Who does the chunks of a run: threads, processes, a Dask cluster, or Slurm jobs, behind `concurrent.futures`.

Whoever does a chunk stores it; only what failed travels back. A replicate's luck is addressed by its number, so the bits
do not depend on who did it, in what order, or how often.
"""

from __future__ import annotations

import concurrent.futures
import errno
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from steppe.config.schema import Executor
from steppe.errors import InputError
from steppe.paths import is_url
from steppe.results.store import RunFolder, error_text
from steppe.results.tables import ChunkId

JOBS = 64  # on Slurm at once, unless a run says otherwise
AHEAD = 3  # jobs that are handed over for each one that can be worked on, so that nobody waits for the next
RETRIES = 2  # by Dask, of what failed on the way to a worker or back; a fault of the model is not tried again
FULL = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
)  # what stops a run: no other chunk could be stored

Job = tuple[ChunkId, ...]


@dataclass(frozen=True)
class Failure:
    """A chunk that failed: the error in a line, and its traceback."""

    chunk: ChunkId
    error: str
    trace: str = ""


@dataclass(frozen=True)
class Result:
    """What comes back of a job. stop : an error that concerns every other chunk as well"""

    failed: tuple[Failure, ...] = ()
    stop: Exception | None = None


Task = Callable[[Job], Result]


@dataclass(frozen=True)
class Pool:
    """Those who work. room : how many jobs they may have at a time;  close : let go of them, and of what has not begun"""

    executor: concurrent.futures.Executor
    room: Callable[[], int]
    close: Callable[[], None]


def do_each(one: Callable[[ChunkId], None], job: Job) -> Result:
    """Do the chunks of a job; one that fails sinks no other, unless the disk takes no more or the input is refused."""
    failed: list[Failure] = []
    for chunk in job:
        try:
            one(chunk)
        except Exception as error:
            if isinstance(error, InputError) or (isinstance(error, OSError) and error.errno in FULL):
                return Result(tuple(failed), error)
            failed.append(Failure(chunk, *error_text(error)))
    return Result(tuple(failed))


def work(
    section: Executor, store: RunFolder, one: Callable[[ChunkId], None], todo: Iterable[ChunkId]
) -> Generator[ChunkId, None, None]:
    """Do the chunks, each stored by who does it; yields those that were, records those that failed.

    one : simulates and stores a chunk, in this process

    Raises InputError where a worker has other rules or evidence than the run, OSError where nothing more can be stored.
    """
    if section.kind in ("threads", "serial"):
        task: Task = partial(do_each, one)
    else:
        from steppe.simulation.worker import Order, do_chunks  # it imports the runner, which imports this

        threads = section.cpus if section.kind == "slurm" else 1
        task = partial(do_chunks, Order(store.place, store.manifest["config_sha256"], store.session), threads)
    size = section.chunks if section.kind == "slurm" else 1
    reopen = partial(opened, section, store.path)
    with closing(completed(reopen, task, jobs(todo, size))) as finished:
        for job, outcome in finished:
            yield from _noted(
                store, job, outcome if isinstance(outcome, Result) else _lost(store, job, outcome)
            )


def _noted(store: RunFolder, job: Job, result: Result) -> Iterator[ChunkId]:
    """Record what failed; yields the chunks that were stored. Raises what stops the run."""
    for failure in result.failed:
        store.record_failure(failure.chunk, failure.error, failure.trace)
    if result.stop is not None:
        raise result.stop
    failed = {failure.chunk for failure in result.failed}
    for chunk in job:
        if chunk not in failed:
            store.note_stored(chunk)
            yield chunk


def jobs(todo: Iterable[ChunkId], size: int) -> Iterator[Job]:
    """The chunks by the job, in order."""
    left = iter(todo)
    while job := tuple(islice(left, size)):
        yield job


def _lost(store: RunFolder, job: Job, error: BaseException) -> Result:
    """What is said of a job that did not come back: what it had stored by then is stored."""
    return Result(tuple(Failure(chunk, *error_text(error)) for chunk in job if not store.is_stored(chunk)))


def completed(
    reopen: Callable[[], Pool], task: Task, left: Iterator[Job]
) -> Generator[tuple[Job, Result | BaseException], None, None]:
    """Hand the jobs over, only so many at a time, and yield each with its result or with what became of it instead.

    Where a process dies, its pool breaks and takes with it what the others were doing. Those jobs are then done one at a
    time in a new pool; the one during which that breaks too is the one to blame.
    """
    pool, pending = reopen(), dict[Future[Result], Job]()
    suspects, alone = deque[Job](), False
    try:
        while True:
            if suspects and not pending:
                alone, job = True, suspects.popleft()
                pending[_submitted(pool, task, job)] = job
            elif not suspects and not (alone and pending):
                alone = False
                for job in islice(left, max(0, pool.room() - len(pending))):
                    pending[_submitted(pool, task, job)] = job
            if not pending:
                return
            finished = concurrent.futures.wait(
                pending, return_when=concurrent.futures.FIRST_COMPLETED, timeout=60
            ).done
            broken = False
            for future in finished:
                job, error = pending.pop(future), _error(future)
                if isinstance(error, BrokenExecutor) and not alone:
                    broken = True
                    suspects.append(job)
                else:
                    broken = broken or isinstance(error, BrokenExecutor)
                    yield job, future.result() if error is None else error
            if broken:
                suspects.extend(pending.values())
                pending.clear()
                pool.close()
                pool = reopen()
    finally:
        for future in pending:
            future.cancel()
        pool.close()


def _submitted(pool: Pool, task: Task, job: Job) -> Future[Result]:
    """The future of a job; in a pool that broke while it was idle, one that says so."""
    try:
        return pool.executor.submit(task, job)
    except BrokenExecutor as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def _error(future: Future[Result]) -> BaseException | None:
    """What a future failed with. One that somebody else has cancelled means that its cluster is gone."""
    try:
        return future.exception()
    except CancelledError:
        raise ConnectionError(errno.ECONNRESET, "the cluster has let go of the work") from None


def opened(section: Executor, folder: Path) -> Pool:
    """The pool that the config asks for. folder : of the run"""
    if section.kind == "dask":
        return _dask(section)
    if section.kind == "slurm":
        return _slurm(section, folder)
    workers = 1 if section.kind == "serial" else section.workers or os.cpu_count() or 1
    if section.kind == "processes":
        # Spawned: a fork would copy locks that other threads hold, and the lock on the run folder.
        context = multiprocessing.get_context("spawn")
        executor: concurrent.futures.Executor = _Quiet(workers, context, _follow_parent)
    else:
        executor = concurrent.futures.ThreadPoolExecutor(workers)
    return Pool(executor, lambda: AHEAD * workers, lambda: executor.shutdown(wait=True, cancel_futures=True))


class _Quiet(concurrent.futures.ProcessPoolExecutor):
    """Processes that a Ctrl-C at the terminal, which reaches all of them, leaves to their parent."""

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        with _ignoring_interrupts():  # the processes start here, and inherit it
            return super().submit(*args, **kwargs)


@contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow_parent() -> None:
    """In a worker process: end when the parent does, also if it was killed; otherwise it would wait forever."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _dask(section: Executor) -> Pool:
    """A Dask cluster: somebody's, or processes of this machine."""
    try:
        import distributed
    except ImportError:
        raise _missing("dask", "dask") from None
    dask: Any = distributed  # partly typed
    for name in ("distributed", "distributed.nanny", "distributed.worker", "distributed.scheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    cluster: Any = None
    try:
        if section.address is None:
            with _ignoring_interrupts():
                cluster = dask.LocalCluster(
                    n_workers=section.workers or os.cpu_count() or 1,
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
        client: Any = dask.Client(cluster or section.address, timeout=30)
    except (OSError, ValueError) as error:
        if cluster is not None:
            cluster.close()
        raise InputError(
            f"no Dask scheduler answers: {error}",
            key="executor.address",
            value=section.address,
            accepted="the address that `dask scheduler` prints, such as tcp://node1:8786",
        ) from None

    def room() -> (
        int
    ):  # a cluster may grow and shrink; before its first worker there is something in the queue
        threads: int = sum(client.nthreads().values())
        return AHEAD * max(4, threads)

    def close() -> None:
        client.close()
        if cluster is not None:
            cluster.close()

    return Pool(client.get_executor(pure=False, retries=RETRIES), room, close)


def _slurm(section: Executor, folder: Path) -> Pool:
    """Jobs of a Slurm cluster."""
    try:
        import submitit
    except ImportError:
        raise _missing("slurm", "slurm") from None
    from steppe.simulation.slurm import JobExecutor

    logs = Path(section.folder) if section.folder else folder / "jobs"
    try:
        inner = submitit.AutoExecutor(folder=logs, cluster=section.cluster)
    except RuntimeError as error:
        raise InputError(
            f"no Slurm here: {error}",
            key="executor.cluster",
            value=section.cluster,
            accepted="slurm on a machine that has `srun` and `sbatch`; local, for a trial without",
        ) from None
    inner.update_parameters(
        name="steppe",
        timeout_min=section.minutes,
        cpus_per_task=section.cpus,
        mem_gb=section.memory,
        slurm_partition=section.partition,
    )
    executor = JobExecutor(inner)
    return Pool(executor, lambda: section.workers or JOBS, lambda: executor.shutdown(cancel_futures=True))


def check_place(section: Executor, place: Path | str) -> None:
    """Raise InputError for a place of a run that the workers of an executor cannot see."""
    if section.kind not in ("threads", "serial") and str(place).startswith("memory:"):
        raise InputError(
            "no other process sees the memory of this one",
            key="executor.kind",
            value=section.kind,
            accepted=["threads", "serial"],
        )
    if section.kind == "slurm" and is_url(place) and section.folder is None:
        raise InputError(
            "a run in remote storage has no folder for the logs of its jobs",
            key="executor.folder",
            accepted="a folder on a disk that all nodes see",
        )


def _missing(kind: str, extra: str) -> InputError:
    return InputError(
        f"the executor {kind} needs packages that are not installed",
        key="executor.kind",
        value=kind,
        accepted=f'what is installed; pip install "steppe[{extra}]" adds it',
    )
