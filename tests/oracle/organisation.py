"""An organisation: its members, its cohesion, and how it votes, deepens, hollows and merges."""

import math
from contextlib import contextmanager
from itertools import combinations
from statistics import median

import mesa

from .common import DOMAINS, LADDER, MEMBER, NONE, RULES, clip, logistic, mean
from .philox import DEEPENING, HOLLOWING, MERGER, VOTE_DEEPENING, VOTE_MERGER, key_of, mix
from .requirements import half_of_pairs_tied
from .value import dominance, value_of_membership


class Organisation(mesa.Agent):
    """A body with members, a scope, a depth and a rule of decision."""

    def __init__(self, model, name, world, index):
        super().__init__(model)
        self.name = name
        self.key = key_of("organisation", name)
        self.alive = bool(world.alive[index])
        self.depth = float(world.depth[index])
        self.rule = rule_name(world.rule[index])
        self.scope = {d: float(world.scope[index][n]) for n, d in enumerate(DOMAINS)}
        self.instrument = bool(world.instrument[index])
        # Filled by the model when all states and organisations exist.
        self.founders = []
        self.anchors = []
        self.incompatible = []
        self.charter = []  # (depth, process, stage): so deep only when the process has come so far

    def members(self):
        """The members, in the order of the states."""
        return [i for i in self.model.states if i.is_member(self)]

    def external_tariff(self):
        """t: the common external tariff; only a body deeper than free trade has one."""
        return max(0.0, self.depth - 0.5) * self.scope["trade"]

    # Major powers

    def major_threshold(self):
        """The capability above which a member or a candidate is a major power; infinite without members."""
        members = self.members()
        if not members:
            return math.inf
        p = self.model.parameters
        typical = median(j.capability for j in members)
        return max(p["membership.major_multiple"] * typical, p["membership.major_floor"])

    def is_major(self, state):
        """Whether a member or a candidate would be a major power among the present members."""
        return state.capability > self.major_threshold()

    def majors(self):
        """The members that are major powers."""
        threshold = self.major_threshold()
        return [j for j in self.members() if j.capability > threshold]

    # Relations with other organisations

    def common_share(self, other):
        """K: the share of the members that are members of another organisation too."""
        return mean(float(j.is_member(other)) for j in self.members())

    def likeness(self, other):
        """G: how alike the scopes are, 0 up to a floor of the cosine, 1 for the same scope."""
        dot = sum(self.scope[d] * other.scope[d] for d in DOMAINS)
        own = math.sqrt(sum(self.scope[d] ** 2 for d in DOMAINS))
        its = math.sqrt(sum(other.scope[d] ** 2 for d in DOMAINS))
        floor = self.model.parameters["institutions.cosine_floor"]
        return max(0.0, (dot / (own * its) - floor) / (1 - floor))

    def overlap(self):
        """How far a deeper body with a common major power does the same things with the same members."""
        if not self.model.switches["overlap"]:
            return 0.0
        worst = 0.0
        majors = self.majors()
        for q in self.model.organisations:
            if q is self or not q.alive or q.depth <= self.depth:
                continue
            its = q.majors()
            if any(k in its for k in majors):
                worst = max(worst, self.common_share(q) * self.likeness(q))
        return worst

    def cohesion(self):
        """Affinity among the members, less dominance over the lesser ones, less overlap."""
        members = self.members()
        if len(members) < 2:
            return math.nan
        p = self.model.parameters
        closeness = mean(i.affinity[j] for i, j in combinations(members, 2))
        majors = self.majors()
        dominated = 0.0
        if majors:
            dominated = mean(dominance(i, self) for i in members if i not in majors)
        return (
            closeness
            - p["institutions.cohesion_dominance"] * dominated
            - p["institutions.cohesion_overlap"] * self.overlap()
        )

    # Decisions

    def decides(self, votes):
        """Whether votes (by member) carry a proposal. Consensus also stands for `no_major_power`."""
        yes = sum(votes.values())
        if self.rule == "qualified_majority":
            return 3 * yes >= 2 * len(votes)
        if self.rule == "majority":
            return 2 * yes > len(votes)
        if self.rule == "founder_veto":
            return 2 * yes > len(votes) and all(votes[j] for j in self.founders if j in votes)
        return yes == len(votes)

    # One step

    def step(self):
        """Dissolve, deepen, hollow, merge."""
        if len(self.members()) < 2:
            if any(i in self.anchors for i in self.members()):
                return
            self.dissolve()
            return
        cohesion = self.cohesion()
        self.deepen()
        self.hollow(cohesion)
        if self.alive:
            self.seek_merger()

    def dissolve(self):
        """The body ceases to be; its members are in it no more."""
        self.alive = False
        self.depth = 0.0
        for i in self.model.states:
            i.status[self] = NONE
        self.model.log("dissolved", organisation=self)

    def deepen(self):
        """Climb one rung of the ladder, if that is proposed and the members agree."""
        higher = [rung for rung in LADDER if rung > self.depth + 1e-9]
        if not higher or not self.ladder_allows(higher[0]) or not self.charter_allows(higher[0]):
            return
        p = self.model.parameters
        if self.model.uniform(DEEPENING, self.key) >= self.model.probability(p["institutions.deepen_rate"]):
            return
        lower_depth, rung = self.depth, higher[0]
        votes = {}
        for j in self.members():
            before = value_of_membership(j, self).member
            self.depth = rung
            after = value_of_membership(j, self).member
            self.depth = lower_depth
            consent = logistic((after - before - p["institutions.cost_deepen"]) / p["membership.vote_noise"])
            votes[j] = self.model.uniform(VOTE_DEEPENING, j.key, self.key) < consent
        if self.decides(votes):
            self.depth = rung
            self.model.log("deepened", organisation=self, value=rung)

    def ladder_allows(self, rung):
        """A security body deepens beyond cooperation only when half of its pairs have other security ties."""
        if self.scope["security"] < self.model.parameters["institutions.ladder_scope"] or rung < 0.5:
            return True
        return half_of_pairs_tied(self, 0.3)

    def charter_allows(self, rung):
        """A body with a charter deepens only when the processes that it names have come far enough."""
        if not self.model.switches["processes"]:
            return True
        return all(process.stage >= stage for depth, process, stage in self.charter if rung >= depth - 1e-9)

    def hollow(self, cohesion):
        """Fall one rung, or dissolve from the lowest, the likelier the lower the cohesion."""
        p = self.model.parameters
        floor = p["institutions.cohesion_floor"] + p["institutions.floor_slope"] * self.depth
        strain = logistic((floor - cohesion) / p["institutions.cohesion_noise"])
        draw = self.model.uniform(HOLLOWING, self.key)
        lower = [rung for rung in LADDER if rung < self.depth - 1e-9]
        if lower:
            if draw < self.model.probability(p["institutions.hollow_rate"] * strain):
                self.depth = lower[-1]
                self.model.log("hollowed", organisation=self, value=self.depth)
        elif draw < self.model.probability(p["institutions.dissolve_rate"] * strain):
            self.dissolve()

    # Merger

    def seek_merger(self):
        """Consider a merger into every other body in turn, until one is carried."""
        for q in self.model.in_order(self.model.organisations):
            if q is not self and q.alive and self.merger_carried(q):
                self.merge_into(q)
                return

    def merger_carried(self, q):
        """Whether a merger into q is proposed in this step and agreed to."""
        p = self.model.parameters
        rate = (
            p["institutions.merge_rate"]
            * self.common_share(q) ** p["institutions.merge_exponent"]
            * self.likeness(q)
            * clip((q.depth - self.depth) / 0.2, 0.0, 1.0)
        )
        if rate == 0:
            return False
        members = self.members()
        dual = [d for d in members if d.is_member(q)]
        after = self.values_after_merger(q, members)
        gain = {j: after[j] - value_of_membership(j, self).member for j in members}
        for d in dual:
            gain[d] -= value_of_membership(d, q).member
        proposer = max(dual, key=gain.get)
        eagerness = logistic(gain[proposer] / p["membership.choice_noise"])
        if self.model.uniform(MERGER, self.key, q.key) >= self.model.probability(rate * eagerness):
            return False
        if not self.model.switches["consent"]:
            return True
        powers = [k for k in self.majors() if k.is_member(q)]
        votes = {}
        for j in members:
            if j is proposer:
                votes[j] = True
                continue
            pressure = max((j.leverage_of(k) for k in powers if k is not j), default=0.0)
            push = gain[j] + p["membership.pressure_vote"] * pressure - p["institutions.cost_merge"]
            draw = self.model.uniform(VOTE_MERGER, j.key, mix(self.key, q.key))
            votes[j] = draw < logistic(push / p["membership.vote_noise"])
        return self.decides(votes)

    def values_after_merger(self, q, members):
        """What q would be worth to each of this body's members after the merger."""
        with self.as_if_merged_into(q):
            return {j: value_of_membership(j, q).member for j in members}

    @contextmanager
    def as_if_merged_into(self, q):
        """For as long as the block lasts, this body is merged into another."""
        own = {i: i.status[self] for i in self.model.states}
        its = {i: i.status[q] for i in self.model.states}
        alive, depth = self.alive, self.depth
        self.move_members(q)
        try:
            yield
        finally:
            self.alive, self.depth = alive, depth
            for i in self.model.states:
                i.status[self] = own[i]
                i.status[q] = its[i]

    def move_members(self, q):
        """Members become members of q; this body is no more."""
        for i in self.members():
            i.status[q] = MEMBER
        for i in self.model.states:
            i.status[self] = NONE
        self.alive = False
        self.depth = 0.0

    def merge_into(self, q):
        """Carry the merger out."""
        before = {i: i.status[q] for i in self.members()}
        self.move_members(q)
        self.model.log("merged", organisation=self, other=q)
        for i, status in before.items():
            if status != MEMBER:
                self.model.log(
                    "joined_by_merger",
                    state=i,
                    organisation=q,
                    other=self,
                    status_from=status,
                    status_to=MEMBER,
                )


def rule_name(rule):
    """The name of a rule given by its name or by its number."""
    return rule if isinstance(rule, str) else RULES[int(rule)]
