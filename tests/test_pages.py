"""The pages keep their word: links lead somewhere, commands name what exists, queries and examples run."""

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from steppe.cli.adapters import composed
from steppe.simulation.runner import run

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for place in ("*.md", "docs/**/*.md", "conf/*.md", "experiments/**/*.md", "benchmarks/*.md")
    for page in ROOT.glob(place)
)
LINK = re.compile(r"\[[^\]\n]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
QUERY = re.compile(r"^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CHOICE = re.compile(r"\b(world|scenario|experiments|ensemble|executor)=([\w,./]+)")
QUERIES = [(page.name, query) for page in PAGES for query in QUERY.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_name_what_there_is(page):
    """Every scenario=, world=, … in a page is a file of conf/ or a study; paths to a reader's own files aside."""
    for group, names in CHOICE.findall(page.read_text("utf-8")):
        for name in names.rstrip(".,").split(","):
            file = f"experiments/{name}/study.yaml" if group == "experiments" else f"conf/{group}/{name}.yaml"
            own = "/" in name or name in ("NAME", "toy")
            assert own or (ROOT / file).is_file(), f"{group}={name}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A small run like that of `make demo`."""
    folder = tmp_path_factory.mktemp("pages") / "demo"
    scenarios = "scenario=baseline,russia_applies_to_cca,uzbekistan_joins_eaeu"
    run(composed([scenarios, "ensemble.replicates=12"], None), folder, lambda done, planned: None)
    return folder


@pytest.mark.parametrize(
    ("page", "query"), QUERIES, ids=[f"{page}-{n}" for n, (page, _) in enumerate(QUERIES)]
)
def test_queries_run(page, query, demo):
    assert duckdb.sql(re.sub(r"runs/\w+", str(demo), query)).fetchall(), page


def test_there_are_queries():
    assert {"results.md"} <= {page for page, _ in QUERIES}


def test_the_readme_in_python(capsys):
    for block in PYTHON.findall((ROOT / "README.md").read_text("utf-8")):
        exec(block, {})


def test_the_demo_is_what_the_readme_says():
    script = (ROOT / "tools" / "demo").read_text("utf-8")
    for name in ("baseline", "russia_applies_to_cca", "uzbekistan_joins_eaeu", "ensemble.replicates=500"):
        assert name in script


def test_citation_and_changelog_have_the_version():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[1]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == version and citation["cff-version"] == "1.2.0"
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
