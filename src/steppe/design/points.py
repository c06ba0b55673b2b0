"""A design: its factors and its points, each with an id that says what the point sets and nothing else."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steppe.config.design import HEADS, SAMPLED, DesignSpec, Value
from steppe.config.designs import check_size, checked_rows, factors_of, size_of
from steppe.config.factors import settable
from steppe.config.scales import Factor, levels_of, text_of, values_at
from steppe.config.schema import RunConfig
from steppe.design.cube import cube, problem
from steppe.design.table import read_rows
from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.evidence.distribution import Floats
from steppe.world.spec import WorldSpec

Row = tuple[Value, ...]


@dataclass(frozen=True)
class Design:
    """P points of F factors, K of which vary.

    rows : a value for each factor, in their order
    ids : 16 hex digits for each row, a hash of what it sets: points that set the same share it, in whatever design
    structure : what an analysis needs to know of the method: `seed`; `points` (N) and `second_order`; `levels`,
        `trajectories` (r); `moved`, the factor that a row changes, or None
    unit : (P, K) shares of the distributions, of the factors that vary; None for kinds that are not sampled
    """

    kind: str
    factors: tuple[Factor, ...]
    rows: tuple[Row, ...]
    ids: tuple[str, ...]
    structure: Mapping[str, Any] = field(default_factory=dict)
    unit: Floats | None = field(default=None, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all factors."""
        return tuple(factor.name for factor in self.factors)

    @property
    def varied(self) -> tuple[str, ...]:
        """Names of those that vary, in the order of the columns of `unit`."""
        return tuple(factor.name for factor in self.factors if factor.varied)

    @property
    def problem(self) -> dict[str, Any]:
        """The factors as SALib's analyses want them beside `unit`."""
        return problem(self.varied)

    def table(self) -> dict[str, list[Any]]:
        """Columns: `id`, then each factor."""
        columns = zip(*self.rows, strict=True)
        return {
            "id": list(self.ids),
            **{name: list(one) for name, one in zip(self.names, columns, strict=True)},
        }


@dataclass(frozen=True)
class PointSettings:
    """What a point sets, by section of the config; scenario None: those of the run.

    interventions : number of an intervention by date, from 1 → whether it acts
    without : state or system → whether the world does without it
    """

    parameters: dict[str, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    mechanisms: dict[str, bool] = field(default_factory=dict)
    scenario: str | None = None
    readings: dict[str, str] = field(default_factory=dict)
    interventions: dict[str, bool] = field(default_factory=dict)
    without: dict[str, bool] = field(default_factory=dict)

    @property
    def gone(self) -> tuple[str, ...]:
        """What the world does without."""
        return tuple(name for name, removed in self.without.items() if removed)

    @property
    def idle(self) -> tuple[int, ...]:
        """Numbers of the interventions that do not act."""
        return tuple(int(number) for number, acts in self.interventions.items() if not acts)


def build(spec: DesignSpec, evidence: Evidence, world_spec: WorldSpec, config: RunConfig) -> Design:
    """The points of a design in a world, under a config that says what is set besides.

    Kinds that are sampled (lhs, sobol, saltelli, morris) keep their order and repeated rows, which carry the weight of a
    value or the structure of the method; the others keep a repeated point once, where it comes first.

    Raises InputError for factors that do not exist, values outside the range of the evidence, and too many points.
    """
    known = settable(evidence, config.model_copy(update={"world": world_spec}))
    factors = factors_of(spec, known)
    if spec.kind == "csv":
        rows: list[Row] = read_rows(str(spec.file), factors)
        check_size(spec, factors, len(rows))
        return made(spec.kind, factors, rows)
    check_size(spec, factors, size_of(spec, factors))
    if spec.kind in SAMPLED:
        unit = cube(spec, [factor.name for factor in factors if factor.varied])
        return made(spec.kind, factors, _in_cube(factors, unit), _structure(spec), unit, once=False)
    if spec.kind == "one_at_a_time":
        rows, moved = _one_at_a_time(spec, factors)
        return made(spec.kind, factors, rows, {"levels": spec.levels}, moved=moved)
    return made(spec.kind, factors, _combined(spec, factors))


def made(
    kind: str,
    factors: tuple[Factor, ...],
    rows: Sequence[Row],
    structure: Mapping[str, Any] | None = None,
    unit: Floats | None = None,
    once: bool = True,
    moved: Sequence[str | None] | None = None,
) -> Design:
    """A design of these rows with their ids.  once : a row that comes again is left out"""
    ids = point_ids([factor.name for factor in factors], rows)
    if once:
        found_at: dict[str, int] = {}
        for n, name in enumerate(ids):
            found_at.setdefault(name, n)
        first = list(found_at.values())
        rows, ids = [rows[n] for n in first], [ids[n] for n in first]
        moved = None if moved is None else [moved[n] for n in first]
    found = {**(structure or {}), **({} if moved is None else {"moved": tuple(moved)})}
    return Design(kind, factors, tuple(rows), tuple(ids), found, unit)


def point_ids(names: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """The id of each row: BLAKE2b (8 bytes) of its names and values as JSON, in the order of the names.

    A number is written as the shortest digits that give the float back, so that 3 and 3.0 are one value.
    """
    order = sorted(range(len(names)), key=lambda n: names[n])
    out = []
    for row in rows:
        content = json.dumps([[names[n], _canonical(row[n])] for n in order], ensure_ascii=False)
        out.append(hashlib.blake2b(content.encode(), digest_size=8).hexdigest())
    return out


def _canonical(value: Value) -> str:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return text_of(float(value) + 0.0 if number else value)


def point_settings(design: Design, p: int) -> PointSettings:
    """What point p sets."""
    found: dict[str, dict[str, Any]] = {head: {} for head in HEADS if head != "scenario"}
    scenario = None
    for factor, value in zip(design.factors, design.rows[p], strict=True):
        head, _, rest = factor.name.partition(".")
        if head == "scenario":
            scenario = str(value)
        else:
            found[head][rest] = float(value) if factor.numeric else value
    return PointSettings(scenario=scenario, **found)


def merge(old: Design, new: Design) -> tuple[str, ...]:
    """The ids of the new design that the old one does not have, in order, each once: what is left to compute."""
    known = set(old.ids)
    return tuple(name for name in dict.fromkeys(new.ids) if name not in known)


def _in_cube(factors: Sequence[Factor], unit: Floats) -> list[Row]:
    """Rows of values at the points of the cube."""
    columns = iter(unit.T)
    any_column = np.zeros(len(unit))
    found = [values_at(one, next(columns) if one.varied else any_column) for one in factors]
    return list(zip(*found, strict=True))


def _structure(spec: DesignSpec) -> dict[str, Any]:
    keys = ("seed", "points", "second_order", "levels", "trajectories", "optimal", "optimisation")
    return {key: one for key in keys if (one := getattr(spec, key)) is not None}


def _combined(spec: DesignSpec, factors: tuple[Factor, ...]) -> list[Row]:
    """Grid, with the first factor slowest; zip; list."""
    if spec.kind == "list":
        return checked_rows(spec, factors)
    if spec.kind == "grid":
        return list(itertools.product(*(levels_of(one, spec.levels or 0) for one in factors)))
    if spec.kind == "zip":
        count = max(len(one.values) for one in factors)
        return list(zip(*(one.values or (one.value,) * count for one in factors), strict=True))
    raise InputError("the design cannot be made", key="design.kind", value=spec.kind)


def _one_at_a_time(spec: DesignSpec, factors: tuple[Factor, ...]) -> tuple[list[Row], list[str | None]]:
    """The centre, then each factor at its levels with the others at the centre; and which factor each row moves."""
    centre = tuple(one.value for one in factors)
    rows: list[Row] = [centre]
    moved: list[str | None] = [None]
    for n, one in enumerate(factors):
        for level in levels_of(one, spec.levels or 0) if one.varied else ():
            rows.append((*centre[:n], level, *centre[n + 1 :]))
            moved.append(one.name)
    return rows, moved
