"""A browser without a screen and without a network, and one page in it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 900
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # root in a container has none; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name has an address
)

#: an alert would stop the page and all that looks at it
NO_ALERTS = (
    "window.alerts = []; window.alert = window.confirm = window.prompt = (text) => alerts.push(`${text}`)"
)


def missing() -> str:
    """Why there is no browser to test in; empty if there is one."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium on the PATH; tools/browser installs it"
    return "" if shutil.which("chromedriver") else "no chromedriver on the PATH; tools/browser installs it"


def demand() -> None:
    """Skip the test that needs a browser where there is none; fail it where there must be one."""
    reason = missing()
    if reason and (os.environ.get("CI") == "true" or os.environ.get("STEPPE_BROWSER") == "required"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def start(profile: Path) -> Any:
    """A running browser, offline.  profile : folder for its files"""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = next(filter(None, map(shutil.which, BROWSERS)))
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    # With the path given, Selenium looks for no driver, and so downloads none.
    driver = Chrome(options=options, service=Service(executable_path=shutil.which("chromedriver")))
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(60)
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_ALERTS})
    nothing = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", nothing)
    return driver


@dataclass
class Page:
    """A file, open in the browser.

    console : what the page has written there, and errors, since it was opened
    requests : addresses asked for since then
    """

    driver: Any
    file: Path
    width: int = WIDTH
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, width: int = WIDTH, patience: float = 15.0) -> Page:
        """Load the file anew, `width` CSS pixels wide, and wait so many seconds at most until its figures are there."""
        self.resize(width)
        self.driver.get("about:blank")
        self._logs()
        self.console, self.requests = [], []
        self.driver.get(self.file.as_uri())
        self.wait(lambda: self.script("settled"), patience)
        return self

    def resize(self, width: int) -> None:
        """Make the screen `width` CSS pixels wide; below 600 it is a phone's, which minds the viewport of the page."""
        self.width = width
        screen = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        time.sleep(0.2)  # charts that fill their place are drawn anew

    def media(self, name: str = "") -> None:
        """Lay the page out as for `print`, or again as for a screen."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": name})

    def script(self, name: str, *arguments: Any) -> Any:
        """What a script of this folder returns; it may be asynchronous."""
        text = (SCRIPTS / "common.js").read_text("utf-8") + (SCRIPTS / f"{name}.js").read_text("utf-8")
        body = f"const given = [...arguments]; return (async () => {{ {text}\n }})()"
        return self.driver.execute_script(body, *arguments)

    def wait(self, done: Callable[[], Any], seconds: float = 10.0) -> bool:
        """Whether `done` came to be true in time."""
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def picture(self, box: dict[str, float] | None = None) -> str:
        """PNG in base64 of a box (x, y, width, height on the page), or of the whole page."""
        box = box or self.script("page_box")
        options = {"format": "png", "captureBeyondViewport": True, "clip": {**box, "scale": 1}}
        return str(self.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])

    def save(self, path: Path) -> None:
        """Write a picture of the whole page."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.picture()))

    def pdf(self) -> bytes:
        """The page as it prints on A4."""
        paper = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", paper)["data"])

    def read_logs(self) -> None:
        """Bring `console` and `requests` up to date."""
        console, requests = self._logs()
        self.console += console
        self.requests += requests

    def _logs(self) -> tuple[list[str], list[str]]:
        """New entries of both logs; reading takes them away."""
        lines = [
            f"{one['level'].lower()}: {one['message']}"
            for one in self.driver.get_log("browser")
            if one["level"] != "DEBUG"  # the browser's own remarks on slowness
        ]
        events = [json.loads(one["message"])["message"] for one in self.driver.get_log("performance")]
        return lines, [address for event in events if (address := _address(event))]


def _address(event: dict[str, Any]) -> str | None:
    """What an event of the network asks for, if it asks for anything."""
    inside, method = event["params"], event["method"]
    if method == "Network.requestWillBeSent":
        return str(inside["request"]["url"])
    if method in ("Network.webSocketCreated", "Network.webTransportCreated"):
        return str(inside["url"])
    return None
