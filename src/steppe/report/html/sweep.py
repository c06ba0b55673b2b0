"""The answer of a run with a design: what the points have in common, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from steppe.analysis.sweep import open_sweep, summaries
from steppe.report.figures.figure import Figure
from steppe.report.html.content import Subject
from steppe.report.html.numbers import Sentence, share_text
from steppe.report.html.sentences import sweep_sentences
from steppe.report.html.table import Table


def sweep_sentences_of(about: Subject, drivers: Sequence[Figure]) -> list[Sentence]:
    """Three sentences on the first outcome under the last scenario: its range, what moves it, how much is chance.

    drivers : pictures of sensitivities; the first one's rows are told
    """
    sweep = open_sweep(about.run)
    row = asdict(summaries(sweep, about.run.scenarios[-1:])[0])
    bars = list(drivers[0].rows) if drivers else []
    ranked = [bar for bar in bars if bar["index"] == bars[0]["index"]]
    return sweep_sentences(row, ranked, about.names)


def sweep_table(about: Subject) -> Table:
    """Every outcome of every scenario over the points."""
    rows = [asdict(one) for one in summaries(open_sweep(about.run))]
    titles = [
        "outcome",
        "scenario",
        "points",
        "replicates",
        "mean",
        "sd over points",
        "least",
        "most",
        "of it chance",
    ]
    cells = [
        [row["outcome"], row["scenario"], f"{row['points']:,}", f"{row['replicates']:,}", *_numbers(row)]
        for row in rows
    ]
    return Table(
        "outcomes", "Outcomes over the points of the design", titles, cells, frozenset(range(2, len(titles)))
    )


def _numbers(row: Mapping[str, Any]) -> list[str]:
    told = [row["mean"], row["sd"], row["low"], row["high"]]
    texts = ["–" if value != value else f"{value:.3f}".replace("-", "−") for value in told]
    return [*texts, share_text(row["noise"])]
