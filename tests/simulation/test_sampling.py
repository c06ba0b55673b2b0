"""The outer loop: draws of the evidence are addressed, shared by scenarios, and change nothing when nothing is drawn."""

import hashlib
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle import philox as oracle
from steppe import Model
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.evidence import distribution
from steppe.results.query import open_run
from steppe.results.tables import ChunkId, draw_of
from steppe.simulation import runner
from steppe.simulation.sampling import luck, sampled, value_keys
from steppe.world.spec import evidence_for

from .test_runner import TOY, content, made, same, silent

SAMPLED = ["ensemble.parameters=sampled", "ensemble.draws=10", "ensemble.replicates=40"]


def drawn(count=10, *overrides):
    """What a config of the toy world draws."""
    config = compose([*TOY, "ensemble.parameters=sampled", *overrides])
    return sampled(evidence_for(config.world), config, count)


def as_dict(one, draw):
    return dict(zip(one.uncertain.ids, one.values(draw), strict=True))


class TestLuck:
    def test_it_is_what_the_page_says(self):
        """The number at counter (draw, 31, κ₁, κ₂) by the generator written a second time for the oracle."""
        seed, draw, names = 2**40 + 5, 1234, ["membership.apply_rate", "actors/KAZ.gdp"]
        found = luck(seed, draw, value_keys(names))
        for name, u in zip(names, found, strict=True):
            digest = hashlib.blake2b(f"value:{name}".encode(), digest_size=8).digest()
            words = (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little"))
            w = oracle.philox((draw, 31, *words), (seed % 2**32, seed // 2**32))
            assert u == oracle.u01(w[0], w[1])

    def test_it_does_not_hang_on_what_else_is_drawn(self):
        """One state less: the other values keep their draws. Without an address they would all move."""
        whole = drawn()
        less = drawn(10, "world.states=[AAA,BBB,CCC,EEE]")
        one, other = as_dict(whole, 3), as_dict(less, 3)
        assert set(other) < set(one) and len(other) > 100
        assert all(one[name] == value for name, value in other.items())

    def test_more_draws_extend_fewer(self):
        np.testing.assert_array_equal(drawn(30).table()[:10], drawn(10).table())

    def test_seeds_and_draws_differ(self):
        tables = [drawn().table(), drawn(10, "ensemble.seed=2").table()]
        assert len({row.tobytes() for table in tables for row in table}) == 20

    def test_luck_is_uniform_and_independent(self):
        """4,000 draws of 192 values: mean, variance and correlations within five standard errors of 1/2, 1/12 and 0."""
        keys = value_keys(drawn().uncertain.ids)
        u = np.stack([luck(1, draw, keys) for draw in range(4000)])
        assert ((u > 0) & (u < 1)).all()
        assert abs(u.mean(axis=0) - 0.5).max() < 5 * np.sqrt(1 / 12 / 4000)
        assert abs(u.var(axis=0) - 1 / 12).max() < 5 * np.sqrt(1 / 180 / 4000)
        apart = np.corrcoef(u.T)[np.triu_indices(len(keys[0]), 1)]
        assert abs(apart).max() < 5 / np.sqrt(4000)


def test_draws_have_the_moments_of_their_distributions_and_stay_in_range():
    """Mean of a triangle (a + b + c)/3, of a uniform (a + b)/2; five standard errors, width/√12 bounding the deviation."""
    config = compose(["ensemble.parameters=sampled"])
    one = sampled(evidence_for(config.world), config, 2000)
    found, table = one.uncertain, one.table()
    assert (table >= found.low).all() and (table <= found.high).all()
    thirds = (found.low + found.mode + found.high) / 3
    mean = np.where(found.triangular, thirds, (found.low + found.high) / 2)
    width = found.high - found.low
    assert (abs(table.mean(axis=0) - mean) <= 5 * width / np.sqrt(12 * 2000)).all()
    assert found.triangular.any() and not found.triangular.all()


@given(st.integers(2, 60), st.integers(0, 500))
def test_draws_are_even_blocks_of_replicates(draws, more):
    """Never more than one replicate apart, each a block; exactly R/D where D divides R."""
    replicates = 2 * draws + more
    found = draw_of(np.arange(replicates), draws, replicates)
    sizes = np.bincount(found, minlength=draws)
    assert len(sizes) == draws and np.ptp(sizes) <= 1 and (np.diff(found) >= 0).all()
    if replicates % draws == 0:
        np.testing.assert_array_equal(found, np.arange(replicates) // (replicates // draws))


class TestRuns:
    def test_chunks_and_threads_do_not_matter(self, tmp_path):
        """A chunk may hold many draws, or a part of one."""
        one = content(made(tmp_path / "a", *SAMPLED, "ensemble.chunk=40", "executor.kind=serial"))
        for size in (3, 7):
            many = made(tmp_path / f"b{size}", *SAMPLED, f"ensemble.chunk={size}", "executor.workers=2")
            assert same(one, content(many))

    def test_with_nothing_to_draw_it_is_the_central_run(self, tmp_path, monkeypatch):
        central = content(made(tmp_path / "a", "ensemble.replicates=40"))
        monkeypatch.setattr(distribution, "shape_of", lambda *whatever: "constant")
        folder = made(tmp_path / "b", *SAMPLED)
        assert same(central, content(folder)) and open_run(folder).manifest["drawn_values"] == 0

    def test_a_central_run_says_nothing_of_draws(self, tmp_path):
        run = open_run(made(tmp_path / "a", "ensemble.replicates=8"))
        assert run.draws is None and not (run.path / "draws.parquet").exists()
        assert run.draw_of(run.replicates("baseline")).tolist() == [0] * 8
        connection = run.connection()
        assert connection.execute("SELECT count(*) FROM draws").fetchall() == [(0,)]
        assert connection.execute("SELECT DISTINCT draw FROM replicates").fetchall() == [(0,)]

    def test_the_folder_holds_the_draws(self, tmp_path):
        run = open_run(made(tmp_path / "a", *SAMPLED))
        table = drawn(10)
        rows = run.connection().execute("SELECT id, value FROM draws WHERE draw = 7").fetchall()
        assert rows == list(zip(table.uncertain.ids, table.values(7).tolist(), strict=True))
        query = "SELECT DISTINCT replicate, draw FROM replicates ORDER BY replicate"
        assert run.connection().execute(query).fetchall() == [(r, r // 4) for r in range(40)]

    def test_replicates_of_a_draw_begin_alike_and_draws_do_not(self):
        """Every scenario of a run begins from the world of the draw."""
        prepared = runner.prepare(compose([*TOY, *SAMPLED]))
        first, last, next_one = (prepared.start(prepared.draw_of(r)).world.gdp for r in (4, 7, 8))
        assert first.tobytes() == last.tobytes() != next_one.tobytes()
        one, other = (prepared.begin(scenario.name, 1) for scenario in prepared.config.scenarios)
        assert one.tobytes() == other.tobytes() != prepared.begin("baseline", 2).tobytes()

    def test_a_parameter_that_is_set_keeps_its_value_in_every_draw(self, tmp_path):
        """The config's word fixes it for all scenarios, a scenario's own for that scenario."""
        own = tmp_path / "mine.yaml"
        own.write_text("world: toy\nparameters: {trade.phi: 0.15}\n")
        config = compose(
            [f"scenario=baseline,{own}", "world=toy", "parameters.membership.cooldown=3", *SAMPLED]
        )
        prepared = runner.prepare(config)
        assert "membership.cooldown" not in prepared.sampled.uncertain.ids

        def values(scenario, field):
            return {float(prepared.begin(scenario, draw)["p"][field][0]) for draw in range(10)}

        assert values("baseline", "cooldown") == values("mine", "cooldown") == {3.0}
        assert values("mine", "phi") == {0.15} and len(values("baseline", "phi")) == 10

    def test_the_same_bits_as_the_mesa_model(self):
        """Model number r of a sampled config is replicate r of its run, world and parameters among it."""
        overrides = ["world=toy", "ensemble.years=4", *SAMPLED]
        prepared = runner.prepare(compose(overrides))
        tables = runner.simulate(prepared, ChunkId("baseline", 0, 8, 2))  # both of draw 2
        for place, replicate in enumerate((8, 9)):
            model = Model(overrides=overrides, replicate=replicate)
            while model.running:
                model.step()
            last = tables["states"]["year"] == 2024
            mine = tables["states"]["replicate"] == replicate
            need = tables["states"]["need"][last & mine]
            assert need.tobytes() == model.observe().need.tobytes(), place

    def test_worlds_of_draws_are_let_go(self, monkeypatch):
        """More draws than are kept: each is built again when it is wanted, to the same bits."""
        monkeypatch.setattr("steppe.simulation.prepared.DRAWS_KEPT", 3)
        prepared = runner.prepare(compose([*TOY, *SAMPLED]))
        first = [prepared.begin("baseline", draw).tobytes() for draw in range(10)]
        assert len(prepared.drawn) == 3
        assert [prepared.begin("baseline", draw).tobytes() for draw in range(10)] == first

    def test_resume(self, tmp_path):
        whole, folder = (made(tmp_path / name, *SAMPLED, "ensemble.chunk=6") for name in "ab")
        for file in sorted((folder / "chunks").iterdir())[::2]:
            file.unlink()
        (folder / "draws.parquet").unlink()
        again = runner.resume(folder, silent)
        assert again.done == again.planned and same(content(whole), content(folder))
        assert (folder / "draws.parquet").read_bytes() == (whole / "draws.parquet").read_bytes()

    def test_resume_refuses_other_distributions(self, tmp_path, monkeypatch):
        """Parts drawn by another rule would not fit to those that are there."""
        folder = made(tmp_path / "a", *SAMPLED)
        shutil.rmtree(folder / "chunks")
        monkeypatch.setattr(distribution, "DISCRETE", ())
        with pytest.raises(InputError, match="cannot be resumed") as caught:
            runner.resume(folder, silent)
        assert caught.value.key == "draws_sha256"
