"""Which points a run is computed at, as it is written: factors, and how they are combined.

What a factor may be set to is for the evidence to say (`steppe.config.factors`); here stands what can be said of the text
alone. The points are made in `steppe.design`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from steppe.config.numbers import OptionalWhole
from steppe.config.section import Section
from steppe.errors import InputError, input_error

Kind = Literal["grid", "list", "zip", "lhs", "sobol", "saltelli", "morris", "one_at_a_time", "csv"]
KINDS: tuple[str, ...] = get_args(Kind)
FactorKind = Literal["continuous", "integer", "choice", "switch"]
Role = Literal["lever", "uncertainty", "constant"]
Value = bool | int | float | str
HEADS = ("parameters", "values", "mechanisms", "scenario", "readings", "interventions", "without")
ALL = ("parameters.*", "values.*")  # what the factor `all` stands for
MAX_POINTS = 10_000_000
SAMPLED = ("lhs", "sobol", "saltelli", "morris")  # made in the unit cube; their rows keep order and repeats

_NEEDED = object()
# kind → the keys that it takes, with their defaults
_KEYS: dict[str, dict[str, Any]] = {
    "grid": {"levels": 5},
    "list": {"rows": _NEEDED},
    "zip": {},
    "lhs": {"points": _NEEDED, "seed": 1, "optimisation": None},
    "sobol": {"points": _NEEDED, "seed": 1},
    "saltelli": {"points": _NEEDED, "seed": 1, "second_order": True},
    "morris": {"trajectories": 10, "levels": 4, "seed": 1, "optimal": None},
    "one_at_a_time": {"levels": 5},
    "csv": {"file": _NEEDED},
}
_OF_ONE = sorted({key for keys in _KEYS.values() for key in keys})
_TABLES = ("csv", "list")  # kinds whose columns name the factors; `factors` may add to them


def _range(given: object) -> object:
    wanted = "evidence, uniform, or [low, high]"
    if given is None or given in ("evidence", "uniform"):
        return given
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence) or len(given) != 2:
        raise ValueError(wanted)
    if not all(_is_number(one) for one in given) or not given[0] < given[1]:
        raise ValueError(f"{wanted} with low < high")
    return (float(given[0]), float(given[1]))


def _is_number(given: object) -> bool:
    return isinstance(given, (int, float)) and not isinstance(given, bool) and math.isfinite(given)


def _values(given: object) -> object:
    """A list of values; one value alone is none."""
    if given is None:
        return ()
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise ValueError("a list of values")
    return tuple(_value(one) for one in given)


def _value(given: object) -> object:
    if not isinstance(given, (bool, int, float, str)) or (
        isinstance(given, float) and not math.isfinite(given)
    ):
        raise ValueError("a number, true, false or a name")
    return given


class FactorSpec(Section):
    """One factor as written; what is not said follows from what it sets.

    kind : of a parameter or value continuous, of a mechanism, an intervention or what is left out switch, of scenario and
        readings choice
    role : lever (actors choose it), uncertainty (nobody knows it), constant (does not vary)
    range : evidence, the default (the distribution of the evidence), uniform (on the range of the evidence), or [low, high]
        inside it, uniform
    scale : log, for a range that is uniform in the logarithm
    values : the values that it takes, instead of a range
    value : of a constant its value; of others the centre in `one_at_a_time`. Default: what the run has without the design
    levels : how many values it has in a grid, or one at a time, instead of the design's
    """

    kind: FactorKind | None = None
    role: Role | None = None
    range: Annotated[Literal["evidence", "uniform"] | tuple[float, float] | None, BeforeValidator(_range)] = (
        None
    )
    scale: Literal["linear", "log"] | None = None
    values: Annotated[tuple[Value, ...], BeforeValidator(_values)] = ()
    value: Annotated[Value | None, BeforeValidator(lambda one: None if one is None else _value(one))] = None
    levels: OptionalWhole = Field(default=None, ge=2, le=MAX_POINTS)

    @model_validator(mode="after")
    def _agrees(self) -> FactorSpec:
        if self.values and (self.range is not None or self.scale is not None or self.levels is not None):
            raise InputError(
                "a factor has either values or a range", key="values", value=list(self.values), accepted="one"
            )
        for n, one in enumerate(self.values):
            if any(_same(one, other) for other in self.values[:n]):
                raise InputError("the value is listed twice", key="values", value=one)
        if self.role == "constant" and (self.values or self.range is not None):
            raise InputError(
                "a constant has one value", key="role", value="constant", accepted="role: constant, value: …"
            )
        return self

    @model_serializer(mode="wrap")
    def _without_nulls(self, handler: Any) -> dict[str, Any]:
        return {key: one for key, one in handler(self).items() if one is not None and one != ()}


def _same(a: Value, b: Value) -> bool:
    """1 and 1.0 are the same value, 1 and true are not."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


class DesignSpec(Section):
    """A design of experiments as written.

    kind : how points are made of factors
    factors : name → factor. A name is what it sets: ``parameters.ID``, ``values.ID``, ``mechanisms.NAME``, ``scenario``,
        ``readings.QUESTION``, ``interventions.N`` (by date, from 1), ``without.ID``; ``*`` stands for any part of a name, ``all``
        for every uncertain number
    without : names, with ``*``, that a ``*`` of factors does not stand for
    points : N, of lhs and sobol the number of points, of saltelli that of its base sample
    outcomes : what is kept of every replicate, as ``MEASURE ENTITY @YEAR``; without a year at the end. Default: the outcomes
        by which the scenarios are judged
    rows : of a list, the points: name → value
    file : of csv, the table
    optimal : of morris, how many of the trajectories are kept, those that spread most
    """

    kind: Kind
    factors: dict[str, FactorSpec] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    points: OptionalWhole = Field(default=None, ge=1)
    seed: OptionalWhole = Field(default=None, ge=0, lt=2**64)
    levels: OptionalWhole = Field(default=None, ge=2, le=MAX_POINTS)
    trajectories: OptionalWhole = Field(default=None, ge=2)
    optimal: OptionalWhole = Field(default=None, ge=2)
    second_order: bool | None = None
    optimisation: Literal["random-cd"] | None = None
    rows: tuple[dict[str, Value], ...] = ()
    file: str | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _completed(cls, data: Any, handler: ModelWrapValidatorHandler[DesignSpec]) -> DesignSpec:
        """Factors by their full names, defaults by kind, and only what the kind takes."""
        if not isinstance(data, Mapping):
            return handler(data)
        data = plain(data)
        for name, one in data["factors"].items():
            _check_factor(name, one)
        kind = data.get("kind")
        if kind is None:
            raise InputError(
                "the design has no kind", key="kind", accepted="design=NAME, or kind: " + ", ".join(_KEYS)
            )
        for key, standard in (_KEYS.get(kind, {}) if isinstance(kind, str) else {}).items():
            if data.get(key) is None and standard is not _NEEDED:
                data[key] = standard
        spec = handler(data)
        _complete(spec)
        return spec

    @model_serializer(mode="wrap")
    def _without_nulls(self, handler: Any) -> dict[str, Any]:
        return {key: one for key, one in handler(self).items() if one is not None and one != ()}


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """A design with its factors and points by their full names, and factors in their long form."""
    return {**data, "factors": _factors(data.get("factors")), "rows": _rows(data.get("rows"))}


def _check_factor(name: str, one: Any) -> None:
    """Raise a factor's own InputError with the whole key; what the model finds is left to it."""
    try:
        FactorSpec.model_validate(one)
    except ValidationError:
        return
    except InputError as error:
        error.key = f"factors.{name}.{error.key}"
        raise


def _complete(spec: DesignSpec) -> None:
    """Raise InputError for a key of another kind, a key that is missing, and numbers that the kind cannot take."""
    wanted = _KEYS[spec.kind]
    for key in _OF_ONE:
        given = getattr(spec, key)
        given = None if given == () else given
        if given is not None and key not in wanted:
            raise input_error(
                f"{spec.kind} has no {key}",
                key=key,
                value=given,
                accepted=["factors", "without", "outcomes", *wanted],
            )
        if given is None and wanted.get(key) is _NEEDED:
            raise InputError(
                f"{spec.kind} needs {key}", key=key, accepted=_HOW.get(key, f"design.{key}=NUMBER")
            )
    if not spec.factors and spec.kind not in _TABLES:
        raise InputError("the design has no factors", key="factors", accepted=_HOW["factors"])
    if spec.kind == "morris":
        if (spec.levels or 0) % 2:
            raise InputError(
                "Morris's step reaches every level equally often only where their number is even",
                key="levels",
                value=spec.levels,
                accepted="4, 6, 8 …",
            )
        if spec.optimal is not None and spec.trajectories is not None and spec.optimal >= spec.trajectories:
            raise InputError(
                "the optimal trajectories are some of all",
                key="optimal",
                value=spec.optimal,
                accepted=f"2 to {spec.trajectories - 1}",
            )


_HOW = {
    "factors": "'design.factors={parameters.membership.vote_noise: {}, mechanisms.pressure: {}}'",
    "rows": "'design.rows=[{parameters.membership.vote_noise: 0.05}, {parameters.membership.vote_noise: 0.1}]'",
    "file": "design.file=FILE.csv",
    "points": "design.points=64",
}


def _factors(given: Any) -> Any:
    """Names to factors, from a mapping or a list of names; a list of values and a single value are short forms."""
    if given is None:
        return {}
    if isinstance(given, Sequence) and not isinstance(given, str):
        names = [str(one) for one in given]
        if any(not isinstance(one, str) for one in given):
            raise InputError("factors are named", key="factors", value=given, accepted=_HOW["factors"])
        twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
        if twice is not None:
            raise InputError("the factor is named twice", key="factors", value=twice)
        return {name: {} for name in names}
    if not isinstance(given, Mapping):
        raise InputError("factors are given by name", key="factors", value=given, accepted=_HOW["factors"])
    return {name: _long(one) for name, one in _flat(given, "factors")}


def _long(given: Any) -> Any:
    """The long form of a factor: nothing is {}, a list its values, a single value a constant."""
    if given is None:
        return {}
    if isinstance(given, Sequence) and not isinstance(given, str):
        return {"values": given}
    return {"role": "constant", "value": given} if isinstance(given, (bool, int, float, str)) else given


def _rows(given: Any) -> Any:
    if given is None:
        return ()
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise InputError("the points are a list", key="rows", value=given, accepted=_HOW["rows"])
    return [
        dict(_flat(one, f"rows[{n}]")) if isinstance(one, Mapping) else one for n, one in enumerate(given)
    ]


def _flat(given: Mapping[Any, Any], place: str) -> list[tuple[str, Any]]:
    """Name → content, of names nested as Hydra nests them or dotted. Raises InputError for a name that is given twice."""
    found = list(_leaves(given, ""))
    names = [name for name, _ in found]
    twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
    if twice is not None:
        raise InputError("the factor is named twice", key=f"{place}.{twice}", value=twice)
    return found


def _leaves(given: Mapping[Any, Any], head: str) -> Iterator[tuple[str, Any]]:
    """Names with what they hold: a mapping that is no factor is the rest of a name."""
    for key, one in given.items():
        name = f"{head}{key}"
        if isinstance(one, Mapping) and one and _unfinished(name, one):
            yield from _leaves(one, f"{name}.")
        else:
            yield name, one


def _unfinished(name: str, below: Mapping[Any, Any]) -> bool:
    """Whether the name goes on below: of a parameter up to ``parameters.MECHANISM.NAME``, of others down to a factor's keys."""
    head, *rest = name.split(".")
    if head not in HEADS or head == "scenario":
        return False
    if head == "values" and rest:
        return not set(below) & set(FactorSpec.model_fields)
    return len(rest) < (2 if head == "parameters" else 1)
