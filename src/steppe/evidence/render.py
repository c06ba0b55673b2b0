"""The plain data of `show.describe` and `show.listing` as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH = 100
_LONGEST = 60  # pairs of an actor run into the hundreds; the rest is in --json
_BLOCKS = (
    "values",
    "statuses",
    "pairs",
    "claims",
    "sources",
    "entries",
    "cited_by",
    "parts",
    "readings",
    "system",
)


def render(data: Mapping[str, Any]) -> str:
    """One thing: its plain fields first, then values, statuses and pairs, each with what it rests on."""
    title = data.get("name") or data.get("title") or ""
    lines = [f"{data['id']}  {title}".rstrip() + f"  ({data['kind']})"]
    for key, value in data.items():
        if key not in ("id", "name", "title", "kind", *_BLOCKS) and value not in (None, [], {}, ""):
            lines += _field(key, value)
    if data.get("readings"):
        lines += _field("readings", "; ".join(data["readings"]))
    if data.get("system"):
        lines += _field("system", data["system"])
    lines += _block("parts", [_wrap(str(row), "") for row in data.get("parts", ())])
    for block in ("values", "pairs"):
        lines += _block(block, [_value_lines(row, data) for row in data.get(block, ())])
    lines += _block("statuses", [_status_lines(row) for row in data.get("statuses", ())])
    if data.get("claims"):
        lines += _block("claims", [_wrap(_claim_text(row), "") for row in data["claims"]])
    if data.get("sources"):
        lines += _block("sources", [[f"{row['id']}: {row['citation']}"] for row in data["sources"]])
    lines += _block("entries", [_entry_lines(row) for row in data.get("entries", ())])
    lines += _block("cited by", [[str(row)] for row in data.get("cited_by", ())])
    return "\n".join(lines)


def render_list(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per row: the id, then the other fields in short."""
    if not rows:
        return "none"
    width = min(40, max(len(str(row["id"])) for row in rows))
    out = []
    for row in rows:
        rest = "  ".join(
            _short(value) for key, value in row.items() if key not in ("id", "file") and value is not None
        )
        line = f"{row['id']!s:<{width}}  {rest}"
        out.append(line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…")
    return "\n".join(out)


def _block(name: str, entries: Sequence[Sequence[str]]) -> list[str]:
    if not entries:
        return []
    lines = ["", name]
    for entry in entries[:_LONGEST]:
        lines += [f"  {line}" for line in entry]
    if len(entries) > _LONGEST:
        lines.append(f"  … and {len(entries) - _LONGEST} more")
    return lines


def _field(key: str, value: Any) -> list[str]:
    return textwrap.wrap(
        f"{key.replace('_', ' ')}: {_short(value)}", _WIDTH, initial_indent="  ", subsequent_indent="      "
    )


def _value_lines(row: Mapping[str, Any], of: Mapping[str, Any]) -> list[str]:
    """One value; whose it is, unless it is that of the thing shown."""
    span = row["from"] or "always"
    span += f" to {row['to']}" if row["to"] else ""
    where = f"{row['entity']} " if row["entity"] != of["id"] or of["kind"] == "pair" else ""
    head = f"{where}{row['variable']}, {span}: {_short(row['value'])}{_ranges(row)}  [{row['unit']}]"
    return [head, *_basis_lines(row)]


def _status_lines(row: Mapping[str, Any]) -> list[str]:
    return [f"{row['date']}  {row['state']} in {row['organisation']}: {row['status']}", *_basis_lines(row)]


def _ranges(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    if low is None or low == high:
        return ""
    if isinstance(low, Mapping):
        return "  in " + ", ".join(f"{key} {low[key]:g}–{high[key]:g}" for key in low)
    return f"  in {low:g}–{high:g}"


def _basis_lines(row: Mapping[str, Any]) -> list[str]:
    lines = [_claim_text(claim) for claim in row["claims"]]
    lines += [
        f"source {source['id']}: {source['citation'] or 'not in the list of sources'}"
        for source in row["sources"]
    ]
    if row["assumed"]:
        lines.append(f"assumed: {row['assumed']}")
    if row["note"]:
        lines.append(f"note: {row['note']}")
    return [part for line in lines for part in _wrap(line, "    ")]


def _claim_text(claim: Mapping[str, Any]) -> str:
    if "document" not in claim:
        return f"claim {claim['id']}: not among the claims"
    numbers = ", ".join(str(number) for number in claim["paragraphs"])
    place = f"{claim['document']} ¶{numbers} ({claim['modality']})"
    return f"claim {claim['id']}, {place}: {' '.join(claim['says'].split())}"


def _entry_lines(entry: Mapping[str, Any]) -> list[str]:
    lines = _wrap(f"{entry['entity']} [{entry['unit']}], {entry['rows']} rows: {entry['definition']}", "")
    lines += [f"    {anchor['value']}: {anchor['label']}" for anchor in entry.get("anchors", ())]
    if "default" in entry:
        lines += _wrap(f"default {entry['default']:g}: {entry.get('default_reason', '')}", "    ")
    return lines


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "    ")


def _short(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_short(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, (list, tuple)):
        return ", ".join(_short(item) for item in value)
    return str(value).strip()
