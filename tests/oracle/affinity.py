"""Affinity: it moves by contact, trade and conflict, and returns to a baseline that moves too."""

import math
from itertools import combinations

from .common import MEMBER, NONE, OBSERVER, SUSPENDED, clip
from .philox import AFFINITY


def move_affinity(model):
    """Affinity and its baseline move for all pairs at once."""
    trade = {i: i.trade_shares(i.flows()) for i in model.states}
    moved = {}
    for i, j in combinations(model.states, 2):
        gain = (trade[i][j] + trade[j][i]) / 2 - (i.start_trade[j] + j.start_trade[i]) / 2
        moved[i, j] = affinity_after(model, i, j, gain)
    for (i, j), (affinity, baseline) in moved.items():
        i.affinity[j] = j.affinity[i] = affinity
        i.baseline[j] = j.baseline[i] = baseline


def affinity_after(model, i, j, trade_gain):
    """The affinity of a pair, and its baseline, one step later."""
    p = model.parameters
    a, baseline, structural = i.affinity[j], i.baseline[j], i.structural[j]
    held = p["affinity.instrument_relief"] * relief(model, i, j)
    drift = (
        p["affinity.reversion"] * (1 - held) * (baseline - a)
        + p["affinity.contact"] * contact(model, i, j) * (1 - a)
        + p["affinity.trade_contact"] * trade_gain * (1 - a)
        - p["affinity.conflict_erosion"] * i.conflict[j] * (1 + a)
    )
    low, high = min(i.key, j.key), max(i.key, j.key)
    noise = model.draws.normal(model.step_number, AFFINITY, low, high)
    change = drift * model.years_per_step
    change += p["affinity.noise"] * math.sqrt(model.years_per_step) * noise
    follow = p["affinity.baseline_follow"] * (a - baseline)
    follow += p["affinity.baseline_anchor"] * (structural - baseline)
    return (
        clip(a + change, -1.0, 1.0),
        clip(baseline + follow * model.years_per_step, -1.0, 1.0),
    )


def contact(model, i, j):
    """C: how much two states meet in bodies that are about identity, and through common instruments."""
    watching = model.parameters["affinity.observer_contact"]
    presence = {NONE: 0.0, OBSERVER: watching, SUSPENDED: watching, MEMBER: 1.0}
    total = 0.0
    for o in model.organisations:
        if o.alive:
            total += presence[i.status[o]] * presence[j.status[o]] * o.depth * o.scope["identity"]
    if model.switches["instruments"]:
        total += sum(instrument.strength for instrument in common_instruments(model, i, j))
    return min(1.0, total)


def relief(model, i, j):
    """How much of the decay of affinity the strongest common instrument, body or not, can take away."""
    if not model.switches["instruments"]:
        return 0.0
    if any(o.instrument and j.is_member(o) for o in i.bodies()):
        return 1.0
    return max((instrument.relief for instrument in common_instruments(model, i, j)), default=0.0)


def common_instruments(model, i, j):
    """The active instruments that two states share."""
    return [one for one in model.instruments if one.active and i in one.members and j in one.members]


class Instrument:
    """An instrument of identity that is no body: an alphabet, games, a fund."""

    def __init__(self, name, agenda, index, states):
        self.name = name
        self.active = bool(agenda.active[index])
        self.strength = float(agenda.strength[index])
        self.relief = float(agenda.relief[index])
        self.members = [i for n, i in enumerate(states) if agenda.enrolled[index][n]]
