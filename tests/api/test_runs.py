"""A run from Python holds what the command line stores, and its tables say what the layers below compute."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import steppe
from steppe.analysis.comparison import compare
from steppe.analysis.measures import measure_table
from steppe.api.settings import overrides_of, text_of
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.simulation.runner import run as simulate

from .conftest import LIVELY, SCENARIOS, SIZE


class TestRun:
    def test_the_bits_are_those_of_the_runner(self, run: steppe.Run, tmp_path: Path) -> None:
        """Same config, same seed: the engine is the same, so the checksums of all parts must be."""
        words = [f"scenario={','.join(SCENARIOS)}", "world=toy", "ensemble.replicates=24", "ensemble.seed=7"]
        words += [
            "ensemble.years=5",
            "ensemble.chunk=10",
            *(f"parameters.{k.replace('__', '.')}={v}" for k, v in LIVELY.items()),
        ]
        simulate(compose(words), tmp_path / "run", lambda done, planned: None)
        other = steppe.open(tmp_path / "run")
        assert [m.parts for m in run.stored.markers] == [m.parts for m in other.stored.markers]

    def test_where_it_is_told_with_the_summary_of_the_command_line(self, tmp_path: Path) -> None:
        done = steppe.run(world="toy", replicates=4, years=1, out=tmp_path / "mine")
        assert done.path == tmp_path / "mine"
        assert json.loads((done.path / "summary.json").read_text())["scenarios"] == ["baseline"]
        with pytest.raises(InputError, match="occupied") as error:
            steppe.run(world="toy", replicates=4, years=1, out=tmp_path / "mine")
        assert error.value.key == "out"

    def test_a_temporary_folder_goes_with_the_session(self) -> None:
        code = "import steppe; print(steppe.run(world='toy', replicates=2, years=1).path)"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert found.stdout.strip() and not Path(found.stdout.strip()).exists()

    def test_progress_is_told_to_a_function(self) -> None:
        told: list[tuple[int, int]] = []
        steppe.run(
            world="toy", replicates=4, years=1, progress=lambda done, planned: told.append((done, planned))
        )
        assert told[-1] == (4, 4)

    @pytest.mark.parametrize(
        ("given", "key", "nearest"),
        [
            ({"world": "toi"}, "world", "toy"),
            ({"world": "toy", "scenario": "baselin"}, "scenario", "baseline"),
            ({"scenaro": "baseline"}, "scenaro", "scenario"),
            ({"membership__cooldwn": 1}, "membership__cooldwn", "membership__cooldown"),
            ({"world": "toy", "mechanisms__presure": False}, "mechanisms.presure", "pressure"),
            ({"world": "toy", "membership__cooldown": 99}, "parameters.membership.cooldown", None),
            ({"world": "toy", "replicates": "many"}, "ensemble.replicates", None),
        ],
    )
    def test_bad_input(self, given: dict[str, object], key: str, nearest: str | None) -> None:
        with pytest.raises(InputError) as error:
            steppe.run(**given)
        assert (error.value.key, error.value.nearest) == (key, nearest)
        assert "command line" not in str(error.value)


class TestKeywords:
    def test_a_dictionary_a_keyword_and_an_override_say_the_same(self) -> None:
        ways = [
            overrides_of(
                [], more={"mechanisms": {"pressure": False}, "parameters": {"membership.cooldown": 3}}
            ),
            overrides_of([], more={"mechanisms__pressure": False, "membership__cooldown": 3}),
            overrides_of(["mechanisms.pressure=false", "parameters.membership.cooldown=3"]),
        ]
        assert ways[0] == ways[1] == ways[2]

    def test_a_parameter_of_the_world_is_no_key_of_the_world(self) -> None:
        """`world` is a group of the config and the first part of some parameters' ids."""
        found = compose(
            overrides_of([], world="toy", more={"world__proximity_scale": 1000, "world__start": "2021-01"})
        )
        assert found.parameters == {"world.proximity_scale": 1000.0}
        assert found.world.start.isoformat() == "2021-01-01"

    def test_no_two_ids_have_one_keyword(self) -> None:
        found = steppe.parameters()
        assert len(set(found["keyword"])) == len(found)
        assert all(one.isidentifier() for one in found["keyword"])

    @pytest.mark.parametrize(
        "value", [True, None, 3, 0.1, 1e-17, "a b", "it's, = {x}", "true", ["a", "1"], {"x": [1]}]
    )
    def test_hydra_reads_back_what_is_written(self, value: object) -> None:
        from hydra.core.override_parser.overrides_parser import OverridesParser

        read = OverridesParser.create().parse_override(f"++key={text_of(value)}").value()
        assert str(read) == str(value)

    def test_a_number_names_a_scenario(self) -> None:
        assert overrides_of([], scenario=["baseline", "H19"]) == ["scenario=baseline,cpc_closes"]


class TestMeasures:
    def test_estimates_are_those_of_the_analysis(self, run: steppe.Run) -> None:
        found = run.estimates()
        wanted = measure_table(run.stored, None, run.years)
        assert len(found) == len(wanted) > 1000
        for row, one in zip(found, wanted, strict=True):
            assert (row["scenario"], row["measure"], row["entity"], row["year"]) == (
                one.scenario, one.measure, one.entity, one.year,
            )  # fmt: skip
            for name in ("n", "mean", "sd", "low", "high", "q50"):
                np.testing.assert_equal(row[name], getattr(one, name))

    @pytest.mark.parametrize(
        ("name", "of", "entity"),
        [
            ("P(member)", {"state": "BBB", "organisation": "UNION"}, "BBB/UNION"),
            ("member", {"entity": "BBB/UNION"}, "BBB/UNION"),
            ("tie", {"state": "BBB", "pole": "EEE"}, "BBB/EEE"),
            ("tie", {"state": "BBB", "partner": "EEE"}, "BBB/EEE"),
            ("merged", {"organisation": "RIVERS", "other": "UNION"}, "RIVERS/UNION"),
            ("reached", {"process": "border", "stage": "signed"}, "border/signed"),
            ("shipped", {"demand": "belmar-boxes"}, "belmar-boxes"),
            ("polarisation", {}, "system"),
        ],
    )
    def test_keywords_find_the_entity(
        self, run: steppe.Run, name: str, of: dict[str, str], entity: str
    ) -> None:
        found = run.measure(name, scenario=SCENARIOS[1], **of)
        wanted = run.estimates([name]).where(scenario=SCENARIOS[1], entity=entity)
        assert found["year"].tolist() == list(run.years) == wanted["year"].tolist()
        np.testing.assert_array_equal(found["mean"], wanted["mean"])
        assert [found[kind][0] for kind in of if kind in found] == [of[kind] for kind in of if kind in found]

    def test_what_a_keyword_leaves_open_is_all_there(self, run: steppe.Run) -> None:
        found = run.measure("member", state=["AAA", "BBB"], year=2025, scenario=SCENARIOS[0])
        assert len(found) == 2 * len(run.organisations)
        assert set(found["state"]) == {"AAA", "BBB"} and set(found["organisation"]) == set(run.organisations)

    def test_values_are_what_the_query_of_the_documentation_gives(self, run: steppe.Run) -> None:
        """Memberships by SQL (a macro of its own) against the arrays."""
        found = run.values("member", organisation="UNION", year=2025)
        with run.connection() as sql:
            rows = sql.execute(
                "SELECT scenario, replicate, state FROM memberships(2025) WHERE organisation = 'UNION' AND status = 2"
            ).fetchall()
        mine = {(row["scenario"], row["replicate"], row["state"]) for row in found if row["value"]}
        assert mine == set(rows) and 0 < len(mine) < len(found)

    def test_the_mean_of_the_values_is_the_estimate(self, run: steppe.Run) -> None:
        values = run.values("cohesion", organisation="RIVERS", year=2025, scenario=SCENARIOS[0])["value"]
        estimate = run.measure("cohesion", organisation="RIVERS", year=2025, scenario=SCENARIOS[0])
        known = values[~np.isnan(values)]
        assert estimate["n"][0] == len(known)
        assert estimate["mean"][0] == pytest.approx(known.mean(), rel=1e-6)

    def test_draws_are_told(self) -> None:
        drawn = steppe.run(
            "ensemble.parameters=sampled", world="toy", replicates=12, years=2, ensemble__draws=4
        )
        assert (
            drawn.values("depth", organisation="UNION", year=2022)["draw"].tolist()
            == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
        )
        share = drawn.measure("polarisation", year=2022)["epistemic_share"][0]
        assert 0 <= share <= 1

    @pytest.mark.parametrize(
        ("name", "of", "key", "nearest"),
        [
            ("membr", {}, "measure", "member"),
            ("P(depth)", {}, "measure", None),
            ("member", {"stat": "BBB"}, "stat", "state"),
            ("member", {"process": "border"}, "process", None),
            ("depth", {"partner": "AAA"}, "partner", None),
            ("member", {"state": "BBC"}, "state", "BBB"),
            ("member", {"scenario": "arvand_admited_to_rivers"}, "scenario", "arvand_admitted_to_rivers"),
            ("member", {"year": 2050}, "year", "2025"),
        ],
    )
    def test_bad_input(self, run: steppe.Run, name: str, of: dict, key: str, nearest: str | None) -> None:
        for read in (run.measure, run.values):
            with pytest.raises(InputError) as error:
                read(name, **of)
            assert (error.value.key, error.value.nearest) == (key, nearest)


class TestEvents:
    def test_they_are_those_of_the_table_in_order(self, run: steppe.Run) -> None:
        found = run.events()
        with run.connection() as sql:
            counts = dict(sql.execute("SELECT kind, count(*) FROM events GROUP BY kind").fetchall())
        kinds, sizes = np.unique(found["kind"].astype(str), return_counts=True)
        assert dict(zip(kinds.tolist(), sizes.tolist(), strict=True)) == counts
        same = (found["scenario"][1:] == found["scenario"][:-1]) & (
            found["replicate"][1:] == found["replicate"][:-1]
        )
        assert (np.diff(found["step"])[same] >= 0).all()
        for name in SCENARIOS:
            assert (np.diff(found.where(scenario=name)["replicate"]) >= 0).all()

    def test_of_some_kinds_and_parties(self, run: steppe.Run) -> None:
        everything = run.events()
        some = run.events(kind=["left", "admitted"], state="BBB", scenario=SCENARIOS[0], replicate=range(10))
        wanted = everything.where(
            kind=["left", "admitted"], state="BBB", scenario=SCENARIOS[0], replicate=range(10)
        )
        assert 0 < len(some) == len(wanted)
        assert (some["time"] == wanted["time"]).all()

    def test_what_an_event_is_not_about_is_undefined(self, run: steppe.Run) -> None:
        found = run.events(kind="left")
        assert (found["status_to"] == 0).all()
        crises = run.events(kind=["merged", "deepened"])
        assert all(one is None for one in crises.where(kind="deepened")["state"])

    def test_bad_input(self, run: steppe.Run) -> None:
        for given, nearest in (
            ({"kind": "leaft"}, "left"),
            ({"state": "BBBB"}, "BBB"),
            ({"stat": "BBB"}, "state"),
        ):
            with pytest.raises(InputError) as error:
                run.events(**given)
            assert error.value.nearest == nearest


class TestCompare:
    def test_rows_are_those_of_the_analysis(self, run: steppe.Run) -> None:
        found, wanted = run.compare(), compare([run.stored])
        assert found["difference"].tolist() == [row["difference"] for row in wanted]
        assert found["verdict"].tolist() == [(row["outcome"] or {}).get("verdict") for row in wanted]
        assert sum(verdict is not None for verdict in found["verdict"]) > 0

    def test_two_runs_and_one_entity(self, run: steppe.Run) -> None:
        other = steppe.run(scenario=SCENARIOS[0], **SIZE, **LIVELY, mechanisms__pressure=False)
        found = steppe.compare(
            run, other.path, reference=SCENARIOS[0], measure="depth", organisation="UNION", year=2025
        )
        assert found["entity"].tolist() == ["UNION"] * len(found)
        assert found["run"].tolist().count(str(other.path)) == 1

    def test_since_when(self, run: steppe.Run) -> None:
        found = run.compare(measure="members", organisation="RIVERS", since=True)
        assert len(found) == 1 and found["first_distinguishable"][0] <= 2025
        assert found["first_distinguishable_at_all"][0] <= found["first_distinguishable"][0]

    def test_a_tree_prints_as_the_command_line_does(self, run: steppe.Run) -> None:
        (tree,) = steppe.parting(run, measure="members", organisation="RIVERS")
        (row,) = run.compare(measure="members", organisation="RIVERS")
        assert tree["tree"]["contribution"] == pytest.approx(row["difference"], abs=1e-6)
        assert repr(tree).startswith("arvand_admitted_to_rivers against arvand_barred_from_rivers")

    def test_an_entity_needs_one_measure(self, run: steppe.Run) -> None:
        with pytest.raises(InputError, match="which measure"):
            run.compare(organisation="UNION")
        with pytest.raises(InputError) as error:
            run.compare(reference="arvand_barred_from_river")
        assert (error.value.key, error.value.nearest) == ("reference", "arvand_barred_from_rivers")


class TestAsk:
    def test_the_answer_prints_as_the_command_line_does(self) -> None:
        found = steppe.ask("arvand_admitted_to_rivers", replicates=12, years=3, seed=2)
        assert found.run.scenarios == SCENARIOS
        text = str(found)
        assert "compared with" in text and "cohesion of RIVERS" in text
        assert found.outcomes["measure"].tolist()[0] == "cohesion"
        assert found.outcomes["verdict"][0] == "as predicted"

    def test_bad_input(self) -> None:
        with pytest.raises(InputError) as error:
            steppe.ask("arvand_admited_to_rivers")
        assert (error.value.key, error.value.nearest) == ("name", "arvand_admitted_to_rivers")


class TestThings:
    def test_scenarios_have_their_numbers(self) -> None:
        found = steppe.scenarios()
        assert found.where(number="H19")["id"].tolist() == ["cpc_closes"]
        assert "baseline" in steppe.scenarios(variants=True)["id"]

    def test_show_is_data_and_text(self) -> None:
        found = steppe.show("EAEU")
        assert found["id"] == "EAEU" and "EAEU" in str(found)
        with pytest.raises(InputError) as error:
            steppe.show("EAUE")
        assert error.value.key == "id" and error.value.file is None
