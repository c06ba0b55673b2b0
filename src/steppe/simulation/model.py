"""The Mesa model: one replicate by the rules of the ensemble, with agents to look at and room for Python.

Randomness is addressed (see `Model.draw`), so a model gives the same bits as the replicate of that number
in an ensemble. The rules use nothing of `model.random` and `model.rng`, Mesa's own; an extension should not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, Literal, TypeVar

import mesa
import numpy as np

from steppe.config.schema import RunConfig
from steppe.errors import SteppeError, input_error
from steppe.mechanisms import draws
from steppe.mechanisms.alignment import update_alignment
from steppe.mechanisms.derived import update_trade
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.membership import set_orders
from steppe.mechanisms.observe import Record, new_record, observe
from steppe.mechanisms.parameters import PARAMETERS, SWITCHES, field_index
from steppe.mechanisms.records import MAX_EVENTS
from steppe.mechanisms.schedule import SCHEDULE, run_in_python, step
from steppe.mechanisms.security import update_security
from steppe.mechanisms.state import parameters_of
from steppe.simulation import collect as collecting
from steppe.simulation.agents import Entity, Organisation, State
from steppe.simulation.history import event_dicts
from steppe.simulation.politics import Process
from steppe.simulation.recorder import day_of
from steppe.simulation.replicate import begin_replicate
from steppe.simulation.setting import intervention, order, replicate_number, setting, whole
from steppe.simulation.views import Named
from steppe.world.arrays import World
from steppe.world.spec import WorldSpec

Mechanism = Callable[["Model"], None]
M = TypeVar("M", bound=Mechanism)

ANCHORS = ("interventions", *(name for name, _ in SCHEDULE))
FIRST_USER_PURPOSE = 32  # those below are the rules' own or reserved
KEY_LIMIT = 2**32


class Model(mesa.Model):
    """One replicate of a scenario as a Mesa model.

    world : a name or folder as on the command line, a `WorldSpec`, or a `World`; default that of the scenario
    scenario, overrides : as on the command line: "russia_applies_to_cca", ["ensemble.years=5"]
    rng : seed of the addressed draws, a whole number; default the config's `ensemble.seed`
    replicate : which of the replicates of that seed
    mechanisms : (after, function) pairs, see `mechanism`
    state_class, organisation_class : your own subclasses of `State` and `Organisation`
    collect : when `datacollector` takes a row: at the start and every "year" or "step", or "never"
    reporters : further columns to collect: {"states": {"column": "attribute" or function of the agent}, …}
    """

    def __init__(
        self,
        world: World | WorldSpec | str | None = None,
        scenario: str | None = None,
        overrides: Sequence[str] = (),
        rng: int | None = None,
        replicate: int = 0,
        *,
        config: RunConfig | None = None,
        mechanisms: Iterable[tuple[str, Mechanism]] = (),
        state_class: type[State] = State,
        organisation_class: type[Organisation] = Organisation,
        collect: Literal["year", "step", "never"] = "year",
        reporters: collecting.Reporters | None = None,
    ) -> None:
        number = replicate_number(replicate)
        start = setting(world, scenario, overrides, config, rng, number)
        super().__init__(rng=start.seed)
        self.setting, self.replicate = start, number
        self.world, self.scenario_name = start.world, start.scenario.name
        self.record = begin_replicate(start.initial, number)
        self.state_places = {name: i for i, name in enumerate(self.world.states)}
        self.body_places = {name: o for o, name in enumerate(self.world.organisations)}
        self.states: dict[str, State] = {
            name: state_class(self, name, i) for name, i in self.state_places.items()
        }
        self.organisations: dict[str, Organisation] = {
            name: organisation_class(self, name, o) for name, o in self.body_places.items()
        }
        self.processes: dict[str, Process] = {
            name: Process(self, name, place) for place, name in enumerate(self.world.agenda.processes)
        }
        self._past: list[Any] = []
        self._own: dict[str, list[Mechanism]] = {}
        for after, function in mechanisms:
            self.mechanism(function, after=after)
        self._reporters = reporters or {}
        self._every = {"year": start.steps_per_year, "step": 1, "never": 0}[collect]
        self.datacollector: Any = collecting.collector(self, self._reporters)
        if self._every:
            self.collect()

    @classmethod
    def from_config(
        cls, config: RunConfig | Sequence[str] = (), scenario: str | None = None, **options: Any
    ) -> Model:
        """A model of a composed config (one of its scenarios), or of overrides as on the command line."""
        if isinstance(config, RunConfig):
            return cls(config=config, scenario=scenario, **options)
        return cls(overrides=config, scenario=scenario, **options)

    # time

    @property
    def next_step(self) -> int:
        """Number of the step under way; between steps, of the next one, from 0."""
        return int(self.row["step"])

    @property
    def date(self) -> date:
        """First day of the step under way; between steps, of the next one."""
        return day_of(self.world.start, self.next_step, self.setting.steps_per_year)

    @property
    def year(self) -> int:
        """Calendar year of `date`."""
        return self.date.year

    def step(self) -> None:
        """One step of every mechanism, the user's among them, then the `step` of agents that have one."""
        row = self.fresh()
        self._put_events_by()
        if self._own:
            self._step_by_mechanism()
        else:
            step(row, self._parameters, self.setting.orders)
        self._step_agents()
        self.fresh()
        row["step"] += 1
        done = int(row["step"])
        self.running = done < self.setting.steps
        if self._every and done % self._every == 0:
            self.collect()

    def _step_by_mechanism(self) -> None:
        """The same list as the compiled step, with the user's functions in between."""
        intervene(self.row, self._parameters, self.setting.orders)
        self._call_own("interventions")
        for name, _ in SCHEDULE:
            run_in_python(self.row, name)
            self._call_own(name)

    def _call_own(self, anchor: str) -> None:
        for function in self._own.get(anchor, ()):
            function(self)
            self.fresh()

    def _step_agents(self) -> None:
        """Call the agents' own `step`, if their class has one: states first, in this step's random order."""
        kinds: tuple[tuple[str, list[Entity]], ...] = (
            ("actor", list(self.states.values())),
            ("body", list(self.organisations.values())),
        )
        for part, agents in kinds:
            if agents and type(agents[0]).step is not mesa.Agent.step:
                set_orders(self.row)
                for place in self.row[part]["turn"][: len(agents)].tolist():
                    agents[place].step()

    # extension

    def mechanism(self, function: M | None = None, *, after: str) -> Any:
        """Add a mechanism in Python: `f(model)` is called in every step after a mechanism of the schedule.

        after : "interventions" or a name of the schedule; called also where that mechanism is switched off.
            Several functions at one place are called in the order in which they were added.

        A decorator, too: `@model.mechanism(after="affinity")`.
        """
        if after not in ANCHORS:
            raise input_error(f"no mechanism {after!r}", key="after", value=after, accepted=ANCHORS)
        if function is None:
            return lambda decorated: self.mechanism(decorated, after=after)
        self._own.setdefault(after, []).append(function)
        return function

    def draw(self, purpose: str, key1: Entity | int = 0, key2: Entity | int = 0) -> float:
        """Uniform on (0, 1) at an address: seed, replicate, step, the name of the purpose, and two keys.

        purpose : what the draw is for; any text, as long as it is not used for anything else
        key1, key2 : an agent, or a whole number below 2^32

        The same address gives the same number, whatever else was drawn before.
        """
        name = int.from_bytes(blake2b(f"purpose:{purpose}".encode(), digest_size=4).digest(), "little")
        first, second = (
            key.key if isinstance(key, Entity) else whole(key, KEY_LIMIT, "key") for key in (key1, key2)
        )
        number = FIRST_USER_PURPOSE + name % (draws.PURPOSES - FIRST_USER_PURPOSE)
        return float(draws.uniform(self.row, number, draws.mix(name, first), second))

    def intervene(self, kind: str, **fields: Any) -> None:
        """Carry out an intervention now: `model.intervene("apply", state="RUS", organisation="CCA")`.

        kind, fields : as in a scenario, without the date. Raises InputError.
        """
        one = intervention(kind, self.date, fields, self.world)
        intervene(self.fresh(), self._parameters, order(one, self.next_step, self.world))
        self.touch()

    @property
    def parameters(self) -> Named[float]:
        """Parameters of the rules by id, to read and to set."""
        return self._named("parameters", PARAMETERS, float)

    @property
    def switches(self) -> Named[bool]:
        """Which mechanisms act, to read and to set."""
        return self._named("switches", SWITCHES, bool)

    def _named(self, what: str, names: Sequence[str], kind: Callable[[Any], Any]) -> Named[Any]:
        def write(place: int, value: Any) -> None:
            self._parameters[place] = float(kind(value))
            self.touch()

        places = {name: field_index(name) for name in names}
        return Named(what, places, lambda place: kind(self._parameters[place]), write)

    # the record

    @property
    def row(self) -> Any:
        """The record that the rules work on; what follows from a change may be stale (see `fresh`)."""
        return self.record[0]

    @property
    def _parameters(self) -> Any:
        return parameters_of(self.record)

    def touch(self) -> None:
        """Note that something was changed by hand."""
        self.row["stale"] = 1

    def fresh(self) -> Any:
        """The record with all that follows from changes by hand computed again."""
        row = self.row
        if row["stale"]:
            update_trade(row)
            update_security(row)
            update_alignment(row)
        return row

    # what happened

    @property
    def events(self) -> list[dict[str, Any]]:
        """Everything that happened so far, in order, with the columns of the events table of a run."""
        rows = np.concatenate([*self._past, self.row["events"][: self._waiting()]])
        return event_dicts(rows, self.world, self.setting.steps_per_year)

    def _waiting(self) -> int:
        """Number of events in the record that were not put by yet."""
        count = int(self.row["n_events"])
        if count > MAX_EVENTS:
            raise SteppeError(f"more than {MAX_EVENTS} events in one step")
        return count

    def _put_events_by(self) -> None:
        """Empty the record's list of events, so that a long run does not fill it."""
        count = self._waiting()
        if count:
            self._past.append(self.row["events"][:count].copy())
            self.row["n_events"] = 0

    def observe(self) -> Record:
        """The picture of now, as an ensemble stores it every year: one replicate, one year."""
        picture = new_record(1, 0, self.world)
        observe(self.fresh(), picture, 0, 0)
        return picture

    def collect(self) -> None:
        """Add the present to `datacollector`: a value of each model-level series, a row for each agent."""
        self.seen = self.observe()
        self.datacollector.collect(self)
        collecting.add_rows(self, self._reporters)

    def table(self, name: Literal["system", "states", "organisations"]) -> dict[str, list[Any]]:
        """What was collected, as lists by column; `datacollector` gives the same as pandas frames."""
        if name == "system":
            return dict(self.datacollector.model_vars)
        return dict(self.datacollector.tables[name])
