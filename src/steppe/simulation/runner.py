"""A run: the chunks of a config, simulated by whoever the executor has and stored one by one.

Every chunk can be computed on its own, so a run that was stopped goes on with the chunks that are missing and ends with
the same bits.
"""

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from steppe import paths
from steppe.config.outcomes import is_given
from steppe.config.resolved import dump, load_config
from steppe.config.schema import Executor, RunConfig, Scenario, draws, overridden, steps, switches
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.observe import Record, new_record
from steppe.mechanisms.records import EVENT, MAX_EVENTS
from steppe.mechanisms.state import capacity, parameters_of
from steppe.results.manifest import check_unchanged, read_manifest
from steppe.results.parts import write_draws
from steppe.results.remote import create, head, reopened
from steppe.results.store import RunFolder
from steppe.results.tables import DRAWS, ChunkId, ChunkTables, draw_of, plan_chunks
from steppe.simulation import executors
from steppe.simulation.compiled import COMPILE_SECONDS, note_compiled, was_compiled
from steppe.simulation.consequences import named_in
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.plan import plan, step_of
from steppe.simulation.recorder import chunk_tables
from steppe.simulation.replicate import REPLICATE_LIMIT, initial_record
from steppe.simulation.sampling import Sampled, sampled
from steppe.simulation.usage import cpu_seconds, peak_kilobytes
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.spec import evidence_for, seeds_folder
from steppe.world.without import removal

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


DRAWS_KEPT = 256  # worlds of draws, of some 50 kB each, that are kept for the other scenarios


@dataclass(frozen=True)
class Start:
    """What the replicates of one draw have in common: a world, and the parameters before a scenario sets its own."""

    world: World
    parameters: dict[str, float]


@dataclass(frozen=True)
class Prepared:
    """Everything that simulating a config needs, made once.

    coded : with every value as coded;  plans : scenario → PLAN records;  sampled : what is drawn, if anything is
    """

    config: RunConfig
    coded: Start
    plans: dict[str, Array]
    sampled: Sampled | None = None
    local: threading.local = field(default_factory=threading.local)
    drawn: dict[int, Start] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The world with every value as coded."""
        return self.coded.world

    def draw_of(self, replicate: int) -> int:
        """The draw to which a replicate belongs; 0 where nothing is drawn."""
        count = self.sampled.count if self.sampled else 1
        return int(draw_of(replicate, count, self.config.ensemble.replicates))

    def start(self, draw: int) -> Start:
        """What a draw starts from; any draw is the coded one where nothing is drawn."""
        if self.sampled is None:
            return self.coded
        found = self.drawn.get(draw)
        if found is None:  # two threads may both build it; they build the same
            found = self.drawn[draw] = start(self.sampled.evidence(draw), self.config)
            for old in list(self.drawn)[:-DRAWS_KEPT]:
                self.drawn.pop(old, None)
        return found

    @cached_property
    def initial(self) -> dict[str, Array]:
        """Scenario → the record (1,) from which it begins, with every value as coded."""
        return {one.name: self._record(self.coded, one) for one in self.config.scenarios}

    def begin(self, scenario: str, draw: int) -> Array:
        """The record (1,) from which every replicate of a scenario in a draw begins."""
        if self.sampled is None:
            return self.initial[scenario]
        one = next(one for one in self.config.scenarios if one.name == scenario)
        return self._record(self.start(draw), one)

    def _record(self, begun: Start, scenario: Scenario) -> Array:
        ensemble = self.config.ensemble
        values = begun.parameters | overridden(self.config, scenario)
        own = switches(self.config, scenario)
        return initial_record(begun.world, values, own, ensemble.steps_per_year, ensemble.seed)


def parameter_values(evidence: Evidence, config: RunConfig) -> dict[str, float]:
    """Every parameter by id: the coded value, unless the world does without what it stands for, or the run says otherwise."""
    coded = {name: float(parameter.value) for name, parameter in evidence.parameters.items()}
    without = removal(evidence, config.world.without).parameters
    return {**coded, **without, **config.parameters}


def prepare(config: RunConfig) -> Prepared:
    """Build the world and the starting records of every scenario. Raises InputError."""
    if config.ensemble.parameters == "posterior":
        raise InputError(
            "there is no posterior to draw from: the model has not been calibrated",
            key="ensemble.parameters",
            value=config.ensemble.parameters,
            accepted=["central", "sampled"],
        )
    if config.ensemble.replicates > REPLICATE_LIMIT:
        raise InputError(
            "too many replicates", key="ensemble.replicates", accepted=f"at most {REPLICATE_LIMIT}"
        )
    evidence = evidence_for(config.world)
    coded = start(evidence, config)
    per_year, plans = config.ensemble.steps_per_year, {}
    for scenario in config.scenarios:
        dated = []
        for n, one in enumerate(scenario.interventions):
            told = named_in(one, coded.world, f"scenario.interventions[{n}]").model_dump(by_alias=True)
            dated.append((step_of(one.date, coded.world.start, per_year), told))
        plans[scenario.name] = plan(dated, coded.world)
    count = draws(config)
    return Prepared(config, coded, plans, None if count is None else sampled(evidence, config, count))


def start(evidence: Evidence, config: RunConfig) -> Start:
    """The world that the evidence gives, and its parameters with those that the config sets."""
    values = parameter_values(evidence, config)
    weights = {name: value for name, value in values.items() if name.startswith("world.")}
    return Start(build_world(evidence, config.world, weights), values)


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


def run(config: RunConfig, folder: Place, progress: Progress, say: Say = lambda text: None) -> RunSummary:
    """Simulate a config into a new run folder, or to an URL of remote storage.

    progress : called with (replicates stored, replicates planned); say : called with one line for the user
    """
    started = time.perf_counter()
    executors.check_place(config.executor, folder)
    prepared = prepare(config)
    text = dump(config)
    with create(folder, manifest(prepared, text), text) as store:
        _write_draws(prepared, store)
        return _complete(prepared, store, progress, say, started)


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
    prepared = prepare(config)
    check_unchanged(wanted, manifest(prepared, dump(config)), folder / "manifest.json")
    if executor is not None:
        prepared = replace(prepared, config=config.model_copy(update={"executor": executor}))
    executors.check_place(prepared.config.executor, place)
    with reopened(place, folder) as store:
        _write_draws(prepared, store)
        return _complete(prepared, store, progress, say, started)


def _write_draws(prepared: Prepared, store: RunFolder) -> None:
    """The drawn values beside the tables; the same bytes whenever it is done."""
    if prepared.sampled is not None:
        write_draws(store.path / DRAWS, prepared.sampled.uncertain.ids, prepared.sampled.table())
        store.publish(DRAWS)


def _complete(
    prepared: Prepared, store: RunFolder, progress: Progress, say: Say, started: float
) -> RunSummary:
    """Simulate and store the chunks that are not there yet."""
    ensemble = prepared.config.ensemble
    chunks = plan_chunks([s.name for s in prepared.config.scenarios], 1, ensemble.replicates, ensemble.chunk)
    done = store.done_chunks()
    todo = [chunk for chunk in chunks if chunk not in done]
    stored, planned = sum(c.count for c in done), sum(c.count for c in chunks)
    cpu = cpu_seconds()
    if todo:
        compile_ahead(prepared, say)
    progress(stored, planned)
    with closing(
        work(prepared, store, todo)
    ) as finished:  # whatever happens, nobody works on when the folder is let go
        for chunk in finished:
            stored += chunk.count
            progress(stored, planned)
    failed = store.failed_chunks()
    computed = sum(c.count for c in todo if c not in failed) * steps(prepared.config)
    wall = time.perf_counter() - started
    store.finish(
        {
            "chunks": {"planned": len(chunks)},
            "wall_s": round(wall, 3),
            "cpu_s": round(cpu_seconds() - cpu, 3),
            "replicate_steps_per_s": round(computed / wall),
            "peak_rss_mb": round(peak_kilobytes() / 1024, 1),
        }
    )
    return RunSummary(
        len(chunks), len(store.done_chunks()), {c.name: e for c, e in failed.items()}, wall, computed
    )


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
