"""What every intervention has: a date, a note, and the kinds of number that it takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from steppe.config.numbers import Number
from steppe.evidence.schema import When

Share = Annotated[Number, Field(ge=0, le=1)]
Signed = Annotated[Number, Field(ge=-1, le=1)]
Factor = Annotated[Number, Field(gt=0, le=100)]


class Timed(BaseModel):
    """Anything with a date; two interventions of one date act in the order in which they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    date: When
    note: str | None = None
