"""Every block of Python in the documentation runs, page by page, from top to bottom."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = {page.name: page for page in sorted(DOCS.rglob("*.md")) if BLOCK.search(page.read_text("utf-8"))}


@pytest.mark.parametrize("name", PAGES)
def test_blocks_run(name, capsys):
    text, names = PAGES[name].read_text("utf-8"), {"__name__": "docs"}
    for block in BLOCK.finditer(text):
        lines = "\n" * text[: block.start(1)].count("\n")  # so that a traceback names the line of the page
        exec(compile(lines + block.group(1), str(PAGES[name]), "exec"), names)


def test_the_page_on_extending_has_blocks():
    assert "extending.md" in PAGES
