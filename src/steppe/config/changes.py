"""What differs between two resolved configs, as plain data: settings, scenarios, switches, readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from steppe.config.schema import RunConfig, Scenario

Row = dict[str, Any]
_TEXTS = ("question", "prediction", "counterfactual")


def setting_changes(a: RunConfig, b: RunConfig, everything: bool = False) -> list[Row]:
    """Keys of the ensemble and the design, and the folder of the evidence, that differ.

    everything : of the executor, the study and the output too
    """
    sections = ["ensemble", "design", *(("executor", "study", "output") if everything else ())]
    one, other = (
        {"world": {"seeds": side.world.seeds}, **{key: _dumped(getattr(side, key)) for key in sections}}
        for side in (a, b)
    )
    return list(_leaves(one, other, ""))


def switch_changes(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Row]:
    """{id, a, b} of the names that do not have the same value; None where a side does not say."""
    return [
        {"id": name, "a": a.get(name), "b": b.get(name)}
        for name in sorted({*a, *b})
        if a.get(name) != b.get(name)
    ]


def scenario_pairs(a: RunConfig, b: RunConfig) -> list[tuple[Scenario | None, Scenario | None]]:
    """The scenarios of two configs by name; where each has but one, the two, whatever their names."""
    if len(a.scenarios) == len(b.scenarios) == 1:
        return [(a.scenarios[0], b.scenarios[0])]
    first, second = ({one.name: one for one in side.scenarios} for side in (a, b))
    return [(first.get(name), second.get(name)) for name in sorted({*first, *second})]


def scenario_changes(a: Scenario | None, b: Scenario | None) -> Row | None:
    """What differs between two scenarios; None where nothing does.

    interventions : those of one side only, as written;  texts : question, prediction and counterfactual that differ
    """
    first, second = (acts(one) for one in (a, b))
    row: Row = {
        "a": None if a is None else a.name,
        "b": None if b is None else b.name,
        "texts": []
        if a is None or b is None
        else [
            {"id": key, "a": getattr(a, key), "b": getattr(b, key)}
            for key in _TEXTS
            if getattr(a, key) != getattr(b, key)
        ],
        "interventions": {"a": _beyond(first, second), "b": _beyond(second, first)},
        "parameters": switch_changes(a.parameters if a else {}, b.parameters if b else {}),
        "mechanisms": switch_changes(a.mechanisms if a else {}, b.mechanisms if b else {}),
        "outcomes": {"a": _beyond(_outcomes(a), _outcomes(b)), "b": _beyond(_outcomes(b), _outcomes(a))},
    }
    told = row["texts"] or row["parameters"] or row["mechanisms"] or row["a"] != row["b"]
    sides = (*row["interventions"].values(), *row["outcomes"].values())
    return row if told or any(sides) else None


def acts(one: Scenario | None) -> list[Row]:
    """The interventions of a scenario as they are written."""
    if one is None:
        return []
    return [act.model_dump(mode="json", by_alias=True, exclude_none=True) for act in one.interventions]


def _outcomes(one: Scenario | None) -> list[Row]:
    return [] if one is None else [outcome.model_dump(mode="json") for outcome in one.outcomes]


def _beyond(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """The rows that the others do not have; of one that comes twice, each counts."""
    left = list(others)
    out = []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            out.append(row)
    return out


def _dumped(one: Any) -> Any:
    return one.model_dump(mode="json") if hasattr(one, "model_dump") else one


def _leaves(a: Any, b: Any, key: str) -> Iterator[Row]:
    """{id, a, b} of each leaf that differs, keys dotted."""
    if isinstance(a, Mapping) or isinstance(b, Mapping):
        first, second = (side if isinstance(side, Mapping) else {} for side in (a, b))
        for name in dict.fromkeys([*sorted({*first, *second})]):
            yield from _leaves(first.get(name), second.get(name), f"{key}.{name}" if key else str(name))
    elif a != b:
        yield {"id": key, "a": a, "b": b}
