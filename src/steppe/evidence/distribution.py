"""What is known of a number as a distribution: its shape follows from the basis, its support is the range.

A value that a document or a public source vouches for is the mode of a triangular distribution: least, most likely and
greatest value are then all evidence [Johnson1997]_. Of an assumed value nothing but the range is vouched for; the
distribution of greatest entropy on a range is the uniform one [Jaynes1957]_, and the assumed value has no more weight
than any other.

.. [Johnson1997] Johnson, D. (1997) The triangular distribution as a proxy for the beta distribution in risk analysis.
   Journal of the Royal Statistical Society, Series D 46, 387-398.
.. [Jaynes1957] Jaynes, E. T. (1957) Information theory and statistical mechanics. Physical Review 106, 620-630.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steppe.evidence.schema import Basis, CodedValue, Parameter, Variable

Shape = Literal["constant", "uniform", "triangular"]
Floats = NDArray[np.float64]

# Units of facts, and of choices between two forms of a rule: nothing lies between the two values.
DISCRETE = ("0 or 1", "switch")


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of one number, in its unit.

    shape : constant (at the mode), uniform on [low, high], or triangular with this mode
    """

    shape: Shape
    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        """Expectation."""
        corners = {"constant": (self.mode,), "uniform": (self.low, self.high)}
        among = corners.get(self.shape, (self.low, self.mode, self.high))
        return sum(among) / len(among)


def shape_of(basis: Basis, unit: str, low: float, high: float) -> Shape:
    """The shape that a basis and a range call for."""
    if unit in DISCRETE or low == high:
        return "constant"
    return "triangular" if basis in ("document", "public") else "uniform"


def number_distribution(value: float, low: float, high: float, basis: Basis, unit: str) -> Distribution:
    """The distribution of a number with its range."""
    shape = shape_of(basis, unit, low, high)
    if shape == "constant":
        return Distribution(shape, value, value, value)
    return Distribution(shape, low, min(max(value, low), high), high)


def parameter_distribution(parameter: Parameter) -> Distribution:
    """The distribution of a parameter; a switch keeps its value."""
    low, high = parameter.range
    return number_distribution(parameter.value, low, high, parameter.basis, parameter.unit)


def value_distributions(row: CodedValue, entry: Variable) -> Mapping[str, Distribution]:
    """The distributions of a coded value: "" → that of a number, key → those of a mapping; none of a choice or list."""
    if entry.type == "number":
        return {"": number_distribution(row.value, row.low, row.high, row.basis, entry.unit)}
    if entry.type == "mapping":
        return {
            key: number_distribution(row.value[key], row.low[key], row.high[key], row.basis, entry.unit)
            for key in row.value
        }
    return {}


def shape_name(row: CodedValue, entry: Variable) -> Shape | None:
    """The shape that all numbers of a coded value share, constants aside; None for a choice or a list."""
    shapes = [one.shape for one in value_distributions(row, entry).values()]
    return next((shape for shape in shapes if shape != "constant"), "constant") if shapes else None


def quantile(u: Any, low: Any, mode: Any, high: Any, triangular: Any) -> Floats:
    """The value below which the share u of a distribution lies; never outside [low, high].

    u : in (0, 1);  triangular : true for triangular, false for uniform;  all of them numbers or arrays alike
    """
    u, low, mode, high = (np.asarray(one, float) for one in (u, low, mode, high))
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    peaked = np.where(u * width < mode - low, rising, falling)
    return np.asarray(np.clip(np.where(triangular, peaked, low + u * width), low, high))
