"""The first events that differ between two arms whose replicates share their luck, read from their tables of events."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from steppe.analysis.arms import Arm
from steppe.analysis.intervals import Array

WHOM = ("state", "organisation", "other", "partner", "process", "segment")
INTERVENTIONS = ("intervention", "void")
_KEY = ("step", "kind", *WHOM, "status_from", "status_to")
_NAMING = (
    "'merged', 'joined_by_merger'"  # events that `other` tells apart; elsewhere it is one voter of several
)


@dataclass(frozen=True)
class Event:
    """What differs: an event of the alternative, or of the reference, or one of each instead of the other.

    kind : of the event of the alternative;  instead : of that of the reference;  None where only one of them has any
    state … segment : whom it concerns;  None where there is none, or where a group holds several
    status : that it leads to, or the stage of a process, in the alternative (in the reference, if only that has it)
    """

    kind: str | None
    instead: str | None
    state: str | None = None
    organisation: str | None = None
    other: str | None = None
    partner: str | None = None
    process: str | None = None
    segment: str | None = None
    status: int | None = None

    def coarser(self, level: int) -> Event:
        """The same without its states and status (1), or without anything but its kind (2)."""
        if level == 0:
            return self
        if level == 1:
            return Event(
                self.kind, self.instead, None, self.organisation, None, None, self.process, self.segment
            )
        return Event(self.kind, self.instead)


@dataclass(frozen=True)
class Divergences:
    """The first D events that differ in each replicate.

    events : all that occur;  code : (R, D) places in it, -1 where no further event differs
    day : (R, D) datetime64[D] of each
    """

    events: tuple[Event, ...]
    code: Array
    day: Array


def divergences(
    reference: Arm, alternative: Arm, replicates: Array, year: int, depth: int
) -> tuple[Divergences, tuple[tuple[Event, float], ...]]:
    """The first `depth` events that differ in each replicate until a year, and the interventions that differ.

    replicates : (R,) ascending, in both arms
    """
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        connection.execute(
            "CREATE TEMP TABLE among AS SELECT unnest(?::INTEGER[]) AS replicate", [replicates.tolist()]
        )
        connection.execute(f"CREATE TEMP TABLE differing AS {_differing(reference, alternative, year)}")
        first = connection.execute(_first(depth)).fetchall()
        own = connection.execute(_OWN).fetchall()
    finally:
        connection.close()
    places: dict[Event, int] = {}
    code = np.full((len(replicates), depth), -1, np.int64)
    day = np.full((len(replicates), depth), "NaT", "datetime64[D]")
    if first:
        at = (
            np.searchsorted(replicates, np.array([one[0] for one in first])),
            np.array([one[1] for one in first]) - 1,
        )
        code[at] = [places.setdefault(Event(*one[3:]), len(places)) for one in first]
        day[at] = np.array([one[2] for one in first], "datetime64[D]")
    acts = tuple((Event(*values), count / len(replicates)) for *values, count in own)
    return Divergences(tuple(places), code, day), acts


_EVENT = ("kind", "instead", *WHOM, "status")
_LISTED = ", ".join(f"'{kind}'" for kind in INTERVENTIONS)
#: what the arms do themselves, and in how many replicates
_OWN = f"""
SELECT {", ".join(_EVENT)}, count(DISTINCT replicate) FROM differing
WHERE coalesce(kind, instead) IN ({_LISTED}) GROUP BY ALL ORDER BY ALL"""


def _first(depth: int) -> str:
    """SQL: the first divergences of each replicate, interventions aside."""
    return f"""
SELECT replicate, place, time, {", ".join(_EVENT)} FROM (
    SELECT *, row_number() OVER (
        PARTITION BY replicate ORDER BY step, turn, kind IS NULL, {", ".join(_EVENT)}) AS place FROM differing
    WHERE coalesce(kind, instead) NOT IN ({_LISTED}))
WHERE place <= {depth} ORDER BY replicate, place"""


def _differing(reference: Arm, alternative: Arm, year: int) -> str:
    """SQL: a row for each divergence.

    What both have is struck out by counting: each event adds one in the alternative and takes one away in the reference. The
    turn of an event, its place among the events of its replicate, is the same in both until they part.
    """
    sides = []
    for arm, sign in ((alternative, 1), (reference, -1)):
        events = arm.run.scan("events", arm.run.chunks(arm.scenario, arm.point))
        sides.append(
            f"SELECT {sign} AS side, sequence, time, replicate, {', '.join(_KEY)} FROM "
            f"(SELECT * REPLACE (if(kind IN ({_NAMING}), other, NULL) AS other) FROM {events}) "
            f"WHERE step < {arm.run.steps_done(year)} AND replicate IN (SELECT replicate FROM among)"
        )
    return f"""
WITH happened AS ({" UNION ALL ".join(sides)}),
numbered AS (
    SELECT * EXCLUDE (sequence), sequence - min(sequence) OVER (PARTITION BY side, replicate) AS turn,
        hash({", ".join(_KEY)}) AS event FROM happened),
excess AS (
    SELECT replicate, step, event, sum(side) AS side, any_value(time) AS time,
        if(sum(side) > 0, min(turn) FILTER (side > 0), min(turn) FILTER (side < 0)) AS turn,
        any_value(kind) AS kind, {", ".join(f"any_value({name}) AS {name}" for name in WHOM)},
        any_value(status_to) AS status
    FROM numbered GROUP BY replicate, step, event HAVING sum(side) <> 0)
SELECT replicate, step, min(turn) AS turn, any_value(time) AS time,
    arg_min(kind, turn) FILTER (side > 0) AS kind, arg_min(kind, turn) FILTER (side < 0) AS instead,
    state, organisation, arg_min(other, turn) AS other, partner, process, segment,
    coalesce(arg_min(status, turn) FILTER (side > 0), arg_min(status, turn) FILTER (side < 0)) AS status
FROM excess GROUP BY replicate, step, kind IN ({_LISTED}), state, organisation, partner, process, segment"""
