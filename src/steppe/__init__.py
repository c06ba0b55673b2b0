"""steppe: how states align, simulated, with every number traced to its source.

    >>> import steppe
    >>> run = steppe.run(world="toy", replicates=20, years=5)
    >>> run.measure("P(member)", state="BBB", organisation="UNION", year=2025).columns[-6:]
    ('std_error', 'low', 'high', 'q05', 'q50', 'q95')

What is named here is imported when it is first used, so that `import steppe` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from steppe.api.attributing import attribute
    from steppe.api.comparing import compare, parting
    from steppe.api.differing import diff
    from steppe.api.ema import ema_model
    from steppe.api.function import ModelFunction, model_function
    from steppe.api.functions import Answer, ask, parameters, run, scenarios, show
    from steppe.api.runs import Run, open
    from steppe.api.table import Table
    from steppe.errors import InputError, SteppeError
    from steppe.simulation.agents import Organisation, State
    from steppe.simulation.model import Model
    from steppe.world.arrays import World
    from steppe.world.spec import WorldSpec

__all__ = [
    "Answer",
    "InputError",
    "Model",
    "ModelFunction",
    "Organisation",
    "Run",
    "State",
    "SteppeError",
    "Table",
    "World",
    "WorldSpec",
    "ask",
    "attribute",
    "compare",
    "diff",
    "ema_model",
    "model_function",
    "open",
    "parameters",
    "parting",
    "run",
    "scenarios",
    "show",
]

_HOME = {
    "Answer": "steppe.api.functions",
    "InputError": "steppe.errors",
    "Model": "steppe.simulation.model",
    "ModelFunction": "steppe.api.function",
    "Organisation": "steppe.simulation.agents",
    "Run": "steppe.api.runs",
    "State": "steppe.simulation.agents",
    "SteppeError": "steppe.errors",
    "Table": "steppe.api.table",
    "World": "steppe.world.arrays",
    "WorldSpec": "steppe.world.spec",
    "ask": "steppe.api.functions",
    "attribute": "steppe.api.attributing",
    "compare": "steppe.api.comparing",
    "diff": "steppe.api.differing",
    "ema_model": "steppe.api.ema",
    "model_function": "steppe.api.function",
    "open": "steppe.api.runs",
    "parameters": "steppe.api.functions",
    "parting": "steppe.api.comparing",
    "run": "steppe.api.functions",
    "scenarios": "steppe.api.functions",
    "show": "steppe.api.functions",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'steppe' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
