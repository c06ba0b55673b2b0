"""Where the futures of two arms part: the first event that differs, the next one, and what share of the difference they explain.

Two futures with the same luck are the same until something differs between them. What happened in both is struck out (by step,
kind and whom it concerns, whatever the order within a step); of the rest the first in time is where they part. An event of the
one and an event of the other that concern the same parties in the same step are one divergence: admitted instead of refused.

The difference of a measure is a mean over futures, so the groups of futures that parted alike add up to it exactly: a group's
contribution is its share times the mean difference within it. This is an account of the difference, not an experiment: futures
that parted alike may differ otherwise too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis.comparison import check_entities, comparisons_of, matches, values_of
from steppe.analysis.distinguished import importance, standing_out
from steppe.analysis.divergences import Divergences, Event, divergences
from steppe.analysis.intervals import LEVEL, Array, wilson
from steppe.analysis.matching import Match, listed
from steppe.analysis.observe_points import aligned
from steppe.analysis.paired import paired, paired_by_draw
from steppe.errors import InputError, input_error
from steppe.results.indicators import Measure, chosen
from steppe.results.query import Run

#: a group of fewer of a node's futures is told with others like it: the same kind of event of the same body, then of any
LEAST = 0.02
BRANCHES = (8, 5)  # groups that a node of each level has at most, besides the rest
DEPTH = len(BRANCHES)


@dataclass(frozen=True)
class Node:
    """Futures that part alike.

    event : None at the root, where no event differs (kinds 0), and where unlike ones are told together;  kinds : of event in it
    replicates, share : of all futures in which the measure is defined in both, with Wilson's interval
    time : median date of the event;  time_low, time_high : its 5 % and 95 % quantiles
    difference : mean within the group;  contribution : share × difference, with its interval, errors as those of a
        `comparison.Difference`;  part : of the whole difference
    nodes : by the next event that differs, largest contribution first
    """

    event: Event | None
    kinds: int
    replicates: int
    share: float
    share_low: float
    share_high: float
    time: str | None
    time_low: str | None
    time_high: str | None
    difference: float
    contribution: float
    low: float
    high: float
    part: float
    nodes: tuple[Node, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data, None where a number is undefined."""
        row = {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in self.__dict__.items()
            if name not in ("event", "nodes")
        }
        event = None if self.event is None else asdict(self.event)
        return {"event": event, **row, "nodes": [node.as_dict() for node in self.nodes]}


@dataclass(frozen=True)
class Parting:
    """The tree of two arms for a measure of an entity at a year.

    explained : share of the variance of the difference between futures that lies between the groups of the first level, and of
        those of the second; NaN where the difference does not vary
    interventions : what the arms do themselves and the other does not: event → share of futures in which it happened
    undefined : futures in which the measure is not defined in both, left out
    """

    match: Match
    measure: Measure
    entity: str
    year: int
    root: Node
    explained: tuple[float, float]
    interventions: tuple[tuple[Event, float], ...]
    undefined: int


def partings(
    runs: Sequence[Run],
    reference: str | None = None,
    measures: Sequence[str] | None = None,
    entities: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    points: tuple[str, str | None] | None = None,
) -> list[Parting]:
    """The trees of every two arms that `comparisons` would compare.

    measures, entities : of which a tree is made, each of each; where one of them is not named, the one that the scenario asks
        for first, or else that differs most
    Raises InputError, as `parting` does.
    """
    compared = matches(runs, reference, measures, years, points)
    check_entities(entities, compared)
    return [
        parting(match, measure, entity, year)
        for match in compared
        for year in match.years
        for measure, entity in _subjects(match, year, measures, entities)
    ]


def _subjects(
    match: Match, year: int, measures: Sequence[str] | None, entities: Sequence[str] | None
) -> list[tuple[str, str]]:
    """(measure, entity) of which trees are made."""
    _check(match)
    if measures and entities:
        known = {measure.id: listed(match.reference.run, measure) for measure in match.measures}
        found = [(name, one) for name in measures for one in entities if one in known[name]]
        if not found:
            accepted = [one for name in measures for one in known[name]]
            raise input_error(
                f"{', '.join(measures)} is not measured of it",
                key="--entity",
                value=entities[0],
                accepted=accepted,
            )
        return found
    (rows,) = (one.rows for one in comparisons_of(match, entities=entities) if one.year == year)
    told = [row for row in standing_out(rows) if row["difference"] is not None]
    if not told:
        told = sorted(
            (row for row in rows if row["difference"] is not None),
            key=lambda row: -importance(row["measure"], row["difference"]),
        )
    return [(row["measure"], row["entity"]) for row in told[:1]]


def parting(
    match: Match, measure: str, entity: str, year: int | None = None, level: float = LEVEL
) -> Parting:
    """Where two arms part, and how much of the difference in a measure each parting explains.

    Raises InputError for arms that share no luck, for runs without events, and for an unknown measure, entity or year.
    """
    _check(match)
    year = match.years[-1] if year is None else year
    (known,) = chosen([measure])
    before, after = next(aligned((match.reference, match.alternative), [year], [known]))
    names, one, other = values_of(match, before, after)
    if entity not in names:
        raise input_error(
            f"{measure} is not measured of it in both", key="--entity", value=entity, accepted=names
        )
    row = names.index(entity)
    defined = ~(np.isnan(one[row]) | np.isnan(other[row]))
    replicates = match.replicates[0][defined]
    if not len(replicates):
        raise InputError(
            f"{measure} of {entity} is defined in no future of both", key="--measure", value=measure
        )
    table, interventions = divergences(match.reference, match.alternative, replicates, year, DEPTH)
    draws = match.reference.run.draw_of(replicates) if match.drawn else None
    ground = _Ground(known, one[row][defined], other[row][defined], draws, table, level)
    root = _node(ground, None, len(table.events), np.ones(len(replicates), bool), 0)
    lost = int((~defined).sum())
    return Parting(match, known, entity, year, root, _explained(ground), interventions, lost)


@dataclass(frozen=True)
class _Ground:
    """What every node is made from.

    one, other : (R,) the measure in reference and alternative;  draws : (R,) the draw of each replicate, or None
    """

    measure: Measure
    one: Array
    other: Array
    draws: Array | None
    table: Divergences
    level: float

    @property
    def whole(self) -> float:
        """The difference that is to be explained."""
        return float(np.mean(self.other.astype(float) - self.one))

    def contribution(self, group: Array) -> tuple[float, float, float]:
        """Contribution of a group (R,) to the difference, and its interval: outside the group nothing differs."""
        one, other = (
            np.where(group, values, np.zeros_like(values))[None, :] for values in (self.one, self.other)
        )
        if self.draws is None:
            found = paired(self.measure, one, other, self.level)
        else:
            found, _ = paired_by_draw(self.measure, one, other, self.draws, self.level)
        low, high = (float(found[name][0]) for name in ("low", "high"))
        return float(found["difference"][0]), low, high


def _node(ground: _Ground, event: Event | None, kinds: int, group: Array, depth: int) -> Node:
    """The node of a group of replicates (R,) bool, and all below it."""
    nodes = []
    if depth < DEPTH and (depth == 0 or (event is not None and group.sum() > 1)):
        branches = lumped(ground.table.code[:, depth], group, ground.table.events, BRANCHES[depth])
        nodes = [_node(ground, *branch, depth + 1) for branch in branches]
        nodes.sort(key=lambda one: (one.event is None, -abs(one.contribution), -one.replicates))
    count, size = int(group.sum()), len(group)
    share_low, share_high = (float(bound) for bound in wilson(np.array(count), np.array(size), ground.level))
    contribution, low, high = ground.contribution(group)
    times = _times(ground.table.day[group, depth - 1]) if depth and kinds else None
    time, time_low, time_high = times or (None, None, None)
    return Node(
        event,
        kinds,
        count,
        count / size,
        share_low,
        share_high,
        time,
        time_low,
        time_high,
        contribution / (count / size),
        contribution,
        low,
        high,
        contribution / ground.whole if ground.whole else float("nan"),
        tuple(nodes),
    )


def lumped(
    code: Array, group: Array, events: Sequence[Event], most: int
) -> list[tuple[Event | None, int, Array]]:
    """(event, how many kinds of event it stands for, (R,) bool) of the groups into which a group of replicates parts.

    code : (R,) place of each replicate's event in `events`, -1 where there is none;  group : (R,) bool
    most : groups at most, besides the rest
    Events of fewer than `LEAST` of the replicates are told together with others of their kind; what is still small is the rest
    (event None), and so are the replicates in which no further event differs (event None, no kinds).
    """
    least = max(2.0, LEAST * group.sum())
    left = group & (code >= 0)
    found: list[tuple[Event | None, int, Array]] = []
    for coarse in range(3):
        keys: dict[Event, int] = {}
        names = np.array([keys.setdefault(one.coarser(coarse), len(keys)) for one in events], np.int64)
        label = np.full(len(code), -1, np.int64)
        label[left] = names[code[left]]
        counts = np.bincount(label[left], minlength=len(keys))
        for event, number in keys.items():
            if counts[number] >= least:
                held = label == number
                found.append((event, len(np.unique(code[held])), held))
                left &= ~held
    found.sort(key=lambda one: -int(one[2].sum()))
    for _, _, held in found[most:]:
        left |= held
    found = found[:most]
    if left.any():
        found.append((None, len(np.unique(code[left])), left))
    same = group & (code < 0)
    return found + ([(None, 0, same)] if same.any() else [])


def _explained(ground: _Ground) -> tuple[float, float]:
    """Share of the variance of the difference between the groups of the first level of nodes, and of the second."""
    apart = ground.other.astype(float) - ground.one
    total = ((apart - apart.mean()) ** 2).sum()
    if not total > 0:
        return float("nan"), float("nan")
    groups: list[tuple[Event | None, Array]] = [(Event(None, None), np.ones(len(apart), bool))]
    shares = []
    for depth in range(DEPTH):
        finer: list[tuple[Event | None, Array]] = []
        for event, group in groups:
            if event is None or (depth and group.sum() == 1):
                finer.append((event, group))
                continue
            parts = lumped(ground.table.code[:, depth], group, ground.table.events, BRANCHES[depth])
            finer += [(one, held) for one, _, held in parts]
        groups = finer
        between = sum(held.sum() * (apart[held].mean() - apart.mean()) ** 2 for _, held in groups)
        shares.append(float(between / total))
    return shares[0], shares[1]


def _times(days: Array) -> tuple[str, str, str]:
    """Median, 5 % and 95 % quantile of dates, each one that occurs."""
    ordered = np.sort(days)
    middle, low, high = (str(ordered[int(q * (len(ordered) - 1))]) for q in (0.5, 0.05, 0.95))
    return middle, low, high


def _check(match: Match) -> None:
    """Raise InputError unless the arms share their luck and have events."""
    if not match.paired:
        raise InputError(
            "futures that share no luck part at once: there is no tree of them",
            key="--tree",
            value="; ".join(match.why),
            accepted="arms that share their luck",
        )
    for arm in (match.reference, match.alternative):
        if arm.run.manifest.get("design"):
            raise InputError(
                "a run with a design keeps outcomes, and no events",
                file=arm.run.path,
                key="--tree",
                accepted="an ordinary run; the factors of a point are its overrides",
            )
