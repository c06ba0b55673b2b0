"""What is drawn of a world, and the worlds that come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from steppe.evidence import CodedValue, Evidence
from steppe.evidence.lookup import row_at
from steppe.world.arrays import World, array_specs
from steppe.world.build import build_world
from steppe.world.drawn import Uncertain, uncertain
from steppe.world.spec import WorldSpec, evidence_for

from .conftest import packaged_spec

WORLDS = ("eurasia_2026", "eurasia_2004", "toy")


def same_world(one: World, other: World) -> bool:
    return all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in array_specs())


def ranged(row: CodedValue, low: float, high: float) -> CodedValue:
    return replace(row, low=low, high=high)


def place(found: Uncertain, name: str) -> int:
    return found.ids.index(name)


@pytest.mark.parametrize("name", WORLDS)
def test_at_the_modes_it_is_the_coded_world(name: str) -> None:
    """Values replaced by themselves change nothing, so every number goes back where it came from."""
    spec = packaged_spec(name)
    evidence = evidence_for(spec)
    found = uncertain(evidence, spec)
    again = found.evidence_at(found.mode)
    assert same_world(build_world(again, spec), build_world(evidence, spec))
    assert again.parameters == evidence.parameters and again.chronicle == evidence.chronicle


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("u", [1e-9, 0.5, 1 - 1e-9])
def test_the_corners_of_the_ranges_are_sound_worlds(name: str, u: float) -> None:
    """`build_world` validates: shapes, ranges, sums, symmetry."""
    spec = packaged_spec(name)
    found = uncertain(evidence_for(spec), spec)
    world = build_world(found.evidence_at(found.values(np.full(len(found.ids), u))), spec)
    assert not same_world(world, build_world(found.evidence, spec))
    assert world.states == spec.states and (world.status == build_world(found.evidence, spec).status).all()


@pytest.mark.parametrize("name", WORLDS)
def test_what_is_drawn(name: str) -> None:
    """Each id once; facts, switches, choices and lists never; of a symmetric pair one value."""
    spec = packaged_spec(name)
    found = uncertain(evidence_for(spec), spec)
    assert len(set(found.ids)) == len(found.ids)
    variables = {one.split(".")[1] for one in found.ids if one.startswith(("actors", "organis", "dyads"))}
    assert not variables & {"contiguity", "post_soviet", "rule", "founders", "eligible", "incompatible"}
    assert {"gdp", "salience", "autonomy", "depth", "scope", "agreement", "religion"} <= variables
    assert "membership.vote_persistent" not in found.ids and "membership.apply_rate" in found.ids
    agreement = {one for one in found.ids if ".agreement" in one}
    assert len(agreement) == len(spec.states) * (len(spec.states) - 1) // 2


class TestPlaces:
    """Small evidence in which single ranges are opened."""

    def test_a_number_of_a_state(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        aaa = tiny.actors["AAA"]
        rows = (ranged(aaa.values["gdp"][0], 80, 130),)
        opened = replace(
            tiny, actors={**tiny.actors, "AAA": replace(aaa, values={**aaa.values, "gdp": rows})}
        )
        found = uncertain(opened, tiny_spec, fixed=tiny.parameters)
        values = found.mode.copy()
        values[place(found, "actors/AAA.gdp")] = 120.0
        world = build_world(found.evidence_at(values), tiny_spec)
        assert world.gdp.tolist() == [120, 60, 40]
        assert opened.actors["AAA"].values["gdp"][0].value == 100

    def test_a_pair_is_drawn_once_for_both_directions(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        rows = (ranged(tiny.dyads["conflict"]["BBB", "CCC"][0], 0, 1),)
        opened = replace(tiny, dyads={**tiny.dyads, "conflict": {("BBB", "CCC"): rows}})
        found = uncertain(opened, tiny_spec, fixed=tiny.parameters)
        values = found.mode.copy()
        values[place(found, "dyads/BBB-CCC.conflict")] = 0.8
        world = build_world(found.evidence_at(values), tiny_spec)
        assert world.conflict[1, 2] == world.conflict[2, 1] == 0.8

    def test_a_ranged_default_is_drawn_for_each_pair_that_it_stands_for(
        self, tiny: Evidence, tiny_spec: WorldSpec
    ) -> None:
        """Agreement is coded for AAA-BBB only; the codebook has 0.7 in 0.6 to 0.8 for the others."""
        found = uncertain(tiny, tiny_spec, fixed=tiny.parameters)
        assert [one for one in found.ids if "agreement" in one] == [
            "dyads/AAA-CCC.agreement",
            "dyads/BBB-CCC.agreement",
        ]
        values = found.mode.copy()
        values[place(found, "dyads/AAA-CCC.agreement")] = 0.8
        drawn = found.evidence_at(values)
        assert drawn.dyad("agreement", "CCC", "AAA", tiny_spec.start).value == 0.8
        assert drawn.dyad("agreement", "AAA", "BBB", tiny_spec.start).value == 0.8  # as coded
        assert drawn.dyad("agreement", "BBB", "CCC", tiny_spec.start).value == 0.7

    def test_a_ranged_default_of_a_state(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        """Approval is coded for AAA alone, and for BBB from a later date on; the codebook has 0.55 in 0.4 to 0.7."""
        aaa, bbb = tiny.actors["AAA"], tiny.actors["BBB"]
        coded = replace(aaa.values["autonomy"][0], variable="approval", value=0.6, low=0.6, high=0.6)
        later = replace(coded, entity=("BBB",), since=date(2022, 1, 1))
        actors = {
            **tiny.actors,
            "AAA": replace(aaa, values={**aaa.values, "approval": (coded,)}),
            "BBB": replace(bbb, values={**bbb.values, "approval": (later,)}),
        }
        found = uncertain(replace(tiny, actors=actors), tiny_spec, fixed=tiny.parameters)
        assert [one for one in found.ids if "approval" in one] == [
            "actors/BBB.approval",
            "actors/CCC.approval",
        ]
        values = found.mode.copy()
        values[place(found, "actors/BBB.approval")] = 0.42
        drawn = found.evidence_at(values)
        assert build_world(drawn, tiny_spec).approval.tolist() == [0.6, 0.42, 0.55]
        assert drawn.value("actors", "BBB", "approval", date(2023, 1, 1)).value == 0.6

    def test_a_mapping_key_by_key(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        """Weights are drawn one by one and made to sum to 1 when the world is built."""
        club = tiny.organisations["CLUB"]
        scope = replace(
            club.values["scope"][0], low=dict.fromkeys(club.values["scope"][0].value, 0.0)
        )  # up to the value itself, the constant 0 of connectivity among them
        body = replace(club, values={**club.values, "scope": (scope,)})
        opened = replace(tiny, organisations={**tiny.organisations, "CLUB": body})
        found = uncertain(opened, tiny_spec, fixed=tiny.parameters)
        values = found.mode.copy()
        values[place(found, "organisations/CLUB.scope.trade")] = 0.5
        world = build_world(found.evidence_at(values), tiny_spec)
        assert world.scope[0].tolist() == [0.2, 0.4, 0.4, 0]

    def test_only_the_row_in_force_is_drawn(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        aaa = tiny.actors["AAA"]
        old = replace(ranged(aaa.values["autonomy"][0], 0, 2), since=date(2000, 1, 1))
        new = replace(old, since=date(2019, 1, 1), value=1.5)
        late = replace(old, since=date(2030, 1, 1))
        person = replace(aaa, values={**aaa.values, "autonomy": (old, new, late)})
        found = uncertain(
            replace(tiny, actors={**tiny.actors, "AAA": person}), tiny_spec, fixed=tiny.parameters
        )
        rows = found.evidence_at(found.high).actors["AAA"].values["autonomy"]
        assert [row.value for row in rows] == [1, 2, 1]
        assert row_at(rows, tiny_spec.start) is rows[1]

    def test_a_parameter_that_is_set_is_not_drawn(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        found = uncertain(tiny, tiny_spec, fixed=["trade.phi"])
        assert "trade.phi" not in found.ids and "trade.psi" in found.ids
        assert found.evidence_at(found.high).parameters["trade.phi"] is tiny.parameters["trade.phi"]
        assert found.evidence_at(found.high).parameter("trade.psi").value == 0.15
