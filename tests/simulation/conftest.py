"""Models of the toy world for tests of the Mesa front."""

import pytest

from steppe import Model

# Much happens: rates at the top of their ranges, no long waits.
LIVELY = tuple(
    f"parameters.{name}"
    for name in (
        "membership.apply_rate=1.5",
        "membership.leave_rate=1",
        "membership.cooldown=0.5",
        "institutions.deepen_rate=0.6",
        "institutions.hollow_rate=0.5",
        "institutions.merge_rate=6",
        "shocks.shock_rate=0.2",
    )
)


@pytest.fixture
def toy() -> Model:
    """The toy world at its start."""
    return Model(world="toy", rng=7)
