"""One browser for all tests of a file; a machine without one skips them, unless it must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser import browser


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running browser that has no network."""
    browser.demand()
    running = browser.start(tmp_path_factory.mktemp("profile"))
    try:
        yield running
    finally:
        running.quit()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pages of the tests lie."""
    return tmp_path_factory.mktemp("pages")
