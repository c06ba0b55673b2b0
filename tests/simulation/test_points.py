"""Runs with a design: a point is what a run of its own would be; blocks, extensions and faults change no number."""

import json

import numpy as np
import pytest

from steppe.analysis.measures import measure_values
from steppe.analysis.sweep import open_sweep, summaries
from steppe.config.compose import compose
from steppe.errors import InputError
from steppe.results.query import open_run
from steppe.simulation import extend, points, runner


def silent(done, planned):
    """No progress."""


@pytest.fixture(scope="module")
def names():
    """Ids of the toy world: (states, organisations)."""
    world = runner.prepare(compose(["world=toy", "scenario=baseline"])).world
    return world.states, world.organisations


def outcomes(names):
    """Four measures of the toy world, one in the middle of the run."""
    states, bodies = names
    return f"design.outcomes=[members {bodies[0]}, cohesion {bodies[0]} @2023, polarisation, welfare {states[0]}]"


def done(folder, *overrides):
    """A run of the toy world into a folder, read."""
    runner.run(compose(["world=toy", "ensemble.years=6", *overrides]), folder, silent)
    return open_run(folder)


def rows(run):
    """The stored outcomes in one order."""
    connection = run.connection()
    found = connection.execute(
        "SELECT * FROM outcomes ORDER BY scenario, measure, entity, year, point, replicate"
    )
    return found.fetchall()


class TestPoint:
    def test_is_a_run_of_its_own(self, names, tmp_path):
        """Replicate by replicate, whether it sets a number, a switch or both."""
        design = (
            "design.rows=[{parameters.membership.vote_noise: 0.08, mechanisms.pressure: true},"
            "{parameters.membership.vote_noise: 0.12, mechanisms.pressure: false}]"
        )
        run = done(
            tmp_path / "d",
            "scenario=baseline",
            "design=list",
            design,
            outcomes(names),
            "ensemble.replicates=12",
        )
        sweep = open_sweep(run)
        for point, given in enumerate((
            ["parameters.membership.vote_noise=0.08"],
            ["parameters.membership.vote_noise=0.12", "mechanisms.pressure=false"],
        )):  # fmt: skip
            own = done(tmp_path / f"own{point}", "scenario=baseline", *given, "ensemble.replicates=12")
            for outcome in sweep.outcomes:
                measure, entity, year = outcome.split(" ")
                seen = measure_values(
                    own, measure, "baseline", int(year[1:]), None if entity == "system" else [entity]
                )
                np.testing.assert_array_equal(
                    sweep.values("baseline", outcome)[point], seen.values[0].astype(np.float32)
                )

    def test_sets_a_coded_value(self, names):
        """The value is in the record from which its replicates begin, and the others are as coded."""
        name = f"actors/{names[0][0]}.autonomy"
        design = ["design=list", f"design.rows=[{{values.{name}: 0.45}},{{values.{name}: 0.75}}]"]
        prepared = runner.prepare(compose(["world=toy", "scenario=baseline", *design, outcomes(names)]))
        for point, value in enumerate((0.45, 0.75)):
            _, record = points.point_start(prepared, "baseline", prepared.points.settings(point))
            found = record["actor"]["autonomy"][0, : len(names[0])]
            np.testing.assert_array_equal(found, [value, *prepared.world.autonomy[1:]])

    def test_with_the_coded_value_is_the_world_as_coded(self, names, tmp_path):
        """Setting what is coded already changes no bit."""
        name = f"actors/{names[0][0]}.autonomy"
        evidence = runner.prepare(compose(["world=toy", "scenario=baseline"])).coded.world
        coded = float(evidence.autonomy[0])
        rows_of = f"design.rows=[{{values.{name}: {coded!r}, mechanisms.pressure: true}}]"
        sizes = ["scenario=baseline", "design=list", outcomes(names), "ensemble.replicates=6"]
        one = done(tmp_path / "d", *sizes, rows_of)
        other = done(tmp_path / "p", *sizes, "design.rows=[{mechanisms.pressure: true}]")
        assert rows(one) == rows(other)

    def test_of_one_scenario_only(self, names, tmp_path):
        """Where the design varies the scenario, every point belongs to one."""
        scenarios = [
            one.name for one in compose(["world=toy", "scenario=arvand_admitted_to_rivers"]).scenarios
        ][:1]
        design = [
            "design=grid",
            f"design.factors={{scenario: [baseline, {scenarios[0]}], mechanisms.pressure: {{}}}}",
        ]
        run = done(tmp_path / "d", *design, outcomes(names), "ensemble.replicates=4")
        sweep = open_sweep(run)
        assert [len(sweep.points_of(name)) for name in run.scenarios] == [2, 2]
        assert len(rows(run)) == 4 * 4 * 4  # points, outcomes, replicates


class TestBlocks:
    def test_change_no_number(self, names, tmp_path):
        """Chunks of one point, of several, of part of a point's replicates."""
        design = [
            "design=lhs",
            "design.points=7",
            "design.factors=[parameters.membership.vote_noise]",
            outcomes(names),
        ]
        found = [
            rows(
                done(
                    tmp_path / str(chunk),
                    "scenario=baseline",
                    *design,
                    "ensemble.replicates=6",
                    f"ensemble.chunk={chunk}",
                )
            )
            for chunk in (1, 4, 6, 13, 250)
        ]
        assert all(one == found[0] for one in found[1:])

    def test_of_many_points_are_few(self, names, tmp_path):
        design = [
            "design=lhs",
            "design.points=100",
            "design.factors=[parameters.membership.vote_noise]",
            outcomes(names),
        ]
        run = done(tmp_path / "d", "scenario=baseline", *design, "ensemble.replicates=2")
        assert len(run.markers) == 1 and run.markers[0].chunk.points == 100


class TestFailure:
    def test_of_a_point_sinks_no_other(self, names, tmp_path, monkeypatch):
        """Its outcomes are undefined, its error is kept, the others are what they would have been."""
        design = [
            "design=lhs",
            "design.points=5",
            "design.factors=[parameters.membership.vote_noise]",
            outcomes(names),
        ]
        whole = rows(done(tmp_path / "whole", "scenario=baseline", *design, "ensemble.replicates=3"))
        start, calls = points.point_start, []

        def failing(prepared, scenario, settings, draw):
            calls.append(settings)
            if len(calls) == 3:
                raise ZeroDivisionError("planted")
            return start(prepared, scenario, settings, draw)

        monkeypatch.setattr(points, "point_start", failing)
        run = done(tmp_path / "d", "scenario=baseline", *design, "ensemble.replicates=3", "executor=serial")
        sweep = open_sweep(run)
        assert sweep.failures() == [("baseline", 2, "ZeroDivisionError: planted")]
        kept = [row for row in rows(run) if row[1] != 2]
        assert kept == [row for row in whole if row[1] != 2]
        assert all(np.isnan(sweep.values("baseline", one)[2]).all() for one in sweep.outcomes)


class TestExtension:
    @pytest.fixture
    def design(self, names):
        return [
            "scenario=baseline",
            "design=sobol",
            "design.factors=[parameters.membership.vote_noise]",
            outcomes(names),
        ]

    def test_ends_as_the_larger_run(self, design, tmp_path):
        """More replicates, then more points of the sequence: the rows of a run that had both from the start."""
        folder = tmp_path / "d"
        done(folder, *design, "design.points=4", "ensemble.replicates=4")
        before = {file: file.read_bytes() for file in folder.rglob("part-*.parquet")}
        extend.extend(folder, {"ensemble.replicates": 6}, silent)
        extend.extend(folder, {"design.points": 8}, silent)
        whole = done(tmp_path / "whole", *design, "design.points=8", "ensemble.replicates=6")
        assert rows(open_run(folder)) == rows(whole)
        assert all(file.read_bytes() == content for file, content in before.items())

    def test_of_an_ordinary_run(self, tmp_path):
        """Replicates are added to every scenario."""
        done(tmp_path / "d", "scenario=baseline", "ensemble.replicates=5", "ensemble.chunk=3")
        extend.extend(tmp_path / "d", {"ensemble.replicates": 11}, silent)
        found = open_run(tmp_path / "d")
        whole = done(tmp_path / "whole", "scenario=baseline", "ensemble.replicates=11")
        for measure in ("cohesion", "welfare"):
            one, other = (
                measure_values(run, measure, "baseline", run.years[-1]).values for run in (found, whole)
            )
            np.testing.assert_array_equal(one, other)

    def test_that_was_killed_is_finished_by_a_resume(self, design, tmp_path, monkeypatch):
        """At the worst moment: the new config is in place and the manifest is not."""
        folder = tmp_path / "d"
        done(folder, *design, "design.points=4", "ensemble.replicates=4")

        def killed(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(extend, "write_json", killed)
            extend.extend(folder, {"design.points": 8}, silent)
        assert (folder / extend.PENDING).is_file()
        extend.resume(folder, silent)
        whole = done(tmp_path / "whole", *design, "design.points=8", "ensemble.replicates=4")
        assert rows(open_run(folder)) == rows(whole)
        assert not (folder / extend.PENDING).exists()

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"ensemble.replicates": 2}, "taken away"),
            ({"ensemble.seed": 2}, "cannot be changed"),
            ({"design.seed": 2}, "not in this design"),
            ({"design.points": 2}, "not in this design"),
        ],
    )
    def test_takes_nothing_away(self, design, tmp_path, changes, says):
        """Refused with one message, and the run is as it was."""
        folder = tmp_path / "d"
        done(folder, *design, "design.points=4", "ensemble.replicates=4")
        before = (folder / "manifest.json").read_bytes()
        with pytest.raises(InputError, match=says):
            extend.extend(folder, changes, silent)
        assert (folder / "manifest.json").read_bytes() == before
        assert len(open_run(folder).markers) == 1


def test_chance_is_what_replicates_leave(names, tmp_path):
    """A switch that changes nothing leaves the points alike, replicate by replicate: all share their luck."""
    design = [
        "design=list",
        "design.rows=[{parameters.membership.vote_noise: 0.1},{parameters.membership.vote_noise: 0.1000001}]",
    ]
    run = done(tmp_path / "d", "scenario=baseline", *design, outcomes(names), "ensemble.replicates=6")
    found = [one for one in summaries(open_sweep(run)) if one.outcome.startswith("polarisation")]
    assert found[0].sd == pytest.approx(0, abs=1e-6)


def test_a_design_and_draws_are_one_too_many(names):
    config = compose(["world=toy", "scenario=baseline", "design=lhs", "design.points=4", "ensemble.parameters=sampled",
                      "design.factors=[parameters.membership.vote_noise]", outcomes(names)])  # fmt: skip
    with pytest.raises(InputError, match="itself what varies"):
        runner.prepare(config)


def test_the_manifest_describes_the_design(names, tmp_path):
    """Enough to analyse it without the evidence: names, ranges, roles, the structure of the method."""
    design = [
        "design=saltelli",
        "design.points=2",
        "design.factors=[parameters.membership.vote_noise, mechanisms.pressure]",
    ]
    done(tmp_path / "d", "scenario=baseline", *design, outcomes(names), "ensemble.replicates=2")
    said = json.loads((tmp_path / "d" / "manifest.json").read_text())["design"]
    assert said["kind"] == "saltelli" and said["rows"] == 2 * (2 * 2 + 2)
    assert [one["name"] for one in said["factors"]] == [
        "parameters.membership.vote_noise",
        "mechanisms.pressure",
    ]
    assert said["factors"][0]["low"] < said["factors"][0]["high"]
