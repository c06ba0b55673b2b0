"""Words and numbers of pictures: measures without their year, numbers with the sign of a minus, lists in a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from steppe.report.words import phrase

NARROW = "\u00a0"  # a blank at which no line is broken


def said(measure: str, entity: str, year: int, names: Mapping[str, str] | None = None) -> str:
    """What a measure of an entity says, without the year: ``CCA merged into EAEU``."""
    return re.sub(rf",? (in|by|up to) {year}\b", "", phrase(measure, entity, year, names))


def capital(text: str) -> str:
    """With a capital at its beginning, unless an id or a symbol stands there."""
    head = text.split(" ", 1)[0]
    return text if re.search(r"[^a-z]", head) else text[:1].upper() + text[1:]


def number(value: float | None, digits: int = 2, signed: bool = False) -> str:
    """``0.31``, ``−1,204``, ``+0.05``; a dash for nothing."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    zero = not any(one in "123456789" for one in text)
    return (text.lstrip("+-") if zero else text).replace("-", "−")


def digits_for(values: Iterable[float | None]) -> int:
    """Decimals that show the values: 2 below ten, 1 below a hundred, none above."""
    largest = max((abs(one) for one in values if one is not None and math.isfinite(one)), default=0.0)
    return 2 if largest < 10 else 1 if largest < 100 else 0


def percent(value: float | None) -> str:
    """``41 %``, ``0.4 %``; never 0 % or 100 % for what is not."""
    if value is None or not math.isfinite(value):
        return "–"
    share = 100 * value
    if 0 < abs(share) < 0.95 or 99.05 < abs(share) < 100:
        near = 0 < abs(share) < 0.05
        text = ("<" if near else "") + f"{share if not near else 0.1:.1f}"
        text = ">99.9" if 99.95 < abs(share) < 100 else text
    else:
        text = f"{share:.0f}"
    return f"{text}{NARROW}%".replace("-", "−")


def clean(value: float | None) -> float | None:
    """A number for a table or a chart: None where it is undefined."""
    return None if value is None or not math.isfinite(value) else float(value)


def listed(texts: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def slug(*parts: str) -> str:
    """Letters, digits and dashes, for the id of a figure; different parts give different ids as good as always."""
    text = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    return text or "figure"
