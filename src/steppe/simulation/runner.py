"""A run: the chunks of a config, simulated by whoever the executor has and stored one by one.

Every chunk can be computed on its own, so a run that was stopped goes on with the chunks that are missing and ends with
the same bits.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from steppe import paths
from steppe.config.outcomes import is_given
from steppe.config.resolved import dump, load_config
from steppe.config.schema import Executor, RunConfig, steps
from steppe.design.table import write_table
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.observe import Record, new_record
from steppe.mechanisms.state import capacity
from steppe.results.chunks import plan_chunks
from steppe.results.files import write_text, write_whole
from steppe.results.manifest import check_unchanged, read_manifest
from steppe.results.parts import write_draws
from steppe.results.remote import create, head, reopened
from steppe.results.store import RunFolder
from steppe.results.tables import DESIGN, DRAWS, POINTS, ChunkId, ChunkTables
from steppe.simulation import executors
from steppe.simulation.block import blocks, run_block
from steppe.simulation.compiled import COMPILE_SECONDS, note_compiled, was_compiled
from steppe.simulation.kept_evidence import EVIDENCE, write_evidence
from steppe.simulation.numbered import described
from steppe.simulation.points import simulate_points
from steppe.simulation.prepared import Prepared as Prepared
from steppe.simulation.prepared import parameter_values as parameter_values
from steppe.simulation.prepared import prepare as prepare
from steppe.simulation.recorder import chunk_tables
from steppe.simulation.usage import cpu_seconds, peak_kilobytes
from steppe.world.spec import seeds_folder

Array = np.ndarray[Any, Any]
Progress = Callable[[int, int], None]
Say = Callable[[str], None]
Place = Path | str  # a folder, or an URL of remote storage


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
    events = []
    for draw, first, count in blocks(prepared, chunk):
        place = first - chunk.first
        own = Record(*(series[place : place + count] for series in record))
        events.append(run_block(prepared, prepared.begin(chunk.scenario, draw), chunk.scenario, first, own))
    return chunk_tables(record, np.concatenate(events), chunk.first, world, ensemble.steps_per_year)


def compile_ahead(prepared: Prepared, say: Say) -> None:
    """Compile (or load) the kernels before the threads start, and say so if it takes long."""
    room = capacity(prepared.world)
    if not was_compiled(room):
        say(f"compiling once, about {COMPILE_SECONDS} s")
    one = replace(prepared, points=None) if prepared.points else prepared
    simulate(one, ChunkId(prepared.config.scenarios[0].name, 0, 0, 0))
    note_compiled(room)


def run(config: RunConfig, folder: Place, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Simulate a config into a new run folder, or to an URL of remote storage.

    progress : called with (replicates stored, replicates planned); say : called with one line for the user
    """
    started = time.perf_counter()
    executors.check_place(config.executor, folder)
    prepared = prepare(config)
    text = dump(config)
    with create(folder, manifest(prepared, text), text) as store:
        write_beside(prepared, store)
        return complete(prepared, store, progress, say, started)


def resume(
    place: Place, progress: Progress, say: Say = lambda text: None, executor: Executor | None = None
) -> RunSummary:
    """Compute what is missing or failed of a run. Raises InputError where config or evidence have changed since.

    executor : who does it, if not the one that the run began with
    """
    started = time.perf_counter()
    folder = head(place)
    wanted = read_manifest(folder)
    config = load_config(folder / "config.yaml")
    prepared = prepare(config, kept_points(folder))
    check_unchanged(wanted, manifest(prepared, dump(config)), folder / "manifest.json")
    if executor is not None:
        prepared = replace(prepared, config=config.model_copy(update={"executor": executor}))
    executors.check_place(prepared.config.executor, place)
    with reopened(place, folder) as store:
        write_beside(prepared, store)
        return complete(prepared, store, progress, say, started)


def write_beside(prepared: Prepared, store: RunFolder) -> None:
    """The evidence, the drawn values, the design and its points beside the tables; the same bytes whenever it is done."""
    if not (store.path / EVIDENCE).is_file():
        write_evidence(store.path / EVIDENCE, prepared.config)
        store.publish(EVIDENCE)
    if prepared.sampled is not None:
        write_draws(store.path / DRAWS, prepared.sampled.uncertain.ids, prepared.sampled.table())
        store.publish(DRAWS)
    points = prepared.points
    if points is not None:
        write_whole(store.path / DESIGN, lambda to: write_table(points.design, to))
        write_text(store.path / POINTS, "\n".join(["id", *points.ids, ""]))
        store.publish(DESIGN)
        store.publish(POINTS)


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
    cpu = cpu_seconds()
    if todo:
        compile_ahead(prepared, say)
    progress(stored, planned)
    with closing(
        work(prepared, store, todo)
    ) as finished:  # whatever happens, nobody works on when the folder is let go
        for chunk in finished:
            stored += chunk.count * chunk.points
            progress(stored, planned)
    failed = store.failed_chunks()
    computed = sum(c.count * c.points for c in todo if c not in failed) * steps(prepared.config)
    wall = time.perf_counter() - started
    store.finish(
        {
            "chunks": {"planned": len(done) + len(todo)},
            "wall_s": round(wall, 3),
            "cpu_s": round(cpu_seconds() - cpu, 3),
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


def work(prepared: Prepared, store: RunFolder, todo: Iterable[ChunkId]) -> Generator[ChunkId, None, None]:
    """Do the chunks by the executor of the config; yields each one that was stored. See `executors.work`."""

    def one(chunk: ChunkId) -> None:
        store.write_chunk(chunk, simulate(prepared, chunk))

    return executors.work(prepared.config.executor, store, one, todo)


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
