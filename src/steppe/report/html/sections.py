"""The parts of a page below the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from steppe.paths import shown
from steppe.report.figures.figure import Figure
from steppe.report.html.content import FEW, Answer, Subject, caveats, patterns
from steppe.report.html.differences import asked_table, largest_table
from steppe.report.html.grounds import MEANING
from steppe.report.html.numbers import share_text
from steppe.report.html.page import Section
from steppe.report.html.table import Table, of_mappings
from steppe.report.words import importance
from steppe.results.indicators import catalogue

SHARED = (
    "seed",
    "replicates",
    "steps",
    "steps_per_year",
    "draws",
    "config_sha256",
    "evidence_sha256",
    "rules",
    "versions",
)


def differences_section(about: Subject, found: Sequence[Answer], figures: Sequence[Figure]) -> Section:
    """Paired differences, as pictures and tables."""
    tables = []
    for place, one in enumerate(found):
        largest = largest_table(one, about.names, place, folded=len(found) > FEW)
        tables += [asked_table(one, about.names, place), largest]
    kept = [one for one in tables if one is not None]
    intro = [
        "Each future of a scenario is held against the same future of its reference: same replicate, same luck. Brackets "
        "are 95 % intervals of the mean difference. Largest first, measured by what counts as a large change of each measure."
    ]
    points = [one.family for one in found if one.family]
    return Section("differences", "Differences", "What differs", intro if kept else (), points, figures, kept)


def caution_section(about: Subject, found: Sequence[Answer]) -> Section:
    """Caveats, and what the model reproduces."""
    record = patterns()
    tables, intro = [], []
    if record is not None:
        rows = [{**row, "share": share_text(row["share_of_range"])} for row in record["patterns"]]
        counts = {
            name: sum(row["verdict"] == name for row in rows)
            for name in ("holds", "holds in part", "does not hold")
        }
        intro.append(
            f"Of {len(rows)} patterns that the model must show, {counts['holds']} hold, {counts['holds in part']} hold in "
            f"part of the range of the parameters, and {counts['does not hold']} do not hold ({record['found']})."
        )
        columns = {
            "id": "pattern",
            "statement": "what must come out",
            "verdict": "found",
            "share": "of the range",
        }
        tables.append(of_mappings("patterns", "The patterns, one by one", columns, rows, folded=True))
    return Section("caution", "Caution", "What to be careful about", intro, caveats(about, found), (), tables)


def grounds_section(about: Subject) -> Section:
    """Assumptions by basis, and parameters."""
    held = about.grounds
    counts = held["counts"]
    total = sum(counts.values())
    bases = [
        {
            "basis": name,
            "what": MEANING[name],
            "values": count,
            "share": share_text(count / total if total else None),
        }
        for name, count in counts.items()
    ]
    columns = {
        "kind": "kind",
        "document": "document",
        "public": "public",
        "assumed": "assumed",
        "uncoded": "not coded",
    }
    assumed = {"variable": "variable", "entity": "of", "value": "value", "range": "range", "why": "why"}
    parameters = {
        "id": "parameter", "what": "what it is", "unit": "unit", "value": "value", "range": "range", "basis": "basis",
        "set": "set by a scenario",
    }  # fmt: skip
    tables = [
        of_mappings("bases", f"The {total:,} values of the world by what they rest on",
                    {"basis": "basis", "what": "meaning", "values": "values", "share": "share"}, bases),
        of_mappings("kinds", "The same by kind of value", columns, held["values"], folded=True),
        of_mappings("parameters", "Parameters of the rules", parameters, held["parameters"], folded=True),
        of_mappings("assumed", "Values that are assumed, with range and reason", assumed, held["assumed"], folded=True),
    ]  # fmt: skip
    intro = ["`steppe show ID` leads from each of them to its claims, and from a claim to a paragraph."]
    return Section("grounds", "Assumptions", "What it rests on", intro, (), (), tables)


def sources_section(about: Subject) -> Section:
    """Claims, sources, methods."""
    held = about.grounds
    claims = {
        "id": "claim",
        "says": "what it says, in our words",
        "modality": "mode",
        "where": "document",
        "for": "used for",
    }
    sources = {"citation": "source", "licence": "licence", "values": "values"}
    methods = [{"for": purpose, "reference": reference} for purpose, reference in about.citations]
    tables = [
        of_mappings(
            "claims", "Claims of the documents that enter this run", claims, held["claims"], folded=True
        ),
        of_mappings("sources-table", "Public sources", sources, held["sources"], folded=True),
        of_mappings(
            "methods", "Methods", {"reference": "reference", "for": "used for"}, methods, folded=True
        ),
    ]
    return Section(
        "sources", "Sources", "Claims, sources, methods", (), (), (), [one for one in tables if one.rows]
    )


def check_section(about: Subject, found: Sequence[Answer], command: str) -> Section:
    """How to check a number, and the manifest."""
    run = about.run
    steps = [(command, "this page again"), *walk(about, found)]
    wide = max(len(line) for line, _ in steps)
    lines = [f"{line:<{wide}}  {what}" for line, what in steps]
    kept = {key: run.manifest[key] for key in SHARED if key in run.manifest}
    kept |= {
        key: run.manifest[key]
        for key in ("started", "finished", "wall_s", "platform", "python")
        if key in run.manifest
    }
    kept["scenarios"] = [one["name"] for one in run.manifest["scenarios"]]
    tables = [] if about.designed else [_measures()]
    intro = [
        "The same config, evidence and seed give the same numbers to the last bit. Commands that lead from a number of this "
        "page to the futures it counts, the event, the terms of the decision, the parameter, the claim and the paragraph:"
    ]
    manifest = json.dumps(kept, indent=1, ensure_ascii=False)
    return Section(
        "check",
        "Check it",
        "How to check a number",
        intro,
        (),
        (),
        tables,
        [("", "\n".join(lines)), ("The manifest of the run", manifest)],
    )


def walk(about: Subject, found: Sequence[Answer]) -> list[tuple[str, str]]:
    """Commands from a number to a paragraph, with what each shows."""
    folder = shown(about.run.path)
    if about.designed:
        return [
            (f"steppe sensitivity {folder}", "which factors matter"),
            (f"steppe discover {folder}", "in which region"),
        ]
    lines = []
    lead = next((one for one in found if one.rows), None)
    if lead is not None:
        row = next(iter(lead.asked), None) or max(lead.rows, key=importance_of)
        number = (
            f"steppe explain measure {folder} {row['measure']} {row['entity']} --scenario {lead.scenario}"
        )
        lines.append((f"steppe compare {folder} --all", "every difference"))
        lines.append((number, "the number, and futures behind it"))
    first = lead.scenario if lead is not None else about.scenarios[0].name
    lines.append(
        (f"steppe explain typical {folder} --scenario {first}", "a typical future, and kinds of futures")
    )
    own = next((one.claims for one in about.scenarios if one.name == first), ())
    claims = [*own, *(one["id"] for one in about.grounds["claims"])]
    lines += [(f"steppe show {name}", "a claim, with document and paragraph") for name in claims[:1]]
    return lines


def importance_of(row: Mapping[str, Any]) -> float:
    """How much a difference weighs; 0 where it is undefined."""
    return 0.0 if row["difference"] is None else importance(row["measure"], row["difference"])


def _measures() -> Table:
    columns = {"id": "measure", "of": "of", "unit": "unit", "definition": "definition"}
    return of_mappings("measures", "Measures", columns, catalogue(), folded=True)
