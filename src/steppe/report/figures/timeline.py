"""The timeline of likely events: when each first happens, and how probably."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from steppe.analysis.event_baselines import event_baselines
from steppe.analysis.timeline import FAMILIES, LikelyEvent, likely_events
from steppe.report.figures import theme
from steppe.report.figures.event_words import consequences, event_words
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import Rows, rows_of
from steppe.report.figures.telling import NARROW, capital, percent, slug

if TYPE_CHECKING:
    import altair

    from steppe.evidence import Evidence
    from steppe.results.query import Run

TOP = 25
LEAST = 0.05
READ = 10_000  # events of each scenario that are looked at: all that are likely, so that a dash means rare
BAR = 9  # px
APART = 0.1  # of two probabilities that make an event worth its place
NOTHING = "No event happens in as many as one of twenty futures."
_IDENTITY = (
    "kind",
    "state",
    "organisation",
    "other",
    "partner",
    "process",
    "stage",
    "segment",
    "status",
    "level",
)


@dataclass(frozen=True)
class Told:
    """One event in all scenarios: None where it is not among the likely ones; `history` at the rate of history."""

    words: str
    follows: str
    of: tuple[LikelyEvent | None, ...]
    history: float | None

    @property
    def most(self) -> float:
        """Its probability where that is highest."""
        return max(one.probability for one in self.of if one is not None)

    @property
    def apart(self) -> float:
        """How far its probabilities lie apart."""
        known = [0.0 if one is None else one.probability for one in self.of]
        return max(known) - min(known)

    @property
    def first(self) -> LikelyEvent:
        """The event in the first scenario that has it."""
        return next(one for one in self.of if one is not None)


def timeline(
    run: Run,
    scenarios: Sequence[str],
    names: Mapping[str, str],
    evidence: Evidence | None = None,
    top: int = TOP,
) -> Figure | str:
    """The likeliest events in up to `theme.MOST` scenarios, by median date; a sentence where there are none.

    scenarios : the reference first;  evidence : that of the run's world, for the rate of history beside each probability
    Raises InputError for a scenario that the run does not have.
    """
    shown = list(scenarios[: theme.MOST])
    told = _told(run, shown, names, evidence, top)
    if not told:
        return NOTHING
    start, end = (_year(date.fromisoformat(str(run.manifest["dates"][k])[:10])) for k in (0, -1))
    words = [names.get(one, one) for one in shown]
    table = [row for one in told for row in _table_rows(one, words)]
    several = len(shown) > 1
    return Figure(
        id=slug("timeline", shown[-1]),
        title=f"Likely events, {int(start)} to {int(end)}",
        alt=_alt(told, words),
        caption=_caption(several, evidence is not None),
        chart=_chart(told, theme.series_of(words), (start, end), 1 / run.manifest["steps_per_year"]),
        columns=_columns(evidence is not None),
        rows=table,
    )


def _caption(several: bool, with_past: bool) -> str:
    text = (
        f"Each bar spans the dates at which the event first happens, from 5{NARROW}% to 95{NARROW}% of the futures in "
        "which it does; the upright line is the median. The fuller the bar, the more probable; the number is the "
        "probability that it happens by the end at all"
    )
    text += ", for the scenarios in their order. A dash: in" if several else ". Left out: what happens in"
    text += " fewer than one of twenty futures."
    text += " Each family of events has its places"
    text += ", and so have those that the scenarios differ in." if several else "."
    return text + (" History: the probability at the rate of the coded history." if with_past else "")


def _told(
    run: Run, scenarios: Sequence[str], names: Mapping[str, str], evidence: Evidence | None, top: int
) -> list[Told]:
    """The events that are drawn, by median date. Those whose probabilities lie apart and the families take turns, each with
    the first that is left.
    """
    found: dict[tuple[Any, ...], list[LikelyEvent | None]] = {}
    for k, scenario in enumerate(scenarios):
        for event in likely_events(run, scenario, LEAST, READ):
            key = tuple(getattr(event, name) for name in _IDENTITY)
            found.setdefault(key, [None] * len(scenarios))[k] = event
    stages = run.stages
    bare = [Told("", "", tuple(of), None) for of in found.values() if not _passed(of, found.values(), stages)]
    apart = [one for one in bare if one.apart >= APART]
    queues = [sorted(apart, key=lambda one: (-one.apart, str(one.first)))]
    queues += [
        sorted(
            (one for one in bare if one.first.family == family), key=lambda one: (-one.most, str(one.first))
        )
        for family in FAMILIES
    ]
    longest = max(map(len, queues), default=0)
    turns = [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
    chosen = list({id(one): one for one in turns}.values())[:top]
    firsts = [one.first for one in chosen]
    past = [None] * len(firsts) if evidence is None else event_baselines(run, firsts, evidence)
    told = [
        Told(
            capital(event_words(event, names)),
            consequences(event, names),
            one.of,
            None if base is None or base.hazard != base.hazard else base.hazard,
        )
        for one, event, base in zip(chosen, firsts, past, strict=True)
    ]
    return sorted(told, key=lambda one: (one.first.median, -one.most, one.words))


def _passed(
    own: Sequence[LikelyEvent | None],
    others: Iterable[Sequence[LikelyEvent | None]],
    stages: Mapping[str, Sequence[str]],
) -> bool:
    """Whether an event is missing in a scenario only because a further stage or rung tells it there: it is then left out."""
    place = _chain(next(one for one in own if one is not None), stages)
    if place is None:
        return False
    further = [
        of for of in others if any(_beyond(place, _chain(one, stages)) for one in of if one is not None)
    ]
    return any(own[k] is None and of[k] is not None for of in further for k in range(len(own)))


def _chain(event: LikelyEvent, stages: Mapping[str, Sequence[str]]) -> tuple[tuple[Any, ...], float] | None:
    """The ladder that an event is a step of, and how far it is on it."""
    ladder = (event.kind, event.state, event.partner, event.process)
    if event.kind == "advanced" and event.stage in (known := list(stages.get(str(event.process), ()))):
        return ladder, known.index(str(event.stage))
    if event.kind in ("climbed", "descended") and event.level is not None:
        return ladder, event.level if event.kind == "climbed" else -event.level
    return None


def _beyond(place: tuple[Any, float], other: tuple[Any, float] | None) -> bool:
    return other is not None and other[0] == place[0] and other[1] > place[1]


def _year(day: date) -> float:
    """A date as a number of years: no time zone can move it."""
    length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    return day.year + (day - date(day.year, 1, 1)).days / length


def _table_rows(one: Told, words: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for name, event in zip(words, one.of, strict=True):
        row: dict[str, Any] = {"event": one.words, "scenario": name, "history": one.history}
        if event is None:
            row |= dict.fromkeys(("probability", "low", "high", "early", "median", "late", "happened", "n"))
        else:
            row |= {key: getattr(event, key) for key in ("probability", "low", "high", "happened")}
            row |= {key: getattr(event, key).isoformat() for key in ("early", "median", "late")}
            row["n"] = event.replicates
        rows.append(row)
    return rows


def _columns(with_past: bool) -> list[Column]:
    columns = [
        Column("event", "event"),
        Column("scenario", "scenario"),
        Column("probability", "probability", 2),
        Column("low", "95 % low", 2),
        Column("high", "95 % high", 2),
    ]
    columns += [Column("history", "rate of history", 2)] if with_past else []
    return [
        *columns,
        Column("early", "5 % before"),
        Column("median", "median date"),
        Column("late", "95 % before"),
        Column("happened", "futures with it"),
        Column("n", "futures"),
    ]


def probabilities(one: Told) -> str:
    """``6 % · 67 %``, one for each scenario, a dash where it is rare."""
    return " · ".join("–" if event is None else percent(event.probability) for event in one.of)


def _notes(one: Told) -> list[str]:
    text = probabilities(one)
    if len(one.of) == 1 and one.first.low == one.first.low:
        text += f" [{percent(one.first.low)}, {percent(one.first.high)}]"
    text += "" if one.history is None else f"; history {percent(one.history)}"
    return [text, *([one.follows] if one.follows else [])]


def _chart(
    told: Sequence[Told], series: theme.Series, ends: tuple[float, float], step: float
) -> altair.TopLevelMixin:
    import altair as alt

    rows = rows_of([one.words for one in told], [_notes(one) for one in told], len(series.names), BAR + 3)
    values = [
        {
            **placed.at(k),
            "series": name,
            "early": _year(event.early),
            "late": _year(event.late) + step,  # the step that begins there is over
            "median": _year(event.median),
            "probability": event.probability,
        }
        for placed, one in zip(rows.placed, told, strict=True)
        for k, (name, event) in enumerate(zip(series.names, one.of, strict=True))
        if event is not None
    ]
    layers = [*rows.frame(), rows.tracks(), *_bars(rows, values, series, ends)]
    return alt.layer(*layers).properties(height=rows.height)


def _bars(
    rows: Rows, values: Sequence[Mapping[str, Any]], series: theme.Series, ends: tuple[float, float]
) -> list[Any]:
    """Bars whose fill is as full as the event is probable, with an edge that is always seen, and the median."""
    import altair as alt

    axis = {"title": None, "format": "d", "tickMinStep": 1}
    scale = {"domain": list(ends), "nice": False, "zero": False}
    chart = rows.chart(values)
    full = alt.FillOpacity("probability:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    bars = chart.mark_bar(size=BAR, strokeWidth=1.5, strokeOpacity=1, orient="horizontal").encode(
        x=rows.x("early", axis, scale),
        x2="late:Q",
        color=series.coloured(),
        stroke=series.coloured("stroke"),
        strokeDash=series.dashed(),
        fillOpacity=full,
    )
    halo = chart.mark_tick(color=theme.PAPER, thickness=5, size=BAR + 4, aria=False)
    median = chart.mark_tick(color=theme.INK, thickness=2.5, size=BAR + 4)
    return [bars, *(one.encode(x=rows.x("median", axis, scale)) for one in (halo, median))]


def _alt(told: Sequence[Told], words: Sequence[str]) -> str:
    parts = [f"Timeline of {len(told)} likely events by median date."]
    for one in told:
        many = len(words) > 1
        own = [
            f"{f'{name} ' if many else ''}{percent(event.probability)}, {event.early.year} to {event.late.year}, median "
            f"{event.median.isoformat()[:7]}"
            for name, event in zip(words, one.of, strict=True)
            if event is not None
        ]
        parts.append(f"{one.words}: {'; '.join(own)}.")
    return " ".join(parts)
