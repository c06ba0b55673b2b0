"""A factor as it is resolved against the evidence, and its values: at shares of its distribution, at levels, from a text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steppe.config.design import FactorKind, Role, Value
from steppe.errors import InputError, input_error
from steppe.evidence.distribution import Floats, quantile


@dataclass(frozen=True, slots=True)
class Factor:
    """What a design varies or keeps.

    name : ``parameters.ID``, ``values.ID``, ``mechanisms.NAME``, ``scenario``, ``readings.QUESTION``, ``interventions.N`` or
        ``without.ID``
    values : the values that it takes; empty where it has a range
    low, mode, high, shape : of a range, in `unit`; log is uniform in the logarithm
    value : of a constant its value; of others the centre, which is what the run has without the design
    levels : how many levels it asks for itself
    limits : what the evidence supports;  options : all names that there are to choose from
    """

    name: str
    kind: FactorKind
    role: Role
    values: tuple[Value, ...]
    value: Value
    low: float = 0.0
    mode: float = 0.0
    high: float = 0.0
    shape: Literal["uniform", "triangular", "log"] = "uniform"
    levels: int | None = None
    limits: tuple[float, float] = (-math.inf, math.inf)
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def varied(self) -> bool:
        """Whether it is a dimension of the design, and not a constant."""
        return self.role != "constant"

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.name.startswith(("parameters.", "values."))


def values_at(factor: Factor, u: Floats) -> list[Value]:
    """The values below which the shares u (P,) of a factor's distribution lie.

    Of n listed values, and of n whole numbers that are equally likely, each has 1/n of the unit interval. Another
    whole number is the nearest to the value of the continuous distribution.
    """
    if not factor.varied:
        return [factor.value] * len(u)
    if factor.values:
        count = len(factor.values)
        return [factor.values[n] for n in np.minimum((u * count).astype(int), count - 1).tolist()]
    whole = factor.kind == "integer"
    low, high = (math.ceil(factor.low), math.floor(factor.high)) if whole else (factor.low, factor.high)
    if whole and factor.shape == "uniform":
        found = low + np.minimum(np.floor(u * (high - low + 1)), high - low)
    elif factor.shape == "log":
        found = np.exp(math.log(factor.low) + u * math.log(factor.high / factor.low))
    else:
        found = quantile(u, factor.low, factor.mode, factor.high, factor.shape == "triangular")
    if whole:
        return [int(one) for one in np.clip(np.rint(found), low, high).tolist()]
    out: list[Value] = (np.clip(found, low, high) + 0.0).tolist()  # + 0.0: no negative zero
    return out


def level_count(factor: Factor, count: int) -> int:
    """How many levels a factor has at most in a grid of `count`; a factor with fewer whole numbers has all of them."""
    if factor.values or not factor.varied:
        return len(factor.values) or 1
    count = factor.levels or count
    if factor.kind == "integer":
        count = min(count, math.floor(factor.high) - math.ceil(factor.low) + 1)
    return count


def levels_of(factor: Factor, count: int) -> tuple[Value, ...]:
    """The levels of a factor in a grid: its listed values, or even shares of its distribution, both ends among them."""
    if not factor.varied:
        return (factor.value,)
    shares = np.linspace(0.0, 1.0, level_count(factor, count))
    return factor.values or tuple(dict.fromkeys(values_at(factor, shares)))


def checked(factor: Factor, given: object, key: str) -> Value:
    """A value as the factor holds it. Raises InputError where it is not one that the evidence supports."""
    if factor.numeric:
        return _number(factor, given, key)
    if factor.kind == "switch":
        if isinstance(given, bool):
            return given
        raise InputError(f"{factor.name} is a switch", key=key, value=given, accepted="true or false")
    name = given if isinstance(given, str) else str(given)
    if isinstance(given, bool) or name not in factor.options:
        raise input_error(f"{factor.name} has no {name!r}", key=key, value=name, accepted=factor.options)
    return name


def _number(factor: Factor, given: object, key: str) -> int | float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise InputError(f"{factor.name} is a number", key=key, value=given, accepted="a number")
    if factor.kind == "integer" and given != int(given):
        raise InputError(f"{factor.name} is a whole number", key=key, value=given, accepted="a whole number")
    low, high = factor.limits
    if not low <= given <= high:
        raise InputError(
            f"{factor.name} is outside the range that the evidence supports",
            key=key,
            value=given,
            accepted=f"{low:g} to {high:g} [{factor.unit}]",
        )
    return int(given) if factor.kind == "integer" else float(given) + 0.0


def from_text(factor: Factor, text: str, key: str) -> Value:
    """A value from a cell of a table. Raises InputError as `checked`, and for a blank."""
    text = text.strip()
    if not text:
        raise InputError(f"{factor.name} is blank", key=key, accepted="a value in every row")
    given: object = text
    if factor.kind == "switch":
        given = {"true": True, "false": False}.get(text.casefold(), text)
    elif factor.numeric:
        try:
            given = int(text) if text.lstrip("+-").isdigit() else float(text)
        except ValueError:
            given = text
    return checked(factor, given, key)


def text_of(value: Value) -> str:
    """A value as a table and an id have it: true, false, a name, or the shortest digits that give the number back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)
