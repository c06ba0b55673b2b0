"""Baselines beside a forecast: what one would say without the model.

*Persistence*: what holds at the start holds for ever. *Constant hazard*: things go on happening at the rate at which they
happened in the coded history up to the start, events per year at risk, the same for all that was at risk. The rate has the
exact Poisson interval [Garwood1936]_. What can only happen once has the probability 1 − exp(−λt); being in a status or out of
it is a Markov chain with two states, one rate in and one out:

    P(in at t | out at 0) = a/(a + b) (1 − exp(−(a + b)t)),  P(in at t | in at 0) = (a + b exp(−(a + b)t))/(a + b)

Its interval takes the end of each rate's interval that moves it down, and up: it is a little too wide, never too narrow.
Where history has fewer than five events of the leading kind there is no hazard, only the reason.

.. [Garwood1936] Garwood, F. (1936) Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import measure_values
from steppe.evidence.history import MEMBER, NONE, OBSERVER, STATUSES, Count, History, history, is_eligible
from steppe.evidence.lookup import Evidence
from steppe.results.indicators import TIMES
from steppe.results.query import Run

LEAST_EVENTS = 5
NAN = math.nan
NOTHING_CODED = "history has no coded events of this kind"
NOT_CODED = {
    "merged": "that a body ended is coded, not which one it merged into",
    "open": "openings are coded, but not from when on they could have come; closures are not coded",
    "reached": "stages were named once they had been reached: a rate from them would be too high",
    "leaders": "changes of leader are not coded",
    "stage": "stages were named once they had been reached: a rate from them would be too high",
}
NOT_ALIVE = "the body does not exist at the start, and rates are counted over bodies that did"
NOT_ELIGIBLE = "not eligible at the start, and rates are counted over those that were"
_STATUS_OF = (NONE, OBSERVER, MEMBER, OBSERVER)  # by the run's codes; suspended members count as observers


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one would say of a measure at a year without the model; NaN where nothing can be said.

    persistence : its value at the start of the run
    hazard, hazard_low, hazard_high : its value at the rate of history, with the interval that follows from the rate's
    hazard_events, hazard_exposure : how often what drives it was seen, in so many years at risk; 0 where nothing is coded
    rate, rate_low, rate_high : the two divided, per year, with the exact interval
    counted : what was counted, such as "accessions of observers"; unit : of the exposure, such as "dyad-years as observer"
    note : why there is no hazard, "" where there is one
    """

    measure: str
    entity: str
    year: int
    persistence: float
    hazard: float = NAN
    hazard_low: float = NAN
    hazard_high: float = NAN
    hazard_events: int = 0
    hazard_exposure: float = 0.0
    rate: float = NAN
    rate_low: float = NAN
    rate_high: float = NAN
    counted: str = ""
    unit: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON: None where a number is undefined."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Rate:
    """A rate of history with its exact interval, and what it is of."""

    count: Count
    counted: str
    unit: str
    value: float
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Whether there are too few events to go by."""
        return self.count.events < LEAST_EVENTS

    @property
    def why_not(self) -> str:
        """Why a hazard with too few events is none."""
        if not self.count.exposure:
            return f"no {self.counted}: nothing was at risk"
        return (
            f"{self.count.events} {self.counted} in {self.count.exposure:,.0f} {self.unit}: too few for a rate "
            f"(95 % interval {self.low:.2g} to {self.high:.2g} a year)"
        )


def baselines(
    run: Run,
    scenario: str,
    rows: Iterable[Mapping[str, Any]],
    evidence: Evidence,
    level: float = LEVEL,
    window: int | None = None,
) -> list[Baseline]:
    """The baselines of rows that have `measure`, `entity` and `year`, in their order.

    evidence : that of the run's world; what it says of later than the run's start is not looked at
    window : count only so many years before the start; all of the coded history if None
    Persistence there is of every measure but times; a hazard of member, observer, members, observers and alive, where history
    suffices. Neither knows of interventions.
    Raises InputError for a measure, an entity or a year that the run does not have.
    """
    past = past_of(run, evidence, window)
    at_start: dict[str, Mapping[str, float]] = {}
    found = []
    for row in rows:
        measure, entity, year = row["measure"], row["entity"], int(row["year"])
        if measure not in at_start:
            at_start[measure] = _at_start(run, scenario, measure)
        bare = Baseline(measure, entity, year, at_start[measure].get(entity, NAN))
        found.append(_with_hazard(bare, run, evidence, past, float(year - run.years[0]), level))
    return found


def past_of(run: Run, evidence: Evidence, window: int | None = None) -> History:
    """The counts of the history before a run, or of so many years before it."""
    start = date.fromisoformat(str(run.manifest["dates"][0]))
    return history(
        evidence, start, None if window is None else start - timedelta(days=round(365.25 * window))
    )


def with_baselines(
    run: Run, scenario: str, rows: Sequence[Mapping[str, Any]], evidence: Evidence
) -> list[dict[str, Any]]:
    """The rows with their baselines beside them, as plain data under the key `baseline`."""
    found = baselines(run, scenario, rows, evidence)
    return [{**row, "baseline": one.as_dict()} for row, one in zip(rows, found, strict=True)]


def _at_start(run: Run, scenario: str, measure: str) -> dict[str, float]:
    """Mean of a measure over the replicates at the start, by entity."""
    if measure in TIMES:
        return {}
    seen = measure_values(run, measure, scenario, run.years[0])
    return {
        entity: float(sum(defined) / len(defined)) if (defined := [v for v in values if v == v]) else NAN
        for entity, values in zip(seen.entities, seen.values.tolist(), strict=True)
    }


def _with_hazard(
    bare: Baseline, run: Run, evidence: Evidence, past: History, t: float, level: float
) -> Baseline:
    if bare.measure in ("member", "observer"):
        state, body = bare.entity.split("/")
        status = status_of(run, state, body)
        found = of_status(past, evidence, state, body, status, bare.measure, t, level)
        return filled(bare, found)
    if bare.measure in ("members", "observers"):
        return _of_count(bare, run, evidence, past, t, level)
    if bare.measure == "alive":
        if bare.entity not in evidence.alive(past.until):
            return replace(bare, note=NOT_ALIVE)
        rate = rate_of(past.ends, "ends of bodies", "body-years", level)
        if rate.few:
            return filled(bare, (rate, rate.why_not))
        return filled(bare, (rate, tuple(math.exp(-v * t) for v in (rate.value, rate.high, rate.low))))
    return replace(bare, note=NOT_CODED.get(bare.measure, ""))


Found = tuple[
    Rate | None, tuple[float, ...] | str
]  # the rate that leads, then value, low, high; or why there are none


def filled(bare: Baseline, found: Found) -> Baseline:
    """A baseline with its hazard, or with the reason why there is none."""
    rate, values = found
    if rate is not None:
        bare = replace(
            bare,
            hazard_events=rate.count.events,
            hazard_exposure=rate.count.exposure,
            rate=rate.value,
            rate_low=rate.low,
            rate_high=rate.high,
            counted=rate.counted,
            unit=rate.unit,
        )
    if isinstance(values, str):
        return replace(bare, note=values)
    hazard, low, high = values
    return replace(bare, hazard=hazard, hazard_low=low, hazard_high=high)


def of_status(
    past: History,
    evidence: Evidence,
    state: str,
    body: str,
    status: str,
    target: str,
    t: float,
    level: float = LEVEL,
) -> Found:
    """Probability that a state has the status `target` (member, observer) in a body after t years, from `status`.

    Returns the rate that leads and (value, low, high), or the reason why there is none.
    """
    if body not in evidence.alive(past.until):
        return None, NOT_ALIVE
    if status == NONE and not is_eligible(evidence.organisations[body], state, past.until):
        return None, NOT_ELIGIBLE
    out, enter = leaving(past, target, level), entering(past, status, target, level)
    lead = out if status == target else enter
    if lead.few:
        return lead, lead.why_not
    inside = status == target
    return lead, (
        two_state(enter.value, out.value, t, inside),
        two_state(enter.low, out.high, t, inside),
        two_state(enter.high, out.low, t, inside),
    )


def entering(past: History, status: str, target: str, level: float = LEVEL) -> Rate:
    """The rate at which `target` is entered from `status`.

    That of the seats with this very status where there were five entries from it. From outside to membership always, and
    otherwise where there were fewer, that of all who did not have the target: many come in by way of an observer's seat.
    """
    what = "accessions" if target == MEMBER else "entries as observer"
    if status not in (target, NONE) or (status == NONE and target == OBSERVER):
        own = rate_of(
            past.entries[status, target], f"{what}{_FROM[status]}", f"dyad-years{_AS[status]}", level
        )
        if not own.few:
            return own
    pooled = Count()
    for origin in STATUSES:
        pooled += Count() if origin == target else past.entries[origin, target]
    unit = "dyad-years of eligible outsiders and " + ("observers" if target == MEMBER else "members")
    return rate_of(pooled, what, unit, level)


def leaving(past: History, target: str, level: float = LEVEL) -> Rate:
    """The rate at which `target` is left for any other status."""
    counts = [past.entries[target, other] for other in STATUSES if other != target]
    both = Count(sum(one.events for one in counts), counts[0].exposure)
    what = "members that left or fell back" if target == MEMBER else "observers that left or were admitted"
    return rate_of(both, what, f"dyad-years{_AS[target]}", level)


_FROM = {NONE: " from outside", OBSERVER: " of observers", MEMBER: " of members"}
_AS = {NONE: " of eligible outsiders", OBSERVER: " as observer", MEMBER: " as member"}


def status_of(run: Run, state: str, body: str) -> str:
    """The status of a state in a body at the start of a run."""
    place = run.states.index(state), run.organisations.index(body)
    return _STATUS_OF[int(run.initial_statuses[place])]


def _of_count(
    bare: Baseline, run: Run, evidence: Evidence, past: History, t: float, level: float
) -> Baseline:
    """Expected number of members or observers: the sum of the probabilities of the states. One rate moves them all, so
    that the ends of their intervals add up.
    """
    target = MEMBER if bare.measure == "members" else OBSERVER
    sums, lead, why = [0.0, 0.0, 0.0], None, ""
    for state in run.states:
        status = status_of(run, state, bare.entity)
        rate, values = of_status(past, evidence, state, bare.entity, status, target, t, level)
        if isinstance(values, str):
            if rate is not None or bare.entity not in evidence.alive(past.until):
                why = why or values
            continue  # who is not eligible stays outside
        lead = rate if lead is None or status == NONE else lead
        sums = [total + value for total, value in zip(sums, values, strict=True)]
    if why or lead is None:
        return replace(bare, note=why or "nobody is in it or eligible at the start")
    return filled(bare, (lead, tuple(sums)))


def two_state(enter: float, leave: float, t: float, inside: bool) -> float:
    """Probability of being in a status after t years, of a Markov chain with a rate in and a rate out.

    inside : whether it is in it at the start
    """
    total = enter + leave
    if total == 0:
        return float(inside)
    return enter / total + (float(inside) - enter / total) * math.exp(-total * t)


def rate_of(count: Count, counted: str, unit: str, level: float = LEVEL) -> Rate:
    """Events per year with the exact interval of a Poisson count; NaN without any exposure."""
    if not count.exposure:
        return Rate(count, counted, unit, NAN, NAN, NAN)
    low, high = garwood(count.events, level)
    at_risk = count.exposure
    return Rate(count, counted, unit, count.events / at_risk, low / at_risk, high / at_risk)


def garwood(events: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of the mean of a Poisson distribution of which `events` were seen: low, high [Garwood1936]_."""
    from scipy.special import gammaincinv  # type: ignore[import-untyped,unused-ignore]

    tail = (1 - level) / 2
    low = float(gammaincinv(events, tail)) if events else 0.0
    return low, float(gammaincinv(events + 1, 1 - tail))
