"""The check of numbers finds a wrong value, a wrong rounding and a wrong interval, and passes what is right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.browser.browser import Page
from tests.browser.numbers import against_tables, read
from tests.results.fake import make_run

import steppe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> steppe.Run:
    """Two scenarios of random events; no simulator."""
    return steppe.open(make_run(tmp_path_factory.mktemp("fake") / "run").path)


def text(run: steppe.Run) -> str:
    """A page with numbers of each kind, written as a report writes them."""
    lines = []
    for measure in ("member", "welfare", "members"):
        for row in run.compare("baseline", measure=measure):
            of = " ".join(f'data-{key}="{row[key]}"' for key in ("scenario", "measure", "entity", "year"))
            of += ' data-reference="baseline" data-point="0"'
            shown = f"{row['difference']:+.3f} [{row['low']:.3f}, {row['high']:.3f}]".replace("-", "−")
            for statistic, words in (
                ("difference", shown),
                ("alternative", f"{row['alternative']:.2f}"),
                ("reference", f"{100 * row['reference']:.0f} %"),
            ):
                lines.append(
                    f'<data {of} data-statistic="{statistic}" data-value="{row[statistic]!r}">{words}</data>'
                )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def page(driver: Any, folder: Path) -> Page:
    return Page(driver, folder / "numbers.html")


def faults(page: Page, run: steppe.Run, words: str) -> list[str]:
    page.file.write_text(f"<!doctype html><title>numbers</title>{words}", "utf-8")
    return against_tables(page.open(), run)


def test_what_is_right_passes(page: Page, run: steppe.Run) -> None:
    assert faults(page, run, text(run)) == []


def test_a_wrong_value(page: Page, run: steppe.Run) -> None:
    """In the seventh place, which no reader sees."""
    wrong = re.sub(
        r'(data-statistic="alternative" data-value=")([^"]+)',
        lambda one: f"{one[1]}{float(one[2]) + 1e-7}",
        text(run),
    )
    found = [one for one in faults(page, run, wrong) if "and the run gives" in one]
    assert len(found) == len(re.findall("alternative", wrong))


def test_a_number_of_another_scenario(page: Page, run: steppe.Run) -> None:
    wrong = text(run).replace('data-scenario="pull"', 'data-scenario="baseline"')
    assert any("and the run gives" in one for one in faults(page, run, wrong))


def test_a_wrong_rounding(page: Page, run: steppe.Run) -> None:
    wrong = re.sub(r">(\d+\.\d\d)<", lambda one: f">{float(one[1]) + 0.01:.2f}<", text(run))
    assert any("rounded" in one for one in faults(page, run, wrong))


def test_a_wrong_interval(page: Page, run: steppe.Run) -> None:
    wrong = re.sub(r", (\d+\.\d+)\]<", lambda one: f", {float(one[1]) + 0.002:.3f}]<", text(run))
    assert any("the interval is not" in one for one in faults(page, run, wrong))


def test_no_numbers(page: Page, run: steppe.Run) -> None:
    assert faults(page, run, "<p>0.5</p>") == ["the page says of no number what it is"]


def test_reading() -> None:
    assert read("−1,234.5 [−2, +3.25]") == [(-1234.5, 0.05), (-2, 0.5), (3.25, 0.005)]
