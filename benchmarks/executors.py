"""What an executor costs: `python -m benchmarks.executors`, on an idle machine. About four minutes.

Prints the overhead of a chunk by executor, the size of a chunk at which it is 5 % of the work, the bytes that a replicate
leaves, and how much faster two workers are than one. Arguments: replicates for the speed-up (default 4000), and the
executors to measure (default all).
"""

import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from steppe.config.compose import compose
from steppe.config.schema import Executor, RunConfig
from steppe.errors import InputError
from steppe.results.markers import read_markers
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId
from steppe.simulation import executors, runner
from steppe.simulation.executors import Job, Result

SHARE = 0.05  # of the work that may be overhead
KINDS = ("threads", "processes", "dask")
Numbers = dict[str, float]


def nothing(job: Job) -> Result:
    """A job without work, for what it costs to hand it over and get it back."""
    return Result()


def config_of(replicates: int, chunk: int, *overrides: str) -> RunConfig:
    """eurasia_2026, ten years in quarters."""
    return compose([f"ensemble.replicates={replicates}", f"ensemble.chunk={chunk}", *overrides])


def handing_over(kind: str, count: int = 400) -> float:
    """Seconds for a job to go to one worker and back, with the next ones under way."""
    section = Executor(kind=kind, workers=1)
    plan = (ChunkId("baseline", 0, number, 1) for number in range(count))
    flow = executors.completed(partial(executors.opened, section, Path()), nothing, executors.jobs(plan, 1))
    next(flow)  # the worker is there
    started = time.perf_counter()
    done = sum(1 for _ in flow)
    return (time.perf_counter() - started) / done


def storing(folder: Path, sizes: tuple[int, ...] = (10, 250, 1000), repeats: int = 3) -> dict[int, Numbers]:
    """Chunk size → seconds to simulate and to store a chunk on one thread, and bytes: medians."""
    prepared = runner.prepare(config_of(1000, 250))
    runner.compile_ahead(prepared, print)
    text = runner.dump(prepared.config)
    found: dict[int, Numbers] = {}
    with RunFolder.create(folder, runner.manifest(prepared, text), text) as store:
        for size in sizes:
            rows = []
            for number in range(repeats):
                chunk = ChunkId("baseline", 0, number * size, size)
                first = time.perf_counter()
                tables = runner.simulate(prepared, chunk)
                second = time.perf_counter()
                store.write_chunk(chunk, tables)
                rows.append((second - first, time.perf_counter() - second))
            parts = next(m for m in read_markers(folder) if m.chunk.count == size).parts
            simulate, write = (statistics.median(row[k] for row in rows) for k in (0, 1))
            bytes_ = sum(part.bytes for part in parts.values())
            found[size] = {"simulate": simulate, "write": write, "bytes": bytes_}
    return found


def line(found: dict[int, Numbers], what: str) -> tuple[float, float]:
    """(fixed, per replicate) of a straight line through the smallest and the largest chunk."""
    small, large = min(found), max(found)
    slope = (found[large][what] - found[small][what]) / (large - small)
    return found[small][what] - slope * small, slope


def speed_up(kind: str, replicates: int, folder: Path) -> Numbers:
    """Seconds of a run with one worker and with two, start and preparation of the workers included and left out.

    Left out: the time from the first stored chunk to the last, for the chunks between.
    """
    found: Numbers = {}
    for workers in (1, 2):
        times: list[tuple[float, int]] = []

        def progress(done: int, planned: int, times: list[Any] = times) -> None:
            times.append((time.perf_counter(), done))

        config = config_of(replicates, 100, f"executor={kind}", f"executor.workers={workers}")
        started = time.perf_counter()
        runner.run(config, folder / f"{kind}{workers}", progress)
        found[f"run{workers}"] = time.perf_counter() - started
        begun = times[2 * workers] if len(times) > 4 * workers else times[1]
        found[f"rate{workers}"] = (times[-1][1] - begun[1]) / (times[-1][0] - begun[0])
    return found


def everything(replicates: int, kinds: tuple[str, ...]) -> None:
    """All of it, printed."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="steppe-bench-") as name:
        folder = Path(name)
        found = storing(folder / "storing")
        fixed, each = line(found, "write")
        work = line(found, "simulate")[1]
        for size, one in found.items():
            print(
                f"chunk of {size:5}: simulated in {one['simulate']:7.3f} s, stored in {one['write']:6.3f} s,"
                f" {one['bytes'] / size / 1e3:5.2f} kB a replicate"
            )
        print(
            f"storing: {1e3 * fixed:.0f} ms a chunk and {1e3 * each:.3f} ms a replicate of {1e3 * work:.2f} ms"
        )
        for kind in kinds:
            try:
                hand = handing_over(kind)
            except InputError as error:
                print(error)
                continue
            least = (fixed + hand) / (SHARE * work)
            print(f"{kind}: handed over and back in {1e3 * hand:.2f} ms; 5 % at a chunk of {least:.0f}")
        for kind in kinds:
            two = speed_up(kind, replicates, folder)
            print(
                f"{kind}: {two['rate1']:.0f} replicates/s with one worker, {two['rate2']:.0f} with two:"
                f" {two['rate2'] / two['rate1']:.2f} ×; whole runs {two['run1']:.1f} and {two['run2']:.1f} s"
            )


if __name__ == "__main__":
    given = sys.argv[1:]
    count = int(given.pop(0)) if given and given[0].isdigit() else 4000
    everything(count, tuple(given) or KINDS)
