"""Who does the chunks does not matter to the bits; who dies on the way, or has other rules, is found out."""

import concurrent.futures
import multiprocessing
import os
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from tests.simulation.runs import TOY, checksums, made, silent

from steppe.config.compose import compose
from steppe.config.schema import Executor
from steppe.errors import InputError
from steppe.results.chunks import plan_chunks
from steppe.results.store import RunFolder
from steppe.results.tables import ChunkId
from steppe.simulation import executors, runner, worker
from steppe.simulation.executors import Failure, Job, Pool, Result, completed, jobs

SIZE = ["ensemble.replicates=60", "ensemble.chunk=2"]
CHUNKS = 60
PROCESSES = ["executor=processes", "executor.workers=2"]
DASK = ["executor=dask", "executor.workers=2"]
SLURM = ["executor=slurm", "executor.cluster=local", "executor.workers=2", "executor.chunks=8"]


@pytest.fixture(scope="module")
def serial(tmp_path_factory) -> dict[str, str]:
    """Checksums of every part of the run on one thread."""
    folder = tmp_path_factory.mktemp("serial") / "run"
    made(folder, *SIZE, "executor=serial")
    found = checksums(folder)
    assert len(found) == CHUNKS * 8  # tables
    return found


def as_serial(folder: Path, serial: dict[str, str], *overrides: str) -> None:
    """A run by the executor of the overrides has every part of the serial one, with its checksum."""
    summary = made(folder, *SIZE, *overrides)
    assert summary.done == summary.planned == CHUNKS and not summary.failed
    assert checksums(folder) == serial


class TestSameBits:
    """A replicate's luck is addressed by its number, not by who draws it or when."""

    def test_threads(self, tmp_path, serial):
        as_serial(tmp_path / "run", serial, "executor=threads", "executor.workers=2")

    @pytest.mark.slow
    def test_processes(self, tmp_path, serial):
        as_serial(tmp_path / "run", serial, *PROCESSES)
        assert not multiprocessing.active_children()

    @pytest.mark.slow
    def test_sampled_values_on_processes(self, tmp_path):
        """Each process makes the draws anew; they are those of the run."""
        sampled = [*SIZE, "ensemble.parameters=sampled", "ensemble.draws=7"]
        made(tmp_path / "a", *sampled, "executor=serial")
        made(tmp_path / "b", *sampled, *PROCESSES)
        assert checksums(tmp_path / "a") == checksums(tmp_path / "b")

    @pytest.mark.slow
    def test_a_dask_cluster_of_two(self, tmp_path, serial):
        pytest.importorskip("distributed")
        as_serial(tmp_path / "run", serial, *DASK)

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", [PROCESSES, DASK], ids=["processes", "dask"])
    def test_a_worker_dies_half_way(self, tmp_path, serial, kind):
        """kill -9 of one of two workers after the fourth chunk: what it was doing is done again, and nothing is lost."""
        if kind is DASK:
            pytest.importorskip("distributed")
        killed: list[int] = []

        def progress(done: int, planned: int) -> None:
            if done >= 8 and not killed:
                victim = multiprocessing.active_children()[0]
                assert victim.pid is not None
                killed.append(victim.pid)
                os.kill(victim.pid, 9)

        folder = tmp_path / "run"
        summary = runner.run(compose([*TOY, *SIZE, *kind]), folder, progress)
        assert killed and summary.done == CHUNKS and not summary.failed
        assert checksums(folder) == serial

    @pytest.mark.slow
    def test_a_dask_cluster_at_an_address(self, tmp_path, serial):
        """Somebody else's cluster, with one worker of two threads; it is still there afterwards."""
        distributed = pytest.importorskip("distributed")
        with (
            distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster,
            distributed.Client(cluster) as client,
        ):
            address = f"executor.address='{cluster.scheduler_address}'"
            as_serial(tmp_path / "run", serial, "executor=dask", address)
            assert len(client.nthreads()) == 1

    @pytest.mark.slow
    def test_slurm_jobs_as_processes_of_this_machine(self, tmp_path, serial):
        pytest.importorskip("submitit")
        as_serial(tmp_path / "run", serial, *SLURM, "executor.cpus=2")

    @pytest.mark.slow
    def test_a_resume_with_another_executor(self, tmp_path, serial):
        folder = tmp_path / "run"
        made(folder, *SIZE, "executor=threads")
        for marker in sorted((folder / "chunks").glob("*.json"))[10:30]:
            marker.unlink()
        summary = runner.resume(folder, silent, executor=Executor(kind="processes", workers=2))
        assert summary.done == CHUNKS and checksums(folder) == serial


CHUNK = ChunkId("baseline", 0, 0, 1)


def ends_its_process(job: Job) -> Result:
    """The chunk of replicate 3 kills whoever does it; that of 5 fails."""
    if job[0].first == 3:
        os._exit(1)
    return Result((Failure(job[0], "no"),)) if job[0].first == 5 else Result()


class TestFlow:
    """Jobs through a pool, without a model."""

    def pool(self, workers: int = 2) -> Pool:
        executor = concurrent.futures.ThreadPoolExecutor(workers)
        return Pool(executor, lambda: 3 * workers, partial(executor.shutdown, cancel_futures=True))

    def test_a_million_chunks_do_not_make_a_million_futures(self):
        """Never more are taken from the plan than are done and in hand: 3 for each of two workers."""
        taken, done, most = 0, 0, 0

        def plan():
            nonlocal taken, most
            for number in range(2000):
                taken += 1
                most = max(most, taken - done)
                yield (ChunkId("baseline", 0, number, 1),)

        for _ in completed(self.pool, lambda job: Result(), plan()):
            done += 1
        assert done == 2000 and most <= 6 + 1  # one is taken to be handed over

    @pytest.mark.slow
    def test_the_chunk_that_kills_its_process_is_found_and_sinks_no_other(self):
        section = Executor(kind="processes", workers=2)
        plan = plan_chunks(["baseline"], 1, 12, 1)
        found = dict(completed(partial(executors.opened, section, Path()), ends_its_process, jobs(plan, 1)))
        assert set(found) == {(chunk,) for chunk in plan}
        assert [job[0].first for job, one in found.items() if not isinstance(one, Result)] == [3]
        assert isinstance(found[plan[5],], Result) and found[plan[5],].failed

    def test_who_leaves_early_leaves_nobody_working(self):
        """A Ctrl-C is an exception in the loop over what is finished; then what has not begun is dropped, and what has
        is waited for."""
        running, begun = threading.Semaphore(0), []

        def slow(job: Job) -> Result:
            begun.append(job)
            time.sleep(0.05)
            running.release()
            return Result()

        flow = completed(self.pool, slow, jobs(plan_chunks(["baseline"], 1, 1000, 1), 1))
        next(flow)
        flow.close()
        assert len(begun) < 10
        assert all(running.acquire(blocking=False) for _ in begun)  # every one has ended

    def test_an_interrupted_run_has_let_go_when_the_folder_is_free(self, tmp_path):
        """A thread that still wrote after the lock is gone could meet the resume."""
        folder = tmp_path / "run"

        def interrupt(done: int, planned: int) -> None:
            if done:
                raise KeyboardInterrupt

        before = set(threading.enumerate())
        with pytest.raises(KeyboardInterrupt) as caught:
            runner.run(compose([*TOY, *SIZE, "executor.workers=2"]), folder, interrupt)
        assert caught.tb is not None  # it keeps every frame alive: nothing is cleaned up by chance
        assert set(threading.enumerate()) <= before
        assert 0 < len(checksums(folder)) < CHUNKS * 8
        assert runner.resume(folder, silent).done == CHUNKS

    def test_a_job_that_was_lost_counts_for_what_it_stored(self, tmp_path):
        prepared = runner.prepare(compose([*TOY, *SIZE]))
        with RunFolder.create(tmp_path / "run", runner.manifest(prepared, ""), "") as store:
            job = tuple(plan_chunks(["baseline"], 1, 6, 2))
            store.write_chunk(job[0], runner.simulate(prepared, job[0]))
            lost = executors._lost(store, job, RuntimeError("time is up"))
        assert [failure.chunk for failure in lost.failed] == list(job[1:])

    def test_a_cluster_that_is_gone_stops_the_run(self):
        """Its futures are cancelled, and not by us."""
        future: concurrent.futures.Future[Result] = concurrent.futures.Future()
        future.cancel()
        with pytest.raises(ConnectionError, match="let go"):
            executors._error(future)


class TestWorker:
    """A worker process, played by this one."""

    @pytest.fixture
    def order(self, tmp_path):
        """An order for a run whose folder is held."""
        config = compose([*TOY, *SIZE])
        text = runner.dump(config)
        with RunFolder.create(tmp_path / "run", runner.manifest(runner.prepare(config), text), text) as store:
            yield worker.Order(store.place, store.manifest["config_sha256"], store.session)
        worker._ready.clear()

    def test_it_stores_what_a_thread_stores(self, order, serial):
        plan = tuple(plan_chunks(["baseline"], 1, 60, 2)[:4])
        assert worker.do_chunks(order, 2, plan) == Result()
        found = checksums(Path(order.place))
        assert len(found) == 4 * 8 and all(serial[part] == digest for part, digest in found.items())

    @pytest.mark.parametrize("name", ["evidence_hash", "source_hash"])
    def test_it_refuses_other_rules_and_evidence(self, order, name, monkeypatch):
        """The hash that it computes is not that of the manifest."""
        monkeypatch.setattr(runner, name, lambda *config: "another")
        stop = worker.do_chunks(order, 1, (CHUNK,)).stop
        assert isinstance(stop, InputError) and "other rules or evidence" in stop.message
        assert stop.key == {"evidence_hash": "evidence_sha256", "source_hash": "rules"}[name]
        assert not checksums(Path(order.place))

    def test_it_refuses_another_run_in_its_place(self, order):
        other = worker.Order(order.place, "0" * 64, order.session)
        assert isinstance(worker.do_chunks(other, 1, (CHUNK,)).stop, InputError)

    def test_it_stops_when_somebody_else_goes_on_with_the_run(self, order):
        """The runner was killed; who resumes has another session, and no late writer must meet its sweep."""
        late = worker.Order(order.place, order.config_sha256, "1 0123456789abcdef")
        stop = worker.do_chunks(late, 1, (CHUNK,)).stop
        assert isinstance(stop, InputError) and "no longer holds" in stop.message
        assert not checksums(Path(order.place))

    def test_it_stops_when_nobody_holds_the_run(self, tmp_path, order):
        """Whoever ends properly takes the session along."""
        with RunFolder.create(
            tmp_path / "two", runner.manifest(runner.prepare(compose(TOY)), ""), ""
        ) as store:
            session = store.session
        assert session and (store.path / ".lock").read_text() == ""


@pytest.mark.slow
def test_a_run_stops_where_a_worker_refuses(tmp_path, monkeypatch):
    """One message, not one for every chunk; what a worker computed by other rules would not fit."""
    monkeypatch.setattr(runner, "source_hash", lambda: "those of another day")
    with pytest.raises(InputError, match="other rules or evidence") as caught:
        made(tmp_path / "run", *SIZE, *PROCESSES)
    assert caught.value.key == "rules" and not checksums(tmp_path / "run")


class TestConfig:
    @pytest.mark.parametrize(
        ("overrides", "key"),
        [
            (["executor=dask", "executor.address=tcp://a:1", "executor.workers=2"], "executor.workers"),
            (["executor.address=tcp://a:1"], "executor.address"),
            (["executor=processes", "executor.partition=long"], "executor.partition"),
            (["executor=serial", "executor.workers=2"], "executor.workers"),
            (["executor.kind=spark"], "executor.kind"),
            (["executor=slurm", "executor.minutes=0"], "executor.minutes"),
        ],
    )
    def test_what_does_not_go_together_is_refused(self, overrides, key):
        with pytest.raises(InputError) as caught:
            compose(overrides)
        assert caught.value.key == key

    def test_a_config_says_nothing_of_other_kinds(self):
        """Runs on threads keep the config, and the hash of it, that they had when there was nothing else."""
        assert compose([]).executor.own() == {"kind": "threads", "workers": None}
        assert "partition" in runner.dump(compose(["executor=slurm"]))

    @pytest.mark.parametrize(("kind", "module"), [("dask", "distributed"), ("slurm", "submitit")])
    def test_a_missing_extra_is_named(self, kind, module, tmp_path, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, module, None)
        with pytest.raises(InputError) as caught:
            executors.opened(Executor(kind=kind), tmp_path)
        assert f'pip install "steppe[{kind}]"' in str(caught.value)

    def test_no_slurm_and_no_scheduler(self, tmp_path):
        pytest.importorskip("submitit")
        with pytest.raises(InputError, match="no Slurm here"):
            executors.opened(Executor(kind="slurm"), tmp_path)
        pytest.importorskip("distributed")
        with pytest.raises(InputError, match="no Dask scheduler"):
            executors.opened(Executor(kind="dask", address="tcp:/nowhere"), tmp_path)
