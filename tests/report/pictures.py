"""What a test asks of a figure: its data as the specification has them, its marks as they are drawn, its safety."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from steppe.report.figures import theme
from steppe.report.figures.figure import Figure

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</script><img src=x onerror=alert(1)>"


def data(figure: Figure, *fields: str) -> list[dict[str, Any]]:
    """The rows of all data of the specification that have every one of the fields."""
    sets = theme.spec(figure)["datasets"].values()
    return [row for values in sets for row in values if all(field in row for field in fields)]


def marks(figure: Figure, kind: str, width: int = 700) -> list[ET.Element]:
    """The drawn marks of a kind (symbol, line, area, rect, rule, text) of all layers."""
    root = ET.fromstring(theme.svg(figure, width))
    groups = [
        group
        for group in root.iter(f"{SVG}g")
        if f"mark-{kind}" in (names := group.get("class", "")) and "role-mark" in names
    ]
    return [one for group in groups for one in group]


def texts(figure: Figure, width: int = 330) -> list[str]:
    """Every text of the drawn picture, legend and axes too."""
    root = ET.fromstring(theme.svg(figure, width))
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def check(figure: Figure) -> None:
    """What holds of every figure: words, a table, all data inside, no address, something to see on a phone."""
    assert figure.title and figure.alt and figure.caption and figure.rows
    assert figure.id and set(figure.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    keys = {column.key for column in figure.columns}
    assert all(keys <= set(row) | _OPTIONAL for row in figure.rows)
    found = theme.spec(figure)
    text = json.dumps(found, allow_nan=False)
    assert "http" not in text.replace(json.dumps(HOSTILE), "")
    assert '"url"' not in text and '"href"' not in text and '"tooltip"' not in text
    assert found["description"] == figure.alt and found["width"] == "container"
    root = ET.fromstring(theme.svg(figure, 330))
    assert float(root.get("width")) == 330
    assert len(list(root.iter(f"{SVG}path"))) > 2


_OPTIONAL = {"found", "probability_higher", "effect", "p_adjusted", "first_distinguishable"}
