"""A stored replicate stepped again up to an event, and held against what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from steppe.analysis.explaining.decisions import Array
from steppe.analysis.explaining.finding import NAMED, Found, events_of
from steppe.analysis.explaining.tracing import Trace
from steppe.config.resolved import load_config
from steppe.config.schema import RunConfig
from steppe.errors import InputError
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.kernel import source_hash
from steppe.mechanisms.schedule import SCHEDULE, run_in_python
from steppe.mechanisms.state import parameters_of
from steppe.paths import shown
from steppe.results.query import Run
from steppe.results.tables import REASONS
from steppe.simulation.history import event_dicts
from steppe.simulation.model import Model
from steppe.simulation.recorder import day_of

_COMPARED = ("step", "kind", *NAMED, "status_from", "status_to", *REASONS, "probability")
ORDERED = "interventions"  # not a mechanism: what a scenario orders, at the beginning of a step


@dataclass(frozen=True)
class Replay:
    """A replicate stepped again.

    model : after the step of the event;  origin : the mechanism in which the event came about, or `ORDERED`
    now, before : records (1,) at the beginning of that step, and of the one a year earlier (or the first)
    steps_back : how many steps lie between
    """

    config: RunConfig
    model: Model
    origin: str
    now: Array
    before: Array
    step: int
    steps_back: int

    def day(self, step: int) -> date:
        """First day of a step."""
        return day_of(self.model.world.start, step, self.model.setting.steps_per_year)

    def at(
        self, record: Array, mechanism: str, name: str | None = None, *arguments: int
    ) -> tuple[Array, bool]:
        """The record as a mechanism finds it, or as it is where the mechanism is about to call a kernel with these numbers.

        record : `now` or `before`, which stay as they are.  Returns (record, whether it came to that call); if not, the
        record as the mechanism finds it.
        """
        found = self._up_to(record, mechanism)
        if name is None:
            return found, True
        inside = found.copy()
        if Trace(inside).until(dict(SCHEDULE)[mechanism], name, *arguments):
            return inside, True
        return found, False

    def _up_to(self, record: Array, mechanism: str) -> Array:
        own = record.copy()
        intervene(own[0], parameters_of(own), self.model.setting.orders)
        for name, _ in SCHEDULE:
            if name == mechanism:
                break
            run_in_python(own[0], name)
        return own


def config_of(run: Run) -> RunConfig:
    """The config of a run folder. Raises InputError where evidence or rules have changed since it was computed."""
    from steppe.simulation.runner import evidence_hash

    config = load_config(run.path / "config.yaml")
    for what, key, now in (
        ("the rules", "rules", source_hash()),
        ("the evidence", "evidence_sha256", evidence_hash(config)),
    ):
        if run.manifest.get(key) not in (None, now):
            raise InputError(
                f"{what} changed since the run was computed, so that its replicates cannot be stepped again",
                file=shown(run.path),
                accepted="a run computed by this version: steppe run …",
            )
    return config


def replay(run: Run, found: Found) -> Replay:
    """Step the replicate of an event again, up to the end of its step.

    Raises InputError where anything that happens on the way differs from what is stored.
    """
    config = config_of(run)
    model = Model(config=config, scenario=found.scenario, replicate=found.replicate, collect="never")
    step, back = int(found.event["step"]), model.setting.steps_per_year
    start = max(0, step - back)
    before = now = model.record.copy()
    for number in range(step + 1):
        if number == start:
            before = model.record.copy()
        if number == step:
            now = model.record.copy()
        model.step()
    _must_be_stored(run, found, model, step)
    again = Replay(config, model, "", now, before, step, step - start)
    return Replay(config, model, _origin(again, found.event), now, before, step, step - start)


def same_event(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two rows of events are the same, to the bit."""
    return all(_none(one[name]) == _none(other[name]) for name in _COMPARED)


def _none(value: Any) -> Any:
    return None if value is None or value != value else value


def _must_be_stored(run: Run, found: Found, model: Model, step: int) -> None:
    stored = events_of(run, found.scenario, found.replicate, step)
    again = model.events
    if len(stored) == len(again) and all(map(same_event, stored, again)):
        return
    raise InputError(
        f"replicate {found.replicate} of {found.scenario} did not come out again as it is stored: "
        f"{len(stored)} events are stored up to this step, {len(again)} happened",
        file=shown(run.path),
        accepted="a run computed by this version on this world: steppe run …",
    )


def _origin(again: Replay, event: Mapping[str, Any]) -> str:
    """In which part of its step an event came about."""
    own = again.now.copy()
    own[0]["n_events"] = 0
    intervene(own[0], parameters_of(own), again.model.setting.orders)
    if _happened(again, own, event):
        return ORDERED
    for name, _ in SCHEDULE:
        run_in_python(own[0], name)
        if _happened(again, own, event):
            return name
    raise InputError("the event did not happen again", value=str(event["kind"]))


def _happened(again: Replay, record: Array, event: Mapping[str, Any]) -> bool:
    rows = record[0]["events"][: int(record[0]["n_events"])]
    model = again.model
    return any(same_event(event, one) for one in event_dicts(rows, model.world, model.setting.steps_per_year))
