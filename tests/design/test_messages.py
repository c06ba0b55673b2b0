"""What cannot be is refused with one message: the key, the nearest name, and where it was written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.design.conftest import COOLDOWN, GDP, NOISE, PRESSURE, Made

from steppe.config.compose import compose
from steppe.config.design import DesignSpec
from steppe.errors import InputError

ONE = f"design.factors=[{NOISE}]"
SCENARIO = "arvand_admitted_to_rivers"
QUIET = "parameters.membership.acquiescence"  # from 0 on
REGION = "readings.region"


def only(name: str, said: str) -> str:
    """One factor and what is said of it."""
    return f"design.factors={{{name}: {said}}}"


def named(*names: str) -> str:
    return f"design.factors=[{','.join(names)}]"


# the name of a factor, the nearest that there is
NAMES = [
    (f"{NOISE}x", NOISE),
    ("membership.vote_noise", NOISE),
    ("mechanisms.presure", PRESSURE),
    ("readings.regin", REGION),
    ("values.actors/AAA.gpd", GDP),
    ("actors/AAA.gdp", GDP),
    ("scenarios", "scenario"),
]

# what is said of one factor, message, the key below the factor
SAID = [
    (NOISE, "{rnge: [0.05, 0.1]}", "unknown key", "rnge"),
    (NOISE, "{range: [0.05, 0.2]}", "outside the range", "range"),
    (NOISE, "{range: [0.1, 0.05]}", "not an accepted value", "range"),
    (NOISE, "{range: wide}", "not an accepted value", "range"),
    (NOISE, "[0.2]", "outside the range", "values[0]"),
    (NOISE, "[0.1, 0.1]", "listed twice", "values"),
    (NOISE, "[true]", "is a number", "values[0]"),
    (NOISE, "{role: constant, value: 1}", "outside the range", "value"),
    (NOISE, "{role: constant, values: [0.1]}", "one value", "role"),
    (NOISE, "{role: leverage}", "not an accepted value", "role"),
    (NOISE, "{values: [0.1], range: uniform}", "either values or a range", "values"),
    (NOISE, "{kind: switch}", "is a number", "kind"),
    (NOISE, "{kind: integer}", "no two whole numbers", "range"),
    (QUIET, "{scale: log}", "no logarithm", "scale"),
    (PRESSURE, "[1, 0]", "is a switch", "values[0]"),
    (PRESSURE, "{range: [0, 1]}", "is a switch, not a number", "range"),
    (PRESSURE, "{kind: choice}", "is a switch", "kind"),
    (REGION, "[zero]", "has no 'zero'", "values[0]"),
    (GDP, "{range: [1, 2]}", "outside the range", "range"),
]

# overrides, message, key below design
REST = [
    ((named(NOISE, NOISE),), "named twice", "factors"),
    ((only(NOISE, "{}"), f"design.factors.{NOISE}.levels=2"), "named twice", f"factors.{NOISE}"),
    ((named("parameters.membrship.*"),), "no factor", "factors"),
    (("design.factors=[]",), "no factors", "factors"),
    ((), "no factors", "factors"),
    (("design.factors=all",), "given by name", "factors"),
    ((only(NOISE, "0.1"),), "every factor is a constant", "factors"),
    ((named("parameters.membership.*"), "design.without=[parameters.*]"), "leaves no factor", "without"),
    ((named("scenario"),), "nothing to choose from", "factors.scenario"),
    ((only("scenario", "[baseline, arvand]"),), "no scenario 'arvand'", "factors.scenario[1]"),
    ((ONE, f"{NOISE}=0.1"), "the run sets it too", f"factors.{NOISE}"),
    ((named(PRESSURE), f"{PRESSURE}=true"), "the run sets it too", f"factors.{PRESSURE}"),
    ((named(REGION), f"{REGION}=zero_sum"), "the run sets it too", f"factors.{REGION}"),
    (
        (only("scenario", "[baseline]"), f"scenario={SCENARIO}"),
        "command line sets it too",
        "factors.scenario",
    ),
    (
        (named(REGION, "parameters.bilateral.rivalry_cost"),),
        f"an option of {REGION}, which is a factor too, sets it too",
        "factors.parameters.bilateral.rivalry_cost",
    ),
    ((ONE, "design.points=0"), "not an accepted value", "points"),
    ((ONE, "design.points=2.5"), "not an accepted value", "points"),
    ((ONE, "design.seed=-1"), "not an accepted value", "seed"),
    ((ONE, "design.levels=4"), "lhs has no levels", "levels"),
    ((ONE, "design.facters=4"), "no key 'facters'", "facters"),
    ((ONE, "design=csv"), "csv needs file", "file"),
    ((ONE, "design=csv", "design.file=nowhere.csv"), "no such file", "file"),
    ((ONE, "design=morris", "design.levels=5"), "even", "levels"),
    ((ONE, "design=morris", "design.optimal=10"), "some of all", "optimal"),
    ((ONE, "design=zip"), "has a range", f"factors.{NOISE}"),
    (
        ("design=zip", f"design.factors={{{NOISE}: [0.05, 0.1], {PRESSURE}: [true]}}"),
        "unlike numbers",
        "factors",
    ),
    (("design=list",), "list needs rows", "rows"),
    (("design=list", f"design.rows={{{NOISE}: 0.1}}"), "are a list", "rows"),
    (("design=list", f"design.rows=[{{{NOISE}: 0.5}}]"), "outside the range", f"rows[0].{NOISE}"),
    (
        ("design=list", f"design.rows=[{{{NOISE}: 0.1}}, {{{NOISE}: 0.1, {PRESSURE}: true}}]"),
        "the first one does not",
        "rows[1]",
    ),
    (
        ("design=list", f"design.rows=[{{{NOISE}: 0.1, {PRESSURE}: true}}, {{{NOISE}: 0.1}}]"),
        f"does not set {PRESSURE}",
        "rows[1]",
    ),
    (
        ("design=list", f"design.rows=[{{{NOISE}: 0.1}}]", only(COOLDOWN, "{role: lever}")),
        "no point sets the factor",
        "factors",
    ),
]


def refused(*overrides: str) -> InputError:
    with pytest.raises(InputError) as caught:
        compose(["world=toy", "design=lhs", *overrides])
    assert caught.value.file is not None
    return caught.value


@pytest.mark.parametrize(("name", "close"), NAMES)
def test_a_name_that_is_none(name: str, close: str | None) -> None:
    error = refused(named(name))
    assert error.message == f"no factor {name!r}"
    assert (error.key, error.file, error.nearest) == (f"design.factors.{name}", "command line", close)


@pytest.mark.parametrize(("name", "said", "message", "key"), SAID)
def test_what_a_factor_cannot_be(name: str, said: str, message: str, key: str) -> None:
    error = refused(only(name, said))
    assert message in error.message
    assert (error.key, error.file) == (f"design.factors.{name}.{key}", "command line")


@pytest.mark.parametrize(("overrides", "message", "key"), REST)
def test_what_a_design_cannot_be(overrides: tuple[str, ...], message: str, key: str) -> None:
    error = refused(*overrides)
    assert message in error.message
    assert error.key == f"design.{key}"


def test_of_several_the_nearest_family_is_named() -> None:
    assert refused(named("parameters.membrship.*")).nearest == "parameters.membership.*"


def test_a_range_says_what_the_evidence_supports() -> None:
    """0.03 to 0.12 is the range of seeds/parameters.yaml."""
    assert refused(only(NOISE, "{range: [0.05, 0.2]}")).accepted == "0.03 to 0.12 [value]"


def test_a_kind_that_is_none() -> None:
    error = refused("design=lsh")
    assert (error.key, error.nearest) == ("design", "lhs")


def test_a_scenario_that_sets_a_factor(tmp_path: Path) -> None:
    """Its own word goes before the run's, so that the factor would change nothing."""
    file = tmp_path / "mine.yaml"
    file.write_text(
        "question: Why?\nworld: toy\nparameters: {membership.vote_noise: 0.1}\nmechanisms: {pressure: false}\n"
    )
    for factor in (NOISE, PRESSURE):
        assert "scenario mine sets it too" in refused(f"scenario={file}", named(factor)).message


def test_keys_of_no_design() -> None:
    with pytest.raises(InputError, match="there is no design to set this of") as caught:
        compose(["world=toy", "design.points=3"])
    assert (caught.value.file, caught.value.key) == ("command line", "design.points")


@pytest.mark.parametrize(("kind", "module"), [("saltelli", "sobol"), ("morris", "morris")])
def test_salib_is_named_where_it_lacks(
    made: Made, monkeypatch: pytest.MonkeyPatch, kind: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, f"SALib.sample.{module}", None)
    with pytest.raises(InputError, match="SALib, which is not installed") as caught:
        made(f"design={kind}", ONE)
    assert caught.value.accepted == 'pip install "steppe[sensitivity]"'


def test_a_design_in_code_is_judged_alike() -> None:
    with pytest.raises(InputError, match="lhs needs points"):
        DesignSpec.model_validate({"kind": "lhs", "factors": {NOISE: {}}})
