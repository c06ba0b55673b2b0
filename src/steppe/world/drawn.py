"""The numbers of a world that are uncertain, and the evidence in which each of them has a drawn value.

A world and its parameters are read from `Evidence`; so another draw of what is known is another `Evidence`, and
everything built from it is built as from the coded one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import combinations, permutations
from typing import Any

import numpy as np

from steppe.evidence import CodedValue, Evidence
from steppe.evidence.distribution import (
    Distribution,
    Floats,
    parameter_distribution,
    quantile,
    value_distributions,
)
from steppe.evidence.lookup import Pair, default_value, row_at
from steppe.evidence.schema import Entity, Variable
from steppe.world.build import coding_date
from steppe.world.spec import WorldSpec

# An uncoded threat is the rivalry of the two, which is drawn already (see `build.threats`).
_FOLLOWS_ANOTHER = ("threat",)

Rows = tuple[CodedValue, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One coded value with numbers to draw: `rows[place]` of a variable; the numbers are `first`, `first` + 1 …"""

    family: str
    rows: Rows
    place: int
    first: int
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Uncertain:
    """The numbers of a world and its parameters that are drawn, Q in all, in the order of `ids`.

    ids : ``membership.apply_rate``, ``actors/KAZ.gdp``, ``actors/KAZ.salience.trade``, ``dyads/KAZ-UZB.agreement``.
        The id names a quantity, not a row: rows of other dates share its luck, as an error of judgement about a state
        does not change with the date at which it is coded anew
    low, mode, high : (Q,) in the unit of each;  triangular : (Q,) true, or false for uniform
    """

    evidence: Evidence
    ids: tuple[str, ...]
    low: Floats
    mode: Floats
    high: Floats
    triangular: np.ndarray[Any, np.dtype[np.bool_]]
    slots: tuple[_Slot, ...]
    parameters: int  # the first so many of the ids are parameters

    def values(self, u: Floats) -> Floats:
        """(Q,) values below which the shares u (Q,) of the distributions lie."""
        return quantile(u, self.low, self.mode, self.high, self.triangular)

    def evidence_with(self, given: Mapping[str, float]) -> Evidence:
        """The evidence with some coded values (not parameters) replaced, by id; the others as they are coded."""
        where = {name: place for place, name in enumerate(self.ids)}
        numbers, slots = np.zeros(len(self.ids)), []
        for slot in self.slots:
            ids = self.ids[slot.first : slot.first + len(slot.keys)]
            if any(name in given for name in ids):
                coded: Any = slot.rows[slot.place].value
                for key, name in zip(slot.keys, ids, strict=True):
                    numbers[where[name]] = given.get(name, coded[key] if slot.keys != ("",) else coded)
                slots.append(slot)
        return replace(self, slots=tuple(slots), parameters=0).evidence_at(numbers)

    def evidence_at(self, values: Floats) -> Evidence:
        """The evidence with these values (Q,) instead of the coded ones."""
        drawn = [float(value) for value in values]
        named = zip(self.ids[: self.parameters], drawn, strict=False)
        changed = {
            name: self.evidence.parameters[name].model_copy(update={"value": value}) for name, value in named
        }
        entities: dict[str, dict[str, dict[str, Rows]]] = {}
        dyads = {name: dict(pairs) for name, pairs in self.evidence.dyads.items()}
        for slot in self.slots:
            row = slot.rows[slot.place]
            numbers = drawn[slot.first : slot.first + len(slot.keys)]
            value = dict(zip(slot.keys, numbers, strict=True)) if slot.keys != ("",) else numbers[0]
            rows = (*slot.rows[: slot.place], replace(row, value=value), *slot.rows[slot.place + 1 :])
            if row.family == "dyads":
                dyads.setdefault(row.variable, {})[row.entity[0], row.entity[1]] = rows
            else:
                entities.setdefault(slot.family, {}).setdefault(row.entity[0], {})[row.variable] = rows
        parts: dict[str, Any] = {"parameters": {**self.evidence.parameters, **changed}, "dyads": dyads}
        for family, found in entities.items():
            coded: Mapping[str, Entity] = getattr(self.evidence, family)
            parts[family] = {**coded, **_with(coded, found)}
        return replace(self.evidence, **parts)


def uncertain(evidence: Evidence, spec: WorldSpec, fixed: Collection[str] = ()) -> Uncertain:
    """Every number with a range that a world and its parameters are made of.

    fixed : ids of parameters that have a value given by the user; they are not drawn
    """
    found: list[tuple[str, Distribution]] = []
    for name, parameter in evidence.parameters.items():
        if name not in fixed:
            _add(found, name, parameter_distribution(parameter))
    parameters, slots = len(found), []
    for family, row, rows, place in _rows(evidence, spec):
        ranged = value_distributions(row, evidence.codebook[row.family, row.variable])
        if all(one.shape == "constant" for one in ranged.values()):
            continue
        slots.append(_Slot(family, rows, place, len(found), tuple(ranged)))
        stem = f"{family}/{'-'.join(row.entity)}.{row.variable}"
        for key, one in ranged.items():  # all keys of a mapping, constant ones among them, to keep it whole
            found.append((f"{stem}.{key}" if key else stem, one))
    shapes = [one for _, one in found]
    return Uncertain(
        evidence,
        tuple(name for name, _ in found),
        np.array([one.low for one in shapes]),
        np.array([one.mode for one in shapes]),
        np.array([one.high for one in shapes]),
        np.array([one.shape == "triangular" for one in shapes]),
        tuple(slots),
        parameters,
    )


def _add(found: list[tuple[str, Distribution]], name: str, one: Distribution) -> None:
    if one.shape != "constant":
        found.append((name, one))


def _rows(evidence: Evidence, spec: WorldSpec) -> Iterator[tuple[str, CodedValue, Rows, int]]:
    """(family, row, all rows of its variable, place among them) of each value in force that concerns the world."""
    wanted: Mapping[str, Collection[str]] = {"actors": spec.states, "organisations": spec.organisations}
    for family, entities in _families(evidence):
        for name, entity in entities.items():
            if name not in wanted.get(family, entities):
                continue
            when = coding_date(evidence, name, spec.start) if family == "organisations" else spec.start
            for rows in _variables(evidence, family, entity, when):
                yield from _in_force(family, rows, when)
    for (family, variable), entry in evidence.codebook.items():
        if family == "dyads":
            for rows in _pairs(evidence, entry, variable, spec):
                yield from _in_force(family, rows, spec.start)


def _families(evidence: Evidence) -> Iterator[tuple[str, Mapping[str, Entity]]]:
    """The parts of the evidence that hold entities with values: actors, organisations."""
    for part in fields(evidence):
        held = getattr(evidence, part.name)
        if isinstance(held, Mapping) and any(isinstance(one, Entity) for one in held.values()):
            yield part.name, held


def _variables(evidence: Evidence, family: str, entity: Entity, when: date) -> Iterator[Rows]:
    """The rows of each variable of an entity; the codebook's default first, where it has a range and none is in force."""
    missing = {
        variable: (default_value(entry, (entity.id,)),)
        for (kind, variable), entry in evidence.codebook.items()
        if kind == family and _ranged_default(entry)
    }
    for variable, rows in {**missing, **entity.values}.items():
        if variable in missing and rows is not missing[variable] and row_at(rows, when) is None:
            rows = (*missing[variable], *rows)
        yield rows


def _ranged_default(entry: Variable) -> bool:
    low, high = entry.default_range or (0.0, 0.0)
    return entry.default is not None and low < high


def _pairs(evidence: Evidence, entry: Variable, variable: str, spec: WorldSpec) -> Iterator[Rows]:
    """The rows of each pair of the world; the codebook's default, where it has a range, for a pair without a value."""
    coded = evidence.dyads.get(variable, {})
    pairs: Iterator[Pair] = (
        combinations(sorted(spec.states), 2) if entry.entity == "dyad" else permutations(spec.states, 2)
    )
    ranged = _ranged_default(entry) and variable not in _FOLLOWS_ANOTHER
    for pair in pairs:
        rows = coded.get(pair, ())
        if row_at(rows, spec.start) is not None:
            yield rows
        elif ranged:
            yield (default_value(entry, pair), *rows)


def _in_force(family: str, rows: Rows, when: date) -> Iterator[tuple[str, CodedValue, Rows, int]]:
    row = row_at(rows, when)
    if row is not None:
        yield family, row, rows, next(n for n, one in enumerate(rows) if one is row)


def _with(entities: Mapping[str, Entity], found: Mapping[str, Mapping[str, Rows]]) -> dict[str, Entity]:
    """The entities that have drawn rows, with them."""
    return {
        name: replace(entities[name], values={**entities[name].values, **rows})
        for name, rows in found.items()
    }
