"""A run in hand: what it measured, what happened in it, and how its scenarios differ."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from steppe.analysis.components import grouped, spreads
from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import date_of, estimates_of, measure_table
from steppe.analysis.observations import Observed, is_stored, observe
from steppe.api.explaining import Explaining
from steppe.api.naming import columns_of, measure_of, rows_of
from steppe.api.settings import from_python, several
from steppe.api.table import Table, stacked
from steppe.results.indicators import MEASURES, Measure, entities
from steppe.results.query import Run as Stored
from steppe.results.query import open_run

_ESTIMATED = (
    "scenario", "measure", "entity", "year", "time", "unit", "n", "mean", "sd", "std_error", "low", "high", "q05", "q50", "q95",
)  # fmt: skip


class Run(Explaining):
    """A stored run. `steppe.run` and `steppe.open` give one.

    stored : the run as the layers below know it;  path : its folder
    """

    def __init__(self, stored: Stored) -> None:
        self.stored = stored

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.stored.path

    @property
    def manifest(self) -> dict[str, Any]:
        """What the run says of itself: versions, hashes, seed, sizes, names."""
        return self.stored.manifest

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return self.stored.scenarios

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the observations, the start among them."""
        return self.stored.years

    @property
    def states(self) -> tuple[str, ...]:
        """Ids of the states."""
        return self.stored.states

    @property
    def organisations(self) -> tuple[str, ...]:
        """Ids of the organisations."""
        return self.stored.organisations

    def __repr__(self) -> str:
        size = f"{self.manifest['replicates']:,} replicates, {self.years[0]} to {self.years[-1]}"
        return f"Run({', '.join(self.scenarios)}; {size}; {str(self.path)!r})"

    def measures(self) -> Table:
        """What can be measured of this run: id, of, unit, definition.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.measures().where(id="member")["of"]
        array(['state × organisation'], dtype=object)
        """
        from steppe.results.indicators import catalogue

        known = {one.id for one in available(self.stored)}
        return Table.from_rows(row for row in catalogue() if row["id"] in known)

    def measure(
        self,
        name: str,
        *,
        scenario: str | Sequence[str] | None = None,
        year: int | Sequence[int] | None = None,
        level: float = LEVEL,
        point: int = 0,
        **of: str | Sequence[str] | None,
    ) -> Table:
        """A measure by scenario and year, with its interval; the values of each replicate are in `values`.

        name : ``cohesion``, ``P(member)``, …; `measures` lists them
        scenario, year : one or several; all if None
        level : of the interval
        of : whose: ``state``, ``organisation``, ``pole``, ``segment``, ``demand``, ``process``, ``stage``, ``other``, each one
            id or several; ``partner`` for the second of a pair, ``entity`` for ``UZB/EAEU``

        Columns: scenario, year, date, measure, the entity, unit; n replicates in which it is defined, mean, sd between
        replicates; std_error, low, high of the mean (Wilson's interval for a probability, else Student's); quantiles q05,
        q50, q95 over replicates, undefined for a probability; epistemic_share where values are drawn.

            >>> import steppe
            >>> run = steppe.run(world="toy", replicates=8, years=2, seed=1)
            >>> run.measure("P(member)", state="BBB", organisation="UNION").columns[:6]
            ('scenario', 'year', 'date', 'measure', 'state', 'organisation')
            >>> run.measure("depth", organisation="UNION", year=2020)["n"]
            array([8])
        """
        with from_python():
            measure, rows = measure_of(name), None
            blocks = []
            for one, seen in self._observed(measure, scenario, year, point):
                rows = rows_of(measure, self.stored, of) if rows is None else rows
                blocks.append(self._estimated(one, seen, rows, level))
        return stacked(blocks)

    def values(
        self,
        name: str,
        *,
        scenario: str | Sequence[str] | None = None,
        year: int | Sequence[int] | None = None,
        point: int = 0,
        **of: str | Sequence[str] | None,
    ) -> Table:
        """A measure in every replicate; arguments as for `measure`.

        Columns: scenario, year, replicate (and its draw of the evidence, where values are drawn), the entity, value: true or
        false for a probability, NaN where undefined. The same replicate has the same luck in every scenario.

            >>> import steppe
            >>> run = steppe.run(world="toy", replicates=8, years=2, seed=1)
            >>> run.values("members", organisation="UNION", year=2020)["replicate"]
            array([0, 1, 2, 3, 4, 5, 6, 7], dtype=int32)
        """
        with from_python():
            measure, rows = measure_of(name), None
            blocks = []
            for one, seen in self._observed(measure, scenario, year, point):
                rows = rows_of(measure, self.stored, of) if rows is None else rows
                blocks.append(self._per_replicate(one, seen, rows))
        return stacked(blocks)

    def events(
        self,
        *,
        kind: str | Sequence[str] | None = None,
        scenario: str | Sequence[str] | None = None,
        replicate: int | Sequence[int] | None = None,
        point: int = 0,
        **of: str | Sequence[str] | None,
    ) -> Table:
        """What happened, in order, replicate by replicate.

        kind : one or several kinds of event
        of : ``state``, ``organisation``, ``partner``, ``other``, ``process``, ``segment``, each one id or several

        Columns as in the events table of a run (docs/results.md); statuses are NaN where an event is about none.

            >>> import steppe
            >>> run = steppe.run(world="toy", replicates=8, years=5, seed=1)
            >>> set(run.events(kind="left", state="BBB")["state"]) <= {"BBB"}
            True
        """
        from steppe.api.happened import events

        with from_python():
            return events(
                self.stored, {"scenario": scenario, "kind": kind, "replicate": replicate, **of}, point
            )

    def compare(
        self,
        reference: str | None = None,
        *,
        measure: str | Sequence[str] | None = None,
        year: int | Sequence[int] | None = None,
        adjust: str = "holm",
        since: bool = False,
        point: int | str | None = None,
        reference_point: int | str | None = None,
        **of: str | Sequence[str] | None,
    ) -> Table:
        """Differences between the scenarios of the run, or between points of its design; see `steppe.compare`.

        >>> import steppe
        >>> run = steppe.run(world="toy", scenario=["baseline", "arvand_admitted_to_rivers"], replicates=8, years=2)
        >>> run.compare(measure="member", state="BBB", organisation="UNION")["reference_scenario"]
        array(['baseline'], dtype=object)
        """
        from steppe.api.comparing import compare

        return compare(
            self, reference=reference, measure=measure, year=year, adjust=adjust, since=since, point=point,
            reference_point=reference_point, **of,
        )  # fmt: skip

    def connection(self) -> Any:
        """A DuckDB connection with every table of the run as a view; the caller closes it.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> with run.connection() as sql:
        ...     sql.execute("SELECT count(DISTINCT replicate) FROM organisations").fetchone()
        (4,)
        """
        return self.stored.connection()

    def estimates(self, measures: Iterable[str] | None = None) -> Table:
        """Every estimate of every measure (or those named), by scenario, measure, entity and year; columns as for `measure`.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.estimates(["polarisation"])["entity"]
        array(['system', 'system'], dtype=object)
        """
        with from_python():
            ids = None if measures is None else [measure_of(name).id for name in measures]
            found = measure_table(self.stored, self.scenarios, self.years, ids)
        drawn = ["epistemic_share"] if self.stored.draws is not None else []
        columns = {name: [getattr(one, name) for one in found] for name in _ESTIMATED}
        columns |= {name: [one.spread.share if one.spread else np.nan for one in found] for name in drawn}
        return Table(columns | {"date": np.array(columns.pop("time"), "datetime64[D]")})

    def to_iamc(self, measures: Iterable[str] | None = None, *, model: str | None = None) -> Table:
        """The estimates as a long table of the IAMC; see docs/api.md.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.to_iamc(["member"]).columns
        ('model', 'scenario', 'region', 'variable', 'unit', 'year', 'value')
        """
        from steppe.api.iamc import iamc

        with from_python():
            return iamc(self, measures, model)

    def to_xarray(self, measures: Iterable[str] | None = None) -> Any:
        """The values of every replicate as an `xarray.Dataset`; see docs/api.md. Needs the extra `exchange`.

        >>> import steppe
        >>> run = steppe.run(world="toy", replicates=4, years=1)
        >>> run.to_xarray(["depth"])["depth"].dims
        ('scenario', 'replicate', 'year', 'organisation')
        """
        from steppe.api.cube import dataset

        with from_python():
            return dataset(self, measures)

    def export(
        self, file: str | os.PathLike[str], format: str, measures: Iterable[str] | None = None
    ) -> None:
        """Write the run for other programs: ``iamc`` or ``csv`` (estimates), ``netcdf`` (every replicate); see docs/api.md.

        Raises InputError for an unknown format, an unknown measure, or a file that cannot be written.

            >>> import steppe, tempfile
            >>> run = steppe.run(world="toy", replicates=4, years=1)
            >>> run.export(f"{tempfile.mkdtemp()}/estimates.csv", "csv", ["depth"])
        """
        from steppe.api.exchange import export

        with from_python():
            export(self, Path(file), format, measures)

    def report(
        self,
        file: str | os.PathLike[str] | None = None,
        figures: str | os.PathLike[str] | None = None,
        format: str = "svg",
        map: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write the run as one page that works without a network; see docs/reports.md. Needs the extra `report`.

        file : the page, ``report.html`` in the run folder if None;  figures : a folder for every picture as a file
        format : of the pictures, ``svg`` or ``png``;  map : another file of shapes, TopoJSON or GeoJSON

            >>> import steppe
            >>> run = steppe.run(world="toy", replicates=4, years=1)
            >>> run.report().name
            'report.html'
        """
        from steppe.api.reporting import write_report

        paths = [None if one is None else Path(one) for one in (file, figures, map)]
        with from_python():
            return write_report(self.path, paths[0], paths[1], format, paths[2])[0]

    def _observed(
        self,
        measure: Measure,
        scenario: str | Sequence[str] | None,
        year: int | Sequence[int] | None,
        point: int,
    ) -> Iterator[tuple[str, Observed]]:
        """(scenario, values) of a measure by scenario, then year."""
        years = sorted(set(several(year))) if year is not None else list(self.years)
        for one in several(scenario) if scenario is not None else self.scenarios:
            for seen in observe(self.stored, one, years, [measure.id], point):
                yield one, seen

    def _estimated(self, scenario: str, seen: Observed, rows: list[int], level: float) -> dict[str, Any]:
        values, count = seen.values[rows], len(rows)
        drawn = None if self.stored.draws is None else grouped(values, self.stored.draw_of(seen.replicates))
        columns = {
            **_head(scenario, seen, count),
            "date": np.full(count, np.datetime64(date_of(self.stored, seen.year), "D")),
            "measure": _same(seen.measure.id, count),
            **columns_of(seen.measure, self.stored, rows),
            "unit": _same(seen.measure.unit, count),
            **estimates_of(seen.measure, values, level, drawn),
        }
        if drawn is not None:
            columns["epistemic_share"] = np.array([one.share for one in spreads(drawn, level)])
        return columns

    def _per_replicate(self, scenario: str, seen: Observed, rows: list[int]) -> dict[str, Any]:
        size = len(seen.replicates)
        columns = {
            **_head(scenario, seen, len(rows) * size),
            "replicate": np.tile(seen.replicates, len(rows)),
        }
        if self.stored.draws is not None:
            columns["draw"] = np.tile(self.stored.draw_of(seen.replicates), len(rows))
        for kind, names in columns_of(seen.measure, self.stored, rows).items():
            columns[kind] = np.repeat(np.array(names, dtype=object), size)
        return {**columns, "value": seen.values[rows].reshape(-1)}


def available(run: Stored) -> tuple[Measure, ...]:
    """The measures that a run has entities and columns for."""
    return tuple(one for one in MEASURES if entities(one, run) and is_stored(one, run))


def open(folder: str | os.PathLike[str]) -> Run:
    """Open a run folder, whoever made it. Raises InputError if it is none, or damaged.

    >>> import steppe
    >>> run = steppe.run(world="toy", replicates=4, years=1)
    >>> steppe.open(run.path).scenarios
    ('baseline',)
    """
    with from_python():
        return Run(open_run(Path(folder)))


def _head(scenario: str, seen: Observed, count: int) -> dict[str, Any]:
    return {"scenario": _same(scenario, count), "year": np.full(count, seen.year, np.int16)}


def _same(text: str, count: int) -> np.ndarray[Any, Any]:
    return np.full(count, text, dtype=object)
