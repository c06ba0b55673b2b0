"""A run as it is read: views over the Parquet parts of its finished chunks, in a private in-memory DuckDB.

Nothing here locks or changes the run folder; any number of processes may read while another one writes.
"""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from steppe.errors import InputError, input_error
from steppe.paths import shown
from steppe.results.manifest import read_manifest
from steppe.results.markers import Marker, damage, read_failures, read_markers
from steppe.results.parts import literal, name_quoted
from steppe.results.tables import (
    CLOSING_KINDS,
    DRAWS,
    ENTITIES,
    SQL_TYPES,
    UNCHANGING_KINDS,
    all_columns,
    draw_of,
    schemas_of,
)


@dataclass(frozen=True)
class Run:
    """A stored run: its folder, its manifest and the markers of its finished chunks."""

    path: Path
    manifest: dict[str, Any]
    markers: tuple[Marker, ...]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios in the order of the run."""
        return tuple(scenario["name"] for scenario in self.manifest["scenarios"])

    @property
    def states(self) -> tuple[str, ...]:
        """Ids of the states."""
        return tuple(self.manifest["states"])

    @property
    def organisations(self) -> tuple[str, ...]:
        """Ids of the organisations."""
        return tuple(self.manifest["organisations"])

    def entities(self, column: str) -> tuple[str, ...]:
        """Ids of what a column of the tables names (one of `ENTITIES`); none in a run that knows of none."""
        return tuple(self.manifest.get(ENTITIES[column], ()))

    @property
    def stages(self) -> dict[str, tuple[str, ...]]:
        """Stages of each process, in order, the one where it began first."""
        listed = self.manifest.get("stages", ())
        return dict(zip(self.entities("process"), map(tuple, listed), strict=True))

    @property
    def poles(self) -> tuple[str, ...]:
        """Ids of the poles."""
        return tuple(self.manifest["poles"])

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years of the observations."""
        return tuple(self.manifest["years"])

    @property
    def initial_statuses(self) -> NDArray[np.int8]:
        """(states, organisations) statuses at the start."""
        shape = (len(self.states), len(self.organisations))
        return np.array(self.manifest["initial_statuses"], np.int8).reshape(shape)

    @property
    def draws(self) -> int | None:
        """How many draws of the evidence the replicates are spread over; None where all have the central values."""
        count = self.manifest.get("draws")
        return None if count is None else int(count)

    def draw_of(self, replicates: NDArray[np.int32]) -> NDArray[np.int64]:
        """(R,) the draw of each of the replicates (R,); 0 for all where nothing is drawn."""
        wide = np.asarray(replicates, np.int64)
        return np.asarray(draw_of(wide, self.draws or 1, int(self.manifest["replicates"])))

    def steps_done(self, year: int) -> int:
        """Steps that had been done at the observation of `year`; InputError for a year not observed."""
        if year not in self.years:
            accepted = [str(known) for known in self.years]
            raise input_error("the run has no such year", key="year", value=str(year), accepted=accepted)
        return int(self.manifest["year_steps"][self.years.index(year)])

    def chunks(self, scenario: str, point: int = 0) -> tuple[Marker, ...]:
        """Finished chunks of a scenario at a design point; InputError for an unknown scenario."""
        if scenario not in self.scenarios:
            raise input_error(
                f"no such scenario in {shown(self.path)}",
                key="scenario",
                value=scenario,
                accepted=self.scenarios,
            )
        own = (
            m
            for m in self.markers
            if m.chunk.scenario == scenario and m.chunk.point <= point < m.chunk.point + m.chunk.points
        )
        return tuple(sorted(own, key=lambda marker: marker.chunk))

    def replicates(self, scenario: str, point: int = 0) -> NDArray[np.int32]:
        """(R,) the replicates that are stored, ascending."""
        chunks = [marker.chunk for marker in self.chunks(scenario, point)]
        blocks = [np.arange(chunk.first, chunk.first + chunk.count) for chunk in chunks]
        return np.concatenate([np.zeros(0, int), *blocks]).astype(np.int32)

    def scan(self, table: str, markers: Iterable[Marker] | None = None) -> str:
        """SQL that reads a table from the parts of `markers` (all finished chunks if None).

        The events have one more column, `sequence`: their order within a chunk.
        """
        chosen = self.markers if markers is None else tuple(markers)
        if not chosen:
            return f"(SELECT * FROM {_nothing(self, table)})"
        files = ", ".join(literal(glob.escape(str(self.path / m.parts[table].file))) for m in chosen)
        if table != "events":
            return f"read_parquet([{files}])"
        parts = f"read_parquet([{files}], file_row_number = true)"
        return f"(SELECT * EXCLUDE (file_row_number), file_row_number AS sequence FROM {parts})"

    def connection(self) -> Any:
        """A new DuckDB connection with the run's tables as views; the caller closes it.

        Views: one per table; `replicates` (scenario, point, replicate, draw); `draws` (draw, id, value), the
        drawn values, empty where nothing is drawn; `years` (year, steps); `initial_statuses` (state,
        organisation, status); and the table macro `memberships(year)`: the status of every state in every
        organisation at the observation of a year.
        """
        connection = self._with_views(self.markers)
        connection.execute(_years(self))
        connection.execute(_initial(self))
        connection.execute(_replicates(self))
        connection.execute(_draws(self))
        if not self.manifest.get("design"):
            connection.execute(_MEMBERSHIPS)
        return connection

    def connection_to(self, scenario: str, point: int = 0, *tables: str) -> Any:
        """A new DuckDB connection with the tables of one scenario at one design point only, as views.

        tables : those that are needed, all if none is named; a view of a run of many chunks takes milliseconds
        """
        return self._with_views(self.chunks(scenario, point), tables)

    def connection_to_all(self, scenario: str) -> Any:
        """A new DuckDB connection with the tables of one scenario at all its design points, as views."""
        self.chunks(scenario)
        return self._with_views(one for one in self.markers if one.chunk.scenario == scenario)

    def _with_views(self, markers: Iterable[Marker], tables: Collection[str] = ()) -> Any:
        connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        chosen = tuple(markers)
        for table in tables or schemas_of(self.manifest):
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM {self.scan(table, chosen)}")
        return connection


def open_run(path: Path | str, verify: bool = False) -> Run:
    """Open a run folder to read it.

    verify : compare the checksum of every part, which reads every byte; sizes are always compared

    Raises InputError that names the file and what to do if the folder is no run folder, its manifest or a
    marker cannot be read, or a part is missing or damaged.
    """
    path = Path(path).absolute()
    manifest = read_manifest(path)
    markers = tuple(read_markers(path))
    for marker in markers:
        fault = damage(path, marker, verify)
        if fault is not None:
            raise InputError(
                f"a part of the run is damaged: {fault}",
                file=path / fault.split(" ", 1)[0],
                accepted=f"whole parts; `steppe resume {shown(path)}` computes the chunk again",
            )
    return Run(path, manifest, markers)


def failures(run: Run) -> dict[str, str]:
    """Chunks of a run that failed, by name, with the error of each."""
    return {chunk.name: error for chunk, error in read_failures(run.path).items()}


def _nothing(run: Run, table: str) -> str:
    """SQL for a table without rows but with the right columns."""
    wanted = all_columns(schemas_of(run.manifest)[table])
    columns = [f"NULL::{SQL_TYPES[c.kind]} AS {name_quoted(c.name)}" for c in wanted]
    columns += ["NULL::BIGINT AS sequence"] if table == "events" else []
    return f"(SELECT {', '.join(columns)} WHERE false)"


def _years(run: Run) -> str:
    rows = ", ".join(f"({year}, {run.steps_done(year)})" for year in run.years)
    return (
        "CREATE TABLE years AS SELECT year::SMALLINT AS year, steps::INTEGER AS steps "
        f"FROM (VALUES {rows}) t(year, steps)"
    )


def _initial(run: Run) -> str:
    rows = ", ".join(
        f"({literal(state)}, {literal(body)}, {run.initial_statuses[i, o]})"
        for i, state in enumerate(run.states)
        for o, body in enumerate(run.organisations)
    )
    return (
        "CREATE TABLE initial_statuses AS SELECT state, organisation, status::TINYINT AS status "
        f"FROM (VALUES {rows}) t(state, organisation, status)"
    )


def _replicates(run: Run) -> str:
    chunks = [marker.chunk for marker in run.markers]
    rows = [f"({literal(c.scenario)}, {c.point}, {c.points}, {c.first}, {c.count})" for c in chunks]
    values = ", ".join(rows or ["('', 0, 1, 0, 0)"])
    return (
        "CREATE TABLE replicates AS SELECT scenario, point, replicate, "
        f"(replicate * {run.draws or 1}::BIGINT // {run.manifest['replicates']})::INTEGER AS draw FROM "
        "(SELECT scenario, point, unnest(range(first, first + count))::INTEGER AS replicate FROM "
        "(SELECT scenario, unnest(range(point, point + points))::INTEGER AS point, first, count "
        f"FROM (VALUES {values}) t(scenario, point, points, first, count)))"
    )


def _draws(run: Run) -> str:
    file = run.path / DRAWS
    if run.draws is None or not file.is_file():
        return "CREATE VIEW draws AS SELECT NULL::INTEGER AS draw, NULL::VARCHAR AS id, NULL::DOUBLE AS value WHERE false"
    return f"CREATE VIEW draws AS SELECT * FROM read_parquet({literal(file)})"


def _texts(values: Iterable[str]) -> str:
    return f"({', '.join(literal(value) for value in values)})"


#: the last change of a status counts, unless the body was closed after it
LAST_STATUS = f"""
    changes AS (
        SELECT scenario, point, replicate, state, organisation,
            arg_max(status_to, sequence) AS status, max(sequence) AS sequence
        FROM past WHERE kind NOT IN {_texts(UNCHANGING_KINDS)} AND state IS NOT NULL
            AND organisation IS NOT NULL AND status_to IS NOT NULL
        GROUP BY ALL),
    closures AS (
        SELECT scenario, point, replicate, organisation, max(sequence) AS sequence
        FROM past WHERE kind IN {_texts(CLOSING_KINDS)} GROUP BY ALL)"""

_MEMBERSHIPS = f"""
CREATE MACRO memberships(observed) AS TABLE
WITH past AS (SELECT * FROM events WHERE step < (SELECT steps FROM years WHERE year = observed)),
    {LAST_STATUS}
SELECT r.scenario, r.point, r.replicate, y.year, i.state, i.organisation,
    (CASE WHEN coalesce(x.sequence, -1) > coalesce(c.sequence, -1) THEN 0
        ELSE coalesce(c.status, i.status) END)::TINYINT AS status
FROM replicates r CROSS JOIN initial_statuses i
CROSS JOIN (SELECT year FROM years WHERE year = observed) y
LEFT JOIN changes c USING (scenario, point, replicate, state, organisation)
LEFT JOIN closures x USING (scenario, point, replicate, organisation)
"""
