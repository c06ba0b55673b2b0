"""The pages on the mechanisms against the parameter file, the claims and the code."""

import re
from pathlib import Path

import pytest

from steppe.evidence import load
from steppe.mechanisms.parameters import SWITCHES

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "mechanisms"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
NAMES = (
    "shocks",
    "corridors",
    "trade",
    "affinity",
    "security",
    "alignment",
    "bilateral",
    "value",
    "membership",
    "institutions",
    "domestic",
    "processes",
    "observe",
    "world",
)
PARTS = (
    "What it computes",
    "Parameters",
    "Source",
    "Claims that inform it",
    "Switched off by",
    "Known limits",
)
ROW = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| (\S+) \| (\S+) – (\S+) \| (.+?) \| (.+) \|$", re.MULTILINE)
EVIDENCE = load()


def test_there_is_a_page_for_each():
    """No page without a mechanism, none missing."""
    assert sorted(PAGES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_page_has_its_parts(name):
    """In the same order everywhere, none empty."""
    assert re.findall(r"^## (.+)$", PAGES[name], re.MULTILINE) == list(PARTS)
    assert all(part.strip().count("\n") for part in PAGES[name].split("\n## ")[1:])


@pytest.mark.parametrize("parameter", sorted(EVIDENCE.parameters))
def test_every_parameter_stands_on_one_page(parameter):
    """Once, and those that build the world on the page on the world."""
    found = [name for name, text in PAGES.items() for row in ROW.findall(text) if row[0] == parameter]
    assert len(found) == 1
    assert sum(text.count(f"`{parameter}`") for text in PAGES.values()) == 1
    assert parameter.startswith("world.") == (found == ["world"])


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_those_of_the_file(name):
    """Default, range, unit and definition as coded: a page that went stale fails here."""
    for parameter, default, low, high, unit, definition in ROW.findall(PAGES[name]):
        coded = EVIDENCE.parameters[parameter]
        assert (default, low, high) == tuple(f"{x:g}" for x in (coded.value, *coded.range)), parameter
        assert (unit, definition) == (coded.unit, coded.definition), parameter


@pytest.mark.parametrize("name", NAMES)
def test_claims_exist(name):
    """Every id listed is the id of a coded claim."""
    listed = re.findall(r"^- `([a-z-]+/[a-z0-9-]+)`$", PAGES[name], re.MULTILINE)
    assert listed and set(listed) <= {str(claim) for claim in EVIDENCE.claims}


def test_every_switch_is_named():
    """A reader of the pages learns of every switch."""
    text = "\n".join(PAGES.values())
    assert [name for name in SWITCHES if f"{name}: false`" not in text] == []
