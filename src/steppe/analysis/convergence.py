"""How many replicates are enough: running estimates, replicates needed, when to stop, and claims that rest on few events.

Replicates are taken as independent. Where they share draws of the evidence they are not, and what is counted are the draws: give
the means of `measures.draw_means`, one for each draw, in place of the replicates.

The danger of a rule that looks again and again is a look at which the variance happens to be small: no event in thirty
replicates has the variance 0, and a naive rule stops there and claims to be certain. So none stops before `MINIMUM`. The
variance of a probability is that of two successes and two failures more than were seen [AC1998]_. That of a mean is raised by its
own standard error, which is large where few values make it; if one value is that of most replicates, `DEPARTURES` must differ
from it; and values that are all alike are believed only after `ALIKE`.

.. [AC1998] Agresti, A. & Coull, B. A. (1998) Approximate is better than "exact" for interval estimation of binomial proportions.
   The American Statistician 52, 119-126.
.. [HL1983] Hanley, J. A. & Lippman-Hand, A. (1983) If nothing goes wrong, is everything all right? Interpreting zero numerators.
   Journal of the American Medical Association 249, 1743-1745.
.. [CR1965] Chow, Y. S. & Robbins, H. (1965) On the asymptotic theory of fixed-width sequential confidence intervals for the mean.
   Annals of Mathematical Statistics 36, 457-462.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from steppe.analysis.intervals import LEVEL, Array, mean_interval, moments, ratio, wilson
from steppe.errors import InputError

MINIMUM = 100  # replicates before any stop
ALIKE = 1000  # replicates that must be alike before the variance 0 is believed: then fewer than 3 in 1000 differ [HL1983]_
DEPARTURES = 30  # replicates that must differ from a value that most have: below, Student's interval of a mean covers too little
FEW = 10  # events, or non-events, on which a claim should rest
FIRST = 10  # replicates of the first running estimate
PER_DOUBLING = 2  # running estimates for each doubling of the replicates
_ADDED = 2  # successes and failures [AC1998]_


@dataclass(frozen=True)
class Running:
    """Estimates of one outcome after the first n replicates, for growing n.

    counts : replicates used;  n : those of them in which the outcome is defined
    events : in which it happened; None unless it is a probability
    estimate, std_error, low, high : NaN where undefined; Wilson's interval for probabilities, else Student's
    """

    probability: bool
    level: float
    counts: tuple[int, ...]
    n: tuple[int, ...]
    events: tuple[int, ...] | None
    estimate: tuple[float, ...]
    std_error: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined."""
        row = asdict(self)
        for name in ("estimate", "std_error", "low", "high"):
            row[name] = [value if math.isfinite(value) else None for value in row[name]]
        return row


@dataclass(frozen=True)
class Enough:
    """Whether the replicates suffice.

    n : in which the outcome is defined;  estimate; std_error : as the rule sees it, with caution; NaN where undefined
    target : standard error asked for, in the unit of the outcome
    needed : replicates in all by which it should be met, as far as can be told now; None where it cannot
    reason : in words;  warning : of a claim that rests on few events, or None
    """

    enough: bool
    n: int
    estimate: float
    std_error: float
    target: float
    needed: int | None
    reason: str
    warning: str | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined."""
        return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(self).items()}


def grid(replicates: int, first: int = FIRST, per_doubling: int = PER_DOUBLING) -> list[int]:
    """Numbers of replicates, geometric from `first` to all of them."""
    if replicates <= first:
        return [replicates]
    steps = max(1, round(per_doubling * math.log2(replicates / first)))
    return sorted({round(first * (replicates / first) ** (i / steps)) for i in range(steps + 1)})


def running(
    values: Any,
    probability: bool | None = None,
    counts: Sequence[int] | None = None,
    level: float = LEVEL,
) -> list[Running]:
    """Running estimates of each outcome.

    values : (R,) or (E, R) by replicate, in the order in which they were made; bool, or float with NaN where undefined
    probability : of outcomes that are 0 or 1; None, where they are bool;  counts : ascending; None, a geometric grid

    Raises InputError for shapes, probabilities other than 0 and 1, or counts that do not fit.
    """
    table, probability = _table(values, probability)
    counts = grid(table.shape[1]) if counts is None else [int(count) for count in counts]
    if not counts or sorted(set(counts)) != counts or counts[0] < 1 or counts[-1] > table.shape[1]:
        raise InputError(
            "no such numbers of replicates",
            key="counts",
            value=counts,
            accepted=f"ascending, 1 to {table.shape[1]}",
        )
    columns: list[list[Array]] = []
    for count in counts:
        n, mean, sd = moments(table[:, :count])
        error = ratio(sd, np.sqrt(n))
        events = np.nansum(table[:, :count], axis=1) if probability else np.zeros(len(table))
        bounds = wilson(events, n, level) if probability else mean_interval(mean, error, n, level)
        columns.append([n, events, mean, error, *bounds])
    return [
        Running(
            probability,
            level,
            tuple(counts),
            tuple(int(column[0][e]) for column in columns),
            tuple(int(column[1][e]) for column in columns) if probability else None,
            *(tuple(float(column[place][e]) for column in columns) for place in (2, 3, 4, 5)),
        )
        for e in range(len(table))
    ]


def needed(
    values: Any, target: float, probability: bool | None = None, *, relative: bool = False
) -> list[int | None]:
    """Replicates in all for a standard error of `target`, for each outcome; None where nothing tells how much it varies.

    values : (R,) or (E, R), as for `running`
    relative : target is a share of the estimate's size
    """
    table, probability = _table(values, probability)
    _check_target(target)
    return [_needed(*_spread(row, probability, False), target, relative) for row in table]


def enough(
    values: Any,
    target: float,
    probability: bool | None = None,
    *,
    relative: bool = False,
    minimum: int = MINIMUM,
    departures: int = DEPARTURES,
) -> list[Enough]:
    """Whether each outcome may be left at these replicates, its standard error being at most `target`.

    values : (R,) or (E, R), as for `running`
    relative : target is a share of the estimate's size, so that a rare event is not left until it has been seen often
    minimum : replicates in which the outcome is defined, before any stop; 2 or more
    departures : replicates that differ from the commonest value, where this is that of more than half; of means only

    Asked again after every batch it is a sequential rule; docs/convergence.md has its coverage. Larger batches, such as doubling,
    mean fewer chances of a lucky look. A run that waits for all outcomes stops at `all(one.enough for one in …)`.
    """
    table, probability = _table(values, probability)
    _check_target(target)
    if minimum < 2:
        raise InputError("too few replicates to stop at", key="minimum", value=minimum, accepted="2 or more")
    return [_enough(row, probability, target, relative, minimum, departures) for row in table]


def few_events(events: int, n: int) -> str | None:
    """A warning in words where fewer than `FEW` events, or fewer than `FEW` non-events, are what a claim rests on.

    events : replicates in which it happened, of n; InputError unless 0 ≤ events ≤ n
    """
    if not 0 <= events <= n:
        raise InputError("no such number of events", key="events", value=events, accepted=f"0 to {n}")
    rare, seen, of = min(
        (events, "event", "the probability"), (n - events, "non-event", "that of the opposite")
    )
    if n == 0:
        return "defined in no replicate"
    if rare >= FEW:
        return None
    low, high = (float(bound) for bound in wilson(np.array(rare), np.array(n)))
    count = f"no {seen}" if rare == 0 else f"{rare} {seen}{'s' if rare > 1 else ''}"
    bounds = f"below {high:.2g}" if rare == 0 else f"between {low:.2g} and {high:.2g}"
    return f"rests on {count} in {n:,} replicates: {of} is {bounds} (95 %)"


def _enough(
    row: Array, probability: bool, target: float, relative: bool, minimum: int, departures: int
) -> Enough:
    n, estimate, variance = _spread(row, probability, True)
    error = math.sqrt(variance / n) if n else math.nan
    wanted = target * abs(estimate) if relative else target
    total = _needed(n, estimate, variance, target, relative)
    warning = few_events(int(np.nansum(row)), n) if probability else None

    def answer(said: bool, reason: str) -> Enough:
        return Enough(said, n, estimate, error, wanted, total, reason, warning)

    least = max(minimum, ALIKE) if variance == 0 else minimum
    if n < minimum:
        return answer(False, f"{n} replicates are fewer than the minimum of {minimum}")
    if n < least:
        return answer(False, f"all {n} replicates are alike; that is believed after {least}")
    if variance == 0:
        return answer(True, f"all {n} replicates are alike")
    differ = n if probability else _departures(row)
    if differ < departures and differ < n / 2:
        return answer(
            False,
            f"only {differ} of {n} replicates differ from the commonest value, and it takes {departures}",
        )
    if relative and wanted == 0:
        return answer(False, "the estimate is 0, and no share of it can be met")
    if error <= wanted:
        return answer(True, f"the standard error of {error:.2g} is within {wanted:.2g}")
    return answer(False, f"the standard error of {error:.2g} is above {wanted:.2g}")


def _spread(row: Array, probability: bool, cautious: bool) -> tuple[int, float, float]:
    """Replicates in which it is defined, estimate, and variance.

    A probability's variance is p(1 - p) n/(n + 4) at p of two successes and two failures more, so that the standard error is
    Agresti and Coull's √(p(1 - p)/(n + 4)); it is never 0.
    cautious : a mean's variance s² is raised by its standard error √((m₄ - s⁴)/n), m₄ being the fourth central moment
    """
    n, mean, sd = (float(column[0]) for column in moments(row[None, :]))
    if probability:
        p = (np.nansum(row) + _ADDED) / (n + 2 * _ADDED)
        return int(n), mean, float(p * (1 - p) * n / (n + 2 * _ADDED))
    variance = sd**2
    if cautious and n > 1:
        fourth = float(np.nanmean((row - mean) ** 4))
        variance += math.sqrt(max(fourth - variance**2, 0.0) / n)
    return int(n), mean, variance


def _departures(row: Array) -> int:
    """Replicates that differ from the commonest value."""
    counts = np.unique(row[~np.isnan(row)], return_counts=True)[1]
    return int(counts.sum() - counts.max()) if len(counts) else 0


def _needed(n: int, estimate: float, variance: float, target: float, relative: bool) -> int | None:
    wanted = target * abs(estimate) if relative else target
    if not (variance > 0 and wanted > 0):  # NaN too: nothing is known of the spread
        return None
    return max(2, math.ceil(variance / wanted**2 - 1e-9))


def _table(values: Any, probability: bool | None) -> tuple[Array, bool]:
    table = np.asarray(values)
    table = table[None, :] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size:
        raise InputError(
            "values are by replicate", key="values", value=table.shape, accepted="(R,) or (E, R), not empty"
        )
    if table.dtype.kind not in "biuf":
        raise InputError(
            "values are no numbers", key="values", value=str(table.dtype), accepted="bool or float"
        )
    probability = table.dtype == bool if probability is None else probability
    if table.dtype != bool:
        table = table.astype(np.float64)
        if np.isinf(table).any():
            raise InputError("a value is not finite", key="values", accepted="numbers, NaN where undefined")
        if probability and not np.isin(table[~np.isnan(table)], (0, 1)).all():
            odd = next(float(v) for v in table.ravel() if not np.isnan(v) and v not in (0, 1))
            raise InputError("an outcome is neither 0 nor 1", key="values", value=odd, accepted="0, 1 or NaN")
    return table, bool(probability)


def _check_target(target: float) -> None:
    if not (math.isfinite(target) and target > 0):
        raise InputError("no such standard error", key="target", value=target, accepted="a number above 0")
