"""Tables of a run: their columns with types and units, and the arrays in which one chunk hands them over.

A chunk is a block of replicates of one scenario at one design point, or at several points of which only outcomes are
kept. Its tables hold numpy arrays, one per column, all of one length; texts are `Coded`. The columns `scenario` and, unless
a table has its own, `point` are the chunk's and are added when it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from steppe.results.chunks import ChunkId as ChunkId

Kind = Literal["text", "date", "bool", "int8", "int16", "int32", "float32"]
Array = NDArray[Any]

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "date": "DATE",
    "bool": "BOOLEAN",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "float32": "FLOAT",
}

EVENT_KINDS = (
    "admitted",  # became a member by a vote
    "refused",
    "observing",  # became an observer by a vote
    "observing_refused",
    "left",
    "left_to_observer",
    "deepened",
    "hollowed",
    "dissolved",  # the body ends: every status in it becomes none, without an event for each state
    "merged",  # the body ends in `other`, as above
    "joined_by_merger",  # a member of the merged body (`other`) becomes a member of `organisation`
    "founded",
    "intervention",
    "void",  # an intervention that could not act
    "crisis",  # a financial crisis
    "war",  # between `state` and `partner`
    "war_ended",
    "closed",  # a segment, by accident, attack or dispute
    "reopened",
    "climbed",  # a bilateral rung between `state` and `partner`; `value` is the new one
    "descended",
    "leader_changed",
    "gate_passed",  # an election, a referendum or a ratification
    "gate_failed",
    "signalled",  # a spoiler of the process acted
    "relapsed",
    "advanced",  # a process reached the stage `status_to`
)
CLOSING_KINDS = ("dissolved", "merged")
#: kinds whose status_to is not a status that the state holds afterwards
UNCHANGING_KINDS = ("refused", "observing_refused", "deepened", "hollowed", "dissolved", "merged", "void")
REASONS = (
    "value",
    "trade",
    "security",
    "identity",
    "connectivity",
    "influence",
    "autonomy",
    "concentration",
    "conflict",
    "leverage",
)
#: columns that name an entity, and the list of the manifest from which the names are taken
ENTITIES = {
    "state": "states",
    "organisation": "organisations",
    "segment": "segments",
    "demand": "demands",
    "process": "processes",
}
#: tables that a run has only if its manifest lists any of their entities; runs of older versions list none
OF_SOME = ("corridors", "demands", "processes")


@dataclass(frozen=True)
class Coded:
    """A column of texts: names[codes]; code -1 is "none" (NULL).

    codes : (rows,) any integer type, -1 <= code < len(names)
    names : the texts
    """

    codes: Array
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


Table = dict[str, Array | Coded]
ChunkTables = dict[str, Table]


def draw_of(replicate: Any, draws: int, replicates: int) -> Any:
    """The draw of the evidence to which a replicate belongs: blocks of replicates/draws, or as near to it as can be.

    replicate : number or array of numbers;  draws, replicates : how many a run has of each
    """
    return replicate * draws // replicates


@dataclass(frozen=True)
class Column:
    """One column. Missing values: -1 in text codes and where `missing` says so, NaN in floats, NaT in dates.

    unit : "" for texts, dates and booleans, "1" for pure numbers
    missing : the integer that stands for NULL, if there is one
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    missing: int | None = None


@dataclass(frozen=True)
class Schema:
    """One table: its columns in order (after scenario and point) and those that identify a row."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


DESIGN, POINTS = (
    "design.csv",
    "points.csv",
)  # the rows of a design in its order; its points as the run numbers them
DRAWS = "draws.parquet"  # the drawn values of a run, see `parts.write_draws`
CHUNK_COLUMNS = (
    Column("scenario", "text", "", "scenario"),
    Column("point", "int32", "1", "design point, from 0"),
)
_REPLICATE = Column("replicate", "int32", "1", "replicate; the same luck in every scenario")
_YEAR = Column("year", "int16", "y", "calendar year of the observation, one of manifest `years`")
_STATE = Column("state", "text", "", "state")
_BODY = Column("organisation", "text", "", "organisation")
_SEGMENT = Column("segment", "text", "", "segment of the corridors")
_DEMAND = Column("demand", "text", "", "what is to be shipped from one end to the other")
_PROCESS = Column("process", "text", "", "process: an agreement that comes about in stages")


def table_schemas(poles: Sequence[str]) -> dict[str, Schema]:
    """Every table of a run whose poles are `poles`; those of `OF_SOME` may be absent, see `schemas_of`.

    Rows come in any order, except that the events of one replicate follow each other as they happened.
    """
    tables = (
        Schema("events", "what happened, in order", ("replicate", "step"), _event_columns()),
        Schema(
            "organisations",
            "organisations at each observation",
            ("replicate", "year", "organisation"),
            (_REPLICATE, _YEAR, _BODY, *_organisation_columns()),
        ),
        Schema(
            "alignments",
            "ties of states to poles at each observation",
            ("replicate", "year", "state"),
            (
                _REPLICATE,
                _YEAR,
                _STATE,
                *(
                    _share(f"share_{pole}", f"alignment share of {pole}; shares add up to 1")
                    for pole in poles
                ),
                _share("multivector", "multi-vector index, 0 one pole, 1 all poles alike"),
                _share("display_gap", "half the L1 distance between displayed and revealed shares"),
                *(_share(f"tie_{pole}", f"bilateral security rung with {pole}") for pole in poles),
                *(_share(f"affinity_{pole}", f"affinity with {pole}") for pole in poles),
            ),
        ),
        Schema(
            "states",
            "states at each observation",
            ("replicate", "year", "state"),
            (
                _REPLICATE,
                _YEAR,
                _STATE,
                _share("need", "residual need for protection, 0 to 1"),
                Column("welfare", "float32", "log points", "log welfare from trade, start of the run = 0"),
                *_POLITICAL_COLUMNS,
            ),
        ),
        Schema(
            "poles",
            "the system as a whole at each observation",
            ("replicate", "year"),
            (
                _REPLICATE,
                _YEAR,
                *(
                    _share(f"influence_{pole}", f"GDP-weighted mean share of {pole}, non-poles")
                    for pole in poles
                ),
                _share("polarisation", "mean distance between the alignments of two non-poles"),
            ),
        ),
        Schema(
            "corridors",
            "segments of the corridors at each observation",
            ("replicate", "year", "segment"),
            (_REPLICATE, _YEAR, _SEGMENT, *_SEGMENT_COLUMNS),
        ),
        Schema(
            "demands",
            "what is shipped, at what cost and across whose segments, at each observation",
            ("replicate", "year", "demand"),
            (
                _REPLICATE,
                _YEAR,
                _DEMAND,
                *_DEMAND_COLUMNS,
                *(_share(f"via_{pole}", f"share of it that crosses a segment of {pole}") for pole in poles),
            ),
        ),
        Schema(
            "processes",
            "processes at each observation",
            ("replicate", "year", "process"),
            (_REPLICATE, _YEAR, _PROCESS, *_PROCESS_COLUMNS),
        ),
    )
    return {table.name: table for table in tables}


_POINT = Column("point", "int32", "1", "design point, from 0, in the order of points.csv")
#: the tables of a run with a design
OF_DESIGNS = {
    "outcomes": Schema(
        "outcomes",
        "the measures that the run was asked for, in every replicate of every point",
        ("replicate", "measure", "entity", "year"),
        (
            _POINT,
            _REPLICATE,
            Column("measure", "text", "", "measure, see `steppe list measures`"),
            Column("entity", "text", "", "what it is measured of"),
            _YEAR,
            Column("value", "float32", "of the measure", "1 and 0 for true and false; none where undefined"),
        ),
    ),
    "point_failures": Schema(
        "point_failures",
        "points that could not be simulated; all their outcomes are undefined",
        ("point",),
        (
            _POINT,
            Column("replicate", "int32", "1", "always none: a point fails as a whole", missing=-1),
            Column("error", "text", "", "what went wrong"),
        ),
    ),
}


def entity_of(schema: Schema) -> str | None:
    """The column that names what a yearly table has its rows for; None for the system as a whole and for events."""
    return next((column for column in schema.key if column in ENTITIES), None)


def schemas_of(manifest: Mapping[str, Any]) -> dict[str, Schema]:
    """The tables that the run of a manifest has."""
    if manifest.get("design"):
        return dict(OF_DESIGNS)
    return {
        name: schema
        for name, schema in table_schemas(manifest["poles"]).items()
        if name not in OF_SOME or manifest.get(ENTITIES[str(entity_of(schema))])
    }


def _share(name: str, meaning: str) -> Column:
    return Column(name, "float32", "1", meaning)


_SEGMENT_COLUMNS = (
    Column("status", "int8", "code", "0 closed, 1 open, 2 closed by a shock"),
    Column("flow", "float32", "Mt/y", "what passes, at the last choice of routes"),
)
_DEMAND_COLUMNS = (
    Column("shipped", "float32", "Mt/y", "what is shipped, at the last choice of routes"),
    Column("cost", "float32", "USD/t", "logsum cost of the routes and of not shipping"),
)


_POLITICAL_COLUMNS = (
    _share("approval", "approval of the government, 0 to 1"),
    _share("crisis", "size of the financial crisis, decaying"),
    Column("partners", "int16", "1", "bilateral ties of .3 (council, defence cooperation) or more"),
    Column("allies", "int16", "1", "bilateral ties of .5 (allied relations) or more"),
    _share("neighbours", "mean affinity with the states at its borders; none without any"),
)
_PROCESS_COLUMNS = (
    Column("stage", "int8", "code", "place of the stage reached in manifest `stages`, 0 where it began"),
    _share("support", "public support, mean over the parties"),
)


def _organisation_columns() -> tuple[Column, ...]:
    return (
        Column("alive", "bool", "", "the body exists"),
        Column("depth", "float32", "1", "rung height, 0 for a body that is not alive"),
        Column(
            "cohesion", "float32", "1", "cohesion; none for a body that is dead or has fewer than two members"
        ),
        _share("closeness", "mean affinity of the members; none with fewer than two"),
        Column("members", "int16", "1", "number of members"),
        Column("observers", "int16", "1", "number of observers, suspended members among them"),
    )


def _event_columns() -> tuple[Column, ...]:
    return (
        _REPLICATE,
        Column("step", "int16", "1", "step, from 0"),
        Column("time", "date", "", "first day of the step"),
        Column("kind", "text", "", "one of " + ", ".join(EVENT_KINDS)),
        Column("state", "text", "", "the state concerned, if any"),
        Column("organisation", "text", "", "the organisation concerned, if any"),
        Column(
            "other", "text", "", "another party: the body merged into, the body left by a merger, a voter"
        ),
        Column("partner", "text", "", "the other state of a pair, if the event is about one"),
        Column("process", "text", "", "the process concerned, if any"),
        Column("segment", "text", "", "the segment of the corridors concerned, if any"),
        Column("status_from", "int8", "code", "status before, if the event is about one", missing=-1),
        Column(
            "status_to",
            "int8",
            "code",
            "status after (or asked for, if refused), or stage of a process, if about one",
            missing=-1,
        ),
        *(_reason(name) for name in REASONS),
        _share("probability", "probability of the event at its decision"),
    )


def _reason(name: str) -> Column:
    unit = "1" if name == "leverage" else "value"
    return Column(name, "float32", unit, f"{name} at the decision, where it was computed")


def describe(schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """The schemas as JSON: table → {meaning, key, columns: [{name, type, unit, meaning}]}."""
    return {
        schema.name: {
            "meaning": schema.meaning,
            "key": ["scenario", "point", *schema.key],
            "columns": [
                {"name": c.name, "type": SQL_TYPES[c.kind], "unit": c.unit, "meaning": c.meaning}
                for c in all_columns(schema)
            ],
        }
        for schema in schemas.values()
    }


def all_columns(schema: Schema) -> tuple[Column, ...]:
    """The columns of a stored table: the chunk's own first, without those that the table has itself."""
    own = {column.name for column in schema.columns}
    return (*(column for column in CHUNK_COLUMNS if column.name not in own), *schema.columns)
