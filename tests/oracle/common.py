"""Words that all parts of the oracle share: statuses, domains, rules, and two small functions."""

import math
from contextlib import contextmanager

NONE, OBSERVER, MEMBER, SUSPENDED = 0, 1, 2, 3
STATUS = {"none": NONE, "observer": OBSERVER, "member": MEMBER, "suspended": SUSPENDED}

DOMAINS = ("trade", "security", "identity", "connectivity")
RULES = ("consensus", "qualified_majority", "majority", "founder_veto", "no_major_power")
LADDER = (0.1, 0.3, 0.5, 0.7, 0.9)
TIE_LADDER = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)  # of bilateral ties: dialogue … mutual defence

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


def logistic(x):
    """1/(1 + exp(-x)), for any x."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def mean(values):
    """The mean, and 0 of nothing."""
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def clip(x, low, high):
    """x held between low and high."""
    return max(low, min(high, x))


@contextmanager
def supposing(state, organisation, status):
    """For as long as the block lasts, the state has this status in the organisation."""
    before = state.status[organisation]
    state.status[organisation] = status
    try:
        yield
    finally:
        state.status[organisation] = before
