"""The data folders are found beside the code in a checkout and inside the package otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from steppe import paths


def test_a_checkout_holds_the_seeds_beside_the_code() -> None:
    assert paths.seeds() == paths.root() / "seeds"
    assert (paths.seeds() / "codebook.yaml").is_file()


def test_an_installed_package_holds_them_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "site-packages" / "steppe")
    paths.root.cache_clear()
    try:
        assert paths.conf() == tmp_path / "site-packages" / "steppe" / "_data" / "conf"
        assert paths.experiments().parent == paths.seeds().parent
    finally:
        paths.root.cache_clear()


def test_a_path_is_shown_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.shown(tmp_path / "a" / "b.yaml") == str(Path("a") / "b.yaml")
    assert paths.shown("/elsewhere/b.yaml") == "/elsewhere/b.yaml"
