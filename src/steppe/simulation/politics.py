"""Processes of the Mesa model: a process is a view on its row of the record. It is no agent; it has no will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steppe.mechanisms.parties import benefit
from steppe.simulation.views import Named, checked

if TYPE_CHECKING:
    from steppe.simulation.model import Model


class Process:
    """An agreement that comes about in stages. What is set takes effect in the next step."""

    def __init__(self, model: Model, name: str, index: int) -> None:
        self.model, self.id, self.index = model, name, index
        self.stages: tuple[str, ...] = model.world.agenda.stages[index]

    @property
    def _part(self) -> Any:
        return self.model.row["process"][self.index]

    @property
    def stage(self) -> str:
        """The stage at which it stands. Setting it leaves an event and brings nothing about, see `reach`."""
        return self.stages[int(self._part["stage"])]

    @stage.setter
    def stage(self, value: str) -> None:
        self.model.intervene("stage", process=self.id, stage=value)

    def reach(self, stage: str) -> None:
        """Come to a later stage now, with all that it brings about."""
        self.model.intervene("reach", process=self.id, stage=stage)

    @property
    def parties(self) -> tuple[str, ...]:
        """Ids of the states that take part."""
        party = self.model.row["role"]["party"][self.index]
        return tuple(name for i, name in enumerate(self.model.world.states) if party[i])

    @property
    def benefit(self) -> float:
        """What the parties gain by it, −1 to 1: half their interest, half their closeness to each other."""
        return float(benefit(self.model.row, self.index))

    @property
    def pace(self) -> float:
        """How many times its coded rates it runs at."""
        return float(self._part["pace"])

    @pace.setter
    def pace(self, value: float) -> None:
        self._part["pace"] = checked(value, 0.0, 100.0, f"{self.id}.pace")

    @property
    def support(self) -> Named[float]:
        """Public support in each state, 0 to 1; it counts in the parties."""
        return self._role("support", 0.0)

    @property
    def interest(self) -> Named[float]:
        """What each state gains by it, −1 to 1; it counts in the parties."""
        return self._role("interest", -1.0)

    @property
    def push(self) -> Named[float]:
        """Effort of each state for it, 0 to 1."""
        return self._role("push", 0.0)

    @property
    def resist(self) -> Named[float]:
        """Effort of each state against it, 0 to 1."""
        return self._role("resist", 0.0)

    def _role(self, field: str, low: float) -> Named[float]:
        values, what = self.model.row["role"][field][self.index], f"{self.id}.{field}"

        def write(i: int, value: float) -> None:
            values[i] = checked(value, low, 1.0, what)

        return Named(what, self.model.state_places, lambda i: float(values[i]), write)

    def __repr__(self) -> str:
        return f"Process({self.id}, {self.stage})"
