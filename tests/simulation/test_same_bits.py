"""The Mesa model and the ensemble give the same bits, with and without Python between the rules."""

import numpy as np
import pytest

from mechanisms.networks import networked
from oracle.worlds import small_world
from steppe import Model, State
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT
from steppe.mechanisms.schedule import SCHEDULE
from steppe.mechanisms.state import parameters_of
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.replicate import begin_replicate

from .conftest import LIVELY

YEARS, REPLICATES = 6, 3
OVERRIDES = [*LIVELY, f"ensemble.years={YEARS}"]
# The fronts may differ in working memory, in where events are kept, and in the number of the coming step.
APART = ("scratch", "events", "n_events", "step")


class Idle(State):
    """A state whose step does nothing."""

    def step(self) -> None:
        pass


def nothing(model):
    """A mechanism that looks at everything and changes nothing."""
    for state in model.states.values():
        assert sum(state.alignment.values()) == pytest.approx(1)
        assert 0 <= state.need <= 1
        assert dict(state.affinity) and dict(state.status) and model.draw("nothing", state) < 1
    for body in model.organisations.values():
        assert body.cohesion < 2 or not body.alive or len(body.members) < 2


def ensemble(model, replicates=REPLICATES, first=0):
    """The record, the events and the last state of the ensemble's replicates."""
    start = model.setting
    record = new_record(replicates, YEARS, model.world)
    state = start.initial.copy()
    events, full = run_chunk(
        state[0], parameters_of(state), start.initial[0], parameters_of(start.initial).copy(), first,
        start.orders, YEARS, start.steps_per_year, record, np.zeros(8, EVENT),
    )  # fmt: skip
    assert not full
    return record, events, state


def history(model):
    """The yearly pictures of a model stepped to its end."""
    pictures = [model.observe()]
    while model.running:
        for _ in range(model.setting.steps_per_year):
            model.step()
        pictures.append(model.observe())
    return pictures


def raw_events(model):
    """EVENT records of a model."""
    events = np.concatenate([*model._past, model.row["events"][: model.row["n_events"]]])
    events["replicate"] = model.replicate
    return events


WAYS = {
    "compiled": {},
    "idle mechanism": {"mechanisms": [("affinity", lambda model: None)]},
    "idle mechanisms everywhere": {
        "mechanisms": [("interventions", nothing), *((name, nothing) for name, _ in SCHEDULE)]
    },
    "idle agents": {"state_class": Idle},
    "collecting": {"collect": "step"},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scenario", ["russia_applies_to_cca", "cca_becomes_community"])
def test_the_same_bits_as_the_ensemble(way, scenario):
    models = [
        Model(scenario=scenario, overrides=OVERRIDES, rng=2**40 + 3, replicate=r, **WAYS[way])
        for r in range(REPLICATES)
    ]
    record, events, _ = ensemble(models[0])
    assert len(events) > 5 * REPLICATES
    pictures = [history(model) for model in models]
    for name, series in record._asdict().items():
        mine = np.concatenate(
            [np.concatenate([getattr(p, name) for p in one], axis=1) for one in pictures], axis=0
        )
        assert mine.dtype == series.dtype and mine.tobytes() == series.tobytes(), name
    assert np.concatenate([raw_events(model) for model in models]).tobytes() == events.tobytes()
    last = ensemble(models[0], 1, REPLICATES - 1)[2]  # a workspace that no other replicate has used
    for name in last.dtype.names:
        if name not in APART:
            assert models[-1].record[name].tobytes() == last[name].tobytes(), name


@pytest.mark.parametrize("off", ["shocks", "affinity", "membership", "institutions", "security", "trade"])
def test_the_same_bits_with_a_mechanism_off(off):
    overrides = [*OVERRIDES, f"mechanisms.{off}=false"]
    bare = Model(world="toy", overrides=overrides, rng=5)
    between = Model(world="toy", overrides=overrides, rng=5, mechanisms=[(off, nothing)])
    for one, other in zip(history(bare), history(between), strict=True):
        assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("make", [small_world, networked])
@pytest.mark.parametrize("mechanisms", [[], [("corridors", lambda model: None)]])
def test_a_world_that_was_built_elsewhere(make, mechanisms):
    model = Model(make(6, 4, 1), overrides=OVERRIDES, rng=1, mechanisms=mechanisms)
    record, events, _ = ensemble(model, 1)
    pictures = history(model)
    for name in ("shares", "segment_status", "segment_flow", "demand_via"):
        assert b"".join(getattr(p, name).tobytes() for p in pictures) == getattr(record, name).tobytes()
    assert raw_events(model).tobytes() == events.tobytes()


def test_replicates_and_seeds_differ():
    start = Model(world="toy", overrides=OVERRIDES, rng=1)
    numbers = ((1, 1), (2, 0), (1, 0))
    others = [Model(world="toy", overrides=OVERRIDES, rng=seed, replicate=n) for seed, n in numbers]
    ends = [b"".join(a.tobytes() for a in history(model)[-1]) for model in (start, *others)]
    assert len(set(ends)) == 3 and ends[0] == ends[3]


def test_begin_replicate_is_what_a_model_starts_from(toy):
    again = begin_replicate(toy.setting.initial, 0)
    assert again["pair"].tobytes() == toy.record["pair"].tobytes()
