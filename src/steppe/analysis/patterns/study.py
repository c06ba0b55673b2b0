"""All patterns, and all claims, in one go: what `steppe patterns` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from steppe.analysis.patterns.evaluate import (
    Ablated,
    Evaluated,
    Setting,
    Tested,
    Wants,
    evaluate,
    merged,
    wants,
)
from steppe.analysis.patterns.judge import Finding, Range, Status, Verdict
from steppe.analysis.patterns.runs import Progress, Say, Size, run_all
from steppe.config.patterns import Book, ClaimTest, Pattern
from steppe.errors import InputError, input_error
from steppe.evidence import Evidence

SUPPORT: dict[Verdict, str] = {
    "holds": "supported",
    "holds in part": "supported in part",
    "does not hold": "not supported",
}
OF_A_PART: dict[Status, Verdict] = {
    "holds": "holds",
    "open": "holds in part",
    "negligible": "does not hold",
    "fails": "does not hold",
}
UNTESTABLE = "not testable here"
What = Literal["patterns", "claims", "both"]


@dataclass(frozen=True)
class Scope:
    """What is asked for, and how large.  sampled : the ensembles over draws of the evidence; None: none"""

    what: What
    patterns: tuple[Pattern, ...]
    claims: tuple[ClaimTest, ...]
    central: Size
    sampled: Size | None


def scope(
    book: Book, evidence: Evidence, what: What, only: Sequence[str], central: Size, sampled: Size | None
) -> Scope:
    """What is to be tested: patterns, claims or both; `only` those named (not with both).

    Patterns go by id, claims by id or by number of the inventory; with the claims come the patterns that they rest on.
    Raises InputError for an unknown name.
    """
    names = {} if what == "patterns" else numbers(book, evidence)
    if what == "patterns":
        names = {one.id: one.id for one in book.patterns}
    for name in only:
        if name not in names:
            kind = "pattern" if what == "patterns" else "claim"
            raise input_error(f"no {kind} {name!r}", key="--only", value=name, accepted=names)
    chosen = {names[name] for name in only} or set(names.values())
    if what == "patterns":
        return Scope(what, tuple(one for one in book.patterns if one.id in chosen), (), central, sampled)
    tested = tuple(one for one in book.claims if one.id in chosen)
    needed = {one.pattern for one in tested}
    patterns = tuple(one for one in book.patterns if what == "both" or one.id in needed)
    return Scope(what, patterns, tested, central, sampled)


def numbers(book: Book, evidence: Evidence) -> dict[str, str]:
    """Names under which the test of a claim is asked for → id of the claim. Raises InputError for an unknown claim."""
    found: dict[str, str] = {}
    for one in book.claims:
        if one.id not in evidence.claims:
            raise input_error(
                "a test of a claim that there is not",
                file="patterns",
                key="claims",
                value=one.id,
                accepted=list(evidence.claims),
            )
        found |= {one.id: one.id, **{number: one.id for number in evidence.claims[one.id].inventory}}
    return found


def study(
    asked: Scope,
    evidence: Evidence,
    progress: Progress,
    say: Say = lambda text: None,
    config_dir: str | None = None,
) -> dict[str, Any]:
    """Run what is asked for, and say what came of it, as plain data."""
    tested: list[Pattern | ClaimTest] = [*asked.patterns, *(one for one in asked.claims if one.tests)]
    settings = {one.id: Setting(one.world, one.years, config_dir, one.id) for one in tested}
    full = _wanted(tested, settings, True)
    drawn = _wanted(tested, settings, False) if asked.sampled else {}
    counted = _Counted(progress, [(len(full), asked.central), (len(drawn), asked.sampled)])
    results = run_all(full, asked.central, counted.part(0), say, config_dir)
    sampled = None
    if asked.sampled is not None:
        sampled = run_all(drawn, asked.sampled, counted.part(1), say, config_dir)
    found = {one.id: evaluate(one, settings[one.id], results, sampled) for one in tested}
    data: dict[str, Any] = {"settings": settings_row(asked, full, drawn)}
    if asked.what != "claims":
        data["patterns"] = [pattern_row(one, found[one.id]) for one in asked.patterns]
    if asked.what != "patterns":
        data["claims"] = [claim_row(one, evidence, found) for one in asked.claims]
    return data


def _wanted(
    tested: Sequence[Pattern | ClaimTest], settings: Mapping[str, Setting], with_causes: bool
) -> Wants:
    several = []
    for one in tested:
        try:
            several.append(wants(one, settings[one.id], with_causes))
        except InputError as error:
            raise _placed(error, one) from None
    return merged(several)


def _placed(error: InputError, one: Pattern | ClaimTest) -> InputError:
    error.message += f"; in {one.id}"
    error.file = error.file or "patterns"
    return error


class _Counted:
    """One count over the central and the sampled ensembles."""

    def __init__(self, progress: Progress, parts: Sequence[tuple[int, Size | None]]) -> None:
        self.progress = progress
        self.planned = [runs * size.replicates if size else 0 for runs, size in parts]

    def part(self, which: int) -> Progress:
        before, planned = sum(self.planned[:which]), sum(self.planned)
        return lambda done, _: self.progress(before + done, planned)


# --- rows ------------------------------------------------------------------------------------------------


def settings_row(asked: Scope, full: Wants, drawn: Wants) -> dict[str, Any]:
    """How it was found, without a date or a machine."""
    return {
        "replicates": asked.central.replicates,
        "seed": asked.central.seed,
        "runs": len(full),
        "draws": asked.sampled.draws if asked.sampled else None,
        "replicates_per_draw": (
            asked.sampled.replicates // asked.sampled.draws if asked.sampled and asked.sampled.draws else None
        ),
        "sampled_runs": len(drawn),
    }


def pattern_row(one: Pattern, found: Evaluated) -> dict[str, Any]:
    """A pattern as plain data; numbers without a value are None."""
    first = found.tests[0].finding
    strongest = telling([a for a in found.ablated if a.without.part == 1], first)
    return {
        "id": one.id,
        "statement": one.statement,
        "kind": one.kind,
        "source": list(one.source),
        "claims": list(one.claims),
        "verdict": found.verdict,
        "probability": number(first.probability),
        "low": number(first.low),
        "high": number(first.high),
        "without_mechanism": None if strongest is None else number(strongest.finding.probability),
        "share_of_range": None if found.range is None else number(found.range.share),
        "reasons": reasons(found),
        "by_construction": one.by_construction,
        "tests": [test_row(tested) for tested in found.tests],
        "without": [ablated_row(one, found.tests[one.without.part - 1]) for one in found.ablated],
        "range": range_row(found.range),
        "drivers": [{"parameter": d.parameter, "difference": round(d.difference, 2)} for d in found.drivers],
    }


def telling(ablated: Sequence[Ablated], whole: Finding) -> Ablated | None:
    """The cause whose absence changes most, those that are needed first."""
    changes = [(a.role == "needed", abs(a.finding.probability - whole.probability), a) for a in ablated]
    return max(changes, key=lambda one: one[:2])[2] if changes else None


def claim_row(one: ClaimTest, evidence: Evidence, found: Mapping[str, Evaluated]) -> dict[str, Any]:
    """A claim as plain data."""
    claim = evidence.claims[one.id]
    row: dict[str, Any] = {
        "id": one.id,
        "inventory": list(claim.inventory),
        "says": claim.says,
        "expects": None if claim.expects is None else claim.expects.model_dump(exclude_none=True),
        "verdict": UNTESTABLE,
        "why": one.untestable,
        "pattern": one.pattern,
        "by_construction": one.by_construction,
        "tests": [],
        "range": None,
        "reasons": [],
    }
    if one.untestable is not None:
        return row
    known = found[one.pattern or one.id]
    tests = known.tests if one.part is None else (known.tests[one.part - 1],)
    told = known.verdict if one.part is None else OF_A_PART[tests[0].finding.status]
    spread = known.range if one.part is None else tests[0].range
    return row | {
        "verdict": SUPPORT[told],
        "tests": [test_row(tested) for tested in tests],
        "range": range_row(spread),
        "reasons": reasons(known) if one.part is None else [],
    }


def test_row(tested: Tested) -> dict[str, Any]:
    """A test as plain data."""
    wanted = tested.wanted
    row = {"says": tested.test.says, "status": tested.finding.status, "n": tested.finding.n}
    bounds = {"above": tested.test.above, "below": tested.test.below, "sign": wanted.sign}
    return {
        **row,
        "expects": {name: value for name, value in bounds.items() if value is not None},
        **finding_row(tested.finding, tested),
        "share_of_range": None if tested.range is None else number(tested.range.share),
    }


def finding_row(finding: Finding, tested: Tested) -> dict[str, Any]:
    """Probability, and the difference if the test is of one."""
    row: dict[str, Any] = {name: number(getattr(finding, name)) for name in ("probability", "low", "high")}
    row["difference"] = None
    if tested.wanted.sign is not None:
        names = {"mean": "value", "mean_low": "low", "mean_high": "high"}
        row["difference"] = {new: number(getattr(finding, old)) for old, new in names.items()}
        row["difference"]["unit"] = tested.unit
        row["difference"]["negligible_below"] = tested.wanted.negligible
    return row


def ablated_row(ablated: Ablated, tested: Tested) -> dict[str, Any]:
    """What a pattern comes to without a cause."""
    without = ablated.without
    named = {"id": without.id, "says": without.says, "of_test": without.part, "role": ablated.role}
    return {**named, "status": ablated.finding.status, **finding_row(ablated.finding, tested)}


def range_row(spread: Range | None) -> dict[str, Any] | None:
    """In how many of the draws it holds."""
    if spread is None:
        return None
    return {
        "draws": spread.draws,
        "share": number(spread.share),
        "low": number(spread.low),
        "high": number(spread.high),
    }


def reasons(found: Evaluated) -> list[str]:
    """Why a verdict is less than "holds", in words."""
    out = [f"{how}: {t.test.says}" for t in found.tests if (how := _lacking(t.finding))]
    taken = [one for one in found.ablated if found.tests[one.without.part - 1].finding.status == "holds"]
    if taken and "needed" not in {one.role for one in taken}:
        out.append("it does not go away without " + ", nor without ".join(one.without.says for one in taken))
    if found.range is not None and found.range.share < 1.0:
        where = [
            f"{driver.parameter} is {'high' if driver.difference > 0 else 'low'}" for driver in found.drivers
        ]
        told = f"; rather where {' and '.join(where)}" if where else ""
        out.append(f"all of it in {found.range.share:.0%} of the range of the parameters{told}")
    return out


def _lacking(finding: Finding) -> str | None:
    """What a test that does not hold lacks."""
    if finding.status == "open":
        return "never came about" if math.isnan(finding.low) else "too close to tell"
    return {"fails": "not so", "negligible": "negligible"}.get(finding.status)


def number(value: float | None) -> float | None:
    """Five digits, None where undefined."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")
