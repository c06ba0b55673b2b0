"""Put every question of the documents, with its counterfactual, and write the answers to docs/scenarios.md.

    python tools/scenarios.py [KEY=VALUE …]      e.g. ensemble.replicates=100 ensemble.parameters=sampled

1,000 replicates each unless told otherwise. Scenarios of one world share a run, so that a baseline runs once. The runs stay in
runs/scenarios; called again with the same arguments after an interruption it goes on with what is missing.
"""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

from steppe.cli import adapters
from steppe.config import questions
from steppe.config.resolved import dump
from steppe.config.schema import RunConfig
from steppe.errors import InputError
from steppe.report.page import page
from steppe.report.terminal import Progress

RUNS = Path("runs/scenarios")
PAGE = Path("docs/scenarios.md")


def simulated(config: RunConfig, folder: Path) -> None:
    """Run a config, or go on with a run of the same one."""
    kept = folder / "config.yaml"
    with Progress() as progress:
        outcome = None
        if kept.is_file() and kept.read_text(encoding="utf-8") == dump(config):
            with suppress(InputError):  # rules or evidence are others by now
                outcome = adapters.resumed(folder, progress)
        if outcome is None:
            shutil.rmtree(folder, ignore_errors=True)
            outcome = adapters.simulated(config, folder, progress)
    if outcome.failed:
        sys.exit(f"{len(outcome.failed)} chunks of {folder} failed; go on with: steppe resume {folder}")


def main(overrides: list[str]) -> None:
    """Everything, in the order of the numbers."""
    known = questions.scenarios()
    asked = sorted(questions.numbers(known).items())
    number = {name: number for number, name in asked}
    answers = {}
    for group in questions.groups([name for _, name in asked]):
        config = questions.composed_group(group, overrides)
        adapters.check_outcomes(config)
        folder = RUNS / f"{group.world}-{group.years}"
        print(
            f"{folder}: {len(group.names)} scenarios, {config.ensemble.replicates:,} replicates each",
            flush=True,
        )
        simulated(config, folder)
        for name in group.asked:
            reference = group.reference[name]
            answers[number[name]] = adapters.answer_of(folder, config, name, reference)
    central = config.ensemble.parameters == "central"
    drawn = "every value as coded" if central else "values drawn over the ranges of the evidence"
    command = " ".join(["make scenarios", *overrides])
    PAGE.write_text(page([answers[key] for key in sorted(answers)], command, drawn), encoding="utf-8")
    print(f"{len(answers)} answers in {PAGE}")


if __name__ == "__main__":
    main(sys.argv[1:])
