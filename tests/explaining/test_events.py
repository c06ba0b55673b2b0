"""What is told of an event is what the rules weighed, and the event is the stored one."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
from tests.api.conftest import LIVELY

import steppe
from steppe.analysis.explaining import replaying
from steppe.analysis.explaining.events import Explanation, explain_event, explained
from steppe.analysis.explaining.finding import Found, events_of
from steppe.errors import InputError
from steppe.mechanisms.voting import carried, settled_against
from steppe.results.query import Run
from steppe.world.arrays import RULES

SEATS = ("admitted", "refused", "observing", "observing_refused", "left", "left_to_observer")
BODIES = ("deepened", "merged", "joined_by_merger")
EACH = 2  # events explained of each kind about a seat; of the others one


@pytest.fixture(scope="module")
def some(toy: Run) -> list[Explanation]:
    """The first few events of every kind, explained."""
    return sample(toy)


def sample(run: Run, kinds: tuple[str, ...] | None = None, each: int = EACH) -> list[Explanation]:
    seen: Counter[str] = Counter()
    found = []
    for scenario in run.scenarios:
        for replicate in run.replicates(scenario):
            for event in events_of(run, scenario, int(replicate)):
                kind = event["kind"]
                seen[kind] += 1
                if (kinds is None or kind in kinds) and seen[kind] <= (each if kind in SEATS else 1):
                    found.append(
                        explained(run, Found(scenario, int(replicate), event, (int(replicate),), 1, False))
                    )
    return found


def of(some: list[Explanation], *kinds: str) -> list[Explanation]:
    found = [one for one in some if one.event["kind"] in kinds]
    assert found, kinds
    return found


def test_components_add_up_to_what_the_rule_weighed(some):
    """The index is the argument that the compiled `logistic` was called with, times its noise; or the log of the hazard."""
    decisions = [decision for one in some for decision in one.decisions]
    assert {d.about for d in decisions} >= {
        "observe",
        "leave",
        "admit",
        "deepen",
        "merge",
        "climb",
        "advance",
        "referendum",
    }
    for decision in decisions:
        assert sum(part.now for part in decision.components) == pytest.approx(
            decision.index, rel=1e-9, abs=1e-12
        )


def test_the_value_of_a_seat_is_the_stored_one(some):
    """An event carries the value and the terms that the ensemble computed; they are told to the float."""
    own = [one for one in of(some, *SEATS) if one.decisions[0].about in ("join", "leave")]
    assert own
    for one in own:
        sign = 1.0 if one.decisions[0].about == "join" else -1.0
        assert sign * one.decisions[0].value == pytest.approx(one.event["value"], rel=1e-6, abs=1e-7)
        parts = {part.id: sign * part.now for part in one.decisions[0].components}
        for name in ("trade", "security", "identity", "connectivity", "influence"):
            assert parts[name] == pytest.approx(one.event[name], rel=1e-6, abs=1e-7)
        for name in ("autonomy", "concentration", "conflict"):
            assert -parts[name] == pytest.approx(one.event[name], rel=1e-6, abs=1e-7)


def test_the_chance_is_the_stored_one(some):
    """Of a choice or a hazard: the probability with which the event was decided, as the ensemble noted it."""
    hazards = (
        "crisis",
        "war",
        "war_ended",
        "closed",
        "reopened",
        "climbed",
        "signalled",
        "relapsed",
        "advanced",
    )
    for one in of(some, *SEATS, *hazards):
        if one.decisions and one.decisions[0].outcome != "ordered":
            assert one.decisions[0].chance == pytest.approx(one.event["probability"], rel=1e-6)


def test_pressure_is_told_by_what_it_comes_from(some):
    """The parts of a voter's pressure are its weight times the leverage that the compiled kernel gives."""
    seen = 0
    for one in of(some, *SEATS):
        for vote in one.decisions:
            parts = [part for part in vote.components if part.id.startswith("pressure_")]
            assert not parts or {"pressure_trade", "pressure_protection", "pressure_transit"} <= {
                p.id for p in parts
            }
            seen += any(part.now for part in parts)
            if vote.about == "admit":
                assert all(part.now >= 0 for part in parts if part.id != "pressure_bound")
    assert seen


def test_a_gate_is_told_with_its_score(some):
    for one in of(some, "gate_passed", "gate_failed"):
        (vote,) = one.decisions
        assert vote.index + 0.5 == pytest.approx(one.event["value"], rel=1e-6)
        assert vote.outcome == ("yes" if one.event["kind"] == "gate_passed" else "no")


def test_votes_and_rule_give_what_happened(some):
    """Each voter's chance and draw decide its vote; the body's rule makes the decision of them that is stored."""
    for one in of(some, *SEATS):
        votes = [decision for decision in one.decisions if decision.about == "admit"]
        if not votes or one.rule == "no_major_power":
            continue
        asked = [vote for vote in votes if vote.outcome != "not asked"]
        assert asked == votes[: len(asked)]
        yes = sum(vote.luck < vote.chance for vote in asked)
        rule = RULES.index(one.rule)
        passed = len(asked) == len(votes) and bool(carried(rule, yes, len(votes)))
        assert passed == (one.event["kind"] in ("admitted", "observing"))
        if len(asked) < len(votes):
            assert asked[-1].outcome == "no" and bool(settled_against(rule, 1))


def test_a_body_that_deepens_had_the_votes(some):
    for one in of(some, "deepened"):
        votes = [decision for decision in one.decisions if decision.about == "deepen"]
        assert carried(RULES.index(one.rule), sum(vote.outcome == "yes" for vote in votes), len(votes))


def test_a_merger_was_proposed_and_voted(some):
    """The proposer sits in both bodies; its gain is that of the highest of those who do."""
    for one in of(some, "merged", "joined_by_merger"):
        assert one.decisions[0].about == "propose_merger"
        assert all(vote.outcome == "yes" for vote in one.decisions[1:]) or one.rule != "consensus"


def test_the_event_of_the_rerun_is_the_stored_one(toy):
    """Every event up to the step, to the bit; a stored event that is another is refused, and says so."""
    event = events_of(toy, toy.scenarios[0], 3)[0]
    found = Found(toy.scenarios[0], 3, event, (3,), 1, False)
    again = replaying.replay(toy, found)
    assert [one for one in again.model.events if replaying.same_event(one, event)]


def test_a_replicate_that_does_not_come_out_again_is_refused(toy, monkeypatch):
    event = events_of(toy, toy.scenarios[0], 3)[0]
    changed = [{**one, "probability": 0.123} for one in events_of(toy, toy.scenarios[0], 3, event["step"])]
    monkeypatch.setattr(replaying, "events_of", lambda *asked: changed)
    with pytest.raises(InputError, match="did not come out again"):
        replaying.replay(toy, Found(toy.scenarios[0], 3, event, (3,), 1, False))


def test_the_year_before_is_the_same_decision_a_year_earlier(some, toy):
    """The hazard of a crisis is constant; that of a stage is what the rules gave a year before."""
    for one in of(some, "crisis"):
        if one.steps_back:
            assert one.decisions[0].index_before == pytest.approx(one.decisions[0].index)
    one = next(one for one in of(some, "left") if one.comparable)
    model = steppe.Model(
        config=replaying.config_of(toy), scenario=one.scenario, replicate=one.replicate, collect="never"
    )
    for _ in range(one.event["step"] - one.steps_back):
        model.step()
    assert model.date == one.before and one.steps_back == 4
    part = next(part for part in one.decisions[0].components if part.id == "cost")
    assert part.before == -model.parameters["membership.cost_leave"]


def test_changes_are_now_less_before(some):
    parts = [
        part for one in some if one.comparable for decision in one.decisions for part in decision.components
    ]
    assert parts and all(part.change == part.now - part.before for part in parts if part.before is not None)


@cache
def switched_off(name: str) -> Run:
    return steppe.run(
        scenario="arvand_admitted_to_rivers", world="toy", replicates=6, seed=7, years=3, mechanisms={name: False}, **LIVELY
    ).stored  # fmt: skip


OFF = {
    "pressure": "pressure",
    "dominance": "autonomy",
    "trade": "trade",
    "alignment": "concentration",
    "security": "security",
}


@pytest.mark.parametrize(("name", "component"), OFF.items())
def test_the_component_of_a_mechanism_that_is_off_is_zero(name, component, some):
    """And not so where it is on, or the test would see nothing."""
    off = [decision for one in sample(switched_off(name), SEATS, 1) for decision in one.decisions]
    on = [decision for one in of(some, *SEATS) for decision in one.decisions]
    assert off and all(
        part.now == 0.0 for decision in off for part in decision.components if part.id == component
    )
    assert any(
        part.now != 0.0 for decision in on for part in decision.components if part.id.startswith(component)
    )


def test_what_a_scenario_orders_is_said_to_be_ordered(toy):
    one = explain_event(toy, "intervention", ("AAA", "RIVERS"), "arvand_admitted_to_rivers")
    assert one.origin == "interventions" and not one.decisions
    assert [order["kind"] for order in one.ordered] == ["admit"]


def test_an_election_that_is_lost_brings_the_change_of_leader_about(some):
    one = next(one for one in of(some, "leader_changed") if one.event["probability"] == 1.0)
    assert one.ordered[0]["kind"] == "gate_failed" and one.ordered[0]["state"] == one.event["state"]


class TestFinding:
    def test_the_replicate_of_the_median_date_is_taken(self, toy):
        one = explain_event(toy, "observing", ("EEE", "RIVERS"), "arvand_admitted_to_rivers")
        connection = toy.connection_to("arvand_admitted_to_rivers")
        rows = connection.execute(
            "SELECT min(step), replicate FROM events WHERE kind = 'observing' AND state = 'EEE' AND organisation = 'RIVERS' "
            "GROUP BY replicate ORDER BY ALL"
        ).fetchall()
        connection.close()
        assert one.chosen and len(one.replicates) == len(rows) and one.of == 24
        assert (one.event["step"], one.replicate) == rows[(len(rows) - 1) // 2]

    def test_no_such_event_names_the_nearest(self, toy):
        saw = explain_event(toy, "observing", ("EEE", "RIVERS"), "arvand_admitted_to_rivers").replicates
        other = next(number for number in range(24) if number not in saw)
        with pytest.raises(InputError) as error:
            explain_event(toy, "observing", ("EEE", "RIVERS"), "arvand_admitted_to_rivers", other)
        assert any(text.startswith("observing EEE RIVERS --year") for text in error.value.accepted)

    @pytest.mark.parametrize(
        ("kind", "names", "more", "key"),
        [
            ("lefft", (), {}, "KIND"),
            ("left", ("AAB",), {}, "ID"),
            ("left", ("AAA", "UNION", "LEAGUE", "RIVERS"), {}, "ID"),
            ("left", ("AAA",), {"replicate": 99}, "--replicate"),
            ("left", ("AAA",), {"scenario": "basline"}, "scenario"),
            ("left", ("AAA",), {"scenario": None}, "--scenario"),
        ],
    )
    def test_bad_input_is_one_message(self, toy, kind, names, more, key):
        with pytest.raises(InputError) as error:
            explain_event(toy, kind, names, **{"scenario": "arvand_admitted_to_rivers", **more})
        assert error.value.key == key

    def test_either_state_of_a_pair_may_be_named_first(self, toy):
        event = next(one for one in events_of(toy, toy.scenarios[0], 0) if one["kind"] == "war_ended")
        for names in ((event["state"], event["partner"]), (event["partner"], event["state"])):
            assert explain_event(toy, "war_ended", names, toy.scenarios[0], 0).event == event


def test_sources_lead_to_parameters_and_coded_values(some):
    one = next(one for one in of(some, "left") if one.decisions)
    ids = {source.id: source for source in one.sources}
    state, body = one.event["state"], one.event["organisation"]
    assert ids["membership.cost_leave"].enters == ((state, "cost"),)
    assert ids["membership.cost_leave"].used == pytest.approx(0.25)
    assert {f"actors/{state}.salience", f"organisations/{body}.depth"} <= set(ids)
    assert (state, "trade") in ids[f"organisations/{body}.depth"].enters


def test_data_for_json_are_plain(some):
    import json

    from steppe.cli.frame import _plain

    for one in some:
        text = json.dumps(one.as_dict(), allow_nan=False, default=_plain)
        assert not any(math.isnan(value) for value in _numbers(json.loads(text)))


def _numbers(data):
    if isinstance(data, float):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _numbers(value)
    elif isinstance(data, list):
        for value in data:
            yield from _numbers(value)


def test_drawn_values_are_those_of_the_replicate():
    """With sampled parameters a replicate is stepped again with its own draw: its events are the stored ones, and the
    parameter that is told is the drawn one."""
    run = steppe.run(
        "ensemble.parameters=sampled", "ensemble.draws=4", world="toy", scenario="arvand_admitted_to_rivers",
        replicates=8, seed=7, years=4,
    ).stored  # fmt: skip
    one = next(iter(sample(run, ("observing", "observing_refused", "admitted", "refused", "left"), 1)))
    used = next(source.used for source in one.sources if source.id == "value.k_trade")
    with run.connection() as connection:
        drawn = connection.execute(
            "SELECT value FROM draws WHERE id = 'value.k_trade' AND draw = ?",
            [int(run.draw_of(np.array([one.replicate]))[0])],
        ).fetchone()[0]
    assert used == drawn
