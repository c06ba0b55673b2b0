"""What can be read of a model after (or between) steps; always of the present state of the world."""

from itertools import combinations

from .common import mean
from .value import value_of_membership


class Readings:
    """The quantities of a model, by the names of whatever they belong to."""

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

    @property
    def tie(self):
        """Bilateral security rung by pair, both ways round."""
        return self.by_pair("tie")

    @property
    def conflict(self):
        """Open conflict by pair, both ways round."""
        return self.by_pair("conflict")

    @property
    def reliance(self):
        """Transit of the first state across the second, as its corridors have it."""
        return {(i.name, j.name): i.reliance(j) for i in self.states for j in i.others()}

    @property
    def haul(self):
        """What corridors add to log trade costs by pair; with the rest of the world under None."""
        return {
            (i.name, j.name if j else None): self.corridors.haul(i, j)
            for i in self.states
            for j in (*i.others(), None)
        }

    @property
    def support(self):
        """Public support by process and state."""
        return {(p.name, i.name): role.support for p in self.processes for i, role in p.roles.items()}

    @property
    def stage(self):
        """Stage by process."""
        return {p.name: p.stage for p in self.processes}
