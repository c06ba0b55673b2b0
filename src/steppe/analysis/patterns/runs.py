"""The runs that patterns need: each distinct one once, in memory, only the wanted quantities kept.

Runs of one world and length share their seed, so that replicate r has the same luck in all of them, and their draws of
the evidence, so that it has the same evidence too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from steppe.analysis.intervals import Array
from steppe.analysis.patterns.quantities import Chunk
from steppe.config.checks import check_run
from steppe.config.compose import compose, options
from steppe.config.patterns import FOLDER, Arm, Quantity
from steppe.config.schema import Mechanisms, RunConfig, Scenario
from steppe.config.validate import YEARS
from steppe.errors import InputError, input_error
from steppe.evidence.read import read_yaml
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT
from steppe.results.tables import ChunkId, ChunkTables
from steppe.simulation import runner
from steppe.simulation.recorder import chunk_tables
from steppe.world.spec import evidence_for

Progress = Callable[[int, int], None]
Say = Callable[[str], None]
CHUNK = 100


@dataclass(frozen=True)
class Size:
    """How large the ensembles are.  draws : of the evidence; None: every value as coded"""

    replicates: int
    seed: int = 1
    draws: int | None = None
    workers: int | None = None


@dataclass(frozen=True)
class Job:
    """A run: an arm in a world for so many years. `key` names it; equal jobs have equal keys.

    asker : the pattern or claim that asked for it first, for a message
    """

    key: str
    world: str
    years: int
    arm: Arm = field(compare=False)
    asker: str = field(default="", compare=False)

    @property
    def group(self) -> tuple[str, int]:
        """Jobs of one group have the same world and the same dates."""
        return self.world, self.years


def job_of(arm: Arm, world: str, years: int | None, config_dir: str | None = None, asker: str = "") -> Job:
    """The run of an arm. A scenario that belongs to a world goes before the pattern's, and says how long it needs to be.

    Raises InputError for an unknown scenario.
    """
    own, wanted = scenario_facts(arm.scenario, config_dir)
    data = arm.model_dump(mode="json", by_alias=True)
    length = max(years or 0, wanted or 0) or YEARS
    key = json.dumps([own or world, length, data], sort_keys=True)
    return Job(key, own or world, length, arm, asker)


@cache
def scenario_facts(name: str, config_dir: str | None) -> tuple[str | None, int | None]:
    """World and length that a scenario's file says."""
    known = options("scenario", config_dir)
    if name not in known:
        raise input_error(f"no scenario {name!r}", key="scenario", value=name, accepted=known)
    data = read_yaml(known[name]) or {}
    return data.get("world"), data.get("years")


@dataclass
class Results:
    """Quantities by run.  draws : group → (R,) the draw of each replicate;  drawn : group → its parameters' values"""

    values: dict[tuple[str, Quantity], Array] = field(default_factory=dict)
    draws: dict[tuple[str, int], Array] = field(default_factory=dict)
    drawn: dict[tuple[str, int], tuple[tuple[str, ...], Array]] = field(default_factory=dict)

    def of(self, job: Job, quantity: Quantity) -> Array:
        """(R,) values of a quantity in a run."""
        return self.values[job.key, quantity]


@dataclass(frozen=True)
class _Work:
    """A block of replicates of a run."""

    job: Job
    prepared: runner.Prepared
    quantities: tuple[Quantity, ...]
    first: int
    count: int


def run_all(
    wanted: Mapping[Job, set[Quantity]],
    size: Size,
    progress: Progress,
    say: Say = lambda text: None,
    config_dir: str | None = None,
) -> Results:
    """Simulate every run and keep the quantities that are wanted of it. Raises InputError before anything runs."""
    groups: dict[tuple[str, int], list[Job]] = {}
    for job in wanted:
        groups.setdefault(job.group, []).append(job)
    prepared = {
        group: runner.prepare(config_of(group, jobs, size, config_dir)) for group, jobs in groups.items()
    }
    results, work = Results(), []
    for group, jobs in groups.items():
        check_quantities(prepared[group], {job: wanted[job] for job in jobs})
        _note_draws(results, group, prepared[group], size)
        blocks = [(n, min(CHUNK, size.replicates - n)) for n in range(0, size.replicates, CHUNK)]
        work += [_Work(job, prepared[group], tuple(wanted[job]), *block) for job in jobs for block in blocks]
    for one in prepared.values():
        runner.compile_ahead(one, say)
    _simulate(work, results, size, progress)
    return results


def config_of(
    group: tuple[str, int], jobs: Sequence[Job], size: Size, config_dir: str | None = None
) -> RunConfig:
    """The config in which every job of a group is a scenario, named by its key. Raises InputError."""
    world, years = group
    names = list(dict.fromkeys(job.arm.scenario for job in jobs))
    asked = [
        f"world={world}",
        f"scenario={','.join(names)}",
        f"ensemble.years={years}",
        f"ensemble.replicates={size.replicates}",
        f"ensemble.seed={size.seed}",
    ]
    if size.draws is not None:
        asked += ["ensemble.parameters=sampled", f"ensemble.draws={size.draws}"]
    config = compose(asked, config_dir)
    base = {scenario.name: scenario for scenario in config.scenarios}
    variants = tuple(variant(base[job.arm.scenario], job) for job in jobs)
    config = config.model_copy(update={"scenarios": variants})
    check_run(config, evidence_for(config.world), [_placed(job) for job in jobs])
    return config


def variant(scenario: Scenario, job: Job) -> Scenario:
    """A scenario with what a job changes about it, named by the job's key."""
    arm = job.arm
    for name in arm.mechanisms:
        if name not in Mechanisms.model_fields:
            error = input_error(
                f"no mechanism {name!r}", key="mechanisms", value=name, accepted=Mechanisms.model_fields
            )
            raise _placed(job)(error)
    acts = sorted((*scenario.interventions, *arm.interventions), key=lambda one: one.date)
    return scenario.model_copy(
        update={
            "name": job.key,
            "mechanisms": {**scenario.mechanisms, **arm.mechanisms},
            "parameters": {**scenario.parameters, **arm.parameters},
            "interventions": tuple(acts),
        }
    )


def _placed(job: Job) -> Callable[[InputError], InputError]:
    """A complaint about a run says who asked for it and which scenario it varies."""

    def place(error: InputError) -> InputError:
        error.message += f"; in a run of {job.asker or 'a test'}, a variant of {job.arm.scenario}"
        error.file = error.file or FOLDER
        return error

    return place


def check_quantities(prepared: runner.Prepared, wanted: Mapping[Job, Iterable[Quantity]]) -> None:
    """Every quantity can be had: a replicate to which nothing happened knows all names. Raises InputError."""
    chunk = _chunk(prepared, _nothing(prepared), 0, 1)
    for job, quantities in wanted.items():
        for quantity in quantities:
            try:
                chunk.values(quantity)
            except InputError as error:
                raise _placed(job)(error) from None


def _chunk(prepared: runner.Prepared, tables: ChunkTables, first: int, count: int) -> Chunk:
    ensemble, world = prepared.config.ensemble, prepared.world
    return Chunk(world, tables, ensemble.years, ensemble.steps_per_year, _rungs(prepared, first, count))


def _nothing(prepared: runner.Prepared) -> ChunkTables:
    """The tables of one replicate to which nothing happened: they have every name."""
    ensemble, world = prepared.config.ensemble, prepared.world
    record = new_record(1, ensemble.years, world)
    return chunk_tables(record, np.zeros(0, EVENT), 0, world, ensemble.steps_per_year)


def _rungs(prepared: runner.Prepared, first: int, count: int) -> Array:
    """(R, N, N), or (1, N, N) where all have the same: bilateral rungs at the start."""
    if prepared.sampled is None:
        return prepared.world.tie[None]
    draws = (prepared.draw_of(replicate) for replicate in range(first, first + count))
    return np.stack([prepared.start(draw).world.tie for draw in draws])


def _note_draws(results: Results, group: tuple[str, int], prepared: runner.Prepared, size: Size) -> None:
    """Which draw each replicate belongs to, and what was drawn of the parameters."""
    if prepared.sampled is None:
        return
    ids = prepared.sampled.uncertain.ids
    known = [place for place, name in enumerate(ids) if name in prepared.coded.parameters]
    table = prepared.sampled.table()[:, known]
    results.draws[group] = np.array([prepared.draw_of(r) for r in range(size.replicates)])
    results.drawn[group] = tuple(ids[place] for place in known), table


def _simulate(work: Sequence[_Work], results: Results, size: Size, progress: Progress) -> None:
    """Simulate blocks on threads and put the quantities in their places."""
    planned, done = sum(one.count for one in work), 0
    progress(done, planned)
    found: dict[tuple[str, Quantity], dict[int, Array]] = {}
    pool = ThreadPoolExecutor(size.workers or os.cpu_count() or 1)
    pending: dict[Future[dict[Quantity, Array]], _Work] = {pool.submit(_block, one): one for one in work}
    try:
        for future in as_completed(pending):
            one = pending.pop(future)
            for quantity, values in future.result().items():
                found.setdefault((one.job.key, quantity), {})[one.first] = values
            done += one.count
            progress(done, planned)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    for key, blocks in found.items():
        results.values[key] = np.concatenate([blocks[first] for first in sorted(blocks)])


def _block(one: _Work) -> dict[Quantity, Array]:
    tables = runner.simulate(one.prepared, ChunkId(one.job.key, 0, one.first, one.count))
    chunk = _chunk(one.prepared, tables, one.first, one.count)
    return {quantity: chunk.values(quantity) for quantity in one.quantities}
