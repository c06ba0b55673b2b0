"""The run folder: whole or absent, whatever happens to the process that writes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from steppe.errors import InputError
from steppe.results import files, store
from steppe.results.chunks import plan_chunks
from steppe.results.query import failures, open_run
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId, table_schemas

from .fake import POLES, fake_chunk, make_run, manifest

PLAN = plan_chunks(["baseline"], 1, 40, 20)


def _create(path: Path) -> RunFolder:
    return RunFolder.create(path, manifest(), "scenario: baseline\n")


def _tree(path: Path) -> set[str]:
    return {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}


class TestCreate:
    def test_writes_manifest_and_config(self, tmp_path: Path) -> None:
        with _create(tmp_path / "deep" / "run") as folder:
            content = json.loads((folder.path / "manifest.json").read_text())
            assert (folder.path / "config.yaml").read_text() == "scenario: baseline\n"
        assert content == folder.manifest
        assert content["schema_version"] == 1
        assert content["seed"] == 1
        assert set(content["tables"]) == set(table_schemas(POLES))
        assert {"python", "platform", "versions", "started", "finished"} <= set(content)

    def test_takes_an_empty_folder(self, tmp_path: Path) -> None:
        _create(tmp_path).close()
        assert (tmp_path / "manifest.json").is_file()

    def test_refuses_an_occupied_folder_and_leaves_it_alone(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("x")
        with pytest.raises(InputError, match="not empty"):
            _create(tmp_path)
        assert _tree(tmp_path) == {"mine.txt"}

    def test_refuses_a_folder_below_a_file_and_leaves_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(InputError, match="cannot be written"):
            _create(tmp_path / "file" / "run")
        assert _tree(tmp_path) == {"file"}

    def test_failing_half_way_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store, "write_json", full)
        with pytest.raises(InputError, match="No space left"):
            _create(tmp_path / "a" / "b")
        assert not (tmp_path / "a").exists()
        (tmp_path / "empty").mkdir()
        with pytest.raises(InputError, match="No space left"):
            _create(tmp_path / "empty")
        assert list((tmp_path / "empty").iterdir()) == []

    def test_a_manifest_that_lacks_a_key_is_a_fault_of_the_program(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="poles"):
            RunFolder.create(tmp_path / "run", {k: v for k, v in manifest().items() if k != "poles"}, "")
        assert not (tmp_path / "run").exists()


class TestChunks:
    def test_done_is_what_was_written(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            assert folder.done_chunks() == set()
            folder.write_chunk(PLAN[1], fake_chunk(PLAN[1]).tables)
            assert folder.done_chunks() == {PLAN[1]}

    def test_threads_write_at_once(self, tmp_path: Path) -> None:
        plan = plan_chunks(["baseline"], 1, 40, 5)
        chunks = {chunk: fake_chunk(chunk).tables for chunk in plan}
        with _create(tmp_path / "run") as folder, ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda chunk: folder.write_chunk(chunk, chunks[chunk]), plan))
            assert folder.done_chunks() == set(plan)
        run = open_run(tmp_path / "run", verify=True)
        assert run.replicates("baseline").tolist() == list(range(40))

    def test_written_again_it_is_the_same_to_the_byte(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            folder.write_chunk(PLAN[0], fake_chunk(PLAN[0]).tables)
            before = {file: (folder.path / file).read_bytes() for file in _tree(folder.path)}
            folder.write_chunk(PLAN[0], fake_chunk(PLAN[0]).tables)
            after = {file: (folder.path / file).read_bytes() for file in _tree(folder.path)}
        assert before == after

    @pytest.mark.parametrize("table", ["organisations", "poles"])
    def test_a_chunk_that_lacks_rows_is_refused(self, tmp_path: Path, table: str) -> None:
        tables = fake_chunk(ChunkId("baseline", 0, 0, 19)).tables
        with _create(tmp_path / "run") as folder:
            whole = fake_chunk(PLAN[0]).tables
            with pytest.raises(ValueError, match=f"table {table}"):
                folder.write_chunk(PLAN[0], {**whole, table: tables[table]})
            assert folder.done_chunks() == set()

    def test_a_chunk_without_events_is_a_chunk(self, tmp_path: Path) -> None:
        tables = fake_chunk(PLAN[0]).tables
        tables["events"] = {
            name: type(c)(c.codes[:0], c.names) if hasattr(c, "codes") else c[:0]
            for name, c in tables["events"].items()
        }
        with _create(tmp_path / "run") as folder:
            folder.write_chunk(PLAN[0], tables)
        connection = open_run(tmp_path / "run").connection()
        assert connection.execute("SELECT count(*) FROM events").fetchall() == [(0,)]
        assert connection.execute("SELECT count(*) FROM memberships(2030)").fetchall() == [(20 * 18,)]

    def test_a_failure_is_recorded_until_the_chunk_is_stored(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            try:
                raise ZeroDivisionError("by nothing")
            except ZeroDivisionError as error:
                folder.record_failure(PLAN[0], error)
            assert folder.done_chunks() == set()
            assert folder.failed_chunks() == {PLAN[0]: "ZeroDivisionError: by nothing"}
            assert "test_store.py" in (folder.path / "chunks" / f"{PLAN[0].name}.failed.json").read_text()
            assert failures(open_run(folder.path)) == {PLAN[0].name: "ZeroDivisionError: by nothing"}
            folder.write_chunk(PLAN[0], fake_chunk(PLAN[0]).tables)
            assert folder.failed_chunks() == {}

    def test_the_end_is_in_the_manifest(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            folder.write_chunk(PLAN[0], fake_chunk(PLAN[0]).tables)
            folder.record_failure(PLAN[1], "no luck")
            folder.finish({"wall_s": 1.5, "chunks": {"planned": 2}})
        content = open_run(tmp_path / "run").manifest
        assert content["chunks"] == {"planned": 2, "done": 1, "failed": 1}
        assert content["wall_s"] == 1.5
        assert content["finished"] >= content["started"]


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from results.fake import fake_chunk, manifest
from steppe.results import files, parts, store
from steppe.results.chunks import plan_chunks
plan = plan_chunks(["baseline"], 1, 40, 20)
folder = store.RunFolder.create(Path({path!r}), manifest(), "")
folder.write_chunk(plan[0], fake_chunk(plan[0]).tables)
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{where} = die
folder.write_chunk(plan[1], fake_chunk(plan[1]).tables)
"""


class TestKilled:
    @pytest.mark.parametrize(
        "where",
        [
            pytest.param("store.write_json", id="between the parts and the marker"),
            pytest.param("store.checksum", id="after the first part"),
            pytest.param("files.os.fsync", id="before the first part is in place"),
        ],
    )
    def test_the_chunk_is_absent_and_the_run_can_be_resumed(self, tmp_path: Path, where: str) -> None:
        path = tmp_path / "run"
        code = KILLED.format(tests=str(Path(__file__).parent.parent), path=str(path), where=where)
        died = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert died.returncode == -signal.SIGKILL, died.stderr
        rubbish = _tree(path)
        read = open_run(path, verify=True).connection()
        assert read.execute("SELECT max(replicate) FROM states").fetchall() == [(19,)]
        with RunFolder.resume(path) as folder:
            assert folder.done_chunks() == {PLAN[0]}
            assert _tree(path) < rubbish
            folder.write_chunk(PLAN[1], fake_chunk(PLAN[1]).tables)
        whole = make_run(tmp_path / "whole", {"baseline": 0.0}, chunk=20)
        for file in _tree(whole.path) - {"manifest.json", ".lock", "config.yaml"}:
            assert (path / file).read_bytes() == (whole.path / file).read_bytes(), file

    def test_a_run_killed_before_its_manifest_can_be_made_again(self, tmp_path: Path) -> None:
        (tmp_path / ".lock").write_text("1\n")
        with pytest.raises(InputError, match=r"no manifest\.json"):
            RunFolder.resume(tmp_path)
        _create(tmp_path).close()


class TestLock:
    def test_the_second_writer_is_refused(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            with pytest.raises(InputError, match=f"in use by another process .number {os.getpid()}"):
                RunFolder.resume(folder.path)
            code = f"from steppe.results.store import RunFolder; RunFolder.resume({str(folder.path)!r})"
            other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert "in use by another process" in other.stderr
        RunFolder.resume(folder.path).close()

    def test_finish_lets_go(self, tmp_path: Path) -> None:
        folder = _create(tmp_path / "run")
        folder.finish({})
        folder.close()
        RunFolder.resume(folder.path).close()

    def test_readers_are_not_locked_out(self, tmp_path: Path) -> None:
        with _create(tmp_path / "run") as folder:
            folder.write_chunk(PLAN[0], fake_chunk(PLAN[0]).tables)
            assert len(open_run(folder.path).markers) == 1

    def test_a_dead_holder_does_not_block(self, tmp_path: Path) -> None:
        make_run(tmp_path / "run", {"baseline": 0.0})
        code = (
            "import os, signal; from steppe.results.store import RunFolder; "
            f"f = RunFolder.resume({str(tmp_path / 'run')!r}); os.kill(os.getpid(), signal.SIGKILL)"
        )
        assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
        RunFolder.resume(tmp_path / "run").close()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


class TestDamage:
    @pytest.mark.parametrize(
        ("harm", "says"), [(_truncate, "bytes, not"), (Path.unlink, "is missing"), (_flip, "was changed")]
    )
    def test_a_damaged_part_is_named(self, tmp_path: Path, harm: Callable[[Path], None], says: str) -> None:
        run = make_run(tmp_path / "run")
        part = run.path / run.markers[1].parts["states"].file
        harm(part)
        with pytest.raises(InputError, match=says) as caught:
            open_run(run.path, verify=True)
        assert caught.value.file == str(part)
        assert "steppe resume" in str(caught.value)

    @pytest.mark.parametrize("harm", [_truncate, Path.unlink, _flip])
    def test_resume_counts_a_damaged_chunk_as_missing(
        self, tmp_path: Path, harm: Callable[[Path], None]
    ) -> None:
        run = make_run(tmp_path / "run")
        harm(run.path / run.markers[1].parts["events"].file)
        with RunFolder.resume(run.path) as folder:
            assert folder.done_chunks() == {m.chunk for m in run.markers} - {run.markers[1].chunk}
        assert len(open_run(run.path, verify=True).markers) == len(run.markers) - 1

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 1}'])
    def test_a_damaged_manifest_is_named(self, tmp_path: Path, text: str) -> None:
        run = make_run(tmp_path / "run")
        (run.path / "manifest.json").write_text(text)
        for reader in (open_run, RunFolder.resume):
            with pytest.raises(InputError, match=r"manifest|version") as caught:
                reader(run.path)
            assert caught.value.file is not None and caught.value.file.endswith("manifest.json")

    def test_a_manifest_of_another_version_is_refused(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "run")
        files.write_json(run.path / "manifest.json", {**run.manifest, "schema_version": 2})
        with pytest.raises(InputError, match="another version"):
            open_run(run.path)

    def test_a_damaged_marker_is_named_and_resume_drops_it(self, tmp_path: Path) -> None:
        run = make_run(tmp_path / "run")
        marker = run.path / "chunks" / f"{run.markers[0].chunk.name}.json"
        _truncate(marker)
        with pytest.raises(InputError, match="marker") as caught:
            open_run(run.path)
        assert caught.value.file == str(marker)
        with RunFolder.resume(run.path) as folder:
            assert run.markers[0].chunk not in folder.done_chunks()

    def test_a_folder_that_is_no_run_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="is not a run folder"):
            open_run(tmp_path / "nothing")


class TestFiles:
    def test_a_write_that_fails_leaves_the_old_content_and_no_rubbish(self, tmp_path: Path) -> None:
        files.write_text(tmp_path / "a", "old")

        def fail(path: Path) -> None:
            path.write_text("half")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            files.write_whole(tmp_path / "a", fail)
        assert [file.name for file in tmp_path.iterdir()] == ["a"]
        assert (tmp_path / "a").read_text() == "old"

    def test_json_holds_no_nan(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="JSON"):
            files.write_json(tmp_path / "a", {"x": float("nan")})
        assert list(tmp_path.iterdir()) == []
