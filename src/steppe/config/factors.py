"""The factors of a design against the evidence: what each sets, between which values, and with which distribution."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from steppe import paths
from steppe.config.design import ALL, HEADS, DesignSpec, FactorSpec, Value
from steppe.config.readings import questions
from steppe.config.scales import Factor, checked
from steppe.config.schema import Mechanisms, RunConfig
from steppe.errors import InputError, input_error, nearest
from steppe.evidence import Evidence
from steppe.evidence.distribution import Distribution, parameter_distribution
from steppe.world.drawn import Uncertain, uncertain
from steppe.world.without import removal

_PLACE = "design.factors"


@dataclass(frozen=True)
class Settable:
    """What a design of a run can set.  readings : question → its options"""

    evidence: Evidence
    config: RunConfig
    readings: Mapping[str, Sequence[str]]

    @cached_property
    def uncertain(self) -> Uncertain:
        """Every number of the world and its parameters that has a distribution."""
        return uncertain(self.evidence, self.config.world)

    @cached_property
    def places(self) -> dict[str, int]:
        """Id of a coded value → its place in `uncertain`."""
        first, ids = self.uncertain.parameters, self.uncertain.ids
        return {name: n for n, name in enumerate(ids[first:], first)}

    @cached_property
    def units(self) -> dict[int, str]:
        """Place in `uncertain` → unit."""
        found = {}
        for slot in self.uncertain.slots:
            row = slot.rows[slot.place]
            unit = self.evidence.codebook[row.family, row.variable].unit
            found.update(dict.fromkeys(range(slot.first, slot.first + len(slot.keys)), unit))
        return found

    @cached_property
    def removed(self) -> Mapping[str, float]:
        """Parameters that have another value in a world without some systems."""
        return removal(self.evidence, self.config.world.without).parameters

    @property
    def interventions(self) -> list[str]:
        """Numbers of the interventions of the run's scenarios, by date from 1: N is the N-th of each that has so many."""
        most = max(len(scenario.interventions) for scenario in self.config.scenarios)
        return [str(number) for number in range(1, most + 1)]

    @property
    def removable(self) -> list[str]:
        """What the world can do without: its states, and the systems of the register that have a lever."""
        world = self.config.world
        coded = [name for name, one in self.evidence.systems.items() if one.coded]
        return [*world.present, *(name for name in coded if name not in world.without)]

    def names(self, head: str) -> list[str]:
        """Every factor that begins with a head."""
        if head == "scenario":
            return ["scenario"]
        known: Mapping[str, Iterable[str]] = {
            "parameters": self.evidence.parameters,
            "values": self.places if head == "values" else (),
            "mechanisms": Mechanisms.model_fields,
            "readings": self.readings,
            "interventions": self.interventions if head == "interventions" else (),
            "without": self.removable if head == "without" else (),
        }
        return [f"{head}.{name}" for name in known[head]]

    def spread(self, head: str) -> list[str]:
        """What ``HEAD.*`` stands for: what has a distribution, or a choice, and is not set by the run or its world."""
        if head == "parameters":
            fixed = {*self.config.parameters, *self.removed}
            fixed = fixed.union(*(scenario.parameters for scenario in self.config.scenarios))
            coded = self.evidence.parameters
            return [
                f"parameters.{name}"
                for name, one in coded.items()
                if name not in fixed and parameter_distribution(one).shape != "constant"
            ]
        if head == "values":
            low, high = self.uncertain.low, self.uncertain.high
            return [f"values.{name}" for name, n in self.places.items() if low[n] < high[n]]
        return self.names(head)


def settable(
    evidence: Evidence, config: RunConfig, readings: Mapping[str, Sequence[str]] | None = None
) -> Settable:
    """What a design of a run can set; without a word on readings, those that come with the package."""
    if readings is None:
        readings = {name: tuple(options) for name, options in questions([paths.conf()]).items()}
    return Settable(evidence, config, readings)


def resolved(spec: DesignSpec, known: Settable, columns: Sequence[str] | None = None) -> tuple[Factor, ...]:
    """The factors of a design, in the order in which they are written; what a ``*`` stands for in the order of the evidence.

    columns : of kinds list and csv, the names that their points set

    Raises InputError with the nearest name for what there is not, and for values outside the evidence's range.
    """
    specs = _expanded(spec, known) if columns is None else _of_columns(spec, known, columns)
    factors = tuple(_factor(name, one, known) for name, one in specs.items())
    if not any(factor.varied for factor in factors):
        raise InputError(
            "every factor is a constant", key=_PLACE, value=list(specs), accepted="one that varies"
        )
    return factors


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return name == "all" or "*" in name


def _patterns(name: str) -> tuple[str, ...]:
    return ALL if name == "all" else (name,)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of those that patterns stand for."""
    return any(fnmatchcase(name, one) for pattern in patterns for one in _patterns(pattern))


def _expanded(spec: DesignSpec, known: Settable) -> dict[str, FactorSpec]:
    """Name → what is said of it: its own entry, else the longest pattern that has it."""
    out: dict[str, FactorSpec] = {}
    by: dict[str, str] = {}
    own = {name for name in spec.factors if not is_pattern(name)}
    for name, one in spec.factors.items():
        if name in own:
            out[name] = one
            continue
        found = [match for pattern in _patterns(name) for match in _matching(pattern, known)]
        if not found:
            raise unknown(name, known, _PLACE)
        for match in found:
            shorter = match in by and len(by[match]) >= len(name)
            if match not in own and not shorter and not matches(match, spec.without):
                out[match], by[match] = one, name
    if not out:
        raise InputError(
            "without leaves no factor", key="design.without", value=list(spec.without), accepted="fewer names"
        )
    return out


def _matching(pattern: str, known: Settable) -> list[str]:
    head = pattern.partition(".")[0]
    if head not in HEADS or head == "scenario":
        return []
    return [name for name in known.spread(head) if fnmatchcase(name, pattern)]


def _of_columns(spec: DesignSpec, known: Settable, columns: Sequence[str]) -> dict[str, FactorSpec]:
    """The columns of a table with what is said of each, then the constants that are no columns."""
    patterns = sorted((name for name in spec.factors if is_pattern(name)), key=len, reverse=True)
    out: dict[str, FactorSpec] = {}
    for name in columns:
        if name in out:
            raise InputError("the factor is named twice", key=_PLACE, value=name)
        said = next((pattern for pattern in patterns if matches(name, [pattern])), None)
        out[name] = spec.factors.get(name) or (spec.factors[said] if said else FactorSpec())
        if name == "scenario" and not out[name].values:
            options = tuple(scenario.name for scenario in known.config.scenarios)
            out[name] = out[name].model_copy(update={"values": options})
    for name, one in spec.factors.items():
        if not is_pattern(name) and name not in out:
            if one.role != "constant":
                raise input_error("no point sets the factor", key=_PLACE, value=name, accepted=columns)
            out[name] = one
    return out


def unknown(name: str, known: Settable, key: str) -> InputError:
    """No such factor: with the nearest of those that there are."""
    head = name.partition(".")[0]
    accepted = known.names(head) if head in HEADS and "." in name else []
    if "*" in name:
        accepted = list(dict.fromkeys(f"{one.rpartition('.')[0]}.*" for one in accepted))
    if not accepted:
        every = [one for each in HEADS for one in known.names(each)]
        tails = {one.partition(".")[2]: one for one in every}
        close = tails.get(name) or nearest(name, every) or tails.get(nearest(name, tails) or "")
        forms = "parameters.ID, values.ID, mechanisms.NAME, scenario, readings.QUESTION, interventions.N, without.ID, all"
        return InputError(f"no factor {name!r}", key=key, value=name, accepted=forms, nearest=close)
    return input_error(f"no factor {name!r}", key=key, value=name, accepted=accepted)


def _factor(name: str, spec: FactorSpec, known: Settable) -> Factor:
    head, _, rest = name.partition(".")
    place = f"{_PLACE}.{name}"
    if head == "parameters" and rest in known.evidence.parameters:
        coded = known.evidence.parameters[rest]
        given = {**known.removed, **known.config.parameters}
        found = parameter_distribution(coded)
        centre = float(given.get(rest, coded.value))
        return _numeric(name, spec, found, coded.range, coded.unit, centre, place)
    if head == "values" and rest in known.places:
        n, u = known.places[rest], known.uncertain
        low, mode, high = float(u.low[n]), float(u.mode[n]), float(u.high[n])
        found = Distribution("triangular" if u.triangular[n] else "uniform", low, mode, high)
        return _numeric(name, spec, found, (low, high), known.units[n], mode, place)
    if head == "mechanisms" and rest in Mechanisms.model_fields:
        on = bool(getattr(known.config.mechanisms, rest))
        return _choice(name, spec, Factor(name, "switch", "lever", (False, True), on), place)
    if head == "readings" and rest in known.readings:
        options = tuple(known.readings[rest])
        now = known.config.readings.get(rest, options[0])
        return _choice(
            name, spec, Factor(name, "choice", "uncertainty", options, now, options=options), place
        )
    if head == "interventions" and rest in known.interventions:
        return _choice(name, spec, Factor(name, "switch", "lever", (False, True), True), place)
    if head == "without" and rest in known.removable:
        return _choice(name, spec, Factor(name, "switch", "lever", (False, True), False), place)
    if name == "scenario":
        options = tuple(scenario.name for scenario in known.config.scenarios)
        return _choice(
            name, spec, Factor(name, "choice", "lever", options, options[0], options=options), place
        )
    raise unknown(name, known, place)


def _numeric(
    name: str,
    spec: FactorSpec,
    coded: Distribution,
    limits: tuple[float, float],
    unit: str,
    centre: float,
    place: str,
) -> Factor:
    """A parameter or coded value.  coded, limits : distribution and range of the evidence;  centre : value of the run"""
    fact = (
        coded.shape == "constant" and limits[0] < limits[1]
    )  # a switch among the numbers: nothing between its values
    kind = spec.kind or (
        "integer" if fact else "choice" if spec.values and spec.kind == "choice" else "continuous"
    )
    if kind == "switch" or (kind == "choice" and not spec.values):
        needed = "continuous or integer, or choice with values"
        raise InputError(f"{name} is a number", key=f"{place}.kind", value=kind, accepted=needed)
    base = Factor(name, kind, spec.role or "uncertainty", (), centre, limits=limits, unit=unit)
    value = centre if spec.value is None else checked(base, spec.value, f"{place}.value")
    base = replace(base, value=value, levels=spec.levels)
    if kind == "integer" and float(value).is_integer():
        base = replace(base, value=int(value))
    if spec.role == "constant":
        return base
    if spec.values:
        return replace(base, values=_each(base, spec, place))
    low, high = limits
    if isinstance(spec.range, tuple):
        low, high = (
            float(checked(replace(base, kind="continuous"), one, f"{place}.range")) for one in spec.range
        )
    if not low < high:
        raise InputError(
            f"{name} has no range in the evidence", key=place, value=name, accepted="role: constant"
        )
    if kind == "integer" and math.ceil(low) >= math.floor(high):
        given = [low, high]
        raise InputError(f"{name} has no two whole numbers to take", key=f"{place}.range", value=given)
    base = replace(base, low=low, mode=min(max(coded.mode, low), high), high=high)
    if spec.scale == "log":
        if low <= 0:
            message = f"{name} reaches to {low:g}, which has no logarithm"
            raise InputError(
                message, key=f"{place}.scale", value="log", accepted="range: [low, high], low > 0"
            )
        return replace(base, shape="log")
    triangular = coded.shape == "triangular" and spec.range in (None, "evidence")
    return replace(base, shape="triangular" if triangular else "uniform")


def _choice(name: str, spec: FactorSpec, base: Factor, place: str) -> Factor:
    """A switch or a choice of names.  base : with all values that it can take"""
    wrong: dict[str, Any] = {"range": spec.range, "scale": spec.scale, "levels": spec.levels}
    for key, given in wrong.items():
        if given is not None:
            message = f"{name} is a {base.kind}, not a number"
            raise InputError(message, key=f"{place}.{key}", value=given, accepted="values: […]")
    if spec.kind is not None and spec.kind != base.kind:
        message = f"{name} is a {base.kind}"
        raise InputError(message, key=f"{place}.kind", value=spec.kind, accepted=base.kind)
    base = replace(base, role=spec.role or base.role)
    if spec.value is not None:
        base = replace(base, value=checked(base, spec.value, f"{place}.value"))
    if spec.role == "constant":
        return base
    if not spec.values and len(base.values) < 2:
        few = "scenario=a,b,c, or values: [a, b, c]" if name == "scenario" else "two values or more"
        raise InputError(
            f"{name} has nothing to choose from", key=place, value=list(base.values), accepted=few
        )
    return replace(base, values=_each(base, spec, place)) if spec.values else base


def _each(base: Factor, spec: FactorSpec, place: str) -> tuple[Value, ...]:
    return tuple(checked(base, one, f"{place}.values[{n}]") for n, one in enumerate(spec.values))
