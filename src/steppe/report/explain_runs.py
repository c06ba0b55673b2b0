"""Stories, measures and typical replicates as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from steppe.analysis.explaining.measuring import Measured, Sensitive
from steppe.analysis.explaining.memberships import GAINED, PAID
from steppe.analysis.explaining.stories import Story
from steppe.analysis.explaining.typical import Cluster, Typical
from steppe.report.explain_words import COMPONENTS, claim_place, event_text, percent, signed, source_line
from steppe.report.words import interval, phrase

WIDTH = 110
_NUMBERS = {
    "state": ("need", "welfare", "approval", "multivector", "partners", "allies"),
    "organisation": ("depth", "cohesion", "members", "observers"),
    "process": ("stage", "support"),
    "segment": ("status", "flow"),
}
_WEAK = 0.25
_CLAIMS = 1  # told of a quantity
Stages = Mapping[str, tuple[str, ...]]


def story_text(story: Story, stages: Stages | None = None) -> str:
    """A story as dated lines between the numbers at both ends."""
    why = ", the scenario's typical one" if story.typical else ""
    lines = [f"{story.entity}, replicate {story.replicate} of {story.scenario}{why}", ""]
    lines += [f"{story.years[0]}", *_seats(story, story.seats_before), ""]
    for event in story.events:
        lines.append(f"  {event['time']}  {event_text(event, stages=stages)}{_because(event)}")
    lines += [
        "" if story.events else "  nothing happens to it",
        f"{story.years[-1]}",
        *_seats(story, story.seats_after),
    ]
    return "\n".join([*lines, "", *_ends(story)])


def _seats(story: Story, seats: Mapping[str, Sequence[str]]) -> list[str]:
    if story.kind not in ("state", "organisation"):
        return []
    head = "{} of" if story.kind == "state" else "{}s"
    told = [f"  {head.format(status)}: {' '.join(names)}" for status, names in seats.items()]
    return told or ["  no seat anywhere" if story.kind == "state" else "  nobody"]


def _because(event: Mapping[str, object]) -> str:
    """The largest term of the value behind a state's own decision, where it is stored."""
    if event.get("value") is None or event.get("trade") is None:
        return ""
    terms = {name: float(str(event[name])) for name in GAINED} | {
        name: -float(str(event[name])) for name in PAID
    }
    name = max(terms, key=lambda one: abs(terms[one]))
    value = signed(float(str(event["value"])))
    return f"  (membership is worth {value} to it, most of it {COMPONENTS[name]}, {signed(terms[name])})"


def _ends(story: Story) -> list[str]:
    wanted = [*_NUMBERS[story.kind], *(name for name in story.series if name.startswith("share_"))]
    lines = []
    for name in wanted:
        values = story.series.get(name)
        if values:
            first, last = values[0], values[-1]
            unit = story.units.get(name, "")
            lines.append(
                f"  {name:<14}{_cell(first):>9} → {_cell(last):>9}  {'' if unit == '1' else unit}".rstrip()
            )
    return [f"{story.years[0]} → {story.years[-1]}", *lines] if lines else []


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}".replace("-", "−")


def measure_text(found: Measured, run: str) -> str:
    """What a measure hangs on, as text.  run : the run folder, for the commands"""
    low, high = found.interval
    lines = [
        f"{phrase(found.measure, found.entity, found.year)}: {interval(found.mean, low, high)}"
        f"  ({found.scenario}, {found.n:,} {'points' if 'point' in ' '.join(found.notes[:1]) else 'replicates'})"
    ]
    words = ("true", "false") if found.probability else ("above the median", "below the median")
    for word, count, numbers in zip(
        words, (found.count_high, found.count_low), (found.high, found.low), strict=True
    ):
        few = ", ".join(str(one) for one in numbers)
        lines.append(
            f"  {word} in {count:,}: {few}{' …' if count > len(numbers) else ''}"
            if count
            else f"  {word} in none"
        )
    lines.append("")
    if found.method is None:
        lines += [
            *found.notes,
            "nothing varies in this run but luck; what it is sensitive to, one of these tells:",
        ]
        lines += [f"  {line}" for line in (found.remedy or "").splitlines()]
    else:
        lines.append(
            f"most sensitive to ({found.method}, {found.samples:,} samples, {found.tested:,} quantities)"
        )
        for one in found.sensitive:
            lines += _sensitive(one)
        lines += [f"note: {note}" for note in found.notes]
    commands = [
        f"  steppe explain event {run} {one.kind} {' '.join(one.ids)} --scenario {found.scenario}"
        f"  (in {one.replicates:,} replicates)"
        for one in found.led
    ]
    return "\n".join([*lines, *(["", "go on with", *commands] if commands else [])])


def _sensitive(one: Sensitive) -> list[str]:
    edges = (
        f" [{signed(one.low, 2)}, {signed(one.high, 2)}]"
        if one.low is not None and one.high is not None
        else ""
    )
    mark = "" if one.stands_out is not False else ", not beyond the noise"
    lines = [f"  {signed(one.index, 2)}{edges}  {one.id}{mark}"]
    if one.source is not None:
        lines.append(f"      {source_line(one.source)}")
    direct, informed = (one.source.claims, one.source.informed_by) if one.source else ((), ())
    for head, claims in (("claim ", direct), ("informed by ", informed)):
        for claim in claims[:_CLAIMS]:
            text = (
                f"{head}{claim['id']}, {claim_place(claim)}: {' '.join(str(claim.get('says', '')).split())}"
            )
            lines += textwrap.wrap(text, WIDTH, initial_indent="      ", subsequent_indent="          ")
        if len(claims) > _CLAIMS:
            lines.append(f"      … and {len(claims) - _CLAIMS} more: --json")
    return lines


def typical_text(found: Typical, run: str, stages: Stages | None = None) -> str:
    """The typical replicate, and the kinds of future, as text.  run : the run folder, for the commands"""
    every = round(found.replicates / found.compared)
    part = "" if every == 1 else f" (distances of {found.compared:,} of them, every {every}th)"
    lines = [
        f"typical of {found.scenario}: replicate {found.medoid}",
        f"  of {found.replicates:,} replicates the nearest to all others, at Jaccard's distance {found.mean_distance:.2f}{part}",
        f"  compared: {found.happenings:,} events, what had happened by when"
        + (f", of {' '.join(found.about)}" if found.about else ""),
    ]
    if found.clusters:
        given = "as asked" if found.asked else "the number with the highest silhouette"
        weak = (
            ": no structure to speak of, so take the clusters as a convenience"
            if (found.silhouette or 0.0) < _WEAK
            else ""
        )
        lines += [
            "",
            f"{len(found.clusters)} kinds of future, {given} (mean silhouette {found.silhouette:.2f}{weak})",
        ]
        for number, cluster in enumerate(found.clusters, 1):
            lines += _cluster(number, cluster, stages)
    lines += ["", "go on with"]
    lines.append(f"  steppe explain story {run} ID --scenario {found.scenario} --replicate {found.medoid}")
    return "\n".join(lines)


def _cluster(number: int, one: Cluster, stages: Stages | None) -> list[str]:
    share = interval(one.share, one.low, one.high)
    lines = [f"  {number}. {share} of the replicates; typical: {one.medoid} (mean distance {one.within:.2f})"]
    for mark in one.marks:
        text = event_text(mark.event, stages=stages)
        lines.append(
            f"       {percent(mark.inside):>7} of them, {percent(mark.outside):>7} of the rest: {text}"
        )
    return lines
