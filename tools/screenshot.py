"""A page as a picture: `python -m tools.screenshot PAGE FILE [WIDTH]`. The whole page, drawn by a browser without a network."""

import base64
import sys
import tempfile
from pathlib import Path

from tests.browser.browser import Page, start

WIDTH = 1100


def picture(file: Path, width: int) -> bytes:
    """The whole page as WebP, once all its figures are drawn."""
    with tempfile.TemporaryDirectory() as profile:
        driver = start(Path(profile))
        try:
            box = Page(driver, file.resolve()).open(width).script("page_box")
            options = {"format": "webp", "quality": 80, "captureBeyondViewport": True, "clip": {**box, "scale": 1}}
            return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])
        finally:
            driver.quit()


if __name__ == "__main__":
    shot = picture(Path(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else WIDTH)
    Path(sys.argv[2]).write_bytes(shot)
