"""The one entry to all methods, and the refusal of what cannot be analysed."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

pytest.importorskip("SALib")

from SALib.sample import morris as morris_sample

from analysis.designs import ISHIGAMI, ishigami, lhs, problem, saltelli
from steppe.analysis.sensitivity import METHODS, Problem, analyse, pawn_indices, prcc, sobol_indices
from steppe.errors import InputError


class TestRefusals:
    def test_undefined_outcomes_are_counted_and_named(self):
        given = problem()
        x, y = lhs(given, 200), np.arange(200.0)
        y[[3, 77]] = np.nan, np.inf
        with pytest.raises(InputError, match=r"undefined at 2 of 200 points: 3, 77"):
            analyse(given, x, y)
        found = analyse(given, x, y, drop=True)
        assert (found.points, found.dropped) == (198, 2)
        assert any("2 points" in note for note in found.notes)

    def test_an_outcome_undefined_in_one_replicate_is_undefined(self):
        given = problem()
        values = np.random.default_rng(1).random((200, 4))
        values[5, 2] = values[6] = np.nan
        with pytest.raises(InputError, match=r"2 of 200 points \(1 of them in every replicate\): 5, 6"):
            analyse(given, lhs(given, 200), values)

    def test_whole_saltelli_blocks_go(self):
        """SALib, with the rows of two points missing, would shift all rows behind them by two."""
        x = saltelli(ISHIGAMI, 64)
        y = ishigami(x)
        y[[0, 1, 100]] = np.nan
        with pytest.raises(
            InputError, match="undefined at 3 of 512 points: 0, 1, 100; 2 of 64 Saltelli blocks"
        ):
            analyse(ISHIGAMI, x, y)
        found = analyse(ISHIGAMI, x, y, drop=True)
        keep = np.delete(np.arange(512).reshape(64, 8), [0, 12], axis=0).ravel()
        expected = sobol_indices(ISHIGAMI, x[keep], y[keep])
        assert [row.total for row in found.rows] == list(expected.total)
        assert found.dropped == 2

    def test_a_run_that_stopped_early(self):
        x = saltelli(ISHIGAMI, 64)[:-3]
        with pytest.raises(InputError, match="5 points at the end make no block of 8; 1 of 64"):
            analyse(ISHIGAMI, x, ishigami(x))
        assert analyse(ISHIGAMI, x, ishigami(x), drop=True).points == 63 * 8

    def test_rows_that_are_not_there(self):
        """A block without one of its rows and another row too many: the number fits, the layout does not."""
        x = saltelli(ISHIGAMI, 64)
        with pytest.raises(
            InputError, match="not a Saltelli design: 55 of 63 blocks do not fit, first that of the points 64"
        ):
            analyse(ISHIGAMI, np.delete(x, [70, *range(505, 512)], axis=0), np.arange(504.0))

    @pytest.mark.parametrize("kind", ["random", "lhs", "sobol", "morris"])
    def test_sobol_needs_a_saltelli_design(self, kind):
        given = problem(3, kind=kind)
        with pytest.raises(InputError, match=f"sobol cannot be estimated from a design of kind {kind}"):
            analyse(given, lhs(given, 160), np.arange(160.0), "sobol")

    def test_a_sample_that_calls_itself_a_saltelli_design(self):
        given = problem(3, kind="saltelli")
        with pytest.raises(InputError, match="32 of 32 blocks do not fit"):
            analyse(given, lhs(given, 160), np.arange(160.0))

    def test_the_wrong_order_of_indices(self):
        """A design without second order has other blocks than one with."""
        x = saltelli(problem(3, kind="saltelli"), 64)
        with pytest.raises(InputError, match="second_order is True") as caught:
            analyse(ISHIGAMI, x, ishigami(x))
        assert caught.value.key == "x"

    def test_morris_designs(self):
        given = problem(3, kind="morris")
        x = morris_sample.sample(given.for_salib(), 8, seed=1)
        y = ishigami(x)
        with pytest.raises(InputError, match="not a Morris design: 8 of 8"):
            analyse(given, lhs(given, 32), y)
        with pytest.raises(InputError, match="not those of a Morris design of 6 levels"):
            analyse(problem(3, kind="morris", levels=6), x, y)
        with pytest.raises(InputError, match="prcc cannot be estimated from a design of kind morris"):
            analyse(given, x, y, "prcc")
        with pytest.raises(InputError, match="too few trajectories"):
            analyse(given, x[:12], y[:12])

    @pytest.mark.parametrize("method", METHODS)
    def test_constant_outcomes_and_too_few_points(self, method):
        kind = {"sobol": "saltelli", "morris": "morris"}.get(method, "lhs")
        given = problem(3, kind=kind)
        make = {"saltelli": saltelli, "lhs": lhs}.get(
            kind, lambda given, n: morris_sample.sample(given.for_salib(), n, seed=1)
        )
        x = make(given, 128)
        for constant in (0.0, 1 / 3):
            with pytest.raises(InputError, match="the same at every point"):
                analyse(given, x, np.full((len(x), 3), constant), method)
        few = make(given, 2)
        with pytest.raises(InputError, match="too few"):
            analyse(given, few, few[:, 0], method)

    def test_factors_that_determine_each_other(self):
        x = lhs(problem(), 50)
        x[:, 2] = x[:, 0] ** 3
        with pytest.raises(InputError, match="determined by the others") as caught:
            prcc(problem(), x, x[:, 1])
        assert caught.value.key == "a"
        x[:, 2] = 0.5
        with pytest.raises(InputError, match="same value at every point"):
            prcc(problem(), x, x[:, 1])

    def test_settings(self):
        given, x = problem(), lhs(problem(), 100)
        with pytest.raises(InputError) as caught:
            analyse(given, x, x[:, 0], "sobl")
        assert caught.value.nearest == "sobol"
        for wrong in ({"level": 1.0}, {"resamples": 1}, {"seed": -1}, {"method": ()}):
            with pytest.raises(InputError) as caught:
                analyse(given, x, x[:, 0], **wrong)
            assert caught.value.key == next(iter(wrong))
        with pytest.raises(InputError, match="slices"):
            pawn_indices(given, x, x[:, 0], slices=11)
        with pytest.raises(InputError, match="cannot cut"):
            pawn_indices(given, x, x[:, 0], slices=6)

    @pytest.mark.parametrize(
        ("wrong", "key"),
        [
            ({"names": ("a", "a")}, "names"),
            ({"names": ()}, "names"),
            ({"low": [0.0]}, "low"),
            ({"low": [0.0, 1.0]}, "b"),
            ({"high": [1.0, np.nan]}, "b"),
            ({"kind": "saltely"}, "kind"),
            ({"kind": "morris", "levels": 5}, "levels"),
            ({"groups": ("x",)}, "groups"),
        ],
    )
    def test_problems(self, wrong, key):
        right = {"names": ("a", "b"), "low": [0.0, 0.0], "high": [1.0, 1.0]}
        with pytest.raises(InputError) as caught:
            Problem(**{**right, **wrong})
        assert caught.value.key == key

    def test_shapes(self):
        x = lhs(problem(), 100)
        for design, values in ((x[:, :2], x[:, 0]), (x, x[:50, 0]), (x, np.zeros((100, 0))), (x[0], x[:, 0])):
            with pytest.raises(InputError):
                analyse(problem(), design, values)
        x[4, 1] = np.nan
        with pytest.raises(InputError) as caught:
            analyse(problem(), x, x[:, 0])
        assert caught.value.key == "x[4].b"

    def test_a_missing_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "SALib", None)
        x = lhs(problem(), 100)
        with pytest.raises(InputError, match="needs SALib") as caught:
            pawn_indices(problem(), x, x[:, 0])
        assert "steppe[sensitivity]" in caught.value.accepted


class TestAnalyse:
    def test_the_design_chooses_the_method(self):
        x = saltelli(ISHIGAMI, 32)
        assert analyse(ISHIGAMI, x, ishigami(x)).methods == ("sobol",)
        given = problem(3, kind="morris")
        x = morris_sample.sample(given.for_salib(), 8, seed=1)
        assert analyse(given, x, ishigami(x)).methods == ("morris",)
        x = lhs(problem(), 120)
        assert analyse(problem(), x, ishigami(x)).methods == ("pawn", "prcc")

    def test_rows_are_those_of_the_methods_and_plain_data(self):
        x = saltelli(ISHIGAMI, 128)
        values = ishigami(x)[:, None] + np.random.default_rng(1).normal(size=(len(x), 6))
        found = analyse(ISHIGAMI, x, values, ["sobol", "prcc"], outcome="y", resamples=20)
        direct = sobol_indices(ISHIGAMI, x, values.mean(axis=1), resamples=20)
        assert [row.first_low for row in found.rows] == list(direct.first_low)
        assert [pair.second for pair in found.pairs] == list(direct.second[np.triu_indices(3, 1)])
        data = json.loads(json.dumps(found.as_dict(), allow_nan=False))
        assert data["main"] == "total" and data["ranked"] == ["a", "b", "c"]
        assert {"total", "prcc", "floor", "above_noise"} <= set(data["rows"][0])
        assert "mu_star" not in data["rows"][0]
        assert len(data["sources"]) == 3

    def test_a_saltelli_design_gives_its_independent_points_to_other_methods(self):
        x = saltelli(ISHIGAMI, 128)
        found = analyse(ISHIGAMI, x, ishigami(x), "prcc")
        blocks = x.reshape(-1, 8, 3)
        points = np.concatenate([blocks[:, 0], blocks[:, 7]])
        expected = prcc(problem(3, -np.pi, np.pi), points, ishigami(points))
        assert [row.prcc for row in found.rows] == list(expected.value)

    def test_a_group_cannot_share_a_row_with_its_members(self):
        given = problem(3, kind="saltelli", groups=("x", "x", "y"))
        x = saltelli(given, 64)
        with pytest.raises(InputError, match="one index a group"):
            analyse(given, x, x @ [1, 2, 3], ["sobol", "pawn"])
        assert [row.factor for row in analyse(given, x, x @ [1, 2, 3]).rows] == ["x", "y"]
        assert [row.factor for row in analyse(given, x, x @ [1, 2, 3], "prcc").rows] == ["a", "b", "c"]

    def test_one_replicate_says_that_noise_is_not_known(self):
        x = saltelli(ISHIGAMI, 32)
        found = analyse(ISHIGAMI, x, ishigami(x))
        assert found.noise is None and found.replicates == 1
        assert all(row.above_noise is None and row.floor is None for row in found.rows)
        assert any("not known" in note for note in found.notes)
