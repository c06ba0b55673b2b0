"""Queries: the statuses that follow from the events, and views that hold under any name of the folder."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steppe.errors import InputError
from steppe.results.chunks import plan_chunks
from steppe.results.query import open_run
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId, schemas_of

from .fake import BODIES, START, STATES, YEARS, fake_chunk, make_run, manifest


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), pull=st.sampled_from([0.0, 0.5]))
def test_memberships_follow_from_the_events(
    seed: int, pull: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every status at every year, against those kept while the events were drawn."""
    path = tmp_path_factory.mktemp("run")
    run = make_run(path, {"s": pull}, replicates=30, seed=seed)
    connection = run.connection()
    chunks = [fake_chunk(chunk, seed, pull) for chunk in plan_chunks(["s"], 1, 30, 25)]
    truth = np.concatenate([chunk.statuses for chunk in chunks])
    for k in range(YEARS + 1):
        rows = connection.execute(
            "SELECT replicate, state, organisation, status, year FROM memberships(?)", [START + k]
        ).fetchall()
        found = np.full(truth.shape[:1] + truth.shape[2:], -1)
        for replicate, state, body, status, year in rows:
            found[replicate, STATES.index(state), BODIES.index(body)] = status
            assert year == START + k
        assert len(rows) == found.size
        np.testing.assert_array_equal(found, truth[:, k])


def test_members_counted_are_members_listed(tmp_path: Path) -> None:
    connection = make_run(tmp_path / "run").connection()
    rows = connection.execute(
        """SELECT count(*) FROM organisations o JOIN (
            SELECT scenario, point, replicate, organisation, count(*) FILTER (status = 2) AS listed
            FROM memberships(2029) GROUP BY ALL) USING (scenario, point, replicate, organisation)
        WHERE year = 2029 AND members <> listed"""
    ).fetchall()
    assert rows == [(0,)]


@pytest.mark.parametrize("name", ["plain", "it's", "a [1]* ? b", "ü → x", "{2025}", "a%20b,c;--"])
def test_any_folder_and_scenario_name(tmp_path: Path, name: str) -> None:
    run = make_run(tmp_path / name, {name: 0.0}, replicates=26)
    connection = open_run(tmp_path / name).connection()
    assert connection.execute("SELECT DISTINCT scenario FROM events").fetchall() == [(name,)]
    assert connection.execute("SELECT count(*) FROM replicates").fetchall() == [(26,)]
    assert run.replicates(name).tolist() == list(range(26))


def test_the_order_of_events_within_a_replicate_is_kept(tmp_path: Path) -> None:
    connection = make_run(tmp_path / "run").connection()
    rows = connection.execute(
        "SELECT scenario, replicate, step FROM events ORDER BY scenario, replicate, sequence"
    ).fetchall()
    assert rows == sorted(rows)


def test_a_run_without_chunks_has_empty_views(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "run", manifest(), "").close()
    run = open_run(tmp_path / "run")
    connection = run.connection()
    for view in ("events", "organisations", "alignments", "states", "poles", "replicates"):
        assert connection.execute(f"SELECT count(*) FROM {view}").fetchall() == [(0,)]
    assert connection.execute("SELECT count(*) FROM memberships(2030)").fetchall() == [(0,)]
    assert "sequence" in [row[0] for row in connection.execute("DESCRIBE events").fetchall()]
    assert len(run.replicates("baseline")) == 0


def test_a_run_from_before_there_were_corridors_is_read(tmp_path: Path) -> None:
    """Its manifest lists no segments and no demands, its parts hold none: the tables that it has are there."""
    run = make_run(tmp_path / "run", {"s": 0.0}, replicates=5, segments=[], demands=[])
    file = run.path / "manifest.json"
    content = json.loads(file.read_text())
    del content["segments"], content["demands"]
    file.write_text(json.dumps(content))
    old = open_run(run.path, verify=True)
    assert old.entities("segment") == () and old.entities("state") == STATES
    assert {table for marker in old.markers for table in marker.parts} == set(schemas_of(content))
    connection = old.connection()
    assert connection.execute("SELECT count(*) FROM states").fetchall() == [(5 * (YEARS + 1) * len(STATES),)]
    with pytest.raises(duckdb.CatalogException):
        connection.execute("SELECT * FROM corridors")


def test_parts_without_a_marker_are_not_read(tmp_path: Path) -> None:
    chunk = ChunkId("baseline", 0, 0, 20)
    with RunFolder.create(tmp_path / "run", manifest(), "") as folder:
        folder.write_chunk(chunk, fake_chunk(chunk).tables)
        (folder.path / "chunks" / f"{chunk.name}.json").unlink()
    connection = open_run(tmp_path / "run").connection()
    assert connection.execute("SELECT count(*) FROM states").fetchall() == [(0,)]


def test_what_a_run_does_not_have_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    with pytest.raises(InputError, match="no such scenario") as caught:
        run.replicates("basline")
    assert caught.value.nearest == "baseline"
    with pytest.raises(InputError, match="no such year"):
        run.steps_done(1999)
