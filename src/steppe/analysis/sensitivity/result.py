"""What a sensitivity analysis finds: one row for each factor, and what is needed to judge it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from steppe.analysis.sensitivity.noise import Noise

MAIN = {"sobol": "total", "morris": "mu_star", "pawn": "pawn", "delta": "delta", "prcc": "prcc"}


@dataclass(frozen=True)
class Row:
    """A factor, or a group that was moved together; None where a method was not used or says nothing.

    first, total : Sobol' indices;  mu_star, mu, sigma : elementary effects;  pawn (median over slices), pawn_max,
    delta, prcc : indices from a sample;  each with _low and _high where it has an interval
    noise : what luck alone puts into the main index (total, mu_star) of this factor; an index of nothing else
    floor : what the main index of a factor without effect of its own stays below, 95 times of 100 (or `level`)
    above_noise : whether |main index| exceeds the floor; None where the noise cannot be known
    """

    factor: str
    first: float | None = None
    first_low: float | None = None
    first_high: float | None = None
    total: float | None = None
    total_low: float | None = None
    total_high: float | None = None
    mu_star: float | None = None
    mu_star_low: float | None = None
    mu_star_high: float | None = None
    mu: float | None = None
    sigma: float | None = None
    pawn: float | None = None
    pawn_max: float | None = None
    pawn_floor: float | None = None
    delta: float | None = None
    delta_low: float | None = None
    delta_high: float | None = None
    delta_floor: float | None = None
    prcc: float | None = None
    prcc_low: float | None = None
    prcc_high: float | None = None
    prcc_floor: float | None = None
    noise: float | None = None
    floor: float | None = None
    above_noise: bool | None = None


@dataclass(frozen=True)
class Pair:
    """Second-order Sobol' index of two factors: what they do together beyond what each does alone."""

    factors: tuple[str, str]
    second: float
    low: float
    high: float


@dataclass(frozen=True)
class Sensitivity:
    """Sensitivity of one outcome.

    outcome : its name;  kind : of the design;  methods : the first is the one by which factors are ranked
    points, replicates : analysed;  dropped : Saltelli blocks, trajectories or points left out as undefined
    level : of intervals and floors;  mean, sd : of the outcome over the points
    rows : in the order of the problem;  pairs : of the second order, if the design has it
    noise : simulation noise in the outcome; None for one replicate
    notes : what the reader must know, in sentences;  sources : of the methods
    """

    outcome: str
    kind: str
    methods: tuple[str, ...]
    points: int
    replicates: int
    dropped: int
    level: float
    mean: float
    sd: float
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...] = ()
    noise: Noise | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def main(self) -> str:
        """The field of `Row` by which factors are ranked."""
        return MAIN[self.methods[0]]

    def ranked(self) -> list[Row]:
        """Rows, the largest |main index| first."""
        return sorted(self.rows, key=lambda row: (-abs(getattr(row, self.main)), row.factor))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``: fields that no row has are left out, the rest are numbers, bools or null."""
        data = asdict(self)
        used = [key for key in data["rows"][0] if any(row[key] is not None for row in data["rows"])]
        data["rows"] = [{key: row[key] for key in used} for row in data["rows"]]
        for key in ("methods", "notes", "sources"):
            data[key] = list(data[key])
        data["pairs"] = [{**pair, "factors": list(pair["factors"])} for pair in data["pairs"]]
        return data | {"main": self.main, "ranked": [row.factor for row in self.ranked()]}
