"""The page as a whole, without a browser: what stands on it, and that texts of users stay texts."""

from __future__ import annotations

import html as escaping
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

import steppe
from steppe.cli import app

pytest.importorskip("altair")
SCENARIOS = ("arvand_barred_from_rivers", "arvand_admitted_to_rivers")
HOSTILE = "</script><img src=x onerror=alert(1)>`<b>x</b>"
LIMIT = 5_000_000  # bytes, of the issue of a report by mail


class Read(HTMLParser):
    """The elements of a page: (tag, attributes) in order, and the text of each `data` element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.numbers: list[tuple[dict[str, str | None], str]] = []
        self._open: dict[str, str | None] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs) if tag == "data" else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.numbers.append((self._open, data))
            self._open = None


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> steppe.Run:
    """A scenario of a user, whose texts are hostile, beside its counterfactual."""
    folder = tmp_path_factory.mktemp("page")
    file = folder / "mine.yaml"
    file.write_text(
        f"world: toy\nquestion: '{HOSTILE}'\nprediction: '{HOSTILE}'\ncounterfactual: baseline\nlevers: ['{HOSTILE}']\n"
        "outcomes:\n  - {measure: member, of: AAA/RIVERS, expects: '+'}\n"
        "interventions:\n  - {kind: admit, date: 2020-07, state: AAA, organisation: RIVERS}\n",
        "utf-8",
    )
    return steppe.run(
        world="toy", scenario=["baseline", str(file)], replicates=12, years=3, seed=3, out=folder / "run"
    )


@pytest.fixture(scope="module")
def text(run: steppe.Run) -> str:
    """The page of that run."""
    return run.report().read_text(encoding="utf-8")


class TestPage:
    def test_it_is_one_file_of_moderate_size(self, text: str) -> None:
        assert len(text.encode()) < LIMIT
        for tag, attributes in Read(text).tags:
            for key in ("src", "href", "action"):
                value = attributes.get(key)
                assert value is None or value.startswith(("#", "data:")), (tag, value)

    def test_texts_of_users_stay_texts(self, text: str) -> None:
        found = Read(text)
        assert not [tag for tag, _ in found.tags if tag == "img"]
        assert text.count("<script") == text.count("</script>")
        assert escaping.escape(HOSTILE, quote=False).split("`")[0] in text
        assert "onerror=alert(1)>" not in re.sub(r"<script.*?</script>", "", text, flags=re.S)

    def test_its_numbers_are_those_of_the_comparison(self, text: str, run: steppe.Run) -> None:
        rows = {(row["measure"], row["entity"]): row for row in steppe.compare(run, reference="baseline")}
        numbers = Read(text).numbers
        assert len(numbers) > 10
        for attributes, shown in numbers:
            row = rows[str(attributes["data-measure"]), str(attributes["data-entity"])]
            value = row[str(attributes["data-statistic"])]
            assert float(str(attributes["data-value"])) == pytest.approx(value, rel=1e-12)
            first = shown.split(" [")[0].replace("−", "-").replace(",", "")
            assert float(first) == pytest.approx(value, abs=0.51 * 10.0 ** -len(first.partition(".")[2]))

    def test_every_part_that_is_listed_is_there(self, text: str) -> None:
        found = Read(text)
        ids = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
        assert len(ids) == len(set(ids))
        wanted = {str(attributes["href"])[1:] for tag, attributes in found.tags if tag == "a"}
        assert (
            wanted <= set(ids)
            and {"answer", "differences", "caution", "grounds", "sources", "check"} <= wanted
        )

    def test_every_picture_has_words_and_numbers(self, text: str) -> None:
        figures = re.findall(r"<figure.*?</figure>", text, flags=re.S)
        assert figures
        for figure in figures:
            assert re.search(r"<details class=\"words\">.*?<p>[^<]{20,}</p>", figure, flags=re.S)
            assert "<table" in figure


class TestCommand:
    def test_pictures_as_files(self, run: steppe.Run, tmp_path: Path) -> None:
        told = CliRunner().invoke(
            app, ["report", str(run.path), "--figures", str(tmp_path / "pictures"), "--json"]
        )
        assert told.exit_code == 0, told.output
        files = sorted((tmp_path / "pictures").iterdir())
        assert files and all(file.read_text(encoding="utf-8").startswith("<svg") for file in files)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--format", "pgn", "--figures", "x"], "png"),
            (["--out", "."], "is a folder"),
            (["--map", "nowhere.json"], "nowhere.json"),
        ],
    )
    def test_bad_words_get_one_message_and_nothing_is_written(
        self, run: steppe.Run, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        told = CliRunner().invoke(app, ["report", str(run.path), *words])
        assert told.exit_code == 2 and said in told.output
        assert not list(tmp_path.iterdir())

    def test_a_folder_that_is_no_run(self, tmp_path: Path) -> None:
        told = CliRunner().invoke(app, ["report", str(tmp_path)])
        assert told.exit_code == 2 and "not a run folder" in told.output

    def test_a_run_with_a_design_has_a_page_of_outcomes(self, tmp_path: Path) -> None:
        run = steppe.run(
            world="toy", replicates=4, years=2, out=tmp_path / "run",
            design={"kind": "grid", "factors": {"parameters.membership.vote_noise": {"values": [0.05, 0.1]}},
                    "outcomes": ["members RIVERS"]},
        )  # fmt: skip
        text = run.report().read_text(encoding="utf-8")
        assert "Outcomes over the points of the design" in text and "members of RIVERS in 2022" in text
