"""Likely events: against the events table read event by event in plain Python, and against the measures."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from results.fake import make_run
from steppe.analysis import timeline
from steppe.analysis.intervals import wilson
from steppe.analysis.measures import measure_table
from steppe.analysis.timeline import FAMILIES, TOLD, LikelyEvent, likely_events
from steppe.errors import InputError
from steppe.results.query import Run

Key = tuple[Any, ...]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same luck, but the replicates belong to ten draws of the evidence."""
    return make_run(tmp_path_factory.mktemp("drawn") / "run", replicates=60, draws=10)


def key(one: LikelyEvent) -> Key:
    return one.kind, one.state, one.organisation, one.other, one.status


def by_hand(run: Run, scenario: str) -> dict[Key, dict[int, tuple[int, date]]]:
    """Event → replicate → step and date of the first time."""
    connection = run.connection_to(scenario)
    rows = connection.execute(
        "SELECT replicate, step, time, kind, state, organisation, other, status_to FROM events ORDER BY replicate, sequence"
    ).fetchall()
    connection.close()
    found: dict[Key, dict[int, tuple[int, date]]] = defaultdict(dict)
    for replicate, step, time, kind, state, body, other, after in rows:
        if kind in TOLD:
            named = kind, state, body, other, after if kind == "intervention" else None
            found[named].setdefault(replicate, (step, time))
    return found


@pytest.mark.parametrize("scenario", ["baseline", "pull"])
def test_every_event_as_counted_by_hand(run: Run, scenario: str) -> None:
    expected = by_hand(run, scenario)
    found = {key(one): one for one in likely_events(run, scenario, least=0.0, top=10_000)}
    assert set(found) == set(expected)
    for name, firsts in expected.items():
        one, times = found[name], sorted(time for _, time in firsts.values())
        assert (one.happened, one.replicates) == (len(firsts), 60)
        assert one.probability == len(firsts) / 60
        low, high = wilson(np.array([len(firsts)]), np.array([60]))
        assert (one.low, one.high) == (low[0], high[0])
        # the median of an even number is the lower of the two in the middle: a date on which it happened
        assert one.median == times[(len(times) - 1) // 2]
        assert one.early == times[max(0, int(np.ceil(0.05 * len(times))) - 1)]
        assert one.late == times[int(np.ceil(0.95 * len(times))) - 1]
        done = [run.steps_done(year) for year in run.years]
        assert one.by_year == tuple(sum(step < n for step, _ in firsts.values()) / 60 for n in done)
        assert one.by_year[0] == 0 and one.by_year[-1] == one.probability


@pytest.mark.parametrize("which", ["run", "drawn"])
def test_a_merger_is_as_probable_as_its_measure_says(which: str, request: pytest.FixtureRequest) -> None:
    """A body merges at most once, so that the event and the measure `merged` are one; with draws, so is the interval."""
    run: Run = request.getfixturevalue(which)
    mergers = [one for one in likely_events(run, "pull", least=0.0, top=10_000) if one.kind == "merged"]
    assert mergers
    for one in mergers:
        for y, year in enumerate(run.years):
            (row,) = (
                r
                for r in measure_table(run, ["pull"], [year], ["merged"])
                if r.entity == f"{one.organisation}/{one.other}"
            )
            assert one.by_year[y] == row.mean
        assert (one.low, one.high) == pytest.approx((row.low, row.high), rel=1e-12)


def test_the_interval_between_draws_is_another_one(run: Run, drawn: Run) -> None:
    first, second = (likely_events(one, "pull", least=0.0, top=10_000) for one in (run, drawn))
    assert [one.probability for one in first] == [one.probability for one in second]
    assert [one.high for one in first] != [one.high for one in second]


def test_who_joins_by_a_merger_is_told_under_it(run: Run) -> None:
    found = likely_events(run, "pull", least=0.0, top=10_000)
    (merger,) = (one for one in found if one.kind == "merged")
    connection = run.connection_to("pull")
    rows = connection.execute(
        "SELECT state, count(DISTINCT replicate) / 60 FROM events WHERE kind = 'joined_by_merger' GROUP BY state"
    ).fetchall()
    connection.close()
    assert {one.state: one.probability for one in merger.follows} == pytest.approx(dict(rows))
    assert not any(one.kind == "joined_by_merger" for one in found)
    assert all(not one.follows for one in found if one.kind != "merged")


def test_least_and_top(run: Run) -> None:
    everything = likely_events(run, "baseline", least=0.0, top=10_000)
    likely = likely_events(run, "baseline", least=0.2, top=10_000)
    assert likely == [one for one in everything if one.probability >= 0.2] and len(likely) < len(everything)
    few = likely_events(run, "baseline", least=0.0, top=3)
    assert len(few) == 3 and all(one in everything for one in few)
    # the families take turns, two in the fake run, and in the first one its kinds: the second is the best of another kind
    best = {
        kind: max((one.probability for one in everything if one.kind == kind), default=0) for kind in TOLD
    }
    first, second = sorted((best[kind] for kind in FAMILIES["membership"]), reverse=True)[:2]
    assert sorted(one.probability for one in few if one.family == "membership") == [second, first]
    assert [one.probability for one in few if one.family == "bodies"] == [
        max(best[k] for k in FAMILIES["bodies"])
    ]
    assert likely_events(run, "baseline", top=0) == []
    assert [one.median for one in everything] == sorted(one.median for one in everything)


def _row(kind: str, count: int, **keys: Any) -> dict[str, Any]:
    names = ("state", "organisation", "other", "partner", "process", "segment", "code", "level")
    return {"kind": kind, **dict.fromkeys(names), **keys, "counts": [count]}


def test_a_stage_that_is_nearly_always_passed_is_told_by_the_next() -> None:
    """95 of 100 go on from the first stage and are told there, 94 from the second do not suffice, and so on down a ladder."""
    rows = [_row("advanced", n, process="accord", code=code) for code, n in ((1, 100), (2, 95), (3, 89))]
    other = _row("advanced", 100, process="union", code=1)
    assert timeline._furthest([*rows, other]) == [rows[1], rows[2], other]  # 89 < .95 · 95
    falls = [
        _row("descended", n, state="AAA", partner="BBB", level=level)
        for level, n in ((0.5, 50), (0.3, 50), (0.1, 10))
    ]
    assert timeline._furthest(falls) == [falls[1], falls[2]]
    assert timeline._furthest([_row("left", 5, state="AAA"), _row("left", 5, state="BBB")]) == [
        _row("left", 5, state="AAA"), _row("left", 5, state="BBB")
    ]  # fmt: skip


def test_members_of_a_body_that_is_founded_are_told_under_it() -> None:
    row = _row("intervention", 9, state="AAA", organisation="NEW", code=2)
    assert timeline._folded(row, {("founded", "NEW", None): ()})
    assert not timeline._folded(row, {("founded", "OLD", None): ()})
    assert not timeline._folded({**row, "code": 1}, {("founded", "NEW", None): ()})


def test_a_scenario_that_is_not_there(run: Run) -> None:
    with pytest.raises(InputError, match="no such scenario"):
        likely_events(run, "puls")


def test_nothing_stored(tmp_path: Path) -> None:
    from results.fake import manifest
    from steppe.results.query import open_run
    from steppe.results.store import RunFolder

    with RunFolder.create(tmp_path / "run", manifest(("baseline",)), "fake: true\n") as folder:
        folder.finish({"wall_s": 0.0})
    with pytest.raises(InputError, match="no replicate of the scenario is stored"):
        likely_events(open_run(tmp_path / "run"), "baseline")
