"""steppe: how states align, simulated, with every number traced to its source.

    >>> import steppe
    >>> model = steppe.Model(world="toy", rng=1)      # doctest: +SKIP

What is named here is imported when it is first used, so that `import steppe` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steppe.simulation.agents import Organisation, State
    from steppe.simulation.model import Model
    from steppe.world.arrays import World
    from steppe.world.spec import WorldSpec

__all__ = ["Model", "Organisation", "State", "World", "WorldSpec"]

_HOME = {
    "Model": "steppe.simulation.model",
    "Organisation": "steppe.simulation.agents",
    "State": "steppe.simulation.agents",
    "World": "steppe.world.arrays",
    "WorldSpec": "steppe.world.spec",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'steppe' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
