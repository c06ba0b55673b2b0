"""A rule run from its source, with its calls noted, is the compiled rule."""

from __future__ import annotations

import numpy as np
import pytest
from tests.api.conftest import LIVELY

import steppe
from steppe.analysis.explaining.tracing import Trace, must_agree
from steppe.errors import SteppeError
from steppe.mechanisms.interventions import intervene
from steppe.mechanisms.schedule import SCHEDULE
from steppe.mechanisms.state import parameters_of
from steppe.mechanisms.voting import vote_on_admission

FOLLOWED = (
    "consider", "outsider", "observer", "member", "apply", "leave", "vote_on_admission", "deepen", "hollow",
    "vote_on_depth", "decide", "climb_rate", "hold", "advance", "stage_rate", "leaders_fall",
)  # fmt: skip


@pytest.fixture(scope="module")
def model() -> steppe.Model:
    overrides = [f"parameters.{name.replace('__', '.')}={value}" for name, value in LIVELY.items()]
    return steppe.Model(world="toy", rng=7, overrides=overrides, collect="never")


def test_every_mechanism_gives_the_same_bits_from_its_source(model):
    """The premise of every explanation: step after step, mechanism by mechanism, to the last byte of the record.

    Kernels that decide are followed into their source too, so that votes, choices and hazards are covered.
    """
    happened = 0
    for _ in range(12):
        compiled = model.record.copy()
        intervene(compiled[0], parameters_of(compiled), model.setting.orders)
        for name, mechanism in SCHEDULE:
            traced = compiled.copy()
            mechanism(compiled[0])
            Trace(traced, follow=FOLLOWED).run(mechanism)
            assert same(compiled[0], traced[0]), name
        happened += int(compiled[0]["n_events"])
        model.step()
    assert happened > 10  # or the test would see little


def same(one, other) -> bool:
    """Whether two records are equal, NaN with NaN; what a step only scribbles on is left out."""
    for name in one.dtype.names:
        first, second = one[name], other[name]
        if name == "events":
            first, second = first[: int(one["n_events"])], second[: int(one["n_events"])]
        if name == "guests":  # room to work in
            continue
        if np.asarray(first).tobytes() != np.asarray(second).tobytes():
            return False
    return True


def test_the_calls_of_a_vote_are_noted_in_order_with_the_true_luck(model):
    """Forced to yes, everyone is asked; the draws that are noted are those of the addressed generator."""
    from steppe.mechanisms import draws

    record = model.record.copy()
    row = record[0]
    o = next(o for o in range(int(row["m"])) if int(row["body"][o]["n_members"]) > 1)
    i = next(i for i in range(int(row["n"])) if not row["roll"][o, i]["inside"])
    trace = Trace(record, luck=0.0)
    trace.run(vote_on_admission, i, o, 2)
    votes = trace.of("uniform_at")
    assert len(votes) == int(row["body"][o]["n_members"]) == len(trace.of("logistic"))
    for vote, place in zip(votes, row["roll"][o]["member"], strict=False):
        address = draws.mix(row["actor"][i]["key"], row["body"][o]["key"])
        step, key = int(vote.arguments[0]), row["actor"][place]["key"]
        assert vote.result == draws.uniform_at(row, step, draws.ADMISSION_VOTE, key, address)


def test_a_rule_stops_where_it_is_told_to(model):
    """Before the call: nothing that comes after it has happened to the record."""
    record = model.record.copy()
    membership = dict(SCHEDULE)["membership"]
    assert Trace(record).until(membership, "consider", 1, 0)
    assert not Trace(model.record.copy()).until(membership, "consider", 99, 0)


def test_terms_that_do_not_add_up_are_an_error():
    must_agree(0.1 + 0.2, 0.3, "a vote")
    with pytest.raises(SteppeError, match="add up"):
        must_agree(0.3, 0.31, "a vote")
