"""Estimates in the long format of the Integrated Assessment Modeling Consortium, which pyam reads.

One row per model, scenario, region, variable, unit and year [Huppmann2021]_. The bare variable is the mean; what else is known
of it stands below: ``Cohesion``, ``Cohesion|5th Percentile``, ``Cohesion|Confidence Low``.

.. [Huppmann2021] Huppmann, D. et al. (2021) pyam: Analysis and visualisation of integrated assessment and macro-energy scenarios.
   Open Research Europe 1, 74. doi:10.12688/openreseurope.13633.2
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from steppe.api.naming import measure_of
from steppe.api.table import Table
from steppe.results.indicators import Measure

if TYPE_CHECKING:
    from steppe.api.runs import Run

COLUMNS = ("model", "scenario", "region", "variable", "unit", "year", "value")
WORLD = "World"
#: kinds of entity that are a region, if they stand first
REGIONS = ("state", "organisation", "pole")
#: column of the estimates → what is appended to the variable
STATISTICS = {
    "mean": "",
    "low": "|Confidence Low",
    "high": "|Confidence High",
    "q05": "|5th Percentile",
    "q50": "|50th Percentile",
    "q95": "|95th Percentile",
}
#: units as the consortium writes them; a pure number has none
UNITS = {"1": "", "y": "yr", "Mt/y": "Mt/yr"}
_NAMES = {
    "member": "Membership",
    "observer": "Observer Status",
    "leaders": "Changes of Leader",
    "alive": "Existence",
    "merged": "Merger",
    "share": "Alignment Share",
    "multivector": "Multi-Vector Index",
    "need": "Need for Protection",
    "open": "Segment Open",
    "partners": "Number of Partners",
    "allies": "Number of Allies",
    "members": "Number of Members",
    "observers": "Number of Observers",
    "tie": "Bilateral Tie",
    "reached": "Stage Reached",
    "years_until": "Years until Stage",
    "years_to": "Years to Stage",
}


def variable_of(measure: Measure) -> str:
    """The first part of a variable: ``Membership``; the id in title case where no other name is given.

    >>> variable_of(measure_of("transport_cost"))
    'Transport Cost'
    """
    return _NAMES.get(measure.id) or measure.id.replace("_", " ").title()


def iamc(run: Run, measures: Iterable[str] | None = None, model: str | None = None) -> Table:
    """Every estimate of a run, undefined ones left out.

    measures : ids, all that the run has if None;  model : name and version of the package if None
    Raises InputError for a measure that the run lacks.
    """
    found = run.estimates(measures)
    places = [
        _placed(measure_of(one), entity)
        for one, entity in zip(found["measure"], found["entity"], strict=True)
    ]
    region, variable = (np.array([place[part] for place in places], dtype=object) for part in (0, 1))
    unit = np.array([UNITS.get(one, one) for one in found["unit"]], dtype=object)
    blocks = []
    for statistic, suffix in STATISTICS.items():
        known = np.isfinite(found[statistic])
        blocks.append(
            {
                "model": np.full(int(known.sum()), model or name_of_model(run), dtype=object),
                "scenario": found["scenario"][known],
                "region": region[known],
                "variable": variable[known] + suffix,
                "unit": unit[known],
                "year": found["year"][known],
                "value": found[statistic][known],
            }
        )
    return Table({name: np.concatenate([block[name] for block in blocks]) for name in COLUMNS})


def name_of_model(run: Run) -> str:
    """Name of the package and the version that made the run, as ``steppe 0.1.0``."""
    return f"steppe {run.manifest.get('versions', {}).get('steppe', '')}".strip()


def _placed(measure: Measure, entity: str) -> tuple[str, str]:
    """Region and variable of an entity."""
    if not measure.of:
        return WORLD, variable_of(measure)
    parts = dict(zip(measure.of, entity.split("/", len(measure.of) - 1), strict=True))
    region = parts.pop(measure.of[0]) if measure.of[0] in REGIONS else WORLD
    return region, "|".join([variable_of(measure), *parts.values()])
