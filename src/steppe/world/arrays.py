"""A world as plain arrays: states, organisations and what lies between them at one date.

Shapes are written with N states, M organisations, K poles and D = 4 domains (trade, security, identity,
connectivity, in this order). The symbols are those of ``docs/equations.md``. Arrays are C-contiguous and
read-only: a simulation copies what it changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from steppe.errors import InputError, input_error
from steppe.evidence.schema import DOMAINS, STATUSES
from steppe.world.agenda import Agenda
from steppe.world.network import Network

RULES = ("consensus", "qualified_majority", "majority", "founder_veto", "no_major_power")
TOLERANCE = 1e-9  # by how much a row may miss its sum

Floats = NDArray[np.float64]
Ints = NDArray[np.int8]
Indices = NDArray[np.int64]
Keys = NDArray[np.uint32]

__all__ = ["DOMAINS", "RULES", "STATUSES", "Array", "World", "array_specs", "entity_keys"]


@dataclass(frozen=True)
class Array:
    """What one array of a world holds.

    shape : letters N, M, K, D; R is N + 1 (the last column is the rest of the world)
    low, high : accepted values, both included
    sums : "" or "rows" (every row sums to 1) or "all" (the array sums to 1)
    symmetric, hollow : equal to its transpose; diagonal 0
    """

    shape: str
    unit: str
    symbol: str
    meaning: str
    low: float = 0.0
    high: float = np.inf
    sums: str = ""
    symmetric: bool = False
    hollow: bool = False
    dtype: Any = np.float64


def _flags(shape: str, symbol: str, meaning: str, **rest: Any) -> Array:
    return Array(shape, "0 or 1", symbol, meaning, high=1, dtype=np.int8, **rest)


@dataclass(frozen=True, eq=False)
class World:
    """States, organisations and poles at a date, as arrays in the order of `states` and `organisations`."""

    name: str
    start: date
    states: tuple[str, ...]
    organisations: tuple[str, ...]
    poles: tuple[str, ...]

    gdp: Annotated[Floats, Array("N", "USD bn", "gdp_i", "size of the economy; weights influence")]
    population: Annotated[Floats, Array("N", "million", "", "people; a third of capability at the start")]
    military: Annotated[Floats, Array("N", "USD bn", "", "military spending; a third of capability")]
    capability: Annotated[
        Floats,
        Array("N", "share", "c_i", "mean share of gdp, population, military spending", high=1, sums="all"),
    ]
    salience: Annotated[
        Floats, Array("ND", "share", "σ_id", "weight of a domain to a state", high=1, sums="rows")
    ]
    autonomy: Annotated[Floats, Array("N", "weight, 1 = average", "α_i", "weight on not being dominated")]
    nonstate_threat: Annotated[Floats, Array("N", "capability", "m_i", "threat that no state poses", high=1)]
    approval: Annotated[Floats, Array("N", "share", "g_i", "support of the government", high=1)]
    continuity: Annotated[
        Floats,
        Array(
            "N", "share", "", "of what binds a state to others that survives a change of its leaders", high=1
        ),
    ]
    share0: Annotated[
        Floats,
        Array(
            "NR",
            "share of spending",
            "π⁰_ij",
            "i's spending on goods from j at the start; diagonal: home; last: rest of the world",
            high=1,
            sums="rows",
        ),
    ]
    affinity_structural: Annotated[
        Floats,
        Array("NN", "-1 to 1", "a^s_ij", "affinity to which all returns", -1, 1, symmetric=True, hollow=True),
    ]
    proximity: Annotated[
        Floats,
        Array("NN", "0 to 1", "proximity_ij", "1 at a border", high=1, symmetric=True, hollow=True),
    ]
    threat: Annotated[Floats, Array("NN", "0 to 1", "θ_ij", "threat that j poses to i", high=1, hollow=True)]
    conflict: Annotated[
        Floats, Array("NN", "0 to 1", "X_ij", "open conflict", high=1, symmetric=True, hollow=True)
    ]
    tie: Annotated[
        Floats,
        Array("NN", "ladder", "b_ij", "bilateral security rung", high=1, symmetric=True, hollow=True),
    ]
    transit: Annotated[
        Floats, Array("NN", "share", "R_ij", "share of i's transit across j", high=1, hollow=True)
    ]
    pole_index: Annotated[
        Indices, Array("K", "index", "k", "place of each pole among the states", dtype=np.int64)
    ]
    depth: Annotated[Floats, Array("M", "ladder", "h_o", "height of the rung; 0 if not alive", high=1)]
    alive: Annotated[Ints, _flags("M", "alive_o", "1 while the body exists")]
    rule: Annotated[
        Ints,
        Array("M", "place in RULES", "rule_o", "how votes decide", high=len(RULES) - 1, dtype=np.int8),
    ]
    scope: Annotated[
        Floats, Array("MD", "share", "s_od", "how its work divides over domains", high=1, sums="rows")
    ]
    founder: Annotated[Ints, _flags("NM", "founder_io", "i founded o")]
    anchored: Annotated[Ints, _flags("NM", "anchored_io", "i is the bloc of states that o consists of")]
    eligible: Annotated[Ints, _flags("NM", "eligible_io", "i may join or observe o")]
    instrument: Annotated[Ints, _flags("M", "instrument_o", "1 for an identity instrument")]
    incompatible: Annotated[
        Ints, _flags("MM", "incompatible_oq", "not sensibly held together", symmetric=True, hollow=True)
    ]
    status: Annotated[
        Ints,
        Array(
            "NM",
            "place in STATUSES",
            "status_io",
            "0 none, 1 observer, 2 member, 3 suspended; 0 in a body not alive",
            high=len(STATUSES) - 1,
            dtype=np.int8,
        ),
    ]
    state_key: Annotated[Keys, Array("N", "key", "κ", "address of a state's draws", dtype=np.uint32)]
    organisation_key: Annotated[Keys, Array("M", "key", "κ", "address of a body's draws", dtype=np.uint32)]
    network: Network = field(default_factory=Network)
    agenda: Agenda = field(default_factory=Agenda)
    cost_shift: Annotated[
        Floats,
        Array(
            "NN",
            "ln cost",
            "",
            "what trade costs more without the instruments left out",
            -5,
            5,
            symmetric=True,
            hollow=True,
        ),
    ] = field(default_factory=partial(np.zeros, (0, 0)))  # not given: 0 for every pair
    without: tuple[str, ...] = ()  # states and systems of the register that it was built without

    def __post_init__(self) -> None:
        if np.size(self.cost_shift) == 0:
            object.__setattr__(self, "cost_shift", np.zeros((len(self.states),) * 2))
        for name, spec in array_specs().items():
            array = _as_array(getattr(self, name), name, spec)
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Read-only after unpickling too (compiled code tells the two apart)."""
        self.__dict__.update(state)
        self.__post_init__()

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each axis by its letter."""
        n, m = len(self.states), len(self.organisations)
        return {"N": n, "M": m, "K": len(self.poles), "D": len(DOMAINS), "R": n + 1}

    def state_index(self, state: str) -> int:
        """Row of a state. Raises InputError with the nearest name."""
        return _index(self.states, state, "state", self.name)

    def organisation_index(self, organisation: str) -> int:
        """Row of an organisation. Raises InputError with the nearest name."""
        return _index(self.organisations, organisation, "organisation", self.name)

    def members(self, organisation: str) -> tuple[str, ...]:
        """States with status member at the start, in the order of the states."""
        column = self.status[:, self.organisation_index(organisation)]
        return tuple(state for state, held in zip(self.states, column, strict=True) if held == 2)

    def validate(self) -> World:
        """The world itself if every array is sound; else InputError naming the array and the cell."""
        for name, axis in (("states", self.states), ("organisations", self.organisations)):
            if len(set(axis)) < len(axis):
                twice = next(entity for entity in axis if axis.count(entity) > 1)
                raise InputError(f"{twice!r} is twice among the {name}", key=name, value=twice)
        for name, spec in array_specs().items():
            _check(self, name, spec)
        _check_entities(self)
        return self

    def permuted(self, states_order: Sequence[int], organisations_order: Sequence[int]) -> World:
        """The same world with rows in another order: the new row r is the old row ``order[r]``."""
        rows = {"N": np.asarray(states_order, dtype=np.int64)}
        rows["M"] = np.asarray(organisations_order, dtype=np.int64)
        rows["R"] = np.append(rows["N"], len(self.states))
        for axis, names in (("N", self.states), ("M", self.organisations)):
            if sorted(rows[axis].tolist()) != list(range(len(names))):
                raise InputError(
                    "not a permutation", value=rows[axis].tolist(), accepted=f"0 to {len(names) - 1}"
                )
        changed: dict[str, Any] = {}
        for name, spec in array_specs().items():
            array = getattr(self, name)
            for position, axis in enumerate(spec.shape):
                array = array.take(rows[axis], axis=position) if axis in rows else array
            changed[name] = array
        states = tuple(self.states[i] for i in rows["N"])
        changed["pole_index"] = [states.index(pole) for pole in self.poles]
        organisations = tuple(self.organisations[o] for o in rows["M"])
        changed["network"] = self.network.permuted(rows["N"].tolist())
        changed["agenda"] = self.agenda.permuted(rows["N"].tolist(), rows["M"].tolist())
        return replace(self, states=states, organisations=organisations, **changed)


_SPECS: dict[str, Array] = {}


def array_specs() -> dict[str, Array]:
    """Array by array what a `World` holds, in the order of its fields."""
    if not _SPECS:
        hints = get_type_hints(World, include_extras=True)
        for one in fields(World):
            for extra in getattr(hints[one.name], "__metadata__", ()):
                _SPECS[one.name] = extra
    return _SPECS


def entity_keys(kind: str, names: Sequence[str]) -> Keys:
    """Addresses of entities in the random draws: first four bytes, little-endian, of BLAKE2b of ``kind:ID``.

    kind : "state", "organisation", "segment", "process" or "gate".  Raises InputError if two names fall on one key.
    """
    seen: dict[int, str] = {}
    for name in names:
        digest = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=4).digest()
        key = int.from_bytes(digest, "little")
        if seen.setdefault(key, name) != name:
            raise InputError(
                f"{kind} {name!r} and {seen[key]!r} would share their random draws; rename one", value=name
            )
    return np.array(list(seen), dtype=np.uint32)


def _as_array(given: Any, name: str, spec: Array) -> NDArray[Any]:
    """A contiguous copy in the array's type; a number that the type cannot hold is refused, not rounded."""
    try:
        raw = np.asarray(given)
        with np.errstate(invalid="ignore"):
            array = np.array(raw, dtype=spec.dtype, order="C")
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not an array of numbers: {error}", key=name) from None
    if array.dtype.kind != "f" and (array != raw).any():
        raise InputError(
            f"{name} must be whole numbers", key=name, value=raw[array != raw][0].item(), accepted=spec.unit
        )
    return array


def _index(names: tuple[str, ...], name: str, kind: str, world: str) -> int:
    if name not in names:
        raise input_error(f"no {kind} {name!r} in world {world!r}", key=kind, value=name, accepted=names)
    return names.index(name)


def _check(world: World, name: str, spec: Array) -> None:
    """Shape, finiteness, range, sums, symmetry, diagonal of one array."""
    array: NDArray[Any] = getattr(world, name)
    shape = tuple(world.sizes[axis] for axis in spec.shape)
    if array.shape != shape:
        raise InputError(f"{name} has the wrong shape", key=name, value=array.shape, accepted=str(shape))
    numbers = array.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise _bad(world, name, spec, ~np.isfinite(numbers), "is not a finite number")
    outside = (numbers < spec.low) | (numbers > spec.high)
    if outside.any():
        raise _bad(world, name, spec, outside, f"is outside {spec.low:g} to {spec.high:g} [{spec.unit}]")
    total = numbers.sum()  # less than 1 where a state was taken away
    if spec.sums == "all" and (total > 1 + TOLERANCE or (total < 1 - TOLERANCE and not world.without)):
        raise InputError(f"{name} must sum to 1", key=name, value=float(numbers.sum()))
    if spec.sums == "rows" and (off := np.abs(numbers.sum(axis=1) - 1) > TOLERANCE).any():
        raise _bad(world, name, spec, off, "does not sum to 1")
    if spec.symmetric and (numbers != numbers.T).any():
        raise _bad(world, name, spec, numbers != numbers.T, "differs from its mirror image")
    if spec.hollow and (diagonal := np.diag(numbers.diagonal() != 0)).any():
        raise _bad(world, name, spec, diagonal, "is on the diagonal and must be 0")


def _bad(world: World, name: str, spec: Array, where: NDArray[np.bool_], problem: str) -> InputError:
    """The error for the first cell (or row) that is True in `where`, named by its entities."""
    cell = tuple(int(i) for i in np.argwhere(where)[0])
    labels = {"N": world.states, "M": world.organisations, "K": world.poles, "D": DOMAINS}
    labels["R"] = (*world.states, "rest of the world")
    key = ", ".join(labels[axis][i] for axis, i in zip(spec.shape, cell, strict=False))
    return InputError(
        f"{name}[{key}] {problem}", key=f"{name}[{key}]", value=getattr(world, name)[cell].tolist()
    )


def _check_entities(world: World) -> None:
    """What holds between arrays: poles point at their states, dead bodies are empty, keys fit the names."""
    if [world.states[i] for i in world.pole_index if i < len(world.states)] != list(world.poles):
        raise InputError(
            "pole_index does not point at the poles", key="pole_index", value=world.pole_index.tolist()
        )
    if (world.gdp <= 0).any():
        raise _bad(world, "gdp", array_specs()["gdp"], world.gdp <= 0, "must be positive")
    dead = world.alive == 0
    if (world.depth[dead] != 0).any() or (world.status[:, dead] != 0).any():
        o = next(o for o in np.flatnonzero(dead) if world.depth[o] != 0 or world.status[:, o].any())
        raise InputError(
            f"{world.organisations[o]} is not alive but has depth or members", key="alive", value=0
        )
    for kind, names, keys in (
        ("state", world.states, world.state_key),
        ("organisation", world.organisations, world.organisation_key),
    ):
        if (entity_keys(kind, names) != keys).any():
            raise InputError(f"{kind}_key is not that of the names", key=f"{kind}_key")
