"""Why an event happened: what was weighed when it was decided, against the same a year before, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from steppe.analysis.explaining import hazards, memberships, ties
from steppe.analysis.explaining.decisions import Array, Decision, against
from steppe.analysis.explaining.finding import NAMED, Found, find_event
from steppe.analysis.explaining.replaying import ORDERED, Replay, replay
from steppe.analysis.explaining.requirements import Requirement, requirements_of
from steppe.analysis.explaining.sources import Source, sources_of
from steppe.mechanisms.processes import holds
from steppe.mechanisms.state import MEMBER
from steppe.results.query import Run
from steppe.world.spec import evidence_for

Decided = tuple[Decision, ...]
Decide = Callable[
    [Array, bool], Decided
]  # (record, whether the decision was taken up then) → what was weighed
_FOR_A_SEAT = ("admitted", "refused", "observing", "observing_refused")
_OF_A_SEAT = ("left", "left_to_observer")


@dataclass(frozen=True)
class Explanation:
    """Why an event happened in a replicate.

    event : as it is stored;  origin : the mechanism in which it came about, or "interventions"
    ordered : the scenario's interventions of that step, where it ordered the event; what preceded it in the step, where
        that brought it about
    decisions : that of whom it concerns first, then the votes
    before : first day of the step with which it is compared, `steps_back` steps before: a year, or in the first year
        the start (`whole_year` false);  comparable : whether there was such a decision then
    rule : how the body decides;  requirements : of a process's stage
    sources : parameters and coded values that enter, by component
    """

    scenario: str
    replicate: int
    chosen: bool
    replicates: tuple[int, ...]
    of: int
    event: Mapping[str, Any]
    origin: str
    ordered: tuple[Mapping[str, Any], ...]
    decisions: Decided
    before: date
    steps_back: int
    whole_year: bool
    comparable: bool
    rule: str | None
    requirements: tuple[Requirement, ...]
    sources: tuple[Source, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        data = asdict(self)
        for one, plain in zip(self.decisions, data["decisions"], strict=True):
            plain["value"] = one.value
            for component, row in zip(one.components, plain["components"], strict=True):
                row["change"] = component.change
        data["event"] = {
            name: one for name, one in self.event.items() if one is not None and name != "sequence"
        }
        data["occurs_in"] = len(self.replicates)
        return data


def explain_event(
    run: Run,
    kind: str,
    names: tuple[str, ...],
    scenario: str | None = None,
    replicate: int | None = None,
    year: int | None = None,
) -> Explanation:
    """Explain the first event of a kind that concerns the ids, see `find_event`.

    The replicate is stepped again, which must give what is stored. Raises InputError.
    """
    found = find_event(run, kind, names, scenario, replicate, year)
    return explained(run, found)


def explained(run: Run, found: Found) -> Explanation:
    """Explain an event that was found. Raises InputError."""
    again = replay(run, found)
    evidence = evidence_for(again.config.world)
    decisions: Decided = ()
    comparable = False
    if again.origin != ORDERED:
        decisions, comparable = _weighed(again, found.event)
    return Explanation(
        found.scenario,
        found.replicate,
        found.chosen,
        found.replicates,
        found.of,
        found.event,
        again.origin,
        _ordered(again, found),
        decisions,
        again.day(again.step - again.steps_back),
        again.steps_back,
        again.steps_back == again.model.setting.steps_per_year,
        comparable,
        _rule(again, found.event),
        _requirements(again, found.event) if decisions else (),
        sources_of(again, evidence, decisions),
    )


def _weighed(again: Replay, event: Mapping[str, Any]) -> tuple[Decided, bool]:
    """What was weighed, held against a year before, and whether the decision could be set beside one then."""
    place = _Places(again)
    kind = str(event["kind"])
    moment, decide = _moment(place, kind, event)
    if moment is None or decide is None:
        return (), False
    now, reached = again.at(again.now, *moment)
    decisions = decide(now, reached)
    if not decisions or again.steps_back == 0:
        return decisions, False
    then, reached = again.at(again.before, *moment)
    if not place.comparable(then, event):
        return decisions, False
    earlier = decide(then, reached)
    return against(decisions, earlier), bool(earlier)


class _Places:
    """Places of the ids of an event in the record."""

    def __init__(self, again: Replay) -> None:
        self.again, self.world = again, again.model.world

    def of(self, event: Mapping[str, Any], column: str) -> int:
        """Place of what a column names; -1 for none."""
        name, world = event.get(column), self.world
        if name is None:
            return -1
        names = {
            "state": world.states,
            "partner": world.states,
            "organisation": world.organisations,
            "other": world.organisations,
            "process": world.agenda.processes,
            "segment": world.network.segments,
        }
        return names[column].index(str(name))

    def comparable(self, then: Array, event: Mapping[str, Any]) -> bool:
        """Whether the bodies concerned were alive."""
        bodies = [self.of(event, name) for name in ("organisation", "other") if event.get(name)]
        return all(then[0]["body"][o]["alive"] == 1 for o in bodies)


def _moment(place: _Places, kind: str, event: Mapping[str, Any]) -> tuple[Any, Decide | None]:
    """(where to stop: mechanism, kernel, numbers; what to compute there) for an event of a kind."""
    world = place.world
    i, o, q = (place.of(event, name) for name in ("state", "organisation", "other"))
    j, process, segment = (place.of(event, name) for name in ("partner", "process", "segment"))
    if kind in (*_FOR_A_SEAT, *_OF_A_SEAT):
        return ("membership", "consider", i, o), lambda row, _: _about_a_seat(row, place, event, i, o)
    if kind == "deepened":
        return ("institutions", "deepen", o), lambda row, _: memberships.depth_votes(row, world, o)
    if kind in ("hollowed", "dissolved"):
        return (
            "institutions",
            "deepen",
            o,
        ), lambda row, reached: _some(hazards.strain(row, world, o)) if reached else ()
    if kind in ("merged", "joined_by_merger"):
        o, q = (q, o) if kind == "joined_by_merger" else (o, q)
        return ("institutions", "consider_merger", o, q), lambda row, _: memberships.merger_votes(
            row, world, o, q
        )
    if kind == "climbed":
        return ("bilateral",), lambda row, _: ties.climb(row, world, i, j)
    if kind == "descended":
        return ("bilateral",), lambda row, _: (ties.descend(row, world, i, j),)
    if kind in ("gate_passed", "gate_failed"):
        return _gate(place, event, i, process)
    if place.again.origin == "domestic" and kind == "leader_changed" and float(event["probability"]) < 1.0:
        return ("domestic", "leaders_fall"), lambda row, _: (hazards.leader_falls(row, world, i),)
    if place.again.origin == "processes" and kind in ("advanced", "relapsed", "signalled"):
        return _process(world, kind, i, process)
    if place.again.origin == "shocks":
        return _shock(world, kind, i, j, segment)
    return None, None


def _process(world: Any, kind: str, i: int, process: int) -> tuple[Any, Decide]:
    if kind == "advanced":
        return ("processes", "advance", process), lambda row, _: _some(hazards.advance(row, world, process))
    if kind == "relapsed":
        return ("processes", "relapse", process), lambda row, _: (hazards.relapse(row, world, process),)
    return ("processes", "send_signals", process), lambda row, _: (hazards.signal(row, world, i, process),)


def _shock(world: Any, kind: str, i: int, j: int, segment: int) -> tuple[Any, Decide | None]:
    if kind == "crisis":
        return ("shocks", "strike_with_crises"), lambda row, _: (hazards.crisis(row, world, i),)
    if kind in ("war", "war_ended"):
        return ("shocks", "start_and_end_wars"), lambda row, _: (hazards.war(row, world, i, j),)
    if kind in ("closed", "reopened"):
        return ("shocks", "update_closures"), lambda row, _: (hazards.closure(row, world, segment, kind),)
    return None, None


def _gate(place: _Places, event: Mapping[str, Any], i: int, process: int) -> tuple[Any, Decide | None]:
    """The gate of a state and a process that was held with the score of the event."""
    again, world = place.again, place.world
    for g in range(len(world.agenda.gates)):
        gate = again.now[0]["gate"][g]
        if int(gate["state"]) != i or int(gate["process"]) != process:
            continue
        row, reached = again.at(again.now, "domestic", "hold", g)
        if reached and abs(hazards.gate_vote(row, world, g).index + 0.5 - float(event["value"])) < 1e-6:
            return ("domestic", "hold", g), lambda row, _, g=g: (hazards.gate_vote(row, world, g),)
    return None, None


def _about_a_seat(record: Array, place: _Places, event: Mapping[str, Any], i: int, o: int) -> Decided:
    """A state's own choice about a seat, and the votes where it applied for one."""
    world, kind = place.world, str(event["kind"])
    held = int(event["status_from"])
    asked = kind in _FOR_A_SEAT
    after = (
        int(event["status_to"]) if kind in _OF_A_SEAT else (MEMBER if kind in ("admitted", "refused") else 1)
    )
    ordered = asked and float(event["probability"]) == 1.0
    own = record.copy()
    if ordered:
        choice: Decision | None = memberships.seat_value(own, world, i, o, "applied by order")
    else:
        choice = memberships.own_choice(own, world, i, o, held, after)
    votes: Decided = ()
    if asked and record[0]["roll"][o, i]["inside"] == 0:
        votes = memberships.admission_votes(record, world, i, o, after)
    return (*_some(choice), *votes)


def _some(one: Decision | None) -> Decided:
    return () if one is None else (one,)


def _ordered(again: Replay, found: Found) -> tuple[Mapping[str, Any], ...]:
    """What brought an event about: the interventions of its step, or the event of a stage or a gate just before it."""
    event = found.event
    orders = [
        {
            "kind": one.kind,
            **{name: value for name, value in one.model_dump(mode="json").items() if value is not None},
        }
        for one in again.model.setting.scenario.interventions
    ]
    whole = str(event["kind"]) in (*_FOR_A_SEAT,) and float(event["probability"]) == 1.0
    if again.origin == ORDERED:
        first, last = again.day(again.step).isoformat(), again.day(again.step + 1).isoformat()
        return tuple(one for one in orders if first <= str(one["date"]) < last)
    if whole:  # an application that was ordered, now or for when the body would be there
        names = {event["state"], event["organisation"]}
        return tuple(one for one in orders if one["kind"] == "apply" and names <= set(map(str, one.values())))
    if again.origin in ("domestic", "processes") and float(event["probability"]) == 1.0:
        earlier = [
            one
            for one in again.model.events
            if one["step"] == again.step
            and one["kind"] in ("advanced", "gate_passed", "gate_failed", "relapsed")
        ]
        return tuple(
            {name: one[name] for name in ("kind", *NAMED, "status_to") if one[name] is not None}
            for one in earlier[:1]
        )
    return ()


def _rule(again: Replay, event: Mapping[str, Any]) -> str | None:
    """The rule of admission of the body concerned."""
    from steppe.world.arrays import RULES

    if event.get("organisation") is None:
        return None
    o = again.model.world.organisations.index(str(event["organisation"]))
    return str(RULES[int(again.now[0]["body"][o]["rule"])])


def _requirements(again: Replay, event: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """What the stage that a process came to requires, and whether it held then and a year before."""
    if event["kind"] != "advanced":
        return ()
    process = again.model.world.agenda.processes.index(str(event["process"]))
    now, _ = again.at(again.now, "processes", "advance", process)
    then, _ = again.at(again.before, "processes", "advance", process)
    return requirements_of(again.model.world, now, then, process, int(event["status_to"]), holds)
