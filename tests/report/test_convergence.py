"""The table and the drawing of running estimates."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from steppe.analysis.convergence import enough, running
from steppe.report.convergence import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    convergence_svg,
    convergence_text,
)

SVG = "{http://www.w3.org/2000/svg}"
SEEN = np.random.default_rng(0).random(2000) < 0.03


def test_table_has_the_numbers_and_the_verdict() -> None:
    (found,) = running(SEEN)
    text = convergence_text(found, "a war", enough(SEEN, 0.002)[0])
    head, names, _, first, *_ = text.splitlines()
    assert head == "a war"
    assert names.split() == ["replicates", "events", "estimate", "std", "error", "low", "high"]
    assert first.split()[0] == "10"
    assert "not enough" in text and "replicates are needed" in text
    assert "warning" not in text


def test_table_warns_of_few_events_and_shows_what_is_undefined() -> None:
    text = convergence_text(running(np.arange(500) < 3)[0])
    assert "warning: rests on 3 events in 500 replicates" in text
    partly = convergence_text(running(np.where(np.arange(40) < 20, np.nan, 1.0), counts=[10, 40])[0])
    assert "defined" in partly.splitlines()[0]
    assert "–" in partly.splitlines()[2]


class TestDrawing:
    def test_is_named_and_described(self) -> None:
        tree = ElementTree.fromstring(convergence_svg(running(SEEN)[0], "war <of> A & B"))
        assert tree.attrib["role"] == "img"
        title, desc = tree.find(f"{SVG}title"), tree.find(f"{SVG}desc")
        assert title is not None and desc is not None and title.text and desc.text
        assert tree.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
        assert "war <of> A & B" in title.text
        assert "after 2,000 it is" in desc.text

    def test_two_on_one_page_have_ids_of_their_own(self) -> None:
        one, other = (convergence_svg(running(SEEN)[0], name) for name in ("war", "peace"))
        ids = [
            [node.attrib["id"] for node in ElementTree.fromstring(t).iter() if "id" in node.attrib]
            for t in (one, other)
        ]
        assert not set(ids[0]) & set(ids[1])

    def test_points_lie_where_the_numbers_are(self) -> None:
        """Equal steps of the logarithm of replicates; heights linear in the estimate, the band around it."""
        (found,) = running(np.random.default_rng(1).normal(5, 2, 640), counts=[10, 40, 160, 640])
        tree = ElementTree.fromstring(convergence_svg(found, "a mean", unit="years", target=0.1))
        line, band = tree.find(f"{SVG}polyline"), tree.find(f"{SVG}polygon")
        assert line is not None and band is not None
        at, height = np.array([pair.split(",") for pair in line.attrib["points"].split()], float).T
        edge = np.array([pair.split(",") for pair in band.attrib["points"].split()], float)
        np.testing.assert_allclose(np.diff(at), (WIDTH - LEFT - RIGHT) / 3, atol=0.2)
        slope = np.diff(height) / np.diff(found.estimate)
        np.testing.assert_allclose(slope, slope[0], rtol=0.05)
        assert slope[0] < 0  # up is more
        assert (edge[:4, 1] <= height).all() and (edge[:3:-1, 1] >= height).all()
        assert edge[:, 1].min() >= TOP and edge[:, 1].max() <= HEIGHT - BOTTOM
        text = "".join(tree.itertext())
        assert "years" in text and "640" in text

    @pytest.mark.parametrize(
        "values", [np.zeros(300, bool), np.ones(300), np.full(20, np.nan), np.array([1.0, 2.0])]
    )
    def test_extremes_can_be_drawn(self, values: np.ndarray) -> None:
        text = convergence_svg(running(values)[0], "x", target=0.01)
        assert ElementTree.fromstring(text).find(f"{SVG}desc") is not None
        assert "nan" not in text and "inf" not in text
