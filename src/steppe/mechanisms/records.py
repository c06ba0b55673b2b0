"""The record types of a step's workspace: what a pair, an actor, a body, a segment, a process holds.

Symbols are those of docs/equations.md. Room for corridors and processes is fixed; a world that needs more is refused.
"""

from typing import Any

import numpy as np

MAX_EVENTS = 16384  # of one replicate; beyond it the run is refused

# The terms of a value, in the order in which an event carries them.
TERM_NAMES = (
    "value",
    "trade",
    "security",
    "identity",
    "connectivity",
    "influence",
    "autonomy",
    "concentration",
    "conflict",
    "leverage",
)
N_TERMS = len(TERM_NAMES)

REAL, WHOLE = np.float64, np.int64


def _records(**fields: Any) -> np.dtype[Any]:
    """A record type from field names by number type."""
    return np.dtype([(name, kind) for kind, names in fields.values() for name in names.split()], align=True)


PAIR = _records(
    # affinity a, baseline a⁰, structural a^s, threat that the second poses to the first, bilateral security rung (tie),
    # share of the first's transit across the second, expenditure share at the start
    given=(REAL, "affinity baseline structural proximity threat conflict tie transit share0"),
    # transit as coded or set; ln cost from corridors and by intervention; dependence now and at the start, its sum
    ways=(REAL, "transit0 haul cost_shift dependence dependence0"),
    whole=(WHOLE, "rung_move"),  # bilateral move decided in this step: 1 up, -1 down
    # deepest and second deepest common trade depth and pact, and the bodies the deepest are due to
    deepest=(REAL, "trade1 trade2 pact1 pact2"),
    due_to=(WHOLE, "trade1_by pact1_by"),
    # contact, relief by a common instrument; x⁰ and y⁰ (common trade depth, tariff) at the start;
    # y, f_ij, ts_ij, ts_ij at the start;
    # common: deepest common body; burden: the threats that the second faces and the first does not
    derived=(
        REAL,
        "common contact relief common0 tariff0 tariff cost_factor trade_share trade_share0 burden",
    ),
)
ACTOR = _records(
    key=(np.uint64, "key"),
    whole=(
        WHOLE,
        "pole_of turn",
    ),  # which pole the state is, or -1; whose turn comes at this place in the step's order
    given=(REAL, "gdp nonstate salience_trade salience_security salience_identity salience_connectivity"),
    moving=(REAL, "capability autonomy shock prestige crisis approval approval0 continuity activity"),
    derived=(REAL, "demand danger protection need concentration"),  # D_i, n_i, P_i, need, H_i
)
BODY = _records(
    key=(np.uint64, "key"),
    whole=(
        WHOLE,
        "alive rule instrument n_members turn customs",
    ),  # customs: list of bodies with an external tariff
    given=(REAL, "trade security identity connectivity delegated"),
    derived=(REAL, "depth tariff threshold cohesion"),  # threshold: capability that makes a major power in it
)
SEAT = _records(whole=(WHOLE, "status eligible founder anchored pending until saved"))
ROLL = _records(whole=(WHOLE, "member inside major"))  # member: list of members; inside, major: by state
BETWEEN = _records(cosine=(REAL, "cosine"), incompatible=(WHOLE, "incompatible"))
EVENT = np.dtype(
    [
        *(
            (name, np.int32)
            for name in [
                "step",
                "kind",
                "state",
                "organisation",
                "other",
                "status_from",
                "status_to",
                "replicate",
                "partner",
                "process",
                "segment",
            ]
        ),
        ("probability", np.float32),
        ("terms", np.float32, N_TERMS),
    ],
    align=True,
)
PLAN = _records(whole=(WHOLE, "step kind first second third"), amount=(REAL, "amount"))  # interventions

# Corridors.
SEGMENT = _records(
    key=(np.uint64, "key"),
    whole=(WHOLE, "status"),  # SEGMENT_STATUSES
    given=(REAL, "cost days capacity risk"),
    # flow, flow that the shares give; cost at this flow; worst conflict of an owner
    derived=(REAL, "flow flow_next price strife"),
)
DEMAND = _records(
    whole=(WHOLE, "origin destination commodity"),  # destination N: the rest of the world
    given=(REAL, "volume weight outside"),
    # share shipped, logsum cost G, G at the start, mean cost at the start; least cost, sum of weights of the logit
    derived=(REAL, "shipped cost cost0 mean0 least total"),
)
HOLDING = _records(whole=(WHOLE, "owned sponsored"))  # of a segment by a state
ROUTE = _records(whole=(WHOLE, "demand length"), derived=(REAL, "cost share toll"))
CROSSED = _records(whole=(WHOLE, "segment"))

# Processes and politics.
PROCESS = _records(
    key=(np.uint64, "key"),
    whole=(WHOLE, "stage last relapse_to relapse_below"),
    moving=(REAL, "pace"),
)
ROLE = _records(whole=(WHOLE, "party"), moving=(REAL, "push resist interest support support0"))
REQUIREMENT = _records(whole=(WHOLE, "process stage kind first second"), level=(REAL, "level"))
GATE = _records(
    key=(np.uint64, "key"),
    # state, process or -1, stage at which its clock starts or -1, gate that must have passed or -1; due step or -1
    whole=(WHOLE, "kind state process clock chained due passed held settled"),
    given=(REAL, "mix noise delay again"),
)
CONSEQUENCE = _records(
    whole=(WHOLE, "trigger subject stage kind first second third"), amount=(REAL, "amount")
)
CHARTER = _records(whole=(WHOLE, "body process stage"), level=(REAL, "depth"))
INSTRUMENT = _records(whole=(WHOLE, "active"), given=(REAL, "strength relief"))
ENROLLED = _records(whole=(WHOLE, "member"))  # of an instrument, by state

SEGMENT_STATUSES = ("closed", "open", "shut")  # shut: closed by a shock, and may reopen by itself
CLOSED, OPEN, SHUT = range(3)
REQUIREMENTS = ("process", "gate", "depth", "tie", "peace", "pairs", "open", "member")
(NEEDS_PROCESS, NEEDS_GATE, NEEDS_DEPTH, NEEDS_TIE, NEEDS_PEACE, NEEDS_PAIRS, NEEDS_OPEN, NEEDS_MEMBER) = (
    range(8)
)
GATE_KINDS = ("election", "referendum", "ratification")
ELECTION, REFERENDUM, RATIFICATION = range(3)
TRIGGERS = ("stage", "passed", "failed")
ON_STAGE, ON_PASSED, ON_FAILED = range(3)

# Room, by axis: segments, demands, routes, segments of a route; processes, stages, requirements, gates, consequences,
# charter rows, instruments.
ROOM = {
    "segments": 64,
    "demands": 24,
    "routes": 192,
    "crossed": 14,
    "processes": 16,
    "stages": 16,
    "requirements": 128,
    "gates": 40,
    "consequences": 192,
    "charter": 16,
    "instruments": 16,
}
