"""What can go wrong, and how it is said: one message with the place, the value given and what is accepted."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # pydantic costs a tenth of a second; --help does not need it
    from pydantic import BaseModel, ValidationError

_LONGEST_LIST = 40  # names printed before "… and n more"
_LONGEST_VALUE = 120


class SteppeError(Exception):
    """Base class of every error that the package raises on purpose."""


class InputError(SteppeError):
    """Something the user wrote is not acceptable. The command line prints it and exits with 2.

    message : what is wrong, one sentence
    file, line : where, if it is in a file
    key : dotted path of the key inside the file or config, e.g. ``gdp[1].value``
    value : what was given (None when nothing was)
    accepted : a description, or the list of accepted names
    nearest : the accepted name that is closest to the one given, if one is close
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        key: str | None = None,
        value: object = None,
        accepted: str | Sequence[str] | None = None,
        nearest: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.key = key
        self.value = value
        self.accepted: str | list[str] | None = (
            accepted if accepted is None or isinstance(accepted, str) else list(accepted)
        )
        self.nearest = nearest
        self.line = line

    def __str__(self) -> str:
        lines = [self.message]
        if self.file is not None:
            lines.append(f"  file: {self.file}" + (f", line {self.line}" if self.line else ""))
        if self.key:
            lines.append(f"  key: {self.key}")
        if self.value is not None:
            lines.append(f"  given: {_short(self.value)}")
        if self.accepted:
            lines.append(f"  accepted: {_names(self.accepted)}")
        if self.nearest:
            lines.append(f"  did you mean {self.nearest!r}?")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The same fields for ``--json``."""
        value = self.value if isinstance(self.value, (str, int, float, bool, type(None))) else str(self.value)
        return {
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "value": value,
            "accepted": self.accepted,
            "nearest": self.nearest,
        }


def nearest(name: object, names: Iterable[str]) -> str | None:
    """The one of `names` that looks most like `name`, case aside; None when none is close."""
    folded: dict[str, str] = {}
    for candidate in names:
        folded.setdefault(str(candidate).casefold(), str(candidate))
    found = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def input_error(
    message: str,
    *,
    file: Path | str | None = None,
    key: str | None = None,
    value: object = None,
    accepted: str | Iterable[str] | None = None,
    line: int | None = None,
) -> InputError:
    """An InputError that finds the nearest name itself where `accepted` is a collection of names."""
    if accepted is None or isinstance(accepted, str):
        return InputError(message, file=file, key=key, value=value, accepted=accepted, line=line)
    names = list(accepted)
    close = None if value is None else nearest(value, names)
    return InputError(message, file=file, key=key, value=value, accepted=names, nearest=close, line=line)


def from_validation(
    error: ValidationError,
    *,
    file: Path | str | None = None,
    model: type[BaseModel] | None = None,
    data: object = None,
    prefix: str = "",
    line: int | None = None,
) -> InputError:
    """The first fault of a pydantic ValidationError as an InputError.

    model : the model that was validated; gives the names accepted where a key is unknown
    data : what was validated; keeps pydantic's own labels (union branches) out of the key
    prefix : dotted path of the validated object inside the file
    """
    faults = error.errors(include_url=False)
    fault = _telling(faults)
    loc = tuple(fault["loc"]) if data is None else _real_keys(fault["loc"], data)
    key = key_path(prefix, *loc)
    kind, given, text = fault["type"], fault["input"], str(fault["msg"])
    more = f" (and {len(faults) - 1} more in the same place)" if len(faults) > 1 else ""
    if kind == "extra_forbidden":
        names = _fields_at(model, loc[:-1])
        return InputError(
            f"unknown key {str(loc[-1])!r}{more}",
            file=file,
            key=key,
            value=given,
            accepted=names or None,
            nearest=nearest(loc[-1], names),
            line=line,
        )
    if kind == "missing":
        return InputError(f"missing key {str(fault['loc'][-1])!r}{more}", file=file, key=key, line=line)
    if kind in ("literal_error", "enum"):
        names = [
            part.strip().strip("'")
            for part in str(fault["ctx"]["expected"]).replace(" or ", ", ").split(", ")
        ]
        return input_error(
            f"not an accepted value{more}", file=file, key=key, value=given, accepted=names, line=line
        )
    accepted = _in_file_terms(text)
    return InputError(
        f"not an accepted value{more}", file=file, key=key, value=given, accepted=accepted, line=line
    )


def _in_file_terms(text: str) -> str:
    """What pydantic says is accepted, in the words of someone who writes YAML."""
    text = text.removeprefix("Value error, ").removeprefix("Input should be ").removeprefix("a valid ")
    text = text.partition(" or instance of ")[0]
    if few := re.search(r"should have at least (\d+) items?", text):
        return f"a list of {few[1]} or more"
    text = text.partition(", unable to ")[0]
    words = {"tuple": "a list", "dictionary": "keys and values", "string": "text", "boolean": "true or false"}
    return words.get(text, text)


def _telling(faults: Sequence[Any]) -> Any:
    """The first fault; for a missing key the misspelt one beside it, which says more."""
    if faults[0]["type"] == "missing":
        beside = faults[0]["loc"][:-1]
        for fault in faults:
            if fault["type"] == "extra_forbidden" and fault["loc"][:-1] == beside:
                return fault
    return faults[0]


def key_path(*parts: object) -> str:
    """Join keys and list positions: ``key_path("gdp", 0, "value")`` is ``gdp[0].value``."""
    out = ""
    for part in parts:
        if isinstance(part, int):
            out += f"[{part}]"
        elif str(part):
            out += f".{part}" if out else str(part)
    return out


def _real_keys(loc: Sequence[int | str], data: object) -> tuple[int | str, ...]:
    """`loc` without the labels that pydantic adds for union branches and validators."""
    kept: list[int | str] = []
    here: object = data
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if isinstance(here, Mapping) and (part in here or last):
            kept.append(part)
            here = here.get(part)
        elif isinstance(here, Sequence) and not isinstance(here, str) and isinstance(part, int):
            kept.append(part)
            here = here[part] if part < len(here) else None
    return tuple(kept)


def _fields_at(model: Any, loc: Sequence[int | str]) -> list[str]:
    """Names of the keys accepted at `loc` below `model`; aliases where a field has one."""
    for part in loc:
        fields = getattr(model, "model_fields", {})
        found = next((f for name, f in fields.items() if part in (name, f.alias)), None)
        if found is not None:
            model = _model_in(found.annotation)
    fields = getattr(model, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _model_in(annotation: Any) -> Any:
    """The first pydantic model inside an annotation such as ``tuple[Model, ...] | None``."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _names(accepted: str | Sequence[str]) -> str:
    if isinstance(accepted, str):
        return accepted
    more = len(accepted) - _LONGEST_LIST
    return ", ".join(accepted[:_LONGEST_LIST]) + (f", … and {more} more" if more > 0 else "")
