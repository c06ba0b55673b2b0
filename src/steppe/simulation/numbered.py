"""The points of a design as a run numbers them: each once, in an order to which more can be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from steppe.design.points import Design, PointSettings, point_settings
from steppe.errors import InputError


@dataclass(frozen=True)
class Points:
    """ids : of the points, by number;  rows : the design's row that each is first in"""

    design: Design
    ids: tuple[str, ...]
    rows: tuple[int, ...]

    def settings(self, point: int) -> PointSettings:
        """What a point sets."""
        return point_settings(self.design, self.rows[point])


def numbered(design: Design, kept: Sequence[str] = ()) -> Points:
    """The points of a design by number: those that a run has first, then the new ones in the design's order.

    kept : ids of the points that a run has already.  Raises InputError for one that the design does not have.
    """
    first: dict[str, int] = {}
    for row, name in enumerate(design.ids):
        first.setdefault(name, row)
    lost = [name for name in kept if name not in first]
    if lost:
        raise InputError(
            f"{len(lost)} of the {len(kept)} points that the run has are not in this design",
            key="design",
            accepted="a design that adds points: more of a sobol sequence, more levels that keep the old ones, more rows",
        )
    ids = tuple(dict.fromkeys([*kept, *first]))
    return Points(design, ids, tuple(first[name] for name in ids))


def described(points: Points) -> dict[str, Any]:
    """What the manifest says of a design, enough to analyse the run without the evidence at hand."""
    design = points.design
    return {
        "kind": design.kind,
        "structure": dict(design.structure),
        "rows": len(design.rows),
        "points": len(points.ids),
        "factors": [_factor(one) for one in design.factors],
    }


def _factor(one: Any) -> dict[str, Any]:
    keys = ("name", "kind", "role", "unit", "low", "high", "values", "value", "varied")
    found = {key: getattr(one, key) for key in keys if hasattr(one, key)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}
