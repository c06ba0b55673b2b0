"""The table and the picture of a sensitivity analysis: right numbers, well-formed, legible without colour."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from steppe.analysis.sensitivity import Noise, Pair, Row, Sensitivity
from steppe.report.sensitivity import number, sensitivity_text
from steppe.report.sensitivity_chart import sensitivity_svg

SVG = "{http://www.w3.org/2000/svg}"
FOUND = Sensitivity(
    outcome="members of CCA in 2035 [n]",
    kind="saltelli",
    methods=("sobol",),
    points=4096,
    replicates=20,
    dropped=0,
    level=0.95,
    mean=4.2,
    sd=1.5,
    rows=(
        Row("idle <&>", -0.02, -0.05, 0.01, 0.01, 0.0, 0.02, floor=0.015, noise=0.012, above_noise=False),
        Row(
            "membership.apply_rate",
            0.3,
            0.25,
            0.35,
            0.6,
            0.5,
            0.7,
            floor=0.015,
            noise=0.012,
            above_noise=True,
        ),
    ),
    pairs=(
        Pair(("idle <&>", "membership.apply_rate"), 0.2, 0.1, 0.3),
        Pair(("idle <&>", "nothing"), 0.01, -0.1, 0.12),
    ),
    noise=Noise(20, 0.03, 0.012, 0.04, 0.7),
    notes=("A note.",),
)


def correlations(*values: float) -> Sensitivity:
    rows = tuple(
        Row(f"f{at}", prcc=v, prcc_low=v - 0.1, prcc_high=v + 0.1, floor=0.1, above_noise=abs(v) > 0.1)
        for at, v in enumerate(values)
    )
    return replace(FOUND, methods=("prcc",), rows=rows, pairs=(), noise=None)


class TestText:
    def test_largest_first_with_intervals_noise_pairs_and_notes(self):
        text = sensitivity_text(FOUND)
        lines = text.splitlines()
        assert lines[3].startswith("membership.apply_rate") and lines[4].startswith("idle <&>")
        assert "0.60 [0.50, 0.70]" in lines[3] and lines[3].endswith("yes")
        assert "−0.02 [−0.05, 0.01]" in lines[4] and lines[4].endswith("no")
        assert "simulation noise: 1.2% of the variance over points, 20 replicates each (4.0% if" in text
        assert "together: idle <&> × membership.apply_rate 0.20 [0.10, 0.30]" in text
        assert "nothing" not in text.replace("does nothing", "")  # a pair whose interval holds zero
        assert lines[-1] == "note: A note."

    def test_a_table_for_a_terminal_says_the_same(self):
        plain = re.sub(r"\x1b\[[0-9;]*m", "", sensitivity_text(FOUND, rich=True))
        assert "members of CCA in 2035 [n]" in plain  # brackets are not markup
        for cell in ("0.60 [0.50, 0.70]", "−0.02 [−0.05, 0.01]", "0.01"):
            assert cell in plain

    def test_the_rest_is_counted(self):
        text = sensitivity_text(correlations(*(0.01 * at for at in range(30))), top=5)
        assert "and 25 more; all numbers with --json" in text

    def test_unknown_noise_is_not_a_no(self):
        rows = tuple(replace(row, floor=None, noise=None, above_noise=None) for row in FOUND.rows)
        text = sensitivity_text(replace(FOUND, rows=rows, noise=None))
        assert "not known" in text and "floor" not in text

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "–"),
            (0.314, "0.31"),
            (-0.001, "0.00"),
            (-0.05, "−0.05"),
            (12345.6, "1.23e+04"),
            (12.34, "12.3"),
        ],
    )
    def test_numbers(self, value, text):
        assert number(value) == text


class TestPicture:
    def test_it_is_well_formed_and_says_all_in_words(self):
        root = ET.fromstring(sensitivity_svg(FOUND))
        assert root.get("role") == "img" and root.get("aria-labelledby") == "title desc"
        assert root.find(f"{SVG}title").text == "What members of CCA in 2035 [n] is sensitive to"
        said = root.find(f"{SVG}desc").text
        assert "membership.apply_rate: total 0.60 [0.50, 0.70]; first order 0.30 [0.25, 0.35]." in said
        assert (
            "idle <&>: total 0.01 [0.00, 0.02]; first order −0.02 [−0.05, 0.01], not above the noise." in said
        )

    def test_bars_are_as_long_as_their_numbers(self):
        """Widths are proportional to the values, and 0.6 is twice 0.3; negative bars end at zero."""
        root = ET.fromstring(sensitivity_svg(FOUND))
        bars = {bar.find(f"{SVG}title").text.partition(" ")[0]: [] for bar in _bars(root)}
        for bar in _bars(root):
            bars[bar.find(f"{SVG}title").text.partition(" ")[0]].append(bar)
        total, first = bars["membership.apply_rate,"]
        assert float(total.get("width")) == pytest.approx(2 * float(first.get("width")), abs=0.2)
        _, negative = bars["idle"]
        end = float(negative.get("x")) + float(negative.get("width"))
        assert end == pytest.approx(float(total.get("x")), abs=0.2)
        assert total.get("fill") != first.get("fill")
        assert total.get("fill-opacity") is None and negative.get("fill-opacity") is not None

    def test_all_is_inside_the_picture(self):
        for found in (FOUND, correlations(-0.95, 0.0, 0.3), correlations(-0.2), correlations(0.0)):
            root = ET.fromstring(sensitivity_svg(found))
            width, height = float(root.get("width")), float(root.get("height"))
            for part in root.iter():
                for key, limit in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y2", height)):
                    if part.get(key) is not None:
                        assert 0 <= float(part.get(key)) <= limit

    def test_a_correlation_has_its_floor_on_both_sides(self):
        root = ET.fromstring(sensitivity_svg(correlations(-0.6, 0.5)))
        dashes = [line for line in root.iter(f"{SVG}line") if line.get("stroke-dasharray")]
        assert len(dashes) == 4
        assert len({line.get("x1") for line in dashes}) == 2

    def test_a_long_name_is_cut(self):
        row = replace(FOUND.rows[1], factor="a" * 90)
        root = ET.fromstring(sensitivity_svg(replace(FOUND, rows=(row,))))
        assert any(text.text == "a" * 31 + "…" for text in root.iter(f"{SVG}text"))


def _bars(root: ET.Element) -> list[ET.Element]:
    return [bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
