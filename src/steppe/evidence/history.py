"""The coded history as counts: how often what happened, in how many years in which it could have.

Everything is counted up to a date and nothing after it, so that a world that starts at that date sees only its own past.
Events per year at risk are the occurrence/exposure rates of demography and event history analysis (Hoem, J. M. 1976. The
statistical theory of demographic rates. Scandinavian Journal of Statistics 3, 169–185).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from steppe.evidence.lookup import Evidence, row_at
from steppe.evidence.schema import CodedValue, Entity, StatusEvent

NONE, OBSERVER, MEMBER = "none", "observer", "member"
STATUSES = (NONE, OBSERVER, MEMBER)
FOUNDING = timedelta(days=31)  # who enters within a month of the founding is a founder, not an accession
_YEAR = 365.25  # days


@dataclass(frozen=True)
class Count:
    """How often something happened.

    events : how often;  exposure : years at risk of it, summed over everything that was at risk
    """

    events: int = 0
    exposure: float = 0.0

    def __add__(self, other: Count) -> Count:
        """Both together: counts of events and of years add."""
        return Count(self.events + other.events, self.exposure + other.exposure)


@dataclass(frozen=True)
class History:
    """Counts up to a date.

    until : the last day that was looked at
    entries : (origin, target) of `STATUSES` → changes of a state's status in a body, in state-body years with the status
        `origin`; a suspended member counts as an observer. Outside a body only those are at risk whom it may take
    ends : bodies that ended, in body-years
    climbs, descents : rises and falls of a pair's bilateral tie, in pair-years (with a tie, for a fall)
    wars : outbreaks of fighting, in pair-years without
    not_eligible : entries of states that were not coded as eligible, in none of the counts
    """

    until: date
    entries: Mapping[tuple[str, str], Count]
    ends: Count
    climbs: Count
    descents: Count
    wars: Count
    not_eligible: int = 0


def history(evidence: Evidence, until: date, since: date | None = None) -> History:
    """Count what the evidence has of statuses, bodies and bilateral ties up to a date, from its beginning or from `since` on."""
    first = since or date.min
    seen = {state: max(when, first) for state, when in first_seen(evidence, until).items()}
    bodies = {name: body for name, body in evidence.organisations.items() if _founded(body, until)}
    entries, strangers = _entries(evidence, bodies, seen, until)
    climbs, descents, _ = _pairs(evidence, "security_tie", seen, until)
    wars = _pairs(evidence, "conflict", seen, until)[2]
    ends = Count()
    for body in bodies.values():
        ended = body.dissolved is not None and first < body.dissolved <= until
        ends += Count(int(ended), _years(max(body.founded or until, first), _last(body, until)))
    return History(until, entries, ends, climbs, descents, wars, strangers)


def is_eligible(body: Entity, state: str, when: date) -> bool:
    """Whether a body may take a state from outside; everybody, where nothing is coded."""
    rows = body.values.get("eligible", ())
    row = row_at(rows, when)
    return not rows or (row is not None and state in row.value)


def first_seen(evidence: Evidence, until: date) -> dict[str, date]:
    """State → the first date, up to `until`, of which the evidence says anything about it: before that it may not have been
    there to join anything. States of which nothing dated is said are left out.
    """
    found: dict[str, date] = {}

    def note(state: str, when: date | None) -> None:
        if when is not None and when <= until:
            found[state] = min(when, found.get(state, when))

    for event in evidence.chronicle:
        note(event.state, event.date)
    for name, actor in evidence.actors.items():
        for rows in actor.values.values():
            for row in rows:
                note(name, row.since)
    for pairs in evidence.dyads.values():
        for pair, rows in pairs.items():
            for state in pair:
                for row in rows:
                    note(state, row.since)
    return {state: when for state, when in found.items() if state in evidence.actors}


def _founded(body: Entity, until: date) -> bool:
    return body.founded is not None and body.founded <= until


def _last(body: Entity, until: date) -> date:
    """The day on which the time at risk in a body ends."""
    return until if body.dissolved is None else min(body.dissolved, until)


def _entries(
    evidence: Evidence, bodies: Mapping[str, Entity], seen: Mapping[str, date], until: date
) -> tuple[dict[tuple[str, str], Count], int]:
    """Changes of status, by origin and target, and how many were of states that were not eligible."""
    chronicle: dict[tuple[str, str], list[StatusEvent]] = {}
    for event in evidence.chronicle:
        if event.date <= until:
            chronicle.setdefault((event.state, event.organisation), []).append(event)
    events = dict.fromkeys(((a, b) for a in STATUSES for b in STATUSES if a != b), 0)
    exposure = dict.fromkeys(STATUSES, 0.0)
    strangers = 0
    for name, body in bodies.items():
        for state, since in seen.items():
            begin, end = max((body.founded or since) + FOUNDING, since), _last(body, until)
            ended = body.dissolved is not None and body.dissolved <= until
            status = NONE
            changes: list[tuple[date, str]] = []
            for event in chronicle.get((state, name), ()):
                after = OBSERVER if event.status == "suspended" else event.status
                if event.date < begin:
                    status = after
                elif not ended or event.date < end:
                    changes.append((event.date, after))
            strangers += _follow(body, state, status, changes, (begin, end), events, exposure)
    return {key: Count(count, exposure[key[0]]) for key, count in events.items()}, strangers


def _follow(
    body: Entity,
    state: str,
    status: str,
    changes: list[tuple[date, str]],
    spell: tuple[date, date],
    events: dict[tuple[str, str], int],
    exposure: dict[str, float],
) -> int:
    """Add one state's time and changes in one body to the counts; returns how many of the changes were not at risk."""
    begin, end = spell
    strangers = 0
    for when, after in [*changes, (end, "")]:
        if status == NONE:
            exposure[NONE] += _eligible_years(body, state, begin, when)
        elif when > begin:
            exposure[status] += _years(begin, when)
        if after and after != status:
            if status == NONE and not is_eligible(body, state, when):
                strangers += 1
            else:
                events[status, after] += 1
        status, begin = after or status, when
    return strangers


def _eligible_years(body: Entity, state: str, begin: date, end: date) -> float:
    """Years between two dates in which a body may take a state."""
    dates = {row.since for row in body.values.get("eligible", ())} | {
        row.until for row in body.values.get("eligible", ())
    }
    cuts = [begin, *sorted(when for when in dates if when is not None and begin < when < end), end]
    return sum(_years(a, b) for a, b in pairwise(cuts) if a < b and is_eligible(body, state, a))


def _pairs(
    evidence: Evidence, variable: str, seen: Mapping[str, date], until: date
) -> tuple[Count, Count, Count]:
    """Rises, falls and onsets (rises from nothing) of a pair's variable: one for each change, however far it goes.

    A fall is at risk where there is something to fall from, an onset where there is nothing.
    """
    states = sorted(seen)
    rises = falls = onsets = 0
    whole = above = 0.0
    for n, a in enumerate(states):
        for b in states[n + 1 :]:
            begin = max(seen[a], seen[b])
            rows = evidence.dyads.get(variable, {}).get((a, b), ())
            dates = {when for row in rows for when in (row.since, row.until) if when is not None}
            cuts = [begin, *sorted(when for when in dates if begin < when <= until), until]
            before = _value(rows, begin)
            for start, end in pairwise(cuts):
                now = _value(rows, start)
                rises, falls = rises + (now > before), falls + (now < before)
                onsets += now > before == 0
                whole += _years(start, end)
                above += _years(start, end) if now > 0 else 0.0
                before = now
    return Count(rises, whole), Count(falls, above), Count(onsets, whole - above)


def _value(rows: tuple[CodedValue, ...], when: date) -> float:
    row = row_at(rows, when)
    return 0.0 if row is None else float(row.value)


def _years(begin: date, end: date) -> float:
    return max((end - begin).days, 0) / _YEAR
