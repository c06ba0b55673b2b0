"""Bilateral ties: pairs of states climb and descend a ladder of security cooperation, rung by rung."""

from itertools import combinations

from .common import TIE_LADDER, logistic
from .philox import BILATERAL
from .state import concentration, shares_of


class Stance:
    """What a state knows when it weighs its ties: taken down for all before any tie moves."""

    def __init__(self, state):
        self.pacts = state.pacts()
        covers = state.protection(self.pacts)
        trade = state.trade_shares(state.flows())
        self.protection = sum(covers.values())
        self.need = state.need_under(self.protection)
        self.ties = state.ties_to_poles(trade, self.pacts)
        self.leverage = {k: state.leverage_under(k, self.pacts, covers, trade) for k in state.others()}


def bilateral(model):
    """Every pair considers its next rung, and may fall to the one below; all at once."""
    stances = {i: Stance(i) for i in model.states}
    moves = []
    for i, j in combinations(model.states, 2):
        move = consider_tie(model, stances, i, j)
        if move is not None:
            moves.append((i, j, *move))
    for i, j, kind, rung, probability in moves:
        i.tie[j] = j.tie[i] = rung
        model.log(kind, state=i, partner=j, value=rung, probability=probability)


def consider_tie(model, stances, i, j):
    """What becomes of the tie of a pair: None, or kind of event, rung, and probability."""
    climb, descend = rate_up(model, stances, i, j), rate_down(model, i, j)
    total = climb + descend
    happens = model.probability(total)
    draw = model.uniform(BILATERAL, *sorted((i.key, j.key)))
    if draw >= happens:
        return None
    up = happens * climb / total
    if draw < up:
        return "climbed", next_rung(i.tie[j]), up
    return "descended", lower_rung(i.tie[j]), happens - up


def next_rung(tie):
    """The rung above, or None at the top."""
    return next((rung for rung in TIE_LADDER if rung > tie + 1e-9), None)


def lower_rung(tie):
    """The rung below; no tie at all is the lowest."""
    return next((rung for rung in reversed(TIE_LADDER) if rung < tie - 1e-9), None)


def rate_up(model, stances, i, j):
    """How often, in a year, both would take the next rung."""
    rung = next_rung(i.tie[j])
    p = model.parameters
    if rung is None or i.affinity[j] < p["bilateral.affinity_floor"]:
        return 0.0
    noise = p["bilateral.climb_noise"]
    willing = logistic(gain(stances[i], i, j, rung) / noise) * logistic(gain(stances[j], j, i, rung) / noise)
    return p["bilateral.climb_rate"] * i.activity * j.activity * willing


def rate_down(model, i, j):
    """How often, in a year, a tie loses a rung: only where affinity is below the floor."""
    if i.tie[j] == 0:
        return 0.0
    p = model.parameters
    return p["bilateral.descend_rate"] * min(1.0, max(0.0, p["bilateral.affinity_floor"] - i.affinity[j]))


def gain(stance, i, j, rung):
    """What the next rung with another state would be worth."""
    p = i.model.parameters
    rise = rung - i.tie[j]
    pact = stance.pacts[j]
    closer = max(pact, rung)

    safety = 0.0
    if i.model.switches["security"]:
        protection = stance.protection - i.cover(j, pact) + i.cover(j, closer)
        relief = stance.need - i.need_under(protection)
        safety = i.salience["security"] * p["value.k_security"] * relief

    closeness = i.salience["identity"] * p["bilateral.symbolic"] * i.affinity[j] * rise
    catalyst = p["bilateral.catalyst"] * commonness(i, j) * rise

    crowding = 0.0
    if i.model.switches["alignment"] and j in stance.ties:
        ties = dict(stance.ties)
        ties[j] += i.salience["security"] * (closer - pact)
        more = concentration(shares_of(ties)) - concentration(shares_of(stance.ties))
        crowding = i.autonomy * p["value.concentration"] * more

    patrons = [k for k in i.others() if k is not j]
    offended = max((stance.leverage[k] * max(0.0, -k.affinity[j]) for k in patrons), default=0.0)
    rivalry = p["bilateral.rivalry_cost"] * rise * offended

    return safety + closeness + catalyst - crowding - rivalry - p["bilateral.cost_climb"]


def commonness(i, j):
    """K: the depth of the deepest body of which both are members."""
    return max((o.depth for o in i.bodies() if j.is_member(o)), default=0.0)
