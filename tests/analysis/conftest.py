"""Fake runs for the analysis: made once, read by many tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from results.fake import make_run
from steppe.results.query import Run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two scenarios, 60 replicates each."""
    return make_run(tmp_path_factory.mktemp("analysis") / "run", replicates=60)
