"""What share of an outcome goes when interventions, mechanisms or states are taken away: Shapley values over a few switches.

The run has a design that puts every combination of the switches to the model (2^k points with common luck), see
`analysis.shapley`. A switch is one factor of the design or several that are always on or off together; on is what the run has
without the design.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis import shapley
from steppe.analysis.components import grouped, mean_of, probability_interval
from steppe.analysis.intervals import LEVEL, Array, mean_interval, moments, normal_quantile, ratio, wilson
from steppe.analysis.sweep import Sweep
from steppe.errors import InputError
from steppe.paths import shown
from steppe.results.indicators import chosen


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its error and interval; an undefined number is NaN."""

    value: float
    std_error: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def as_dict(self) -> dict[str, float | None]:
        """For JSON: None where a number is undefined."""
        return {name: one if math.isfinite(one) else None for name, one in asdict(self).items()}


@dataclass(frozen=True)
class Contribution:
    """One switch.

    factors : names of the factors of the design that it turns
    shapley : its Shapley value;  share : of the difference, None where that cannot be told from zero
    removed_alone : all on, less all but this one;  added_alone : this one alone, less none
    """

    factors: tuple[str, ...]
    shapley: Estimate
    share: Estimate | None
    removed_alone: Estimate
    added_alone: Estimate


@dataclass(frozen=True)
class Attribution:
    """An outcome of a scenario, shared out among switches.

    n : replicates in which it is defined in every coalition;  left_out : those in which it is not
    draws : of the evidence, between which errors are taken; None where nothing is drawn
    on, off : with every switch on, with every switch off;  difference : on less off, the sum of the contributions
    interactions : (place of a switch, place of another, interaction)
    coalitions : (switches that are on, mean), in the order of `shapley.switches_on`
    """

    scenario: str
    outcome: str
    measure: str
    entity: str
    year: int
    unit: str
    probability: bool
    n: int
    left_out: int
    draws: int | None
    on: Estimate
    off: Estimate
    difference: Estimate
    contributions: tuple[Contribution, ...]
    interactions: tuple[tuple[int, int, Estimate], ...]
    coalitions: tuple[tuple[tuple[int, ...], float], ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined."""
        names = (
            *("scenario", "outcome", "measure", "entity", "year", "unit", "probability"),
            *("n", "left_out", "draws"),
        )
        parts = [
            {
                "factors": list(one.factors),
                "shapley": one.shapley.as_dict(),
                "share": None if one.share is None else one.share.as_dict(),
                "removed_alone": one.removed_alone.as_dict(),
                "added_alone": one.added_alone.as_dict(),
            }
            for one in self.contributions
        ]
        return {
            **{name: getattr(self, name) for name in names},
            "level": LEVEL,
            **{name: getattr(self, name).as_dict() for name in ("on", "off", "difference")},
            "switches": parts,
            "interactions": [
                {"switches": [i, j], "interaction": one.as_dict()} for i, j, one in self.interactions
            ],
            "coalitions": [{"on": list(on), "mean": mean} for on, mean in self.coalitions],
        }


def switches_of(sweep: Sweep) -> tuple[list[tuple[str, ...]], Array]:
    """The switches of a design as names of the factors that each turns, and (2^k,) the points in the order of coalitions.

    Raises InputError for a design that is not every combination of switches.
    """
    patterns: dict[tuple[bool, ...], list[str]] = {}
    for factor in sweep.varied:
        settings = sweep.settings[factor["name"]]
        pattern = tuple(one == factor["value"] for one in settings)
        if len(set(settings)) > 2 or not any(pattern):
            raise _no_switches(sweep, f"{factor['name']} is not once as the run has it and once without")
        if not all(pattern):
            patterns.setdefault(pattern, []).append(factor["name"])
    on = np.array(list(patterns), bool).reshape(len(patterns), len(sweep.ids))
    number = (on * (1 << np.arange(len(on)))[:, None]).sum(axis=0)
    if not len(on) or len(sweep.ids) != 2 ** len(on) or len(set(number.tolist())) < len(sweep.ids):
        raise _no_switches(sweep, f"{len(sweep.ids)} points are not every combination of {len(on)} switches")
    return [tuple(names) for names in patterns.values()], np.argsort(number)


def _no_switches(sweep: Sweep, why: str) -> InputError:
    return InputError(
        f"the run's design is not one of switches: {why}",
        file=shown(sweep.run.path),
        key="design",
        value=sweep.kind,
        accepted="a run that `steppe attribute NAME --switch … --switch …` made",
    )


def attribution(sweep: Sweep, scenario: str, outcome: str) -> Attribution:
    """Share an outcome of a scenario out among the switches of a design.

    Raises InputError for a design that is not one of switches, a coalition that failed, and an outcome that no replicate has
    in every coalition.
    """
    names, order = switches_of(sweep)
    for failed, point, error in sweep.failures():
        if failed == scenario:
            raise InputError(f"a combination of the switches failed, point {point}: {error}", key="design")
    stored = sweep.values(scenario, outcome)[order].astype(float)
    whole = ~np.isnan(stored).any(axis=0)
    if whole.sum() < 2:
        raise InputError(
            f"{outcome} is defined in every combination of the switches in {int(whole.sum())} replicates only",
            key="outcome",
            value=outcome,
            accepted="an outcome that is always defined, such as whether a body exists (alive); or more replicates",
        )
    measure_id, entity, year = outcome.split(" ")
    (measure,) = chosen([measure_id])
    run = sweep.run
    draws = None if run.draws is None else run.draw_of(np.flatnonzero(whole).astype(np.int32))
    split = Shares(stored[:, whole], measure.probability, draws)
    return Attribution(
        scenario,
        outcome,
        measure.id,
        entity,
        int(year.lstrip("@")),
        measure.unit,
        measure.probability,
        int(whole.sum()),
        int((~whole).sum()),
        run.draws,
        *split.levels(),
        split.difference(),
        split.contributions(names),
        split.interactions(),
        tuple(
            (tuple(np.flatnonzero(on).tolist()), float(mean))
            for on, mean in zip(shapley.switches_on(len(names)), split.outcomes.mean(axis=1), strict=True)
        ),
    )


@dataclass(frozen=True)
class Shares:
    """What is estimated of the outcomes of all coalitions.

    outcomes : (2^k, R) in the order of `shapley.switches_on`, all defined
    draws : (R,) the draw of each replicate, ascending, between which errors are taken; None where nothing is drawn
    """

    outcomes: Array
    probability: bool
    draws: Array | None = None
    level: float = LEVEL

    def levels(self) -> tuple[Estimate, Estimate]:
        """The outcome with every switch on and with every switch off: Wilson's interval of a probability, else Student's."""
        ends = self.outcomes[[-1, 0]]
        n = np.full(2, ends.shape[1])
        if self.draws is not None:
            _, mean, error, count = mean_of(grouped(ends, self.draws))
            low, high = mean_interval(mean, error, count, self.level)
            if self.probability:
                low, high = probability_interval(mean, error, n, count, self.level)
        else:
            _, mean, sd = moments(ends)
            error = ratio(sd, np.sqrt(n))
            low, high = mean_interval(mean, error, n, self.level)
            if self.probability:
                low, high = wilson(ends.sum(axis=1), n, self.level)
        first, second = _estimates(mean, error, low, high)
        return first, second

    def difference(self) -> Estimate:
        """Every switch on, less every switch off."""
        return self._paired((self.outcomes[-1] - self.outcomes[0])[None])[0]

    def contributions(self, names: Sequence[tuple[str, ...]]) -> tuple[Contribution, ...]:
        """The switches of these factors."""
        values = shapley.shapley_values(self.outcomes)
        return tuple(
            Contribution(*parts)
            for parts in zip(
                names,
                self._paired(values),
                self._shares(values),
                self._paired(shapley.removed_alone(self.outcomes)),
                self._paired(shapley.added_alone(self.outcomes)),
                strict=True,
            )
        )

    def interactions(self) -> tuple[tuple[int, int, Estimate], ...]:
        """The interaction of each pair of switches. Of a probability it lies between -2 and 2."""
        k = len(self.outcomes).bit_length() - 1
        found = self._paired(shapley.interactions(self.outcomes), 2.0)
        return tuple((i, j, one) for (i, j), one in zip(shapley.pairs(k), found, strict=True))

    def _paired(self, values: Array, bound: float = 1.0) -> list[Estimate]:
        """Means of differences (E, R) between coalitions within replicates, with their errors.

        Of a probability, in which a replicate's difference lies within ± bound, the interval is that of Bonett and Price with
        one replicate more at either bound: theirs where there are two coalitions, and never of width zero. Else Student's;
        between draws too, but for differences that no replicate shows.
        """
        if not len(values):
            return []
        if self.draws is not None:
            _, mean, error, count = mean_of(grouped(values, self.draws))
            low, high = mean_interval(mean, error, count, self.level)
            if self.probability:
                none = np.zeros((len(values), 1))
                wide = _widened(none, none, count, bound, self.level)
                same = ~values.any(axis=1)
                low, high = (np.where(same, far, one) for far, one in zip(wide, (low, high), strict=True))
            return _estimates(mean, error, low, high)
        n, mean, sd = moments(values)
        error = ratio(sd, np.sqrt(n))
        if self.probability:
            low, high = _widened(values, values**2, n, bound, self.level)
        else:
            low, high = mean_interval(mean, error, n, self.level)
        return _estimates(mean, error, low, high)

    def _shares(self, values: Array) -> list[Estimate | None]:
        """Each Shapley value over the difference: a ratio of two means, with its error to first order.

        None where the difference cannot be told from zero, a share of which says nothing.
        """
        if not self.difference().sure:
            return [None] * len(values)
        apart = self.outcomes[-1] - self.outcomes[0]
        share = values.mean(axis=1) / apart.mean()
        off = (values - share[:, None] * apart) / apart.mean()
        if self.draws is None:
            n, _, sd = moments(off)
            error, count = ratio(sd, np.sqrt(n)), n
        else:
            _, _, error, count = mean_of(grouped(off, self.draws))
        low, high = mean_interval(share, error, count, self.level)
        if self.probability:  # a contribution that no replicate shows is not known to be nought
            ends = [[one.low / apart.mean(), one.high / apart.mean()] for one in self._paired(values)]
            wide, unseen = np.sort(ends, axis=1), ~values.any(axis=1)
            low, high = np.where(unseen, wide[:, 0], low), np.where(unseen, wide[:, 1], high)
        return list(_estimates(share, error, low, high))


def _widened(values: Array, squares: Array, n: Array, bound: float, level: float) -> tuple[Array, Array]:
    """Low and high of the mean of n values within ± bound, with one more at either bound (Bonett & Price 2012)."""
    size = np.asarray(n, float) + 2
    mean = values.sum(axis=1) / size
    variance = (squares.sum(axis=1) + 2 * bound**2) / size - mean**2
    half = normal_quantile(level) * np.sqrt(variance / size)
    return np.maximum(mean - half, -bound), np.minimum(mean + half, bound)


def _estimates(*columns: Array) -> list[Estimate]:
    return [Estimate(*numbers) for numbers in zip(*(column.tolist() for column in columns), strict=True)]
