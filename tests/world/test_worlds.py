"""The packaged worlds: statuses that are public knowledge, plausible sizes, and a user's own folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.paths import seeds
from steppe.world.arrays import RULES, STATUSES, World, array_specs
from steppe.world.build import build_world
from steppe.world.describe import describe, nonzero
from steppe.world.provenance import REST_OF_WORLD, basis_counts, provenance
from steppe.world.spec import WorldSpec, evidence_for
from steppe.world.synthetic import synthetic_world

from .conftest import packaged_spec


def _status(world: World, state: str, organisation: str) -> str:
    return STATUSES[world.status[world.state_index(state), world.organisation_index(organisation)]]


class TestStatuses:
    @pytest.mark.parametrize(
        ("state", "organisation", "status"),
        [
            ("UZB", "CACO", "member"),
            ("RUS", "CACO", "none"),  # acceded in October 2004
            ("UZB", "EURASEC", "none"),  # joined in January 2006
            ("TJK", "EURASEC", "member"),
            ("UZB", "GUAM", "suspended"),  # since June 2002; left in May 2005
            ("UZB", "CSTO", "none"),  # out 1999-2006
            ("TJK", "CSTO", "member"),
            ("GEO", "CIS", "member"),  # until August 2009
            ("UKR", "CIS", "member"),
            ("IND", "SCO", "none"),  # observer 2005, member 2017
            ("UZB", "SCO", "member"),
            ("TUR", "EU", "observer"),  # candidate since 1999
        ],
    )
    def test_january_2004(self, eurasia_2004: World, state: str, organisation: str, status: str) -> None:
        assert _status(eurasia_2004, state, organisation) == status

    @pytest.mark.parametrize(
        ("state", "organisation", "status"),
        [
            ("KAZ", "EAEU", "member"),
            ("UZB", "EAEU", "observer"),
            ("IRN", "EAEU", "observer"),
            ("TJK", "EAEU", "none"),
            ("TJK", "CSTO", "member"),
            ("ARM", "CSTO", "suspended"),
            ("UZB", "CSTO", "none"),
            ("GEO", "CIS", "none"),
            ("UKR", "CIS", "none"),
            ("UZB", "OTS", "member"),
            ("HUN", "OTS", "observer"),
            ("TKM", "OTS", "observer"),
            ("AZE", "CCA", "member"),
            ("BLR", "SCO", "member"),
            ("IRN", "SCO", "member"),
            ("HUN", "EU", "member"),
        ],
    )
    def test_january_2026(self, eurasia_2026: World, state: str, organisation: str, status: str) -> None:
        assert _status(eurasia_2026, state, organisation) == status

    def test_bodies_of_2026_are_alive(self, eurasia_2026: World) -> None:
        assert eurasia_2026.alive.all()
        assert (eurasia_2026.depth > 0).all()


class TestPlausible:
    def test_capability_has_the_order_of_the_world(self, eurasia_2004: World, eurasia_2026: World) -> None:
        """The USA first in both; China above the EU only by 2026; Russia far above Central Asia."""
        for world in (eurasia_2004, eurasia_2026):
            c = dict(zip(world.states, world.capability, strict=True))
            assert max(c, key=c.__getitem__) == "USA"
            assert c["RUS"] > 5 * max(c[s] for s in ("KAZ", "KGZ", "UZB", "TJK", "TKM"))
        assert eurasia_2004.capability[eurasia_2004.state_index("CHN")] < 0.2
        c = dict(zip(eurasia_2026.states, eurasia_2026.capability, strict=True))
        assert c["CHN"] > c["EUU"]

    def test_sizes_from_public_figures(self, eurasia_2004: World) -> None:
        """Russia's gdp 2003 was 430 bn USD; Kazakhstan had 15 million people."""
        assert eurasia_2004.gdp[eurasia_2004.state_index("RUS")] == pytest.approx(430, rel=0.05)
        assert eurasia_2004.population[eurasia_2004.state_index("KAZ")] == pytest.approx(15, rel=0.1)

    def test_trade_turned_from_russia_to_china(self, eurasia_2004: World, eurasia_2026: World) -> None:
        def of_imports(world: World, a: str, b: str) -> float:
            i = world.state_index(a)
            return float(world.share0[i, world.state_index(b)] / (1 - world.share0[i, i]))

        for state in ("KAZ", "KGZ", "UZB"):
            assert of_imports(eurasia_2004, state, "RUS") > of_imports(eurasia_2004, state, "CHN")
            assert of_imports(eurasia_2026, state, "CHN") > of_imports(eurasia_2026, state, "RUS")
        assert of_imports(eurasia_2026, "BLR", "RUS") > 0.4

    def test_who_is_near_to_whom(self, eurasia_2026: World) -> None:
        def affinity(a: str, b: str) -> float:
            return float(
                eurasia_2026.affinity_structural[eurasia_2026.state_index(a), eurasia_2026.state_index(b)]
            )

        assert affinity("RUS", "UKR") < -0.5 < 0.5 < affinity("RUS", "BLR")
        assert affinity("AZE", "TUR") > 0.8
        assert affinity("ARM", "AZE") < affinity("ARM", "GEO")
        assert affinity("IRN", "ISR") < -0.8


class TestToy:
    def test_builds_and_is_described(self, toy: World) -> None:
        assert toy.alive.all()
        assert toy.rule.tolist() != [RULES.index("consensus")] * len(toy.rule)
        assert describe(toy)["states"][0]["id"] == toy.states[0]


class TestOwnFolder:
    def test_a_copy_of_the_toy_with_another_state_of_affairs(self, tmp_path: Path, toy: World) -> None:
        """A folder beside the user's file, with one entry more in its chronicle."""
        shutil.copytree(seeds() / "worlds" / "toy", tmp_path / "mine")
        state, body = next(
            (s, o) for o in toy.organisations for s in toy.states if _status(toy, s, o) == "none"
        )
        with (tmp_path / "mine" / "chronicle.yaml").open("a", encoding="utf-8") as chronicle:
            entry = f"date: 2019-06-01, state: {state}, organisation: {body}, status: member, assumed: mine"
            chronicle.write(f"\n- {{{entry}}}\n")
        spec = packaged_spec("toy").model_copy(update={"seeds": "mine", "name": "mine"})
        world = build_world(evidence_for(spec, beside=tmp_path), spec)
        assert _status(world, state, body) == "member"
        assert np.array_equal(world.share0, toy.share0)

    def test_a_date_before_the_evidence_is_refused_with_the_place(self, packaged: Evidence) -> None:
        spec = packaged_spec("eurasia_2004").model_copy(
            update={"start": packaged_spec("toy").start.replace(year=1980)}
        )
        with pytest.raises(InputError, match="has no value at 1980-01-01"):
            build_world(packaged, spec)


class TestProvenance:
    def test_a_weight_leads_to_its_row(self, packaged: Evidence, eurasia_2026: World) -> None:
        (row,) = provenance(packaged, eurasia_2026, "salience", "KAZ")
        assert (row.file, row.variable) == ("actors/KAZ.yaml", "salience")  # type: ignore[union-attr]

    def test_a_status_leads_to_its_entry_in_the_chronicle(
        self, packaged: Evidence, eurasia_2026: World
    ) -> None:
        (event,) = provenance(packaged, eurasia_2026, "status", "UZB", "EAEU")
        assert event.basis in ("document", "public")
        (left,) = provenance(packaged, eurasia_2026, "status", "GEO", "CIS")
        assert left.status == "none"  # type: ignore[union-attr]
        assert provenance(packaged, eurasia_2026, "status", "USA", "CIS") == ()

    def test_derived_cells_lead_to_their_parts(self, packaged: Evidence, eurasia_2026: World) -> None:
        def variables(*cell: str) -> list[str]:
            return [row.variable for row in provenance(packaged, eurasia_2026, *cell)]  # type: ignore[union-attr]

        assert variables("capability", "TUR") == ["gdp", "population", "military_spending"]
        assert variables("share0", "KAZ", "RUS") == ["imports", "imports", "gdp"]
        assert (
            variables("share0", "KAZ", "KAZ")
            == variables("share0", "KAZ", REST_OF_WORLD)
            == ["imports", "gdp"]
        )
        assert variables("threat", "UKR", "RUS") == ["threat"]
        assert variables("threat", "KAZ", "KGZ") == ["rivalry"]
        assert variables("proximity", "KAZ", "KGZ") == ["contiguity"]
        assert variables("proximity", "KAZ", "TUR") == ["contiguity", "distance"]
        assert variables("incompatible", "EU", "EAEU") == ["incompatible", "incompatible"]
        structural = ["agreement", "religion", "language", "contiguity", "post_soviet", "rivalry"]
        assert variables("affinity_structural", "KAZ", "TUR")[:7] == [*structural, "affinity_shift"]

    def test_every_cell_of_every_array(self, packaged: Evidence, eurasia_2026: World) -> None:
        world = eurasia_2026
        names = {
            "N": world.states[:3],
            "M": world.organisations[:3],
            "R": world.states[:2],
            "K": world.poles[:2],
        }
        for array, spec in array_specs().items():
            axes = [axis for axis in spec.shape if axis != "D"]
            provenance(packaged, world, array, *(names[axis][k] for k, axis in enumerate(axes)))

    def test_mistakes(self, packaged: Evidence, eurasia_2026: World) -> None:
        with pytest.raises(InputError) as refused:
            provenance(packaged, eurasia_2026, "saliense", "KAZ")
        assert refused.value.nearest == "salience"
        with pytest.raises(InputError, match="addressed by a state and a state"):
            provenance(packaged, eurasia_2026, "threat", "KAZ")
        with pytest.raises(InputError, match="no state 'KZA'"):
            provenance(packaged, eurasia_2026, "gdp", "KZA")

    def test_nothing_rests_on_nothing(
        self, packaged: Evidence, eurasia_2004: World, eurasia_2026: World
    ) -> None:
        for world in (eurasia_2004, eurasia_2026):
            counts = basis_counts(packaged, world)
            assert "none" not in counts
            assert counts["document"] > 0


class TestDescribe:
    def test_is_plain_data_with_names(self, packaged: Evidence, eurasia_2026: World) -> None:
        told = json.loads(json.dumps(describe(eurasia_2026, packaged)))
        kaz = next(state for state in told["states"] if state["id"] == "KAZ")
        assert kaz["name"] == "Kazakhstan"
        assert "EAEU" in kaz["member"]
        assert sum(kaz["salience"].values()) == pytest.approx(1)
        csto = next(body for body in told["organisations"] if body["id"] == "CSTO")
        assert csto["suspended"] == ["ARM"]
        assert "UZB" in csto["eligible"]

    def test_a_state_alone_is_near_to_nobody(self) -> None:
        assert describe(synthetic_world(1, 1))["affinity"] == []

    def test_a_symmetric_pair_comes_once(self, eurasia_2026: World) -> None:
        ties = {(cell["a"], cell["b"]) for cell in nonzero(eurasia_2026, "tie")}
        assert len(ties) == len({frozenset(pair) for pair in ties})
        threats = {(cell["a"], cell["b"]) for cell in nonzero(eurasia_2026, "threat")}
        assert ("UKR", "RUS") in threats and ("RUS", "UKR") in threats


def test_spec_fields_survive(eurasia_2004: World) -> None:
    spec = packaged_spec("eurasia_2004")
    assert isinstance(spec, WorldSpec)
    assert (eurasia_2004.name, eurasia_2004.start, eurasia_2004.poles) == (spec.name, spec.start, spec.poles)
