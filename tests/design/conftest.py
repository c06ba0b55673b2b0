"""Designs of the toy world."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from steppe.config.compose import compose
from steppe.design.points import Design, build
from steppe.world.spec import evidence_for

Made = Callable[..., Design]

NOISE = "parameters.membership.vote_noise"  # assumed, so uniform on [0.03, 0.12]
COOLDOWN = "parameters.membership.cooldown"  # uniform on [0.5, 5]
PRESSURE = "mechanisms.pressure"
GDP = "values.actors/AAA.gdp"  # invented, so uniform
PUBLISHED = "values.actors/KAZ.gdp"  # of eurasia_2026: from a source, so triangular


def _made(*overrides: str) -> Design:
    """The design that a command line gives."""
    config = compose(["world=toy", *overrides])
    assert config.design is not None
    return build(config.design, evidence_for(config.world), config.world, config)


@pytest.fixture(name="made")
def made_fixture() -> Made:
    return _made
