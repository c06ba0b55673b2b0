"""An attribution in words: what each switch is, and what it contributes to the outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from steppe.report.interventions import says
from steppe.report.terminal import table
from steppe.report.words import interval, phrase, replicates_text

PAIRS = 3  # interactions that are told


def switch_words(
    factors: Sequence[str],
    interventions: Sequence[Mapping[str, Any]],
    described: Mapping[str, Mapping[str, Any]],
    off: Mapping[str, Any],
) -> str:
    """What a switch turns, in words.

    interventions : of the scenario, by date;  described : factor → what the manifest says of it;  off : factor → value
    """
    return "; ".join(_factor(name, interventions, described[name], off[name]) for name in factors)


def _factor(
    name: str, interventions: Sequence[Mapping[str, Any]], described: Mapping[str, Any], off: Any
) -> str:
    head, _, rest = name.partition(".")
    if head == "interventions":
        one = interventions[int(rest) - 1]
        return f"{one['date'][:7]} {says(one)}"
    if head == "mechanisms":
        return f"mechanism {rest}"
    if head == "without":
        return f"{rest} in the world"
    if head == "parameters":
        return f"{rest} at {described['value']:g}, not {off:g}"
    return f"{name} {described['value']}, not {off}"


def attribution_text(data: Mapping[str, Any]) -> str:
    """Every outcome of `api.attributing.attributed` as text."""
    letters = [ascii_uppercase[place] for place in range(len(data["switches"]))]
    legend = [f"  {letter}  {one['says']}" for letter, one in zip(letters, data["switches"], strict=True)]
    blocks = [_outcome(one, letters) for one in data["outcomes"]]
    head = "\n".join(["what is there or not", *legend])
    return "\n\n".join([head, *blocks, f"more: steppe attribute {data['run']} --json"])


def _outcome(one: Mapping[str, Any], switches: Sequence[str]) -> str:
    what = phrase(one["measure"], one["entity"], one["year"])
    count = replicates_text(one["n"], one["draws"])
    head = f"{what}, under {one['scenario']} ({count} of each of {len(one['coalitions'])} combinations)"
    lines = [head]
    if one["left_out"]:
        lines.append(
            f"  {one['left_out']:,} replicates are left out: there it is not defined in every combination"
        )
    lines += [
        f"  everything on   {_told(one['on'])}",
        f"  everything off  {_told(one['off'])}",
        f"  difference      {_told(one['difference'], True)}",
        "",
        table(_rows(one, switches)),
    ]
    lines += _pairs(one["interactions"], switches)
    if all(part["share"] is None for part in one["switches"]):
        lines.append("The difference cannot be told from zero; so there are no shares of it.")
    return "\n".join(lines)


def _rows(one: Mapping[str, Any], switches: Sequence[str]) -> list[dict[str, str]]:
    rows = [
        {
            "switch": name,
            "contributes": _told(part["shapley"], True),
            "share": _share(part["share"]),
            "removed alone": _told(part["removed_alone"], True),
            "added alone": _told(part["added_alone"], True),
        }
        for name, part in zip(switches, one["switches"], strict=True)
    ]
    total = sum(part["shapley"]["value"] for part in one["switches"])
    whole = "100 %" if one["switches"][0]["share"] else "–"
    return [
        *rows,
        {
            "switch": "sum",
            "contributes": interval(total, math.nan, math.nan, signed=True),
            "share": whole,
            "removed alone": "",
            "added alone": "",
        },
    ]


def _pairs(interactions: Sequence[Mapping[str, Any]], switches: Sequence[str]) -> list[str]:
    """The pairs that do not just add up, those that matter most first."""
    sure = [one for one in interactions if _sure(one["interaction"])]
    sure.sort(key=lambda one: -abs(one["interaction"]["value"]))
    lines = []
    for one in sure[:PAIRS]:
        a, b = (switches[place] for place in one["switches"])
        lines.append(f"  {a} with {b}: {_told(one['interaction'], True)}")
    return ["", "what two do together beyond what each does (interaction):", *lines] if lines else []


def _sure(one: Mapping[str, Any]) -> bool:
    return one["low"] is not None and (one["low"] > 0 or one["high"] < 0)


def _told(one: Mapping[str, Any], signed: bool = False) -> str:
    low, high = (math.nan if one[end] is None else one[end] for end in ("low", "high"))
    return interval(one["value"], low, high, signed)


def _share(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "–"
    numbers = [
        f"{round(100 * one[name]):d}".replace("-", "−")
        for name in ("value", "low", "high")
        if one[name] is not None
    ]
    return f"{numbers[0]} %" + (f" [{numbers[1]}, {numbers[2]}]" if len(numbers) == 3 else "")
