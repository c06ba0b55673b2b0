"""Designs and test functions for the tests of sensitivity analysis."""

from __future__ import annotations

import numpy as np
from SALib.sample import latin
from SALib.sample import sobol as saltelli_sample

from steppe.analysis.sensitivity import Problem


def problem(size: int = 3, low: float = 0.0, high: float = 1.0, **more) -> Problem:
    return Problem(tuple("abcdefghijkl"[:size]), np.full(size, low), np.full(size, high), **more)


def saltelli(given: Problem, blocks: int, seed: int = 1) -> np.ndarray:
    return saltelli_sample.sample(
        given.for_salib(), blocks, calc_second_order=given.second_order, scramble=True, seed=seed
    )


def lhs(given: Problem, points: int, seed: int = 1) -> np.ndarray:
    return latin.sample(given.for_salib(), points, seed=seed)


def ishigami(x: np.ndarray, a: float = 7.0, b: float = 0.1) -> np.ndarray:
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


ISHIGAMI = problem(3, -np.pi, np.pi, kind="saltelli", second_order=True)
