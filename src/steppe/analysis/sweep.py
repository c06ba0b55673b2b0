"""Outcomes of a run with a design: point by point and replicate by replicate, and their summary."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.analysis.intervals import Array
from steppe.analysis.sensitivity import noise_of
from steppe.errors import input_error
from steppe.paths import shown
from steppe.results.parts import literal
from steppe.results.query import Run
from steppe.results.tables import DESIGN, POINTS


@dataclass(frozen=True)
class Sweep:
    """A run with a design, read.

    factors : as the manifest describes them;  outcomes : texts like ``member UZB/EAEU @2036``
    rows : number of the point of each row of the design, in the method's order
    """

    run: Run
    kind: str
    structure: Mapping[str, Any]
    factors: tuple[Mapping[str, Any], ...]
    outcomes: tuple[str, ...]
    ids: tuple[str, ...]
    rows: NDArray[np.int64]

    @property
    def varied(self) -> tuple[Mapping[str, Any], ...]:
        """The factors that vary."""
        return tuple(one for one in self.factors if one["varied"])

    @cached_property
    def settings(self) -> dict[str, list[Any]]:
        """Factor → its value at each point, numbers as floats, switches as bools."""
        with (self.run.path / DESIGN).open(encoding="utf-8", newline="") as text:
            table = list(csv.DictReader(text))
        first = {row["id"]: row for row in reversed(table)}
        return {
            one["name"]: [_value(one, first[name][one["name"]]) for name in self.ids] for one in self.factors
        }

    def values(self, scenario: str, outcome: str) -> Array:
        """(P, R) of an outcome at each point in each replicate that all points have; NaN where it is undefined.

        Raises InputError for a scenario or an outcome that the run did not keep.
        """
        self.run.chunks(scenario)
        if outcome not in self.outcomes:
            raise input_error(
                "the run kept no such outcome", key="outcome", value=outcome, accepted=self.outcomes
            )
        measure, entity, year = _parts(outcome)
        connection = self.run.connection_to_all(scenario)
        try:
            rows = connection.execute(
                "SELECT point, replicate, ifnull(value, 'nan'::FLOAT) AS value FROM outcomes WHERE "
                f"measure = {literal(measure)} AND entity = {literal(entity)} AND year = {year}"
            ).fetchnumpy()
        finally:
            connection.close()
        point, replicate = (np.ma.getdata(rows[name]).astype(np.int64) for name in ("point", "replicate"))
        count = int(replicate.max(initial=-1)) + 1
        found = np.full((len(self.ids), count), np.nan, np.float32)
        found[point, replicate] = np.ma.getdata(rows["value"])
        return found

    def points_of(self, scenario: str) -> NDArray[np.int64]:
        """Numbers of the points that belong to a scenario: all, unless the design itself varies the scenario."""
        named = self.settings.get("scenario")
        every = np.arange(len(self.ids))
        return every if named is None else every[[one == scenario for one in named]]

    def failures(self) -> list[tuple[str, int, str]]:
        """(scenario, point, error) of the points that could not be simulated."""
        connection = self.run.connection()
        try:
            rows = connection.execute(
                "SELECT scenario, point, error FROM point_failures ORDER BY ALL"
            ).fetchall()
        finally:
            connection.close()
        return [(str(a), int(b), str(c)) for a, b, c in rows]


def open_sweep(run: Run) -> Sweep:
    """The design of a run. Raises InputError for a run without one."""
    said = run.manifest.get("design")
    if not said:
        raise input_error(
            "the run has no design: it was computed at one point",
            file=shown(run.path),
            accepted="a run made with design=…, see docs/designs.md",
        )
    ids = tuple((run.path / POINTS).read_text(encoding="utf-8").split()[1:])
    place = {name: number for number, name in enumerate(ids)}
    with (run.path / DESIGN).open(encoding="utf-8", newline="") as text:
        rows = np.array([place[row["id"]] for row in csv.DictReader(text)], np.int64)
    outcomes = tuple(outcome_text(one) for one in run.manifest["outcomes"])
    return Sweep(run, said["kind"], said["structure"], tuple(said["factors"]), outcomes, ids, rows)


def outcome_text(one: Mapping[str, Any]) -> str:
    """An outcome of the manifest as text."""
    return f"{one['measure']} {one['entity']} @{one['year']}"


def chosen_outcome(sweep: Sweep, text: str | None) -> str:
    """The outcome that a text means: with or without its year, the only one where none is named. Raises InputError."""
    if text is None:
        if len(sweep.outcomes) == 1:
            return sweep.outcomes[0]
        raise input_error("which outcome is meant?", key="outcome", accepted=sweep.outcomes)
    wanted = " ".join(text.replace("@", " @").split())
    found = [one for one in sweep.outcomes if wanted in (one, one.rpartition(" @")[0])]
    if len(found) != 1:
        raise input_error("the run kept no such outcome", key="outcome", value=text, accepted=sweep.outcomes)
    return found[0]


@dataclass(frozen=True)
class Summary:
    """An outcome of a scenario over the points of a design.

    points : with a defined outcome;  mean : over points;  low, high : least and greatest mean of a point
    sd : standard deviation of the points' means;  noise : the part of its square that chance alone would leave
    """

    scenario: str
    outcome: str
    points: int
    replicates: int
    mean: float
    sd: float
    low: float
    high: float
    noise: float


def summaries(sweep: Sweep, scenarios: Sequence[str] | None = None) -> list[Summary]:
    """Every outcome of every scenario over the points."""
    return [
        _summary(scenario, outcome, sweep.values(scenario, outcome)[sweep.points_of(scenario)])
        for scenario in (sweep.run.scenarios if scenarios is None else scenarios)
        for outcome in sweep.outcomes
    ]


def _summary(scenario: str, outcome: str, values: Array) -> Summary:
    defined = ~np.isnan(values)
    count = defined.sum(axis=1)
    some = count > 0
    if not some.any():
        return Summary(scenario, outcome, 0, values.shape[1], *(np.nan,) * 5)
    means = np.nansum(values[some].astype(float), axis=1) / count[some]
    spread = float(means.std(ddof=1)) if len(means) > 1 else np.nan
    head = (scenario, outcome, len(means), values.shape[1], float(means.mean()), spread)
    return Summary(*head, float(means.min()), float(means.max()), _noise(values[some].astype(float)))


def _noise(values: Array) -> float:
    """Share of the variance of the points' means that is chance, see `noise_of`; NaN where it cannot be told."""
    found = None if np.isnan(values).any() else noise_of(values)
    return float("nan") if found is None else found.share


def _parts(outcome: str) -> tuple[str, str, int]:
    measure, entity, year = outcome.split(" ")
    return measure, entity, int(year.lstrip("@"))


def _value(factor: Mapping[str, Any], text: str) -> Any:
    if factor["kind"] == "switch":
        return text == "true"
    return text if factor["kind"] == "choice" and not _number(text) else float(text)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
