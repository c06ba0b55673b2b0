"""Names in the code are ids in the parameter file, and the file is sound."""

import numpy as np
import pytest

from steppe.config.schema import Mechanisms
from steppe.evidence import load
from steppe.mechanisms.parameters import DTYPE, FIELDS, PARAMETERS, SWITCHES, field_index, pack
from steppe.mechanisms.state import parameters_of
from steppe.world.synthetic import make_world

from .support import begun, default_parameters

ENTRIES = load().parameters


def test_names_are_those_of_the_file():
    """Every id but those that build a world, once; nothing is read that has no source."""
    ruled = [name for name in ENTRIES if not name.startswith("world.")]
    assert sorted(PARAMETERS) == sorted(ruled)
    assert len(set(PARAMETERS)) == len(PARAMETERS)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_range_contains_value(name):
    """A value outside its defensible range would defend itself."""
    low, high = ENTRIES[name].range
    assert low <= ENTRIES[name].value <= high
    assert low < high, "a range of one point is a constant"


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_has_unit_definition_and_source(name):
    """What a reader needs in order to doubt it."""
    entry = ENTRIES[name]
    assert entry.unit and entry.definition
    assert entry.mechanism == name.split(".")[0]


def test_fields_do_not_collide():
    """The record drops the mechanism's name; two parameters must not fall on one field."""
    assert len(set(FIELDS)) == len(FIELDS) == len(PARAMETERS) + len(SWITCHES) + 1


def test_switches_are_those_of_the_config():
    """A switch that the config does not know could not be used."""
    assert set(SWITCHES) == set(Mechanisms.model_fields)


def test_pack_and_find():
    """A value comes back from the place that its id names; switches are on unless named."""
    values = {name: float(place) for place, name in enumerate(PARAMETERS)}
    record = pack(values, {"pressure": False}, 0.25)
    floats = record.view(np.float64)
    assert [floats[field_index(name)] for name in PARAMETERS] == list(values.values())
    assert [floats[field_index(name)] for name in SWITCHES] == [
        float(name != "pressure") for name in SWITCHES
    ]
    assert record["dt"] == 0.25 and DTYPE.itemsize == 8 * len(FIELDS)


def test_no_defaults_in_code():
    """A missing value is an error."""
    values = default_parameters()
    del values["trade.phi"]
    with pytest.raises(KeyError, match=r"trade\.phi"):
        pack(values, {}, 0.25)


def test_the_view_is_the_record():
    """`parameters_of` is the same memory as `p`: an intervention by place reaches the rules."""
    record = begun(make_world(2, 1))
    parameters_of(record)[field_index("trade.phi")] = 0.123
    assert record["p"]["phi"][0] == 0.123
