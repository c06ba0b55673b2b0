"""A design in the config: from the command line, a study, a file; resolved to text and back; and what is refused."""

from __future__ import annotations

import itertools
import shlex
from pathlib import Path

import pytest
from tests.design.conftest import COOLDOWN, GDP, NOISE, PRESSURE, Made
from typer.testing import CliRunner

from steppe.cli.app import app
from steppe.config.compose import compose, options
from steppe.config.design import KINDS
from steppe.config.resolved import dump, load_config
from steppe.design.points import build, merge, point_settings
from steppe.errors import InputError
from steppe.world.spec import evidence_for

ONE = f"design.factors=[{NOISE}]"
ADMITTED, BARRED = "arvand_admitted_to_rivers", "arvand_barred_from_rivers"


class TestConfig:
    def test_a_run_without_a_word_has_no_design(self) -> None:
        assert compose(["world=toy"]).design is None
        assert compose(["world=toy", "design=none"]).design is None
        assert compose(["world=toy", "design=null"]).design is None

    def test_every_kind_has_a_file_of_its_name(self) -> None:
        assert set(options("design")) == {*KINDS, "none"}

    @pytest.mark.parametrize(
        "overrides",
        [
            ("design=lhs", ONE),
            ("design=sobol", f"design.factors={{{NOISE}: {{range: [0.05, 0.1], scale: log}}, all: {{}}}}"),
            ("design=grid", f"design.factors={{{NOISE}: [0.05, 0.1], {PRESSURE}: null, {COOLDOWN}: 3}}"),
            ("design=zip", f"design.factors={{{NOISE}: [0.05, 0.1], {PRESSURE}: [true, false]}}"),
            (
                "design=list",
                f"design.rows=[{{{NOISE}: 0.05, {PRESSURE}: true}}, {{{NOISE}: 0.1, {PRESSURE}: false}}]",
            ),
            ("design=morris", "design.factors=[mechanisms.*,readings.*]", "design.without=[readings.region]"),
            ("design=one_at_a_time", f"design.factors={{{NOISE}: {{value: 0.04, role: lever, levels: 2}}}}"),
            ("design=saltelli", "design.second_order=false", f"design.factors={{{GDP}: {{}}}}"),
            (
                "design=grid",
                f"design.factors={{scenario: [{ADMITTED}, {BARRED}], readings.tripp_term: {{}}}}",
            ),
        ],
    )
    def test_it_survives_its_yaml_and_gives_the_same_points(self, overrides, tmp_path: Path) -> None:
        config = compose(["world=toy", *overrides])
        file = tmp_path / "config.yaml"
        file.write_text(dump(config), encoding="utf-8")
        again = load_config(file)
        assert again == config
        evidence = evidence_for(config.world)
        first, second = (build(one.design, evidence, one.world, one) for one in (config, again))
        assert first == second

    def test_the_command_line_prints_it(self) -> None:
        told = CliRunner().invoke(
            app,
            [
                "run",
                "world=toy",
                "design=lhs",
                "design.points=8",
                f"design.factors={{{NOISE}: {{}}}}",
                "--cfg",
                "job",
            ],
        )
        assert told.exit_code == 0
        assert f"design:\n  kind: lhs\n  factors:\n    {NOISE}: {{}}\n  points: 8\n" in told.stdout

    def test_a_fault_is_the_users(self) -> None:
        told = CliRunner().invoke(
            app, ["run", "world=toy", "design=lhs", "design.factors=[parameters.membership.vote_nose]"]
        )
        assert told.exit_code == 2
        assert f"did you mean {NOISE!r}?" in told.stderr

    def test_factors_may_be_nested_as_hydra_nests_keys(self) -> None:
        dotted = compose(
            ["world=toy", "design=grid", f"design.factors={{{NOISE}: {{levels: 3}}, {PRESSURE}: {{}}}}"]
        )
        nested = compose(
            [
                "world=toy",
                "design=grid",
                f"design.factors.{NOISE}.levels=3",
                f"design.factors.{PRESSURE}={{}}",
            ]
        )
        assert nested.design == dotted.design


@pytest.mark.parametrize("name", [*KINDS])
def test_the_example_in_a_file_works(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each `#   steppe run …` is a command line as a shell splits it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.csv").write_text(f"{NOISE}\n0.1\n", encoding="utf-8")
    lines = options("design")[name].read_text(encoding="utf-8").splitlines()
    examples = [shlex.split(line[1:]) for line in lines if line.startswith("#   steppe run ")]
    assert examples
    for words in examples:
        config = compose(words[2:])
        assert config.design is not None and config.design.kind == name
        assert build(config.design, evidence_for(config.world), config.world, config).rows


class TestStudies:
    def study(self, folder: Path, text: str, name: str = "mine") -> str:
        file = folder / "experiments" / name / "study.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(f"# @package _global_\n{text}", encoding="utf-8")
        return f"experiments={name}"

    def test_a_study_carries_a_design(self, tmp_path: Path) -> None:
        given = self.study(
            tmp_path,
            "defaults:\n  - override /world: toy\n  - override /design: lhs\n"
            f"design:\n  points: 16\n  factors:\n    {NOISE}: {{}}\n    {GDP}: {{range: uniform}}\n",
        )
        config = compose([given], tmp_path)
        assert config.design is not None
        assert (config.design.kind, config.design.points, list(config.design.factors)) == (
            "lhs",
            16,
            [NOISE, GDP],
        )
        more = compose([given, "design.points=32", f"design.factors={{{COOLDOWN}: {{}}}}"], tmp_path)
        assert more.design is not None and more.design.points == 32 and COOLDOWN in more.design.factors
        assert compose([given, "design=none"], tmp_path).design is None
        with pytest.raises(InputError, match="does not go with what a file or study says") as caught:
            compose([given, f"design.factors=[{COOLDOWN}]"], tmp_path)
        assert (caught.value.file, caught.value.key) == ("command line", "design.factors")

    def test_without_an_override_of_the_group(self, tmp_path: Path) -> None:
        given = self.study(
            tmp_path,
            "defaults:\n  - override /world: toy\n"
            f"design:\n  kind: grid\n  factors:\n    {PRESSURE}: {{}}\n    {NOISE}: [0.05, 0.1]\n",
        )
        config = compose([given], tmp_path)
        assert config.design is not None and config.design.kind == "grid" and config.design.levels == 5

    def test_a_table_is_beside_the_study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        given = self.study(
            tmp_path, "defaults:\n  - override /world: toy\ndesign: {kind: csv, file: points.csv}\n"
        )
        file = tmp_path / "experiments" / "mine" / "points.csv"
        file.write_text(f"{NOISE}\n0.05\n", encoding="utf-8")
        monkeypatch.chdir("/")
        config = compose([given], tmp_path)
        assert config.design is not None and config.design.file == str(file)

    def test_what_a_study_sets_is_no_factor(self, tmp_path: Path) -> None:
        given = self.study(
            tmp_path,
            "defaults:\n  - override /world: toy\nparameters: {membership.vote_noise: 0.1}\n"
            f"design: {{kind: lhs, points: 4, factors: {{{NOISE}: {{}}}}}}\n",
        )
        with pytest.raises(InputError, match="the run sets it too") as caught:
            compose([given], tmp_path)
        assert (
            caught.value.file is not None and caught.value.file.endswith("study.yaml") and caught.value.line
        )

    def test_a_file_of_ones_own(self, tmp_path: Path) -> None:
        file = tmp_path / "wide.yaml"
        file.write_text(f"kind: sobol\npoints: 8\nfactors:\n  {NOISE}:\n  {COOLDOWN}: {{range: [1, 2]}}\n")
        config = compose(["world=toy", f"design={file}"])
        assert config.design is not None and config.design.points == 8
        with pytest.raises(InputError, match="outside the range") as caught:
            compose(["world=toy", f"design={write(file, COOLDOWN, '{range: [1, 20]}')}"])
        assert caught.value.file == str(file) and caught.value.line in (3, 4)


def write(file: Path, name: str, said: str) -> Path:
    file.write_text(f"kind: sobol\npoints: 8\nfactors:\n  {name}: {said}\n")
    return file


class TestFactors:
    def test_all_is_every_number_with_a_distribution_that_the_run_leaves_open(self, made: Made) -> None:
        every = set(made("design=lhs", "design.points=2", "design.factors=[all]").names)
        fewer = set(made("design=lhs", "design.points=2", "design.factors=[all]", f"{NOISE}=0.1").names)
        assert every - fewer == {NOISE}
        assert "parameters.membership.vote_persistent" not in every  # a switch: nothing between its values
        assert GDP in every and not any(name.startswith("mechanisms") for name in every)

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_what_is_said_of_one_goes_before_what_is_said_of_many(
        self, made: Made, order: tuple[int, ...]
    ) -> None:
        """In whatever order: the name itself, then the longer pattern, then the shorter."""
        said = (
            "parameters.membership.*: {role: constant}",
            "parameters.membership.vote_*: {levels: 3}",
            f"{COOLDOWN}: [1, 2]",
        )
        factors = f"design.factors={{{', '.join(said[n] for n in order)}}}"
        found = made("design=grid", "design.levels=2", factors)
        assert set(found.varied) == {NOISE, COOLDOWN} and len(found.rows) == 3 * 2

    def test_without_leaves_names_out(self, made: Made) -> None:
        found = made(
            "design=lhs",
            "design.points=2",
            "design.factors=[parameters.membership.*]",
            "design.without=[*.cost_*,*.lev_*]",
        )
        assert not any("cost_" in name or "lev_" in name for name in found.names) and NOISE in found.names

    def test_a_switch_of_the_run_is_not_among_all_switches(self, made: Made) -> None:
        found = made(
            "design=lhs", "design.points=2", "design.factors=[mechanisms.*]", "mechanisms.trade=false"
        )
        assert "mechanisms.trade" not in found.names and PRESSURE in found.names

    def test_roles_follow_from_what_is_set(self, made: Made) -> None:
        found = made(
            "design=lhs", "design.points=2", f"scenario={ADMITTED},{BARRED}",
            f"design.factors=[{NOISE},{GDP},{PRESSURE},scenario,readings.region]",
        )  # fmt: skip
        assert [one.role for one in found.factors] == [
            "uncertainty",
            "uncertainty",
            "lever",
            "lever",
            "uncertainty",
        ]
        assert [one.kind for one in found.factors] == [
            "continuous",
            "continuous",
            "switch",
            "choice",
            "choice",
        ]

    def test_a_switch_among_the_parameters_has_two_values(self, made: Made) -> None:
        found = made("design=grid", "design.factors=[parameters.membership.vote_persistent]")
        assert found.rows == ((0,), (1,))

    def test_a_reading_that_the_run_takes_is_the_centre(self, made: Made) -> None:
        found = made("design=one_at_a_time", "design.factors=[readings.region]")
        assert found.rows == (("as_coded",), ("positive_sum",), ("zero_sum",))

    def test_the_centre_is_the_run(self, made: Made) -> None:
        found = made("design=one_at_a_time", f"design.factors=[{NOISE},{PRESSURE}]", "world.without=[]")
        assert found.rows[0] == (0.06, True)


class TestSettings:
    def test_a_point_by_section(self, made: Made) -> None:
        found = made(
            "design=list",
            f"design.rows=[{{{NOISE}: 0.1, {GDP}: 370, {PRESSURE}: false, scenario: {BARRED}, readings.tripp_term: 99}}]",
        )
        one = point_settings(found, 0)
        assert one.parameters == {"membership.vote_noise": 0.1} and one.values == {"actors/AAA.gdp": 370.0}
        assert one.mechanisms == {"pressure": False} and one.readings == {"tripp_term": "99"}
        assert one.scenario == BARRED

    def test_without_a_scenario_factor_they_are_the_runs(self, made: Made) -> None:
        assert point_settings(made("design=lhs", "design.points=2", ONE), 1).scenario is None

    def test_whole_numbers_are_parameters_like_any_other(self, made: Made) -> None:
        found = made("design=grid", f"design.factors={{{COOLDOWN}: {{kind: integer}}}}")
        values = [point_settings(found, p).parameters["membership.cooldown"] for p in range(5)]
        assert values == [1.0, 2.0, 3.0, 4.0, 5.0] and all(type(one) is float for one in values)

    def test_merge_has_what_is_new_once(self, made: Made) -> None:
        few, more = (made("design=sobol", f"design.points={n}", ONE) for n in (8, 16))
        assert merge(few, more) == more.ids[8:] and merge(more, few) == ()
        repeated = made("design=lhs", "design.points=10", f"design.factors=[{PRESSURE}]")
        assert len(merge(few, repeated)) == 2
