"""Shapes of the map: the shipped file, the tool that makes it, the areas of every shipped world, and files of users."""

from __future__ import annotations

import json
import math
from datetime import date
from itertools import pairwise

import pytest
from tools import shapes as tool

from steppe.errors import InputError
from steppe.evidence.read import read_yaml
from steppe.paths import conf, seeds
from steppe.report.figures import areas as module
from steppe.report.figures.areas import LARGEST, SHIPPED, areas_of, numeric_codes, projected, ways

WORLDS = {path.stem: read_yaml(path) for path in sorted((conf() / "world").glob("*.yaml"))}
SQUARE = [[10.0, 10.0], [14.0, 10.0], [14.0, 14.0], [10.0, 14.0], [10.0, 10.0]]  # against the clock


@pytest.fixture(scope="module")
def topology():
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


def feature(ring, **more):
    return {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    } | more


def written(tmp_path, *features):
    file = tmp_path / "own.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return file


class TestShipped:
    def test_every_arc_is_there_and_used_and_every_ring_is_closed(self, topology):
        grid, used = tool.Grid(topology), set()
        for geometry in topology["objects"]["countries"]["geometries"]:
            for ring in (ring for part in geometry["arcs"] for ring in part):
                numbers = [arc if arc >= 0 else ~arc for arc in ring]
                assert all(0 <= number < len(grid.arcs) for number in numbers)
                used.update(numbers)
                points = [p for arc in ring for p in (grid.arcs[arc] if arc >= 0 else grid.arcs[~arc][::-1])]
                assert points[0] == points[-1]
                assert len(set(points)) >= 3
                for one, other in pairwise(ring):  # an arc ends where the next begins
                    end = (grid.arcs[one] if one >= 0 else grid.arcs[~one][::-1])[-1]
                    assert end == (grid.arcs[other] if other >= 0 else grid.arcs[~other][::-1])[0]
        assert used == set(range(len(grid.arcs)))

    def test_neighbours_share_their_border(self, topology):
        """Thinned once for both, so that no gap opens."""
        arcs = {
            one.get("id"): {a if a >= 0 else ~a for part in one["arcs"] for ring in part for a in ring}
            for one in topology["objects"]["countries"]["geometries"]
        }
        for one, other in (("KAZ", "UZB"), ("ARM", "AZE"), ("DEU", "POL"), ("IND", "PAK")):
            assert arcs[one] & arcs[other]
        assert not arcs["KAZ"] & arcs["IND"]

    def test_it_is_small(self):
        assert SHIPPED.stat().st_size < 350_000

    def test_it_lies_in_the_package_with_its_licence(self):
        assert {"LICENCE", "README.md", "areas.yaml", "routes.yaml"} <= {
            p.name for p in SHIPPED.parent.iterdir()
        }


class TestWorlds:
    @pytest.mark.parametrize("name", WORLDS)
    def test_every_state_has_an_area_or_a_square(self, name):
        """All of Eurasia has; over the ocean nothing has; an invented world has none at all."""
        world = WORLDS[name]
        areas = areas_of(world["states"], date.fromisoformat(f"{world['start']}-01"))
        missing = set(world["states"]) - set(areas.labels)
        assert missing == (set(world["states"]) if world["seeds"] else {"USA"})

    def test_every_segment_has_a_way(self):
        segments = [
            one["id"]
            for path in (seeds() / "corridors").glob("*.yaml")
            if isinstance(coded := read_yaml(path), dict)
            for one in coded.get("segments", [])
        ]
        assert len(segments) > 40
        assert set(ways(segments)) == set(segments)

    def test_no_way_is_for_a_segment_that_is_gone(self):
        known = (seeds() / "corridors").glob("*.yaml")
        text = "".join(path.read_text(encoding="utf-8") for path in known)
        for name in read_yaml(SHIPPED.parent / "routes.yaml")["segments"]:
            assert f"id: {name}\n" in text

    @pytest.mark.parametrize(
        ("when", "inside", "outside"),
        [
            (date(2004, 1, 1), {"GBR", "DEU"}, {"POL", "ROU", "HUN"}),  # ten joined on 2004-05-01
            (date(2009, 11, 1), {"GBR", "POL", "ROU"}, {"HRV", "HUN"}),  # 2007-01-01; Croatia 2013-07-01
            (date(2026, 1, 1), {"POL", "HRV"}, {"GBR", "HUN"}),  # Britain left on 2020-01-31
        ],
    )
    def test_a_bloc_has_the_members_of_its_day(self, when, inside, outside):
        found = module._agents(["EUU", "HUN"], when, read_yaml(SHIPPED.parent / "areas.yaml")["blocs"])
        assert inside <= set(found) and not outside & set(found)
        assert set(found) <= set(numeric_codes().values())


class TestProjection:
    def test_distances_from_the_centre(self):
        """Lambert's equal-area projection puts a point c away at 2 R sin(c/2), in its true direction."""
        assert projected((60, 40), (60, 40)) == pytest.approx((0, 0))
        assert projected((90, 0), (0, 0)) == pytest.approx((module.EARTH * math.sqrt(2), 0))
        assert projected((0, 60), (0, 0)) == pytest.approx((0, 2 * module.EARTH * math.sin(math.radians(30))))


class TestFiles:
    def test_an_outer_ring_is_turned_to_run_clockwise(self, tmp_path):
        """d3-geo fills the other side of the globe otherwise; GeoJSON (RFC 7946) has it against the clock."""
        hole = [[11.0, 11.0], [12.0, 11.0], [12.0, 12.0], [11.0, 12.0], [11.0, 11.0]]
        own = feature(SQUARE, id="AAA")
        own["geometry"]["coordinates"].append(hole)
        (got,) = areas_of(["AAA"], date(2026, 1, 1), written(tmp_path, own)).data["features"]
        outer, inner = got["geometry"]["coordinates"][0]
        assert [list(point) for point in outer] == SQUARE[::-1]
        assert [list(point) for point in inner] == hole  # a hole runs the other way

    def test_a_ring_over_the_date_line_is_not_turned(self, tmp_path):
        """Clockwise on the globe, though its longitudes jump."""
        ring = [[170.0, 0.0], [170.0, 9.0], [-170.0, 9.0], [-170.0, 0.0], [170.0, 0.0]]
        (got,) = areas_of(["AAA"], date(2026, 1, 1), written(tmp_path, feature(ring, id="AAA"))).data[
            "features"
        ]
        assert [list(point) for point in got["geometry"]["coordinates"][0][0]] == ring

    @pytest.mark.parametrize(
        "more",
        [
            {"id": "KAZ"},
            {"id": "398"},
            {"id": 398},
            {"properties": {"name": "x", "ISO_A3": "KAZ"}},
            {"properties": {"iso_n3": "398"}},
            {"properties": {"ISO_A3": "-99", "ADM0_A3": "KAZ"}},  # as Natural Earth has it for some
        ],
    )
    def test_codes(self, tmp_path, more):
        areas = areas_of(["KAZ"], date(2026, 1, 1), written(tmp_path, feature(SQUARE, **more)))
        assert list(areas.labels) == ["KAZ"]
        assert areas.data["features"][0]["properties"] == {"agent": "KAZ"}

    def test_the_view_holds_all_areas_and_labels_stand_in_them(self, tmp_path):
        areas = areas_of(["AAA"], date(2026, 1, 1), written(tmp_path, feature(SQUARE, id="AAA")))
        (view,) = areas.views
        assert areas.labels["AAA"].at == pytest.approx((12, 12), abs=0.01)  # the centroid of the square
        assert all(abs(projected(tuple(corner), view.centre)[0]) < view.width / 2 for corner in SQUARE)

    def test_a_state_far_outside_the_coded_view_has_no_label(self, tmp_path):
        """A map of the whole world does not make the view smaller; what lies over the ocean gets a square."""
        at = {"KAZ": (66, 48), "UZB": (63, 41), "IRN": (53, 32), "IND": (79, 22), "USA": (-100, 40)}
        squares = [
            feature([[x, y], [x, y + 2], [x + 2, y + 2], [x + 2, y], [x, y]], id=name)
            for name, (x, y) in at.items()
        ]
        areas = areas_of(list(at), date(2026, 1, 1), written(tmp_path, *squares))
        assert set(areas.labels) == set(at) - {"USA"}
        assert areas.views == areas_of(["KAZ"], date(2026, 1, 1)).views

    def test_a_line_is_the_way_of_its_segment(self, tmp_path):
        line = {
            "type": "Feature",
            "id": "road",
            "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        }
        file = written(tmp_path, feature(SQUARE, id="AAA"), line)
        assert areas_of(["AAA"], date(2026, 1, 1), file, ["road"]).lines == {"road": [(1, 2), (3, 4)]}

    def test_nothing_else_of_the_file_goes_into_the_picture(self, tmp_path):
        own = feature(SQUARE, id="AAA", properties={"note": "<script>"})
        assert "script" not in json.dumps(areas_of(["AAA"], date(2026, 1, 1), written(tmp_path, own)).data)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("{", "cannot be read"),
            ("[]", "holds no shapes"),
            ('{"type": "FeatureCollection"}', "not whole"),
            ('{"type": "FeatureCollection", "features": []}', "no polygons"),
            (
                '{"type": "Topology", "arcs": [], "objects": {"a": {"type": "Polygon", "arcs": [[3]]}}}',
                "not whole",
            ),
            (json.dumps({"type": "FeatureCollection", "features": [feature(SQUARE)]}), "no area has a code"),
            (
                json.dumps(
                    {
                        "type": "FeatureCollection",
                        "features": [feature([[x * 9e4, y] for x, y in SQUARE], id="AAA")],
                    }
                ),
                "not in degrees",
            ),
            (" " * (LARGEST + 1), "too large"),
        ],
    )
    def test_a_bad_file_is_one_message(self, tmp_path, content, message):
        file = tmp_path / "bad.json"
        file.write_text(content)
        with pytest.raises(InputError, match=message) as caught:
            areas_of(["AAA"], date(2026, 1, 1), file)
        assert caught.value.file.endswith("bad.json") and caught.value.accepted

    def test_a_missing_file(self, tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            areas_of(["AAA"], date(2026, 1, 1), tmp_path / "none.json")


class TestTool:
    """Two squares with a wavy border between them, an islet of the first, and a country at the other end of the world."""

    @pytest.fixture
    def source(self):
        border = [[400, 0], [1, 100], [-2, 100], [1, 200]]  # a tenth of a degree off the straight line
        arcs = [
            border,  # 0: from (400, 0) to (400, 400)
            [[400, 400], [-400, 0], [0, -400], [400, 0]],  # 1: the west of the first, back to (400, 0)
            [[400, 400], [400, 0], [0, -400], [-400, 0]],  # 2: the east of the second
            [[100, 600], [1, 0], [0, 1], [-1, -1]],  # 3: the islet
            [[-1500, -800], [100, 0], [0, 100], [-100, -100]],  # 4: far away
        ]
        geometries = [
            {"type": "Polygon", "id": "860", "properties": {"name": "B"}, "arcs": [[2, 0]]},
            {"type": "MultiPolygon", "id": "398", "properties": {"name": "A"}, "arcs": [[[0, 1]], [[3]]]},
            {"type": "Polygon", "id": "840", "properties": {"name": "C"}, "arcs": [[4]]},
        ]
        return {
            "type": "Topology",
            "transform": {"scale": [0.1, 0.1], "translate": [0, 0]},
            "objects": {"countries": {"type": "GeometryCollection", "geometries": geometries}},
            "arcs": arcs,
        }

    def test_what_is_kept(self, source):
        made = tool.made(source, box=(-10, -10, 100, 80), thin=2.0, small=1.0)
        found = made["objects"]["countries"]["geometries"]
        assert [one["id"] for one in found] == ["KAZ", "UZB"]  # by code; the far one is gone
        assert [len(one["arcs"]) for one in found] == [1, 1]  # the islet is gone
        assert len(made["arcs"]) == 3  # and so are its arc and that of the far one
        assert made["transform"] == source["transform"]
        shared = [{a if a >= 0 else ~a for a in one["arcs"][0][0]} for one in found]
        assert len(shared[0] & shared[1]) == 1

    def test_it_thins_by_the_smallest_triangle(self, source):
        """Of the two inner points of the border one goes: its triangle is below 2 square degrees, and a third point stays."""
        made = tool.made(source, box=(-10, -10, 100, 80), thin=2.0, small=1.0)
        assert [len(arc) for arc in made["arcs"]] == [3, 4, 4]
        assert len(tool.made(source, box=(-10, -10, 100, 80), thin=0, small=1.0)["arcs"][0]) == 4

    def test_the_same_input_gives_the_same_output(self, source):
        again = json.loads(json.dumps(source))
        assert json.dumps(tool.made(source)) == json.dumps(tool.made(again))
        assert source == again  # and is left as it was
