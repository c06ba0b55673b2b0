"""Counts of the coded history: every expected number is a count of days between dates that the test gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppe.evidence import Evidence, load
from steppe.evidence.history import FOUNDING, MEMBER, NONE, OBSERVER, Count, first_seen, history, is_eligible
from steppe.evidence.lookup import Pair
from steppe.evidence.schema import CodedValue, Entity

from .past import START, body, past, row, status

FOUNDED = date(2000, 1, 1)
OPEN = FOUNDED + FOUNDING  # founders have joined by then


def years(*spells: tuple[date, date]) -> float:
    """Years in spells of time."""
    return sum((end - begin).days for begin, end in spells) / 365.25


def counted(events: int, exposure: float) -> Any:
    """A count whose years may be off by rounding."""
    return Count(events, pytest.approx(exposure))  # type: ignore[arg-type]


def test_changes_of_status_and_the_years_before_them() -> None:
    """AAA founds and leaves; BBB comes by way of an observer's seat."""
    left, seat, joined = date(2012, 2, 1), date(2004, 2, 1), date(2006, 2, 1)
    events = [
        status(FOUNDED, "AAA", "ONE", "member"),
        status(left, "AAA", "ONE", "none"),
        status(seat, "BBB", "ONE", "observer"),
        status(joined, "BBB", "ONE", "member"),
    ]
    found = history(past([body("ONE", FOUNDED)], events), START).entries
    outside = years((left, START), (OPEN, seat))
    inside = years((OPEN, left), (joined, START))
    assert found[MEMBER, NONE] == counted(1, inside)
    assert found[MEMBER, OBSERVER] == counted(0, inside)
    assert found[NONE, OBSERVER] == counted(1, outside)
    assert found[NONE, MEMBER] == counted(0, outside)
    assert found[OBSERVER, MEMBER] == counted(1, years((seat, joined)))


def test_founders_are_no_accessions_and_a_month_later_they_are() -> None:
    events = [
        status(FOUNDED, "AAA", "ONE", "member"),
        status(FOUNDED + timedelta(days=30), "BBB", "ONE", "member"),
        status(FOUNDED + timedelta(days=31), "CCC", "ONE", "member"),
    ]
    evidence = past([body("ONE", FOUNDED)], events, states=("AAA", "BBB", "CCC"))
    assert history(evidence, START).entries[NONE, MEMBER].events == 1


def test_the_end_of_a_body_is_one_end_and_no_exit() -> None:
    """Its members' statuses end with it, as the chronicle notes; nobody is at risk in it afterwards."""
    end = date(2010, 1, 1)
    events = [status(FOUNDED, "AAA", "ONE", "member"), status(end, "AAA", "ONE", "none")]
    found = history(past([body("ONE", FOUNDED, end), body("TWO", date(2005, 1, 1))], events), START)
    assert found.entries[MEMBER, NONE] == counted(0, years((OPEN, end)))
    assert found.ends == counted(1, years((FOUNDED, end), (date(2005, 1, 1), START)))


def test_a_suspended_member_counts_as_an_observer_and_the_way_out_is_counted_twice() -> None:
    """As the measure `observer` has it: member → suspended → none is a fall and then an exit."""
    events = [
        status(FOUNDED, "AAA", "ONE", "member"),
        status(date(2010, 1, 1), "AAA", "ONE", "suspended"),
        status(date(2011, 1, 1), "AAA", "ONE", "none"),
    ]
    found = history(past([body("ONE", FOUNDED)], events, states=("AAA",)), START).entries
    assert (found[MEMBER, OBSERVER].events, found[OBSERVER, NONE].events, found[MEMBER, NONE].events) == (
        1,
        1,
        0,
    )
    assert found[OBSERVER, NONE].exposure == pytest.approx(1.0, abs=0.01)


def test_only_the_eligible_are_at_risk_outside() -> None:
    """BBB may come from 2008, and does in 2010; CCC may never, and does: it is in none of the counts, and told."""
    events = [
        status(date(2010, 1, 1), "BBB", "ONE", "member"),
        status(date(2010, 1, 1), "CCC", "ONE", "member"),
    ]
    one = body("ONE", FOUNDED, eligible=[(FOUNDED, ("AAA",)), (date(2008, 1, 1), ("AAA", "BBB"))])
    found = history(past([one], events, states=("AAA", "BBB", "CCC")), START)
    outside = years((OPEN, START), (date(2008, 1, 1), date(2010, 1, 1)))
    assert found.entries[NONE, MEMBER] == counted(1, outside)
    assert found.not_eligible == 1
    assert not is_eligible(one, "BBB", date(2007, 12, 31))
    assert is_eligible(body("ANY", FOUNDED), "BBB", START)  # nothing coded: everybody


def test_a_state_is_at_risk_from_when_anything_is_said_of_it() -> None:
    """The body is of 2000; what is dated of the states is of 2005."""
    found = history(past([body("ONE", FOUNDED)], since=date(2005, 1, 1)), START)
    assert found.entries[NONE, MEMBER].exposure == pytest.approx(2 * years((date(2005, 1, 1), START)))


def test_a_window_forgets_what_was_before() -> None:
    """From 2005 on: the seat of 2004 is then where BBB is, its membership of 2006 the only event."""
    events = [
        status(date(2004, 1, 1), "BBB", "ONE", "observer"),
        status(date(2006, 1, 1), "BBB", "ONE", "member"),
    ]
    ended = body("OLD", FOUNDED, date(2003, 1, 1))
    found = history(past([body("ONE", FOUNDED), ended], events, states=("BBB",)), START, date(2005, 1, 1))
    assert found.entries[OBSERVER, MEMBER] == counted(1, 365 / 365.25)
    assert found.entries[NONE, OBSERVER] == Count(0, 0.0)
    assert found.ends == counted(0, years((date(2005, 1, 1), START)))


def test_ties_that_rise_and_fall() -> None:
    """0 → .3 (2002) → .5 (2006) → 0 (2010): two rises, one of them from nothing, and one fall in eight years with a tie."""
    ties = [
        row("dyads", ("AAA", "BBB"), "security_tie", 0.3, date(2002, 1, 1), date(2006, 1, 1)),
        row("dyads", ("AAA", "BBB"), "security_tie", 0.5, date(2006, 1, 1), date(2010, 1, 1)),
        row("dyads", ("AAA", "BBB"), "conflict", 0.5, date(2006, 1, 1), date(2007, 1, 1)),
        row("dyads", ("AAA", "BBB"), "conflict", 0.9, date(2007, 1, 1)),
    ]
    found = history(past([], ties=ties), START)
    whole = years((date(1990, 1, 1), START))
    assert found.climbs == counted(2, whole)
    assert found.descents == counted(1, years((date(2002, 1, 1), date(2010, 1, 1))))
    assert found.wars == counted(1, years((date(1990, 1, 1), date(2006, 1, 1))))  # the second only grew


class TestNothingOfLater:
    """A world of 2004 sees what was known at its start, although the evidence goes on to 2026."""

    start = date(2004, 1, 1)

    def test_counts_are_those_of_evidence_that_ends_at_the_start(self) -> None:
        evidence = load()
        short = _until(evidence, self.start)
        assert len(short.chronicle) < len(evidence.chronicle)
        assert history(evidence, self.start) == history(short, self.start)
        assert history(evidence, date(2005, 6, 1)) != history(short, date(2005, 6, 1))  # the cut was a cut

    @settings(max_examples=30, deadline=None)
    @given(data=st.data())
    def test_what_is_added_after_the_start_changes_nothing(self, data: Any) -> None:
        evidence = load()
        days = st.dates(self.start + timedelta(days=1), date(2030, 1, 1))
        new = status(
            data.draw(days),
            data.draw(st.sampled_from(sorted(evidence.actors))),
            data.draw(st.sampled_from(sorted(evidence.organisations))),
            data.draw(st.sampled_from(("none", "observer", "member", "suspended"))),
        )
        more = tuple(sorted((*evidence.chronicle, new), key=lambda event: event.date))
        ended = {
            name: replace(one, dissolved=data.draw(days)) if one.dissolved is None else one
            for name, one in evidence.organisations.items()
        }
        later = {**ended, "NEW": body("NEW", data.draw(days))}
        changed = replace(evidence, chronicle=more, organisations=later)
        assert history(changed, self.start) == history(evidence, self.start)


def test_the_packaged_history_has_no_entry_of_somebody_who_was_not_eligible() -> None:
    """Otherwise either the chronicle or the list of the eligible would be wrong."""
    found = history(load(), date(2026, 1, 1))
    assert found.not_eligible == 0
    assert found.ends.events == sum(one.dissolved is not None for one in load().organisations.values())


def test_first_seen_looks_at_statuses_values_and_pairs() -> None:
    tie = row("dyads", ("AAA", "BBB"), "security_tie", 0.3, date(1980, 1, 1))
    evidence = past([body("ONE", FOUNDED)], [status(date(1970, 1, 1), "AAA", "ONE", "member")], [tie])
    assert first_seen(evidence, START) == {"AAA": date(1970, 1, 1), "BBB": date(1980, 1, 1)}
    assert first_seen(evidence, date(1975, 1, 1)) == {"AAA": date(1970, 1, 1)}


def _until(evidence: Evidence, when: date) -> Evidence:
    """Evidence without anything dated later."""

    def known(rows: tuple[CodedValue, ...]) -> tuple[CodedValue, ...]:
        kept = (one for one in rows if one.since is None or one.since <= when)
        return tuple(replace(one, until=None) if one.until and one.until > when else one for one in kept)

    def entity(one: Entity) -> Entity:
        gone = None if one.dissolved and one.dissolved > when else one.dissolved
        return replace(one, values={name: known(rows) for name, rows in one.values.items()}, dissolved=gone)

    pairs: dict[str, dict[Pair, tuple[CodedValue, ...]]] = {
        variable: {pair: known(rows) for pair, rows in found.items()}
        for variable, found in evidence.dyads.items()
    }
    return replace(
        evidence,
        actors={name: entity(one) for name, one in evidence.actors.items()},
        organisations={
            name: entity(one)
            for name, one in evidence.organisations.items()
            if one.founded is not None and one.founded <= when
        },
        dyads=pairs,
        chronicle=tuple(event for event in evidence.chronicle if event.date <= when),
    )
