"""YAML and CSV as plain data, with lines and key paths for the messages."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from steppe.errors import InputError
from steppe.evidence.read import key_at, line_of, read_csv, read_yaml

TEXT = """# a comment
- id: first
  rows:
    - {from: 2003, value: 1}
    - from: 2004
      value: 2
- name: second
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(TEXT)
    return tmp_path / "a.yaml"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("2004-05-28", "2004-05-28"),
        ("12:30", "12:30"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("07", 7),
        ("-3", -3),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("+", "+"),
        ("'5'", "5"),
        ("1_000", "1_000"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: 0.1}}", {"a": {"b": 0.1}}),
    ],
)
def test_plain_words_and_numbers_are_what_they_look_like(tmp_path: Path, written: str, read: object) -> None:
    (tmp_path / "a.yaml").write_text(f"key: {written}\n")
    assert read_yaml(tmp_path / "a.yaml") == {"key": read}


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(PLAIN)
def test_what_the_yaml_library_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, data: object
) -> None:
    """The library quotes text that looks like a number or a truth value, so nothing is lost on the way."""
    path = tmp_path_factory.mktemp("yaml") / "a.yaml"
    path.write_text(yaml.safe_dump({"data": data}, allow_unicode=False))
    assert read_yaml(path) == {"data": data}


def test_a_malformed_file_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\nb: [1, 2\n")
    with pytest.raises(InputError, match="not valid YAML") as caught:
        read_yaml(tmp_path / "a.yaml")
    assert caught.value.line == 3


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the file"):
        read_yaml(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    ("key", "line"),
    [("[0]", 2), ("[0].rows[0].value", 4), ("[0].rows[1].value", 6), ("[0].rows[1].none", 5), ("x", None)],
)
def test_a_key_has_a_line(path: Path, key: str, line: int | None) -> None:
    assert line_of(path, key) == line


@pytest.mark.parametrize(
    ("line", "key"),
    [(2, "first.id"), (4, "first.rows[0].value"), (6, "first.rows[1].value"), (7, "[1].name")],
)
def test_a_line_has_a_key(path: Path, line: int, key: str) -> None:
    assert key_at(path, line) == key


def test_csv_rows_keep_their_line_numbers_past_comments(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('# one\na,b\n1,2\n\n# two\n"3, 4",5\n')
    assert list(read_csv(tmp_path / "a.csv", ("a", "b"))) == [(3, ["1", "2"]), (6, ["3, 4", "5"])]
