"""The value that holds at a date: from its row until the next; the default for a pair that nobody coded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from steppe.errors import InputError
from steppe.evidence import Evidence, load


@pytest.fixture
def evidence(folder: Path) -> Evidence:
    return load(folder)


@pytest.mark.parametrize(
    ("when", "value"),
    [(date(2003, 1, 1), 30), (date(2010, 5, 31), 30), (date(2010, 6, 1), 50), (date(2030, 1, 1), 50)],
)
def test_a_row_holds_until_the_next_one(evidence: Evidence, when: date, value: float) -> None:
    assert evidence.value("actors", "AAA", "gdp", when).value == value


def test_before_the_first_row_there_is_no_value(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="gdp of AAA has no value at 2002-12-31") as caught:
        evidence.value("actors", "AAA", "gdp", date(2002, 12, 31))
    assert caught.value.accepted == "rows hold from 2003-01-01, 2010-06-01"


def test_unknown_names_are_answered_with_the_nearest(evidence: Evidence) -> None:
    with pytest.raises(InputError) as caught:
        evidence.value("actors", "AAB", "gdp", date(2004, 1, 1))
    assert caught.value.nearest == "AAA"
    with pytest.raises(InputError) as caught:
        evidence.value("organisations", "ORG", "deepth", date(2004, 1, 1))
    assert caught.value.nearest == "depth"
    with pytest.raises(InputError) as caught:
        evidence.parameter("membership.rates")
    assert caught.value.nearest == "membership.rate"


@pytest.mark.parametrize(
    ("when", "value"),
    [
        (date(2003, 12, 31), 0.0),  # before the first row: the default
        (date(2004, 6, 1), 0.1),
        (date(2005, 1, 1), 0.5),  # the spell interrupts the open row
        (
            date(2008, 1, 1),
            0.1,
        ),  # `to` is the first day on which the spell no longer holds; the open row resumes
    ],
)
def test_a_spell_ends_on_its_last_day_and_the_open_row_resumes(
    evidence: Evidence, when: date, value: float
) -> None:
    assert evidence.dyad("threat", "AAA", "BBB", when).value == value


def test_a_symmetric_pair_reads_the_same_both_ways_a_directed_one_does_not(evidence: Evidence) -> None:
    when = date(2006, 1, 1)
    assert evidence.dyad("agreement", "BBB", "AAA", when) == evidence.dyad("agreement", "AAA", "BBB", when)
    back = evidence.dyad("threat", "BBB", "AAA", when)
    assert (back.value, back.low, back.high, back.basis) == (0, 0, 0, "assumed")


def test_a_pair_with_neither_value_nor_default_is_an_error(evidence: Evidence) -> None:
    with pytest.raises(InputError, match="agreement of AAA-ZZZ has no value"):
        evidence.dyad("agreement", "AAA", "ZZZ", date(2006, 1, 1))


def test_all_pairs_at_a_date_leave_defaults_out(evidence: Evidence) -> None:
    assert evidence.dyads_at("threat", date(2003, 1, 1)) == {}
    assert {pair: row.value for pair, row in evidence.dyads_at("threat", date(2006, 1, 1)).items()} == {
        ("AAA", "BBB"): 0.5
    }


def test_statuses_follow_the_chronicle(evidence: Evidence) -> None:
    def at(when: date) -> dict[tuple[str, str], str]:
        return {pair: event.status for pair, event in evidence.statuses(when).items()}

    assert at(date(2001, 5, 27)) == {}
    assert at(date(2001, 5, 28)) == {("AAA", "ORG"): "member"}
    assert at(date(2004, 1, 1)) == {("AAA", "ORG"): "member", ("BBB", "ORG"): "observer"}
    assert at(date(2008, 11, 1)) == {("AAA", "ORG"): "member"}
    assert evidence.status("BBB", "ORG", date(2005, 1, 1)) == "observer"
    assert evidence.status("BBB", "ORG", date(2009, 1, 1)) == "none"


def test_events_of_a_window_include_its_first_day_and_not_its_last(evidence: Evidence) -> None:
    assert [event.state for event in evidence.events(date(2001, 5, 28), date(2004, 1, 1))] == ["AAA"]


def test_an_organisation_is_alive_from_its_founding(evidence: Evidence) -> None:
    assert evidence.alive(date(2001, 4, 30)) == []
    assert evidence.alive(date(2001, 5, 1)) == ["ORG"]
