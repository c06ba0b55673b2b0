"""Scenario discovery against published boxes, the workbench itself, and boxes that are known."""

from __future__ import annotations

import builtins
import csv
import json
import logging
import os
import subprocess
import sys
from importlib import resources
from typing import Any

import numpy as np
import pytest

from steppe.analysis import discovery, prim
from steppe.analysis.discovery import Discovery, discover
from steppe.analysis.rules import Limit, factors_of, in_words, inside
from steppe.errors import InputError

pytest.importorskip("ema_workbench")
pytest.importorskip("sklearn")
Data = tuple[dict[str, Any], Any]


@pytest.fixture(scope="module")
def fuels() -> Data:
    """882 futures of a policy of renewable fuels, the dearest tenth of interest (Bryant & Lempert 2010).

    The table is one of the workbench's examples; columns as in its documentation.
    """
    table = resources.files("ema_workbench") / "examples" / "data" / "bryant et al 2010 data.csv"
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    names = list(rows[0])[2:11]
    return {name: np.array([float(row[name]) for row in rows]) for name in names}, np.array(
        [row["Greater than 90%"] == "1" for row in rows]
    )


@pytest.fixture(scope="module")
def corner() -> Data:
    """Cases of interest: exactly where speed ≥ 0.6 and the pole is CHN or RUS and joined; the rest is noise."""
    rng = np.random.default_rng(5)
    x = {
        "speed": rng.random(3000),
        "rung": rng.integers(0, 7, 3000),
        "scenario": rng.random(3000),  # a name that the workbench drops
        "pole": rng.choice(["CHN", "RUS", "USA", "TUR"], 3000),
        "joined": rng.random(3000) < 0.5,
    }
    return x, (x["speed"] >= 0.6) & np.isin(x["pole"], ["CHN", "RUS"]) & x["joined"]


class TestPublished:
    """https://emaworkbench.readthedocs.io/en/latest/examples/scenario_discovery.html: box 21 at a peeling of 0.1."""

    def test_box_21(self, fuels: Data) -> None:
        (box,) = discover(*fuels, peel=0.1, step=21, max_p=None, folds=0).boxes
        assert (round(box.coverage, 6), round(box.density, 6), round(box.mass, 7)) == (
            0.752809,
            0.770115,
            0.0986395,
        )
        bounds = {limit.factor: limit for limit in box.limits}
        assert list(bounds) == [
            "Demand elasticity",
            "Biomass backstop price",
            "Total biomass",
            "Cellulosic cost",
        ]
        for name, low, high, p in (
            ("Total biomass", None, 755.799988, 4.716968553178765e-06),
            ("Demand elasticity", -0.422, None, 1.1849299115762218e-16),
            ("Biomass backstop price", 150.049995, None, 3.515112530263049e-11),
            ("Cellulosic cost", 72.650002, None, 0.15741333528927348),
        ):
            found = bounds[name]
            assert (found.low is None, found.high is None) == (low is None, high is None)
            assert (found.low or found.high) == pytest.approx(low or high, abs=1e-6)
            assert (found.p_low or found.p_high) == pytest.approx(p, rel=1e-6)

    def test_without_the_bound_that_tells_nothing(self, fuels: Data) -> None:
        """The page drops the cost, whose quasi-p-value is 0.16: 0.764045, 0.715789, 0.10771, three factors."""
        (box,) = discover(*fuels, peel=0.1, step=21, folds=0).boxes
        assert (round(box.coverage, 6), round(box.density, 6), round(box.mass, 5)) == (
            0.764045,
            0.715789,
            0.10771,
        )
        assert box.lifted == ("Cellulosic cost ≥ 72.65",)
        assert (
            box.rule
            == "Demand elasticity ≥ -0.422 and Biomass backstop price ≥ 150 and Total biomass ≤ 755.8"
        )

    def test_trajectory_ends_where_the_page_has_it(self, fuels: Data) -> None:
        """Its log: mean 1.0, mass 0.05102040816326531, coverage 0.5056179775280899, six restricted dimensions."""
        (box,) = discover(*fuels, peel=0.1, folds=0).boxes
        last = box.trajectory[-1]
        assert (last.density, last.mass, last.coverage) == (1.0, 0.05102040816326531, 0.5056179775280899)
        assert len(last.limits) == 6

    def test_leaves(self, fuels: Data) -> None:
        """The page grows a deeper tree; four of its eight leaves lie at depth three or less with equal rules."""
        found = {(round(leaf.coverage, 6), round(leaf.density, 6)) for leaf in discover(*fuels, folds=0).tree}
        assert {
            (0.606742, 0.642857),
            (0.224719, 0.434783),
            (0.112360, 0.227273),
            (0.011236, 0.021739),
        } <= found


def test_trajectory_is_the_workbenchs_own(fuels: Data) -> None:
    """Called by itself, with pandas' frame and the names as they are."""
    import pandas as pd
    from ema_workbench.analysis.prim import Prim

    x, y = fuels
    (box,) = discover(x, y, folds=0).boxes
    theirs = Prim(pd.DataFrame(x), y, threshold=0.5).find_box()
    for column in ("coverage", "density", "mass", "n", "k"):
        np.testing.assert_array_equal(
            [getattr(step, column) for step in box.trajectory], theirs.peeling_trajectory[column]
        )
    assert [len(step.limits) for step in box.trajectory] == theirs.peeling_trajectory["res_dim"].tolist()


def test_leaves_are_the_workbenchs_own(corner: Data) -> None:
    """Its tree has no depth to set; with leaves of a sixth of the points it has no room for a fourth split."""
    import pandas as pd
    from ema_workbench.analysis.cart import CART

    x = {name: corner[0][name] for name in ("speed", "rung")}
    y = corner[1]
    theirs = CART(pd.DataFrame(x).astype(float), y, mass_min=1 / 6)
    theirs.build_tree()
    ours = discover(x, y, min_mass=1 / 6, folds=0).tree
    assert theirs.clf.get_depth() <= 3
    np.testing.assert_allclose(
        sorted((leaf.coverage, leaf.density, leaf.mass) for leaf in ours),
        sorted((one["coverage"], one["density"], one["mass"]) for one in theirs.stats),
        rtol=1e-12,
    )


def test_choice_of_the_box(fuels: Data) -> None:
    """No box of the trajectory with enough coverage is denser."""
    for least in (0.5, 0.7, 0.9):
        (box,) = discover(*fuels, min_coverage=least, max_p=None, folds=0).boxes
        held = [step for step in box.trajectory if step.coverage >= least]
        assert box.coverage >= least
        assert box.density == max(step.density for step in held)


class TestKnownBox:
    def test_is_found(self, corner: Data) -> None:
        (box,) = discover(*corner, folds=0).boxes
        bounds = {limit.factor: limit for limit in box.limits}
        assert set(bounds) == {"speed", "pole", "joined"}
        assert bounds["pole"].choices == ("CHN", "RUS")
        assert bounds["joined"].choices == (True,)
        assert bounds["speed"].low == pytest.approx(
            0.6, abs=0.05
        )  # a peel takes off a twentieth of what is left
        assert box.density > 0.9
        assert box.coverage > 0.9
        assert "pole is CHN or RUS" in box.rule and "joined is true" in box.rule

    def test_tree_says_the_same(self, corner: Data) -> None:
        first, *rest = discover(*corner, folds=0).tree
        assert first.density > 0.95
        assert {limit.factor for limit in first.limits} <= {"speed", "pole", "joined"}
        assert sum(leaf.mass for leaf in (first, *rest)) == pytest.approx(1)
        assert sum(leaf.coverage for leaf in (first, *rest)) == pytest.approx(1)

    def test_rules_say_what_the_numbers_are_of(self, corner: Data) -> None:
        """Applied to the points, a rule holds as many of them, and cases, as it claims; so do all steps and leaves."""
        x, y = corner
        found = discover(x, y, folds=0)
        for rule in (*found.boxes, *found.tree, *found.boxes[0].trajectory):
            met = inside(rule.limits, x)
            assert (int(met.sum()), int((met & y).sum())) == (rule.n, rule.k)
        np.testing.assert_array_equal(found.inside(x), inside(found.boxes[0].limits, x))

    def test_whole_numbers_are_asked_for_in_whole_numbers(self) -> None:
        """Rungs 2 to 4 of 0 to 6, the other factor being noise."""
        rng = np.random.default_rng(2)
        x = {"rung": rng.integers(0, 7, 2000), "other": rng.random(2000)}
        (box,) = discover(x, (x["rung"] >= 2) & (x["rung"] <= 4), folds=0).boxes
        assert box.rule == "2 ≤ rung ≤ 4"
        assert (box.coverage, box.density) == (1.0, 1.0)

    def test_second_box_is_sought_in_what_the_first_left(self) -> None:
        rng = np.random.default_rng(3)
        x = {name: rng.random(4000) for name in "abcd"}
        y = ((x["a"] < 0.3) & (x["b"] < 0.4)) | ((x["c"] > 0.8) & (x["d"] > 0.8))
        found = discover(x, y, max_boxes=2, folds=0)
        first, second = found.boxes
        assert {limit.factor for limit in first.limits} == {"a", "b"}
        assert {limit.factor for limit in second.limits} == {"c", "d"}
        assert second.trajectory[0].n == 4000 - first.n
        assert first.k + second.k <= found.k
        assert second.density > 3 * second.trajectory[0].density

    def test_where_every_slice_holds_cases_there_is_no_box(self) -> None:
        """Two opposite corners: each slice at an edge is denser than the whole, so that no peel helps. The tree sees them."""
        rng = np.random.default_rng(3)
        x = {"a": rng.random(4000), "b": rng.random(4000)}
        y = ((x["a"] < 0.25) & (x["b"] < 0.4)) | ((x["a"] > 0.8) & (x["b"] > 0.8))
        found = discover(x, y)
        assert found.boxes == ()
        assert found.held_out is not None
        assert (found.held_out.coverage, found.held_out.density) == (0.0, None)
        assert found.tree[0].density > 0.9


class TestHeldOut:
    def test_of_a_known_box_is_that_of_the_box(self, corner: Data) -> None:
        found = discover(*corner)
        assert found.held_out is not None and found.held_out.density is not None
        assert found.held_out.density > 0.85
        assert found.held_out.restricted["pole"] == 1.0
        assert found.held_out.restricted["rung"] < 0.5

    def test_of_noise_is_the_base_rate(self) -> None:
        """Outcomes that no factor bears on: the box boasts, the points that it has not seen do not."""
        rng = np.random.default_rng(11)
        boasts, honest = [], []
        for _ in range(8):
            x = {f"x{j}": rng.random(500) for j in range(6)}
            found = discover(x, rng.random(500) < 0.2, max_p=None, folds=2)
            boasts.append(found.boxes[0].density / found.base_rate)
            assert found.held_out is not None and found.held_out.density is not None
            honest.append(found.held_out.density / found.base_rate)
        assert np.mean(boasts) > 1.2
        assert abs(np.mean(honest) - 1) < 0.15

    def test_folds_are_even_in_cases(self) -> None:
        cases = np.arange(100) < 23
        group = discovery.places(100, 5, cases, 0)
        assert sorted(np.bincount(group[cases])) == [4, 4, 5, 5, 5]
        np.testing.assert_array_equal(group, discovery.places(100, 5, cases, 0))


def test_probabilities_need_a_threshold(corner: Data) -> None:
    x, y = corner
    p = np.where(y, 0.9, 0.2)
    assert discover(x, p, 0.5, folds=0).boxes == discover(x, y, folds=0).boxes
    low = discover(x, 1 - p, 0.5, above=False, folds=0)
    assert low.boxes == discover(x, y, folds=0).boxes
    assert low.interest == "outcome ≤ 0.5"
    assert discover(x, y.astype(int), folds=0).k == y.sum()


def test_same_from_run_to_run_and_ready_for_json(corner: Data) -> None:
    one, other = discover(*corner, seed=4), discover(*corner, seed=4)
    assert one == other
    again = json.loads(json.dumps(one.as_dict()))
    assert again["boxes"][0]["limits"][0]["factor"] in corner[0]
    assert again["k"] == int(corner[1].sum())


@pytest.mark.slow
def test_same_from_process_to_process() -> None:
    """Texts are hashed with a salt of the process; which of two equal peels is taken must not hang on it."""
    code = (
        "import numpy as np; from steppe.analysis.discovery import discover; r = np.random.default_rng(6);"
        "x = {n: r.choice(list('abcdefgh'), 400) for n in ('u', 'v', 'w')};"
        "print(discover(x, np.isin(x['u'], ['a', 'b']) & (r.random(400) < 0.7), folds=2).as_dict())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": salt},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2", "3")
    }
    assert len(found) == 1


def test_constant_factor_is_named_and_left_out(corner: Data) -> None:
    x, y = corner
    found = discover({**x, "fixed": np.ones(3000), "word": ["same"] * 3000}, y, folds=0)
    assert found.constant == ("fixed", "word")
    assert found.boxes == discover(x, y, folds=0).boxes


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"y": np.ones(60, bool)}, "y", "every point"),
        ({"y": np.zeros(60, bool)}, "y", "no point"),
        ({"y": np.arange(60) < 9}, "y", "too few"),
        ({"x": {f"x{j}": np.arange(60.0) for j in range(20)}}, "y", "too few"),
        ({"y": np.full(60, np.nan)}, "y[0]", "missing"),
        ({"y": np.arange(59) < 20}, "y", "differ in length"),
        ({"y": np.linspace(0, 1, 60)}, "threshold", "need a threshold"),
        ({"x": {"a": np.arange(60.0), "b": np.arange(59.0)}}, "x", "differ in length"),
        ({"x": {"a": np.append(np.arange(59.0), np.nan)}}, "x.a[59]", "missing"),
        ({"x": {"a": [None] * 60}}, "x.a", "no kind"),
        ({"x": {"a": np.ones(60)}}, "x", "no factor varies"),
        ({"x": {}}, "x", "no factors"),
        ({"min_coverage": 1.5}, "min_coverage", "out of bounds"),
        ({"step": 999}, "step", "no such box"),
        ({"depth": 4}, "depth", "deep"),
        ({"folds": 1}, "folds", "folds"),
    ],
)
def test_refused(change: dict[str, Any], key: str, says: str) -> None:
    given: dict[str, Any] = {"x": {"a": np.arange(60.0)}, "y": np.arange(60) < 20, **change}
    with pytest.raises(InputError, match=says) as caught:
        discover(given.pop("x"), given.pop("y"), **given)
    assert caught.value.key == key
    assert caught.value.accepted


@pytest.mark.parametrize("missing", ["ema_workbench", "sklearn"])
def test_missing_package_is_named(missing: str, corner: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name.split(".")[0] == missing:
            raise ImportError(name=missing)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="not installed") as caught:
        discover(*corner, folds=0)
    assert caught.value.accepted == 'pip install "steppe[discovery]"'


def test_words() -> None:
    assert in_words([]) == "everywhere"
    assert Limit("a", 0.000123456, 12345.6).text() == "0.0001235 ≤ a ≤ 12346"
    assert Limit("a", 1.0, 2.0, above=True).text() == "1 < a ≤ 2"
    assert Limit("a", 3.0, 3.0).text() == "a is 3"
    assert Limit("a", choices=(False,)).text() == "a is false"
    assert [f.kind for f in factors_of({"a": [1], "b": [1.5], "c": [True], "d": ["u"]})] == [
        "integer",
        "number",
        "choice",
        "choice",
    ]
    with pytest.raises(InputError, match="not given") as caught:
        inside([Limit("sped", 0.0)], {"speed": [1.0]})
    assert caught.value.nearest == "speed"


def test_planted_fault_is_caught(corner: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound read as the other one: the rule no longer holds what it claims."""
    right = prim.bounded

    def swapped(factor: Any, low: float | None, high: float | None, **p: Any) -> Limit:
        return right(factor, high, low, **p)

    monkeypatch.setattr(prim, "bounded", swapped)
    x, y = corner
    (box,) = discover(x, y, folds=0).boxes
    assert int(inside(box.limits, x).sum()) != box.n


def test_silent(corner: Data, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.WARNING):
        assert isinstance(discover(*corner, folds=0), Discovery)
    assert not caplog.records
    assert capsys.readouterr() == ("", "")
