"""The typical replicate of a scenario, and the main kinds of future with a typical replicate of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis.components import grouped
from steppe.analysis.explaining.clustering import Array, Clusters, best_clusters, distances, medoid
from steppe.analysis.explaining.finding import NAMED, one_scenario, roles
from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import estimates_of
from steppe.errors import InputError
from steppe.results.indicators import chosen
from steppe.results.parts import literal
from steppe.results.query import Run

#: what makes a future another one; the rest is incidental (crises, closures, signals, leaders) or is seen in what it leads to
TELLING = (
    "admitted", "observing", "left", "left_to_observer", "deepened", "hollowed", "dissolved", "merged",
    "joined_by_merger", "founded", "war", "gate_passed", "gate_failed", "relapsed", "advanced",
)  # fmt: skip
SAMPLE = 1000  # replicates of which all distances are computed; the others go to the nearest medoid
MARKS = 5  # events told of each cluster
CITATIONS = (
    "Jaccard (1912) New Phytologist 11",
    "Kaufman & Rousseeuw (1990) Finding Groups in Data, ch. 2",
    "Rousseeuw (1987) J. Comput. Appl. Math. 20",
    "Studer & Ritschard (2016) J. R. Stat. Soc. A 179",
)


@dataclass(frozen=True)
class Happening:
    """A kind of event of certain entities: what of two replicates is compared.  level : a rung, stage or depth, if any"""

    kind: str
    of: tuple[tuple[str, str], ...]
    level: float | None

    def as_event(self) -> dict[str, Any]:
        """As a row of the events table, as far as it says."""
        level = {"status_to": int(self.level)} if self.kind == "advanced" and self.level is not None else {}
        depth = {"value": self.level} if not level and self.level is not None else {}
        return {"kind": self.kind, **dict(self.of), **level, **depth}


@dataclass(frozen=True)
class Mark:
    """An event that tells a cluster from the rest.  inside, outside : share of the replicates in which it happened"""

    event: dict[str, Any]
    inside: float
    outside: float


@dataclass(frozen=True)
class Cluster:
    """One kind of future.

    share, low, high : of all replicates, with its interval;  medoid : its typical replicate
    within : mean distance from it;  marks : what is much more frequent, or rarer, than elsewhere
    replicates : some of them, those nearest to the medoid first
    """

    share: float
    low: float
    high: float
    size: int
    medoid: int
    within: float
    marks: tuple[Mark, ...]
    replicates: tuple[int, ...]


@dataclass(frozen=True)
class Typical:
    """What is typical of a scenario.

    medoid : the replicate of the least mean distance from all;  mean_distance : that distance, 0 … 1
    replicates, compared : how many are stored, and of how many all distances were computed
    silhouette : mean over the replicates compared; below 0.25 there is no structure to speak of
    asked : whether the number of clusters was given;  kinds : of event that count;  about : only what concerns these ids
    """

    scenario: str
    medoid: int
    mean_distance: float
    replicates: int
    compared: int
    happenings: int
    silhouette: float | None
    asked: bool
    clusters: tuple[Cluster, ...]
    kinds: tuple[str, ...]
    about: tuple[str, ...]
    citations: tuple[str, ...] = CITATIONS

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self)


def typical(
    run: Run, scenario: str | None = None, clusters: int | None = None, about: Sequence[str] = ()
) -> Typical:
    """The medoid of a scenario, and the medoids of its clusters of futures, see `clustering`.

    clusters : how many, 2 … 20; None for the number of the highest mean silhouette;  1 for the medoid alone
    about : ids; only events that concern one of them count
    Raises InputError.
    """
    scenario = one_scenario(run, scenario)
    replicates = run.replicates(scenario)
    if clusters is not None and not 1 <= clusters <= 20:
        raise InputError("not a number of clusters", key="--clusters", value=clusters, accepted="1 to 20")
    if len(replicates) < max(4, (clusters or 0) + 1):
        raise InputError(
            "too few replicates for a typical one",
            key="--scenario",
            value=f"{len(replicates)} replicates",
            accepted=f"at least {max(4, (clusters or 0) + 1)}",
        )
    happenings, ages = ages_of(run, scenario, about)
    sampled = np.unique(np.linspace(0, len(replicates) - 1, min(SAMPLE, len(replicates))).astype(np.int64))
    apart = distances(ages[sampled])
    middle = medoid(apart)
    found: Clusters | None = None
    if clusters != 1 and apart.any():
        found = best_clusters(apart, clusters)
    groups = () if found is None else _clusters(run, replicates, ages, sampled[found.medoids], happenings)
    return Typical(
        scenario,
        int(replicates[sampled[middle]]),
        float(apart[middle].sum() / max(1, len(sampled) - 1)),
        len(replicates),
        len(sampled),
        len(happenings),
        None if found is None else found.silhouette,
        clusters is not None,
        groups,
        TELLING,
        tuple(about),
    )


def ages_of(run: Run, scenario: str, about: Sequence[str] = ()) -> tuple[list[Happening], Array]:
    """What happened in a scenario, and for how many steps it had, by the end, in each replicate (R, E); 0 for never.

    An event that happens again counts from the first time on.
    """
    replicates, steps = run.replicates(scenario), int(run.manifest["steps"])
    near = []
    for name in about:
        column = next(iter(roles(run, [name])))
        twin = {"state": "partner", "organisation": "other"}.get(column)
        near += [f"{one} = {literal(name)}" for one in (column, twin) if one]
    kinds = ", ".join(literal(one) for one in TELLING)
    level = "CASE WHEN kind = 'advanced' THEN status_to WHEN kind IN ('deepened', 'hollowed') THEN round(value, 3) END"
    connection = run.connection_to(scenario)
    try:
        rows = connection.execute(
            f"SELECT kind, {', '.join(NAMED)}, {level} AS level, list(replicate), list(first) FROM ("
            f"SELECT kind, {', '.join(NAMED)}, value, status_to, replicate, min(step) AS first FROM events "
            f"WHERE kind IN ({kinds}) {'AND (' + ' OR '.join(near) + ')' if near else ''} "
            f"GROUP BY kind, {', '.join(NAMED)}, value, status_to, replicate) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    finally:
        connection.close()
    happenings, ages = [], np.zeros((len(replicates), len(rows)), np.float32)
    for place, (kind, *names, step_level, numbers, first) in enumerate(rows):
        of = tuple((column, one) for column, one in zip(NAMED, names, strict=True) if one is not None)
        happenings.append(Happening(kind, of, None if step_level is None else float(step_level)))
        at = np.searchsorted(replicates, np.array(numbers))
        np.maximum.at(ages[:, place], at, steps - np.array(first, np.float32))
    return happenings, ages


def _clusters(
    run: Run, replicates: Array, ages: Array, medoids: Array, happenings: list[Happening]
) -> tuple[Cluster, ...]:
    """The clusters of all replicates by their nearest medoid, the largest first."""
    apart = distances(ages, ages[medoids])
    labels = np.argmin(apart, axis=1)
    labels[medoids] = np.arange(len(medoids))
    inside = labels[None, :] == np.arange(len(medoids))[:, None]
    draws = None if run.draws is None else grouped(inside, run.draw_of(replicates))
    shares = estimates_of(chosen(["alive"])[0], inside, LEVEL, draws)
    found = []
    for place, one in enumerate(medoids):
        own = inside[place]
        nearest = np.flatnonzero(own)[np.argsort(apart[own, place], kind="stable")]
        found.append(
            Cluster(
                float(shares["mean"][place]),
                float(shares["low"][place]),
                float(shares["high"][place]),
                int(own.sum()),
                int(replicates[one]),
                float(apart[own, place].mean()),
                _marks(ages, own, happenings),
                tuple(int(replicates[r]) for r in nearest[:10]),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.size, one.medoid)))


def _marks(ages: Array, own: Array, happenings: list[Happening]) -> tuple[Mark, ...]:
    """The events whose shares differ most between a cluster and the rest."""
    happened = ages > 0
    inside = happened[own].mean(axis=0)
    outside = happened[~own].mean(axis=0) if not own.all() else np.zeros_like(inside)
    order = np.argsort(-np.abs(inside - outside), kind="stable")[:MARKS]
    return tuple(
        Mark(happenings[e].as_event(), float(inside[e]), float(outside[e]))
        for e in order
        if inside[e] != outside[e]
    )
