"""Measures from the arrays of a chunk are those that are read from the stored tables of the same replicates."""

import numpy as np
import pytest

from steppe.analysis.observations import observe
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT
from steppe.mechanisms.state import parameters_of
from steppe.results.indicators import MEASURES, OfWorld, entities
from steppe.results.query import open_run
from steppe.simulation import runner
from steppe.simulation.ensemble import run_chunk
from steppe.simulation.outcomes import outcome_values, wanted

from .conftest import LIVELY

REPLICATES, YEARS = 30, 8


@pytest.fixture(scope="module", params=["toy", "eurasia_2026"])
def both(request, tmp_path_factory):
    """A stored run, and the arrays of its replicates."""
    lively = LIVELY if request.param == "toy" else ()
    config = compose(
        [f"world={request.param}", "scenario=baseline", f"ensemble.replicates={REPLICATES}",
         f"ensemble.years={YEARS}", *lively]
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("outcomes") / "run"
    runner.run(config, folder, lambda done, planned: None)
    prepared = runner.prepare(config)
    initial = prepared.begin("baseline", 0)
    state, record = initial.copy(), new_record(REPLICATES, YEARS, prepared.world)
    events, _ = run_chunk(
        state[0], parameters_of(state), initial[0], parameters_of(initial).copy(), 0, prepared.plans["baseline"],
        YEARS, 4, record, np.zeros(1000, EVENT),
    )  # fmt: skip
    return open_run(folder), record, events, prepared.world


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.id)
def test_as_from_the_tables(both, measure):
    """Every entity, in the first year, a middle one and the last, replicate by replicate."""
    run, record, events, world = both
    names = entities(measure, OfWorld(world))
    if not names:
        pytest.skip(f"the world has no {' or '.join(measure.of)}")
    years = [run.years[place] for place in (0, 3, YEARS)]
    for seen in observe(run, "baseline", years, [measure.id]):
        asked = wanted([f"{measure.id} {name} @{seen.year}" for name in names], world, YEARS)
        found = outcome_values(record, events, 0, world, 4, asked)
        np.testing.assert_array_equal(found, seen.values.astype(np.float32))


def test_something_happens(both):
    """Else the comparison of histories would compare nothing: changes of status, of leaders, ends of bodies."""
    _, _, events, world = both
    seen = {KINDS[kind] for kind in np.unique(events["kind"])}
    assert len(seen) > 8 and "leader_changed" in seen
    if world.name == "toy":
        assert {"admitted", "merged"} <= seen


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("membr A/B", "no such measure"),
        ("member KAZ", "measured of"),
        ("polarisation @1999", "no such year"),
        ("polarisation @soon", "no such year"),
        ("", "no such measure"),
    ],
)
def test_what_cannot_be_asked(text, says):
    """One message, with what is accepted."""
    world = runner.prepare(compose(["world=eurasia_2026", "scenario=baseline"])).world
    with pytest.raises(InputError, match=says):
        wanted([text], world, 10)
