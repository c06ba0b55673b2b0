"""What stands after `steppe run`: read, checked against the schema, and made fit for Hydra."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steppe.config.schema import GROUPS, accepted_keys
from steppe.errors import InputError, input_error, nearest

COMMAND_LINE = "command line"
_OVERRIDE = re.compile(r"(?P<sign>\+\+|\+|~)?(?P<key>[A-Za-z_][\w./-]*)(?P<value>=.*)?\Z", re.DOTALL)
_STUDY = ("experiments", "experiment", "study")


@dataclass
class Request:
    """The overrides of one run, sorted.

    scenarios : names given by `scenario=a,b`; None when the command line does not say
    experiment : name given by `experiments=NAME`
    hydra : overrides for Hydra, scenarios and experiment left out
    files : (group/option, file) for every path that was given instead of a name
    output : the run folder, from `hydra.run.dir=`
    given : dotted key → value text, to say "command line" in a message
    """

    scenarios: list[str] | None = None
    experiment: str | None = None
    hydra: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    output: str | None = None
    given: dict[str, str] = field(default_factory=dict)


def read_overrides(overrides: Sequence[str]) -> Request:
    """Sort and check overrides. Raises InputError for no override and for an unknown key."""
    request = Request()
    for text in overrides:
        _read_one(text, request)
    return request


def is_path(value: str) -> bool:
    """Whether the value of a group is a file or folder rather than the name of an option."""
    return "/" in value or value.endswith((".yaml", ".yml")) or value in (".", "..")


def _read_one(text: str, request: Request) -> None:
    found = _OVERRIDE.match(text)
    if not found or (found["value"] is None and found["sign"] != "~"):
        raise InputError(
            f"{text!r} is not an override",
            file=COMMAND_LINE,
            value=text,
            accepted="key=value, such as scenario=baseline or ensemble.replicates=200",
            nearest=_as_group(text),
        )
    sign, key, value = found["sign"] or "", found["key"], (found["value"] or "=")[1:]
    request.given[key.replace("/", ".")] = value
    if key == "scenario" and sign != "~":
        names = [part.strip() for part in value.strip("[]").split(",") if part.strip()]
        if not names:
            raise InputError("no scenario is named", file=COMMAND_LINE, key=key, accepted="scenario=NAME")
        request.scenarios = [_option("scenario", name, request) for name in names]
    elif key in _STUDY and sign != "~":
        request.experiment = _option("experiments", value, request)
    elif key == "hydra.run.dir":
        request.output = value
    elif key.partition(".")[0] == "hydra":
        raise input_error(
            "no such Hydra setting here; steppe uses Hydra to compose only",
            file=COMMAND_LINE,
            key=key,
            value=key,
            accepted=["hydra.run.dir"],
        )
    elif key in GROUPS and sign != "~":
        value = "none" if (key, value) == ("design", "null") else value
        request.hydra.append(f"{key}={_option(key, value, request)}")
    else:
        check_key(key)
        request.hydra.append(text if sign == "~" else f"++{key}={value}")


def check_key(key: str) -> None:
    """Raise InputError, with the keys accepted there, for a dotted key that the config lacks."""
    parts = key.split(".")
    for depth, part in enumerate(parts):
        names = accepted_keys(*parts[:depth])
        if names is None:
            return
        if part not in names:
            place = ".".join(parts[:depth])
            raise InputError(
                f"no key {part!r}" + (f" in {place}" if place else " in the config"),
                file=COMMAND_LINE,
                key=key,
                value=part,
                accepted=names or f"nothing below {place}",
                nearest=nearest(part, names),
            )


def _option(group: str, value: str, request: Request) -> str:
    """The name of an option; a path becomes an option of its own name that points to the file."""
    if not is_path(value):
        return value
    path = Path(value).expanduser()
    inside = {"world": "world.yaml", "experiments": "study.yaml"}.get(group)
    file = path / inside if path.is_dir() and inside else path
    if not file.is_file():
        raise InputError(
            f"no such {'folder or file' if inside else 'file'}",
            file=COMMAND_LINE,
            key=group,
            value=value,
            accepted=f"a name, a YAML file, or a folder with {inside}" if inside else "a name or a YAML file",
        )
    name = re.sub(
        r"\W+", "_", path.stem if file is path and path.name != inside else file.parent.resolve().name
    )
    request.files[f"{group}/{name}" if group != "experiments" else f"{group}/{name}/study"] = file.resolve()
    return name


def _as_group(text: str) -> str | None:
    """What a bare word may have meant: `baselin` → `scenario=baselin` is no help, `worlds` → `world=` is."""
    close = nearest(text.strip("-=+~"), [*GROUPS, "experiments", "parameters"])
    return f"{close}=" if close else None
