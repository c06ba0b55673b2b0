"""A run in remote storage has the bits of one in a folder, and resumes at its markers."""

import json
from pathlib import Path

import pytest
from tests.simulation.runs import TOY, checksums, made, silent
from typer.testing import CliRunner

from steppe.cli import app
from steppe.errors import InputError
from steppe.report.summary import summary
from steppe.results import remote
from steppe.results.query import open_run
from steppe.results.remote import Storage, fetch
from steppe.simulation import runner

fsspec = pytest.importorskip("fsspec")
SIZE = ["ensemble.replicates=20", "ensemble.chunk=4"]
CHUNKS = 10


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> dict[str, str]:
    """Checksums of the run in a folder."""
    folder = tmp_path_factory.mktemp("local") / "run"
    made(folder, *SIZE)
    return checksums(folder)


@pytest.fixture(params=["file", "memory"])
def url(request, tmp_path) -> str:
    """A place in each of two kinds of storage."""
    if request.param == "memory":
        fsspec.filesystem("memory").store.clear()
        return "memory://runs/mine"
    return f"file://{tmp_path}/runs/mine"


def whole(url: str, folder: Path, local: dict[str, str]) -> None:
    """Fetched, the run is the local one, and it can be read."""
    assert fetch(url, folder) == CHUNKS
    assert checksums(folder) == local
    assert {p.relative_to(folder).as_posix() for p in (folder / "tables").rglob("*.parquet")} == set(local)
    assert summary(open_run(folder, verify=True))["rows"]


def no_scratch(tmp_path: Path) -> bool:
    return not list((tmp_path / "scratch").iterdir())


@pytest.fixture(autouse=True)
def _scratch(tmp_path, monkeypatch):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


def test_the_bits_are_those_of_a_folder_and_no_scratch_is_left(tmp_path, url, local):
    assert made(url, *SIZE).done == CHUNKS
    assert no_scratch(tmp_path)
    whole(url, tmp_path / "fetched", local)


def test_the_manifest_comes_first_and_a_marker_after_its_parts(tmp_path, url, monkeypatch):
    """So that whatever is there at any moment is a run whose markers are true."""
    order: list[str] = []
    put = Storage.put

    def noted(self, folder, names):
        names = list(names)
        order.extend(names)
        put(self, folder, names)

    monkeypatch.setattr(Storage, "put", noted)
    made(url, *SIZE, "executor=serial")
    assert order[:3] == ["config.yaml", "manifest.json", "evidence.zip"] and order[-1] == "manifest.json"
    chunks = order[3:-1]
    assert [name.startswith("chunks/") for name in chunks] == ([False] * 8 + [True]) * CHUNKS


def test_a_run_that_lost_its_storage_goes_on_from_there(tmp_path, url, local, monkeypatch):
    """The storage goes away in the middle of a chunk; another machine, which has nothing but the URL, completes the run."""
    put, count = Storage.put, 0

    def lost(self, folder, names):
        nonlocal count
        for name in names:
            count += 1
            if count > 40:
                raise OSError(28, "no more")
            put(self, folder, [name])

    monkeypatch.setattr(Storage, "put", lost)
    with pytest.raises(OSError, match="no more"):
        made(url, *SIZE, "executor=serial")
    monkeypatch.undo()
    (tmp_path / "scratch").mkdir(exist_ok=True)
    done = Storage(url).files("chunks")
    assert len(done) == (40 - 2) // 9
    simulated: list[object] = []
    simulate = runner.simulate
    monkeypatch.setattr(runner, "simulate", lambda p, c: simulated.append(c) or simulate(p, c))
    assert runner.resume(url, silent).done == CHUNKS
    assert len(simulated) == CHUNKS - len(done) + 1  # one for the compilation
    whole(url, tmp_path / "fetched", local)


@pytest.mark.parametrize("harm", ["part cut", "part gone", "marker torn"])
def test_what_is_not_whole_is_done_again(tmp_path, url, local, harm):
    made(url, *SIZE)
    storage = Storage(url)
    name = "tables/states/part-baseline-00000-00000004.parquet"
    if harm == "marker torn":
        name = "chunks/baseline-00000-00000004.json"
    if harm == "part gone":
        storage.remove(name)
    else:
        with storage.system.open(f"{storage.root}/{name}", "wb") as file:
            file.write(b"{")
        if harm == "part cut":
            with pytest.raises(InputError, match="steppe resume"):
                fetch(url, tmp_path / "fetched")
    assert runner.resume(url, silent).done == CHUNKS
    whole(url, tmp_path / "fetched", local)


def test_a_fetch_that_was_stopped_goes_on(tmp_path, url, local):
    """Parts that are there and whole are not fetched again; markers come last."""
    made(url, *SIZE)
    folder = tmp_path / "fetched"

    def stop(done: int, planned: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(url, folder, stop)
    assert not list(folder.glob("chunks/*")) and len(list(folder.rglob("*.parquet"))) > 20
    whole(url, folder, local)


def test_it_does_not_fetch_into_another_run(tmp_path, url):
    made(url, *SIZE)
    made(tmp_path / "other", *SIZE, "ensemble.seed=2")
    with pytest.raises(InputError, match="another run"):
        fetch(url, tmp_path / "other")


def test_a_failed_chunk_is_told_there_and_done_again(tmp_path, url, local, monkeypatch):
    simulate = runner.simulate

    def faulty(prepared, chunk):
        if chunk.count and chunk.first == 4:
            raise MemoryError("no room")
        return simulate(prepared, chunk)

    monkeypatch.setattr(runner, "simulate", faulty)
    assert len(made(url, *SIZE).failed) == 2
    names = [name for name in Storage(url).files("chunks") if name.endswith(".failed.json")]
    assert len(names) == 2
    monkeypatch.setattr(runner, "simulate", simulate)
    again = runner.resume(url, silent)
    assert again.done == CHUNKS and not again.failed
    whole(url, tmp_path / "fetched", local)
    assert not list((tmp_path / "fetched").rglob("*.failed.json"))


def test_drawn_values_go_along(tmp_path, url):
    sampled = [*SIZE, "ensemble.parameters=sampled", "ensemble.draws=3"]
    made(url, *sampled)
    made(tmp_path / "local", *sampled)
    fetch(url, tmp_path / "fetched")
    files = [tmp_path / place / "draws.parquet" for place in ("local", "fetched")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_command_line(tmp_path, url, local):
    def steppe(*arguments: str) -> object:
        done = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
        return done.exit_code, json.loads(done.stdout)

    code, said = steppe("run", *TOY, *SIZE, "--out", url)
    assert code == 0 and said["run"] == url and said["chunks"]["done"] == CHUNKS
    code, said = steppe("run", *TOY, *SIZE, "--out", url)
    assert code == 2 and "occupied" in said["error"]["message"]
    code, said = steppe("resume", url)
    assert code == 0 and said["chunks"]["done"] == CHUNKS
    code, said = steppe("fetch", url, str(tmp_path / "fetched"))
    assert (code, said["chunks"]) == (0, CHUNKS) and checksums(tmp_path / "fetched") == local
    code, said = steppe("fetch", url + "x", str(tmp_path / "none"))
    assert code == 2 and "no run at this place" in said["error"]["message"]
    code, said = steppe("ask", "H19", "--out", url)
    assert code == 2 and "only `steppe run`" in said["error"]["message"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [["executor=processes"], ["executor=slurm", "executor.cluster=local", "executor.folder={logs}"]],
    ids=["processes", "slurm"],
)
def test_workers_write_to_the_storage_themselves(tmp_path, local, kind):
    """They have no folder in common with who began the run."""
    url = f"file://{tmp_path}/runs/mine"
    kind = [one.format(logs=tmp_path / "logs") for one in kind]
    assert made(url, *SIZE, *kind, "executor.workers=2").done == CHUNKS
    whole(url, tmp_path / "fetched", local)


@pytest.mark.parametrize(
    ("place", "overrides", "says"),
    [
        ("memory://runs/other", ["executor=processes"], "no other process sees"),
        ("file:///tmp/nowhere", ["executor=slurm"], "no folder for the logs"),
        ("gopher://runs/mine", [], "no such remote storage"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_there(place, overrides, says):
    with pytest.raises(InputError, match=says):
        made(place, *SIZE, *overrides)
    assert says == "no such remote storage" or not Storage(place).files()


def test_without_the_package_it_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(InputError) as caught:
        remote.create("s3://bucket/run", {}, "")
    assert 'pip install "steppe[remote]"' in str(caught.value)
