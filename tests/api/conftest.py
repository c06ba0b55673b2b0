"""Small runs of the toy world in which much happens: made once, read by many tests."""

from __future__ import annotations

import pytest

import steppe

#: rates at the top of their ranges, so that bodies merge, deepen and end within a few years
LIVELY = {
    "membership__apply_rate": 1.5,
    "membership__leave_rate": 1.0,
    "membership__cooldown": 0.5,
    "institutions__deepen_rate": 0.6,
    "institutions__hollow_rate": 0.5,
    "institutions__merge_rate": 6.0,
    "shocks__shock_rate": 0.2,
}
SCENARIOS = (
    "arvand_barred_from_rivers",
    "arvand_admitted_to_rivers",
)  # the first is the counterfactual of the second
SIZE = {"world": "toy", "replicates": 24, "seed": 7, "years": 5}


@pytest.fixture(scope="session")
def run() -> steppe.Run:
    """Two scenarios of 24 replicates, in several chunks each."""
    return steppe.run(scenario=SCENARIOS, ensemble__chunk=10, **SIZE, **LIVELY)
