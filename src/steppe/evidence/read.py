"""Reading YAML and CSV: plain data in, plain data out, and one clear message when a file is malformed.

YAML is read in its 1.2 sense: `NO`, `on` and `2004-05-28` are text, only `true` and `false` are truth values,
a key given twice is an error. Scalars are therefore typed here and not by the YAML library.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from steppe.errors import InputError, input_error, key_path
from steppe.paths import shown

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INT = re.compile(r"[-+]?\d+\Z")
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\Z", re.IGNORECASE)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises InputError if it is missing, malformed or repeats a key."""
    return _build(_compose(path), path, "")


def line_of(path: Path, key: str) -> int | None:
    """The 1-based line of a key path such as ``gdp[1].value``; of the enclosing key if it is absent."""
    try:
        node = _compose(path)
    except InputError:
        return None
    line: int | None = None
    for part in re.findall(r"\[\d+\]|[^.\[\]]+", key):
        found = _child(node, part)
        if found is None:
            return line
        line, node = found
    return line


def read_csv(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV file as (line number, cells); lines that start with ``#`` and empty lines are skipped.

    Raises InputError where the header is not exactly `columns` or a row has another number of cells.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the file: {error}", file=shown(path)) from None
    lines = text.splitlines()
    kept = [n for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    header: list[str] | None = None
    for number, cells in zip(kept, csv.reader(lines[n - 1] for n in kept), strict=False):
        if header is None:
            header = [cell.strip() for cell in cells]
            if tuple(header) != columns:
                unknown = next((name for name in header if name not in columns), None)
                raise input_error(
                    "the columns are not the accepted ones",
                    file=shown(path),
                    key="header",
                    value=unknown or ",".join(header),
                    accepted=columns,
                    line=number,
                )
        elif len(cells) != len(columns):
            raise InputError(
                f"a row has {len(cells)} cells instead of {len(columns)}",
                file=shown(path),
                value=",".join(cells),
                line=number,
                accepted="a comma inside a cell needs quotes",
            )
        else:
            yield number, cells


def _compose(path: Path) -> Any:
    try:
        loader = _LOADER(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the file: {error}", file=shown(path)) from None
    try:
        return loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "malformed"
        line = mark.line + 1 if mark else None
        raise InputError(f"not valid YAML: {problem}", file=shown(path), line=line) from None
    finally:
        loader.dispose()


def _build(node: Any, path: Path, here: str) -> Any:
    if node is None:
        return None
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.value) if not node.style else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, path, f"{here}[{n}]") for n, item in enumerate(node.value)]
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        place = f"{here}.{key}" if here else str(key)
        if not isinstance(key, str) or key in out:
            problem = "is given twice" if isinstance(key, str) else "is not a name"
            raise InputError(
                f"key {key_path(str(key))!r} {problem}",
                file=shown(path),
                key=place,
                line=key_node.start_mark.line + 1,
            )
        out[key] = _build(value_node, path, place)
    return out


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in "0123456789+-.":
        if _INT.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


def _child(node: Any, part: str) -> tuple[int, Any] | None:
    if part.startswith("["):
        if isinstance(node, yaml.SequenceNode) and int(part[1:-1]) < len(node.value):
            item = node.value[int(part[1:-1])]
            return item.start_mark.line + 1, item
        return None
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == part:
                return key_node.start_mark.line + 1, value_node
    return None


def key_at(path: Path, line: int) -> str:
    """The key path of the innermost entry that covers a line; an item of a list goes by its id, if any."""
    node, found, row = _compose(path), "", line - 1
    while True:
        inner: tuple[str, Any] | None = None
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.start_mark.line <= row <= value_node.end_mark.line:
                    inner = (f".{key_node.value}", value_node)
        elif isinstance(node, yaml.SequenceNode):
            for n, item in enumerate(node.value):
                if item.start_mark.line <= row <= item.end_mark.line:
                    name = _child_text(item, "id")
                    inner = (f".{name}" if name else f"[{n}]", item)
        if inner is None:
            return found.removeprefix(".")
        found, node = found + inner[0], inner[1]


def _child_text(node: Any, name: str) -> str | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == name:
                return str(value_node.value)
    return None
