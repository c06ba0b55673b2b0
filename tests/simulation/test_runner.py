"""A run's bits do not depend on how it was cut, who computed it, or whether it was killed on the way."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from steppe import paths
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.report.summary import summary
from steppe.results.query import open_run
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId
from steppe.simulation import runner

TOY = ["world=toy", "scenario=baseline,arvand_admitted_to_rivers", "ensemble.years=4"]
TABLES = ("events", "organisations", "alignments", "states", "poles", "corridors", "demands", "processes")


def silent(done: int, planned: int) -> None:
    """No progress shown."""


def made(folder: Path, *overrides: str) -> Path:
    """A finished run of the toy world."""
    summary = runner.run(compose([*TOY, *overrides]), folder, silent)
    assert summary.done == summary.planned and not summary.failed
    return folder


def content(folder: Path) -> dict[str, list[tuple]]:
    """Every row of every table, in an order that does not depend on the parts."""
    run = open_run(folder, verify=True)
    connection = run.connection()
    rows = {}
    for table in TABLES:
        entity = {
            "organisations": "organisation",
            "states": "state",
            "alignments": "state",
            "events": "sequence",
            "corridors": "segment",
            "demands": "demand",
            "processes": "process",
        }
        order = ", ".join(
            ["scenario", "replicate", "step" if table == "events" else "year", entity.get(table, "point")]
        )
        columns = "* exclude (sequence)" if table == "events" else "*"  # the place within a part
        rows[table] = connection.execute(f"select {columns} from {table} order by {order}").fetchall()
        assert rows[table]
    return rows


def same(one: dict[str, list[tuple]], other: dict[str, list[tuple]]) -> bool:
    """Equal, NULL for NULL."""
    return all(repr(one[table]) == repr(other[table]) for table in TABLES)


def test_chunks_and_threads_do_not_matter(tmp_path):
    """A replicate's luck is addressed by its number, so blocks of 7 on two threads give what one block gives."""
    size = "ensemble.replicates=40"
    one = content(made(tmp_path / "a", size, "ensemble.chunk=40", "executor.kind=serial"))
    many = content(made(tmp_path / "b", size, "ensemble.chunk=7", "executor.workers=2"))
    assert same(one, many)


def test_more_replicates_extend_a_run(tmp_path):
    """The first ten of forty are the ten of a run of ten."""
    few = content(made(tmp_path / "a", "ensemble.replicates=10"))
    many = content(made(tmp_path / "b", "ensemble.replicates=40"))
    place = 2  # scenario, point, replicate
    assert [r for r in many["states"] if r[place] < 10] == few["states"]


def test_another_seed_is_another_run(tmp_path):
    one = content(made(tmp_path / "a", "ensemble.replicates=10"))
    other = content(made(tmp_path / "b", "ensemble.replicates=10", "ensemble.seed=2"))
    assert not same(one, other)


def test_scenarios_are_identical_before_they_differ():
    """The intervention of `arvand_admitted_to_rivers` is dated; every year before it is the same bits as the baseline."""
    config = compose([*TOY, "ensemble.years=6"])
    alternative = config.scenarios[1]
    first = min(one.date for one in alternative.interventions)
    prepared = runner.prepare(config)
    base = runner.simulate(prepared, ChunkId("baseline", 0, 0, 50))
    other = runner.simulate(prepared, ChunkId(alternative.name, 0, 0, 50))
    for table, column in (("organisations", "cohesion"), ("states", "need"), ("alignments", "multivector")):
        before = base[table]["year"] <= first.year
        np.testing.assert_array_equal(base[table][column][before], other[table][column][before])
    after = base["organisations"]["year"] > first.year
    assert not np.array_equal(
        base["organisations"]["cohesion"][after], other["organisations"]["cohesion"][after]
    )


def test_a_failed_chunk_sinks_no_other_and_is_done_again(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    simulate = runner.simulate

    def faulty(prepared, chunk):
        if chunk.first == 20 and chunk.scenario == "baseline":
            raise MemoryError("no room")
        return simulate(prepared, chunk)

    monkeypatch.setattr(runner, "simulate", faulty)
    config = compose([*TOY, "ensemble.replicates=40", "ensemble.chunk=10"])
    summary = runner.run(config, folder, silent)
    assert list(summary.failed.values()) == ["MemoryError: no room"]
    assert summary.done == summary.planned - 1 == 7
    monkeypatch.setattr(runner, "simulate", simulate)
    again = runner.resume(folder, silent)
    assert again.done == again.planned and not again.failed
    assert same(content(folder), content(made(tmp_path / "other", "ensemble.replicates=40")))


def test_a_run_is_resumed_from_any_folder(tmp_path, monkeypatch):
    """What a run rests on is the same evidence, whatever the current folder."""
    folder = made(tmp_path / "run", "ensemble.replicates=20", "ensemble.chunk=10")
    before = content(folder)
    shutil.rmtree(folder / "chunks")
    for place in (tmp_path, paths.root()):
        monkeypatch.chdir(place)
        again = runner.resume(folder, silent)
        assert again.done == again.planned == 4
    assert same(content(folder), before)


def test_a_world_without_organisations_has_a_summary(tmp_path):
    config = compose(["world=toy", "world.organisations=[]", "ensemble.years=4", "ensemble.replicates=5"])
    folder = tmp_path / "run"
    assert runner.run(config, folder, silent).done == 1
    ids = {row["measure"] for row in summary(open_run(folder))["rows"]}
    assert "share" in ids and not ids & {"member", "alive", "merged", "depth"}


def test_resume_refuses_changed_evidence(tmp_path, monkeypatch):
    folder = made(tmp_path / "run", "ensemble.replicates=10")
    monkeypatch.setattr(runner, "evidence_hash", lambda config: "another")
    with pytest.raises(InputError, match="cannot be resumed") as caught:
        runner.resume(folder, silent)
    assert caught.value.key == "evidence_sha256"


def test_there_is_no_posterior_so_far(tmp_path):
    with pytest.raises(InputError, match="not been calibrated") as caught:
        runner.run(compose([*TOY, "ensemble.parameters=posterior"]), tmp_path / "run", silent)
    assert caught.value.accepted == ["central", "sampled"]
    assert not (tmp_path / "run").exists()


def test_too_many_events_are_a_failure_not_a_loss(tmp_path, monkeypatch):
    """A replicate whose event list is full fails its chunk, with a message, rather than dropping events."""
    from steppe.simulation import block
    from steppe.simulation import runner as module

    monkeypatch.setattr(block, "run_chunk", lambda *arguments: (np.zeros(0, block.EVENT), 3))
    with RunFolder.create(tmp_path / "x", module.manifest(module.prepare(compose(TOY)), ""), "") as store:
        prepared = module.prepare(compose([*TOY, "ensemble.replicates=5", "ensemble.chunk=5"]))
        assert list(module.work(prepared, store, [ChunkId("baseline", 0, 0, 5)])) == []
        assert "more than" in next(iter(store.failed_chunks().values()))


def test_a_first_compilation_is_announced(tmp_path, monkeypatch):
    """Once per capacity and place of the sources; afterwards nothing is said."""
    from steppe.simulation import compiled

    monkeypatch.setattr(compiled, "CACHE", tmp_path)
    said: list[str] = []
    config = compose([*TOY, "ensemble.replicates=5"])
    for number in range(2):
        runner.run(config, tmp_path / f"run{number}", silent, said.append)
    assert len(said) == 1 and said[0].startswith("compiling once")
