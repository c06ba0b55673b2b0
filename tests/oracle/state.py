"""A state: its trade, its security, its alignment, and the leverage that others have over it."""

import math

import mesa

from .common import DOMAINS, MEMBER, clip
from .philox import key_of


class State(mesa.Agent):
    """A state: its attributes, what it holds about others, and its status in every organisation."""

    def __init__(self, model, name, world, index):
        super().__init__(model)
        self.name = name
        self.key = key_of("state", name)
        self.gdp = float(world.gdp[index])
        self.capability = float(world.capability[index])
        self.salience = {d: float(world.salience[index][n]) for n, d in enumerate(DOMAINS)}
        self.autonomy = float(world.autonomy[index])
        self.nonstate_threat = float(world.nonstate_threat[index])
        self.shock = 0.0
        self.prestige = 0.0
        self.crisis = 0.0
        self.approval = self.usual_approval = float(world.approval[index])
        self.continuity = float(world.continuity[index])
        self.activity = 1.0
        # Filled by the model when all states and organisations exist.
        self.spending = {}  # shares at the start; home under the state itself, the rest under None
        self.affinity = {}
        self.baseline = {}
        self.structural = {}
        self.threat = {}
        self.proximity = {}
        self.conflict = {}
        self.tie = {}
        self.transit = {}  # as coded or ordered; what counts is `reliance`
        self.cost_shift = {}
        self.status = {}
        self.eligible = {}
        self.until = {}
        self.pending = {}
        self.start_depths = {}
        self.start_tariffs = {}
        self.start_trade = {}

    def is_member(self, organisation):
        """Whether the state is a member of the organisation, which must be alive."""
        return organisation.alive and self.status[organisation] == MEMBER

    def bodies(self):
        """The organisations of which the state is a member."""
        return [o for o in self.model.organisations if self.is_member(o)]

    def others(self):
        """All other states."""
        return [j for j in self.model.states if j is not self]

    # Corridors

    def reliance(self, other):
        """R: the share of the state's transit across another, as its corridors have it now."""
        shift = self.model.corridors.dependence_since_start(self, other)
        return clip(self.transit[other] + shift, 0.0, 1.0)

    # Trade

    def trade_depths(self):
        """x: the deepest trade body shared with every other; 0 with the rest of the world (None)."""
        bodies = self.bodies()
        depths = {None: 0.0}
        for j in self.others():
            depths[j] = 0.0
            for o in bodies:
                if j.is_member(o):
                    depths[j] = max(depths[j], o.depth * o.scope["trade"])
        return depths

    def tariffs(self, depths):
        """y: the highest external tariff that the state's bodies put before every other, given x."""
        bodies = self.bodies()
        tariffs = {}
        for j, depth in depths.items():
            tariffs[j] = 0.0
            if depth > 0:
                continue
            for o in bodies:
                if j is None or not j.is_member(o):
                    tariffs[j] = max(tariffs[j], o.external_tariff())
        return tariffs

    def remember_start(self):
        """Keep the trade depths, tariffs and trade shares of the start of the run."""
        self.start_depths = self.trade_depths()
        self.start_tariffs = self.tariffs(self.start_depths)
        self.start_trade = self.trade_shares(self.flows())

    def flows(self):
        """Spending by partner before it is scaled to sum to one; the rest of the world is under None."""
        if not self.model.switches["trade"]:
            return dict(self.spending)
        p = self.model.parameters
        depths = self.trade_depths()
        tariffs = self.tariffs(depths)
        flows = {self: self.spending[self]}
        for j in depths:
            deeper = depths[j] - self.start_depths[j]
            dearer = tariffs[j] - self.start_tariffs[j]
            log_cost = -p["trade.phi"] * deeper + p["trade.psi"] * dearer
            log_cost += self.model.corridors.haul(self, j) + self.cost_shift.get(j, 0.0)
            flows[j] = self.spending[j] * math.exp(-p["trade.elasticity"] * log_cost)
        return flows

    def trade_shares(self, flows):
        """Share of every other state in what is spent abroad."""
        total = sum(flows.values())
        home = flows[self] / total
        if home == 1:
            return {j: 0.0 for j in self.others()}
        return {j: flows[j] / total / (1 - home) for j in self.others()}

    def welfare(self, flows):
        """Log welfare relative to the start."""
        return math.log(sum(flows.values())) / self.model.parameters["trade.elasticity"]

    # Security

    def pacts(self):
        """The strongest security tie with every other state, bilateral or through a common body."""
        bodies = self.bodies()
        pacts = {}
        for j in self.others():
            pacts[j] = self.tie[j]
            for o in bodies:
                if j.is_member(o):
                    pacts[j] = max(pacts[j], o.depth * o.scope["security"])
        return pacts

    def threats(self):
        """n: what threatens the state, in units of capability."""
        diffuse = self.model.parameters["security.diffuse_threat"]
        total = self.nonstate_threat + self.shock
        for j in self.others():
            coldness = max(0.0, 0.3 - self.affinity[j]) / 1.3
            total += (self.threat[j] + diffuse * self.proximity[j] * coldness) * j.capability
        return total

    def protection(self, pacts):
        """The protection that every other state gives; P is their sum."""
        return {j: self.cover(j, pact) for j, pact in pacts.items()}

    def cover(self, ally, pact):
        """The protection that another state would give under a pact of this strength."""
        prestige = ally.prestige if self.model.switches["demonstration"] else 0.0
        return pact * ally.capability * (1 + prestige) * (1 + self.affinity[ally]) / 2

    def need(self, pacts):
        """Unmet need for security, 0 to 1."""
        return self.need_under(sum(self.protection(pacts).values()))

    def need_under(self, protection):
        """Unmet need for security under so much protection."""
        if not self.model.switches["security"]:
            return 0.0
        threats = self.threats()
        total = threats + protection + self.capability
        return threats / total if total > 0 else 0.0

    # Alignment

    def ties_to_poles(self, trade, pacts):
        """T: the weighted ties to every pole but the state itself, from its trade shares and pacts."""
        return {
            k: self.salience["trade"] * trade[k]
            + self.salience["security"] * pacts[k]
            + self.salience["identity"] * max(0.0, self.affinity[k])
            + self.salience["connectivity"] * self.reliance(k)
            for k in self.model.poles
            if k is not self
        }

    def alignment(self):
        """A: how the state's ties are shared among the poles."""
        return shares_of(self.ties_to_poles(self.trade_shares(self.flows()), self.pacts()))

    def displayed_alignment(self):
        """The alignment that the state shows under the poles' leverage."""
        display = self.model.parameters["alignment.display"]
        ties = self.ties_to_poles(self.trade_shares(self.flows()), self.pacts())
        return shares_of({k: t + display * self.leverage_of(k) for k, t in ties.items()})

    def multivector(self):
        """V: 1 when ties are spread evenly over the poles, 0 when all go to one (or there is but one)."""
        shares = self.alignment()
        if len(shares) < 2:
            return 0.0
        return (1 - concentration(shares)) / (1 - 1 / len(shares))

    # Leverage

    def leverage_of(self, power):
        """L: the leverage that another state has over this one, 0 to 1."""
        if self.superiority(power) == 0:
            return 0.0
        pacts = self.pacts()
        return self.leverage_under(power, pacts, self.protection(pacts), self.trade_shares(self.flows()))

    def leverage_under(self, power, pacts, protection, trade):
        """The same, from pacts, protection and trade shares that are known already."""
        superiority = self.superiority(power)
        if superiority == 0:
            return 0.0
        total = sum(protection.values())
        guarded = protection[power] / total if pacts[power] > 0.25 and total > 0 else 0.0
        p = self.model.parameters
        hold = superiority * (
            p["membership.lev_trade"] * min(1.0, 2 * trade[power])
            + p["membership.lev_protection"] * guarded
            + p["membership.lev_transit"] * min(1.0, self.reliance(power))
        )
        return min(1.0, hold * (1 + self.crisis))

    def superiority(self, power):
        """By how much another state is stronger; without it there is no leverage."""
        if not self.model.switches["pressure"] or power is self or power.capability == 0:
            return 0.0
        return max(0.0, 1 - self.capability / power.capability)

    def leverage_in(self, organisation):
        """The largest leverage over the state of a major power inside the organisation."""
        return max((self.leverage_of(k) for k in organisation.majors() if k is not self), default=0.0)


def shares_of(ties):
    """Ties scaled to sum to one; equal shares where there are none."""
    total = sum(ties.values())
    if total < 1e-12:
        return {k: 1 / len(ties) for k in ties}
    return {k: tie / total for k, tie in ties.items()}


def concentration(shares):
    """H: the sum of squared alignment shares."""
    return sum(share**2 for share in shares.values())
