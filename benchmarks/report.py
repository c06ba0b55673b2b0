"""What a report costs: `python -m benchmarks.report [REPLICATES [RUN]]`, on an idle machine. About five minutes.

Prints the wall time and the peak memory of `steppe report` for a run of four scenarios (10,000 replicates each if not told
otherwise; RUN is one that is there already), first as it is and then once more with everything cached, and the size of the page.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIOS = "baseline,russia_applies_to_cca,china_applies_to_cca,turkiye_applies_to_cca"


def timed(run: Path, page: Path) -> float:
    """Seconds of one report, the start of Python included."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "steppe", "report", str(run), "--out", str(page), "-q"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def main(replicates: int, run: Path | None) -> None:
    """Everything, printed."""
    with tempfile.TemporaryDirectory(prefix="steppe-bench-") as name:
        folder = run or Path(name) / "run"
        if run is None:
            command = [
                sys.executable,
                "-m",
                "steppe",
                "run",
                f"scenario={SCENARIOS}",
                f"ensemble.replicates={replicates}",
                "-q",
            ]
            subprocess.run([*command, "--out", str(folder)], check=True, stdout=subprocess.DEVNULL)
        page = Path(name) / "page.html"
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        first, second = timed(folder, page), timed(folder, page)
        # of all children, the simulation among them: of the report alone where the run was there already
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3 if run else None
        memory = "" if peak is None else f", {peak:,.0f} MB at the peak"
        print(
            f"report: {first:.1f} s, {second:.1f} s once more{memory}; page of {page.stat().st_size / 1e6:.1f} MB"
        )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    main(count, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
