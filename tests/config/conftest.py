"""Scenario and world files of one's own, made for a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from steppe import paths

OwnFile = Callable[[str], Path]


@pytest.fixture
def scenario_file(tmp_path: Path) -> OwnFile:
    """Writes tmp/mine.yaml."""

    def write(text: str) -> Path:
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def own_world(tmp_path: Path) -> Path:
    """The toy world as a folder of the user's own: world.yaml beside its evidence."""
    folder = tmp_path / "islands"
    shutil.copytree(paths.seeds() / "worlds" / "toy", folder)
    (folder / "world.yaml").write_text(
        "start: 2020-01\nstates: [AAA, BBB, CCC, DDD, EEE]\n"
        "organisations: [RIVERS, UNION]\npoles: [AAA, EEE]\n",
        encoding="utf-8",
    )
    return folder
