"""Which chunks a run consists of, and which of them are left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote

Span = tuple[int, int]  # replicates from the first to before the second


@dataclass(frozen=True, order=True)
class ChunkId:
    """Replicates first .. first + count - 1 of one scenario at design points point .. point + points - 1."""

    scenario: str
    point: int
    first: int
    count: int
    points: int = 1

    @property
    def name(self) -> str:
        """Stem of the chunk's files; sorts like the chunk."""
        return f"{quote(self.scenario, safe='')}-{self.point:05d}-{self.first:08d}"


def plan_chunks(
    scenarios: Sequence[str], points: int, replicates: int, size: int, done: Collection[ChunkId] = ()
) -> list[ChunkId]:
    """The chunks that a run still needs: blocks of about `size` replicates, of one point or, if it has few, of several.

    done : chunks that are there; they may stem from a run of fewer points or replicates. What a stopped run lacks comes in the
        blocks in which it was planned
    """
    planned = []
    for scenario in scenarios:
        lacking = _lacking(scenario, points, replicates, done)
        point = 0
        while point < points:
            end = point + 1
            while end < points and lacking[end] == lacking[point]:
                end += 1
            for span in lacking[point]:
                together = 1 if replicates > size else max(1, size // (span[1] - span[0]))
                planned += _blocks(scenario, (point, end), together, span, size)
            point = end
    return planned


def _blocks(scenario: str, points: Span, together: int, replicates: Span, size: int) -> list[ChunkId]:
    """A rectangle of points and replicates, cut into chunks of so many points together."""
    (low, high), (first, last) = points, replicates
    count = min(size, last - first)
    return [
        ChunkId(scenario, point, start, min(count, last - start), min(together, high - point))
        for point in range(low, high, together)
        for start in range(first, last, count)
    ]


def _lacking(
    scenario: str, points: int, replicates: int, done: Collection[ChunkId]
) -> list[tuple[Span, ...]]:
    """The replicates that each point lacks."""
    there: list[list[Span]] = [[] for _ in range(points)]
    for chunk in sorted(done):
        if chunk.scenario == scenario:
            for point in range(chunk.point, min(chunk.point + chunk.points, points)):
                there[point].append((chunk.first, chunk.first + chunk.count))
    return [_rest(sorted(spans), replicates) for spans in there]


def _rest(spans: Sequence[Span], replicates: int) -> tuple[Span, ...]:
    """What of 0 … replicates the spans leave."""
    left, at = [], 0
    for first, end in spans:
        if first > at:
            left.append((at, min(first, replicates)))
        at = max(at, end)
    return tuple([*left, (at, replicates)] if at < replicates else left)
