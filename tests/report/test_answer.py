"""Answers: the numbers of a run beside what was asked, said by whom and predicted; as text and as a page."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from results.fake import make_run
from steppe.analysis.answers import answer, documents, largest
from steppe.analysis.measures import measure_values
from steppe.config.compose import compose
from steppe.config.interventions import read_interventions
from steppe.config.schema import Outcome, RunConfig, Scenario
from steppe.errors import InputError
from steppe.evidence import load
from steppe.report.answer import (
    WIDTH,
    answer_text,
    in_words,
    month,
    place,
    question_text,
    scenarios_text,
    table,
)
from steppe.report.page import page
from steppe.results.query import Run
from steppe.world.build import build_world
from steppe.world.spec import evidence_for

ASKED = (
    Outcome(measure="welfare", of="AAA", expects="+"),
    Outcome(measure="depth", of="TWO", expects="-"),
    Outcome(measure="share", of="AAA/QQQ"),
    Outcome(measure="cohesion", of="ONE", expects="0"),
)
CLAIMS = ("connectivity/oil-by-the-western-pipeline", "connectivity/caspian-bottleneck")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Scenarios baseline and pull; in pull every number is half a unit higher, with luck of its own."""
    return make_run(tmp_path_factory.mktemp("answers") / "run", replicates=60)


@pytest.fixture(scope="module")
def config() -> RunConfig:
    """What such a run may have come from."""
    toy = compose(["world=toy"])
    acts = [
        {"kind": "set_depth", "date": "2026-07", "organisation": "TWO", "depth": 0.5},
        {"kind": "tie", "date": "2026-07-15", "a": "AAA", "b": "BBB", "level": 0},
    ]
    pull = Scenario(
        name="pull",
        question="Does it pull?",
        inventory=("H77",),
        status="implied",
        claims=CLAIMS,
        levers=("a pull",),
        prediction="It does.",
        counterfactual="baseline",
        outcomes=ASKED,
        interventions=tuple(read_interventions(acts, "interventions")),
        parameters={"membership.cooldown": 3.0},
        mechanisms={"pressure": False},
    )
    return toy.model_copy(update={"scenarios": (Scenario(name="baseline", question="Nothing?"), pull)})


@pytest.fixture(scope="module")
def told(run: Run, config: RunConfig) -> dict[str, Any]:
    evidence = evidence_for(config.world)
    found = answer(run, config, evidence, build_world(evidence, config.world), "pull", "baseline")
    return in_words(found, {"AAA": "Aland", "BBB": "Beland"})


def test_outcomes_have_their_value_at_the_start_beside_them(told: dict[str, Any], run: Run) -> None:
    """Persistence is the measure itself in the first year, before anything was changed."""
    for row in told["outcomes"]:
        start = measure_values(run, row["measure"], "pull", run.years[0], [row["entity"]]).values[0]
        assert row["baseline"]["persistence"] == pytest.approx(float(np.nanmean(start)))


def test_the_numbers_are_those_of_the_replicates(run: Run, told: dict[str, Any]) -> None:
    """Means, paired difference and number of futures, from the values replicate by replicate."""
    assert [(row["measure"], row["entity"]) for row in told["outcomes"]] == [(o.measure, o.of) for o in ASKED]
    for row in told["outcomes"]:
        with_it, without = (
            measure_values(run, row["measure"], name, told["year"], [row["entity"]]).values[0].astype(float)
            for name in ("pull", "baseline")
        )
        both = ~(np.isnan(with_it) | np.isnan(without))
        assert row["n"] == both.sum()
        assert row["alternative"] == pytest.approx(with_it[both].mean(), abs=1e-6)
        assert row["reference"] == pytest.approx(without[both].mean(), abs=1e-6)
        assert row["difference"] == pytest.approx((with_it - without)[both].mean(), abs=1e-6)
        for side in ("reference", "alternative"):
            assert row[f"{side}_low"] < row[side] < row[f"{side}_high"]


def test_each_outcome_has_its_verdict(told: dict[str, Any]) -> None:
    """Every number is half a unit higher; what the scenario sets is marked."""
    found = [row["found"] for row in told["outcomes"]]
    assert found == ["as predicted", "against, set by the scenario", "nothing predicted", "against"]


def test_who_says_so_down_to_the_paragraph(told: dict[str, Any]) -> None:
    evidence = load()
    for document in told["documents"]:
        own = [evidence.claims[name] for name in CLAIMS if evidence.claims[name].document == document["id"]]
        assert document["claims"] == [claim.id for claim in own]
        assert document["paragraphs"] == sorted({n for claim in own for n in claim.paragraphs})
    assert {name for one in told["documents"] for name in one["claims"]} == set(CLAIMS)
    assert documents(evidence, ()) == []


def test_what_it_rests_on_is_counted(told: dict[str, Any], config: RunConfig) -> None:
    """Parameters that the scenario sets are not among those that keep their coded value."""
    parameters = evidence_for(config.world).parameters
    assert sum(told["rests_on"]["parameters"].values()) == len(parameters) - 1
    assert told["rests_on"]["set"] == {"membership.cooldown": 3.0}
    assert sum(told["rests_on"]["values"].values()) > 50


def test_elsewhere_tells_what_was_not_asked_for(told: dict[str, Any]) -> None:
    asked = {(one.measure, one.of) for one in ASKED}
    assert told["elsewhere"] and not asked & {(row["measure"], row["entity"]) for row in told["elsewhere"]}


def test_the_largest_come_first_and_one_measure_does_not_fill_the_list() -> None:
    rows = [
        {"measure": "share", "entity": f"AAA/{k}", "difference": 0.3 - k / 100, "low": 0.1, "high": 0.4}
        for k in range(5)
    ]
    rows += [
        {"measure": "member", "entity": "AAA/ONE", "difference": -0.5, "low": -0.6, "high": -0.4},
        {"measure": "member", "entity": "BBB/ONE", "difference": 0.9, "low": -0.1, "high": 1.0},
        {"measure": "need", "entity": "AAA", "difference": None, "low": None, "high": None},
    ]
    told = [row["entity"] for row in largest(rows, top=3, per_measure=2)]
    assert told == ["AAA/0", "AAA/1", "AAA/ONE"]  # .3 of a scale of .3 weighs 1, a half membership .5


def test_the_text_has_all_that_an_analyst_asks_for(told: dict[str, Any]) -> None:
    text = answer_text(told, [("steppe ask H77 ensemble.replicates=9", "more")])
    lines = text.splitlines()
    assert lines[0] == "H77  Does it pull?"
    for part in (
        "implied by",
        "predicted      It does.",
        "changed        a pull",
        "2026-07  depth of TWO at 0.5",
        "2026-07-15  security tie of Aland and Beland ended",
        "throughout  membership.cooldown = 3",
        "throughout  pressure off",
        "compared with  baseline: Nothing?",
        "welfare of Aland",
        "steppe ask H77 ensemble.replicates=9",
        "intervals are of luck alone",
    ):
        assert part in text, part
    assert "60 replicates" in text and max(map(len, lines)) <= WIDTH
    few = next(row for row in told["outcomes"] if row["n"] < 60)
    assert f"({few['n']}" in text  # futures; the column may be broken after the number


def test_a_probability_that_rests_on_few_events_is_marked(told: dict[str, Any]) -> None:
    """Three of sixty: marked; thirty of sixty: not; a mean is no count of events and is never marked."""
    row = next(row for row in told["outcomes"]) | {"n": 60, "what": "AAA a member", "measure": "member"}
    for mean, marked in ((3 / 60, True), (30 / 60, False), (57 / 60, True)):
        one = told | {"outcomes": [row | {"alternative": mean, "reference": 0.5}]}
        assert ("AAA a member, with it: rests on" in answer_text(one, [])) == marked
    mean = told | {"outcomes": [row | {"alternative": 3 / 60, "measure": "welfare"}]}
    assert "rests on 3" not in answer_text(mean, [])


def test_all_of_it_is_plain_data(told: dict[str, Any]) -> None:
    assert json.loads(json.dumps(told, allow_nan=False))["outcomes"][0]["found"] == "as predicted"


def test_an_outcome_that_the_run_lacks_is_bad_input(run: Run, config: RunConfig) -> None:
    wrong = config.scenarios[1].model_copy(update={"outcomes": (Outcome(measure="welfare", of="ZZZ"),)})
    other = config.model_copy(update={"scenarios": (config.scenarios[0], wrong)})
    evidence = evidence_for(config.world)
    with pytest.raises(InputError, match="no welfare of ZZZ"):
        answer(run, other, evidence, build_world(evidence, config.world), "pull", "baseline")


def test_without_outcomes_it_tells_what_differs_most(told: dict[str, Any]) -> None:
    text = answer_text({**told, "outcomes": []})
    assert "what differs most" in text and "predicted  found" not in text
    assert "no measure differs" in answer_text({**told, "outcomes": [], "elsewhere": []})


def test_drawn_values_show_the_share_that_is_not_known(told: dict[str, Any]) -> None:
    rows = [{**row, "epistemic": {"share": 0.4}} for row in told["outcomes"]]
    text = answer_text({**told, "draws": 50, "outcomes": rows})
    assert "epistemic" in text and "40 %" in text and "50 draws" in text


class TestPage:
    def test_a_row_for_each_question_and_a_block_with_its_outcomes(self, told: dict[str, Any]) -> None:
        text = page([told, {**told, "number": "H78"}], "make scenarios", "every value as coded")
        assert "| [H77](#h77) | Does it pull? | 1 | 1 |  | 1 |" in text  # the outcome that is set is left out
        assert "| | all | 2 | 2 | 0 | 2 |" in text
        assert text.count("| depth of TWO | ") == 2
        assert "60 replicates of each scenario; every value as coded" in text


class TestParts:
    @pytest.mark.parametrize(
        ("document", "text"),
        [
            (
                {"author": "A", "title": "T", "outlet": "O", "published": 2026, "paragraphs": [3, 5, 6, 7], "id": "d"},
                "A, “T”, O, 2026, ¶ 3, 5–7 (d)",
            ),
            (
                {**dict.fromkeys(("author", "title", "outlet", "published")), "kind": "opinion", "paragraphs": [1], "id": "d"},
                "untitled opinion, ¶ 1 (d)",
            ),
        ],
    )  # fmt: skip
    def test_a_place_in_a_document(self, document: dict[str, Any], text: str) -> None:
        assert place(document) == text

    def test_dates_are_as_short_as_they_were_written(self) -> None:
        assert (month("2026-07-01"), month("2026-07-15")) == ("2026-07", "2026-07-15")

    def test_a_table_breaks_its_first_and_last_columns_only(self) -> None:
        outcome, verdict = (
            "a long outcome that has to be broken into lines",
            "as predicted, set by the scenario",
        )
        lines = table(
            ["outcome", "value", "found"], [[outcome, "1.00 [0.90, 1.10]", verdict]], 70
        ).splitlines()
        assert max(map(len, lines)) <= 70 and len(lines) == 4
        assert "1.00 [0.90, 1.10]" in lines[2]
        for text in (outcome, verdict):
            assert set(text.split()) <= set(" ".join(lines[2:]).split())

    def test_scenarios_are_listed_with_their_prediction_in_full(self) -> None:
        long = "word " * 60
        text = scenarios_text(
            [{"id": "a", "inventory": "H01", "status": "raised", "question": "Q?", "prediction": long}]
        )
        assert text.startswith("H01  a  (raised)\n     Q?\n     predicted: word")
        assert text.count("word") == 60

    def test_a_single_scenario_has_its_question_above_the_summary(self) -> None:
        assert question_text({"question": "Q?", "prediction": "P."}).splitlines() == [
            "Q?",
            "  predicted      P.",
        ]
        assert question_text({"name": "old"}) == ""
