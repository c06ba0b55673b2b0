"""Processes: staged agreements with parties, patrons and spoilers, which advance, stall and relapse."""

import math
from dataclasses import dataclass
from itertools import combinations

from .common import clip, mean
from .philox import RELAPSE, SIGNAL, STAGE, key_of
from .requirements import Requirement


@dataclass
class Role:
    """What a state is to a process: party or not, its efforts for and against, its interest, its public's support."""

    party: bool
    push: float
    resist: float
    interest: float
    support: float
    usual_support: float


class Process:
    """A list of stages that are entered one after the other."""

    def __init__(self, model, name, agenda, index):
        self.model = model
        self.name = name
        self.key = key_of("process", name)
        self.stages = tuple(agenda.stages[index])
        self.stage = int(agenda.stage[index])
        self.rates = [float(agenda.rate[index][s]) for s in range(len(self.stages))]
        self.pace = 1.0
        self.relapse_to = int(agenda.relapse_to[index])
        self.relapse_below = int(agenda.relapse_below[index])
        self.roles = {
            i: Role(
                party=bool(agenda.party[index][n]),
                push=float(agenda.push[index][n]),
                resist=float(agenda.resist[index][n]),
                interest=float(agenda.interest[index][n]),
                support=float(agenda.support[index][n]),
                usual_support=float(agenda.support[index][n]),
            )
            for n, i in enumerate(model.states)
        }
        self.requirements = [
            Requirement(model, row) for row in agenda.requirements.tolist() if int(row[0]) == index
        ]

    @property
    def last(self):
        """The stage after which there is none."""
        return len(self.stages) - 1

    def at_last_stage(self):
        """Whether all is done."""
        return self.stage >= self.last

    # Who is for it, and how much

    def parties(self):
        """The parties, in the order of the states."""
        return [i for i, role in self.roles.items() if role.party]

    def warmth(self, i):
        """The mean affinity of a party with the other parties."""
        return mean(i.affinity[j] for j in self.parties() if j is not i)

    def warmth_at_first(self, i):
        """The same of structural affinity."""
        return mean(i.structural[j] for j in self.parties() if j is not i)

    def benefit(self):
        """B: what the parties have from it."""
        return mean((self.roles[i].interest + self.warmth(i)) / 2 for i in self.parties())

    def reach(self, k, effort):
        """How far the effort of a state carries: with leverage over the parties farther than without."""
        leverage = mean(i.leverage_of(k) for i in self.parties() if i is not k)
        access = self.model.parameters["processes.access"]
        return min(1.0, effort * k.activity * (access + (1 - access) * leverage))

    def push(self):
        """The joint effort of those who are for it."""
        return 1 - math.prod(1 - self.reach(k, role.push) for k, role in self.roles.items())

    def resistance(self):
        """The joint effort of those who are against it."""
        if not self.model.switches["spoilers"]:
            return 0.0
        return 1 - math.prod(1 - self.reach(k, role.resist) for k, role in self.roles.items())

    # One step

    def step(self):
        """Spoilers signal; the process relapses, or goes on to the next stage, or stays."""
        if self.model.switches["spoilers"] and 1 <= self.stage < self.last:
            self.signals()
        if not self.relapses():
            self.advance()

    def signals(self):
        """Spoilers threaten the parties and lower the public's support."""
        p = self.model.parameters
        for k, role in self.roles.items():
            if role.resist <= 0:
                continue
            chance = self.model.probability(p["processes.signal_rate"] * role.resist * k.activity)
            if self.model.uniform(SIGNAL, k.key, self.key) >= chance:
                continue
            for i in self.parties():
                if i is not k:
                    i.shock += p["processes.signal_size"] * k.capability
                    mine = self.roles[i]
                    mine.support = max(0.0, mine.support - p["processes.signal_support"])
            self.model.log("signalled", state=k, process=self, probability=chance)

    def relapses(self):
        """Whether the parties fall back to fighting, with all that this brings."""
        if self.relapse_to < 0 or not 1 <= self.stage < self.relapse_below:
            return False
        p = self.model.parameters
        rate = p["processes.relapse_rate"] * math.exp(-p["processes.k_benefit"] * self.benefit())
        chance = self.model.probability(rate)
        if self.model.uniform(RELAPSE, self.key) >= chance:
            return False
        self.stage = self.relapse_to
        for i, j in combinations(self.parties(), 2):
            conflict = max(i.conflict[j], p["processes.relapse_level"])
            affinity = clip(i.affinity[j] - p["processes.relapse_affinity"], -1.0, 1.0)
            i.conflict[j] = j.conflict[i] = conflict
            i.affinity[j] = j.affinity[i] = affinity
        for gate in self.model.gates:
            if gate.process is self:
                gate.undo()
        self.model.log("relapsed", process=self, status_to=self.stage, probability=chance)
        return True

    def advance(self):
        """Enter the next stage, if everything that it requires is there and the hazard strikes."""
        following = self.stage + 1
        if following > self.last:
            return
        if not all(needed.holds() for needed in self.requirements if needed.stage == following):
            return
        p = self.model.parameters
        benefit = self.benefit()
        drive = (
            p["processes.k_benefit"] * benefit
            + p["processes.k_push"] * self.push()
            - p["processes.k_resist"] * self.resistance()
        )
        rate = self.rates[following] * self.pace * math.exp(clip(drive, -3.0, 3.0))
        chance = self.model.probability(rate)
        if self.model.uniform(STAGE, self.key) >= chance:
            return
        self.enter(following, benefit, chance)

    def enter(self, stage, benefit, probability):
        """A stage is reached, with all that follows."""
        self.stage = stage
        self.model.log("advanced", process=self, status_to=stage, value=benefit, probability=probability)
        for i in self.parties():
            against = 0.5 - self.roles[i].support
            if against > 0:
                cost = self.model.parameters["processes.backlash"] * against
                i.approval = max(0.0, i.approval - cost)
        self.model.carry_out("stage", self, stage)
