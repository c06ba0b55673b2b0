"""Given–expected cases that an analyst can read: `tests/cases/*.yaml` (its README says how they are
written).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from mechanisms.support import advance, begun, default_parameters, ensemble
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.institutions import cohesion_of
from steppe.mechanisms.security import update_security
from steppe.mechanisms.value import value_now
from steppe.world.arrays import DOMAINS, RULES, World
from steppe.world.synthetic import make_world

FOLDER = Path(__file__).parent / "cases"
REPLICATES = 400
HOME = 0.6
DIRECTED = {"imports": "from", "threat": "by", "transit": "on"}
KEYS = {"case", "because", "states", "bodies", "between", "parameters", "switches", "done", "expected"}


def cases() -> list[Any]:
    """Every case of the folder, named by its sentence."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(case, id=f"{path.stem}: {case['case']}"))
    return found


def world_of(case: Mapping[str, Any]) -> World:
    """The world that a case tells of."""
    states, bodies = tuple(case["states"]), tuple(case["bodies"])
    n = len(states)
    arrays: dict[str, Any] = {"capability": np.array([case["states"][name]["capability"] for name in states])}
    arrays["capability"] = arrays["capability"] / arrays["capability"].sum()
    threats = [case["states"][name].get("nonstate_threat", 0.0) for name in states]
    arrays["nonstate_threat"] = np.array(threats)
    for name in ("affinity", "tie", "threat", "transit", "conflict", "imports"):
        matrix = np.zeros((n, n))
        for pair, value in case.get("between", {}).get(name, {}).items():
            words = pair.split()
            if name in DIRECTED:
                assert words[1] == DIRECTED[name], pair
            i, j = states.index(words[0]), states.index(words[-1])
            matrix[i, j] = value
            if name not in DIRECTED:
                matrix[j, i] = value
        arrays[name] = matrix
    imports = arrays.pop("imports")
    share0 = np.hstack([imports + HOME * np.eye(n), 1 - HOME - imports.sum(axis=1, keepdims=True)])
    arrays["affinity_structural"] = arrays.pop("affinity")
    status = np.zeros((n, len(bodies)))
    for o, body in enumerate(case["bodies"].values()):
        for code, key in ((2, "members"), (1, "observers")):
            for member in body.get(key, []):
                status[states.index(member), o] = code
    given = case["bodies"].values()
    scope = [[body["scope"].get(domain, 0.0) for domain in DOMAINS] for body in given]
    return make_world(
        states,
        bodies,
        share0=share0,
        status=status,
        scope=scope,
        depth=[body["depth"] for body in given],
        rule=[RULES.index(body.get("rule", "consensus")) for body in given],
        **arrays,
    )


def number(case: Mapping[str, Any], expectation: Mapping[str, Any]) -> float:
    """What the model says of a measure."""
    world, years = world_of(case), expectation["years"]
    values = default_parameters() | case.get("parameters", {})
    switches, done = case.get("switches", {}), case.get("done", [])
    measure, of = expectation["measure"], expectation["of"].split()
    if measure in KINDS or measure == "alive":
        series, events = ensemble(world, REPLICATES, years, 4, values, switches, done)
        body = world.organisation_index(of[-1])
        if measure == "alive":
            return float(series.alive[:, years, body].mean())
        rows = events[(events["kind"] == KINDS.index(measure)) & (events["organisation"] == body)]
        if len(of) == 2:
            rows = rows[rows["state"] == world.state_index(of[0])]
        return len(np.unique(rows["replicate"])) / REPLICATES
    record = advance(begun(world, values, switches), 4 * years, world, done)
    update_security(record[0])
    if measure == "cohesion":
        return float(cohesion_of(record[0], world.organisation_index(of[0])))
    first = world.state_index(of[0])
    if measure == "need":
        return float(record["actor"]["need"][0, first])
    if measure == "value":
        return float(value_now(record[0], first, world.organisation_index(of[1])))
    field = {"affinity": "affinity", "demand": "cost_factor"}[measure]
    return float(record["pair"][field][0, first, world.state_index(of[-1])])


def holds(expectation: Mapping[str, Any], found: float) -> bool:
    """Whether a number is as expected."""
    bounds = [key for key in ("is", "above", "below") if key in expectation]
    assert len(bounds) == 1, expectation
    if "is" in expectation:
        return abs(found - expectation["is"]) <= float(expectation["within"])
    return found > expectation["above"] if "above" in expectation else found < expectation["below"]


@pytest.mark.parametrize("case", cases())
def test_case(case: Mapping[str, Any]) -> None:
    """The world of the case does what the case says."""
    assert set(case) <= KEYS and case["because"]
    for expectation in case["expected"]:
        changed = {**case, **expectation.get("with", {})}
        assert set(expectation.get("with", {})) <= KEYS - {"case", "because", "expected"}
        found = number(changed, expectation)
        assert holds(expectation, found), f"{expectation}: found {found:.6g}"


def test_there_are_cases() -> None:
    """The folder is found."""
    assert len(cases()) >= 8
