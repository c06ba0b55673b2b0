"""Explanations as text for a terminal: sentences, bars, and the commands with which to go on."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.analysis.explaining.decisions import Decision
from steppe.analysis.explaining.events import Explanation
from steppe.analysis.explaining.sources import Source
from steppe.analysis.intervals import wilson
from steppe.report.explain_words import (
    CHOICES,
    COMPONENTS,
    UNITS,
    brought_about_text,
    claim_place,
    event_text,
    percent,
    signed,
    source_line,
)

WIDTH = 110
_BAR = 12  # characters on each side of zero
_SHOWN = 5  # coded values told of a component
_GIVEN = ("rate", "half")
_LEAST = 5e-4  # what rounds to zero
_CHARTS = 3  # decisions drawn
_BLOCKS = " ▏▎▍▌▋▊▉█"
Stages = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class BarRow:
    """A row of a bar chart.  change : now less the year before, None where there is no year before"""

    id: str
    component: str
    now: float
    before: float | None
    change: float | None


def bar_rows(decision: Decision) -> list[BarRow]:
    """The components of a decision for a chart, the weightiest first; those that are zero in both years are left out."""
    rows = [
        BarRow(one.id, COMPONENTS.get(one.id, one.id), one.now, one.before, one.change)
        for one in decision.components
        if one.now or one.before
    ]
    return sorted(rows, key=lambda row: -abs(row.now))


def event_text_of(one: Explanation, run: str, stages: Stages | None = None) -> str:
    """An explanation of an event as text.  run : the run folder, for the commands"""
    lines = [*_heading(one, stages), ""]
    if one.ordered:
        lines += ["brought about by", *(f"  {brought_about_text(what)}" for what in one.ordered), ""]
    if not one.decisions:
        lines += _nothing_weighed(one)
    drawn = _drawn(one)
    votes = [decision for decision in one.decisions if decision.about in ("admit", "deepen", "merge")]
    for decision in drawn:
        lines += [*_decision(decision, one), ""]
    if votes:
        lines += [*_votes(votes, one), ""]
    if one.requirements:
        lines += ["it requires", *(_requirement(need, _then(one)) for need in one.requirements), ""]
    deciding = next((vote for vote in drawn if vote.outcome == "no"), drawn[0] if drawn else None)
    lines += _rests_on(one, deciding)
    lines += _go_on(one, deciding, run)
    return "\n".join(lines).rstrip()


def bars(rows: Sequence[BarRow], digits: int = 3, then: str = "year before") -> list[str]:
    """Rows as text: component, now, the year before, change, and a bar from zero to now."""
    if not rows:
        return ["  nothing: every component is zero"]
    most = max(abs(row.now) for row in rows) or 1.0
    small = [row for row in rows if max(abs(row.now), abs(row.before or 0.0)) < _LEAST]
    rows = [row for row in rows if row not in small]
    size = max((len(row.component) for row in rows), default=0)
    head = f"  {'':<{size}}  {'now':>8}  {then:>11}  {'change':>8}"
    lines = [head]
    for row in rows:
        numbers = (
            f"{signed(row.now, digits):>8}  {signed(row.before, digits):>11}  {signed(row.change, digits):>8}"
        )
        lines.append(f"  {row.component:<{size}}  {numbers}  {bar(row.now / most)}")
    return [*lines, *([f"  and {len(small)} below {_LEAST:g}"] if small else [])]


def bar(share: float) -> str:
    """A bar from the middle: to the right for a share up to 1, to the left down to −1."""
    eighths = round(abs(share) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    if share >= 0:
        return f"{'':<{_BAR}}│{'█' * full}{_BLOCKS[rest].strip()}"
    left = "█" * full + ("▐" if rest >= 4 else "")
    return f"{left:>{_BAR}}│"


def _heading(one: Explanation, stages: Stages | None) -> list[str]:
    event = one.event
    low, high = (float(edge) for edge in wilson(len(one.replicates), one.of))  # type: ignore[arg-type]
    share = len(one.replicates) / one.of
    lines = [
        f"{event_text(event, stages=stages)}: {event['time']}, replicate {one.replicate} of {one.scenario}",
        f"  it happens in {len(one.replicates):,} of {one.of:,} replicates: {share:.2f} [{low:.2f}, {high:.2f}]"
        + ("; this is the one in which it comes at the median date" if one.chosen else ""),
        "  the replicate was stepped again, and gave what is stored",
    ]
    if one.rule and event["kind"] in ("admitted", "refused", "observing", "observing_refused", "deepened"):
        lines.append(f"  {event['organisation']} decides by {one.rule.replace('_', ' ')}")
    return lines


def _then(one: Explanation) -> str:
    return "a year before" if one.whole_year else "at the start"


def _column(one: Explanation) -> str:
    return "year before" if one.whole_year else "at start"


def _nothing_weighed(one: Explanation) -> list[str]:
    kind = one.event["kind"]
    if kind == "dissolved" and not one.ordered:
        return ["nothing was weighed: fewer than two members were left", ""]
    if kind == "refused" or kind == "observing_refused":
        return ["nothing was weighed: there was nobody to vote, or the rule bars the candidate", ""]
    return [] if one.ordered else ["nothing was weighed", ""]


def _drawn(one: Explanation) -> list[Decision]:
    """The decisions that are drawn as charts: what was weighed first, and the votes that decided."""
    votes = [decision for decision in one.decisions if decision.about in ("admit", "deepen", "merge")]
    own = [decision for decision in one.decisions if decision not in votes]
    against = [vote for vote in votes if vote.outcome == "no"]
    narrow = sorted(against or votes, key=lambda vote: vote.chance or 0.0)
    return [*own, *narrow][: max(_CHARTS, len(own) + 1)] if votes else own


def _decision(decision: Decision, one: Explanation) -> list[str]:
    when = _then(one)
    digits = 3 if decision.unit != "log rate" else 2
    text = f"{decision.who}: {CHOICES[decision.about]}"
    number = f"{signed(decision.index, digits)} [{UNITS[decision.unit]}]"
    if decision.index_before is not None:
        number += f", {signed(decision.index_before, digits)} {when}"
    elif one.decisions and not one.comparable:
        number += f"; there was no such choice {when}"
    lines = [f"{text}: {number}"]
    lines += [f"  {line}" for line in _odds(decision, when)]
    lines += textwrap.wrap(_drivers(decision), WIDTH, initial_indent="  ", subsequent_indent="  ")
    return [*lines, *bars(bar_rows(decision), digits, _column(one))]


def _odds(decision: Decision, when: str) -> list[str]:
    """How likely it was, and where the draw fell."""
    if decision.outcome == "ordered" or decision.chance is None:
        return []
    before = "" if decision.chance_before is None else f" ({percent(decision.chance_before)} {when})"
    chance = f"{percent(decision.chance)}{before}"
    if decision.outcome in ("yes", "no", "not asked"):
        drawn = f", the draw {decision.luck:.3f}: {decision.outcome}" if decision.luck is not None else ""
        return [f"a yes with {chance}, noise {decision.noise:g}{drawn}"]
    noise = f", noise {decision.noise:g}" if decision.noise is not None else ""
    return [f"so that it happened in this step with {chance}{noise}"]


def _drivers(decision: Decision) -> str:
    """What counted most for and against, and what changed most, in a sentence; what is the same for everyone left out."""
    rows = [row for row in bar_rows(decision) if row.id not in _GIVEN]
    if not rows:
        return ""
    up = [f"{row.component} ({signed(row.now)})" for row in rows if row.now >= _LEAST][:2]
    down = [f"{row.component} ({signed(row.now)})" for row in rows if row.now <= -_LEAST][:2]
    parts = [f"For it: {' and '.join(up)}." if up else "Nothing spoke for it."]
    parts += [f"Against it: {' and '.join(down)}." if down else "Nothing spoke against it."]
    moved = sorted((row for row in rows if row.change), key=lambda row: -abs(row.change or 0.0))[:2]
    if moved and abs(moved[0].change or 0.0) >= _LEAST:
        told = " and ".join(f"{row.component} ({signed(row.change)})" for row in moved)
        parts.append(f"Most changed since then: {told}.")
    return " ".join(parts)


def _votes(votes: Sequence[Decision], one: Explanation) -> list[str]:
    yes = sum(vote.outcome == "yes" for vote in votes)
    asked = sum(vote.outcome != "not asked" for vote in votes)
    lines = [
        f"votes: {yes} yes of {asked} asked"
        + (f", {len(votes) - asked} not asked: it was settled" if asked < len(votes) else "")
    ]
    lines.append(f"  {'':<6}  {'weighed':>8}  {_column(one):>11}  {'yes with':>9}  {'draw':>6}  vote")
    for vote in votes:
        luck = "–" if vote.luck is None else f"{vote.luck:.3f}"
        numbers = (
            f"{signed(vote.index):>8}  {signed(vote.index_before):>11}  {percent(vote.chance):>9}  {luck:>6}"
        )
        lines.append(f"  {vote.who:<6}  {numbers}  {vote.outcome}")
    return lines


def _requirement(need: Any, when: str) -> str:
    level = "" if need.level is None else f" at {need.level:g}"
    now = "holds" if need.now else "does not hold"
    before = "held" if need.before else "did not hold"
    return f"  {need.kind} {' '.join(need.of)}{level}: {now}; {when} it {before}"


def _rests_on(one: Explanation, decision: Decision | None) -> list[str]:
    """Parameters, coded values and claims of the weightiest components of the decision that counted."""
    if decision is None or not one.sources:
        return []
    lines = [f"what this rests on for {decision.who}: the weightiest components"]
    for part in _weightiest(decision):
        own = [source for source in one.sources if (decision.who, part) in source.enters]
        lines.append(f"  {COMPONENTS.get(part, part)}")
        lines += [f"    {line}" for line in _sources(own, part)]
    return [*lines, ""]


def _weightiest(decision: Decision) -> list[str]:
    return [row.id for row in bar_rows(decision) if abs(row.now) >= _LEAST][:3]


def _sources(own: Sequence[Source], part: str) -> list[str]:
    parameters = [source for source in own if source.kind == "parameter"]
    values = [source for source in own if source.kind != "parameter" and source.coded]
    uncoded = sum(not source.coded for source in own)
    lines: list[str] = []
    for source in (*parameters, *values[:_SHOWN]):
        lines.append(source_line(source, part))
        for claim in source.claims[:1]:
            lines += _claim(claim, "  claim ")
        for claim in () if source.claims else source.informed_by[:1]:
            lines += _claim(claim, "  informed by ")
    rest = len(values) - _SHOWN
    if rest > 0 or uncoded:
        more = [f"{rest} coded values more"] if rest > 0 else []
        more += [f"{uncoded} defaults for what nobody coded"] if uncoded else []
        lines.append(f"… and {', '.join(more)}: --json")
    return lines


def _claim(claim: Mapping[str, Any], head: str) -> list[str]:
    text = f"{head}{claim['id']}, {claim_place(claim)}: {' '.join(str(claim.get('says', '')).split())}"
    return textwrap.wrap(text, WIDTH - 4, subsequent_indent=" " * (len(head) - len(head.lstrip()) + 4))


def _go_on(one: Explanation, decision: Decision | None, run: str) -> list[str]:
    """Commands that lead on: to a value with its claims, to a claim with its paragraphs, to the story."""
    parts = [] if decision is None else _weightiest(decision)
    own = [
        source
        for part in parts
        for source in one.sources
        if decision is not None and (decision.who, part) in source.enters
    ]
    own = [source for source in own if source.claims or source.informed_by] or own
    claims = [str(claim["id"]) for source in own[:1] for claim in (*source.claims, *source.informed_by)[:1]]
    commands = [f"steppe show {name}" for name in (*(source.id for source in own[:1]), *claims)]
    who = one.event.get("state") or one.event.get("organisation") or one.event.get("process")
    if who:
        commands.append(
            f"steppe explain story {run} {who} --scenario {one.scenario} --replicate {one.replicate}"
        )
    return ["go on with", *(f"  {command}" for command in commands)]
