"""How far a second coder, who had not seen the first coding, agrees with it: Krippendorff's alpha and Cohen's kappa.

`seeds/second_coding.csv` holds the second coder's judgement of the claims that were coded twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from steppe import paths
from steppe.errors import input_error
from steppe.evidence.lookup import Evidence
from steppe.evidence.read import read_csv
from steppe.evidence.schema import Claim

FILE = "second_coding.csv"
COLUMNS = ("claim", "variable", "first", "second", "settled")
VARIABLES = ("modality", "mechanism", "sign")


def krippendorff_alpha(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Alpha of two coders of the same units, nominal data, none missing [Krippendorff2011]_.

    1 is perfect agreement, 0 that of chance; None where only one value was ever used.

    .. [Krippendorff2011] Krippendorff (2011) Computing Krippendorff's alpha-reliability. University of Pennsylvania.
    """
    units = len(first)
    totals = Counter(first) + Counter(second)
    values = 2 * units
    expected = values * (values - 1) - sum(count * (count - 1) for count in totals.values())
    if expected == 0:
        return None
    observed = 2 * sum(a != b for a, b in zip(first, second, strict=True))
    return 1 - (values - 1) * observed / expected


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Kappa of two coders [Cohen1960]_; None where both used the same single value throughout.

    .. [Cohen1960] Cohen (1960) A coefficient of agreement for nominal scales. Educ. Psychol. Meas. 20(1).
    """
    units = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / units
    ours, theirs = Counter(first), Counter(second)
    chance = sum(ours[value] * theirs[value] for value in ours) / units**2
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def pairs_of(evidence: Evidence, folder: Path | None = None) -> list[dict[str, Any]]:
    """One row per variable of each claim coded twice: claim, document, variable, first, second, settled, agrees.

    The mechanism is compared by its group (`corridors` of `corridors.cost`). `stands` says whether the claim has the
    settled code today. Raises InputError for a claim or a variable that there is not.
    """
    path = (folder or paths.seeds()) / FILE
    rows = []
    for line, (name, variable, first, second, settled) in read_csv(path, COLUMNS):
        for key, given, known in (("claim", name, evidence.claims), ("variable", variable, VARIABLES)):
            if given not in known:
                raise input_error(
                    f"no {key} {given!r}",
                    file=paths.shown(path),
                    key=key,
                    value=given,
                    accepted=known,
                    line=line,
                )
        claim = evidence.claims[name]
        rows.append(
            {
                "claim": name,
                "document": claim.document,
                "variable": variable,
                "first": first,
                "second": second,
                "settled": settled,
                "agrees": first == second,
                "stands": settled == _coded(claim, variable),
            }
        )
    return rows


def agreement(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Alpha, kappa and share of equal codes by variable, over all documents and in each."""
    out = []
    for variable in VARIABLES:
        for document in ("all", *sorted({row["document"] for row in rows})):
            chosen = [
                row for row in rows if row["variable"] == variable and document in ("all", row["document"])
            ]
            if chosen:
                first, second = [row["first"] for row in chosen], [row["second"] for row in chosen]
                out.append(
                    {
                        "id": f"{variable}/{document}",
                        "variable": variable,
                        "document": document,
                        "units": len(chosen),
                        "equal": sum(row["agrees"] for row in chosen) / len(chosen),
                        "alpha": krippendorff_alpha(first, second),
                        "kappa": cohen_kappa(first, second),
                    }
                )
    return out


def _coded(claim: Claim, variable: str) -> str | None:
    if variable == "sign":
        return claim.expects.sign if claim.expects else None
    return claim.modality if variable == "modality" else claim.mechanism.partition(".")[0]
