"""What must be true of a page. Each check looks at an open page and returns its faults in words: none, if it is sound.

Limits of contrast, sizes and names are those of WCAG 2.2, level AA.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from selenium.webdriver.common.keys import Keys
from tests.browser.browser import Page

PHONE, DESKTOP = 360, 1280
MEGABYTES = 5.0
INK = 0.005  # least share of a drawing that is not its ground
COLOURS = 4  # least number of colours in it; a line has more, by its soft edges
MOVED = 0.0005  # least share of a drawing that a slider changes
PRINTED = 718  # CSS pixels between the margins of A4

Check = Callable[[Page], list[str]]


def silent(page: Page) -> list[str]:
    """Nothing was written to the console, and nothing failed."""
    page.read_logs()
    return list(page.console)


def alone(page: Page) -> list[str]:
    """Nothing was asked for but the file itself, and nothing is written in it that would be."""
    page.read_logs()
    own = page.file.as_uri()
    asked = {
        one.split("#")[0].split("?")[0]
        for one in page.requests
        if not one.startswith(("data:", "blob:", "about:"))
    }
    return [f"asked for {one}" for one in sorted(asked - {own})] + list(page.script("addresses"))


def small(page: Page) -> list[str]:
    """The file is under 5 MB."""
    size = page.file.stat().st_size / 1e6
    return [] if size < MEGABYTES else [f"{size:.1f} MB"]


def drawn(page: Page) -> list[str]:
    """Every figure has a drawing, and it is not blank: there is ink on it, and a chart has marks, not its axes alone."""
    faults = []
    if not page.script("settled"):
        faults.append("a figure without a drawing")
    drawings = page.script("drawings")
    for one in drawings:
        seen = page.script("ink", page.picture(one["box"]))
        if seen["ink"] < INK or seen["colours"] < COLOURS:
            faults.append(f"blank: {one['name']} ({seen['colours']} colours, {100 * seen['ink']:.2f} % ink)")
        if one["marks"] == 0:
            faults.append(f"axes without marks: {one['name']}")
    return faults or ([] if drawings else ["no drawing at all"])


def slides(page: Page) -> list[str]:
    """The arrow keys move every slider, and with it what is drawn (its words aside) and the value that is shown."""
    faults = []
    page.script("words", True)
    for place, slider in enumerate(page.script("sliders")):
        faults += [f"{slider['told']}: {fault}" for fault in _slide(page, place)]
    page.script("words", False)
    return faults


def _slide(page: Page, place: int) -> list[str]:
    """Faults of one slider."""
    first = page.script("sliders")[place]
    if first["drawing"] < 0:
        return ["no drawing beside it"]
    if not page.script("focus_slider", place):
        return ["takes no focus"]
    box = page.script("drawings")[first["drawing"]]["box"]
    if not page.wait(lambda: page.script("changed", page.picture(box), page.picture(box)) == 0, 5):
        return ["the drawing changes by itself"]
    before = page.picture(box)
    key = Keys.ARROW_RIGHT if first["value"] < first["max"] else Keys.ARROW_LEFT
    faults = ["nothing that is drawn changes"]
    for _ in range(60):  # one step may change nothing; all of them must not
        page.keys(key)
        if page.wait(lambda: page.script("changed", before, page.picture(box)) > MOVED, 0.4):
            faults = []
            break
        if page.script("sliders")[place]["value"] in (first["min"], first["max"]):
            break
    last = page.script("sliders")[place]
    if last["value"] == first["value"]:
        faults.append("the keys do not move it")
    if first["words"] == last["words"] or f"{last['value']:g}" not in last["words"]:
        faults.append(f"its value is not shown: {last['words'].strip()!r}, at {last['value']:g}")
    return faults


def has_slider(page: Page) -> list[str]:
    """There is a slider."""
    return [] if page.script("sliders") else ["no slider"]


def keyboard(page: Page) -> list[str]:
    """The Tab key reaches every control, and one sees where the focus is."""
    page.open(page.width)
    controls = page.script("controls")
    page.script("focus_watched")
    for _ in range(0, len(controls) + 4, 50):
        page.keys(*[Keys.TAB] * 50)
    kept = page.script("focus_kept")
    reached = {one["number"] for one in kept}
    faults = [f"not reached: {one['told']}" for one in controls if one["number"] not in reached]
    seen = {one["number"] for one in kept if one["visible"]}
    doubtful = sorted(reached - seen - {-1})
    unseen = [one for one in page.script("focus_again", doubtful) if not one["visible"]]
    return faults + [f"focus is not seen: {one['told']}" for one in unseen]


def skips(page: Page) -> list[str]:
    """The first control is a link past all that comes before the content; it is seen, and it works."""
    page.open(page.width)
    page.keys(Keys.TAB)
    seen = page.script("skip")
    if not seen["focused"]:
        return [f"the first Tab is not at a link into the page, which is {seen['link']}"]
    faults = [] if seen["shown"] else ["the skip link is not seen where it has the focus"]
    page.keys(Keys.ENTER)
    page.wait(lambda: page.script("skip")["hash"] == seen["wanted"], 2)
    page.keys(Keys.TAB)
    seen = page.script("skip")
    if seen["hash"] != seen["wanted"] or not seen["main"] or not seen["behind"]:
        faults.append("the skip link does not lead to the content")
    return faults


def named(page: Page) -> list[str]:
    """Every control says what it is."""
    from selenium.webdriver.common.by import By

    controls = page.driver.find_elements(By.CSS_SELECTOR, "button, input, select, textarea, summary, a[href]")
    shown = [one for one in controls if one.is_displayed()]
    return [
        f"no name: {one.get_attribute('outerHTML')[:80]}" for one in shown if not one.accessible_name.strip()
    ]


def fits(page: Page) -> list[str]:
    """No part of the page is wider than the screen."""
    return list(page.script("overflow", page.width))


def scrolls(page: Page) -> list[str]:
    """What scrolls for itself can be scrolled by keyboard."""
    return list(page.script("scrollers"))


def legible(page: Page) -> list[str]:
    """Contrast of every word with what is behind it: 4.5 to 1, large ones 3 to 1; those of charts as well."""
    page.script("words", True)
    pictures = [page.picture(one["box"]) for one in page.script("drawings")]
    page.script("words", False)
    faults = [
        one for place, picture in enumerate(pictures) for one in page.script("contrast_drawn", place, picture)
    ]
    page.script("open_details", True)
    faults += page.script("contrast")
    page.script("open_details", False)
    return [f"faint: {one}" for one in faults]


def roomy(page: Page) -> list[str]:
    """No words of a chart lie on one another or are cut."""
    return list(page.script("crowded"))


def ordered(page: Page) -> list[str]:
    """Language, title, headings in order, words for every drawing, head cells of tables, links that lead somewhere."""
    return list(page.script("structure"))


def prints(page: Page) -> list[str]:
    """It prints, with nothing folded and nothing too wide for A4."""
    page.open(PRINTED)
    page.script("print_watched")
    page.media("print")
    page.resize(PRINTED)
    faults = list(page.script("overflow", PRINTED))
    page.media()
    pdf = page.pdf()
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    if not pdf.startswith(b"%PDF") or not pages:
        faults.append("no page was printed")
    folded = page.script("print_kept")
    if folded is None:
        return [*faults, "the page was not told that it is printed"]
    return faults + [f"folded in print: {one}" for one in folded] + silent(page)


def no_alert(page: Page) -> list[str]:
    """No script of somebody's text has run."""
    return [f"an alert: {text}" for text in page.driver.execute_script("return window.alerts")]


#: what every report must pass, wide or narrow
EVERY: dict[str, Check] = {
    one.__name__: one
    for one in (no_alert, silent, alone, small, drawn, fits, scrolls, named, ordered, legible, roomy)
}  # fmt: skip
#: what moves the page or loads it anew
MOVING: dict[str, Check] = {one.__name__: one for one in (slides, keyboard, skips, prints)}
