"""Differences between replicates that share no luck: the numbers of a `comparison.Difference`.

Means have Welch's interval, with the degrees of freedom of Satterthwaite; probabilities that of Newcombe, made of the
intervals of the two (see `effects`). Where values are drawn, the error of each side is that between its draws, and the number
of draws stands for that of replicates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from steppe.analysis.components import grouped, mean_of, probability_interval
from steppe.analysis.effects import area_interval, inverted_p, mann_whitney, mean_p, newcombe
from steppe.analysis.intervals import LEVEL, Array, mean_interval, moments, ratio, wilson
from steppe.analysis.paired import effects
from steppe.results.indicators import Measure


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    values : (E, R) bool or float with NaN;  n : (E,) replicates in which it is defined;  count : of what is independent
    mean, sd, std_error : (E,)
    """

    values: Array
    n: Array
    count: Array
    mean: Array
    sd: Array
    std_error: Array
    drawn: bool

    def interval(self, probability: bool, level: float | Array) -> tuple[Array, Array]:
        """Interval of the mean: Wilson's for probabilities, else Student's."""
        if not probability:
            assert isinstance(level, float)
            return mean_interval(self.mean, self.std_error, self.count, level)
        if self.drawn:
            return probability_interval(self.mean, self.std_error, self.n, self.count, level)
        return wilson(self.mean * self.n, self.n, level)


def side_of(values: Array, draws: Array | None = None) -> Side:
    """A side from its values (E, R). draws : (R,) the draw of each replicate, ascending, if values are drawn"""
    n, mean, sd = moments(values)
    if draws is None:
        return Side(values, n, n, mean, sd, ratio(sd, np.sqrt(n)), False)
    _, mean, error, count = mean_of(grouped(values, draws))
    return Side(values, n, count, mean, sd, error, True)


def unpaired(measure: Measure, reference: Side, alternative: Side, level: float = LEVEL) -> dict[str, Array]:
    """The numbers of `Difference` for each row; `n` is the smaller of the two numbers of replicates, `sd` undefined."""
    difference = alternative.mean - reference.mean
    error = np.sqrt(reference.std_error**2 + alternative.std_error**2)
    if measure.probability:

        def interval(at: float | Array) -> tuple[Array, Array]:
            sides = [(side.mean, *side.interval(True, at)) for side in (reference, alternative)]
            return newcombe(sides[0], sides[1])

        low, high = interval(level)
        p = inverted_p(difference, interval)
    else:
        df = degrees(reference, alternative)
        low, high = mean_interval(difference, error, df + 1, level)
        p = mean_p(difference, error, df)
    area = mann_whitney(reference.values, alternative.values)
    if measure.probability:
        higher = (area, 0.5 + low / 2, 0.5 + high / 2)
    else:
        higher = (area, *area_interval(area, reference.count, alternative.count, level))
    nothing = np.full(np.shape(difference), np.nan)
    bounds = alternative.interval(measure.probability, level)
    return {
        "reference": reference.mean,
        "alternative": alternative.mean,
        "difference": difference,
        "std_error": error,
        "low": low,
        "high": high,
        "unpaired_std_error": error,
        "variance_ratio": nothing,
        "relative": ratio(difference, np.abs(reference.mean)),
        "n": np.minimum(reference.n, alternative.n),
        "alternative_low": bounds[0],
        "alternative_high": bounds[1],
        "sd": nothing,
        **effects(difference, reference.sd, higher, p),
    }


def degrees(reference: Side, alternative: Side) -> Array:
    """Degrees of freedom of the difference of two means, after Satterthwaite; those of both where nothing varies."""
    one, other = reference.std_error**2, alternative.std_error**2
    below = ratio(one**2, reference.count - 1) + ratio(other**2, alternative.count - 1)
    pooled = (reference.count + alternative.count - 2).astype(float)
    known = (reference.count > 1) & (alternative.count > 1)
    return np.where(known, np.where(below > 0, ratio((one + other) ** 2, below), pooled), np.nan)
