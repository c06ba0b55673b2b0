"""Keywords of a Python call as the overrides that `compose` takes, and complaints without the command line's words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from steppe.config.overrides import COMMAND_LINE
from steppe.config.schema import GROUPS, accepted_keys
from steppe.errors import InputError, nearest

if TYPE_CHECKING:
    from steppe.config.schema import RunConfig

DOT = "__"  # in a keyword, where an id has a dot
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*\Z")
_WORDS = ("true", "false", "null", "nan", "inf")
_PYTHON = {
    "NAME": "name",
    "ID": "id",
    "KIND": "kind",
    "--out": "out",
    "--year": "year",
    "--reference": "reference",
}


def keyword(name: str) -> str:
    """The keyword of an id: ``membership.pressure_vote`` is ``membership__pressure_vote``.

    >>> keyword("membership.pressure_vote")
    'membership__pressure_vote'
    """
    return name.replace(".", DOT)


def parameter_ids() -> list[str]:
    """Ids of the parameters that the packaged evidence has."""
    from steppe.evidence import load

    return list(load().parameters)


def config_of(
    overrides: Sequence[str],
    config_dir: str | os.PathLike[str] | None = None,
    *,
    scenario: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    more: Mapping[str, Any] | None = None,
    **sizes: Any,
) -> RunConfig:
    """The resolved config of a call.

    sizes : world, replicates, seed, years;  more : everything else, see `overrides_of`
    """
    from steppe.config.compose import compose

    return compose(
        overrides_of(overrides, scenario=scenario, more=more, **sizes), config_dir=_text_or_none(config_dir)
    )


def overrides_of(
    overrides: Sequence[str],
    *,
    scenario: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    world: str | os.PathLike[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    years: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> list[str]:
    """Overrides as on the command line, keywords after those that are written out.

    scenario : a name, a number such as ``H19``, a file, or several
    more : ``membership__pressure_vote=1.2`` for a parameter, ``mechanisms__pressure=False`` or
        ``mechanisms={"pressure": False}`` for a key of the config
    Raises InputError for a keyword that is neither, with the nearest.

        >>> overrides_of([], world="toy", years=5, more={"mechanisms__pressure": False})
        ['world=toy', 'ensemble.years=5', 'mechanisms.pressure=false']
    """
    found = list(overrides)
    if scenario is not None:
        names: list[Any] = [scenario] if isinstance(scenario, (str, os.PathLike)) else list(scenario)
        found.append("scenario=" + ",".join(_scenario(os.fspath(name)) for name in names))
    if world is not None:
        found.append(f"world={os.fspath(world)}")
    for key, value in (("replicates", replicates), ("seed", seed), ("years", years)):
        found += [] if value is None else [f"ensemble.{key}={text_of(value)}"]
    for name, value in (more or {}).items():
        found += _written(_key(name), value)
    return found


def text_of(value: Any) -> str:
    """A value as an override spells it.

    >>> text_of([True, None, 0.5, "a b"])
    "[true,null,0.5,'a b']"
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name}: {text_of(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(text_of, value)) + "]"
    text = value.isoformat() if isinstance(value, date) else str(value)
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return "'" + text.replace("'", "\\'") + "'"


def several(given: Any) -> list[Any]:
    """One or several as a list; none for None.

    >>> several("UZB"), several(("UZB", "KAZ")), several(None)
    (['UZB'], ['UZB', 'KAZ'], [])
    """
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple, set, frozenset, range, np.ndarray)) else [given]


@contextmanager
def from_python() -> Iterator[None]:
    """Messages about what was given speak of arguments, not of the command line."""
    try:
        yield
    except InputError as error:
        error.file = None if error.file == COMMAND_LINE else error.file
        error.key = _PYTHON.get(error.key or "", error.key)
        raise


def _written(key: str, value: Any) -> list[str]:
    """A mapping as one override for each of its keys."""
    if isinstance(value, Mapping):
        return [text for name, one in value.items() for text in _written(f"{key}.{name}", one)]
    group = key in (*GROUPS, "experiments")
    return [f"{key}={value if group else text_of(value)}"]


def _key(name: str) -> str:
    """The key of the config that a keyword names."""
    dotted = name.replace(DOT, ".")
    ids = parameter_ids()
    if dotted in ids:
        return f"parameters.{dotted}"
    roots = accepted_keys() or []
    if dotted.partition(".")[0] in roots:
        return dotted
    accepted = [
        *map(keyword, ids),
        *(f"mechanisms{DOT}{one}" for one in accepted_keys("mechanisms") or ()),
        *roots,
    ]
    raise InputError(
        f"no keyword {name!r}",
        key=name,
        value=name,
        accepted="the id of a parameter or a key of the config, with __ for each dot",
        nearest=nearest(name, accepted),
    )


def _scenario(name: str) -> str:
    """A scenario by its number, or as it is given."""
    from steppe.config.questions import numbered

    return numbered(name) or name


def _text_or_none(path: str | os.PathLike[str] | None) -> str | None:
    return None if path is None else os.fspath(path)
