"""The rules' own source run as plain Python, with every kernel that it calls written down.

An explanation must show the numbers that the rule used, not those of a second writing of the rule. So a kernel is run
here from its own source: the kernels that it calls stay the compiled ones, and each call is noted with its arguments,
its result and the terms of value that it left behind. Whether the two ways give the same bits is tested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from steppe.errors import SteppeError
from steppe.mechanisms.records import N_TERMS
from steppe.mechanisms.state import TERMS

Array = np.ndarray[Any, Any]
_RULES = "steppe.mechanisms"


@dataclass(frozen=True)
class Call:
    """A kernel that was called.  arguments : its numbers, records left out;  terms : the terms of value after it"""

    name: str
    arguments: tuple[Any, ...]
    result: Any
    terms: Array


class _Reached(Exception):
    """The call that was waited for is about to be made."""


class View:
    """A record or an array of records whose fields read as attributes, as they do in compiled code."""

    __slots__ = ("raw",)
    raw: Any

    def __init__(self, raw: Any) -> None:
        object.__setattr__(self, "raw", raw)

    def __getattr__(self, name: str) -> Any:
        return viewed(self.raw[name])

    def __setattr__(self, name: str, value: Any) -> None:
        self.raw[name] = plain(value)

    def __getitem__(self, place: Any) -> Any:
        return viewed(self.raw[place])

    def __setitem__(self, place: Any, value: Any) -> None:
        self.raw[place] = plain(value)


def viewed(value: Any) -> Any:
    """A record as a `View`; anything else as it is."""
    return View(value) if isinstance(value, np.generic | np.ndarray) and value.dtype.names else value


def plain(value: Any) -> Any:
    """What a `View` looks at; anything else as it is."""
    return value.raw if isinstance(value, View) else value


@dataclass
class Trace:
    """A replicate's record (1,) on which kernels are run from their source; they change it.

    follow : names of kernels that are run from their source too, where they are called
    instead : name → what is called in place of a kernel, with its arguments, after it was noted
    luck : what every draw returns, once the true one was noted; None: the true one
    """

    record: Array
    follow: Collection[str] = ()
    instead: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    luck: float | None = None
    calls: list[Call] = field(default_factory=list)
    _wait: Callable[[str, tuple[Any, ...]], bool] | None = None

    def run(self, kernel: Any, *arguments: Any) -> Any:
        """Run a kernel from its source: its first argument is the record, then `arguments`."""
        with np.errstate(all="ignore"):  # as compiled code does
            return self._from_source(kernel)(View(self.record[0]), *arguments)

    def until(self, kernel: Any, name: str, *arguments: int) -> bool:
        """Run a kernel until it is about to call another, with these numbers first. Returns whether it came to that."""

        def wait(called: str, numbers: tuple[Any, ...]) -> bool:
            return called == name and tuple(int(one) for one in numbers[: len(arguments)]) == arguments

        self._wait = wait
        try:
            self.run(kernel)
        except _Reached:
            return True
        finally:
            self._wait = None
        return False

    def of(self, *names: str) -> list[Call]:
        """The calls of these kernels, in order."""
        return [call for call in self.calls if call.name in names]

    def _from_source(self, kernel: Any) -> Callable[..., Any]:
        own = inspect.unwrap(kernel)
        names = {name: self._hooked(name, what) for name, what in own.__globals__.items()}
        return FunctionType(own.__code__, names, own.__name__, own.__defaults__, own.__closure__)

    def _hooked(self, name: str, what: Any) -> Any:
        """A kernel, or a module of the rules, as the source shall see it; anything else as it is."""
        if isinstance(what, ModuleType) and what.__name__.startswith(_RULES):
            return _Hooked(self, what)
        if not is_kernel(what):
            return what
        return self._noted(name, what)

    def _noted(self, name: str, kernel: Any) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            numbers = tuple(one for one in arguments if np.isscalar(one))
            if self._wait is not None and self._wait(name, numbers):
                raise _Reached
            if name in self.instead:
                result = self.instead[name](*arguments)
            elif name in self.follow:
                result = self._from_source(kernel)(*arguments)
            else:
                result = kernel(*(plain(one) for one in arguments))
            self.calls.append(Call(name, numbers, result, self.record[0]["scratch"][TERMS, :N_TERMS].copy()))
            if self.luck is not None and name in ("uniform", "uniform_at"):
                return self.luck
            return result

        return call


class _Hooked:
    """A module of the rules with its kernels hooked."""

    def __init__(self, trace: Trace, module: ModuleType) -> None:
        self._trace, self._module = trace, module

    def __getattr__(self, name: str) -> Any:
        return self._trace._hooked(name, getattr(self._module, name))


def is_kernel(what: Any) -> bool:
    """Whether something is a kernel: compiled, or the function itself where nothing is compiled."""
    if hasattr(what, "py_func"):
        return True
    return isinstance(what, FunctionType) and what.__module__.startswith(_RULES) and what.__name__ != "kernel"


def must_agree(told: float, used: float, what: str) -> None:
    """Raise SteppeError unless what is told adds up to what the rule used, within rounding."""
    if not abs(told - used) <= 1e-9 * max(1.0, abs(used)):
        raise SteppeError(f"the terms of {what} add up to {told!r} and the rule used {used!r}")
