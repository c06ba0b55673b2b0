"""The names of corridors and politics: what an intervention names must be there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from steppe.errors import InputError
from steppe.world.agenda import Agenda
from steppe.world.names import Names, check_named, names_of
from steppe.world.network import Network

NAMES = Names(
    segments=("strait", "tunnel"),
    systems=("NORTH", "SOUTH"),
    stages={"accord": ("none", "text", "signed"), "union": ("none", "founded")},
    gates=("vote",),
    instruments=("kin",),
)


def test_those_of_a_world() -> None:
    """From its arrays, a system of several segments once."""
    network = Network(segments=("strait", "tunnel"), systems=(("NORTH", "SOUTH"), ("NORTH",)))
    agenda = Agenda(
        processes=tuple(NAMES.stages),
        stages=tuple(NAMES.stages.values()),
        gates=("vote",),
        instruments=("kin",),
    )
    assert names_of(network, agenda) == NAMES
    assert names_of(Network(), Agenda()) == Names()


@pytest.mark.parametrize(
    "named",
    [
        {"state": "AAA"},
        {"segment": "tunnel", "system": None},
        {"system": "NORTH", "segment": None},
        {"process": "accord", "stage": "signed"},
        {"process": "union", "state": "AAA"},
        {"gate": "vote"},
        {"instrument": "kin"},
    ],
)
def test_what_is_there_passes(named: dict[str, Any]) -> None:
    check_named(SimpleNamespace(**named), NAMES, "toy")


@pytest.mark.parametrize(
    ("named", "key", "nearest", "message"),
    [
        ({"segment": "straight"}, "segment", "strait", "no segment 'straight' in world 'toy'"),
        ({"system": "NORT"}, "system", "NORTH", "no system"),
        ({"process": "acord"}, "process", "accord", "no process"),
        (
            {"process": "accord", "stage": "singed"},
            "stage",
            "signed",
            "no stage 'singed' in process 'accord'",
        ),
        ({"process": "union", "stage": "signed"}, "stage", None, "no stage"),
        ({"gate": "vot"}, "gate", "vote", "no gate"),
        ({"instrument": "skin"}, "instrument", "kin", "no instrument"),
    ],
)
def test_what_is_not_is_refused_with_the_nearest(
    named: dict[str, Any], key: str, nearest: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        check_named(SimpleNamespace(**named), NAMES, "toy", "scenario.interventions[3]")
    assert caught.value.key == f"scenario.interventions[3].{key}" and caught.value.nearest == nearest


def test_a_world_without_any_says_so() -> None:
    with pytest.raises(InputError, match="no process 'accord' in world 'toy', which has none"):
        check_named(SimpleNamespace(process="accord"), Names(), "toy")
