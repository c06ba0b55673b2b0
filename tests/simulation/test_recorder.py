"""Tables of a chunk: those of corridors, and events of pairs and segments."""

from datetime import date

import numpy as np
import pytest

from mechanisms.networks import demand, networked, segment, shipping_world
from mechanisms.support import default_parameters, ensemble
from oracle.worlds import small_world
from steppe.mechanisms.events import KINDS
from steppe.mechanisms.observe import new_record
from steppe.mechanisms.records import EVENT
from steppe.results.check import check_table
from steppe.results.tables import schemas_of
from steppe.simulation.recorder import chunk_tables


def manifest_of(world):
    """What the tables of a world depend on."""
    return {
        "poles": list(world.poles),
        "segments": list(world.network.segments),
        "demands": list(world.network.demands),
    }


@pytest.fixture(scope="module")
def world():
    return networked(6, 3, 2)


@pytest.fixture(scope="module")
def run(world):
    """Series, events and tables of replicates 5 to 7 over three years, with many closures."""
    parameters = default_parameters(shocks__closure_rate=0.5)
    record, events = ensemble(world, 3, years=3, parameters=parameters, first=5)
    return record, events, chunk_tables(record, events, 5, world, 4)


class TestCorridors:
    def test_agree_with_their_schemas(self, run, world):
        """Every table that the manifest promises, and none else."""
        schemas = schemas_of(manifest_of(world))
        assert set(run[2]) == set(schemas) and {"corridors", "demands"} <= set(schemas)
        for name, schema in schemas.items():
            check_table(schema, run[2][name])
        assert check_table(schemas["corridors"], run[2]["corridors"]) == 3 * 4 * 9
        assert check_table(schemas["demands"], run[2]["demands"]) == 3 * 4 * 5

    def test_rows_are_where_the_series_say(self, run, world):
        """By replicate, year and segment; shipped in Mt/y."""
        record, _, tables = run
        table = tables["corridors"]
        row = np.flatnonzero(
            (table["replicate"] == 6)
            & (table["year"] == world.start.year + 2)
            & (table["segment"].codes == world.network.segments.index("e4"))
        )
        assert len(row) == 1
        assert table["flow"][row[0]] == record.segment_flow[1, 2, 4]
        assert table["status"][row[0]] == record.segment_status[1, 2, 4]
        shipped = tables["demands"]["shipped"].reshape(3, 4, 5)
        np.testing.assert_allclose(shipped, record.demand_shipped * world.network.volume, rtol=1e-6)
        pole = world.poles[1]
        np.testing.assert_array_equal(
            tables["demands"][f"via_{pole}"].reshape(3, 4, 5), record.demand_via[..., 1]
        )

    def test_closures_show(self, run):
        """Segments that a shock has shut are in the series, carry nothing, and their events name them."""
        record, events, tables = run
        shut = record.segment_status == 2
        assert shut.any() and (record.segment_flow[shut] == 0).all()
        table = tables["events"]
        closed = table["kind"].codes == KINDS.index("closed")
        assert closed.any() and (table["segment"].codes[closed] >= 0).all()
        assert (table["segment"].codes[~np.isin(events["kind"], _of("closed", "reopened"))] == -1).all()
        assert np.isnan(table["value"][closed]).all() and (table["probability"][closed] > 0).all()

    def test_a_world_without_corridors_has_no_such_tables(self):
        bare = small_world(4, 2, 1)
        record, events = ensemble(bare, 1, years=1)
        tables = chunk_tables(record, events, 0, bare, 4)
        assert set(tables) == set(schemas_of(manifest_of(bare)))
        assert not {"corridors", "demands"} & set(tables)

    def test_segments_that_no_demand_uses_have_theirs(self):
        """One table does not wait for the other."""
        world = shipping_world({"A": segment(1)}, {})
        tables = chunk_tables(new_record(1, 0, world), np.zeros(0, EVENT), 0, world, 4)
        assert "corridors" in tables and "demands" not in tables
        with_demand = shipping_world({"A": segment(1)}, {"q": demand([["A"]])})
        assert "demands" in chunk_tables(new_record(1, 0, with_demand), np.zeros(0, EVENT), 0, with_demand, 4)


def _of(*kinds):
    return [KINDS.index(kind) for kind in kinds]


def test_levels_of_events_are_kept():
    """A rung, a score or a size is the value of its event; where there is nothing to measure there is none."""
    kinds = KINDS[KINDS.index("crisis") :]
    events = np.zeros(len(kinds), EVENT)
    events["kind"] = _of(*kinds)
    for name in ("state", "organisation", "other", "partner", "process", "segment"):
        events[name] = -1
    events["partner"][kinds.index("climbed")] = 1
    events["terms"] = 0.3
    world = small_world(3, 1, 0)
    table = chunk_tables(new_record(0, 0, world), events, 0, world, 4)["events"]
    none = {"war_ended", "closed", "reopened", "leader_changed"}
    levels = dict(zip(kinds, table["value"], strict=True))
    assert {kind for kind, level in levels.items() if np.isnan(level)} == none
    assert {level for kind, level in levels.items() if kind not in none} == {np.float32(0.3)}
    assert np.isnan(table["trade"]).all()
    assert table["partner"].names[table["partner"].codes[kinds.index("climbed")]] == world.states[1]
    assert table["time"][0] == np.datetime64(date(2026, 1, 1))
