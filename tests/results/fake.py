"""A run made without the simulator: random events that obey the rules of the tables, and their outcome.

The statuses are kept while the events are drawn, so they are known without any query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from steppe.results.chunks import plan_chunks
from steppe.results.query import Run, open_run
from steppe.results.store import RunFolder
from steppe.results.tables import (
    EVENT_KINDS,
    REASONS,
    ChunkId,
    ChunkTables,
    Coded,
    schemas_of,
)

STATES = ("AAA", "BBB", "CCC", "DDD", "PPP", "QQQ")
BODIES = ("ONE", "TWO", "SUB")
POLES = ("PPP", "QQQ")
SEGMENTS = ("strait", "bridge")
DEMANDS = ("AAA-oil", "BBB-AAA")
STAGES = {"accord": ("none", "text", "signed"), "union": ("none", "founded")}
PROCESSES = tuple(STAGES)
INITIAL = np.array([[2, 0, 2], [2, 1, 2], [0, 0, 2], [3, 0, 0], [0, 2, 0], [0, 0, 2]], np.int8)
START = 2025
YEARS = 5
STEPS_PER_YEAR = 4


@dataclass
class FakeChunk:
    """Tables and what they say: statuses (R, years + 1, states, bodies), alive, merged into (-1 none)."""

    tables: ChunkTables
    statuses: np.ndarray[Any, Any]
    alive: np.ndarray[Any, Any]
    merged: np.ndarray[Any, Any]


def manifest(
    scenarios: tuple[str, ...] = ("baseline",), replicates: int = 40, **other: Any
) -> dict[str, Any]:
    """A manifest for the fake world."""
    years = list(range(START, START + YEARS + 1))
    return {
        "seed": 1,
        "scenarios": [{"name": name} for name in scenarios],
        "points": [{}],
        "replicates": replicates,
        "steps": YEARS * STEPS_PER_YEAR,
        "steps_per_year": STEPS_PER_YEAR,
        "years": years,
        "year_steps": [STEPS_PER_YEAR * k for k in range(YEARS + 1)],
        "dates": [f"{year}-01-01" for year in years],
        "states": list(STATES),
        "organisations": list(BODIES),
        "poles": list(POLES),
        "segments": list(SEGMENTS),
        "demands": list(DEMANDS),
        "processes": list(PROCESSES),
        "stages": [list(stages) for stages in STAGES.values()],
        "initial_statuses": INITIAL.tolist(),
        "chunk": 25,
        "world": {"name": "fake"},
        "evidence_hash": "0" * 32,
    } | other


class _Replicate:
    """Draws the events of one replicate; `pull` raises the rate at which states enter ONE."""

    def __init__(self, replicate: int, seed: int, pull: float) -> None:
        self.rng = np.random.default_rng([seed, replicate])
        self.replicate, self.pull = replicate, pull
        self.status = INITIAL.copy()
        self.alive = np.ones(len(BODIES), bool)
        self.merged = np.full(len(BODIES), -1)
        self.events: list[tuple[int, int, str, int, int, int, int, int]] = []

    def note(
        self, step: int, kind: str, i: int, o: int, other: int = -1, before: int = -1, after: int = -1
    ) -> None:
        self.events.append((self.replicate, step, kind, i, o, other, before, after))

    def change(self, step: int, kind: str, i: int, o: int, after: int, other: int = -1) -> None:
        self.note(step, kind, i, o, other, int(self.status[i, o]), after)
        self.status[i, o] = after

    def step(self, step: int) -> None:
        what, where, who, luck = self.rng.random(4)
        o, i = int(where * len(BODIES)), int(who * len(STATES))
        if what > 0.9:
            self.note(step, "leader_changed", i, -1)
        if not self.alive[o]:
            return
        if what < 0.25:
            wanted = 1 if luck < 0.4 else 2
            if self.status[i, o] >= wanted and self.status[i, o] != 3:
                return
            if luck > 0.8 - (self.pull if o == 0 else 0):
                self.change(step, "admitted" if wanted == 2 else "observing", i, o, wanted)
            else:
                kind = "refused" if wanted == 2 else "observing_refused"
                self.note(step, kind, i, o, -1, int(self.status[i, o]), wanted)
        elif what < 0.4 and self.status[i, o] > 0:
            self.change(step, "left", i, o, 0)
        elif what < 0.45 and self.status[i, o] == 2:
            self.change(step, "left_to_observer", i, o, 1)
        elif what < 0.48:
            self.change(step, "intervention", i, o, int(luck * 4))
        elif what < 0.52:
            self.note(step, "deepened" if luck < 0.5 else "hollowed", -1, o)
        elif what < 0.53:
            self.note(step, "dissolved", -1, o)
            self.status[:, o] = 0
            self.alive[o] = False
        elif what < 0.55 + self.pull / 10 and o == 2 and self.alive[0]:
            self.merge(step, o, 0)

    def merge(self, step: int, o: int, into: int) -> None:
        for i in np.flatnonzero((self.status[:, o] == 2) & (self.status[:, into] != 2)):
            self.change(step, "joined_by_merger", int(i), into, 2, o)
        self.note(step, "merged", -1, o, into)
        self.status[:, o] = 0
        self.alive[o], self.merged[o] = False, into


def fake_chunk(chunk: ChunkId, seed: int = 1, pull: float = 0.0) -> FakeChunk:
    """Tables of one chunk; the same seed and replicate give the same luck in every scenario."""
    observed: list[Any] = []
    events: list[Any] = []
    for replicate in range(chunk.first, chunk.first + chunk.count):
        one = _Replicate(replicate, seed, pull)
        rows = [(one.status.copy(), one.alive.copy(), one.merged.copy())]
        for step in range(YEARS * STEPS_PER_YEAR):
            for _ in range(1 + (step + replicate) % 3):
                one.step(step)
            if (step + 1) % STEPS_PER_YEAR == 0:
                rows.append((one.status.copy(), one.alive.copy(), one.merged.copy()))
        observed.append(tuple(np.stack(column) for column in zip(*rows, strict=True)))
        events += one.events
    statuses, alive, merged = (np.stack(column) for column in zip(*observed, strict=True))
    rng = np.random.default_rng([seed, chunk.first, 7])
    tables = {"events": _events(events), **_yearly(chunk, statuses, alive, rng, pull)}
    return FakeChunk(tables, statuses, alive, merged)


def _events(rows: list[Any]) -> dict[str, Any]:
    replicate, step, kind, state, body, other, before, after = ([row[k] for row in rows] for k in range(8))
    luck = np.random.default_rng(len(rows))
    parties = (*BODIES, *STATES)
    days = [date(START, 1, 1) + timedelta(days=int(s * 365.25 / STEPS_PER_YEAR)) for s in step]
    table: dict[str, Any] = {
        "replicate": np.array(replicate, np.int32),
        "step": np.array(step, np.int16),
        "time": np.array(days, "datetime64[D]"),
        "kind": Coded(np.array([EVENT_KINDS.index(k) for k in kind], np.int8), EVENT_KINDS),
        "state": Coded(np.array(state, np.int16), STATES),
        "organisation": Coded(np.array(body, np.int16), BODIES),
        "other": Coded(np.array(other, np.int16), parties),
        **{
            name: Coded(np.full(len(rows), -1, np.int16), names)
            for name, names in (("partner", STATES), ("process", PROCESSES), ("segment", SEGMENTS))
        },
        "status_from": np.array(before, np.int8),
        "status_to": np.array(after, np.int8),
    }
    for name in (*REASONS, "probability"):
        values = luck.random(len(rows)).round(4).astype(np.float32)
        table[name] = np.where(luck.random(len(rows)) < 0.2, np.float32(np.nan), values)
    return table


def _yearly(chunk: ChunkId, statuses: Any, alive: Any, rng: Any, pull: float) -> ChunkTables:
    count, years, n, m = statuses.shape
    replicate = np.arange(chunk.first, chunk.first + count, dtype=np.int32)
    year = np.arange(START, START + years, dtype=np.int16)

    def keys(*axes: Any) -> list[Any]:
        return [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]

    def number(*shape: int) -> Any:
        return (rng.random(shape).round(4) + np.float32(pull)).astype(np.float32).ravel()

    r, y, o = keys(replicate, year, np.arange(m))
    body = {
        "replicate": r,
        "year": y,
        "organisation": Coded(o, BODIES),
        "alive": alive.ravel(),
        "depth": np.where(alive.ravel(), number(count, years, m), np.float32(0)),
        "cohesion": np.where(alive.ravel(), number(count, years, m), np.float32(np.nan)),
        "closeness": np.where(alive.ravel(), number(count, years, m), np.float32(np.nan)),
        "members": (statuses == 2).sum(axis=2).astype(np.int16).ravel(),
        "observers": np.isin(statuses, (1, 3)).sum(axis=2).astype(np.int16).ravel(),
    }
    r, y, i = keys(replicate, year, np.arange(n))
    share = number(count, years, n)
    alignment = {"replicate": r, "year": y, "state": Coded(i, STATES), "share_PPP": share}
    alignment |= {"share_QQQ": 1 - share, "multivector": number(count, years, n)}
    alignment["display_gap"] = number(count, years, n)
    alignment |= {f"tie_{k}": number(count, years, n) for k in POLES}
    alignment |= {f"affinity_{k}": number(count, years, n) for k in POLES}
    state = {"replicate": r, "year": y, "state": Coded(i, STATES), "need": number(count, years, n)}
    state["welfare"] = number(count, years, n) - 0.5
    state |= {name: number(count, years, n) for name in ("approval", "crisis")}
    state |= {name: rng.integers(0, 4, len(r)).astype(np.int16) for name in ("partners", "allies")}
    state["neighbours"] = np.where(rng.random(len(r)) < 0.1, np.float32(np.nan), number(len(r)))
    r, y = keys(replicate, year)
    pole = {"replicate": r, "year": y}
    pole |= {f"influence_{k}": number(count, years) for k in POLES}
    pole["polarisation"] = number(count, years)
    r, y, e = keys(replicate, year, np.arange(len(SEGMENTS)))
    status = rng.integers(0, 3, len(r)).astype(np.int8)
    corridor = {"replicate": r, "year": y, "segment": Coded(e, SEGMENTS), "status": status}
    corridor["flow"] = np.where(status == 1, 10 * number(len(r)), np.float32(0))
    r, y, q = keys(replicate, year, np.arange(len(DEMANDS)))
    demand = {"replicate": r, "year": y, "demand": Coded(q, DEMANDS)}
    demand |= {"shipped": number(len(r)), "cost": 100 * number(len(r))}
    demand |= {
        f"via_{k}": np.where(rng.random(len(r)) < 0.1, np.float32(np.nan), number(len(r))) for k in POLES
    }
    r, y, p = keys(replicate, year, np.arange(len(PROCESSES)))
    last = np.array([len(stages) - 1 for stages in STAGES.values()])[p]
    process = {"replicate": r, "year": y, "process": Coded(p, PROCESSES)}
    process |= {
        "stage": np.minimum(rng.integers(0, 3, len(r)), last).astype(np.int8),
        "support": number(len(r)),
    }
    return {
        "organisations": body,
        "alignments": alignment,
        "states": state,
        "poles": pole,
        "corridors": corridor,
        "demands": demand,
        "processes": process,
    }


def make_run(path: Path, pulls: dict[str, float] | None = None, replicates: int = 40, **other: Any) -> Run:
    """A finished fake run: scenarios by their pull on ONE. other : what else the manifest says"""
    pulls = {"baseline": 0.0, "pull": 0.5} if pulls is None else pulls
    content = manifest(tuple(pulls), replicates) | other
    with RunFolder.create(path, content, "fake: true\n") as folder:
        for chunk in plan_chunks(list(pulls), 1, replicates, content["chunk"]):
            tables = fake_chunk(chunk, content["seed"], pulls[chunk.scenario]).tables
            folder.write_chunk(chunk, {name: tables[name] for name in schemas_of(content)})
        folder.finish({"wall_s": 0.0})
    return open_run(path)
