"""Whether a difference from the counterfactual is what a document led to expect.

A sign is held against the interval of the paired difference: found where the interval lies on one side of zero. "No change"
cannot be shown by not finding one, so it asks for an interval inside ± `NEGLIGIBLE` times the measure's scale, as a test
of equivalence does [Schuirmann1987]_; the same bound tells a difference that is certain from one that matters.

.. [Schuirmann1987] Schuirmann, D. J. (1987) A comparison of the two one-sided tests procedure and the power approach for
   assessing the equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15, 657-680.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from steppe.errors import InputError, input_error
from steppe.results.indicators import Listed, Measure, chosen, entities

AS_PREDICTED = "as predicted"
AGAINST = "against"
NO_DIFFERENCE = "no difference found"
NOTHING_PREDICTED = "nothing predicted"
UNDEFINED = "undefined"
VERDICTS = (AS_PREDICTED, AGAINST, NO_DIFFERENCE, NOTHING_PREDICTED, UNDEFINED)

NEGLIGIBLE = 0.1  # of a measure's scale: ten points of a probability of membership


def verdict(measure: Measure, low: float | None, high: float | None, expects: str | None) -> str:
    """One of `VERDICTS` for a difference with the interval [low, high].

    expects : the sign that the document leads to expect, or None
    """
    if low is None or high is None:
        return UNDEFINED
    if expects is None:
        return NOTHING_PREDICTED
    if expects == "0":
        if is_small(measure, low, high):
            return AS_PREDICTED
        return AGAINST if low > 0 or high < 0 else NO_DIFFERENCE
    upward = expects == "+"
    if low > 0 or high < 0:
        return AS_PREDICTED if (low > 0) == upward else AGAINST
    return NO_DIFFERENCE


def leaves_out_zero(row: Mapping[str, Any]) -> bool:
    """Whether the interval of a difference (`Difference.as_dict`) leaves out zero."""
    low, high = row["low"], row["high"]
    return low is not None and high is not None and bool(low > 0 or high < 0)


def is_small(measure: Measure, low: float | None, high: float | None) -> bool:
    """Whether the whole interval is too near zero to matter."""
    bound = NEGLIGIBLE * measure.scale
    return low is not None and high is not None and max(-low, high) < bound


def judged(row: Mapping[str, Any], outcome: Mapping[str, Any], place: int) -> dict[str, Any]:
    """What a difference (`Difference.as_dict`) says of an outcome that a scenario asks for.

    outcome : as the manifest has it, with `expects` and `given`;  place : of it in the scenario's list
    """
    (measure,) = chosen([row["measure"]])
    low, high = row["low"], row["high"]
    return {
        "place": place,
        "expects": outcome["expects"],
        "verdict": verdict(measure, low, high, outcome["expects"]),
        "small": is_small(measure, low, high),
        "given": bool(outcome.get("given")),
    }


def with_verdicts(rows: Iterable[dict[str, Any]], asked: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of differences, each with `outcome`: what `judged` says where the scenario asks for it, else None.

    asked : the outcomes of the scenario, as the manifest has them
    """
    places = {(one["measure"], one["of"]): (place, one) for place, one in enumerate(asked)}
    found = []
    for row in rows:
        known = places.get((row["measure"], row["entity"]))
        found.append({**row, "outcome": None if known is None else judged(row, known[1], known[0])})
    return found


def check_outcomes(outcomes: Iterable[Any], listed: Listed, key: str = "scenario.outcomes") -> None:
    """Raise InputError, with the nearest name, for the first outcome that cannot be measured.

    outcomes : with `measure` and `of`, see `config.schema.Outcome`;  listed : a run, or what a world has
    """
    for n, one in enumerate(outcomes):
        try:
            (measure,) = chosen([one.measure])
        except InputError as error:
            error.key = f"{key}[{n}].measure"
            raise
        known = entities(measure, listed)
        if one.of not in known:
            of = " and ".join(measure.of) or "the system as a whole"
            raise input_error(
                f"{one.measure} is measured of {of}, and {one.of!r} is none",
                key=f"{key}[{n}].of",
                value=one.of,
                accepted=known or "nothing in this world",
            )
