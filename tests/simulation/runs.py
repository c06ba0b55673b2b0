"""Runs of the toy world in processes of their own, and what their folders hold."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from steppe.config.compose import compose
from steppe.simulation import runner

TOY = ["world=toy", "scenario=baseline,arvand_admitted_to_rivers", "ensemble.years=4"]


def silent(done: int, planned: int) -> None:
    """No progress shown."""


def made(folder, *overrides: str) -> runner.RunSummary:
    """A run of the toy world, in this process."""
    return runner.run(compose([*TOY, *overrides]), folder, silent)


def checksums(folder: Path) -> dict[str, str]:
    """Part → checksum, from the markers: of every part of every chunk that is stored."""
    found = {}
    for file in (folder / "chunks").glob("*.json"):
        if not file.name.endswith(".failed.json"):
            for part in json.loads(file.read_text())["parts"].values():
                found[part["file"]] = part["blake2b"]
    return found


def stored(folder: Path) -> int:
    """Number of chunks that are stored."""
    return sum(not one.endswith(".failed.json") for one in _names(folder / "chunks") if one.endswith(".json"))


def _names(folder: Path) -> list[str]:
    return os.listdir(folder) if folder.is_dir() else []


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "steppe", *arguments]


def started(*arguments: str) -> subprocess.Popen[str]:
    """The command line in a process group of its own, as a terminal would start it."""
    return subprocess.Popen(
        command(*arguments),
        start_new_session=True,
        preexec_fn=_heeding_interrupts,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _heeding_interrupts() -> None:
    """A shell's background jobs, and what they start, are born deaf to Ctrl-C; a terminal's foreground is not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def until_stored(process: subprocess.Popen[str], folder: Path, chunks: int, seconds: float = 300) -> bool:
    """Wait until so many chunks are stored; False if the process ended before."""
    deadline = time.monotonic() + seconds
    while stored(folder) < chunks:
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return True
