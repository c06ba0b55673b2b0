"""What seldom happens, weighed all the same: hollowing, falling out, wars, the parts against what the kernels give."""

from __future__ import annotations

import math

import pytest
from tests.api.conftest import LIVELY

import steppe
from steppe.analysis.explaining import hazards, ties
from steppe.analysis.explaining.memberships import own_choice
from steppe.analysis.explaining.pressure import holder, pressure
from steppe.analysis.explaining.tracing import Trace
from steppe.mechanisms.alignment import leverage, leverage_inside
from steppe.mechanisms.bilateral import gain_before_rivalry
from steppe.mechanisms.schedule import SCHEDULE
from steppe.mechanisms.shocks import war_hazard


@pytest.fixture(scope="module")
def model() -> steppe.Model:
    overrides = [f"parameters.{name.replace('__', '.')}={value}" for name, value in LIVELY.items()]
    model = steppe.Model(world="toy", rng=7, overrides=overrides, collect="never")
    for _ in range(6):
        model.step()
    return model


def bodies(model):
    """Records at the moment at which each body considers its depth, and its place."""
    for o in range(len(model.organisations)):
        record = model.record.copy()
        if Trace(record).until(dict(SCHEDULE)["institutions"], "deepen", o):
            yield o, record


def test_strain_is_floor_less_cohesion(model):
    """By its definition in docs/equations.md, from the cohesion that the kernel left in the record."""
    seen = 0
    for o, record in bodies(model):
        found, row = hazards.strain(record, model.world, o), record[0]
        floor = float(row["p"]["cohesion_floor"] + row["p"]["floor_slope"] * row["body"][o]["depth"])
        assert found.index == pytest.approx(floor - float(row["body"][o]["cohesion"]))
        assert 0 < found.chance < 1
        seen += 1
    assert seen


def test_without_overlap_and_dominance_cohesion_is_closeness(model):
    for o, record in bodies(model):
        record[0]["p"]["cohesion_overlap"] = record[0]["p"]["cohesion_dominance"] = 0.0
        mean = hazards.institutions.cohesion_of(record[0], o)
        record[0]["body"][o]["cohesion"] = mean
        parts = {part.id: part.now for part in hazards.strain(record, model.world, o).components}
        assert parts["dominance"] == parts["overlap"] == 0.0 and parts["closeness"] == -mean


def test_hazards_are_sums_of_logarithms(model):
    """e^index is the rate of the kernel, for every pair that may come to war."""
    record, n, seen = model.record.copy(), len(model.states), 0
    for i in range(n):
        for j in range(i + 1, n):
            rate = float(war_hazard(record[0], i, j))
            if rate > 0:
                found = hazards.war(record, model.world, i, j)
                assert math.exp(found.index) == pytest.approx(rate)
                seen += 1
    assert seen


def test_the_gain_of_a_rung_is_the_kernels(model):
    """Parts by contrasts of weights add up to the compiled gain, the cost of rivalry aside."""
    record, n, seen = model.record.copy(), len(model.states), 0
    for i in range(n):
        for j in range(i + 1, n):
            for side in ties.climb(record, model.world, i, j):
                a, b = (i, j) if side.who == model.world.states[i] else (j, i)
                rung = ties.rung_above(ties.TIES, float(record[0]["pair"][i, j]["tie"]))
                parts = {part.id: part.now for part in side.components}
                own = sum(parts.values()) - parts["rivalry"]
                assert own == pytest.approx(float(gain_before_rivalry(record[0], a, b, rung)), abs=1e-12)
                seen += 1
    assert seen


def test_a_tie_that_may_fall_lies_below_the_floor(model):
    record = model.record.copy()
    record[0]["pair"]["affinity"][0, 1] = record[0]["pair"]["affinity"][1, 0] = -0.9
    record[0]["pair"]["tie"][0, 1] = record[0]["pair"]["tie"][1, 0] = 0.5
    found = ties.descend(record, model.world, 0, 1)
    assert found.index == pytest.approx(float(record[0]["p"]["affinity_floor"]) + 0.9)
    assert found.chance > 0 and not ties.climb(record, model.world, 0, 1)


def test_pressure_adds_up_to_weight_times_leverage(model):
    """Also where a crisis brings leverage to its bound: what the weights do not account for is told apart."""
    record, n = model.record.copy(), len(model.states)
    for size in (0.0, 50.0):
        record[0]["actor"]["crisis"][:n] = size
        for i in range(n):
            for k in range(n):
                found = pressure(record, model.world, i, k, "pressure_vote")
                whole = float(record[0]["p"]["pressure_vote"] * leverage(record[0], i, k))
                assert sum(found.parts.values()) == pytest.approx(whole, abs=1e-12)


def test_who_holds_a_state_is_who_the_kernel_takes(model):
    record = model.record.copy()
    row = record[0]
    for i in range(len(model.states)):
        for o in range(len(model.organisations)):
            majors = [k for k in range(len(model.states)) if row["roll"][o, k]["major"]]
            k = holder(record, i, majors)
            assert (float(leverage(row, i, k)) if k >= 0 else 0.0) == float(leverage_inside(row, i, o))


def test_every_choice_of_every_state_adds_up(model):
    """All six choices, whether or not anyone would have been near them; a fault in a sign or a weight is an error."""
    seen = set()
    for i in range(len(model.states)):
        for o in range(len(model.organisations)):
            if model.row["body"][o]["alive"]:
                for held, after in ((0, 2), (0, 1), (1, 2), (1, 0), (2, 1), (2, 0)):
                    seen.add(own_choice(model.record.copy(), model.world, i, o, held, after).about)
    assert seen == {"join", "observe", "rise", "give_up_seat", "step_down", "leave"}
