"""A shallow classification tree, its leaves as rules; see `analysis.discovery`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steppe.analysis.intervals import Array
from steppe.analysis.rules import CHOICE, Factor, Limit, bounded, chosen_labels, in_words
from steppe.errors import InputError

DEPTH = 3  # a rule with more than three conditions is not remembered

Condition = tuple[int, int | None, float, bool]  # factor, choice, split, whether above it


@dataclass(frozen=True)
class Leaf:
    """A leaf of the tree: rule in words, its limits, points and cases of interest in it."""

    rule: str
    limits: tuple[Limit, ...]
    n: int
    k: int
    coverage: float
    density: float
    mass: float


def grow(factors: Sequence[Factor], cases: Array, depth: int = DEPTH, min_mass: float = 0.05) -> list[Leaf]:
    """The leaves of a tree of Gini splits, the densest first; leaves of one split with the same answer stay apart.

    cases : (P,) bool;  min_mass : share of the points that a leaf holds at least
    Choices are split one against the rest.
    """
    try:
        from sklearn.tree import DecisionTreeClassifier  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise InputError(
            "a classification tree needs a package that is not installed",
            value=error.name,
            accepted='pip install "steppe[discovery]"',
        ) from error
    table, meaning = _columns(factors)
    smallest = max(1, int(min_mass * len(cases)))
    model = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=smallest, random_state=0)
    where = model.fit(table, cases).apply(table)
    leaves, total = [], int(cases.sum())
    for leaf, conditions in _paths(model.tree_, meaning, 0, ()):
        here = where == leaf
        n, k = int(here.sum()), int(cases[here].sum())
        limits = tuple(_limits(factors, conditions))
        leaves.append(Leaf(in_words(limits), limits, n, k, k / total, k / n, n / len(cases)))
    return sorted(leaves, key=lambda leaf: (-leaf.density, -leaf.k))


def _columns(factors: Sequence[Factor]) -> tuple[Array, list[tuple[int, int | None]]]:
    """(P, columns) numbers as they are, a column for every choice; and what each column is: factor, choice."""
    columns: list[Array] = []
    meaning: list[tuple[int, int | None]] = []
    for j, factor in enumerate(factors):
        for code in range(len(factor.labels)) if factor.kind == CHOICE else (None,):
            columns.append(factor.values if code is None else (factor.values == code).astype(float))
            meaning.append((j, code))
    return np.stack(columns, axis=1), meaning


def _paths(
    tree: Any, meaning: Sequence[tuple[int, int | None]], node: int, before: tuple[Condition, ...]
) -> Iterator[tuple[int, tuple[Condition, ...]]]:
    """Every leaf with the conditions that lead to it."""
    if tree.children_left[node] == -1:
        yield node, before
        return
    factor, code = meaning[tree.feature[node]]
    for child, above in ((tree.children_left[node], False), (tree.children_right[node], True)):
        condition = (factor, code, float(tree.threshold[node]), above)
        yield from _paths(tree, meaning, int(child), (*before, condition))


def _limits(factors: Sequence[Factor], conditions: Sequence[Condition]) -> Iterator[Limit]:
    """One limit for each factor on the path, in the order in which they come up."""
    for j in dict.fromkeys(condition[0] for condition in conditions):
        factor, own = factors[j], [condition for condition in conditions if condition[0] == j]
        if factor.kind == CHOICE:
            allowed = set(range(len(factor.labels)))
            for _, code, _, above in own:
                assert code is not None
                allowed &= {code} if above else allowed - {code}
            yield Limit(factor.name, choices=chosen_labels(factor, list(allowed)))
            continue
        low = max((split for *_, split, above in own if above), default=None)
        high = min((split for *_, split, above in own if not above), default=None)
        yield bounded(factor, low, high, above=True)
