"""Processes, gates and instruments of a world at a date: where they stand, when votes are due, what the world lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from steppe.errors import InputError
from steppe.evidence import Evidence, load
from steppe.mechanisms.parameters import pack
from steppe.mechanisms.state import workspace
from steppe.world.agenda import GATE_KINDS, REQUIREMENTS, Agenda
from steppe.world.arrays import World
from steppe.world.build import AFFINITY_LIMIT, build_world
from steppe.world.build_agenda import years_between
from steppe.world.describe import describe
from steppe.world.provenance import provenance
from structure_files import example

from .conftest import packaged_spec

FILE = "processes/armenia_azerbaijan.yaml"
SIGNED = 2


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return example(tmp_path_factory.mktemp("agenda"))


@pytest.fixture(scope="module")
def world(evidence: Evidence) -> World:
    return built(evidence)


def built(
    evidence: Evidence,
    start: str = "2026-01-01",
    lacking: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> World:
    """The Eurasian world at another date, without some states and organisations, or some systems."""
    spec = packaged_spec("eurasia_2026")
    kept = {
        name: tuple(one for one in getattr(spec, name) if one not in lacking)
        for name in ("states", "organisations")
    }
    return build_world(
        evidence, spec.model_copy(update={"start": date.fromisoformat(start), "without": without, **kept})
    )


def gate(world: World, name: str) -> dict[str, float]:
    """A row of `Agenda.gate` by column."""
    columns = ("kind", "state", "process", "mix", "noise", "due", "clock", "delay", "again")
    return dict(zip(columns, world.agenda.gate[world.agenda.gates.index(name)].tolist(), strict=True))


def required(world: World) -> list[tuple[str, tuple[float, ...]]]:
    """Requirements as (kind, (process, stage, first, second, level))."""
    rows = world.agenda.requirements
    return [(REQUIREMENTS[int(row[2])], (*row[:2], *row[3:])) for row in rows]


class TestProcesses:
    @pytest.mark.parametrize(
        ("start", "stage"), [("2004-01-01", 0), ("2025-03-12", 0), ("2025-03-13", 1), ("2026-01-01", 1)]
    )
    def test_stand_where_the_record_has_them(self, evidence: Evidence, start: str, stage: int) -> None:
        assert built(evidence, start).agenda.stage.tolist() == [stage]

    def test_stages_rates_and_relapse(self, world: World) -> None:
        agenda = world.agenda
        assert agenda.stages == (("none", "text", "signed"),)
        assert agenda.rate.tolist() == [[0, 0.5, 1.2]]
        assert (agenda.relapse_to.tolist(), agenda.relapse_below.tolist()) == ([0], [SIGNED])

    def test_roles(self, world: World) -> None:
        agenda = world.agenda
        arm, usa, irn = (world.state_index(name) for name in ("ARM", "USA", "IRN"))
        assert agenda.party.sum() == 2 and agenda.party[0, arm] == 1
        assert (agenda.interest[0, arm], agenda.support[0, arm]) == (0.5, 0.45)
        assert (agenda.push[0, usa], agenda.push.sum()) == (0.6, 0.6)
        assert (agenda.resist[0, irn], agenda.resist.sum()) == (0.3, 0.3)

    def test_requirements(self, world: World) -> None:
        arm, aze = world.state_index("ARM"), world.state_index("AZE")
        ots = world.organisation_index("OTS")
        assert required(world) == [
            ("gate", (0, SIGNED, world.agenda.gates.index("referendum"), -1, 0)),
            ("peace", (0, SIGNED, arm, aze, 0)),
            ("depth", (0, SIGNED, ots, -1, 0.3)),
        ]

    def test_what_they_bring_about(self, world: World) -> None:
        told = [
            (one.trigger, one.subject, one.stage, one.intervention["kind"])
            for one in world.agenda.consequences
        ]
        assert told == [
            ("stage", 0, SIGNED, "affinity"),
            ("stage", 0, SIGNED, "corridor"),
            ("failed", world.agenda.gates.index("arm-election"), -1, "affinity"),
        ]

    def test_charter(self, world: World) -> None:
        assert world.agenda.charter.tolist() == [[world.organisation_index("OTS"), 0.5, 0, 1]]

    def test_nothing_coded_is_an_empty_agenda(self, evidence: Evidence) -> None:
        empty = {key: {} for key in ("systems", "instruments", "processes", "stages", "roles", "gates")}
        agenda = built(replace(evidence, **empty)).agenda
        assert (agenda.processes, agenda.gates, agenda.instruments) == ((), (), ())
        assert {name: array.shape[0] for name, array in agenda.arrays().items()} == {
            name: 0 for name in Agenda().arrays()
        }

    def test_the_order_of_states_and_bodies_changes_nothing(self, evidence: Evidence, world: World) -> None:
        spec = packaged_spec("eurasia_2026")
        turned = {"states": spec.states[::-1], "organisations": spec.organisations[::-1]}
        other = build_world(evidence, spec.model_copy(update=turned)).agenda
        states, bodies = list(range(len(spec.states))), list(range(len(spec.organisations)))
        expected = world.agenda.permuted(states[::-1], bodies[::-1])
        for name, array in other.arrays().items():
            assert np.array_equal(array, getattr(expected, name)), name


class TestVotes:
    def test_years_are_calendar_months_and_days_left_over(self) -> None:
        """As interventions are dated (`simulation.plan.step_of`)."""
        start = date(2026, 1, 1)
        assert years_between(start, date(2027, 1, 1)) == 1
        assert years_between(start, date(2026, 4, 1)) == 0.25
        assert years_between(start, date(2026, 6, 7)) == (5 + 6 / 31) / 12
        assert years_between(start, date(2025, 7, 1)) == -0.5

    def test_a_date_ahead(self, world: World) -> None:
        row = gate(world, "arm-election")
        assert row["due"] == (5 + 6 / 31) / 12 and row["clock"] == -1
        assert (row["mix"], row["noise"], row["again"]) == (0.2, 0.08, 5)
        assert GATE_KINDS[int(row["kind"])] == "election" and row["state"] == world.state_index("ARM")

    @pytest.mark.parametrize(
        ("start", "due"),
        [
            ("2022-04-01", 0.0),  # on the day
            ("2022-05-01", 4 - 1 / 12),  # the next one
            ("2026-01-01", 0.25),
            ("2026-04-01", 0.0),
            ("2031-04-01", 3.0),  # the third
        ],
    )
    def test_a_date_that_is_past_comes_again(self, evidence: Evidence, start: str, due: float) -> None:
        assert gate(built(evidence, start), "hun-2026")["due"] == pytest.approx(due, abs=1e-12)

    def test_a_vote_held_once_is_over(self, tmp_path: Path) -> None:
        again = "    again: {value: 5, range: [5, 5], assumed: the term of the parliament}\n"
        once = example(tmp_path, (FILE, again, ""))
        assert gate(built(once, "2026-06-07"), "arm-election")["due"] == 0
        late = built(once, "2026-07-01")
        assert gate(late, "arm-election")["due"] == -1 and not late.agenda.passed.any()

    def test_what_has_passed_is_not_held_again(self, tmp_path: Path) -> None:
        again = "    again: {value: 5, range: [5, 5], assumed: the term of the parliament}\n"
        once = example(tmp_path, (FILE, again, "    passed: 2026-06-08\n"))
        before, after = built(once, "2026-06-07").agenda, built(once, "2026-06-08").agenda
        assert before.passed.tolist() == [0, 0, 0] and after.passed.tolist() == [1, 0, 0]
        assert after.gate[0, 5] == -1

    def test_a_clock_that_history_started_runs_since_then(self, evidence: Evidence) -> None:
        """Two years after 2025-03-13; at once if that was missed; unknown while the text is not agreed."""
        assert (
            gate(built(evidence), "referendum")["due"]
            == years_between(date(2026, 1, 1), date(2025, 3, 13)) + 2
        )
        assert gate(built(evidence, "2027-06-01"), "referendum")["due"] == 0
        assert gate(built(evidence, "2024-01-01"), "referendum")["due"] == -1
        assert gate(built(evidence), "referendum")["clock"] == 1

    def test_one_may_wait_for_another(self, world: World) -> None:
        assert world.agenda.chained.tolist() == [-1, 0, -1]

    def test_an_election_of_the_calendar_belongs_to_no_process(self, world: World) -> None:
        row = gate(world, "hun-2026")
        assert (row["process"], row["mix"], row["clock"]) == (-1, 0, -1)


class TestWhatAWorldLacks:
    def test_a_process_without_a_party_is_not_there(self, evidence: Evidence) -> None:
        agenda = built(evidence, lacking=("ARM", "AZE")).agenda
        assert agenda.processes == () and agenda.gates == ("hun-2026",)
        assert agenda.consequences == () and len(agenda.charter) == 0

    def test_with_one_party_it_is(self, evidence: Evidence) -> None:
        """Azerbaijan alone: nobody to be at war with, no vote to wait for, and no affinity to change."""
        world = built(evidence, lacking=("ARM",))
        assert [kind for kind, _ in required(world)] == ["depth"]
        assert world.agenda.gates == ("hun-2026",)
        assert [one.intervention["kind"] for one in world.agenda.consequences] == ["corridor"]
        assert world.agenda.rate[0, SIGNED] == 1.2

    def test_a_stage_that_needs_a_body_that_is_not_there_is_not_reached(self, evidence: Evidence) -> None:
        world = built(evidence, lacking=("OTS",))
        assert world.agenda.rate[0].tolist() == [0, 0.5, 0]
        assert [kind for kind, _ in required(world)] == ["gate", "peace"]
        assert len(world.agenda.charter) == 0

    def test_of_a_list_of_names_those_that_are_there(self, tmp_path: Path) -> None:
        old = "{kind: corridor, segment: tripp-road, status: open}"
        new = "{kind: found, organisation: CCA, members: [KAZ, UZB, TKM], depth: 0.3}"
        founding = example(tmp_path, (FILE, old, new))
        effects = [one.intervention for one in built(founding, lacking=("TKM",)).agenda.consequences]
        assert effects[1]["members"] == ["KAZ", "UZB"]
        effects = [one.intervention for one in built(founding, lacking=("TKM", "UZB")).agenda.consequences]
        assert [one["kind"] for one in effects] == ["affinity", "affinity"]

    def test_a_name_that_nothing_has_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no 'tripp-rod' among the segments") as refused:
            built(example(tmp_path, (FILE, "segment: tripp-road", "segment: tripp-rod")))
        assert refused.value.nearest == "tripp-road"
        assert refused.value.key == "stages[2].effects[1].segment"

    @pytest.mark.parametrize(
        ("requirement", "row", "lacking"),
        [
            ("{tie: [GEO, AZE], level: 0.3}", ("tie", ("GEO", "AZE"), 0.3), "GEO"),
            ("{pairs: OTS, level: 0.3}", ("pairs", ("OTS",), 0.3), "OTS"),
            ("{open: tripp-road}", ("open", ("tripp-road",), 0), None),
            ("{member: GEO, organisation: CIS}", ("member", ("GEO", "CIS"), 0), "GEO"),
            (
                "{process: armenia_azerbaijan, stage: text}",
                ("process", ("armenia_azerbaijan", "text"), 0),
                None,
            ),
        ],
    )
    def test_every_other_kind_of_requirement(
        self, tmp_path: Path, requirement: str, row: tuple[str, tuple[str, ...], float], lacking: str | None
    ) -> None:
        coded = example(tmp_path, (FILE, "{organisation: OTS, depth: 0.3}", requirement))
        world = built(coded)
        kind, names, level = row
        rows = {
            **{name: i for i, name in enumerate(world.states)},
            **{name: o for o, name in enumerate(world.organisations)},
            **{name: e for e, name in enumerate(world.network.segments)},
            "armenia_azerbaijan": 0,
            "text": 1,
        }
        places = [rows[name] for name in names]
        first, second = (*places, -1)[:2]
        assert required(world)[2] == (kind, (0, SIGNED, first, second, level))
        if lacking:
            assert built(coded, lacking=(lacking,)).agenda.rate[0, SIGNED] == 0


class TestInstruments:
    def test_of_identity_with_its_members(self, world: World) -> None:
        agenda = world.agenda
        assert agenda.instruments == ("GAMES",)
        assert (agenda.strength.tolist(), agenda.relief.tolist(), agenda.active.tolist()) == (
            [0.1],
            [0.2],
            [1],
        )
        assert {world.states[i] for i in np.flatnonzero(agenda.enrolled[0])} == {"KAZ", "UZB", "AZE"}

    def test_one_still_to_come_is_there_and_rests(self, evidence: Evidence) -> None:
        assert built(evidence, "2023-01-01").agenda.active.tolist() == [0]

    def test_has_the_values_with_which_it_begins(self, tmp_path: Path) -> None:
        """As a segment, a stage or a gate that is coded from a later date on."""
        dated = (
            "strength:\n  - {from: 2024, value: 0.1, range: [0, 0.2], assumed: made up}\n"
            "  - {from: 2025, value: 0.3, range: [0, 0.4], assumed: made up}\n"
        )
        old = "strength: {value: 0.1, range: [0, 0.2], assumed: made up}\n"
        later = example(tmp_path, ("instruments/GAMES.yaml", old, dated))
        strengths = [
            built(later, start).agenda.strength.tolist()
            for start in ("2023-01-01", "2024-06-01", "2026-01-01")
        ]
        assert strengths == [[0.1], [0.1], [0.3]]

    def test_one_that_has_ended_is_not(self, tmp_path: Path) -> None:
        ended = example(tmp_path, ("instruments/GAMES.yaml", "from: 2024\n", "from: 2020\nuntil: 2026-01\n"))
        assert built(ended, "2025-12-31").agenda.active.tolist() == [1]
        assert built(ended, "2026-01-01").agenda.instruments == ()

    def test_needs_two_members_in_the_world(self, evidence: Evidence) -> None:
        assert built(evidence, lacking=("UZB", "AZE")).agenda.instruments == ()

    def test_rung_cost_affinity_and_threat_are_those_of_the_date(self, evidence: Evidence) -> None:
        """Against a world that has never heard of the declaration of June 2021."""
        without = replace(evidence, instruments={}, systems={})
        for start, force in (("2021-05-31", 0), ("2021-06-01", 1)):
            now, bare = built(evidence, start), built(without, start)
            pair = now.state_index("AZE"), now.state_index("TUR")
            assert now.tie[pair] == max(bare.tie[pair], 0.9 * force)
            assert not now.cost_shift.any(), "the trade of the start is that with the instrument"
            shifted = min(bare.affinity_structural[pair] + 0.05 * force, AFFINITY_LIMIT)
            assert now.affinity_structural[pair] == pytest.approx(shifted, abs=1e-12)
            threat = bare.nonstate_threat - 0.0005 * force * np.isin(now.states, ("AZE", "TUR"))
            assert np.allclose(now.nonstate_threat, np.maximum(threat, 0), atol=1e-15)
            world_without = built(evidence, start, without=("SHUSHA",))
            assert world_without.cost_shift[pair] == world_without.cost_shift[pair[::-1]] == 0.02 * force
            assert np.count_nonzero(world_without.cost_shift) == 2 * force

    def test_the_coded_tie_stands_where_it_is_higher(self, tmp_path: Path) -> None:
        low = "rung: {value: 0.1, range: [0.1, 0.2], assumed: made up}"
        lower = example(
            tmp_path,
            (
                "instruments/SHUSHA.yaml",
                "rung: {value: 0.9, range: [0.7, 0.9], claims: [made-up/claim]}",
                low,
            ),
            ("instruments/SHUSHA.yaml", "parties: [AZE, TUR]", "pairs: [[KAZ, RUS], [KAZ, HUN]]"),
        )
        world, bare = built(lower), built(replace(lower, instruments={}, systems={}))
        kaz, rus, hun = (world.state_index(name) for name in ("KAZ", "RUS", "HUN"))
        assert bare.tie[kaz, rus] > 0.1 > bare.tie[kaz, hun]
        assert world.tie[kaz, rus] == bare.tie[kaz, rus] and world.tie[kaz, hun] == 0.1

    def test_what_it_adds_to_a_state_stays_in_bounds(self, tmp_path: Path) -> None:
        new = "approval: {value: 0.9, range: [0, 1], assumed: made up}\nautonomy: {value: -5, range: [-5, 0], assumed: made up}\n"
        world = built(
            example(
                tmp_path,
                (
                    "instruments/SHUSHA.yaml",
                    "trade_cost: {value: -0.02, range: [-0.05, 0], assumed: made up}\n",
                    new,
                ),
            )
        )
        aze = world.state_index("AZE")
        assert (world.approval[aze], world.autonomy[aze]) == (1, 0)

    def test_cells_lead_back_to_it(self, evidence: Evidence, world: World) -> None:
        tie = provenance(evidence, world, "tie", "AZE", "TUR")
        assert [row.variable for row in tie] == ["security_tie", "rung"]  # type: ignore[union-attr]
        assert provenance(evidence, world, "cost_shift", "TUR", "AZE") == ()
        without = built(evidence, without=("SHUSHA",))
        (cost,) = provenance(evidence, without, "cost_shift", "TUR", "AZE")
        assert cost.file == "instruments/SHUSHA.yaml"  # type: ignore[union-attr]
        assert provenance(evidence, without, "cost_shift", "KAZ", "AZE") == ()
        assert len(provenance(evidence, world, "nonstate_threat", "AZE")) == 2


def test_a_record_starts_with_all_of_it(world: World) -> None:
    """What the rules read: trade costs by instruments, segments, votes in steps, members of instruments."""
    values = {name: parameter.value for name, parameter in load().parameters.items()}
    (state,) = workspace(world, pack(values, {}, 0.25))
    n = len(world.states)
    assert np.array_equal(state["pair"]["cost_shift"][:n, :n], world.cost_shift)
    assert not state["pair"]["cost_shift"][:, n:].any()
    assert state["n_segments"] == 5 and state["segment"]["capacity"][0] == 12
    assert state["route"]["length"][: state["n_routes"]].tolist() == [2, 2, 1]
    due = dict(zip(world.agenda.gates, state["gate"]["due"].tolist(), strict=False))
    assert due == {"arm-election": 1, "referendum": 4, "hun-2026": 1}  # quarters: .43, 1.2 and .25 years
    assert state["enrolled"]["member"][0, :n].sum() == 3


class TestProvenance:
    def test_of_stages_roles_gates_and_instruments(self, evidence: Evidence, world: World) -> None:
        def key(*cell: str) -> list[str]:
            return [row.key for row in provenance(evidence, world, *cell)]  # type: ignore[union-attr]

        assert key("agenda.rate", "armenia_azerbaijan", "signed") == ["stages[2].rate"]
        assert key("agenda.rate", "armenia_azerbaijan", "none") == []
        assert key("agenda.support", "armenia_azerbaijan", "ARM") == ["parties.ARM.support"]
        assert key("agenda.push", "armenia_azerbaijan", "USA") == ["patrons.USA.effort"]
        assert key("agenda.push", "armenia_azerbaijan", "IRN") == []  # it works against it
        assert key("agenda.noise", "referendum") == ["gates[1].noise"]
        assert key("agenda.strength", "GAMES") == ["strength"]

    def test_mistakes(self, evidence: Evidence, world: World) -> None:
        with pytest.raises(InputError, match="addressed by a process and a stage"):
            provenance(evidence, world, "agenda.rate", "armenia_azerbaijan")
        with pytest.raises(InputError) as refused:
            provenance(evidence, world, "agenda.noise", "referendumm")
        assert refused.value.nearest == "referendum"


def test_it_is_described(evidence: Evidence, world: World) -> None:
    told = describe(world, evidence)
    assert told["processes"][0]["stage"] == "text" and told["processes"][0]["next"] == "signed"
    assert told["gates"][1]["after"] == "text" and told["gates"][2]["process"] is None
    assert {row["id"] for row in told["instruments"]} == {"GAMES", "SHUSHA"}
    assert [row["id"] for row in describe(world)["instruments"]] == ["GAMES"]
