"""Numbers as people write them in YAML: 1e3 is a whole number; true, "12" and nan are none."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BeforeValidator


def _number(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given):
        raise ValueError("a number")
    return float(given)


def _whole(given: object) -> object:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ValueError("a whole number")
    if not math.isfinite(given) or given != int(given):
        raise ValueError("a whole number")
    return int(given)


def _optional_whole(given: object) -> object:
    return None if given is None else _whole(given)


Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
OptionalWhole = Annotated[int | None, BeforeValidator(_optional_whole)]
