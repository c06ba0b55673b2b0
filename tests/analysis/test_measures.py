"""Measures of a fake run, against the arrays from which it was made and against queries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from results.fake import BODIES, POLES, START, STATES, YEARS, FakeChunk, fake_chunk, make_run
from steppe.analysis import observations
from steppe.analysis.measures import measure_table, measure_values
from steppe.analysis.observations import observe
from steppe.errors import InputError
from steppe.results.chunks import plan_chunks
from steppe.results.indicators import MEASURES, SYSTEM, catalogue, chosen, entities
from steppe.results.query import Run
from steppe.results.store import RunFolder
from steppe.results.tables import entity_of, table_schemas

LAST = START + YEARS


@pytest.fixture(scope="module")
def chunks(run: Run) -> list[FakeChunk]:
    plan = plan_chunks(["pull"], 1, 60, run.manifest["chunk"])
    return [fake_chunk(chunk, run.manifest["seed"], 0.5) for chunk in plan]


def _truth(chunks: list[FakeChunk], name: str) -> Any:
    return np.concatenate([getattr(chunk, name) for chunk in chunks])


class TestHistories:
    """Statuses and mergers, which are never stored but follow from the events."""

    @pytest.mark.parametrize("k", range(YEARS + 1))
    @pytest.mark.parametrize(("name", "codes"), [("member", (2,)), ("observer", (1, 3))])
    def test_statuses(
        self, run: Run, chunks: list[FakeChunk], name: str, codes: tuple[int, ...], k: int
    ) -> None:
        found = measure_values(run, name, "pull", START + k)
        expected = np.isin(_truth(chunks, "statuses")[:, k], codes)
        np.testing.assert_array_equal(found.values, expected.reshape(60, -1).T)
        assert found.entities == tuple(f"{i}/{o}" for i in STATES for o in BODIES)
        assert found.replicates.tolist() == list(range(60))

    @pytest.mark.parametrize("k", range(YEARS + 1))
    def test_mergers(self, run: Run, chunks: list[FakeChunk], k: int) -> None:
        found = measure_values(run, "merged", "pull", START + k)
        into = _truth(chunks, "merged")[:, k]
        for row, entity in enumerate(found.entities):
            o, q = (BODIES.index(body) for body in entity.split("/"))
            np.testing.assert_array_equal(found.values[row], into[:, o] == q)

    @pytest.mark.parametrize("k", range(YEARS + 1))
    def test_changes_of_leader(self, run: Run, k: int) -> None:
        """As many as there were events of that kind before the observation."""
        found = measure_values(run, "leaders", "pull", START + k)
        expected = np.zeros((len(STATES), 60))
        rows = run.connection().execute(
            "SELECT state, replicate, count(*) FROM events WHERE scenario = 'pull' AND kind = 'leader_changed' "
            f"AND step < {run.steps_done(START + k)} GROUP BY ALL"
        )
        for state, replicate, count in rows.fetchall():
            expected[STATES.index(state), replicate] = count
        np.testing.assert_array_equal(found.values, expected)
        assert found.values.any() == (k > 0)

    def test_all_years_in_one_pass_are_the_years_one_by_one(self, run: Run) -> None:
        together = {
            (s.measure.id, s.year): s.values.copy()
            for s in observe(run, "pull", run.years, ["member", "merged", "leaders"])
        }
        for (name, year), values in together.items():
            np.testing.assert_array_equal(values, measure_values(run, name, "pull", year).values)

    def test_the_last_of_several_changes_counts(self) -> None:
        target = np.zeros(4, np.int8)
        observations._assign(target, np.array([2, 0, 2, 2, 1]), np.array([5, 6, 7, 8, 9]))
        assert target.tolist() == [6, 9, 8, 0]


class TestStages:
    """Whether and when a stage was reached, which is not stored but follows from the years."""

    def reached(self, run: Run, connection: Any, process: str, stage: int) -> Any:
        """(60, years + 1) whether each replicate stands there."""
        rows = connection.execute(
            "SELECT stage FROM processes WHERE scenario = 'pull' AND process = ? ORDER BY replicate, year",
            [process],
        ).fetchnumpy()["stage"]
        return np.asarray(rows).reshape(60, YEARS + 1) >= stage

    @pytest.mark.parametrize("cells", [1, 10**6])
    @pytest.mark.parametrize("k", range(YEARS + 1))
    def test_by_hand(self, run: Run, k: int, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """At the stage or beyond in that year; and the first of the years up to it that found it so."""
        monkeypatch.setattr(observations, "_CELLS", cells)
        connection = run.connection()
        names = ("reached", "years_until", "years_to")
        now, until, to = (measure_values(run, name, "pull", START + k) for name in names)
        assert now.entities == until.entities == ("accord/text", "accord/signed", "union/founded")
        for row, (process, stage) in enumerate((("accord", 1), ("accord", 2), ("union", 1))):
            truth = self.reached(run, connection, process, stage)
            np.testing.assert_array_equal(now.values[row], truth[:, k])
            so_far = truth[:, : k + 1]
            expected = np.where(so_far.any(axis=1), so_far.argmax(axis=1), np.nan)
            np.testing.assert_array_equal(until.values[row], expected.astype(np.float32))
            np.testing.assert_array_equal(to.values[row], np.where(np.isnan(expected), k, expected))
        assert not now.values.all() and now.values.dtype == bool

    def test_all_years_in_one_pass(self, run: Run) -> None:
        for seen in observe(run, "pull", run.years, ["reached", "years_until", "years_to"]):
            alone = measure_values(run, seen.measure.id, "pull", seen.year)
            np.testing.assert_array_equal(seen.values, alone.values)


class TestTables:
    """Measures that are columns."""

    @pytest.mark.parametrize(
        "measure", [m for m in MEASURES if m.table not in ("history", "stages")], ids=lambda m: m.id
    )
    def test_values_are_those_of_the_table(self, run: Run, measure: Any) -> None:
        connection = run.connection()
        key = entity_of(table_schemas(POLES)[measure.table])
        for year in (START, LAST):
            found = measure_values(run, measure.id, "pull", year)
            for row, entity in enumerate(found.entities):
                name, pole = [*entity.split("/"), ""][:2] if key else ("", entity)
                column = measure.column.format(pole)
                rows = connection.execute(
                    f"SELECT {column}::FLOAT FROM {measure.table} WHERE scenario = 'pull' AND year = ? "
                    f"AND {key or repr('')} = ? ORDER BY replicate",
                    [year, name],
                ).fetchall()
                expected = np.array([np.nan if v is None else v for (v,) in rows], np.float32)
                expected = (expected == 1).astype(np.float32) if measure.probability else expected
                np.testing.assert_array_equal(found.values[row].astype(np.float32), expected)

    def test_small_reads_give_the_same(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = [seen.values.copy() for seen in observe(run, "pull", run.years)]
        monkeypatch.setattr(observations, "_CELLS", 1)
        parts = list(observe(run, "pull", run.years))
        assert len(whole) == len(parts) == len(MEASURES) * len(run.years)
        for one, other in zip(whole, parts, strict=True):
            np.testing.assert_array_equal(one, other.values)

    def test_a_dead_body_has_no_depth_and_no_cohesion(self, run: Run) -> None:
        alive, depth, cohesion = (
            measure_values(run, name, "pull", LAST).values for name in ("alive", "depth", "cohesion")
        )
        assert not alive.all()
        assert (depth[~alive] == 0).all()
        np.testing.assert_array_equal(np.isnan(cohesion), ~alive)


class TestTable:
    def test_means_and_counts(self, run: Run) -> None:
        table = measure_table(run, ["pull"], [LAST])
        assert len(table) == sum(len(entities(measure, run)) for measure in MEASURES)
        for estimate in table:
            values = measure_values(run, estimate.measure, "pull", LAST, [estimate.entity]).values[0]
            defined = values[~np.isnan(values.astype(float))].astype(float)
            assert estimate.n == len(defined)
            assert estimate.mean == pytest.approx(np.mean(defined), rel=1e-6)
            assert estimate.std_error == pytest.approx(
                np.std(defined, ddof=1) / np.sqrt(len(defined)), rel=1e-5, abs=1e-12
            )
            assert estimate.low <= estimate.mean <= estimate.high
            assert estimate.time == f"{LAST}-01-01"

    def test_the_default_is_every_scenario_at_the_last_year(self, run: Run) -> None:
        table = measure_table(run, names=["polarisation"])
        assert [(e.scenario, e.year, e.entity) for e in table] == [
            ("baseline", LAST, SYSTEM),
            ("pull", LAST, SYSTEM),
        ]

    def test_the_same_numbers_every_time(self, run: Run) -> None:
        """Threads of the database must not show in the last bit."""
        assert repr(measure_table(run, ["pull"])) == repr(measure_table(run, ["pull"]))


class TestNames:
    def test_catalogue(self) -> None:
        rows = catalogue()
        assert len({row["id"] for row in rows}) == len(rows) == len(MEASURES)
        assert all(row["definition"] and row["unit"] for row in rows)

    def test_entities(self, run: Run) -> None:
        share = next(measure for measure in MEASURES if measure.id == "share")
        assert entities(share, run) == tuple(f"{i}/{k}" for i in STATES for k in POLES)

    @pytest.mark.parametrize(
        ("arguments", "nearest"),
        [
            (("membr", "pull", LAST), "member"),
            (("member", "pul", LAST), "pull"),
            (("member", "pull", 2130), "2030"),
            (("member", "pull", LAST, ["AAA/OEN"]), "AAA/ONE"),
        ],
    )
    def test_what_there_is_not_is_refused_with_the_nearest(
        self, run: Run, arguments: Any, nearest: str
    ) -> None:
        with pytest.raises(InputError) as caught:
            measure_values(run, *arguments)
        assert caught.value.nearest == nearest

    def test_order_is_that_of_the_list(self) -> None:
        assert [m.id for m in chosen(["depth", "member"])] == ["member", "depth"]

    @pytest.mark.parametrize(
        ("measure", "of"),
        [
            ("flow", "segment"),
            ("dependence", "demand and pole"),
            ("shipped", "demand"),
            ("support", "process"),
            ("years_until", "process and stage"),
        ],
    )
    def test_a_measure_of_what_the_run_lacks_is_refused(
        self, run: Run, measure: str, of: str, tmp_path: Any
    ) -> None:
        """A world without corridors, or a run from before there were any: no blank answer."""
        nothing: dict[str, Any] = {"segments": [], "demands": [], "processes": [], "stages": []}
        bare = make_run(tmp_path / "run", {"pull": 0.5}, replicates=5, **nothing)
        with pytest.raises(InputError, match=f"is measured of {of}, and the run lacks them"):
            measure_values(bare, measure, "pull", LAST)
        assert {e.measure for e in measure_table(bare)} == {
            m.id for m in MEASURES if m.table not in ("corridors", "demands", "processes", "stages")
        }

    def test_a_run_from_before_a_measure_does_without_it(self, run: Run) -> None:
        """Its manifest lists no such column: it is left out, and refused if asked for."""
        tables = {**run.manifest["tables"]}
        columns = [column for column in tables["states"]["columns"] if column["name"] != "approval"]
        tables["states"] = {**tables["states"], "columns": columns}
        old = Run(run.path, {**run.manifest, "tables": tables}, run.markers)
        assert {e.measure for e in measure_table(old)} == {m.id for m in MEASURES} - {"approval"}
        with pytest.raises(InputError, match="before there was such a measure"):
            measure_values(old, "approval", "pull", LAST)

    def test_a_scenario_without_replicates_is_refused(self, run: Run, tmp_path: Any) -> None:
        RunFolder.create(tmp_path / "run", {**run.manifest}, "").close()
        with pytest.raises(InputError, match="no replicate"):
            measure_values(Run(tmp_path / "run", run.manifest, ()), "member", "pull", LAST)


def test_replicates_need_not_start_at_zero_nor_be_whole(tmp_path: Any) -> None:
    """A run that was stopped has gaps; each value stays with its replicate."""
    run = make_run(tmp_path / "run", {"pull": 0.5}, replicates=100)
    whole = measure_values(run, "member", "pull", LAST)
    some = Run(run.path, run.manifest, (run.markers[3], run.markers[1]))
    found = measure_values(some, "member", "pull", LAST)
    assert found.replicates.tolist() == [*range(25, 50), *range(75, 100)]
    np.testing.assert_array_equal(found.values, whole.values[:, found.replicates])
    share = measure_values(some, "share", "pull", LAST)
    np.testing.assert_array_equal(
        share.values, measure_values(run, "share", "pull", LAST).values[:, found.replicates]
    )
