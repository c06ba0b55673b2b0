"""Small evidence made by hand, and the packaged worlds, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from steppe.evidence import CodedValue, Evidence, load
from steppe.evidence.read import read_yaml
from steppe.evidence.schema import Entity, StatusEvent
from steppe.paths import conf
from steppe.world.arrays import World
from steppe.world.build import build_world
from steppe.world.spec import WorldSpec, evidence_for

ACTORS: Mapping[str, Mapping[str, Any]] = {
    "AAA": {"gdp": 100, "population": 10, "military_spending": 6, "imports": 20},
    "BBB": {"gdp": 60, "population": 30, "military_spending": 2, "imports": 54},
    "CCC": {"gdp": 40, "population": 10, "military_spending": 2, "imports": 1},
}
MIX = {"trade": 2.0, "security": 1.0, "identity": 1.0, "connectivity": 0.0}


def coded(family: str, entity: tuple[str, ...], variable: str, value: Any, **rest: Any) -> CodedValue:
    """A coded value without a range."""
    return CodedValue(
        family=family,
        entity=entity,
        variable=variable,
        value=value,
        low=value,
        high=value,
        basis="assumed",
        assumed="made up",
        **rest,
    )


def entity(family: str, name: str, values: Mapping[str, Any], **facts: Any) -> Entity:
    """An actor or organisation with one row, valid always, for each variable."""
    rows = {key: (coded(family, (name,), key, value),) for key, value in values.items()}
    return Entity(id=name, name=name.title(), kind=facts.pop("kind", "state"), values=rows, **facts)


def body(name: str, founded: date | None = None, **values: Any) -> Entity:
    """An organisation; what is not given: cooperation, consensus, everything else empty."""
    facts = {key: values.pop(key) for key in ("kind", "dissolved") if key in values}
    given = {
        "depth": 0.3,
        "scope": MIX,
        "rule": "consensus",
        "founders": (),
        "eligible": (),
        "incompatible": (),
    }
    return entity("organisations", name, given | values, founded=founded, **{"kind": "organisation"} | facts)


def joined(state: str, organisation: str, when: str, status: str = "member") -> StatusEvent:
    """An entry of the chronicle."""
    return StatusEvent(date=when, state=state, organisation=organisation, status=status, assumed="made up")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def packaged() -> Evidence:
    """The evidence that ships with the package."""
    return load()


@pytest.fixture
def tiny(packaged: Evidence) -> Evidence:
    """Three states and four bodies with round numbers, on the packaged codebook and parameters."""
    defaults = {"salience": MIX, "autonomy": 1, "nonstate_threat": 0}
    actors = {name: entity("actors", name, defaults | values) for name, values in ACTORS.items()}
    bodies = [
        body("CLUB", eligible=("CCC",), founders=("AAA", "ZZZ"), incompatible=("PACT",)),
        body("PACT", rule="founder_veto", depth=0.9),
        body("SOON", founded=date(2020, 6, 1), depth=0.5, eligible=("AAA",)),
        body("TALK", kind="identity_instrument", dissolved=date(2015, 1, 1)),
    ]
    values = {
        ("religion", "AAA", "BBB"): 1.0,
        ("religion", "AAA", "CCC"): 0.5,
        ("religion", "BBB", "CCC"): 0.0,
        ("distance", "AAA", "CCC"): 500.0,
        ("distance", "BBB", "CCC"): 1000.0,
        ("distance", "AAA", "BBB"): 0.0,
        ("contiguity", "AAA", "BBB"): 1.0,
        ("agreement", "AAA", "BBB"): 0.8,
        ("rivalry", "BBB", "CCC"): 0.5,
        ("threat", "BBB", "CCC"): 0.9,
        ("conflict", "BBB", "CCC"): 0.3,
        ("security_tie", "AAA", "BBB"): 0.7,
        ("transit", "CCC", "AAA"): 0.4,
        ("imports", "AAA", "BBB"): 5000.0,
        ("imports", "AAA", "CCC"): 10000.0,
        ("imports", "CCC", "AAA"): 3000.0,
        ("imports", "CCC", "BBB"): 1000.0,
    }
    dyads: dict[str, dict[tuple[str, str], tuple[CodedValue, ...]]] = {}
    for (name, a, b), value in values.items():
        dyads.setdefault(name, {})[a, b] = (coded("dyads", (a, b), name, value),)
    return Evidence(
        folder="tiny",
        codebook=packaged.codebook,
        parameters=packaged.parameters,
        actors=actors,
        organisations={item.id: item for item in bodies},
        dyads=dyads,
        chronicle=(
            joined("AAA", "CLUB", "2000-01-01"),
            joined("BBB", "CLUB", "2000-01-01"),
            joined("AAA", "TALK", "2000-01-01"),
            joined("CCC", "CLUB", "2010-01-01", "observer"),
            joined("BBB", "CLUB", "2012-01-01", "suspended"),
            joined("AAA", "SOON", "2019-01-01"),
            joined("CCC", "CLUB", "2021-01-01"),
        ),
    )


@pytest.fixture
def tiny_spec() -> WorldSpec:
    """All of the tiny evidence in 2020."""
    return WorldSpec(
        name="tiny",
        start="2020-01",  # type: ignore[arg-type]
        states=("AAA", "BBB", "CCC"),
        organisations=("CLUB", "PACT", "SOON", "TALK"),
        poles=("AAA", "CCC"),
    )


def packaged_spec(name: str) -> WorldSpec:
    """A world of ``conf/world``."""
    return WorldSpec(**read_yaml(conf() / "world" / f"{name}.yaml"))


@pytest.fixture(scope="session")
def eurasia_2004(packaged: Evidence) -> World:
    return build_world(packaged, packaged_spec("eurasia_2004"))


@pytest.fixture(scope="session")
def eurasia_2026(packaged: Evidence) -> World:
    return build_world(packaged, packaged_spec("eurasia_2026"))


@pytest.fixture(scope="session")
def toy() -> World:
    spec = packaged_spec("toy")
    return build_world(evidence_for(spec), spec)
