"""What cannot be analysed is refused here: SALib answers most of it with zeros or NaN, and without a word."""

from __future__ import annotations

import numpy as np

from steppe.analysis.sensitivity.problem import SAMPLES, Array, Problem
from steppe.errors import InputError

# Fewest blocks (points, for a sample) with which a method says anything; prcc: beyond one per factor.
FEWEST = {"sobol": 16, "morris": 4, "pawn": 100, "delta": 100, "prcc": 10}
BLOCKS = {"saltelli": "Saltelli blocks", "morris": "trajectories"}
DESIGNS = {
    "sobol": ("saltelli",),
    "morris": ("morris",),
}  # the others: any sample, or the A and B of a Saltelli
_SHOWN = 8  # points named in a message


def checked(problem: Problem, x: Array, y: Array, method: str) -> tuple[Array, Array]:
    """x (P, K) and y (P,) as floats, fit for `method`. Raises InputError and says what is not."""
    check_method(problem, method)
    x, values, _ = complete(problem, x, np.asarray(y, float))
    if values.shape[1] != 1:
        raise InputError("one outcome per point", key="y", value=np.shape(y), accepted=f"({len(x)},)")
    check_structure(problem, x)
    check_numbers(problem, x, values[:, 0], method)
    return x, values[:, 0]


def complete(problem: Problem, x: Array, values: Array, drop: bool = False) -> tuple[Array, Array, int]:
    """x (P, K), values (P, R) and how many blocks were dropped, where some outcomes are not defined.

    drop : leave out every block (Saltelli block, trajectory, point) with an undefined outcome, rather than refuse
    """
    x, values = np.asarray(x, float), np.asarray(values, float)
    values = values[:, None] if values.ndim == 1 else values
    if x.ndim != 2 or x.shape[1] != len(problem.names):
        accepted = f"(points, {len(problem.names)}), one column for each factor"
        raise InputError("not a design of these factors", key="x", value=x.shape, accepted=accepted)
    if values.ndim != 2 or not values.size or len(values) != len(x):
        accepted = f"({len(x)},) or ({len(x)}, replicates)"
        raise InputError("not one outcome per point", key="values", value=values.shape, accepted=accepted)
    if not np.isfinite(x).all():
        point, factor = np.argwhere(~np.isfinite(x))[0]
        key = f"x[{point}].{problem.names[factor]}"
        raise InputError("a point has no number", key=key, value=x[point, factor], accepted="a finite number")
    size = problem.block
    beyond = len(x) % size
    whole = len(x) - beyond
    undefined = ~np.isfinite(values)
    broken = undefined[:whole].any(axis=1).reshape(-1, size).any(axis=1)
    lost = int(broken.sum()) + (beyond > 0)
    if lost and not drop:
        raise InputError(
            _incomplete(problem, undefined, lost, beyond), key="values", accepted=_remedy(problem)
        )
    keep = np.flatnonzero(np.repeat(~broken, size))
    return x[keep], values[keep], lost


def _incomplete(problem: Problem, undefined: Array, lost: int, beyond: int) -> str:
    points = np.flatnonzero(undefined.any(axis=1))
    parts = []
    if len(points):
        shown = ", ".join(str(point) for point in points[:_SHOWN]) + (", …" if len(points) > _SHOWN else "")
        whole = int(undefined.all(axis=1).sum())
        some = f" ({whole} of them in every replicate)" if undefined.shape[1] > 1 else ""
        parts.append(f"the outcome is undefined at {len(points)} of {len(undefined)} points{some}: {shown}")
    if beyond:
        parts.append(f"{beyond} points at the end make no block of {problem.block}")
    if problem.kind in BLOCKS:
        total = -(-len(undefined) // problem.block)
        parts.append(f"{lost} of {total} {BLOCKS[problem.kind]} are incomplete")
    return "; ".join(parts)


def _remedy(problem: Problem) -> str:
    unit = BLOCKS.get(problem.kind, "points")
    return f"an outcome that is defined everywhere, or drop=True to leave out these {unit}"


def check_method(problem: Problem, method: str) -> None:
    """Raise InputError unless the kind of design serves the method."""
    accepted = DESIGNS.get(method, (*SAMPLES, "saltelli"))
    if problem.kind not in accepted:
        words = " or ".join(accepted) if len(accepted) < 3 else ", ".join(accepted)
        raise InputError(
            f"{method} cannot be estimated from a design of kind {problem.kind}",
            key="kind",
            value=problem.kind,
            accepted=f"{words} for {method}; {_served(problem)} for this design",
        )


def _served(problem: Problem) -> str:
    own = [method for method, kinds in DESIGNS.items() if problem.kind in kinds]
    return ", ".join(own + ([] if problem.kind == "morris" else ["pawn", "delta", "prcc"]))


def check_structure(problem: Problem, x: Array) -> None:
    """Raise InputError unless the points are laid out as the kind of design says, block by block."""
    if problem.kind == "saltelli":
        _check_saltelli(problem, x)
    elif problem.kind == "morris":
        _check_morris(problem, x)


def split_saltelli(problem: Problem, rows: Array) -> tuple[Array, Array, Array]:
    """A (N, …), B (N, …) and A_B (G, N, …) of whole blocks, in SALib's order of rows."""
    blocks = rows.reshape(-1, problem.block, *rows.shape[1:])
    return blocks[:, 0], blocks[:, -1], np.moveaxis(blocks[:, 1 : 1 + len(problem.moved)], 1, 0)


def _check_saltelli(problem: Problem, x: Array) -> None:
    blocks, member = x.reshape(-1, problem.block, x.shape[1]), problem.member
    a, b = blocks[:, :1], blocks[:, -1:]
    parts = [blocks[:, :1], np.where(member, b, a)]
    parts += [np.where(member, a, b)] if problem.second_order else []
    expected = np.concatenate([*parts, b], axis=1)
    near = 1e-9 * (problem.high - problem.low)
    wrong = np.argwhere((np.abs(blocks - expected) > near).any(axis=-1))
    if len(wrong):
        faulty = np.unique(wrong[:, 0])
        start = int(faulty[0]) * problem.block
        raise InputError(
            f"the points are not a Saltelli design: {len(faulty)} of {len(blocks)} blocks do not fit, first that of "
            f"the points {start} to {start + problem.block - 1}",
            key="x",
            accepted=f"blocks of {problem.block} rows in SALib's order (A, A_B"
            f"{', B_A' if problem.second_order else ''}, B), with an undefined outcome where a point failed; "
            f"second_order is {problem.second_order}",
        )


def _check_morris(problem: Problem, x: Array) -> None:
    scaled = x.reshape(-1, problem.block, x.shape[1])
    moved = np.diff(scaled, axis=1) != 0  # (T, G, K); exactly, as SALib takes it
    groups = (moved[:, :, None, :] & problem.member).any(axis=-1)  # (T, G steps, G groups)
    fault = (groups.sum(axis=2) > 1).any(axis=1) | (groups.sum(axis=1) > 1).any(axis=1)
    fixed = ~(problem.member & problem.choices).any(axis=1)  # a choice may stay where its level moves
    fault |= (groups.sum(axis=1) == 0)[:, fixed].any(axis=1)
    accepted = f"trajectories of {problem.block} rows; each step moves one factor or group, each of them once"
    if fault.any():
        first = int(np.flatnonzero(fault)[0])
        message = (
            f"the points are not a Morris design: {int(fault.sum())} of {len(fault)} trajectories do not fit"
        )
        raise InputError(f"{message}, first at point {first * problem.block}", key="x", accepted=accepted)
    step = problem.levels / (2 * (problem.levels - 1))
    for at in np.flatnonzero(~problem.choices):
        if not _steps_fit(scaled[..., at], moved[..., at], problem, int(at), step):
            raise InputError(
                f"the steps of {problem.names[at]} are not those of a Morris design of {problem.levels} levels",
                key="levels",
                value=problem.levels,
                accepted=f"the number with which the design was made; a step is {step:.3g} of the range",
            )


def _steps_fit(column: Array, moved: Array, problem: Problem, at: int, step: float) -> bool:
    """Whether every step is the right part of the range, on a linear or a logarithmic scale."""
    low, high = problem.low[at], problem.high[at]
    sizes = np.abs(np.diff(column, axis=1))[moved]
    if np.allclose(sizes, step * (high - low), rtol=1e-6):
        return True
    if low <= 0 or column.min() <= 0:
        return False
    sizes = np.abs(np.diff(np.log(column), axis=1))[moved]
    return np.allclose(sizes, step * np.log(high / low), rtol=1e-6)


def check_numbers(problem: Problem, x: Array, y: Array, method: str) -> None:
    """Raise InputError for too few points, a constant outcome, or a factor that does not move."""
    blocks = len(y) // problem.block * (2 if problem.kind == "saltelli" and method != "sobol" else 1)
    fewest = FEWEST[method] + (len(problem.names) if method == "prcc" else 0)
    if blocks < fewest:
        unit = BLOCKS[problem.kind] if method in DESIGNS else "points"
        accepted = f"{fewest} {unit} or more for {method}"
        raise InputError(f"too few {unit}", key="x", value=blocks, accepted=accepted)
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise InputError(
            "the outcome is the same at every point, so that no factor can be said to matter or not",
            key="values",
            value=float(y[0]),
            accepted="an outcome that varies over the design",
        )
    still = np.ptp(x, axis=0) == 0
    if still.any():
        name = problem.names[int(np.flatnonzero(still)[0])]
        raise InputError(
            "a factor has the same value at every point", key=name, accepted="a factor that varies"
        )
