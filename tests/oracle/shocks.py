"""Shocks: old ones fade, and threats, crises, wars and closures strike at random."""

import math
from itertools import combinations

from .philox import CRISIS, RANDOM_SHOCK, WAR


def shocks(model):
    """All shocks of a step, one kind after the other."""
    threats(model)
    crises(model)
    wars(model)
    model.corridors.accidents()


def threats(model):
    """Threat shocks and prestige decay; new shocks strike."""
    p = model.parameters
    for i in model.states:
        i.shock *= math.exp(-p["shocks.shock_decay"] * model.years_per_step)
        i.prestige *= math.exp(-p["shocks.prestige_decay"] * model.years_per_step)
        if model.uniform(RANDOM_SHOCK, i.key) < model.probability(p["shocks.shock_rate"]):
            i.shock += p["shocks.shock_size"]


def crises(model):
    """Financial crises decay; new ones strike."""
    p = model.parameters
    chance = model.probability(p["shocks.crisis_rate"])
    for i in model.states:
        i.crisis *= math.exp(-p["shocks.crisis_decay"] * model.years_per_step)
        if model.uniform(CRISIS, i.key) < chance:
            i.crisis += p["shocks.crisis_size"]
            model.log("crisis", state=i, probability=chance)


def wars(model):
    """Fighting ends, and breaks out between those who fear and dislike each other."""
    p = model.parameters
    for i, j in combinations(model.states, 2):
        draw = model.uniform(WAR, *sorted((i.key, j.key)))
        if i.conflict[j] > 0:
            kind, level = "war_ended", 0.0
            chance = model.probability(p["shocks.war_end_rate"])
        else:
            kind, level = "war", p["shocks.war_level"]
            fear = max(i.threat[j], j.threat[i])
            chance = model.probability(p["shocks.war_rate"] * fear * max(0.0, -i.affinity[j]))
        if draw < chance:
            i.conflict[j] = j.conflict[i] = level
            model.log(kind, state=i, partner=j, value=level, probability=chance)
