"""A run: the chunks of a config, simulated by worker threads and stored one by one.

Every chunk can be computed on its own, so a run that was stopped goes on with the chunks that are missing and ends with
the same bits.
"""

import hashlib
import os
import resource
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from steppe import paths
from steppe.config.outcomes import is_given
from steppe.config.resolved import dump, load_config
from steppe.config.schema import RunConfig, steps
from steppe.design.table import write_table
from steppe.errors import InputError
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.observe import Record, new_record
from steppe.mechanisms.records import EVENT, MAX_EVENTS
from steppe.mechanisms.state import capacity, parameters_of
from steppe.results.chunks import plan_chunks
from steppe.results.files import write_text, write_whole
from steppe.results.manifest import read_manifest
from steppe.results.parts import write_draws
from steppe.results.store import RunFolder
from steppe.results.tables import DESIGN, DRAWS, POINTS, ChunkId, ChunkTables
from steppe.simulation.compiled import COMPILE_SECONDS, note_compiled, was_compiled
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.numbered import described
from steppe.simulation.points import simulate_points
from steppe.simulation.prepared import Prepared as Prepared
from steppe.simulation.prepared import parameter_values as parameter_values
from steppe.simulation.prepared import prepare as prepare
from steppe.simulation.recorder import chunk_tables
from steppe.world.spec import seeds_folder

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
    """Simulate one chunk, draw by draw or point by point. The calling thread's workspace is used again from chunk to chunk."""
    if prepared.points is not None:
        return simulate_points(prepared, chunk)
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
    one = replace(prepared, points=None) if prepared.points else prepared
    simulate(one, ChunkId(prepared.config.scenarios[0].name, 0, 0, 0))
    note_compiled(room)


def run(config: RunConfig, folder: Path, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Simulate a config into a new run folder.

    progress : called with (replicates stored, replicates planned); say : called with one line for the user
    """
    started = time.perf_counter()
    prepared = prepare(config)
    text = dump(config)
    with RunFolder.create(folder, manifest(prepared, text), text) as store:
        write_beside(prepared, folder)
        return complete(prepared, store, progress, say, started)


def resume(folder: Path, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Compute what is missing or failed of a run. Raises InputError where config or evidence have changed since."""
    started = time.perf_counter()
    wanted = read_manifest(folder)
    config = load_config(folder / "config.yaml")
    prepared = prepare(config, kept_points(folder))
    check_same(wanted, manifest(prepared, dump(config)), folder)
    with RunFolder.resume(folder) as store:
        write_beside(prepared, folder)
        return complete(prepared, store, progress, say, started)


def check_same(wanted: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raise InputError where a run was made from something else than it would be made from now."""
    for key in ("config_sha256", "evidence_sha256", "rules", "draws_sha256", "points_sha256"):
        if wanted.get(key) != now.get(key):
            raise InputError(
                "the run cannot be resumed: what it was made from has changed, and its parts would not fit together",
                file=folder / "manifest.json",
                key=key,
                value=now.get(key),
                accepted=str(wanted.get(key)),
            )


def write_beside(prepared: Prepared, folder: Path) -> None:
    """The drawn values, or the design and its points, beside the tables; the same bytes whenever it is done."""
    if prepared.sampled is not None:
        write_draws(folder / DRAWS, prepared.sampled.uncertain.ids, prepared.sampled.table())
    points = prepared.points
    if points is not None:
        write_whole(folder / DESIGN, lambda to: write_table(points.design, to))
        write_text(folder / POINTS, "\n".join(["id", *points.ids, ""]))


def kept_points(folder: Path) -> list[str]:
    """Ids of the points of a run, by number; none of one without a design."""
    file = folder / POINTS
    return file.read_text(encoding="utf-8").split()[1:] if file.is_file() else []


def complete(
    prepared: Prepared, store: RunFolder, progress: Progress, say: Say, started: float
) -> RunSummary:
    """Simulate and store the chunks that are not there yet."""
    done = store.done_chunks()
    todo = left(prepared, done)
    stored = sum(c.count * c.points for c in done)
    planned = stored + sum(c.count * c.points for c in todo)
    cpu = time.process_time()
    if todo:
        compile_ahead(prepared, say)
    progress(stored, planned)
    for chunk in work(prepared, store, todo):
        stored += chunk.count * chunk.points
        progress(stored, planned)
    failed = store.failed_chunks()
    computed = sum(c.count * c.points for c in todo if c not in failed) * steps(prepared.config)
    wall = time.perf_counter() - started
    store.finish(
        {
            "chunks": {"planned": len(done) + len(todo)},
            "wall_s": round(wall, 3),
            "cpu_s": round(time.process_time() - cpu, 3),
            "replicate_steps_per_s": round(computed / wall),
            "peak_rss_mb": round(peak_kilobytes() / 1024, 1),
        }
    )
    return RunSummary(
        len(done) + len(todo),
        len(store.done_chunks()),
        {c.name: e for c, e in failed.items()},
        wall,
        computed,
    )


def left(prepared: Prepared, done: Collection[ChunkId]) -> list[ChunkId]:
    """The chunks of a run that are not there yet."""
    ensemble, names = prepared.config.ensemble, [s.name for s in prepared.config.scenarios]
    points = len(prepared.points.ids) if prepared.points else 1
    return plan_chunks(names, points, ensemble.replicates, ensemble.chunk, done)


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
        **_designed(prepared),
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


def _designed(prepared: Prepared) -> dict[str, Any]:
    """What the manifest says of the design; nothing where there is none."""
    if prepared.points is None:
        return {}
    digest = hashlib.sha256("\n".join(prepared.points.ids).encode()).hexdigest()
    asked = [{"measure": one.measure.id, "entity": one.entity, "year": one.year} for one in prepared.asked]
    return {"design": described(prepared.points), "outcomes": asked, "points_sha256": digest}


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
