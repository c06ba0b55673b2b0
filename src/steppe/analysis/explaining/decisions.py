"""What a decision is made of: signed components that add up to the number which the rule weighed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from steppe.analysis.explaining.tracing import must_agree

Array = np.ndarray[Any, Any]
Cell = tuple[str, ...]

VALUE, LOG_RATE, SCORE, AFFINITY = "value", "log rate", "score", "affinity"  # units of an index


@dataclass(frozen=True)
class Component:
    """One part of what was weighed, with the sign with which it counted.

    now, before : at the decision, and at the same place a year earlier; None where there was no such thing
    parameters : ids of the parameters that enter it;  cells : what of the world does: (array, id …)
    of_value : part of the value of membership, and no threshold or pressure
    """

    id: str
    now: float
    before: float | None = None
    parameters: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    of_value: bool = False

    @property
    def change(self) -> float | None:
        """Now less the year before."""
        return None if self.before is None else self.now - self.before


@dataclass(frozen=True)
class Decision:
    """One state's or body's decision, or a hazard.

    who : the state or body that decides, or that it befalls;  about : what: leave, admit, deepen, war …
    components : they add up to `index`, the number that the rule weighed, in `unit`
    noise : of the quantal response, in the same unit: the odds of a yes are e^(index/noise) to 1; None for a hazard
    chance : of what happened, in this step (of a yes, for a vote);  luck : the draw; below the chance it happened
    outcome : happened, yes, no, not asked, ordered
    """

    who: str | None
    about: str
    unit: str
    components: tuple[Component, ...]
    index: float
    index_before: float | None = None
    noise: float | None = None
    chance: float | None = None
    chance_before: float | None = None
    luck: float | None = None
    outcome: str = "happened"

    @property
    def value(self) -> float | None:
        """The part of the index that is value of membership; None where there is none."""
        parts = [one.now for one in self.components if one.of_value]
        return sum(parts) if parts else None


def decision(
    who: str | None,
    about: str,
    unit: str,
    parts: Mapping[str, float],
    index: float,
    *,
    parameters: Mapping[str, tuple[str, ...]] | None = None,
    cells: Mapping[str, tuple[Cell, ...]] | None = None,
    of_value: frozenset[str] = frozenset(),
    **more: Any,
) -> Decision:
    """A decision whose parts (id → signed number) are held against the index that the rule used.

    Raises SteppeError where they do not add up.
    """
    must_agree(sum(parts.values()), index, about)
    found = tuple(
        Component(
            name,
            float(number),
            parameters=(parameters or {}).get(name, ()),
            cells=(cells or {}).get(name, ()),
            of_value=name in of_value,
        )
        for name, number in parts.items()
    )
    return Decision(who, about, unit, found, float(index), **more)


def against(now: tuple[Decision, ...], before: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """The decisions of now with what the same ones weighed before, where there were such."""
    earlier = {(one.who, one.about): one for one in before}
    return tuple(_against(one, earlier.get((one.who, one.about))) for one in now)


def _against(now: Decision, before: Decision | None) -> Decision:
    if before is None:
        return now
    parts = {one.id: one.now for one in before.components}
    own = tuple(replace(one, before=parts.get(one.id, 0.0)) for one in now.components)
    gone = tuple(
        replace(one, now=0.0, before=one.now)
        for one in before.components
        if one.id not in {other.id for other in now.components}
    )
    return replace(now, components=(*own, *gone), index_before=before.index, chance_before=before.chance)


def without(record: Array, *names: str) -> Array:
    """A copy of a record (1,) in which some parameters are zero."""
    changed = record.copy()
    for name in names:
        changed[0]["p"][name] = 0.0
    return changed
