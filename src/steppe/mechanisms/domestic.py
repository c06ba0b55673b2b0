"""Domestic politics: approval of governments, public support of processes, leaders who fall, elections and referenda.

Approval and support return to where they usually stand; crises and wars cost the one, closeness to the other parties
of a process raises the other. A gate is a vote at a date, or at a delay after its process has come so far; it passes
with a probability that rises with the support and the approval behind it.
"""

import math
from typing import Any

import numpy as np

from steppe.mechanisms import draws, events
from steppe.mechanisms.interventions import settle_gate
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.membership import set_orders
from steppe.mechanisms.parties import closeness
from steppe.mechanisms.state import GAINS
from steppe.mechanisms.turnover import change_leader, refresh_closeness
from steppe.mechanisms.voting import step_chance


@kernel
def unit(value: float) -> Any:
    """Within [0, 1]."""
    return min(1.0, max(0.0, value))


@kernel
def normal_cdf(x: float) -> Any:
    """Φ(x)."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@kernel
def update_approval(state: Any, i: int) -> Any:
    """Approval of the government of i: back to where it usually stands, less what crisis and war cost."""
    actor, war = state.actor[i], 0.0
    for j in range(state.n):
        war = max(war, state.pair[i, j].conflict)
    drift = (
        state.p.approval_reversion * (actor.approval0 - actor.approval)
        - state.p.crisis_cost * actor.crisis
        - state.p.war_cost * war
    )
    luck = draws.normal(state, draws.APPROVAL, actor.key, 0)
    spread = state.p.approval_noise * math.sqrt(state.p.dt)
    actor.approval = unit(actor.approval + drift * state.p.dt + spread * luck)


@kernel
def update_support(state: Any, process: int, i: int) -> Any:
    """Public support in party i: back to where it usually stands, and after its closeness to the other parties."""
    role = state.role[process, i]
    felt, structural = closeness(state, process, i)
    drift = state.p.support_reversion * (role.support0 - role.support)
    drift += state.p.support_affinity * (felt - structural)
    luck = draws.normal(state, draws.SUPPORT, state.actor[i].key, state.process[process].key)
    spread = state.p.support_noise * math.sqrt(state.p.dt)
    role.support = unit(role.support + drift * state.p.dt + spread * luck)


@kernel
def leaders_fall(state: Any) -> Any:
    """Irregular changes of leader, the likelier the less a government is approved of. Returns whether there were any.

    One after the other in this step's order of states, since the second starts from what the first has left.
    """
    fallen, any_fell = state.scratch[GAINS], False
    for i in range(state.n):
        rate = state.p.leader_rate * math.exp(state.p.leader_slope * (0.5 - state.actor[i].approval))
        chance = step_chance(rate, state.p.dt)
        falls = draws.uniform(state, draws.LEADER, state.actor[i].key, 0) < chance
        fallen[i] = chance if falls else 0.0
        any_fell = any_fell or falls
    if any_fell:
        set_orders(state)
        for turn in range(state.n):
            i = state.actor[turn].turn
            if fallen[i] > 0.0:
                change_leader(state, i, fallen[i])
    return any_fell


@kernel
def start_clock(state: Any, g: int) -> Any:
    """Set the due step of a gate whose process has come to the stage that it waits for."""
    gate = state.gate[g]
    waiting = gate.clock >= 0 and gate.passed == 0 and gate.due < 0 and gate.settled == 0
    if waiting and state.process[gate.process].stage >= gate.clock:
        gate.due = np.int64(state.step) + np.int64(np.rint(gate.delay / state.p.dt))


@kernel
def is_held(state: Any, g: int) -> Any:
    """Whether a gate is held in this step."""
    gate = state.gate[g]
    if gate.due < 0 or gate.due > state.step or (gate.passed == 1 and gate.again == 0.0):
        return False
    return gate.chained < 0 or state.gate[gate.chained].passed == 1


@kernel
def score_of(state: Any, g: int) -> Any:
    """What stands behind a gate, in [0, 1]: public support of its process and approval of the government."""
    gate = state.gate[g]
    approval = state.actor[gate.state].approval
    if gate.process < 0:
        return approval
    return gate.mix * state.role[gate.process, gate.state].support + (1.0 - gate.mix) * approval


@kernel
def hold(state: Any, g: int) -> Any:
    """Hold a gate."""
    gate = state.gate[g]
    score = score_of(state, g)
    chance = normal_cdf((score - 0.5) / gate.noise)
    passes = draws.uniform(state, draws.GATE, gate.key, 0) < chance
    kind = events.GATE_PASSED if passes else events.GATE_FAILED
    happened = chance if passes else 1.0 - chance
    events.note_about(state, kind, gate.state, -1, gate.process, -1, -1, score, happened)
    settle_gate(state, g, passes)


@kernel
def update_domestic(state: Any) -> Any:
    """The mechanism: approval, support, leaders, gates."""
    for i in range(state.n):
        update_approval(state, i)
    for process in range(state.n_processes):
        if state.process[process].stage < state.process[process].last:
            for i in range(state.n):
                if state.role[process, i].party == 1:
                    update_support(state, process, i)
    if leaders_fall(state):
        refresh_closeness(state)
    for g in range(state.n_gates):
        start_clock(state, g)
        if is_held(state, g):
            hold(state, g)
