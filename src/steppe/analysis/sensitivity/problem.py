"""The question put to a sensitivity analysis: factors, their ranges, and the kind of design.

Axes everywhere: P points of the design, K factors, G groups of factors (G = K without groups), R replicates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from steppe.errors import InputError, input_error

Array = NDArray[Any]
SAMPLES = ("sample", "random", "latin", "lhs", "sobol", "halton", "grid")  # points that stand each for itself
KINDS = ("saltelli", "morris", *SAMPLES)


@dataclass(frozen=True)
class Problem:
    """Factors and design.

    names : of the K factors
    low, high : (K,) ends of their ranges; a choice among n is coded 0 … n - 1
    kind : of the design, one of `KINDS`; all but "saltelli" and "morris" are samples of independent points
    second_order : a Saltelli design with the rows B_A, from which second-order indices are estimated
    levels : of the grid of a Morris design, even
    groups : (K,) the group of each factor, which a Saltelli or Morris design moves together; None: none
    discrete : (K,) whether a factor is a choice; None: no factor is
    """

    names: tuple[str, ...]
    low: Array
    high: Array
    kind: str = "sample"
    second_order: bool = False
    levels: int = 4
    groups: tuple[str, ...] | None = None
    discrete: tuple[bool, ...] | None = None

    def __post_init__(self) -> None:
        for field in ("names", "groups", "discrete"):
            if getattr(self, field) is not None:
                object.__setattr__(self, field, tuple(getattr(self, field)))
        for field in ("low", "high"):
            object.__setattr__(self, field, np.asarray(getattr(self, field), float))
        size = len(self.names)
        if not size:
            raise InputError("a sensitivity analysis needs a factor", key="names")
        if len(set(self.names)) < size:
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise InputError("a factor is named twice", key="names", value=twice)
        for field in ("low", "high", "groups", "discrete"):
            value = getattr(self, field)
            if value is not None and np.shape(value) != (size,):
                accepted = f"one for each of the {size} factors"
                raise InputError(
                    "a wrong number of values", key=field, value=np.shape(value), accepted=accepted
                )
        for name, low, high in zip(self.names, self.low, self.high, strict=True):
            if not (np.isfinite(low) and np.isfinite(high) and low < high):
                accepted = "two finite numbers, the lower one first"
                raise InputError("not a range", key=name, value=(float(low), float(high)), accepted=accepted)
        if self.kind not in KINDS:
            raise input_error("not a kind of design", key="kind", value=self.kind, accepted=KINDS)
        if self.kind == "morris" and (self.levels < 2 or self.levels % 2):
            raise InputError(
                "not a number of levels",
                key="levels",
                value=self.levels,
                accepted="an even number, 2 or more",
            )

    @property
    def moved(self) -> tuple[str, ...]:
        """What a Saltelli or Morris design moves, one index each: groups, or else factors; length G."""
        return tuple(dict.fromkeys(self.groups)) if self.groups else self.names

    @property
    def block(self) -> int:
        """Points that an estimate needs together: a Saltelli block, a trajectory, or one point."""
        size = len(self.moved)
        if self.kind == "saltelli":
            return 2 * size + 2 if self.second_order else size + 2
        return size + 1 if self.kind == "morris" else 1

    @property
    def member(self) -> Array:
        """(G, K) bool: which factors move together."""
        of = np.array(self.groups or self.names)
        return np.array([of == name for name in self.moved])

    @property
    def choices(self) -> Array:
        """(K,) bool: which factors are choices."""
        return np.array(self.discrete or [False] * len(self.names), bool)

    def for_salib(self) -> dict[str, Any]:
        """SALib's form. Names are replaced by positions: SALib refuses some names by their endings."""
        position = {name: f"g{at}" for at, name in enumerate(self.moved)}
        known: dict[str, Any] = {
            "num_vars": len(self.names),
            "names": [f"x{at}" for at in range(len(self.names))],
            "bounds": [[float(low), float(high)] for low, high in zip(self.low, self.high, strict=True)],
        }
        return known | ({"groups": [position[name] for name in self.groups]} if self.groups else {})


@contextmanager
def salib() -> Iterator[None]:
    """SALib is there, on one thread, and leaves no trace: parts of it set the process's warnings and randomness.

    One thread: its many small kernel densities take forty times as long where threads of BLAS wait for cores.
    """
    import warnings

    try:
        import SALib  # noqa: F401
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise InputError(
            f"sensitivity analysis needs {error.name}, which is not installed",
            accepted='pip install "steppe[sensitivity]"',
        ) from error
    state, wording = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with threadpool_limits(1), warnings.catch_warnings():
            yield
    finally:
        warnings.formatwarning = wording
        np.random.set_state(state)  # noqa: NPY002
