"""Membership: how a state weighs joining and leaving an organisation, and how the members receive it."""

from .common import MEMBER, NONE, OBSERVER, SUSPENDED, logistic, supposing
from .philox import MEMBERSHIP, VOTE_ADMISSION, mix
from .value import value_of_membership


def consider(model, state, organisation):
    """One state looks at one organisation."""
    if state.pending[organisation] != NONE:
        asked = state.pending[organisation]
        state.pending[organisation] = NONE
        if rank(state.status[organisation]) < asked:
            put_to_vote(model, state, organisation, asked)
        return
    if state.status[organisation] == NONE:
        consider_joining(model, state, organisation)
    elif state.status[organisation] == MEMBER:
        if state in organisation.anchors:
            return
        consider_leaving(model, state, organisation)
    else:
        consider_as_observer(model, state, organisation)


def rank(status):
    """The status for comparison: suspended counts as observer."""
    return OBSERVER if status == SUSPENDED else status


def may_apply(model, state, organisation):
    """Whether the state may put in an application of its own."""
    return (
        state.eligible[organisation]
        and model.step_number >= state.until[organisation]
        and len(organisation.members()) > 0
    )


def choose(model, state, organisation, first, second):
    """Which of two rates strikes in this step: 1, 2 or 0 for none, and the probability of what struck."""
    total = first + second
    p = model.probability(total)
    draw = model.uniform(MEMBERSHIP, state.key, organisation.key)
    if draw >= p:
        return 0, 0.0
    if draw < p * first / total:
        return 1, p * first / total
    return 2, p * second / total


def consider_joining(model, state, organisation):
    """A state outside may apply for membership or to observe."""
    if not may_apply(model, state, organisation):
        return
    p = model.parameters
    value = value_of_membership(state, organisation)
    leverage = state.leverage_in(organisation)
    push = p["membership.pressure_apply"] * leverage
    noise = p["membership.choice_noise"]
    rate = p["membership.apply_rate"]
    join = rate * logistic((value.member + push - p["membership.cost_member"]) / noise)
    observe = rate * logistic((value.observer + push - p["membership.cost_observer"]) / noise)
    choice, probability = choose(model, state, organisation, join, observe)
    if choice:
        asked = MEMBER if choice == 1 else OBSERVER
        put_to_vote(model, state, organisation, asked, why(value, asked, leverage, probability))


def consider_as_observer(model, state, organisation):
    """An observer (or a suspended member) may apply for membership, or leave."""
    p = model.parameters
    value = value_of_membership(state, organisation)
    leverage = state.leverage_in(organisation)
    noise = p["membership.choice_noise"]
    up = 0.0
    if may_apply(model, state, organisation):
        gain = value.member - value.observer
        up = p["membership.apply_rate"] * logistic((gain - p["membership.cost_member"]) / noise)
    stay = p["membership.cost_leave"] + p["membership.pressure_stay"] * leverage
    out = p["membership.leave_rate"] * logistic((-value.observer - stay) / noise)
    choice, probability = choose(model, state, organisation, up, out)
    if choice == 1:
        put_to_vote(model, state, organisation, MEMBER, why(value, MEMBER, leverage, probability))
    elif choice == 2:
        leave(model, state, organisation, NONE, why(value, NONE, leverage, probability))


def consider_leaving(model, state, organisation):
    """A member may step back to observer, or leave."""
    p = model.parameters
    value = value_of_membership(state, organisation)
    leverage = state.leverage_in(organisation)
    noise = p["membership.choice_noise"]
    rate = p["membership.leave_rate"]
    stay = p["membership.cost_leave"] + p["membership.pressure_stay"] * leverage
    back = rate * logistic((value.observer - value.member - stay) / noise)
    out = rate * logistic((-value.member - stay) / noise)
    choice, probability = choose(model, state, organisation, back, out)
    if choice == 1:
        leave(model, state, organisation, OBSERVER, why(value, OBSERVER, leverage, probability))
    elif choice == 2:
        leave(model, state, organisation, NONE, why(value, NONE, leverage, probability))


def why(value, status, leverage, probability):
    """What an event says about the decision behind it; `value` is that of the status which was chosen."""
    chosen = {NONE: 0.0, OBSERVER: value.observer, MEMBER: value.member}[status]
    return {"value": chosen, **value.components(), "leverage": leverage, "probability": probability}


def leave(model, state, organisation, status, reasons):
    """Leave for good or to observe, with a time in which the state does not come back."""
    before = state.status[organisation]
    state.status[organisation] = status
    state.until[organisation] = model.step_number + 1 + model.cooldown()
    kind = "left" if status == NONE else "left_to_observer"
    model.log(kind, state=state, organisation=organisation, status_from=before, status_to=status, **reasons)


def put_to_vote(model, candidate, organisation, asked, reasons=None):
    """The members vote on an application, and it is admitted or refused."""
    before = candidate.status[organisation]
    if admits(model, candidate, organisation, asked):
        candidate.status[organisation] = asked
        kind = "admitted" if asked == MEMBER else "observing"
    else:
        candidate.until[organisation] = model.step_number + 1 + model.cooldown()
        kind = "refused" if asked == MEMBER else "observing_refused"
    model.log(
        kind,
        state=candidate,
        organisation=organisation,
        status_from=before,
        status_to=candidate.status[organisation],
        **(reasons or {}),
    )


def admits(model, candidate, organisation, asked):
    """Whether the organisation's rule admits the candidate."""
    members = organisation.members()
    if not members:
        return False
    if organisation.rule == "no_major_power" and organisation.is_major(candidate):
        return False
    votes = {j: says_yes(model, j, candidate, organisation, asked) for j in members}
    return organisation.decides(votes)


def says_yes(model, voter, candidate, organisation, asked):
    """One member's vote on a candidate."""
    p = model.parameters
    with supposing(candidate, organisation, MEMBER):
        inside = value_of_membership(voter, organisation).member
    with supposing(candidate, organisation, NONE):
        outside = value_of_membership(voter, organisation).member
    weight = 1.0 if asked == MEMBER else p["membership.observer_vote"]
    push = (
        weight * (inside - outside)
        + p["membership.pressure_vote"] * voter.leverage_of(candidate)
        + p["membership.acquiescence"]
    )
    step = 0 if p["membership.vote_persistent"] == 1 else model.step_number
    address = mix(candidate.key, organisation.key)
    draw = model.draws.uniform(step, VOTE_ADMISSION, voter.key, address)
    return draw < logistic(push / p["membership.vote_noise"])
