"""Evidence at a date → a `World`. Each array is made by one function; its rule stands in the docstring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from steppe.errors import InputError, input_error
from steppe.evidence import CodedValue, Evidence
from steppe.world.arrays import DOMAINS, RULES, STATUSES, Floats, Ints, World, array_specs, entity_keys
from steppe.world.build_agenda import build_agenda
from steppe.world.build_instruments import OF_STATES, added
from steppe.world.build_network import build_network
from steppe.world.spec import WorldSpec, check_spec
from steppe.world.without import NOTHING, Removal, left, removal

WEIGHTS = (
    "world.affinity_agreement",
    "world.affinity_religion",
    "world.affinity_language",
    "world.affinity_contiguity",
    "world.affinity_post_soviet",
    "world.affinity_rivalry",
    "world.proximity_scale",
)
HOME_RANGE = (0.3, 0.95)  # home share of spending; entrepôts re-export, and nobody is closed
AGREEMENT_RANGE = (0.45, 0.95)  # votes together: fully apart, fully together
AFFINITY_LIMIT = 0.95  # nothing starts at a bound


def clipped(name: str, values: Floats) -> Floats:
    """Values of an array of `World`, inside what it accepts."""
    accepted = array_specs()[name]
    return np.asarray(np.clip(values, accepted.low, accepted.high))


def central_weights(evidence: Evidence) -> dict[str, float]:
    """The central value of each parameter that building a world reads."""
    return {name: evidence.parameter(name).value for name in WEIGHTS}


def build_world(evidence: Evidence, spec: WorldSpec, weights: Mapping[str, float] | None = None) -> World:
    """The world of `spec` at its start, validated.

    weights : parameter id → value for the ids in `WEIGHTS` (others are ignored); default, those of the evidence,
        and what the systems that the world does without leave behind
    Raises InputError where a state or body is unknown, or has no value at the date.
    """
    check_spec(spec, evidence)
    gone = removal(evidence, spec.without)
    states, bodies, when = spec.present, left(spec.organisations, gone.organisations), spec.start
    weight = _complete({**central_weights(evidence), **gone.parameters} if weights is None else weights)
    more = added(evidence, states, when, gone)
    whole = {  # of all states: who is taken away makes nobody else stronger
        name: numbers(evidence, spec.states, name, when)
        for name in ("gdp", "population", "military_spending")
    }
    kept = [spec.states.index(state) for state in states]
    sizes = {name: size[kept] for name, size in whole.items()}
    own: dict[str, Any] = {
        name: clipped(name, numbers(evidence, states, name, when) + more.states[name]) for name in OF_STATES
    }
    alive, status = existence(evidence, bodies, when), statuses(evidence, states, bodies, when, gone)
    network = build_network(evidence, states, when, gone)
    return World(
        name=spec.name,
        start=when,
        states=states,
        organisations=bodies,
        poles=spec.present_poles,
        gdp=sizes["gdp"],
        population=sizes["population"],
        military=sizes["military_spending"],
        capability=capability(whole)[kept],
        salience=mixes(evidence, "actors", states, "salience", [when] * len(states)),
        **own,
        share0=expenditure_shares(
            matrix(evidence, "imports", states, when),
            numbers(evidence, states, "imports", when),
            sizes["gdp"],
        ),
        affinity_structural=structural_affinity(evidence, states, when, weight, more.affinity),
        proximity=proximity(evidence, states, when, weight["world.proximity_scale"]),
        threat=threats(evidence, states, when),
        conflict=matrix(evidence, "conflict", states, when),
        tie=np.maximum(matrix(evidence, "security_tie", states, when), more.tie),
        transit=matrix(evidence, "transit", states, when),
        cost_shift=more.cost_shift,
        pole_index=np.array([states.index(pole) for pole in spec.present_poles]),
        status=status * alive,
        state_key=entity_keys("state", states),
        organisation_key=entity_keys("organisation", bodies),
        **organisation_arrays(evidence, states, bodies, when, alive, status),
        network=network,
        agenda=build_agenda(evidence, states, bodies, when, network, gone),
        without=spec.without,
    ).validate()


def numbers(evidence: Evidence, states: Sequence[str], variable: str, when: date) -> Floats:
    """(N,) a numeric variable of each state at the date."""
    return np.array([evidence.value("actors", state, variable, when).value for state in states], dtype=float)


def mixes(
    evidence: Evidence, family: str, names: Sequence[str], variable: str, dates: Sequence[date]
) -> Floats:
    """(entities, D) relative weights over the domains at each entity's date, made to sum to 1 in each row."""
    out = np.zeros((len(names), len(DOMAINS)))
    for row, (name, when) in enumerate(zip(names, dates, strict=True)):
        coded = evidence.value(family, name, variable, when)
        out[row] = [coded.value[domain] for domain in DOMAINS]
        if out[row].sum() <= 0:
            raise InputError(
                f"{variable} of {name} is 0 in every domain",
                file=coded.file,
                key=coded.key,
                value=coded.value,
            )
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def capability(sizes: Mapping[str, Floats]) -> Floats:
    """(N,) mean of the state's shares of gdp, population and military spending in this world; sums to 1."""
    for name, size in sizes.items():
        if size.sum() <= 0:
            raise InputError(f"{name} is 0 for every state, so that nobody has a share", key=name, value=0)
    return np.asarray(np.mean([size / size.sum() for size in sizes.values()], axis=0))


def matrix(evidence: Evidence, variable: str, states: Sequence[str], when: date) -> Floats:
    """(N, N) a pair variable at the date; the codebook's default where not coded; diagonal 0.

    Row = the one affected in a directed variable; symmetric otherwise.
    Raises InputError for a pair that is not coded where the codebook has no default.
    """
    entry = evidence.variable("dyads", variable)
    place = {state: i for i, state in enumerate(states)}
    out = np.full((len(states), len(states)), np.nan if entry.default is None else entry.default)
    np.fill_diagonal(out, 0)
    for (a, b), coded in evidence.dyads_at(variable, when).items():
        if a in place and b in place:
            out[place[a], place[b]] = coded.value
            if entry.entity == "dyad":
                out[place[b], place[a]] = coded.value
    for i, j in np.argwhere(np.isnan(out)):
        evidence.dyad(variable, states[i], states[j], when)  # raises, naming the pair
    return out


def expenditure_shares(partner_imports: Floats, total_imports: Floats, gdp: Floats) -> Floats:
    """(N, N+1) i's spending on goods from j; rows sum to 1; the last column is the rest of the world.

    partner_imports : (N, N) USD m, i's imports from j; total_imports, gdp : (N,) USD bn
    Home share = 1 − imports/gdp, clipped to HOME_RANGE. The rest is divided as imports are: a coded partner
    by its share of total imports, the remainder to the rest of the world. Where coded partners add up to more
    than the total (other source, other year, goods against goods and services), they are scaled down to it.
    """
    if (gdp <= 0).any():
        raise InputError("gdp must be positive", key="gdp", value=float(gdp.min()), accepted="above 0")
    home = np.clip(1 - total_imports / gdp, *HOME_RANGE)
    partners = partner_imports / 1000
    total = np.maximum(total_imports, partners.sum(axis=1))
    share = np.divide(partners, total[:, None], out=np.zeros_like(partners), where=total[:, None] > 0)
    abroad = (1 - home)[:, None] * share
    np.fill_diagonal(abroad, home)
    rest = np.maximum(0, 1 - abroad.sum(axis=1, keepdims=True))
    return np.hstack([abroad, rest])


def structural_affinity(
    evidence: Evidence,
    states: Sequence[str],
    when: date,
    weights: Mapping[str, float],
    instruments: Floats | float = 0.0,
) -> Floats:
    """(N, N) what votes, religion, language, border, past and rivalry say of a pair; symmetric, diagonal 0.

    a^s = agreement·u + religion·(2·cosine − 1) + language·language + contiguity·border + post_soviet·both
          − rivalry·rivalry + affinity_shift + instruments, clipped to ± AFFINITY_LIMIT;
    u = agreement in votes, mapped from AGREEMENT_RANGE to [−1, 1] and clipped.
    """
    coded = {
        name: matrix(evidence, name, states, when)
        for name in (
            "agreement",
            "religion",
            "language",
            "contiguity",
            "post_soviet",
            "rivalry",
            "affinity_shift",
        )
    }
    low, high = AGREEMENT_RANGE
    votes = np.clip(2 * (coded["agreement"] - low) / (high - low) - 1, -1, 1)
    affinity = (
        weights["world.affinity_agreement"] * votes
        + weights["world.affinity_religion"] * (2 * coded["religion"] - 1)
        + weights["world.affinity_language"] * coded["language"]
        + weights["world.affinity_contiguity"] * coded["contiguity"]
        + weights["world.affinity_post_soviet"] * coded["post_soviet"]
        - weights["world.affinity_rivalry"] * coded["rivalry"]
        + coded["affinity_shift"]
        + instruments
    )
    affinity = np.clip(affinity, -AFFINITY_LIMIT, AFFINITY_LIMIT)
    np.fill_diagonal(affinity, 0)
    return np.asarray(affinity)


def proximity(evidence: Evidence, states: Sequence[str], when: date, scale: float) -> Floats:
    """(N, N) 1 at a common border, else exp(−distance/scale) with both in km; symmetric, diagonal 0."""
    border = matrix(evidence, "contiguity", states, when) > 0
    near = np.where(border, 1.0, np.exp(-matrix(evidence, "distance", states, when) / scale))
    np.fill_diagonal(near, 0)
    return near


def threats(evidence: Evidence, states: Sequence[str], when: date) -> Floats:
    """(N, N) threat that j poses to i: as coded for the directed pair, else the two's rivalry."""
    out = matrix(evidence, "rivalry", states, when)
    for (a, b), coded in evidence.dyads_at("threat", when).items():
        if a in states and b in states:
            out[states.index(a), states.index(b)] = coded.value
    return out


def existence(evidence: Evidence, bodies: Sequence[str], when: date) -> Ints:
    """(M,) 1 for a body that is founded and not yet dissolved at the date."""
    there = set(evidence.alive(when))
    return np.array([body in there for body in bodies], dtype=np.int8)


def coding_date(evidence: Evidence, body: str, when: date) -> date:
    """The date at which a body is looked up: one still to be founded is as it will be when founded."""
    founded = evidence.entity("organisations", body).founded
    return when if founded is None else max(when, founded)


def statuses(
    evidence: Evidence, states: Sequence[str], bodies: Sequence[str], when: date, gone: Removal = NOTHING
) -> Ints:
    """(N, M) what the chronicle says at the date, as places in STATUSES; a status that is taken away is none."""
    out = np.zeros((len(states), len(bodies)), dtype=np.int8)
    for (state, body), event in evidence.statuses(when).items():
        if state in states and body in bodies and f"{state}-{body}" not in gone.statuses:
            out[states.index(state), bodies.index(body)] = STATUSES.index(event.status)
    return out


def organisation_arrays(
    evidence: Evidence, states: Sequence[str], bodies: Sequence[str], when: date, alive: Ints, status: Ints
) -> dict[str, Any]:
    """Depth, rule, scope, founders, eligibility, incompatibility and kind of each body.

    Eligible are members (a suspended one may return) and those coded as eligible. A body that is not alive
    has depth 0; its other values are those of the day it is founded, for a scenario that founds it.
    Incompatibility said of one body holds for the other. A bloc is anchored in a body that it founded.
    """
    n, m = len(states), len(bodies)
    dates = [coding_date(evidence, body, when) for body in bodies]

    def coded(body: int, variable: str) -> CodedValue:
        return evidence.value("organisations", bodies[body], variable, dates[body])

    depth, rule = np.zeros(m), np.zeros(m, dtype=np.int8)
    founder, eligible = np.zeros((n, m), dtype=np.int8), np.isin(status, (2, 3)).astype(np.int8)
    clash = np.zeros((m, m), dtype=np.int8)
    for o, body in enumerate(bodies):
        depth[o] = coded(o, "depth").value * alive[o]
        rule[o] = RULES.index(coded(o, "rule").value)
        founder[:, o] = _listed(states, coded(o, "founders"))
        eligible[:, o] |= _listed(states, coded(o, "eligible"))
        clash[o] |= _listed(bodies, coded(o, "incompatible"))
        if clash[o, o]:
            raise InputError(
                f"{body} is coded as incompatible with itself", key=f"{body}.incompatible", value=body
            )
    kinds = [evidence.entity("organisations", body).kind for body in bodies]
    bloc = np.array([evidence.entity("actors", state).kind == "bloc" for state in states])
    return {
        "depth": depth,
        "alive": alive,
        "rule": rule,
        "scope": mixes(evidence, "organisations", bodies, "scope", dates),
        "founder": founder,
        "anchored": (founder & bloc[:, None]).astype(np.int8),
        "eligible": eligible,
        "instrument": np.array([kind == "identity_instrument" for kind in kinds], dtype=np.int8),
        "incompatible": clash | clash.T,
    }


def _listed(names: Sequence[str], coded: CodedValue) -> Ints:
    """1 for each of `names` that a coded list holds."""
    return np.array([name in coded.value for name in names], dtype=np.int8)


def _complete(weights: Mapping[str, float]) -> dict[str, float]:
    missing = next((name for name in WEIGHTS if name not in weights), None)
    if missing is not None:
        raise input_error(
            f"no value for parameter {missing!r}", key=missing, value=missing, accepted=list(weights)
        )
    return {name: float(weights[name]) for name in WEIGHTS}
