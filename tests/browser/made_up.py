"""A small page that passes every check, and the same with one fault each: without them a check might never fail."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

STYLE = """
  :root { color-scheme: light }
  body { margin: 0 auto; padding: 0 16px; max-width: 60rem; font: 16px/1.5 sans-serif; color: #222; background: #fff }
  .skip { position: absolute; left: -999px } .skip:focus { left: 8px; top: 8px }
  :focus-visible { outline: 3px solid #0050a0; outline-offset: 2px }
  figure { margin: 1rem 0; break-inside: avoid } .chart { width: 100% } .wide { overflow-x: auto }
  footer { color: #595959 }
"""
YEARS = range(2025, 2031)


def lines() -> dict[str, Any]:
    """A chart with two lines."""
    return {
        "data": {"values": [{"year": y, "value": (y - 2025) * k, "way": w} for w, k in (("a", 1), ("b", 2)) for y in YEARS]},
        "width": "container",
        "height": 180,
        "mark": "line",
        "encoding": {
            "x": {"field": "year", "type": "quantitative", "axis": {"format": "d", "tickCount": 5}},
            "y": {"field": "value", "type": "quantitative"},
            "color": {"field": "way", "scale": {"range": ["#0050a0", "#b35900"]}, "legend": {"orient": "top"}},
        },
    }  # fmt: skip


def bars() -> dict[str, Any]:
    """A chart of one year, which a slider chooses."""
    return {
        "data": {
            "values": [
                {"year": y, "state": s, "value": (y - 2024) * k}
                for s, k in (("A", 1), ("B", 3))
                for y in YEARS
            ]
        },
        "params": [
            {
                "name": "year",
                "value": 2025,
                "bind": {"input": "range", "min": 2025, "max": 2030, "step": 1, "name": "Year "},
            }
        ],
        "transform": [{"filter": "datum.year == year"}],
        "width": "container",
        "height": 120,
        "mark": "bar",
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "scale": {"domain": [0, 18]}},
            "y": {"field": "state", "type": "nominal"},
        },
    }


@functools.cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script."""
    import vl_convert

    return vl_convert.javascript_bundle().replace("</script", "<\\/script")


def page(renderer: str = "svg") -> str:
    """The page.  renderer : of the charts, svg or canvas"""
    specs = json.dumps([lines(), bars()]).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A small report</title>
<style>{STYLE}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><nav><a href="#numbers">Numbers</a></nav></header>
<main id="content" tabindex="-1">
<h1>A small report</h1>
<p>In 2030 the second is at <span data-value="10" data-measure="depth">10.0</span>, twice the first.</p>
<h2>Figures</h2>
<figure id="one" aria-label="Two lines that rise from 2025 to 2030, the second twice as fast">
<div class="chart" id="lines"></div><figcaption>Both rise.</figcaption>
</figure>
<figure id="two" aria-label="Bars of two states in the year that the slider below them chooses">
<div class="chart" id="bars"></div><figcaption>One year.</figcaption>
</figure>
<h2 id="numbers">Numbers</h2>
<div class="wide" tabindex="0" role="region" aria-label="Numbers">
<table><thead><tr><th scope="col">State</th><th scope="col">Value</th></tr></thead>
<tbody><tr><th scope="row">A</th><td>6</td></tr></tbody></table>
</div>
<details><summary>More</summary><p>What is folded on a screen and open on paper.</p></details>
</main>
<footer>The end.</footer>
<script>{library()}</script>
<script>
const specs = {specs};
const options = {{ mode: "vega-lite", actions: false, renderer: "{renderer}" }};
vegaEmbed("#lines", specs[0], options);
vegaEmbed("#bars", specs[1], options);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Fault:
    """A fault of the page: the check that must find it, what that says, what is put in the place of what.

    draws : whether the page still draws its charts, so that it is worth waiting for them
    """

    check: str
    says: str
    old: str
    new: str
    draws: bool


def _faults() -> dict[str, Fault]:
    rows = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text("utf-8"))
    for row in rows:
        row["put"] = row["put"].replace("FILLER", "." * 5_000_000)
    return {
        row["fault"]: Fault(*(row[key] for key in ("check", "says", "for", "put")), row.get("draws", True))
        for row in rows
    }


FAULTS = _faults()


def faulty(name: str) -> str:
    """The page with one fault."""
    fault = FAULTS[name]
    head, mark, rest = page().partition("<script>")  # the library stays as it is
    library, end, tail = rest.partition("<script>\nconst specs")
    assert (fault.old in head) != (fault.old in end + tail), name
    return (
        head.replace(fault.old, fault.new, 1) + mark + library + (end + tail).replace(fault.old, fault.new, 1)
    )
