"""Processes, gates and instruments of identity at a date → an `Agenda`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from steppe.errors import input_error, key_path
from steppe.evidence import Evidence
from steppe.evidence.structures import (
    GATE_KINDS,
    NAMES,
    Effect,
    GateFacts,
    Part,
    Process,
    Requirement,
    role_key,
    stage_key,
)
from steppe.world.agenda import GATE_KINDS as KINDS
from steppe.world.agenda import REQUIREMENTS, Agenda, Consequence
from steppe.world.arrays import entity_keys
from steppe.world.build_instruments import active, of_identity
from steppe.world.network import Floats, Network, Whole
from steppe.world.without import NOTHING, Removal, stage_at

assert GATE_KINDS == KINDS

NEVER = -1.0


def years_between(start: date, day: date) -> float:
    """Years from one date to another by calendar months and the days left over; negative for a day before."""
    months = (day.year - start.year) * 12 + day.month - start.month + (day.day - start.day) / 31
    return months / 12


@dataclass(frozen=True)
class _Scene:
    """What there is in the world, so that everything else can be left out."""

    evidence: Evidence
    states: Sequence[str]
    bodies: Sequence[str]
    when: date
    gone: Removal
    network: Network

    @cached_property
    def processes(self) -> tuple[Process, ...]:
        """The processes that have a party in the world."""
        return tuple(
            process
            for name, process in self.evidence.processes.items()
            if name not in self.gone.processes and any(state in self.states for state in process.parties)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Ids of the processes."""
        return tuple(process.id for process in self.processes)

    @cached_property
    def gates(self) -> tuple[Part[GateFacts], ...]:
        """The gates of states and processes of the world."""
        return tuple(
            part
            for name, part in self.evidence.gates.items()
            if name not in self.gone.gates
            and part.facts.state in self.states
            and (part.facts.process is None or part.facts.process in self.names)
        )

    @cached_property
    def gate_names(self) -> tuple[str, ...]:
        """Ids of the gates."""
        return tuple(part.id for part in self.gates)

    @cached_property
    def standing(self) -> Mapping[str, int]:
        """The stage at which each process stands."""
        return {name: stage_at(self.evidence, name, self.when, self.gone) for name in self.names}

    @cached_property
    def known(self) -> Mapping[str, Sequence[str]]:
        """Names in the world, by the family of `NAMES`."""
        identity = of_identity(self.evidence, self.states, self.when, self.gone)
        return {
            "actors": self.states,
            "organisations": self.bodies,
            "segments": self.network.segments,
            "systems": [name for part_of in self.network.systems for name in part_of],
            "processes": self.names,
            "gates": self.gate_names,
            "instruments": [part.id for part in identity],
        }

    def number(self, part: Part[Any], family: str, variable: str) -> float:
        """A value of a stage, role, gate or instrument; 0 where it has none."""
        if variable not in part.values:
            return 0.0
        return float(self.evidence.first_value(family, part.id, variable, self.when).value)


def build_agenda(
    evidence: Evidence,
    states: Sequence[str],
    bodies: Sequence[str],
    when: date,
    network: Network,
    gone: Removal = NOTHING,
) -> Agenda:
    """The politics of a world at a date; empty where nothing is coded.

    A process without a party in the world is left out, and so is a gate of a state that is not in the world, for which
    nothing waits then. A stage that requires anything else that the world lacks is not reached by itself; there is no
    war with a state that is not there. What a stage or a gate brings about is left out where it concerns something
    that the world lacks. Raises InputError for a name that the evidence does not have at all.
    """
    scene = _Scene(evidence, states, bodies, when, gone, network)
    requirements, unreachable = _requirements(scene)
    return Agenda(
        **_processes(scene, unreachable),
        requirements=requirements,
        gates=scene.gate_names,
        gate_key=entity_keys("gate", scene.gate_names).astype(np.int64),
        gate=np.array([_gate(scene, part) for part in scene.gates], dtype=float).reshape(-1, 9),
        chained=np.array([_chained(scene, part) for part in scene.gates], dtype=np.int64),
        passed=np.array([has_passed(part, when) for part in scene.gates], dtype=np.int64),
        consequences=tuple(_consequences(scene)),
        charter=_charter(scene),
        **_instruments(scene),
    )


def _processes(scene: _Scene, unreachable: set[tuple[int, int]]) -> dict[str, Any]:
    """Stages, rates, relapses and roles of the processes."""
    evidence, count, n = scene.evidence, len(scene.processes), len(scene.states)
    width = max((len(process.stages) for process in scene.processes), default=0)
    rate = np.zeros((count, width))
    roles = {name: np.zeros((count, n)) for name in ("push", "resist", "interest", "support")}
    party: Whole = np.zeros((count, n), dtype=np.int64)
    relapse: Whole = np.full((2, count), -1, dtype=np.int64)
    for place, process in enumerate(scene.processes):
        for s, name in enumerate(process.stages[1:], 1):
            stage = evidence.stages[stage_key(process.id, name)]
            barred = (place, s) in unreachable or (
                stage.id in scene.gone.stages and not _history(scene, stage)
            )
            rate[place, s] = 0.0 if barred else scene.number(stage, "stages", "rate")
        if process.facts.relapse is not None:
            named = (process.facts.relapse.to, process.facts.relapse.below)
            relapse[:, place] = [process.stages.index(name) for name in named]
        for i, state in enumerate(scene.states):
            role = evidence.roles.get(role_key(process.id, state))
            if role is None:
                continue
            party[place, i] = role.facts.party
            for name in ("interest", "support"):
                roles[name][place, i] = scene.number(role, "roles", name)
            if role.facts.side is not None:
                roles[role.facts.side][place, i] = scene.number(role, "roles", "effort")
    return {
        "processes": scene.names,
        "stages": tuple(process.stages for process in scene.processes),
        "process_key": entity_keys("process", scene.names).astype(np.int64),
        "stage": np.array([scene.standing[name] for name in scene.names], dtype=np.int64),
        "rate": rate,
        "relapse_to": relapse[0],
        "relapse_below": relapse[1],
        "party": party,
        **roles,
    }


def _history(scene: _Scene, stage: Part[Any]) -> bool:
    """Whether a stage had been reached by the start: taken away, it is ahead of the process again."""
    return stage.facts.reached is not None and stage.facts.reached <= scene.when


def _requirements(scene: _Scene) -> tuple[Floats, set[tuple[int, int]]]:
    """(X, 6) requirement rows, and the (process, stage) that can never be entered for want of something."""
    rows: list[tuple[float, ...]] = []
    unreachable: set[tuple[int, int]] = set()
    for place, process in enumerate(scene.processes):
        for s, name in enumerate(process.stages):
            for needed in scene.evidence.stages[stage_key(process.id, name)].facts.requires:
                if _falls_away(scene, needed):
                    continue
                row = _row(scene, needed)
                if row is None:
                    unreachable.add((place, s))
                else:
                    rows.append((place, s, REQUIREMENTS.index(needed.kind), *row))
    return np.array(rows, dtype=float).reshape(-1, 6), unreachable


def _falls_away(scene: _Scene, needed: Requirement) -> bool:
    """A vote that is not held, and peace with somebody who is not there."""
    if needed.gate is not None:
        return needed.gate not in scene.gate_names
    return needed.peace is not None and not set(needed.peace) <= set(scene.states)


def _row(scene: _Scene, needed: Requirement) -> tuple[float, float, float] | None:
    """first, second and level of a requirement; None where the world lacks what it names."""
    states, bodies = list(scene.states), list(scene.bodies)
    level = needed.level or needed.depth or 0.0
    try:
        if needed.kind == "gate":
            return scene.gate_names.index(str(needed.gate)), -1, level
        if needed.kind == "process":
            place = scene.names.index(str(needed.process))
            return place, scene.processes[place].stages.index(str(needed.stage)), level
        if needed.kind == "member":
            return states.index(str(needed.member)), bodies.index(str(needed.organisation)), level
        if needed.kind == "open":
            return scene.network.segments.index(str(needed.open)), -1, level
        if needed.kind in ("depth", "pairs"):
            return bodies.index(str(needed.organisation or needed.pairs)), -1, level
        a, b = needed.tie or needed.peace or ("", "")
        return states.index(a), states.index(b), level
    except ValueError:
        return None


def has_passed(part: Part[GateFacts], when: date) -> bool:
    """Whether a gate is history at a date."""
    return part.facts.passed is not None and part.facts.passed <= when


def _gate(scene: _Scene, part: Part[GateFacts]) -> tuple[float, ...]:
    """A row of `Agenda.gate`."""
    facts = part.facts
    process = -1 if facts.process is None else scene.names.index(facts.process)
    clock = -1 if facts.after is None else scene.processes[process].stages.index(facts.after)
    return (
        GATE_KINDS.index(facts.kind),
        list(scene.states).index(facts.state),
        process,
        scene.number(part, "gates", "mix"),
        scene.number(part, "gates", "noise"),
        _due(scene, part, clock),
        clock,
        scene.number(part, "gates", "delay"),
        scene.number(part, "gates", "again"),
    )


def _due(scene: _Scene, part: Part[GateFacts], clock: int) -> float:
    """Years from the start to the next vote, NEVER without one.

    A date that is past comes again after `again` years, and again; without that it is over. A clock that a stage of
    the record started runs since then; the vote is at once if it should have been held before the start.
    """
    facts, again = part.facts, scene.number(part, "gates", "again")
    over = has_passed(part, scene.when) and again == 0
    if facts.date is not None:
        due = years_between(scene.when, facts.date)
        if due < 0 and again > 0:
            due += again * np.ceil(-due / again)
        return NEVER if over or due < 0 else float(due)
    if over or clock < 1 or scene.standing[str(facts.process)] < clock:
        return NEVER
    reached = scene.evidence.stages[stage_key(str(facts.process), str(facts.after))].facts.reached
    assert reached is not None  # the process could not stand there
    return max(0.0, years_between(scene.when, reached) + scene.number(part, "gates", "delay"))


def _chained(scene: _Scene, part: Part[GateFacts]) -> int:
    name = part.facts.chained
    return scene.gate_names.index(name) if name in scene.gate_names else -1


def _consequences(scene: _Scene) -> Iterator[Consequence]:
    """What stages and gates bring about in this world, in the order of the files."""
    for place, process in enumerate(scene.processes):
        for s, name in enumerate(process.stages):
            stage = scene.evidence.stages[stage_key(process.id, name)]
            for effect in _kept(scene, stage, "effects", stage.facts.effects):
                yield Consequence("stage", place, s, effect)
    for place, gate in enumerate(scene.gates):
        for effect in _kept(scene, gate, "on_pass", gate.facts.on_pass):
            yield Consequence("passed", place, -1, effect)
        for effect in _kept(scene, gate, "on_fail", gate.facts.on_fail):
            yield Consequence("failed", place, -1, effect)


def _kept(scene: _Scene, part: Part[Any], field: str, effects: Sequence[Effect]) -> Iterator[Effect]:
    """The effects that concern nothing that the world lacks; of a list of names, those that are there."""
    for n, effect in enumerate(effects):
        kept: dict[str, Any] = dict(effect)
        for key, family in NAMES.items():
            given = effect.get(key)
            names = [given] if isinstance(given, str) else given if isinstance(given, list) else []
            there = [name for name in names if name in scene.known[family]]
            for name in set(names) - set(there):
                _coded(scene, part, key_path(field, n, key), family, name)
            if isinstance(given, list):
                kept[key] = there
                if len(there) < 2:  # nobody is left to found anything
                    break
            elif names and not there:
                break
        else:
            yield kept


def _coded(scene: _Scene, part: Part[Any], key: str, family: str, name: str) -> None:
    """Raise InputError for a name that nothing in the evidence has."""
    known = set(getattr(scene.evidence, family))
    if family == "systems":
        known |= set(scene.evidence.corridors)
    if name not in known:
        raise input_error(
            f"no {name!r} among the {family}",
            file=part.file,
            key=key_path(part.key, key),
            value=name,
            accepted=sorted(known),
        )


def _charter(scene: _Scene) -> Floats:
    """(C, 4) body, depth, process, stage."""
    rows = [
        (list(scene.bodies).index(row.organisation), row.depth, place, process.stages.index(row.stage))
        for place, process in enumerate(scene.processes)
        for row in process.facts.charter
        if row.organisation in scene.bodies
    ]
    return np.array(rows, dtype=float).reshape(-1, 4)


def _instruments(scene: _Scene) -> dict[str, Any]:
    """The instruments of identity."""
    parts = of_identity(scene.evidence, scene.states, scene.when, scene.gone)
    number = {
        name: np.array([scene.number(part, "instruments", name) for part in parts])
        for name in ("strength", "relief")
    }
    return {
        "instruments": tuple(part.id for part in parts),
        **number,
        "active": np.array([active(part, scene.when) for part in parts], dtype=np.int64),
        "enrolled": np.array(
            [[state in part.facts.states for state in scene.states] for part in parts], dtype=np.int64
        ).reshape(len(parts), -1 if parts else 0),
    }
