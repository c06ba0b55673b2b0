"""What weighed in everything else that happens: hollowing, votes of the public, leaders, processes, shocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from steppe.analysis.explaining.cells import members_of
from steppe.analysis.explaining.decisions import (
    AFFINITY,
    LOG_RATE,
    SCORE,
    Array,
    Cell,
    Decision,
    decision,
    without,
)
from steppe.analysis.explaining.memberships import LEVERAGES
from steppe.analysis.explaining.tracing import Trace
from steppe.mechanisms import draws, institutions, processes, shocks
from steppe.mechanisms.corridors import strife_of
from steppe.mechanisms.domestic import normal_cdf, score_of
from steppe.mechanisms.parties import benefit
from steppe.mechanisms.records import GATE_KINDS
from steppe.mechanisms.voting import step_chance
from steppe.world.arrays import World


def strain(record: Array, world: World, o: int) -> Decision | None:
    """How far the cohesion of body o fell short of its floor.  record : (1,) before it considers to deepen

    None where bodies do not hollow out, their rates being zero.
    """
    body, p = record[0]["body"][o], record[0]["p"]
    bare = without(record, "cohesion_dominance", "cohesion_overlap")
    closeness = float(institutions.cohesion_of(bare[0], o))
    dominated = float(institutions.cohesion_of(without(record, "cohesion_overlap")[0], o))
    cohesion = float(body["cohesion"])
    after = record.copy()
    institutions.deepen(after[0], o)
    trace = Trace(after, instead={name: _alive for name in ("dissolve", "set_depth")}, luck=0.0)
    trace.run(institutions.hollow, o)
    if not trace.of("logistic"):
        return None
    noise = float(p["cohesion_noise"])
    depth = float(after[0]["body"][o]["depth"])
    parts = {
        "floor": float(p["cohesion_floor"]),
        "depth": float(p["floor_slope"]) * depth,
        "closeness": -closeness,
        "dominance": closeness - dominated,
        "overlap": dominated - cohesion,
    }
    name = world.organisations[o]
    members = [world.states[j] for j in members_of(record, o)]
    affinities = tuple(
        ("affinity_structural", a, b) for place, a in enumerate(members) for b in members[place + 1 :]
    )
    row = record[0]
    return decision(
        name,
        "hollow",
        AFFINITY,
        parts,
        float(trace.of("logistic")[0].arguments[0]) * noise,
        parameters={
            "floor": ("institutions.cohesion_floor",),
            "depth": ("institutions.floor_slope",),
            "dominance": (
                "institutions.cohesion_dominance",
                "membership.major_multiple",
                "membership.major_floor",
            ),
            "overlap": ("institutions.cohesion_overlap", "institutions.cosine_floor"),
        },
        cells={
            "depth": (("depth", name),),
            "closeness": affinities,
            "dominance": tuple(("capability", state) for state in members),
            "overlap": (("scope", name),),
        },
        noise=noise,
        chance=float(trace.of("step_chance")[-1].result),
        luck=float(draws.uniform(row, draws.HOLLOWING, row["body"][o]["key"], 0)),
    )


def gate_vote(record: Array, world: World, g: int) -> Decision:
    """What stood behind a gate when it was held: public support of its process and approval of the government."""
    row = record[0]
    gate, score = row["gate"][g], float(score_of(row, g))
    i, process, noise = int(gate["state"]), int(gate["process"]), float(gate["noise"])
    bare = record.copy()
    bare[0]["actor"][i]["approval"] = 0.0
    approval = score - float(score_of(bare[0], g))
    name, state = world.agenda.gates[g], world.states[i]
    parts = {"approval": approval, "half": -0.5}
    cells: dict[str, tuple[Cell, ...]] = {
        "approval": (("approval", state),),
        "half": (("agenda.noise", name),),
    }
    if process >= 0:
        parts = {"support": score - approval, **parts}
        cells["support"] = (("agenda.support", world.agenda.processes[process], state), ("agenda.mix", name))
    chance, luck = (
        float(normal_cdf((score - 0.5) / noise)),
        float(draws.uniform(row, draws.GATE, gate["key"], 0)),
    )
    return decision(
        state,
        GATE_KINDS[int(gate["kind"])],
        SCORE,
        parts,
        score - 0.5,
        parameters={
            "approval": ("domestic.approval_reversion", "domestic.crisis_cost", "domestic.war_cost"),
            "support": ("domestic.support_reversion", "domestic.support_affinity"),
        },
        cells=cells,
        noise=noise,
        chance=chance,
        luck=luck,
        outcome="yes" if luck < chance else "no",
    )


def leader_falls(record: Array, world: World, i: int) -> Decision:
    """The hazard of an irregular change of leader."""
    row = record[0]
    p, approval = row["p"], float(row["actor"][i]["approval"])
    slope = float(p["leader_slope"])
    parts = {
        "rate": _log(float(p["leader_rate"])),
        "approval": slope * (0.5 - approval),
    }
    return _hazard(
        row,
        world.states[i],
        "leader",
        parts,
        {"rate": ("domestic.leader_rate",), "approval": ("domestic.leader_slope",)},
        {"approval": (("approval", world.states[i]),)},
        draws.uniform(row, draws.LEADER, row["actor"][i]["key"], 0),
    )


def advance(record: Array, world: World, process: int) -> Decision | None:
    """What hastened and hindered the next stage of a process; None where it has none."""
    row = record[0]
    one, p = row["process"][process], row["p"]
    stage = int(one["stage"]) + 1
    if stage > int(one["last"]) or float(row["rate"][process, stage]) == 0.0:
        return None
    gain = float(benefit(row, process))
    trace = Trace(record.copy())
    rate = float(trace.run(processes.stage_rate, process, stage, gain))
    push, resistance = (float(part) for part in trace.of("push_and_resistance")[0].result)
    parts = {
        "rate": _log(float(row["rate"][process, stage]) * float(one["pace"])),
        "benefit": float(p["k_benefit"]) * gain,
        "push": float(p["k_push"]) * push,
        "resistance": -float(p["k_resist"]) * resistance,
    }
    pull = sum(parts[name] for name in ("benefit", "push", "resistance"))
    bound = min(processes.HIGHEST_PULL, max(-processes.HIGHEST_PULL, pull)) - pull
    parts |= {"bound": bound} if bound else {}
    name = world.agenda.processes[process]
    found = _hazard(
        row,
        name,
        "advance",
        parts,
        {
            "benefit": ("processes.k_benefit",),
            "push": ("processes.k_push", "processes.access", *LEVERAGES),
            "resistance": ("processes.k_resist", "processes.access", *LEVERAGES),
        },
        _roles(row, world, process) | {"rate": (("agenda.rate", name, world.agenda.stages[process][stage]),)},
        draws.uniform(row, draws.STAGE, one["key"], 0),
        used=_log(rate),
    )
    return found


def relapse(record: Array, world: World, process: int) -> Decision:
    """The hazard that a process falls back into conflict."""
    row = record[0]
    p, gain = row["p"], float(benefit(row, process))
    return _hazard(
        row,
        world.agenda.processes[process],
        "relapse",
        {"rate": _log(float(p["relapse_rate"])), "benefit": -float(p["k_benefit"]) * gain},
        {"rate": ("processes.relapse_rate",), "benefit": ("processes.k_benefit",)},
        _roles(row, world, process),
        draws.uniform(row, draws.RELAPSE, row["process"][process]["key"], 0),
    )


def signal(record: Array, world: World, k: int, process: int) -> Decision:
    """The hazard that a spoiler lets a process feel it."""
    row = record[0]
    effort, name, state = (
        float(row["role"][process, k]["resist"]),
        world.agenda.processes[process],
        world.states[k],
    )
    return _hazard(
        row,
        state,
        "signal",
        {
            "rate": _log(float(row["p"]["signal_rate"])),
            "effort": _log(effort),
            "activity": _log(float(row["actor"][k]["activity"])),
        },
        {"rate": ("processes.signal_rate",)},
        {"effort": (("agenda.resist", name, state),)},
        draws.uniform(row, draws.SIGNAL, row["actor"][k]["key"], row["process"][process]["key"]),
    )


def war(record: Array, world: World, i: int, j: int) -> Decision:
    """The hazard that a war between two states breaks out or, where there is one, ends."""
    row = record[0]
    p, pair, one, other = row["p"], row["pair"][i, j], world.states[i], world.states[j]
    hazard = float(shocks.war_hazard(row, i, j))
    key_i, key_j = row["actor"][i]["key"], row["actor"][j]["key"]
    luck = draws.uniform(row, draws.WAR, min(key_i, key_j), max(key_i, key_j))
    if float(pair["conflict"]) > 0.0:
        parts = {"rate": _log(float(p["war_end_rate"]))}
        return _hazard(row, f"{one}-{other}", "peace", parts, {"rate": ("shocks.war_end_rate",)}, {}, luck)
    threat = max(float(pair["threat"]), float(row["pair"][j, i]["threat"]))
    return _hazard(
        row,
        f"{one}-{other}",
        "war",
        {
            "rate": _log(float(p["war_rate"])),
            "threat": _log(threat),
            "hostility": _log(-float(pair["affinity"])),
        },
        {"rate": ("shocks.war_rate",)},
        {
            "threat": (("threat", one, other), ("threat", other, one)),
            "hostility": (("affinity_structural", one, other),),
        },
        luck,
        used=_log(hazard),
    )


def crisis(record: Array, world: World, i: int) -> Decision:
    """The hazard of a financial crisis: the same for everyone."""
    row = record[0]
    luck = draws.uniform(row, draws.CRISIS, row["actor"][i]["key"], 0)
    parts = {"rate": _log(float(row["p"]["crisis_rate"]))}
    return _hazard(row, world.states[i], "crisis", parts, {"rate": ("shocks.crisis_rate",)}, {}, luck)


def closure(record: Array, world: World, e: int, kind: str) -> Decision:
    """The hazard that a segment closes or, being shut, reopens."""
    row = record[0]
    name, luck = world.network.segments[e], draws.uniform(row, draws.CLOSURE, row["segment"][e]["key"], 0)
    if kind == "reopened":
        parts = {"rate": _log(float(row["p"]["reopen_rate"]))}
        return _hazard(row, name, "reopen", parts, {"rate": ("shocks.reopen_rate",)}, {}, luck)
    strife = float(strife_of(row, e))
    parts = {"rate": _log(float(row["p"]["closure_rate"])), "strife": math.log(1.0 + strife)}
    return _hazard(row, name, "close", parts, {"rate": ("shocks.closure_rate",)}, {}, luck)


def _hazard(
    row: Any,
    who: str,
    about: str,
    parts: Mapping[str, float],
    parameters: Mapping[str, tuple[str, ...]],
    cells: Mapping[str, tuple[Cell, ...]],
    luck: Any,
    used: float | None = None,
) -> Decision:
    """A rate as a sum of logarithms."""
    index = sum(parts.values()) if used is None else used
    if not math.isfinite(index):  # something forbids it: nothing to add up
        parts, index = {name: one for name, one in parts.items() if math.isfinite(one)}, 0.0
        index = sum(parts.values())
        chance = 0.0
    else:
        chance = float(step_chance(math.exp(index), float(row["p"]["dt"])))
    return decision(
        who, about, LOG_RATE, parts, index,
        parameters=parameters, cells=cells, chance=chance, luck=float(luck),
    )  # fmt: skip


def _roles(row: Any, world: World, process: int) -> dict[str, tuple[Cell, ...]]:
    name, role = world.agenda.processes[process], row["role"][process]
    held = range(len(world.states))
    parties = [world.states[i] for i in held if role[i]["party"] == 1]
    return {
        "benefit": (
            *(("agenda.interest", name, state) for state in parties),
            *(("affinity_structural", a, b) for place, a in enumerate(parties) for b in parties[place + 1 :]),
        ),
        "push": tuple(("agenda.push", name, world.states[i]) for i in held if role[i]["push"] > 0),
        "resistance": tuple(("agenda.resist", name, world.states[i]) for i in held if role[i]["resist"] > 0),
    }


def _log(number: float) -> float:
    return math.log(number) if number > 0.0 else -math.inf


def _alive(*arguments: Any) -> bool:
    """In place of a kernel that would carry the change out."""
    return True
