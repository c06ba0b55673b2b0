"""The timeline: probabilities and dates counted from the events themselves, in words for every kind of event."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from report.pictures import HOSTILE, check, data, marks, texts
from results.fake import make_run

pytest.importorskip("altair")

from steppe.analysis.baselines import Baseline
from steppe.analysis.timeline import FAMILIES, Follows, LikelyEvent
from steppe.report.figures import timeline as module
from steppe.report.figures.event_words import consequences, event_words
from steppe.report.figures.timeline import NOTHING, _year, timeline
from steppe.results.query import Run

EVENT = LikelyEvent(
    kind="admitted", family="membership", state="AAA", organisation="ONE", other="TWO", partner="BBB", process="accord",
    stage="signed", segment="strait", status=2, level=0.5, probability=0.4, low=0.3, high=0.5, happened=4, replicates=10,
    median=date(2026, 7, 1), early=date(2025, 1, 1), late=date(2029, 10, 1), by_year=(0.0, 0.4),
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return make_run(
        tmp_path_factory.mktemp("timeline") / "run", {"baseline": 0.0, HOSTILE: 0.5}, replicates=40
    )


class TestNumbers:
    def test_they_are_counted_from_the_events(self, run):
        """How many replicates have a state leave a body, by a query of the events table."""
        found = timeline(run, ("baseline", HOSTILE), {})
        connection = run.connection()
        seen = 0
        for row in found.rows:
            state, verb, body = row["event"].split(" ", 2) if row["event"].count(" ") == 2 else ("", "", "")
            if verb != "leaves" or row["probability"] is None:
                continue
            count, early = connection.execute(
                "SELECT count(DISTINCT replicate), min(time) FROM events WHERE kind = 'left' AND state = ? "
                "AND organisation = ? AND scenario = ?",
                [state, body, row["scenario"]],
            ).fetchone()
            assert row["happened"] == count and row["probability"] == pytest.approx(count / 40)
            assert str(early) <= row["early"] <= row["median"] <= row["late"]
            seen += 1
        assert seen >= 4

    def test_what_is_drawn_is_what_stands_in_the_table(self, run):
        found = timeline(run, ("baseline", HOSTILE), {}, top=10)
        drawn = data(found, "probability", "median")
        told = [row for row in found.rows if row["probability"] is not None]
        assert [(one["series"], one["probability"]) for one in drawn] == [
            (row["scenario"], row["probability"]) for row in told
        ]
        for one, row in zip(drawn, told, strict=True):
            assert one["early"] == _year(date.fromisoformat(row["early"]))
            assert one["median"] == _year(date.fromisoformat(row["median"]))
            assert one["late"] == pytest.approx(
                _year(date.fromisoformat(row["late"])) + 0.25
            )  # four steps a year
        assert len(found.rows) == 20 and len(marks(found, "rect")) >= len(drawn)
        check(found)

    def test_by_median_date_and_each_family_has_its_places(self, run):
        found = timeline(run, ("baseline",), {}, top=12)
        medians = [row["median"] for row in found.rows]
        assert medians == sorted(medians)
        words = " ".join(row["event"] for row in found.rows)
        assert "leaves" in words and "deepens" in words

    def test_words_say_probability_and_dates(self, run):
        found = timeline(run, ("baseline",), {}, top=3)
        row = found.rows[0]
        percent = f"{100 * row['probability']:.0f}\u00a0%"
        assert (
            f"{row['event']}: {percent}, {row['early'][:4]} to {row['late'][:4]}, median {row['median'][:7]}"
            in found.alt
        )
        assert any(text.startswith(percent) for text in texts(found))

    def test_the_rate_of_history_stands_beside(self, run, monkeypatch):
        def past(run, events, evidence):
            return [
                Baseline(one.kind, "", 2030, 0.0, hazard=0.25 if one.kind == "left" else float("nan"))
                for one in events
            ]

        monkeypatch.setattr(module, "event_baselines", past)
        found = timeline(run, ("baseline",), {}, evidence=object())
        assert {row["history"] for row in found.rows if "leaves" in row["event"]} == {0.25}
        assert {row["history"] for row in found.rows if "deepens" in row["event"]} == {None}
        assert any("history 25\u00a0%" in text for text in texts(found))

    def test_a_date_as_a_number_of_years(self):
        """The first of July is the 182nd day of 365; of a leap year the 183rd of 366."""
        assert _year(date(2025, 1, 1)) == 2025
        assert _year(date(2025, 7, 1)) == pytest.approx(2025 + 181 / 365)
        assert _year(date(2024, 7, 1)) == pytest.approx(2024 + 182 / 366)

    def test_nothing_happens(self, run, monkeypatch):
        monkeypatch.setattr(module, "likely_events", lambda *_: [])
        assert timeline(run, ("baseline",), {}) == NOTHING

    def test_events_in_which_scenarios_differ_have_places(self, run, monkeypatch):
        """Of thirty events of one family, the least probable is drawn if it is what the scenarios differ in."""
        many = [replace(EVENT, state=f"S{k}", probability=0.9 - 0.01 * k) for k in range(30)]
        other = [replace(one, probability=0.2) if one.state == "S29" else one for one in many]
        monkeypatch.setattr(
            module, "likely_events", lambda _, scenario, *more: many if scenario == "baseline" else other
        )
        found = timeline(run, ("baseline", HOSTILE), {}, top=5)
        assert "S29 admitted to ONE" in [row["event"] for row in found.rows]

    def test_a_rung_that_a_further_one_tells_elsewhere_is_no_difference(self, run, monkeypatch):
        """One scenario tells both rungs, the other the further one alone: the nearer is left out, not called rare."""
        near, far = (replace(EVENT, kind="climbed", family="ties", level=one) for one in (0.3, 0.5))
        seen = {"baseline": [near, far], HOSTILE: [far]}
        monkeypatch.setattr(module, "likely_events", lambda _, scenario, *more: seen[scenario])
        found = timeline(run, ("baseline", HOSTILE), {})
        assert {row["event"] for row in found.rows} == {"AAA and BBB: security tie up to 0.5"}
        seen[HOSTILE] = [near]  # here the further one is rare indeed
        found = timeline(run, ("baseline", HOSTILE), {})
        assert [row["probability"] for row in found.rows if "0.5" in row["event"]] == [0.4, None]
        assert [row["probability"] for row in found.rows if "0.3" in row["event"]] == [0.4, 0.4]

    def test_a_stage_that_a_further_one_tells_elsewhere_too(self, run, monkeypatch):
        near, far = (
            replace(EVENT, kind="advanced", family="processes", stage=one) for one in ("text", "signed")
        )
        seen = {"baseline": [near, far], HOSTILE: [far]}
        monkeypatch.setattr(module, "likely_events", lambda _, scenario, *more: seen[scenario])
        found = timeline(run, ("baseline", HOSTILE), {})
        assert {row["event"] for row in found.rows} == {"Accord reaches signed"}


class TestWords:
    @pytest.mark.parametrize("kind", [kind for kinds in FAMILIES.values() for kind in kinds])
    def test_every_kind_has_words_with_names(self, kind):
        names = {"AAA": "the A", "ONE": "the One"}
        text = event_words(replace(EVENT, kind=kind), names)
        assert "None" not in text and "{" not in text and "AAA" not in text and "ONE" not in text

    def test_a_few(self):
        assert event_words(EVENT, {"AAA": "Arvand"}) == "Arvand admitted to ONE"
        assert (
            event_words(replace(EVENT, kind="advanced"), {"accord/signed": "signature"})
            == "accord reaches signature"
        )
        assert (
            event_words(replace(EVENT, kind="intervention", status=1), {})
            == "the scenario: AAA an observer of ONE"
        )
        assert event_words(replace(EVENT, kind="climbed"), {}) == "AAA and BBB: security tie up to 0.5"

    def test_consequences(self):
        states = tuple(Follows(f"S{k}", 0.5) for k in range(6))
        assert (
            consequences(replace(EVENT, follows=states), {"S0": "Zero"})
            == "with it Zero, S1, S2, S3 and 2 more"
        )
        assert consequences(EVENT, {}) == ""
