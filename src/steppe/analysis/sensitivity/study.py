"""One entry for all methods: what the design serves, checked, estimated, and set against the simulation noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from steppe.analysis.intervals import LEVEL
from steppe.analysis.sensitivity import given_data, trajectories, variance
from steppe.analysis.sensitivity.checks import (
    BLOCKS,
    check_method,
    check_numbers,
    check_structure,
    complete,
    split_saltelli,
)
from steppe.analysis.sensitivity.noise import Noise, morris_floor, noise_of, sobol_floor
from steppe.analysis.sensitivity.problem import Array, Problem
from steppe.analysis.sensitivity.result import MAIN, Pair, Row, Sensitivity
from steppe.errors import InputError, input_error

METHODS = tuple(MAIN)
AUTO = {"saltelli": ("sobol",), "morris": ("morris",)}  # a sample: pawn and prcc; delta takes long
SOURCES = {"sobol": variance.SOURCES, "morris": trajectories.SOURCES, **given_data.SOURCES}
WIDE = 0.1  # of an interval of a total index (Sarrazin et al. 2016 ask for half of it)
FEW = 8  # replicates, below which floors held in 85 % of simulated cases rather than 95 %
Columns = dict[str, Array]


def analyse(
    problem: Problem,
    x: Array,
    values: Array,
    method: str | Sequence[str] = "auto",
    *,
    outcome: str = "outcome",
    drop: bool = False,
    resamples: int | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> Sensitivity:
    """Sensitivity of an outcome to the factors of a design.

    x : (P, K) design, choices as their numbers;  values : (P, R) the outcome in each replicate, or (P,) its means
    method : one or several of `METHODS`; "auto" is sobol for a Saltelli design, morris for a Morris design, pawn
        and prcc for a sample. Factors are ranked by the first
    outcome : what it is called in the report
    drop : leave out whole blocks with undefined outcomes, which are refused otherwise
    resamples : of the bootstrap; None is each method's own number
    level : of intervals and floors, between 0 and 1

    The same seed gives the same numbers. Raises InputError, see `checks`.
    """
    methods = _methods(problem, method)
    _check_settings(level, resamples, seed)
    given = len(x)
    x, values, dropped = complete(problem, x, values, drop)
    if not len(x):
        raise InputError(
            "no point is left", key="values", value=f"{given} points", accepted="defined outcomes"
        )
    check_structure(problem, x)
    y = values.mean(axis=1)
    for name in methods:
        check_numbers(problem, x, y, name)
    columns: Columns = {}
    settings = {} if resamples is None else {"resamples": resamples}
    pairs: tuple[Pair, ...] = ()
    for name in methods:
        found, more = _estimated(problem, x, y, name, settings, level, seed)
        columns |= found
        pairs += more
    columns |= _floors(problem, x, values, methods[0], columns, level)
    noise = noise_of(_independent_rows(problem, values))
    factors = problem.moved if methods[0] in AUTO.get(problem.kind, ()) else problem.names
    return Sensitivity(
        outcome=outcome,
        kind=problem.kind,
        methods=methods,
        points=len(y),
        replicates=values.shape[1],
        dropped=dropped,
        level=level,
        mean=float(y.mean()),
        sd=float(y.std(ddof=1)),
        rows=tuple(_row(name, at, columns, methods[0]) for at, name in enumerate(factors)),
        pairs=pairs,
        noise=noise,
        notes=tuple(_notes(problem, columns, methods, noise, dropped)),
        sources=tuple(dict.fromkeys(source for name in methods for source in SOURCES[name])),
    )


def _methods(problem: Problem, method: str | Sequence[str]) -> tuple[str, ...]:
    wanted = (method,) if isinstance(method, str) else tuple(method)
    if wanted == ("auto",):
        return AUTO.get(problem.kind, ("pawn", "prcc"))
    if not wanted:
        raise InputError("no method", key="method", accepted=["auto", *METHODS])
    for name in wanted:
        if name not in METHODS:
            raise input_error("not a method", key="method", value=name, accepted=["auto", *METHODS])
        check_method(problem, name)
    if problem.groups and len(wanted) > 1 and {"sobol", "morris"} & set(wanted):
        raise InputError(
            "with groups, sobol and morris have one index a group and the other methods one a factor",
            key="method",
            value=wanted,
            accepted="one method at a time",
        )
    return tuple(dict.fromkeys(wanted))


def _check_settings(level: float, resamples: int | None, seed: int) -> None:
    if not 0 < level < 1:
        raise InputError("not a level", key="level", value=level, accepted="between 0 and 1")
    if resamples is not None and resamples < 2:
        raise InputError("too few resamples", key="resamples", value=resamples, accepted="2 or more")
    if seed < 0:
        raise InputError("not a seed", key="seed", value=seed, accepted="0 or more")


def _estimated(
    problem: Problem, x: Array, y: Array, method: str, settings: dict[str, int], level: float, seed: int
) -> tuple[Columns, tuple[Pair, ...]]:
    """The columns of `Row` that a method fills, and its pairs."""
    if method == "sobol":
        sobol = variance.sobol_indices(problem, x, y, level=level, seed=seed, **settings)
        keys = [f"{order}{end}" for order in ("first", "total") for end in ("", "_low", "_high")]
        return {key: getattr(sobol, key) for key in keys}, _pairs(sobol)
    if method == "morris":
        morris = trajectories.morris_indices(problem, x, y, level=level, seed=seed, **settings)
        keys = ["mu_star", "mu_star_low", "mu_star_high", "mu", "sigma"]
        return {key: getattr(morris, key) for key in keys}, ()
    size = len(problem.names)
    if method == "pawn":
        pawn = given_data.pawn_indices(problem, x, y, level=level, seed=seed)
        return {"pawn": pawn.median, "pawn_max": pawn.maximum, "pawn_floor": np.full(size, pawn.floor)}, ()
    found: given_data.DeltaIndices | given_data.RankCorrelations
    if method == "delta":
        found = given_data.delta_indices(problem, x, y, level=level, seed=seed, **settings)
    else:
        found = given_data.prcc(problem, x, y, level=level)
    ends = {method: found.value, f"{method}_low": found.low, f"{method}_high": found.high}
    return ends | {f"{method}_floor": np.full(size, found.floor)}, ()


def _pairs(found: variance.SobolIndices) -> tuple[Pair, ...]:
    if found.second is None or found.second_low is None or found.second_high is None:
        return ()
    return tuple(
        Pair(
            (found.factors[i], found.factors[j]),
            float(found.second[i, j]),
            float(found.second_low[i, j]),
            float(found.second_high[i, j]),
        )
        for i in range(len(found.factors))
        for j in range(i + 1, len(found.factors))
    )


def _floors(
    problem: Problem, x: Array, values: Array, method: str, columns: Columns, level: float
) -> Columns:
    """Noise and floor of the main index; nothing where there is one replicate and the floor is luck's."""
    if method not in ("sobol", "morris"):
        return {"floor": columns[f"{method}_floor"]}
    if values.shape[1] < 2:
        return {}
    found = (
        sobol_floor(problem, values, level) if method == "sobol" else morris_floor(problem, x, values, level)
    )
    return dict(zip(("noise", "floor"), found, strict=True))


def _independent_rows(problem: Problem, values: Array) -> Array:
    """Points over which the variance of the outcome is taken: of a Saltelli design A and B, as in the indices."""
    return np.concatenate(split_saltelli(problem, values)[:2]) if problem.kind == "saltelli" else values


def _row(name: str, at: int, columns: Columns, method: str) -> Row:
    numbers = {key: float(column[at]) for key, column in columns.items() if np.isfinite(column[at])}
    above = abs(numbers[MAIN[method]]) > numbers["floor"] if "floor" in numbers else None
    return Row(name, above_noise=above, **numbers)


def _notes(
    problem: Problem, columns: Columns, methods: Sequence[str], noise: Noise | None, dropped: int
) -> list[str]:
    notes = []
    if dropped:
        unit = BLOCKS.get(problem.kind, "points")
        notes.append(
            f"{dropped} {unit} with undefined outcomes were left out; what is left may not be typical."
        )
    if noise is None:
        notes.append("The simulation noise is not known: there is one value per point.")
    elif noise.share >= 0.5:
        notes.append(f"{noise.share:.0%} of the variance over points is simulation noise: more replicates.")
    if noise is not None and noise.replicates < FEW and methods[0] in ("sobol", "morris"):
        notes.append(
            f"The floors are rough: noise is known from {noise.replicates} replicates; {FEW} will do."
        )
    if "total" in columns:
        widest = float((columns["total_high"] - columns["total_low"]).max())
        if widest > WIDE:
            notes.append(
                f"The widest interval of a total index is {widest:.2f}: more points would narrow it."
            )
    if problem.kind == "saltelli" and set(methods) - {"sobol"}:
        notes.append("Methods other than sobol used the rows A and B of the design.")
    if methods[0] == "prcc":
        notes.append(
            "prcc sees what rises or falls throughout; a factor below its floor may matter all the same."
        )
    several = [
        name
        for name, high, one in zip(problem.names, problem.high, problem.choices, strict=True)
        if one and high > 1
    ]
    if "prcc" in methods and several:
        notes.append(f"prcc takes the order of choices at its word: {', '.join(several)}.")
    return notes
