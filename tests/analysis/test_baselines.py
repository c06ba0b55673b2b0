"""Baselines: closed forms, published intervals, and counts that were made up so that the rates are known."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.past import body, past, row, status
from results.fake import BODIES, INITIAL, START, STATES
from steppe.analysis.baselines import (
    LEAST_EVENTS,
    NOT_ALIVE,
    NOT_ELIGIBLE,
    baselines,
    entering,
    garwood,
    leaving,
    of_status,
    rate_of,
    two_state,
    with_baselines,
)
from steppe.analysis.event_baselines import event_baselines
from steppe.analysis.timeline import LikelyEvent, likely_events
from steppe.evidence import Evidence
from steppe.evidence.history import MEMBER, NONE, OBSERVER, STATUSES, Count, History, history
from steppe.results.query import Run

WHEN = date(START, 1, 1)
EVIDENCE = past([body(name, date(2000, 1, 1)) for name in BODIES], states=STATES)


def known(**counts: Count) -> History:
    """A history with given counts of moves, such as ``none_member=Count(10, 200)``; what is not given never happened."""
    exposure = {
        origin: max((c.exposure for k, c in counts.items() if k.startswith(origin)), default=0.0)
        for origin in STATUSES
    }
    entries = {
        (a, b): counts.get(f"{a}_{b}", Count(0, exposure[a])) for a in STATUSES for b in STATUSES if a != b
    }
    ends = counts.get("ends", Count())
    return History(WHEN, entries, ends, Count(), Count(), Count())


class TestGarwood:
    @pytest.mark.parametrize(
        ("events", "low", "high"),
        [
            (0, 0.0, 3.689),
            (1, 0.0253, 5.572),
            (2, 0.242, 7.225),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (30, 20.241, 42.827),
        ],
    )
    def test_published_limits(self, events: int, low: float, high: float) -> None:
        """Two-sided 95 % limits as tabled since Garwood (1936), as in Pearson & Hartley's Biometrika Tables, table 40."""
        assert garwood(events) == pytest.approx((low, high), abs=6e-4)

    @settings(deadline=None)
    @given(st.integers(0, 400), st.sampled_from((0.5, 0.9, 0.95, 0.99)))
    def test_limits_are_the_means_at_which_the_count_is_just_too_high_or_too_low(
        self, k: int, level: float
    ) -> None:
        """P(N ≥ k | low) = P(N ≤ k | high) = half of what is left: the definition, by the Poisson distribution itself."""
        low, high = garwood(k, level)
        tail = (1 - level) / 2
        assert at_most(k, high) == pytest.approx(tail, rel=1e-6)
        assert k == 0 or 1 - at_most(k - 1, low) == pytest.approx(tail, rel=1e-6)


def at_most(k: int, mean: float) -> float:
    """P(N ≤ k) of a Poisson distribution, term by term."""
    return math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(k + 1))


class TestTwoState:
    @settings(deadline=None)
    @given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 50), st.booleans())
    def test_is_the_exponential_of_the_generator(self, a: float, b: float, t: float, inside: bool) -> None:
        """The transition matrix of a Markov chain is exp(Qt)."""
        from scipy.linalg import expm  # type: ignore[import-untyped,unused-ignore]

        chain = expm(np.array([[-a, a], [b, -b]]) * t)
        assert two_state(a, b, t, inside) == pytest.approx(chain[int(inside), 1], abs=1e-9)

    def test_without_a_way_out_it_is_a_first_passage(self) -> None:
        assert two_state(0.05, 0.0, 10, False) == pytest.approx(1 - math.exp(-0.5))

    @given(st.floats(0, 2), st.floats(0, 2), st.floats(0, 2), st.floats(0, 50), st.booleans())
    def test_rises_with_the_way_in_and_falls_with_the_way_out(
        self, a: float, more: float, b: float, t: float, inside: bool
    ) -> None:
        """So that the ends of the two rates' intervals bound the probability."""
        assert two_state(a + more, b, t, inside) >= two_state(a, b, t, inside) - 1e-12
        assert two_state(a, b + more, t, inside) <= two_state(a, b, t, inside) + 1e-12


class TestOfStatus:
    past = known(
        none_member=Count(20, 500), none_observer=Count(25, 500), observer_member=Count(8, 200),
        observer_none=Count(4, 200), member_none=Count(6, 1000), member_observer=Count(9, 1000),
    )  # fmt: skip

    def test_an_outsider_enters_at_the_rate_of_outsiders_and_observers_together(self) -> None:
        """28 accessions in 700 years, 15 members lost in 1,000: .04 in and .015 out, after ten years."""
        rate, values = of_status(self.past, EVIDENCE, "AAA", "ONE", NONE, MEMBER, 10)
        assert rate is not None and rate.count == Count(28, 700)
        assert values[0] == pytest.approx(0.04 / 0.055 * (1 - math.exp(-0.55)))
        low, high = (limit / 700 for limit in garwood(28))
        worse, better = (limit / 1000 for limit in garwood(15))
        assert values[1:] == pytest.approx(
            (two_state(low, better, 10, False), two_state(high, worse, 10, False))
        )

    def test_an_observer_enters_at_the_rate_of_observers(self) -> None:
        rate, values = of_status(self.past, EVIDENCE, "AAA", "ONE", OBSERVER, MEMBER, 10)
        assert rate is not None and rate.count == Count(8, 200)
        assert values[0] == pytest.approx(two_state(0.04, 0.015, 10, False))

    def test_where_too_few_observers_entered_all_are_taken_together(self) -> None:
        few = replace(self.past, entries={**self.past.entries, (OBSERVER, MEMBER): Count(4, 200)})
        assert entering(few, OBSERVER, MEMBER).count == Count(24, 700)

    def test_a_member_leaves_at_the_rate_of_members(self) -> None:
        """P = (a + b e^−(a+b)t)/(a + b) with a = .04 back in and b = .015 out."""
        rate, values = of_status(self.past, EVIDENCE, "AAA", "ONE", MEMBER, MEMBER, 10)
        assert rate is not None and rate.count == Count(15, 1000)
        assert values[0] == pytest.approx((0.04 + 0.015 * math.exp(-0.55)) / 0.055)

    def test_an_observer_may_be_lost_upwards_or_outwards(self) -> None:
        assert leaving(self.past, OBSERVER).count == Count(12, 200)

    def test_four_events_are_too_few_and_five_are_not(self) -> None:
        for events in (LEAST_EVENTS - 1, LEAST_EVENTS):
            rate, values = of_status(
                known(none_member=Count(events, 100), member_none=Count(1, 500)),
                EVIDENCE,
                "AAA",
                "ONE",
                NONE,
                MEMBER,
                10,
            )
            assert rate is not None and rate.count.events == events
            assert isinstance(values, str) == (events < LEAST_EVENTS)
        assert "4 accessions in 100 dyad-years" in rate_of(Count(4, 100), "accessions", "dyad-years").why_not

    def test_no_rate_for_bodies_that_are_not_there_and_states_that_may_not_come(self) -> None:
        gone = past([body("ONE", date(2000, 1, 1), date(2010, 1, 1))])
        shut = past([body("ONE", date(2000, 1, 1), eligible=[(date(2000, 1, 1), ("BBB",))])])
        assert of_status(self.past, gone, "AAA", "ONE", NONE, MEMBER, 10) == (None, NOT_ALIVE)
        assert of_status(self.past, shut, "AAA", "ONE", NONE, MEMBER, 10) == (None, NOT_ELIGIBLE)
        assert not isinstance(of_status(self.past, shut, "AAA", "ONE", OBSERVER, MEMBER, 10)[1], str)

    def test_the_interval_covers(self) -> None:
        """Of 1,500 pasts of a chain with known rates, at least 95 % of the intervals hold the true probability."""
        luck, a, b, t = np.random.default_rng(3), 0.04, 0.015, 10.0
        truth, hits = two_state(a, b, t, False), 0
        for came, left in zip(luck.poisson(a * 700, 1500), luck.poisson(b * 1000, 1500), strict=True):
            seen = known(none_member=Count(int(came), 700), member_none=Count(int(left), 1000))
            _, values = of_status(seen, EVIDENCE, "AAA", "ONE", NONE, MEMBER, t)
            hits += not isinstance(values, str) and values[1] <= truth <= values[2]
        assert hits / 1500 >= 0.95


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """The fake run's bodies with a past: PPP … entered ONE and TWO, six times, in known years."""
    entered = [status(date(2010 + k, 1, 1), STATES[k], "ONE", "member") for k in range(6)]
    return past([body(name, date(2000, 1, 1)) for name in BODIES], entered, states=STATES)


class TestBaselines:
    def test_rows_of_a_run(self, run: Run, evidence: Evidence) -> None:
        """From the history itself; who holds what at the start is the run's word (`fake.INITIAL`)."""
        rows = [{"measure": "member", "entity": f"{s}/{o}", "year": 2030} for s in STATES for o in BODIES]
        found = baselines(run, "baseline", rows, evidence)
        assert [one.persistence for one in found] == (INITIAL == 2).ravel().tolist()
        counts = history(evidence, WHEN)
        assert counts.entries[NONE, MEMBER].events == 6
        outside = found[STATES.index("CCC") * len(BODIES)]  # CCC in ONE: 0 at the start
        expected = counts.entries[NONE, MEMBER].exposure  # nobody was ever an observer
        assert outside.hazard_events == 6
        assert outside.hazard_exposure == pytest.approx(expected)
        assert outside.hazard == pytest.approx(
            1 - math.exp(-6 / expected * 5)
        )  # five years, and nobody ever left
        inside = found[0]  # AAA in ONE: a member; none was lost in all those years
        assert math.isnan(inside.hazard) and inside.note.startswith("0 members that left or fell back in")

    def test_the_number_of_members_is_the_sum_of_their_probabilities(self, run: Run) -> None:
        moves = [
            status(date(2001 + k, 1, 1), STATES[k % 6], BODIES[k % 3], "member" if k % 12 < 6 else "none")
            for k in range(24)
        ]
        evidence = past([body(name, date(2000, 1, 1)) for name in BODIES], moves, states=STATES)
        rows = [{"measure": "member", "entity": f"{s}/TWO", "year": 2030} for s in STATES]
        total, *each = baselines(
            run, "pull", [{"measure": "members", "entity": "TWO", "year": 2030}, *rows], evidence
        )
        assert total.persistence == sum(one.persistence for one in each) == 1
        for name in ("hazard", "hazard_low", "hazard_high"):
            assert getattr(total, name) == pytest.approx(sum(getattr(one, name) for one in each))
        assert 0 < total.hazard_low < total.hazard < total.hazard_high < 6

    def test_bodies_end_at_the_rate_at_which_bodies_ended(self, run: Run) -> None:
        """Five of ten that there were for ten years, then three that go on: e^(−rate·t), and its interval upside down."""
        gone = [body(f"OLD{k}", date(2000, 1, 1), date(2010, 1, 1)) for k in range(5)]
        evidence = past([*gone, *(body(name, date(2000, 1, 1)) for name in BODIES)], states=STATES)
        (found,) = baselines(run, "baseline", [{"measure": "alive", "entity": "ONE", "year": 2027}], evidence)
        exposure = history(evidence, WHEN).ends.exposure
        assert exposure == pytest.approx(5 * 10 + 3 * 25, abs=0.05)
        assert found.hazard == pytest.approx(math.exp(-5 / exposure * 2))
        low, high = garwood(5)
        assert (found.hazard_low, found.hazard_high) == pytest.approx(
            (math.exp(-high / exposure * 2), math.exp(-low / exposure * 2))
        )

    @pytest.mark.parametrize(
        ("measure", "entity", "why"),
        [
            ("merged", "SUB/ONE", "not which one it merged into"),
            ("reached", "accord/signed", "stages were named once they had been reached"),
            ("open", "strait", "closures are not coded"),
            ("leaders", "AAA", "changes of leader are not coded"),
            ("alive", "ONE", "0 ends of bodies in 75 body-years: too few for a rate"),
        ],
    )
    def test_where_history_has_too_little_it_says_why(
        self, run: Run, evidence: Evidence, measure: str, entity: str, why: str
    ) -> None:
        (found,) = baselines(
            run, "baseline", [{"measure": measure, "entity": entity, "year": 2030}], evidence
        )
        assert math.isnan(found.hazard) and why in found.note

    def test_other_measures_persist_too_and_times_do_not(self, run: Run, evidence: Evidence) -> None:
        from steppe.analysis.measures import measure_table

        rows = [
            {"measure": "depth", "entity": "ONE", "year": 2030},
            {"measure": "years_to", "entity": "accord/signed", "year": 2030},
        ]
        depth, time = with_baselines(run, "pull", rows, evidence)
        (start,) = (one for one in measure_table(run, ["pull"], [START], ["depth"]) if one.entity == "ONE")
        assert depth["baseline"]["persistence"] == pytest.approx(start.mean)
        assert time["baseline"]["persistence"] is None and depth["baseline"]["hazard"] is None
        assert depth["entity"] == "ONE"  # the row itself is kept

    def test_what_comes_after_the_start_is_not_looked_at(self, run: Run, evidence: Evidence) -> None:
        later = [status(date(START + 1, 1, 1), state, "TWO", "observer") for state in STATES]
        more = replace(evidence, chronicle=(*evidence.chronicle, *later))
        rows = [{"measure": "member", "entity": "CCC/ONE", "year": 2030}]
        assert baselines(run, "baseline", rows, more) == baselines(run, "baseline", rows, evidence)


def test_events_of_a_timeline(run: Run, evidence: Evidence) -> None:
    """An admission at the rate of six in the outsiders' years: 1 − e^(−λ·5); what is no outsider at the start has none."""
    events = likely_events(run, "pull", least=0.0, top=10_000)
    found = event_baselines(run, events, evidence)
    assert len(found) == len(events) and all(one.persistence == 0 for one in found)
    rate = 6 / history(evidence, WHEN).entries[NONE, MEMBER].exposure
    seen = set()
    for event, one in zip(events, found, strict=True):
        if event.kind == "admitted":
            assert event.state and event.organisation
            start = INITIAL[STATES.index(event.state), BODIES.index(event.organisation)]
            seen.add(int(start))
            if start == 2:
                assert (
                    math.isnan(one.hazard)
                    and one.note == "member at the start: it would take another change first"
                )
            else:
                assert one.hazard == pytest.approx(1 - math.exp(-5 * rate))
        elif event.kind == "merged":
            assert math.isnan(one.hazard) and "too few" in one.note
    assert {0, 2} <= seen


def test_events_of_pairs(run: Run) -> None:
    """Six climbs of fifteen pairs in 35 years each; a tie that is there can fall, a war that goes on cannot break out."""
    day = date(2010, 1, 1)
    pairs = [("AAA", "BBB"), ("AAA", "CCC"), ("AAA", "DDD"), ("AAA", "PPP"), ("AAA", "QQQ"), ("BBB", "CCC")]
    ties = [row("dyads", pair, "security_tie", 0.3, day) for pair in pairs]
    fights = [row("dyads", pair, "conflict", 0.5, day) for pair in pairs[:5]]
    evidence = past([], ties=[*ties, *fights], states=STATES)

    def event(kind: str, state: str, partner: str) -> LikelyEvent:
        about: dict[str, Any] = dict.fromkeys(
            ("organisation", "other", "process", "stage", "segment", "status")
        )
        return LikelyEvent(
            kind=kind, family="", state=state, partner=partner, level=None, probability=0.1, low=0, high=1, happened=1,
            replicates=10, median=day, early=day, late=day, by_year=(), **about,
        )  # fmt: skip

    events = [
        event("climbed", "AAA", "BBB"),
        event("descended", "CCC", "DDD"),
        event("descended", "AAA", "BBB"),
        event("war", "AAA", "BBB"),
        event("war", "CCC", "DDD"),
    ]
    climb, untied, fall, going_on, outbreak = event_baselines(run, events, evidence)
    assert climb.hazard == pytest.approx(1 - math.exp(-6 / (15 * 35) * 5), rel=1e-3)
    assert untied.note.startswith("no tie at the start") and going_on.note.startswith("fighting at the start")
    assert fall.note.startswith("0 falls of a pair's tie in 90 pair-years")  # six ties of 15 years
    assert outbreak.hazard_events == 5 and outbreak.hazard_exposure == pytest.approx(
        15 * 35 - 5 * 15, rel=1e-3
    )
