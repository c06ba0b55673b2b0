"""Factors of a design and limits on them: what a scenario that was discovered is made of, as numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steppe.analysis.intervals import Array
from steppe.errors import InputError, input_error

NUMBER, INTEGER, CHOICE = "number", "integer", "choice"
DIGITS = 4  # of a number in words


@dataclass(frozen=True)
class Factor:
    """One factor at P points.

    kind : NUMBER, INTEGER or CHOICE
    values : (P,) float64; of a choice, int64 places in `labels`
    labels : the choices, sorted; none for numbers
    """

    name: str
    kind: str
    values: Array
    labels: tuple[str | bool, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether it is the same at all points."""
        return bool((self.values == self.values[0]).all())


@dataclass(frozen=True)
class Limit:
    """What a rule asks of one factor; None where it asks nothing.

    low, high : bounds that belong to the rule themselves, but for `low` if `above`; whole numbers for integers
    choices : those allowed, of a factor with choices
    p_low, p_high, p : quasi-p-values of the lower and upper bound and of the choices (PRIM only)
    """

    factor: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    choices: tuple[str | bool, ...] | None = None
    p_low: float | None = None
    p_high: float | None = None
    p: float | None = None

    def holds(self, values: Any) -> Array:
        """(P,) where the limit is met.  values : (P,) of the factor, as the user has them"""
        if self.choices is not None:
            return np.isin(_labels(np.asarray(values)), [str(choice) for choice in self.choices])
        numbers = np.asarray(values, float)
        inside = np.ones(numbers.shape, bool)
        if self.low is not None:
            inside &= numbers > self.low if self.above else numbers >= self.low
        if self.high is not None:
            inside &= numbers <= self.high
        return inside

    def text(self) -> str:
        """``cost ≥ 72.65``, ``2 ≤ rung ≤ 4``, ``pole is CHN or RUS``."""
        if self.choices is not None:
            return f"{self.factor} is " + " or ".join(_word(choice) for choice in self.choices)
        low, high = (None if bound is None else _number(bound) for bound in (self.low, self.high))
        sign = "<" if self.above else "≤"
        if low is None:
            return f"{self.factor} ≤ {high}"
        if high is None:
            return f"{self.factor} {'>' if self.above else '≥'} {low}"
        if self.low == self.high:
            return f"{self.factor} is {low}"
        return f"{low} {sign} {self.factor} ≤ {high}"


def in_words(limits: Iterable[Limit]) -> str:
    """A rule: its limits, joined."""
    return " and ".join(limit.text() for limit in limits) or "everywhere"


def inside(limits: Iterable[Limit], x: Mapping[str, Any]) -> Array:
    """(P,) the points at which all limits are met.  x : factor → (P,) values; InputError where a factor is missing"""
    points = len(next(iter(x.values()))) if x else 0
    met = np.ones(points, bool)
    for limit in limits:
        if limit.factor not in x:
            raise input_error(
                "a rule names a factor that is not given", key="x", value=limit.factor, accepted=x
            )
        met &= limit.holds(x[limit.factor])
    return met


def bounded(
    factor: Factor,
    low: float | None,
    high: float | None,
    *,
    above: bool = False,
    p: tuple[float | None, float | None] = (None, None),
) -> Limit:
    """A limit on numbers; bounds of integers are drawn in to the next whole number, which no point notices."""
    if factor.kind == INTEGER:
        if low is not None:
            low = float(math.floor(low) + 1) if above else float(math.ceil(low))
        high = None if high is None else float(math.floor(high))
        above = False
    return Limit(factor.name, low, high, above and low is not None, p_low=p[0], p_high=p[1])


def factors_of(x: Mapping[str, Any]) -> list[Factor]:
    """Factors as numbers.

    x : factor → (P,) floats, integers, booleans or texts
    Raises InputError where there is none, where lengths differ, or where a value is missing or not finite.
    """
    if not x:
        raise InputError("there are no factors to search", key="x", accepted="a mapping of factors to values")
    found = [_factor(str(name), np.asarray(values)) for name, values in x.items()]
    lengths = {factor.name: len(factor.values) for factor in found}
    if len(set(lengths.values())) > 1:
        raise InputError(
            "the factors differ in length", key="x", value=lengths, accepted="one value per point in each"
        )
    return found


def _factor(name: str, values: Array) -> Factor:
    key = f"x.{name}"
    if values.ndim != 1 or not len(values):
        raise InputError(
            "a factor needs one value per point", key=key, value=values.shape, accepted="one axis"
        )
    if values.dtype.kind in "fiu":
        if not np.isfinite(values).all():
            where = int(np.flatnonzero(~np.isfinite(values))[0])
            raise InputError(
                "a factor has a value that is missing or not finite",
                key=f"{key}[{where}]",
                value=float(values[where]),
                accepted="finite numbers; leave out points that are not known in full",
            )
        return Factor(name, NUMBER if values.dtype.kind == "f" else INTEGER, values.astype(np.float64))
    if values.dtype.kind not in "bUO" or not all(isinstance(v, str | bool | np.bool_) for v in values):
        odd = next((v for v in values if not isinstance(v, str | bool | np.bool_)), values.dtype)
        raise InputError(
            "a factor has values of no kind that can be searched",
            key=key,
            value=odd,
            accepted="numbers, integers, booleans or texts",
        )
    texts, codes = np.unique(_labels(values), return_inverse=True)
    known = {str(v): bool(v) if isinstance(v, bool | np.bool_) else str(v) for v in values}
    return Factor(name, CHOICE, codes.astype(np.int64), tuple(known[str(text)] for text in texts))


def _labels(values: Array) -> Array:
    return np.array([str(value) for value in values], dtype=np.str_)


def _word(choice: str | bool) -> str:
    return str(choice).lower() if isinstance(choice, bool) else choice


def _number(value: float) -> str:
    """Four significant digits, never fewer than those before the point."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    if size < -4 or size > 15:
        return f"{value:.{DIGITS}g}"
    text = f"{value:.{max(DIGITS - 1 - size, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(points: int, groups: int, strata: Array, seed: int) -> Array:
    """(points,) a group for each point, of even size within each stratum.  strata : (points,) bool"""
    rng, group = np.random.default_rng(seed), np.empty(points, np.int64)
    for stratum in (True, False):
        here = np.flatnonzero(strata == stratum)
        group[rng.permutation(here)] = np.arange(len(here)) % groups
    return group


def chosen_labels(factor: Factor, codes: Sequence[int]) -> tuple[str | bool, ...]:
    """The choices at places, in order."""
    return tuple(factor.labels[code] for code in sorted(codes))
