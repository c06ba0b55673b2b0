"""An input error is one message: what, where, what was given, what is accepted, what was probably meant."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from steppe.errors import InputError, SteppeError, from_validation, input_error, key_path, nearest


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    replicates: int = Field(ge=1, le=100)
    mode: Literal["central", "sampled"] = "central"
    years: float | Literal["all"] = 10.0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ensemble: Inner
    parts: tuple[Inner, ...] = ()


def refuse(data: dict[str, object]) -> InputError:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(data)
    return from_validation(caught.value, file="conf/config.yaml", model=Outer, data=data)


def test_the_message_holds_everything_once() -> None:
    error = input_error(
        "no such state", file="a.yaml", line=3, key="x.y", value="KAS", accepted=["KAZ", "KGZ"]
    )
    assert str(error) == (
        "no such state\n  file: a.yaml, line 3\n  key: x.y\n"
        "  given: 'KAS'\n  accepted: KAZ, KGZ\n  did you mean 'KAZ'?"
    )
    assert isinstance(error, SteppeError)
    assert error.as_dict()["nearest"] == "KAZ"


def test_a_bare_message_is_one_line() -> None:
    assert str(InputError("wrong")) == "wrong"


def test_a_long_list_is_cut() -> None:
    text = str(input_error("no", value="n7", accepted=[f"n{number}" for number in range(100)]))
    assert "… and 60 more" in text
    assert "did you mean 'n7'?" in text


@pytest.mark.parametrize(
    ("given", "found"), [("gpd", "gdp"), ("GDP", "gdp"), ("zzz", None), ("populaton", "population")]
)
def test_the_nearest_name(given: str, found: str | None) -> None:
    assert nearest(given, ["gdp", "population"]) == found


def test_an_unknown_key_below_another() -> None:
    error = refuse({"ensemble": {"replicates": 1, "mod": "central"}})
    assert (error.key, error.nearest, error.accepted) == (
        "ensemble.mod",
        "mode",
        ["replicates", "mode", "years"],
    )


def test_an_unknown_key_in_a_list() -> None:
    error = refuse({"ensemble": {"replicates": 1}, "parts": [{"replicates": 1, "yeers": 3}]})
    assert (error.key, error.nearest) == ("parts[0].yeers", "years")


def test_a_misspelt_key_that_was_required_is_the_one_reported() -> None:
    error = refuse({"ensemble": {"replicats": 1}})
    assert (error.key, error.nearest) == ("ensemble.replicats", "replicates")


def test_a_missing_key() -> None:
    error = refuse({"ensemble": {}})
    assert (error.message, error.key) == ("missing key 'replicates'", "ensemble.replicates")


def test_a_number_out_of_range() -> None:
    error = refuse({"ensemble": {"replicates": 0}})
    assert (error.key, error.value, error.accepted) == (
        "ensemble.replicates",
        0,
        "greater than or equal to 1",
    )


def test_a_choice() -> None:
    error = refuse({"ensemble": {"replicates": 1, "mode": "sampeld"}})
    assert (error.accepted, error.nearest) == (["central", "sampled"], "sampled")


def test_the_branch_of_a_union_is_not_part_of_the_key() -> None:
    assert refuse({"ensemble": {"replicates": 1, "years": "some"}}).key == "ensemble.years"


def test_key_paths() -> None:
    assert key_path("gdp", 0, "value") == "gdp[0].value"
    assert key_path("", "a") == "a"
