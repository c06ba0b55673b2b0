"""One look for all pictures, and from a picture to what is written: Vega-Lite, SVG, PNG.

Colours are four hues of Okabe & Ito [OI2008]_ that stand out from white by 3:1 or more (WCAG 2.2, 1.4.11); texts by 4.5:1 or
more (1.4.3). What is told apart by colour is told apart by dashes or shapes as well, for greyscale.

.. [OI2008] Okabe, M. & Ito, K. (2008) Color Universal Design: how to make figures and presentations that are friendly to
   colorblind people. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import copy
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import altair

    from steppe.report.figures.figure import Figure

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
INK, QUIET, EDGE, GRID, PAPER = "#1a1a1a", "#4d4d4d", "#767676", "#e3e3e3", "#ffffff"
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, INK)
#: of lines, in the order of the palette: solid, long, dotted, long-short, short
DASHES = ((1, 0), (8, 4), (2, 3), (9, 3, 2, 3), (4, 4))
SHAPES = ("circle", "diamond", "triangle-up", "square", "cross")
#: dashes and shapes of what stands beside the series: dotted and dash-dotted
BESIDE = (
    ((1, 3), "M-1.2,-.12H-.8V.12H-1.2ZM-.2,-.12H.2V.12H-.2ZM.8,-.12H1.2V.12H.8Z"),
    ((6, 2, 1, 2), "M-1.2,-.12H.3V.12H-1.2ZM.8,-.12H1.2V.12H.8Z"),
)
MOST = len(PALETTE)  # series that one picture can tell apart
LABEL = 13  # px, the size of the words
WRAP = 42  # letters of that size that fit on a phone 360 px wide
NOTE, NOTE_WRAP = 12, 46  # px of what is told below the words, and its letters in a line
WIDE = 640  # px from which on there is room for words beside marks and for two columns of a legend
LEGEND_WRAP = 38  # beside a legend's symbol

CONFIG: dict[str, Any] = {
    "background": PAPER,
    "font": FONT,
    "padding": 4,
    "aria": True,
    "locale": {"number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]}},
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": EDGE,
        "tickColor": EDGE,
        "gridColor": GRID,
        "labelOverlap": True,
        "labelLimit": 0,
    },
    "legend": {
        "orient": "top",
        "direction": "vertical",
        "title": None,
        "labelFontSize": LABEL,
        "labelColor": INK,
        "labelLimit": 0,
        "symbolSize": 110,
        "symbolStrokeWidth": 1.2,
        "rowPadding": 4,
        "offset": 10,
    },
    "text": {"fontSize": LABEL, "color": INK},
    "line": {"strokeWidth": 2.5},
    "rule": {"color": INK, "strokeWidth": 2},
    "point": {"size": 80, "filled": True, "opacity": 1},
    "bar": {"color": BLUE},
    "tick": {"opacity": 1},
    "range": {"category": list(PALETTE)},
}


@dataclass(frozen=True)
class Series:
    """How up to `MOST` scenarios are told apart: by colour, dashes and shape, in the order of `names`.

    names : as they are shown, wrapped;  beside : thin grey lines, up to two, that are no scenario
    """

    names: tuple[str, ...]
    beside: tuple[str, ...] = ()

    def scale(self, of: Sequence[Any], beside: Sequence[Any]) -> altair.Scale:
        """A scale from the names to some of `PALETTE`, `DASHES` or `SHAPES`, and from what is beside them."""
        import altair as alt

        found = [*of[: len(self.names)], *beside[: len(self.beside)]]
        return alt.Scale(domain=[*self.names, *self.beside], range=[_plain(one) for one in found])

    def legend(self, **more: Any) -> Any:
        """The legend of the names; None where there is but one. It takes several lines for a long name."""
        import altair as alt

        if len(self.names) + len(self.beside) < 2:
            return None
        columns = {"expr": f"width > {WIDE} ? 2 : 1"}
        return alt.Legend(
            labelExpr="split(datum.label, '\\n')", symbolLimit=12, symbolOpacity=1, columns=columns, **more
        )

    def dashed(self, **legend: Any) -> altair.StrokeDash:
        """The dashes of lines."""
        import altair as alt

        scale = self.scale(DASHES, [dash for dash, _ in BESIDE])
        return alt.StrokeDash("series:N", scale=scale, legend=self.legend(**legend), sort=None)

    def coloured(self, channel: str = "color", **legend: Any) -> Any:
        """The colour (or stroke, or fill) of marks."""
        import altair as alt

        kind = {"color": alt.Color, "fill": alt.Fill, "stroke": alt.Stroke}[channel]
        scale = self.scale(PALETTE, [QUIET] * len(BESIDE))
        return kind("series:N", scale=scale, legend=self.legend(**legend), sort=None)

    def shaped(self, **legend: Any) -> altair.Shape:
        """The shape of points."""
        import altair as alt

        scale = self.scale(SHAPES, [shape for _, shape in BESIDE])
        return alt.Shape("series:N", scale=scale, legend=self.legend(**legend), sort=None)


def series_of(names: Sequence[str], beside: Sequence[str] = ()) -> Series:
    """The first `MOST` names as series, and what is drawn beside them."""
    return Series(tuple(wrapped(name, LEGEND_WRAP) for name in names[:MOST]), tuple(beside))


@dataclass(frozen=True)
class _Plain:
    """Plain data that Altair shall take as they are: it looks through lists item by item, which takes seconds."""

    values: Any
    _schema: ClassVar[dict[str, Any]] = {}  # by which Altair knows what has a `to_dict`

    def to_dict(self, **_: Any) -> Any:
        """As they are."""
        return self.values


def inline(values: Sequence[Mapping[str, Any]] | Mapping[str, Any], **form: str) -> Any:
    """Data inside the specification. form : how they are read, for shapes"""
    import altair as alt

    plain: Any = _Plain(dict(values) if isinstance(values, Mapping) else list(values))
    untyped: Any = alt
    return alt.InlineData(values=plain, **({"format": untyped.DataFormat(**form)} if form else {}))


def wrapped(text: str, width: int = WRAP) -> str:
    """A text in lines of `width` letters at most; words that are longer are broken, at a blank that holds nothing is."""
    lines = textwrap.wrap(" ".join(re.split(r"[ \t\r\n]+", text)), width, break_on_hyphens=False)
    return "\n".join(lines) or text.strip()


def spec(figure: Figure) -> dict[str, Any]:
    """The picture as Vega-Lite, themed, as wide as what holds it, with its data inside and no address in it.

    What is read aloud is the figure's `alt`.
    """
    found: dict[str, Any] = figure.chart.to_dict(validate=False)  # the tests validate
    held = found.get("datasets", {})
    found |= {
        "datasets": {name: one.values if isinstance(one, _Plain) else one for name, one in held.items()}
    }
    found.pop("$schema", None)  # nothing fetches it, but it is an address
    found["config"] = _merged(CONFIG, _without_default(found.get("config", {})))
    found["description"] = figure.alt
    _share(found, found.setdefault("datasets", {}))
    if _single(found):
        found.setdefault("width", "container")
        found.setdefault("autosize", {"type": "fit-x", "contains": "padding"})
    return found


def script_json(content: Mapping[str, Any]) -> str:
    """JSON that can stand inside a script element: no text in it can end the element or begin a comment."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    for one, safe in escapes.items():
        text = text.replace(one, safe)
    return text


def svg(figure: Figure, width: int) -> str:
    """The picture as SVG, `width` pixels wide where it is one view; without network or browser."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(_fixed(spec(figure), width), vl_version=_version()))


def png(figure: Figure, width: int, scale: float = 2) -> bytes:
    """The picture as PNG, `width` × `scale` pixels wide where it is one view."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(_fixed(spec(figure), width), vl_version=_version(), scale=scale))


def _version() -> str:
    """Of Vega-Lite: the one that Altair writes, or the newest that the converter has."""
    import altair
    import vl_convert

    wanted = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = list(vl_convert.get_vegalite_versions())
    return wanted if wanted in known else str(known[-1])


def _single(found: Mapping[str, Any]) -> bool:
    """Whether it is one view, alone or in layers: only these can be as wide as what holds them."""
    return not {"hconcat", "vconcat", "concat", "facet", "repeat"} & set(found)


def _share(part: Any, datasets: dict[str, Any]) -> None:
    """Move the data of all views to one place, each once: layers that draw the same have one copy."""
    if isinstance(part, dict):
        data = part.get("data")
        if isinstance(data, dict) and "values" in data:
            _name(data, datasets)
        for key, one in part.items():
            if key not in ("data", "datasets"):
                _share(one, datasets)
    elif isinstance(part, list):
        for one in part:
            _share(one, datasets)


def _name(data: dict[str, Any], datasets: dict[str, Any]) -> None:
    values = data.pop("values")
    known = next((name for name, other in datasets.items() if other == values), None)
    data["name"] = known or f"data{len(datasets)}"
    datasets[data["name"]] = values


def _fixed(found: dict[str, Any], width: int) -> dict[str, Any]:
    if _single(found) and found.get("width") == "container":
        found = copy.copy(found)
        found["width"] = width
    return found


def _without_default(config: Mapping[str, Any]) -> dict[str, Any]:
    """A chart's own config without what Altair's default theme adds to every chart."""
    view = {k: v for k, v in config.get("view", {}).items() if not k.startswith("continuous")}
    rest = {key: value for key, value in config.items() if key != "view"}
    return {**rest, "view": view} if view else rest


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both, key by key; what `over` says goes before."""
    found = copy.deepcopy(dict(base))
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(found.get(key), dict)
        found[key] = _merged(found[key], value) if both else value
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
