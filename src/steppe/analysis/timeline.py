"""The likely events of a scenario: what happens at least once by the end, how probably, and when.

One pass over the events of the run finds the first time of each event in each replicate; all else is counted from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from steppe.analysis.components import Grouped, mean_of, probability_interval
from steppe.analysis.intervals import LEVEL, Array, wilson
from steppe.analysis.observations import MEMBER, replicates_of
from steppe.results.parts import literal
from steppe.results.query import Run

#: The families among which the places of a timeline are shared, each with its kinds of event. What is missing is noise (a
#: refusal, a void intervention, a signal of a spoiler, the calendar's changes of leaders), a step on the way (a gate, which
#: is tried again until it is passed, where the stage behind it is told) or the end of what is told at its beginning (a war
#: ended, a segment reopened).
FAMILIES: dict[str, tuple[str, ...]] = {
    "membership": ("admitted", "observing", "left", "left_to_observer", "intervention"),
    "bodies": ("deepened", "hollowed", "dissolved", "merged", "founded"),
    "processes": ("advanced", "relapsed"),
    "ties": ("climbed", "descended"),
    "shocks": ("crisis", "war", "closed"),
}


TOLD = tuple(kind for kinds in FAMILIES.values() for kind in kinds)
ON_THE_WAY = 0.95
_KEYS = ("kind", "state", "organisation", "other", "partner", "process", "segment", "code", "level")


@dataclass(frozen=True, slots=True)
class Follows:
    """A consequence of an event: a state that becomes a member with it, in so many of all replicates."""

    state: str
    probability: float


@dataclass(frozen=True, slots=True)
class LikelyEvent:
    """Something that happens at least once in a share of the replicates; None for what the event has not.

    kind, family : the event's kind, and the one of `FAMILIES` that it belongs to
    state, partner : the states concerned; of a pair, in the order of the alphabet
    organisation, other : the body concerned, and the one that it merges into
    process, stage : the process concerned, and the id of the stage reached (`advanced`) or fallen back to (`relapsed`)
    status : of an intervention, the status given (0 none, 1 observer, 2 member, 3 suspended)
    level : of a climb or a descent, the rung reached
    probability, low, high : that it happens at least once by the end, with Wilson's interval; where the replicates are
        spread over draws of the evidence, with the interval between draws
    happened, replicates : in how many of how many
    median, early, late : first dates (of the step): median, 5 % and 95 %, over the replicates in which it happens
    by_year : (years of the run) probability that it has happened by the observation of each year
    follows : its consequences, most likely first
    """

    kind: str
    family: str
    state: str | None
    organisation: str | None
    other: str | None
    partner: str | None
    process: str | None
    stage: str | None
    segment: str | None
    status: int | None
    level: float | None
    probability: float
    low: float
    high: float
    happened: int
    replicates: int
    median: date
    early: date
    late: date
    by_year: tuple[float, ...]
    follows: tuple[Follows, ...] = ()


def likely_events(
    run: Run, scenario: str, least: float = 0.05, top: int = 30, point: int = 0, level: float = LEVEL
) -> list[LikelyEvent]:
    """Events that happen in at least a share `least` of the replicates, by median date.

    A stage or a rung after which a further one follows in 95 % of the cases or more is told by that one alone.

    top : at most so many; the families take turns, and within a family its kinds, each with its most likely event that is
        not yet taken, so that the many small events of one kind leave room for the few of another
    Raises InputError for a scenario that the run does not have or of which nothing is stored.
    """
    replicates = len(replicates_of(run, scenario, point))
    connection = run.connection_to(scenario, point, "events")
    try:
        everything = _read(connection)
        follows = _follows(everything, replicates)
        rows = [row for row in everything if sum(row["counts"]) >= least * replicates - 1e-9]
        chosen = _chosen([row for row in _furthest(rows) if not _folded(row, follows)], top)
        between = _between(run, scenario, point, connection, chosen)
        times = dict(connection.execute("SELECT step::INTEGER, min(time) FROM events GROUP BY 1").fetchall())
    finally:
        connection.close()
    events = [
        _event(run, row, replicates, times, groups, follows, level)
        for row, groups in zip(chosen, between, strict=True)
    ]
    return sorted(events, key=lambda one: (one.median, -one.probability, one.kind, str(_identity(one))))


def _read(connection: Any) -> list[dict[str, Any]]:
    """Every event that is told: its `KEYS`, and in how many replicates it first happened at which step (`steps`, `counts`).

    Leaves the table `firsts` (event, replicate, step) in the connection. Events are told apart there by a hash of their
    keys, in 64 bits: grouping a million rows by eight texts takes twice as long.
    """
    connection.execute(_TOLD)
    connection.execute(
        "CREATE TEMP TABLE firsts AS SELECT event, replicate, min(step)::INTEGER AS step FROM told GROUP BY 1, 2"
    )
    counted = connection.execute(
        """SELECT event, list(step ORDER BY step), list(n ORDER BY step)
        FROM (SELECT event, step, count(*) AS n FROM firsts GROUP BY 1, 2) GROUP BY 1"""
    ).fetchall()
    keys = ", ".join(f"any_value({key}) AS {key}" for key in _KEYS)
    named = connection.execute(f"SELECT event, {keys} FROM told GROUP BY event ORDER BY ALL").fetchall()
    steps = {event: (at, counts) for event, at, counts in counted}
    return [
        {
            "event": event,
            **dict(zip(_KEYS, names, strict=True)),
            "steps": steps[event][0],
            "counts": steps[event][1],
        }
        for event, *names in named
    ]


def _told() -> str:
    """SQL: the events that are told, by what they are about. A pair is in the order of the alphabet."""
    kinds = [*TOLD, "joined_by_merger"]
    paired = "kind IN ('war', 'climbed', 'descended')"
    columns = {
        **{key: key for key in _KEYS},
        "state": f"if({paired}, least(state, partner), state)",
        "partner": f"if({paired}, greatest(state, partner), partner)",
        "code": "if(kind IN ('advanced', 'relapsed', 'intervention'), status_to, NULL)::INTEGER",
        "level": "if(kind IN ('climbed', 'descended'), round(value::DOUBLE, 3), NULL)",
    }
    return f"""
        CREATE TEMP VIEW told AS
        SELECT replicate, step, {", ".join(f"{sql} AS {key}" for key, sql in columns.items())},
            hash({", ".join(columns.values())}) AS event
        FROM events
        WHERE kind IN ({", ".join(literal(kind) for kind in kinds)})
            AND NOT (kind = 'intervention' AND state IS NULL)"""


_TOLD = _told()


def _follows(
    rows: Sequence[dict[str, Any]], replicates: int
) -> dict[tuple[str, str | None, str | None], tuple[Follows, ...]]:
    """The states that become members with an event: by (kind, organisation, other), most likely first."""
    found: dict[tuple[str, str | None, str | None], list[Follows]] = {
        (row["kind"], row["organisation"], row["other"]): []
        for row in rows
        if row["kind"] in ("merged", "founded")
    }
    for row in rows:
        key: tuple[str, str | None, str | None] = ("founded", row["organisation"], None)
        if (
            row["kind"] == "joined_by_merger"
        ):  # `organisation` is the body entered, `other` the one that ended
            key = ("merged", row["other"], row["organisation"])
        elif row["kind"] != "intervention" or row["code"] != MEMBER:
            continue
        if key in found:
            found[key].append(Follows(row["state"], sum(row["counts"]) / replicates))
    return {
        key: tuple(sorted(all_, key=lambda one: (-one.probability, one.state))) for key, all_ in found.items()
    }


def _folded(row: dict[str, Any], follows: dict[tuple[str, str | None, str | None], Any]) -> bool:
    """Whether a row is told under another one."""
    if row["kind"] == "intervention":
        return row["code"] == MEMBER and ("founded", row["organisation"], None) in follows
    return str(row["kind"]) == "joined_by_merger"


def _furthest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the stages and rungs that are hardly ever the last one: `ON_THE_WAY` of the times a further one follows."""
    ways = {"advanced": ("code", 1), "climbed": ("level", 1), "descended": ("level", -1)}
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] in ways and row[ways[row["kind"]][0]] is not None:
            key = (row["kind"], row["state"], row["partner"], row["process"])
            groups.setdefault(key, []).append(row)
    passed = set()
    for (kind, *_), group in groups.items():
        name, sign = ways[kind]
        group.sort(key=lambda row: -sign * row[name])  # the furthest first
        beyond = 0
        for row in group:
            count = sum(row["counts"])
            if beyond >= ON_THE_WAY * count:
                passed.add(id(row))
            beyond = max(beyond, count)
    return [row for row in rows if id(row) not in passed]


def _chosen(rows: list[dict[str, Any]], top: int) -> list[dict[str, Any]]:
    """At most `top` rows: the families take turns, and in a family its kinds, each with its most likely one that is left."""
    ranks: dict[int, int] = {}
    for kind in TOLD:
        own = sorted((row for row in rows if row["kind"] == kind), key=_likeliest)
        ranks.update({id(row): rank for rank, row in enumerate(own)})
    queues = [
        sorted(
            (row for row in rows if row["kind"] in kinds), key=lambda row: (ranks[id(row)], *_likeliest(row))
        )
        for kinds in FAMILIES.values()
    ]
    taken: list[dict[str, Any]] = []
    for turn in range(max(map(len, queues), default=0)):
        taken += [queue[turn] for queue in queues if turn < len(queue)]
    return taken[: max(top, 0)]


def _likeliest(row: dict[str, Any]) -> tuple[int, str]:
    return -sum(row["counts"]), str([row[key] for key in _KEYS])


def _between(
    run: Run, scenario: str, point: int, connection: Any, rows: list[dict[str, Any]]
) -> list[Grouped | None]:
    """Each event by draw of the evidence; None where nothing is drawn."""
    if run.draws is None:
        return [None] * len(rows)
    draws, sizes = np.unique(run.draw_of(run.replicates(scenario, point)), return_counts=True)
    found: list[Grouped | None] = []
    for row in rows:
        hit = connection.execute(
            "SELECT replicate FROM firsts WHERE event = ?::UBIGINT", [row["event"]]
        ).fetchnumpy()["replicate"]
        at = np.searchsorted(draws, run.draw_of(np.asarray(hit, np.int32)))
        count = np.bincount(at, minlength=len(draws))
        mean = count / sizes
        found.append(Grouped(draws, sizes[None], mean[None], (sizes * mean * (1 - mean))[None]))
    return found


def _event(
    run: Run,
    row: dict[str, Any],
    replicates: int,
    times: dict[int, date],
    groups: Grouped | None,
    follows: dict[tuple[str, str | None, str | None], tuple[Follows, ...]],
    level: float,
) -> LikelyEvent:
    """A row as an event."""
    steps, counts = np.array(row["steps"]), np.array(row["counts"])
    so_far = np.cumsum(counts)
    happened = int(so_far[-1])
    early, median, late = (times[row["steps"][k]] for k in _positions(so_far, (0.05, 0.5, 0.95)))
    done = [run.steps_done(year) for year in run.years]
    by_year = np.concatenate([[0], so_far])[np.searchsorted(steps, done)] / replicates
    low, high = _interval(happened, replicates, groups, level)
    kind, code = row["kind"], row["code"]
    stages = run.stages.get(row["process"], ())
    staged = kind in ("advanced", "relapsed") and code is not None and code < len(stages)
    return LikelyEvent(
        kind=kind,
        family=next(name for name, kinds in FAMILIES.items() if kind in kinds),
        **{
            key: row[key]
            for key in ("state", "organisation", "other", "partner", "process", "segment", "level")
        },
        stage=stages[code] if staged else None,
        status=code if kind == "intervention" else None,
        probability=happened / replicates,
        low=low,
        high=high,
        happened=happened,
        replicates=replicates,
        median=median,
        early=early,
        late=late,
        by_year=tuple(by_year.tolist()),
        follows=follows.get((kind, row["organisation"], row["other"]), ()),
    )


def _positions(so_far: Array, at: Iterable[float]) -> list[int]:
    """Where cumulated counts reach shares of their total: the inverted distribution function, a date that occurred."""
    return [int(np.searchsorted(so_far, share * so_far[-1] - 1e-9)) for share in at]


def _interval(happened: int, replicates: int, groups: Grouped | None, level: float) -> tuple[float, float]:
    """Interval of a probability: Wilson's, or between draws."""
    if groups is None:
        low, high = wilson(np.array([happened]), np.array([replicates]), level)
    else:
        n, mean, std_error, count = mean_of(groups)
        low, high = probability_interval(mean, std_error, n, count, level)
    return float(low[0]), float(high[0])


def _identity(one: LikelyEvent) -> tuple[Any, ...]:
    return one.state, one.organisation, one.other, one.partner, one.process, one.stage, one.segment, one.level
