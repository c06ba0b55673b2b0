"""What a run is, as frozen objects: the resolved config. Nothing below this layer sees Hydra or OmegaConf."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from steppe.config.design import DesignSpec
from steppe.config.interventions import Intervention
from steppe.config.numbers import Number, OptionalWhole, Whole
from steppe.config.section import Section as Section
from steppe.errors import InputError
from steppe.evidence.schema import Ids, Sign
from steppe.world.spec import WorldSpec

GROUPS = ("world", "scenario", "mechanisms", "ensemble", "executor", "design")
_LISTS = ("states", "organisations", "poles", "without")  # of a world
DRAWS = 50  # of the evidence, unless a run says otherwise
MAX_STEPS = 2**15 - 1  # the tables number the steps in 16 bits


class Mechanisms(Section):
    """Which mechanisms act; one that is off changes nothing."""

    shocks: bool = True
    trade: bool = True
    affinity: bool = True
    security: bool = True
    alignment: bool = True
    membership: bool = True
    institutions: bool = True
    pressure: bool = True
    dominance: bool = True
    overlap: bool = True
    consent: bool = True
    corridors: bool = True
    bilateral: bool = True
    domestic: bool = True
    processes: bool = True
    instruments: bool = True
    gates: bool = True
    spoilers: bool = True
    demonstration: bool = True


class Ensemble(Section):
    """How many futures, how long, in which steps.

    chunk : replicates per part of the run folder
    parameters : central values, drawn from their ranges, or drawn from a calibrated posterior
    draws : with sampled parameters, how many draws of the evidence the replicates are spread over; null, `DRAWS`, or
        half the replicates where that is less
    """

    replicates: Whole = Field(default=1000, ge=1, le=10_000_000)
    seed: Whole = Field(default=1, ge=0, lt=2**64)
    years: Whole = Field(default=10, ge=1, le=200)
    steps_per_year: Whole = Field(default=4, ge=1, le=365)
    chunk: Whole = Field(default=250, ge=1, le=1_000_000)
    parameters: Literal["central", "sampled", "posterior"] = "central"
    draws: OptionalWhole = Field(default=None, ge=2, le=1_000_000)


class Executor(Section):
    """Who does the work.

    workers : threads, processes, or jobs at once on Slurm; null: as many as there are cores, or `JOBS`
    address : of a running Dask scheduler; null: a cluster of this machine's processes, as many as `workers`
    cluster, folder, partition, minutes, cpus, memory, chunks : of Slurm jobs: what takes them (local: processes of this
        machine, for a trial), where their logs go (null: jobs/ in the run folder), the partition, limits of time [min],
        cores and memory [GB] of a job, chunks done by one job
    """

    kind: Literal["threads", "serial", "processes", "dask", "slurm"] = "threads"
    workers: OptionalWhole = Field(default=None, ge=1, le=4096)
    address: str | None = None
    cluster: Literal["slurm", "local"] = "slurm"
    folder: str | None = None
    partition: str | None = None
    minutes: Whole = Field(default=60, ge=1)
    cpus: Whole = Field(default=1, ge=1, le=1024)
    memory: Number = Field(default=4.0, gt=0)
    chunks: Whole = Field(default=100, ge=1, le=100_000)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Executor:
        """Refuse a key that another kind of executor has."""
        for key in sorted(self.model_fields_set & set(_OF_KIND)):
            value = getattr(self, key)
            if self.kind != _OF_KIND[key] and value != type(self).model_fields[key].default:
                raise InputError(
                    f"an executor of kind {self.kind} has no {key}",
                    key=key,
                    value=value,
                    accepted=f"{key} with executor={_OF_KIND[key]}",
                )
        if self.address is not None and self.workers is not None:
            raise InputError(
                "the Dask cluster at an address has its own workers",
                key="workers",
                value=self.workers,
                accepted="workers, for a cluster on this machine, or address, not both",
            )
        if self.kind == "serial" and self.workers not in (None, 1):
            raise InputError("serial is one thread", key="workers", value=self.workers, accepted="1 or null")
        return self

    def own(self) -> dict[str, Any]:
        """Its values without the keys that only other kinds have."""
        return {k: v for k, v in self.model_dump().items() if _OF_KIND.get(k, self.kind) == self.kind}


_OF_KIND = {"address": "dask"} | dict.fromkeys(
    ("cluster", "folder", "partition", "minutes", "cpus", "memory", "chunks"), "slurm"
)  # key → the kind of executor that has it


class Outcome(Section):
    """What a question is to be judged by.

    measure, of : a measure and its entity, as `steppe compare` names them (``cohesion`` of ``CCA``)
    expects : the sign of the difference from the counterfactual that the document leads to expect; None: it says nothing
    """

    measure: str
    of: str
    expects: Sign | None = None


class Scenario(Section):
    """A question put to a world: timed interventions, parameters and switches, and what was predicted.

    world : the world that it is meant for; it is chosen unless the command line names another
    inventory : number of the question in the inventory of the documents' scenarios
    status : whether a document raises the question or implies it; None: not a question of the documents, but a
        baseline, a counterfactual or a variant
    levers : what it changes, in words
    counterfactual : the scenario to compare with
    prediction : what the document predicts, in our words, written before the first run
    outcomes : what it is judged by
    years : how long a run needs to be for it; ten if not said, and if the run does not say otherwise
    """

    name: str
    world: str | None = None
    question: str | None = None
    inventory: Ids = ()
    status: Literal["raised", "implied"] | None = None
    claims: Ids = ()
    levers: Ids = ()
    years: OptionalWhole = Field(default=None, ge=1, le=200)
    counterfactual: str | None = None
    prediction: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    parameters: dict[str, Number] = Field(default_factory=dict)
    mechanisms: dict[str, bool] = Field(default_factory=dict)


class Study(Section):
    """Which study a run belongs to; its folder has the prediction and the finding."""

    name: str
    title: str | None = None
    question: str | None = None


class RunConfig(Section):
    """One run, resolved: what `compose` returns, what the run folder keeps and what a resume reads back.

    readings : question → reading; what they change is in parameters, mechanisms and scenarios already
    design : the points that the run is computed at, each with all scenarios or with the one that it names; None: one point
    """

    world: WorldSpec
    scenarios: tuple[Scenario, ...] = Field(min_length=1)
    mechanisms: Mechanisms = Mechanisms()
    parameters: dict[str, Number] = Field(default_factory=dict)
    readings: dict[str, str] = Field(default_factory=dict)
    ensemble: Ensemble = Ensemble()
    executor: Executor = Executor()
    design: DesignSpec | None = None
    study: Study | None = None
    output: str | None = None
    overrides: tuple[str, ...] = ()


def switches(config: RunConfig, scenario: Scenario) -> dict[str, bool]:
    """Which mechanisms act under a scenario: its own word before the run's."""
    return {**config.mechanisms.model_dump(), **scenario.mechanisms}


def overridden(config: RunConfig, scenario: Scenario) -> dict[str, float]:
    """Parameters that do not keep their coded value under a scenario: its own word before the run's."""
    return {**config.parameters, **scenario.parameters}


def draws(config: RunConfig) -> int | None:
    """Over how many draws of the evidence the replicates are spread; None where every value is central."""
    ensemble = config.ensemble
    if ensemble.parameters == "central":
        return None
    return min(DRAWS, ensemble.replicates // 2) if ensemble.draws is None else ensemble.draws


def end(config: RunConfig) -> date:
    """The first day after the run."""
    start = config.world.start
    year = start.year + config.ensemble.years
    leap_day = (start.month, start.day) == (2, 29)
    return date(year, 3, 1) if leap_day else start.replace(year=year)


def steps(config: RunConfig) -> int:
    """Number of steps of one replicate."""
    return config.ensemble.years * config.ensemble.steps_per_year


def default_folder(config: RunConfig, stamp: str) -> Path:
    """Where a run goes unless it is told: ``runs/<study, or world and scenario>-<stamp>``."""
    if config.study is not None:
        name = config.study.name
    else:
        more = len(config.scenarios) - 1
        name = f"{config.world.name}-{config.scenarios[0].name}" + (f"-and-{more}-more" if more else "")
    return Path("runs") / f"{name}-{stamp}"


def accepted_keys(*path: str) -> list[str] | None:
    """The keys accepted below a path of the composed config; None where any key is (parameters, readings, factors, lists).

    Raises KeyError for a path that does not exist.
    """
    models: dict[str, Any] = {
        "world": WorldSpec,
        "scenario": Scenario,
        "mechanisms": Mechanisms,
        "ensemble": Ensemble,
        "executor": Executor,
        "design": DesignSpec,
    }
    leaves = ("study", "scenarios", "output")
    if not path:
        return [*models, "parameters", "readings", "experiments", *leaves]
    if path[0] in ("parameters", "readings"):
        return None
    if path[0] in leaves:
        return []
    fields = models[path[0]].model_fields
    if len(path) == 1:
        return list(fields)
    if path[1] not in fields:
        raise KeyError(path[1])
    if path[0] == "scenario" and path[1] == "mechanisms":
        return list(Mechanisms.model_fields) if len(path) == 2 else []
    return None if path[1] in ("parameters", "interventions", "factors", "rows", *_LISTS) else []
