"""Real reports in a real browser that has no network: sound, drawn, usable by keyboard, and with the numbers of their run."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.conftest import LIVELY, SCENARIOS, SIZE
from tests.browser.browser import Page
from tests.browser.checks import DESKTOP, EVERY, MOVING, PHONE
from tests.browser.numbers import against_tables
from typer.testing import CliRunner

import steppe
from steppe.cli import app

pytestmark = pytest.mark.slow
HOSTILE = "</script><img src=x onerror=alert(1)>"


def reported(run: steppe.Run, driver: Any) -> Page:
    """The page of a run, by the command line."""
    file = run.path / "report.html"
    result = CliRunner().invoke(app, ["report", str(run.path), "-o", str(file)])
    assert result.exit_code == 0, result.output
    return Page(driver, file)


@pytest.fixture(scope="module", params=["two", "alone", "eurasia"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> steppe.Run:
    """Scenarios that are compared, a scenario alone, and the world that has a map."""
    out = tmp_path_factory.mktemp("report") / request.param
    if request.param == "two":
        return steppe.run(scenario=SCENARIOS, out=out, **SIZE, **LIVELY)
    if request.param == "alone":
        return steppe.run(scenario=SCENARIOS[1], out=out, **SIZE, **LIVELY)
    return steppe.run(scenario=["baseline", "cpc_closes"], replicates=12, years=4, seed=7, out=out)


@pytest.fixture(scope="module")
def page(run: steppe.Run, driver: Any) -> Page:
    return reported(run, driver)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_it_is_sound(page: Page, width: int) -> None:
    opened = page.open(width)
    assert {name: faults for name, check in EVERY.items() if (faults := check(opened))} == {}


def test_it_moves_and_prints(page: Page) -> None:
    opened = page.open()
    assert {name: faults for name, check in MOVING.items() if (faults := check(opened))} == {}


def test_its_numbers_are_those_of_the_run(page: Page, run: steppe.Run) -> None:
    assert against_tables(page.open(), run) == []


def test_there_is_a_slider_where_there_is_a_map(page: Page, run: steppe.Run) -> None:
    sliders = page.open().script("sliders")
    assert sliders or "cpc_closes" not in run.scenarios


class TestHostileText:
    """What a user writes stays text."""

    @pytest.fixture(scope="class")
    @classmethod
    def hostile(cls, driver: Any, tmp_path_factory: pytest.TempPathFactory) -> Page:
        folder = tmp_path_factory.mktemp("hostile")
        file = folder / "<img src=x onerror=alert(2)>.yaml"
        file.write_text(
            "world: toy\n"
            f"question: '{HOSTILE} <b>x</b> & “quoted”?'\n"
            f"prediction: '{HOSTILE} <b>x</b>'\n"
            "counterfactual: baseline\n"
            "outcomes:\n  - {measure: alive, of: RIVERS, expects: '+'}\n"
            "interventions:\n  - {kind: bar, date: 2020-01, state: AAA, organisation: RIVERS}\n",
            "utf-8",
        )
        run = steppe.run(scenario=["baseline", str(file)], out=folder / "run", **SIZE)
        return reported(run, driver)

    def test_it_is_sound(self, hostile: Page) -> None:
        opened = hostile.open()
        assert {name: faults for name, check in EVERY.items() if (faults := check(opened))} == {}

    def test_it_is_read_as_it_was_written(self, hostile: Page) -> None:
        seen = hostile.open().driver.execute_script(
            "return {words: document.body.innerText, made: document.querySelectorAll('img[src=x], main b b').length,"
            " bold: [...document.querySelectorAll('b')].filter((one) => one.textContent === 'x').length}"
        )
        assert f"{HOSTILE} <b>x</b> & “quoted”?" in " ".join(seen["words"].split())
        assert "<img src=x onerror=alert(2)>" in seen["words"]
        assert seen["made"] == seen["bold"] == 0
