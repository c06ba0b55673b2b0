"""Which outcomes a scenario makes itself."""

from __future__ import annotations

import pytest

from steppe.config.interventions import KINDS, read_interventions
from steppe.config.outcomes import _SETS, is_given
from steppe.config.schema import Outcome, Scenario

CASES = [
    ("{kind: reach, process: accord, stage: signed}", "reached", "accord/ratified", True),
    ("{kind: reach, process: accord, stage: signed}", "years_to", "union/founded", False),
    ("{kind: tie, a: AAA, b: BBB, level: 1}", "tie", "BBB/AAA", True),
    ("{kind: tie, a: AAA, b: BBB, level: 1}", "tie", "AAA/CCC", False),
    ("{kind: admit, state: AAA, organisation: ONE}", "member", "AAA/ONE", True),
    ("{kind: admit, state: AAA, organisation: ONE}", "members", "ONE", True),
    ("{kind: admit, state: AAA, organisation: ONE}", "member", "BBB/ONE", False),
    ("{kind: apply, state: AAA, organisation: ONE}", "member", "AAA/ONE", False),  # the members vote
    ("{kind: set_depth, organisation: ONE, depth: 0.5}", "depth", "ONE", True),
    ("{kind: set_depth, organisation: ONE, depth: 0.5}", "cohesion", "ONE", False),
    ("{kind: merge, organisation: ONE, into: TWO}", "merged", "ONE/TWO", True),
    ("{kind: merge, organisation: ONE, into: TWO}", "merged", "TWO/ONE", False),
]


@pytest.mark.parametrize(("written", "measure", "of", "given"), CASES)
def test_an_outcome_is_given_where_an_intervention_sets_it(
    written: str, measure: str, of: str, given: bool
) -> None:
    import yaml

    one = {"date": "2026-01", **yaml.safe_load(written)}
    scenario = Scenario(name="s", interventions=tuple(read_interventions([one], "interventions")))
    assert is_given(scenario, Outcome(measure=measure, of=of)) is given


def test_the_table_names_kinds_and_fields_that_there_are() -> None:
    for kinds in _SETS.values():
        for kind, fields in kinds.items():
            assert set(fields) <= set(KINDS[kind].model_fields)
