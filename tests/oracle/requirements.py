"""What must hold before a process may enter a stage."""

from itertools import combinations

from .common import MEMBER
from .corridors import OPEN

REQUIREMENTS = ("process", "gate", "depth", "tie", "peace", "pairs", "open", "member")


class Requirement:
    """A condition of one stage of one process."""

    def __init__(self, model, row):
        _, stage, kind, first, second, level = row
        self.model = model
        self.stage = int(stage)
        self.kind = REQUIREMENTS[int(kind)]
        self.first = int(first)
        self.second = int(second)
        self.level = float(level)

    def holds(self):
        """Whether it is fulfilled as things are."""
        model = self.model
        if self.kind == "process":
            return model.processes[self.first].stage >= self.second
        if self.kind == "gate":
            ignored = not (model.switches["gates"] and model.switches["domestic"])
            return ignored or model.gates[self.first].passed
        if self.kind == "depth":
            body = model.organisations[self.first]
            return body.alive and body.depth >= self.level - 1e-9
        if self.kind == "pairs":
            body = model.organisations[self.first]
            return body.alive and len(body.members()) >= 2 and half_of_pairs_tied(body, self.level)
        if self.kind == "open":
            return model.corridors.segments[self.first].status == OPEN
        state = model.states[self.first]
        if self.kind == "member":
            body = model.organisations[self.second]
            return body.alive and state.status[body] == MEMBER
        other = model.states[self.second]
        if self.kind == "tie":
            return state.tie[other] >= self.level - 1e-9
        return state.conflict[other] == 0  # peace


def half_of_pairs_tied(organisation, level):
    """Whether half of the member pairs are tied to this level, by themselves or through other bodies."""
    tied = []
    for i, j in combinations(organisation.members(), 2):
        elsewhere = [
            q.depth * q.scope["security"] for q in i.bodies() if q is not organisation and j.is_member(q)
        ]
        tied.append(max([i.tie[j], *elsewhere]) >= level)
    return 2 * sum(tied) >= len(tied)
