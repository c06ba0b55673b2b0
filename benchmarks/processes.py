"""What a user waits for and pays in memory and disk: whole processes of the command line."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STEPPE = [sys.executable, "-m", "steppe"]
YEARS = 20


def timed(arguments: list[str]) -> tuple[float, float]:
    """Seconds and peak memory [MB] of a process."""
    started = time.perf_counter()
    process = subprocess.Popen([*STEPPE, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"steppe {' '.join(arguments)}: exit {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def waiting(folder: Path) -> dict[str, float]:
    """Seconds to the help and to a first small result, medians of five."""
    helps = [timed(["--help"])[0] for _ in range(5)]
    small = ["run", "-q", "scenario=baseline", "ensemble.replicates=10"]
    timed([*small, "--out", str(folder / "first")])
    first = [timed([*small, "--out", str(folder / f"first{n}")])[0] for n in range(5)]
    return {"help": statistics.median(helps), "first": statistics.median(first)}


def ensemble(folder: Path, replicates: int) -> dict[str, Any]:
    """A run of 80 steps: seconds, peak memory and bytes by table."""
    out = folder / f"run{replicates}"
    arguments = [
        "run",
        "-q",
        f"ensemble.replicates={replicates}",
        f"ensemble.years={YEARS}",
        "--out",
        str(out),
    ]
    seconds, peak = timed(arguments)
    sizes = {
        table.name: sum(part.stat().st_size for part in table.iterdir())
        for table in sorted((out / "tables").iterdir())
    }
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return {
        "replicates": replicates,
        "seconds": seconds,
        "simulating": manifest["wall_s"],
        "peak_mb": peak,
        "bytes": sizes,
    }


def everything(sizes: tuple[int, ...]) -> dict[str, Any]:
    """All of this file, once, in a folder that is removed."""
    with tempfile.TemporaryDirectory(prefix="steppe-bench-") as name:
        folder = Path(name)
        return {**waiting(folder), "runs": [ensemble(folder, size) for size in sizes]}
