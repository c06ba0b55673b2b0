"""Stories keep up with the statuses; a measure names its replicates and the quantities that move it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

import steppe
from steppe.analysis.explaining.measuring import explain_measure, rank_correlations
from steppe.analysis.explaining.stories import story
from steppe.analysis.explaining.typical import typical
from steppe.analysis.measures import measure_values
from steppe.errors import InputError
from steppe.report.explain_runs import measure_text, story_text, typical_text

SCENARIO = "arvand_admitted_to_rivers"


class TestStories:
    @pytest.mark.parametrize("replicate", range(8))
    def test_seats_at_the_end_are_those_of_the_run(self, toy, replicate):
        """The status of every state in every body, as the query macro has it."""
        with toy.connection() as connection:
            rows = connection.execute(
                f"SELECT state, organisation FROM memberships({toy.years[-1]}) "
                "WHERE scenario = ? AND replicate = ? AND status = 2",
                [SCENARIO, replicate],
            ).fetchall()
        for state in toy.states:
            found = story(toy, state, SCENARIO, replicate)
            assert set(found.seats_after.get("member", ())) == {body for one, body in rows if one == state}

    def test_without_a_replicate_it_is_the_typical_one(self, toy):
        found = story(toy, "UNION", SCENARIO)
        assert found.typical and found.replicate == typical(toy, SCENARIO, 1).medoid

    def test_an_end_of_a_body_is_told_of_its_members(self, toy):
        with toy.connection_to(SCENARIO) as connection:
            replicate, body = connection.execute(
                "SELECT replicate, organisation FROM events WHERE kind = 'dissolved' ORDER BY ALL LIMIT 1"
            ).fetchone()
        told = [
            one
            for state in toy.states
            for one in story(toy, state, SCENARIO, replicate).events
            if one["kind"] == "dissolved"
        ]
        assert all(one["organisation"] == body for one in told)
        assert any(one["kind"] == "dissolved" for one in story(toy, body, SCENARIO, replicate).events)

    def test_numbers_are_those_of_the_tables(self, toy):
        found = story(toy, "UNION", SCENARIO, 5)
        for place, year in enumerate(toy.years):
            seen = measure_values(toy, "depth", SCENARIO, year, ["UNION"])
            assert found.series["depth"][place] == pytest.approx(float(seen.values[0, 5]))

    def test_text(self, toy):
        text = story_text(story(toy, "AAA", SCENARIO, 0), toy.stages)
        assert "by order of the scenario AAA is a member in RIVERS" in text

    def test_an_unknown_id_is_refused(self, toy):
        with pytest.raises(InputError) as error:
            story(toy, "UNOIN", SCENARIO, 0)
        assert error.value.nearest == "UNION"


class TestRankCorrelations:
    def test_it_is_spearmans(self):
        rng = np.random.default_rng(1)
        x, y = rng.random((40, 5)), rng.random(40)
        found = rank_correlations(x, y)[0]
        assert found == pytest.approx([spearmanr(column, y).statistic for column in x.T])

    def test_a_planted_effect_stands_out_of_a_thousand_and_noise_does_not(self):
        """With a false discovery rate of 5 % pure noise yields a discovery in 5 % of studies; here it yields none."""
        rng = np.random.default_rng(2)
        x = rng.random((100, 1000))
        y = 3 * x[:, 17] + 0.3 * rng.standard_normal(100)
        assert np.flatnonzero(rank_correlations(x, y)[3]).tolist() == [17]
        assert not rank_correlations(x, rng.random(100))[3].any()

    def test_intervals_cover(self):
        """95 % by Fisher's z: of 400 studies of independent columns about 20 miss zero."""
        rng = np.random.default_rng(3)
        _, low, high, _ = rank_correlations(rng.random((60, 400)), rng.random(60))
        assert 8 <= np.count_nonzero((low > 0) | (high < 0)) <= 34


class TestMeasures:
    def test_replicates_on_either_side_are_those_of_the_measure(self, toy):
        found = explain_measure(toy, "member", "AAA/RIVERS", 2023, SCENARIO)
        seen = measure_values(toy, "member", SCENARIO, 2023, ["AAA/RIVERS"]).values[0]
        assert all(seen[r] for r in found.high) and not any(seen[r] for r in found.low)
        assert (found.count_high, found.count_low) == (int(seen.sum()), int((~seen).sum()))

    def test_of_a_number_the_highest_come_first(self, toy):
        found = explain_measure(toy, "cohesion", "UNION", scenario=SCENARIO)
        seen = measure_values(toy, "cohesion", SCENARIO, toy.years[-1], ["UNION"]).values[0]
        assert seen[found.high[0]] == np.nanmax(seen) and seen[found.low[0]] == np.nanmin(seen)

    def test_where_nothing_varies_it_says_what_to_run(self, toy):
        found = explain_measure(toy, "member", "AAA/RIVERS", scenario=SCENARIO)
        assert found.method is None and not found.sensitive
        sampled, designed = found.remedy.splitlines()
        assert "ensemble.parameters=sampled" in sampled and "design=lhs" in designed
        assert found.remedy in measure_text(found, "runs/x").replace("\n  ", "\n")

    def test_over_draws_the_quantity_that_matters_is_found_with_its_sources(self):
        """The depth of a body at the start is a coded value, drawn from its range, and nothing moves it on the first day."""
        run = steppe.run(
            "ensemble.parameters=sampled", "ensemble.draws=40", world="toy", replicates=80, years=1, seed=3
        ).stored
        found = explain_measure(run, "depth", "UNION", run.years[0])
        first = found.sensitive[0]
        assert first.id == "organisations/UNION.depth" and first.stands_out
        assert first.index > 0.99  # ranks of float32 and of float64 differ by a tie at most
        assert first.source.basis in ("document", "public", "assumed")
        assert found.samples == 40 and found.tested > 100

    def test_a_design_is_ranked_by_its_own_method(self):
        pytest.importorskip("SALib")
        run = steppe.run(
            "design=lhs", "design.points=120",
            "design.factors={parameters.membership.acquiescence: {}, parameters.value.k_trade: {}}",
            "design.outcomes=[observer EEE/RIVERS]", world="toy", scenario="arvand_admitted_to_rivers",
            replicates=6, years=3, seed=1,
        ).stored  # fmt: skip
        found = explain_measure(run, "observer", "EEE/RIVERS")
        assert found.method == "pawn (pawn)" and found.samples == 120
        assert {one.id for one in found.sensitive} == {
            "parameters.membership.acquiescence",
            "parameters.value.k_trade",
        }
        assert all(one.source is not None and one.source.low < one.source.high for one in found.sensitive)
        with pytest.raises(InputError, match="no events"):
            story(run, "EEE")


def test_the_text_of_what_is_typical(toy):
    text = typical_text(typical(toy, SCENARIO), "runs/x", toy.stages)
    assert "Jaccard's distance" in text and "kinds of future" in text
