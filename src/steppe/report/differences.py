"""What differs between two configs, worlds or versions of the evidence, in words; from A to B."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from steppe.report.words import interval, phrase

Row = Mapping[str, Any]
MOST = 12  # rows of a layer that are told
EACH = 4  # of one variable
ARROW = "→"
_STATUS = {"none": "no member", "observer": "observer", "member": "member", "suspended": "suspended"}


def differences_text(data: Row, everything: bool = False) -> str:
    """The data of `api.differing` as text.  everything : every row of every layer"""
    most = 10**9 if everything else MOST
    head = [f"{end.upper()}  {_side(data[end])}" for end in ("a", "b")]
    blocks = ["\n".join(head), *data["notes"]]
    layers = (
        ("settings", _plain_rows(data["settings"])),
        ("scenarios", [line for row in data["scenarios"] for line in _scenario(row)]),
        (
            "mechanisms",
            [f"{row['id']}: {_switch(row['a'])} {ARROW} {_switch(row['b'])}" for row in data["mechanisms"]],
        ),
        ("readings", _plain_rows(data["readings"])),
        ("parameters", _limited(data["parameters"], _parameter, most)),
        ("the world", [line for row in data["world"] for line in _world(row)]),
        ("coded values", _values(data["values"], data["names"], most)),
        ("memberships", _limited(data["statuses"], lambda row: _status(row, data["names"]), most)),
        ("records of the evidence", _records(data["records"], most)),
    )
    blocks += [_block(name, lines) for name, lines in layers if lines]
    if data["same"]:
        blocks.append("nothing differs")
    if data["results"] is not None:
        blocks.append(_results(data["results"]))
    return "\n\n".join(blocks)


def _side(one: Row) -> str:
    parts = [one["name"], one["kind"]]
    if one["kind"] in ("run", "config", "scenario"):
        parts.append(", ".join(one["scenarios"]))
    if one["world"] and one["kind"] != "world":
        parts.append(f"world {one['world']}")
    return ": ".join([parts[0], ", ".join(parts[1:])])


def _block(name: str, lines: Iterable[str]) -> str:
    return "\n".join([name, *(f"  {line}" for line in lines)])


def _plain_rows(rows: Sequence[Row]) -> list[str]:
    return [f"{row['id']}: {_text(row['a'])} {ARROW} {_text(row['b'])}" for row in rows]


def _limited(rows: Sequence[Row], told: Any, most: int) -> list[str]:
    lines = [line for row in rows[:most] for line in told(row)]
    return [*lines, *_more(len(rows) - most)]


def _more(left: int) -> list[str]:
    return [f"and {left:,} more; all with --all"] if left > 0 else []


def _scenario(row: Row) -> list[str]:
    """What differs in a scenario, or between two of other names."""
    if row["a"] is None or row["b"] is None:
        end = "b" if row["a"] is None else "a"
        return [f"{row[end]}: only in {end.upper()}", *_acts(row["interventions"])]
    name = row["a"] if row["a"] == row["b"] else f"{row['a']} {ARROW} {row['b']}"
    lines = [name, *_acts(row["interventions"])]
    for key in ("parameters", "mechanisms"):
        lines += [f"  {line}" for line in _plain_rows(row[key])]
    lines += [f"  {one['id']}: {_text(one['a'])} {ARROW} {_text(one['b'])}" for one in row["texts"]]
    for end, outcomes in row["outcomes"].items():
        asked = ", ".join(f"{one['measure']} {one['of']}" for one in outcomes)
        lines += [f"  judged only in {end.upper()} by {asked}"] if asked else []
    return lines


def _acts(interventions: Mapping[str, Sequence[Row]]) -> list[str]:
    return [
        f"  only in {end.upper()}: {act['date'][:7]} {act['says']}"
        for end, acts in interventions.items()
        for act in acts
    ]


def _parameter(row: Row) -> list[str]:
    a, b = row["a"], row["b"]
    known = b or a
    ranges = " or ".join(dict.fromkeys(f"{side['low']:g} to {side['high']:g}" for side in (a, b) if side))
    told = f"{row['id']}: {_sides(a, b)} [{row['unit']}; {ranges}]"
    lines = [told, f"  {_first(row['words'])}"]
    if "ground" in row["changed"]:
        lines.append(f"  A: {_ground(a)}; B: {_ground(b)}")
    elif known["value"] == known["coded"]:
        lines.append(f"  {_ground(known)}")
    return lines


def _world(row: Row) -> list[str]:
    if not isinstance(row["a"], list):
        return _plain_rows([row])
    if row["id"] == "without":
        return [f"without: {_names(row['a'])} {ARROW} {_names(row['b'])}"]
    return [f"{row['id']} only in {end.upper()}: {', '.join(row[end])}" for end in ("a", "b") if row[end]]


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _values(rows: Sequence[Row], names: Mapping[str, str], most: int) -> list[str]:
    """By variable: its words and unit once, then whose value it is and from what to what."""
    lines: list[str] = []
    told = 0
    for (_, variable), group in groupby(rows, key=lambda row: (row["family"], row["variable"])):
        own = list(group)
        if told >= most:
            break
        head = own[0]
        limits = f"; {head['range'][0]:g} to {head['range'][1]:g}" if head["range"] else ""
        lines.append(f"{variable} [{head['unit']}{limits}]: {_first(head['words'])}")
        count = len(own) if most > MOST else min(len(own), EACH, most - told)
        for row in own[:count]:
            lines += _value(row, names)
        told += count
        if len(own) > count:
            lines.append(f"  and {len(own) - count:,} more of it")
    return [*lines, *_more(len(rows) - max(told, 0) if told < len(rows) and most <= MOST else 0)]


def _value(row: Row, names: Mapping[str, str]) -> list[str]:
    since = {side["from"] for side in (row["a"], row["b"]) if side and side["from"]}
    dated = f" from {', '.join(sorted(since))}" if since else ""
    lines = [f"  {_entity(row['entity'], names)}{dated}: {_sides(row['a'], row['b'])}"]
    if row["changed"] == ["range"]:
        lines[0] += " (only its range differs)"
    elif row["changed"] == ["ground"]:
        lines[0] += " (only its ground differs)"
    if row["a"] and row["b"] and "ground" not in row["changed"]:
        return [*lines, f"    {_ground(row['b'])}"]
    return [*lines, *(f"    {end.upper()}: {_ground(row[end])}" for end in ("a", "b") if row[end])]


def _sides(a: Row | None, b: Row | None) -> str:
    """``260 [250, 270] → 300 [290, 310]``; ranges where they differ."""
    ranged = bool(a and b and (a["low"], a["high"]) != (b["low"], b["high"]))
    return f"{_side_value(a, ranged)} {ARROW} {_side_value(b, ranged)}"


def _side_value(one: Row | None, ranged: bool) -> str:
    if one is None:
        return "not there"
    text = _text(one["value"])
    if ranged and isinstance(one["low"], (int, float)):
        text += f" [{_text(one['low'])}, {_text(one['high'])}]"
    return text


def _ground(one: Row | None) -> str:
    """``document: claim, claim``, ``public: source``, ``assumed: why``."""
    if one is None:
        return "nothing"
    if one["basis"] == "uncoded":  # the codebook's default, which says itself that nobody coded it
        return str(one["assumed"])
    named = [*one["claims"], *one["sources"]] or [one["assumed"] or ""]
    return f"{one['basis']}: {', '.join(named)}".rstrip(": ")


def _entity(name: str, names: Mapping[str, str]) -> str:
    parts = [name] if name in names else name.split("-")
    told = [names[part] for part in parts if part in names]
    return f"{name} ({' and '.join(told)})" if told and told != [name] else name


def _status(row: Row, names: Mapping[str, str]) -> list[str]:
    before, after = (
        "not there" if one is None else f"{_STATUS[one['status']]} since {one['date']}"
        for one in (row["a"], row["b"])
    )
    head = f"{_entity(row['state'], names)} in {row['organisation']}: {before} {ARROW} {after}"
    return [head, *(f"  {end.upper()}: {_ground(row[end])}" for end in ("a", "b") if row[end])]


def _records(rows: Sequence[Row], most: int) -> list[str]:
    """``claim x changed: says``; of each kind how many."""
    lines = []
    for row in rows[:most]:
        fields = f" ({', '.join(row['a'])})" if row["change"] == "changed" else ""
        sides = {"added": "only in B", "removed": "only in A", "changed": "changed"}
        lines.append(f"{row['kind']}: {row['id']} {sides[row['change']]}{fields}")
    return [*lines, *_more(len(rows) - most)]


def _results(found: Row) -> str:
    if not found["scenarios"]:
        return f"results are not compared: {found['why']}"
    how = "replicate by replicate with the same luck"
    if not found["paired"]:
        how = f"two independent samples, as luck is not shared ({found['why']})"
    lines = [f"results that it moved, from A to B, {how}; 95 % intervals"]
    for one in found["scenarios"]:
        name = one["a"] if one["a"] == one["b"] else f"{one['a']} {ARROW} {one['b']}"
        lines.append(
            f"  {name}, {one['year']}: {one['moved']:,} of {one['measured']:,} measures moved, "
            f"{one['sure']:,} with an interval that leaves out zero, {one['distinguishable']:,} of these distinguishable "
            "by Holm's procedure at 5 %"
        )
        lines += [
            f"    {_result(row)}"
            for row in found["rows"]
            if (row["reference_scenario"], row["scenario"]) == (one["a"], one["b"])
        ]
    return "\n".join(lines)


def _result(row: Row) -> str:
    what = phrase(row["measure"], row["entity"], row["year"])
    low, high = (math.nan if row[end] is None else row[end] for end in ("low", "high"))
    moved = interval(row["difference"], low, high, signed=True)
    return f"{what}: {_text(row['reference'])} {ARROW} {_text(row['alternative'])}, {moved}"


def _switch(on: bool | None) -> str:
    return "not there" if on is None else "on" if on else "off"


def _first(words: str) -> str:
    """The first sentence."""
    head, stop, _ = words.partition(". ")
    return head + ("." if stop else "")


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "−") if abs(value) < 10_000 else f"{value:,.0f}".replace("-", "−")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        short = ", ".join(_text(one) for one in value)
        return short if len(short) < 200 else f"{len(value)} entries"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
