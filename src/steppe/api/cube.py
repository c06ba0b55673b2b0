"""The values of every replicate as one labelled cube per measure: an `xarray.Dataset`, and NetCDF from it.

Attributes follow the Climate and Forecast conventions where these say something of such data: units, long_name, flags, a time
coordinate, title, source [CF]_.

.. [CF] Eaton, B. et al. (2023) NetCDF Climate and Forecast (CF) metadata conventions, version 1.11.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from steppe.analysis.observations import observe
from steppe.api.iamc import name_of_model
from steppe.api.naming import measure_of
from steppe.api.table import extra
from steppe.results.indicators import Measure, entities
from steppe.results.query import Run as Stored

if TYPE_CHECKING:
    from steppe.api.runs import Run

Array = np.ndarray[Any, Any]

UNKNOWN = np.int8(-1)  # of a probability in a replicate that a scenario does not have
HASHES = ("config_sha256", "evidence_sha256", "rules", "draws_sha256")
_FACTS = ("seed", "replicates", "steps_per_year", "draws")
_UNITS = {"1": "1", "y": "year", "Mt/y": "Mt year-1", "USD/t": "USD t-1", "log points": "1"}


def dataset(run: Run, measures: Iterable[str] | None = None) -> Any:
    """Values by scenario, replicate, year and entity.

    measures : ids, all that the run has if None

    Dimensions: scenario, replicate, year, then one for each kind of entity: state, organisation, other, pole, segment, demand,
    process; a stage of a process is one entity, in `process_stage`. A probability is 0 or 1 in each replicate.
    Raises InputError for a measure that the run lacks, and without xarray.
    """
    from steppe.api.runs import available

    xarray = extra("xarray", "exchange")
    stored = run.stored
    chosen = available(stored) if measures is None else tuple(measure_of(name) for name in measures)
    replicates = np.unique(np.concatenate([stored.replicates(name) for name in stored.scenarios]))
    arrays = _arrays(stored, chosen, replicates)
    found = {one.id: _variable(stored, one, arrays[one.id]) for one in chosen}
    coordinates: dict[str, Any] = {
        "scenario": ("scenario", list(stored.scenarios), {"long_name": "scenario"}),
        "replicate": (
            "replicate",
            replicates,
            {"long_name": "replicate; the same luck in every scenario", "units": "1"},
        ),
        "year": ("year", np.array(stored.years, np.int32), {"long_name": "calendar year of the observation"}),
        "time": (
            "year",
            np.array(stored.manifest["dates"], "datetime64[ns]"),
            {"long_name": "date of the observation", "standard_name": "time"},
        ),
    }
    if stored.draws is not None:
        drawn = stored.draw_of(replicates).astype(np.int32)
        coordinates["draw"] = ("replicate", drawn, {"long_name": "draw of the evidence", "units": "1"})
    for one in chosen:
        for dimension, ids in zip(dimensions(one), labels(one, stored), strict=True):
            coordinates.setdefault(
                dimension, (dimension, list(ids), {"long_name": dimension.replace("_", " ")})
            )
    return xarray.Dataset(found, coordinates, attributes(run))


def dimensions(measure: Measure) -> tuple[str, ...]:
    """Names of the dimensions of a measure's entities."""
    if measure.of == ("process", "stage"):
        return ("process_stage",)
    return measure.of


def labels(measure: Measure, run: Stored) -> tuple[tuple[str, ...], ...]:
    """Ids along each of the dimensions of a measure's entities."""
    known = entities(measure, run)
    if len(dimensions(measure)) < 2:
        return (known,) if measure.of else ()
    parts = [name.split("/", 1) for name in known]
    return tuple(tuple(dict.fromkeys(part[place] for part in parts)) for place in (0, 1))


def attributes(run: Run) -> dict[str, Any]:
    """Global attributes: what the run is and from what it was made."""
    manifest = run.manifest
    facts = {name: manifest[name] for name in (*_FACTS, *HASHES) if manifest.get(name) is not None}
    # 64 bits without a sign are no type that every reader of NetCDF knows
    facts = {name: str(value) if name == "seed" else value for name, value in facts.items()}
    questions = {one["name"]: one.get("question") for one in manifest["scenarios"]}
    return {
        "Conventions": "CF-1.11",
        "title": f"Ensemble of {len(run.scenarios)} scenarios: {', '.join(run.scenarios)}",
        "source": name_of_model(run),
        "world": str(manifest.get("world", {}).get("name", "")),
        "questions": json.dumps(questions, ensure_ascii=False),
        **facts,
    }


def write_netcdf(run: Run, file: Path, measures: Iterable[str] | None = None) -> None:
    """The dataset as NetCDF 4, compressed."""
    for module in ("h5netcdf", "h5py"):
        extra(module, "exchange")
    found = dataset(run, measures)
    packed = {name: {"zlib": True, "complevel": 4} for name in found.data_vars}
    time = {"units": f"days since {run.manifest['dates'][0]}", "calendar": "standard", "dtype": "int32"}
    found.to_netcdf(file, engine="h5netcdf", encoding={**packed, "time": time})


def _arrays(run: Stored, measures: Sequence[Measure], replicates: Array) -> dict[str, Array]:
    """Measure → (scenarios, replicates, years, entities); what a scenario lacks is unknown."""
    whole = (len(run.scenarios), len(replicates), len(run.years))
    found: dict[str, Array] = {}
    for one in measures:
        shape = (*whole, len(entities(one, run)))
        found[one.id] = (
            np.full(shape, UNKNOWN, np.int8) if one.probability else np.full(shape, np.nan, np.float32)
        )
    for place, scenario in enumerate(run.scenarios):
        for seen in observe(run, scenario, run.years, list(found)):
            at = np.searchsorted(replicates, seen.replicates)
            found[seen.measure.id][place, at, run.years.index(seen.year)] = seen.values.T
    return found


def _variable(run: Stored, measure: Measure, values: Array) -> tuple[tuple[str, ...], Array, dict[str, Any]]:
    """Dimensions, values and attributes of a measure."""
    shape = (*values.shape[:3], *(len(ids) for ids in labels(measure, run)))
    told: dict[str, Any] = {"long_name": measure.definition, "units": _UNITS.get(measure.unit, measure.unit)}
    if measure.probability:
        flags = {
            "flag_values": np.array([0, 1], np.int8),
            "flag_meanings": "false true",
            "missing_value": UNKNOWN,
        }
        told |= flags
    return ("scenario", "replicate", "year", *dimensions(measure)), values.reshape(shape), told
