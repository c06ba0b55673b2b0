"""What a run rests on: values by basis, parameters, claims with their paragraphs, sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from steppe.config.schema import RunConfig
from steppe.evidence import CodedValue, Evidence
from steppe.evidence.rows import plain
from steppe.report.answer import place
from steppe.world.arrays import World
from steppe.world.provenance import Origin
from steppe.world.provenance import origins as origins_of

BASES = ("document", "public", "assumed", "uncoded")
MEANING = {
    "document": "coded from a document, claim by claim",
    "public": "taken from a public source",
    "assumed": "judged by hand, with a range",
    "uncoded": "a default of the codebook: nobody coded it",
}


def basis(origin: Origin) -> str:
    """document, public, assumed, or uncoded."""
    if isinstance(origin, CodedValue) and origin.file == "codebook.yaml":
        return "uncoded"
    return origin.basis


def values_table(found: Iterable[Origin]) -> list[dict[str, Any]]:
    """Values of a world by kind and basis: kind, then how many of each basis; the largest kinds first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        kind = one.variable.replace("_", " ") if isinstance(one, CodedValue) else "status in an organisation"
        counts[kind][basis(one)] += 1
    rows = [{"kind": kind, **{name: count[name] for name in BASES}} for kind, count in counts.items()]
    return sorted(rows, key=lambda row: (-sum(row[name] for name in BASES), row["kind"]))


def assumed_values(found: Iterable[Origin]) -> list[dict[str, Any]]:
    """Every value that was judged by hand: what, of whom, value, range, why."""
    rows = [
        {
            "variable": one.variable.replace("_", " "),
            "entity": " – ".join(one.entity),
            "value": _told(one.value),
            "range": _range(one.low, one.high),
            "why": " ".join((one.assumed or "").split()),
        }
        for one in found
        if isinstance(one, CodedValue) and basis(one) == "assumed"
    ]
    return sorted(rows, key=lambda row: (row["variable"], row["entity"]))


def parameters_table(evidence: Evidence, config: RunConfig, scenarios: Iterable[str]) -> list[dict[str, Any]]:
    """Parameters of the rules: id, what it is, unit, value in this run, range, basis, and which scenarios set another."""
    own = {one.name: one.parameters for one in config.scenarios if one.name in set(scenarios)}
    rows = []
    for name, one in sorted(evidence.parameters.items()):
        value = config.parameters.get(name, one.value)
        others = [f"{scenario}: {given[name]:g}" for scenario, given in own.items() if name in given]
        rows.append(
            {
                "id": name,
                "what": " ".join(one.definition.split()),
                "unit": one.unit,
                "value": f"{value:g}",
                "range": _range(*one.range),
                "basis": "set by the run" if name in config.parameters else one.basis,
                "set": "; ".join(others),
            }
        )
    return rows


def claims_table(
    evidence: Evidence, config: RunConfig, scenarios: Iterable[str], found: Iterable[Origin]
) -> list[dict[str, Any]]:
    """Claims that the run uses: id, what it says, modality, document with paragraphs, and what it is used for here."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    wanted = set(scenarios)
    for scenario in config.scenarios:
        if scenario.name in wanted:
            for name in scenario.claims:
                used[name][f"the question of {scenario.name}"] += 1
    for one in found:
        kind = one.variable.replace("_", " ") if isinstance(one, CodedValue) else "status"
        for name in one.claims:
            used[name][kind] += 1
    for name, parameter in evidence.parameters.items():
        for given in parameter.claims:
            used[given][f"parameter {name}"] += 1
    rows = []
    for name in sorted(used):
        claim = evidence.claims.get(name)
        if claim is None:
            continue
        document = evidence.documents[claim.document]
        about = {
            key: getattr(document, key) for key in ("id", "author", "title", "outlet", "published", "kind")
        }
        rows.append(
            {
                "id": name,
                "says": " ".join(claim.says.split()),
                "modality": claim.modality,
                "where": place({**about, "paragraphs": list(claim.paragraphs)}),
                "for": ", ".join(
                    what if n == 1 else f"{what} × {n}" for what, n in sorted(used[name].items())
                ),
            }
        )
    return rows


def sources_table(evidence: Evidence, found: Iterable[Origin]) -> list[dict[str, Any]]:
    """Public sources that the run uses: citation, licence, number of values."""
    counts: Counter[str] = Counter()
    for one in found:
        if basis(one) == "public":
            counts.update(one.sources if isinstance(one, CodedValue) else one.source)
    rows = []
    for name, count in counts.most_common():
        source = evidence.sources.get(name)
        if source is not None:
            rows.append(
                {
                    "citation": " ".join(source.citation.split()),
                    "licence": source.licence or "",
                    "values": count,
                }
            )
    return rows


def grounds(evidence: Evidence, world: World, config: RunConfig, scenarios: Iterable[str]) -> dict[str, Any]:
    """All of the above, and the counts by basis."""
    names = list(scenarios)
    found = list(origins_of(evidence, world).values())
    counts = Counter(basis(one) for one in found)
    return {
        "counts": {name: counts[name] for name in BASES},
        "values": values_table(found),
        "assumed": assumed_values(found),
        "parameters": parameters_table(evidence, config, names),
        "claims": claims_table(evidence, config, names, found),
        "sources": sources_table(evidence, found),
    }


def _told(value: Any) -> str:
    told = plain(value)
    if isinstance(told, Mapping):
        return ", ".join(f"{key} {_told(one)}" for key, one in told.items())
    if isinstance(told, list):
        return ", ".join(map(str, told)) or "none"
    return f"{told:g}" if isinstance(told, int | float) else str(told)


def _range(low: Any, high: Any) -> str:
    if low is None or high is None:
        return ""
    if isinstance(low, Mapping):
        return ", ".join(f"{key} {low[key]:g} to {high[key]:g}" for key in low)
    return f"{low:g} to {high:g}"
