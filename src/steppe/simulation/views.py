"""Mappings by name onto rows of the record: reading and writing go to the memory that the rules work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Generic, TypeVar

from steppe.errors import InputError, nearest

V = TypeVar("V")


class UnknownName(InputError, KeyError):
    """A name that a mapping does not hold; a KeyError too, as mappings promise."""

    __str__ = InputError.__str__


class Named(MutableMapping[str, V], Generic[V]):
    """Values by the names of states, organisations or parameters.

    places : name → place;  read, write : what a place holds; without `write` the mapping is read-only
    what : what is looked up, for messages;  skip : a name left out (a state is not its own partner)
    """

    def __init__(
        self,
        what: str,
        places: Mapping[str, int],
        read: Callable[[int], V],
        write: Callable[[int, V], None] | None = None,
        skip: str | None = None,
    ) -> None:
        self._what, self._places, self._read, self._write, self._skip = what, places, read, write, skip

    def _place(self, name: str) -> int:
        place = self._places.get(name)
        if place is None or name == self._skip:
            names = list(self)
            raise UnknownName(
                f"{self._what} has no {name!r}",
                key=self._what,
                value=name,
                accepted=names,
                nearest=nearest(name, names),
            )
        return place

    def __getitem__(self, name: str) -> V:
        return self._read(self._place(name))

    def __setitem__(self, name: str, value: V) -> None:
        place = self._place(name)
        if self._write is None:
            raise TypeError(f"{self._what} follows from other things and cannot be set")
        self._write(place, value)

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"{self._what} cannot lose an entry")

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._places if name != self._skip)

    def __len__(self) -> int:
        return len(self._places) - (self._skip in self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places and name != self._skip

    def __repr__(self) -> str:
        return f"{self._what} {dict(self)}"


def checked(value: float, low: float, high: float, what: str) -> float:
    """The value as a float if it lies within the bounds (NaN does not). Raises InputError."""
    number = float(value)
    if not low <= number <= high:
        raise InputError(f"{what} out of range", key=what, value=number, accepted=f"{low:g} to {high:g}")
    return number
