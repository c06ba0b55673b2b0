"""Interventions on corridors, governments, processes and instruments."""

from .corridors import CLOSED, OPEN
from .domestic import change_leader


def corridor(model, intervention):
    """A segment, or all of a system: opened or closed, widened or narrowed, made dearer or cheaper."""
    network = model.corridors
    if "segment" in intervention:
        segments = [network.segment_named[intervention["segment"]]]
    else:
        segments = [e for e in network.segments if intervention["system"] in e.systems]
    for e in segments:
        if "status" in intervention:
            e.status = {"closed": CLOSED, "open": OPEN}[intervention["status"]]
        e.capacity *= intervention.get("capacity", 1.0)
        e.cost *= intervention.get("cost", 1.0)
    network.stale = True


def stage(model, intervention):
    """A process stands at a stage; what the stage would have brought about does not follow."""
    process = model.process_named[intervention["process"]]
    process.stage = process.stages.index(intervention["stage"])
    model.log("advanced", process=process, status_to=process.stage, probability=1.0)


def reach(model, intervention):
    """A process reaches a later stage, with all that follows; one that it has reached already changes nothing."""
    process = model.process_named[intervention["process"]]
    stage_said = process.stages.index(intervention["stage"])
    if stage_said > process.stage:
        process.enter(stage_said, process.benefit(), 1.0)


def gate(model, intervention):
    """A gate is passed or failed as if the vote were now, or waived."""
    it = model.gate_named[intervention["gate"]]
    if intervention["outcome"] == "waived":
        it.waive()
    else:
        it.decide(passes=intervention["outcome"] == "passed")


def role(model, intervention):
    """A state's part in a process changes, in what is said."""
    its = model.process_named[intervention["process"]].roles[model.state_named[intervention["state"]]]
    for name in ("push", "resist", "interest"):
        if name in intervention:
            setattr(its, name, float(intervention[name]))


def support(model, intervention):
    """The public's support for a process is, and from now on usually is, what is said."""
    its = model.process_named[intervention["process"]].roles[model.state_named[intervention["state"]]]
    its.support = its.usual_support = float(intervention["level"])


def pace(model, intervention):
    """A process goes so many times as fast."""
    model.process_named[intervention["process"]].pace = float(intervention["factor"])


def leader(model, intervention):
    """The leader changes now."""
    change_leader(model, model.state_named[intervention["state"]])


def approval(model, intervention):
    """The government's approval is, and from now on usually is, what is said."""
    state = model.state_named[intervention["state"]]
    state.approval = state.usual_approval = float(intervention["level"])


def crisis(model, intervention):
    """A financial crisis of this size strikes."""
    model.state_named[intervention["state"]].crisis += float(intervention["size"])


def activity(model, intervention):
    """The state is so active abroad."""
    model.state_named[intervention["state"]].activity = float(intervention["level"])


def continuity(model, intervention):
    """So much of what binds the state survives a change of its leaders."""
    model.state_named[intervention["state"]].continuity = float(intervention["level"])


def instrument(model, intervention):
    """An instrument of identity works, or does not."""
    model.instrument_named[intervention["instrument"]].active = bool(intervention["on"])


def trade_cost(model, intervention):
    """Trade of a pair becomes dearer or cheaper, both ways."""
    a, b = model.state_named[intervention["a"]], model.state_named[intervention["b"]]
    for i, j in ((a, b), (b, a)):
        i.cost_shift[j] = i.cost_shift.get(j, 0.0) + float(intervention["change"])


FURTHER = {
    kind.__name__: kind
    for kind in (
        corridor,
        stage,
        reach,
        gate,
        role,
        support,
        pace,
        leader,
        approval,
        crisis,
        activity,
        continuity,
        instrument,
        trade_cost,
    )
}
