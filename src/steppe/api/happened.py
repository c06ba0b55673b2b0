"""The events of a run as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from steppe.api.settings import several
from steppe.api.table import Table, stacked
from steppe.errors import input_error
from steppe.results.query import Run as Stored
from steppe.results.tables import ENTITIES, EVENT_KINDS

#: columns of the events that name an entity → what they name
_PARTIES = {
    **{name: name for name in ENTITIES if name != "demand"},
    "other": "organisation",
    "partner": "state",
}
_TEXTS = ("kind", *_PARTIES)


def events(run: Stored, wanted: Mapping[str, Any], point: int = 0) -> Table:
    """What happened, in order, replicate by replicate.

    wanted : ``scenario``, ``kind``, ``replicate`` or a column that names an entity → one or several; None: any
    Raises InputError for an unknown keyword or id.
    """
    chosen: dict[str, list[Any]] = {}
    for word, given in wanted.items():
        _checked("keyword", word, ("scenario", "kind", "replicate", *_PARTIES))
        chosen[word] = several(given)
        if word in _PARTIES:
            for one in chosen[word]:
                _checked(word, one, run.entities(_PARTIES[word]))
    for one in chosen.get("kind", ()):
        _checked("kind", one, EVENT_KINDS)
    names = chosen.pop("scenario", None) or run.scenarios
    return stacked([_events(run, name, chosen, point) for name in names])


def _events(run: Stored, scenario: str, wanted: Mapping[str, list[Any]], point: int) -> dict[str, Any]:
    """The events of a scenario as columns."""
    conditions = [f"list_contains(${word}, {word})" for word, several in wanted.items() if several]
    given = {word: several for word, several in wanted.items() if several}
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    connection = run.connection_to(scenario, point)
    try:
        found = connection.execute(
            f"SELECT * EXCLUDE (point, sequence) FROM events {where} ORDER BY replicate, sequence",
            given or None,
        ).fetchnumpy()
    finally:
        connection.close()
    return {name: _filled(name, values) for name, values in found.items()}


def _filled(name: str, values: Any) -> np.ndarray[Any, Any]:
    """A column without a mask: None for no text, NaN for no number."""
    plain, mask = np.ma.getdata(values), np.ma.getmaskarray(values)
    if name == "scenario" or name in _TEXTS:
        column = np.array(plain, dtype=object)
        column[mask] = None
        return column
    if name.startswith("status"):
        return np.where(mask, np.nan, plain)
    if plain.dtype.kind == "f":
        return np.where(mask, np.float32(np.nan), plain)
    return plain.astype("datetime64[D]") if plain.dtype.kind == "M" else plain


def _checked(key: str, value: Any, accepted: Sequence[str]) -> Any:
    if value not in accepted:
        raise input_error(f"no {key} {value!r}", key=key, value=value, accepted=accepted)
    return value
