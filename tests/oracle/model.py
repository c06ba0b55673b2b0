"""The model as an ordinary Mesa program: states and organisations are agents, a step is a list of phases."""

import math
from itertools import combinations

import mesa

from .common import MEMBER, NONE, OBSERVER, SUSPENDED, SWITCHES, clip, mean
from .interventions import intervene
from .membership import consider
from .organisation import Organisation
from .philox import AFFINITY, ORGANISATION_ORDER, RANDOM_SHOCK, STATE_ORDER, Draws
from .state import State
from .value import value_of_membership


class OracleModel(mesa.Model):
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

    def log(self, kind, state=None, organisation=None, other=None, **fields):
        """Write an event down, agents by their names."""
        event = {"step": self.step_number, "kind": kind}
        for role, agent in (("state", state), ("organisation", organisation), ("other", other)):
            event[role] = None if agent is None else agent.name
        self.events.append(event | {"status_from": None, "status_to": None, "value": None} | fields)

    # One step

    def step(self):
        """Everything that happens in one step, in order."""
        for intervention in self.interventions:
            if intervention["step"] == self.step_number:
                intervene(self, intervention)
        if self.switches["shocks"]:
            self.shocks()
        if self.switches["affinity"]:
            self.move_affinity()
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
        self.step_number += 1

    def run(self, steps):
        """Run a number of steps."""
        for _ in range(steps):
            self.step()

    def shocks(self):
        """Shocks and prestige decay; new shocks strike at random."""
        p = self.parameters
        for i in self.states:
            i.shock *= math.exp(-p["shocks.shock_decay"] * self.years_per_step)
            i.prestige *= math.exp(-p["shocks.prestige_decay"] * self.years_per_step)
            if self.uniform(RANDOM_SHOCK, i.key) < self.probability(p["shocks.shock_rate"]):
                i.shock += p["shocks.shock_size"]

    def move_affinity(self):
        """Affinity and its baseline move for all pairs at once."""
        trade = {i: i.trade_shares(i.flows()) for i in self.states}
        moved = {}
        for i, j in combinations(self.states, 2):
            gain = (trade[i][j] + trade[j][i]) / 2 - (i.start_trade[j] + j.start_trade[i]) / 2
            moved[i, j] = self.affinity_after(i, j, gain)
        for (i, j), (affinity, baseline) in moved.items():
            i.affinity[j] = j.affinity[i] = affinity
            i.baseline[j] = j.baseline[i] = baseline

    def affinity_after(self, i, j, trade_gain):
        """The affinity of a pair, and its baseline, one step later."""
        p = self.parameters
        a, baseline, structural = i.affinity[j], i.baseline[j], i.structural[j]
        relief = p["affinity.instrument_relief"] if self.share_instrument(i, j) else 0.0
        drift = (
            p["affinity.reversion"] * (1 - relief) * (baseline - a)
            + p["affinity.contact"] * self.contact(i, j) * (1 - a)
            + p["affinity.trade_contact"] * trade_gain * (1 - a)
            - p["affinity.conflict_erosion"] * i.conflict[j] * (1 + a)
        )
        low, high = min(i.key, j.key), max(i.key, j.key)
        noise = self.draws.normal(self.step_number, AFFINITY, low, high)
        change = drift * self.years_per_step
        change += p["affinity.noise"] * math.sqrt(self.years_per_step) * noise
        follow = p["affinity.baseline_follow"] * (a - baseline)
        follow += p["affinity.baseline_anchor"] * (structural - baseline)
        return (
            clip(a + change, -1.0, 1.0),
            clip(baseline + follow * self.years_per_step, -1.0, 1.0),
        )

    def contact(self, i, j):
        """C: how much two states meet in bodies that are about identity."""
        watching = self.parameters["affinity.observer_contact"]
        presence = {NONE: 0.0, OBSERVER: watching, SUSPENDED: watching, MEMBER: 1.0}
        total = 0.0
        for o in self.organisations:
            if o.alive:
                total += presence[i.status[o]] * presence[j.status[o]] * o.depth * o.scope["identity"]
        return min(1.0, total)

    def share_instrument(self, i, j):
        """Whether two states are both members of a living identity instrument."""
        return any(o.instrument and j.is_member(o) for o in i.bodies())

    # What can be read after (or between) steps; always of the present state of the world

    def by_pair(self, attribute):
        """A quantity that states hold about other states, by the names of both."""
        return {(i.name, j.name): x for i in self.states for j, x in getattr(i, attribute).items()}

    def by_status(self, attribute):
        """A quantity that states hold about organisations, by the names of both."""
        return {(i.name, o.name): x for i in self.states for o, x in getattr(i, attribute).items()}

    @property
    def status(self):
        """Statuses by state and organisation."""
        return self.by_status("status")

    @property
    def until(self):
        """First steps at which states may apply again."""
        return self.by_status("until")

    @property
    def pending(self):
        """Applications ordered and not yet put to the vote."""
        return self.by_status("pending")

    @property
    def affinity(self):
        """Affinity by pair, both ways round."""
        return self.by_pair("affinity")

    @property
    def baseline(self):
        """Baseline affinity by pair, both ways round."""
        return self.by_pair("baseline")

    @property
    def depth(self):
        """Depth by organisation."""
        return {o.name: o.depth for o in self.organisations}

    @property
    def alive(self):
        """Whether each organisation exists."""
        return {o.name: o.alive for o in self.organisations}

    @property
    def cohesion(self):
        """Cohesion by organisation; NaN for a dead one and for one with fewer than two members."""
        return {o.name: o.cohesion() for o in self.organisations}

    @property
    def need(self):
        """Unmet security need by state."""
        return {i.name: i.need(i.pacts()) for i in self.states}

    @property
    def welfare(self):
        """Log welfare relative to the start by state."""
        return {i.name: i.welfare(i.flows()) for i in self.states}

    @property
    def shock(self):
        """Threat shock by state."""
        return {i.name: i.shock for i in self.states}

    @property
    def prestige(self):
        """Prestige by state."""
        return {i.name: i.prestige for i in self.states}

    @property
    def shares(self):
        """Alignment by state and pole; a pole has no share in itself."""
        return {(i.name, k.name): x for i in self.states for k, x in i.alignment().items()}

    @property
    def displayed(self):
        """Displayed alignment by state and pole."""
        return {(i.name, k.name): x for i in self.states for k, x in i.displayed_alignment().items()}

    @property
    def multivector(self):
        """Multi-vector index by state."""
        return {i.name: i.multivector() for i in self.states}

    @property
    def leverage(self):
        """Leverage over the first state of the second."""
        return {(i.name, k.name): i.leverage_of(k) for i in self.states for k in i.others()}

    @property
    def influence(self):
        """Influence by pole: the alignment with it, weighted by income, of states that are not poles."""
        others = [i for i in self.states if i not in self.poles]
        income = sum(i.gdp for i in others)
        if income == 0:
            return {k.name: 0.0 for k in self.poles}
        shares = {i: i.alignment() for i in others}
        return {k.name: sum(shares[i][k] * i.gdp for i in others) / income for k in self.poles}

    @property
    def polarisation(self):
        """The mean distance between the alignments of states that are not poles."""
        alignments = [i.alignment() for i in self.states if i not in self.poles]
        return mean(sum(abs(a[k] - b[k]) for k in self.poles) / 2 for a, b in combinations(alignments, 2))

    def value_of_membership(self, state, organisation):
        """The components of the value of an organisation to a state, both by name; changes nothing."""
        return value_of_membership(self.state_named[state], self.organisation_named[organisation])
