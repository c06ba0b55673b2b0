"""A run: the chunks of a config, simulated by worker threads and stored one by one.

Every chunk can be computed on its own, so a run that was stopped goes on with the chunks that are missing and ends with
the same bits.
"""

import hashlib
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from steppe import paths
from steppe.config.outcomes import is_given
from steppe.config.resolved import dump, load_config
from steppe.config.schema import RunConfig, Scenario, draws, overridden, steps, switches
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.observe import Record, new_record
from steppe.mechanisms.records import EVENT, MAX_EVENTS
from steppe.mechanisms.state import capacity, parameters_of
from steppe.results.manifest import read_manifest
from steppe.results.parts import write_draws
from steppe.results.store import RunFolder
from steppe.results.tables import DRAWS, ChunkId, ChunkTables, draw_of, plan_chunks
from steppe.simulation.compiled import COMPILE_SECONDS, note_compiled, was_compiled
from steppe.simulation.consequences import named_in
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.plan import plan, step_of
from steppe.simulation.recorder import chunk_tables
from steppe.simulation.replicate import REPLICATE_LIMIT, initial_record
from steppe.simulation.sampling import Sampled, sampled
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.spec import evidence_for, seeds_folder
from steppe.world.without import removal

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int], None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class RunSummary:
    """What a call of `run` or `resume` came to; `failed`: chunk → error."""

    planned: int
    done: int
    failed: dict[str, str]
    wall_s: float
    replicate_steps: int


def simulate(prepared: Prepared, chunk: ChunkId) -> ChunkTables:
    """Simulate one chunk, draw by draw. The workspace of the calling thread is used again from chunk to chunk."""
    ensemble, world = prepared.config.ensemble, prepared.world
    record = new_record(chunk.count, ensemble.years, world)
    events, full = [], 0
    for draw, first, count in blocks(prepared, chunk):
        initial = prepared.begin(chunk.scenario, draw)
        state = getattr(prepared.local, "state", None)
        if state is None:
            state = prepared.local.state = initial.copy()
        state[:] = initial
        place = first - chunk.first
        happened, lost = run_chunk(
            state[0],
            parameters_of(state),
            initial[0],
            parameters_of(initial).copy(),
            first,
            prepared.plans[chunk.scenario],
            ensemble.years,
            ensemble.steps_per_year,
            Record(*(series[place : place + count] for series in record)),
            np.zeros(64 * count + 64, EVENT),
        )
        events.append(happened)
        full += lost
    if full:
        raise OverflowError(f"{full} of {chunk.count} replicates had more than {MAX_EVENTS} events")
    return chunk_tables(record, np.concatenate(events), chunk.first, world, ensemble.steps_per_year)


def blocks(prepared: Prepared, chunk: ChunkId) -> Iterator[tuple[int, int, int]]:
    """(draw, first replicate, how many) of each draw of which a chunk has replicates; one block at least."""
    first = chunk.first
    while first < chunk.first + chunk.count:
        draw, end = prepared.draw_of(first), first + 1
        while end < chunk.first + chunk.count and prepared.draw_of(end) == draw:
            end += 1
        yield draw, first, end - first
        first = end
    if not chunk.count:
        yield prepared.draw_of(first), first, 0


def compile_ahead(prepared: Prepared, say: Say) -> None:
    """Compile (or load) the kernels before the threads start, and say so if it takes long."""
    room = capacity(prepared.world)
    if not was_compiled(room):
        say(f"compiling once, about {COMPILE_SECONDS} s")
    simulate(prepared, ChunkId(prepared.config.scenarios[0].name, 0, 0, 0))
    note_compiled(room)


def run(config: RunConfig, folder: Path, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Simulate a config into a new run folder.

    progress : called with (replicates stored, replicates planned); say : called with one line for the user
    """
    started = time.perf_counter()
    prepared = prepare(config)
    text = dump(config)
    with RunFolder.create(folder, manifest(prepared, text), text) as store:
        _write_draws(prepared, folder)
        return _complete(prepared, store, progress, say, started)


def resume(folder: Path, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Compute what is missing or failed of a run. Raises InputError where config or evidence have changed since."""
    started = time.perf_counter()
    wanted = read_manifest(folder)
    config = load_config(folder / "config.yaml")
    prepared = prepare(config)
    now = manifest(prepared, dump(config))
    for key in ("config_sha256", "evidence_sha256", "rules", "draws_sha256"):
        if wanted.get(key) != now.get(key):
            raise InputError(
                "the run cannot be resumed: what it was made from has changed, and its parts would not fit together",
                file=folder / "manifest.json",
                key=key,
                value=now.get(key),
                accepted=str(wanted.get(key)),
            )
    with RunFolder.resume(folder) as store:
        _write_draws(prepared, folder)
        return _complete(prepared, store, progress, say, started)


def _write_draws(prepared: Prepared, folder: Path) -> None:
    """The drawn values beside the tables; the same bytes whenever it is done."""
    if prepared.sampled is not None:
        write_draws(folder / DRAWS, prepared.sampled.uncertain.ids, prepared.sampled.table())


def _complete(
    prepared: Prepared, store: RunFolder, progress: Progress, say: Say, started: float
) -> RunSummary:
    """Simulate and store the chunks that are not there yet."""
    ensemble = prepared.config.ensemble
    chunks = plan_chunks([s.name for s in prepared.config.scenarios], 1, ensemble.replicates, ensemble.chunk)
    done = store.done_chunks()
    todo = [chunk for chunk in chunks if chunk not in done]
    stored, planned = sum(c.count for c in done), sum(c.count for c in chunks)
    cpu = time.process_time()
    if todo:
        compile_ahead(prepared, say)
    progress(stored, planned)
    for chunk in work(prepared, store, todo):
        stored += chunk.count
        progress(stored, planned)
    failed = store.failed_chunks()
    computed = sum(c.count for c in todo if c not in failed) * steps(prepared.config)
    wall = time.perf_counter() - started
    store.finish(
        {
            "chunks": {"planned": len(chunks)},
            "wall_s": round(wall, 3),
            "cpu_s": round(time.process_time() - cpu, 3),
            "replicate_steps_per_s": round(computed / wall),
            "peak_rss_mb": round(peak_kilobytes() / 1024, 1),
        }
    )
    return RunSummary(
        len(chunks), len(store.done_chunks()), {c.name: e for c, e in failed.items()}, wall, computed
    )


def peak_kilobytes() -> int:
    """Peak memory of this process; where the system does not say, the usage counter, which may hold a parent's peak."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def work(prepared: Prepared, store: RunFolder, todo: Iterable[ChunkId]) -> Iterable[ChunkId]:
    """Do the chunks on worker threads; yields each one that was stored. A failed one is recorded and sinks no other."""

    def one(chunk: ChunkId) -> ChunkId:
        store.write_chunk(chunk, simulate(prepared, chunk))
        return chunk

    executor = prepared.config.executor
    workers = 1 if executor.kind == "serial" else executor.workers or os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)
    pending: dict[Future[ChunkId], ChunkId] = {pool.submit(one, chunk): chunk for chunk in todo}
    try:
        for future in as_completed(pending):
            error = future.exception()
            if error is None:
                yield pending[future]
            else:
                store.record_failure(pending[future], error)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def manifest(prepared: Prepared, config_text: str) -> dict[str, Any]:
    """What the run folder says of a run before it starts."""
    config, world = prepared.config, prepared.world
    ensemble = config.ensemble
    years = range(ensemble.years + 1)
    return {
        "command": sys.argv,
        "seed": ensemble.seed,
        "world": {"name": world.name, "start": world.start.isoformat()},
        "scenarios": [
            {
                "name": s.name,
                "counterfactual": s.counterfactual,
                "question": s.question,
                "prediction": s.prediction,
                "outcomes": [
                    {**one.model_dump(mode="json"), "given": is_given(s, one)} for one in s.outcomes
                ],
            }
            for s in config.scenarios
        ],
        "points": [{}],
        "replicates": ensemble.replicates,
        "chunk": ensemble.chunk,
        "steps": steps(config),
        "steps_per_year": ensemble.steps_per_year,
        "years": [world.start.year + y for y in years],
        "year_steps": [y * ensemble.steps_per_year for y in years],
        "dates": [_years_on(world.start, y).isoformat() for y in years],
        "states": list(world.states),
        "organisations": list(world.organisations),
        "poles": list(world.poles),
        "segments": list(world.network.segments),
        "demands": list(world.network.demands),
        "processes": list(world.agenda.processes),
        "stages": [list(stages) for stages in world.agenda.stages],
        "initial_statuses": world.status.tolist(),
        "config_sha256": hashlib.sha256(config_text.encode()).hexdigest(),
        "evidence_sha256": evidence_hash(config),
        "rules": source_hash(),
        **_drawn(prepared),
    }


def _drawn(prepared: Prepared) -> dict[str, Any]:
    """What the manifest says of the draws; nothing where every value is central."""
    if prepared.sampled is None:
        return {}
    return {
        "draws": prepared.sampled.count,
        "drawn_values": len(prepared.sampled.uncertain.ids),
        "draws_sha256": prepared.sampled.digest(),
    }


def _years_on(start: date, years: int) -> date:
    """The same day some years on; the last of February for a leap day."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def evidence_hash(config: RunConfig) -> str:
    """SHA-256 over every coded file that a run rests on."""
    digest = hashlib.sha256()
    folders = {paths.seeds().resolve(), seeds_folder(config.world).resolve()}
    for folder in sorted(folders):
        for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.csv")]):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
