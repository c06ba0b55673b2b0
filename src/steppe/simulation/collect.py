"""What the Mesa model collects: the measures of a run's tables, in Mesa's DataCollector, by column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from mesa import DataCollector

from steppe.errors import input_error
from steppe.mechanisms.observe import Record

if TYPE_CHECKING:
    from steppe.simulation.model import Model

Reporter = Callable[[Any], Any] | str
Reporters = Mapping[str, Mapping[str, Reporter]]

OF_STATES = (
    "need",
    "welfare",
    "multivector",
    "display_gap",
    "approval",
    "crisis",
    "partners",
    "allies",
    "neighbours",
)
OF_BODIES = ("alive", "depth", "cohesion", "closeness", "members", "observers")
KEYS = ("step", "date", "id")
TABLES = ("system", "states", "organisations")


def collector(model: Model, reporters: Reporters) -> Any:
    """A DataCollector with model-level series of the system, and a table each of states and organisations.

    reporters : table → column → an attribute's name, or a function of the model or the agent
    """
    for table in reporters:
        if table not in TABLES:
            raise input_error(f"no table {table!r}", key="reporters", value=table, accepted=TABLES)
    poles = model.world.poles
    system = ("step", "date", "polarisation", *(f"influence_{pole}" for pole in poles))
    shares = tuple(f"share_{pole}" for pole in poles)
    make: Any = DataCollector
    return make(
        model_reporters={
            **{name: partial(_system, name) for name in system},
            **{name: partial(_report, reporter) for name, reporter in reporters.get("system", {}).items()},
        },
        tables={
            "states": [*KEYS, "organisations", *OF_STATES, *shares, *reporters.get("states", {})],
            "organisations": [*KEYS, *OF_BODIES, *reporters.get("organisations", {})],
        },
    )


def add_rows(model: Model, reporters: Reporters) -> None:
    """Add a row for every state and organisation, of the model as it was last looked at."""
    seen, tables = model.seen, model.datacollector.tables
    row: dict[str, Any]
    head = {"step": model.next_step, "date": model.date.isoformat()}
    if "states" in tables:
        for i, state in enumerate(model.states.values()):
            row = {**head, "id": state.id, "organisations": state.organisations}
            row |= {name: _value(seen, name, i) for name in OF_STATES}
            row |= {name: int(row[name]) for name in ("partners", "allies")}
            row |= {f"share_{p}": _value(seen, "shares", i, k) for k, p in enumerate(model.world.poles)}
            row |= {name: _report(one, state) for name, one in reporters.get("states", {}).items()}
            model.datacollector.add_table_row("states", row)
    if "organisations" in tables:
        for o, body in enumerate(model.organisations.values()):
            row = {**head, "id": body.id}
            row |= {name: _value(seen, name, o) for name in OF_BODIES}
            for name, kind in (("alive", bool), ("members", int), ("observers", int)):
                row[name] = kind(row[name])
            row |= {name: _report(one, body) for name, one in reporters.get("organisations", {}).items()}
            model.datacollector.add_table_row("organisations", row)


def _value(seen: Record, name: str, *place: int) -> float:
    """A measure as a plain number; the picture has float32, from which six decimals are meant."""
    return round(float(getattr(seen, name)[0, 0][place]), 6)


def _report(reporter: Reporter, subject: Any) -> Any:
    return getattr(subject, reporter) if isinstance(reporter, str) else reporter(subject)


def _system(name: str, model: Model) -> Any:
    """A measure of the system as a whole, as the model was last looked at."""
    if name == "step":
        return model.next_step
    if name == "date":
        return model.date.isoformat()
    if name == "polarisation":
        return _value(model.seen, name)
    pole = model.world.poles.index(name.removeprefix("influence_"))
    return _value(model.seen, "influence", pole)
