"""What follows from statuses and depths: member lists, major powers, common depths, trade costs, pacts, contact.

Kept up to date by row: when a status or a depth changes, only the rows of the states concerned are computed again.
The deepest and second deepest common body of each pair are kept, so that "without o" needs no second pass.
"""

from typing import Any

import numpy as np

from steppe.mechanisms.alignment import update_shares
from steppe.mechanisms.kernel import kernel
from steppe.mechanisms.security import update_protection
from steppe.mechanisms.state import MEMBER, NONE, SORTED
from steppe.mechanisms.trade import external_tariff, tariff_of, update_trade_row


@kernel
def median_capability(state: Any, roll: Any, count: int) -> Any:
    """Median capability of the `count` members in `roll` (N); 0 for none."""
    values = state.scratch[SORTED]
    for place in range(count):
        value = state.actor[roll[place].member].capability
        slot = place
        while slot > 0 and values[slot - 1] > value:
            values[slot] = values[slot - 1]
            slot -= 1
        values[slot] = value
    if count == 0:
        return 0.0
    middle = count // 2
    if count % 2:
        return values[middle]
    return 0.5 * (values[middle - 1] + values[middle])


@kernel
def major_threshold(state: Any, roll: Any, count: int) -> Any:
    """Capability above which a state is a major power in a body with these members; infinite for none."""
    if count == 0:
        return np.inf
    return max(state.p.major_multiple * median_capability(state, roll, count), state.p.major_floor)


@kernel
def update_body(state: Any, o: int) -> Any:
    """Member list, threshold, majors and external tariff of body o from the statuses."""
    body, count = state.body[o], 0
    for i in range(state.n):
        inside = body.alive == 1 and state.seat[i, o].status == MEMBER
        state.roll[o, i].inside = inside
        if inside:
            state.roll[o, count].member = i
            count += 1
    body.n_members = count
    body.threshold = major_threshold(state, state.roll[o], count)
    for i in range(state.n):
        state.roll[o, i].major = state.roll[o, i].inside == 1 and state.actor[i].capability > body.threshold
    body.tariff = external_tariff(body.depth, body.trade) if body.alive == 1 else 0.0
    list_customs(state)


@kernel
def list_customs(state: Any) -> Any:
    """The bodies that put up a tariff, in `customs`."""
    count = 0
    for o in range(state.m):
        if state.body[o].tariff > 0.0:
            state.body[count].customs = o
            count += 1
    state.n_customs = count


@kernel
def update_burden(state: Any) -> Any:
    """For every pair (i, j): the threats that j faces and i does not [capability]. Moves with threats and capabilities only."""
    n = state.n
    for i in range(n):
        for j in range(n):
            total = 0.0
            for k in range(n):
                threat = state.pair[j, k].threat
                if k != i and threat > 0.0:
                    total += threat * (1.0 - state.pair[i, k].threat) * state.actor[k].capability
            state.pair[i, j].burden = total


@kernel
def offer(pair: Any, trade: float, pact: float, o: int) -> Any:
    """Put body o's trade and security depth among the two deepest that a pair has in common."""
    if trade > pair.trade1:
        pair.trade2 = pair.trade1
        pair.trade1 = trade
        pair.trade1_by = o
    elif trade > pair.trade2:
        pair.trade2 = trade
    if pact > pair.pact1:
        pair.pact2 = pair.pact1
        pair.pact1 = pact
        pair.pact1_by = o
    elif pact > pair.pact2:
        pair.pact2 = pact


@kernel
def clear_common(pair: Any) -> Any:
    """No body in common."""
    pair.trade1 = 0.0
    pair.trade2 = 0.0
    pair.pact1 = 0.0
    pair.pact2 = 0.0
    pair.common = 0.0
    pair.contact = 0.0
    pair.relief = 0.0
    pair.trade1_by = -1
    pair.pact1_by = -1


@kernel
def copy_common(source: Any, target: Any) -> Any:
    """What a pair has in common is the same in both directions."""
    target.trade1 = source.trade1
    target.trade2 = source.trade2
    target.pact1 = source.pact1
    target.pact2 = source.pact2
    target.common = source.common
    target.contact = source.contact
    target.relief = source.relief
    target.trade1_by = source.trade1_by
    target.pact1_by = source.pact1_by


@kernel
def meet(state: Any, i: int, o: int) -> Any:
    """Contact of i, which has a seat in body o, with the others that have one."""
    identity = state.body[o].depth * state.body[o].identity
    if identity == 0.0:
        return
    own = 1.0 if state.seat[i, o].status == MEMBER else state.p.observer_contact
    for j in range(state.n):
        if j != i and state.seat[j, o].status != NONE:
            other = 1.0 if state.seat[j, o].status == MEMBER else state.p.observer_contact
            state.pair[i, j].contact += own * other * identity


@kernel
def share_body(state: Any, i: int, o: int) -> Any:
    """What member i of body o has in common with the other members: depths, and relief where it is an instrument."""
    body = state.body[o]
    trade, security = body.depth * body.trade, body.depth * body.security
    relieves = body.instrument != 0 and state.p.on_instruments != 0.0
    for position in range(body.n_members):
        j = state.roll[o, position].member
        if j != i:
            offer(state.pair[i, j], trade, security, o)
            state.pair[i, j].common = max(state.pair[i, j].common, body.depth)
            if relieves:
                state.pair[i, j].relief = 1.0


@kernel
def share_instruments(state: Any, i: int) -> Any:
    """Contact and relief of i with those that take part in the same instruments of identity."""
    if state.p.on_instruments == 0.0:
        return
    for which in range(state.n_instruments):
        instrument = state.instrument[which]
        if instrument.active == 0 or state.enrolled[which, i].member == 0:
            continue
        for j in range(state.n):
            if j != i and state.enrolled[which, j].member != 0:
                state.pair[i, j].contact += instrument.strength
                state.pair[i, j].relief = max(state.pair[i, j].relief, instrument.relief)


@kernel
def update_common(state: Any, i: int) -> Any:
    """Common depths, pact, contact and instruments of state i with all others (row and column i)."""
    n = state.n
    for j in range(n):
        clear_common(state.pair[i, j])
    for o in range(state.m):
        if state.body[o].alive == 0 or state.seat[i, o].status == NONE:
            continue
        meet(state, i, o)
        if state.seat[i, o].status == MEMBER:
            share_body(state, i, o)
    share_instruments(state, i)
    for j in range(n):
        if j != i:
            state.pair[i, j].contact = min(1.0, state.pair[i, j].contact)
            copy_common(state.pair[i, j], state.pair[j, i])


@kernel
def update_after(state: Any, o: int, moved: Any) -> Any:
    """Refresh after a change in body o: of state `moved`'s status in it, or of its depth (`moved` = -1)."""
    update_body(state, o)
    n = state.n
    for i in range(n):
        if i == moved or state.seat[i, o].status != 0:
            update_common(state, i)
    for i in range(n):
        if i == moved or state.seat[i, o].status != 0:
            update_trade_row(state, i)
            update_protection(state, i)
            update_shares(state, i)


@kernel
def update_all(state: Any) -> Any:
    """Everything that follows from statuses, depths, ties and parameters, afresh."""
    for o in range(state.m):
        update_body(state, o)
    for i in range(state.n):
        update_common(state, i)
    for i in range(state.n):
        update_trade_row(state, i)
        update_protection(state, i)
        update_shares(state, i)


@kernel
def update_trade(state: Any) -> Any:
    """The mechanism: trade costs, shares and welfare follow statuses and depths.

    The rules refresh the rows they touch at once, so there is work here only after a change by hand (`stale`).
    """
    if state.stale != 0:
        update_burden(state)
        update_all(state)
        state.stale = 0


@kernel
def reset_surroundings(state: Any, initial: Any) -> Any:
    """Segments, demands, processes, roles, gates and instruments at the start; the rest of them never changes."""
    for e in range(state.n_segments):
        state.segment[e] = initial.segment[e]
    for q in range(state.n_demands):
        state.demand[q] = initial.demand[q]
    for process in range(state.n_processes):
        state.process[process] = initial.process[process]
        for i in range(state.n):
            state.role[process, i] = initial.role[process, i]
    for g in range(state.n_gates):
        state.gate[g] = initial.gate[g]
    for instrument in range(state.n_instruments):
        state.instrument[instrument] = initial.instrument[instrument]


@kernel
def reset(state: Any, initial: Any) -> Any:
    """Put the workspace at the start of a run; its parameters are the caller's to restore."""
    for i in range(state.n):
        state.actor[i] = initial.actor[i]
        for j in range(state.n + 1):
            state.pair[i, j] = initial.pair[i, j]
        for o in range(state.m):
            state.seat[i, o] = initial.seat[i, o]
    for o in range(state.m):
        state.body[o] = initial.body[o]
        for q in range(state.m):
            state.between[o, q] = initial.between[o, q]
    reset_surroundings(state, initial)
    state.n_events = 0
    state.stale = 0
    state.network_stale = 0


@kernel
def start(state: Any) -> Any:
    """Note the trade costs and shares of the start, against which later ones are measured (after `reset`)."""
    n = state.n
    for o in range(state.m):
        update_body(state, o)
    for i in range(n):
        update_common(state, i)
    for i in range(n):
        for j in range(n + 1):
            common = state.pair[i, j].trade1
            state.pair[i, j].common0 = common
            state.pair[i, j].tariff0 = tariff_of(state, i, j, common, -1)
    for i in range(n):
        update_trade_row(state, i)
        update_protection(state, i)
        update_shares(state, i)
    for i in range(n):
        for j in range(n):
            state.pair[i, j].trade_share0 = state.pair[i, j].trade_share
