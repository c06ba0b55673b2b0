"""A block of design points: every point from its own start, only the wanted measures kept.

A point that cannot be simulated is recorded with its error; it sinks no other point of the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from steppe.config.schema import Scenario, overridden, switches
from steppe.design.points import PointSettings
from steppe.mechanisms.observe import new_record
from steppe.results.tables import ChunkId, ChunkTables, Coded
from steppe.simulation.block import blocks, run_block
from steppe.simulation.outcomes import Wanted, outcome_values
from steppe.simulation.prepared import Prepared, Start, start
from steppe.simulation.replicate import initial_record
from steppe.world.drawn import uncertain
from steppe.world.spec import evidence_for

Array = np.ndarray[Any, Any]


def simulate_points(prepared: Prepared, chunk: ChunkId) -> ChunkTables:
    """The outcomes of a scenario at the points of a chunk that belong to it, and the points that failed."""
    assert prepared.points is not None
    points, found, failed = [], [], []
    for point in range(chunk.point, chunk.point + chunk.points):
        settings = prepared.points.settings(point)
        if settings.scenario not in (None, chunk.scenario):
            continue
        points.append(point)
        try:
            found.append(_values(prepared, chunk, settings))
        except Exception as error:  # whatever it is, it is kept as data
            failed.append((point, f"{type(error).__name__}: {error}"))
            found.append(np.full((len(prepared.asked), chunk.count), np.nan, np.float32))
    values = np.array(found, np.float32).reshape(len(points), len(prepared.asked), chunk.count)
    return {"outcomes": _outcomes(prepared.asked, chunk, points, values), "point_failures": _failures(failed)}


def point_start(
    prepared: Prepared, scenario: str, settings: PointSettings, draw: int = 0
) -> tuple[Prepared, Array]:
    """What holds at a point of a scenario, and the record (1,) from which its replicates begin.

    draw : of the evidence, where values are drawn

    A design's word goes before a scenario's own: who varies a parameter wants it varied.
    """
    ready = prepared.under(settings.readings, settings.gone, settings.idle)
    one: Scenario = next(one for one in ready.config.scenarios if one.name == scenario)
    begun = _started(ready, settings, draw)
    values = begun.parameters | overridden(ready.config, one) | settings.parameters
    own = switches(ready.config, one) | settings.mechanisms
    ensemble = ready.config.ensemble
    record = initial_record(
        begun.world, values, own, ensemble.steps_per_year, ensemble.seed, ready.consequences
    )
    return ready, record


def _started(ready: Prepared, settings: PointSettings, draw: int) -> Start:
    """The start of a draw, or one built anew where the point sets coded values or how the world is made of them."""
    weights = {name: one for name, one in settings.parameters.items() if name.startswith("world.")}
    if not weights and not settings.values:
        return ready.start(draw)
    config, evidence = ready.config, evidence_for(ready.config.world)
    if settings.values:  # a variant of a run has not looked up yet what is uncertain in it
        found = ready.uncertain or uncertain(evidence, config.world, config.parameters)
        evidence = found.evidence_with(settings.values)
    if weights:
        config = config.model_copy(update={"parameters": {**config.parameters, **weights}})
    return start(evidence, config)


def _values(prepared: Prepared, chunk: ChunkId, settings: PointSettings) -> Array:
    """(K, R) of one point, draw by draw."""
    parts = []
    for draw, first, count in blocks(prepared, chunk):
        ready, initial = point_start(prepared, chunk.scenario, settings, draw)
        parts.append(outcomes_of(ready, initial, chunk.scenario, first, count, prepared.asked))
    return np.concatenate(parts, axis=1)


def outcomes_of(
    ready: Prepared, initial: Array, scenario: str, first: int, count: int, asked: Sequence[Wanted]
) -> Array:
    """(K, R) float32 of the wanted numbers in replicates that begin from a record; NaN where one is undefined.

    Raises OverflowError where a replicate had more events than its record holds.
    """
    ensemble = ready.config.ensemble
    record = new_record(count, ensemble.years, ready.world)
    happened = run_block(ready, initial, scenario, first, record)
    return outcome_values(record, happened, first, ready.world, ensemble.steps_per_year, asked)


def _outcomes(asked: tuple[Wanted, ...], chunk: ChunkId, points: list[int], values: Array) -> dict[str, Any]:
    """Rows by outcome, point, replicate: alike neighbours pack well."""
    k, p, r = len(asked), len(points), chunk.count
    measures = tuple(dict.fromkeys(one.measure.id for one in asked))
    names = tuple(dict.fromkeys(one.entity for one in asked))
    each = np.int64(p * r)
    return {
        "point": np.tile(np.repeat(np.array(points, np.int32), r), k),
        "replicate": np.tile(np.arange(chunk.first, chunk.first + r, dtype=np.int32), k * p),
        "measure": Coded(
            np.repeat([measures.index(one.measure.id) for one in asked], each).astype(np.int16), measures
        ),
        "entity": Coded(np.repeat([names.index(one.entity) for one in asked], each).astype(np.int16), names),
        "year": np.repeat([one.year for one in asked], each).astype(np.int16),
        "value": np.ascontiguousarray(values.transpose(1, 0, 2)).ravel(),
    }


def _failures(failed: list[tuple[int, str]]) -> dict[str, Any]:
    texts = tuple(dict.fromkeys(text for _, text in failed))
    return {
        "point": np.array([point for point, _ in failed], np.int32),
        "replicate": np.full(len(failed), -1, np.int32),
        "error": Coded(np.array([texts.index(text) for _, text in failed], np.int16), texts),
    }
