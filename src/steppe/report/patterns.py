"""Patterns and claims in words: for a terminal, and as a page of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
ROLES = {
    "needed": "goes away",
    "weakens": "weaker",
    "no difference": "the same",
    "strengthens": "stronger",
    "unclear": "cannot be told",
}
STARRED = "\\*: in part by construction, see there."
STATUS = {"holds": "yes", "open": "open", "negligible": "tiny", "fails": "no"}


def text(data: Row, in_full: bool = False) -> str:
    """For a terminal. in_full : every test, not only what is less than whole."""
    lines = [settings_text(data["settings"]), ""]
    for row in data.get("patterns", ()):
        lines += [*_pattern_lines(row, in_full), ""]
    for row in data.get("claims", ()):
        lines += [*_claim_lines(row, in_full), ""]
    for kind in ("patterns", "claims"):
        if kind in data:
            lines.append(f"{kind}: {tally(data[kind])}")
    return "\n".join(lines)


def tally(rows: Sequence[Row]) -> str:
    """How many of each verdict."""
    counted = Counter(row["verdict"] for row in rows)
    return ", ".join(f"{count} {verdict}" for verdict, count in counted.most_common())


def settings_text(settings: Row) -> str:
    """How it was found."""
    said = f"{settings['runs']} runs of {settings['replicates']:,} replicates at the coded values, seed {settings['seed']}"
    if settings["draws"]:
        said += (
            f"; {settings['sampled_runs']} of them over {settings['draws']} draws of the evidence, "
            f"{settings['replicates_per_draw']} replicates each"
        )
    return said


def _pattern_lines(row: Row, in_full: bool) -> Iterator[str]:
    yield f"{row['id']}  {row['verdict']}: {row['statement'].strip()}"
    yield "     " + "; ".join(_headline(row))
    for test in row["tests"] if in_full else ():
        yield f"     {STATUS[test['status']]:>4}  {test['says']}: {numbers(test)}"
    for one in row["without"]:
        yield f"     without {one['says']}: {ROLES[one['role']]}, {numbers(one)}"
    for reason in row["reasons"]:
        yield f"     {reason}"
    if row["by_construction"]:
        yield f"     by construction: {row['by_construction'].strip()}"


def _headline(row: Row) -> Iterator[str]:
    yield numbers(row["tests"][0])
    if row["share_of_range"] is not None:
        yield f"all of it in {row['share_of_range']:.0%} of the range"


def _claim_lines(row: Row, in_full: bool) -> Iterator[str]:
    number = " ".join(row["inventory"])
    yield f"{number}  {row['verdict']}: {row['id']}"
    if row["why"]:
        yield f"     {row['why'].strip()}"
    shown = row["tests"] if in_full else row["tests"][:1]
    for test in shown:
        yield f"     {STATUS[test['status']]:>4}  {test['says']}: {numbers(test)}"
    if row["range"]:
        yield f"     all of it in {row['range']['share']:.0%} of the range"
    for reason in row["reasons"] if in_full else ():
        yield f"     {reason}"


def numbers(row: Row) -> str:
    """A probability with its interval, or a difference with its own and the share that shows it."""
    difference = row["difference"]
    if difference is None:
        return interval(row["probability"], row["low"], row["high"])
    unit = "" if difference["unit"] == "1" else f" {difference['unit']}"
    size = interval(difference["value"], difference["low"], difference["high"], signed=True)
    share = "–" if row["probability"] is None else f"{row['probability']:.2f}"
    return f"{size}{unit}, in {share} of the replicates"


def interval(value: float | None, low: float | None, high: float | None, signed: bool = False) -> str:
    """``.42 [.38, .46]``"""
    if value is None or low is None or high is None:
        return "undefined"
    return f"{_short(value, signed)} [{_short(low, signed)}, {_short(high, signed)}]"


def _short(value: float, signed: bool) -> str:
    """Two digits that count; probabilities to a hundredth."""
    size = abs(value)
    if not signed:
        return f"{value:.2f}"
    digits = 1 if size >= 10 else 2 if size >= 0.1 else 3 if size >= 0.01 else 4
    shown = f"{value:+.{digits}f}"
    return shown.replace("-", "−") if float(shown) else "0"


def record(data: Row) -> dict[str, Any]:
    """What a report of a run tells of the patterns: their verdicts, and how they were found."""
    kept = ("id", "statement", "verdict", "share_of_range")
    patterns = [
        {**{key: row[key] for key in kept}, "by_construction": bool(row["by_construction"])}
        for row in data["patterns"]
    ]
    return {"found": settings_text(data["settings"]), "patterns": patterns}


# --- a page ----------------------------------------------------------------------------------------------


def page(data: Row) -> str:
    """Both tables as Markdown."""
    lines = [
        "# Patterns and claims: what was found",
        "",
        "Written by `steppe patterns --markdown docs/patterns_found.md`; [how it is done](patterns.md).",
        "",
        f"{settings_text(data['settings'])}.",
        "",
        "## Patterns",
        "",
        f"{tally(data['patterns'])}. {STARRED}",
        "",
        *_table(
            ["", "pattern", "verdict", "at the coded values", "of the range", "without …"],
            [_pattern_cells(row) for row in data["patterns"]],
        ),
    ]
    for row in data["patterns"]:
        lines += ["", f"### {row['id']}: {row['verdict']}", "", *_pattern_section(row)]
    lines += [
        "",
        "## Claims",
        "",
        f"{tally(data['claims'])}. {STARRED}",
        "",
        *_table(
            ["", "claim", "verdict", "found", "of the range"],
            [_claim_cells(row) for row in data["claims"]],
        ),
    ]
    return "\n".join(lines) + "\n"


def _pattern_cells(row: Row) -> list[str]:
    without = "; ".join(f"{one['id']}: {ROLES[one['role']]}" for one in row["without"]) or "–"
    return [
        row["id"] + ("*" if row["by_construction"] else ""),
        row["statement"].strip(),
        row["verdict"],
        numbers(row["tests"][0]),
        _percent(row["share_of_range"]),
        without,
    ]


def _pattern_section(row: Row) -> Iterator[str]:
    yield from _table(
        ["", "test", "found", "of the range"],
        [
            [STATUS[test["status"]], test["says"], numbers(test), _percent(test["share_of_range"])]
            for test in row["tests"]
        ],
    )
    if row["without"]:
        yield ""
        yield from _table(
            ["without", "then", "found"],
            [[one["says"] + _of_test(one), ROLES[one["role"]], numbers(one)] for one in row["without"]],
        )
    for reason in row["reasons"]:
        yield from ("", f"- {reason}.")
    if row["by_construction"]:
        yield from ("", f"By construction: {row['by_construction'].strip()}.")


def _of_test(row: Row) -> str:
    return "" if row["of_test"] == 1 else f" (test {row['of_test']})"


def _claim_cells(row: Row) -> list[str]:
    found = row["why"] or "; ".join(f"{test['says']}: {numbers(test)}" for test in row["tests"])
    if row["pattern"]:
        found = f"{row['pattern']}: {found}"
    spread = row["range"]
    return [
        " ".join(row["inventory"]) + ("*" if row["by_construction"] else ""),
        f"`{row['id']}` {row['says'].strip()}",
        row["verdict"],
        found.strip(),
        _percent(spread["share"] if spread else None),
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
