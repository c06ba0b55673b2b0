"""Whether what was expected shows: from arrays of replicates to a finding, and from findings to a verdict.

Definitions are in ``docs/patterns.md``; everything here is arithmetic on arrays, and knows no pattern.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from steppe.analysis import verdicts
from steppe.analysis.intervals import (
    LEVEL,
    Array,
    mean_interval,
    moments,
    normal_quantile,
    paired_probability_interval,
    wilson,
)
from steppe.evidence.schema import Sign

Status = Literal["holds", "open", "negligible", "fails"]
Verdict = Literal["holds", "holds in part", "does not hold"]
Role = Literal["needed", "weakens", "no difference", "strengthens", "unclear"]

NEGLIGIBLE = 0.02  # of the measure's scale: an effect that small is there and does not matter
MARGIN = (
    verdicts.NEGLIGIBLE
)  # of the measure's scale: "no effect" is one within this, unless the test says otherwise
MOST = 0.8  # of the range of the parameters: what holds in so much of it holds


@dataclass(frozen=True)
class Wanted:
    """What is expected of a number of every replicate.

    low, high : bounds of the probability of a condition; sign, margin, negligible : of the mean of a difference
    outcome : whether the difference is one of two outcomes that are there or not, so that it is -1, 0 or 1
    """

    low: float = 0.0
    high: float = 1.0
    sign: Sign | None = None
    margin: float = 0.0
    negligible: float = 0.0
    outcome: bool = False

    def met(self, centre: Array) -> Array:
        """Whether means without error are as expected."""
        centre = np.asarray(centre, float)
        if self.sign is None:
            return (centre >= self.low) & (centre <= self.high)
        if self.sign == "0":
            return np.abs(centre) <= self.margin
        return (centre if self.sign == "+" else -centre) >= self.negligible


@dataclass(frozen=True)
class Finding:
    """What came of one test in one ensemble.

    n : replicates that count;  probability, low, high : share of them with the condition, or with a difference of
        the expected sign (of sign 0: within the margin), and its interval
    mean, mean_low, mean_high, std_error : of a difference; of a condition those of the probability
    """

    status: Status
    n: int
    probability: float
    low: float
    high: float
    mean: float
    mean_low: float
    mean_high: float
    std_error: float


def judge(values: Array, wanted: Wanted, level: float = LEVEL) -> Finding:
    """A finding from (R,) values: bool conditions, or differences; NaN where a replicate does not count."""
    values = np.asarray(values, float)
    n, mean, low, high, error = interval_of(values, wanted.outcome, level)
    counts = values[~np.isnan(values)]
    shows = counts == 1.0 if wanted.sign is None else _shows(counts, wanted)
    probability = float(shows.mean()) if len(counts) else math.nan
    p_low, p_high = (float(x) for x in wilson(np.array(shows.sum()), np.array(len(counts)), level))
    bounds = (p_low, p_high) if wanted.sign is None else (low, high)
    status = _status(bounds, mean, wanted)
    if wanted.sign is None:
        mean, low, high = probability, p_low, p_high
    return Finding(status, n, probability, p_low, p_high, mean, low, high, error)


def interval_of(
    values: Array, outcome: bool = False, level: float = LEVEL
) -> tuple[int, float, float, float, float]:
    """n, mean, low, high and standard error of (R,) values, NaN left out.

    Student's interval; of differences of outcomes Bonett and Price's, which never has width zero.
    """
    n, mean, sd = (float(x) for x in moments(np.asarray(values, float)))
    error = sd / math.sqrt(n) if n > 1 else math.nan
    if outcome and n > 0:
        up, down = np.sum(values == 1.0), np.sum(values == -1.0)
        low, high = paired_probability_interval(up, down, np.array(n), level)
        return int(n), mean, float(low), float(high), error
    low, high = mean_interval(np.array(mean), np.array(error), np.array(n), level)
    return int(n), mean, float(low), float(high), error


def _shows(values: Array, wanted: Wanted) -> Array:
    if wanted.sign == "0":
        return np.abs(values) <= wanted.margin
    return values > 0 if wanted.sign == "+" else values < 0


def _status(bounds: tuple[float, float], mean: float, wanted: Wanted) -> Status:
    """Holds where the whole interval is as expected, fails where none of it is, open between.

    Negligible: the sign is as expected, and the effect too small to matter.
    """
    low, high = bounds
    if math.isnan(low) or math.isnan(high):
        return "open"
    if wanted.sign is None:
        inside, outside = low >= wanted.low and high <= wanted.high, high < wanted.low or low > wanted.high
    elif wanted.sign == "0":
        inside = -wanted.margin <= low and high <= wanted.margin
        outside = low > wanted.margin or high < -wanted.margin
    else:
        if wanted.sign == "-":
            low, high, mean = -high, -low, -mean
        if low > 0 and mean < wanted.negligible:
            return "negligible"
        inside, outside = low > 0, low <= 0
    return "holds" if inside else "fails" if outside else "open"


def role_of(
    whole: Array, rest: Array, wanted: Wanted, paired: bool, level: float = LEVEL
) -> tuple[Role, Finding]:
    """What taking a cause away does to a test.

    whole, rest : (R,) with and without the cause, of the same replicates; paired : whether the same ones count in both

    needed : without it the test no longer holds, and that is no chance;  weakens : it holds still, but clearly less;
    unclear : it no longer holds, and the change is within chance
    """
    found = judge(rest, wanted, level)
    change = _loss(whole, rest, wanted, paired, level)
    if change is None:
        return "unclear", found
    low, high = change
    if found.status != "holds":
        return ("needed" if low > 0 else "unclear"), found
    return ("weakens" if low > 0 else "strengthens" if high < 0 else "no difference"), found


def _loss(
    whole: Array, rest: Array, wanted: Wanted, paired: bool, level: float
) -> tuple[float, float] | None:
    """Interval of how much further from what is expected the mean is without the cause; None: undefined."""
    whole, rest = np.asarray(whole, float), np.asarray(rest, float)
    if paired:
        _, _, low, high, _ = interval_of(whole - rest, wanted.sign is None, level)
    else:
        one, other = (interval_of(values, wanted.outcome, level) for values in (whole, rest))
        half = normal_quantile(level) * math.hypot(one[4], other[4])
        low, high = one[1] - other[1] - half, one[1] - other[1] + half
    if math.isnan(low):
        return None
    direction = _direction(float(np.nanmean(whole)), wanted)
    return (low, high) if direction > 0 else (-high, -low)


def _direction(mean: float, wanted: Wanted) -> int:
    """1 where a larger mean is more of what is expected, -1 where a smaller one is."""
    if wanted.sign == "0":
        return -1 if mean > 0 else 1
    if wanted.sign is not None:
        return 1 if wanted.sign == "+" else -1
    return -1 if wanted.low == 0.0 else 1


@dataclass(frozen=True)
class Range:
    """In how much of the range of the parameters a test, or all tests of a pattern, hold.

    share, low, high : of the draws, with Wilson's interval;  held : (D,) in which
    """

    draws: int
    share: float
    low: float
    high: float
    held: Array


def range_of(held: Array, level: float = LEVEL) -> Range:
    """From (D,) draws in which it holds."""
    count = np.array(np.count_nonzero(held))
    low, high = wilson(count, np.array(len(held)), level)
    share = float(np.mean(held)) if len(held) else math.nan
    return Range(len(held), share, float(low), float(high), np.asarray(held, bool))


def verdict(statuses: Sequence[Status], roles: Sequence[Role], share: float | None) -> Verdict:
    """Of a pattern from its tests, from what taking each cause away does, and from the share of the range.

    Holds: every test holds, at least one of the causes (if any are named) is needed, and it holds in most of the range.
    Does not hold: every test fails, or shows a negligible effect only, at the central values, and not all hold in a fifth
    of the range.
    """
    every = all(status == "holds" for status in statuses)
    caused = not roles or "needed" in roles
    ranges = share is None or math.isnan(share) or share >= MOST
    if every and caused and ranges:
        return "holds"
    nowhere = share is None or math.isnan(share) or share < 1 - MOST
    none = all(status in ("fails", "negligible") for status in statuses)
    return "does not hold" if none and nowhere else "holds in part"


@dataclass(frozen=True)
class Driver:
    """A parameter that differs between draws in which something holds and draws in which it does not.

    difference : of the means, in standard deviations; positive: it holds where the parameter is high
    """

    parameter: str
    difference: float


def drivers(held: Array, names: Sequence[str], values: Array, most: int = 2) -> list[Driver]:
    """The parameters in which draws that hold and draws that do not differ most, if more than by chance.

    held : (D,);  values : (D, P). Chance: Bonferroni's bound at one in twenty over the parameters.
    """
    held = np.asarray(held, bool)
    yes, no = int(held.sum()), int((~held).sum())
    if min(yes, no) < 5:
        return []
    one, other = values[held], values[~held]
    pooled = np.sqrt(
        ((yes - 1) * one.var(axis=0, ddof=1) + (no - 1) * other.var(axis=0, ddof=1)) / (yes + no - 2)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = np.where(pooled > 0, (one.mean(axis=0) - other.mean(axis=0)) / pooled, 0.0)
    bound = normal_quantile(1 - 0.05 / max(len(names), 1)) * math.sqrt(1 / yes + 1 / no)
    order = np.argsort(-np.abs(difference))[:most]
    return [Driver(names[k], float(difference[k])) for k in order if abs(difference[k]) > bound]
