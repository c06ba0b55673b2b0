"""Make the shapes of the map from those of Natural Earth, as the npm package world-atlas has them in TopoJSON.

    npm pack world-atlas@2.0.2 && tar xf world-atlas-2.0.2.tgz
    python tools/shapes.py package/countries-50m.json src/steppe/report/shapes/eurasia.topojson

The same input gives the same bytes. Islands and parts outside a box are left out as a whole, nothing is cut; lines that two
countries share are thinned once, so that no gap opens between them. Grid and codes are those of the source; numeric codes of
ISO 3166 become alpha-3 ones, and what has no code keeps the source's name instead. A country whose largest part lies
outside the box is left out.
"""

from __future__ import annotations

import argparse
import csv
import heapq
import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

CODES = Path(__file__).resolve().parents[1] / "src/steppe/report/shapes/iso3166.csv"
BOX = (-26.0, 4.0, 192.0, 84.0)  # west, south, east, north in degrees; the east beyond the date line
THIN = 0.006  # square degrees at the equator: corners that span a smaller triangle are dropped
SMALL = 0.03  # square degrees: smaller islands are dropped, but never the largest part of a country

Point = tuple[int, int]
Topology = dict[str, Any]


def codes() -> dict[str, str]:
    """Numeric code of ISO 3166-1 → alpha-3."""
    with CODES.open(encoding="utf-8", newline="") as file:
        return {row["numeric"]: row["alpha3"] for row in csv.DictReader(file)}


def decoded(topology: Topology) -> list[list[Point]]:
    """The arcs as points of the grid, not as steps."""
    out = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x, y))
        out.append(points)
    return out


def encoded(points: list[Point]) -> list[list[int]]:
    """Points of the grid as a first point and steps."""
    before = [(0, 0), *points]
    return [[x - a, y - b] for (x, y), (a, b) in zip(points, before, strict=False)]


def polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """The polygons of a geometry: each a list of rings, each a list of arcs."""
    return [geometry["arcs"]] if geometry["type"] == "Polygon" else list(geometry["arcs"])


class Grid:
    """From the grid of a topology to degrees."""

    def __init__(self, topology: Topology) -> None:
        self.arcs = decoded(topology)
        (self.dx, self.dy), (self.x, self.y) = (
            topology["transform"]["scale"],
            topology["transform"]["translate"],
        )

    def degrees(self, point: Point) -> tuple[float, float]:
        return point[0] * self.dx + self.x, point[1] * self.dy + self.y

    def ring(self, ring: list[int]) -> list[tuple[float, float]]:
        """Longitudes and latitudes of a ring, beyond 180 where it crosses the date line; a negative arc runs backwards."""
        out: list[Point] = []
        for arc in ring:
            points = self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
            out += points[1:] if out else points
        turn, before, degrees = 0, None, []
        for x, y in map(self.degrees, out):
            turn -= 0 if before is None else round((x - before) / 360)
            degrees.append((x + 360 * turn, y))
            before = x
        return degrees

    def size(self, polygon: list[list[int]]) -> float:
        """Area of the outer ring in square degrees, the longitudes shortened as its latitude has it."""
        points = self.ring(polygon[0])
        twice = sum(a * d - c * b for (a, b), (c, d) in pairwise(points))
        return abs(twice) / 2 * math.cos(math.radians(sum(y for _, y in points) / len(points)))

    def meets(self, polygon: list[list[int]], box: tuple[float, float, float, float]) -> bool:
        """Whether the bounds of a polygon meet the box; its longitudes may count from the other side too."""
        west, south, east, north = box
        points = self.ring(polygon[0])
        low, high = min(x for x, _ in points), max(x for x, _ in points)
        if max(y for _, y in points) < south or min(y for _, y in points) > north:
            return False
        return any(low + turn <= east and high + turn >= west for turn in (-360, 0, 360))

    def thinned(self, arc: list[Point], least: float) -> list[Point]:
        """Visvalingam & Whyatt (1993): drop the corner of the smallest triangle until none is below `least`.

        Both ends stay, and a third point; four of a closed arc.
        """
        points = [self.degrees(point) for point in arc]
        before, after = list(range(-1, len(arc) - 1)), list(range(1, len(arc) + 1))
        sizes = [math.inf] * len(arc)

        def size(at: int) -> float:
            (a, b), (c, d), (e, f) = points[before[at]], points[at], points[after[at]]
            return abs((c - a) * (f - b) - (e - a) * (d - b)) / 2 * math.cos(math.radians(d))

        for at in range(1, len(arc) - 1):
            sizes[at] = size(at)
        heap = [(sizes[at], at) for at in range(1, len(arc) - 1)]
        heapq.heapify(heap)
        left, fewest = len(arc), 4 if arc[0] == arc[-1] else 3
        gone = set()
        while heap and left > fewest:
            found, at = heapq.heappop(heap)
            if at in gone or found != sizes[at]:
                continue
            if found >= least:
                break
            gone.add(at)
            left -= 1
            after[before[at]], before[after[at]] = after[at], before[at]
            for beside in (before[at], after[at]):
                if 0 < beside < len(arc) - 1:
                    sizes[beside] = max(size(beside), found)
                    heapq.heappush(heap, (sizes[beside], beside))
        return [point for at, point in enumerate(arc) if at not in gone]


def made(
    topology: Topology,
    box: tuple[float, float, float, float] = BOX,
    thin: float = THIN,
    small: float = SMALL,
) -> Topology:
    """The topology with what lies in the box: thinned, without unused arcs, under alpha-3 codes, ordered by them."""
    grid, names = Grid(topology), codes()
    kept = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        inside = [one for one in polygons(geometry) if grid.meets(one, box)]
        largest = max(polygons(geometry), key=grid.size)
        if largest not in inside:
            continue
        parts = [one for one in inside if one is largest or grid.size(one) >= small]
        record: dict[str, Any] = {"type": "MultiPolygon", "arcs": parts}
        code = names.get(geometry.get("id") or "")
        kept.append(
            record | ({"id": code} if code else {"properties": {"name": geometry["properties"]["name"]}})
        )
    kept.sort(key=lambda one: (one.get("id") or "~", str(one.get("properties"))))
    used = sorted(
        {arc if arc >= 0 else ~arc for one in kept for part in one["arcs"] for ring in part for arc in ring}
    )
    place = {arc: at for at, arc in enumerate(used)}
    for one in kept:
        one["arcs"] = [
            [[place[arc] if arc >= 0 else ~place[~arc] for arc in ring] for ring in part]
            for part in one["arcs"]
        ]
    return {
        "type": "Topology",
        "transform": topology["transform"],
        "objects": {"countries": {"type": "GeometryCollection", "geometries": kept}},
        "arcs": [encoded(grid.thinned(grid.arcs[arc], thin)) for arc in used],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    chosen = parser.parse_args()
    topology = made(json.loads(chosen.source.read_text(encoding="utf-8")))
    text = json.dumps(topology, separators=(",", ":"), ensure_ascii=False) + "\n"
    chosen.target.write_text(text, encoding="utf-8")
    found = topology["objects"]["countries"]["geometries"]
    print(
        f"{chosen.target}: {len(found)} areas, {len(topology['arcs'])} arcs, {len(text.encode()) / 1000:.0f} kB"
    )


if __name__ == "__main__":
    main()
