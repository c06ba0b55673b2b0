"""Areas of a map: shapes from a file, which states they are of, and where words and lines stand.

TopoJSON or GeoJSON in degrees. Polygons are turned so that their outer ring runs clockwise, as d3-geo wants it: on a sphere
a ring bounds two areas, and the direction says which one is meant.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from steppe.errors import InputError
from steppe.evidence.read import read_yaml
from steppe.paths import shown

FOLDER = Path(__file__).resolve().parent.parent / "shapes"
SHIPPED = FOLDER / "eurasia.topojson"
LARGEST = 2_000_000  # bytes of a file of shapes; a report holds it whole
MOST = 0.75  # share of the states that a coded view must hold to be used
HEIGHT = 0.6  # of the map, in its width
EARTH = 6371.0  # km, mean radius
ACCEPTED = (
    "TopoJSON or GeoJSON in degrees, with polygons whose id, or one of whose properties, is a code of ISO 3166 "
    "(alpha-3 or numeric) or the id of a state of the run"
)

Ring = list[tuple[float, float]]
Polygon = list[Ring]


@dataclass(frozen=True)
class Label:
    """Where the words about a state stand: at (longitude, latitude), with `room` km; a line leads there from `start`."""

    at: tuple[float, float]
    room: float
    start: tuple[float, float] | None = None


@dataclass(frozen=True)
class View:
    """A part of the map: its centre (longitude, latitude) and the kilometres that its width shows."""

    name: str
    centre: tuple[float, float]
    width: float


@dataclass(frozen=True)
class Areas:
    """Shapes as they go into a picture.

    data : the TopoJSON or GeoJSON; each area of a state has the property `agent`;  format : how Vega-Lite reads it
    labels : of each state that has an area in a view;  views : parts of the map that can be chosen
    lines : segment → points of its way, from the file of the user
    """

    data: dict[str, Any]
    format: dict[str, str]
    labels: dict[str, Label]
    views: tuple[View, ...]
    lines: dict[str, Ring] = field(default_factory=dict)


@cache
def numeric_codes() -> dict[str, str]:
    """Numeric code of ISO 3166-1, three digits, → alpha-3."""
    with (FOLDER / "iso3166.csv").open(encoding="utf-8", newline="") as file:
        return {row["numeric"]: row["alpha3"] for row in csv.DictReader(file)}


def areas_of(
    states: Sequence[str], when: date, file: Path | None = None, segments: Iterable[str] = ()
) -> Areas:
    """The areas of the states of a run that begins at `when`; from a user's file, else those that ship with the package.

    A bloc has the areas of its members at that date. States without an area, or far outside the views, have no label.
    Raises InputError, with what is accepted, for a file that cannot be read as shapes or names no area by a code.
    """
    coded = read_yaml(FOLDER / "areas.yaml")
    part_of = _agents(states, when, coded["blocs"])
    shapes = _read(file or SHIPPED, {*states, *part_of, *segments})
    polygons: dict[str, list[Polygon]] = {}
    for geometry in shapes.geometries:
        code = geometry["properties"].pop("code", None)
        agent = code if code in states else part_of.get(code)
        if agent is not None:
            geometry["properties"] = {"agent": agent}
            polygons.setdefault(agent, []).extend(geometry["polygons"])
    for geometry in shapes.geometries:
        del geometry["polygons"]
    own = coded["labels"]
    labels = {state: _label(found, own.get(state)) for state, found in polygons.items()}
    views = tuple(View(one["name"], tuple(one["centre"]), one["width"]) for one in coded["views"])
    lines = {name: way for name, way in shapes.lines.items() if name in set(segments)}
    inside = {state: label for state, label in labels.items() if _holds(views[0], label.at)}
    if len(inside) < MOST * len(labels):  # another part of the world than the one for which views are coded
        views, inside = (_view([one for found in polygons.values() for one in found]),), labels
    return Areas(shapes.data, shapes.format, inside, views, lines)


def ways(segments: Sequence[str]) -> dict[str, Ring]:
    """Segment → the points of its way (longitude, latitude), as far as they are known."""
    coded = read_yaml(FOLDER / "routes.yaml")
    places, routes = coded["places"], coded["segments"]
    found = {}
    for name in segments:
        stations = routes.get(name) or next(
            ([a, b] for a in places for b in places if name == f"{a}-{b}"), None
        )
        if stations:
            found[name] = [tuple(places[one]) for one in stations]
    return found


def _agents(states: Sequence[str], when: date, blocs: Mapping[str, Any]) -> dict[str, str]:
    """Code of an area → the bloc among the states that it is part of."""
    out = {}
    for bloc in (name for name in blocs if name in states):
        dated = [one for one in blocs[bloc] if str(one["from"]) <= f"{when:%Y-%m}"]
        for code in (dated or blocs[bloc][:1])[-1]["areas"]:
            if code not in states:
                out[code] = bloc
    return out


@dataclass
class _Shapes:
    """A file as it was read: geometries as they stand in `data`, each with its code and its polygons in degrees."""

    data: dict[str, Any]
    format: dict[str, str]
    geometries: list[dict[str, Any]]
    lines: dict[str, Ring]


def _read(file: Path, known: set[str]) -> _Shapes:
    """Raises InputError for what is no TopoJSON or GeoJSON with coded areas in degrees."""

    def wrong(message: str, **more: Any) -> InputError:
        return InputError(message, file=shown(file), accepted=ACCEPTED, **more)

    try:
        if file.stat().st_size > LARGEST:
            size = f"{file.stat().st_size / 1e6:.1f} MB"
            raise InputError(
                "the shapes are too large for a report that holds them whole",
                file=shown(file),
                value=size,
                accepted=f"up to {LARGEST / 1e6:.0f} MB; thin the lines or take a smaller scale",
            )
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise wrong(f"the shapes cannot be read ({error})") from None
    kind = content.get("type") if isinstance(content, dict) else None
    if kind not in ("Topology", "FeatureCollection"):
        raise wrong("the file holds no shapes", key="type", value=kind)
    try:
        found = _topology(content, known) if kind == "Topology" else _features(content, known)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise wrong(f"the shapes are not whole ({type(error).__name__}: {error})") from None
    corners = [point for one in found.geometries for part in one["polygons"] for point in part[0]]
    if not corners:
        raise wrong("the file holds no polygons")
    if any(abs(x) > 360 or abs(y) > 90.001 for x, y in corners):
        raise wrong("the coordinates are not in degrees; write the shapes in WGS 84 (EPSG:4326)")
    if not any("code" in one["properties"] for one in found.geometries):
        raise wrong("no area has a code that is known")
    return found


def _topology(content: Mapping[str, Any], known: set[str]) -> _Shapes:
    """A TopoJSON: the object with the most polygons."""
    scale, shift = [1.0, 1.0], [0.0, 0.0]
    steps = "transform" in content
    if steps:
        scale, shift = content["transform"]["scale"], content["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in content["arcs"]:
        x = y = 0.0
        points = []
        for a, b, *_ in arc:
            x, y = (x + a, y + b) if steps else (a, b)
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(points)

    def ring(numbers: Sequence[int]) -> Ring:
        out: Ring = []
        for one in numbers:
            points = arcs[one] if one >= 0 else arcs[~one][::-1]
            out += points[1:] if out else points
        return out

    kept: list[dict[str, Any]] = []
    lines: dict[str, Ring] = {}
    objects = [one.get("geometries", [one]) for one in content["objects"].values()]
    areal = ("Polygon", "MultiPolygon")
    for geometry in max(objects, key=lambda one: sum(part["type"] in areal for part in one), default=[]):
        code = _code(geometry, known)
        if geometry["type"] == "LineString" and code:
            lines[code] = ring(geometry["arcs"])
        if geometry["type"] not in areal:
            continue
        parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        turned = [
            [
                [~one for one in reversed(numbers)] if _turned(ring(numbers), n == 0) else list(numbers)
                for n, numbers in enumerate(part)
            ]
            for part in parts
        ]
        kept.append(
            {
                "type": "MultiPolygon",
                "arcs": turned,
                "properties": {"code": code} if code else {},
                "polygons": [[ring(numbers) for numbers in part] for part in turned],
            }
        )
    data = {
        "type": "Topology",
        **({"transform": content["transform"]} if steps else {}),
        "objects": {"areas": {"type": "GeometryCollection", "geometries": kept}},
        "arcs": content["arcs"],
    }
    return _Shapes(data, {"type": "topojson", "feature": "areas"}, kept, lines)


def _features(content: Mapping[str, Any], known: set[str]) -> _Shapes:
    """A GeoJSON; coordinates are rounded to a thousandth of a degree."""
    kept: list[dict[str, Any]] = []
    lines: dict[str, Ring] = {}
    for feature in content["features"]:
        geometry = feature.get("geometry") or {"type": None}
        code = _code(feature, known)
        if geometry["type"] == "LineString" and code:
            lines[code] = [(round(x, 3), round(y, 3)) for x, y, *_ in geometry["coordinates"]]
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            continue
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        turned: list[Polygon] = []
        for part in parts:
            rings = [[(round(x, 3), round(y, 3)) for x, y, *_ in ring] for ring in part]
            turned.append([r[::-1] if _turned(r, n == 0) else r for n, r in enumerate(rings)])
        kept.append(
            {
                "type": "Feature",
                "geometry": {"type": "MultiPolygon", "coordinates": turned},
                "properties": {"code": code} if code else {},
                "polygons": turned,
            }
        )
    data = {"type": "FeatureCollection", "features": kept}
    return _Shapes(data, {"type": "json", "property": "features"}, kept, lines)


def _code(geometry: Mapping[str, Any], known: set[str]) -> str | None:
    """The first of id and properties that is a code: of the run, alpha-3 or numeric."""
    numbers = numeric_codes()
    letters = set(numbers.values())
    properties = geometry.get("properties") or {}
    for value in (geometry.get("id"), *properties.values()):
        text = "" if isinstance(value, (bool, float, list, dict)) else str(value).strip()
        if text in known or text in letters:
            return text
    named = [value for key, value in properties.items() if "iso" in key.casefold() or "num" in key.casefold()]
    for value in (geometry.get("id"), *named):
        text = f"{value:03d}" if isinstance(value, int) else str(value)
        if text.zfill(3) in numbers:
            return numbers[text.zfill(3)]
    return None


def _unwound(ring: Ring) -> Ring:
    """The same without a jump at the date line: longitudes go on beyond 180."""
    out: Ring = []
    turn, before = 0, None
    for x, y in ring:
        turn += 0 if before is None else -round((x - before) / 360)
        out.append((x + 360 * turn, y))
        before = x
    return out


def _signed(ring: Ring) -> float:
    """Area in square degrees, positive where the ring runs against the clock."""
    ring = _unwound(ring)
    return sum(a * d - c * b for (a, b), (c, d) in pairwise(ring)) / 2


def _turned(ring: Ring, outer: bool) -> bool:
    """Whether a ring runs the wrong way; one around a pole is taken to be right."""
    around = abs(_unwound(ring)[-1][0] - ring[0][0]) > 180
    return not around and (_signed(ring) < 0) != outer


def _label(polygons: Sequence[Polygon], coded: Mapping[str, Any] | None) -> Label:
    """The place that is coded, else the centroid of the largest part, with the side of a square of its size as room."""
    if coded:
        start = tuple(coded["from"]) if "from" in coded else None
        return Label(tuple(coded["at"]), coded["room"], start)
    ring = _unwound(max((part[0] for part in polygons), key=_size))
    area = _signed(ring) or 1e-9
    x = y = 0.0
    for (a, b), (c, d) in pairwise(ring):
        x, y = x + (a + c) * (a * d - c * b), y + (b + d) * (a * d - c * b)
    centre = (round(x / (6 * area), 2), round(y / (6 * area), 2))
    return Label(centre, round(math.sqrt(_size(ring)) * EARTH * math.pi / 180))


def _size(ring: Ring) -> float:
    """Square degrees, longitudes shortened as the middle latitude has it."""
    return abs(_signed(ring)) * math.cos(math.radians(sum(y for _, y in ring) / len(ring)))


def _view(polygons: Sequence[Polygon]) -> View:
    """A view of all the areas, around the mean of the directions of their corners."""
    points = [point for part in polygons for point in part[0]]
    x, y, z = (sum(values) for values in zip(*map(_direction, points), strict=True))
    centre = (
        round(math.degrees(math.atan2(y, x)), 1),
        round(math.degrees(math.atan2(z, math.hypot(x, y))), 1),
    )
    flat = [projected(point, centre) for point in points]
    across, up = (2 * max(abs(one[axis]) for one in flat) for axis in (0, 1))
    return View("whole map", centre, round(1.08 * max(across, up / HEIGHT)))


def _holds(view: View, point: tuple[float, float]) -> bool:
    """Whether a place is in a view, or not far above or below it."""
    x, y = projected(point, view.centre)
    return abs(x) < view.width / 2 and abs(y) < 1.3 * HEIGHT * view.width / 2


def _direction(point: tuple[float, float]) -> tuple[float, float, float]:
    lon, lat = map(math.radians, point)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def projected(point: tuple[float, float], centre: tuple[float, float]) -> tuple[float, float]:
    """Kilometres to the east and north of the centre on Lambert's azimuthal equal-area projection (Snyder 1987, p. 185)."""
    (lon, lat), (lon0, lat0) = (tuple(map(math.radians, one)) for one in (point, centre))
    cosine = math.sin(lat0) * math.sin(lat) + math.cos(lat0) * math.cos(lat) * math.cos(lon - lon0)
    k = EARTH * math.sqrt(2 / max(1 + cosine, 1e-9))
    x = k * math.cos(lat) * math.sin(lon - lon0)
    return x, k * (math.cos(lat0) * math.sin(lat) - math.sin(lat0) * math.cos(lat) * math.cos(lon - lon0))
