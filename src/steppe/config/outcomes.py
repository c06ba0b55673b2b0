"""Whether a scenario itself makes the outcome that it is asked about: then the difference says that it was made, no more."""

from __future__ import annotations

from typing import Any

from steppe.config.schema import Outcome, Scenario

# measure → kinds of intervention that set it, and for each the fields that hold the outcome's ids; pairs in either order
_SETS: dict[str, dict[str, tuple[str, ...]]] = {
    "member": {"admit": ("state", "organisation"), "set_status": ("state", "organisation")},
    "observer": {"admit": ("state", "organisation"), "set_status": ("state", "organisation")},
    "members": {"admit": ("organisation",), "set_status": ("organisation",)},
    "alive": {"dissolve": ("organisation",), "merge": ("organisation",), "found": ("organisation",)},
    "merged": {"merge": ("organisation", "into")},
    "depth": {"set_depth": ("organisation",), "dissolve": ("organisation",)},
    "tie": {"tie": ("a", "b")},
    "affinity": {"affinity": ("a", "b")},
    "approval": {"approval": ("state",)},
    "crisis": {"crisis": ("state",)},
    "leaders": {"leader": ("state",)},
    "open": {"corridor": ("segment",)},
    "support": {"support": ("process",)},
    "stage": {"stage": ("process",), "reach": ("process",)},
    "reached": {"stage": ("process",), "reach": ("process",)},
    "years_until": {"stage": ("process",), "reach": ("process",)},
    "years_to": {"stage": ("process",), "reach": ("process",)},
}


def is_given(scenario: Scenario, outcome: Outcome) -> bool:
    """Whether an intervention of the scenario sets what the outcome measures."""
    ids = outcome.of.split("/")
    kinds = _SETS.get(outcome.measure, {})
    return any(one.kind in kinds and _same(one, kinds[one.kind], ids) for one in scenario.interventions)


def _same(one: Any, fields: tuple[str, ...], ids: list[str]) -> bool:
    """Whether the fields of an intervention hold the ids; of a stage only its process is looked at."""
    named = [getattr(one, field) for field in fields]
    wanted = ids[: len(named)]
    return named == wanted or (fields == ("a", "b") and named[::-1] == wanted)
