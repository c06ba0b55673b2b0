"""A run that is killed, interrupted, out of disk or at odds with another keeps what it stored, says so, and resumes to the
same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.simulation.runs import (
    TOY,
    checksums,
    command,
    made,
    silent,
    started,
    stored,
    until_stored,
)

from steppe.results import parts, store
from steppe.simulation import runner

SIZE = ["ensemble.replicates=120", "ensemble.chunk=4"]
CHUNKS = 60
SAMPLED = ["ensemble.parameters=sampled", "ensemble.draws=12"]

# The command line, in a process that kills itself when it has written so many files: no race with who watches it.
KILLED = """
import os, signal, sys
from steppe.results import files
left, before, move = {files}, {before}, files.Path.replace

def replace(self, target):
    global left
    left -= 1
    if left == 0 and before:
        os.kill(os.getpid(), signal.SIGKILL)
    moved = move(self, target)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return moved

files.Path.replace = replace
sys.argv = ["steppe", *{arguments!r}]
from steppe.cli import main
main()
"""


def dies(files: int, before: bool, *arguments: str) -> None:
    """A command that is killed before or after its nth file is moved into its place."""
    code = KILLED.format(files=files, before=before, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, str]:
    """Checksums of the run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert made(folder, *SIZE).done == CHUNKS
    return checksums(folder)


def goes_on(folder: Path, whole: dict[str, str]) -> None:
    """`steppe resume` completes the run to the bits of the whole one; the parts on the disk are those of the markers."""
    subprocess.run(command("resume", str(folder), "-q"), check=True, capture_output=True)
    assert checksums(folder) == whole
    assert {p.relative_to(folder).as_posix() for p in (folder / "tables").rglob("*.parquet")} == set(whole)


class TestKilled:
    @pytest.mark.parametrize(
        ("files", "before"),
        [
            pytest.param(2 + 9 * 20 + 4, False, id="a part is in place"),
            pytest.param(2 + 9 * 20 + 4, True, id="a part is not", marks=pytest.mark.slow),
            pytest.param(2 + 9 * 21, True, id="all parts are, not the marker", marks=pytest.mark.slow),
        ],
    )
    def test_a_killed_run_resumes_to_the_same_bits(self, tmp_path, whole, files, before):
        """One thread writes config, manifest, then 8 parts and a marker for each chunk: 20 chunks are whole or but one."""
        folder = tmp_path / "run"
        dies(files, before, "run", *TOY, *SIZE, "executor=serial", "--out", str(folder), "-q")
        done = checksums(folder)
        assert stored(folder) == (files - 2 - before) // 9 and done.items() <= whole.items()
        assert runner.resume(folder, silent).done == CHUNKS
        assert checksums(folder) == whole

    @pytest.mark.slow
    def test_so_does_one_with_drawn_values(self, tmp_path):
        """The drawn values are a file of the run as well; killed before it is there, or in the middle."""
        made(tmp_path / "whole", *SIZE, *SAMPLED)
        for name, files in (("early", 3), ("late", 100)):
            folder = tmp_path / name
            dies(files, True, "run", *TOY, *SIZE, *SAMPLED, "--out", str(folder), "-q")
            assert runner.resume(folder, silent).done == CHUNKS
            assert checksums(folder) == checksums(tmp_path / "whole")
            assert (folder / "draws.parquet").read_bytes() == (tmp_path / "whole/draws.parquet").read_bytes()

    @pytest.mark.slow
    def test_at_twenty_moments(self, tmp_path, whole):
        """kill -9 from outside, again and again, after a few more chunks and some milliseconds. What has a marker then is
        whole and right; in the end everything is."""
        luck, kills, round_ = random.Random(20), 0, 0
        folder = tmp_path / "run0"
        while kills < 20:
            exists = (folder / "manifest.json").is_file()
            arguments = ["resume", str(folder)] if exists else ["run", *TOY, *SIZE, "--out", str(folder)]
            process = started(*arguments, "-q")
            if until_stored(process, folder, stored(folder) + luck.randrange(0, 12)):
                time.sleep(luck.uniform(0, 0.2))
                process.kill()
            process.communicate()
            kills += process.returncode == -signal.SIGKILL
            done = checksums(folder)
            assert done.items() <= whole.items()
            assert all((folder / part).is_file() for part in done)
            if process.returncode == 0:  # it was faster: another run
                assert done == whole
                round_ += 1
                folder = tmp_path / f"run{round_}"
        if (folder / "manifest.json").is_file():
            goes_on(folder, whole)

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["processes", "dask"])
    def test_workers_do_not_outlive_a_killed_run(self, tmp_path, whole, kind):
        """kill -9 of the parent only: its workers end by themselves and are not in the way of the resume."""
        if kind == "dask":
            pytest.importorskip("distributed")
        folder = tmp_path / "run"
        overrides = [*TOY, *SIZE, f"executor={kind}", "executor.workers=2"]
        process = started("run", *overrides, "--out", str(folder), "-q")
        assert until_stored(process, folder, 3)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 60
        while subprocess.run(["pgrep", "-g", str(process.pid)], capture_output=True).stdout:
            assert time.monotonic() < deadline, "workers are still there"
            time.sleep(0.1)
        goes_on(folder, whole)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["threads", "processes", "dask"])
def test_an_interrupt_ends_with_130_and_the_run_resumes(tmp_path, whole, kind):
    """Ctrl-C reaches every process of the terminal's group. Nothing is printed but how to go on."""
    if kind == "dask":
        pytest.importorskip("distributed")
    for attempt in range(5):  # on a busy machine a run may be over before anybody looks
        folder = tmp_path / f"run{attempt}"
        process = started(
            "run", *TOY, *SIZE, f"executor={kind}", "executor.workers=2", "--out", str(folder), "-q"
        )
        if until_stored(process, folder, 3):
            os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode != 0:
            break
    assert process.returncode == 130 and out == ""
    assert err.strip() == f"interrupted; what was finished is stored; go on with: steppe resume {folder}"
    assert 0 < stored(folder) < CHUNKS and not list(folder.rglob("*.tmp"))
    goes_on(folder, whole)


class TestFullDisk:
    def test_the_run_stops_and_keeps_what_it_has(self, tmp_path, whole, monkeypatch):
        """The disk takes 100 parts. The run stops at once: every other chunk would fail as well, after its simulation."""
        folder, count, write = tmp_path / "run", 0, parts.write_whole

        def full(path, content):
            nonlocal count
            count += 1
            if count > 100:
                raise OSError(28, "No space left on device")
            write(path, content)

        monkeypatch.setattr(parts, "write_whole", full)
        with pytest.raises(OSError, match="No space left"):
            made(folder, *SIZE)
        monkeypatch.undo()
        assert (
            10 <= stored(folder) <= 12 and count < 120
        )  # 100 parts are of 12 whole chunks; few tried in vain
        assert checksums(folder).items() <= whole.items()
        assert runner.resume(folder, silent).done == CHUNKS and checksums(folder) == whole

    def test_another_error_of_one_file_sinks_its_chunk_only(self, tmp_path, monkeypatch):
        write = store.write_part

        def broken(path, *arguments):
            if path.name == "part-baseline-00000-00000008.parquet":
                raise OSError(5, "Input/output error")
            write(path, *arguments)

        monkeypatch.setattr(store, "write_part", broken)
        summary = made(tmp_path / "run", *SIZE)
        assert list(summary.failed) == ["baseline-00000-00000008"] and summary.done == CHUNKS - 1

    def test_what_the_database_says_becomes_what_the_system_says(self, tmp_path):
        """DuckDB has an error class of its own, with the system's message in its text. A limit on the size of files stands
        for the disk: it needs no rights."""
        code = (
            "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000));"
            "from steppe.cli import main; sys.argv[0] = 'steppe'; main()"
        )
        folder = tmp_path / "run"
        arguments = ["run", *TOY, "ensemble.replicates=1000", "ensemble.chunk=1000", "--out", str(folder)]
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
        assert done.returncode == 1, done.stderr
        assert "File too large" in done.stderr and f"steppe resume {folder}" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["threads", "processes"])
    def test_a_disk_that_is_full(self, tmp_path, whole, kind):
        """A real one, of 800 kB, where the system lets us mount it; the resume is in a copy on a larger one."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", str(disk)], capture_output=True
        )
        if mounted.returncode:
            pytest.skip("no right to mount a disk")
        try:
            folder = disk / "run"
            done = subprocess.run(
                command("run", *TOY, *SIZE, f"executor={kind}", "--out", str(folder)),
                capture_output=True,
                text=True,
            )
            assert done.returncode == 1 and "Traceback" not in done.stderr
            assert "No space left on device" in done.stderr and f"steppe resume {folder}" in done.stderr
            assert 0 < stored(folder) < CHUNKS and checksums(folder).items() <= whole.items()
            subprocess.run(["cp", "-r", str(folder), str(tmp_path / "run")], check=True)
        finally:
            subprocess.run(["umount", str(disk)], check=True)
        goes_on(tmp_path / "run", whole)


def test_the_second_of_two_processes_is_refused(tmp_path):
    """While one holds the folder, `run` and `resume` of another end with 2 and touch nothing."""
    folder = tmp_path / "run"
    made(folder, "ensemble.replicates=20", "ensemble.chunk=10")
    before = checksums(folder)
    with store.RunFolder.resume(folder):
        for arguments in (["resume", str(folder)], ["run", *TOY, "--out", str(folder)]):
            other = subprocess.run(command(*arguments), capture_output=True, text=True)
            assert other.returncode == 2 and "Traceback" not in other.stderr
            told = "in use by another process" if arguments[0] == "resume" else "occupied"
            assert told in other.stderr
        assert (
            f"number {os.getpid()}"
            in subprocess.run(command("resume", str(folder)), capture_output=True, text=True).stderr
        )
    assert checksums(folder) == before


def test_a_chunk_for_which_the_model_fails_is_told_and_the_others_are_stored(tmp_path):
    """A scenario whose parameters make the model fail: exit 1, every chunk of the other scenario is there."""
    code = (
        "import sys; from steppe.simulation import runner; real = runner.simulate\n"
        "def simulate(prepared, chunk):\n"
        "    own = {one.name: one.parameters for one in prepared.config.scenarios}[chunk.scenario]\n"
        "    if chunk.count and own.get('membership.cooldown') == 0.75:\n"
        "        raise FloatingPointError('no cohesion')\n"
        "    return real(prepared, chunk)\n"
        "runner.simulate = simulate; sys.argv[0] = 'steppe'\n"
        "from steppe.cli import main; main()"
    )
    (tmp_path / "odd.yaml").write_text(
        "world: toy\nquestion: What fails?\nparameters: {membership.cooldown: 0.75}\n", encoding="utf-8"
    )
    folder = tmp_path / "run"
    arguments = ["run", "world=toy", f"scenario=baseline,{tmp_path / 'odd.yaml'}", "ensemble.years=4"]
    size = ["ensemble.replicates=20", "ensemble.chunk=10"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, *size, "--out", str(folder), "--json"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert said["chunks"] == {"planned": 4, "done": 2, "failed": 2}
    assert set(said["failures"].values()) == {"FloatingPointError: no cohesion"}
    assert "in simulate" in (folder / "chunks" / "odd-00000-00000000.failed.json").read_text()
    assert runner.resume(folder, silent).done == 4  # with a model that does not fail
