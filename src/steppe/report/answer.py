"""The answer to a question in words, for a terminal: see `analysis.answers` for what it is made of."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from steppe.analysis.convergence import few_events
from steppe.report.baselines import baseline_lines
from steppe.report.interventions import says
from steppe.report.words import interval, phrase, replicates_text, verdict_text
from steppe.results.indicators import chosen

WIDTH = 116
_LABEL = 15  # columns of the labels
_VERDICT, _NARROWEST = 18, 22  # columns of a verdict, and the fewest of an outcome
_STATUS = {"raised": "raised by", "implied": "implied by", None: "bears on"}
_BASES = {
    "document": "from the documents",
    "public": "from public sources",
    "assumed": "assumed",
    "uncoded": "defaults for what nobody coded",
}
SIGNS = {"+": "+", "-": "−", "0": "0", None: "–"}


def in_words(answer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The answer with words beside its data: `says` of each intervention, `what` of each outcome, `found` of each verdict.

    names : id → name, for ids that shall be told by name
    """
    told = {**answer, **_told(answer, names)}
    told["counterfactual"] = {**answer["counterfactual"], **_told(answer["counterfactual"], names)}
    for part in ("outcomes", "elsewhere"):
        told[part] = [{**row, "what": _what(row, names)} for row in answer[part]]
    for row in told["outcomes"]:
        row["found"] = verdict_text(row["outcome"])
    return told


def _what(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What was measured; the year stands above the table."""
    text = phrase(row["measure"], row["entity"], row["year"], names)
    return re.sub(rf" (in|by) {row['year']}\b", "", text)


def _told(part: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {"interventions": [{**one, "says": says(one, names)} for one in part["interventions"]]}


def answer_text(
    answer: Mapping[str, Any], commands: Sequence[tuple[str, str]] = (), width: int = WIDTH
) -> str:
    """An answer that `in_words` made.

    commands : how to go on, with what each does
    """
    other = answer["counterfactual"]
    reading = [f"{question}={name}" for question, name in (answer.get("readings") or {}).items()]
    blocks = [
        heading(answer, width),
        "\n".join(
            [
                *_said(_STATUS[answer["status"]], [place(one) for one in answer["documents"]], width),
                *_said("predicted", [answer["prediction"] or "nothing"], width),
                *_said("changed", changes(answer), width),
                *_said("compared with", [_reference(other)], width),
                *_said("readings", reading, width),
            ]
        ),
        _outcomes(answer, width),
        "\n".join(
            [
                *_said("ids", [f"{name}: {says}" for name, says in answer["ids"].items()], width),
                *_said("rests on", rests_on(answer), width),
                *_go_on(commands),
            ]
        ),
    ]
    return "\n\n".join(block for block in blocks if block)


def heading(answer: Mapping[str, Any], width: int = WIDTH) -> str:
    """Number, name and question."""
    number = f"{answer['number']}  " if answer.get("number") else ""
    lines = textwrap.wrap(flat(answer["question"] or ""), width - len(number), break_long_words=False)
    return "\n".join([number + (lines or [""])[0], *(" " * len(number) + line for line in lines[1:])])


def question_text(entry: Mapping[str, Any], width: int = WIDTH) -> str:
    """Question and prediction of a scenario as the manifest has them, above a summary."""
    lines = textwrap.wrap(flat(entry.get("question") or ""), width, break_long_words=False)
    if entry.get("prediction"):
        lines += _said("predicted", [entry["prediction"]], width)
    return "\n".join(lines)


def scenarios_text(rows: Sequence[Mapping[str, Any]], width: int = WIDTH) -> str:
    """Scenarios by number: name, whether a document raises or implies the question, the question, what was predicted."""
    blocks = []
    for row in rows:
        number = f"{row['inventory']}  " if row.get("inventory") else ""
        status = f"  ({row['status']})" if row.get("status") else ""
        lines = [f"{number}{row['id']}{status}"]
        for label, key in (("", "question"), ("predicted: ", "prediction")):
            if row.get(key):
                lines += textwrap.wrap(
                    label + flat(row[key]), width, initial_indent="     ", subsequent_indent="     "
                )
        blocks.append("\n".join(lines))
    return "\n".join(blocks) or "none"


def place(document: Mapping[str, Any]) -> str:
    """Where a claim was read: ``A. Buzarov, “…”, outlet, 2026, ¶ 3, 5–7``."""
    title = f"“{document['title']}”" if document["title"] else f"untitled {document['kind'] or 'document'}"
    parts = [
        document["author"],
        title,
        document["outlet"],
        document["published"],
        f"¶ {_ranges(document['paragraphs'])}",
    ]
    return ", ".join(str(part) for part in parts if part) + f" ({document['id']})"


def changes(part: Mapping[str, Any]) -> list[str]:
    """What a scenario changes: its levers, then every intervention, parameter and switch."""
    levers = "; ".join(part.get("levers") or ())
    lines = [levers] if levers else []
    lines += [f"{month(one['date'])}  {one['says']}" for one in part["interventions"]]
    lines += [f"throughout  {name} = {value:g}" for name, value in part["parameters"].items()]
    lines += [f"throughout  {name} {'on' if on else 'off'}" for name, on in part["mechanisms"].items()]
    return lines or ["nothing"]


def month(date: str) -> str:
    """``2026-07`` of a first of July, other days in full."""
    return date.removesuffix("-01") if date.endswith("-01") else date


def rests_on(answer: Mapping[str, Any]) -> list[str]:
    """How many of the values that enter are known from where."""
    found = answer["rests_on"]
    total = sum(found["values"].values())
    kinds = ", ".join(
        f"{found['values'][name]:,} {words}" for name, words in _BASES.items() if found["values"].get(name)
    )
    lines = [f"{total:,} values of the world: {kinds}"]
    lines.append(_parameters(found["parameters"]))
    if found["set"]:
        lines.append("set: " + ", ".join(f"{name} = {value:g}" for name, value in found["set"].items()))
    count = len(answer["interventions"])
    if count:
        lines.append(f"size and date of {count} intervention{'s' if count > 1 else ''}: the scenario's own")
    if not found["drawn"]:
        lines.append("all at their coded values: the intervals are of luck alone, not of what is not known")
    return lines


def _parameters(bases: Mapping[str, int]) -> str:
    """How many parameters of the rules there are, by basis."""
    head = f"{sum(bases.values())} parameters of the rules"
    if len(bases) == 1:
        return f"{head}, all {_BASES[next(iter(bases))]}"
    return f"{head}: " + ", ".join(f"{count} {_BASES.get(name, name)}" for name, count in bases.items())


def cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Value, value of the counterfactual and difference, each with its interval."""
    return (
        _cell(row["alternative"], row["alternative_low"], row["alternative_high"]),
        _cell(row["reference"], row["reference_low"], row["reference_high"]),
        _cell(row["difference"], row["low"], row["high"], signed=True),
    )


def _cell(value: float | None, low: float | None, high: float | None, signed: bool = False) -> str:
    if value is None:
        return "–"
    nan = float("nan")
    return interval(value, nan if low is None else low, nan if high is None else high, signed)


def _few(answer: Mapping[str, Any], width: int) -> Iterator[str]:
    """A warning for each probability that rests on fewer than ten events, or fewer than ten futures without one."""
    for row in answer["outcomes"]:
        if row["n"] and chosen([row["measure"]])[0].probability:
            for side, mean in (("with it", row["alternative"]), ("without it", row["reference"])):
                warning = few_events(round(mean * row["n"]), row["n"])
                if warning:
                    yield from textwrap.wrap(
                        f"{row['what']}, {side}: {warning}", width, subsequent_indent="  "
                    )


def _outcomes(answer: Mapping[str, Any], width: int) -> str:
    """The outcomes as a table, and what differs most besides."""
    futures = replicates_text(answer["replicates"], answer["draws"])
    head = f"on {answer['date']}, {futures}, paired; {answer['level']:.0%} intervals".replace("%", " %")
    drawn = bool(answer["draws"])
    titles = [
        "outcome",
        "with it",
        "without it",
        "difference",
        *(["epistemic"] if drawn else []),
        "predicted",
        "found",
    ]
    rows = []
    for row in answer["outcomes"]:
        few = f" ({row['n']:,} futures)" if row["n"] < answer["replicates"] else ""
        share = (row.get("epistemic") or {}).get("share")
        split = ["–" if share is None else f"{share:.0%}".replace("%", " %")] if drawn else []
        sign = SIGNS[row["outcome"]["expects"]]
        value, other, change = cells(row)
        rows.append([row["what"] + few, value, other.partition(" [")[0], change, *split, sign, row["found"]])
    parts = [head, *([table(titles, rows, width)] if rows else []), *_few(answer, width)]
    parts += baseline_lines(answer["outcomes"], width)
    if answer["elsewhere"]:
        parts.append("elsewhere" if rows else "what differs most")
        parts += [_elsewhere(row) for row in answer["elsewhere"]]
    elif not rows:
        parts.append("no measure differs by more than its interval")
    return "\n".join(parts)


def _elsewhere(row: Mapping[str, Any]) -> str:
    """A further difference as a line."""
    change = interval(row["difference"], row["low"], row["high"], signed=True)
    return f"  {row['what']}: {change}"


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Rows under titles; the first and the last column are broken into lines so that all fits."""
    middle = [max(len(row[k]) for row in [titles, *rows]) for k in range(1, len(titles) - 1)]
    last = [textwrap.wrap(row[-1], _VERDICT) for row in rows]
    room = max(_NARROWEST, width - 2 - sum(middle) - _VERDICT - 2 * len(titles) + 2)
    first = [textwrap.wrap(row[0], room, subsequent_indent="  ") for row in rows]
    widths = [_widest(titles[0], first), *middle, _widest(titles[-1], last)]

    def line(cells: Sequence[str]) -> str:
        return "  " + "  ".join(cell.ljust(size) for cell, size in zip(cells, widths, strict=True)).rstrip()

    out = [line(titles), "  " + "  ".join("─" * size for size in widths)]
    for row, starts, ends in zip(rows, first, last, strict=True):
        for n, (start, end) in enumerate(zip_longest(starts, ends, fillvalue="")):
            out.append(line([start, *(row[1:-1] if n == 0 else [""] * len(middle)), end]))
    return "\n".join(out)


def _widest(title: str, cells: Iterable[Sequence[str]]) -> int:
    return max(len(text) for text in [title, *(line for lines in cells for line in lines)])


def _said(label: str, entries: Iterable[str], width: int) -> list[str]:
    """A label and what stands beside it, an entry per line, broken to fit."""
    out: list[str] = []
    for entry in entries:
        lines = textwrap.wrap(
            flat(entry) if "  " not in entry else entry,
            width - _LABEL - 2,
            subsequent_indent="  ",
            break_long_words=False,
        )
        out += lines or [""]
    return [f"  {label if n == 0 else '':<{_LABEL}}{line}" for n, line in enumerate(out)]


def _go_on(commands: Sequence[tuple[str, str]]) -> list[str]:
    """Commands in a column, each with what it does."""
    size = max((len(command) for command, _ in commands), default=0)
    return [
        f"  {'go on with' if n == 0 else '':<{_LABEL}}{command:<{size}}  {what}"
        for n, (command, what) in enumerate(commands)
    ]


def _reference(other: Mapping[str, Any]) -> str:
    lines = changes(other)
    own = "" if lines == ["nothing"] else ": " + "; ".join(lines)
    return (
        f"{other['scenario']}{own}"
        if own
        else f"{other['scenario']}: {flat(other['question'] or 'nothing is changed')}"
    )


def _ranges(numbers: Sequence[int]) -> str:
    """``3, 5–7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
