"""Agents of the Mesa model: a state or an organisation is a view on its row of the record, not a copy."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from itertools import count
from math import inf, nan
from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from steppe.errors import InputError
from steppe.mechanisms.alignment import leverage, shares_of
from steppe.mechanisms.institutions import cohesion_of
from steppe.mechanisms.observe import multi_vector_index
from steppe.mechanisms.state import MEMBER, OBSERVER, SUSPENDED
from steppe.simulation.views import Named, V, checked
from steppe.world.arrays import RULES, STATUSES

if TYPE_CHECKING:
    from steppe.simulation.model import Model

PRESTIGE = (-1.0, 10.0)
AUTONOMY = (0.0, 5.0)
ACTIVITY = (0.0, 3.0)


class _Numbers(weakref.WeakKeyDictionary[Any, Iterator[int]]):
    """Running numbers by model. Mesa 3.3 keeps every model alive in its own table of them; this does not."""

    def __getitem__(self, model: Any) -> Iterator[int]:
        return self.setdefault(model, count(1))


class Entity(mesa.Agent):
    """What states and organisations share: an id, a place in the record, an address for draws."""

    model: Model
    _ids: ClassVar[Any] = _Numbers()  # type: ignore[misc]
    kind: ClassVar[str]

    def __init__(self, model: Model, name: str, index: int) -> None:
        super().__init__(model)
        self.id, self.index = name, index

    @property
    def _part(self) -> Any:
        """This entity's own row of the record."""
        return self.model.row["actor" if self.kind == "state" else "body"][self.index]

    @property
    def key(self) -> int:
        """The address of its draws."""
        return int(self._part["key"])

    def remove(self) -> None:
        """Refused: the rules would go on without the agent that shows the row."""
        raise TypeError(
            f"{self.id} is a row of the record: it cannot be removed (but a body can be dissolved)"
        )

    def _set(self, field: str, value: float, low: float, high: float) -> None:
        self._part[field] = checked(value, low, high, f"{self.id}.{field}")
        self.model.touch()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"


class State(Entity):
    """A state. What can be set takes effect at once: what follows from it is computed again when next read.

    A subclass with a `step` method is called once a step, after the mechanisms, in this step's random order.
    """

    kind = "state"

    @property
    def affinity(self) -> Named[float]:
        """Affinity with each other state, -1 to 1. Setting it sets both directions."""
        return self._between("affinity", -1.0, both=True)

    @property
    def tie(self) -> Named[float]:
        """Bilateral security rung with each other state, 0 to 1. Setting it sets both directions."""
        return self._between("tie", 0.0, both=True)

    @property
    def conflict(self) -> Named[float]:
        """Open conflict with each other state, 0 to 1. Setting it sets both directions."""
        return self._between("conflict", 0.0, both=True)

    @property
    def threat(self) -> Named[float]:
        """Threat that each other state poses to this one, 0 to 1."""
        return self._between("threat", 0.0)

    @property
    def transit(self) -> Named[float]:
        """Share of this state's transit that crosses each other state, 0 to 1.

        What is set is the share without corridors; what they have changed since the start comes on top.
        """
        model, i = self.model, self.index

        def write(j: int, value: float) -> None:
            model.row["pair"]["transit0"][i, j] = checked(value, 0.0, 1.0, f"{self.id}.transit")
            model.touch()

        def read(j: int) -> float:
            return float(model.fresh()["pair"]["transit"][i, j])

        return Named(f"{self.id}.transit", model.state_places, read, write, self.id)

    @property
    def status(self) -> Named[str]:
        """Status in each organisation: none, observer, member, suspended. Setting it leaves an event."""
        seats = self.model.row["seat"]["status"]

        def write(o: int, status: str) -> None:
            body = self.model.world.organisations[o]
            self.model.organisations[body].must_live("a status in it")
            self.model.intervene("set_status", state=self.id, organisation=body, status=status)

        return self._in_bodies("status", lambda o: STATUSES[seats[self.index, o]], write)

    @property
    def eligible(self) -> Named[bool]:
        """Whether this state may join or observe each organisation."""
        seats = self.model.row["seat"]["eligible"]

        def write(o: int, may: bool) -> None:
            seats[self.index, o] = bool(may)

        return self._in_bodies("eligible", lambda o: bool(seats[self.index, o]), write)

    @property
    def organisations(self) -> tuple[str, ...]:
        """Ids of the organisations of which this state is a member."""
        held = self.model.row["seat"]["status"][self.index]
        return tuple(body for o, body in enumerate(self.model.world.organisations) if held[o] == MEMBER)

    @property
    def alignment(self) -> dict[str, float]:
        """Share of each pole in this state's ties, now; shares sum to 1, a pole has 0 of itself."""
        return dict(zip(self.model.world.poles, self._shares()[0].tolist(), strict=True))

    @property
    def multivector(self) -> float:
        """Multi-vector index: 0 one pole, 1 all poles alike."""
        concentration = self._shares()[1]
        return float(multi_vector_index(concentration, len(self.model.world.poles) - self.is_pole))

    def leverage_of(self, other: State) -> float:
        """Leverage that another state has over this one, 0 to 1."""
        return float(leverage(self.model.fresh(), self.index, other.index))

    @property
    def is_pole(self) -> bool:
        """Whether alignment is measured against this state."""
        return bool(self._part["pole_of"] >= 0)

    @property
    def need(self) -> float:
        """Residual need for protection, 0 to 1, as of the last security mechanism."""
        self.model.fresh()
        return float(self._part["need"])

    @property
    def welfare(self) -> float:
        """Log welfare from trade; 0 at the start of the run."""
        row = self.model.fresh()
        return float(np.log(self._part["demand"]) / row["p"]["elasticity"])

    @property
    def gdp(self) -> float:
        """Size of the economy [USD bn]."""
        return float(self._part["gdp"])

    @property
    def capability(self) -> float:
        """Capability; at the start the mean of the shares of GDP, population and military spending."""
        return float(self._part["capability"])

    @capability.setter
    def capability(self, value: float) -> None:
        self._set("capability", value, 0.0, inf)

    @property
    def autonomy(self) -> float:
        """Weight on not being dominated; 1 is average."""
        return float(self._part["autonomy"])

    @autonomy.setter
    def autonomy(self, value: float) -> None:
        self._set("autonomy", value, *AUTONOMY)

    @property
    def shock(self) -> float:
        """Passing threat [capability]; decays."""
        return float(self._part["shock"])

    @shock.setter
    def shock(self, value: float) -> None:
        self._set("shock", value, 0.0, inf)

    @property
    def prestige(self) -> float:
        """Demonstrated military success; decays."""
        return float(self._part["prestige"])

    @prestige.setter
    def prestige(self, value: float) -> None:
        self._set("prestige", value, *PRESTIGE)

    @property
    def approval(self) -> float:
        """Approval of the government, 0 to 1; it returns to its usual level."""
        return float(self._part["approval"])

    @approval.setter
    def approval(self, value: float) -> None:
        self._set("approval", value, 0.0, 1.0)

    @property
    def crisis(self) -> float:
        """Size of the financial crisis; decays."""
        return float(self._part["crisis"])

    @crisis.setter
    def crisis(self, value: float) -> None:
        self._set("crisis", value, 0.0, inf)

    @property
    def activity(self) -> float:
        """How active the state is abroad; 1 is usual."""
        return float(self._part["activity"])

    @activity.setter
    def activity(self, value: float) -> None:
        self._set("activity", value, *ACTIVITY)

    @property
    def continuity(self) -> float:
        """Share of its closeness to others that outlives a change of leader, 0 to 1."""
        return float(self._part["continuity"])

    @continuity.setter
    def continuity(self, value: float) -> None:
        self._set("continuity", value, 0.0, 1.0)

    def _shares(self) -> tuple[Any, float]:
        out = np.empty(len(self.model.world.poles))
        concentration = shares_of(self.model.fresh(), self.index, out)
        return out, float(concentration)

    def _in_bodies(self, field: str, read: Callable[[int], V], write: Callable[[int, V], None]) -> Named[V]:
        return Named(f"{self.id}.{field}", self.model.body_places, read, write)

    def _between(self, field: str, low: float, both: bool = False) -> Named[float]:
        matrix, i = self.model.row["pair"][field], self.index

        def write(j: int, value: float) -> None:
            matrix[i, j] = checked(value, low, 1.0, f"{self.id}.{field}")
            if both:
                matrix[j, i] = matrix[i, j]
            self.model.touch()

        return Named(
            f"{self.id}.{field}", self.model.state_places, lambda j: float(matrix[i, j]), write, self.id
        )


class Organisation(Entity):
    """An organisation. One that has ended stays as an agent that is not alive.

    A subclass with a `step` method is called once a step, after the states, in this step's random order.
    """

    kind = "organisation"

    @property
    def alive(self) -> bool:
        """Whether it exists. `model.intervene("dissolve", …)` and `("found", …)` change that."""
        return bool(self._part["alive"])

    @property
    def members(self) -> tuple[str, ...]:
        """Ids of the members."""
        return self._with(MEMBER)

    @property
    def observers(self) -> tuple[str, ...]:
        """Ids of the observers (suspended members have a list of their own)."""
        return self._with(OBSERVER)

    @property
    def suspended(self) -> tuple[str, ...]:
        """Ids of the suspended members."""
        return self._with(SUSPENDED)

    @property
    def depth(self) -> float:
        """Height of its rung, 0 to 1. Setting it leaves an event."""
        return float(self._part["depth"])

    @depth.setter
    def depth(self, value: float) -> None:
        self.must_live("its depth")
        self.model.intervene("set_depth", organisation=self.id, depth=value)

    @property
    def rule(self) -> str:
        """The rule by which it admits and decides."""
        return RULES[self._part["rule"]]

    @rule.setter
    def rule(self, value: str) -> None:
        self.must_live("its rule")
        self.model.intervene("set_rule", organisation=self.id, rule=value)

    @property
    def cohesion(self) -> float:
        """Cohesion now; NaN with fewer than two members."""
        row = self.model.fresh()
        return float(cohesion_of(row, self.index)) if self._part["n_members"] >= 2 else nan

    @property
    def scope(self) -> dict[str, float]:
        """How its work divides over the domains; sums to 1."""
        part = self._part
        return {name: float(part[name]) for name in ("trade", "security", "identity", "connectivity")}

    def must_live(self, what: str) -> None:
        """Raise InputError if the organisation is not alive, so that nothing of it can be set."""
        if not self.alive:
            raise InputError(f"{self.id} is not alive: {what} cannot be set", key=self.id)

    def _with(self, status: int) -> tuple[str, ...]:
        held = self.model.row["seat"]["status"][:, self.index]
        return tuple(state for i, state in enumerate(self.model.world.states) if held[i] == status)
