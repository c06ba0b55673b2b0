"""From the arrays of a chunk to the tables that are stored."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from steppe.mechanisms.events import KINDS
from steppe.mechanisms.observe import Record
from steppe.mechanisms.records import TERM_NAMES
from steppe.results.tables import ChunkTables, Coded, Table
from steppe.world.arrays import World

Array = np.ndarray[Any, Any]

# Events that are a state's own decision carry the terms of the value behind it; of the others only a level is known.
_DECISIONS = [KINDS.index(kind) for kind in KINDS[: KINDS.index("left_to_observer") + 1]]
_DEPTHS = [KINDS.index(kind) for kind in ("deepened", "hollowed")]
# Of the kinds from crisis on, these carry a number that says how much.
_LEVELS = [
    KINDS.index(kind)
    for kind in (
        "crisis",
        "war",
        "climbed",
        "descended",
        "gate_passed",
        "gate_failed",
        "signalled",
        "relapsed",
        "advanced",
    )
]
_OF_BODIES = ("depth", "cohesion", "closeness", "members", "observers")
_OF_STATES = ("need", "welfare", "approval", "crisis", "partners", "allies", "neighbours")
_MONTH = 365.2425 / 12


def day_of(start: date, step: int, steps_per_year: int) -> date:
    """The first day of a step: whole months after the start, and days for what is left."""
    months, rest = divmod(step * 12, steps_per_year)
    year, month = divmod(start.month - 1 + months, 12)
    first = date(start.year + year, month + 1, min(start.day, 28))
    return first + timedelta(days=start.day - first.day + int(rest / steps_per_year * _MONTH))


def chunk_tables(record: Record, events: Array, first: int, world: World, steps_per_year: int) -> ChunkTables:
    """Tables of a chunk (see `results.tables`).

    record : yearly series of R replicates, the first being number `first`; events : EVENT records in order
    """
    replicates, years = record.alive.shape[:2]
    n, m = len(world.states), len(world.organisations)
    numbers = np.arange(first, first + replicates, dtype=np.int32)
    calendar = np.arange(world.start.year, world.start.year + years, dtype=np.int16)

    def keys(size: int) -> Table:
        return {
            "replicate": np.repeat(numbers, years * size),
            "year": np.tile(np.repeat(calendar, size), replicates),
        }

    def which(names: tuple[str, ...]) -> Coded:
        return Coded(np.tile(np.arange(len(names), dtype=np.int16), replicates * years), names)

    return {
        "events": _events(events, world, steps_per_year),
        "organisations": {
            **keys(m),
            "organisation": which(world.organisations),
            "alive": record.alive.ravel().astype(bool),
            **{name: getattr(record, name).ravel() for name in _OF_BODIES},
        },
        "alignments": {
            **keys(n),
            "state": which(world.states),
            **{f"share_{p}": record.shares[..., k].ravel() for k, p in enumerate(world.poles)},
            "multivector": record.multivector.ravel(),
            "display_gap": record.display_gap.ravel(),
            **{f"tie_{p}": record.ties[..., k].ravel() for k, p in enumerate(world.poles)},
            **{f"affinity_{p}": record.affinities[..., k].ravel() for k, p in enumerate(world.poles)},
        },
        "states": {
            **keys(n),
            "state": which(world.states),
            **{name: getattr(record, name).ravel() for name in _OF_STATES},
        },
        "poles": {
            **keys(1),
            **{f"influence_{p}": record.influence[..., k].ravel() for k, p in enumerate(world.poles)},
            "polarisation": record.polarisation.ravel(),
        },
        **_corridors(record, world, keys, which),
        **_processes(record, world, keys, which),
    }


def _corridors(
    record: Record, world: World, keys: Callable[[int], Table], which: Callable[[tuple[str, ...]], Coded]
) -> ChunkTables:
    """The tables of segments and demands; none in a world without them."""
    network, tables = world.network, ChunkTables()
    if network.segments:
        tables["corridors"] = {
            **keys(len(network.segments)),
            "segment": which(network.segments),
            "status": record.segment_status.ravel(),
            "flow": record.segment_flow.ravel(),
        }
    if network.demands:
        tables["demands"] = {
            **keys(len(network.demands)),
            "demand": which(network.demands),
            "shipped": (record.demand_shipped * network.volume.astype(np.float32)).ravel(),
            "cost": record.demand_cost.ravel(),
            **{f"via_{pole}": record.demand_via[..., k].ravel() for k, pole in enumerate(world.poles)},
        }
    return tables


def _processes(
    record: Record, world: World, keys: Callable[[int], Table], which: Callable[[tuple[str, ...]], Coded]
) -> ChunkTables:
    """The table of processes; none in a world without them."""
    names = world.agenda.processes
    if not names:
        return {}
    columns = {name: getattr(record, name).ravel() for name in ("stage", "support")}
    return {"processes": {**keys(len(names)), "process": which(names), **columns}}


def _events(events: Array, world: World, steps_per_year: int) -> Table:
    """The events table; NaN for terms that were not computed."""
    last = int(events["step"].max(initial=0))
    days = np.array([day_of(world.start, s, steps_per_year) for s in range(last + 1)], dtype="datetime64[D]")
    decided = np.isin(events["kind"], _DECISIONS)
    levelled = np.isin(events["kind"], _DEPTHS + _LEVELS) | (
        (events["kind"] == KINDS.index("intervention")) & (events["state"] < 0)
    )
    terms = np.where(decided[:, None], events["terms"], np.float32(np.nan))
    terms[levelled, 0] = events["terms"][levelled, 0]
    merged = KINDS.index("merged"), KINDS.index("joined_by_merger"), KINDS.index("void")
    other = np.where(np.isin(events["kind"], merged), events["other"], -1)
    return {
        "replicate": events["replicate"].astype(np.int32),
        "step": events["step"].astype(np.int16),
        "time": days[events["step"]],
        "kind": Coded(events["kind"].astype(np.int8), KINDS),
        "state": Coded(events["state"].astype(np.int16), world.states),
        "organisation": Coded(events["organisation"].astype(np.int16), world.organisations),
        "other": Coded(other.astype(np.int16), world.organisations),
        "partner": Coded(events["partner"].astype(np.int16), world.states),
        "process": Coded(events["process"].astype(np.int16), world.agenda.processes),
        "segment": Coded(events["segment"].astype(np.int16), world.network.segments),
        "status_from": events["status_from"].astype(np.int8),
        "status_to": events["status_to"].astype(np.int8),
        **{name: np.ascontiguousarray(terms[:, place]) for place, name in enumerate(TERM_NAMES)},
        "probability": events["probability"].copy(),
    }
