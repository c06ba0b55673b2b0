"""Differences within replicates that share their luck: the numbers of a `comparison.Difference`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from steppe.analysis.components import Spread, grouped, mean_of, probability_interval, spreads
from steppe.analysis.effects import glass_delta, mean_p, paired_higher, paired_probability_p
from steppe.analysis.intervals import (
    LEVEL,
    Array,
    mean_interval,
    moments,
    normal_quantile,
    paired_probability_interval,
    ratio,
    wilson,
)
from steppe.results.indicators import Measure


def paired(measure: Measure, reference: Array, alternative: Array, level: float = LEVEL) -> dict[str, Array]:
    """The numbers of `Difference` for each row.

    reference, alternative : (E, R) of the same replicates; bool for probabilities, else float with NaN
    """
    if measure.probability:
        n, before, sd_before = moments(reference)
        _, after, sd_after = moments(alternative)
        more = np.count_nonzero(alternative & ~reference, axis=-1)
        less = np.count_nonzero(reference & ~alternative, axis=-1)
        difference = ratio(more - less, n)
        sd = np.sqrt(ratio(np.maximum(more + less - n * difference**2, 0.0), n - 1))
        low, high = paired_probability_interval(more, less, n, level)
        p = paired_probability_p(more, less, n)
        bounds = wilson(np.count_nonzero(alternative, axis=-1), n, level)
    else:
        one, other = np.asarray(reference, float), np.asarray(alternative, float)
        both = ~(np.isnan(one) | np.isnan(other))
        n, before, sd_before = moments(np.where(both, one, np.nan))
        _, after, sd_after = moments(np.where(both, other, np.nan))
        _, difference, sd = moments(other - one)
        more, less = np.count_nonzero(other > one, axis=-1), np.count_nonzero(other < one, axis=-1)
        low, high = mean_interval(difference, ratio(sd, np.sqrt(n)), n, level)
        p = mean_p(difference, ratio(sd, np.sqrt(n)), n - 1)
        bounds = mean_interval(after, ratio(sd_after, np.sqrt(n)), n, level)
    std_error = ratio(sd, np.sqrt(n))
    unpaired = np.sqrt(ratio(sd_before**2 + sd_after**2, n))
    return {
        "reference": before,
        "alternative": after,
        "difference": difference,
        "std_error": std_error,
        "low": low,
        "high": high,
        "unpaired_std_error": unpaired,
        "variance_ratio": ratio(unpaired**2, std_error**2),
        "relative": ratio(difference, np.abs(before)),
        "n": n,
        "alternative_low": bounds[0],
        "alternative_high": bounds[1],
        "sd": sd,
        **effects(difference, sd_before, paired_higher(more, less, n, level), p),
    }


def paired_by_draw(
    measure: Measure, reference: Array, alternative: Array, draws: Array, level: float = LEVEL
) -> tuple[dict[str, Array], Iterator[Spread]]:
    """The numbers of `Difference` for each row, and the split of each, where replicates share draws of the evidence.

    reference, alternative : (E, R) as for `paired`;  draws : (R,) the draw of each replicate, ascending
    Where no replicate of a probability differs, the interval is that of `paired` with the draws as replicates.
    """
    if measure.probability:
        levels = [reference, alternative]
        apart = np.subtract(alternative, reference, dtype=np.int8)
    else:
        one, other = np.asarray(reference, float), np.asarray(alternative, float)
        apart = other - one
        levels = [np.where(np.isnan(apart), np.nan, values) for values in (one, other)]
    groups = [grouped(values, draws) for values in (*levels, apart)]
    (_, before, error_before, _), (_, after, error_after, _), (n, difference, error, count) = map(
        mean_of, groups
    )
    low, high = mean_interval(difference, error, count, level)
    p = mean_p(difference, error, count - 1)
    if measure.probability:
        signs, same = groups[2], np.asarray(~apart.any(axis=-1))
        low, high = _never_empty(low, high, same, count, level)
        p = np.where(same & (count > 0), 1.0, p)
        bounds = probability_interval(after, error_after, n, count, level)
    else:
        signs = grouped(np.sign(apart), draws)
        bounds = mean_interval(after, error_after, count, level)
    unpaired = np.sqrt(error_before**2 + error_after**2)
    found = {
        "reference": before,
        "alternative": after,
        "difference": difference,
        "std_error": error,
        "low": low,
        "high": high,
        "unpaired_std_error": unpaired,
        "variance_ratio": ratio(unpaired**2, error**2),
        "relative": ratio(difference, np.abs(before)),
        "n": n,
        "alternative_low": bounds[0],
        "alternative_high": bounds[1],
        "sd": moments(apart.astype(np.float32) if measure.probability else apart)[2],
        **effects(
            difference, moments(levels[0])[2], _higher_by_draw(apart, mean_of(signs)[2], n, count, level), p
        ),
    }
    return found, spreads(groups[2], level)


def effects(
    difference: Array, sd_reference: Array, higher: tuple[Array, Array, Array], p: Array
) -> dict[str, Array]:
    """The columns that say how large a difference is, and how sure."""
    names = ("probability_higher", "probability_higher_low", "probability_higher_high")
    return {
        **dict(zip(names, higher, strict=True)),
        "effect": glass_delta(difference, sd_reference),
        "p_value": p,
    }


def _higher_by_draw(
    apart: Array, std_error: Array, n: Array, count: Array, level: float
) -> tuple[Array, Array, Array]:
    """Probability to be higher, its interval that of Bonett and Price with the effective number of replicates.

    apart : (E, R) differences, NaN where undefined;  std_error : of the mean of their signs, between draws
    The effective number is the variance of a sign over that of their mean, less for the degrees of freedom, as for a
    probability (see `components.probability_interval`). Where all signs are the same only the draws count.
    """
    from scipy.special import stdtrit  # type: ignore[import-untyped,unused-ignore]

    up, down = (ratio(np.count_nonzero(held, axis=-1), n) for held in (apart > 0, apart < 0))
    variance = (up + down - (up - down) ** 2) * ratio(n, n - 1)
    t = stdtrit(np.where(count > 1, count - 1, np.nan), 0.5 + level / 2)
    plain = np.where(std_error > 0, ratio(variance, std_error**2), n)
    effective = np.minimum(plain * (normal_quantile(level) / t) ** 2, n)
    effective = np.where(variance == 0, count, effective)
    low, high = paired_probability_interval(up * effective, down * effective, effective, level)
    return 0.5 + (up - down) / 2, 0.5 + low / 2, 0.5 + high / 2


def _never_empty(low: Array, high: Array, same: Array, count: Array, level: float) -> tuple[Array, Array]:
    """The interval of Bonett and Price over draws where no replicate differs."""
    none = np.zeros_like(count)
    wide = paired_probability_interval(none, none, count, level)
    return np.where(same, wide[0], low), np.where(same, wide[1], high)
