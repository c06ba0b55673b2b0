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
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from steppe import paths
from steppe.config.resolved import dump, load_config
from steppe.config.schema import RunConfig, Scenario, overridden, steps, switches
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT, MAX_EVENTS
from steppe.mechanisms.state import capacity, parameters_of
from steppe.results.manifest import read_manifest
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId, ChunkTables, plan_chunks
from steppe.simulation.compiled import COMPILE_SECONDS, note_compiled, was_compiled
from steppe.simulation.consequences import named_in
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.plan import plan, step_of
from steppe.simulation.recorder import chunk_tables
from steppe.simulation.replicate import REPLICATE_LIMIT, initial_record
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.spec import evidence_for, seeds_folder

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


@dataclass(frozen=True)
class Prepared:
    """Everything that simulating a config needs, made once."""

    config: RunConfig
    world: World
    initial: dict[str, Array]  # scenario → record (1,)
    plans: dict[str, Array]  # scenario → PLAN records
    local: threading.local = field(default_factory=threading.local)


def parameter_values(evidence: Evidence, config: RunConfig, scenario: Scenario) -> dict[str, float]:
    """Every parameter by id: the coded value unless the config or the scenario says otherwise."""
    coded = {name: float(parameter.value) for name, parameter in evidence.parameters.items()}
    return coded | overridden(config, scenario)


def prepare(config: RunConfig) -> Prepared:
    """Build the world and the starting records of every scenario. Raises InputError."""
    if config.ensemble.parameters != "central":
        raise InputError(
            "only the central parameter values can be simulated so far",
            key="ensemble.parameters",
            value=config.ensemble.parameters,
            accepted=["central"],
        )
    if config.ensemble.replicates > REPLICATE_LIMIT:
        raise InputError(
            "too many replicates", key="ensemble.replicates", accepted=f"at most {REPLICATE_LIMIT}"
        )
    evidence = evidence_for(config.world)
    weights = parameter_values(evidence, config, config.scenarios[0])
    world = build_world(evidence, config.world, {k: v for k, v in weights.items() if k.startswith("world.")})
    per_year, seed = config.ensemble.steps_per_year, config.ensemble.seed
    initial, plans = {}, {}
    for scenario in config.scenarios:
        values = parameter_values(evidence, config, scenario)
        initial[scenario.name] = initial_record(world, values, switches(config, scenario), per_year, seed)
        dated = []
        for n, one in enumerate(scenario.interventions):
            told = named_in(one, world, f"scenario.interventions[{n}]").model_dump(by_alias=True)
            dated.append((step_of(one.date, world.start, per_year), told))
        plans[scenario.name] = plan(dated, world)
    return Prepared(config, world, initial, plans)


def simulate(prepared: Prepared, chunk: ChunkId) -> ChunkTables:
    """Simulate one chunk. The workspace of the calling thread is used again from chunk to chunk."""
    ensemble, world = prepared.config.ensemble, prepared.world
    initial = prepared.initial[chunk.scenario]
    state = getattr(prepared.local, "state", None)
    if state is None:
        state = prepared.local.state = initial.copy()
    state[:] = initial
    record = new_record(chunk.count, ensemble.years, world)
    events, full = run_chunk(
        state[0],
        parameters_of(state),
        initial[0],
        parameters_of(initial).copy(),
        chunk.first,
        prepared.plans[chunk.scenario],
        ensemble.years,
        ensemble.steps_per_year,
        record,
        np.zeros(64 * chunk.count + 64, EVENT),
    )
    if full:
        raise OverflowError(f"{full} of {chunk.count} replicates had more than {MAX_EVENTS} events")
    return chunk_tables(record, events, chunk.first, world, ensemble.steps_per_year)


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
        return _complete(prepared, store, progress, say, started)


def resume(folder: Path, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Compute what is missing or failed of a run. Raises InputError where config or evidence have changed since."""
    started = time.perf_counter()
    wanted = read_manifest(folder)
    config = load_config(folder / "config.yaml")
    prepared = prepare(config)
    now = manifest(prepared, dump(config))
    for key in ("config_sha256", "evidence_sha256", "rules"):
        if wanted.get(key) != now[key]:
            raise InputError(
                "the run cannot be resumed: what it was made from has changed, and its parts would not fit together",
                file=folder / "manifest.json",
                key=key,
                value=now[key],
                accepted=str(wanted.get(key)),
            )
    with RunFolder.resume(folder) as store:
        return _complete(prepared, store, progress, say, started)


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
            {"name": s.name, "counterfactual": s.counterfactual, "question": s.question}
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
