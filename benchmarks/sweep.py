"""A Sobol' study of 22 parameters: `python -m benchmarks.sweep [BASE [FOLDER]]`, on an idle machine. About half an hour.

BASE : size of Saltelli's base sample, 2,048 unless told otherwise: (22 + 2) · 2,048 points of ten replicates each
Prints time, rate, memory and disk, the share of the time that is not the engine's, and the indices of three outcomes; draws them
into docs/pictures.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from steppe.analysis import sweep_studies
from steppe.analysis.sweep import Sweep, open_sweep
from steppe.config.compose import compose
from steppe.report.sensitivity import sensitivity_text
from steppe.report.sensitivity_chart import sensitivity_svg
from steppe.report.terminal import Progress
from steppe.results.query import open_run
from steppe.results.tables import ChunkId
from steppe.simulation import block, runner

SCENARIO = "russia_applies_to_cca"
PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
OUTCOMES = {
    "member RUS/CCA": "sobol-russia-in-cca.svg",
    "alive CCA": "sobol-cca-alive.svg",
    "members EAEU": "sobol-members-eaeu.svg",
}
MEMBERSHIP = (
    "apply_rate", "leave_rate", "choice_noise", "vote_noise", "cost_member", "pressure_apply", "pressure_vote",
    "pressure_stay", "acquiescence", "cooldown",
)  # fmt: skip


def overrides(base: int) -> list[str]:
    """The run."""
    factors = ["parameters.value.*", *(f"parameters.membership.{name}" for name in MEMBERSHIP)]
    return [
        f"scenario={SCENARIO}",
        "ensemble.replicates=10",
        "design=saltelli",
        f"design.points={base}",
        "design.second_order=false",
        f"design.factors=[{','.join(factors)}]",
        f"design.outcomes=[{','.join(OUTCOMES)}]",
    ]


def overhead(config: Any, points: int = 100) -> float:
    """Share of the time of some points, on one thread, that is not spent in the engine."""
    prepared = runner.prepare(config)
    runner.compile_ahead(prepared, print)
    engine, inside = block.run_chunk, [0.0]

    def timed(*arguments: Any) -> Any:
        before = time.perf_counter()
        found = engine(*arguments)
        inside[0] += time.perf_counter() - before
        return found

    block.run_chunk = timed
    try:
        started = time.perf_counter()
        runner.simulate(prepared, ChunkId(SCENARIO, 0, 0, 10, points))
        return 1 - inside[0] / (time.perf_counter() - started)
    finally:
        block.run_chunk = engine


def size_of(folder: Path) -> int:
    """Bytes below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def indices(sweep: Sweep) -> None:
    """Print and draw the indices of the outcomes."""
    PICTURES.mkdir(exist_ok=True)
    for outcome, file in OUTCOMES.items():
        name = next(one for one in sweep.outcomes if one.startswith(f"{outcome} @"))
        started = time.perf_counter()
        found = sweep_studies.sensitivity(sweep, name, SCENARIO)
        print(f"\n{sensitivity_text(found)}\n({time.perf_counter() - started:.1f} s)")
        (PICTURES / file).write_text(sensitivity_svg(found), encoding="utf-8")


def main(base: int, folder: Path) -> None:
    """Everything."""
    config = compose(overrides(base))
    print(f"overhead of points: {overhead(config):.1%} of the time on one thread")
    with Progress() as progress:
        runner.run(config, folder, progress, print)
    said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    done = said["design"]["points"] * said["replicates"]
    print(
        f"{said['design']['points']:,} points of {len(said['design']['factors'])} parameters × {said['replicates']} replicates: "
        f"{done:,} replicates of {said['steps']} steps in {said['wall_s']:,.0f} s ({said['cpu_s']:,.0f} s of CPU), "
        f"{said['replicate_steps_per_s']:,} replicate-steps a second, {said['peak_rss_mb']:,.0f} MB at the peak, "
        f"{size_of(folder) / 1e6:,.1f} MB on disk"
    )
    indices(open_sweep(open_run(folder)))


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    if len(sys.argv) > 2:
        main(size, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(size, Path(scratch) / "run")
