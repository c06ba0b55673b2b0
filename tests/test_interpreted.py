"""The kernels as plain Python do what they do compiled: `NUMBA_DISABLE_JIT=1 pytest tests/test_interpreted.py`.

So run, coverage sees their lines. Without that variable this file is not collected.
"""

import math
import os
import subprocess
import sys

import duckdb
import pytest

from mechanisms.test_against_oracle import STEPS, compare, derived_numbers, together
from oracle.worlds import all_on, default_parameters, random_interventions, random_parameters, small_world
from steppe.cli.adapters import composed
from steppe.simulation.runner import run

TOY = ["world=toy", "scenario=arvand_admitted_to_rivers", "ensemble.replicates=3", "ensemble.years=5"]
TABLES = ("states", "organisations", "alignments", "poles", "events")


def same(one, other):
    """Equal, numbers to 1e-12, NaN with NaN."""
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12) or (
            math.isnan(one) and math.isnan(other)
        )
    return one == other


@pytest.mark.parametrize("seed", range(10))
def test_random_parameters_and_interventions(seed):
    """Against the oracle, over the whole range of every parameter, with interventions of every kind."""
    world = small_world(4 + seed % 3, 2 + seed % 4, seed)
    orders = random_interventions(world, STEPS, seed, 12)
    oracle, state = together(world, random_parameters(seed), all_on(), orders, 2**33 + seed, 5)
    compare(world, oracle, state)
    derived_numbers(world, oracle, state)


@pytest.mark.parametrize("seed", range(3))
def test_default_parameters(seed):
    """Against the oracle, with incompatible bodies, an identity instrument and a dead body."""
    world = small_world(6, 5, seed)
    oracle, state = together(world, default_parameters(), all_on(), [], seed, seed)
    compare(world, oracle, state)


@pytest.mark.parametrize("off", sorted(all_on()))
def test_each_switch(off):
    """Against the oracle, with one mechanism or effect off at a time."""
    world = small_world(5, 4, 3)
    oracle, state = together(world, random_parameters(7), all_on() | {off: False}, [], 11, 2, steps=12)
    compare(world, oracle, state)


def test_a_run_stores_what_the_compiled_one_stores(tmp_path):
    """The same tables, from a process that compiles and from this one that does not."""
    compiled = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    command = [sys.executable, "-m", "steppe", "run", "-q", *TOY, "--out", str(tmp_path / "compiled")]
    subprocess.run(command, check=True, env=compiled, stdout=subprocess.DEVNULL)
    outcome = run(composed(TOY, None), tmp_path / "interpreted", lambda done, planned: None)
    assert not outcome.failed
    for table in TABLES:
        columns = [
            f"SELECT * FROM '{tmp_path / way}/tables/{table}/*.parquet'"
            for way in ("compiled", "interpreted")
        ]
        left, right = (duckdb.sql(query).fetchall() for query in columns)
        assert len(left) == len(right) > 0, table
        for one, other in zip(left, right, strict=True):
            assert same(one, other), (table, one, other)
