"""Each array against a value worked out by hand on three made-up states (see conftest)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays as numpy_arrays

from steppe.errors import InputError
from steppe.evidence import Evidence
from steppe.world.arrays import RULES, World
from steppe.world.build import (
    WEIGHTS,
    build_world,
    capability,
    central_weights,
    existence,
    expenditure_shares,
    matrix,
    structural_affinity,
    threats,
)
from steppe.world.spec import WorldSpec

WEIGHT = {
    "world.affinity_agreement": 0.4,
    "world.affinity_religion": 0.2,
    "world.affinity_language": 0.3,
    "world.affinity_contiguity": 0.05,
    "world.affinity_post_soviet": 0.1,
    "world.affinity_rivalry": 0.6,
    "world.proximity_scale": 500.0,
}
AAA, BBB, CCC = 0, 1, 2
CLUB, PACT, SOON, TALK = 0, 1, 2, 3


@pytest.fixture
def world(tiny: Evidence, tiny_spec: WorldSpec) -> World:
    return build_world(tiny, tiny_spec, WEIGHT)


class TestStates:
    def test_capability_is_the_mean_of_three_shares(self, world: World) -> None:
        """AAA has 100/200 of gdp, 10/50 of population and 6/10 of military spending."""
        assert world.capability[AAA] == pytest.approx((0.5 + 0.2 + 0.6) / 3, abs=1e-15)
        assert world.capability.sum() == pytest.approx(1, abs=1e-15)

    def test_only_ratios_of_salience_matter(self, world: World) -> None:
        assert world.salience[BBB].tolist() == [0.5, 0.25, 0.25, 0]

    def test_capability_needs_somebody_with_each_size(self) -> None:
        with pytest.raises(InputError, match="military_spending is 0 for every state"):
            capability({"gdp": np.ones(2), "military_spending": np.zeros(2)})

    def test_salience_of_nothing_is_refused(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        empty = dict.fromkeys(("trade", "security", "identity", "connectivity"), 0.0)
        row = replace(tiny.actors["BBB"].values["salience"][0], value=empty)
        changed = replace(tiny.actors["BBB"], values={**tiny.actors["BBB"].values, "salience": (row,)})
        with pytest.raises(InputError, match="salience of BBB is 0 in every domain"):
            build_world(replace(tiny, actors={**tiny.actors, "BBB": changed}), tiny_spec)


class TestExpenditureShares:
    def test_home_is_what_is_not_imported(self, world: World) -> None:
        """AAA: 1 - 20/100. Imports of 5 and 10 bn from BBB and CCC are a quarter and a half of the 20 bn."""
        assert world.share0[AAA] == pytest.approx([0.8, 0.05, 0.1, 0.05], abs=1e-15)

    def test_home_share_is_kept_between_its_bounds(self, world: World) -> None:
        """BBB imports 54 of 60 bn (floor .3, all from uncoded partners); CCC 1 of 40 bn (ceiling .95)."""
        assert world.share0[BBB] == pytest.approx([0, 0.3, 0, 0.7])
        assert world.share0[CCC, CCC] == 0.95

    def test_partners_above_the_total_are_scaled_down_to_it(self, world: World) -> None:
        """CCC: 3 + 1 bn from its partners against a total of 1 bn: three quarters and one quarter of it."""
        assert world.share0[CCC] == pytest.approx([0.05 * 0.75, 0.05 * 0.25, 0.95, 0], abs=1e-12)

    def test_who_imports_nothing_buys_the_rest_of_the_world(self) -> None:
        share = expenditure_shares(np.zeros((2, 2)), np.zeros(2), np.ones(2))
        assert share == pytest.approx(np.array([[0.95, 0, 0.05], [0, 0.95, 0.05]]))

    def test_an_economy_of_nothing_is_refused(self) -> None:
        with pytest.raises(InputError, match="gdp must be positive"):
            expenditure_shares(np.zeros((2, 2)), np.zeros(2), np.array([1.0, 0.0]))

    @given(
        numpy_arrays(float, (4, 4), elements=st.floats(0, 1e6)),
        numpy_arrays(float, 4, elements=st.floats(0, 1e4)),
        numpy_arrays(float, 4, elements=st.floats(1e-3, 6e4)),
    )
    def test_rows_are_a_distribution(self, partners: np.ndarray, total: np.ndarray, gdp: np.ndarray) -> None:
        np.fill_diagonal(partners, 0)
        share = expenditure_shares(partners, total, gdp)
        assert share.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-12)
        assert (share >= 0).all()
        assert (share.diagonal() >= 0.3).all() and (share.diagonal() <= 0.95).all()


class TestAffinity:
    def test_terms_add_up(self, world: World) -> None:
        """AAA-BBB: agreement .8 is u = .4; same religion 1, one border: .4*.4 + .2*1 + .05."""
        assert world.affinity_structural[AAA, BBB] == pytest.approx(0.16 + 0.2 + 0.05)

    def test_rivals_without_common_votes(self, world: World) -> None:
        """BBB-CCC: agreement at its default .7 is u = 0; cosine 0 is -1; rivalry .5."""
        assert world.affinity_structural[BBB, CCC] == pytest.approx(-0.2 - 0.3)

    @pytest.mark.parametrize(("agreement", "u"), [(0.45, -1), (0.95, 1), (0.7, 0), (0.1, -1), (1, 1)])
    def test_agreement_runs_from_one_end_to_the_other(
        self, tiny: Evidence, agreement: float, u: float
    ) -> None:
        row = replace(tiny.dyads["agreement"]["AAA", "BBB"][0], value=agreement)
        evidence = replace(tiny, dyads={**tiny.dyads, "agreement": {("AAA", "BBB"): (row,)}})
        only = dict.fromkeys(WEIGHTS, 0.0) | {"world.affinity_agreement": 0.9}
        affinity = structural_affinity(evidence, ("AAA", "BBB"), date(2020, 1, 1), only)
        assert affinity[0, 1] == pytest.approx(0.9 * u)

    @given(st.lists(st.floats(-5, 5), min_size=len(WEIGHTS), max_size=len(WEIGHTS)))
    def test_symmetric_and_inside_its_bounds_for_any_weights(
        self, packaged: Evidence, weights: list[float]
    ) -> None:
        affinity = structural_affinity(
            packaged, ("KAZ", "RUS", "UKR", "USA"), date(2026, 1, 1), dict(zip(WEIGHTS, weights, strict=True))
        )
        assert (affinity == affinity.T).all()
        assert np.abs(affinity).max() <= 0.95
        assert (affinity.diagonal() == 0).all()


class TestPairs:
    def test_proximity_fades_with_distance(self, world: World) -> None:
        """1 at the border; exp(-500/500) and exp(-1000/500) beyond."""
        assert world.proximity[AAA] == pytest.approx([0, 1, np.exp(-1)])
        assert world.proximity[BBB, CCC] == pytest.approx(np.exp(-2))

    def test_threat_is_as_coded_else_the_rivalry(self, world: World) -> None:
        """BBB sees .9 in CCC, as coded; nothing is coded for the other direction, so the rivalry holds."""
        assert world.threat[BBB, CCC] == 0.9
        assert world.threat[CCC, BBB] == 0.5
        assert world.threat.sum() == pytest.approx(1.4)

    def test_a_threat_coded_as_none_outweighs_the_rivalry(self, tiny: Evidence) -> None:
        row = replace(tiny.dyads["threat"]["BBB", "CCC"][0], value=0.0)
        evidence = replace(tiny, dyads={**tiny.dyads, "threat": {("BBB", "CCC"): (row,)}})
        assert threats(evidence, ("BBB", "CCC"), date(2020, 1, 1)).tolist() == [[0, 0], [0.5, 0]]

    def test_symmetric_variables_fill_both_halves(self, world: World) -> None:
        assert world.conflict[BBB, CCC] == world.conflict[CCC, BBB] == 0.3
        assert world.tie[AAA, BBB] == world.tie[BBB, AAA] == 0.7

    def test_directed_variables_fill_one(self, world: World) -> None:
        assert world.transit[CCC, AAA] == 0.4
        assert world.transit[AAA, CCC] == 0

    def test_uncoded_pair_without_a_default_is_named(self, tiny: Evidence) -> None:
        evidence = replace(tiny, dyads={**tiny.dyads, "religion": {}})
        with pytest.raises(InputError, match="religion of AAA-BBB has no value at 2020-01-01"):
            matrix(evidence, "religion", ("AAA", "BBB"), date(2020, 1, 1))


class TestOrganisations:
    def test_statuses_are_those_of_the_date(self, world: World) -> None:
        """BBB was suspended in 2012, CCC observes since 2010 and joins only in 2021."""
        assert world.status[:, CLUB].tolist() == [2, 3, 1]

    def test_a_body_to_come_is_there_without_depth_or_members(self, world: World) -> None:
        assert (world.alive[SOON], world.depth[SOON]) == (0, 0)
        assert world.status[:, SOON].tolist() == [0, 0, 0]
        assert world.eligible[AAA, SOON] == 1

    def test_a_dissolved_body_too(self, world: World) -> None:
        assert (world.alive[TALK], world.depth[TALK]) == (0, 0)
        assert world.status[:, TALK].tolist() == [0, 0, 0]

    def test_alive_from_the_day_of_founding(self, tiny: Evidence) -> None:
        assert existence(tiny, ("SOON",), date(2020, 5, 31)).tolist() == [0]
        assert existence(tiny, ("SOON",), date(2020, 6, 1)).tolist() == [1]

    def test_eligible_are_members_suspended_members_and_the_coded(self, world: World) -> None:
        assert world.eligible[:, CLUB].tolist() == [1, 1, 1]
        assert world.eligible[:, PACT].tolist() == [0, 0, 0]

    def test_founders_outside_the_world_are_left_out(self, world: World) -> None:
        assert world.founder[:, CLUB].tolist() == [1, 0, 0]

    def test_incompatibility_said_once_holds_both_ways(self, world: World) -> None:
        assert world.incompatible[CLUB, PACT] == world.incompatible[PACT, CLUB] == 1
        assert world.incompatible.sum() == 2

    def test_rule_kind_and_scope(self, world: World) -> None:
        assert RULES[world.rule[PACT]] == "founder_veto"
        assert world.instrument.tolist() == [0, 0, 0, 1]
        assert world.scope[CLUB].tolist() == [0.5, 0.25, 0.25, 0]

    def test_incompatible_with_itself_is_refused(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        club = tiny.organisations["CLUB"]
        row = replace(club.values["incompatible"][0], value=("CLUB",))
        changed = replace(club, values={**club.values, "incompatible": (row,)})
        with pytest.raises(InputError, match="CLUB is coded as incompatible with itself"):
            build_world(replace(tiny, organisations={**tiny.organisations, "CLUB": changed}), tiny_spec)


class TestWeights:
    def test_central_values_are_the_default(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        assert set(central_weights(tiny)) == set(WEIGHTS)
        default = build_world(tiny, tiny_spec)
        explicit = build_world(tiny, tiny_spec, central_weights(tiny))
        assert (default.affinity_structural == explicit.affinity_structural).all()

    def test_a_missing_weight_is_named(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        given_ = {name: value for name, value in WEIGHT.items() if name != "world.proximity_scale"}
        with pytest.raises(InputError, match=r"no value for parameter 'world.proximity_scale'"):
            build_world(tiny, tiny_spec, given_)

    def test_other_parameters_are_ignored(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        build_world(tiny, tiny_spec, WEIGHT | {"trade.elasticity": 5.0})


class TestRelabelling:
    def test_rows_in_another_order_hold_the_same_values(self, tiny: Evidence, tiny_spec: WorldSpec) -> None:
        """Building from lists in another order is the same as permuting the built world."""
        spec = tiny_spec.model_copy(
            update={"states": ("CCC", "AAA", "BBB"), "organisations": ("TALK", "CLUB", "SOON", "PACT")}
        )
        permuted = build_world(tiny, tiny_spec, WEIGHT).permuted([2, 0, 1], [3, 0, 2, 1])
        built = build_world(tiny, spec, WEIGHT)
        assert permuted.states == built.states and permuted.organisations == built.organisations
        for name in (
            "share0",
            "affinity_structural",
            "threat",
            "status",
            "scope",
            "incompatible",
            "pole_index",
        ):
            assert getattr(permuted, name) == pytest.approx(getattr(built, name), abs=1e-15), name
