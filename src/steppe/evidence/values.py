"""Rules that every coded value and reference obeys, whoever wrote it; faults are returned, not raised."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from steppe.evidence.lookup import FAMILIES, Evidence
from steppe.evidence.schema import CodedValue, Variable

_SLACK = 1e-9  # a bound computed from a rounded value may miss it by the last bit


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where (file below the seeds folder, dotted key), what, what is accepted."""

    rule: str
    file: str
    key: str
    message: str
    value: Any = None
    accepted: str | Sequence[str] | None = None


def faults(evidence: Evidence) -> Iterator[Fault]:
    """Faults of values, dates, bases and references, in the order of the files."""
    for row in evidence.values():
        yield from _value_faults(row, evidence)
    for entity in evidence.organisations.values():
        if entity.founded and entity.dissolved and entity.dissolved < entity.founded:
            yield Fault(
                "dates",
                entity.file,
                "dissolved",
                f"{entity.id} is dissolved before it is founded",
                entity.dissolved.isoformat(),
                f"a date after {entity.founded.isoformat()}",
            )
    for family in ("actors", "organisations", "instruments", "corridors", "processes"):
        for name, thing in getattr(evidence, family).items():
            if not thing.file.endswith(f"/{name}.yaml"):
                yield Fault("id", thing.file, "id", "the id is not the file's name", name)
    for pairs in evidence.dyads.values():
        for rows in pairs.values():
            yield from _overlaps(rows)
    for family in FAMILIES:
        for entity in evidence.entities(family).values():
            for rows in entity.values.values():
                yield from _overlaps(rows)
    yield from _chronicle_faults(evidence)
    yield from _parameter_faults(evidence)


def _value_faults(row: CodedValue, evidence: Evidence) -> Iterator[Fault]:
    entry = evidence.codebook[row.family, row.variable]
    name = f"{row.variable} of {'-'.join(row.entity)}"
    if row.family == "dyads":
        for end, actor in zip("ab", row.entity, strict=True):
            if actor not in evidence.actors:
                yield _fault(
                    row, "reference", f"{name}: no actor {actor!r}", actor, list(evidence.actors), end
                )
        if row.entity[0] == row.entity[1]:
            yield _fault(row, "reference", f"{name}: a pair needs two actors", row.entity[0])
    if row.since and row.until and row.until <= row.since:
        yield _fault(
            row,
            "dates",
            f"{name}: the row ends before it begins",
            f"{row.since} to {row.until}",
            "from before to",
        )
    if not row.ranged:
        yield _fault(row, "range", f"{name}: no range is given", row.value, "range: [low, high]")
    for label, value, low, high in _numbers(row, entry):
        yield from _number_faults(row, entry, f"{name}{label}", value, low, high)
    if entry.type == "choice" and row.value not in entry.choices:
        yield _fault(row, "range", f"{name}: not one of the choices", row.value, entry.choices, "value")
    if entry.type == "list":
        known = evidence.actors if entry.of == "actors" else evidence.organisations
        for item in row.value:
            if item not in known:
                yield _fault(
                    row, "reference", f"{name}: no {item!r} among the {entry.of}", item, list(known), "value"
                )
    yield from basis_faults(row.file, row.key, f"{name}: ", row.claims, row.sources, row.assumed, evidence)


def _numbers(row: CodedValue, entry: Variable) -> list[tuple[str, float, float, float]]:
    if entry.type == "number":
        return [("", row.value, row.low, row.high)]
    if entry.type == "mapping":
        return [(f" [{key}]", row.value[key], row.low[key], row.high[key]) for key in row.value]
    return []


def _number_faults(
    row: CodedValue, entry: Variable, name: str, value: float, low: float, high: float
) -> Iterator[Fault]:
    least, most = entry.range or (float("-inf"), float("inf"))
    if not least <= value <= most:
        yield _fault(
            row,
            "range",
            f"{name}: the value is outside the codebook's range",
            value,
            f"{least:g} to {most:g} [{entry.unit}]",
            "value",
        )
        return
    if low > high:
        yield _fault(row, "range", f"{name}: the range is reversed", [low, high], "low before high", "range")
        return
    slack = _SLACK * max(1.0, abs(value))
    if not low - slack <= value <= high + slack:
        yield _fault(
            row,
            "range",
            f"{name}: the value is outside its own range",
            value,
            f"{low:g} to {high:g}",
            "range",
        )
    if low < least - slack or high > most + slack:
        yield _fault(
            row,
            "range",
            f"{name}: the range goes beyond the codebook's",
            [low, high],
            f"{least:g} to {most:g} [{entry.unit}]",
            "range",
        )


def basis_faults(
    file: str,
    key: str,
    prefix: str,
    claims: Sequence[str],
    sources: Sequence[str],
    assumed: str | None,
    evidence: Evidence,
) -> Iterator[Fault]:
    """Faults of a basis: none, more than one, or one that points nowhere. `prefix` opens the messages."""
    if not (claims or sources or assumed):
        yield Fault("basis", file, key, f"{prefix}no basis", None, ["claims", "source", "assumed"])
    if assumed and (claims or sources):
        yield Fault(
            "basis",
            file,
            key,
            f"{prefix}assumed and yet based on something",
            assumed,
            "exactly one of claims (a source may go with them), source, assumed",
        )
    for claim in claims:
        if claim not in evidence.claims:
            yield Fault(
                "reference",
                file,
                f"{key}.claims",
                f"{prefix}no claim {claim!r}",
                claim,
                list(evidence.claims),
            )
    for source in sources:
        if source not in evidence.sources:
            yield Fault(
                "reference",
                file,
                f"{key}.source",
                f"{prefix}no source {source!r}",
                source,
                list(evidence.sources),
            )


def _overlaps(rows: tuple[CodedValue, ...]) -> Iterator[Fault]:
    for before, after in itertools.pairwise(rows):
        if before.family != "dyads" and before.key > after.key and len(before.key) >= len(after.key):
            yield _fault(
                after, "dates", f"{after.variable} of {after.entity[0]}: rows are not in the order of dates"
            )
        if before.since == after.since:
            when = "always" if after.since is None else after.since.isoformat()
            yield _fault(
                after, "dates", f"{after.variable} of {'-'.join(after.entity)}: two rows from {when}", when
            )


def _chronicle_faults(evidence: Evidence) -> Iterator[Fault]:
    seen: set[tuple[str, str, date]] = set()
    for event in evidence.chronicle:
        name = f"{event.state} in {event.organisation}, {event.date.isoformat()}"
        if event.state not in evidence.actors:
            yield Fault(
                "reference",
                "chronicle.yaml",
                f"{name}.state",
                f"no actor {event.state!r}",
                event.state,
                list(evidence.actors),
            )
        body = evidence.organisations.get(event.organisation)
        if body is None:
            yield Fault(
                "reference",
                "chronicle.yaml",
                f"{name}.organisation",
                f"no organisation {event.organisation!r}",
                event.organisation,
                list(evidence.organisations),
            )
        elif body.founded and event.date < body.founded and event.status != "none":
            yield Fault(
                "dates",
                "chronicle.yaml",
                name,
                "the organisation was not yet founded",
                event.status,
                f"a date from {body.founded.isoformat()}",
            )
        elif body.dissolved and event.date > body.dissolved and event.status != "none":
            yield Fault(
                "dates",
                "chronicle.yaml",
                name,
                "the organisation was dissolved before",
                event.status,
                f"a date up to {body.dissolved.isoformat()}",
            )
        identity = (event.state, event.organisation, event.date)
        if identity in seen:
            yield Fault("dates", "chronicle.yaml", name, "two statuses on one day", event.status)
        seen.add(identity)
        yield from basis_faults(
            "chronicle.yaml", name, "", event.claims, event.source, event.assumed, evidence
        )


def _parameter_faults(evidence: Evidence) -> Iterator[Fault]:
    inherited = evidence.base.parameters if evidence.base else {}
    for parameter in evidence.parameters.values():
        if inherited.get(parameter.id) is parameter:
            continue
        low, high = parameter.range
        if low > high:
            yield Fault(
                "range",
                "parameters.yaml",
                parameter.id,
                "the range is reversed",
                [low, high],
            )
        elif not low <= parameter.value <= high:
            yield Fault(
                "range",
                "parameters.yaml",
                parameter.id,
                "the value is outside its own range",
                parameter.value,
                f"{low:g} to {high:g}",
            )
        yield from basis_faults(
            "parameters.yaml",
            parameter.id,
            "",
            parameter.claims,
            parameter.source,
            parameter.assumed,
            evidence,
        )


def _fault(
    row: CodedValue,
    rule: str,
    message: str,
    value: Any = None,
    accepted: str | Sequence[str] | None = None,
    end: str = "",
) -> Fault:
    key = f"{row.key}.{end}" if end else row.key
    return Fault(rule, row.file, key, message, value, accepted)
