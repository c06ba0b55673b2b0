"""Map, matrix and network of a report: their numbers are those of the run, in the table, in the spec and as drawn."""

from __future__ import annotations

import copy
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from results.fake import BODIES, POLES, SEGMENTS, STATES, make_run, manifest

pytest.importorskip("altair")

from steppe.analysis.averages import Flows, Memberships, ToPoles
from steppe.analysis.measures import measure_table
from steppe.report.figures import theme
from steppe.report.figures.map import map_figure
from steppe.report.figures.matrix import matrix_figure, order
from steppe.report.figures.network import LEAST, SAME, around, network_figure
from steppe.report.figures.telling import percent
from steppe.report.figures.yearly import MOST_SCENARIOS, Means, means_of
from steppe.results.query import Run

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</script><img src=x onerror=alert(1)>'\"\\"
NAMES = {"AAA": "Aland", "PPP": HOSTILE, "pull": "The pull"}
BUILDERS = {"map": map_figure, "matrix": matrix_figure, "network": network_figure}


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return make_run(tmp_path_factory.mktemp("maps") / "run", replicates=25)


@pytest.fixture(scope="module")
def shapes(tmp_path_factory) -> Path:
    """A square for every state but the last, in a row from west to east, and the way of one segment."""
    features = []
    for n, state in enumerate(STATES[:-1]):
        west = 20.0 + 12 * n
        ring = [[west, 30], [west, 40], [west + 12, 40], [west + 12, 30], [west, 30]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "id": state, "properties": {}, "geometry": geometry})
    way = {"type": "LineString", "coordinates": [[25, 35], [60, 35]]}
    features.append({"type": "Feature", "id": SEGMENTS[0], "properties": {}, "geometry": way})
    file = tmp_path_factory.mktemp("shapes") / "own.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


@pytest.fixture(scope="module")
def means(run) -> Means:
    found = means_of(run, "baseline")
    assert isinstance(found, Means)
    return found


@pytest.fixture(scope="module")
def figures(run, shapes, means):
    return {
        "map": map_figure(run, "baseline", NAMES, shapes, means),
        "matrix": matrix_figure(run, "baseline", NAMES, means),
        "network": network_figure(run, "baseline", NAMES, means),
    }


def values(run, scenario, year):
    """Measure and entity → mean, as the tables of measures have it."""
    return {(one.measure, one.entity): one.mean for one in measure_table(run, [scenario], [year])}


def drawn(spec, width=1000, **params):
    """Texts of the picture with some of its parameters set to other values."""
    import vl_convert

    changed = copy.deepcopy(spec)
    known = {one["name"]: one for one in changed["params"]}
    for name, value in params.items():
        known[name]["value"] = value
    changed["width"] = width
    root = ET.fromstring(vl_convert.vegalite_to_svg(changed, vl_version=theme._version()))
    assert float(root.get("width")) == width
    return ["".join(lines) for lines in ([*one.itertext()] for one in root.iter(f"{SVG}text")) if lines], root


class TestAll:
    @pytest.mark.parametrize("name", BUILDERS)
    def test_a_figure_is_whole(self, figures, name):
        figure = figures[name]
        assert figure.title and figure.alt and figure.caption and figure.rows
        keys = [column.key for column in figure.columns]
        assert all(list(row) == keys for row in figure.rows)
        spec = theme.spec(figure)
        text = json.dumps(spec, allow_nan=False)
        assert spec["width"] == "container" and spec["description"] == figure.alt
        assert '"url"' not in text and '"href"' not in text and "http" not in text
        assert "</script" not in theme.script_json(spec)

    @pytest.mark.parametrize("name", BUILDERS)
    def test_scenarios_and_states_are_told_by_name(self, figures, name):
        assert any(row["scenario"] == "The pull" for row in figures[name].rows)
        assert any(row["state"] == "Aland (AAA)" for row in figures[name].rows)

    @pytest.mark.parametrize("name", BUILDERS)
    def test_the_slider_begins_at_the_end_and_the_menu_at_the_scenario(self, figures, name, run):
        params = {one["name"]: one for one in theme.spec(figures[name])["params"]}
        assert params["year"]["value"] == run.years[-1]
        assert params["year"]["bind"]["min"] == run.years[0] and params["year"]["bind"]["input"] == "range"
        assert params["scenario"]["value"] == "baseline"
        assert params["scenario"]["bind"]["options"] == list(run.scenarios)
        assert params["scenario"]["bind"]["labels"] == ["baseline", "The pull"]

    @pytest.mark.parametrize("name", BUILDERS)
    def test_a_run_of_outcomes_alone_gives_a_sentence(self, run, name):
        outcomes = [{"measure": "member", "entity": "AAA/ONE", "year": 2030}]
        bare = replace(run, manifest=run.manifest | {"design": {"kind": "lhs"}, "outcomes": outcomes})
        assert "outcomes alone" in means_of(bare, "baseline")

    def test_many_scenarios_are_cut_and_counted(self, tmp_path):
        names = [f"s{n}" for n in range(MOST_SCENARIOS + 2)]
        many = make_run(tmp_path / "many", dict.fromkeys(names, 0.0), replicates=2)
        found = means_of(many, names[-1])
        assert found.scenarios == (*names[: MOST_SCENARIOS - 1], names[-1])
        figure = matrix_figure(many, names[-1], {}, found)
        assert f"2 of the {len(names)} scenarios" in figure.caption


class TestMap:
    def test_the_table_has_the_largest_mean_share(self, figures, run):
        for when, year in (("start", run.years[0]), ("end", run.years[-1])):
            for scenario in run.scenarios:
                known = values(run, scenario, year)
                shown = NAMES.get(scenario, scenario)
                rows = [row for row in figures["map"].rows if row["scenario"] == shown]
                assert len(rows) == len(STATES)
                for state, row in zip(STATES, rows, strict=True):
                    shares = {pole: known["share", f"{state}/{pole}"] for pole in POLES}
                    assert row[f"share_{when}"] == pytest.approx(max(shares.values()), abs=1e-6)
                    assert shares[row[f"lead_{when}"]] == max(shares.values())

    def test_the_picture_has_the_same_numbers(self, figures, run):
        """Every year, pole and body, to the three decimals of the picture."""
        numbers = theme.spec(figures["map"])["datasets"]["states"]
        assert len(numbers) == len(STATES) * len(run.scenarios)
        for y, year in enumerate(run.years):
            known = values(run, "pull", year)
            for row in (row for row in numbers if row["scenario"] == "pull"):
                for k, pole in enumerate(POLES):
                    assert row["a"][y][k] == pytest.approx(known["share", f"{row['state']}/{pole}"], abs=6e-4)
                for o, body in enumerate(BODIES):
                    assert row["m"][y][o] == pytest.approx(
                        known["member", f"{row['state']}/{body}"], abs=6e-4
                    )

    @pytest.mark.parametrize(("when", "place"), [("start", 0), ("end", -1)])
    def test_what_is_drawn_follows_the_slider_and_the_scenario(self, figures, run, when, place):
        spec = theme.spec(figures["map"])
        texts, _ = drawn(spec, year=run.years[place], scenario="pull")
        for state, row in zip(
            STATES, (r for r in figures["map"].rows if r["scenario"] == "The pull"), strict=True
        ):
            share = 100 * round(row[f"share_{when}"], 3)
            words = {f"{state}{row[f'lead_{when}']} {share + nudge:.0f} %" for nudge in (-0.05, 0, 0.05)}
            assert words & set(texts)  # a square in the corner has its label too

    def test_what_is_drawn_follows_the_menu(self, figures, run):
        spec = theme.spec(figures["map"])
        body = list(run.organisations).index("ONE")
        member = values(run, "baseline", run.years[-1])["member", "AAA/ONE"]
        texts, _ = drawn(spec, show=f"m{body}")
        assert f"AAA{100 * member:.0f} %" in texts
        texts, _ = drawn(spec, show="p1")
        share = values(run, "baseline", run.years[-1])[("share", f"BBB/{POLES[1]}")]
        assert any(f"BBB{100 * share + nudge:.0f} %" in texts for nudge in (-0.05, 0, 0.05))

    def test_areas_and_corridors_are_drawn_at_every_width(self, figures):
        """Six areas or squares have a colour of a pole; the way is drawn twice, on its casing."""
        spec = theme.spec(figures["map"])
        for width in (360, 1100):
            _, root = drawn(spec, width=width)
            paths = [
                group for group in root.iter(f"{SVG}g")
                if "mark-shape" in (kind := group.get("class", "")) and "role-mark" in kind
            ]  # fmt: skip
            assert [len(group) for group in paths] == [5, 5, 1, 1]
            own = [path.get("fill") for path in paths[1]]
            assert len(own) == 5 and set(own) <= {"#0072b2", "#d55e00"}
            assert all(path.get("d") for group in paths for path in group)
        assert not any(len(group) for group in _ways(drawn(spec, lines=False)[1]))

    def test_labels_shrink_with_the_map(self, figures):
        """At a tenth of the width no label has room for its number."""
        texts, _ = drawn(theme.spec(figures["map"]), width=160)
        assert not any(text.startswith("AAA") for text in texts)

    def test_the_caption_says_what_is_missing(self, figures):
        assert f"Squares stand for what lies outside the map: {STATES[-1]}." in figures["map"].caption
        assert "1 segments are not drawn" in figures["map"].caption
        assert "say nothing on whose a territory is" in figures["map"].caption

    def test_the_words_have_the_numbers_of_the_table(self, figures, run):
        own = [row for row in figures["map"].rows if row["scenario"] == "baseline"]
        for state, row in zip(STATES, own, strict=True):
            assert f"{state} ({percent(row['share_end'])})" in figures["map"].alt

    def test_a_world_without_areas_gets_a_sentence(self, run, means):
        found = map_figure(run, "baseline", {}, None, means)
        assert isinstance(found, str) and "AAA" in found and "--map" in found

    @pytest.mark.slow
    def test_it_is_small_enough(self):
        """22 states, 11 poles, 11 bodies, 11 years, 4 scenarios, with the shapes that are shipped."""
        states = [
            "KAZ",
            "KGZ",
            "UZB",
            "TJK",
            "TKM",
            "AZE",
            "ARM",
            "GEO",
            "TUR",
            "RUS",
            "BLR",
            "UKR",
            "IRN",
            "CHN",
        ]
        states += ["PAK", "IND", "AFG", "ISR", "SAU", "HUN", "USA", "EUU"]
        poles, bodies, years = states[:11], [f"BODY{n}" for n in range(11)], list(range(2026, 2037))
        segments = ["tengiz-novorossiysk", "xian-almaty", *(f"none-{n}" for n in range(48))]
        content = manifest(tuple("abcd")) | {
            "states": states, "poles": poles, "organisations": bodies, "years": years, "segments": segments,
            "dates": [f"{year}-01-01" for year in years], "initial_statuses": [[0] * 11] * 22,
        }  # fmt: skip
        rng = np.random.default_rng(1)
        run = Run(Path("none"), content, ())
        of = {"years": tuple(years), "states": tuple(states)}
        shared = rng.random((11, 22, 22))
        made = Means(
            tuple("abcd"),
            {s: ToPoles(**of, poles=tuple(poles), mean=rng.random((11, 22, 11))) for s in "abcd"},
            {s: ToPoles(**of, poles=tuple(poles), mean=rng.random((11, 22, 11))) for s in "abcd"},
            {
                s: Memberships(**of, organisations=tuple(bodies), member=rng.random((11, 22, 11)),
                               observer=rng.random((11, 22, 11)), shared=4 * (shared + shared.transpose(0, 2, 1)))
                for s in "abcd"
            },
            {s: Flows(tuple(years), tuple(segments), rng.random((11, 50)), 9 * rng.random((11, 50))) for s in "abcd"},
        )  # fmt: skip
        sizes = {
            name: len(theme.script_json(theme.spec(figure)).encode())
            for name, figure in (
                ("map", map_figure(run, "a", {}, None, made)),
                ("matrix", matrix_figure(run, "a", {}, made)),
                ("network", network_figure(run, "a", {}, made)),
            )
        }
        assert max(sizes.values()) < 1_200_000 and sum(sizes.values()) < 1_500_000


class TestMatrix:
    def test_the_numbers_are_those_of_the_run(self, figures, run):
        rows = {(row["scenario"], row["state"], row["organisation"]): row for row in figures["matrix"].rows}
        for when, year in (("start", run.years[0]), ("end", run.years[-1])):
            known = values(run, "baseline", year)
            for state in STATES[1:4]:
                for body in BODIES:
                    row = rows.get(("baseline", state, body), {})
                    for what in ("member", "observer"):
                        assert row.get(f"{what}_{when}", 0.0) == pytest.approx(known[what, f"{state}/{body}"])

    def test_what_is_drawn_follows_the_slider(self, figures, run):
        spec = theme.spec(figures["matrix"])
        texts, _ = drawn(spec, width=400, year=run.years[0])
        member, observer = (run.initial_statuses == 2).sum(), np.isin(run.initial_statuses, (1, 3)).sum()
        assert texts.count("100") == member and texts.count("o 100") == observer
        later, _ = drawn(spec, width=400)
        own = [row for row in figures["matrix"].rows if row["scenario"] == "baseline"]
        shown = [text for text in later if text.isdigit() or text == "<1"]
        assert len(shown) == sum(row["member_end"] >= 0.005 for row in own)

    def test_order_puts_a_table_of_blocks_along_the_diagonal(self, run, means):
        """Three bodies with members of their own, mixed up: like ones come together."""
        states, bodies = tuple("abcdef"), tuple("XYZ")
        member = np.zeros((1, 6, 3))
        for i, o in enumerate((0, 1, 2, 0, 1, 2)):
            member[0, i, o] = 1
        blocks = Memberships((2026,), states, bodies, member, member * 0, np.zeros((1, 6, 6)))
        found, columns = order(replace(means, scenarios=("s",), memberships={"s": blocks}))
        assert sorted(found) == list(states) and sorted(columns) == list(bodies)
        groups = ["XYZ"["abcdef".index(state) % 3] for state in found]
        assert all(groups[2 * n] == groups[2 * n + 1] for n in range(3))


class TestNetwork:
    def test_ties_to_poles_are_those_of_the_run(self, figures, run):
        known = values(run, "baseline", run.years[-1])
        rows = [
            row for row in figures["network"].rows if row["scenario"] == "baseline" and "pole" in row["kind"]
        ]
        seen = 0
        for row in rows:
            state, other = (row[key].split("(")[-1].rstrip(")") for key in ("state", "other"))
            both = [known.get(("tie", f"{a}/{b}"), 0.0) for a, b in ((state, other), (other, state))]
            assert row["end"] == pytest.approx(max(both), abs=1e-6)
            seen += 1
        assert seen > 5

    def test_shared_bodies_are_counted_at_the_start(self, figures, run):
        """From the statuses of the manifest: how many bodies have both as members."""
        member = (run.initial_statuses == 2).astype(int)
        shared = member @ member.T
        rows = [
            row
            for row in figures["network"].rows
            if row["scenario"] == "baseline" and "bodies" in row["kind"]
        ]
        pairs = {
            tuple(row[key].split("(")[-1].rstrip(")") for key in ("state", "other")): row["start"]
            for row in rows
        }
        for i, one in enumerate(STATES):
            for j in range(i + 1, len(STATES)):
                if shared[i, j] >= LEAST["bodies"]:
                    assert pairs[one, STATES[j]] == shared[i, j]

    def test_at_the_start_nothing_has_changed(self, figures, run):
        spec = theme.spec(figures["network"])
        texts, root = drawn(spec, width=360, year=run.years[0])
        assert set(STATES) <= set(texts)
        lines = [one for group in _groups(root, "rule") for one in group]
        start = [
            row for row in figures["network"].rows
            if row["scenario"] == "baseline" and "pole" in row["kind"] and row["start"] >= LEAST["tie"]
        ]  # fmt: skip
        assert len(lines) == len(start) and {line.get("stroke") for line in lines} == {"#949494"}
        assert SAME in texts

    def test_the_circle_has_every_state_once_and_like_ones_together(self, run, means):
        """Two groups, each tied within itself alone, take two arcs of the circle."""
        states = STATES
        shared = np.zeros((1, 6, 6))
        for group in ((0, 2, 4), (1, 3, 5)):
            for i in group:
                for j in group:
                    shared[0, i, j] = 3.0
        bodies = Memberships((2025,), states, BODIES, np.zeros((1, 6, 3)), np.zeros((1, 6, 3)), shared)
        nothing = ToPoles((2025,), states, POLES, np.zeros((1, 6, 2)))
        one_year = replace(run, manifest=run.manifest | {"years": [2025]})
        found = around(
            one_year, replace(means, scenarios=("s",), memberships={"s": bodies}, ties={"s": nothing})
        )
        assert sorted(found) == sorted(states)
        groups = [states.index(state) % 2 for state in found]
        assert sum(groups[k] != groups[k - 1] for k in range(6)) == 2  # the group changes twice around


def _groups(root, kind):
    return [
        group for group in root.iter(f"{SVG}g")
        if f"mark-{kind}" in (name := group.get("class", "")) and "role-mark" in name
    ]  # fmt: skip


def _ways(root):
    return _groups(root, "shape")[2:]
