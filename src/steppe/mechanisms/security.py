"""Security: what threatens a state, who protects it, and the need that is left.

A state protects itself too: need = n/(n + P + c). Protection by partners in proportion to their capability, the rung of
the pact, their prestige and the affinity with them.
"""

from typing import Any

from steppe.mechanisms.kernel import kernel


@kernel
def pact_of(state: Any, i: int, j: int) -> Any:
    """Security rung between i and j: the higher of the bilateral tie and the deepest common body."""
    if i == j:
        return 0.0
    return max(state.pair[i, j].tie, state.pair[i, j].pact1)


@kernel
def pact_without(state: Any, i: int, j: int, o: int) -> Any:
    """The same, leaving out body o."""
    if i == j:
        return 0.0
    body = state.pair[i, j].pact2 if state.pair[i, j].pact1_by == o else state.pair[i, j].pact1
    return max(state.pair[i, j].tie, body)


@kernel
def cover(state: Any, i: int, j: int, rung: float) -> Any:
    """What a pact of this rung with j adds to i's protection [capability]; prestige counts where demonstration does."""
    return (
        rung
        * state.actor[j].capability
        * (1.0 + state.p.on_demonstration * state.actor[j].prestige)
        * (1.0 + state.pair[i, j].affinity)
        / 2.0
    )


@kernel
def update_protection(state: Any, i: int) -> Any:
    """P_i from current pacts and affinities."""
    total = 0.0
    for j in range(state.n):
        if j != i:
            total += cover(state, i, j, pact_of(state, i, j))
    state.actor[i].protection = total


@kernel
def update_danger(state: Any, i: int) -> Any:
    """n_i: threats of rivals, diffuse threat of neighbours that are not close, non-state threat and shocks [capability]."""
    total = 0.0
    for j in range(state.n):
        distant = max(0.0, 0.3 - state.pair[i, j].affinity) / 1.3
        total += state.pair[i, j].threat * state.actor[j].capability
        total += state.p.diffuse_threat * state.pair[i, j].proximity * distant * state.actor[j].capability
    state.actor[i].danger = total + state.actor[i].nonstate + state.actor[i].shock


@kernel
def need_of(state: Any, i: int, protection: float) -> Any:
    """Residual need of i under this protection, in [0, 1]; 0 with security switched off."""
    if state.p.on_security == 0.0:
        return 0.0
    total = state.actor[i].danger + protection + state.actor[i].capability
    return state.actor[i].danger / total if total > 0.0 else 0.0


@kernel
def update_security(state: Any) -> Any:
    """The mechanism: danger, protection and need of every state."""
    for i in range(state.n):
        update_danger(state, i)
        update_protection(state, i)
        state.actor[i].need = need_of(state, i, state.actor[i].protection)
