"""Processes: agreements that come about stage by stage, hastened by patrons, delayed by spoilers, and not for ever.

A stage is entered at a rate that grows with the parties' benefit and the push behind it, if all that it requires
holds. Who resists signals: the parties feel threatened and their publics doubt. A process on its way may relapse into
open conflict. What a stage brings about is written as interventions.
"""

import math
from typing import Any

import numpy as np

from steppe.mechanisms import draws, events
from steppe.mechanisms.affinity import clip
from steppe.mechanisms.alignment import leverage
from steppe.mechanisms.institutions import pairs_ready
from steppe.mechanisms.interventions import enter_stage
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.ladder import TOLERANCE
from steppe.mechanisms.parties import benefit
from steppe.mechanisms.records import (
    ELECTION,
    NEEDS_DEPTH,
    NEEDS_GATE,
    NEEDS_OPEN,
    NEEDS_PAIRS,
    NEEDS_PEACE,
    NEEDS_PROCESS,
    NEEDS_TIE,
    OPEN,
)
from steppe.mechanisms.state import MEMBER
from steppe.mechanisms.turnover import refresh_closeness
from steppe.mechanisms.voting import step_chance

HIGHEST_PULL = 3.0  # bound on the logarithm of what benefit, push and resistance do to a rate


@kernel
def reach(state: Any, k: int, process: int, effort: float) -> Any:
    """What an effort of state k achieves among the parties of a process, in [0, 1]: the more, the more leverage it has."""
    held, parties = 0.0, 0
    for i in range(state.n):
        if i != k and state.role[process, i].party == 1:
            held += leverage(state, i, k)
            parties += 1
    if parties > 0:
        held /= parties
    return min(1.0, effort * state.actor[k].activity * (state.p.access + (1.0 - state.p.access) * held))


@kernel
def push_and_resistance(state: Any, process: int) -> Any:
    """The efforts of all patrons together, and of all spoilers, each in [0, 1]."""
    unpushed, unresisted = 1.0, 1.0
    for k in range(state.n):
        role = state.role[process, k]
        if role.push > 0.0:
            unpushed *= 1.0 - reach(state, k, process, role.push)
        if role.resist > 0.0 and state.p.on_spoilers != 0.0:
            unresisted *= 1.0 - reach(state, k, process, role.resist)
    return 1.0 - unpushed, 1.0 - unresisted


@kernel
def send_signals(state: Any, process: int) -> Any:
    """Who resists a process on its way lets the parties feel it: a threat to each, and doubt in its public."""
    for k in range(state.n):
        effort = state.role[process, k].resist
        if effort == 0.0:
            continue
        chance = step_chance(state.p.signal_rate * effort * state.actor[k].activity, state.p.dt)
        key = state.process[process].key
        if draws.uniform(state, draws.SIGNAL, state.actor[k].key, key) >= chance:
            continue
        events.note_about(state, events.SIGNALLED, k, -1, process, -1, -1, effort, chance)
        for i in range(state.n):
            role = state.role[process, i]
            if i != k and role.party == 1:
                state.actor[i].shock += state.p.signal_size * state.actor[k].capability
                role.support = max(0.0, role.support - state.p.signal_support)


@kernel
def reopen_gates(state: Any, process: int) -> Any:
    """Votes that follow a stage of a process that relapsed are to be held anew; elections and given dates stay."""
    for g in range(state.n_gates):
        gate = state.gate[g]
        if gate.process == process and gate.clock >= 0 and gate.kind != ELECTION:
            gate.passed = 0
            gate.held = 0
            gate.settled = 0
            gate.due = -1


@kernel
def relapse(state: Any, process: int) -> Any:
    """Fall back into conflict, the less likely the more the parties gain. Returns whether it happened."""
    one = state.process[process]
    if one.relapse_to < 0 or one.stage < 1 or one.stage >= one.relapse_below:
        return False
    gain = benefit(state, process)
    chance = step_chance(state.p.relapse_rate * math.exp(-state.p.k_benefit * gain), state.p.dt)
    if draws.uniform(state, draws.RELAPSE, one.key, 0) >= chance:
        return False
    one.stage = one.relapse_to
    events.note_about(state, events.RELAPSED, -1, -1, process, -1, one.relapse_to, gain, chance)
    for i in range(state.n):
        for j in range(state.n):
            if i != j and state.role[process, i].party == 1 and state.role[process, j].party == 1:
                pair = state.pair[i, j]
                pair.conflict = max(pair.conflict, state.p.relapse_level)
                pair.affinity = clip(pair.affinity - state.p.relapse_affinity)
    reopen_gates(state, process)
    refresh_closeness(state)
    return True


@kernel
def holds(state: Any, row: int) -> Any:
    """Whether a requirement holds."""
    one = state.requirement[row]
    kind, first, second, level = one.kind, one.first, one.second, one.level
    if kind == NEEDS_PROCESS:
        return state.process[first].stage >= second
    if kind == NEEDS_GATE:
        free = state.p.on_gates == 0.0 or state.p.on_domestic == 0.0
        return free or state.gate[first].passed == 1
    if kind == NEEDS_DEPTH:
        return state.body[first].alive == 1 and state.body[first].depth >= level - TOLERANCE
    if kind == NEEDS_TIE:
        return state.pair[first, second].tie >= level - TOLERANCE
    if kind == NEEDS_PEACE:
        return state.pair[first, second].conflict == 0.0
    if kind == NEEDS_PAIRS:
        return state.body[first].n_members >= 2 and pairs_ready(state, first, level)
    if kind == NEEDS_OPEN:
        return state.segment[first].status == OPEN
    return state.body[second].alive == 1 and state.seat[first, second].status == MEMBER


@kernel
def may_enter(state: Any, process: int, stage: int) -> Any:
    """Whether everything that a stage requires holds."""
    for row in range(state.n_requirements):
        one = state.requirement[row]
        if one.process == process and one.stage == stage and not holds(state, row):
            return False
    return True


@kernel
def stage_rate(state: Any, process: int, stage: int, gain: float) -> Any:
    """Rate at which a process enters a stage [1/y], given the parties' benefit."""
    push, resistance = push_and_resistance(state, process)
    pull = state.p.k_benefit * gain + state.p.k_push * push - state.p.k_resist * resistance
    pull = min(HIGHEST_PULL, max(-HIGHEST_PULL, pull))
    return state.rate[process, stage] * state.process[process].pace * math.exp(pull)


@kernel
def advance(state: Any, process: int) -> Any:
    """Enter the next stage if its requirements hold and its time has come; at most one a step."""
    one = state.process[process]
    stage = np.int64(one.stage) + 1
    if stage > one.last or state.rate[process, stage] == 0.0 or not may_enter(state, process, stage):
        return
    gain = benefit(state, process)
    chance = step_chance(stage_rate(state, process, stage, gain), state.p.dt)
    if draws.uniform(state, draws.STAGE, one.key, 0) >= chance:
        return
    enter_stage(state, process, stage, gain, chance)


@kernel
def update_processes(state: Any) -> Any:
    """The mechanism: every process in turn; a relapse ends its turn."""
    for process in range(state.n_processes):
        one = state.process[process]
        if state.p.on_spoilers != 0.0 and 1 <= one.stage < one.last:
            send_signals(state, process)
        if not relapse(state, process):
            advance(state, process)
