"""The value of membership: what a state gains and loses by being in an organisation.

All parts are differences between the state inside and outside, every other status fixed.
"""

import math
from dataclasses import dataclass

from .common import MEMBER, NONE, mean, supposing
from .state import concentration, shares_of


@dataclass(frozen=True)
class Value:
    """The components of the value of an organisation to a state."""

    trade: float
    security: float
    identity: float
    connectivity: float
    influence: float
    autonomy: float
    concentration: float
    conflict: float
    member: float
    observer: float

    def components(self):
        """The eight components by name."""
        names = "trade security identity connectivity influence autonomy concentration conflict"
        return {name: getattr(self, name) for name in names.split()}


@dataclass(frozen=True)
class Standing:
    """What an organisation changes for a state."""

    welfare: float
    need: float
    concentration: float


def standing(state):
    """The welfare, need for security and concentration of alignment of a state as things are."""
    flows = state.flows()
    pacts = state.pacts()
    ties = state.ties_to_poles(state.trade_shares(flows), pacts)
    return Standing(
        welfare=state.welfare(flows),
        need=state.need(pacts),
        concentration=concentration(shares_of(ties)),
    )


def dominance(state, organisation):
    """How much the most overbearing major power in the organisation would dominate the state."""
    if not state.model.switches["dominance"]:
        return 0.0
    total = sum(j.capability for j in organisation.members())
    if not state.is_member(organisation):
        total += state.capability
    weights = [
        j.capability / total * (1 - state.affinity[j]) / 2 for j in organisation.majors() if j is not state
    ]
    return max(weights, default=0.0)


def entrapment(state, partners):
    """The mean threat that partners face and the state does not."""
    return mean(
        sum(j.threat.get(k, 0.0) * (1 - state.threat[k]) * k.capability for k in state.others())
        for j in partners
    )


def alignment_of_partners(state, partners):
    """The partners' alignment shares with the state, summed."""
    return sum(j.alignment()[state] for j in partners)


def value_of_membership(state, organisation):
    """The value of the organisation to the state, as a member and as an observer, with its components."""
    model = state.model
    p = model.parameters
    salience, scope, depth = state.salience, organisation.scope, organisation.depth
    partners = [j for j in organisation.members() if j is not state]
    courts = p["value.influence"] != 0 and state in model.poles and organisation.is_major(state)

    with supposing(state, organisation, MEMBER):
        inside = standing(state)
        influence_in = alignment_of_partners(state, partners) if courts else 0.0
    with supposing(state, organisation, NONE):
        outside = standing(state)
        influence_out = alignment_of_partners(state, partners) if courts else 0.0

    gain = math.tanh((inside.welfare - outside.welfare) / p["value.welfare_scale"])
    trade = salience["trade"] * p["value.k_trade"] * gain

    security = 0.0
    if model.switches["security"]:
        risk = p["security.entrapment"] * depth * scope["security"] * entrapment(state, partners)
        security = salience["security"] * p["value.k_security"] * (outside.need - inside.need - risk)

    closeness = mean(state.affinity[j] for j in partners)
    bond = (0.25 + 0.75 * depth) * scope["identity"] * closeness
    identity = salience["identity"] * p["value.k_identity"] * bond

    transit = min(1.0, sum(state.reliance(j) for j in partners))
    connectivity = (
        salience["connectivity"] * p["value.k_connectivity"] * depth * scope["connectivity"] * transit
    )

    influence = p["value.influence"] * (influence_in - influence_out)

    delegated = (
        scope["trade"] + 0.25 * scope["security"] + 0.2 * scope["identity"] + 0.3 * scope["connectivity"]
    )
    autonomy = state.autonomy * p["value.sovereignty"] * depth * delegated * dominance(state, organisation)

    crowding = 0.0
    if model.switches["alignment"]:
        rise = inside.concentration - outside.concentration
        crowding = state.autonomy * p["value.concentration"] * rise

    rivals = [q for q in organisation.incompatible if state.is_member(q)]
    conflict = p["value.incompatibility"] * len(rivals)

    upkeep = p["value.upkeep"]
    benefits = trade + security + identity + connectivity + influence
    costs = autonomy + crowding + conflict
    return Value(
        trade=trade,
        security=security,
        identity=identity,
        connectivity=connectivity,
        influence=influence,
        autonomy=autonomy,
        concentration=crowding,
        conflict=conflict,
        member=benefits - costs - upkeep,
        observer=p["value.observer_benefit"] * (identity + connectivity)
        - p["value.observer_autonomy"] * costs
        - p["value.observer_autonomy"] * upkeep,
    )
