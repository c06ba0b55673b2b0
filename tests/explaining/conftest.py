"""A small run of the toy world in which much happens: made once, read by many tests."""

from __future__ import annotations

import pytest
from tests.api.conftest import LIVELY, SCENARIOS, SIZE

import steppe
from steppe.results.query import Run


@pytest.fixture(scope="session")
def toy() -> Run:
    """Two scenarios of 24 replicates with bodies that admit, deepen, merge and end within five years."""
    return steppe.run(scenario=SCENARIOS, ensemble__chunk=10, **SIZE, **LIVELY).stored
