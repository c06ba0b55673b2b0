"""`python -m benchmarks`: prints the tables and writes them to benchmarks/RESULTS.md. About four minutes."""

import os
import platform
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # the oracle is one of the tests

from benchmarks import processes  # noqa: E402

SIZES = (1_000, 10_000)


def table(rows: list[tuple[str, ...]]) -> str:
    """Markdown, columns aligned; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def verdict(good: bool) -> str:
    return "reached" if good else "missed"


def targets(speed: dict[str, Any], waits: dict[str, Any]) -> str:
    """What the project set itself, and what was measured."""
    small = speed["small"]["oracle_us"] / speed["small"]["compiled_us"]
    large = speed["large"]["oracle_us"] / speed["large"]["compiled_us"]
    scaling = speed["cores"]["two"] / speed["cores"]["one"]
    busy = speed["cores"]["load"] > 0.5
    first, last = waits["runs"][0]["peak_mb"], waits["runs"][-1]["peak_mb"]
    idle = f" (the machine was busy: load {speed['cores']['load']:.1f})" if busy else ""
    growth = f"{first:.0f} → {last:.0f} MB, {SIZES[0]:,} → {SIZES[-1]:,} replicates"
    return table(
        [
            ("", "measured", "target", ""),
            ("engine : oracle, eurasia_2026, one core", f"{small:,.0f} ×", "≥ 200 ×", verdict(small >= 200)),
            ("engine : oracle, 195 × 120, one core", f"{large:,.0f} ×", "≥ 300 ×", verdict(large >= 300)),
            (
                "a sweep: engine : `mesa.batch_run` over the oracle, one core",
                f"{speed['batch']['batch_s'] / speed['batch']['engine_s']:,.0f} × a run",
                "–",
                "",
            ),
            (
                "two threads : one",
                f"{scaling:.2f} ×{idle}",
                "≥ 1.8 × when idle",
                "not to be told" if busy and scaling < 1.8 else verdict(scaling >= 1.8),
            ),
            ("`steppe --help`", f"{waits['help']:.2f} s", "≤ 0.3 s", verdict(waits["help"] <= 0.3)),
            ("first result, 10 replicates", f"{waits['first']:.2f} s", "≤ 2 s", verdict(waits["first"] <= 2)),
            ("peak memory", growth, "does not grow", verdict(last <= 1.15 * first)),
        ]
    )


def steps(speed: dict[str, Any]) -> str:
    """Where a step's time goes."""
    small, large = speed["mechanisms"], speed["large_mechanisms"]
    whole, wide = sum(small.values()), sum(large.values())
    rows = [("mechanism", "eurasia_2026 [µs]", "share", "195 × 120 [µs]", "share")]
    for name, a in small.items():
        b = large[name]
        rows.append((name, f"{a:.2f}", f"{a / whole:.0%}", f"{b:.0f}", f"{b / wide:.0%}"))
    rows.append(("all", f"{whole:.2f}", "", f"{wide:.0f}", ""))
    return table(rows)


def storage(runs: list[dict[str, Any]]) -> str:
    """Bytes by table for 20 years, from the largest run."""
    run = runs[-1]
    thousands = run["replicates"] / 1000
    rows = [("table", "MB per 1,000 replicates × 80 steps", "GB per 100,000")]
    for name, size in [*run["bytes"].items(), ("all", sum(run["bytes"].values()))]:
        mb = size / thousands / 1e6
        rows.append((name, f"{mb:.2f}", f"{mb / 10:.2f}"))
    return table(rows)


def report(speed: dict[str, Any], waits: dict[str, Any]) -> str:
    """The whole page."""
    floor, small, large, run = speed["floor"], speed["small"], speed["large"], waits["runs"][-1]
    times = 100_000 / run["replicates"]
    minutes, gigabytes = run["seconds"] * times / 60, sum(run["bytes"].values()) * times / 1e9
    runs = "\n".join(
        f"{one['replicates']:,} replicates × 80 steps: {one['seconds']:.1f} s, {one['peak_mb']:.0f} MB at the peak.\\"
        for one in waits["runs"]
    )
    return f"""# Benchmarks

Written by `make bench`: Python {platform.python_version()}, {os.cpu_count()} cores, clock {floor["mhz"]:.0f} MHz. Absolute times are
those of this machine; ratios are of one run.

{targets(speed, waits)}

The oracle (`tests/oracle`) is the same model as plain Mesa agents, with the same draws; both were stepped from the same start
over the same steps (on eurasia_2026 their memberships at the end are compared). It computes everything afresh and is written to be read, so the
ratio says as much about it as about the engine. eurasia_2026, 40 steps: {small["oracle_us"]:,.0f} µs a step against
{small["compiled_us"]:.1f}. 195 × 120, the first step: {large["oracle_us"] / 1e6:,.0f} s, scaled up from a random sample of its membership and
institutions phases, against {large["compiled_us"]:,.0f} µs (over 40 steps {large["later_us"]:,.0f} µs). CPU time of one thread. Threads: {speed["cores"]["one"]:,.0f}
replicates of 40 steps a second on one, {speed["cores"]["two"]:,.0f} on two. The sweep has two values of a parameter: `mesa.batch_run` takes
{speed["batch"]["batch_s"]:.2f} s a run of 40 steps, the engine {speed["batch"]["engine_s"] * 1000:.2f} ms, the reading of the evidence and the storing of outcomes included.

## Where a step's time goes

{steps(speed)}

Trade is paid for where a status or depth changes (membership, institutions), so its own row is empty.
Over the first 40 steps, 8 in the large world. Median over replicates of a clock read after each mechanism inside the compiled loop, the clock's own time taken off; the state
after it is bit for bit that of the schedule's own step, which takes {speed["step_us"]:.2f} µs without a clock.

Floor of affinity: {floor["pairs"]} pairs × 295 instructions (Philox 140, two uniforms 14, Box-Muller 86, the equations and memory 55) =
{floor["instructions"]:,}, at 4 a cycle {floor["arithmetic_us"]:.1f} µs; {floor["bytes"]:,} bytes moved at 32 a cycle {floor["memory_us"]:.1f} µs. The mechanism takes
{speed["mechanisms"]["affinity"]:.1f} µs: {floor["share"]:.0%} of its speed limit. Counts are by hand (`benchmarks/engine.py`).

## Memory and disk

{storage(waits["runs"])}

{runs}
100,000 at the rate of the last: {minutes:.1f} minutes and {gigabytes:.1f} GB.
"""


def main() -> None:
    waits = processes.everything(SIZES)  # first: a process inherits the peak memory of the one that starts it
    from benchmarks import batch, engine

    speed = {**engine.everything(), "batch": batch.everything()}
    page = report(speed, waits)
    print(page)
    (Path(__file__).parent / "RESULTS.md").write_text(page, encoding="utf-8")
    print("written to benchmarks/RESULTS.md")


main()
