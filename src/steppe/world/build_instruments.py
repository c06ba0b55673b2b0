"""Instruments in force at a date → what they add to ties, trade costs, affinity and the states themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from steppe.evidence import Evidence
from steppe.evidence.structures import InstrumentFacts, Part
from steppe.world.network import Floats
from steppe.world.without import NOTHING, Removal

OF_STATES = ("nonstate_threat", "autonomy", "approval", "continuity")
OF_PAIRS = ("rung", "trade_cost", "affinity")


@dataclass(frozen=True)
class Added:
    """What the instruments in force amount to.

    tie : (N, N) the highest rung of each pair, 0 without one
    cost_shift : (N, N) what the pair's trade costs more without those that the world does without [ln cost]: the trade
        of the start is that with all of them;  affinity : (N, N) sums;  states : variable of OF_STATES → (N,) sums
    """

    tie: Floats
    cost_shift: Floats
    affinity: Floats
    states: dict[str, Floats]


def in_force(evidence: Evidence, when: date, gone: Removal = NOTHING) -> list[Part[InstrumentFacts]]:
    """The instruments in force at a date, in the order of their files."""
    return [
        part
        for name, part in evidence.instruments.items()
        if name not in gone.instruments and _holds(part.facts, when)
    ]


def _holds(facts: InstrumentFacts, when: date) -> bool:
    return facts.since is not None and facts.since <= when and (facts.until is None or when < facts.until)


def added(evidence: Evidence, states: Sequence[str], when: date, gone: Removal = NOTHING) -> Added:
    """What the instruments in force add; a party that is not among the states counts for nothing."""
    n = len(states)
    row = {state: i for i, state in enumerate(states)}
    tie, cost, affinity = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    of_states = {name: np.zeros(n) for name in OF_STATES}
    for part in in_force(evidence, when):
        missing = part.id in gone.instruments
        number = {
            name: evidence.first_value("instruments", part.id, name, when).value for name in part.values
        }
        for a, b in part.facts.between:
            if a in row and b in row:
                for i, j in ((row[a], row[b]), (row[b], row[a])):
                    if missing:
                        cost[i, j] -= number.get("trade_cost", 0.0)
                        continue
                    tie[i, j] = max(tie[i, j], number.get("rung", 0.0))
                    affinity[i, j] += number.get("affinity", 0.0)
        for state in () if missing else part.facts.states:
            if state in row:
                for name, sums in of_states.items():
                    sums[row[state]] += number.get(name, 0.0)
    return Added(tie, cost, affinity, of_states)


def of_identity(
    evidence: Evidence, states: Sequence[str], when: date, gone: Removal = NOTHING
) -> list[Part[InstrumentFacts]]:
    """Instruments of identity with two parties in the world that are in force or may still come into force."""
    return [
        part
        for name, part in evidence.instruments.items()
        if name not in gone.instruments
        and {"strength", "relief"} & set(part.values)
        and (part.facts.until is None or when < part.facts.until)
        and sum(state in states for state in part.facts.states) > 1
    ]


def active(part: Part[InstrumentFacts], when: date) -> bool:
    """Whether an instrument is in force."""
    return _holds(part.facts, when)
