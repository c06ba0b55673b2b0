"""Outcomes of an arm replicate by replicate, be it of an ordinary run or a point of a design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from steppe.analysis.arms import Arm
from steppe.analysis.observations import Observed, observe
from steppe.errors import InputError
from steppe.paths import shown
from steppe.results.indicators import Measure
from steppe.results.parts import literal


def observed(arm: Arm, years: Sequence[int], measures: Sequence[Measure]) -> Iterator[Observed]:
    """Measures at years of an arm, one after the other; of a design, those that it kept. Raises InputError."""
    if arm.run.manifest.get("design"):
        return _kept(arm, years, measures)
    return observe(arm.run, arm.scenario, years, [measure.id for measure in measures], arm.point)


def aligned(
    arms: tuple[Arm, Arm], years: Sequence[int], measures: Sequence[Measure]
) -> Iterator[tuple[Observed, Observed]]:
    """(of the reference, of the alternative) for every measure and year that both have."""
    one, other = (observed(arm, years, measures) for arm in arms)
    if not any(arm.run.manifest.get("design") for arm in arms):
        yield from zip(one, other, strict=True)
        return
    there = {(seen.measure.id, seen.year): seen for seen in other}
    for before in one:
        if (after := there.get((before.measure.id, before.year))) is not None:
            yield before, after


def _kept(arm: Arm, years: Sequence[int], measures: Sequence[Measure]) -> Iterator[Observed]:
    """What a run with a design kept of a point, by measure and year."""
    replicates = arm.run.replicates(arm.scenario, arm.point)
    connection = arm.run.connection_to(arm.scenario, arm.point)
    asked = arm.run.manifest["outcomes"]
    try:
        failed = connection.execute(f"SELECT error FROM point_failures WHERE point = {arm.point}").fetchone()
        if failed is not None:
            raise InputError(
                f"point {arm.point} could not be simulated under {arm.scenario}: {failed[0]}",
                file=shown(arm.run.path),
                key="--point",
                value=arm.point,
                accepted="a point of which outcomes are stored",
            )
        for measure in measures:
            for year in sorted(set(years)):
                names = [
                    one["entity"] for one in asked if (one["measure"], one["year"]) == (measure.id, year)
                ]
                if not names:
                    continue
                values = np.full((len(names), len(replicates)), np.nan, np.float32)
                rows = connection.execute(
                    "SELECT entity, replicate, ifnull(value, 'nan'::FLOAT) AS value FROM outcomes WHERE "
                    f"point = {arm.point} AND measure = {literal(measure.id)} AND year = {year}"
                ).fetchnumpy()
                entity, replicate, value = (
                    np.ma.getdata(rows[name]) for name in ("entity", "replicate", "value")
                )
                place = np.array([names.index(name) for name in entity], np.int64)
                values[place, np.searchsorted(replicates, replicate)] = value
                yield Observed(
                    measure, year, tuple(names), replicates, values == 1 if measure.probability else values
                )
    finally:
        connection.close()
