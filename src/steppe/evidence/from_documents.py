"""Faults of what was read from the documents: their records, claims, quantities, resolutions, and the numbering."""

from __future__ import annotations

from collections.abc import Iterator

from steppe.evidence.lookup import Evidence, own
from steppe.evidence.references import FORMS, cited, elsewhere, exists
from steppe.evidence.schema import MECHANISMS, Claim, Document, Quantity
from steppe.evidence.values import Fault

# letter of the inventory → (records that stand for its numbers, the file to name)
_SERIES = {
    "G": ("claims", "claims"),
    "F": ("quantities", "quantities.yaml"),
    "I": ("resolutions", "resolutions.yaml"),
}


def read_faults(evidence: Evidence) -> Iterator[Fault]:
    """Everything that is wrong with the records of the folder itself."""
    yield from _document_records(evidence)
    yield from _claims(evidence)
    yield from _quantities(evidence)
    yield from _resolutions(evidence)
    yield from _numbers(evidence)


def claim_file(claim: str) -> str:
    """The file of a claim, which its id names."""
    return f"claims/{claim.partition('/')[0].replace('-', '_')}.yaml"


def paragraph_span(document: Document) -> tuple[int, int]:
    """First and last paragraph number that may be cited from a document."""
    return document.paragraph_range or (1, document.paragraphs or 0)


def _document_records(evidence: Evidence) -> Iterator[Fault]:
    file = "documents.yaml"
    for document in own(evidence, "documents"):
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
    for claim in own(evidence, "claims"):
        file = claim_file(claim.id)
        yield from _place_faults(evidence, claim, file)
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
    for resolution in own(evidence, "resolutions"):
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


def _place_faults(evidence: Evidence, record: Claim | Quantity, file: str) -> Iterator[Fault]:
    """The document is known and has the paragraphs."""
    document = evidence.documents.get(record.document)
    if document is None:
        yield Fault(
            "reference",
            file,
            f"{record.id}.document",
            f"no document {record.document!r}",
            record.document,
            list(evidence.documents),
        )
        return
    first, last = paragraph_span(document)
    for number in record.paragraphs:
        if not first <= number <= last:
            yield Fault(
                "range",
                file,
                f"{record.id}.paragraphs",
                f"{document.id} has no paragraph {number}",
                number,
                f"{first} to {last}",
            )


def _quantities(evidence: Evidence) -> Iterator[Fault]:
    """A quantity is used or there is a reason; what it names rests on its claim; number and claim name each other."""
    index = cited(evidence)[0]
    file = "quantities.yaml"
    for quantity in own(evidence, "quantities"):
        yield from _place_faults(evidence, quantity, file)
        if bool(quantity.used_by) == bool(quantity.unused):
            yield Fault(
                "quantity",
                file,
                quantity.id,
                "both used and unused" if quantity.unused else "neither used nor unused",
                quantity.unused,
                "exactly one of used_by, unused",
            )
        if (quantity.value is None) != (quantity.qualifier in ("words", "missing")):
            yield Fault(
                "quantity", file, f"{quantity.id}.value", "a value, or words or a blank", quantity.qualifier
            )
        claim = evidence.claims.get(quantity.claim) if quantity.claim else None
        if quantity.claim and claim is None:
            yield Fault(
                "reference",
                file,
                f"{quantity.id}.claim",
                f"no claim {quantity.claim!r}",
                quantity.claim,
                list(evidence.claims),
            )
        rests = {*index.get(claim.id, ()), *claim.informs} if claim else set()
        yield from _use_faults(evidence, quantity, rests)
    for other in own(evidence, "claims"):
        for number in other.inventory:
            coded = evidence.quantities.get(number)
            if number[:1] == "F" and (coded is None or coded.claim != other.id):
                yield Fault(
                    "reference", file, f"{number}.claim", f"{other.id} codes {number}, which does not name it"
                )


def _use_faults(evidence: Evidence, quantity: Quantity, rests: set[str]) -> Iterator[Fault]:
    """`rests` : what cites or is informed by the claim of the quantity."""
    for reference in quantity.used_by:
        if elsewhere(reference):
            continue
        message = None
        if not exists(evidence, reference):
            message = f"nothing is coded at {reference}"
        elif reference not in rests:
            message = f"{reference} does not rest on the claim {quantity.claim}"
        if message:
            yield Fault(
                "reference",
                "quantities.yaml",
                f"{quantity.id}.used_by",
                message,
                reference,
                sorted(rests) or ", ".join(FORMS),
            )


def _numbers(evidence: Evidence) -> Iterator[Fault]:
    """Numbers of the inventory: one causal number to a claim, every number once, none left out in between."""
    for letter, (kind, file) in _SERIES.items():
        seen: dict[int, str] = {}
        for record in getattr(evidence, kind).values():
            numbers = (record.id,) if kind == "quantities" else record.inventory
            mine = [text for text in numbers if text[:1] == letter]
            place = claim_file(record.id) if kind == "claims" else file
            if kind == "claims" and len(mine) > 1:
                yield Fault("inventory", place, f"{record.id}.inventory", "a claim has one G number", mine)
            for text in mine:
                if not text[1:].isdigit():
                    yield Fault("inventory", place, f"{record.id}.inventory", "not a number", text)
                    continue
                first = seen.setdefault(int(text[1:]), record.id)
                if first != record.id:
                    message = f"{text} is already taken by {first}"
                    yield Fault("inventory", place, f"{record.id}.inventory", message, text)
        for number in sorted(set(range(1, max(seen, default=0))) - set(seen)):
            text = f"{letter}{number:0{3 if letter == 'F' else 2}d}"
            yield Fault("inventory", file, text, f"no entry has the number {text}")
