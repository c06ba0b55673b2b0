"""Hydra's sweep syntax as a grid: ``parameters.x=1,2``, ``range(…)``, ``choice(…)``, and what modifies them (sort, tag …)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from steppe.config.design import HEADS, DesignSpec
from steppe.config.overrides import COMMAND_LINE
from steppe.errors import InputError, from_validation, input_error

_OVERRIDE = re.compile(r"(?:\+\+|\+)?(?P<key>[A-Za-z_][\w./-]*)=(?P<value>.*)\Z", re.DOTALL)


def from_sweep(overrides: Sequence[str]) -> tuple[DesignSpec | None, list[str]]:
    """The grid of what overrides sweep over, the first slowest as with Hydra, and the overrides that are left for `compose`.

    Of `scenario=a,b` the names stay among these, since they may be files; the factor then has the run's scenarios. A coded
    value (`values.ID=3`) is a factor even where it has one value. None: nothing is swept.

    Raises InputError for a sweep over what is no factor, and for a sweep beside `design=`.
    """
    factors: dict[str, dict[str, Any]] = {}
    rest: list[str] = []
    for text in overrides:
        found = _OVERRIDE.match(text)
        key, values = (found["key"], _swept(found["key"], found["value"])) if found else ("", None)
        if values is None and found and key.startswith("values."):
            factors[key] = {"role": "constant", "value": _single(key, found["value"])}
        elif values is None:
            rest.append(text)
        elif key in factors:
            raise InputError("the factor is swept twice", file=COMMAND_LINE, key=key, value=text)
        elif key == "scenario":
            factors[key] = {}
            rest.append(f"scenario={','.join(map(str, values))}")
        elif key.partition(".")[0] in HEADS and "." in key:
            factors[key] = {"values": values}
        else:
            raise input_error(
                f"{key} cannot be swept",
                file=COMMAND_LINE,
                key=key,
                value=key,
                accepted=[f"{head}.…" if head != "scenario" else head for head in HEADS],
            )
    if all(one.get("role") == "constant" for one in factors.values()):
        return None, list(overrides)
    _check_no_design(rest)
    data = {"kind": "grid", "factors": factors}
    try:
        return DesignSpec.model_validate(data), rest
    except ValidationError as error:
        raise from_validation(error, file=COMMAND_LINE, model=DesignSpec, data=data) from None
    except InputError as error:
        error.file = COMMAND_LINE
        raise


def _swept(key: str, value: str) -> list[Any] | None:
    """The values that a text sweeps over; None for a single value, and for one that `compose` will refuse."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import Transformer
    from hydra.errors import HydraException

    try:  # the value alone is parsed: Hydra's keys hold no slash, ids of coded values do
        found = OverridesParser.create().parse_override(f"value={value}")
    except HydraException:
        return None
    if not found.is_sweep_override():
        return None
    if not found.is_discrete_sweep() or value.strip().startswith("glob("):
        raise InputError(
            "this sweep has no list of values",
            file=COMMAND_LINE,
            key=key,
            value=value,
            accepted="a,b,c, choice(…), range(…); for an interval design=lhs or design=sobol",
        )
    return [_plain(one) for one in found.sweep_iterator(transformer=Transformer.identity)]


def _single(key: str, value: str) -> Any:
    """One value, read as Hydra reads it."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        return _plain(OverridesParser.create().parse_override(f"value={value}").value())
    except HydraException:
        raise InputError(
            "the value does not parse", file=COMMAND_LINE, key=key, value=value, accepted="a number"
        ) from None


def _plain(value: Any) -> Any:
    return getattr(value, "text", value)  # of a quoted text


def _check_no_design(rest: Sequence[str]) -> None:
    for text in rest:
        key, _, value = text.lstrip("+~").partition("=")
        if key.partition(".")[0] == "design" and value not in ("none", "null"):
            raise InputError(
                "a sweep is a design of its own",
                file=COMMAND_LINE,
                key=key,
                value=text,
                accepted="swept values, or design=… with design.factors",
            )
