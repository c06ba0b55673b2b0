"""Domestic politics: approval of governments, support for processes, elections and votes, changes of leaders."""

import math

from .affinity import relief
from .common import clip
from .philox import APPROVAL, GATE, LEADER, SUPPORT, TURNOVER, key_of

GATE_KINDS = ("election", "referendum", "ratification")
LEADER_CHANGED = "leader_changed"


def domestic(model):
    """Approval, support, irregular changes of leaders, and the gates that are due."""
    for i in model.states:
        move_approval(model, i)
    for process in model.processes:
        if not process.at_last_stage():
            for i in process.parties():
                move_support(model, process, i)
    for i in model.in_order(model.states):
        irregular_change(model, i)
    for gate in model.gates:
        gate.step()


def move_approval(model, i):
    """A government's approval returns to its usual level; crises and wars cost it."""
    p = model.parameters
    drift = (
        p["domestic.approval_reversion"] * (i.usual_approval - i.approval)
        - p["domestic.crisis_cost"] * i.crisis
        - p["domestic.war_cost"] * max(i.conflict.values(), default=0.0)
    )
    noise = model.draws.normal(model.step_number, APPROVAL, i.key)
    change = drift * model.years_per_step
    change += p["domestic.approval_noise"] * math.sqrt(model.years_per_step) * noise
    i.approval = clip(i.approval + change, 0.0, 1.0)


def move_support(model, process, i):
    """Public support for a process in one of its parties follows how close the others have become."""
    p = model.parameters
    role = process.roles[i]
    closer = process.warmth(i) - process.warmth_at_first(i)
    drift = (
        p["domestic.support_reversion"] * (role.usual_support - role.support)
        + p["domestic.support_affinity"] * closer
    )
    noise = model.draws.normal(model.step_number, SUPPORT, i.key, process.key)
    change = drift * model.years_per_step
    change += p["domestic.support_noise"] * math.sqrt(model.years_per_step) * noise
    role.support = clip(role.support + change, 0.0, 1.0)


def irregular_change(model, i):
    """A leader may fall between elections, the sooner the less he is approved of."""
    p = model.parameters
    rate = p["domestic.leader_rate"] * math.exp(p["domestic.leader_slope"] * (0.5 - i.approval))
    chance = model.probability(rate)
    if model.uniform(LEADER, i.key) < chance:
        change_leader(model, i, chance)


def change_leader(model, i, probability=1.0):
    """A new leader: what binds the state to others goes back to the baseline, but for what institutions hold."""
    model.log(LEADER_CHANGED, state=i, probability=probability)
    i.approval = i.usual_approval
    for j in i.others():
        keep = i.continuity + (1 - i.continuity) * relief(model, i, j)
        whim = model.draws.normal(model.step_number, TURNOVER, i.key, j.key)
        affinity = (
            i.baseline[j]
            + keep * (i.affinity[j] - i.baseline[j])
            + (1 - keep) * model.parameters["domestic.turnover_noise"] * whim
        )
        i.affinity[j] = j.affinity[i] = clip(affinity, -1.0, 1.0)


class Gate:
    """An election, a referendum or a ratification, at a given date or some time after a stage."""

    def __init__(self, model, name, agenda, index):
        kind, state, process, mix, noise, due, clock, delay, again = (float(x) for x in agenda.gate[index])
        self.model = model
        self.name = name
        self.key = key_of("gate", name)
        self.kind = GATE_KINDS[int(kind)]
        self.state = model.states[int(state)]
        self.process = model.processes[int(process)] if process >= 0 else None
        self.mix = mix if self.process else 0.0
        self.noise = noise
        self.due = math.floor(due / model.years_per_step + 1e-9) if due >= 0 else None
        self.clock = None if clock < 0 else int(clock)
        self.delay = delay
        self.again = again
        self.passed = bool(agenda.passed[index])
        self.held = 0
        self.chained = None  # filled by the model when all gates exist

    def step(self):
        """Start the clock, and hold the vote if it is due."""
        now = self.model.step_number
        if self.clock_starts():
            self.due = now + round(self.delay / self.model.years_per_step)
        if self.is_held():
            self.hold()

    def clock_starts(self):
        """Whether the stage after which the vote is due has been reached, and no vote is due or done yet."""
        if self.clock is None or self.passed or self.due is not None:
            return False
        failed_for_good = self.held > 0 and self.again == 0
        return self.process is not None and self.process.stage >= self.clock and not failed_for_good

    def is_held(self):
        """Whether the vote takes place in this step."""
        if self.passed and self.again == 0:
            return False
        if self.due is None or self.due > self.model.step_number:
            return False
        return self.chained is None or self.chained.passed

    def hold(self):
        """The vote."""
        score = (1 - self.mix) * self.state.approval
        if self.process is not None:
            score += self.mix * self.process.roles[self.state].support
        chance = normal_cdf((score - 0.5) / self.noise)
        passes = self.model.uniform(GATE, self.key) < chance
        self.model.log(
            "gate_passed" if passes else "gate_failed",
            state=self.state,
            process=self.process,
            value=score,
            probability=chance if passes else 1 - chance,
        )
        self.decide(passes)

    def decide(self, passes):
        """What follows from the outcome, whether it was voted for or ordered."""
        self.held += 1
        self.passed = passes
        self.model.carry_out("passed" if passes else "failed", self)
        if not passes and self.kind == "election":
            change_leader(self.model, self.state)
        wait = round(self.again / self.model.years_per_step)
        self.due = self.model.step_number + wait if self.again > 0 else None

    def waive(self):
        """It counts as passed, and nothing else follows."""
        self.passed = True
        self.due = None

    def undo(self):
        """The process has relapsed: a vote that belongs to a stage (and is no election) may have to come again."""
        if self.clock is not None and self.kind != "election":
            self.passed = False
            self.held = 0
            self.due = None


def normal_cdf(x):
    """Φ: the standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))
