"""Interventions: what a scenario (or a consequence) does to the world at a given step."""

from .common import DOMAINS, MEMBER, NONE, OBSERVER, STATUS, clip
from .interventions_further import FURTHER
from .organisation import rule_name

ON_A_LIVING_BODY = (
    "apply",
    "admit",
    "set_status",
    "bar",
    "allow",
    "set_depth",
    "set_rule",
    "dissolve",
    "merge",
    "scope",
    "incompatible",
)
TWO_BODIES = {"merge": "into", "incompatible": "with"}


def intervene(model, intervention):
    """Carry out one intervention."""
    kind = intervention["kind"]
    if kind in ON_A_LIVING_BODY or kind == "found":
        on_organisation(model, intervention)
    elif kind in ("tie", "affinity", "conflict"):
        on_pair(model, intervention)
    elif kind in FURTHER:
        FURTHER[kind](model, intervention)
    elif kind == "parameter":
        model.parameters[intervention["parameter"]] = float(intervention["value"])
    elif kind == "mechanism":
        model.switches[intervention["mechanism"]] = bool(intervention["on"])
    else:
        on_state(model, intervention)


def on_organisation(model, intervention):
    """An intervention on an organisation; on a dead one (or founding a living one) it is void."""
    kind = intervention["kind"]
    organisation = model.organisation_named[intervention["organisation"]]
    other = model.organisation_named[intervention[TWO_BODIES[kind]]] if kind in TWO_BODIES else None
    dead_target = other is not None and (not other.alive or other is organisation)
    if organisation.alive == (kind == "found") or dead_target:
        state = model.state_named.get(intervention.get("state"))
        model.log("void", state=state, organisation=organisation, other=other)
    elif kind == "found":
        found(model, organisation, intervention)
    elif kind == "dissolve":
        organisation.dissolve()
    elif kind == "merge":
        organisation.merge_into(other)
    elif kind == "set_depth":
        organisation.depth = float(intervention["depth"])
    elif kind == "set_rule":
        organisation.rule = rule_name(intervention["rule"])
    elif kind == "scope":
        total = sum(float(intervention[d]) for d in DOMAINS)
        organisation.scope = {d: float(intervention[d]) / total for d in DOMAINS}
    elif kind == "incompatible":
        set_rivalry(organisation, other, bool(intervention["on"]))
    else:
        on_status(model, model.state_named[intervention["state"]], organisation, intervention)


def set_rivalry(organisation, other, on):
    """Two bodies may, or may not, sensibly be held together."""
    for one, its_rival in ((organisation, other), (other, organisation)):
        one.incompatible = [q for q in one.incompatible if q is not its_rival] + [its_rival] * on


def on_status(model, state, organisation, intervention):
    """An intervention on what a state is, or may be, in a living organisation."""
    kind = intervention["kind"]
    if kind == "apply":
        state.pending[organisation] = STATUS[intervention["status"]]
    elif kind == "bar":
        state.eligible[organisation] = False
    elif kind == "allow":
        state.eligible[organisation] = True
    else:
        set_status(model, state, organisation, STATUS[intervention.get("status", "member")])


def set_status(model, state, organisation, status):
    """Give a state a status, and log it if that changes anything."""
    before = state.status[organisation]
    if before == status:
        return
    state.status[organisation] = status
    if status == MEMBER:
        kind = "admitted"
    elif status == NONE:
        kind = "left"
    elif status == OBSERVER:
        kind = "left_to_observer" if before == MEMBER else "observing"
    else:
        kind = "suspended"
    model.log(kind, state=state, organisation=organisation, status_from=before, status_to=status)


def found(model, organisation, intervention):
    """Bring an organisation into being, with the members named; a dead one has no others."""
    organisation.alive = True
    organisation.depth = float(intervention["depth"])
    model.log("founded", organisation=organisation, value=organisation.depth)
    for name in intervention["members"]:
        set_status(model, model.state_named[name], organisation, MEMBER)


def on_pair(model, intervention):
    """An intervention on both directions of a pair of states."""
    a = model.state_named[intervention["a"]]
    b = model.state_named[intervention["b"]]
    for i, j in ((a, b), (b, a)):
        if intervention["kind"] == "tie":
            i.tie[j] = float(intervention["level"])
        elif intervention["kind"] == "conflict":
            i.conflict[j] = float(intervention["level"])
        else:
            i.affinity[j] = clip(i.affinity[j] + intervention["change"], -1.0, 1.0)


def on_state(model, intervention):
    """An intervention on one state."""
    kind = intervention["kind"]
    if kind == "threat":
        on, by = model.state_named[intervention["on"]], model.state_named[intervention["by"]]
        on.threat[by] = float(intervention["level"])
        return
    state = model.state_named[intervention["state"]]
    if kind == "threat_shock":
        state.shock += intervention["size"]
    elif kind == "capability":
        state.capability *= intervention["factor"]
    elif kind == "prestige":
        state.prestige = max(-1.0, state.prestige + intervention["change"])
    elif kind == "transit":
        state.transit[model.state_named[intervention["on"]]] = float(intervention["share"])
    elif kind == "autonomy":
        state.autonomy = float(intervention["value"])
    else:
        raise ValueError(f"no such kind of intervention: {kind}")
