"""Every kind of intervention has its words."""

from __future__ import annotations

from typing import Any

import pytest

from steppe.config import questions
from steppe.config.compose import compose
from steppe.config.interventions import KINDS
from steppe.report.interventions import PHRASES, says

TOLD = [
    ({"kind": "apply", "state": "KAZ", "organisation": "CCA", "status": "member"}, "Kazakhstan applies to be a member of CCA"),
    ({"kind": "set_status", "state": "KAZ", "organisation": "CSTO", "status": "none"}, "Kazakhstan is out of CSTO"),
    ({"kind": "corridor", "system": "CPC", "status": "closed"}, "CPC: closed"),
    ({"kind": "corridor", "segment": "a", "capacity": 3, "cost": 0.75}, "a: capacity × 3, cost × 0.75"),
    ({"kind": "affinity", "a": "KAZ", "b": "RUS", "change": -0.4}, "affinity of Kazakhstan and RUS −0.4"),
    ({"kind": "conflict", "a": "KAZ", "b": "RUS", "level": 1}, "war of Kazakhstan and RUS"),
    ({"kind": "conflict", "a": "KAZ", "b": "RUS", "level": 0}, "no open conflict of Kazakhstan and RUS"),
    ({"kind": "trade_cost", "a": "KAZ", "b": "RUS", "change": 0.2}, "cost of trade of Kazakhstan and RUS +22 %"),
    ({"kind": "transit", "state": "KAZ", "on": "RUS", "share": 0.2}, "20 % of the transit of Kazakhstan crosses RUS"),
    ({"kind": "gate", "gate": "vote", "outcome": "waived"}, "vote is no longer asked for"),
    ({"kind": "role", "process": "p", "state": "KAZ", "push": 0.8, "resist": 0}, "Kazakhstan in p: effort for it 0.8, effort against it 0"),  # noqa: E501
    ({"kind": "incompatible", "organisation": "EAEU", "with": "CCA", "on": True}, "EAEU and CCA exclude each other"),
    ({"kind": "threat_shock", "state": "KAZ", "size": 0.01, "note": "unrest"}, "a passing threat to Kazakhstan of 0.01 (unrest)"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "text"), TOLD, ids=lambda value: value if isinstance(value, str) else "")
def test_words(one: dict[str, Any], text: str) -> None:
    """A scope counts by its ratios, a cost by what its logarithm makes of it (e^.2 = 1.22)."""
    assert says(one, {"KAZ": "Kazakhstan"}) == text


def test_no_kind_is_without_words() -> None:
    assert set(PHRASES) == set(KINDS)


def test_everything_that_ships_can_be_told() -> None:
    told = set()
    for name in questions.scenarios():
        (scenario,) = compose([f"scenario={name}"]).scenarios
        for one in scenario.interventions:
            text = says(one.model_dump(mode="json", by_alias=True, exclude_none=True))
            assert text and "None" not in text and "{" not in text
            told.add(one.kind)
    assert len(told) > 20
