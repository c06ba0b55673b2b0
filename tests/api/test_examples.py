"""The examples of every docstring and of docs/api.md are true; every public function has one; the package imports lightly."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import steppe
import steppe.api

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
MODULES = ["steppe", *(f"steppe.api.{one.name}" for one in pkgutil.iter_modules(steppe.api.__path__))]
SLOW = ("steppe.api.ema",)  # importing the workbench takes seconds
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


class Parser(doctest.DocTestParser):
    """Without xarray, the examples of it are left out."""

    def get_examples(self, string: str, name: str = "<string>") -> list[doctest.Example]:
        found = super().get_examples(string, name)
        for one in found if importlib.util.find_spec("xarray") is None else ():
            one.options[doctest.SKIP] = "xarray" in one.source or "cube" in one.source
        return found


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.slow] if one in SLOW else []) for one in MODULES]
)
def test_docstrings(name: str) -> None:
    if name in SLOW:
        pytest.importorskip("ema_workbench")
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for one in doctest.DocTestFinder(parser=Parser()).find(importlib.import_module(name)):
        assert runner.run(one).failed == 0, one.name


def test_the_page() -> None:
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=FLAGS, parser=Parser())
    assert found.attempted > 20 and found.failed == 0


def test_every_public_function_shows_how_it_is_called() -> None:
    functions = [getattr(steppe, name) for name in steppe.__all__]
    functions = [one for one in functions if inspect.isfunction(one)]
    of_run = [one for name, one in vars(steppe.Run).items() if name[0] != "_" and inspect.isfunction(one)]
    assert {"run", "open", "compare", "ask"} <= {one.__name__ for one in functions}
    for one in (*functions, *of_run):
        assert ">>>" in (one.__doc__ or ""), one.__name__


def test_every_name_is_there_and_listed() -> None:
    assert set(steppe.__all__) <= set(dir(steppe))
    for name in steppe.__all__:
        assert getattr(steppe, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, steppe; print(' '.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "numba", "hydra", "pydantic", "duckdb", "mesa", "scipy", "yaml"} & set(
        found.stdout.split()
    )
