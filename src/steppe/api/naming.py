"""How measures are named: ``P(member)`` with ``state="UZB", organisation="EAEU"``, or ``member of UZB/EAEU``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steppe.errors import InputError, input_error
from steppe.results.indicators import Listed, Measure, chosen, entities

#: the second of a pair may be called so, whatever it is
PARTNER = "partner"
_PROBABILITY = re.compile(r"\s*[Pp]\(\s*([\w-]+)\s*\)\s*\Z")
_WRITTEN = re.compile(
    r"\s*(?P<measure>[Pp]\([^)]*\)|[\w-]+)(?:\s+of\s+(?P<of>\S+))?(?:\s+in\s+(?P<year>\d{1,4}))?\s*\Z"
)


@dataclass(frozen=True)
class Named:
    """A measure of one entity, at a year or at the last."""

    measure: Measure
    entity: str
    year: int | None = None


def measure_of(name: str) -> Measure:
    """A measure by its id, or as ``P(id)`` if it is a probability. Raises InputError with the nearest name.

    >>> measure_of("P(member)").of
    ('state', 'organisation')
    """
    found = _PROBABILITY.match(name)
    (measure,) = chosen([found[1] if found else name])
    if found and not measure.probability:
        raise InputError(
            f"{measure.id} is no event, so it has no probability",
            key="measure",
            value=name,
            accepted=f"{measure.id}: {measure.definition}",
        )
    return measure


def rows_of(measure: Measure, listed: Listed, of: Mapping[str, Any]) -> list[int]:
    """Places among the entities of a measure of those that keywords name; of all that a keyword leaves open.

    of : ``state``, ``organisation``, ``pole``, … → an id or several; ``partner`` for the second of a pair; ``entity`` for
        the whole id, FIRST/SECOND for a pair
    Raises InputError for a keyword that the measure has no use for, and for an unknown id, with the nearest.
    """
    known = entities(measure, listed)
    parts = [name.split("/", len(measure.of) - 1) if measure.of else [] for name in known]
    kept = [True] * len(known)
    for word, wanted in of.items():
        if wanted is None:
            continue
        place = _place(measure, word)
        texts = list(known) if place is None else [part[place] for part in parts]
        accepted = list(dict.fromkeys(texts))
        several = [wanted] if isinstance(wanted, str) else list(wanted)
        for one in several:
            if one not in accepted:
                raise input_error(
                    f"{measure.id} is not measured of {one!r}", key=word, value=one, accepted=accepted
                )
        kept = [keep and text in several for keep, text in zip(kept, texts, strict=True)]
    return [row for row, keep in enumerate(kept) if keep]


def columns_of(measure: Measure, listed: Listed, rows: Sequence[int]) -> dict[str, list[str]]:
    """The entities of rows as columns: one for each kind that the measure is of."""
    known = entities(measure, listed)
    parts = [known[row].split("/", len(measure.of) - 1) for row in rows]
    return {kind: [part[place] for part in parts] for place, kind in enumerate(measure.of)}


def _place(measure: Measure, word: str) -> int | None:
    """Which part of an entity's id a keyword names; None for the whole."""
    if word == "entity":
        return None
    if word in measure.of:
        return measure.of.index(word)
    if word == PARTNER and len(measure.of) == 2:
        return 1
    of = " and ".join(measure.of)
    raise input_error(
        f"{measure.id} is measured of {of or 'the system as a whole'}, there is no {word}",
        key=word,
        value=word,
        accepted=[*measure.of, *([PARTNER] if len(measure.of) == 2 else []), "entity"],
    )


def written(text: str, listed: Listed, years: Iterable[int]) -> Named:
    """A measure of one entity, written out: ``P(member) of UZB/EAEU in 2031``, ``depth of EAEU``, ``polarisation``.

    Raises InputError.
    """
    found = _WRITTEN.match(text)
    if found is None:
        raise InputError(
            f"{text!r} is no measure of anything",
            key="measures",
            value=text,
            accepted="MEASURE of ENTITY, or MEASURE of ENTITY in YEAR; pairs as FIRST/SECOND",
        )
    measure = measure_of(found["measure"])
    if found["of"] is None and measure.of:
        raise input_error(
            f"{measure.id} is measured of {' and '.join(measure.of)}: say of which",
            key="measures",
            value=text,
            accepted=[f"{measure.id} of {name}" for name in entities(measure, listed)],
        )
    rows = rows_of(measure, listed, {"entity": found["of"]})
    year = None if found["year"] is None else int(found["year"])
    if year is not None and year not in list(years):
        raise input_error("there is no such year", key="measures", value=year, accepted=map(str, years))
    return Named(measure, entities(measure, listed)[rows[0]], year)
