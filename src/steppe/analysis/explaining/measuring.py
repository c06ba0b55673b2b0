"""What a measure hangs on: its estimate, replicates on either side, and the quantities to which it is most sensitive.

Where a run has a design, its factors are ranked by the methods that the design serves (`analysis.sensitivity`). Where the
evidence is drawn, the thousands of drawn numbers are screened: Spearman's rank correlation of each with the mean of the
measure given the draw, over the draws. They are drawn independently, so that each correlation stands for itself and its
square is about the share of the variance (of ranks) that the quantity accounts for [SRC]_. With thousands of tests some
correlations are high by chance; which ones stand out is told by the false discovery rate [BH1995]_.

.. [SRC] Saltelli et al. (2008) Global Sensitivity Analysis. The Primer. Wiley. Section 1.2.5.
.. [BH1995] Benjamini & Hochberg (1995) Controlling the false discovery rate. J. R. Stat. Soc. B 57.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis.components import grouped
from steppe.analysis.explaining.finding import conditions, one_scenario, roles
from steppe.analysis.explaining.sources import Source, coded_source
from steppe.analysis.intervals import LEVEL, Array, normal_quantile
from steppe.analysis.measures import estimates_of, measure_values
from steppe.config.resolved import load_config
from steppe.config.schema import RunConfig
from steppe.errors import InputError
from steppe.results.parts import literal
from steppe.results.query import Run
from steppe.world.build import build_world
from steppe.world.spec import evidence_for

TOLD = 8  # quantities
FEW = 10  # replicates named on either side
LEAST = 20  # draws
CITATIONS = (
    "Benjamini & Hochberg (1995) J. R. Stat. Soc. B 57",
    "Saltelli et al. (2008) Global Sensitivity Analysis, 1.2.5",
)
#: measure → the kinds of event that move it, and how many of the ids it is measured of name them
_LED: Mapping[str, tuple[tuple[str, ...], int]] = {
    "member": (("admitted", "joined_by_merger", "intervention", "left", "refused"), 2),
    "observer": (("observing", "left_to_observer", "observing_refused"), 2),
    "alive": (("dissolved", "merged"), 1),
    "merged": (("merged",), 2),
    "depth": (("deepened", "hollowed"), 1),
    "members": (("admitted", "left", "joined_by_merger"), 1),
    "reached": (("advanced", "relapsed"), 1),
    "stage": (("advanced", "relapsed"), 1),
    "open": (("closed", "reopened"), 1),
    "tie": (("climbed", "descended"), 2),
    "leaders": (("leader_changed",), 1),
}
DISCOVERY = 0.05  # false discovery rate


@dataclass(frozen=True)
class Sensitive:
    """A quantity and how much the measure moves with it.

    index : of the method: Spearman's rank correlation over draws, or that of the design's method;  low, high : its interval
    stands_out : beyond the noise: at a false discovery rate of 5 %, or above the floor of the design's method; None: unknown
    source : what it rests on, None for what is no value of the evidence (a switch, a reading, a scenario)
    """

    id: str
    index: float
    low: float | None
    high: float | None
    stands_out: bool | None
    source: Source | None


@dataclass(frozen=True)
class Led:
    """An event that leads to the measure being as it is.  replicates : in which it occurs;  first : the first of them"""

    kind: str
    ids: tuple[str, ...]
    replicates: int
    first: int


@dataclass(frozen=True)
class Measured:
    """What a measure hangs on.

    high, low : replicates in which it is true or highest, false or lowest, to go on with;  count_high, count_low : of how
        many (true and false of a probability, else above and below the median)
    method : of `sensitive`; None where nothing varies, and then `remedy` says what to run
    """

    scenario: str
    measure: str
    entity: str
    year: int
    unit: str
    probability: bool
    n: int
    mean: float
    interval: tuple[float, float]
    high: tuple[int, ...]
    low: tuple[int, ...]
    led: tuple[Led, ...]
    count_high: int
    count_low: int
    method: str | None
    samples: int
    tested: int
    sensitive: tuple[Sensitive, ...]
    remedy: str | None
    notes: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``; what is undefined is None."""
        data = asdict(self)
        data["mean"] = _number(self.mean)
        data["interval"] = [_number(one) for one in self.interval]
        return data


def explain_measure(
    run: Run,
    measure: str,
    entity: str,
    year: int | None = None,
    scenario: str | None = None,
    top: int = TOLD,
) -> Measured:
    """What a measure of an entity at a year (the last) hangs on in a scenario.

    measure, entity : ``member``, ``UZB/EAEU``; ``system`` for the system as a whole;  top : how many quantities are told
    Raises InputError.
    """
    when = run.years[-1] if year is None else year
    if run.manifest.get("design"):
        return _designed(run, measure, entity, when, scenario, top)
    scenario = one_scenario(run, scenario)
    seen = measure_values(run, measure, scenario, when, [entity])
    values, replicates = seen.values, seen.replicates
    groups = None if run.draws is None else grouped(values, run.draw_of(replicates))
    found = {name: float(one[0]) for name, one in estimates_of(seen.measure, values, LEVEL, groups).items()}
    high, low = _sides(values[0].astype(float), seen.measure.probability)
    config = load_config(run.path / "config.yaml")
    sensitive: tuple[Sensitive, ...] = ()
    notes: tuple[str, ...] = ()
    tested, method, remedy = 0, None, None
    if groups is not None:
        sensitive, tested, method, notes = _drawn(run, config, groups.draws, groups.mean[0], groups.n[0], top)
    if method is None:
        remedy = _remedy(config, scenario, measure, entity, when)
    return Measured(
        scenario, seen.measure.id, entity, when, seen.measure.unit, seen.measure.probability,
        int(found["n"]), found["mean"], (found["low"], found["high"]),
        tuple(int(replicates[r]) for r in high[:FEW]), tuple(int(replicates[r]) for r in low[:FEW]),
        _led(run, scenario, measure, entity),
        len(high), len(low), method, run.draws or 0, tested, sensitive, remedy, notes,
        () if method is None else CITATIONS,
    )  # fmt: skip


def rank_correlations(x: Array, y: Array, level: float = LEVEL) -> tuple[Array, Array, Array, Array]:
    """(Q,) Spearman's correlation of each column of x (D, Q) with y (D,), its interval, and whether it stands out.

    Interval by Fisher's z with the variance 1.06/(D - 3) [Fieller, Hartley & Pearson 1957]; a constant column has 0.
    Standing out: Benjamini & Hochberg's step-up at a false discovery rate of 5 %, with Student's t of the correlation.
    """
    from scipy.special import stdtr  # type: ignore[import-untyped,unused-ignore]
    from scipy.stats import rankdata  # type: ignore[import-untyped,unused-ignore]

    count = len(y)
    ranks = rankdata(x, axis=0) - (count + 1) / 2
    own = rankdata(y) - (count + 1) / 2
    size = np.sqrt(np.square(ranks).sum(axis=0) * np.square(own).sum())
    r = np.divide(ranks.T @ own, size, out=np.zeros(x.shape[1]), where=size > 0)
    half = normal_quantile(level) * np.sqrt(1.06 / (count - 3))
    z = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    with np.errstate(divide="ignore"):
        t = np.abs(r) * np.sqrt((count - 2) / np.maximum(1 - r * r, 1e-300))
    p = 2 * stdtr(count - 2, -t)
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= DISCOVERY * np.arange(1, len(p) + 1) / len(p))
    stands = np.zeros(len(p), bool)
    stands[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return r, np.tanh(z - half), np.tanh(z + half), stands


def _drawn(
    run: Run, config: RunConfig, draws: Array, mean: Array, n: Array, top: int
) -> tuple[tuple[Sensitive, ...], int, str | None, tuple[str, ...]]:
    """The drawn quantities by rank correlation with the mean given the draw."""
    defined = n > 0
    if defined.sum() < LEAST:
        few = (
            f"it is defined in {int(defined.sum())} draws, too few to tell quantities apart: {LEAST} at least"
        )
        return (), 0, None, (few,)
    y = mean[defined]
    if np.ptp(y) == 0:
        return (), 0, None, ("it is the same in every draw: there is nothing to be sensitive to",)
    ids, table = _table(run, draws[defined])
    r, low, high, stands = rank_correlations(table, y)
    order = np.argsort(-np.abs(r), kind="stable")[:top]
    evidence = evidence_for(config.world)
    world = build_world(evidence, config.world)
    told = []
    for q in order:
        source = coded_source(evidence, world, ids[q])
        told.append(
            Sensitive(
                ids[q], float(r[q]), float(low[q]), float(high[q]), bool(stands[q]), source,
            )
        )  # fmt: skip
    notes = (
        ()
        if stands.any()
        else ("no quantity stands out from what chance gives among so many: more draws are needed",)
    )
    return tuple(told), len(ids), "spearman", notes


def _table(run: Run, draws: Array) -> tuple[list[str], Array]:
    """Ids, and the drawn values (D, Q) of some draws."""
    connection = run.connection()
    try:
        rows = connection.execute("SELECT draw, id, value FROM draws ORDER BY id, draw").fetchnumpy()
    finally:
        connection.close()
    names = np.ma.getdata(rows["id"])
    count = len(np.unique(np.ma.getdata(rows["draw"])))
    ids = [str(one) for one in names[::count]]
    return ids, np.ma.getdata(rows["value"]).reshape(len(ids), count).T[draws]


def _sides(values: Array, probability: bool) -> tuple[Array, Array]:
    """Places of the replicates that are true or highest, and of those that are false or lowest, these ends first."""
    if probability:
        return np.flatnonzero(values == 1), np.flatnonzero(values == 0)
    defined = np.flatnonzero(~np.isnan(values))
    middle = np.median(values[defined]) if len(defined) else np.nan
    ordered = defined[np.argsort(values[defined], kind="stable")]
    above, below = ordered[values[ordered] > middle], ordered[values[ordered] < middle]
    return above[::-1], below


def _led(run: Run, scenario: str, measure: str, entity: str) -> tuple[Led, ...]:
    """Events of the kinds that a measure counts, the most frequent first."""
    kinds, named = _LED.get(measure, ((), 0))
    if not kinds:
        return ()
    ids = tuple(entity.split("/")[:named])
    where = [f"kind IN ({', '.join(literal(one) for one in kinds)})", *conditions(roles(run, ids))]
    connection = run.connection_to(scenario)
    try:
        rows = connection.execute(
            f"SELECT kind, count(DISTINCT replicate), min(replicate) FROM events WHERE {' AND '.join(where)} "
            "GROUP BY kind ORDER BY 2 DESC, 1"
        ).fetchall()
    finally:
        connection.close()
    return tuple(Led(kind, ids, int(count), int(first)) for kind, count, first in rows)


def _designed(run: Run, measure: str, entity: str, year: int, scenario: str | None, top: int) -> Measured:
    """The same for a run with a design: points instead of replicates, and the design's own method."""
    from steppe.analysis.sweep import chosen_outcome, open_sweep
    from steppe.analysis.sweep_studies import sensitivity
    from steppe.results.indicators import chosen

    one = chosen([measure])[0]
    if scenario is None and len(run.scenarios) > 1:
        raise InputError(
            "the run has several scenarios: which one?", key="--scenario", accepted=list(run.scenarios)
        )
    name = scenario or run.scenarios[0]
    sweep = open_sweep(run)
    text = chosen_outcome(sweep, f"{measure} {entity} @{year}")
    found = sensitivity(sweep, text, name, drop=True)
    with np.errstate(all="ignore"):
        means = np.nanmean(sweep.values(name, text), axis=1)
    high, low = _sides(means, False)
    config = load_config(run.path / "config.yaml")
    evidence = evidence_for(config.world)
    world = build_world(evidence, config.world)
    told = []
    for row in found.ranked()[:top]:
        plain = row.factor.removeprefix("parameters.").removeprefix("values.")
        told.append(
            Sensitive(
                row.factor, float(getattr(row, found.main)),
                getattr(row, f"{found.main}_low", None), getattr(row, f"{found.main}_high", None),
                row.above_noise, coded_source(evidence, world, plain),
            )
        )  # fmt: skip
    half = normal_quantile(LEVEL) * found.sd / np.sqrt(found.points)
    return Measured(
        name, measure, entity, year, one.unit, one.probability, found.points, found.mean,
        (found.mean - half, found.mean + half), tuple(int(p) for p in high[:FEW]), tuple(int(p) for p in low[:FEW]),
        (),
        len(high), len(low), f"{found.methods[0]} ({found.main})", found.points, len(found.rows), tuple(told), None,
        ("the numbers are points of the design, not replicates; the interval is that of the mean over points", *found.notes),
        found.sources,
    )  # fmt: skip


def _remedy(config: RunConfig, scenario: str, measure: str, entity: str, year: int) -> str:
    """What to run so that something varies."""
    written = [
        one
        for one in config.overrides
        if not one.lstrip("+").startswith(
            ("scenario", "ensemble.parameters", "ensemble.draws", "ensemble.replicates", "design")
        )
    ]
    base = " ".join(["steppe run", f"scenario={scenario}", *map(shlex.quote, written)])
    of = "" if entity == "system" else f" {entity}"
    return (
        f"{base} ensemble.parameters=sampled ensemble.draws=200 ensemble.replicates=4000\n"
        f"{base} ensemble.replicates=20 design=lhs design.points=500 'design.factors={{parameters.*: {{}}}}' "
        f"'design.outcomes=[{measure}{of} @{year}]'"
    )


def _number(value: float) -> float | None:
    return None if value != value else value
