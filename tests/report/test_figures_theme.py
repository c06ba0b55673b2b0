"""The look of the figures: contrast by the formula of WCAG, nothing fetched, texts of users only ever data."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import pytest

from report.pictures import HOSTILE, SVG

pytest.importorskip("altair")

import altair as alt

from steppe.report.figures import theme
from steppe.report.figures.figure import Column, Figure
from steppe.report.figures.rows import rows_of
from steppe.report.figures.telling import capital, digits_for, listed, number, percent, said, slug


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def figure(name: str = "one") -> Figure:
    series = theme.series_of(["reference", name])
    values = [{"series": one, "x": k, "y": k} for one in series.names for k in range(3)]
    chart = alt.Chart(alt.Data(values=values)).mark_point().encode(x="x:Q", y="y:Q")
    chart = chart.encode(color=series.coloured(), shape=series.shaped())
    return Figure("a", "A", f"All of {name}.", "How.", chart, [Column("x", "x")], values)


class TestColours:
    def test_the_formula_gives_the_published_ratios(self):
        """Black on white is 21:1; #767676 is the lightest grey that reaches 4.5:1, at 4.54 (WebAIM)."""
        assert contrast("#000000", "#ffffff") == pytest.approx(21)
        assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)

    @pytest.mark.parametrize("colour", theme.PALETTE)
    def test_marks_stand_out(self, colour):
        """WCAG 2.2, 1.4.11: graphical objects 3:1."""
        assert contrast(colour, theme.PAPER) >= 3

    @pytest.mark.parametrize("colour", [theme.INK, theme.QUIET, theme.EDGE])
    def test_texts_and_lines_can_be_read(self, colour):
        """WCAG 2.2, 1.4.3: texts 4.5:1."""
        assert contrast(colour, theme.PAPER) >= 4.5

    def test_words_of_axes_and_legends_are_in_ink(self):
        axis, legend = theme.CONFIG["axis"], theme.CONFIG["legend"]
        for part, key in ((axis, "labelColor"), (axis, "titleColor"), (legend, "labelColor")):
            assert contrast(part[key], theme.PAPER) >= 4.5

    def test_series_differ_without_colour(self):
        for of in (theme.DASHES, theme.SHAPES, theme.PALETTE):
            assert len(of) == theme.MOST and all(a != b for a, b in combinations(of, 2))


class TestSpec:
    def test_no_address_and_the_alt_is_what_is_read_aloud(self):
        found = theme.spec(figure())
        assert "http" not in json.dumps(found) and "$schema" not in found
        assert found["description"] == "All of one." and found["width"] == "container"
        assert found["config"]["font"] == theme.FONT
        assert "continuousWidth" not in found["config"]["view"]

    def test_what_a_chart_says_goes_before_the_theme(self):
        own = figure()
        chart = own.chart.configure_axis(labelFontSize=20)
        found = theme.spec(Figure(own.id, own.title, own.alt, own.caption, chart, own.columns, own.rows))
        assert found["config"]["axis"]["labelFontSize"] == 20
        assert found["config"]["axis"]["labelColor"] == theme.INK
        assert theme.CONFIG["axis"]["labelFontSize"] == 12

    def test_views_side_by_side_keep_their_widths(self):
        own = figure()
        both = alt.hconcat(own.chart.properties(width=50), own.chart.properties(width=60))
        found = theme.spec(Figure(own.id, own.title, own.alt, own.caption, both, own.columns, own.rows))
        assert "width" not in found and [one["width"] for one in found["hconcat"]] == [50, 60]

    @pytest.mark.parametrize("width", [330, 1100])
    def test_the_whole_picture_is_as_wide_as_asked(self, width):
        assert float(ET.fromstring(theme.svg(figure(), width)).get("width")) == width

    def test_a_png_is_one_of_the_size(self):
        """The header of a PNG: signature, then width and height in the IHDR chunk."""
        found = theme.png(figure(), 300, 2)
        assert found[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(found[16:20], "big") == 600

    def test_layers_that_draw_the_same_share_one_copy(self):
        own = figure()
        both = alt.layer(own.chart, own.chart.mark_line())
        found = theme.spec(Figure(own.id, own.title, own.alt, own.caption, both, own.columns, own.rows))
        assert list(found["datasets"].values()) == [list(own.rows)]
        assert '"values"' not in json.dumps(found["layer"])


class TestHostileName:
    def test_it_stays_data(self):
        found = theme.spec(figure(HOSTILE))
        values = next(iter(found["datasets"].values()))
        assert {row["series"] for row in values} == {"reference", HOSTILE}
        assert HOSTILE not in json.dumps({k: v for k, v in found.items() if k in ("config", "transform")})

    def test_it_is_a_text_in_the_picture(self):
        root = ET.fromstring(theme.svg(figure(HOSTILE), 330))
        assert HOSTILE in ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]
        assert not list(root.iter(f"{SVG}img")) and not list(root.iter(f"{SVG}script"))

    def test_it_cannot_end_a_script(self):
        text = theme.script_json(theme.spec(figure(HOSTILE + "\u2028<!--&amp;")))
        assert not re.search("[<>&\u2028\u2029]", text)
        assert json.loads(text)["description"] == f"All of {HOSTILE}\u2028<!--&amp;."

    def test_an_expression_in_a_name_is_not_evaluated(self):
        name = "' + warn(1) + '"
        root = ET.fromstring(theme.svg(figure(name), 330))
        assert name in ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


class TestWords:
    def test_lines_are_no_longer_than_asked_and_lose_nothing(self):
        text = "an observer of the Organisation of " + "x" * 60 + " and more"
        lines = theme.wrapped(text, 20).split("\n")
        assert max(map(len, lines)) <= 20
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")

    def test_a_number_keeps_its_unit(self):
        assert theme.wrapped("aaaa 41\u00a0%", 8).split("\n") == ["aaaa", "41\u00a0%"]

    def test_a_single_name_needs_no_legend(self):
        assert theme.series_of(["one"]).legend() is None
        assert theme.series_of(["one", "two"]).legend() is not None

    def test_long_legends_take_several_lines(self):
        name = "a scenario with a name that is a good deal longer than a phone is wide"
        texts = [one.text for one in ET.fromstring(theme.svg(figure(name), 330)).iter(f"{SVG}tspan")]
        assert "".join(texts).replace(" ", "").find("agooddeallonger") >= 0

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.414, "41 %"),
            (0.004, "0.4 %"),
            (0.9996, ">99.9 %"),
            (1.0, "100 %"),
            (0.0, "0 %"),
            (0.0002, "<0.1 %"),
        ],
    )
    def test_percentages_are_never_0_or_100_for_what_is_not(self, value, text):
        assert percent(value).replace("\u00a0", " ") == text

    def test_numbers(self):
        assert number(-1204.4, 0) == "−1,204" and number(0.05, 2, True) == "+0.05"
        assert number(-0.001) == "0.00" and number(None) == "–" and number(float("nan")) == "–"
        assert [digits_for([one]) for one in (3.0, 45.0, 300.0)] == [2, 1, 0]

    def test_measures_lose_their_year_and_ids_keep_their_letters(self):
        assert said("merged", "CCA/EAEU", 2035) == "CCA merged into EAEU"
        assert said("cohesion", "CCA", 2036) == "cohesion of CCA, where it exists"
        assert said("years_to", "p/s", 2036) == "years until p reached s"
        assert capital("cohesion of CCA") == "Cohesion of CCA"
        assert capital("kaz-oil open") == "kaz-oil open"
        assert capital("value.upkeep") == "value.upkeep"

    def test_lists_and_ids(self):
        assert listed(["a", "b", "c"]) == "a, b and c" and listed(["a"]) == "a"
        assert slug("Fan", HOSTILE) == "fan-script-img-src-x-onerror-alert-1"


class TestRows:
    def test_parts_of_rows_do_not_overlap(self):
        """From top to bottom: words, notes, marks, then the next row; beside the words, marks are inside their row."""
        rows = rows_of(["short", "x " * 60], [["note"], []], [2, 1])
        for row, end in zip(rows.placed, [rows.placed[1].top, rows.height], strict=True):
            spots = [y for y, _ in row.words + row.notes] + [narrow for narrow, _ in row.marks]
            assert all(b - a >= 15 for a, b in pairwise(spots))
            assert row.top < spots[0] and spots[-1] < end
            wide = [one for _, one in row.marks]
            assert row.top < wide[0] and wide[-1] < end
            assert sum(wide) / len(wide) == pytest.approx((row.top + end) / 2)

    def test_marks_are_beside_the_words_where_there_is_room(self):
        """The same picture: on a phone the mark is below the words and begins at the left, else it is to their right."""
        rows = rows_of(["a row of words"], [["a note"]])
        values = [{**row.at(), "value": 1.0} for row in rows.placed]
        point = rows.chart(values).mark_point().encode(x=rows.x("value", scale={"domain": [1, 2]}))
        own = figure()
        chart = alt.layer(*rows.frame(), point).properties(height=rows.height)
        drawn = Figure(own.id, own.title, own.alt, own.caption, chart, own.columns, own.rows)
        places = {}
        for width in (330, 1100):
            root = ET.fromstring(theme.svg(drawn, width))
            group = next(g for g in root.iter(f"{SVG}g") if "mark-symbol role-mark" in g.get("class", ""))
            places[width] = [float(n) for n in re.findall(r"[-\d.]+", group[0].get("transform"))][:2]
        assert places[330][0] < 30 and places[1100][0] > 330
        assert places[1100][1] < places[330][1]
