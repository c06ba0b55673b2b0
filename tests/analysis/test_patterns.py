"""Patterns: the logic of findings and verdicts by closed form, quantities against a stored run, the packaged files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from results.fake import BODIES, DEMANDS, INITIAL, POLES, SEGMENTS, START, STATES, YEARS, fake_chunk
from steppe import paths
from steppe.analysis.measures import measure_values
from steppe.analysis.patterns import evaluate as evaluating
from steppe.analysis.patterns.evaluate import Setting, evaluate, shrunk, values_of, wanted_of, wants
from steppe.analysis.patterns.judge import (
    Wanted,
    drivers,
    interval_of,
    judge,
    range_of,
    role_of,
    verdict,
)
from steppe.analysis.patterns.quantities import Chunk
from steppe.analysis.patterns.runs import Results, Size, check_quantities, config_of, job_of
from steppe.analysis.patterns.study import number, scope
from steppe.cli import app
from steppe.config.patterns import Arm, ClaimTest, Pattern, Quantity, Test, Without, read_book
from steppe.config.schema import Mechanisms
from steppe.errors import InputError
from steppe.evidence import load
from steppe.report.patterns import page, text
from steppe.results.indicators import MEASURES, entities
from steppe.results.query import Run
from steppe.results.tables import ChunkId
from steppe.simulation import runner

HALF = Wanted(low=0.5)


def yes(count: int, of: int) -> Any:
    """`count` replicates with, the others without."""
    return np.arange(of) < count


class TestProbability:
    def test_share_and_wilsons_interval(self) -> None:
        """80 of 100: Wilson (1927) by hand, z = 1.96: centre (.8 + z²/200)/(1 + z²/100)."""
        found = judge(yes(80, 100), HALF)
        z2 = 1.959964**2
        centre = (0.8 + z2 / 200) / (1 + z2 / 100)
        assert (found.n, found.probability, found.status) == (100, 0.8, "holds")
        assert (found.low + found.high) / 2 == pytest.approx(centre, abs=1e-6)

    @pytest.mark.parametrize(("count", "status"), [(90, "holds"), (52, "open"), (10, "fails")])
    def test_the_whole_interval_decides(self, count: int, status: str) -> None:
        assert judge(yes(count, 100), HALF).status == status

    def test_between_two_bounds(self) -> None:
        wanted = Wanted(low=0.3, high=0.7)
        assert [judge(yes(n, 1000), wanted).status for n in (100, 500, 900)] == ["fails", "holds", "fails"]

    def test_only_replicates_that_count(self) -> None:
        values = np.where(np.arange(100) < 40, yes(36, 100).astype(float), np.nan)
        found = judge(values, HALF)
        assert (found.n, found.probability) == (40, 0.9)

    def test_nothing_counts(self) -> None:
        found = judge(np.full(50, np.nan), HALF)
        assert found.n == 0 and found.status == "open" and number(found.probability) is None


class TestDifference:
    PLUS = Wanted(sign="+", margin=0.1, negligible=0.02)

    def test_holds_where_the_interval_excludes_zero(self) -> None:
        values = 0.3 + 0.1 * np.sin(np.arange(200))
        found = judge(values, self.PLUS)
        assert found.status == "holds" and found.probability == 1.0
        assert found.mean == pytest.approx(values.mean()) and found.mean_low > 0.25

    def test_the_other_sign_and_none_fail(self) -> None:
        noise = np.sin(1.7 * np.arange(200))
        assert judge(noise - 0.5, self.PLUS).status == "fails"
        assert judge(noise - noise.mean(), self.PLUS).status == "fails"

    def test_a_certain_effect_may_be_negligible(self) -> None:
        small = np.full(200, 0.01) + 1e-4 * np.arange(200) / 200
        assert judge(small, self.PLUS).status == "negligible"
        assert judge(-small, self.PLUS).status == "fails"

    def test_minus_is_plus_mirrored(self) -> None:
        values = 0.3 + 0.1 * np.sin(np.arange(200))
        one, other = judge(values, self.PLUS), judge(-values, Wanted(sign="-", margin=0.1, negligible=0.02))
        assert one.status == other.status and one.probability == other.probability

    def test_no_effect_is_one_within_the_margin(self) -> None:
        """Equivalence: the whole interval within the margin; with few replicates nothing is said."""
        none = Wanted(sign="0", margin=0.1)
        noise = np.sin(1.7 * np.arange(2000))
        assert judge(noise - noise.mean(), none).status == "holds"
        assert judge(noise[:10] - noise[:10].mean(), none).status == "open"
        assert judge(noise + 0.5, none).status == "fails"

    def test_differences_of_outcomes_never_have_width_zero(self) -> None:
        """No replicate differs: Bonett and Price (2012) give ± z √2/(n + 2)."""
        _, mean, low, high, _ = interval_of(np.zeros(98), outcome=True)
        assert interval_of(np.zeros(98))[2:4] == (0, 0)  # numbers that never differ: nothing to be unsure of
        assert mean == 0 and high == -low == pytest.approx(1.959964 * np.sqrt(2) / 100, rel=1e-6)


class TestRoles:
    WITH = yes(400, 500).astype(float)

    @pytest.mark.parametrize(
        ("count", "role"),
        [(50, "needed"), (300, "weakens"), (400, "no difference"), (480, "strengthens"), (235, "needed")],
    )
    def test_of_a_probability(self, count: int, role: str) -> None:
        assert role_of(self.WITH, yes(count, 500), HALF, paired=True)[0] == role

    def test_what_never_was_there_cannot_go(self) -> None:
        """The pattern does not hold with the cause, nor without: no cause can be told."""
        assert role_of(yes(50, 500), yes(50, 500), HALF, paired=True)[0] == "unclear"

    def test_of_a_difference_and_of_none(self) -> None:
        effect, noise = 0.3 + 0.1 * np.sin(np.arange(200)), 0.1 * np.sin(np.arange(200))
        plus = Wanted(sign="+", negligible=0.02)
        assert role_of(effect, noise, plus, paired=True)[0] == "needed"
        assert role_of(effect, effect / 2, plus, paired=True)[0] == "weakens"
        none = Wanted(sign="0", margin=0.1)
        assert role_of(noise, effect, none, paired=True)[0] == "needed"

    def test_below_a_bound_less_is_more(self) -> None:
        rare = Wanted(high=0.2)
        assert role_of(yes(20, 500), yes(300, 500), rare, paired=True)[0] == "needed"


class TestVerdict:
    @pytest.mark.parametrize(
        ("statuses", "roles", "share", "told"),
        [
            (["holds"], [], None, "holds"),
            (["holds", "holds"], ["needed", "no difference"], 0.9, "holds"),
            (["holds"], ["no difference"], 0.9, "holds in part"),  # it does not go away
            (["holds"], ["needed"], 0.5, "holds in part"),  # in half of the range
            (["holds", "fails"], ["needed"], None, "holds in part"),
            (["open"], [], None, "holds in part"),
            (["fails"], ["needed"], None, "does not hold"),
            (["negligible", "fails"], [], 0.1, "does not hold"),
            (["negligible", "holds"], [], 0.1, "holds in part"),
            (["fails", "fails"], [], 0.1, "does not hold"),
            (["fails"], [], 0.4, "holds in part"),  # not at the coded values, but elsewhere
        ],
    )
    def test_table(self, statuses: Any, roles: Any, share: Any, told: str) -> None:
        assert verdict(statuses, roles, share) == told

    def test_share_of_the_range(self) -> None:
        found = range_of(yes(70, 100))
        assert (found.draws, found.share) == (100, 0.7) and found.low < 0.7 < found.high

    def test_the_parameter_that_decides_is_named(self) -> None:
        """It holds where the second of thirty parameters is high; the others are noise."""
        values = np.random.default_rng(1).uniform(size=(200, 30))
        names = [f"p{k}" for k in range(30)]
        found = drivers(values[:, 1] > 0.4, names, values)
        assert found[0].parameter == "p1" and found[0].difference > 1
        assert drivers(np.arange(200) % 2 == 0, names, values) == []
        assert drivers(np.ones(200, bool), names, values) == []

    def test_means_of_few_replicates_are_drawn_together(self) -> None:
        """No draw differs from another: all means given the draw are the same; where only draws differ, none moves."""
        rng = np.random.default_rng(2)
        draws = np.repeat(np.arange(100), 8)
        luck = (rng.uniform(size=800) < 0.5).astype(float)
        assert shrunk(luck, draws).std() < 0.5 * np.sqrt(0.25 / 8)
        sure = np.repeat(rng.uniform(size=100), 8)
        np.testing.assert_allclose(shrunk(sure, draws), sure[::8], atol=1e-9)
        sparse = np.where(draws == 3, np.nan, sure)
        assert shrunk(sparse, draws)[3] == pytest.approx(np.nanmean(sparse))


# --- quantities ------------------------------------------------------------------------------------------


def fake_world() -> Any:
    """What a chunk asks of a world, for the fake run."""
    tie = np.zeros((len(STATES), len(STATES)))
    tie[0, 1] = tie[1, 0] = 0.3
    return SimpleNamespace(
        start=date(START, 1, 1),
        states=STATES,
        organisations=BODIES,
        poles=POLES,
        status=INITIAL,
        tie=tie,
        network=SimpleNamespace(segments=SEGMENTS, demands=DEMANDS),
        agenda=fake_agenda(),
    )


def fake_agenda() -> Any:
    from results import fake

    stages = getattr(fake, "STAGES", {})
    return SimpleNamespace(processes=tuple(stages), stages=tuple(map(tuple, stages.values())))


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    """The replicates of the fixture `run`, in memory."""
    made = fake_chunk(ChunkId("baseline", 0, 0, 25))
    world = fake_world()
    return Chunk(world, made.tables, YEARS, 4, world.tie[None])


def quantity(**given: Any) -> Quantity:
    return Quantity.model_validate(given)


class TestQuantities:
    @pytest.mark.parametrize("measure", [measure.id for measure in MEASURES])
    def test_every_measure_is_that_of_a_stored_run(self, measure: str, run: Run, chunk: Chunk) -> None:
        """Two readers of the same tables: from memory here, with DuckDB there; every entity, three years."""
        of = next(one for one in MEASURES if one.id == measure)
        for year in (START, START + 2, START + YEARS):
            stored = measure_values(run, measure, "baseline", year)
            for row, entity in zip(stored.values, entities(of, run), strict=True):
                asked = quantity(measure=measure, of=entity if of.of else [], year=year)
                kept = row[: chunk.replicates]
                np.testing.assert_array_equal(chunk.values(asked), kept.astype(chunk.values(asked).dtype))

    def test_events(self, chunk: Chunk) -> None:
        """Against a loop over the events."""
        events = chunk.tables["events"]
        names = events["kind"].names
        first = np.full(chunk.replicates, np.inf)
        for row in range(len(events["step"]))[::-1]:
            if names[events["kind"].codes[row]] == "admitted" and events["organisation"].codes[row] == 0:
                first[events["replicate"][row]] = events["step"][row] / 4
        asked = {"kind": "admitted", "organisation": "ONE"}
        np.testing.assert_array_equal(chunk.values(quantity(event=asked)), first < np.inf)
        when = chunk.values(quantity(when=asked))
        np.testing.assert_array_equal(when, np.where(first < np.inf, first, np.nan))
        late = chunk.values(quantity(event={**asked, "until": f"{START + 1}-01"}))
        np.testing.assert_array_equal(late, first < 1)
        assert first.min() < 1 < np.max(first)

    def test_the_second_comes_after_the_first(self, chunk: Chunk) -> None:
        one, two = ({"kind": "refused", "nth": n} for n in (1, 2))
        assert chunk.values(quantity(order=[one, two])).all()
        both = chunk.values(quantity(event=two))
        assert (~chunk.values(quantity(order=[two, one]))[both]).sum() > 0

    def test_conditions(self, chunk: Chunk) -> None:
        number_of = chunk.values(quantity(measure="members", of="ONE"))
        high = chunk.values(quantity(measure="members", of="ONE", at_least=2, at_most=3))
        np.testing.assert_array_equal(high, (number_of >= 2) & (number_of <= 3))
        low = chunk.values(quantity(measure="members", of="ONE", at_least=2, at_most=3, happens=False))
        np.testing.assert_array_equal(low, ~high)

    def test_a_mean_over_entities(self, chunk: Chunk) -> None:
        both = chunk.values(quantity(measure="need", of=["AAA", "BBB"]))
        each = [chunk.values(quantity(measure="need", of=name)) for name in ("AAA", "BBB")]
        np.testing.assert_allclose(both, np.mean(each, axis=0))

    def test_rungs(self) -> None:
        """That of the start, or the last that was climbed or slid to, by either order of the names."""
        made = fake_chunk(ChunkId("baseline", 0, 0, 3))
        world, events = fake_world(), made.tables["events"]
        kinds, n = events["kind"], len(events["step"])
        codes = np.full(n, kinds.names.index("refused"), kinds.codes.dtype)
        state, partner = np.full(n, -1, np.int16), np.full(n, -1, np.int16)
        rows = np.flatnonzero(events["replicate"] == 1)[:2]
        codes[rows] = [kinds.names.index("climbed"), kinds.names.index("descended")]
        state[rows], partner[rows] = 1, 0
        value = np.zeros(n, np.float32)
        value[rows] = [0.5, 0.2]
        names = type(kinds)
        events |= {
            "kind": names(codes, kinds.names),
            "state": names(state, STATES),
            "partner": names(partner, STATES),
            "value": value,
        }
        chunk = Chunk(world, made.tables, YEARS, 4, world.tie[None])
        np.testing.assert_allclose(chunk.values(quantity(rung="AAA/BBB")), [0.3, 0.2, 0.3], atol=1e-7)
        climbed = {"kind": "climbed", "pair": "AAA/*", "reaches": 0.5}
        assert chunk.values(quantity(event=climbed)).tolist() == [False, True, False]

    @pytest.mark.parametrize(
        ("given", "key", "near"),
        [
            ({"measure": "cohesoin", "of": "ONE"}, "measure", "cohesion"),
            ({"measure": "member", "of": "AAA/ONNE"}, "organisation", "ONE"),
            ({"measure": "need", "of": "AAA/ONE"}, "of", None),
            ({"measure": "need", "of": "AAA", "year": START + YEARS + 1}, "year", None),
            ({"event": {"kind": "admited"}}, "kind", "admitted"),
            ({"event": {"kind": "admitted", "state": "AAB"}}, "state", "AAA"),
            ({"rung": "AAA"}, "pair", None),
        ],
    )
    def test_unknown_names(self, chunk: Chunk, given: Any, key: str, near: str | None) -> None:
        with pytest.raises(InputError) as caught:
            chunk.values(quantity(**given))
        assert caught.value.key == key
        assert near is None or caught.value.nearest == near


# --- tests, patterns -------------------------------------------------------------------------------------


class TestSchema:
    @pytest.mark.parametrize(
        "given",
        [
            {"says": "nothing to test"},
            {"says": "no bound", "all": {"measure": "polarisation"}},
            {"says": "no sign", "of": {"measure": "polarisation"}, "against": "baseline"},
            {"says": "nothing to compare", "of": {"measure": "polarisation"}, "sign": "+"},
            {
                "says": "both",
                "of": {"measure": "polarisation"},
                "all": {"measure": "polarisation"},
                "sign": "+",
            },
        ],
    )
    def test_a_test_is_a_probability_or_a_difference(self, given: Any) -> None:
        with pytest.raises(ValidationError):
            Test.model_validate(given)

    def test_a_claim_is_tested_in_one_way(self) -> None:
        with pytest.raises(ValidationError):
            ClaimTest.model_validate({"id": "x", "pattern": "P01", "untestable": "both"})

    def test_a_cause_is_taken_from_every_run(self) -> None:
        without = Without.model_validate(
            {
                "id": "x",
                "says": "x",
                "mechanisms": {"pressure": False},
                "scenarios": {"baseline": "russia_applies_to_cca"},
            }
        )
        arm = without.applied(Arm(parameters={"value.influence": 0.0}))
        assert arm.scenario == "russia_applies_to_cca"
        assert arm.mechanisms == {"pressure": False} and arm.parameters == {"value.influence": 0.0}

    def test_a_fault_has_its_file_and_line(self, tmp_path: Path) -> None:
        folder = tmp_path / "patterns"
        folder.mkdir()
        (folder / "mine.yaml").write_text("patterns:\n  - id: X\n    statment: misspelt\n", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_book([tmp_path])
        assert caught.value.nearest == "statement" and caught.value.line == 3

    def test_a_file_of_ones_own_goes_before_the_packaged_one(self, tmp_path: Path) -> None:
        folder = tmp_path / "patterns"
        folder.mkdir()
        (folder / "model.yaml").write_text(
            "patterns:\n"
            "  - {id: P01, statement: mine, tests: [{says: x, all: {measure: polarisation, at_most: 1}, above: 0.5}]}\n",
            encoding="utf-8",
        )
        with pytest.raises(InputError, match="names a pattern that there is not"):
            read_book([tmp_path, paths.conf()])  # the claims rest on the packaged ones


def pattern(**given: Any) -> Pattern:
    return Pattern.model_validate({"id": "X", "statement": "x", **given})


class TestEvaluation:
    """One pattern with made-up results: effect .4 with the mechanism, none without."""

    ONE = pattern(
        tests=[
            {
                "says": "more often",
                "in": "russia_applies_to_cca",
                "against": "baseline",
                "of": {"measure": "member", "of": "RUS/CCA"},
                "sign": "+",
            },
            {
                "says": "mostly",
                "in": "baseline",
                "all": {"measure": "member", "of": "KAZ/EAEU"},
                "above": 0.5,
            },
        ],
        without=[{"id": "pressure", "says": "pressure", "mechanisms": {"pressure": False}}],
    )
    SETTING = Setting("eurasia_2026", 10)

    def results(self, alternative: int, without: int) -> Results:
        found = Results()
        counts = {
            (False, "russia_applies_to_cca", "RUS/CCA"): alternative,
            (True, "russia_applies_to_cca", "RUS/CCA"): without,
            (False, "baseline", "KAZ/EAEU"): 190,
        }
        for job, quantities in wants(self.ONE, self.SETTING).items():
            for one in quantities:
                off = job.arm.mechanisms.get("pressure") is False
                found.values[job.key, one] = yes(counts.get((off, job.arm.scenario, one.of[0]), 0), 200)
        return found

    def test_runs_that_are_wanted(self) -> None:
        """Two runs for the tests, and two without the mechanism, which the first test needs."""
        wanted = wants(self.ONE, self.SETTING)
        assert len(wanted) == 4 and len(wants(self.ONE, self.SETTING, with_causes=False)) == 2

    def test_it_holds_and_goes_away(self) -> None:
        found = evaluate(self.ONE, self.SETTING, self.results(80, 0))
        assert found.verdict == "holds" and found.ablated[0].role == "needed"
        assert found.tests[0].finding.mean == pytest.approx(0.4)
        assert found.tests[0].finding.probability == pytest.approx(0.4)

    def test_it_holds_without_the_mechanism_too(self) -> None:
        found = evaluate(self.ONE, self.SETTING, self.results(80, 80))
        assert found.verdict == "holds in part" and found.ablated[0].role == "no difference"

    def test_it_fails_where_the_effect_is_not_there(self) -> None:
        found = evaluate(self.ONE, self.SETTING, self.results(0, 0))
        assert [tested.finding.status for tested in found.tests] == ["fails", "holds"]
        assert found.verdict == "holds in part"

    def test_given_counts_only_what_it_says(self) -> None:
        test = Test.model_validate(
            {
                "says": "x",
                "given": {"measure": "member", "of": "A/B"},
                "all": {"measure": "alive", "of": "B"},
                "above": 0.5,
            }
        )
        job, results = self.SETTING.job(Arm()), Results()
        results.values[job.key, test.given[0]] = yes(10, 20)
        results.values[job.key, test.all[0]] = yes(5, 20)
        values = values_of(test, results, self.SETTING)
        assert np.count_nonzero(~np.isnan(values)) == 10 and np.nanmean(values) == 0.5

    def test_terms_are_means_of_their_side(self) -> None:
        """(a + b)/2 - c."""
        test = Test.model_validate(
            {
                "says": "x",
                "plus": [{"of": {"measure": "depth", "of": n}} for n in ("A", "B")],
                "minus": [{"of": {"measure": "depth", "of": "C"}}],
                "sign": "+",
            }
        )
        job, results = self.SETTING.job(Arm()), Results()
        for (_, one, _), value in zip(test.terms(), (1.0, 2.0, 4.0), strict=True):
            results.values[job.key, one] = np.full(3, value)
        np.testing.assert_allclose(values_of(test, results, self.SETTING), -2.5)

    def test_negligible_and_margin_are_in_the_units_of_the_measure(self) -> None:
        """The scale of depth is .2: a fiftieth and a tenth of it."""
        given = {"says": "x", "of": {"measure": "depth", "of": "CCA"}, "against": "baseline", "sign": "0"}
        wanted = wanted_of(Test.model_validate(given))
        assert wanted.margin == pytest.approx(0.02) and wanted.negligible == pytest.approx(0.004)

    def test_runs_of_two_worlds_are_no_pair(self) -> None:
        mixed = pattern(
            tests=[
                {
                    "says": "x",
                    "in": "russia_admitted_to_caco",
                    "against": "russia_admitted_to_cca",
                    "of": {"measure": "polarisation"},
                    "sign": "+",
                }
            ]
        )
        with pytest.raises(InputError, match="cannot be paired"):
            wants(mixed, self.SETTING)

    def test_words(self) -> None:
        """What is printed says the verdict, every cause and every reason."""
        from steppe.analysis.patterns.study import pattern_row

        row = pattern_row(self.ONE, evaluate(self.ONE, self.SETTING, self.results(80, 80)))
        size = {"replicates": 200, "seed": 1, "runs": 4, "draws": None, "replicates_per_draw": None}
        data = {"settings": {**size, "sampled_runs": 0}, "patterns": [row]}
        assert "X  holds in part: x" in text(data) and "without pressure: the same" in text(data)
        assert "it does not go away without pressure" in text(data)
        shown = page({**data, "claims": []})
        assert shown.count("| X |") == 1 and "+0.40 [" in shown
        json.dumps(data, allow_nan=False)


# --- the packaged files ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book() -> Any:
    return read_book([paths.conf()])


@pytest.fixture(scope="module")
def evidence() -> Any:
    return load()


class TestPackaged:
    def test_all_patterns_are_there(self, book: Any) -> None:
        names = [f"P{n:02}" for n in range(1, 13)] + [f"V{n:02}" for n in range(1, 16)]
        assert sorted(one.id for one in book.patterns) == names

    def test_every_causal_claim_has_one_test(self, book: Any, evidence: Any) -> None:
        causal = {c.id for c in evidence.claims.values() if any(n.startswith("G") for n in c.inventory)}
        assert len(causal) == 117 and sorted(one.id for one in book.claims) == sorted(causal)

    def test_well_over_half_are_tested(self, book: Any) -> None:
        assert sum(one.untestable is None for one in book.claims) > 0.7 * len(book.claims)

    def test_claims_and_mechanisms_that_patterns_name_exist(self, book: Any, evidence: Any) -> None:
        for one in book.patterns:
            assert set(one.claims) <= set(evidence.claims), one.id
            assert one.source and one.statement, one.id
            for without in one.without:
                assert set(without.mechanisms) <= set(Mechanisms.model_fields), one.id

    def test_every_run_composes_and_has_what_is_read_from_it(self, book: Any, evidence: Any) -> None:
        """Scenarios, parameters within their ranges, measures, entities, stages, years: nothing is simulated."""
        groups: dict[Any, dict[Any, Any]] = {}
        for one in (*book.patterns, *(claim for claim in book.claims if claim.tests)):
            for job, quantities in wants(one, Setting(one.world, one.years)).items():
                groups.setdefault(job.group, {}).setdefault(job, set()).update(quantities)
        for group, jobs in groups.items():
            prepared = runner.prepare(config_of(group, list(jobs), Size(20)))
            check_quantities(prepared, jobs)

    def test_what_is_taken_away_is_another_run(self, book: Any) -> None:
        for one in book.patterns:
            setting = Setting(one.world, one.years)
            for without in one.without:
                arms = [arm for arm, _, _ in one.tests[without.part - 1].terms()]
                assert any(setting.job(arm) != setting.job(arm, without) for arm in arms), (
                    one.id,
                    without.id,
                )

    def test_names_on_the_command_line(self, book: Any, evidence: Any) -> None:
        for what, name in (("patterns", "P1"), ("claims", "G177")):
            with pytest.raises(InputError) as caught:
                scope(book, evidence, what, [name], Size(20), None)
            assert caught.value.nearest is not None and caught.value.key == "--only"
        chosen = scope(
            book, evidence, "claims", ["G17", "major-powers/member-hegemon-destroys"], Size(20), None
        )
        assert {one.id for one in chosen.claims} == {
            "identity/identity-base-is-stronger",
            "major-powers/member-hegemon-destroys",
        }

    def test_a_wrong_name_ends_with_two(self) -> None:
        result = CliRunner().invoke(app, ["patterns", "--only", "P99"])
        assert result.exit_code == 2 and "P09" in result.stderr

    @pytest.mark.parametrize(
        ("given", "key", "near"),
        [
            ({"mechanisms": {"presure": False}}, "mechanisms", "pressure"),
            (
                {"parameters": {"membership.pressure_vot": 0.5}},
                "scenario.parameters.membership.pressure_vot",
                None,
            ),
            (
                {"parameters": {"membership.pressure_vote": 9}},
                "scenario.parameters.membership.pressure_vote",
                None,
            ),
        ],
    )
    def test_what_a_run_changes_is_checked(self, given: Any, key: str, near: str | None) -> None:
        job = job_of(Arm.model_validate(given), "eurasia_2026", None, asker="P77")
        with pytest.raises(InputError, match="P77") as caught:
            config_of(job.group, [job], Size(20))
        assert caught.value.key == key
        assert near is None or caught.value.nearest == near

    def test_a_scenario_that_there_is_not(self) -> None:
        with pytest.raises(InputError, match="no scenario"):
            job_of(Arm(scenario="baselin"), "eurasia_2026", None)


@pytest.mark.slow
class TestQuick:
    def test_structure(self) -> None:
        result = CliRunner().invoke(app, ["patterns", "--quick", "--replicates", "40", "--json", "-q"])
        assert result.exit_code == 0, result.output
        rows = json.loads(result.stdout)["patterns"]
        keys = {
            "id",
            "statement",
            "probability",
            "low",
            "high",
            "without_mechanism",
            "share_of_range",
            "verdict",
        }
        assert len(rows) == 27 and all(keys <= set(row) for row in rows)
        for row in rows:
            assert row["verdict"] in ("holds", "holds in part", "does not hold")
            assert row["probability"] is None or row["low"] <= row["probability"] <= row["high"]
            assert row["verdict"] == "holds" or row["reasons"], row["id"]

    def test_a_mechanism_that_is_off_gives_other_futures(self, book: Any) -> None:
        """Pressure moves the vote on Russia: with it and without, the paired replicates differ."""
        from steppe.analysis.patterns.runs import run_all

        one, setting = book.pattern("P02"), Setting("eurasia_2026", None)
        results = run_all(wants(one, setting), Size(60), lambda done, planned: None)
        pressure = next(without for without in one.without if without.id == "pressure")
        whole = values_of(one.tests[0], results, setting)
        rest = values_of(one.tests[0], results, setting, pressure)
        assert np.count_nonzero(whole != rest) > 0


assert evaluating.NEGLIGIBLE < evaluating.MARGIN
