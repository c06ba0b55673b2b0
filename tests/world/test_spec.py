"""Which worlds can be asked for, and how a mistake is answered."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.world.build import build_world
from steppe.world.spec import WorldSpec, check_spec, evidence_for

GIVEN: dict[str, Any] = {"name": "w", "start": "2020-01", "states": ["AAA", "BBB"], "poles": ["AAA", "BBB"]}


def _refused(**changed: Any) -> InputError:
    with pytest.raises(InputError) as refused:
        WorldSpec(**GIVEN | changed)
    return refused.value


class TestSpec:
    @pytest.mark.parametrize(
        ("start", "day"),
        [
            ("2004", (2004, 1, 1)),
            ("2004-05", (2004, 5, 1)),
            ("2004-05-28", (2004, 5, 28)),
            (2004, (2004, 1, 1)),
        ],
    )
    def test_start_is_a_date(self, start: object, day: tuple[int, int, int]) -> None:
        assert WorldSpec(**GIVEN | {"start": start}).start == date(*day)

    def test_what_it_writes_it_can_read(self) -> None:
        spec = WorldSpec(**GIVEN | {"organisations": ["CLUB"], "note": "n"})
        assert WorldSpec(**spec.model_dump(mode="json")) == spec
        assert WorldSpec(**spec.model_dump()) == spec

    def test_poles_are_states(self) -> None:
        error = _refused(poles=["AAA", "BBC"])
        assert (error.key, error.value, error.nearest) == ("poles[1]", "BBC", "BBB")

    @pytest.mark.parametrize("key", ["states", "organisations", "poles"])
    def test_nobody_is_listed_twice(self, key: str) -> None:
        error = _refused(**{key: ["AAA", "BBB", "AAA"]})
        assert (error.key, error.value) == (f"{key}[2]", "AAA")

    @pytest.mark.parametrize(
        "changed",
        [
            {"start": "May 2004"},
            {"states": ["AAA"], "poles": ["AAA"]},
            {"poles": ["AAA"]},
            {"stats": []},
            {"name": ""},
        ],
    )
    def test_malformed_specs_are_refused(self, changed: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            WorldSpec(**GIVEN | changed)


class TestCheck:
    def test_unknown_state(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        with pytest.raises(InputError) as refused:
            check_spec(tiny_spec.model_copy(update={"states": ("AAA", "BBB", "CCD")}), tiny)
        assert (refused.value.key, refused.value.nearest) == ("states[2]", "CCC")

    def test_unknown_organisation(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        with pytest.raises(InputError) as refused:
            build_world(tiny, tiny_spec.model_copy(update={"organisations": ("CLUB", "PACK")}))
        assert (refused.value.key, refused.value.nearest) == ("organisations[1]", "PACT")


class TestFolder:
    def test_packaged_evidence_unless_a_folder_is_given(self) -> None:
        assert "KAZ" in evidence_for(WorldSpec(**GIVEN)).actors

    def test_a_folder_that_is_not_there_says_where_it_was_looked_for(self, tmp_path: Path) -> None:
        spec = WorldSpec(**GIVEN | {"seeds": "nowhere"})
        with pytest.raises(InputError) as refused:
            evidence_for(spec, beside=tmp_path)
        assert refused.value.key == "seeds"
        assert str(tmp_path / "nowhere") in str(refused.value.accepted)
