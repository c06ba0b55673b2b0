"""The model as an ordinary Mesa program: states and organisations are agents, a step is a list of phases."""

import math

import mesa

from .affinity import Instrument, move_affinity
from .bilateral import bilateral
from .common import NONE, SWITCHES
from .corridors import Corridors
from .domestic import Gate, domestic
from .interventions import intervene
from .membership import consider
from .organisation import Organisation
from .philox import ORGANISATION_ORDER, STATE_ORDER, Draws
from .processes import Process
from .readings import Readings
from .shocks import shocks
from .state import State

NAMED = ("state", "organisation", "other", "partner", "process", "segment")
EVENT_FIELDS = (*NAMED, "status_from", "status_to", "value", "probability")


class OracleModel(Readings, mesa.Model):
    """One replicate of one scenario in one world."""

    def __init__(self, world, parameters, switches, interventions, seed, replicate, steps_per_year):
        super().__init__(seed=seed)
        self.parameters = dict(parameters)
        self.switches = {name: True for name in SWITCHES} | dict(switches)
        self.interventions = list(interventions)
        self.draws = Draws(seed, replicate)
        self.years_per_step = 1 / steps_per_year
        self.step_number = 0
        self.events = []
        self.states = [State(self, name, world, n) for n, name in enumerate(world.states)]
        self.organisations = [
            Organisation(self, name, world, n) for n, name in enumerate(world.organisations)
        ]
        self.state_named = {i.name: i for i in self.states}
        self.organisation_named = {o.name: o for o in self.organisations}
        self.poles = [self.state_named[name] for name in world.poles]
        self.tell_states(world)
        self.tell_organisations(world)
        self.corridors = Corridors(self, world.network)
        self.set_agenda(world.agenda)
        self.corridors.begin()
        for i in self.states:
            i.remember_start()

    def tell_states(self, world):
        """Give every state what it holds about other states."""
        for row, i in enumerate(self.states):
            for column, j in enumerate(self.states):
                i.spending[j] = float(world.share0[row][column])
                if i is j:
                    continue
                i.affinity[j] = float(world.affinity_structural[row][column])
                i.baseline[j] = i.affinity[j]
                i.structural[j] = i.affinity[j]
                i.threat[j] = float(world.threat[row][column])
                i.proximity[j] = float(world.proximity[row][column])
                i.conflict[j] = float(world.conflict[row][column])
                i.tie[j] = float(world.tie[row][column])
                i.transit[j] = float(world.transit[row][column])
                i.cost_shift[j] = float(world.cost_shift[row][column])
            i.spending[None] = float(world.share0[row][len(self.states)])

    def tell_organisations(self, world):
        """Give every state its statuses, and every organisation its founders and rivals."""
        for column, o in enumerate(self.organisations):
            for row, i in enumerate(self.states):
                i.status[o] = int(world.status[row][column])
                i.eligible[o] = bool(world.eligible[row][column])
                i.until[o] = 0
                i.pending[o] = NONE
                if world.founder[row][column]:
                    o.founders.append(i)
                if world.anchored[row][column]:
                    o.anchors.append(i)
            for other, q in enumerate(self.organisations):
                if q is not o and world.incompatible[column][other]:
                    o.incompatible.append(q)

    def set_agenda(self, agenda):
        """Instruments, processes with what they require, gates, charters, and what all these bring about."""
        self.instruments = [
            Instrument(name, agenda, n, self.states) for n, name in enumerate(agenda.instruments)
        ]
        self.processes = [Process(self, name, agenda, n) for n, name in enumerate(agenda.processes)]
        self.gates = [Gate(self, name, agenda, n) for n, name in enumerate(agenda.gates)]
        for gate, before in zip(self.gates, agenda.chained.tolist(), strict=True):
            gate.chained = self.gates[before] if before >= 0 else None
        for body, depth, process, stage in agenda.charter.tolist():
            self.organisations[int(body)].charter.append((depth, self.processes[int(process)], int(stage)))
        self.consequences = list(agenda.consequences)
        self.instrument_named = {one.name: one for one in self.instruments}
        self.process_named = {process.name: process for process in self.processes}
        self.gate_named = {gate.name: gate for gate in self.gates}

    # Helpers for the agents

    def uniform(self, purpose, first, second=0):
        """A uniform draw of this step."""
        return self.draws.uniform(self.step_number, purpose, first, second)

    def probability(self, rate):
        """The probability that something with a rate per year happens in a step."""
        return 1 - math.exp(-rate * self.years_per_step)

    def cooldown(self):
        """The steps for which a refused or departed state waits."""
        return round(self.parameters["membership.cooldown"] / self.years_per_step)

    def in_order(self, agents):
        """States or organisations in the random order of this step."""
        purpose = STATE_ORDER if agents is self.states else ORGANISATION_ORDER
        return sorted(agents, key=lambda agent: self.uniform(purpose, agent.key))

    def carry_out(self, trigger, subject, stage=-1):
        """Do what a stage of a process, or a gate that is passed or failed, brings about."""
        subjects = self.processes if trigger == "stage" else self.gates
        for one in self.consequences:
            if one.trigger == trigger and subjects[one.subject] is subject and one.stage == stage:
                intervene(self, one.intervention)

    def log(self, kind, **fields):
        """Write an event down, whoever takes part by their names."""
        event = {"step": self.step_number, "kind": kind} | dict.fromkeys(EVENT_FIELDS)
        for field, value in fields.items():
            event[field] = getattr(value, "name", value) if field in NAMED else value
        self.events.append(event)

    # One step

    def step(self):
        """Everything that happens in one step, in order."""
        for intervention in self.interventions:
            if intervention["step"] == self.step_number:
                intervene(self, intervention)
        if self.switches["shocks"]:
            shocks(self)
        if self.switches["corridors"]:
            self.corridors.step()
        if self.switches["affinity"]:
            move_affinity(self)
        if self.switches["bilateral"]:
            bilateral(self)
        if self.switches["domestic"]:
            domestic(self)
        if self.switches["membership"]:
            organisations = self.in_order(self.organisations)
            for i in self.in_order(self.states):
                for o in organisations:
                    if o.alive:
                        consider(self, i, o)
        if self.switches["institutions"]:
            for o in self.in_order(self.organisations):
                if o.alive:
                    o.step()
        if self.switches["processes"]:
            for process in self.processes:
                process.step()
        self.step_number += 1

    def run(self, steps):
        """Run a number of steps."""
        for _ in range(steps):
            self.step()
