"""A sound page passes every check; for each fault, the check that is there for it says so."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser import browser, made_up
from tests.browser.browser import Page
from tests.browser.checks import DESKTOP, EVERY, MOVING, PHONE

pytestmark = pytest.mark.slow
CHECKS = EVERY | MOVING


def written(driver: Any, folder: Path, name: str, text: str) -> Page:
    """A page with this text, not opened yet."""
    file = folder / f"{name}.html"
    file.write_text(text, "utf-8")
    return Page(driver, file)


@pytest.mark.parametrize("renderer", ["svg", "canvas"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_sound_page_passes(driver: Any, folder: Path, renderer: str, width: int) -> None:
    sound = written(driver, folder, f"sound-{renderer}", made_up.page(renderer)).open(width)
    assert {name: faults for name, check in CHECKS.items() if (faults := check(sound))} == {}


@pytest.mark.parametrize("fault", made_up.FAULTS)
def test_a_fault_is_found(driver: Any, folder: Path, fault: str) -> None:
    planted = made_up.FAULTS[fault]
    page = written(driver, folder, "faulty", made_up.faulty(fault))
    faults = CHECKS[planted.check](page.open(PHONE, patience=15 if planted.draws else 1))
    assert any(planted.says in one for one in faults), faults


def test_every_check_has_a_fault() -> None:
    assert {fault.check for fault in made_up.FAULTS.values()} == set(CHECKS)


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The address of a server on this machine, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/", asked
        running.shutdown()


def test_the_browser_has_no_network(driver: Any, folder: Path, server: tuple[str, list[str]]) -> None:
    """A server on the same machine answers everyone but the browser; without a network there is nobody nearer to ask."""
    import urllib.request

    address, asked = server
    urllib.request.urlopen(address + "python").close()
    text = made_up.page().replace("<footer>", f'<img alt="" src="{address}picture"><footer>')
    page = written(driver, folder, "asking", text).open()
    assert asked == ["/python"]
    assert f"asked for {address}picture" in CHECKS["alone"](page)


class TestWithoutABrowser:
    """Where there is none, tests are skipped with a reason, but on a machine that must have one they fail."""

    @pytest.fixture(autouse=True)
    def nowhere(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("CI", raising=False)
        monkeypatch.delenv("STEPPE_BROWSER", raising=False)

    def test_skipped(self) -> None:
        assert "tools/browser" in browser.missing()
        with pytest.raises(pytest.skip.Exception, match="no Chromium"):
            browser.demand()

    @pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("STEPPE_BROWSER", "required")])
    def test_required(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(pytest.fail.Exception, match="no Chromium"):
            browser.demand()
