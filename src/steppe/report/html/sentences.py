"""The answer of a run in three sentences, made from its numbers by plain templates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from steppe.analysis.convergence import few_events
from steppe.report.figures.telling import listed
from steppe.report.html.numbers import Number, Sentence, difference, plain, share_text, side
from steppe.report.words import interval, phrase, replicates_text, verdict_text
from steppe.results.indicators import chosen

_CLAUSES = {
    "member": "{0} is a member of {1} in {year}",
    "observer": "{0} is an observer of {1} in {year}",
    "alive": "{0} exists in {year}",
    "merged": "{0} has merged into {1} by {year}",
    "open": "{0} is open in {year}",
    "reached": "{0} is at “{1}” or beyond in {year}",
}
ASKED, BESIDES = 3, 2  # further outcomes that were asked for, and other differences, in the second sentence


def clause(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What a probability is the probability of, as a clause."""
    parts = (names.get(one, one) for one in row["entity"].split("/"))
    return _CLAUSES[row["measure"]].format(*parts, year=row["year"])


def answer_sentences(
    rows: Sequence[Mapping[str, Any]],
    besides: Sequence[Mapping[str, Any]],
    levers: Sequence[str],
    rests: Mapping[str, Any],
    names: Mapping[str, str],
) -> list[Sentence]:
    """What the change does, what else differs, and what this rests on.

    rows : differences that answer the question, the first one first;  besides : the largest of the others
    levers : what the scenario changes, in words;  rests : see `rest_sentence`
    """
    start = f"With {listed(levers)}" if levers else "Under the scenario"
    found: list[Sentence] = []
    if rows:
        found.append(_first(start, rows[0], names))
    more = [*rows[1 : 1 + ASKED], *besides[:BESIDES]]
    if more:
        found.append(_second(more, names, bool(rows)))
    elif not rows:
        found.append([f"{start}, no measure differs from the reference by more than its interval."])
    found.append(rest_sentence(rests))
    return found


def _first(start: str, row: Mapping[str, Any], names: Mapping[str, str]) -> Sentence:
    if row["difference"] is None:
        what = phrase(row["measure"], row["entity"], row["year"], names)
        return [
            f"{start}, “{what}” is not defined in both scenarios in any future, so that nothing can be said of it."
        ]
    if chosen([row["measure"]])[0].probability:
        head = f"{start}, {clause(row, names)} in "
        parts = [
            head,
            side(row, "alternative"),
            " of the futures, against ",
            plain(row, "reference"),
            " without: ",
        ]
    else:
        what = phrase(row["measure"], row["entity"], row["year"], names)
        parts = [f"{start}, the mean of “{what}” is ", side(row, "alternative"), ", against "]
        parts += [plain(row, "reference"), " without: "]
    return [*parts, "a difference of ", difference(row), _foretold(row), "."]


def _second(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], more: bool) -> Sentence:
    parts: list[str | Number] = ["The other differences: " if more else "What differs most: "]
    for place, row in enumerate(rows):
        parts += ["; " if place else "", phrase(row["measure"], row["entity"], row["year"], names), " "]
        parts += [difference(row), _foretold(row)]
    return [*parts, "."]


def _foretold(row: Mapping[str, Any]) -> str:
    """The verdict on a prediction, in brackets, where there was one."""
    outcome = row.get("outcome")
    return f" ({verdict_text(outcome)})" if outcome and outcome["expects"] else ""


def rest_sentence(rests: Mapping[str, Any]) -> Sentence:
    """How many futures, what their intervals hold, and how much is assumed.

    rests : replicates, draws (or None), paired, values by basis, assumed and all parameters, share (epistemic share of the
        first outcome, or None)
    """
    futures = replicates_text(rests["replicates"], rests["draws"])
    total = sum(rests["values"].values())
    assumed = rests["values"].get("assumed", 0) + rests["values"].get("uncoded", 0)
    if rests["draws"]:
        share = rests.get("share")
        of = (
            ""
            if share is None
            else f"; {share_text(share)} of the variance of this outcome come from values that are not known"
        )
        luck = f"the intervals hold both luck and what is not known{of}"
    else:
        luck = "every value is at its coded centre, so that the intervals are of luck alone and not of what is not known"
    return [
        f"This rests on {futures}{', paired by their luck' if rests['paired'] else ''}; {luck}; {assumed:,} of {total:,} "
        f"values of the world and {rests['assumed']} of {rests['parameters']} parameters are assumptions."
    ]


def course_sentences(
    changes: Sequence[Mapping[str, Any]], start: int, rests: Mapping[str, Any], names: Mapping[str, str]
) -> list[Sentence]:
    """The same of a scenario alone: what has moved most since the start.

    changes : measure, entity, year, scenario, mean, low, high, before, of the last year, largest first
    """
    found: list[Sentence] = []
    for place, row in enumerate(changes[:2]):
        text = interval(row["mean"], row["low"], row["high"])
        of = {key: row[key] for key in ("scenario", "measure", "entity", "year")}
        number = Number(text, row["mean"], {**of, "point": 0, "statistic": "mean"})
        before = Number(
            f"{row['before']:.2f}", row["before"], {**of, "year": start, "point": 0, "statistic": "mean"}
        )
        lead = "What moves most" if not place else "Next"
        what = phrase(row["measure"], row["entity"], row["year"], names)
        found.append([f"{lead} is {what}: ", number, ", from ", before, f" in {start}."])
    if not found:
        found.append([f"No measure has moved since {start} by more than its interval."])
    found.append(rest_sentence(rests))
    return found


def sweep_sentences(
    row: Mapping[str, Any], drivers: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> list[Sentence]:
    """The same of a run with a design.

    row : of `analysis.sweep.summaries`, the first outcome;  drivers : factor, value and name of its index, the largest first
    """
    measure, entity, year = row["outcome"].split(" ")
    what = phrase(measure, entity, int(year.lstrip("@")), names)
    found: list[Sentence] = [
        [
            f"Over {row['points']:,} points of the design, “{what}” has a mean of {row['mean']:.2f}, from {row['low']:.2f} at "
            f"one point to {row['high']:.2f} at another."
        ]
    ]
    if drivers:
        told = listed([f"{one['factor']} ({one['value']:.2f})" for one in drivers[:ASKED]])
        found.append([f"What moves it most is {told}, by this index: {drivers[0]['index']}."])
    noise = row["noise"]
    chance = (
        ""
        if noise is None or math.isnan(noise)
        else f"; {share_text(noise)} of the variance between points is chance"
    )
    found.append(
        [f"Each point has {row['replicates']:,} replicates, and all points share their luck{chance}."]
    )
    return found


def warnings(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """A warning for each probability that rests on fewer than ten events, or fewer than ten futures without one."""
    found = []
    for row in rows:
        if row["n"] and row["alternative"] is not None and chosen([row["measure"]])[0].probability:
            for side_, mean in (("with the change", row["alternative"]), ("without it", row["reference"])):
                said = few_events(round(mean * row["n"]), row["n"])
                if said:
                    what = phrase(row["measure"], row["entity"], row["year"], names)
                    found.append(f"{what}, {side_}: {said}")
    return found
