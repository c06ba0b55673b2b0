"""The model as a function gives, for the same numbers and the same seed, what a stored run measures."""

from __future__ import annotations

import logging
import pickle

import numpy as np
import pytest

import steppe
from steppe.api.ema import LEVER, identifier
from steppe.api.naming import written
from steppe.errors import InputError

from .conftest import LIVELY, SCENARIOS, SIZE

OUTCOMES = [
    "P(member) of BBB/UNION",
    "depth of UNION in 2023",
    "cohesion of RIVERS",
    "polarisation",
    "leaders of BBB",
]


@pytest.fixture(scope="module")
def function() -> steppe.ModelFunction:
    return steppe.model_function(OUTCOMES, scenario=SCENARIOS, **SIZE, **LIVELY)


def by_a_run(outcomes: list[str], **given: object) -> dict[str, float]:
    """The same from a stored run."""
    run = steppe.run(**SIZE, **{**LIVELY, **given})
    found = {}
    for text in outcomes:
        one = written(text, run.stored, run.years)
        of = {} if not one.measure.of else {"entity": one.entity}
        found[text] = float(run.measure(one.measure.id, year=one.year or run.years[-1], **of)["mean"][0])
    return found


class TestFunction:
    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"affinity__reversion": 0.55, "membership__apply_rate": 0.3},
            {"mechanisms__pressure": False, "mechanisms__institutions": False},
            {"world__affinity_religion": 0.3},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("scenario", SCENARIOS)
    def test_it_is_a_run(
        self, function: steppe.ModelFunction, scenario: str, given: dict[str, float]
    ) -> None:
        wanted = by_a_run(OUTCOMES, scenario=scenario, **given)
        assert function(scenario=scenario, **given) == pytest.approx(wanted, rel=1e-12, nan_ok=True)

    def test_another_seed_is_another_run(self, function: steppe.ModelFunction) -> None:
        other = steppe.model_function(OUTCOMES, scenario=SCENARIOS, **{**SIZE, "seed": 11}, **LIVELY)
        assert function(seed=11) == other() != function()

    def test_a_call_leaves_no_trace(self, function: steppe.ModelFunction) -> None:
        before = function()
        function(
            membership__cooldown=5,
            mechanisms__trade=False,
            world__affinity_religion=0.3,
            scenario=SCENARIOS[1],
        )
        assert function() == before

    def test_a_copy_in_another_process_gives_the_same(self, function: steppe.ModelFunction) -> None:
        assert pickle.loads(pickle.dumps(function))() == function()

    def test_names_of_ones_own(self) -> None:
        found = steppe.model_function({"deep": "depth of UNION"}, world="toy", years=1, replicates=2)()
        assert list(found) == ["deep"]

    def test_what_is_undefined_is_said(self, caplog: pytest.LogCaptureFixture) -> None:
        """A body that is dissolved at the start has no cohesion in any future."""
        found = steppe.model_function(
            "cohesion of LEAGUE in 2021", world="toy", years=1, replicates=2,
            scenario__interventions=[{"kind": "dissolve", "date": "2020-01", "organisation": "LEAGUE"}],
        )  # fmt: skip
        logging.getLogger("steppe").propagate = True
        with caplog.at_level(logging.WARNING, logger="steppe"):
            assert np.isnan(found()["cohesion of LEAGUE in 2021"])
        assert "defined in none" in caplog.text

    @pytest.mark.parametrize(
        ("given", "key", "nearest"),
        [
            ({"membership__cooldwn": 1}, "membership__cooldwn", "membership__cooldown"),
            ({"membership__cooldown": 99}, "membership__cooldown", None),
            ({"membership__cooldown": float("nan")}, "membership__cooldown", None),
            ({"mechanisms__pressure": 0.5}, "mechanisms__pressure", None),
            ({"scenario": "baseline"}, "scenario", None),
            ({"seed": -1}, "seed", None),
        ],
    )
    def test_bad_input(
        self, function: steppe.ModelFunction, given: dict, key: str, nearest: str | None
    ) -> None:
        with pytest.raises(InputError) as error:
            function(**given)
        assert (error.value.key, error.value.nearest) == (key, nearest)

    def test_what_a_scenario_sets_itself_cannot_be_varied(self) -> None:
        """Its word would win without a word, and the input would seem to have no effect."""
        own = steppe.model_function(
            "depth of UNION", world="toy", years=1, scenario__parameters={"membership.cooldown": 1}
        )
        with pytest.raises(InputError, match="itself"):
            own(membership__cooldown=2)

    @pytest.mark.parametrize(
        ("text", "key", "nearest"),
        [
            ("dept of UNION", "measure", "depth"),
            ("depth of UNOIN", "entity", "UNION"),
            ("depth", "measures", None),
            ("depth of UNION in 2050", "measures", "2020"),
            ("P(depth) of UNION", "measure", None),
            ("how deep is UNION", "measures", None),
        ],
    )
    def test_bad_measures(self, text: str, key: str, nearest: str | None) -> None:
        with pytest.raises(InputError) as error:
            steppe.model_function(text, world="toy")
        assert error.value.key == key and (nearest is None or error.value.nearest is not None)

    def test_sampled_parameters_are_refused(self) -> None:
        with pytest.raises(InputError, match="who calls it"):
            steppe.model_function("depth of UNION", "ensemble.parameters=sampled", world="toy")


@pytest.mark.slow  # importing the workbench takes seconds
class TestWorkbench:
    def test_experiments_are_runs(self) -> None:
        workbench = pytest.importorskip("ema_workbench")
        model = steppe.ema_model(
            OUTCOMES, scenario=SCENARIOS, **SIZE, **LIVELY,
            parameters=["membership.pressure_vote", "institutions__cosine_floor", "membership.vote_persistent"],
            mechanisms=["pressure"],
        )  # fmt: skip
        with workbench.SequentialEvaluator(model) as evaluator:
            experiments, outcomes = evaluator.perform_experiments(
                scenarios=3, policies=list(_policies(workbench))
            )
        assert len(experiments) == 6 and set(experiments[LEVER]) == set(SCENARIOS)
        inputs = [one.name for one in model.uncertainties]
        for n, row in experiments.iterrows():
            given = {name: row[name] for name in inputs}
            given["membership__vote_persistent"] = float(given["membership__vote_persistent"])
            given["mechanisms__pressure"] = bool(given["mechanisms__pressure"])
            wanted = by_a_run(OUTCOMES, scenario=row[LEVER], **given)
            for text in OUTCOMES:
                assert outcomes[identifier(text)][n] == pytest.approx(wanted[text], rel=1e-12, nan_ok=True)
        assert len(set(outcomes["polarisation"].tolist())) > 2

    def test_parameters_have_the_ranges_of_the_evidence(self) -> None:
        pytest.importorskip("ema_workbench")
        model = steppe.ema_model(["depth of UNION"], world="toy")
        known = steppe.parameters("toy")
        assert {one.name for one in model.uncertainties} == set(known["keyword"])
        kinds = {one.name: type(one).__name__ for one in model.uncertainties}
        assert kinds["membership__vote_persistent"] == "BooleanParameter"
        one = next(one for one in model.uncertainties if one.name == "membership__cooldown")
        row = next(iter(known.where(keyword="membership__cooldown")))
        assert (one.lower_bound, one.upper_bound) == (row["low"], row["high"])

    def test_bad_input(self) -> None:
        pytest.importorskip("ema_workbench")
        for given, nearest in (
            ({"parameters": ["membership.cooldwn"]}, "membership.cooldown"),
            ({"mechanisms": ["presure"]}, "pressure"),
        ):
            with pytest.raises(InputError) as error:
                steppe.ema_model(["depth of UNION"], world="toy", **given)
            assert error.value.nearest == nearest


def _policies(workbench):  # type: ignore[no-untyped-def]
    """One policy for each scenario."""
    return (workbench.Policy(name, **{LEVER: name}) for name in SCENARIOS)


def test_without_the_workbench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ema_workbench", None)
    with pytest.raises(InputError) as error:
        steppe.ema_model(["depth of UNION"], world="toy")
    assert error.value.accepted == 'pip install "steppe[discovery]"'
