"""What ``steppe evidence check`` verifies: the evidence is whole, consistent, and points where it says."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.errors import nearest
from steppe.evidence.documents import document_faults
from steppe.evidence.lookup import Evidence
from steppe.evidence.references import FORMS, cited, exists
from steppe.evidence.register import every_fault
from steppe.evidence.schema import MECHANISMS, Claim, Document
from steppe.evidence.values import Fault

BASES = ("document", "public", "assumed")
_STRUCTURES = ("systems", "instruments", "corridors", "segments", "demands", "processes", "gates")
_OPTIONAL = ("instrument", "segment", "upgrade", "demand", "stage", "role", "gate")  # not everybody has them


@dataclass(frozen=True)
class Report:
    """What was counted and what is wrong.

    values : entity kind → basis → number of values; statuses : basis → number
    claims : document → modality → number
    sizes : number of documents, claims, sources, … ; compared : whether the documents themselves were read
    """

    folder: str
    sizes: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]
    statuses: Mapping[str, int]
    claims: Mapping[str, Mapping[str, int]]
    problems: tuple[Fault, ...]
    compared: bool

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        problems = [
            {
                "rule": fault.rule,
                "file": fault.file,
                "key": fault.key,
                "message": fault.message,
                "value": _plain(fault.value),
                "accepted": fault.accepted
                if fault.accepted is None or isinstance(fault.accepted, str)
                else list(fault.accepted),
            }
            for fault in self.problems
        ]
        total = {basis: sum(kind[basis] for kind in self.values.values()) for basis in BASES}
        return {
            "folder": self.folder,
            "ok": self.ok,
            "documents_compared": self.compared,
            "sizes": dict(self.sizes),
            "values": {"all": total, **{kind: dict(counts) for kind, counts in self.values.items()}},
            "statuses": dict(self.statuses),
            "claims": {document: dict(counts) for document, counts in self.claims.items()},
            "problems": problems,
        }


def check(evidence: Evidence, documents: Path | str | None = None, more: Iterable[Fault] = ()) -> Report:
    """Verify the evidence; `documents` is the folder with the documents' files, if the reader has them.

    more : what is wrong between the evidence and layers that it does not know, such as the config
    What a world folder takes from its base counts as checked. Raises InputError if that folder is missing.
    """
    problems = [*every_fault(evidence), *_document_records(evidence)]
    problems += [*_claims(evidence), *_resolutions(evidence), *_missing(evidence), *_orphans(evidence), *more]
    if documents is not None:
        problems += document_faults(evidence, Path(documents))
    names = ["documents", "sources", "claims", "resolutions", "parameters", "actors", "organisations"]
    names += [name for name in _STRUCTURES if getattr(evidence, name)]
    sizes = {name: len(getattr(evidence, name)) for name in names}
    sizes |= {"variables": len(evidence.codebook), "statuses": len(evidence.chronicle)}
    statuses = Counter[str](event.basis for event in evidence.chronicle)
    return Report(
        folder=paths.shown(evidence.folder),
        sizes=sizes,
        values=_value_counts(evidence),
        statuses={basis: statuses[basis] for basis in BASES},
        claims=_claim_counts(evidence),
        problems=tuple(problems),
        compared=documents is not None,
    )


def render_check(report: Report) -> str:
    """The report as text: counts first, then each problem with its place."""
    data = report.as_dict()
    lines = [f"evidence in {report.folder}"]
    lines.append("  " + ", ".join(f"{count:,} {name}" for name, count in report.sizes.items()))
    rows = [
        *((f"values, {kind}", counts) for kind, counts in data["values"].items()),
        ("statuses", report.statuses),
    ]
    lines.append(f"  {'basis':<24}" + "".join(f"{basis:>10}" for basis in BASES))
    for name, counts in rows:
        lines.append(f"  {name:<24}" + "".join(f"{counts[basis]:>10,}" for basis in BASES))
    if report.claims:
        modalities = sorted({name for counts in report.claims.values() for name in counts})
        lines.append(f"  {'claims':<24}" + "".join(f"{name:>10}" for name in modalities))
        for document, counts in report.claims.items():
            lines.append(f"  {document:<24}" + "".join(f"{counts.get(name, 0):>10,}" for name in modalities))
    lines.append(
        "  documents: checksums, paragraphs and wording compared"
        if report.compared
        else "  documents: not compared; give their folder to do so"
    )
    if report.ok:
        return "\n".join([*lines, "no problem found"])
    lines.append(f"{len(report.problems)} problem{'s' if len(report.problems) > 1 else ''}")
    for fault in report.problems:
        lines.append(
            f"  {fault.file}: {fault.key}: {fault.message}"
            if fault.key
            else f"  {fault.file}: {fault.message}"
        )
        if fault.value is not None and fault.accepted:
            lines.append(f"      given {_plain(fault.value)!r}; {_hint(fault)}")
    return "\n".join(lines)


def _hint(fault: Fault) -> str:
    """What is accepted; of a long list only the name that was probably meant."""
    if isinstance(fault.accepted, str):
        return f"accepted: {fault.accepted}"
    names = list(fault.accepted or ())
    close = nearest(fault.value, names)
    return (
        f"did you mean {close!r}?"
        if close
        else f"accepted: {', '.join(names[:12])}{' …' * (len(names) > 12)}"
    )


def claim_file(claim: str) -> str:
    """The file of a claim, which its id names."""
    return f"claims/{claim.partition('/')[0].replace('-', '_')}.yaml"


def paragraph_span(document: Document) -> tuple[int, int]:
    """First and last paragraph number that may be cited from a document."""
    return document.paragraph_range or (1, document.paragraphs or 0)


def _document_records(evidence: Evidence) -> Iterator[Fault]:
    file = "documents.yaml"
    for document in _own(evidence, "documents"):
        first, last = paragraph_span(document)
        if document.part_of is None:
            if not (document.file and document.sha256 and document.paragraphs):
                yield Fault("document", file, document.id, "file, sha256 and paragraphs are required")
        else:
            whole = evidence.documents.get(document.part_of)
            if whole is None:
                yield Fault(
                    "reference",
                    file,
                    f"{document.id}.part_of",
                    f"no document {document.part_of!r}",
                    document.part_of,
                    list(evidence.documents),
                )
            elif document.paragraph_range is None or not 1 <= first <= last <= (whole.paragraphs or 0):
                yield Fault(
                    "range",
                    file,
                    f"{document.id}.paragraph_range",
                    f"the article lies outside {whole.id}",
                    document.paragraph_range,
                    f"within 1 to {whole.paragraphs}",
                )
        if document.paragraphs is not None and last - first + 1 != document.paragraphs:
            yield Fault(
                "range",
                file,
                f"{document.id}.paragraphs",
                "not the length of its range",
                document.paragraphs,
                str(last - first + 1),
            )


def _claims(evidence: Evidence) -> Iterator[Fault]:
    for claim in _own(evidence, "claims"):
        file = claim_file(claim.id)
        document = evidence.documents.get(claim.document)
        if document is None:
            yield Fault(
                "reference",
                file,
                f"{claim.id}.document",
                f"no document {claim.document!r}",
                claim.document,
                list(evidence.documents),
            )
        else:
            first, last = paragraph_span(document)
            for number in claim.paragraphs:
                if not first <= number <= last:
                    yield Fault(
                        "range",
                        file,
                        f"{claim.id}.paragraphs",
                        f"{document.id} has no paragraph {number}",
                        number,
                        f"{first} to {last}",
                    )
        mechanism = claim.mechanism.partition(".")[0]
        if mechanism not in (*MECHANISMS, "context", "none"):
            yield Fault(
                "reference",
                file,
                f"{claim.id}.mechanism",
                f"no mechanism {mechanism!r}",
                claim.mechanism,
                [*MECHANISMS, "context"],
            )
        for reference in claim.informs:
            if not exists(evidence, reference):
                yield Fault(
                    "reference",
                    file,
                    f"{claim.id}.informs",
                    f"nothing is coded at {reference}",
                    reference,
                    ", ".join(FORMS),
                )


def _resolutions(evidence: Evidence) -> Iterator[Fault]:
    for resolution in _own(evidence, "resolutions"):
        place = ("resolutions.yaml", f"{resolution.id}.affects")
        if not resolution.affects:
            yield Fault("orphan", *place, "the resolution affects nothing", None, ", ".join(FORMS))
        for reference in resolution.affects:
            if not exists(evidence, reference):
                yield Fault(
                    "reference",
                    *place,
                    f"nothing is coded at {reference}",
                    reference,
                    ", ".join(FORMS),
                )


def _missing(evidence: Evidence) -> Iterator[Fault]:
    """What a world cannot be built without: every variable of every entity and pair that has no default."""
    for family, entities in (("actors", evidence.actors), ("organisations", evidence.organisations)):
        names = [
            name
            for (kind, name), entry in evidence.codebook.items()
            if kind == family and entry.default is None
        ]
        for entity in entities.values():
            for name in names:
                if not entity.values.get(name):
                    yield Fault("missing", entity.file, name, f"{entity.id} has no {name}")
    for (family, name), entry in evidence.codebook.items():
        if family == "dyads" and entry.default is None:
            coded = evidence.dyads.get(name, {})
            ordered = itertools.combinations if entry.entity == "dyad" else itertools.permutations
            absent = [pair for pair in ordered(sorted(evidence.actors), 2) if pair not in coded]
            if absent:
                some = ", ".join("-".join(pair) for pair in absent[:5])
                yield Fault(
                    "missing", "dyads", name, f"{name} has no default and {len(absent)} pairs lack it: {some}"
                )


def _orphans(evidence: Evidence) -> Iterator[Fault]:
    claims, sources = cited(evidence)
    read = {claim.document for claim in evidence.claims.values()}
    parts = {document.part_of for document in evidence.documents.values()}
    for claim in _own(evidence, "claims"):
        if claim.id not in claims and not _tested(claim):
            yield Fault(
                "orphan",
                claim_file(claim.id),
                claim.id,
                "nothing rests on the claim and nothing tests it",
                claim.mechanism,
                "a value that cites it, or a mechanism and what is expected",
            )
    for source in _own(evidence, "sources"):
        if source.id not in sources:
            yield Fault("orphan", "sources.yaml", source.id, "nothing rests on the source")
    for document in _own(evidence, "documents"):
        if document.id not in read | parts:
            yield Fault("orphan", "documents.yaml", document.id, "no claim is read from the document")
    tied = {actor for pairs in evidence.dyads.values() for pair in pairs for actor in pair}
    for actor in evidence.actors.values():
        if actor.id not in tied:
            yield Fault("orphan", actor.file, "id", f"{actor.id} is in no pair")
    joined = {event.organisation for event in evidence.chronicle}
    for body in evidence.organisations.values():
        if body.id not in joined:
            yield Fault("orphan", body.file, "id", f"{body.id} is not in the chronicle: it has no member")
    used = {(row.family, row.variable) for row in evidence.values()}
    if evidence.chronicle:
        used.add(("chronicle", "status"))
    inherited = evidence.base.codebook if evidence.base else {}
    for (family, name), entry in evidence.codebook.items():
        # a default is a coded value of everybody
        coded = (family, name) in used or entry.default is not None or entry.entity in _OPTIONAL
        if not coded and inherited.get((family, name)) is not entry:
            yield Fault("orphan", "codebook.yaml", name, f"{name} ({entry.entity}): no value is coded")


def _tested(claim: Claim) -> bool:
    return claim.expects is not None and claim.mechanism.partition(".")[0] not in ("none", "context")


def _own(evidence: Evidence, name: str) -> list[Any]:
    """Records that the folder itself holds; those of its base are checked with the base."""
    inherited = getattr(evidence.base, name) if evidence.base else {}
    return [record for key, record in getattr(evidence, name).items() if inherited.get(key) is not record]


def _value_counts(evidence: Evidence) -> dict[str, dict[str, int]]:
    tallies: Counter[tuple[str, str]] = Counter()
    for row in evidence.values():
        tallies[evidence.codebook[row.family, row.variable].entity, row.basis] += 1
    for parameter in _own(evidence, "parameters"):
        tallies["parameter", parameter.basis] += 1
    kinds = ["actor", "organisation", "dyad", "directed_dyad", "parameter"]
    kinds += [kind for kind in _OPTIONAL if any(tallies[kind, basis] for basis in BASES)]
    return {kind: {basis: tallies[kind, basis] for basis in BASES} for kind in kinds}


def _claim_counts(evidence: Evidence) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for claim in _own(evidence, "claims"):
        of_document = counts.setdefault(claim.document, {})
        of_document[claim.modality] = of_document.get(claim.modality, 0) + 1
    return dict(sorted(counts.items()))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else str(value)
