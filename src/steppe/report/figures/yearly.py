"""What is drawn year by year: the means of a run, gathered once for several pictures, and the controls that choose among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steppe.analysis.averages import (
    Flows,
    Memberships,
    ToPoles,
    alignment_by_year,
    flows_by_year,
    membership_by_year,
    ties_by_year,
)
from steppe.results.query import Run
from steppe.results.tables import schemas_of

if TYPE_CHECKING:
    import altair

DIGITS = 3  # of the numbers inside a picture
NOW = "indexof(years, year)"  # in expressions: place of the year that is shown
MOST_SCENARIOS = 6  # in one picture, for its size


@dataclass(frozen=True)
class Means:
    """Means by year of some scenarios of a run, by scenario."""

    scenarios: tuple[str, ...]
    alignments: Mapping[str, ToPoles]
    ties: Mapping[str, ToPoles]
    memberships: Mapping[str, Memberships]
    flows: Mapping[str, Flows]


def means_of(run: Run, scenario: str) -> Means | str:
    """The means of a scenario and of the others of its run, up to `MOST_SCENARIOS`; or why there are none, a sentence."""
    if "alignments" not in schemas_of(run.manifest):
        return "The run kept outcomes alone, so states and bodies cannot be shown year by year."
    others = [name for name in run.scenarios if name != scenario and len(run.replicates(name))]
    chosen = {scenario, *others[: MOST_SCENARIOS - 1]}
    kept = tuple(name for name in run.scenarios if name in chosen)
    if not len(run.replicates(scenario)):
        return f"No replicate of {scenario} is stored."
    return Means(
        kept,
        {name: alignment_by_year(run, name) for name in kept},
        {name: ties_by_year(run, name) for name in kept},
        {name: membership_by_year(run, name) for name in kept},
        {name: flows_by_year(run, name) for name in kept},
    )


def controls(
    run: Run, scenarios: Sequence[str], scenario: str, names: Mapping[str, str]
) -> list[altair.Parameter]:
    """The slider of years, which begins at the last, and the menu of scenarios where there are several.

    Parameters of the picture: `year`, `scenario`, and `years`, the list in which a year has its place.
    """
    import altair as alt

    years = [int(year) for year in run.years]
    slider = alt.binding_range(min=years[0], max=years[-1], step=1, name="Year ")
    menu = alt.binding_select(
        options=list(scenarios), labels=[names.get(one, one) for one in scenarios], name="Scenario "
    )
    several: dict[str, Any] = {"bind": menu} if len(scenarios) > 1 else {}
    return [
        alt.param(name="years", value=years),
        alt.param(name="year", value=years[-1], bind=slider)
        if len(years) > 1
        else alt.param(name="year", value=years[0]),
        alt.param(name="scenario", value=scenario, **several),
    ]


def named(name: str, names: Mapping[str, str]) -> str:
    """``Kazakhstan (KAZ)``: the name of a state for a table, with the code that stands in the picture."""
    return f"{names[name]} ({name})" if names.get(name, name) != name else name


def rounded(values: Any) -> Any:
    """Nested arrays as nested lists of `DIGITS` decimals; None for NaN."""
    if isinstance(values, (int, float)):
        return None if not math.isfinite(values) else round(float(values), DIGITS) + 0.0
    return [rounded(one) for one in (values.tolist() if hasattr(values, "tolist") else values)]


def left_out(run: Run, scenarios: Sequence[str]) -> str:
    """A sentence on scenarios that are not in the picture; empty if all are."""
    count = len(run.scenarios) - len(scenarios)
    return f" {count} of the {len(run.scenarios)} scenarios of the run are left out." if count > 0 else ""
