"""The same small sweep with `mesa.batch_run` over the oracle, and with the engine: seconds a run, one process each."""

import tempfile
import time
from pathlib import Path
from typing import Any

from mesa import DataCollector
from mesa.batchrunner import batch_run

from benchmarks.worlds import PER_YEAR, SEED, eurasia
from oracle.model import OracleModel
from oracle.worlds import all_on, default_parameters
from steppe.config.compose import compose
from steppe.simulation import runner

FACTOR, VALUES = "membership.vote_noise", [0.06, 0.08]
YEARS = 10
MEASURED = "CCA"
REPLICATES = 200  # of the engine at each point; the oracle has one, and is scaled by nothing


class SweptModel(OracleModel):
    """The oracle as `batch_run` wants a model: parameters by keyword, one measure collected."""

    world: Any = None

    def __init__(self, value: float, replicate: int) -> None:
        parameters = {**default_parameters(), FACTOR: value}
        super().__init__(self.world, parameters, all_on(), [], SEED, replicate, PER_YEAR)
        body = self.organisation_named[MEASURED]
        self.datacollector = DataCollector(model_reporters={"alive": lambda model: model.alive[body.name]})

    def step(self) -> None:
        """One step, and the measure, for which batch_run looks at every step."""
        super().step()
        self.datacollector.collect(self)


def by_batch_run() -> float:
    """Seconds a run of ten years."""
    SweptModel.world = eurasia()
    started = time.perf_counter()
    steps = YEARS * PER_YEAR - 1  # batch_run goes one further
    rows = batch_run(SweptModel, {"value": VALUES, "replicate": [0]}, max_steps=steps, display_progress=False)
    assert len(rows) == len(VALUES)
    return (time.perf_counter() - started) / len(VALUES)


def by_engine() -> float:
    """Seconds a run of the same sweep, compiled already, the storing of outcomes included."""
    points = ",".join(f"{{parameters.{FACTOR}: {value}}}" for value in VALUES)
    words = ["scenario=baseline", "executor=serial", f"ensemble.replicates={REPLICATES}", "design=list"]
    config = compose([*words, f"design.rows=[{points}]", f"design.outcomes=[alive {MEASURED}]"])
    runner.compile_ahead(runner.prepare(config), print)
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        runner.run(config, Path(scratch) / "run", lambda done, planned: None)
        return (time.perf_counter() - started) / (REPLICATES * len(VALUES))


def everything() -> dict[str, float]:
    """Seconds a run, both ways."""
    return {"batch_s": by_batch_run(), "engine_s": by_engine()}
