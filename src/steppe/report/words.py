"""A run or a comparison in words: the largest changes first, each with its interval.

Changes of unlike measures are ranked by |difference| divided by the measure's `scale`, the change that
weighs as much as a certain change of membership. Only differences whose interval leaves out zero are told,
and at most `PER_MEASURE` of one measure, so that one event does not fill the page with its consequences. Of a
comparison only what is distinguishable after the adjustment for the number of tests.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from steppe.analysis.comparison import changes
from steppe.analysis.distinguished import PER_MEASURE as PER_MEASURE
from steppe.analysis.distinguished import TOP
from steppe.analysis.distinguished import importance as importance
from steppe.analysis.intervals import LEVEL
from steppe.analysis.measures import Estimate, measure_table
from steppe.analysis.verdicts import AGAINST, AS_PREDICTED, NOTHING_PREDICTED
from steppe.paths import shown
from steppe.results.indicators import MEASURES, TIMES, Measure
from steppe.results.query import Run

_BY_ID = {measure.id: measure for measure in MEASURES}
_PHRASES = {
    "member": "{0} a member of {1} in {year}",
    "observer": "{0} an observer of {1} in {year}",
    "alive": "{0} exists in {year}",
    "merged": "{0} merged into {1} by {year}",
    "depth": "depth of {0} in {year}",
    "cohesion": "cohesion of {0} in {year}, where it exists",
    "members": "members of {0} in {year}",
    "observers": "observers of {0} in {year}",
    "share": "alignment of {0} with {1} in {year}",
    "multivector": "multi-vector index of {0} in {year}",
    "display_gap": "gap between displayed and revealed alignment of {0} in {year}",
    "need": "need for protection of {0} in {year}",
    "welfare": "welfare of {0} from trade in {year} (log points)",
    "influence": "influence of {0} in {year}",
    "polarisation": "polarisation in {year}",
    "open": "{0} open in {year}",
    "flow": "flow over {0} in {year} (Mt/y)",
    "shipped": "shipped of {0} in {year} (Mt/y)",
    "transport_cost": "cost of transport of {0} in {year} (USD/t)",
    "dependence": "{0} across segments of {1} in {year}",
    "leaders": "changes of leader in {0} by {year}",
    "approval": "approval of the government of {0} in {year}",
    "crisis": "financial crisis of {0} in {year}",
    "partners": "bilateral security partners of {0} in {year}",
    "allies": "bilateral allies of {0} in {year}",
    "neighbours": "affinity of {0} with its neighbours in {year}",
    "tie": "security tie of {0} with {1} in {year}",
    "affinity": "affinity of {0} with {1} in {year}",
    "closeness": "affinity within {0} in {year}",
    "stage": "stages that {0} has come by {year}",
    "support": "public support of {0} in {year}",
    "reached": "{0} at {1} or beyond in {year}",
    "years_until": "years until {0} reached {1}, where it has by {year}",
    "years_to": "years until {0} reached {1}, up to {year}",
}


_LEAST_EFFECT = 0.05  # standard deviations: less is told as none
_ADJUSTED = {
    "holm": "by Holm's procedure at 5 %",
    "fdr": "by the procedure of Benjamini and Hochberg at 5 %",
    "none": "each tested for itself at 5 %",
}


@dataclass(frozen=True)
class Line:
    """One statement: what, its value with interval, and its change with interval; `weight` ranks it.

    split : how much of the change's variance comes from values that are not known, if they are drawn
    verdict : what it says of a prediction, if the scenario asks for it
    more : how often and by how much, since when
    """

    what: str
    value: str
    change: str
    weight: float
    measure: str
    split: str = ""
    verdict: str = ""
    more: str = ""


def phrase(measure: str, entity: str, year: int, names: Mapping[str, str] | None = None) -> str:
    """What a measure of an entity says, in words: ``CCA merged into EAEU by 2035``.

    names : id → name, for ids that shall be told by name
    """
    known = names or {}
    return _PHRASES[measure].format(*(known.get(one, one) for one in entity.split("/")), year=year)


def comparison_text(rows: Sequence[Mapping[str, Any]], top: int = TOP, rich: bool = False) -> str:
    """The rows of `analysis.comparison.compare` in words, by pair of scenarios.

    rich : tables with colours for a terminal instead of plain lines
    """
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        keys = ("run", "scenario", "reference_run", "reference_scenario", "point", "reference_point", "year")
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    folders = {row["run"] for row in rows} | {row["reference_run"] for row in rows}
    return "\n\n".join(_comparison(group, len(folders) > 1, top, rich) for group in groups.values())


def run_text(run: Run, top: int = TOP, rich: bool = False) -> str:
    """A run in words: for each scenario what changed most between the start and the last year."""
    years = (run.years[0], run.years[-1])
    blocks = []
    for scenario in run.scenarios:
        if not len(run.replicates(scenario)):
            blocks.append(f"{scenario}: no replicate is stored")
            continue
        lines = _changes(run, scenario)
        head = f"{scenario}, {years[0]} to {years[1]} ({replicates_text(len(run.replicates(scenario)), run.draws)})"
        blocks.append(_block(head, lines, f"since {years[0]}", top, rich))
    return "\n\n".join(blocks)


def _changes(run: Run, scenario: str) -> list[Line]:
    """What changed in a scenario between the start and the last year."""
    if run.draws is not None:
        rows = (row.as_dict() for row in changes(run, scenario) if row.measure not in TIMES)
        return [line for row in rows if (line := _against(row))]
    years = (run.years[0], run.years[-1])
    estimates = measure_table(run, [scenario], years)
    before = {(e.measure, e.entity): e for e in estimates if e.year == years[0]}
    return [
        line
        for after in estimates
        if after.year == years[1]
        and after.measure not in TIMES
        and (line := _since_start(before[after.measure, after.entity], after))
    ]


def replicates_text(replicates: int, draws: int | None) -> str:
    """``1,000 replicates`` or ``1,000 replicates of 50 draws of the evidence``."""
    return f"{replicates:,} replicates" + (f" of {draws:,} draws of the evidence" if draws else "")


def _comparison(rows: Sequence[Mapping[str, Any]], several: bool, top: int, rich: bool) -> str:
    first = rows[0]
    names = [first["scenario"], first["reference_scenario"]]
    if several:
        names = [
            f"{shown(first[key])}:{name}" for key, name in zip(("run", "reference_run"), names, strict=True)
        ]
    if first["point"] or first.get("reference_point"):
        points = (first["point"], first["reference_point"])
        names = [f"{name} at point {point}" for name, point in zip(names, points, strict=True)]
    asked = sorted((row for row in rows if row.get("outcome")), key=lambda row: row["outcome"]["place"])
    lines = [line for row in rows if not row.get("outcome") and (line := _against(row))]
    most = max(row["n"] for row in rows)
    draws = max((row["epistemic"]["draws"] for row in rows if row.get("epistemic")), default=None)
    head = f"{names[0]} against {names[1]}, {first['year']} ({replicates_text(most, draws)})"
    if most == 1:
        return f"{head}: one replicate has no interval, and none of its differences stands out; see --all"
    text = _block(head, lines, f"against {names[1]}", top, rich, [_asked(row) for row in asked])
    return "\n".join([text, *_tested(rows)])


def _tested(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """How many tests there were, and why the arms are not paired."""
    adjust = rows[0].get("adjust")
    if adjust is not None:
        tests = sum(row["p_value"] is not None for row in rows)
        found = sum(row["distinguishable"] for row in rows)
        yield f"  {found:,} of {tests:,} differences are distinguishable, {_ADJUSTED[adjust]}"
    if rows[0].get("why"):
        yield f"  not paired, as luck is not shared ({'; '.join(rows[0]['why'])}): two independent samples"


def verdict_text(outcome: Mapping[str, Any]) -> str:
    """A verdict of `analysis.verdicts` with what qualifies it: ``as predicted, but small``."""
    sure = outcome["verdict"] in (AS_PREDICTED, AGAINST) and outcome["expects"] != "0"
    parts = [outcome["verdict"]]
    parts += ["but small"] if sure and outcome["small"] else []
    parts += ["set by the scenario"] if outcome["given"] and outcome["verdict"] != NOTHING_PREDICTED else []
    return ", ".join(parts)


def _asked(row: Mapping[str, Any]) -> Line:
    """An outcome that the scenario asks for, whatever came out."""
    what = phrase(row["measure"], row["entity"], row["year"])
    verdict = verdict_text(row["outcome"])
    if row["difference"] is None:
        return Line(what, "–", "–", 0.0, row["measure"], verdict=verdict)
    return replace(_statement(row), verdict=verdict)


def _against(row: Mapping[str, Any]) -> Line | None:
    """A row as a statement, unless its interval holds zero or it is not distinguishable among all that were tested."""
    low, high = row["low"], row["high"]
    if row["difference"] is None or low is None or low <= 0 <= high or not row.get("distinguishable", True):
        return None
    return _statement(row)


def _statement(row: Mapping[str, Any]) -> Line:
    """A row with a difference as a statement."""
    difference = row["difference"]
    low, high = (math.nan if row[end] is None else row[end] for end in ("low", "high"))
    measure = _BY_ID[row["measure"]]
    value = _level(measure, row)
    what = phrase(measure.id, row["entity"], row["year"])
    change = interval(difference, low, high, signed=True)
    share = (row.get("epistemic") or {}).get("share")
    split = "" if share is None else f"{share:.0%} epistemic".replace("%", " %")
    return Line(what, value, change, importance(measure.id, difference), measure.id, split, more=_more(row))


def _more(row: Mapping[str, Any]) -> str:
    """How often, by how much and since when, for a row whose years were looked at."""
    if "years_tested" not in row:
        return ""
    parts = []
    if not _BY_ID[row["measure"]].probability:
        parts.append(f"higher in {100 * row['probability_higher']:.0f} %")
    if row["effect"] is not None and abs(row["effect"]) >= _LEAST_EFFECT:
        parts.append(f"{_signed(row['effect'], 1)} sd")
    alone = "" if row["distinguishable"] else " by itself"
    if row["first_distinguishable"] is not None:
        parts.append(f"since {row['first_distinguishable']}{alone}")
    if alone and (row["low"] or 0) * (row["high"] or 0) > 0:
        parts.append("not distinguishable among all that were tested")
    return ", ".join(parts)


def _since_start(before: Estimate, after: Estimate) -> Line | None:
    """Change of a measure between two years, unless the interval of the later one holds the earlier one."""
    change = after.mean - before.mean
    if not math.isfinite(change) or change == 0 or after.low <= before.mean <= after.high:
        return None
    what = phrase(after.measure, after.entity, after.year)
    value = interval(after.mean, after.low, after.high)
    moved = _signed(change, _decimals((after.high - after.low) / 2))
    return Line(what, value, moved, importance(after.measure, change), after.measure)


def _level(measure: Measure, row: Mapping[str, Any]) -> str:
    """The alternative's value; a probability with its own interval."""
    mean, low, high = (row[name] for name in ("alternative", "alternative_low", "alternative_high"))
    if not measure.probability or low is None or high is None:
        return _plain(mean, 3)
    return interval(mean, low, high)


def interval(value: float, low: float, high: float, signed: bool = False) -> str:
    """``0.41 [0.38, 0.44]``, with as many decimals as the interval supports (2 to 4)."""
    text = _signed if signed else _plain
    if not math.isfinite(high - low):  # a single replicate has no interval
        return text(value, 2)
    decimals = _decimals((high - low) / 2)
    return f"{text(value, decimals)} [{_plain(low, decimals)}, {_plain(high, decimals)}]"


def _decimals(half_width: float) -> int:
    return min(max(2, -math.floor(math.log10(half_width))), 4) if half_width > 0 else 2


def _plain(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{decimals}f}"


def _signed(value: float, decimals: int) -> str:
    text = _plain(value, decimals)
    return text if text.startswith("−") else f"+{text}"


def _block(
    head: str, lines: Iterable[Line], against: str, top: int, rich: bool, asked: Sequence[Line] = ()
) -> str:
    """A heading, what was asked for, and the statements of most weight."""
    ranked = sorted(lines, key=lambda line: (-line.weight, line.what))
    told: list[Line] = []
    for line in ranked:
        if len(told) < top and sum(other.measure == line.measure for other in told) < PER_MEASURE:
            told.append(line)
    if not told and not asked:
        return f"{head}: no measure differs by more than its {LEVEL:.0%} interval"
    rest = len(ranked) - len(told)
    tail = f"and {rest} smaller ones; all numbers with --json" if rest else ""
    if rich:
        return _table(head, [*asked, *told], against, tail)
    body = [_plain_line(line, against) for line in asked]
    body += ["  elsewhere"] if asked and told else []
    body += [_plain_line(line, against) for line in told]
    return "\n".join([head, *body, *([f"  {tail}"] if tail else [])])


def _plain_line(line: Line, against: str) -> str:
    more = f" ({line.more})" if line.more else ""
    parts = [f"  {line.what}: {line.value}", f"{line.change} {against}{more}", line.split]
    return ", ".join(part for part in parts if part) + (f": {line.verdict}" if line.verdict else "")


def _table(head: str, lines: Sequence[Line], against: str, tail: str) -> str:
    """The same as a table for a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=head, caption=tail or None, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("outcome")
    table.add_column("value")
    table.add_column(against)
    drawn = any(line.split for line in lines)
    if drawn:
        table.add_column("variance")
    more = any(line.more for line in lines)
    if more:
        table.add_column("how often, how much, since")
    judged = any(line.verdict for line in lines)
    if judged:
        table.add_column("the scenario's prediction")
    for line in lines:
        colour = "red" if line.change.startswith("−") else "green"
        cells = [line.what, line.value, f"[{colour}]{line.change.replace('[', chr(92) + '[')}[/{colour}]"]
        for wanted, cell in ((drawn, line.split), (more, line.more), (judged, line.verdict)):
            cells += [cell] if wanted else []
        table.add_row(*cells)
    stream = io.StringIO()
    Console(file=stream, force_terminal=True).print(table)
    return stream.getvalue().rstrip()
