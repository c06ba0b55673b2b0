"""A page as a picture: `python -m tools.screenshot PAGE FILE [WIDTH [HEIGHT]]`. Drawn by a browser without a network."""

import base64
import sys
import tempfile
from pathlib import Path

from tests.browser.browser import Page, start

WIDTH = 1100
SMALL = 0.6  # of a whole page, which is long


def picture(file: Path, width: int, height: int | None) -> bytes:
    """The page as JPEG from its top (WebP ends at 16,383 px), once all its figures are drawn.  height : px, None for all of it"""
    with tempfile.TemporaryDirectory() as profile:
        driver = start(Path(profile))
        try:
            box = Page(driver, file.resolve()).open(width).script("page_box")
            clip = {
                **box,
                "height": min(box["height"], height or box["height"]),
                "scale": 1 if height else SMALL,
            }
            options = {"format": "jpeg", "quality": 60, "captureBeyondViewport": True, "clip": clip}
            return base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])
        finally:
            driver.quit()


if __name__ == "__main__":
    page, out, *size = sys.argv[1:]
    wide, high = (*map(int, size), *(WIDTH, None)[len(size) :])
    Path(out).write_bytes(picture(Path(page), wide, high))
