"""Hydra's sweep syntax, against Hydra's own expansion of it."""

from __future__ import annotations

import pytest
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st
from tests.design.conftest import COOLDOWN, GDP, NOISE, PRESSURE

from steppe.config.compose import compose
from steppe.config.scales import text_of
from steppe.design.points import build, point_settings
from steppe.design.sweep import from_sweep
from steppe.errors import InputError
from steppe.world.spec import evidence_for


def swept(*overrides: str):
    spec, rest = from_sweep(["world=toy", *overrides])
    config = compose(rest, design=spec)
    assert config.design is not None
    return build(config.design, evidence_for(config.world), config.world, config)


def by_hydra(overrides) -> list[dict[str, str]]:
    """The points as Hydra's basic sweeper makes them: key → text, in its order."""
    (jobs,) = BasicSweeper.split_arguments(OverridesParser.create().parse_overrides(list(overrides)), None)
    return [dict(text.lstrip("+").split("=", 1) for text in job) for job in jobs]


SWEEPS = [
    (f"{NOISE}=0.04,0.05", f"{PRESSURE}=true,false"),
    (f"{COOLDOWN}=range(1,5)", f"{NOISE}=0.1,0.12,0.04"),
    (f"{NOISE}=range(0.03,0.12,0.03)",),
    (f"{COOLDOWN}=choice(1,2.5,4)", "readings.region=choice(zero_sum,as_coded)"),
    (f"{COOLDOWN}=sort(3,1,2)", f"{PRESSURE}=shuffle(true,false)"),
    (f"+{COOLDOWN}=1,2", f"++{PRESSURE}=false,true"),
    (f"{COOLDOWN}=tag(slow,choice(4,5))", f"{NOISE}=1e-1,5e-2"),
    (f"{COOLDOWN}=sort(range(1,4),reverse=true)",),
]


@pytest.mark.parametrize("overrides", SWEEPS, ids=map(" ".join, SWEEPS))
def test_the_points_are_those_of_hydra_in_its_order(overrides: tuple[str, ...]) -> None:
    design = swept(*overrides)
    wanted = by_hydra(overrides)
    assert len(design.rows) == len(wanted)
    if any("shuffle" in text for text in overrides):  # the luck of one call
        assert {tuple(map(str, row)) for row in design.rows} == {
            (str(float(a)), b) for a, b in (job.values() for job in wanted)
        }
        return
    for row, job in zip(design.rows, wanted, strict=True):
        assert list(row) == [read(job[name], value) for name, value in zip(design.names, row, strict=True)]


def read(text: str, like: object) -> object:
    """A text of Hydra's as a value of the kind of another."""
    return text == "True" if isinstance(like, bool) else type(like)(text)


@given(
    st.lists(st.floats(0.03, 0.12), min_size=2, max_size=5, unique=True),
    st.lists(st.integers(1, 5), min_size=2, max_size=4, unique=True),
)
def test_any_numbers(noises: list[float], cooldowns: list[int]) -> None:
    texts = [f"{NOISE}={','.join(map(repr, noises))}", f"{COOLDOWN}={','.join(map(str, cooldowns))}"]
    spec, rest = from_sweep(texts)
    assert rest == [] and spec is not None
    assert spec.factors[NOISE].values == tuple(noises)
    points = [(a, b) for a in spec.factors[NOISE].values for b in spec.factors[COOLDOWN].values]
    assert [(text_of(a), text_of(b)) for a, b in points] == [tuple(job.values()) for job in by_hydra(texts)]


class TestWhatIsLeft:
    def test_single_values_stay_overrides(self) -> None:
        spec, rest = from_sweep([f"{NOISE}=0.1,0.05", "world=toy", f"{COOLDOWN}=3", "ensemble.replicates=10"])
        assert spec is not None and list(spec.factors) == [NOISE]
        assert rest == ["world=toy", f"{COOLDOWN}=3", "ensemble.replicates=10"]

    def test_without_a_sweep_nothing_changes(self) -> None:
        assert from_sweep(["world=toy", f"{NOISE}=0.1"]) == (None, ["world=toy", f"{NOISE}=0.1"])
        assert from_sweep([]) == (None, [])

    def test_scenarios_are_a_factor_and_may_be_files(self, tmp_path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text("question: Why?\nworld: toy\n")
        design = swept(f"scenario=baseline,{file}", f"{PRESSURE}=true,false")
        assert design.rows == (("baseline", True), ("baseline", False), ("mine", True), ("mine", False))
        assert point_settings(design, 2).scenario == "mine"

    def test_a_coded_value_has_a_slash_in_its_name_and_is_a_factor_even_alone(self) -> None:
        """The toy world's AAA has a domestic product of 360 to 440 (seeds/worlds/toy/actors/AAA.yaml)."""
        design = swept(f"{GDP}=370,420.5", f"{PRESSURE}=true,false")
        assert [point_settings(design, p).values for p in (0, 2)] == [
            {"actors/AAA.gdp": 370.0},
            {"actors/AAA.gdp": 420.5},
        ]
        design = swept(f"{GDP}=370", f"{PRESSURE}=true,false")
        assert design.varied == (PRESSURE,) and design.rows == ((370.0, True), (370.0, False))


class TestRefused:
    @pytest.mark.parametrize(
        ("overrides", "message"),
        [
            (["world=toy,eurasia_2026"], "world cannot be swept"),
            (["ensemble.replicates=10,20"], "ensemble.replicates cannot be swept"),
            ([f"{NOISE}=interval(0.03,0.12)"], "no list of values"),
            (["scenario=glob(*)"], "no list of values"),
            ([f"{NOISE}=0.1,0.2", f"{NOISE}=0.3,0.4"], "swept twice"),
            ([f"{NOISE}=0.1,0.1"], "listed twice"),
            ([f"{NOISE}=[1,2],[3]"], "not an accepted value"),
            ([f"{NOISE}=0.05,0.1", "design=lhs"], "a design of its own"),
            ([f"{NOISE}=0.05,0.1", "design.points=3"], "a design of its own"),
        ],
    )
    def test_with_one_message(self, overrides: list[str], message: str) -> None:
        with pytest.raises(InputError, match=message) as caught:
            from_sweep(overrides)
        assert caught.value.file == "command line" and caught.value.key

    def test_values_meet_the_evidence_in_compose(self) -> None:
        with pytest.raises(InputError, match="outside the range that the evidence supports") as caught:
            swept(f"{NOISE}=0.05,0.2")
        assert caught.value.file == "command line"
