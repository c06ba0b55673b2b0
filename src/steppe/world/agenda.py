"""The politics of a world as plain arrays: processes with their stages, roles and gates; instruments of identity.

L processes, S stages, G gates, I instruments, N states. What a stage or a gate brings about is written as
interventions, which the simulation turns into records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.world.network import Floats, Whole, no_numbers, no_rows, nothing

GATE_KINDS = ("election", "referendum", "ratification")
REQUIREMENTS = ("process", "gate", "depth", "tie", "peace", "pairs", "open", "member")
TRIGGERS = ("stage", "passed", "failed")
STATES_IN = {"tie": (3, 4), "peace": (3, 4), "member": (3,)}  # columns of a requirement that are states


@dataclass(frozen=True, eq=False)
class Consequence:
    """An intervention that a trigger sets off. trigger : of TRIGGERS; subject : process or gate index; stage : or -1."""

    trigger: str
    subject: int
    stage: int
    intervention: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Agenda:
    """Processes, gates, charters and instruments at a date; empty where a world has none.

    processes : (L) ids; stages : for each its stage ids, the first being where it began
    stage : (L) the stage reached; rate : (L, S) of entering a stage [1/y], 0 beyond the last
    relapse_to, relapse_below : (L) stages, -1 where it cannot relapse
    party : (L, N) flags; push, resist : (L, N) effort for and against [0-1]; interest : (L, N) [-1, 1];
        support : (L, N) public support [0-1]
    requirements : (X, 6) process, stage, place in REQUIREMENTS, first, second, level
    gates : (G) ids; gate : (G, 9) kind, state, process or -1, mix, noise, due [y after the start, -1: none],
        clock stage or -1, delay [y], again [y, 0: once]; chained : (G) gate or -1; passed : (G) flags at the start
    consequences : what happens at a stage or a gate
    charter : (C, 4) body, depth, process, stage
    instruments : (I) ids; strength, relief, active : (I); enrolled : (I, N) flags
    """

    processes: tuple[str, ...] = ()
    stages: tuple[tuple[str, ...], ...] = ()
    process_key: Whole = field(default_factory=nothing)
    stage: Whole = field(default_factory=nothing)
    rate: Floats = field(default_factory=partial(np.zeros, (0, 0)))
    relapse_to: Whole = field(default_factory=nothing)
    relapse_below: Whole = field(default_factory=nothing)
    party: Whole = field(default_factory=no_rows)
    push: Floats = field(default_factory=partial(np.zeros, (0, 0)))
    resist: Floats = field(default_factory=partial(np.zeros, (0, 0)))
    interest: Floats = field(default_factory=partial(np.zeros, (0, 0)))
    support: Floats = field(default_factory=partial(np.zeros, (0, 0)))
    requirements: Floats = field(default_factory=partial(np.zeros, (0, 6)))
    gates: tuple[str, ...] = ()
    gate_key: Whole = field(default_factory=nothing)
    gate: Floats = field(default_factory=partial(np.zeros, (0, 9)))
    chained: Whole = field(default_factory=nothing)
    passed: Whole = field(default_factory=nothing)
    consequences: tuple[Consequence, ...] = ()
    charter: Floats = field(default_factory=partial(np.zeros, (0, 4)))
    instruments: tuple[str, ...] = ()
    strength: Floats = field(default_factory=no_numbers)
    relief: Floats = field(default_factory=no_numbers)
    active: Whole = field(default_factory=nothing)
    enrolled: Whole = field(default_factory=no_rows)

    def permuted(self, states: Sequence[int], bodies: Sequence[int]) -> Agenda:
        """The same with states and bodies in another order: the new row r is the old row ``order[r]``."""
        place, seat = np.argsort(states), np.argsort(bodies)
        changed: dict[str, Any] = {}
        for name in ("party", "push", "resist", "interest", "support", "enrolled"):
            if getattr(self, name).size:
                changed[name] = getattr(self, name)[:, states]
        gate, needs, charter = self.gate.copy(), self.requirements.copy(), self.charter.copy()
        gate[:, 1] = place[gate[:, 1].astype(int)] if len(gate) else gate[:, 1]
        charter[:, 0] = seat[charter[:, 0].astype(int)] if len(charter) else charter[:, 0]
        for row in needs:
            kind = REQUIREMENTS[int(row[2])]
            for column in STATES_IN.get(kind, ()):
                row[column] = place[int(row[column])]
            if kind in ("depth", "pairs"):
                row[3] = seat[int(row[3])]
            if kind == "member":
                row[4] = seat[int(row[4])]
        return replace(self, gate=gate, requirements=needs, charter=charter, **changed)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by name."""
        return {
            one.name: value
            for one in fields(self)
            if isinstance(value := getattr(self, one.name), np.ndarray)
        }
