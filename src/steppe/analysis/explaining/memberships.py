"""Decisions about bodies: a state's own about a seat, and the votes of members on newcomers, depth and merger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steppe.analysis.explaining.cells import cells_of, cells_of_both, members_of
from steppe.analysis.explaining.decisions import VALUE, Array, Cell, Decision, decision
from steppe.analysis.explaining.pressure import Pressure, holder, pressure
from steppe.analysis.explaining.tracing import Call, Trace
from steppe.mechanisms import membership
from steppe.mechanisms.institutions import gains_of_merger, vote_on_merger
from steppe.mechanisms.ladder import DEPTHS, rung_above
from steppe.mechanisms.records import TERM_NAMES
from steppe.mechanisms.state import GAINS, MEMBER, NONE, TERMS
from steppe.mechanisms.value import value_now
from steppe.mechanisms.voting import vote_on_admission, vote_on_depth
from steppe.world.arrays import World

GAINED = ("trade", "security", "identity", "connectivity", "influence")
PAID = ("autonomy", "concentration", "conflict")
NO_PRESSURE = Pressure({}, {}, {})
OF_VALUE = frozenset((*GAINED, *PAID, "upkeep"))
PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "trade": ("value.k_trade", "value.welfare_scale", "trade.phi", "trade.psi", "trade.elasticity"),
    "security": ("value.k_security", "security.entrapment", "security.diffuse_threat"),
    "identity": ("value.k_identity",),
    "connectivity": ("value.k_connectivity",),
    "influence": ("value.influence", "membership.major_multiple", "membership.major_floor"),
    "autonomy": ("value.sovereignty", "membership.major_multiple", "membership.major_floor"),
    "concentration": ("value.concentration",),
    "conflict": ("value.incompatibility",),
    "upkeep": ("value.upkeep",),
}
LEVERAGES = ("membership.lev_trade", "membership.lev_protection", "membership.lev_transit")
# how the value of a member's seat and that of an observer's enter each choice; its cost, pressure, sign of the pressure
CHOICES: Mapping[str, tuple[int, int, str, str, int]] = {
    "join": (1, 0, "cost_member", "pressure_apply", 1),
    "observe": (0, 1, "cost_observer", "pressure_apply", 1),
    "rise": (1, -1, "cost_member", "", 0),
    "give_up_seat": (0, -1, "cost_leave", "pressure_stay", -1),
    "step_down": (-1, 1, "cost_leave", "pressure_stay", -1),
    "leave": (-1, 0, "cost_leave", "pressure_stay", -1),
}


def own_choice(record: Array, world: World, i: int, o: int, held: int, after: int) -> Decision | None:
    """What state i weighed about body o: to change the status held for another.  record : (1,) at the moment; changed

    The choice is computed as if its draw had been low enough to get so far; the true draw stands in `luck`. None where the
    rates are zero, so that there is no choice.
    """
    kernel, about, second = _choice(held, after)
    trace = Trace(record, instead={"apply": _nothing, "leave": _nothing})
    trace.run(kernel, i, o, 0.0, *((True,) if held not in (NONE, MEMBER) else ()))
    scale, asked, p = trace.of("logistic"), int(second), record[0]["p"]
    if not scale:
        return None
    terms = _terms(trace.of("value_now")[0]) | {"upkeep": float(p["upkeep"])}
    index = float(scale[asked].arguments[0]) * float(p["choice_noise"])
    in_member, in_seat, cost, push, sign = CHOICES[about]
    parts = {name: in_member * terms[name] for name in GAINED} | {
        name: -in_member * terms[name] for name in (*PAID, "upkeep")
    }
    for name in ("identity", "connectivity"):
        parts[name] += in_seat * float(p["observer_benefit"]) * terms[name]
    for name in (*PAID, "upkeep"):
        parts[name] -= in_seat * float(p["observer_autonomy"]) * terms[name]
    row = record[0]
    majors = [k for k in members_of(record, o) if row["roll"][o, k]["major"]]
    pressed = pressure(record, world, i, holder(record, i, majors), push, sign) if sign else NO_PRESSURE
    parts |= pressed.parts
    parts["cost"] = -float(p[cost])
    first = trace.of("apply", "leave")[0].arguments[-1]
    chance = float(trace.of("step_chance")[-1].result) - float(first) if second else float(first)
    return decision(
        world.states[i],
        about,
        VALUE,
        parts,
        index,
        parameters=_parameters(cost=(f"membership.{cost}",))
        | _seat_parameters(in_seat)
        | dict(pressed.parameters),
        cells=cells_of(record, world, i, o) | dict(pressed.cells),
        of_value=OF_VALUE,
        noise=float(p["choice_noise"]),
        chance=chance,
        luck=_luck_of(record, i, o),
    )


def _choice(held: int, after: int) -> tuple[Any, str, bool]:
    """(kernel, choice, whether it is the second one that the kernel weighs)."""
    if held == NONE:
        return (
            (membership.outsider, "join", False)
            if after == MEMBER
            else (membership.outsider, "observe", True)
        )
    if held == MEMBER:
        return (
            (membership.member, "leave", True) if after == NONE else (membership.member, "step_down", False)
        )
    return (
        (membership.observer, "rise", False)
        if after == MEMBER
        else (membership.observer, "give_up_seat", True)
    )


def seat_value(record: Array, world: World, i: int, o: int, about: str) -> Decision:
    """What a seat in body o is worth to state i, where it was not its own choice that was carried out."""
    worth = float(value_now(record[0], i, o))
    terms = _terms_of(record)
    parts = {name: terms[name] for name in GAINED} | {name: -terms[name] for name in (*PAID, "upkeep")}
    return decision(
        world.states[i],
        about,
        VALUE,
        parts,
        worth,
        parameters=PARAMETERS,
        cells=cells_of(record, world, i, o),
        of_value=OF_VALUE,
        outcome="ordered",
    )


def admission_votes(record: Array, world: World, i: int, o: int, status: int) -> tuple[Decision, ...]:
    """The votes of o's members on candidate i, in their order; none where the rule spares them the vote."""
    forced = Trace(record.copy(), luck=0.0)
    forced.run(vote_on_admission, i, o, status)
    asked = Trace(record.copy())
    asked.run(vote_on_admission, i, o, status)
    p = record[0]["p"]
    weight = 1.0 if status == MEMBER else float(p["observer_vote"])
    found = []
    for place, calls in enumerate(_by_voter(forced, "uniform_at")):
        j = int(calls["member_value"].arguments[0])
        gains = _difference(calls["member_value"], calls["value_now"])
        parts = {name: weight * gain for name, gain in gains.items()}
        pressed = pressure(record, world, j, i, "pressure_vote")
        parts |= pressed.parts
        parts["acquiescence"] = float(p["acquiescence"])
        parameters = _parameters(acquiescence=("membership.acquiescence",)) | dict(pressed.parameters)
        if status != MEMBER:
            parameters = {
                name: (*ids, "membership.observer_vote")
                for name, ids in parameters.items()
                if name in OF_VALUE
            } | {name: ids for name, ids in parameters.items() if name not in OF_VALUE}
        found.append(
            _vote(
                record, world, j, "admit", parts, calls, place < len(asked.of("logistic")),
                parameters, cells_of(record, world, j, o, [i]) | dict(pressed.cells),
            )
        )  # fmt: skip
    return tuple(found)


def depth_votes(record: Array, world: World, o: int) -> tuple[Decision, ...]:
    """The votes of o's members on the next rung of depth; none at the top."""
    depth = float(rung_above(DEPTHS, float(record[0]["body"][o]["depth"])))
    if depth == 0.0:
        return ()
    forced = Trace(record.copy(), luck=0.0)
    forced.run(vote_on_depth, o, depth)
    asked = Trace(record.copy())
    asked.run(vote_on_depth, o, depth)
    found = []
    for place, calls in enumerate(_by_voter(forced, "uniform")):
        j = int(calls["member_value"].arguments[0])
        parts = _difference(calls["member_value"], calls["value_now"])
        parts["cost"] = -float(record[0]["p"]["cost_deepen"])
        found.append(
            _vote(
                record, world, j, "deepen", parts, calls, place < len(asked.of("logistic")),
                _parameters(cost=("institutions.cost_deepen",)), cells_of(record, world, j, o),
            )
        )  # fmt: skip
    return tuple(found)


def merger_votes(record: Array, world: World, o: int, q: int) -> tuple[Decision, ...]:
    """What each member of o weighed about a merger into q: its proposer first, then the votes of the others."""
    trace = Trace(record.copy())
    row = trace.record[0]
    trace.run(gains_of_merger, o, q, row["scratch"][GAINS])
    gain = {int(row["roll"][o][place]["member"]): 0.0 for place in range(int(row["body"][o]["n_members"]))}
    for d in gain:
        gain[d] = float(row["scratch"][GAINS][d])
    inside = {d: bool(row["roll"][q][d]["inside"]) for d in gain}
    proposers = [d for d in gain if inside[d]]
    if not proposers:
        return ()
    proposer = max(proposers, key=lambda d: gain[d])  # the first of the highest, as in the rule
    parts = {d: _merger_parts(trace, d, o, q) for d in gain}
    p, consent = row["p"], bool(row["p"]["on_consent"])
    own = decision(
        world.states[proposer],
        "propose_merger",
        VALUE,
        parts[proposer],
        gain[proposer],
        parameters=PARAMETERS,
        cells=cells_of_both(record, world, proposer, o, q),
        of_value=OF_VALUE,
        noise=float(p["choice_noise"]),
    )
    if not consent:
        return (own,)
    gains = row["scratch"][GAINS].copy()
    forced, asked = Trace(trace.record.copy(), luck=0.0), Trace(trace.record.copy())
    forced.run(vote_on_merger, o, q, gains, proposer)
    asked.run(vote_on_merger, o, q, gains, proposer)
    voters = [d for d in gain if d != proposer]
    votes = []
    for place, (d, calls) in enumerate(zip(voters, _by_voter(forced, "uniform"), strict=True)):
        powers = [int(one.arguments[1]) for one in calls["every leverage"]]
        pressed = pressure(record, world, d, holder(record, d, powers), "pressure_vote")
        weighed = parts[d] | dict(pressed.parts) | {"cost": -float(p["cost_merge"])}
        parameters = _parameters(cost=("institutions.cost_merge",)) | dict(pressed.parameters)
        votes.append(
            _vote(
                record, world, d, "merge", weighed, calls, place < len(asked.of("logistic")),
                parameters, cells_of_both(record, world, d, o, q) | dict(pressed.cells),
            )
        )  # fmt: skip
    return (own, *votes)


def _merger_parts(trace: Trace, d: int, o: int, q: int) -> dict[str, float]:
    """Term by term: what q with all of o is worth to d, less what o and, if d is in it, q are worth now."""
    calls = [one for one in trace.of("value_now") if int(one.arguments[0]) == d]
    after = calls[-1]
    parts = _signed(after)
    for one in calls[:-1]:
        for name, number in _signed(one).items():
            parts[name] -= number
    upkeep = float(trace.record[0]["p"]["upkeep"])
    parts["upkeep"] = -upkeep + upkeep * (len(calls) - 1)
    return parts


def _vote(
    record: Array,
    world: World,
    j: int,
    about: str,
    parts: Mapping[str, float],
    calls: Mapping[str, Any],
    asked: bool,
    parameters: Mapping[str, tuple[str, ...]],
    cells: Mapping[str, tuple[Cell, ...]],
) -> Decision:
    noise = float(record[0]["p"]["vote_noise"])
    chance, luck = float(calls["logistic"].result), float(calls["luck"].result)
    outcome = ("yes" if luck < chance else "no") if asked else "not asked"
    return decision(
        world.states[j],
        about,
        VALUE,
        parts,
        float(calls["logistic"].arguments[0]) * noise,
        parameters=parameters,
        cells=cells,
        of_value=OF_VALUE,
        noise=noise,
        chance=chance,
        luck=luck,
        outcome=outcome,
    )


def _by_voter(trace: Trace, draw: str) -> list[dict[str, Any]]:
    """What was called for each voter: name → the last call; `luck` is its draw."""
    found: list[dict[str, Any]] = []
    now: dict[str, Any] = {"every leverage": []}
    for call in trace.calls:
        now[call.name] = call
        if call.name == "leverage":
            now["every leverage"].append(call)
        if call.name == draw:
            now["luck"] = call
            found.append(now)
            now = {"every leverage": []}
    return found


def _terms(call: Call) -> dict[str, float]:
    return dict(zip(TERM_NAMES, (float(one) for one in call.terms), strict=True))


def _signed(call: Call) -> dict[str, float]:
    """The terms of a value with their signs, upkeep aside: it is the same with and without."""
    terms = _terms(call)
    return {name: terms[name] for name in GAINED} | {name: -terms[name] for name in PAID}


def _difference(more: Call, less: Call) -> dict[str, float]:
    before = _signed(less)
    return {name: number - before[name] for name, number in _signed(more).items()}


def _parameters(**more: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {**PARAMETERS, **more}


def _seat_parameters(in_seat: int) -> dict[str, tuple[str, ...]]:
    if not in_seat:
        return {}
    gains = {name: (*PARAMETERS[name], "value.observer_benefit") for name in ("identity", "connectivity")}
    return gains | {name: (*PARAMETERS[name], "value.observer_autonomy") for name in (*PAID, "upkeep")}


def _nothing(*arguments: Any) -> None:
    """In place of a kernel that would carry a decision out."""


def _terms_of(record: Array) -> dict[str, float]:
    terms = {name: float(one) for name, one in zip(TERM_NAMES, record[0]["scratch"][TERMS], strict=False)}
    return terms | {"upkeep": float(record[0]["p"]["upkeep"])}


def _luck_of(record: Array, i: int, o: int) -> float:
    from steppe.mechanisms import draws

    row = record[0]
    return float(draws.uniform(row, draws.MEMBERSHIP, row["actor"][i]["key"], row["body"][o]["key"]))
