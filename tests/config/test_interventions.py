"""Interventions: each kind takes what it needs, and a scenario that contradicts itself is refused."""

from __future__ import annotations

import pytest
from tests.config.conftest import OwnFile

from steppe.config.compose import compose
from steppe.config.interventions import KINDS, states_of
from steppe.config.resolved import dump, load_config
from steppe.config.schema import RunConfig
from steppe.errors import InputError

ONE_OF_EACH = """\
interventions:
- {kind: apply, date: 2020-03, state: AAA, organisation: RIVERS, status: observer}
- {kind: admit, date: 2020-04, state: EEE, organisation: RIVERS}
- {kind: set_status, date: 2020-05, state: DDD, organisation: UNION, status: suspended}
- {kind: bar, date: 2021, state: EEE, organisation: UNION}
- {kind: allow, date: 2022, state: EEE, organisation: UNION}
- {kind: set_depth, date: 2021, organisation: RIVERS, depth: .5}
- {kind: set_rule, date: 2021, organisation: RIVERS, rule: majority}
- {kind: dissolve, date: 2023, organisation: LEAGUE}
- {kind: found, date: 2024, organisation: LEAGUE, members: [CCC, EEE], depth: 0.1}
- {kind: merge, date: 2025, organisation: RIVERS, into: UNION}
- {kind: tie, date: 2021, a: AAA, b: BBB, level: 0.3}
- {kind: affinity, date: 2021, a: AAA, b: BBB, change: -0.2}
- {kind: threat, date: 2021, on: BBB, by: AAA, level: 1}
- {kind: conflict, date: 2021, a: AAA, b: EEE, level: 1}
- {kind: threat_shock, date: 2021, state: BBB, size: 0.01}
- {kind: capability, date: 2021, state: AAA, factor: 0.8}
- {kind: prestige, date: 2021, state: AAA, change: 0.5}
- {kind: transit, date: 2021, state: BBB, on: AAA, share: 0.1}
- {kind: autonomy, date: 2021, state: BBB, value: 2}
- {kind: corridor, date: 2021, segment: belmar-harbour, status: closed, capacity: 0.5, cost: 2}
- {kind: corridor, date: 2021, system: LINE, status: open}
- {kind: stage, date: 2021, process: border, stage: text}
- {kind: reach, date: 2022, process: border, stage: signed}
- {kind: gate, date: 2021, gate: plebiscite, outcome: waived}
- {kind: role, date: 2021, process: border, state: AAA, push: 0.5, resist: 0, interest: -0.5}
- {kind: support, date: 2021, process: border, state: AAA, level: 0.4}
- {kind: pace, date: 2021, process: border, factor: 2}
- {kind: leader, date: 2021, state: AAA}
- {kind: approval, date: 2021, state: AAA, level: 0.4}
- {kind: crisis, date: 2021, state: AAA, size: 1}
- {kind: activity, date: 2021, state: AAA, level: 0.5}
- {kind: continuity, date: 2021, state: AAA, level: 0.9}
- {kind: instrument, date: 2021, instrument: GAMES, on: false}
- {kind: trade_cost, date: 2021, a: AAA, b: BBB, change: -0.1}
- {kind: scope, date: 2021, organisation: UNION, trade: 1, security: 0.5, identity: 0, connectivity: 0.5}
- {kind: incompatible, date: 2021, organisation: UNION, with: RIVERS, on: true}
- {kind: parameter, date: 2021, parameter: membership.cooldown, value: 1}
- {kind: mechanism, date: 2021, mechanism: pressure, on: false}
"""


def composed(file: OwnFile, *interventions: str) -> RunConfig:
    """The toy world with these interventions."""
    text = "interventions:\n" + "".join(f"- {{{one}}}\n" for one in interventions)
    return compose(["world=toy", f"scenario={file(text)}"])


def test_every_kind_is_accepted_and_none_is_forgotten_here(scenario_file: OwnFile) -> None:
    config = compose(["world=toy", f"scenario={scenario_file(ONE_OF_EACH)}"])
    assert {one.kind for one in config.scenarios[0].interventions} == set(KINDS)
    assert "with: RIVERS" in dump(config) and "other:" not in dump(config)
    assert load_config(scenario_file(dump(config))) == config, "what is stored of a run is read back the same"


def test_the_states_that_an_intervention_names() -> None:
    found = KINDS["found"](date="2020", organisation="ONE", members=("AAA", "BBB"), depth=0.1)
    assert states_of(found) == [("members[0]", "AAA"), ("members[1]", "BBB")]
    threat = KINDS["threat"](date="2020", on="AAA", by="BBB", level=1)
    assert states_of(threat) == [("on", "AAA"), ("by", "BBB")]


SAME_DAY = [
    ("kind: admit, STATE, ORG", "kind: set_status, STATE, ORG, status: none", "status of AAA, RIVERS"),
    ("kind: bar, STATE, ORG", "kind: allow, STATE, ORG", "eligibility of AAA, RIVERS"),
    ("kind: set_depth, ORG, depth: 0.5", "kind: set_depth, ORG, depth: 0.7", "depth of RIVERS"),
    ("kind: set_rule, ORG, rule: majority", "kind: set_rule, ORG, rule: consensus", "rule of RIVERS"),
    ("kind: tie, a: AAA, b: BBB, level: 0", "kind: tie, a: BBB, b: AAA, level: 1", "tie of AAA-BBB"),
    (
        "kind: conflict, a: AAA, b: BBB, level: 0",
        "kind: conflict, a: BBB, b: AAA, level: 1",
        "conflict of AAA-",
    ),
    (
        "kind: threat, on: AAA, by: BBB, level: 0",
        "kind: threat, on: AAA, by: BBB, level: 1",
        "threat of AAA, BBB",
    ),
    (
        "kind: transit, STATE, on: BBB, share: 0",
        "kind: transit, STATE, on: BBB, share: 1",
        "transit of AAA, BBB",
    ),
    ("kind: autonomy, STATE, value: 1", "kind: autonomy, STATE, value: 2", "autonomy of AAA"),
    (
        "kind: parameter, parameter: membership.cooldown, value: 1",
        "kind: parameter, parameter: membership.cooldown, value: 2",
        "parameter of membership.cooldown",
    ),
    (
        "kind: mechanism, mechanism: pressure, on: true",
        "kind: mechanism, mechanism: pressure, on: false",
        "mechanism of pressure",
    ),
    ("kind: dissolve, ORG", "kind: merge, ORG, into: UNION", "fate of RIVERS"),
    (
        "kind: corridor, segment: belmar-harbour, status: open",
        "kind: corridor, segment: belmar-harbour, status: closed",
        "status of belmar-harbour",
    ),
    ("kind: stage, PROCESS, stage: text", "kind: reach, PROCESS, stage: signed", "stage of border"),
    (
        "kind: gate, gate: plebiscite, outcome: passed",
        "kind: gate, gate: plebiscite, outcome: waived",
        "outcome of plebiscite",
    ),
    ("kind: role, PROCESS, STATE, push: 0", "kind: role, PROCESS, STATE, push: 1", "push of border, AAA"),
    (
        "kind: role, PROCESS, STATE, push: 0, resist: 1",
        "kind: role, PROCESS, STATE, resist: 0",
        "resist of border, AAA",
    ),
    (
        "kind: support, PROCESS, STATE, level: 0",
        "kind: support, PROCESS, STATE, level: 1",
        "support of border",
    ),
    ("kind: pace, PROCESS, factor: 0", "kind: pace, PROCESS, factor: 1", "pace of border"),
    ("kind: approval, STATE, level: 0", "kind: approval, STATE, level: 1", "approval of AAA"),
    ("kind: activity, STATE, level: 0", "kind: activity, STATE, level: 1", "activity of AAA"),
    ("kind: continuity, STATE, level: 0", "kind: continuity, STATE, level: 1", "continuity of AAA"),
    (
        "kind: instrument, instrument: GAMES, on: on",
        "kind: instrument, instrument: GAMES, on: off",
        "force of GAMES",
    ),
    (
        "kind: scope, ORG, trade: 1, security: 0, identity: 0, connectivity: 0",
        "kind: scope, ORG, trade: 1, security: 1, identity: 0, connectivity: 0",
        "security of RIVERS",
    ),
    (
        "kind: incompatible, ORG, with: UNION, on: true",
        "kind: incompatible, organisation: UNION, with: RIVERS, on: false",
        "compatibility of RIVERS-UNION",
    ),
]


@pytest.mark.parametrize(("first", "second", "what"), SAME_DAY)
def test_two_values_for_one_thing_on_one_day(
    first: str, second: str, what: str, scenario_file: OwnFile
) -> None:
    fill = {"STATE": "state: AAA", "ORG": "organisation: RIVERS", "PROCESS": "process: border"}
    for name, text in fill.items():
        first, second = first.replace(name, text), second.replace(name, text)
    with pytest.raises(InputError) as caught:
        composed(scenario_file, f"date: 2021-03, {first}", f"date: 2021-03, {second}")
    assert what in caught.value.message and "interventions[0]" in caught.value.message
    assert caught.value.key == "scenario.interventions[1]"
    assert caught.value.line == 3
    if "fate" not in what:
        composed(scenario_file, f"date: 2021-03, {first}", f"date: 2021-04, {second}")


def test_the_same_thing_twice_is_no_contradiction(scenario_file: OwnFile) -> None:
    one = "kind: set_depth, date: 2021, organisation: RIVERS, depth: 0.5"
    composed(scenario_file, one, one)


def test_two_movements_of_one_thing_add_up(scenario_file: OwnFile) -> None:
    one = "kind: affinity, date: 2021, a: AAA, b: BBB, change: 0."
    composed(scenario_file, one + "1", one + "2")
    cost = "kind: corridor, date: 2021, segment: belmar-harbour, cost: 0."
    composed(scenario_file, cost + "1", cost + "2")
    role = "kind: role, date: 2021, process: border, state: AAA, "
    composed(scenario_file, role + "push: 1", role + "resist: 0")


GONE = [
    ("kind: dissolve, date: 2021, organisation: RIVERS", "dissolved on 2021-01-01 by an earlier"),
    ("kind: merge, date: 2021, organisation: RIVERS, into: UNION", "merged into UNION on 2021-01-01"),
]


@pytest.mark.parametrize(("end", "why"), GONE)
def test_a_status_in_a_body_that_an_earlier_intervention_ended(
    end: str, why: str, scenario_file: OwnFile
) -> None:
    late = "kind: admit, date: 2022, state: AAA, organisation: RIVERS"
    with pytest.raises(InputError) as caught:
        composed(scenario_file, late, end)  # written in the other order: dates count
    assert why in caught.value.message
    assert caught.value.key == "scenario.interventions[0].organisation"
    assert caught.value.value == "RIVERS" and "UNION" in (caught.value.accepted or ())


def test_a_body_that_ended_may_be_founded_again_but_not_twice(scenario_file: OwnFile) -> None:
    end = "kind: dissolve, date: 2021, organisation: LEAGUE"
    found = "kind: found, date: 2022, organisation: LEAGUE, members: [AAA, BBB], depth: 0.1"
    composed(scenario_file, end, found)
    with pytest.raises(InputError, match="LEAGUE exists already on 2023-01-01"):
        composed(scenario_file, end, found, found.replace("2022", "2023"))
    with pytest.raises(InputError, match="LEAGUE exists already"):
        composed(scenario_file, found)


def test_who_is_barred_does_not_apply(scenario_file: OwnFile) -> None:
    bar = "kind: bar, date: 2021, state: AAA, organisation: RIVERS"
    apply = "kind: apply, date: 2022, state: AAA, organisation: RIVERS"
    with pytest.raises(InputError, match="AAA is barred from RIVERS since 2021-01-01"):
        composed(scenario_file, bar, apply)
    composed(scenario_file, bar, bar.replace("bar", "allow", 1).replace("2021", "2021-06"), apply)


BAD = [
    ("kind: tie, a: AAA, b: AAA, level: 0.1", "two different states", "b", None),
    ("kind: merge, organisation: UNION, into: UNION", "merge into itself", "into", None),
    ("kind: found, organisation: UNION, members: [AAA, AAA], depth: 0.1", "not an accepted", "members", None),
    ("kind: found, organisation: UNION, members: [AAA], depth: 0.1", "not an accepted", "members", None),
    ("kind: transit, state: AAA, on: BBB, share: 1.5", "not an accepted", "share", None),
    ("kind: autonomy, state: AAA, value: high", "not an accepted", "value", None),
    ("kind: mechanism, mechanism: presure, on: false", "no mechanism", "mechanism", "pressure"),
    (
        "kind: parameter, parameter: membership.cooldwn, value: 1",
        "no parameter",
        "parameter",
        "membership.cooldown",
    ),
    ("kind: parameter, parameter: membership.cooldown, value: 50", "outside the range", "value", None),
    ("kind: set_rule, organisation: UNION, rule: consens", "not an accepted", "rule", "consensus"),
    ("kind: aply, state: AAA, organisation: UNION", "no kind of intervention", "kind", "apply"),
    ("state: AAA, organisation: UNION", "needs a kind", "kind", None),
    ("kind: apply, state: AAA, organisation: UNION, statsu: member", "unknown key", "statsu", "status"),
    ("kind: apply, state: AAA", "missing key", "organisation", None),
    ("kind: apply, date: soon, state: AAA, organisation: UNION", "not an accepted", "date", None),
    ("kind: apply, date: 2019-12-31, state: AAA, organisation: UNION", "outside the run", "date", None),
    ("kind: apply, date: 2030-01-01, state: AAA, organisation: UNION", "outside the run", "date", None),
    ("kind: apply, state: AAB, organisation: UNION", "no state 'AAB'", "state", "AAA"),
    ("kind: apply, state: AAA, organisation: UNIONS", "no organisation", "organisation", "UNION"),
    ("kind: corridor, status: open", "not an accepted", None, None),
    ("kind: corridor, segment: a, system: b, status: open", "not an accepted", None, None),
    ("kind: corridor, segment: a", "not an accepted", None, None),
    ("kind: corridor, segment: a, status: opened", "not an accepted", "status", "open"),
    ("kind: corridor, segment: a, capacity: 0", "not an accepted", "capacity", None),
    ("kind: gate, gate: a, outcome: wave", "not an accepted", "outcome", "waived"),
    ("kind: role, process: a, state: AAA", "not an accepted", None, None),
    ("kind: role, process: a, state: AAB, push: 1", "no state 'AAB'", "state", "AAA"),
    ("kind: role, process: a, state: AAA, interest: -2", "not an accepted", "interest", None),
    ("kind: activity, state: AAA, level: 9", "not an accepted", "level", None),
    ("kind: trade_cost, a: AAA, b: AAA, change: 0", "two different states", "b", None),
    (
        "kind: scope, organisation: UNION, trade: 0, security: 0, identity: 0, connectivity: 0",
        "not an accepted",
        None,
        None,
    ),
    ("kind: scope, organisation: UNION, trade: 1", "missing key", "security", None),
    ("kind: incompatible, organisation: UNION, with: UNION, on: true", "two different", "with", None),
    ("kind: incompatible, organisation: UNION, with: RIVER, on: true", "no organisation", "with", "RIVERS"),
    ("kind: incompatible, organisation: UNION, on: true", "missing key", "with", None),
]


@pytest.mark.parametrize(("text", "message", "key", "nearest"), BAD)
def test_one_bad_intervention(
    text: str, message: str, key: str, nearest: str | None, scenario_file: OwnFile
) -> None:
    with pytest.raises(InputError) as caught:
        dated = text if "date:" in text else f"date: 2021, {text}"
        composed(scenario_file, "kind: dissolve, date: 2024, organisation: LEAGUE", dated)
    error = caught.value
    assert message in error.message
    assert error.key == "scenario.interventions[1]" + (f".{key}" if key else "")
    assert str(error.file).endswith("mine.yaml") and error.line == 3
    assert error.nearest == nearest


@pytest.mark.parametrize("text", ["interventions: 3\n", "interventions:\n- apply\n"])
def test_interventions_that_are_no_list_of_mappings(text: str, scenario_file: OwnFile) -> None:
    with pytest.raises(InputError) as caught:
        compose(["world=toy", f"scenario={scenario_file(text)}"])
    assert str(caught.value.key).startswith("scenario.interventions")


def test_interventions_come_in_the_order_of_time_and_those_of_a_day_as_written(
    scenario_file: OwnFile,
) -> None:
    one = "kind: affinity, a: AAA, b: BBB, change: 0."
    config = composed(scenario_file, f"{one}1, date: 2022", f"{one}2, date: 2021", f"{one}3, date: 2022")
    changes = [round(each.change * 10) for each in config.scenarios[0].interventions]  # type: ignore[union-attr]
    assert changes == [2, 1, 3]


@pytest.mark.parametrize(
    "text",
    [
        "parameters: {world.proximity_scale: 600}\n",
        "interventions:\n- {kind: parameter, date: 2021, parameter: world.proximity_scale, value: 600}\n",
    ],
)
def test_a_scenario_cannot_change_what_the_world_was_built_with(text: str, scenario_file: OwnFile) -> None:
    with pytest.raises(InputError, match="all scenarios of a run share") as caught:
        compose(["world=toy", f"scenario={scenario_file(text)}"])
    assert caught.value.accepted == "parameters.world.proximity_scale of the run"
    assert compose(["world=toy", "parameters.world.proximity_scale=600"]).parameters
