"""Jobs of submitit as futures: one thread looks which of them have ended."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

EVERY = 0.5  # seconds between two looks; submitit asks Slurm itself at most once a minute


class JobExecutor(concurrent.futures.Executor):
    """`concurrent.futures` over an executor of submitit, whose own jobs are no futures."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._jobs: dict[Future[Any], Any] = {}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit one job."""
        future: Future[Any] = Future()
        job = self._inner.submit(fn, *args, **kwargs)
        future.set_running_or_notify_cancel()
        with self._lock:
            self._jobs[future] = job
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the watch; jobs that have not ended are cancelled, so that none is left to the cluster."""
        self._stop.set()
        self._watcher.join()
        if cancel_futures:
            for job in self._jobs.values():
                job.cancel(check=False)
        self._jobs.clear()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            with self._lock:
                now = list(self._jobs.items())
            for future, job in now:
                if self._stop.is_set():
                    return
                try:
                    if not job.done():
                        continue
                    error = job.exception()
                    future.set_exception(error) if error else future.set_result(job.result())
                except Exception as fault:  # a job that cannot be asked is lost
                    future.set_exception(fault)
                with self._lock:
                    del self._jobs[future]
