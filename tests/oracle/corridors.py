"""Corridors: segments, demands that choose among routes, the flows they make, and who depends on whom for them."""

import math

from .common import clip, mean
from .philox import CLOSURE, key_of

CLOSED, OPEN, SHUT = 0, 1, 2  # shut: closed by a shock
COMMODITIES = ("oil", "containers")
MOST_ROUNDS = 200
CLOSE_ENOUGH = 1e-6  # Mt/y


class Segment:
    """A stretch of pipe, rail, road or sea: what it costs, what it takes, whose it is, and who runs it."""

    def __init__(self, name, network, index, states):
        self.name = name
        self.key = key_of("segment", name)
        self.systems = tuple(network.systems[index])
        self.cost = float(network.cost[index])
        self.days = float(network.days[index])
        self.capacity = float(network.capacity[index])
        self.risk = float(network.risk[index])
        self.status = OPEN if network.open[index] else CLOSED
        self.owners = [i for n, i in enumerate(states) if network.owned[index][n]]
        self.sponsors = [i for n, i in enumerate(states) if network.sponsored[index][n]]
        self.flow = 0.0

    def war_at_owner(self):
        """The worst conflict in which any owner is."""
        return max((x for j in self.owners for x in j.conflict.values()), default=0.0)

    def risk_for(self, user, parameters):
        """How risky a state finds the segment: hostile owners, owners at war."""
        if not self.owners:
            return self.risk
        hostility = max((max(0.0, -user.affinity[j]) for j in self.owners if j is not user), default=0.0)
        return clip(
            self.risk
            + parameters["corridors.risk_affinity"] * hostility
            + parameters["corridors.risk_conflict"] * self.war_at_owner(),
            0.0,
            1.0,
        )

    def held_by(self, state):
        """Whether the state owns or sponsors the segment."""
        return state in self.owners or state in self.sponsors


class Demand:
    """Goods that a state sends somewhere, by one of several routes, or not at all."""

    def __init__(self, name, network, index, states):
        self.name = name
        self.origin = states[network.origin[index]]
        there = int(network.destination[index])
        self.destination = None if there == len(states) else states[there]
        self.commodity = COMMODITIES[int(network.commodity[index])]
        self.volume = float(network.volume[index])
        self.weight = float(network.weight[index])
        self.outside = float(network.outside[index])
        self.routes = []  # each a list of segments
        self.shares = []
        self.costs = []  # None for a route that is not open
        self.logsum = self.start_logsum = self.start_cost = 0.0

    def shipped(self):
        """The share that is shipped at all."""
        return sum(self.shares)

    def mean_cost(self):
        """What a ton costs on its way, on average; the cost of staying where nothing is shipped."""
        if self.shipped() == 0:
            return self.outside
        paid = sum(share * cost for share, cost in zip(self.shares, self.costs, strict=True) if share > 0)
        return paid / self.shipped()

    def across(self, state):
        """The share that crosses something which the state owns or sponsors."""
        return sum(
            share
            for share, route in zip(self.shares, self.routes, strict=True)
            if any(e.held_by(state) for e in route)
        )


class Corridors:
    """All segments and demands, and what follows from them."""

    def __init__(self, model, network):
        self.model = model
        self.segments = [Segment(name, network, e, model.states) for e, name in enumerate(network.segments)]
        self.segment_named = {e.name: e for e in self.segments}
        self.demands = [Demand(name, network, q, model.states) for q, name in enumerate(network.demands)]
        for demand, crossed in zip(network.route_demand, network.crossed, strict=True):
            self.demands[demand].routes.append([self.segments[e] for e in crossed if e >= 0])
        self.stale = False
        self.dependence = {}
        self.start_dependence = {}
        self.hauls = {}

    def begin(self):
        """The flows of the start, to which all later ones are compared."""
        self.settle()
        for demand in self.demands:
            demand.start_logsum = demand.logsum
            demand.start_cost = demand.mean_cost()
        self.update()
        self.start_dependence = dict(self.dependence)

    def step(self):
        """Flows find their way again once a year, and when something has changed."""
        if self.stale or self.model.step_number % round(1 / self.model.years_per_step) == 0:
            self.update()

    def update(self):
        """Flows, and what follows from them for the states."""
        self.settle()
        for i in self.model.states:
            self.hauls[i, None] = self.haul_now(i, None)
            for j in i.others():
                self.hauls[i, j] = self.haul_now(i, j)
                self.dependence[i, j] = self.dependence_now(i, j)
        self.stale = False

    # Route choice

    def settle(self):
        """The flows at which the routes' costs and the choice of routes agree."""
        risks = {
            (q, e): e.risk_for(q.origin, self.model.parameters)
            for q in self.demands
            for route in q.routes
            for e in route
        }
        flow = {e: e.flow for e in self.segments}
        divisor, last_miss = 1.0, None
        for n in range(MOST_ROUNDS + 1):
            self.choose_routes(flow, risks)
            chosen = self.flows()
            miss = max((abs(chosen[e] - f) for e, f in flow.items()), default=0.0)
            if last_miss is not None:
                divisor += 1.8 if miss >= last_miss else 0.03
            if miss <= CLOSE_ENOUGH or n == MOST_ROUNDS:
                break
            flow = {e: f + (chosen[e] - f) / divisor for e, f in flow.items()}
            last_miss = miss
        for e in self.segments:
            e.flow = flow[e]

    def choose_routes(self, flow, risks):
        """Shares of the routes of every demand, and its costs, at these flows."""
        p = self.model.parameters
        for q in self.demands:
            beta = p["corridors.beta_oil" if q.commodity == "oil" else "corridors.beta_container"]
            q.costs = []
            for route in q.routes:
                if any(e.status != OPEN for e in route):
                    q.costs.append(None)
                    continue
                way = sum(self.cost_of(e, flow[e]) for e in route)
                danger = sum(risks[q, e] for e in route)
                q.costs.append(way + p["corridors.risk_price"] * danger)
            least = min([cost for cost in q.costs if cost is not None] + [q.outside])
            weights = [0.0 if cost is None else math.exp(-beta * (cost - least)) for cost in q.costs]
            total = sum(weights) + math.exp(-beta * (q.outside - least))
            q.shares = [weight / total for weight in weights]
            q.logsum = least - math.log(total) / beta

    def cost_of(self, segment, flow):
        """What a ton costs on a segment that is so full."""
        p = self.model.parameters
        base = segment.cost + p["corridors.value_of_time"] * segment.days
        return base * (1 + p["corridors.congestion"] * (flow / segment.capacity) ** 4)

    def flows(self):
        """What crosses every segment at the present shares."""
        flow = {e: 0.0 for e in self.segments}
        for q in self.demands:
            for share, route in zip(q.shares, q.routes, strict=True):
                for e in route:
                    flow[e] += q.volume * share
        return flow

    def dependence_now(self, i, j):
        """The share of a state's shipments that crosses what another owns or sponsors."""
        own = [q for q in self.demands if q.origin is i]
        unlisted = max(0.0, 1 - sum(q.weight for q in own))
        shipped = unlisted + sum(q.weight * q.shipped() for q in own)
        return sum(q.weight * q.across(j) for q in own) / shipped if shipped > 0 else 0.0

    def haul_now(self, i, j):
        """What the corridors have added to the log cost of trade between two states, or with the world (None)."""
        between = [
            q
            for q in self.demands
            if q.commodity == "containers" and (q.origin, q.destination) in ((i, j), (j, i))
        ]
        dearer = [(q.logsum - q.start_logsum) / max(1.0, q.start_cost) for q in between]
        return self.model.parameters["corridors.trade_pass"] * mean(dearer)

    # What the rest of the model asks

    def dependence_since_start(self, i, j):
        """By how much the dependence of a state on another has changed."""
        if not self.model.switches["corridors"]:
            return 0.0
        return self.dependence[i, j] - self.start_dependence[i, j]

    def haul(self, i, j):
        """What the corridors add to the log cost of trade of a state with another, or with the world (None)."""
        return self.hauls[i, j] if self.model.switches["corridors"] else 0.0

    # Shocks

    def accidents(self):
        """Open segments are closed by accident or attack, and those closed so reopen."""
        p = self.model.parameters
        for e in self.segments:
            draw = self.model.uniform(CLOSURE, e.key)
            if e.status == OPEN:
                chance = self.model.probability(p["shocks.closure_rate"] * (1 + e.war_at_owner()))
                after, kind = SHUT, "closed"
            elif e.status == SHUT:
                chance = self.model.probability(p["shocks.reopen_rate"])
                after, kind = OPEN, "reopened"
            else:
                continue
            if draw < chance:
                e.status = after
                self.stale = True
                self.model.log(kind, segment=e, probability=chance)
