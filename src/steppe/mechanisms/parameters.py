"""What the mechanisms read: names only. The values and their sources are in `seeds/parameters.yaml`.

Parameters travel as one record of floats, `p`, so that a kernel reads `p.apply_rate`. A switch is a float, 1 or 0.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

PARAMETERS = (
    "shocks.shock_rate",
    "shocks.shock_size",
    "shocks.shock_decay",
    "shocks.prestige_decay",
    "trade.phi",
    "trade.psi",
    "trade.elasticity",
    "affinity.reversion",
    "affinity.contact",
    "affinity.observer_contact",
    "affinity.trade_contact",
    "affinity.conflict_erosion",
    "affinity.baseline_follow",
    "affinity.baseline_anchor",
    "affinity.noise",
    "affinity.instrument_relief",
    "security.diffuse_threat",
    "security.entrapment",
    "alignment.display",
    "value.k_trade",
    "value.k_security",
    "value.k_identity",
    "value.k_connectivity",
    "value.welfare_scale",
    "value.sovereignty",
    "value.concentration",
    "value.incompatibility",
    "value.upkeep",
    "value.influence",
    "value.observer_benefit",
    "value.observer_autonomy",
    "membership.apply_rate",
    "membership.leave_rate",
    "membership.choice_noise",
    "membership.vote_noise",
    "membership.cost_observer",
    "membership.cost_member",
    "membership.cost_leave",
    "membership.pressure_apply",
    "membership.pressure_vote",
    "membership.pressure_stay",
    "membership.acquiescence",
    "membership.observer_vote",
    "membership.cooldown",
    "membership.vote_persistent",
    "institutions.deepen_rate",
    "institutions.cost_deepen",
    "institutions.ladder_scope",
    "institutions.hollow_rate",
    "institutions.dissolve_rate",
    "institutions.cohesion_floor",
    "institutions.floor_slope",
    "institutions.cohesion_noise",
    "institutions.cohesion_dominance",
    "institutions.cohesion_overlap",
    "institutions.merge_rate",
    "institutions.merge_exponent",
    "institutions.cosine_floor",
    "institutions.cost_merge",
    "membership.major_multiple",
    "membership.major_floor",
    "membership.lev_trade",
    "membership.lev_protection",
    "membership.lev_transit",
    "shocks.crisis_rate",
    "shocks.crisis_size",
    "shocks.crisis_decay",
    "shocks.war_rate",
    "shocks.war_level",
    "shocks.war_end_rate",
    "shocks.closure_rate",
    "shocks.reopen_rate",
    "corridors.beta_oil",
    "corridors.beta_container",
    "corridors.value_of_time",
    "corridors.congestion",
    "corridors.risk_price",
    "corridors.risk_affinity",
    "corridors.risk_conflict",
    "corridors.trade_pass",
    "bilateral.climb_rate",
    "bilateral.descend_rate",
    "bilateral.affinity_floor",
    "bilateral.catalyst",
    "bilateral.symbolic",
    "bilateral.rivalry_cost",
    "bilateral.cost_climb",
    "bilateral.climb_noise",
    "domestic.approval_reversion",
    "domestic.approval_noise",
    "domestic.crisis_cost",
    "domestic.war_cost",
    "domestic.support_reversion",
    "domestic.support_affinity",
    "domestic.support_noise",
    "domestic.leader_rate",
    "domestic.leader_slope",
    "domestic.turnover_noise",
    "processes.k_benefit",
    "processes.k_push",
    "processes.k_resist",
    "processes.access",
    "processes.signal_rate",
    "processes.signal_size",
    "processes.signal_support",
    "processes.relapse_rate",
    "processes.relapse_level",
    "processes.relapse_affinity",
    "processes.backlash",
)

SWITCHES = (
    "shocks",
    "trade",
    "affinity",
    "security",
    "alignment",
    "membership",
    "institutions",
    "pressure",
    "dominance",
    "overlap",
    "consent",
    "corridors",
    "bilateral",
    "domestic",
    "processes",
    "instruments",
    "gates",
    "spoilers",
    "demonstration",
)

FIELDS = (*(name.split(".")[1] for name in PARAMETERS), *(f"on_{name}" for name in SWITCHES), "dt")
DTYPE = np.dtype([(name, np.float64) for name in FIELDS], align=True)


def field_index(name: str) -> int:
    """Position in the record of a parameter id (`membership.apply_rate`) or of a switch (`pressure`)."""
    return FIELDS.index(name.split(".")[1] if "." in name else f"on_{name}")


def pack(values: Mapping[str, float], switches: Mapping[str, bool], dt: float) -> np.ndarray[Any, Any]:
    """A record array (1,) from parameter values by id, switches by name, and the step in years.

    Raises KeyError where a parameter has no value: nothing is defaulted in code.
    """
    record = np.zeros(1, dtype=DTYPE)
    for name in PARAMETERS:
        record[name.split(".")[1]] = values[name]
    for name in SWITCHES:
        record[f"on_{name}"] = float(switches.get(name, True))
    record["dt"] = dt
    return record
